#include "geo/bbox.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name, *text;
    struct geo_bbox want;
} parse_cases[] = {
    {"metropolitan France", "-5.2,41.3,9.6,51.1", {-5.2, 41.3, 9.6, 51.1}},
    {"whole earth", "-180,-90,180,90", {-180, -90, 180, 90}},
    {"across the antimeridian", "176,-15,-176,-13", {176, -15, -176, -13}},
    {"a point", "2,48,2,48", {2, 48, 2, 48}},
    {"with heights", "2,48,-50,3,49,8848", {2, 48, 3, 49}},
    {"La Réunion", "55.2,-21.4,55.9,-20.8", {55.2, -21.4, 55.9, -20.8}},
    {"Mayotte", "44.9,-13.1,45.4,-12.5", {44.9, -13.1, 45.4, -12.5}},
    {"Indian Ocean and France", "41,-14,52,51", {41, -14, 52, 51}},
    {"exponents", "1e0,2E1,3e0,+4e1", {1, 20, 3, 40}},
};

static void parsing(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof parse_cases / sizeof *parse_cases; i++) {
        struct geo_bbox bbox = {0};
        struct aro_error err = {0};
        const char *text = parse_cases[i].text;
        CHECK(failures, parse_cases[i].name, geo_bbox_parse(text, strlen(text), &bbox, &err));
        CHECK(failures, parse_cases[i].name, memcmp(&bbox, &parse_cases[i].want, sizeof bbox) == 0);
    }
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name, *text, *says;
} refuse_cases[] = {
    {"empty", "", "a number is missing"},
    {"three", "1,2,3", "3 numbers: wanted four"},
    {"five", "1,2,3,4,5", "5 numbers: wanted four"},
    {"seven", "1,2,3,4,5,6,7", "7 or more numbers"},
    {"only commas", ",,,", "a number is missing"},
    {"trailing comma", "1,2,3,4,", "a number is missing"},
    {"not a number", "nan,41,9,51", "'nan' is not a number"},
    {"height not a number", "1,2,x,3,4,5", "'x' is not a number"},
    {"blank", "1, 2,3,4", "' 2' is not a number"},
    {"latitude above 90", "-5.2,41.3,9.6,95", "latitude 95 is out of range"},
    {"longitude below -180", "-181,41.3,9.6,51", "longitude -181 is out of range"},
    {"south above north", "2,49,3,48", "south 49 is above north 48"},
    {"latitude first, France", "41.3,-5.2,51.1,9.6",
     "bbox '41.3,-5.2,51.1,9.6' looks latitude first: write west,south,east,north, "
     "for example -5.2,41.3,9.6,51.1"},
    {"latitude first, north first", "51.1,-5.2,41.3,9.6", "for example -5.2,41.3,9.6,51.1"},
    {"latitude first, with heights", "48.8,2.2,0,48.9,2.4,100", "for example 2.2,48.8,2.4,48.9"},
    {"latitude first, New Caledonia", "-23,163,-19,168.5", "for example 163,-23,168.5,-19"},
    {"latitude first, text as given", "4.88e1,2.20,48.9,2.4", "for example 2.20,4.88e1,2.4,48.9"},
};

static void refusing(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof refuse_cases / sizeof *refuse_cases; i++) {
        struct geo_bbox bbox = {7, 7, 7, 7};
        struct aro_error err = {0};
        const char *text = refuse_cases[i].text;
        CHECK(failures, refuse_cases[i].name, !geo_bbox_parse(text, strlen(text), &bbox, &err));
        CHECK(failures, refuse_cases[i].name, err.status == ARO_BAD_INPUT && bbox.west_deg == 7);
        CHECK(failures, refuse_cases[i].name, strcmp(err.parameter, "bbox") == 0);
        CHECK(failures, err.message, strstr(err.message, refuse_cases[i].says) != NULL);
    }
    char text[4096];
    memset(text, '1', sizeof text);
    struct geo_bbox bbox;
    CHECK(failures, "very long", !geo_bbox_parse(text, sizeof text, &bbox, NULL));
    memset(text, ',', sizeof text);
    CHECK(failures, "many commas", !geo_bbox_parse(text, sizeof text, &bbox, NULL));
    CHECK(failures, "nothing at all", !geo_bbox_parse(NULL, 0, &bbox, NULL));
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name, *text;
    struct geo_bbox want; /* all 0: refused */
    const char *says;
} latitude_first_cases[] = {
    {"metropolitan France", "41.3,-5.2,51.1,9.6", {-5.2, 41.3, 9.6, 51.1}, ""},
    {"across the antimeridian", "-15,176,-13,-176", {176, -15, -176, -13}, ""},
    {"with heights", "48,2,-50,49,3,8848", {2, 48, 3, 49}, ""},
    {"New Caledonia", "-23,163,-19,168.5", {163, -23, 168.5, -19}, ""},
    {"longitude first, France",
     "-5.2,41.3,9.6,51.1",
     {0, 0, 0, 0},
     "bbox '-5.2,41.3,9.6,51.1' looks longitude first: write south,west,north,east, for example "
     "41.3,-5.2,51.1,9.6"},
    {"longitude first, New Caledonia",
     "163,-23,168.5,-19",
     {0, 0, 0, 0},
     "for example -23,163,-19,168.5"},
    {"longitude first, with heights",
     "2.2,48.8,0,2.4,48.9,1",
     {0, 0, 0, 0},
     "example 48.8,2.2,48.9,2.4"},
    {"south above north",
     "49,2,48,3",
     {0, 0, 0, 0},
     "south 49 is above north 48: wanted south,west,north"},
    {"latitude above 90", "41,2,95,3", {0, 0, 0, 0}, "latitude 95 is out of range"},
    {"three", "1,2,3", {0, 0, 0, 0}, "3 numbers: wanted four"},
};

static void latitude_first(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof latitude_first_cases / sizeof *latitude_first_cases; i++) {
        const char *text = latitude_first_cases[i].text, *name = latitude_first_cases[i].name;
        struct geo_bbox bbox = {0};
        struct aro_error err = {0};
        bool wanted = *latitude_first_cases[i].says == '\0';
        CHECK(failures, name,
              geo_bbox_parse_latitude_first(text, strlen(text), &bbox, &err) == wanted);
        CHECK(failures, name, memcmp(&bbox, &latitude_first_cases[i].want, sizeof bbox) == 0);
        CHECK(failures, err.message, strstr(err.message, latitude_first_cases[i].says) != NULL);
    }
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name, *text;
    double want[4];
    const char *says;
} corner_cases[] = {
    {"Lambert-93", "6e5,6800000.5,700000,6900000", {600000, 6800000.5, 700000, 6900000}, ""},
    {"with heights", "1,2,9,3,4,8", {1, 2, 3, 4}, ""},
    {"a point", "-1,-2,-1,-2", {-1, -2, -1, -2}, ""},
    {"far out", "-1e300,-1e300,1e300,1e300", {-1e300, -1e300, 1e300, 1e300}, ""},
    {"first axis", "2,0,1,9", {0}, "2 is above 1: wanted the lower corner, then the upper"},
    {"second axis", "0,9,1,8.5", {0}, "9 is above 8.5"},
    {"infinite", "0,0,inf,1", {0}, "'inf' is not a number"},
    {"five", "1,2,3,4,5", {0}, "5 numbers"},
    {"empty", "", {0}, "a number is missing"},
};

static void corners(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof corner_cases / sizeof *corner_cases; i++) {
        const char *text = corner_cases[i].text, *name = corner_cases[i].name;
        double got[4] = {0};
        struct aro_error err = {0};
        bool wanted = *corner_cases[i].says == '\0';
        CHECK(failures, name,
              geo_bbox_parse_corners(text, strlen(text), got, got + 2, &err) == wanted);
        CHECK(failures, name, memcmp(got, corner_cases[i].want, sizeof got) == 0);
        CHECK(failures, err.message, strstr(err.message, corner_cases[i].says) != NULL);
        CHECK(failures, name, wanted || strcmp(err.parameter, "bbox") == 0);
    }
    assert_int_equal(failures, 0);
}

static bool in_rects(const struct geo_bbox *bbox, struct geo_coord coord)
{
    struct geo_rect rects[2];
    size_t n = geo_bbox_rects(bbox, rects);
    bool first = n > 0 && geo_rect_contains(&rects[0], coord);
    bool second = n > 1 && geo_rect_contains(&rects[1], coord);
    return first != second; /* in both would be twice in an answer */
}

static const struct {
    const char *name;
    struct geo_bbox bbox;
    size_t n_rects;
    struct geo_rect want;
} rect_cases[] = {
    {"whole earth", {-180, -90, 180, 90}, 1, {-1800000000, -900000000, 1800000000, 900000000}},
    {"on the grid", {0.1, 0.2, 0.3, 0.7}, 1, {1000000, 2000000, 3000000, 7000000}},
    {"between coordinates", {0.00000001, 0, 0.00000009, 1}, 0, {0}},
    {"between latitudes", {0, 0.00000011, 1, 0.00000019}, 0, {0}},
    {"rounded inwards", {-0.00000015, -0.00000015, 0.00000015, 0.00000015}, 1, {-1, -1, 1, 1}},
    {"a point", {2, 48, 2, 48}, 1, {20000000, 480000000, 20000000, 480000000}},
    {"antimeridian", {176, -15, -176, -13}, 2, {1760000000, -150000000, 1800000000, -130000000}},
    {"not numbers", {NAN, NAN, NAN, NAN}, 0, {0}},
    {"out of range", {-1e300, -1e300, 1e300, 1e300}, 0, {0}},
};

static void rects(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof rect_cases / sizeof *rect_cases; i++) {
        struct geo_rect out[2] = {{0}};
        size_t n = geo_bbox_rects(&rect_cases[i].bbox, out);
        CHECK(failures, rect_cases[i].name, n == rect_cases[i].n_rects);
        CHECK(failures, rect_cases[i].name, memcmp(&out[0], &rect_cases[i].want, sizeof *out) == 0);
    }
    assert_int_equal(failures, 0);
}

/* Coordinates on and beside the edges, where rounding would show. */
static void rects_agree_with_contains(void **state)
{
    (void)state;
    uint64_t seed = 20200403;
    int failures = 0;
    for (int i = 0; i < 20000; i++) {
        struct geo_coord edge = {(int32_t)((int64_t)random_below(&seed, 3600000001) - 1800000000),
                                 (int32_t)random_below(&seed, 1800000001) - 900000000};
        struct geo_point near = geo_coord_to_point(edge);
        double nudge = (double)random_below(&seed, 5) * 2.5e-8 - 5e-8;
        struct geo_bbox bbox = {near.lon_deg + nudge, near.lat_deg + nudge,
                                random_between(&seed, -180, 180),
                                random_between(&seed, near.lat_deg, 90)};
        for (int step = -2; step <= 2; step++) {
            struct geo_coord coord = {edge.lon_e7 + step, edge.lat_e7 + step};
            CHECK(failures, "seed 20200403",
                  in_rects(&bbox, coord) == geo_bbox_contains(&bbox, coord));
        }
    }
    assert_int_equal(failures, 0);
}

static void containing(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_bbox pacific = {176, -15, -176, -13};
    CHECK(failures, "west side",
          geo_bbox_contains(&pacific, (struct geo_coord){1770000000, -140000000}));
    CHECK(failures, "east side",
          geo_bbox_contains(&pacific, (struct geo_coord){-1770000000, -140000000}));
    CHECK(failures, "180", geo_bbox_contains(&pacific, (struct geo_coord){1800000000, -140000000}));
    CHECK(failures, "-180",
          geo_bbox_contains(&pacific, (struct geo_coord){-1800000000, -140000000}));
    CHECK(failures, "the gap", !geo_bbox_contains(&pacific, (struct geo_coord){0, -140000000}));
    CHECK(failures, "north of it", !geo_bbox_contains(&pacific, (struct geo_coord){1770000000, 0}));
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name;
    size_t n;
    struct geo_coord coords[4];
    struct geo_bbox want;
} around_cases[] = {
    {"one point", 1, {{20000000, 480000000}}, {2, 48, 2, 48}},
    {"two points", 2, {{20000000, 480000000}, {-10000000, 490000000}}, {-1, 48, 2, 49}},
    {"Wallis and Fiji",
     2,
     {{-1761000000, -133000000}, {1780000000, -180000000}},
     {178, -18, -176.1, -13.3}},
    {"both antimeridians", 2, {{-1800000000, 0}, {1800000000, 10000000}}, {180, 0, -180, 1}},
    {"opposite, equally wide", 2, {{-900000000, 0}, {900000000, 0}}, {-90, 0, 90, 0}},
    {"three around the earth", 3, {{-1200000000, 0}, {0, 0}, {1200000000, 0}}, {-120, 0, 120, 0}},
    {"gap between others",
     4,
     {{-1700000000, 0}, {-1000000000, 0}, {900000000, 0}, {1700000000, 0}},
     {90, 0, -100, 0}},
};

static void around(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof around_cases / sizeof *around_cases; i++) {
        struct geo_bbox bbox = {0};
        CHECK(failures, around_cases[i].name,
              geo_bbox_around(around_cases[i].coords, around_cases[i].n, &bbox));
        CHECK(failures, around_cases[i].name,
              memcmp(&bbox, &around_cases[i].want, sizeof bbox) == 0);
    }
    struct geo_bbox bbox = {0};
    CHECK(failures, "no point", !geo_bbox_around(NULL, 0, &bbox));
    assert_int_equal(failures, 0);
}

static double width_deg(const struct geo_bbox *bbox)
{
    return bbox->east_deg - bbox->west_deg + (bbox->west_deg > bbox->east_deg ? 360 : 0);
}

/* The twin tries every point as the west edge. */
static double narrowest_deg(const struct geo_coord *coords, size_t n)
{
    double narrowest = 360;
    for (size_t i = 0; i < n; i++) {
        double width = 0;
        for (size_t j = 0; j < n; j++) {
            double turn = ((double)coords[j].lon_e7 - coords[i].lon_e7) / 1e7;
            width = fmax(width, turn < 0 ? turn + 360 : turn);
        }
        narrowest = fmin(narrowest, width);
    }
    return narrowest;
}

static void around_random(void **state)
{
    (void)state;
    uint64_t seed = 20200404;
    int failures = 0;
    for (int i = 0; i < 2000; i++) {
        struct geo_coord coords[24];
        size_t n = 1 + random_below(&seed, 24);
        double middle = random_between(&seed, -180, 180), spread = random_between(&seed, 0, 360);
        for (size_t j = 0; j < n; j++) {
            double lon = remainder(middle + random_between(&seed, 0, spread), 360);
            coords[j] = (struct geo_coord){(int32_t)(lon * 1e7), (int32_t)random_below(&seed, 900)};
        }
        struct geo_bbox bbox = {0};
        bool ok = geo_bbox_around(coords, n, &bbox);
        CHECK(failures, "seed 20200404", ok);
        for (size_t j = 0; j < n; j++)
            CHECK(failures, "seed 20200404", geo_bbox_contains(&bbox, coords[j]));
        /* A tenth of the grid: what adding 360 rounds away. */
        CHECK(failures, "seed 20200404", fabs(width_deg(&bbox) - narrowest_deg(coords, n)) < 1e-8);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsing),        cmocka_unit_test(refusing),
        cmocka_unit_test(latitude_first), cmocka_unit_test(corners),
        cmocka_unit_test(rects),          cmocka_unit_test(rects_agree_with_contains),
        cmocka_unit_test(containing),     cmocka_unit_test(around),
        cmocka_unit_test(around_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
