/*
 * Geometries of places and territories: those of communes are the contours as they were imported,
 * those of territories the unions that the map is drawn from.
 */
#include "geo/json.h"
#include "geo/surface.h"
#include "server/geo_api.h"

/* A union comes from the map, which is as fine as a stored coordinate but rounds on the way: six
 * decimals (11 cm) are those of the contours that it was made of. */
enum { UNION_UNIT_E7 = 10 };

/* ---- Where the vertices are ---- */

/* A shape of contours or of a layer: its polygons, rings and vertices, and how to read one. */
struct shape {
    const struct geo_ends *polygons, *rings; /* ends in rings; NULL rings: of a layer */
    const struct geo_level *level;           /* of a layer */
    const struct geo_coord *coords;          /* of contours */
    struct geo_run run;                      /* of polygons; empty where there is no contour */
};

static const struct snapshot_layer *layer_of(const struct snapshot *snapshot, enum api_kind kind)
{
    static const enum snapshot_layer_kind kinds[] = {
        [API_EPCI] = SNAPSHOT_LAYER_EPCIS,
        [API_DEPARTEMENT] = SNAPSHOT_LAYER_DEPARTEMENTS,
        [API_REGION] = SNAPSHOT_LAYER_REGIONS,
    };
    return &snapshot->layers->of_kind[kinds[kind]];
}

static struct shape shape_of(const struct snapshot *snapshot, const struct api_entry *entry)
{
    const struct snapshot_contours *contours = &snapshot->contours;
    struct shape shape = {0};
    if (entry->kind != API_PLACE) {
        const struct geo_levels *levels = layer_of(snapshot, entry->kind)->levels;
        shape.polygons = &levels->polygons;
        shape.level = &levels->levels[levels->n_levels - 1];
        shape.run = geo_ends_run(&levels->shapes, entry->number);
        return shape;
    }
    /* A part of a commune has no contour of its own. */
    if (entry->number >= snapshot->communes.n || contours->shapes[entry->number] == SNAPSHOT_NONE)
        return shape;
    shape.polygons = &contours->rings.polygons;
    shape.rings = &contours->rings.rings;
    shape.coords = contours->rings.coords;
    shape.run = geo_ends_run(&contours->rings.shapes, contours->shapes[entry->number]);
    return shape;
}

static struct geo_run vertices_of_ring(const struct shape *shape, size_t ring)
{
    return shape->level ? geo_level_ring(shape->level, ring) : geo_ends_run(shape->rings, ring);
}

static int32_t round_union(int32_t ordinate_e7)
{
    int32_t half = ordinate_e7 < 0 ? -UNION_UNIT_E7 / 2 : UNION_UNIT_E7 / 2;
    return (ordinate_e7 + half) / UNION_UNIT_E7 * UNION_UNIT_E7;
}

static struct geo_coord coord_of_map(struct geo_mercator place)
{
    struct geo_coord coord = geo_mercator_to_coord(place);
    return (struct geo_coord){round_union(coord.lon_e7), round_union(coord.lat_e7)};
}

static struct geo_coord vertex(const struct shape *shape, uint32_t i)
{
    return shape->level ? coord_of_map(shape->level->places[i]) : shape->coords[i];
}

/* ---- Contours ---- */

size_t api_contour_vertices(const struct snapshot *snapshot, const struct api_entry *entry)
{
    struct shape shape = shape_of(snapshot, entry);
    size_t n = 0;
    for (uint32_t polygon = shape.run.first; polygon < shape.run.end; polygon++) {
        struct geo_run rings = geo_ends_run(shape.polygons, polygon);
        for (uint32_t ring = rings.first; ring < rings.end; ring++) {
            struct geo_run run = vertices_of_ring(&shape, ring);
            n += run.end - run.first;
        }
    }
    return n;
}

static void write_ring(const struct shape *shape, size_t ring, struct aro_buffer *out)
{
    struct geo_run run = vertices_of_ring(shape, ring);
    aro_buffer_char(out, '[');
    for (uint32_t i = run.first; i < run.end; i++) {
        geo_coord_write_position(out, vertex(shape, i));
        aro_buffer_char(out, ',');
    }
    if (run.first < run.end)
        geo_coord_write_position(out, vertex(shape, run.first));
    aro_buffer_char(out, ']');
}

static void write_polygon(const struct shape *shape, size_t polygon, struct aro_buffer *out)
{
    struct geo_run rings = geo_ends_run(shape->polygons, polygon);
    aro_buffer_char(out, '[');
    for (uint32_t ring = rings.first; ring < rings.end; ring++) {
        if (ring > rings.first)
            aro_buffer_char(out, ',');
        write_ring(shape, ring, out);
    }
    aro_buffer_char(out, ']');
}

bool api_write_contour(const struct snapshot *snapshot, const struct api_entry *entry,
                       struct aro_buffer *out)
{
    struct shape shape = shape_of(snapshot, entry);
    bool is_one = shape.run.end == shape.run.first + 1;
    if (shape.run.first == shape.run.end)
        return false;
    aro_buffer_text(out, is_one ? "{\"type\":\"Polygon\",\"coordinates\":"
                                : "{\"type\":\"MultiPolygon\",\"coordinates\":[");
    for (uint32_t polygon = shape.run.first; polygon < shape.run.end; polygon++) {
        if (polygon > shape.run.first)
            aro_buffer_char(out, ',');
        write_polygon(&shape, polygon, out);
    }
    aro_buffer_text(out, is_one ? "}" : "]}");
    return true;
}

/* ---- Boxes ---- */

static void stretch(struct geo_coord *low, struct geo_coord *high, struct geo_coord coord)
{
    low->lon_e7 = coord.lon_e7 < low->lon_e7 ? coord.lon_e7 : low->lon_e7;
    low->lat_e7 = coord.lat_e7 < low->lat_e7 ? coord.lat_e7 : low->lat_e7;
    high->lon_e7 = coord.lon_e7 > high->lon_e7 ? coord.lon_e7 : high->lon_e7;
    high->lat_e7 = coord.lat_e7 > high->lat_e7 ? coord.lat_e7 : high->lat_e7;
}

bool api_write_bbox(const struct snapshot *snapshot, const struct api_entry *entry,
                    struct aro_buffer *out)
{
    struct shape shape = shape_of(snapshot, entry);
    struct geo_coord low = {INT32_MAX, INT32_MAX}, high = {INT32_MIN, INT32_MIN};
    for (uint32_t polygon = shape.run.first; polygon < shape.run.end; polygon++) {
        /* The outer ring holds its holes. */
        struct geo_run run = vertices_of_ring(&shape, geo_ends_run(shape.polygons, polygon).first);
        for (uint32_t i = run.first; i < run.end; i++)
            stretch(&low, &high, vertex(&shape, i));
    }
    if (low.lon_e7 > high.lon_e7)
        return false;
    const struct geo_coord corners[] = {
        low, {high.lon_e7, low.lat_e7}, high, {low.lon_e7, high.lat_e7}, low};
    aro_buffer_text(out, "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++) {
        if (i > 0)
            aro_buffer_char(out, ',');
        geo_coord_write_position(out, corners[i]);
    }
    aro_buffer_text(out, "]]}");
    return true;
}

/* ---- Centres ---- */

static void write_point(struct aro_buffer *out, struct geo_coord coord)
{
    aro_buffer_text(out, "{\"type\":\"Point\",\"coordinates\":");
    geo_coord_write_position(out, coord);
    aro_buffer_char(out, '}');
}

bool api_write_centre(const struct snapshot *snapshot, const struct api_entry *entry,
                      struct aro_buffer *out)
{
    if (entry->kind == API_PLACE) {
        if (entry->number >= snapshot->communes.n_placed)
            return false;
        write_point(out, snapshot->communes.coords[entry->number]);
        return true;
    }
    struct shape shape = shape_of(snapshot, entry);
    if (shape.run.first == shape.run.end)
        return false;
    write_point(out, coord_of_map(layer_of(snapshot, entry->kind)->labels[entry->number]));
    return true;
}

/* ---- Surfaces ---- */

static double surface_of_communes(const struct snapshot *snapshot, const uint32_t *of_commune,
                                  uint32_t number)
{
    const struct snapshot_contours *contours = &snapshot->contours;
    double sum_m2 = 0;
    for (size_t shape = 0; shape < contours->n; shape++)
        if (of_commune[contours->communes[shape]] == number)
            sum_m2 += geo_surface_m2(&contours->rings, shape);
    return sum_m2;
}

static double surface_of(const struct snapshot *snapshot, const struct api_entry *entry)
{
    const struct snapshot_contours *contours = &snapshot->contours;
    switch (entry->kind) {
    case API_EPCI:
        return surface_of_communes(snapshot, snapshot->commune.epcis, entry->number);
    case API_DEPARTEMENT:
        return surface_of_communes(snapshot, snapshot->commune.departements, entry->number);
    case API_REGION:
        return surface_of_communes(snapshot, snapshot->commune.regions, entry->number);
    case API_PLACE:
        break;
    }
    if (entry->number >= snapshot->communes.n || contours->shapes[entry->number] == SNAPSHOT_NONE)
        return 0;
    return geo_surface_m2(&contours->rings, contours->shapes[entry->number]);
}

bool api_write_surface(const struct snapshot *snapshot, const struct api_entry *entry,
                       struct aro_buffer *out)
{
    const double m2_per_hectare = 1e4;
    double surface_m2 = surface_of(snapshot, entry);
    if (!(surface_m2 > 0))
        return false;
    aro_json_number(out, surface_m2 / m2_per_hectare, 2);
    return true;
}
