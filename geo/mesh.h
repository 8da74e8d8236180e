/*
 * Shapes that share their borders, held as arcs: each border is there once, whoever looks at it.
 * What is left out of an arc is left out for both its sides, so that neighbours never come apart
 * nor overlap; a union is what remains when the arcs inside it are dropped.
 *
 * Two shapes share a border where both have the same vertices on it. Where they do not (one has a
 * vertex that the other lacks, or they overlap), each has arcs of its own there, with one side
 * only: shapes stay what they were, but a union then keeps both lines, and what is said below
 * about planar shapes does not hold around that place.
 *
 * Each vertex has an importance: the area of the triangle that its removal cuts off or fills, in
 * web mercator, so that it means as much on the screen at each latitude; and never less than that
 * of a vertex that had to be removed before it. The vertices at or above a threshold are a
 * simplified mesh; geo_mesh_importance_of_zoom() says which threshold suits a zoom.
 *
 * For shapes that are planar (edges meet at their ends only), every threshold gives planar shapes,
 * exactly, in longitude and latitude: a vertex is removed only when its triangle, edges included,
 * holds no other vertex that is left, and the edge that takes its place is not there already. By
 * induction no edge ever crosses or covers another. So no shape, part, hole or island vanishes: a
 * ring keeps three vertices at least.
 *
 * Source: M. Visvalingam, J. D. Whyatt, "Line generalisation by repeated elimination of points",
 * The Cartographic Journal 30 (1), 1993.
 */
#ifndef ARO_GEO_MESH_H
#define ARO_GEO_MESH_H

#include "geo/rings.h"

/** Immutable after build: any number of threads may read it. */
struct geo_mesh;

enum { GEO_MESH_NO_GROUP = UINT32_MAX };

/**
 * @param shapes  rings wound as geo_rings_wind() does; borrowed for the call
 * @return        owned by the caller, who calls geo_mesh_free(); NULL on ARO_NO_MEMORY,
 *                ARO_BAD_INPUT (a ring with fewer than three different vertices in a row) or
 *                ARO_TOO_LARGE (more than 2^29 vertices)
 */
struct geo_mesh *geo_mesh_new(const struct geo_rings *shapes, struct aro_error *err);
void geo_mesh_free(struct geo_mesh *mesh);

size_t geo_mesh_n_shapes(const struct geo_mesh *mesh);

/**
 * The importance below which a vertex does not show at a zoom, on tiles of 512 pixels: a triangle
 * of a quarter of a square pixel, which moves an outline by half a pixel over the width of one.
 * Twice as fine at each zoom.
 *
 * @param zoom  0 to 30
 * @return      above 0, in squares of 2^-32 of the map's width, as geo/mercator.h counts
 */
double geo_mesh_importance_of_zoom(uint8_t zoom);

/**
 * Appends one shape with the vertices whose importance is at least min_importance (0: all). Its
 * polygons and rings are those that the shape was built from, in their order; in shapes that are
 * not planar a ring may have fewer than three vertices left.
 *
 * @param shape      below geo_mesh_n_shapes()
 * @param out_rings  on failure it may hold a part of the shape: clear or empty it
 * @param err        ARO_NO_MEMORY, ARO_TOO_LARGE
 */
bool geo_mesh_shape(const struct geo_mesh *mesh, size_t shape, double min_importance,
                    struct geo_rings *out_rings, struct aro_error *err);

/**
 * Appends n_groups shapes, each the union of the shapes of one group, with the vertices whose
 * importance is at least min_importance (0: the exact outlines). Rings touch themselves nowhere;
 * outer rings run counter-clockwise, holes clockwise, in the polygon that holds them.
 *
 * @param groups     by shape: below n_groups, or GEO_MESH_NO_GROUP for a shape in none
 * @param out_rings  a group without shapes gives an empty one; on failure clear or empty it
 * @param err        ARO_NO_MEMORY, ARO_TOO_LARGE
 */
bool geo_mesh_dissolve(const struct geo_mesh *mesh, const uint32_t *groups, size_t n_groups,
                       double min_importance, struct geo_rings *out_rings, struct aro_error *err);

#endif
