#include "server/export_tiles.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "geo/bits.h"
#include "schema/gzip.h"
#include "schema/pmtiles.h"
#include "server/export_places.h"
#include "server/task.h"

/* Enough that starting threads costs nothing beside them, few enough to ask often for a stop. */
enum { BATCH_TILES = 256 };

/* Tiles that are rendered at one time; threads take the next that nobody has. */
struct batch {
    const struct export_tiles *what;
    uint8_t zoom;
    const uint64_t *places; /* n */
    size_t n;
    struct aro_buffer packed[BATCH_TILES]; /* empty where a tile is */
    atomic_size_t next;
};

struct worker {
    struct task task;
    struct batch *batch;
    struct tile_scratch *scratch;
    struct schema_gzip *gzip;
    struct aro_buffer plain;
};

/* What goes from zoom to zoom. */
struct exporting {
    const struct export_tiles *what;
    struct export_places places;
    struct export_places filled; /* of the zoom before: tiles that hold something */
    uint8_t first_zoom;
    struct batch batch;
    struct worker workers[EXPORT_MAX_THREADS];
    uint64_t n_tiles;
};

static bool render(struct worker *worker, size_t i, struct aro_error *err)
{
    struct batch *batch = worker->batch;
    struct tile_request request = batch->what->request;
    request.tile = schema_pmtiles_tile(batch->zoom, batch->places[i]);
    worker->plain.len = 0;
    return tile_render(batch->what->snapshot, &request, worker->scratch, &worker->plain, err) &&
           (worker->plain.len == 0 || schema_gzip_pack(worker->gzip, worker->plain.data,
                                                       worker->plain.len, &batch->packed[i], err));
}

static bool render_some(void *context, struct aro_error *err)
{
    struct worker *worker = context;
    for (;;) {
        size_t i = atomic_fetch_add_explicit(&worker->batch->next, 1, memory_order_relaxed);
        if (i >= worker->batch->n)
            return true;
        if (!render(worker, i, err))
            return false;
    }
}

static bool render_batch(struct exporting *exporting, struct aro_error *err)
{
    size_t n_others = exporting->what->n_threads - 1;
    atomic_store(&exporting->batch.next, 0);
    for (size_t i = 0; i < n_others; i++)
        task_start(&exporting->workers[i].task, render_some, &exporting->workers[i]);
    bool ok = render_some(&exporting->workers[n_others], err);
    for (size_t i = 0; i < n_others; i++)
        ok = task_join(&exporting->workers[i].task, err) && ok;
    return ok;
}

static bool add_batch(struct exporting *exporting, struct aro_error *err)
{
    const struct export_tiles *what = exporting->what;
    struct batch *batch = &exporting->batch;
    for (size_t i = 0; i < batch->n; i++) {
        struct aro_buffer *packed = &batch->packed[i];
        struct geo_tile tile = schema_pmtiles_tile(batch->zoom, batch->places[i]);
        bool added = packed->len > 0 && batch->zoom >= what->min_zoom;
        if (packed->len > 0 && !export_places_add(&exporting->filled, batch->places[i], err))
            return false;
        if (added && !what->add(what->context, tile, packed->data, packed->len, err))
            return false;
        exporting->n_tiles += added;
        packed->len = 0;
    }
    return true;
}

/* Zooms as if each had twice the tiles of the one before: nearly so, and known from the start. */
static double part_done(const struct exporting *exporting, uint8_t zoom, double of_zoom)
{
    double before = exp2(zoom - exporting->first_zoom) - 1;
    double all = exp2(exporting->what->max_zoom - exporting->first_zoom + 1) - 1;
    return (before + of_zoom * (before + 1)) / all;
}

static bool has_areas(const struct export_tiles *what)
{
    return (what->request.sets & ~(unsigned)TILE_INITIATIVES) != 0;
}

/*
 * Where to look. For initiatives where they are; for areas in the tiles of the zoom before that
 * were not empty: what an area's outline is moved by to be simple is a small part of the buffer.
 */
static bool find_places(struct exporting *exporting, uint8_t zoom, struct aro_error *err)
{
    const struct export_tiles *what = exporting->what;
    struct export_places *places = &exporting->places;
    static const struct geo_runs none;
    bool of_points = (what->request.sets & TILE_INITIATIVES) != 0 && zoom >= what->min_zoom;
    if (!export_places_of_points(what->snapshot->initiatives.coords,
                                 of_points ? what->positions : &none, zoom, TILE_BUFFER, places,
                                 err))
        return false;
    if (has_areas(what) && !(zoom > 0 ? export_places_add_within(&exporting->filled, places, err)
                                      : places->n > 0 || export_places_add(places, 0, err)))
        return false;
    exporting->filled.n = 0;
    if (what->bbox)
        export_places_within(places, zoom, what->bbox);
    return true;
}

static bool export_zoom(struct exporting *exporting, uint8_t zoom, struct aro_error *err)
{
    const struct export_tiles *what = exporting->what;
    struct export_places *places = &exporting->places;
    struct batch *batch = &exporting->batch;
    if (!find_places(exporting, zoom, err))
        return false;
    batch->zoom = zoom;
    for (size_t first = 0; first < places->n; first += batch->n) {
        batch->places = places->items + first;
        batch->n = places->n - first < BATCH_TILES ? places->n - first : BATCH_TILES;
        what->on_progress(what->context,
                          part_done(exporting, zoom, (double)first / (double)places->n));
        if (what->stopped(what->context))
            return aro_error_set(err, ARO_STOPPED, "stopped");
        if (!render_batch(exporting, err) || !add_batch(exporting, err))
            return false;
    }
    return true;
}

/* Those without a place stand behind the others. */
static bool add_placed(const struct query_set *set, uint32_t n_placed, struct geo_runs *out_runs,
                       struct aro_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < set->runs.n && set->runs.items[i].first < n_placed; i++) {
        struct geo_run run = set->runs.items[i];
        run.end = run.end < n_placed ? run.end : n_placed;
        ok = set->bits ? geo_bits_add_runs(set->bits, run, out_runs, err)
                       : geo_runs_add(out_runs, run.first, run.end, err);
    }
    return ok;
}

bool export_positions(const struct snapshot *snapshot, const struct query *query,
                      struct geo_runs *out_runs, struct aro_error *err)
{
    uint32_t n_placed = (uint32_t)snapshot->initiatives.n_placed;
    struct query_set set = {0};
    out_runs->n = 0;
    if (!query)
        return n_placed == 0 || geo_runs_add(out_runs, 0, n_placed, err);
    bool ok = query_find(query, NULL, &set, err) && add_placed(&set, n_placed, out_runs, err);
    query_set_clear(&set);
    return ok;
}

static bool make_workers(struct exporting *exporting, struct aro_error *err)
{
    for (size_t i = 0; i < exporting->what->n_threads; i++) {
        struct worker *worker = &exporting->workers[i];
        worker->batch = &exporting->batch;
        worker->scratch = tile_scratch_new(err);
        worker->gzip = worker->scratch ? schema_gzip_new(err) : NULL;
        if (!worker->gzip)
            return false;
    }
    return true;
}

static void exporting_free(struct exporting *exporting)
{
    for (size_t i = 0; i < EXPORT_MAX_THREADS; i++) {
        tile_scratch_free(exporting->workers[i].scratch);
        schema_gzip_free(exporting->workers[i].gzip);
        aro_buffer_clear(&exporting->workers[i].plain);
    }
    for (size_t i = 0; i < BATCH_TILES; i++)
        aro_buffer_clear(&exporting->batch.packed[i]);
    export_places_clear(&exporting->places);
    export_places_clear(&exporting->filled);
    free(exporting);
}

bool export_tiles(const struct export_tiles *what, uint64_t *out_n_tiles, struct aro_error *err)
{
    struct exporting *exporting = calloc(1, sizeof *exporting);
    if (!exporting)
        return aro_error_no_memory(err);
    exporting->what = exporting->batch.what = what;
    exporting->first_zoom = has_areas(what) ? 0 : what->min_zoom;
    bool ok = make_workers(exporting, err);
    for (uint8_t zoom = exporting->first_zoom; ok && zoom <= what->max_zoom; zoom++)
        ok = export_zoom(exporting, zoom, err);
    if (ok)
        *out_n_tiles = exporting->n_tiles;
    exporting_free(exporting);
    return ok;
}
