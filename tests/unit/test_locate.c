#include "geo/locate.h"

#include <math.h>
#include <string.h>

#include "geo/proj.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/random_shapes.h"
#include "tests/unit/shapes.h"

/* ------------------------------------------------------------------ by hand */

#define NONE GEO_LOCATE_NONE

/* Two squares side by side, one above both, an island with a lake and an islet in it. */
static const char *const mesh_shapes[] = {
    "0 0 10 0 10 10 0 10",
    "10 0 20 0 20 10 10 10",
    "0 10 10 10 20 10 20 20 0 20",
    "100 0 130 0 130 30 100 30; 110 10 110 20 120 20 120 10 / 114 14 116 14 116 16 114 16",
    "",
};

static const struct {
    const char *name;
    struct geo_coord at;
    uint32_t want;
} mesh_cases[] = {
    {"inside", {5, 5}, 0},
    {"outside", {50, 5}, NONE},
    {"on the border of two: the eastern", {10, 5}, 1},
    {"on a horizontal border: the northern", {5, 10}, 2},
    {"vertex of three: the one north-east", {10, 10}, 2},
    {"south-western corner", {0, 0}, 0},
    {"on the western shore", {0, 5}, 0},
    {"on the southern shore", {15, 0}, 1},
    {"on the eastern shore, which nothing lies east of", {20, 5}, 1},
    {"on the northern shore, which nothing lies north of", {5, 20}, 2},
    {"south-eastern corner", {20, 0}, 1},
    {"corner of two on the eastern shore: the first", {20, 10}, 1},
    {"island", {105, 15}, 3},
    {"in the lake", {112, 15}, NONE},
    {"on the lake's western shore", {110, 15}, 3},
    {"on the lake's eastern shore", {120, 15}, 3},
    {"on the lake's southern shore", {115, 10}, 3},
    {"on the islet", {115, 15}, 3},
    {"on the islet's shore", {116, 15}, 3},
    {"one beside the islet's shore", {117, 15}, NONE},
    {"in line with a horizontal edge, west of it", {-5, 10}, NONE},
    {"in line with a horizontal edge, east of it", {25, 10}, NONE},
};

static void test_mesh_by_hand(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_rings rings = {0};
    struct geo_locator *locator = NULL;
    for (size_t i = 0; i < sizeof mesh_shapes / sizeof *mesh_shapes; i++)
        assert_true(add_shape_text(&rings, mesh_shapes[i], NULL));
    assert_true(geo_locator_new(&rings, &locator, NULL));
    for (size_t i = 0; i < sizeof mesh_cases / sizeof *mesh_cases; i++)
        CHECK(failures, mesh_cases[i].name,
              geo_locator_find(locator, mesh_cases[i].at) == mesh_cases[i].want);
    geo_locator_free(locator);
    geo_rings_clear(&rings);
    assert_int_equal(failures, 0);
}

/* What degenerate rings give: a border without an inside. */
static void test_degenerate(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_rings rings = {0};
    struct geo_locator *locator = NULL;
    double border_m = -1;
    const char *const texts[] = {"", "5 5", "0 0 10 0", "0 0 0 0 0 0"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(add_shape_text(&rings, texts[i], NULL));
    assert_true(geo_locator_new(&rings, &locator, NULL));
    CHECK(failures, "point", geo_locator_find(locator, (struct geo_coord){5, 5}) == 1);
    CHECK(failures, "line", geo_locator_find(locator, (struct geo_coord){7, 0}) == 2);
    CHECK(failures, "end of two", geo_locator_find(locator, (struct geo_coord){0, 0}) == 2);
    CHECK(failures, "beside", geo_locator_find(locator, (struct geo_coord){11, 0}) == NONE);
    CHECK(failures, "no vertex",
          geo_locator_border(locator, 0, (struct geo_coord){0, 0}, &border_m, NULL) &&
              border_m == INFINITY);
    geo_locator_free(locator);
    geo_rings_clear(&rings);
    assert_true(geo_locator_new(&rings, &locator, NULL));
    CHECK(failures, "no shapes", geo_locator_find(locator, (struct geo_coord){0, 0}) == NONE);
    struct geo_hits hits = {0};
    CHECK(failures, "no shapes",
          geo_locator_nearest(locator, (struct geo_coord){0, 0}, 3, INFINITY, &hits, NULL) &&
              hits.n == 0);
    geo_locator_free(locator);
    assert_int_equal(failures, 0);
}

/* The whole earth in one ring, and two shapes that meet at longitude 180. */
static void test_extremes(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_rings rings = {0}, earth = {0};
    struct geo_locator *locator = NULL, *of_earth = NULL;
    struct geo_hits hits = {0};
    double border_m = -1;
    const char *const texts[] = {
        "1799000000 0 1800000000 0 1800000000 1000000 1799000000 1000000 / "
        "-1800000000 0 -1799000000 0 -1799000000 1000000 -1800000000 1000000",
        "1799000000 -500000 1800000000 -500000 1800000000 0 1799000000 0"};
    assert_true(add_shape_text(&rings, texts[0], NULL) && add_shape_text(&rings, texts[1], NULL));
    assert_true(geo_locator_new(&rings, &locator, NULL));
    for (int east = 0; east < 2; east++) {
        struct geo_coord seam = {east ? 1800000000 : -1800000000, 500000};
        struct geo_coord south = {seam.lon_e7, -250000};
        CHECK(failures, "inside on the seam", geo_locator_find(locator, seam) == 0);
        CHECK(failures, "shore on the seam", geo_locator_find(locator, south) == 1);
        CHECK(failures, "border on the seam",
              geo_locator_border(locator, 1, south, &border_m, NULL) && border_m == 0);
        CHECK(failures, "nearest on the seam",
              geo_locator_nearest(locator, south, 2, INFINITY, &hits, NULL) && hits.n == 2 &&
                  hits.items[0].position == 1 && hits.items[0].distance_m == 0);
    }
    struct geo_coord across = {-1799999000, -250000}; /* 1e-4 degree east of the seam */
    struct geo_point at = geo_coord_to_point(across), foot = {180, at.lat_deg};
    CHECK(failures, "across the seam",
          geo_locator_border(locator, 1, across, &border_m, NULL) &&
              fabs(border_m - geo_geodesic_m(at, foot)) < 1e-6);
    assert_true(add_shape_text(&earth,
                               "-1800000000 -900000000 1800000000 -900000000 1800000000 900000000 "
                               "-1800000000 900000000",
                               NULL));
    assert_true(geo_locator_new(&earth, &of_earth, NULL));
    CHECK(failures, "earth", geo_locator_find(of_earth, (struct geo_coord){0, 0}) == 0);
    CHECK(failures, "pole", geo_locator_find(of_earth, (struct geo_coord){7, 900000000}) == 0);
    geo_locator_free(locator);
    geo_locator_free(of_earth);
    geo_rings_clear(&rings);
    geo_rings_clear(&earth);
    geo_hits_clear(&hits);
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ the twin */

/*
 * Inside, by definition: the place is moved east by 1 / 2^9 and north by 1 / 2^20 of a unit, which
 * is what the rule says as long as edges rise by less than 2^9 units for one to the east (or run
 * the other way). Then it is on no edge, and plain crossings count. All in units of 2^-20.
 */
static bool twin_moved_inside(const struct geo_rings *rings, size_t shape, struct geo_coord at)
{
    struct geo_run run = geo_rings_of_shape(rings, shape);
    const __int128 unit = 1 << 20;
    __int128 x = at.lon_e7 * unit + (1 << 11), y = at.lat_e7 * unit + 1;
    bool inside = false;
    for (uint32_t ring = run.first; ring < run.end; ring++) {
        struct geo_run vertices = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = vertices.first; i < vertices.end; i++) {
            struct geo_coord a = rings->coords[i];
            struct geo_coord b = rings->coords[i + 1 < vertices.end ? i + 1 : vertices.first];
            __int128 ax = a.lon_e7 * unit, ay = a.lat_e7 * unit;
            __int128 bx = b.lon_e7 * unit, by = b.lat_e7 * unit;
            if ((ay < y) == (by < y))
                continue;
            __int128 turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
            assert_true(turn != 0);
            inside ^= (by > ay) == (turn > 0);
        }
    }
    return inside;
}

static bool twin_on_border(const struct geo_rings *rings, size_t shape, struct geo_coord at)
{
    struct geo_run run = geo_rings_of_shape(rings, shape);
    for (uint32_t ring = run.first; ring < run.end; ring++) {
        struct geo_run vertices = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = vertices.first; i < vertices.end; i++) {
            struct geo_coord a = rings->coords[i];
            struct geo_coord b = rings->coords[i + 1 < vertices.end ? i + 1 : vertices.first];
            __int128 ax = a.lon_e7 - (int64_t)at.lon_e7, ay = a.lat_e7 - (int64_t)at.lat_e7;
            __int128 bx = b.lon_e7 - (int64_t)at.lon_e7, by = b.lat_e7 - (int64_t)at.lat_e7;
            if (ax * by == ay * bx && ax * bx <= 0 && ay * by <= 0)
                return true;
        }
    }
    return false;
}

static uint32_t twin_find(const struct geo_rings *rings, struct geo_coord at)
{
    for (size_t shape = 0; shape < rings->shapes.n; shape++)
        if (twin_moved_inside(rings, shape, at))
            return (uint32_t)shape;
    for (size_t shape = 0; shape < rings->shapes.n; shape++)
        if (twin_on_border(rings, shape, at))
            return (uint32_t)shape;
    return NONE;
}

/* ------------------------------------------------------------------ small meshes, every place */

enum { SIDE = 5, STEP = 12 }; /* cells a side, and units between their corners */

/* Corners of cells, moved by up to a third of a step; the outer ones stay. */
struct lattice {
    struct geo_coord corners[SIDE + 1][SIDE + 1];
};

static struct lattice random_lattice(uint64_t *seed)
{
    struct lattice lattice;
    for (int row = 0; row <= SIDE; row++)
        for (int column = 0; column <= SIDE; column++) {
            bool inner = row > 0 && row < SIDE && column > 0 && column < SIDE;
            int dx = inner ? (int)random_below(seed, 9) - 4 : 0;
            int dy = inner ? (int)random_below(seed, 9) - 4 : 0;
            lattice.corners[row][column] = (struct geo_coord){column * STEP + dx, row * STEP + dy};
        }
    return lattice;
}

static bool add_ring(struct geo_rings *rings, const struct geo_coord *coords, int n, bool reversed)
{
    for (int i = 0; i < n; i++)
        if (!geo_rings_add(rings, coords[reversed ? n - 1 - i : i], NULL))
            return false;
    return geo_rings_end_ring(rings, NULL);
}

/* Cells, some with an enclave in the shape of a diamond, which is a shape of its own. */
static void lattice_shapes(struct geo_rings *rings, uint64_t *seed)
{
    struct lattice lattice = random_lattice(seed);
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            struct geo_coord cell[4] = {
                lattice.corners[row][column], lattice.corners[row][column + 1],
                lattice.corners[row + 1][column + 1], lattice.corners[row + 1][column]};
            struct geo_coord middle = {column * STEP + STEP / 2, row * STEP + STEP / 2};
            struct geo_coord diamond[4] = {{middle.lon_e7 - 1, middle.lat_e7},
                                           {middle.lon_e7, middle.lat_e7 - 1},
                                           {middle.lon_e7 + 1, middle.lat_e7},
                                           {middle.lon_e7, middle.lat_e7 + 1}};
            bool enclave = random_below(seed, 3) == 0, reversed = random_below(seed, 2);
            assert_true(add_ring(rings, cell, 4, reversed));
            assert_true(!enclave || add_ring(rings, diamond, 4, !reversed));
            assert_true(geo_rings_end_polygon(rings, NULL) && geo_rings_end_shape(rings, NULL));
            if (enclave)
                assert_true(add_ring(rings, diamond, 4, false) &&
                            geo_rings_end_polygon(rings, NULL) && geo_rings_end_shape(rings, NULL));
        }
}

/* How many shapes hold the place once it is moved: one inside the lattice and on its western and
 * southern edge, none elsewhere. */
static int check_place(const struct geo_rings *rings, const struct geo_locator *locator,
                       struct geo_coord at)
{
    int failures = 0, n_holding = 0, side = SIDE * STEP;
    for (size_t shape = 0; shape < rings->shapes.n; shape++)
        n_holding += twin_moved_inside(rings, shape, at);
    bool within = at.lon_e7 >= 0 && at.lon_e7 < side && at.lat_e7 >= 0 && at.lat_e7 < side;
    CHECK(failures, "one shape holds a place of a mesh", n_holding == within);
    CHECK(failures, "same as the twin", geo_locator_find(locator, at) == twin_find(rings, at));
    if (failures)
        fprintf(stderr, "  at %d %d\n", at.lon_e7, at.lat_e7);
    return failures;
}

static void test_every_place_of_small_meshes(void **state)
{
    (void)state;
    int failures = 0;
    for (uint64_t first_seed = 1; first_seed <= 40 && !failures; first_seed++) {
        uint64_t seed = first_seed;
        struct geo_rings rings = {0};
        struct geo_locator *locator = NULL;
        lattice_shapes(&rings, &seed);
        assert_true(geo_locator_new(&rings, &locator, NULL));
        for (int lon = -2; lon <= SIDE * STEP + 2; lon++)
            for (int lat = -2; lat <= SIDE * STEP + 2; lat++)
                failures += check_place(&rings, locator, (struct geo_coord){lon, lat});
        if (failures)
            fprintf(stderr, "seed %llu\n", (unsigned long long)first_seed);
        geo_locator_free(locator);
        geo_rings_clear(&rings);
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ large shapes */

/* Inside by crossings, without a tree: as the header says, in 128 bits. */
static bool twin_inside(const struct geo_rings *rings, size_t shape, struct geo_coord at)
{
    struct geo_run run = geo_rings_of_shape(rings, shape);
    bool inside = false;
    for (uint32_t ring = run.first; ring < run.end; ring++) {
        struct geo_run vertices = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = vertices.first; i < vertices.end; i++) {
            struct geo_coord a = rings->coords[i];
            struct geo_coord b = rings->coords[i + 1 < vertices.end ? i + 1 : vertices.first];
            __int128 rise = (__int128)b.lat_e7 - a.lat_e7;
            __int128 turn = ((__int128)b.lon_e7 - a.lon_e7) * (at.lat_e7 - (int64_t)a.lat_e7) -
                            rise * (at.lon_e7 - (int64_t)a.lon_e7);
            if ((a.lat_e7 > at.lat_e7) != (b.lat_e7 > at.lat_e7))
                inside ^= rise > 0 ? turn > 0 : turn < 0;
        }
    }
    return inside;
}

static uint32_t twin_find_large(const struct geo_rings *rings, struct geo_coord at)
{
    uint32_t bordering = NONE;
    for (size_t shape = 0; shape < rings->shapes.n; shape++) {
        if (twin_inside(rings, shape, at))
            return (uint32_t)shape;
        if (bordering == NONE && twin_on_border(rings, shape, at))
            bordering = (uint32_t)shape;
    }
    return bordering;
}

static void test_large_shapes(void **state)
{
    (void)state;
    int failures = 0;
    static const size_t numbers[] = {1, 2, 8, 9, 65, 200};
    for (size_t round = 0; round < sizeof numbers / sizeof *numbers; round++) {
        uint64_t seed = 20200510 + round;
        struct geo_rings rings = {0};
        struct geo_locator *locator = NULL;
        star_shapes(&rings, &seed, numbers[round], 3000);
        assert_true(geo_locator_new(&rings, &locator, NULL));
        for (int i = 0; i < 400; i++) {
            struct geo_coord at = random_place(&seed, &rings);
            uint32_t want = twin_find_large(&rings, at), got = geo_locator_find(locator, at);
            CHECK(failures, "same as the twin", got == want);
            if (got != want)
                fprintf(stderr, "  seed %zu, at %d %d: %u, wanted %u\n", 20200510 + round,
                        at.lon_e7, at.lat_e7, got, want);
        }
        geo_locator_free(locator);
        geo_rings_clear(&rings);
    }
    assert_int_equal(failures, 0);
}

static void test_no_memory(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200520;
    struct geo_rings rings = {0};
    struct geo_locator *locator = NULL;
    star_shapes(&rings, &seed, 20, 300);
    for (size_t allowed = 0; !locator; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        bool ok = geo_locator_new(&rings, &locator, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "new", ok ? locator && allowed > 8 : err.status == ARO_NO_MEMORY);
    }
    geo_locator_free(locator);
    geo_rings_clear(&rings);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mesh_by_hand), cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_extremes),     cmocka_unit_test(test_every_place_of_small_meshes),
        cmocka_unit_test(test_large_shapes), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
