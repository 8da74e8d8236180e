#include "geo/proj.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>
#include <string.h>

static const uint64_t SEED = 20261126;

/* Expected: `geod +ellps=WGS84 -I -F %.6f` of PROJ 9.1.1; tolerance 1 micrometre. */
static const struct {
    const char *name;
    struct geo_point a, b;
    double want_m;
} distance_cases[] = {
    {"same point", {2.3522, 48.8566}, {2.3522, 48.8566}, 0},
    {"a hundredth of a degree", {2.3522, 48.8566}, {2.3522, 48.8666}, 1112.070557},
    {"Paris to La Réunion", {2.3522, 48.8566}, {55.45, -20.88}, 9343872.709157},
    {"across the antimeridian", {-176.2, -13.3}, {179.9, -17.5}, 625426.900975},
    {"pole to pole", {0, 90}, {0, -90}, 20003931.458625},
    {"nearly antipodal", {0, 0}, {179.7, 0}, 19995624.889961},
    {"nearly antipodal, off the equator", {0, 0}, {179.5, 0.5}, 19936288.578965},
    {"along a parallel", {0, 45}, {90, 45}, 6690232.932543},
};

static void distances(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof distance_cases / sizeof *distance_cases; i++) {
        double there = geo_geodesic_m(distance_cases[i].a, distance_cases[i].b);
        double back = geo_geodesic_m(distance_cases[i].b, distance_cases[i].a);
        CHECK(failures, distance_cases[i].name, fabs(there - distance_cases[i].want_m) < 1e-6);
        CHECK(failures, distance_cases[i].name, fabs(there - back) < 1e-6);
    }
    struct geo_point origin = {0, 0}, nowhere = {NAN, 0};
    CHECK(failures, "NaN gives NaN", isnan(geo_geodesic_m(origin, nowhere)));
    CHECK(failures, "180 is -180",
          geo_geodesic_m((struct geo_point){180, 10}, (struct geo_point){-180, 10}) < 1e-6);
    assert_int_equal(failures, 0);
}

/* Expected: `cs2cs -f %.10f <crs> OGC:CRS84` of PROJ 9.1.1; tolerance 1 mm on the ground. */
static const struct {
    const char *crs;
    double x, y;
    struct geo_point want;
} transform_cases[] = {
    {"EPSG:2154", 652469.02, 6862035.26, {2.3521999630, 48.8566000050}},
    {"EPSG:2154", 700000, 6600000, {3, 46.5}},
    {"EPSG:2154", 890000, 6250000, {5.3414579519, 43.3237995239}},
    {"EPSG:5490", 650000, 1780000, {-61.5974721021, 16.0954262641}},
    {"EPSG:5490", 706000, 1620000, {-61.0872802909, 14.6456180438}},
    {"EPSG:2972", 350000, 545000, {-52.3528581147, 4.9292871365}},
    {"EPSG:2975", 338000, 7690000, {55.4425938271, -20.8831446908}},
    {"EPSG:4471", 520000, 8590000, {45.1842517973, -12.7545528465}},
    {"EPSG:3857", 261848.155, 6250566.72, {2.3522219975, 48.8566140104}},
    {"EPSG:3163", 400000, 300000, {166, -21.5}},
    {"EPSG:4326", 2.3522, 48.8566, {2.3522, 48.8566}},
    {"EPSG:4171", 2.3522, 48.8566, {2.3522, 48.8566}},
    {"OGC:CRS84", 2.3522, 48.8566, {2.3522, 48.8566}},
    {"epsg:2154", 700000, 6600000, {3, 46.5}},
    {"urn:ogc:def:crs:EPSG::2154", 700000, 6600000, {3, 46.5}},
    {"http://www.opengis.net/def/crs/EPSG/0/2154", 700000, 6600000, {3, 46.5}},
    {"http://www.opengis.net/def/crs/EPSG/0/4326", 2.3522, 48.8566, {2.3522, 48.8566}},
    {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", 2.3522, 48.8566, {2.3522, 48.8566}},
};

static void transforms(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof transform_cases / sizeof *transform_cases; i++) {
        const char *crs = transform_cases[i].crs;
        struct aro_error err = {0};
        struct geo_point point = {0, 0};
        struct geo_transform *transform = geo_transform_new(crs, &err);
        CHECK(failures, crs, transform != NULL);
        if (!transform)
            continue;
        CHECK(failures, crs,
              geo_transform_to_wgs84(transform, transform_cases[i].x, transform_cases[i].y, &point,
                                     &err));
        CHECK(failures, crs, geo_geodesic_m(point, transform_cases[i].want) < 1e-3);
        geo_transform_free(transform);
    }
    assert_int_equal(failures, 0);
}

static const char *const unknown_systems[] = {
    "",
    "EPSG:",
    "EPSG:99999999",
    "Lambert",
    "2154",
    "EPSG:5720" /* heights only */,
    "EPSG:4978" /* geocentric */,
    "EPSG:7030" /* an ellipsoid */,
    "http://example.org/2154",
    "+proj=latlong +ellps",
    "PROJCS[\"cut",
    "\xFF\xFE",
};

static void unknown(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof unknown_systems / sizeof *unknown_systems; i++) {
        struct aro_error err = {0};
        struct geo_transform *transform = geo_transform_new(unknown_systems[i], &err);
        CHECK(failures, unknown_systems[i], !transform && err.status == ARO_BAD_INPUT);
        CHECK(failures, err.message, strstr(err.message, "wanted, for example, EPSG:2154"));
        geo_transform_free(transform);
    }
    char text[6000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    struct aro_error err = {0};
    CHECK(failures, "very long", !geo_transform_new(text, &err) && err.status == ARO_BAD_INPUT);
    geo_transform_free(NULL);
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name, *crs;
    double x, y;
} outside_cases[] = {
    {"degrees for metres", "EPSG:2154", 2.35, 48.85},
    {"axes swapped", "EPSG:2154", 6862035.26, 652469.02},
    {"not a number", "EPSG:2154", NAN, 6600000},
    {"infinite", "EPSG:2154", 700000, INFINITY},
    {"far away", "EPSG:2154", 1e30, 1e30},
    {"latitude first", "EPSG:4171", 48.8566, 2.3522},
    {"past the pole", "EPSG:4326", 2, 90.5},
    {"another island", "EPSG:2975", 520000, 8590000},
};

static void outside(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof outside_cases / sizeof *outside_cases; i++) {
        struct geo_transform *transform = geo_transform_new(outside_cases[i].crs, NULL);
        assert_non_null(transform);
        struct geo_point point = {7, 7};
        struct aro_error err = {0};
        CHECK(failures, outside_cases[i].name,
              !geo_transform_to_wgs84(transform, outside_cases[i].x, outside_cases[i].y, &point,
                                      &err));
        CHECK(failures, outside_cases[i].name,
              err.status == ARO_BAD_INPUT && point.lon_deg == 7 && point.lat_deg == 7);
        CHECK(failures, err.message, strstr(err.message, outside_cases[i].crs));
        /* One bad row must not spoil the next. */
        struct geo_point good = {0, 0};
        CHECK(failures, outside_cases[i].name,
              strcmp(outside_cases[i].crs, "EPSG:2154") != 0 ||
                  (geo_transform_to_wgs84(transform, 700000, 6600000, &good, NULL) &&
                   fabs(good.lon_deg - 3) < 1e-9));
        geo_transform_free(transform);
    }
    assert_int_equal(failures, 0);
}

/* There and back is the same place; where formulas lead nowhere it is NaN, alone. */
static void many_positions(void **state)
{
    enum { N = 1000 };
    static struct geo_xy positions[N], there[N];
    (void)state;
    int failures = 0;
    uint64_t random = SEED;
    for (size_t i = 0; i < sizeof transform_cases / sizeof *transform_cases; i++) {
        struct geo_transform *transform = geo_transform_new(transform_cases[i].crs, NULL);
        struct geo_point around = transform_cases[i].want, back;
        assert_non_null(transform);
        for (int j = 0; j < N; j++)
            positions[j] = (struct geo_xy){around.lon_deg + random_between(&random, -1, 1),
                                           around.lat_deg + random_between(&random, -1, 1)};
        memcpy(there, positions, sizeof there);
        geo_transform_positions(transform, GEO_FROM_WGS84, there, N);
        for (int j = 0; j < N; j += 50)
            CHECK(failures, transform_cases[i].crs,
                  !geo_transform_to_wgs84(transform, there[j].x, there[j].y, &back, NULL) ||
                      (fabs(back.lon_deg - positions[j].x) < 1e-8 &&
                       fabs(back.lat_deg - positions[j].y) < 1e-8));
        geo_transform_positions(transform, GEO_TO_WGS84, there, N);
        for (int j = 0; j < N; j++)
            CHECK(failures, transform_cases[i].crs,
                  fabs(there[j].x - positions[j].x) < 1e-8 &&
                      fabs(there[j].y - positions[j].y) < 1e-8);
        geo_transform_positions(transform, GEO_TO_WGS84, NULL, 0);
        geo_transform_free(transform);
    }
    struct geo_transform *lambert = geo_transform_new("EPSG:2154", NULL);
    struct geo_xy some[] = {{3, 46.5}, {0, -90}, {3, 46.5}};
    assert_non_null(lambert);
    geo_transform_positions(lambert, GEO_FROM_WGS84, some, 3);
    CHECK(failures, "the south pole", isnan(some[1].x) && isnan(some[1].y));
    CHECK(failures, "beside it", fabs(some[0].x - 700000) < 1e-3 && some[0].x == some[2].x);
    geo_transform_free(lambert);
    assert_int_equal(failures, 0);
}

/* Each place whose position is in a random box is in the bounds of that box. */
static void bounds(void **state)
{
    enum { N = 400, BOXES = 60 };
    (void)state;
    int failures = 0, n_inside = 0, n_known = 0;
    uint64_t random = SEED;
    for (size_t i = 0; i < sizeof transform_cases / sizeof *transform_cases; i++) {
        struct geo_transform *transform = geo_transform_new(transform_cases[i].crs, NULL);
        struct geo_point around = transform_cases[i].want;
        assert_non_null(transform);
        for (int box = 0; box < BOXES; box++) {
            double reach_deg = pow(10, random_between(&random, -3, 2));
            struct geo_xy places[N], there[N];
            struct geo_bbox found;
            for (int j = 0; j < N; j++)
                places[j] = (struct geo_xy){
                    around.lon_deg + random_between(&random, -1, 1) * reach_deg,
                    fmax(fmin(around.lat_deg + random_between(&random, -1, 1) * reach_deg, 90),
                         -90)};
            memcpy(there, places, sizeof there);
            geo_transform_positions(transform, GEO_FROM_WGS84, there, N);
            struct geo_xy low = {fmin(there[0].x, there[1].x), fmin(there[0].y, there[1].y)};
            struct geo_xy high = {fmax(there[0].x, there[1].x), fmax(there[0].y, there[1].y)};
            if (isnan(low.x) || !geo_transform_bounds(transform, low, high, &found))
                continue;
            n_known++;
            for (int j = 0; j < N; j++) {
                struct geo_coord coord;
                struct geo_point place = {remainder(places[j].x, 360), places[j].y};
                if (!(there[j].x >= low.x && there[j].x <= high.x && there[j].y >= low.y &&
                      there[j].y <= high.y) ||
                    !geo_coord_from_point(place, &coord, NULL))
                    continue;
                n_inside++;
                CHECK(failures, transform_cases[i].crs, geo_bbox_contains(&found, coord));
            }
        }
        geo_transform_free(transform);
    }
    CHECK(failures, "some boxes are known, and hold something", n_known > 300 && n_inside > 10000);
    if (failures)
        printf("seed %llu\n", (unsigned long long)SEED);
    assert_int_equal(failures, 0);
}

static void far_out(void **state)
{
    (void)state;
    struct geo_transform *transform = geo_transform_new("EPSG:2154", NULL);
    struct geo_bbox box;
    assert_non_null(transform);
    assert_true(geo_transform_bounds(transform, (struct geo_xy){600000, 6800000},
                                     (struct geo_xy){700000, 6900000}, &box));
    assert_true(box.west_deg > 1.5 && box.east_deg < 3.1 && box.south_deg > 48.2 &&
                box.north_deg < 49.3);
    assert_false(geo_transform_bounds(transform, (struct geo_xy){-1e8, -1e8},
                                      (struct geo_xy){1e8, 1e8}, &box));
    assert_false(
        geo_transform_bounds(transform, (struct geo_xy){0, 0}, (struct geo_xy){1, 1}, &box));
    geo_transform_free(transform);
}

static void descriptions(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_crs_about about = {0};
    struct aro_error err = {0};
    assert_true(geo_crs_describe("EPSG:2154", &about, &err));
    CHECK(failures, about.name, strcmp(about.name, "RGF93 v1 / Lambert-93") == 0);
    CHECK(failures, about.wkt, strncmp(about.wkt, "PROJCS[\"RGF93 v1 / Lambert-93\"", 30) == 0);
    CHECK(failures, about.wkt, strstr(about.wkt, "AUTHORITY[\"EPSG\",\"2154\"]]") != NULL);
    CHECK(failures, "metres, east first", !about.is_degrees && !about.is_north_first);
    geo_crs_about_clear(&about);
    assert_true(geo_crs_describe("http://www.opengis.net/def/crs/EPSG/0/4326", &about, &err));
    CHECK(failures, "degrees, north first", about.is_degrees && about.is_north_first);
    geo_crs_about_clear(&about);
    assert_true(geo_crs_describe("OGC:CRS84", &about, &err));
    CHECK(failures, "degrees, east first", about.is_degrees && !about.is_north_first);
    geo_crs_about_clear(&about);
    CHECK(failures, "unknown", !geo_crs_describe("EPSG:1", &about, &err) && !about.name);
    CHECK(failures, "three axes", !geo_crs_describe("EPSG:4979", &about, NULL));
    assert_int_equal(failures, 0);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct aro_error err = {0};
    allow_allocations(0);
    struct geo_transform *transform = geo_transform_new("EPSG:2154", &err);
    allow_allocations(SIZE_MAX);
    CHECK(failures, "out of memory", !transform && err.status == ARO_NO_MEMORY);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances),     cmocka_unit_test(transforms),
        cmocka_unit_test(unknown),       cmocka_unit_test(outside),
        cmocka_unit_test(out_of_memory), cmocka_unit_test(many_positions),
        cmocka_unit_test(bounds),        cmocka_unit_test(far_out),
        cmocka_unit_test(descriptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
