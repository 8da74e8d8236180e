#include "geo/index.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/points.h"

#include <string.h>

/* Around the fan-out of the tree and its powers, where a level begins. */
static const size_t sizes[] = {0,  1,   2,   7,   8,    9,    63,   64,
                               65, 511, 512, 513, 4095, 4096, 4097, 20000};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

static struct geo_bbox random_bbox(uint64_t *seed, const struct geo_coord *coords, size_t n)
{
    struct geo_point middle = {random_between(seed, -180, 180), random_between(seed, -90, 90)};
    if (n > 0 && random_below(seed, 3))
        middle = geo_coord_to_point(coords[random_below(seed, n)]);
    double half =
        random_below(seed, 4) ? random_between(seed, 0, 0.5) : random_between(seed, 0, 100);
    if (random_below(seed, 16) == 0)
        half = 0;
    return (struct geo_bbox){
        .west_deg = half > 180 ? -180 : remainder(middle.lon_deg - half, 360),
        .south_deg = fmax(-90, middle.lat_deg - half),
        .east_deg = half > 180 ? 180 : remainder(middle.lon_deg + half, 360),
        .north_deg = fmin(90, middle.lat_deg + half),
    };
}

/* The twin looks at every point. */
static int check_search(const struct geo_index *index, const struct geo_coord *coords, size_t n,
                        const struct geo_bbox *bbox)
{
    int failures = 0;
    struct geo_runs runs = {0}, want = {0};
    CHECK(failures, "search", geo_index_search(index, bbox, &runs, NULL));
    for (uint32_t i = 0; i < n; i++)
        if (geo_bbox_contains(bbox, coords[i]))
            geo_runs_add(&want, i, i + 1, NULL);
    bool same = runs.n == want.n &&
                (runs.n == 0 || memcmp(runs.items, want.items, runs.n * sizeof *runs.items) == 0);
    CHECK(failures, "same runs as a linear scan (seed 20200409)", same);
    if (!same)
        fprintf(stderr, "  n %zu, box %.9g,%.9g,%.9g,%.9g: %zu runs, wanted %zu\n", n,
                bbox->west_deg, bbox->south_deg, bbox->east_deg, bbox->north_deg, runs.n, want.n);
    geo_runs_clear(&runs);
    geo_runs_clear(&want);
    return failures;
}

static void agrees_with_a_scan(void **state)
{
    (void)state;
    uint64_t seed = 20200409;
    int failures = 0;
    for (int kind = 0; kind < N_POINTS_KINDS; kind++)
        for (size_t s = 0; s < N_SIZES; s++) {
            struct geo_coord *coords = points_new(seed + s, (enum points_kind)kind, sizes[s]);
            struct geo_index *index = geo_index_new(coords, sizes[s], NULL);
            assert_non_null(index);
            for (int i = 0; i < 120; i++) {
                struct geo_bbox bbox = random_bbox(&seed, coords, sizes[s]);
                failures += check_search(index, coords, sizes[s], &bbox);
            }
            geo_index_free(index);
            free(coords);
        }
    assert_int_equal(failures, 0);
}

static void whole_earth_is_one_run(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_bbox earth = {-180, -90, 180, 90};
    for (size_t s = 1; s < N_SIZES; s++) {
        struct geo_coord *coords = points_new(s, POINTS_UNIFORM, sizes[s]);
        struct geo_index *index = geo_index_new(coords, sizes[s], NULL);
        struct geo_runs runs = {0};
        CHECK(failures, "whole earth", geo_index_search(index, &earth, &runs, NULL));
        CHECK(failures, "whole earth", runs.n == 1 && geo_runs_count(&runs) == sizes[s]);
        earth.west_deg = NAN;
        CHECK(failures, "not a box", geo_index_search(index, &earth, &runs, NULL) && runs.n == 0);
        earth.west_deg = -180;
        geo_runs_clear(&runs);
        geo_index_free(index);
        free(coords);
    }
    assert_int_equal(failures, 0);
}

/* The order makes searches fast, never right or wrong. */
static void any_order_will_do(void **state)
{
    (void)state;
    enum { N = 3000 };
    uint64_t seed = 20200410;
    int failures = 0;
    struct geo_coord coords[N];
    for (size_t i = 0; i < N; i++)
        coords[i] = points_one(&seed, POINTS_SPREAD);
    struct geo_index *index = geo_index_new(coords, N, NULL);
    for (int i = 0; i < 200; i++) {
        struct geo_bbox bbox = random_bbox(&seed, coords, N);
        failures += check_search(index, coords, N, &bbox);
    }
    geo_index_free(index);
    assert_int_equal(failures, 0);
}

static void extent(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t s = 0; s < N_SIZES; s++) {
        struct geo_coord *coords = points_new(s, POINTS_SPREAD, sizes[s]);
        struct geo_index *index = geo_index_new(coords, sizes[s], NULL);
        struct geo_rect want = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN}, rect = want;
        for (size_t i = 0; i < sizes[s]; i++) {
            want.west_e7 = coords[i].lon_e7 < want.west_e7 ? coords[i].lon_e7 : want.west_e7;
            want.south_e7 = coords[i].lat_e7 < want.south_e7 ? coords[i].lat_e7 : want.south_e7;
            want.east_e7 = coords[i].lon_e7 > want.east_e7 ? coords[i].lon_e7 : want.east_e7;
            want.north_e7 = coords[i].lat_e7 > want.north_e7 ? coords[i].lat_e7 : want.north_e7;
        }
        CHECK(failures, "found", geo_index_extent(index, &rect) == (sizes[s] > 0));
        CHECK(failures, "smallest", memcmp(&rect, &want, sizeof rect) == 0);
        geo_index_free(index);
        free(coords);
    }
    assert_int_equal(failures, 0);
}

static void out_of_memory(void **state)
{
    (void)state;
    enum { N = 5000 };
    int failures = 0;
    struct geo_coord *coords = points_new(1, POINTS_UNIFORM, N);
    struct geo_index *index = NULL;
    for (size_t allowed = 0; !index; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        index = geo_index_new(coords, N, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "new", index || err.status == ARO_NO_MEMORY);
    }
    struct geo_bbox bbox = {-83, -51, 97, 39}; /* on no border of large cells: many runs */
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_runs runs = {0};
        allow_allocations(allowed);
        ok = geo_index_search(index, &bbox, &runs, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "search", ok || (err.status == ARO_NO_MEMORY && runs.n == 0));
        CHECK(failures, "several allocations", !ok || allowed > 1);
        geo_runs_clear(&runs);
    }
    struct aro_error err = {0};
    CHECK(failures, "too many", !geo_index_new(coords, UINT32_MAX, &err));
    CHECK(failures, "too many", err.status == ARO_TOO_LARGE);
    geo_index_free(index);
    geo_index_free(NULL);
    free(coords);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_scan), cmocka_unit_test(whole_earth_is_one_run),
        cmocka_unit_test(any_order_will_do),  cmocka_unit_test(extent),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
