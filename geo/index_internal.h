/*
 * The inside of a geo_index, for the walks over it: index.c and nearest.c.
 *
 * Level 0 holds a box for each GEO_INDEX_FANOUT points, each further level one for each
 * GEO_INDEX_FANOUT boxes of the level below; the last level is one box. Children are neighbours,
 * so that a node's place says which positions it holds.
 */
#ifndef ARO_GEO_INDEX_INTERNAL_H
#define ARO_GEO_INDEX_INTERNAL_H

#include "geo/index.h"

enum {
    GEO_INDEX_FANOUT_BITS = 3, /* with 16 children viewports are as fast, nearest 8 % slower */
    GEO_INDEX_FANOUT = 1 << GEO_INDEX_FANOUT_BITS,
    GEO_INDEX_MAX_LEVELS = (32 + GEO_INDEX_FANOUT_BITS - 1) / GEO_INDEX_FANOUT_BITS,
};

struct geo_index {
    const struct geo_coord *coords; /* borrowed */
    uint32_t n;
    uint32_t n_levels;                           /* 0 only when n is 0 */
    uint32_t level_first[GEO_INDEX_MAX_LEVELS];  /* where each level starts in boxes */
    uint32_t level_counts[GEO_INDEX_MAX_LEVELS]; /* how many boxes it has */
    struct geo_rect boxes[];
};

/** The nodes of the level below, or the positions under level 0, that a node holds. */
static inline struct geo_run geo_index_children(const struct geo_index *index, uint32_t level,
                                                uint32_t node)
{
    uint64_t first = (uint64_t)node << GEO_INDEX_FANOUT_BITS;
    uint64_t end = first + GEO_INDEX_FANOUT;
    uint64_t limit = level == 0 ? index->n : index->level_counts[level - 1];
    return (struct geo_run){(uint32_t)first, (uint32_t)(end < limit ? end : limit)};
}

/** All positions that a node holds. */
static inline struct geo_run geo_index_positions(const struct geo_index *index, uint32_t level,
                                                 uint32_t node)
{
    unsigned bits = GEO_INDEX_FANOUT_BITS * (level + 1);
    uint64_t first = (uint64_t)node << bits;
    uint64_t end = ((uint64_t)node + 1) << bits;
    return (struct geo_run){(uint32_t)first, (uint32_t)(end < index->n ? end : index->n)};
}

static inline const struct geo_rect *geo_index_boxes(const struct geo_index *index, uint32_t level)
{
    return index->boxes + index->level_first[level];
}

#endif
