/*
 * Polygons and multipolygons of GeoJSON.
 */
#include <string.h>

#include "schema/area.h"

static bool add_position(const json_t *position, size_t first, struct geo_transform *transform,
                         struct geo_rings *rings, struct aro_error *err)
{
    const json_t *x = json_array_get(position, 0), *y = json_array_get(position, 1);
    if (!json_is_number(x) || !json_is_number(y))
        return aro_error_set(err, ARO_BAD_INPUT,
                             "a position is a list of two numbers, longitude and latitude");
    return schema_area_add(rings, first, transform, json_number_value(x), json_number_value(y),
                           err);
}

static bool add_ring(const json_t *ring, struct geo_transform *transform, struct geo_rings *rings,
                     struct aro_error *err)
{
    size_t first = rings->n_coords, n = json_array_size(ring);
    if (!json_is_array(ring))
        return aro_error_set(err, ARO_BAD_INPUT, "a ring is a list of positions");
    for (size_t i = 0; i < n; i++) {
        if (!add_position(json_array_get(ring, i), first, transform, rings, err))
            return false;
    }
    return schema_area_end_ring(rings, first, err);
}

static bool add_polygon(const json_t *polygon, struct geo_transform *transform,
                        struct geo_rings *rings, struct aro_error *err)
{
    size_t n = json_array_size(polygon);
    if (!json_is_array(polygon))
        return aro_error_set(err, ARO_BAD_INPUT, "a polygon is a list of rings");
    for (size_t i = 0; i < n; i++) {
        if (!add_ring(json_array_get(polygon, i), transform, rings, err))
            return false;
    }
    return geo_rings_end_polygon(rings, err);
}

static bool add_polygons(const json_t *polygons, struct geo_transform *transform,
                         struct geo_rings *rings, struct aro_error *err)
{
    size_t n = json_array_size(polygons);
    if (!json_is_array(polygons))
        return aro_error_set(err, ARO_BAD_INPUT, "a multipolygon is a list of polygons");
    for (size_t i = 0; i < n; i++) {
        if (!add_polygon(json_array_get(polygons, i), transform, rings, err))
            return false;
    }
    return true;
}

bool schema_area_from_json(const json_t *geometry, struct geo_transform *transform,
                           struct geo_rings *out_rings, struct aro_error *err)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    bool ok = false;
    if (type && strcmp(type, "Polygon") == 0)
        ok = add_polygon(coordinates, transform, out_rings, err);
    else if (type && strcmp(type, "MultiPolygon") == 0)
        ok = add_polygons(coordinates, transform, out_rings, err);
    else
        aro_error_set(err, ARO_BAD_INPUT,
                      "the geometry is of type %.40s; a Polygon or MultiPolygon was wanted",
                      type ? type : "nothing");
    return ok && geo_rings_end_shape(out_rings, err);
}
