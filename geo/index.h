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
#include "geo/blocks.h"
#include "geo/hilbert.h"
#include "geo/runs.h"

/** Immutable after build: any number of threads may search. */
struct geo_index;

/**
 * @param coords  n (0 to UINT32_MAX - 1) coordinates in Hilbert order (any other order gives the
 *                same answers, slower); borrowed until the index is freed
 * @return        owned by the caller, who calls geo_index_free(); NULL on ARO_NO_MEMORY (2.3
 *                bytes a point are needed) or ARO_TOO_LARGE
 */
struct geo_index *geo_index_new(const struct geo_coord *coords, size_t n, struct aro_error *err);
void geo_index_free(struct geo_index *index);
/** Lists what it consists of (geo/blocks.h), without the coordinates. */
void geo_index_blocks(struct geo_index *const *index, struct geo_blocks *out_blocks);

/** The rectangle around all points; false when there are none. */
bool geo_index_extent(const struct geo_index *index, struct geo_rect *out_rect);

/**
 * Every position whose coordinate is inside the box, and no other, as runs in ascending order.
 *
 * @param out_runs  emptied first (its room is used again); on failure empty
 * @param err       ARO_NO_MEMORY
 */
bool geo_index_search(const struct geo_index *index, const struct geo_bbox *bbox,
                      struct geo_runs *out_runs, struct aro_error *err);

#endif
