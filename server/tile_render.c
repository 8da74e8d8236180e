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
    geo_clusters_clear(&scratch->clusters);
    free(scratch);
}

bool tile_render(const struct snapshot *snapshot, const struct tile_request *request,
                 struct tile_scratch *scratch, struct aro_buffer *out, struct aro_error *err)
{
    struct tile_job job = {snapshot, request, scratch, out};
    size_t before = out->len;
    bool ok = !(request->sets & TILE_INITIATIVES) || tile_draw_initiatives(&job, err);
    if (!ok)
        out->len = before;
    return ok;
}
