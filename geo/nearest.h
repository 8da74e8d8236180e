/*
 * Nearest and radius queries: walk outward from a point, stop at the radius or at the limit,
 * whichever comes first.
 *
 * One distance ranks and cuts: geo_geodesic_m(), or what is within 1e-8 m of it up to 20 km.
 * Spherical and box bounds only prune, with their error as margin. Points at equal distance come
 * in ascending position.
 */
#ifndef ARO_GEO_NEAREST_H
#define ARO_GEO_NEAREST_H

#include "geo/index.h"

struct geo_hit {
    uint32_t position;
    double distance_m; /* geodesic */
};

/** Start from {0}; geo_hits_clear() releases. */
struct geo_hits {
    struct geo_hit *items; /* owned; nearest first */
    size_t n, capacity;
};

void geo_hits_clear(struct geo_hits *hits);
/** @param err  ARO_NO_MEMORY */
bool geo_hits_add(struct geo_hits *hits, struct geo_hit hit, struct aro_error *err);

/** The distance that ranks and cuts: that of a hit, to the last bit. */
double geo_nearest_m(struct geo_point from, struct geo_coord to);

/** Says whether the point at a position counts. NULL where every point does. */
typedef bool geo_accept_fn(const void *context, uint32_t position);

/**
 * The nearest accepted points.
 *
 * @param radius_m  points farther than this are left out; INFINITY for no radius
 * @param limit     at most this many; the walk stops there
 * @param out_hits  emptied first; nearest first; on failure empty
 * @param err       ARO_BAD_INPUT: from is not a valid position, or radius_m is negative or NaN;
 *                  ARO_NO_MEMORY
 */
bool geo_nearest(const struct geo_index *index, struct geo_point from, double radius_m,
                 size_t limit, geo_accept_fn *accept, const void *context,
                 struct geo_hits *out_hits, struct aro_error *err);

/**
 * Every point within the radius, as runs in ascending order: exactly those that geo_nearest()
 * would give. What lies well inside is not measured.
 *
 * @param out_runs  emptied first; on failure empty
 * @param err       as of geo_nearest()
 */
bool geo_within(const struct geo_index *index, struct geo_point from, double radius_m,
                struct geo_runs *out_runs, struct aro_error *err);

#endif
