#include <stdlib.h>

#include "server/tile_inside.h"

struct tile_scratch *tile_scratch_new(struct aro_error *err)
{
    struct tile_scratch *scratch = calloc(1, sizeof *scratch);
    if (scratch)
        scratch->mvt = geo_mvt_new(err);
    else
        aro_error_no_memory(err);
    if (scratch && scratch->mvt)
        return scratch;
    free(scratch);
    return NULL;
}

void tile_scratch_free(struct tile_scratch *scratch)
{
    if (!scratch)
        return;
    geo_mvt_free(scratch->mvt);
    geo_runs_clear(&scratch->runs);
    aro_buffer_clear(&scratch->text);
    geo_tile_shape_room_clear(&scratch->shape);
    free(scratch->counts);
    geo_clusters_clear(&scratch->clusters);
    free(scratch);
}

bool tile_render(const struct snapshot *snapshot, const struct tile_request *request,
                 struct tile_scratch *scratch, struct aro_buffer *out, struct aro_error *err)
{
    struct tile_job job = {snapshot, request, scratch, out};
    size_t before = out->len;
    static const struct {
        enum tile_set set;
        enum snapshot_layer_kind kind;
    } areas[] = {
        {TILE_REGIONS, SNAPSHOT_LAYER_REGIONS},
        {TILE_DEPARTEMENTS, SNAPSHOT_LAYER_DEPARTEMENTS},
        {TILE_EPCIS, SNAPSHOT_LAYER_EPCIS},
        {TILE_COMMUNES, SNAPSHOT_LAYER_COMMUNES},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof areas / sizeof *areas; i++)
        ok = !(request->sets & areas[i].set) || tile_draw_areas(&job, areas[i].kind, err);
    ok = ok && (!(request->sets & TILE_INITIATIVES) || tile_draw_initiatives(&job, err));
    if (!ok)
        out->len = before;
    return ok;
}
