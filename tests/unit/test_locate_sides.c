#include <stdlib.h>

#include "geo/locate_internal.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/meshes.h"
#include "tests/unit/random.h"
#include "tests/unit/random_shapes.h"
#include "tests/unit/shapes.h"

enum { MAX_SHAPES = 32 };

/* Shapes together, and each alone, which has nothing beside it. */
struct world {
    struct geo_rings rings, alone[MAX_SHAPES];
    struct geo_locator *locator, *of_one[MAX_SHAPES];
    size_t n;
};

static void world_finish(struct world *world)
{
    world->n = world->rings.shapes.n;
    assert_true(world->n <= MAX_SHAPES);
    assert_true(geo_locator_new(&world->rings, &world->locator, NULL));
    for (size_t i = 0; i < world->n; i++) {
        assert_true(geo_rings_add_shape(&world->alone[i], &world->rings, i, NULL));
        assert_true(geo_locator_new(&world->alone[i], &world->of_one[i], NULL));
    }
}

static void world_clear(struct world *world)
{
    geo_locator_free(world->locator);
    geo_rings_clear(&world->rings);
    for (size_t i = 0; i < world->n; i++) {
        geo_locator_free(world->of_one[i]);
        geo_rings_clear(&world->alone[i]);
    }
}

/* ------------------------------------------------------------------ the twin */

static int compare_hits(const void *a, const void *b)
{
    const struct geo_hit *left = a, *right = b;
    if (left->distance_m != right->distance_m)
        return left->distance_m < right->distance_m ? -1 : 1;
    return left->position < right->position ? -1 : 1;
}

/* The distance to each shape that has a vertex, by the walk over all of the one alone. */
static size_t measure_each(const struct world *world, struct geo_coord at,
                           struct geo_hit out_hits[MAX_SHAPES])
{
    size_t n = 0;
    for (uint32_t i = 0; i < world->n; i++) {
        double border_m = INFINITY;
        assert_true(geo_locator_border(world->of_one[i], 0, at, &border_m, NULL));
        bool is_held = geo_locator_find(world->of_one[i], at) == 0;
        if (border_m < INFINITY)
            out_hits[n++] = (struct geo_hit){i, is_held ? 0 : border_m};
    }
    qsort(out_hits, n, sizeof *out_hits, compare_hits);
    return n;
}

static bool same_hits(const struct geo_hits *hits, const struct geo_hit *want, size_t n)
{
    bool same = hits->n == n;
    for (size_t i = 0; same && i < n; i++)
        same = hits->items[i].position == want[i].position &&
               hits->items[i].distance_m == want[i].distance_m;
    return same;
}

static int check_place(const struct world *world, struct geo_coord at, size_t limit)
{
    int failures = 0;
    struct geo_hit want[MAX_SHAPES];
    struct geo_hits hits = {0};
    uint32_t holding = 7;
    double border_m = -1, want_border_m = INFINITY;
    size_t n_want = measure_each(world, at, want);
    CHECK(failures, "look",
          geo_locator_look(world->locator, at, limit, &holding, &border_m, &hits, NULL));
    if (holding != GEO_LOCATE_NONE)
        assert_true(geo_locator_border(world->of_one[holding], 0, at, &want_border_m, NULL));
    CHECK(failures, "holding", holding == geo_locator_find(world->locator, at));
    CHECK(failures, "border", border_m == want_border_m);
    CHECK(failures, "nearest", same_hits(&hits, want, limit < n_want ? limit : n_want));
    if (failures)
        fprintf(stderr, "  at %d %d, limit %zu\n", at.lon_e7, at.lat_e7, limit);
    geo_hits_clear(&hits);
    return failures;
}

/* ------------------------------------------------------------------ worlds */

/* A second shape on the same ground, or across the others. */
static void add_overlap(struct world *world, uint64_t *seed)
{
    struct geo_rings *rings = &world->rings;
    struct geo_coord middle = random_place(seed, rings);
    if (random_below(seed, 2)) {
        struct geo_rings same = {0};
        size_t shape = random_below(seed, rings->shapes.n);
        assert_true(geo_rings_add_shape(&same, rings, shape, NULL));
        assert_true(geo_rings_add_shape(rings, &same, 0, NULL));
        geo_rings_clear(&same);
    } else {
        add_star(rings, seed, middle, pow(10, random_between(seed, 2, 5)), 40);
        assert_true(geo_rings_end_shape(rings, NULL));
    }
}

/* Areas without gaps, with gaps ('.'), with enclaves and parts; every third with an overlap. */
static void world_init(struct world *world, uint64_t *seed, int round)
{
    int n_letters = 2 + (int)random_below(seed, 20);
    struct letters letters = letters_random(seed, 4 + (int)random_below(seed, 20), n_letters);
    *world = (struct world){0};
    letters_shapes(&letters, n_letters, &world->rings);
    geo_rings_wind(&world->rings);
    if (round % 3 == 0)
        add_overlap(world, seed);
    world_finish(world);
}

static void test_against_each_alone(void **state)
{
    (void)state;
    int failures = 0;
    for (int round = 0; round < 300; round++) {
        uint64_t seed = 20261126 + (uint64_t)round;
        struct world world;
        world_init(&world, &seed, round);
        for (int i = 0; i < 60; i++)
            failures +=
                check_place(&world, random_place(&seed, &world.rings), 2 + random_below(&seed, 4));
        world_clear(&world);
        if (failures) {
            fprintf(stderr, "seed %d\n", 20261126 + round);
            break;
        }
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ by hand */

/*
 * Four shapes meet at 0 0, and a frame around them. From the south that corner is the nearest place
 * of the three in the north, as far as each other; the first of them has no edge in common with the
 * southern one.
 */
static const char *const fan[] = {
    "0 0 5774 10000 -5774 10000",
    "0 0 -10000 1763 -10000 -10000 10000 -10000 10000 1763",
    "0 0 10000 1763 10000 10000 5774 10000",
    "0 0 -5774 10000 -10000 10000 -10000 1763",
    ("-30000 -30000 30000 -30000 30000 30000 -30000 30000; -10000 -10000 -10000 1763 -10000 10000 "
     "-5774 10000 5774 10000 10000 10000 10000 1763 10000 -10000"),
};

static void test_corner_of_four(void **state)
{
    (void)state;
    int failures = 0;
    struct world world = {0};
    for (size_t i = 0; i < sizeof fan / sizeof *fan; i++)
        assert_true(add_shape_text(&world.rings, fan[i], NULL));
    world_finish(&world);
    for (int32_t south = 1; south < 10000; south *= 3)
        for (size_t limit = 2; limit <= 5; limit++)
            failures += check_place(&world, (struct geo_coord){0, -south}, limit);
    world_clear(&world);
    assert_int_equal(failures, 0);
}

/* A shape for each field between the lines, with two more vertices along each side. */
static void add_fields(struct geo_rings *rings, const int32_t *lons, const int32_t *lats, int n)
{
    static const int way[4][4] = {{0, 0, 1, 0}, {1, 0, 1, 1}, {1, 1, 0, 1}, {0, 1, 0, 0}};
    static const int parts[3] = {0, 1, 15}; /* sixteenths of a side */
    for (int field = 0; field < n * n; field++) {
        for (int i = 0; i < 12; i++) {
            const int32_t *lon = lons + field % n, *lat = lats + field / n;
            const int *side = way[i / 3];
            int64_t on = parts[i % 3], left = 16 - on;
            struct geo_coord at = {(int32_t)((lon[side[0]] * left + lon[side[2]] * on) / 16),
                                   (int32_t)((lat[side[1]] * left + lat[side[3]] * on) / 16)};
            assert_true(geo_rings_add(rings, at, NULL));
        }
        assert_true(geo_rings_end_ring(rings, NULL));
        assert_true(geo_rings_end_polygon(rings, NULL));
        assert_true(geo_rings_end_shape(rings, NULL));
    }
}

/* Behind a strip of 20 cm in the north, 1000 m away, lies what is nearer than the field in the
 * east, 1001 m away: but for degrees of longitude bounds are closer than for those of latitude. */
static void test_thin_strip(void **state)
{
    (void)state;
    static const int32_t lons[] = {19100000, 19700000, 20134180, 20300000, 20900000, 21500000};
    static const int32_t lats[] = {479100000, 479700000, 480089930,
                                   480089948, 480300000, 480900000};
    int failures = 0;
    struct world world = {0};
    add_fields(&world.rings, lons, lats, 5);
    world_finish(&world);
    for (int32_t east = -2000; east <= 2000; east += 50)
        for (size_t limit = 2; limit <= 5; limit++)
            failures += check_place(&world, (struct geo_coord){20000000 + east, 480000000}, limit);
    world_clear(&world);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_each_alone),
        cmocka_unit_test(test_corner_of_four),
        cmocka_unit_test(test_thin_strip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
