#include "schema/area.h"

static bool same(struct geo_coord a, struct geo_coord b)
{
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

bool schema_area_add(struct geo_rings *rings, size_t first, struct geo_transform *transform,
                     double x, double y, struct aro_error *err)
{
    struct geo_point point = {.lon_deg = x, .lat_deg = y};
    struct geo_coord coord;
    if (transform && !geo_transform_to_wgs84(transform, x, y, &point, err))
        return false;
    if (!geo_coord_from_point(point, &coord, err))
        return aro_error_context(err, "vertex %.10g, %.10g", x, y);
    if (rings->n_coords > first && same(rings->coords[rings->n_coords - 1], coord))
        return true;
    return geo_rings_add(rings, coord, err);
}

bool schema_area_end_ring(struct geo_rings *rings, size_t first, struct aro_error *err)
{
    size_t n = rings->n_coords - first;
    if (n > 1 && !same(rings->coords[first], rings->coords[rings->n_coords - 1])) {
        struct geo_point from = geo_coord_to_point(rings->coords[first]);
        return aro_error_set(err, ARO_BAD_INPUT,
                             "the ring that begins at %.7g, %.7g is not closed: its last vertex "
                             "must be its first",
                             from.lon_deg, from.lat_deg);
    }
    rings->n_coords -= n > 1;
    return geo_rings_end_ring(rings, err);
}
