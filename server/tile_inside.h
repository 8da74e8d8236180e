/*
 * The inside of rendering a tile: the job that its parts share.
 */
#ifndef ARO_SERVER_TILE_INSIDE_H
#define ARO_SERVER_TILE_INSIDE_H

#include "geo/mvt.h"
#include "geo/tile_shape.h"
#include "server/clusters.h"
#include "server/tile_render.h"

struct tile_scratch {
    struct geo_mvt *mvt;
    struct geo_runs runs;
    struct aro_buffer text;
    struct geo_tile_shape_room shape;
    uint32_t *counts; /* by area */
    size_t counts_capacity;
    struct geo_clusters clusters;
};

/** A tile in the making. Owned by one thread. */
struct tile_job {
    const struct snapshot *snapshot;
    const struct tile_request *request;
    struct tile_scratch *scratch;
    struct aro_buffer *out;
};

/** The layer of a kind of territory, and that of their names. */
bool tile_draw_areas(const struct tile_job *job, enum snapshot_layer_kind kind,
                     struct aro_error *err);

/** The layers initiatives, clusters and _meta. */
bool tile_draw_initiatives(const struct tile_job *job, struct aro_error *err);

#endif
