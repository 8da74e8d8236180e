#include "geo/edges_internal.h"

#include <math.h>

#include "tests/unit/check.h"
#include "tests/unit/random.h"

/* Where eyes stand: metropolitan and overseas, beside the antimeridian, poles and equator. */
static const struct geo_coord places[] = {
    {23522000, 488566000},    {-1761000000, -133000000}, {554500000, -208800000},
    {1799999900, -165000000}, {-1800000000, 10},         {0, 0},
    {120000000, 899990000},   {-700000000, -900000000},  {300000000, 849000000},
};
enum { N_PLACES = sizeof places / sizeof *places };

static struct geo_coord random_near(uint64_t *seed, struct geo_coord middle, double spread_e7)
{
    double lon = middle.lon_e7 + random_between(seed, -spread_e7, spread_e7);
    double lat = middle.lat_e7 + random_between(seed, -spread_e7, spread_e7);
    return (struct geo_coord){(int32_t)remainder(lon, 3.6e9), (int32_t)fmax(-9e8, fmin(9e8, lat))};
}

static struct geo_point on_edge(struct geo_coord a, struct geo_coord b, double t)
{
    return (struct geo_point){(a.lon_e7 + t * ((double)b.lon_e7 - a.lon_e7)) / 1e7,
                              (a.lat_e7 + t * ((double)b.lat_e7 - a.lat_e7)) / 1e7};
}

static struct geo_rect rect_of(struct geo_coord a, struct geo_coord b)
{
    return (struct geo_rect){
        a.lon_e7 < b.lon_e7 ? a.lon_e7 : b.lon_e7, a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7,
        a.lon_e7 < b.lon_e7 ? b.lon_e7 : a.lon_e7, a.lat_e7 < b.lat_e7 ? b.lat_e7 : a.lat_e7};
}

static double edge_lower_m(struct geo_eye *eye, struct geo_coord a, struct geo_coord b)
{
    const struct geo_coord ends[] = {a, b};
    const struct geo_rect rect = rect_of(a, b);
    double lower_m[GEO_EDGES_BATCH];
    geo_eye_drop_anchor(eye, &rect);
    geo_eye_far_path_m(eye, ends, 1, lower_m);
    return lower_m[0];
}

/* Bounds are below every distance, and close to the least within reach. */
static int check_edge(struct geo_eye *eye, struct geo_coord a, struct geo_coord b)
{
    enum { STEPS = 64 };
    int failures = 0;
    double least_m = INFINITY, lower_m = edge_lower_m(eye, a, b);
    double edge_m = geo_eye_edge_m(eye, a, b, INFINITY);
    for (int i = 0; i <= STEPS; i++)
        least_m = fmin(least_m, geo_geodesic_m(eye->point, on_edge(a, b, (double)i / STEPS)));
    CHECK(failures, "bound below the distance", lower_m <= edge_m);
    CHECK(failures, "no place of the edge is nearer", edge_m <= least_m + 1e-6 || edge_m > 1.5e7);
    CHECK(failures, "bound within reach is close",
          edge_m > GEO_EDGES_REACH_M || fabs(eye->point.lat_deg) > 60 ||
              lower_m >= 0.99 * edge_m - 1e-5);
    CHECK(failures, "bound of a short edge far away is close",
          edge_m < 100e3 || edge_m > 1.5e7 || fabs((double)a.lon_e7 - b.lon_e7) > 1e5 ||
              fabs((double)a.lat_e7 - b.lat_e7) > 1e5 || lower_m >= edge_m - 10);
    struct geo_eye other = geo_eye_make(eye->ellipsoid, eye->from);
    CHECK(failures, "the same from either end", geo_eye_edge_m(&other, b, a, INFINITY) == edge_m);
    CHECK(failures, "beyond a limit",
          edge_m > 1.5e7 || geo_eye_edge_m(&other, a, b, edge_m / 2) > edge_m / 2 || edge_m == 0);
    if (failures)
        fprintf(stderr, "  from %d %d, edge %d %d to %d %d: %.6f m, bound %.6f, sampled %.6f\n",
                eye->from.lon_e7, eye->from.lat_e7, a.lon_e7, a.lat_e7, b.lon_e7, b.lat_e7, edge_m,
                lower_m, least_m);
    return failures;
}

static void test_edges(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200600;
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    for (int i = 0; i < 3000; i++) {
        struct geo_eye eye = geo_eye_make(&ellipsoid, places[random_below(&seed, N_PLACES)]);
        struct geo_coord a = random_near(&seed, eye.from, pow(10, random_between(&seed, 0, 8)));
        struct geo_coord b = random_near(&seed, a, pow(10, random_between(&seed, 0, 6)));
        if (fabs((double)a.lon_e7 - b.lon_e7) < 1e9) /* none across the antimeridian */
            failures += check_edge(&eye, a, b);
    }
    if (failures)
        fprintf(stderr, "seed 20200600\n");
    assert_int_equal(failures, 0);
}

/* Within reach the distance to a vertex is PROJ's, to what that one is good for. */
static void test_vertices(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200620;
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    for (int i = 0; i < 20000; i++) {
        struct geo_coord from = {(int32_t)random_between(&seed, -1.8e9, 1.8e9),
                                 (int32_t)random_between(&seed, -8.49e8, 8.49e8)};
        struct geo_eye eye = geo_eye_make(&ellipsoid, from);
        struct geo_coord at = random_near(&seed, from, pow(10, random_between(&seed, 0, 6.3)));
        double want_m = geo_geodesic_m(eye.point, geo_coord_to_point(at));
        double got_m = geo_eye_edge_m(&eye, at, at, INFINITY);
        CHECK(failures, "the geodesic (seed 20200620)", fabs(got_m - want_m) <= 1e-8);
    }
    assert_int_equal(failures, 0);
}

static void test_boxes(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200610;
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    for (int i = 0; i < 3000; i++) {
        struct geo_eye eye = geo_eye_make(&ellipsoid, places[random_below(&seed, N_PLACES)]);
        struct geo_coord a = random_near(&seed, eye.from, pow(10, random_between(&seed, 0, 9)));
        struct geo_coord b = random_near(&seed, a, pow(10, random_between(&seed, 0, 9)));
        struct geo_rect box = rect_of(a, b);
        double lower_m[GEO_BOUNDS_BATCH], all_m[GEO_BOUNDS_BATCH], anchored_m[GEO_BOUNDS_BATCH];
        geo_eye_boxes_m(&eye, &box, 1, lower_m);
        geo_eye_all_boxes_m(&eye, &box, 1, all_m);
        geo_eye_drop_anchor(&eye, &box);
        geo_eye_all_boxes_m(&eye, &box, 1, anchored_m);
        CHECK(failures, "no bound is lost (seed 20200610)",
              lower_m[0] <= all_m[0] && all_m[0] <= anchored_m[0]);
        for (int j = 0; j < 20; j++) {
            struct geo_point inside = {random_between(&seed, box.west_e7, box.east_e7) / 1e7,
                                       random_between(&seed, box.south_e7, box.north_e7) / 1e7};
            CHECK(failures, "no place of the box is nearer (seed 20200610)",
                  geo_geodesic_m(eye.point, inside) >= anchored_m[0]);
        }
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_vertices),
        cmocka_unit_test(test_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
