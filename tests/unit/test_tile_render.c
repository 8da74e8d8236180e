#include "server/tile_render.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/mvt_dump.h"
#include "tests/unit/random.h"
#include "tests/unit/random_snapshot.h"

enum { SEED = 256 };

static struct tile_request ask(struct geo_tile tile)
{
    return (struct tile_request){
        .sets = TILE_INITIATIVES, .tile = tile, .points_zoom = 0, .cell_px = 64, .budget = 100000};
}

/* A tile around one of the points. */
static struct geo_tile random_tile(uint64_t *seed, const struct point_set *points, uint8_t max_zoom)
{
    uint8_t zoom = (uint8_t)random_below(seed, max_zoom + 1U);
    struct geo_mercator place =
        geo_mercator_from_coord(points->coords[random_below(seed, points->n_placed)]);
    unsigned bits = 32U - zoom;
    return (struct geo_tile){zoom, (uint32_t)((uint64_t)place.x >> bits),
                             (uint32_t)((uint64_t)place.y >> bits)};
}

static size_t count_lines(const char *text, const char *needle)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, needle)); at++)
        n++;
    return n;
}

/* Whether all of the place, and so a point or a stack of its own, is at this position first. */
static bool is_first_of_place(const struct point_set *points, uint32_t at)
{
    return at == 0 || points->hilbert_keys[at - 1] != points->hilbert_keys[at];
}

/* The twin looks at every point: each place in the tile and its buffer is there, where it lies. */
static void shows_each_place_once(void **state)
{
    const struct fixture *fixture = *state;
    const struct point_set *points = &fixture->snapshot->initiatives;
    struct aro_error err = {0};
    struct aro_buffer out = {0};
    struct tile_scratch *scratch = tile_scratch_new(&err);
    uint64_t seed = SEED;
    int failures = 0;
    printf("seed %d\n", SEED);
    for (int run = 0; run < 200; run++) {
        struct tile_request request = ask(random_tile(&seed, points, GEO_TILE_MAX_ZOOM));
        out.len = 0;
        assert_true(tile_render(fixture->snapshot, &request, scratch, &out, &err));
        char *text = mvt_dump(out.data, out.len);
        size_t n = 0;
        for (uint32_t at = 0; at < points->n_placed; at++) {
            struct geo_tile_point point =
                geo_tile_project(request.tile, geo_mercator_from_coord(points->coords[at]));
            if (!geo_tile_holds(point, TILE_BUFFER) || !is_first_of_place(points, at))
                continue;
            bool alone = at + 1 == points->n_placed || is_first_of_place(points, at + 1);
            int64_t id = points->ids[at] + (alone ? 0 : (INT64_C(3) << 51));
            char line[96];
            snprintf(line, sizeof line, "\n %lld point M %d,%d %s", (long long)id, point.x, point.y,
                     alone ? "titre=" : "stack=true count=");
            CHECK(failures, line, strstr(text, line));
            n++;
        }
        CHECK(failures, "no other", count_lines(text, "\n ") == n);
        free(text);
    }
    aro_buffer_clear(&out);
    tile_scratch_free(scratch);
    assert_int_equal(failures, 0);
}

static void gives_the_same_bytes_from_used_room(void **state)
{
    const struct fixture *fixture = *state;
    struct aro_error err = {0};
    struct tile_scratch *used = tile_scratch_new(&err);
    uint64_t seed = SEED;
    for (int run = 0; run < 60; run++) {
        struct tile_request request = ask(random_tile(&seed, &fixture->snapshot->initiatives, 14));
        struct tile_scratch *fresh = tile_scratch_new(&err);
        struct aro_buffer a = {0}, b = {0};
        request.points_zoom = run % 2 ? 15 : 0;
        assert_true(tile_render(fixture->snapshot, &request, used, &a, &err));
        assert_true(tile_render(fixture->snapshot, &request, fresh, &b, &err));
        assert_true(a.len > 0 && a.len == b.len);
        assert_memory_equal(a.data, b.data, a.len);
        aro_buffer_clear(&a);
        aro_buffer_clear(&b);
        tile_scratch_free(fresh);
    }
    tile_scratch_free(used);
}

static void draws_nothing_where_nothing_is(void **state)
{
    const struct fixture *fixture = *state;
    struct aro_error err = {0};
    struct aro_buffer out = {0};
    struct tile_scratch *scratch = tile_scratch_new(&err);
    struct tile_request request = ask((struct geo_tile){10, 0, 1023}); /* near the south pole */
    assert_true(tile_render(fixture->snapshot, &request, scratch, &out, &err));
    assert_int_equal(out.len, 0);
    request.points_zoom = 22;
    assert_true(tile_render(fixture->snapshot, &request, scratch, &out, &err));
    assert_int_equal(out.len, 0);
    request = ask((struct geo_tile){0, 0, 0});
    request.sets = 0;
    assert_true(tile_render(fixture->snapshot, &request, scratch, &out, &err));
    assert_int_equal(out.len, 0);
    aro_buffer_clear(&out);
    tile_scratch_free(scratch);
}

static void says_when_memory_runs_out(void **state)
{
    const struct fixture *fixture = *state;
    for (int grouped = 0; grouped < 2; grouped++) {
        bool ok = false;
        for (size_t allowed = 0; !ok; allowed++) {
            struct aro_error err = {0};
            struct aro_buffer out = {0};
            struct tile_request request = ask((struct geo_tile){0, 0, 0});
            request.points_zoom = grouped ? 1 : 0;
            allow_allocations(allowed);
            struct tile_scratch *scratch = tile_scratch_new(&err);
            ok = scratch && tile_render(fixture->snapshot, &request, scratch, &out, &err);
            allow_allocations(SIZE_MAX);
            assert_true(ok || (err.status == ARO_NO_MEMORY && out.len == 0));
            aro_buffer_clear(&out);
            tile_scratch_free(scratch);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_each_place_once),
        cmocka_unit_test(gives_the_same_bytes_from_used_room),
        cmocka_unit_test(draws_nothing_where_nothing_is),
        cmocka_unit_test(says_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
