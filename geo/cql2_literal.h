/*
 * Geometry literals of a filter, made ready for being asked about many points.
 *
 * Angles are WGS 84 degrees, longitude first; lines between vertices are straight in that plane.
 * A stored coordinate and a literal written with the same seven decimals are the same point.
 */
#ifndef ARO_GEO_CQL2_LITERAL_H
#define ARO_GEO_CQL2_LITERAL_H

#include "geo/bbox.h"
#include "geo/cql2.h"
#include "geo/geos.h"

/**
 * What the numbers of literals mean. Start from {0}: longitude and latitude (OGC:CRS84).
 *
 * `is_latitude_first`: degrees, the other way round (EPSG:4326). Else `to_wgs84` takes them where
 * it is not NULL; lines between vertices are then straight in longitude and latitude, and the sides
 * of a BBOX bend as its system has them.
 */
struct geo_cql2_crs {
    bool is_latitude_first;
    /** @param err  ARO_BAD_INPUT: the position has no place there */
    bool (*to_wgs84)(void *context, double x, double y, struct geo_point *out_point,
                     struct aro_error *err);
    void *context;
};

/** Owned by one thread: what is made ready is made on first use. */
struct geo_cql2_literal;

/**
 * @param tree, node  a SHAPE, BBOX or COLLECTION; borrowed for the call
 * @param crs         borrowed for the call
 * @return            owned by the caller, who calls geo_cql2_literal_free(); NULL on
 *                    ARO_BAD_INPUT (out of range, latitude first by the look of it, a polygon
 *                    that crosses itself: the message says where), ARO_NO_MEMORY
 */
struct geo_cql2_literal *geo_cql2_literal_new(const struct geo_cql2_tree *tree,
                                              const struct geo_cql2_node *node,
                                              const struct geo_cql2_crs *crs,
                                              struct aro_error *err);
void geo_cql2_literal_free(struct geo_cql2_literal *geometry);

/** The box around it; across the antimeridian only where the literal is a BBOX that is. */
const struct geo_bbox *geo_cql2_literal_box(const struct geo_cql2_literal *geometry);

/** True for a POINT, with its place. */
bool geo_cql2_literal_is_point(const struct geo_cql2_literal *geometry,
                               struct geo_point *out_point);

/** True where inside the box is inside or on the border of the geometry. */
bool geo_cql2_literal_is_box(const struct geo_cql2_literal *geometry);

/**
 * Whether the condition holds for a point and the geometry, in this order. One that asks for a
 * common extent (S_OVERLAPS, S_CROSSES) never holds for a point.
 *
 * @param op   S_INTERSECTS to S_CONTAINS
 * @param err  ARO_NO_MEMORY; ARO_BAD_INPUT where GEOS gives up
 */
bool geo_cql2_relate_point(struct geo_cql2_literal *geometry, enum geo_cql2_op op,
                           struct geo_coord coord, bool *out_holds, struct aro_error *err);

/**
 * Whether it holds for two literals. Of a COLLECTION only S_INTERSECTS and S_DISJOINT can be told
 * (ARO_BAD_INPUT for the others).
 */
bool geo_cql2_relate(struct geo_cql2_literal *a, enum geo_cql2_op op, struct geo_cql2_literal *b,
                     bool *out_holds, struct aro_error *err);

/** The condition that holds for (b, a) where this one holds for (a, b). */
enum geo_cql2_op geo_cql2_flipped(enum geo_cql2_op op);

#endif
