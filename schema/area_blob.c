/*
 * SpatiaLite's blobs of polygons and multipolygons.
 */
#include "schema/area.h"
#include "schema/blob_bytes.h"
#include "schema/spatial.h"

/* Start, byte order, SRID, box (4 doubles), mark; then the geometry; then the end. */
enum { AT_ORDER = 1, AT_SRID = 2, AT_BOX = 6, AT_MARK = 38, HEADER_BYTES = 39 };
enum { START = 0x00, LITTLE_ENDIAN_ORDER = 1, MARK = 0x7C, ENTITY = 0x69, END = 0xFE };
enum { POLYGON = 3, MULTIPOLYGON = 6 };

/* ---- Writing ---- */

static void put_byte(struct aro_buffer *out, unsigned char byte)
{
    aro_buffer_char(out, (char)byte);
}

static void put_u32(struct aro_buffer *out, size_t value)
{
    unsigned char bytes[sizeof(uint32_t)];
    blob_put_u32(bytes, (uint32_t)value);
    aro_buffer_append(out, bytes, sizeof bytes);
}

static void put_double(struct aro_buffer *out, double value)
{
    unsigned char bytes[sizeof value];
    blob_put_double(bytes, value);
    aro_buffer_append(out, bytes, sizeof bytes);
}

static void put_coord(struct aro_buffer *out, struct geo_coord coord)
{
    struct geo_point point = geo_coord_to_point(coord);
    put_double(out, point.lon_deg);
    put_double(out, point.lat_deg);
}

static void put_ring(struct aro_buffer *out, const struct geo_rings *rings, size_t ring)
{
    struct geo_run coords = geo_ends_run(&rings->rings, ring);
    bool any = coords.first < coords.end;
    put_u32(out, coords.end - coords.first + any);
    for (uint32_t i = coords.first; i < coords.end; i++)
        put_coord(out, rings->coords[i]);
    if (any)
        put_coord(out, rings->coords[coords.first]);
}

void schema_area_encode(const struct geo_rings *rings, size_t shape, struct aro_buffer *out)
{
    struct geo_run polygons = geo_ends_run(&rings->shapes, shape);
    struct geo_rect box = {0};
    geo_rings_bounds(rings, shape, &box);
    put_byte(out, START);
    put_byte(out, LITTLE_ENDIAN_ORDER);
    put_u32(out, SCHEMA_SRID_WGS84);
    put_coord(out, (struct geo_coord){box.west_e7, box.south_e7});
    put_coord(out, (struct geo_coord){box.east_e7, box.north_e7});
    put_byte(out, MARK);
    put_u32(out, MULTIPOLYGON);
    put_u32(out, polygons.end - polygons.first);
    for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
        struct geo_run run = geo_ends_run(&rings->polygons, polygon);
        put_byte(out, ENTITY);
        put_u32(out, POLYGON);
        put_u32(out, run.end - run.first);
        for (uint32_t ring = run.first; ring < run.end; ring++)
            put_ring(out, rings, ring);
    }
    put_byte(out, END);
}

/* ---- Reading ---- */

/* The blob while it is read: `at` never passes `end`, where the closing byte stands. */
struct cursor {
    const unsigned char *at, *end;
    bool little;
    size_t n_ordinates; /* of a vertex: 2 to 4 */
};

static bool damaged(struct aro_error *err)
{
    return aro_error_set(err, ARO_BAD_INPUT, "the geometry blob is damaged or cut short");
}

static bool take_u32(struct cursor *cursor, uint32_t *out_value, struct aro_error *err)
{
    if ((size_t)(cursor->end - cursor->at) < sizeof *out_value)
        return damaged(err);
    *out_value = blob_u32(cursor->at, cursor->little);
    cursor->at += sizeof *out_value;
    return true;
}

/* A number of things that each take at_least bytes, all of which must still be there. */
static bool take_count(struct cursor *cursor, size_t at_least, uint32_t *out_n,
                       struct aro_error *err)
{
    return take_u32(cursor, out_n, err) &&
           (*out_n <= (size_t)(cursor->end - cursor->at) / at_least || damaged(err));
}

/* POLYGON and MULTIPOLYGON, plus 1000 with heights, 2000 with measures, 3000 with both. */
static bool take_class(struct cursor *cursor, uint32_t *out_class, struct aro_error *err)
{
    uint32_t class = 0;
    if (!take_u32(cursor, &class, err))
        return false;
    *out_class = class % 1000;
    if (class / 1000 > 3 || (*out_class != POLYGON && *out_class != MULTIPOLYGON))
        return aro_error_set(err, ARO_BAD_INPUT,
                             "the geometry is of SpatiaLite's class %u; a polygon or "
                             "multipolygon, not compressed, was wanted",
                             (unsigned)class);
    static const size_t n_ordinates[] = {2, 3, 3, 4};
    cursor->n_ordinates = n_ordinates[class / 1000];
    return true;
}

static bool take_ring(struct cursor *cursor, struct geo_transform *transform,
                      struct geo_rings *rings, struct aro_error *err)
{
    uint32_t n = 0;
    size_t first = rings->n_coords, vertex_bytes = cursor->n_ordinates * sizeof(double);
    if (!take_count(cursor, vertex_bytes, &n, err))
        return false;
    for (uint32_t i = 0; i < n; i++, cursor->at += vertex_bytes) {
        double x = blob_double(cursor->at, cursor->little);
        double y = blob_double(cursor->at + sizeof x, cursor->little);
        if (!schema_area_add(rings, first, transform, x, y, err))
            return false;
    }
    return schema_area_end_ring(rings, first, err);
}

static bool take_polygon(struct cursor *cursor, struct geo_transform *transform,
                         struct geo_rings *rings, struct aro_error *err)
{
    uint32_t n_rings = 0;
    if (!take_count(cursor, sizeof(uint32_t), &n_rings, err))
        return false;
    for (uint32_t i = 0; i < n_rings; i++) {
        if (!take_ring(cursor, transform, rings, err))
            return false;
    }
    return geo_rings_end_polygon(rings, err);
}

/* Each polygon of a multipolygon has an entity mark and its class in front. */
static bool take_entities(struct cursor *cursor, struct geo_transform *transform,
                          struct geo_rings *rings, struct aro_error *err)
{
    uint32_t n = 0, class = 0;
    if (!take_count(cursor, 1 + 2 * sizeof(uint32_t), &n, err))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (cursor->at == cursor->end || *cursor->at++ != ENTITY)
            return damaged(err);
        if (!take_class(cursor, &class, err))
            return false;
        if (class != POLYGON)
            return damaged(err);
        if (!take_polygon(cursor, transform, rings, err))
            return false;
    }
    return true;
}

bool schema_area_decode(const void *bytes, size_t len, int32_t srid,
                        struct geo_transform *transform, struct geo_rings *out_rings,
                        struct aro_error *err)
{
    const unsigned char *blob = bytes;
    if (len <= HEADER_BYTES || blob[0] != START || blob[AT_ORDER] > LITTLE_ENDIAN_ORDER ||
        blob[AT_MARK] != MARK || blob[len - 1] != END)
        return damaged(err);
    struct cursor cursor = {.at = blob + HEADER_BYTES,
                            .end = blob + len - 1,
                            .little = blob[AT_ORDER] == LITTLE_ENDIAN_ORDER};
    int32_t found = (int32_t)blob_u32(blob + AT_SRID, cursor.little);
    uint32_t class = 0;
    if (srid != SCHEMA_SRID_ANY && found != srid)
        return aro_error_set(err, ARO_BAD_INPUT, "the geometry is in system %d; %d was wanted",
                             (int)found, (int)srid);
    if (!take_class(&cursor, &class, err))
        return false;
    bool ok = class == POLYGON ? take_polygon(&cursor, transform, out_rings, err)
                               : take_entities(&cursor, transform, out_rings, err);
    if (!ok)
        return false;
    return cursor.at == cursor.end ? geo_rings_end_shape(out_rings, err) : damaged(err);
}
