#include "geo/geos.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <geos_c.h>

enum { MIN_RING_POINTS = 4 }; /* of a GEOS ring, whose last point is its first */

struct geo_geos {
    GEOSContextHandle_t context;
    char message[200]; /* GEOS's last error */
    double *ordinates; /* x and y in turn, of one ring */
    size_t ordinates_capacity;
    struct geo_rings result; /* one shape on its way out */
};

static void on_error(const char *message, void *context)
{
    struct geo_geos *geos = context;
    snprintf(geos->message, sizeof geos->message, "%s", message);
}

struct geo_geos *geo_geos_new(struct aro_error *err)
{
    struct geo_geos *geos = calloc(1, sizeof *geos);
    if (geos)
        geos->context = GEOS_init_r();
    if (!geos || !geos->context) {
        free(geos);
        aro_error_no_memory(err);
        return NULL;
    }
    GEOSContext_setErrorMessageHandler_r(geos->context, on_error, geos);
    return geos;
}

void geo_geos_free(struct geo_geos *geos)
{
    if (!geos)
        return;
    GEOS_finish_r(geos->context);
    geo_rings_clear(&geos->result);
    free(geos->ordinates);
    free(geos);
}

/* What GEOS could not do; an error that is set already stays. */
static bool fail(struct geo_geos *geos, const char *what, struct aro_error *err)
{
    if (strstr(geos->message, "bad_alloc"))
        return aro_error_no_memory(err);
    return aro_error_set(err, ARO_BAD_INPUT, "GEOS cannot %s: %s", what, geos->message);
}

static void destroy(struct geo_geos *geos, GEOSGeometry *geometry)
{
    if (geometry)
        GEOSGeom_destroy_r(geos->context, geometry);
}

static bool reserve(struct geo_geos *geos, size_t n_points, struct aro_error *err)
{
    if (2 * n_points <= geos->ordinates_capacity)
        return true;
    double *ordinates = realloc(geos->ordinates, 2 * n_points * sizeof *ordinates);
    if (!ordinates)
        return aro_error_no_memory(err);
    geos->ordinates = ordinates;
    geos->ordinates_capacity = 2 * n_points;
    return true;
}

/* ------------------------------------------------------------------ into GEOS */

/* Geometries gathered to become parts of one. */
struct parts {
    GEOSGeometry **items;
    unsigned n;
};

static void clear_parts(struct geo_geos *geos, struct parts *parts)
{
    for (unsigned i = 0; i < parts->n; i++)
        destroy(geos, parts->items[i]);
    free(parts->items);
}

/* A ring of one or two vertices is given enough points for GEOS to take it, and to call it bad. */
static GEOSGeometry *make_ring(struct geo_geos *geos, const struct geo_coord *coords, size_t n,
                               struct aro_error *err)
{
    size_t n_points = n + 1 < MIN_RING_POINTS ? MIN_RING_POINTS : n + 1;
    if (!reserve(geos, n_points, err))
        return NULL;
    for (size_t i = 0; i < n_points; i++) {
        geos->ordinates[2 * i] = coords[i < n ? i : 0].lon_e7;
        geos->ordinates[2 * i + 1] = coords[i < n ? i : 0].lat_e7;
    }
    GEOSCoordSequence *points = GEOSCoordSeq_copyFromBuffer_r(geos->context, geos->ordinates,
                                                              (unsigned)n_points, false, false);
    GEOSGeometry *ring = points ? GEOSGeom_createLinearRing_r(geos->context, points) : NULL;
    if (!ring)
        fail(geos, "take a ring", err);
    return ring;
}

/* Adds a polygon, unless it has no outer ring. */
static bool add_polygon(struct geo_geos *geos, const struct geo_rings *rings, size_t polygon,
                        struct parts *polygons, struct aro_error *err)
{
    bool ok = false;
    struct geo_run run = geo_ends_run(&rings->polygons, polygon);
    struct geo_run outer = {0};
    if (run.first < run.end)
        outer = geo_ends_run(&rings->rings, run.first);
    if (outer.first == outer.end)
        return true;
    struct parts made = {.items = calloc(run.end - run.first, sizeof *made.items)};
    GEOSGeometry *whole = NULL;
    if (!made.items) {
        aro_error_no_memory(err);
        goto done;
    }
    for (uint32_t ring = run.first; ring < run.end; ring++) {
        struct geo_run coords = geo_ends_run(&rings->rings, ring);
        if (coords.first == coords.end)
            continue;
        made.items[made.n] =
            make_ring(geos, rings->coords + coords.first, coords.end - coords.first, err);
        if (!made.items[made.n])
            goto done;
        made.n++;
    }
    whole = GEOSGeom_createPolygon_r(geos->context, made.items[0], made.items + 1, made.n - 1);
    made.n = 0; /* taken, whatever came of it */
    ok = whole || fail(geos, "take a polygon", err);
    if (ok)
        polygons->items[polygons->n++] = whole;
done:
    clear_parts(geos, &made);
    return ok;
}

/* All polygons of the shapes in one multipolygon, which is valid where they are one shape's. */
static GEOSGeometry *take_shapes(struct geo_geos *geos, const struct geo_rings *rings,
                                 const size_t *shapes, size_t n_shapes, struct aro_error *err)
{
    GEOSGeometry *whole = NULL;
    size_t n_polygons = 0;
    for (size_t i = 0; i < n_shapes; i++) {
        struct geo_run run = geo_ends_run(&rings->shapes, shapes[i]);
        n_polygons += run.end - run.first;
    }
    struct parts polygons = {.items = calloc(n_polygons + 1, sizeof *polygons.items)};
    if (!polygons.items) {
        aro_error_no_memory(err);
        goto done;
    }
    for (size_t i = 0; i < n_shapes; i++) {
        struct geo_run run = geo_ends_run(&rings->shapes, shapes[i]);
        for (uint32_t polygon = run.first; polygon < run.end; polygon++)
            if (!add_polygon(geos, rings, polygon, &polygons, err))
                goto done;
    }
    whole =
        GEOSGeom_createCollection_r(geos->context, GEOS_MULTIPOLYGON, polygons.items, polygons.n);
    polygons.n = 0;
    if (!whole)
        fail(geos, "take a shape", err);
done:
    clear_parts(geos, &polygons);
    return whole;
}

static GEOSGeometry *take_shape(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                                struct aro_error *err)
{
    return take_shapes(geos, rings, &shape, 1, err);
}

/* ------------------------------------------------------------------ out of GEOS */

static bool give_ring(struct geo_geos *geos, const GEOSGeometry *ring, bool *out_on_grid,
                      struct aro_error *err)
{
    unsigned n = 0;
    const GEOSCoordSequence *points = GEOSGeom_getCoordSeq_r(geos->context, ring);
    if (!points || !GEOSCoordSeq_getSize_r(geos->context, points, &n))
        return fail(geos, "give a ring", err);
    if (!reserve(geos, n, err))
        return false;
    if (!GEOSCoordSeq_copyToBuffer_r(geos->context, points, geos->ordinates, false, false))
        return fail(geos, "give a ring", err);
    for (size_t i = 0; i + 1 < n; i++) {
        double x = round(geos->ordinates[2 * i]), y = round(geos->ordinates[2 * i + 1]);
        *out_on_grid &= x == geos->ordinates[2 * i] && y == geos->ordinates[2 * i + 1];
        if (!geo_rings_add(&geos->result, (struct geo_coord){(int32_t)x, (int32_t)y}, err))
            return false;
    }
    return geo_rings_end_ring(&geos->result, err);
}

static bool give_polygon(struct geo_geos *geos, const GEOSGeometry *polygon, bool *out_on_grid,
                         struct aro_error *err)
{
    if (GEOSisEmpty_r(geos->context, polygon))
        return true;
    const GEOSGeometry *outer = GEOSGetExteriorRing_r(geos->context, polygon);
    int n_holes = GEOSGetNumInteriorRings_r(geos->context, polygon);
    if (!outer || n_holes < 0)
        return fail(geos, "give a polygon", err);
    if (!give_ring(geos, outer, out_on_grid, err))
        return false;
    for (int i = 0; i < n_holes; i++) {
        const GEOSGeometry *hole = GEOSGetInteriorRingN_r(geos->context, polygon, i);
        if (!hole || !give_ring(geos, hole, out_on_grid, err))
            return hole ? false : fail(geos, "give a hole", err);
    }
    return geo_rings_end_polygon(&geos->result, err);
}

/* All polygons of a geometry, which may be a collection of collections; lines and points are not
 * areas. */
static bool give_polygons(struct geo_geos *geos, const GEOSGeometry *geometry, bool *out_on_grid,
                          struct aro_error *err)
{
    int type = GEOSGeomTypeId_r(geos->context, geometry);
    if (type == GEOS_POLYGON)
        return give_polygon(geos, geometry, out_on_grid, err);
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION)
        return true;
    int n = GEOSGetNumGeometries_r(geos->context, geometry);
    for (int i = 0; i < n; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos->context, geometry, i);
        if (!part || !give_polygons(geos, part, out_on_grid, err))
            return part ? false : fail(geos, "give a part", err);
    }
    return true;
}

static bool give_shape(struct geo_geos *geos, const GEOSGeometry *geometry, bool *out_on_grid,
                       struct aro_error *err)
{
    *out_on_grid = true;
    geo_rings_empty(&geos->result);
    return give_polygons(geos, geometry, out_on_grid, err) &&
           geo_rings_end_shape(&geos->result, err);
}

/* Appends the areas of a geometry as one shape of grid coordinates, wound as it should be. */
static bool append_shape(struct geo_geos *geos, const GEOSGeometry *geometry,
                         struct geo_rings *out_rings, struct aro_error *err)
{
    bool on_grid = false;
    if (!give_shape(geos, geometry, &on_grid, err))
        return false;
    if (!on_grid) {
        /* Rounding vertex by vertex could make rings cross: GEOS rounds with an eye on that. */
        GEOSGeometry *rounded = GEOSGeom_setPrecision_r(geos->context, geometry, 1, 0);
        bool ok = rounded ? give_shape(geos, rounded, &on_grid, err)
                          : fail(geos, "round a shape to the grid", err);
        destroy(geos, rounded);
        if (!ok)
            return false;
    }
    geo_rings_wind(&geos->result);
    return geo_rings_add_shape(out_rings, &geos->result, 0, err);
}

/* ------------------------------------------------------------------ the questions */

static void read_place(struct geo_geos *geos, const GEOSGeometry *point,
                       struct geo_coord *out_coord)
{
    double x = 0, y = 0;
    GEOSGeomGetX_r(geos->context, point, &x);
    GEOSGeomGetY_r(geos->context, point, &y);
    *out_coord = (struct geo_coord){(int32_t)lround(x), (int32_t)lround(y)};
}

bool geo_geos_check(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                    bool *out_valid, struct geo_flaw *out_flaw, struct aro_error *err)
{
    GEOSGeometry *whole = take_shape(geos, rings, shape, err), *place = NULL;
    char *reason = NULL;
    if (!whole)
        return false;
    char valid = GEOSisValidDetail_r(geos->context, whole, 0, &reason, &place);
    bool ok = valid <= 1 || fail(geos, "check a shape", err);
    if (ok)
        *out_valid = valid == 1;
    if (valid == 0) {
        *out_flaw = (struct geo_flaw){0};
        snprintf(out_flaw->reason, sizeof out_flaw->reason, "%s", reason ? reason : "not valid");
        if (place)
            read_place(geos, place, &out_flaw->place);
    }
    GEOSFree_r(geos->context, reason);
    destroy(geos, place);
    destroy(geos, whole);
    return ok;
}

static GEOSGeometry *make_valid(struct geo_geos *geos, const GEOSGeometry *geometry)
{
    GEOSMakeValidParams *params = GEOSMakeValidParams_create_r(geos->context);
    GEOSGeometry *valid = NULL;
    if (params &&
        GEOSMakeValidParams_setMethod_r(geos->context, params, GEOS_MAKE_VALID_STRUCTURE) &&
        GEOSMakeValidParams_setKeepCollapsed_r(geos->context, params, 0))
        valid = GEOSMakeValidWithParams_r(geos->context, geometry, params);
    if (params)
        GEOSMakeValidParams_destroy_r(geos->context, params);
    return valid;
}

/* The area that the rings say, whichever way they run. */
static double said_area(const struct geo_rings *rings, size_t shape)
{
    double area2 = 0;
    struct geo_run polygons = geo_ends_run(&rings->shapes, shape);
    for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
        struct geo_run run = geo_ends_run(&rings->polygons, polygon);
        for (uint32_t ring = run.first; ring < run.end; ring++) {
            double ring_area2 = fabs((double)geo_rings_area2(rings, ring));
            area2 += ring == run.first ? ring_area2 : -ring_area2;
        }
    }
    return area2 / 2;
}

bool geo_geos_repair(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                     struct geo_rings *out_rings, double *out_change, struct aro_error *err)
{
    GEOSGeometry *whole = take_shape(geos, rings, shape, err);
    GEOSGeometry *valid = whole ? make_valid(geos, whole) : NULL;
    bool ok = valid ? append_shape(geos, valid, out_rings, err)
                    : whole && fail(geos, "repair a shape", err);
    if (ok) {
        double before = said_area(rings, shape), after = said_area(&geos->result, 0);
        double most = fmax(fabs(before), after);
        *out_change = most > 0 ? fmin(fabs(after - before) / most, 1) : 0;
    }
    destroy(geos, valid);
    destroy(geos, whole);
    return ok;
}

bool geo_geos_union(struct geo_geos *geos, const struct geo_rings *rings, const size_t *shapes,
                    size_t n_shapes, struct geo_rings *out_rings, struct aro_error *err)
{
    GEOSGeometry *all = take_shapes(geos, rings, shapes, n_shapes, err);
    GEOSGeometry *one = all ? GEOSUnaryUnion_r(geos->context, all) : NULL;
    bool ok =
        one ? append_shape(geos, one, out_rings, err) : all && fail(geos, "unite shapes", err);
    destroy(geos, one);
    destroy(geos, all);
    return ok;
}

bool geo_geos_point_on_surface(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                               struct geo_coord *out_coord, struct aro_error *err)
{
    struct geo_run run = geo_rings_coords_of_shape(rings, shape);
    if (run.first == run.end)
        return aro_error_set(err, ARO_BAD_INPUT, "a shape without a vertex has no surface");
    GEOSGeometry *whole = take_shape(geos, rings, shape, err);
    GEOSGeometry *point = whole ? GEOSPointOnSurface_r(geos->context, whole) : NULL;
    bool ok = point && !GEOSisEmpty_r(geos->context, point);
    if (ok)
        read_place(geos, point, out_coord);
    else if (whole)
        fail(geos, "find a point on a shape", err);
    destroy(geos, point);
    destroy(geos, whole);
    return ok;
}

bool geo_geos_difference(struct geo_geos *geos, const struct geo_rings *rings_a, size_t shape_a,
                         const struct geo_rings *rings_b, size_t shape_b, double *out_area,
                         struct aro_error *err)
{
    GEOSGeometry *difference = NULL;
    GEOSGeometry *a = take_shape(geos, rings_a, shape_a, err);
    GEOSGeometry *b = a ? take_shape(geos, rings_b, shape_b, err) : NULL;
    if (b)
        difference = GEOSSymDifference_r(geos->context, a, b);
    double area = 0;
    bool ok = difference && GEOSArea_r(geos->context, difference, &area);
    if (ok)
        *out_area = area;
    else if (b)
        fail(geos, "compare two shapes", err);
    destroy(geos, difference);
    destroy(geos, b);
    destroy(geos, a);
    return ok;
}

/* 2 is an exception, not a yes. */
static bool locate_one(struct geo_geos *geos, const GEOSPreparedGeometry *shape,
                       struct geo_coord coord, enum geo_geos_where *out_where)
{
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos->context, coord.lon_e7, coord.lat_e7);
    if (!point)
        return false;
    char touches = GEOSPreparedCovers_r(geos->context, shape, point);
    char holds = touches == 1 ? GEOSPreparedContains_r(geos->context, shape, point) : 0;
    destroy(geos, point);
    if (touches > 1 || holds > 1)
        return false;
    *out_where = holds ? GEO_GEOS_INSIDE : touches ? GEO_GEOS_ON_BORDER : GEO_GEOS_OUTSIDE;
    return true;
}

bool geo_geos_locate(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                     const struct geo_coord *coords, size_t n_coords,
                     enum geo_geos_where *out_where, struct aro_error *err)
{
    GEOSGeometry *whole = take_shape(geos, rings, shape, err);
    const GEOSPreparedGeometry *prepared = whole ? GEOSPrepare_r(geos->context, whole) : NULL;
    bool ok = prepared != NULL;
    for (size_t i = 0; i < n_coords && ok; i++)
        ok = locate_one(geos, prepared, coords[i], &out_where[i]);
    if (!ok && whole)
        fail(geos, "locate a point", err);
    if (prepared)
        GEOSPreparedGeom_destroy_r(geos->context, prepared);
    destroy(geos, whole);
    return ok;
}
