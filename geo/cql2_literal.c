#include "geo/cql2_literal_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_STEPS = 16 };

/* A literal while it is made. */
struct making {
    struct geo_cql2_literal *geometry;
    const struct geo_cql2_tree *tree;
    const struct geo_cql2_node *node;
    const struct geo_cql2_crs *crs;
    double *xy; /* owned; room for the vertices of one part */
    size_t xy_capacity;
    size_t n_vertices, n_swapped; /* how many look latitude first */
};

static void on_error(const char *message, void *context)
{
    struct geo_cql2_literal *geometry = context;
    snprintf(geometry->message, sizeof geometry->message, "%s", message);
}

bool geo_cql2_literal_fail(const struct geo_cql2_literal *geometry, const char *what,
                           struct aro_error *err)
{
    if (strstr(geometry->message, "bad_alloc"))
        return aro_error_no_memory(err);
    return aro_error_set(err, ARO_BAD_INPUT, "GEOS cannot %s: %s", what, geometry->message);
}

static bool fail(const struct making *making, const char *what, struct aro_error *err)
{
    return geo_cql2_literal_fail(making->geometry, what, err);
}

static bool refuse(const struct making *making, const char *why, struct aro_error *err)
{
    char place[GEO_CQL2_PLACE_BYTES];
    geo_cql2_place(making->tree, making->node, place);
    return aro_error_set(err, ARO_BAD_INPUT, "%s, %s", place, why);
}

static void destroy(struct geo_cql2_literal *geometry, GEOSGeometry *whole)
{
    if (whole)
        GEOSGeom_destroy_r(geometry->context, whole);
}

void geo_cql2_literal_free(struct geo_cql2_literal *geometry)
{
    if (!geometry)
        return;
    for (int i = 0; i < GEO_CQL2_N_DIMENSIONS; i++) {
        if (geometry->extents[i].prepared)
            GEOSPreparedGeom_destroy_r(geometry->context, geometry->extents[i].prepared);
        destroy(geometry, geometry->extents[i].whole);
    }
    if (geometry->context)
        GEOS_finish_r(geometry->context);
    free(geometry);
}

/* ------------------------------------------------------------------ vertices */

static bool find_place(const struct making *making, double x, double y, struct geo_point *out_point,
                       struct aro_error *err)
{
    const struct geo_cql2_crs *crs = making->crs;
    *out_point = crs->is_latitude_first ? (struct geo_point){y, x} : (struct geo_point){x, y};
    return !crs->to_wgs84 || crs->to_wgs84(crs->context, x, y, out_point, err);
}

static bool take_vertex(struct making *making, double x, double y, double out_xy[2],
                        struct aro_error *err)
{
    struct geo_cql2_literal *geometry = making->geometry;
    struct geo_point point;
    struct geo_coord coord;
    struct aro_error why = {0};
    if (!find_place(making, x, y, &point, &why) || !geo_coord_from_point(point, &coord, &why))
        return refuse(making, why.message, err);
    struct geo_bbox *box = &geometry->box;
    if (making->n_vertices++ == 0) {
        *box = (struct geo_bbox){point.lon_deg, point.lat_deg, point.lon_deg, point.lat_deg};
        geometry->place = point;
    }
    geometry->one_place &=
        point.lon_deg == geometry->place.lon_deg && point.lat_deg == geometry->place.lat_deg;
    making->n_swapped += geo_point_looks_swapped(point);
    box->west_deg = fmin(box->west_deg, point.lon_deg);
    box->south_deg = fmin(box->south_deg, point.lat_deg);
    box->east_deg = fmax(box->east_deg, point.lon_deg);
    box->north_deg = fmax(box->north_deg, point.lat_deg);
    out_xy[0] = point.lon_deg;
    out_xy[1] = point.lat_deg;
    return true;
}

static bool reserve(struct making *making, size_t n, struct aro_error *err)
{
    if (n <= making->xy_capacity)
        return true;
    double *xy = realloc(making->xy, 2 * n * sizeof *xy);
    if (!xy)
        return aro_error_no_memory(err);
    making->xy = xy;
    making->xy_capacity = n;
    return true;
}

/* A point, line or ring of vertices. */
static GEOSGeometry *make_part(struct making *making, int type, const double *xy, size_t n,
                               struct aro_error *err)
{
    GEOSContextHandle_t context = making->geometry->context;
    GEOSGeometry *part = NULL;
    if (!reserve(making, n, err))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (!take_vertex(making, xy[2 * i], xy[2 * i + 1], making->xy + 2 * i, err))
            return NULL;
    if (type == GEOS_POINT) {
        part = GEOSGeom_createPointFromXY_r(context, making->xy[0], making->xy[1]);
    } else {
        GEOSCoordSequence *points =
            GEOSCoordSeq_copyFromBuffer_r(context, making->xy, (unsigned)n, false, false);
        if (points)
            part = type == GEOS_LINESTRING ? GEOSGeom_createLineString_r(context, points)
                                           : GEOSGeom_createLinearRing_r(context, points);
    }
    if (!part)
        fail(making, "take a line", err);
    return part;
}

/* ------------------------------------------------------------------ shapes */

/* Geometries gathered to become parts of one. */
struct parts {
    GEOSGeometry **items;
    unsigned n;
};

static bool parts_init(struct parts *parts, size_t n, struct aro_error *err)
{
    parts->items = calloc(n, sizeof *parts->items);
    return parts->items || aro_error_no_memory(err);
}

static void clear_parts(struct geo_cql2_literal *geometry, struct parts *parts)
{
    for (unsigned i = 0; i < parts->n; i++)
        destroy(geometry, parts->items[i]);
    free(parts->items);
}

static bool add_part(struct parts *parts, GEOSGeometry *part)
{
    if (part)
        parts->items[parts->n++] = part;
    return part != NULL;
}

static GEOSGeometry *make_part_of(struct making *making, int type,
                                  const struct geo_cql2_shape *shape, uint32_t part,
                                  struct aro_error *err)
{
    uint32_t first = part == 0 ? 0 : shape->part_ends[part - 1], end = shape->part_ends[part];
    return make_part(making, type, shape->xy + 2 * (size_t)first, end - first, err);
}

static GEOSGeometry *make_polygon(struct making *making, const struct geo_cql2_shape *shape,
                                  size_t polygon, struct aro_error *err)
{
    uint32_t first = polygon == 0 ? 0 : shape->polygon_ends[polygon - 1];
    uint32_t end = shape->polygon_ends[polygon];
    struct parts rings = {0};
    GEOSGeometry *made = NULL;
    bool ok = parts_init(&rings, end - first, err);
    for (uint32_t ring = first; ok && ring < end; ring++)
        ok = add_part(&rings, make_part_of(making, GEOS_LINEARRING, shape, ring, err));
    if (ok) {
        made = GEOSGeom_createPolygon_r(making->geometry->context, rings.items[0], rings.items + 1,
                                        rings.n - 1);
        rings.n = 0; /* taken, whatever came of it */
        if (!made)
            fail(making, "take a polygon", err);
    }
    clear_parts(making->geometry, &rings);
    return made;
}

/* One geometry of several, of this type where they are more than one. */
static GEOSGeometry *join(struct making *making, struct parts *parts, int type,
                          struct aro_error *err)
{
    GEOSGeometry *whole = parts->items[0];
    if (parts->n > 1)
        whole =
            GEOSGeom_createCollection_r(making->geometry->context, type, parts->items, parts->n);
    parts->n = 0; /* taken, whatever came of it */
    if (!whole)
        fail(making, "take a geometry", err);
    return whole;
}

/* 0 for points, 1 for lines, 2 for areas. */
static int dimension_of(const struct geo_cql2_shape *shape)
{
    bool lines = shape->type == GEO_CQL2_LINESTRING || shape->type == GEO_CQL2_MULTILINESTRING;
    return shape->n_polygons > 0 ? 2 : lines ? 1 : 0;
}

/* One that crosses itself has no inside that all would agree on. */
static bool check_valid(struct making *making, const GEOSGeometry *whole, struct aro_error *err)
{
    GEOSContextHandle_t context = making->geometry->context;
    char *reason = NULL;
    GEOSGeometry *place = NULL;
    char valid = GEOSisValidDetail_r(context, whole, 0, &reason, &place);
    if (valid == 0) {
        char why[160];
        double x = 0, y = 0;
        GEOSGeomGetX_r(context, place, &x);
        GEOSGeomGetY_r(context, place, &y);
        snprintf(why, sizeof why, "the geometry is not valid: %.60s at %.7f %.7f", reason, x, y);
        refuse(making, why, err);
    } else if (valid != 1) {
        fail(making, "check a geometry", err);
    }
    GEOSFree_r(context, reason);
    destroy(making->geometry, place);
    return valid == 1;
}

static GEOSGeometry *make_shape(struct making *making, const struct geo_cql2_shape *shape,
                                struct aro_error *err)
{
    static const int types[] = {GEOS_MULTIPOINT, GEOS_MULTILINESTRING, GEOS_MULTIPOLYGON};
    int dimension = dimension_of(shape);
    size_t n = dimension == 2 ? shape->n_polygons : shape->n_parts;
    struct parts parts = {0};
    GEOSGeometry *whole = NULL;
    bool ok = parts_init(&parts, n, err);
    for (uint32_t i = 0; ok && i < n; i++)
        ok = add_part(&parts, dimension == 2
                                  ? make_polygon(making, shape, i, err)
                                  : make_part_of(making, dimension ? GEOS_LINESTRING : GEOS_POINT,
                                                 shape, i, err));
    if (ok)
        whole = join(making, &parts, types[dimension], err);
    clear_parts(making->geometry, &parts);
    making->geometry->one_place &= dimension == 0;
    if (!whole || check_valid(making, whole, err))
        return whole;
    destroy(making->geometry, whole);
    return NULL;
}

/* ------------------------------------------------------------------ boxes */

/* A ring around a box, with enough vertices for its sides to follow the axes of another system. */
static uint32_t write_ring(const struct geo_cql2_box *box, double *out_xy)
{
    const double x[] = {box->min_x, box->max_x, box->max_x, box->min_x, box->min_x};
    const double y[] = {box->min_y, box->min_y, box->max_y, box->max_y, box->min_y};
    uint32_t n = 0;
    for (int step = 0; step <= 4 * SIDE_STEPS; step++, n++) {
        int side = step / SIDE_STEPS, next = side < 4 ? side + 1 : 4;
        double share = (double)(step % SIDE_STEPS) / SIDE_STEPS;
        out_xy[2 * n] = x[side] + share * (x[next] - x[side]);
        out_xy[2 * n + 1] = y[side] + share * (y[next] - y[side]);
    }
    return n;
}

/* Across the antimeridian it is two. */
static GEOSGeometry *make_box_areas(struct making *making, const struct geo_cql2_box *box,
                                    struct aro_error *err)
{
    double xy[2 * 2 * (4 * SIDE_STEPS + 1)];
    bool crosses = box->min_x > box->max_x;
    struct geo_cql2_box west = *box, east = *box;
    if (crosses) {
        east.max_x = 180;
        west.min_x = -180;
    }
    uint32_t part_ends[2], polygon_ends[2] = {1, 2};
    part_ends[0] = write_ring(&east, xy);
    part_ends[1] = part_ends[0] + (crosses ? write_ring(&west, xy + 2 * part_ends[0]) : 0);
    struct geo_cql2_shape shape = {.type = GEO_CQL2_MULTIPOLYGON,
                                   .xy = xy,
                                   .part_ends = part_ends,
                                   .polygon_ends = polygon_ends,
                                   .n_vertices = part_ends[crosses],
                                   .n_parts = 1 + crosses,
                                   .n_polygons = 1 + crosses};
    return make_shape(making, &shape, err);
}

static bool check_box(const struct making *making, const struct geo_cql2_box *box,
                      struct aro_error *err)
{
    if (box->min_y > box->max_y)
        return refuse(making, "the south of the BBOX is above its north", err);
    if (making->crs->to_wgs84 && box->min_x > box->max_x)
        return refuse(making, "the first corner of the BBOX is not below the second", err);
    return true;
}

static GEOSGeometry *make_box(struct making *making, struct geo_cql2_box box, struct aro_error *err)
{
    static const struct geo_cql2_crs degrees = {0};
    if (making->crs->is_latitude_first) {
        box = (struct geo_cql2_box){box.min_y, box.min_x, box.max_y, box.max_x};
        making->crs = &degrees;
    }
    const double xy[] = {box.min_x, box.min_y, box.max_x, box.max_y};
    bool thin = box.min_x == box.max_x, flat = box.min_y == box.max_y;
    const uint32_t end = thin && flat ? 1 : 2;
    struct geo_cql2_shape line = {.type = thin && flat ? GEO_CQL2_POINT : GEO_CQL2_LINESTRING,
                                  .xy = xy,
                                  .part_ends = &end,
                                  .n_vertices = end,
                                  .n_parts = 1};
    if (!check_box(making, &box, err))
        return NULL;
    if (thin || flat)
        return make_shape(making, &line, err);
    GEOSGeometry *whole = make_box_areas(making, &box, err);
    if (whole && !making->crs->to_wgs84) {
        making->geometry->is_box = true;
        making->geometry->box = (struct geo_bbox){box.min_x, box.min_y, box.max_x, box.max_y};
    }
    return whole;
}

/* ------------------------------------------------------------------ the whole */

/* Of a collection: what it has of one dimension, areas that overlap as one. */
static bool unite(struct making *making, int dimension, struct parts *parts, struct aro_error *err)
{
    GEOSContextHandle_t context = making->geometry->context;
    struct geo_cql2_extent *extent = &making->geometry->extents[dimension];
    GEOSGeometry *all = join(making, parts, GEOS_GEOMETRYCOLLECTION, err);
    extent->whole = all ? GEOSUnaryUnion_r(context, all) : NULL;
    bool ok = extent->whole || (all && fail(making, "unite the parts of a collection", err));
    destroy(making->geometry, all);
    return ok;
}

static bool make_collection(struct making *making, struct aro_error *err)
{
    const struct geo_cql2_node *node = making->node;
    struct parts parts = {0};
    bool ok = true;
    for (int dimension = 0; ok && dimension < GEO_CQL2_N_DIMENSIONS; dimension++) {
        ok = parts_init(&parts, node->n_args, err);
        for (uint32_t i = 0; ok && i < node->n_args; i++)
            if (dimension_of(&node->args[i]->shape) == dimension)
                ok = add_part(&parts, make_shape(making, &node->args[i]->shape, err));
        if (ok && parts.n > 0)
            ok = unite(making, dimension, &parts, err);
        clear_parts(making->geometry, &parts);
        parts = (struct parts){0};
    }
    making->geometry->is_collection = true;
    return ok;
}

static bool make_extents(struct making *making, struct aro_error *err)
{
    struct geo_cql2_literal *geometry = making->geometry;
    const struct geo_cql2_node *node = making->node;
    if (node->op == GEO_CQL2_COLLECTION)
        return make_collection(making, err);
    GEOSGeometry *whole = node->op == GEO_CQL2_BBOX ? make_box(making, node->box, err)
                                                    : make_shape(making, &node->shape, err);
    if (!whole)
        return false;
    geometry->extents[GEOSGeom_getDimensions_r(geometry->context, whole)].whole = whole;
    geometry->is_point = geometry->one_place && making->n_vertices == 1;
    return true;
}

struct geo_cql2_literal *geo_cql2_literal_new(const struct geo_cql2_tree *tree,
                                              const struct geo_cql2_node *node,
                                              const struct geo_cql2_crs *crs, struct aro_error *err)
{
    struct geo_cql2_literal *geometry = calloc(1, sizeof *geometry);
    struct making making = {geometry, tree, node, crs, NULL, 0, 0, 0};
    if (geometry)
        geometry->context = GEOS_init_r();
    if (!geometry || !geometry->context) {
        aro_error_no_memory(err);
        geo_cql2_literal_free(geometry);
        return NULL;
    }
    geometry->one_place = true;
    GEOSContext_setErrorMessageHandler_r(geometry->context, on_error, geometry);
    bool ok = make_extents(&making, err);
    if (ok && making.n_swapped == making.n_vertices)
        ok = refuse(&making,
                    "the geometry looks latitude first: write longitude, then latitude "
                    "(France lies at lon -5 to 10, lat 41 to 51)",
                    err);
    free(making.xy);
    if (ok)
        return geometry;
    geo_cql2_literal_free(geometry);
    return NULL;
}
