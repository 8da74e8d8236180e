/*
 * The clusters, stacks and points that a map or a tile shows of the initiatives.
 *
 * The clusters of a level are those of all initiatives (geo/cluster.h); a query says which count.
 * So a cluster has the same name and nearly the same place under every filter, and where two tiles
 * show the same cluster they say the same of it. Initiatives without a place are in none.
 *
 * Names are whole numbers below 2^53, which every reader of JSON keeps:
 *   a point     the initiative's id
 *   a stack     2^52 + 2^51 + the lowest id of all initiatives at the place, at every level
 *   a cluster   2^52 + (4^level - 1) / 3 + y * 2^level + x of its cell
 *   a territory 2^51 + the bytes of "R" or "D" and its code
 */
#ifndef ARO_SERVER_CLUSTERS_H
#define ARO_SERVER_CLUSTERS_H

#include "geo/cluster.h"
#include "server/query.h"

/** What to look at. Plain value; everything borrowed. */
struct clusters_view {
    const struct snapshot *snapshot;
    const struct query *query; /* which initiatives count, of the same snapshot; NULL: all */
    struct geo_mercator_box box;
};

/**
 * The level whose cells are cell_px wide on a map of 256 pixels at zoom 0 (of tiles of 512 pixels:
 * give the tile's zoom + 1).
 *
 * @param cell_px  16 to 256, a power of two
 * @return         0 to GEO_CLUSTER_MAX_LEVEL: finer cells than those are not needed
 */
uint8_t clusters_level(double zoom, uint32_t cell_px);
/** The zoom at which the level's cells are cell_px wide: of an expansion level, the one to go to.
 */
int clusters_zoom(uint8_t level, uint32_t cell_px);

/**
 * Every cluster of the level that is drawn at a place in the box; single points and stacks among
 * them. What is counted may lie outside of the box.
 *
 * @param out_clusters  emptied first, its room used again; in the order of their cells; on failure
 *                      empty
 * @param err           ARO_NO_MEMORY, and what the query's answer may fail with
 */
bool clusters_in_box(const struct clusters_view *view, uint8_t level,
                     struct geo_clusters *out_clusters, struct aro_error *err);

/** Every place in the box with counted points, as a point or a stack. */
bool clusters_places_in_box(const struct clusters_view *view, struct geo_clusters *out_clusters,
                            struct aro_error *err);

/** Its name, as above. */
int64_t clusters_id(const struct snapshot *snapshot, const struct geo_cluster *cluster);

/**
 * The positions of all initiatives in the cluster or stack of that name.
 *
 * @param out_runs  emptied first; on failure empty
 * @param err       ARO_NOT_FOUND: today there is no such cluster; ARO_NO_MEMORY
 */
bool clusters_members(const struct snapshot *snapshot, int64_t id, struct geo_runs *out_runs,
                      struct aro_error *err);

#endif
