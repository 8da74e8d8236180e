/*
 * What a map can show of many points: clusters of those that would lie on each other, and stacks
 * of those at one and the same place. Local: what a cluster is depends on what is near it and on
 * nothing else, so that a map, its tiles and every later state of the data agree.
 *
 * A level cuts the web mercator map (geo/mercator.h) into 2^level by 2^level cells. Each cell with
 * points has a weight, (number of points, a hash of its address), and a middle, the mean of its
 * points on the map. Two cells are close when they touch and their middles lie within 7/8 of a
 * cell's width. A cell heavier than every one close to it is a centre; any other is absorbed by
 * the heaviest centre close to it, if there is one, and else stands alone. A cluster is a cell
 * that is not absorbed, with those that it absorbs; the cell's address is its name. Nothing is
 * absorbed by what is itself absorbed, so there is no cascade: where a cell goes depends on the
 * cells at most two away. A change of one point can therefore alter only clusters whose cell is at
 * most three away from the point's own: 49 of a level. Cells end at the antimeridian.
 *
 * All points take part in this, whatever a filter says; a set of positions then says which of them
 * are counted. So the clusters of a filter are those of the whole, with fewer in them.
 */
#ifndef ARO_GEO_CLUSTER_H
#define ARO_GEO_CLUSTER_H

#include "geo/bits.h"
#include "geo/blocks.h"
#include "geo/cells.h"

enum {
    GEO_CLUSTER_GROUPS = 4,
    GEO_CLUSTER_MAX_LEVEL = 24,
    GEO_CLUSTER_REACH = 3, /* cells from a point to the cell of a cluster that it can alter */
};

/** What is known of 64 positions together, so that they need not be read one by one. */
struct geo_cluster_block {
    uint64_t x_sum, y_sum;       /* of the places of all positions before these */
    struct geo_mercator_box box; /* around these */
};

/** The points, in Hilbert order; everything borrowed. Plain value. */
struct geo_cluster_points {
    uint32_t n;
    const uint64_t *keys;                           /* geo_hilbert_key() of each */
    const struct geo_mercator *places;              /* the place of each on the map */
    const struct geo_cluster_block *blocks;         /* geo_bits_words(n) */
    const uint64_t *group_bits[GEO_CLUSTER_GROUPS]; /* the positions of each group */
};

/** @param out_blocks  room for geo_bits_words(n) */
void geo_cluster_blocks_fill(const struct geo_mercator *places, uint32_t n,
                             struct geo_cluster_block *out_blocks);

/** A cluster of all points: what a filter leaves of it is not asked yet. */
struct geo_cluster_area {
    struct geo_cell cell; /* the one that absorbs the others */
    size_t first_run, n_runs;
};

/** Start from {0}; geo_cluster_areas_clear() releases. */
struct geo_cluster_areas {
    struct geo_cluster_area *items; /* owned; in the order of their cells' positions */
    size_t n, capacity;
    struct geo_run *runs; /* owned; those of an area ascend and do not touch */
    size_t n_runs, runs_capacity;
};

void geo_cluster_areas_clear(struct geo_cluster_areas *areas);
/** Lists what is in them (geo/blocks.h): the struct itself is its holder's. */
void geo_cluster_areas_blocks(const struct geo_cluster_areas *areas, struct geo_blocks *out_blocks);

/**
 * Every cluster that has, or could have, a point in the box; some near it have none.
 *
 * @param level      0 to GEO_CLUSTER_MAX_LEVEL
 * @param out_areas  emptied first, its room used again; on failure empty
 * @param err        ARO_NO_MEMORY
 */
bool geo_cluster_areas_find(const struct geo_cluster_points *points, uint8_t level,
                            const struct geo_mercator_box *box, struct geo_cluster_areas *out_areas,
                            struct aro_error *err);

/** What is left of a cluster under a filter, or the points of one place. Plain value. */
struct geo_cluster {
    struct geo_cell cell; /* that names the cluster; of a place the cell of the finest level */
    uint32_t first;       /* the lowest counted position */
    uint32_t position;    /* of the counted point that is nearest to their mean, measured in 2^-31
                           * of the map's width; the lowest one among equals */
    uint32_t count;       /* 1 or more */
    uint32_t group_counts[GEO_CLUSTER_GROUPS];
    struct geo_mercator_box box; /* around the counted points */
};

/** Start from {0}; geo_clusters_clear() releases. */
struct geo_clusters {
    struct geo_cluster *items; /* owned */
    size_t n, capacity;
};

void geo_clusters_clear(struct geo_clusters *clusters);

/** Two points or more, all at one place. */
static inline bool geo_cluster_is_stack(const struct geo_cluster *cluster)
{
    return cluster->count > 1 && cluster->box.low.x == cluster->box.high.x &&
           cluster->box.low.y == cluster->box.high.y;
}

/**
 * A level at which its points are in two clusters or more, whatever is around: the first one where
 * they are three cells apart. GEO_CLUSTER_MAX_LEVEL + 1 where there is none.
 */
uint8_t geo_cluster_expansion_level(const struct geo_cluster *cluster);

/**
 * Counts and places the clusters of the areas; those without a counted point are left out.
 *
 * @param bits          the positions that count; NULL: all
 * @param out_clusters  emptied first, its room used again; in the order of the areas; on failure
 *                      empty
 * @param err           ARO_NO_MEMORY
 */
bool geo_clusters_measure(const struct geo_cluster_points *points,
                          const struct geo_cluster_areas *areas, const uint64_t *bits,
                          struct geo_clusters *out_clusters, struct aro_error *err);

/**
 * One for each place: what is shown where there is room for every point.
 *
 * @param runs  the positions looked at; those of them in `bits` count
 */
bool geo_clusters_by_place(const struct geo_cluster_points *points, const struct geo_runs *runs,
                           const uint64_t *bits, struct geo_clusters *out_clusters,
                           struct aro_error *err);

#endif
