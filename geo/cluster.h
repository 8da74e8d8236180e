/*
 * What a screen can show of many points: clusters by the cells of a fixed quadtree, and stacks
 * of points at one and the same place.
 *
 * A cell of zoom z is a square of web mercator (EPSG:3857), cell_px pixels wide at that zoom on
 * tiles of 256 pixels. Latitudes beyond 85.05113 degrees count as that latitude. Cells end at the
 * antimeridian.
 *
 * Ids are whole numbers below 2^53, so that every JSON reader keeps them. No two groups of one
 * answer share one, nor do clusters of different levels:
 * - points at more than one place: the cell's. A cell's level is zoom + 8 - log2(cell_px), 0 to 26;
 *   its id is (4^level - 1) / 3 + row * 2^level + column, rows counted from the north, columns from
 *   the antimeridian eastward. The same square has the same id however zoom and cell_px name it.
 * - points at one place: 2^52 + 2^51 and 51 bits that mix longitude and latitude. The place has the
 *   same id at every zoom and in every answer, but where two places of one answer have the same
 *   bits (some 1 in 10^12 for a thousand stacks): then the one whose first position is higher
 *   has the next free id.
 */
#ifndef ARO_GEO_CLUSTER_H
#define ARO_GEO_CLUSTER_H

#include "geo/index.h"

enum { GEO_CLUSTER_GROUPS = 4, GEO_CLUSTER_MAX_ZOOM = 22 };

/** The points to group; everything borrowed for the call. */
struct geo_cluster_input {
    const struct geo_coord *coords; /* by position */
    const uint8_t *groups;          /* by position: bit g set where the point is of group g;
                                     * NULL where points have no groups */
    const struct geo_run *runs;     /* the positions that count */
    size_t n_runs;
};

/** One group of points. Plain value. */
struct geo_cluster {
    int64_t id;     /* of the cell, or of the place where all members share one */
    uint32_t first; /* the lowest position in it */
    uint32_t count;
    uint32_t group_counts[GEO_CLUSTER_GROUPS];
    struct geo_coord position; /* the member nearest to the mean of the members, in degrees; the
                                * lowest position among equals */
    uint8_t expansion_zoom;    /* the first zoom at which its members are not all in one cell;
                                * GEO_CLUSTER_MAX_ZOOM + 1 where there is none */
    bool stack;                /* two members or more, all at one place */
};

/** Start from {0}; geo_clusters_clear() releases. */
struct geo_clusters {
    struct geo_cluster *items; /* owned; in the order of their first position */
    size_t n, capacity;
};

void geo_clusters_clear(struct geo_clusters *clusters);

/**
 * Groups by cell. A cell with one point gives count 1, one whose points share a place a stack.
 *
 * @param input    runs in ascending order, as geo_runs_add() makes them; time and memory grow with
 *                 the positions they hold (4 bytes each) and with the groups found
 * @param zoom     0 to GEO_CLUSTER_MAX_ZOOM
 * @param cell_px  16 to 256, a power of two
 * @param out_clusters  emptied first, its room used again; on failure empty
 * @param err      ARO_BAD_INPUT: zoom or cell_px out of range; ARO_NO_MEMORY
 */
bool geo_clusters_by_cell(const struct geo_cluster_input *input, uint8_t zoom, uint32_t cell_px,
                          struct geo_clusters *out_clusters, struct aro_error *err);

/** Groups by place only: what is shown when there is room for every point. */
bool geo_clusters_by_place(const struct geo_cluster_input *input, struct geo_clusters *out_clusters,
                           struct aro_error *err);

#endif
