/*
 * The initiatives of each territory as an area of clusters: what cluster=admin counts and places.
 */
#include <stdlib.h>

#include "server/snapshot_build.h"

/* Neighbours in Hilbert order that are in one territory make a run of its area. */
struct filling {
    const struct snapshot *snapshot;
    const struct geo_cluster_points *points;
    bool by_region;
    struct geo_cluster_areas areas;
};

/* The region; where a commune has none, its département behind the regions, or the last area. */
static uint32_t area_of(const struct filling *filling, uint32_t position)
{
    const struct snapshot *snapshot = filling->snapshot;
    uint32_t commune = snapshot->initiative.communes[position];
    uint32_t region = snapshot->commune.regions[commune];
    uint32_t departement = snapshot->commune.departements[commune];
    uint32_t last = (uint32_t)(snapshot->n_regions + snapshot->n_departements);
    if (filling->by_region && region != SNAPSHOT_NONE)
        return region;
    return departement == SNAPSHOT_NONE ? last : (uint32_t)snapshot->n_regions + departement;
}

typedef void run_fn(struct filling *filling, uint32_t area, struct geo_run run);

static void for_runs(struct filling *filling, run_fn *visit)
{
    uint32_t first = 0;
    for (uint32_t at = 1; at <= filling->points->n; at++) {
        if (at < filling->points->n && area_of(filling, at) == area_of(filling, first))
            continue;
        visit(filling, area_of(filling, first), (struct geo_run){first, at});
        first = at;
    }
}

static void count_run(struct filling *filling, uint32_t area, struct geo_run run)
{
    (void)run;
    filling->areas.items[area].n_runs++;
    filling->areas.n_runs++;
}

static void add_run(struct filling *filling, uint32_t area, struct geo_run run)
{
    struct geo_cluster_area *item = &filling->areas.items[area];
    filling->areas.runs[item->first_run + item->n_runs++] = run;
}

static bool fill_areas(struct filling *filling, struct aro_error *err)
{
    struct geo_cluster_areas *areas = &filling->areas;
    size_t n = filling->snapshot->n_regions + filling->snapshot->n_departements + 1;
    areas->items = array_new(n, sizeof *areas->items, err);
    if (!areas->items)
        return false;
    areas->n = areas->capacity = n;
    if (filling->points->n > 0)
        for_runs(filling, count_run);
    areas->runs = array_new(areas->n_runs, sizeof *areas->runs, err);
    if (!areas->runs)
        return false;
    areas->runs_capacity = areas->n_runs;
    size_t first = 0;
    for (size_t area = 0; area < n; area++) {
        areas->items[area].cell.x = (uint32_t)area;
        areas->items[area].first_run = first;
        first += areas->items[area].n_runs;
        areas->items[area].n_runs = 0;
    }
    if (filling->points->n > 0)
        for_runs(filling, add_run);
    return true;
}

bool snapshot_build_areas(struct snapshot *snapshot, struct aro_error *err)
{
    struct geo_cluster_areas *const areas[] = {&snapshot->departement_areas,
                                               &snapshot->region_areas};
    bool ok = true;
    for (int by_region = 0; ok && by_region < 2; by_region++) {
        struct filling filling = {.snapshot = snapshot,
                                  .points = &snapshot->initiative.clustering,
                                  .by_region = by_region};
        ok = fill_areas(&filling, err);
        *areas[by_region] = filling.areas; /* the snapshot's, on failure too */
    }
    return ok;
}
