#include "server/clusters.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const int64_t FIRST_CLUSTER_ID = (int64_t)1 << 52;
static const int64_t FIRST_STACK_ID = ((int64_t)1 << 52) + ((int64_t)1 << 51);

enum { MAP_BITS = 8 }; /* a map of 2^8 pixels at zoom 0 */

uint8_t clusters_level(double zoom, uint32_t cell_px)
{
    assert(cell_px >= 16 && cell_px <= 256 && (cell_px & (cell_px - 1)) == 0);
    double level = floor(zoom) + MAP_BITS - __builtin_ctz(cell_px);
    return (uint8_t)fmax(0, fmin(GEO_CLUSTER_MAX_LEVEL, level));
}

int clusters_zoom(uint8_t level, uint32_t cell_px)
{
    return level - MAP_BITS + __builtin_ctz(cell_px);
}

/* ---- Looking ---- */

static int compare_runs(const void *a, const void *b)
{
    const struct geo_run *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

/* The positions of all areas, in ascending order. */
static bool runs_of_areas(const struct geo_cluster_areas *areas, struct geo_runs *out_runs,
                          struct aro_error *err)
{
    struct geo_run *sorted = array_new(areas->n_runs, sizeof *sorted, err);
    bool ok = sorted != NULL;
    for (size_t i = 0; ok && i < areas->n_runs; i++)
        sorted[i] = areas->runs[i];
    if (ok)
        qsort(sorted, areas->n_runs, sizeof *sorted, compare_runs);
    for (size_t i = 0; ok && i < areas->n_runs; i++)
        ok = geo_runs_add(out_runs, sorted[i].first, sorted[i].end, err);
    free(sorted);
    return ok;
}

static bool is_all(const struct query *query)
{
    return !query || query_is_all(query);
}

/* Which positions of the runs count, in bits; none of them where all do. */
static bool find_counted(const struct query *query, const struct geo_runs *runs,
                         struct query_set *out_set, struct aro_error *err)
{
    return is_all(query) || (query_find(query, runs, out_set, err) && query_set_fill(out_set, err));
}

static bool in_box(const struct geo_mercator_box *box, struct geo_mercator place)
{
    return place.x >= box->low.x && place.x <= box->high.x && place.y >= box->low.y &&
           place.y <= box->high.y;
}

static void keep_in_box(const struct clusters_view *view, struct geo_clusters *clusters)
{
    size_t kept = 0;
    for (size_t i = 0; i < clusters->n; i++) {
        uint32_t position = clusters->items[i].position;
        if (in_box(&view->box, view->snapshot->initiatives.places[position]))
            clusters->items[kept++] = clusters->items[i];
    }
    clusters->n = kept;
}

bool clusters_in_box(const struct clusters_view *view, uint8_t level,
                     struct geo_clusters *out_clusters, struct aro_error *err)
{
    const struct geo_cluster_points *points = &view->snapshot->initiative.clustering;
    struct geo_cluster_areas areas = {0};
    struct geo_runs runs = {0};
    struct query_set set = {0};
    out_clusters->n = 0;
    bool ok = geo_cluster_areas_find(points, level, &view->box, &areas, err) &&
              (is_all(view->query) || runs_of_areas(&areas, &runs, err)) &&
              find_counted(view->query, &runs, &set, err) &&
              geo_clusters_measure(points, &areas, set.bits, out_clusters, err);
    if (ok)
        keep_in_box(view, out_clusters);
    geo_cluster_areas_clear(&areas);
    geo_runs_clear(&runs);
    query_set_clear(&set);
    return ok;
}

/* A level with some cells to the box: few to look for, and little around it. */
static uint8_t level_for(const struct geo_mercator_box *box)
{
    uint32_t width = box->high.x - box->low.x, height = box->high.y - box->low.y;
    uint32_t wider = width > height ? width : height;
    int level = wider ? __builtin_clz(wider) + 3 : GEO_MERCATOR_BITS;
    return (uint8_t)(level < GEO_MERCATOR_BITS ? level : GEO_MERCATOR_BITS);
}

static bool runs_of_box(const struct clusters_view *view, struct geo_runs *out_runs,
                        struct aro_error *err)
{
    const struct geo_cluster_points *points = &view->snapshot->initiative.clustering;
    struct geo_cell_runs cells = {0};
    uint8_t level = level_for(&view->box);
    struct geo_cell_box box = geo_cells_around(&view->box, level, 0);
    bool ok = geo_cells_find(points->keys, points->n, level, &box, &cells, err);
    for (size_t i = 0; ok && i < cells.n; i++)
        ok = geo_runs_add(out_runs, cells.items[i].run.first, cells.items[i].run.end, err);
    geo_cell_runs_clear(&cells);
    return ok;
}

bool clusters_places_in_box(const struct clusters_view *view, struct geo_clusters *out_clusters,
                            struct aro_error *err)
{
    struct geo_runs runs = {0};
    struct query_set set = {0};
    out_clusters->n = 0;
    bool ok = runs_of_box(view, &runs, err) && find_counted(view->query, &runs, &set, err) &&
              geo_clusters_by_place(&view->snapshot->initiative.clustering, &runs, set.bits,
                                    out_clusters, err);
    if (ok)
        keep_in_box(view, out_clusters);
    geo_runs_clear(&runs);
    query_set_clear(&set);
    return ok;
}

/* ---- Names ---- */

/* The number of cells on all levels above. */
static int64_t cells_above(unsigned level)
{
    return (int64_t)(((UINT64_C(1) << 2 * level) - 1) / 3);
}

/* All initiatives at the place, whatever a filter says. */
static struct geo_run run_of_place(const struct snapshot *snapshot, struct geo_mercator place)
{
    const struct geo_cluster_points *points = &snapshot->initiative.clustering;
    return geo_hilbert_cell_run(points->keys, points->n,
                                (struct geo_cell){GEO_MERCATOR_BITS, place.x, place.y});
}

int64_t clusters_id(const struct snapshot *snapshot, const struct geo_cluster *cluster)
{
    if (cluster->count == 1)
        return snapshot->initiatives.ids[cluster->position];
    if (geo_cluster_is_stack(cluster)) /* at one place the lowest id comes first */
        return FIRST_STACK_ID +
               snapshot->initiatives.ids[run_of_place(snapshot, cluster->box.low).first];
    struct geo_cell cell = cluster->cell;
    return FIRST_CLUSTER_ID + cells_above(cell.level) + ((int64_t)cell.y << cell.level) + cell.x;
}

static bool no_cluster(int64_t id, struct aro_error *err)
{
    return aro_error_set(err, ARO_NOT_FOUND,
                         "there is no cluster %lld, or no more: ask /map for those there are",
                         (long long)id);
}

static bool members_of_stack(const struct snapshot *snapshot, int64_t id, struct geo_runs *out_runs,
                             struct aro_error *err)
{
    uint32_t position = snapshot_initiative(snapshot, id - FIRST_STACK_ID);
    if (position == SNAPSHOT_NONE || position >= snapshot->initiatives.n_placed)
        return no_cluster(id, err);
    struct geo_run run = run_of_place(snapshot, snapshot->initiatives.places[position]);
    if (run.first != position || run.end - run.first < 2)
        return no_cluster(id, err);
    return geo_runs_add(out_runs, run.first, run.end, err);
}

/* false where no cell has that number */
static bool cell_of(int64_t number, struct geo_cell *out_cell)
{
    unsigned level = 0;
    while (level <= GEO_CLUSTER_MAX_LEVEL && number >= cells_above(level + 1))
        level++;
    if (level > GEO_CLUSTER_MAX_LEVEL)
        return false;
    uint64_t place = (uint64_t)(number - cells_above(level));
    uint64_t mask = (UINT64_C(1) << level) - 1;
    *out_cell =
        (struct geo_cell){(uint8_t)level, (uint32_t)(place & mask), (uint32_t)(place >> level)};
    return true;
}

static bool members_of_cell(const struct snapshot *snapshot, int64_t id, struct geo_runs *out_runs,
                            struct aro_error *err)
{
    struct geo_cell cell;
    struct geo_cluster_areas areas = {0};
    if (!cell_of(id - FIRST_CLUSTER_ID, &cell))
        return no_cluster(id, err);
    unsigned fine_bits = GEO_MERCATOR_BITS - (unsigned)cell.level;
    uint64_t last = (UINT64_C(1) << fine_bits) - 1;
    struct geo_mercator_box box;
    box.low.x = (uint32_t)((uint64_t)cell.x << fine_bits);
    box.low.y = (uint32_t)((uint64_t)cell.y << fine_bits);
    box.high = (struct geo_mercator){box.low.x | (uint32_t)last, box.low.y | (uint32_t)last};
    bool ok =
        geo_cluster_areas_find(&snapshot->initiative.clustering, cell.level, &box, &areas, err);
    size_t i = 0;
    while (ok && i < areas.n &&
           (areas.items[i].cell.x != cell.x || areas.items[i].cell.y != cell.y))
        i++;
    if (ok && i == areas.n)
        ok = no_cluster(id, err);
    for (size_t run = 0; ok && run < areas.items[i].n_runs; run++) {
        struct geo_run members = areas.runs[areas.items[i].first_run + run];
        ok = geo_runs_add(out_runs, members.first, members.end, err);
    }
    geo_cluster_areas_clear(&areas);
    return ok;
}

bool clusters_members(const struct snapshot *snapshot, int64_t id, struct geo_runs *out_runs,
                      struct aro_error *err)
{
    out_runs->n = 0;
    if (id < FIRST_CLUSTER_ID)
        return no_cluster(id, err);
    bool ok = id >= FIRST_STACK_ID ? members_of_stack(snapshot, id, out_runs, err)
                                   : members_of_cell(snapshot, id, out_runs, err);
    if (!ok)
        out_runs->n = 0;
    return ok;
}
