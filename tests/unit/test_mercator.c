#include "geo/mercator.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>

enum { SEED = 3857, EDGE_E7 = 850511287 };

static const struct place_case {
    const char *name;
    struct geo_coord coord;
    uint32_t x, y;
} place_cases[] = {
    {"null island", {0, 0}, 1u << 31, 1u << 31},
    {"antimeridian from the east", {-1800000000, 0}, 0, 1u << 31},
    {"antimeridian from the west", {1800000000, 0}, UINT32_MAX, 1u << 31},
    {"quarter turn", {900000000, 0}, 3u << 30, 1u << 31},
    {"north pole", {0, 900000000}, 1u << 31, 0},
    {"south pole", {0, -900000000}, 1u << 31, UINT32_MAX},
    {"past the north edge", {0, EDGE_E7 + 1}, 1u << 31, 0},
    {"past the south edge", {0, -EDGE_E7 - 1}, 1u << 31, UINT32_MAX},
    /* From the formula of EPSG method 1024 in 50-digit arithmetic. */
    {"Martigues", {50557000, 434053000}, 2207800498, 1571549133},
    {"Saint-Denis de La Réunion", {554504000, -208789000}, 2809032688, 2402281959},
};

static void places_the_cases(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof place_cases / sizeof place_cases[0]; i++) {
        const struct place_case *c = &place_cases[i];
        struct geo_mercator got = geo_mercator_from_coord(c->coord);
        CHECK(failures, c->name, got.x == c->x && got.y == c->y);
        if (got.x != c->x || got.y != c->y)
            fprintf(stderr, "    got %u %u\n", got.x, got.y);
    }
    assert_int_equal(failures, 0);
}

/* The twin: the textbook's form of the formula, in long double. */
static struct geo_mercator twin_place(struct geo_coord coord)
{
    const long double pi = 3.14159265358979323846264338327950288L;
    long double lon = coord.lon_e7 * pi / 1.8e9L, lat = coord.lat_e7 * pi / 1.8e9L;
    long double x = (lon + pi) / (2 * pi), y = (pi - logl(tanl(pi / 4 + lat / 2))) / (2 * pi);
    return (struct geo_mercator){(uint32_t)(x * 4294967296.0L), (uint32_t)(y * 4294967296.0L)};
}

static uint32_t gap(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

static void agrees_with_the_twin_and_goes_back(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    printf("seed %d\n", SEED);
    for (int i = 0; i < 200000; i++) {
        struct geo_coord coord = {
            (int32_t)((int64_t)random_below(&seed, 3600000001) - 1800000000),
            (int32_t)((int64_t)random_below(&seed, 2 * (uint64_t)EDGE_E7 + 1) - EDGE_E7)};
        struct geo_mercator got = geo_mercator_from_coord(coord), want = twin_place(coord);
        struct geo_coord back = geo_mercator_to_coord(got);
        struct geo_mercator south = geo_mercator_from_coord(
            (struct geo_coord){coord.lon_e7, coord.lat_e7 - 1 - (int32_t)random_below(&seed, 9)});
        char name[64];
        snprintf(name, sizeof name, "%d %d", coord.lon_e7, coord.lat_e7);
        /* A last-bit difference may fall on either side of a line of the grid. */
        CHECK(failures, name,
              gap(got.y, want.y) <= 1 && (coord.lon_e7 == 1800000000 || gap(got.x, want.x) <= 1));
        CHECK(failures, name, back.lon_e7 == coord.lon_e7 && back.lat_e7 == coord.lat_e7);
        CHECK(failures, name, south.y > got.y || south.y == UINT32_MAX);
    }
    assert_int_equal(failures, 0);
}

static void corners_of_tiles(void **state)
{
    (void)state;
    struct geo_point corner = geo_mercator_point(0, 0);
    assert_true(corner.lon_deg == -180 && fabs(corner.lat_deg - 85.0511287798066) < 1e-12);
    corner = geo_mercator_point(1, 1);
    assert_true(corner.lon_deg == 180 && fabs(corner.lat_deg + 85.0511287798066) < 1e-12);
    corner = geo_mercator_point(0.5, 0.5);
    assert_true(corner.lon_deg == 0 && corner.lat_deg == 0);
    corner = geo_mercator_point(0.5, 0.25); /* atan(sinh(pi / 2)) */
    assert_true(fabs(corner.lat_deg - 66.51326044311186) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_the_cases),
        cmocka_unit_test(agrees_with_the_twin_and_goes_back),
        cmocka_unit_test(corners_of_tiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
