/*
 * A packed, static R-tree over points in Hilbert order.
 *
 * Positions (0 to n-1) are places in the caller's arrays: sort the data with geo_hilbert_order()
 * first, then everything about a point stands at its position. Boxes are 32-bit integers, an
 * array per level, no pointers.
 */
#ifndef ARO_GEO_INDEX_H
#define ARO_GEO_INDEX_H

#include "geo/bbox.h"

/** Distance along the Hilbert curve of order 32 over the whole earth. Total order of places. */
uint64_t geo_hilbert_key(struct geo_coord coord);

/**
 * The permutation that puts the points in the order of (Hilbert key, id).
 *
 * @param ids        n ids, breaking ties between points at one place
 * @param out_order  room for n; out_order[position] is the input's place
 */
bool geo_hilbert_order(const struct geo_coord *coords, const int64_t *ids, size_t n,
                       uint32_t *out_order, struct aro_error *err);

/** Consecutive positions: first to end - 1. Plain value. */
struct geo_run {
    uint32_t first, end;
};

/** Ascending, disjoint, never touching runs. Start from {0}; geo_runs_clear() releases. */
struct geo_runs {
    struct geo_run *items; /* owned */
    size_t n, capacity;
};

void geo_runs_clear(struct geo_runs *runs);

/** Appends positions first to end - 1, at or behind what is there; joins runs that touch. */
bool geo_runs_add(struct geo_runs *runs, uint32_t first, uint32_t end, struct aro_error *err);

/** How many positions the runs hold. */
size_t geo_runs_count(const struct geo_runs *runs);

/** Immutable after build: any number of threads may search. */
struct geo_index;

/**
 * @param coords  n (0 to UINT32_MAX - 1) coordinates in Hilbert order; borrowed until the index
 *                is freed
 * @return        owned by the caller, who calls geo_index_free(); NULL on ARO_NO_MEMORY
 */
struct geo_index *geo_index_new(const struct geo_coord *coords, size_t n, struct aro_error *err);
void geo_index_free(struct geo_index *index);

/** The rectangle around all points; false when there are none. */
bool geo_index_extent(const struct geo_index *index, struct geo_rect *out_rect);

/**
 * Every position whose coordinate is inside the box, and no other, as runs in ascending order.
 *
 * @param out_runs  emptied first; on failure empty
 */
bool geo_index_search(const struct geo_index *index, const struct geo_bbox *bbox,
                      struct geo_runs *out_runs, struct aro_error *err);

#endif
