#include "schema/pmtiles.h"
#include "server/collections.h"
#include "server/export_tiles.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/pmtiles_read.h"
#include "tests/unit/random_snapshot.h"

enum { MAX_ZOOM = 6, MAX_TILES = 8192 };

/* What came, in the order it came. */
struct collected {
    struct geo_tile tiles[MAX_TILES];
    struct pmtiles_bytes plain[MAX_TILES];
    size_t n, n_asked;
    size_t stop_at; /* the question that is answered with yes; 0: none */
    double done;
    bool backward; /* progress went back, or beyond its end */
};

static bool on_tile(void *context, struct geo_tile tile, const void *bytes, size_t len,
                    struct aro_error *err)
{
    struct collected *got = context;
    if (got->n == MAX_TILES)
        return aro_error_set(err, ARO_TOO_LARGE, "more tiles than there are");
    got->plain[got->n] = pmtiles_gunzip(bytes, len);
    got->tiles[got->n++] = tile;
    return true;
}

static void on_progress(void *context, double done)
{
    struct collected *got = context;
    got->backward |= !(done >= got->done && done <= 1);
    got->done = done;
}

static bool stopped(void *context)
{
    struct collected *got = context;
    return ++got->n_asked == got->stop_at;
}

static void collected_free(struct collected *got)
{
    for (size_t i = 0; i < got->n; i++)
        free(got->plain[i].data);
    free(got);
}

/* ---- Against every tile there is ---- */

/* By the corners of the tile in degrees. */
static bool meets(struct geo_tile tile, const struct geo_bbox *bbox)
{
    double n = (double)(1u << tile.zoom);
    struct geo_point high = geo_mercator_point(tile.x / n, tile.y / n);
    struct geo_point low = geo_mercator_point((tile.x + 1) / n, (tile.y + 1) / n);
    bool lon = bbox->west_deg <= bbox->east_deg
                   ? high.lon_deg <= bbox->east_deg && low.lon_deg >= bbox->west_deg
                   : high.lon_deg <= bbox->east_deg || low.lon_deg >= bbox->west_deg;
    return lon && low.lat_deg <= bbox->north_deg && high.lat_deg >= bbox->south_deg;
}

/* Renders each tile of each zoom in turn, and looks for it where it should have come. */
static int compare_with_all(const struct export_tiles *what, const struct collected *got)
{
    int failures = 0;
    size_t at = 0;
    struct aro_error err = {0};
    struct aro_buffer plain = {0};
    struct tile_scratch *scratch = tile_scratch_new(&err);
    struct tile_request request = what->request;
    for (uint8_t zoom = what->min_zoom; zoom <= what->max_zoom; zoom++) {
        for (uint64_t place = 0; place < UINT64_C(1) << 2 * zoom; place++) {
            char name[40];
            plain.len = 0;
            request.tile = schema_pmtiles_tile(zoom, place);
            snprintf(name, sizeof name, "%u/%u/%u", zoom, request.tile.x, request.tile.y);
            CHECK(failures, name, tile_render(what->snapshot, &request, scratch, &plain, &err));
            if (plain.len == 0 || (what->bbox && !meets(request.tile, what->bbox)))
                continue;
            bool same = at < got->n && got->tiles[at].zoom == zoom &&
                        got->tiles[at].x == request.tile.x && got->tiles[at].y == request.tile.y;
            CHECK(failures, name, same);
            CHECK(failures, name,
                  same && got->plain[at].len == plain.len &&
                      memcmp(got->plain[at].data, plain.data, plain.len) == 0);
            at += same;
        }
    }
    CHECK(failures, "no other tile", at == got->n);
    tile_scratch_free(scratch);
    aro_buffer_clear(&plain);
    return failures;
}

static const struct {
    const char *name, *region, *near;
    uint8_t points_zoom, min_zoom, max_zoom;
    size_t n_threads, budget;
    const struct geo_bbox *bbox;
} cases[] = {
    {"each point", NULL, NULL, 0, 0, MAX_ZOOM, 2, 100000, NULL},
    {"clusters", NULL, NULL, 5, 0, MAX_ZOOM, 1, 100000, NULL},
    {"more threads than cores, above the budget", NULL, NULL, 0, 0, MAX_ZOOM, 7, 40, NULL},
    {"one zoom", NULL, NULL, 0, 5, 5, 2, 100000, NULL},
    {"a filter", "02", NULL, 3, 0, MAX_ZOOM, 2, 100000, NULL},
    {"a place", NULL, "2.35,48.86", 3, 0, MAX_ZOOM, 2, 100000, NULL},
    {"a box", NULL, NULL, 3, 0, MAX_ZOOM, 2, 100000, &(struct geo_bbox){-5.5, 41.1, 9.7, 51.2}},
    {"across the antimeridian", NULL, NULL, 3, 0, MAX_ZOOM, 2, 100000,
     &(struct geo_bbox){165.1, -31.3, -140.2, 3.4}},
    {"a filter and a box that do not meet", "02", NULL, 3, 3, MAX_ZOOM, 2, 100000,
     &(struct geo_bbox){80.1, 20.1, 81.2, 21.3}},
};

static struct query *query_of(const struct snapshot *snapshot, size_t i, struct aro_error *err)
{
    static const struct settings settings = {.items_default = 1, .items_max = 1};
    const char *params[PARAM_COUNT_OF_ALL] = {0};
    params[PARAM_REGION] = cases[i].region;
    params[PARAM_NEAR] = cases[i].near;
    params[PARAM_RADIUS] = cases[i].near ? "300000" : NULL;
    const struct request request = {.settings = &settings, .snapshot = snapshot, .params = params};
    return query_new(&request, &collections[COLLECTION_INITIATIVES], err);
}

static struct export_tiles what_of(const struct snapshot *snapshot, size_t i,
                                   const struct query *query, const struct geo_runs *positions)
{
    return (struct export_tiles){
        .snapshot = snapshot,
        .request = {.sets = TILE_INITIATIVES,
                    .query = query,
                    .points_zoom = cases[i].points_zoom,
                    .cell_px = 64,
                    .budget = cases[i].budget},
        .positions = positions,
        .min_zoom = cases[i].min_zoom,
        .max_zoom = cases[i].max_zoom,
        .bbox = cases[i].bbox,
        .n_threads = cases[i].n_threads,
        .add = on_tile,
        .on_progress = on_progress,
        .stopped = stopped,
    };
}

static void all_that_hold_something(void **state)
{
    const struct fixture *fixture = *state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_error err = {0};
        struct geo_runs positions = {0};
        struct collected *got = calloc(1, sizeof *got);
        uint64_t n = 0;
        bool has_query = cases[i].region || cases[i].near;
        struct query *query = has_query ? query_of(fixture->snapshot, i, &err) : NULL;
        CHECK(failures, err.message, export_positions(fixture->snapshot, query, &positions, &err));
        struct export_tiles what = what_of(fixture->snapshot, i, query, &positions);
        what.context = got;
        CHECK(failures, cases[i].name, export_tiles(&what, &n, &err) && n == got->n);
        CHECK(failures, cases[i].name, compare_with_all(&what, got) == 0);
        CHECK(failures, cases[i].name, !got->backward);
        query_free(query);
        geo_runs_clear(&positions);
        collected_free(got);
    }
    assert_int_equal(failures, 0);
}

/* ---- What goes wrong ---- */

static void stops_when_asked(void **state)
{
    const struct fixture *fixture = *state;
    int failures = 0;
    uint64_t n;
    struct geo_runs positions = {0};
    struct aro_error err = {0};
    struct collected *got = calloc(1, sizeof *got);
    export_positions(fixture->snapshot, NULL, &positions, &err);
    struct export_tiles what = what_of(fixture->snapshot, 0, NULL, &positions);
    what.context = got;
    got->stop_at = 5;
    CHECK(failures, "stopped", !export_tiles(&what, &n, &err));
    CHECK(failures, "stopped", err.status == ARO_STOPPED && got->n > 0 && got->n_asked == 5);
    geo_runs_clear(&positions);
    collected_free(got);
    assert_int_equal(failures, 0);
}

static bool refuse_tile(void *context, struct geo_tile tile, const void *bytes, size_t len,
                        struct aro_error *err)
{
    (void)context, (void)tile, (void)bytes, (void)len;
    return aro_error_set(err, ARO_IO, "no");
}

static bool count_tile(void *context, struct geo_tile tile, const void *bytes, size_t len,
                       struct aro_error *err)
{
    (void)tile, (void)bytes, (void)len, (void)err;
    struct collected *got = context;
    got->n_asked++;
    return true;
}

static void gives_errors_on(void **state)
{
    const struct fixture *fixture = *state;
    int failures = 0;
    uint64_t n;
    bool ok = false;
    struct geo_runs positions = {0};
    struct aro_error err = {0};
    struct collected *got = calloc(1, sizeof *got);
    export_positions(fixture->snapshot, NULL, &positions, &err);
    struct export_tiles what = what_of(fixture->snapshot, 1, NULL, &positions);
    what.context = got;
    what.add = refuse_tile;
    CHECK(failures, "refused", !export_tiles(&what, &n, &err) && err.status == ARO_IO);
    what.add = count_tile;
    what.max_zoom = 3;
    for (size_t allowed = 0; !ok && failures < 5; allowed++) {
        err = (struct aro_error){0};
        allow_allocations(allowed);
        ok = export_tiles(&what, &n, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", ok || err.status == ARO_NO_MEMORY);
    }
    geo_runs_clear(&positions);
    collected_free(got);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_that_hold_something),
                                       cmocka_unit_test(stops_when_asked),
                                       cmocka_unit_test(gives_errors_on)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
