#include "geo/arc_internal.h"
#include "geo/proj.h"
#include "tests/unit/check.h"

#include <math.h>

static double uniform(uint64_t *seed, double from, double to)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return from + (to - from) * (double)(*seed >> 11) / 9007199254740992.0;
}

static double arc_m(struct geo_point a, struct geo_point b)
{
    struct geo_arc_end end = geo_arc_end_make(a.lon_deg * 1e7, a.lat_deg * 1e7);
    return geo_arc_m(&end, b.lon_deg * 1e7, b.lat_deg * 1e7);
}

/* In every direction, over the seam and to the latitude that it is good for. */
static void is_the_geodesic_within_reach(void **state)
{
    (void)state;
    uint64_t seed = 1;
    double worst_m = 0;
    int n_tried = 0;
    for (int i = 0; i < 400000; i++) {
        struct geo_point a = {uniform(&seed, -180, 180),
                              uniform(&seed, -GEO_ARC_MAX_LAT_DEG, GEO_ARC_MAX_LAT_DEG)};
        double half = pow(10, uniform(&seed, -6, -0.7)), cosine = cos(a.lat_deg * 0.0174532925);
        struct geo_point b = {a.lon_deg + uniform(&seed, -half, half) / cosine,
                              a.lat_deg + uniform(&seed, -half, half)};
        b.lon_deg += b.lon_deg > 180 ? -360 : b.lon_deg < -180 ? 360 : 0;
        double want_m = geo_geodesic_m(a, b), got_m = arc_m(a, b);
        if (want_m > GEO_ARC_REACH_M)
            continue;
        n_tried++;
        worst_m = fmax(worst_m, fabs(got_m - want_m));
    }
    assert_in_range(n_tried, 200000, 400000);
    assert_true(worst_m < 1e-8);
}

/* What is farther may be off, but never comes out as near. */
static void beyond_reach_stays_beyond(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < 400000; i++) {
        double spread = pow(10, uniform(&seed, -1, 2.2));
        struct geo_point a = {uniform(&seed, -180, 180), uniform(&seed, -85, 85)};
        struct geo_point b = {a.lon_deg + uniform(&seed, -spread, spread),
                              fmax(-90, fmin(90, a.lat_deg + uniform(&seed, -spread, spread)))};
        b.lon_deg += b.lon_deg > 180 ? -360 : b.lon_deg < -180 ? 360 : 0;
        if (geo_geodesic_m(a, b) > GEO_ARC_REACH_M + 1e-8)
            assert_true(arc_m(a, b) > GEO_ARC_REACH_M);
    }
}

static void one_place_is_no_distance(void **state)
{
    (void)state;
    struct geo_point a = {2.3522, 48.8566}, west = {-180, 10}, east = {180, 10};
    assert_true(arc_m(a, a) == 0);
    assert_true(arc_m(west, east) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_geodesic_within_reach),
        cmocka_unit_test(beyond_reach_stays_beyond),
        cmocka_unit_test(one_place_is_no_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
