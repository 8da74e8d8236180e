#include <math.h>
#include <stdlib.h>

#include "geo/locate.h"
#include "geo/proj.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/random_shapes.h"

/* What the header promises. */
static const double tolerance_m = 1e-3;

/* ------------------------------------------------------------------ the twin */

static double at_part_m(struct geo_point from, struct geo_coord a, struct geo_coord b, double t)
{
    struct geo_point foot = {(a.lon_e7 + t * ((double)b.lon_e7 - a.lon_e7)) / 1e7,
                             (a.lat_e7 + t * ((double)b.lat_e7 - a.lat_e7)) / 1e7};
    return geo_geodesic_m(from, foot);
}

/* The least distance between two parts of an edge that enclose one minimum: by thirds, until there
 * is nothing left to tell apart. */
static double least_between_m(struct geo_point from, struct geo_coord a, struct geo_coord b,
                              double low, double high)
{
    for (int step = 0; step < 40; step++) {
        double left = low + (high - low) / 3, right = high - (high - low) / 3;
        if (at_part_m(from, a, b, left) <= at_part_m(from, a, b, right))
            high = right;
        else
            low = left;
    }
    return at_part_m(from, a, b, (low + high) / 2);
}

/* Dense: measured at `n` places of the edge, then around the least one. */
static double twin_edge_m(struct geo_point from, struct geo_coord a, struct geo_coord b, int n)
{
    double best_m = INFINITY;
    int best = 0;
    for (int i = 0; i <= n; i++) {
        double m = at_part_m(from, a, b, (double)i / n);
        if (m < best_m) {
            best_m = m;
            best = i;
        }
    }
    double low = fmax(0, (best - 1.0) / n), high = fmin(1, (best + 1.0) / n);
    return fmin(best_m, least_between_m(from, a, b, low, high));
}

/* Edges that cannot be nearer than the best so far are passed over: by the triangle inequality. */
static double twin_border_m(const struct geo_rings *rings, size_t shape, struct geo_point from)
{
    struct geo_run run = geo_rings_of_shape(rings, shape);
    double best_m = INFINITY;
    for (uint32_t ring = run.first; ring < run.end; ring++) {
        struct geo_run vertices = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = vertices.first; i < vertices.end; i++) {
            struct geo_coord a = rings->coords[i];
            struct geo_coord b = rings->coords[i + 1 < vertices.end ? i + 1 : vertices.first];
            double span_deg =
                fmax(fabs((double)a.lon_e7 - b.lon_e7), fabs((double)a.lat_e7 - b.lat_e7)) / 1e7;
            double length_m = 2 * 111700 * span_deg; /* no shorter than the edge */
            double near_m = geo_geodesic_m(from, geo_coord_to_point(a)) - length_m;
            if (near_m < best_m)
                best_m = fmin(best_m, twin_edge_m(from, a, b, span_deg > 1 ? 2000 : 20));
        }
    }
    return best_m;
}

/* ------------------------------------------------------------------ against the twin */

struct world {
    struct geo_rings rings;
    struct geo_locator *locator;
};

/* The locator borrows the rings where they are. */
static void world_init(struct world *world, uint64_t *seed, size_t n_shapes)
{
    *world = (struct world){0};
    star_shapes(&world->rings, seed, n_shapes, 300);
    assert_true(geo_locator_new(&world->rings, &world->locator, NULL));
}

static void world_clear(struct world *world)
{
    geo_locator_free(world->locator);
    geo_rings_clear(&world->rings);
}

/* Beyond 15 000 km nothing is promised. */
static bool same_distance(double got_m, double want_m)
{
    return want_m > 1.5e7 ? got_m > 1.4e7 : fabs(got_m - want_m) <= tolerance_m;
}

static void test_borders(void **state)
{
    (void)state;
    int failures = 0;
    for (uint64_t round = 0; round < 5; round++) {
        uint64_t seed = 20200530 + round;
        struct world world;
        world_init(&world, &seed, 1 + 3 * round);
        for (int i = 0; i < 30; i++) {
            struct geo_coord at = random_place(&seed, &world.rings);
            uint32_t shape = (uint32_t)random_below(&seed, world.rings.shapes.n);
            double got_m = -1, want_m = twin_border_m(&world.rings, shape, geo_coord_to_point(at));
            CHECK(failures, "border", geo_locator_border(world.locator, shape, at, &got_m, NULL));
            CHECK(failures, "same as the twin", same_distance(got_m, want_m));
            if (!same_distance(got_m, want_m))
                fprintf(stderr, "  seed %llu, at %d %d, shape %u: %.6f m, wanted %.6f\n",
                        (unsigned long long)(20200530 + round), at.lon_e7, at.lat_e7, shape, got_m,
                        want_m);
        }
        world_clear(&world);
    }
    assert_int_equal(failures, 0);
}

/* 0 on it, and within rounding of nothing right beside it. */
static void test_on_the_border(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200540;
    struct world world;
    world_init(&world, &seed, 12);
    for (uint32_t shape = 0; shape < world.rings.shapes.n; shape++) {
        struct geo_run vertices = geo_rings_coords_of_shape(&world.rings, shape);
        for (int i = 0; i < 50; i++) {
            double border_m = -1;
            struct geo_coord at =
                world.rings
                    .coords[vertices.first + random_below(&seed, vertices.end - vertices.first)];
            geo_locator_border(world.locator, shape, at, &border_m, NULL);
            CHECK(failures, "vertex", border_m == 0);
            at.lat_e7 += 1;
            geo_locator_border(world.locator, shape, at, &border_m, NULL);
            CHECK(failures, "1 cm beside a vertex", border_m >= 0 && border_m < 0.012);
        }
    }
    world_clear(&world);
    assert_int_equal(failures, 0);
}

/* Edges of many degrees are not great circles, and are measured as they are. */
static void test_long_edges(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_rings rings = {0};
    struct geo_locator *locator = NULL;
    struct geo_coord corners[] = {{-1700000000, -300000000},
                                  {-1000000000, 600000000},
                                  {100000000, 500000000},
                                  {1790000000, 450000000},
                                  {1650000000, -650000000}};
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++)
        assert_true(geo_rings_add(&rings, corners[i], NULL));
    assert_true(geo_rings_end_ring(&rings, NULL) && geo_rings_end_polygon(&rings, NULL) &&
                geo_rings_end_shape(&rings, NULL) && geo_locator_new(&rings, &locator, NULL));
    uint64_t seed = 20200550;
    for (int i = 0; i < 60; i++) {
        struct geo_coord at = random_place(&seed, &rings);
        double got_m = -1, want_m = twin_border_m(&rings, 0, geo_coord_to_point(at));
        geo_locator_border(locator, 0, at, &got_m, NULL);
        CHECK(failures, "long edges", same_distance(got_m, want_m));
        if (!same_distance(got_m, want_m))
            fprintf(stderr, "  seed 20200550, at %d %d: %.6f m, wanted %.6f\n", at.lon_e7,
                    at.lat_e7, got_m, want_m);
    }
    geo_locator_free(locator);
    geo_rings_clear(&rings);
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ nearest */

static int compare_hits(const void *a, const void *b)
{
    const struct geo_hit *left = a, *right = b;
    if (left->distance_m != right->distance_m)
        return left->distance_m < right->distance_m ? -1 : 1;
    return left->position < right->position ? -1 : 1;
}

/* Every shape's own answer, sorted: borders have a twin of their own above. */
static size_t slow_nearest(const struct world *world, struct geo_coord at, double max_m,
                           struct geo_hit *out)
{
    size_t n = 0;
    for (uint32_t shape = 0; shape < world->rings.shapes.n; shape++) {
        struct geo_rings alone = {0};
        struct geo_locator *locator = NULL;
        double border_m = INFINITY;
        assert_true(geo_rings_add_shape(&alone, &world->rings, shape, NULL));
        assert_true(geo_locator_new(&alone, &locator, NULL));
        assert_true(geo_locator_border(locator, 0, at, &border_m, NULL));
        if (geo_locator_find(locator, at) == 0)
            border_m = 0;
        if (border_m <= max_m)
            out[n++] = (struct geo_hit){shape, border_m};
        geo_locator_free(locator);
        geo_rings_clear(&alone);
    }
    qsort(out, n, sizeof *out, compare_hits);
    return n;
}

static int check_nearest(const struct world *world, struct geo_coord at, size_t limit, double max_m)
{
    int failures = 0;
    struct geo_hits hits = {0};
    struct geo_hit *want = calloc(world->rings.shapes.n + 1, sizeof *want);
    assert_non_null(want);
    size_t n_want = slow_nearest(world, at, max_m, want);
    n_want = n_want < limit ? n_want : limit;
    CHECK(failures, "nearest", geo_locator_nearest(world->locator, at, limit, max_m, &hits, NULL));
    bool same = hits.n == n_want;
    for (size_t i = 0; same && i < n_want; i++)
        same = hits.items[i].position == want[i].position &&
               fabs(hits.items[i].distance_m - want[i].distance_m) <= 1e-6;
    CHECK(failures, "same as measuring every shape", same);
    if (!same)
        fprintf(stderr, "  at %d %d, limit %zu, max_m %g: %zu hits, wanted %zu\n", at.lon_e7,
                at.lat_e7, limit, max_m, hits.n, n_want);
    geo_hits_clear(&hits);
    free(want);
    return failures;
}

static void test_nearest(void **state)
{
    (void)state;
    static const size_t limits[] = {0, 1, 3, 10, SIZE_MAX};
    int failures = 0;
    for (uint64_t round = 0; round < 5; round++) {
        uint64_t seed = 20200560 + round;
        struct world world;
        world_init(&world, &seed, 1 + 10 * round);
        for (int i = 0; i < 30; i++) {
            struct geo_coord at = random_place(&seed, &world.rings);
            double max_m = random_below(&seed, 2) ? INFINITY : pow(10, random_between(&seed, 0, 7));
            int before = failures;
            failures += check_nearest(&world, at, limits[random_below(&seed, 5)], max_m);
            if (failures > before)
                fprintf(stderr, "  seed %llu\n", (unsigned long long)(20200560 + round));
        }
        world_clear(&world);
    }
    assert_int_equal(failures, 0);
}

/* All in one is what the three say one by one, at places inside, outside, and on borders. */
static void test_look(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200565;
    struct world world;
    world_init(&world, &seed, 30);
    for (int i = 0; i < 300; i++) {
        struct geo_coord at = random_place(&seed, &world.rings);
        size_t limit = random_below(&seed, 5);
        struct geo_hits hits = {0}, want = {0};
        uint32_t holding = 7, want_holding = geo_locator_find(world.locator, at);
        double border_m = -1, want_border_m = INFINITY;
        if (want_holding != GEO_LOCATE_NONE)
            geo_locator_border(world.locator, want_holding, at, &want_border_m, NULL);
        geo_locator_nearest(world.locator, at, limit, INFINITY, &want, NULL);
        CHECK(failures, "look",
              geo_locator_look(world.locator, at, limit, &holding, &border_m, &hits, NULL));
        CHECK(failures, "holding", holding == want_holding);
        CHECK(failures, "border",
              border_m == want_border_m || fabs(border_m - want_border_m) < 1e-6);
        CHECK(failures, "as many", hits.n == want.n);
        for (size_t j = 0; j < hits.n && hits.n == want.n; j++)
            CHECK(failures, "nearest", hits.items[j].position == want.items[j].position);
        geo_hits_clear(&hits);
        geo_hits_clear(&want);
    }
    if (failures)
        fprintf(stderr, "seed 20200565\n");
    world_clear(&world);
    assert_int_equal(failures, 0);
}

static void test_no_memory(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200570;
    struct world world;
    world_init(&world, &seed, 40);
    struct geo_coord at = {25000000, 470000000};
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_hits hits = {0};
        allow_allocations(allowed);
        ok = geo_locator_nearest(world.locator, at, 40, INFINITY, &hits, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "nearest",
              ok ? hits.n == 40 && allowed > 1 : err.status == ARO_NO_MEMORY && hits.n == 0);
        geo_hits_clear(&hits);
    }
    ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        double border_m = -1;
        allow_allocations(allowed);
        ok = geo_locator_border(world.locator, 0, at, &border_m, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "border",
              ok ? border_m > 0 && allowed > 0 : err.status == ARO_NO_MEMORY && border_m == -1);
    }
    world_clear(&world);
    assert_int_equal(failures, 0);
}

/* What is near needs no more memory than its hits; without that it fails like the walk outward. */
static void test_no_memory_close(void **state)
{
    (void)state;
    enum { N_SHAPES = 5, SIDE_E7 = 40000 };
    int failures = 0;
    struct geo_rings rings = {0};
    struct geo_locator *locator = NULL;
    for (int32_t i = 0; i < N_SHAPES; i++) {
        struct geo_coord at = {25000000 + 100000 * i, 470000000 + 30000 * i};
        struct geo_coord corners[] = {
            at, {at.lon_e7 + SIDE_E7, at.lat_e7}, {at.lon_e7 + SIDE_E7, at.lat_e7 + SIDE_E7}};
        for (int corner = 0; corner < 3; corner++)
            assert_true(geo_rings_add(&rings, corners[corner], NULL));
        assert_true(geo_rings_end_ring(&rings, NULL) && geo_rings_end_polygon(&rings, NULL) &&
                    geo_rings_end_shape(&rings, NULL));
    }
    assert_true(geo_locator_new(&rings, &locator, NULL));
    for (size_t allowed = 0; allowed < 2; allowed++) {
        struct aro_error err = {0};
        struct geo_hits hits = {0};
        uint32_t holding = 7;
        double border_m = -1;
        allow_allocations(allowed);
        bool ok = geo_locator_look(locator, (struct geo_coord){24990000, 470000000}, 3, &holding,
                                   &border_m, &hits, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "hits or an error", ok == (allowed == 1));
        CHECK(failures, "all or nothing", hits.n == (ok ? 3 : 0));
        for (size_t i = 0; i < hits.n; i++)
            CHECK(failures, "in their order", hits.items[i].position == i);
        CHECK(failures, "what is written",
              ok ? holding == GEO_LOCATE_NONE && border_m == INFINITY
                 : err.status == ARO_NO_MEMORY && holding == 7 && border_m == -1);
        geo_hits_clear(&hits);
    }
    geo_locator_free(locator);
    geo_rings_clear(&rings);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_borders),
        cmocka_unit_test(test_on_the_border),
        cmocka_unit_test(test_long_edges),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_memory_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
