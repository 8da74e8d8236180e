#include "geo/anchor_internal.h"

#include <math.h>

#include "geo/bounds_internal.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

/* Where distances are measured from: overseas, beside the antimeridian, poles and equator. */
static const struct geo_coord places[] = {
    {23522000, 488566000},    {-1495600000, -175500000}, {1664500000, -222700000},
    {1799999900, -165000000}, {-1800000000, 10},         {0, 0},
    {120000000, 899990000},   {-700000000, -900000000},
};
enum { N_PLACES = sizeof places / sizeof *places };

/* What is lost at most where bounds are to be close. */
static const double close_m = 20;

static const double rad_of_e7 = 3.14159265358979323846 / 1800000000;

static struct geo_coord random_near(uint64_t *seed, struct geo_coord middle, double spread_e7)
{
    double lon = middle.lon_e7 + random_between(seed, -spread_e7, spread_e7);
    double lat = middle.lat_e7 + random_between(seed, -spread_e7, spread_e7);
    return (struct geo_coord){(int32_t)fmax(-18e8, fmin(18e8, lon)),
                              (int32_t)fmax(-9e8, fmin(9e8, lat))};
}

/* An eye and an anchor, from a metre apart to the other side of the earth, and what lies around the
 * anchor: two places, from nothing to some degrees apart, each scale as often. */
struct scene {
    struct geo_point from;
    struct geo_anchor anchor;
    struct geo_coord a, b;
};

static struct scene random_scene(uint64_t *seed, const struct geo_ellipsoid *ellipsoid)
{
    struct scene scene;
    struct geo_coord from = places[random_below(seed, N_PLACES)];
    struct geo_coord at = random_near(seed, from, pow(10, random_between(seed, 2, 9.3)));
    scene.from = geo_coord_to_point(from);
    scene.anchor = geo_anchor_make(ellipsoid, scene.from, at);
    scene.a = random_near(seed, at, pow(10, random_between(seed, 0, 8)));
    scene.b = random_near(seed, scene.a, pow(10, random_between(seed, 0, 7.7)));
    return scene;
}

static double sample_m(const struct geo_ellipsoid *ellipsoid, const struct scene *scene, double x,
                       double y)
{
    struct geo_coord a = scene->a, b = scene->b;
    struct geo_point at = {(a.lon_e7 + x * ((double)b.lon_e7 - a.lon_e7)) / 1e7,
                           (a.lat_e7 + y * ((double)b.lat_e7 - a.lat_e7)) / 1e7};
    return geo_ellipsoid_geodesic_m(ellipsoid, scene->from, at);
}

/* How far the pair reaches from the anchor at most, by the sides of the triangle. */
static double span_m(const struct scene *scene)
{
    double lon = fabs((double)scene->a.lon_e7 - scene->b.lon_e7);
    double lat = fabs((double)scene->a.lat_e7 - scene->b.lat_e7);
    return (lon + lat) * rad_of_e7 * 6.4e6;
}

static double apart_m(const struct scene *scene)
{
    return geo_geodesic_m(geo_coord_to_point(scene->anchor.at), geo_coord_to_point(scene->a));
}

/* Where the pair is small and near the anchor, and the anchor far. */
static bool is_easy(const struct scene *scene)
{
    return scene->anchor.distance_m > 1e6 && scene->anchor.distance_m < 1.5e7 &&
           apart_m(scene) < 100e3 && span_m(scene) < 1000;
}

static void tell(const struct scene *scene, const char *what, double lower_m, double least_m)
{
    fprintf(stderr, "  %s from %.7f %.7f, anchor %d %d (%.0f m): %d %d to %d %d: %.4f of %.4f m\n",
            what, scene->from.lon_deg, scene->from.lat_deg, scene->anchor.at.lon_e7,
            scene->anchor.at.lat_e7, scene->anchor.distance_m, scene->a.lon_e7, scene->a.lat_e7,
            scene->b.lon_e7, scene->b.lat_e7, lower_m, least_m);
}

static void test_boxes(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200640;
    size_t n_easy = 0;
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    for (int i = 0; i < 20000; i++) {
        struct scene scene = random_scene(&seed, &ellipsoid);
        struct geo_coord a = scene.a, b = scene.b;
        struct geo_rect box = {
            a.lon_e7 < b.lon_e7 ? a.lon_e7 : b.lon_e7, a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7,
            a.lon_e7 < b.lon_e7 ? b.lon_e7 : a.lon_e7, a.lat_e7 < b.lat_e7 ? b.lat_e7 : a.lat_e7};
        double unit2[GEO_ANCHOR_BATCH], least_m = INFINITY;
        geo_anchor_boxes(&scene.anchor, &box, 1, unit2);
        double lower_m = geo_bounds_unit_m(unit2[0]);
        for (int corner = 0; corner < 4; corner++)
            least_m = fmin(least_m, sample_m(&ellipsoid, &scene, corner % 2, corner / 2));
        for (int j = 0; j < 6; j++)
            least_m = fmin(least_m, sample_m(&ellipsoid, &scene, random_between(&seed, 0, 1),
                                             random_between(&seed, 0, 1)));
        CHECK(failures, "no place of the box is nearer (seed 20200640)",
              lower_m >= 0 && lower_m <= least_m);
        bool easy = is_easy(&scene);
        n_easy += easy;
        CHECK(failures, "close (seed 20200640)", !easy || lower_m >= least_m - close_m);
        if (!(lower_m >= 0 && lower_m <= least_m) || (easy && lower_m < least_m - close_m))
            tell(&scene, "box", lower_m, least_m);
    }
    CHECK(failures, "many are to be close", n_easy > 1000);
    assert_int_equal(failures, 0);
}

static void test_paths(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200650;
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    for (int i = 0; i < 20000; i++) {
        struct scene scene = random_scene(&seed, &ellipsoid);
        const struct geo_coord ends[] = {scene.a, scene.b, scene.a};
        double unit2[GEO_ANCHOR_BATCH], least_m = INFINITY;
        geo_anchor_path(&scene.anchor, ends, 2, unit2);
        double lower_m = geo_bounds_unit_m(unit2[0]);
        for (int j = 0; j <= 8; j++)
            least_m = fmin(least_m, sample_m(&ellipsoid, &scene, j / 8.0, j / 8.0));
        CHECK(failures, "there and back", unit2[0] == unit2[1]);
        CHECK(failures, "no place of the edge is nearer (seed 20200650)",
              lower_m >= 0 && lower_m <= least_m);
        bool easy = is_easy(&scene);
        CHECK(failures, "close (seed 20200650)", !easy || lower_m >= least_m - close_m);
        if (!(lower_m >= 0 && lower_m <= least_m) || (easy && lower_m < least_m - close_m))
            tell(&scene, "edge", lower_m, least_m);
    }
    assert_int_equal(failures, 0);
}

/* Where the anchor is said to be the foot of an edge, no place of the edge is nearer; and one of
 * two ends far away nearly always is. */
static void test_feet(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200660;
    size_t n_far = 0, n_told = 0;
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    for (int i = 0; i < 20000; i++) {
        struct scene scene = random_scene(&seed, &ellipsoid);
        scene.a = scene.anchor.at;
        scene.b = random_near(&seed, scene.a, pow(10, random_between(&seed, 2, 6.4)));
        struct geo_anchor other = geo_anchor_make(&ellipsoid, scene.from, scene.b);
        bool is_foot = geo_anchor_is_foot(&scene.anchor, scene.b);
        bool is_other = geo_anchor_is_foot(&other, scene.a);
        double at_m = is_foot ? scene.anchor.distance_m : other.distance_m;
        for (int j = 0; (is_foot || is_other) && j <= 16; j++)
            CHECK(failures, "the foot is nearest (seed 20200660)",
                  sample_m(&ellipsoid, &scene, j / 16.0, j / 16.0) >= at_m - 2e-8);
        CHECK(failures, "not both (seed 20200660)", !is_foot || !is_other);
        bool is_far = scene.anchor.distance_m > 300e3 && scene.anchor.distance_m < 1.8e7 &&
                      span_m(&scene) < 3000;
        n_far += is_far;
        n_told += is_far && (is_foot || is_other);
    }
    CHECK(failures, "most are told", n_far > 1000 && n_told > n_far / 20 * 19);
    assert_int_equal(failures, 0);
}

/* The distance is PROJ's; and on the other side of the earth an anchor says nothing. */
static void test_anchors(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_ellipsoid ellipsoid;
    geo_ellipsoid_init(&ellipsoid);
    struct geo_point from = {2, 48};
    struct geo_coord at = {-530000000, 40000000}, opposite = {-1780000000, -480000000};
    struct geo_anchor anchor = geo_anchor_make(&ellipsoid, from, at);
    struct geo_rect box = {-1780000001, -480000001, -1779999999, -479999999};
    double unit2[GEO_ANCHOR_BATCH] = {1};
    CHECK(failures, "PROJ's", anchor.distance_m == geo_geodesic_m(from, geo_coord_to_point(at)));
    CHECK(failures, "itself", geo_anchor_apart2(&anchor, geo_spot_of(at)) < 1e-20);
    geo_anchor_boxes(&anchor, &box, 1, unit2);
    CHECK(failures, "far from the anchor", unit2[0] == 0);
    anchor = geo_anchor_make(&ellipsoid, from, opposite);
    geo_anchor_boxes(&anchor, &box, 1, unit2);
    CHECK(failures, "the other side", unit2[0] == 0);
    CHECK(failures, "no foot there", !geo_anchor_is_foot(&anchor, opposite));
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_feet),
        cmocka_unit_test(test_anchors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
