#include "geo/surface.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/shapes.h"

#include <math.h>

enum { SEED = 1395 };

/* The twin: the area of a box of longitudes and latitudes, by Simpson's rule over the radii of
 * curvature of the WGS 84 ellipsoid. */
static double box_m2(double west_deg, double south_deg, double east_deg, double north_deg)
{
    const double a = 6378137.0, f = 1 / 298.257223563, e2 = f * (2 - f), radians = acos(-1) / 180;
    enum { STEPS = 2000 };
    double sum = 0, step = (north_deg - south_deg) / STEPS;
    for (int i = 0; i <= STEPS; i++) {
        double latitude = (south_deg + i * step) * radians, s = sin(latitude);
        double w2 = 1 - e2 * s * s;
        double meridian = a * (1 - e2) / (w2 * sqrt(w2)), across = a / sqrt(w2) * cos(latitude);
        sum += meridian * across * (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2);
    }
    return sum * step * radians / 3 * (east_deg - west_deg) * radians;
}

/* Relative to the area; both ways of computing round. */
static bool is_near(double got, double want)
{
    return fabs(got - want) <= 1e-9 * fabs(want) + 1e-6;
}

static const struct {
    const char *name, *shape;
    double want_m2;
} cases[] = {
    {"nothing", "", 0},
    /* 510 065 621.724 km²: the published surface of the ellipsoid. */
    {"the whole earth",
     "-1800000000 -900000000 1800000000 -900000000 1800000000 900000000 -1800000000 900000000",
     510065621724088.0},
    {"a line", "0 0 10000000 0 0 0", 0},
};

static void known_areas(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct geo_rings rings = {0};
        assert_true(add_shape_text(&rings, cases[i].shape, NULL));
        CHECK(failures, cases[i].name, is_near(geo_surface_m2(&rings, 0), cases[i].want_m2));
        geo_rings_clear(&rings);
    }
    assert_int_equal(failures, 0);
}

static double degrees(uint64_t *seed, double low, double high)
{
    return low + (high - low) * (double)random_below(seed, 1000001) / 1e6;
}

static int32_t round_e7(double value_deg)
{
    return (int32_t)lround(value_deg * 1e7);
}

/* Boxes with a box cut out, of a few metres to half a hemisphere, north and south. */
static void boxes_with_holes(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    int failures = 0;
    printf("seed %d\n", SEED);
    for (int round = 0; round < 500; round++) {
        double size = pow(10, degrees(&seed, -4, 1.5));
        double west = degrees(&seed, -180, 180 - size), south = degrees(&seed, -85, 85 - size);
        double inner_west = west + size / 4, inner_south = south + size / 4;
        struct geo_rings rings = {0};
        char shape[512], name[64];
        int32_t w = round_e7(west), s = round_e7(south), e = round_e7(west + size),
                n = round_e7(south + size), iw = round_e7(inner_west), is = round_e7(inner_south),
                ie = iw + (e - iw) / 2, in = is + (n - is) / 2;
        snprintf(shape, sizeof shape, "%d %d %d %d %d %d %d %d; %d %d %d %d %d %d %d %d", w, s, e,
                 s, e, n, w, n, iw, is, iw, in, ie, in, ie, is);
        snprintf(name, sizeof name, "round %d", round);
        assert_true(add_shape_text(&rings, shape, NULL));
        double want = box_m2(w / 1e7, s / 1e7, e / 1e7, n / 1e7) -
                      box_m2(iw / 1e7, is / 1e7, ie / 1e7, in / 1e7);
        double got = geo_surface_m2(&rings, 0);
        /* A bit of a latitude's ordinate weighs 0.1 m² in a box of a few metres. */
        CHECK(failures, name, fabs(got - want) <= 1e-8 * want + 1e-1);
        if (fabs(got - want) > 1e-8 * want + 1e-1)
            fprintf(stderr, "    got %.6f, want %.6f\n", got, want);
        geo_rings_clear(&rings);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_areas),
        cmocka_unit_test(boxes_with_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
