/*
 * From a snapshot to the bytes of a vector tile: what the routes, their cache and the export call.
 * No HTTP in it.
 *
 * The tile of the set `initiatives` shows each matching initiative that has a place once:
 *   initiatives  a point for each one (id: the initiative's), or for all of one place a stack (id:
 *                the place's)
 *   clusters     those that would lie on each other (server/clusters.h), below the zoom
 *                that settings name, and where there are more than the budget
 *   _meta        one feature with the totals, where not each initiative has its own feature
 * The sets of territories, named as their layers communes, epcis, departements and regions, are
 * polygons without gap between them (none vanishes, however small), and a second layer,
 * communes_labels and so on, has a point inside of each that is wide enough for a name. Id: the
 * code read as a number of base 36; the numbers of initiatives are those of the query.
 *
 * The same data and request give the same bytes; ids are the same in each tile and at each zoom.
 * Around the tile a buffer of TILE_BUFFER lines is filled too, so that symbols on its edges are
 * whole: what lies there is in the neighbouring tile as well.
 */
#ifndef ARO_SERVER_TILE_RENDER_H
#define ARO_SERVER_TILE_RENDER_H

#include "geo/tile.h"
#include "server/query.h"

enum { TILE_BUFFER = 256 };

/** What a tile may show: bits. */
enum tile_set {
    TILE_REGIONS = 1,
    TILE_DEPARTEMENTS = 2,
    TILE_EPCIS = 4,
    TILE_COMMUNES = 8,
    TILE_INITIATIVES = 16,
};

/** Plain value; borrows the query. */
struct tile_request {
    unsigned sets; /* enum tile_set bits; their layers come in the order of the bits */
    struct geo_tile tile;
    const struct query *query; /* which initiatives count, of the same snapshot; NULL: all */
    uint8_t points_zoom;       /* from this zoom on points and stacks, below it clusters */
    uint32_t cell_px;          /* of clusters: 16 to 256, a power of two, on tiles of 512 pixels */
    size_t budget;             /* points and stacks in a tile at most; above it, clusters */
};

/** The room that rendering needs, used again from tile to tile. Owned by one thread. */
struct tile_scratch;
struct tile_scratch *tile_scratch_new(struct aro_error *err);
void tile_scratch_free(struct tile_scratch *scratch);

/**
 * @param out  the tile is appended; nothing is where the tile is empty
 * @param err  ARO_NO_MEMORY, and what the query's answer may fail with
 */
bool tile_render(const struct snapshot *snapshot, const struct tile_request *request,
                 struct tile_scratch *scratch, struct aro_buffer *out, struct aro_error *err);

#endif
