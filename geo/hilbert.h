/*
 * The order in which points are kept: along a Hilbert curve over the web mercator map, so that
 * neighbours on the map are neighbours in memory, and what lies in one square of a quadtree (a
 * tile, a cell) is one run of positions.
 */
#ifndef ARO_GEO_HILBERT_H
#define ARO_GEO_HILBERT_H

#include "geo/mercator.h"
#include "geo/runs.h"

/**
 * Distance along the Hilbert curve of order 32 over the map, from its north west corner to its
 * north east one. Two places have one key only if they are equal; so do two coordinates, but for
 * those beyond the map's edge (85.05113 degrees): there only the longitude tells.
 *
 * Source: D. Hilbert, "Über die stetige Abbildung einer Linie auf ein Flächenstück", 1891.
 */
uint64_t geo_hilbert_mercator_key(struct geo_mercator place);
uint64_t geo_hilbert_key(struct geo_coord coord);

/**
 * The positions whose points lie in the cell; empty when there are none.
 *
 * @param keys  n keys in ascending order, as those of points in Hilbert order are
 * @param cell  x and y below 2^level
 */
struct geo_run geo_hilbert_cell_run(const uint64_t *keys, uint32_t n, struct geo_cell cell);

/**
 * The permutation that puts the points in the order of (Hilbert key, id).
 *
 * @param ids        n ids, breaking ties between points at one place; equal ones keep their order
 * @param n          0 to UINT32_MAX - 1
 * @param out_order  room for n; out_order[position] is the input's place
 * @param err        ARO_NO_MEMORY (32 bytes a point, released before returning); ARO_TOO_LARGE
 */
bool geo_hilbert_order(const struct geo_coord *coords, const int64_t *ids, size_t n,
                       uint32_t *out_order, struct aro_error *err);

#endif
