#include "geo/cql2_literal_internal.h"

enum where { OUTSIDE, ON_BORDER, INSIDE };

const struct geo_bbox *geo_cql2_literal_box(const struct geo_cql2_literal *geometry)
{
    return &geometry->box;
}

bool geo_cql2_literal_is_point(const struct geo_cql2_literal *geometry, struct geo_point *out_point)
{
    if (geometry->is_point)
        *out_point = geometry->place;
    return geometry->is_point;
}

bool geo_cql2_literal_is_box(const struct geo_cql2_literal *geometry)
{
    return geometry->is_box;
}

enum geo_cql2_op geo_cql2_flipped(enum geo_cql2_op op)
{
    return op == GEO_CQL2_S_WITHIN     ? GEO_CQL2_S_CONTAINS
           : op == GEO_CQL2_S_CONTAINS ? GEO_CQL2_S_WITHIN
                                       : op;
}

/* ------------------------------------------------------------------ a point */

/* The prepared form, made on first use. */
static const GEOSPreparedGeometry *prepare(struct geo_cql2_literal *geometry,
                                           struct geo_cql2_extent *extent, struct aro_error *err)
{
    if (!extent->prepared)
        extent->prepared = GEOSPrepare_r(geometry->context, extent->whole);
    if (!extent->prepared)
        geo_cql2_literal_fail(geometry, "prepare a geometry", err);
    return extent->prepared;
}

static bool locate_in_extent(struct geo_cql2_literal *geometry, struct geo_cql2_extent *extent,
                             const GEOSGeometry *point, enum where *out_where,
                             struct aro_error *err)
{
    const GEOSPreparedGeometry *prepared = prepare(geometry, extent, err);
    if (!prepared)
        return false;
    char meets = GEOSPreparedIntersects_r(geometry->context, prepared, point);
    char holds = meets == 1 ? GEOSPreparedContains_r(geometry->context, prepared, point) : 0;
    if (meets > 1 || holds > 1) /* 2 is an exception, not a yes */
        return geo_cql2_literal_fail(geometry, "locate a point", err);
    *out_where = holds ? INSIDE : meets ? ON_BORDER : OUTSIDE;
    return true;
}

/* Inside of any part is inside of the whole. */
static bool locate(struct geo_cql2_literal *geometry, struct geo_point place, enum where *out_where,
                   struct aro_error *err)
{
    enum where found = OUTSIDE;
    GEOSGeometry *point =
        GEOSGeom_createPointFromXY_r(geometry->context, place.lon_deg, place.lat_deg);
    bool ok = point || geo_cql2_literal_fail(geometry, "take a point", err);
    for (int i = 0; ok && i < GEO_CQL2_N_DIMENSIONS && found != INSIDE; i++) {
        enum where where = OUTSIDE;
        if (!geometry->extents[i].whole)
            continue;
        ok = locate_in_extent(geometry, &geometry->extents[i], point, &where, err);
        found = where > found ? where : found;
    }
    if (point)
        GEOSGeom_destroy_r(geometry->context, point);
    *out_where = found;
    return ok;
}

static enum where locate_in_box(const struct geo_bbox *box, struct geo_coord coord)
{
    struct geo_point point = geo_coord_to_point(coord);
    if (!geo_bbox_contains(box, coord))
        return OUTSIDE;
    bool on_border = point.lon_deg == box->west_deg || point.lon_deg == box->east_deg ||
                     point.lat_deg == box->south_deg || point.lat_deg == box->north_deg;
    return on_border ? ON_BORDER : INSIDE;
}

static bool holds_where(const struct geo_cql2_literal *geometry, enum geo_cql2_op op,
                        enum where where)
{
    switch (op) {
    case GEO_CQL2_S_INTERSECTS:
        return where != OUTSIDE;
    case GEO_CQL2_S_DISJOINT:
        return where == OUTSIDE;
    case GEO_CQL2_S_TOUCHES:
        return where == ON_BORDER;
    case GEO_CQL2_S_WITHIN:
        return where == INSIDE;
    case GEO_CQL2_S_EQUALS:
    case GEO_CQL2_S_CONTAINS:
        return where == INSIDE && geometry->one_place;
    default:
        return false;
    }
}

bool geo_cql2_relate_point(struct geo_cql2_literal *geometry, enum geo_cql2_op op,
                           struct geo_coord coord, bool *out_holds, struct aro_error *err)
{
    enum where where = OUTSIDE;
    if (geometry->is_box)
        where = locate_in_box(&geometry->box, coord);
    else if (!locate(geometry, geo_coord_to_point(coord), &where, err))
        return false;
    *out_holds = holds_where(geometry, op, where);
    return true;
}

/* ------------------------------------------------------------------ two literals */

static char relate(GEOSContextHandle_t context, enum geo_cql2_op op, const GEOSGeometry *a,
                   const GEOSGeometry *b)
{
    switch (op) {
    case GEO_CQL2_S_INTERSECTS:
        return GEOSIntersects_r(context, a, b);
    case GEO_CQL2_S_EQUALS:
        return GEOSEquals_r(context, a, b);
    case GEO_CQL2_S_DISJOINT:
        return GEOSDisjoint_r(context, a, b);
    case GEO_CQL2_S_TOUCHES:
        return GEOSTouches_r(context, a, b);
    case GEO_CQL2_S_WITHIN:
        return GEOSWithin_r(context, a, b);
    case GEO_CQL2_S_OVERLAPS:
        return GEOSOverlaps_r(context, a, b);
    case GEO_CQL2_S_CROSSES:
        return GEOSCrosses_r(context, a, b);
    default:
        return GEOSContains_r(context, a, b);
    }
}

/* Whether any parts meet. */
static bool relate_parts(struct geo_cql2_literal *a, const struct geo_cql2_literal *b,
                         bool *out_meet, struct aro_error *err)
{
    char meets = 0;
    for (int i = 0; i < GEO_CQL2_N_DIMENSIONS; i++)
        for (int j = 0; j < GEO_CQL2_N_DIMENSIONS; j++)
            if (meets == 0 && a->extents[i].whole && b->extents[j].whole)
                meets = GEOSIntersects_r(a->context, a->extents[i].whole, b->extents[j].whole);
    *out_meet = meets == 1;
    return meets <= 1 || geo_cql2_literal_fail(a, "compare two geometries", err);
}

static const GEOSGeometry *only_extent(const struct geo_cql2_literal *geometry)
{
    for (int i = 0; i < GEO_CQL2_N_DIMENSIONS; i++)
        if (geometry->extents[i].whole)
            return geometry->extents[i].whole;
    return NULL;
}

bool geo_cql2_relate(struct geo_cql2_literal *a, enum geo_cql2_op op, struct geo_cql2_literal *b,
                     bool *out_holds, struct aro_error *err)
{
    bool meet = false;
    if (op == GEO_CQL2_S_INTERSECTS || op == GEO_CQL2_S_DISJOINT) {
        if (!relate_parts(a, b, &meet, err))
            return false;
        *out_holds = meet == (op == GEO_CQL2_S_INTERSECTS);
        return true;
    }
    if (a->is_collection || b->is_collection)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "of a GEOMETRYCOLLECTION and another literal only S_INTERSECTS and "
                             "S_DISJOINT can be told");
    char holds = relate(a->context, op, only_extent(a), only_extent(b));
    if (holds > 1) /* 2 is an exception, not a yes */
        return geo_cql2_literal_fail(a, "compare two geometries", err);
    *out_holds = holds == 1;
    return true;
}
