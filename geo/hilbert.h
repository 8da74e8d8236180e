/*
 * The order in which points are kept: along a Hilbert curve, so that neighbours on the map are
 * neighbours in memory.
 */
#ifndef ARO_GEO_HILBERT_H
#define ARO_GEO_HILBERT_H

#include "geo/coord.h"

/**
 * Distance along the Hilbert curve of order 32 over the whole earth. Total order of places:
 * two coordinates have one key only if they are equal.
 *
 * Source: D. Hilbert, "Über die stetige Abbildung einer Linie auf ein Flächenstück", 1891.
 */
uint64_t geo_hilbert_key(struct geo_coord coord);

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
