/*
 * The inside of rendering a tile: the job that its parts share.
 */
#ifndef ARO_SERVER_TILE_INSIDE_H
#define ARO_SERVER_TILE_INSIDE_H

#include "geo/mvt.h"
#include "server/clusters.h"
#include "server/tile_render.h"

struct tile_scratch {
    struct geo_mvt *mvt;
    struct geo_runs runs;
    struct aro_buffer text;
    struct geo_clusters clusters;
};

/** A tile in the making. Owned by one thread. */
struct tile_job {
    const struct snapshot *snapshot;
    const struct tile_request *request;
    struct tile_scratch *scratch;
    struct aro_buffer *out;
};

/** The layers initiatives, clusters and _meta. */
bool tile_draw_initiatives(const struct tile_job *job, struct aro_error *err);

#endif
