#include "geo/coord.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_text(const struct aro_buffer *out, const char *want)
{
    return out->len == strlen(want) && memcmp(out->data, want, out->len) == 0;
}

static const struct {
    const char *name;
    struct geo_point point;
    bool ok;
    struct geo_coord want;
} rounding_cases[] = {
    {"null island", {0, 0}, true, {0, 0}},
    {"minus zero", {-0.0, -0.0}, true, {0, 0}},
    {"corners", {180, 90}, true, {1800000000, 900000000}},
    {"other corners", {-180, -90}, true, {-1800000000, -900000000}},
    {"half, away from zero", {0.00000005, -0.00000005}, true, {1, -1}},
    {"under half", {0.000000049, -0.000000049}, true, {0, 0}},
    {"Paris", {2.3522, 48.8566}, true, {23522000, 488566000}},
    {"just past the antimeridian", {180.0000001, 0}, false, {0, 0}},
    {"past the pole", {0, 90.00000001}, false, {0, 0}},
    {"not a number", {NAN, 0}, false, {0, 0}},
    {"not a latitude", {0, NAN}, false, {0, 0}},
    {"infinite", {0, -INFINITY}, false, {0, 0}},
};

static void rounding(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof rounding_cases / sizeof *rounding_cases; i++) {
        struct geo_coord coord = {7, 7};
        struct aro_error err = {0};
        bool ok = geo_coord_from_point(rounding_cases[i].point, &coord, &err);
        CHECK(failures, rounding_cases[i].name, ok == rounding_cases[i].ok);
        if (ok)
            CHECK(failures, rounding_cases[i].name,
                  memcmp(&coord, &rounding_cases[i].want, sizeof coord) == 0);
        else
            CHECK(failures, rounding_cases[i].name,
                  err.status == ARO_BAD_INPUT && coord.lon_e7 == 7 && coord.lat_e7 == 7);
    }
    assert_int_equal(failures, 0);
}

static const struct {
    int32_t ordinate_e7;
    const char *want;
} write_cases[] = {
    {0, "0"},
    {1, "0.0000001"},
    {-1, "-0.0000001"},
    {10000000, "1"},
    {-10000000, "-1"},
    {488566000, "48.8566"},
    {-1005000000, "-100.5"},
    {1800000000, "180"},
    {-1799999999, "-179.9999999"},
    {100000000, "10"},
    {1000000000, "100"},
    {INT32_MIN, "-214.7483648"},
    {INT32_MAX, "214.7483647"},
};

static void writing(void **state)
{
    (void)state;
    int failures = 0;
    struct aro_buffer out = {0};
    for (size_t i = 0; i < sizeof write_cases / sizeof *write_cases; i++) {
        out.len = 0;
        geo_coord_write(&out, write_cases[i].ordinate_e7);
        CHECK(failures, write_cases[i].want, same_text(&out, write_cases[i].want));
    }
    out.len = 0;
    geo_coord_write_position(&out, (struct geo_coord){23522000, 488566000});
    CHECK(failures, "position", same_text(&out, "[2.3522,48.8566]"));
    out.len = 0;
    geo_coord_write_position(&out, (struct geo_coord){INT32_MIN, INT32_MIN});
    CHECK(failures, "longest", same_text(&out, "[-214.7483648,-214.7483648]"));
    aro_buffer_clear(&out);
    assert_int_equal(failures, 0);
}

/* What is written reads back as the same coordinate, and as printf() would have written it. */
static void round_trip(void **state)
{
    (void)state;
    uint64_t seed = 20200401;
    int failures = 0;
    struct aro_buffer out = {0};
    for (int i = 0; i < 20000; i++) {
        int32_t ordinate = (int32_t)random_below(&seed, 1800000001) - 900000000;
        out.len = 0;
        geo_coord_write(&out, ordinate);
        struct geo_point point = {0, 0};
        struct geo_coord coord = {0, 0};
        bool ok = geo_number_parse(out.data, out.len, &point.lat_deg, NULL) &&
                  geo_coord_from_point(point, &coord, NULL);
        CHECK(failures, "reads back (seed 20200401)", ok && coord.lat_e7 == ordinate);
        double want = geo_coord_to_point((struct geo_coord){0, ordinate}).lat_deg;
        CHECK(failures, "same degrees (seed 20200401)", point.lat_deg == want);
    }
    aro_buffer_clear(&out);
    assert_int_equal(failures, 0);
}

static const struct {
    const char *text;
    bool ok;
    double want;
} number_cases[] = {
    {"0", true, 0},
    {"-0", true, -0.0},
    {"2.3522", true, 2.3522},
    {"+2.5", true, 2.5},
    {"-.5", true, -0.5},
    {"5.", true, 5},
    {"1e3", true, 1000},
    {"1E+3", true, 1000},
    {"12e-1", true, 1.2},
    {"000012.500", true, 12.5},
    {"0.1000000000000000055511151231257827", true, 0.1},
    {"9007199254740993", true, 9007199254740992.0},
    {"123456789012345678e-10", true, 12345678.9012345678},
    {"2.2250738585072014e-308", true, 2.2250738585072014e-308},
    {"1e-9999999999", true, 0},
    {"0e999999999", true, 0},
    {"", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"1,5", false, 0},
    {"1.2.3", false, 0},
    {"-", false, 0},
    {".", false, 0},
    {"e5", false, 0},
    {"1e", false, 0},
    {"1e+", false, 0},
    {"--1", false, 0},
    {"+-1", false, 0},
    {"nan", false, 0},
    {"inf", false, 0},
    {"-Infinity", false, 0},
    {"0x10", false, 0},
    {"1e400", false, 0},
    {"1e9999999999", false, 0},
    {"48°", false, 0},
};

static void numbers(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof number_cases / sizeof *number_cases; i++) {
        double value = 7;
        struct aro_error err = {0};
        const char *text = number_cases[i].text;
        bool ok = geo_number_parse(text, strlen(text), &value, &err);
        CHECK(failures, text, ok == number_cases[i].ok);
        CHECK(failures, text, value == (ok ? number_cases[i].want : 7));
        CHECK(failures, text, err.status == (ok ? ARO_OK : ARO_BAD_INPUT));
        CHECK(failures, text, ok || strstr(err.message, text));
    }
    double value = 7;
    CHECK(failures, "no terminator needed",
          geo_number_parse("123", 2, &value, NULL) && value == 12);
    CHECK(failures, "NUL inside", !geo_number_parse("1\0002", 3, &value, NULL));
    char long_text[200];
    memset(long_text, '9', sizeof long_text);
    CHECK(failures, "too long", !geo_number_parse(long_text, sizeof long_text, &value, NULL));
    CHECK(failures, "longest", geo_number_parse(long_text, 120, &value, NULL) && value == 1e120);
    assert_int_equal(failures, 0);
}

/* The twin is strtod() in the "C" locale. */
static void numbers_agree_with_strtod(void **state)
{
    (void)state;
    uint64_t seed = 20200402;
    int failures = 0;
    for (int i = 0; i < 50000; i++) {
        char text[64];
        int decimals = (int)random_below(&seed, 25);
        double scale = pow(10, (double)random_below(&seed, 40) - 20);
        double value = random_between(&seed, -180, 180) * scale;
        snprintf(text, sizeof text, i % 2 ? "%.*e" : "%.*g", decimals, value);
        double read = 0;
        bool ok = geo_number_parse(text, strlen(text), &read, NULL);
        CHECK(failures, text, ok && read == strtod(text, NULL));
    }
    assert_int_equal(failures, 0);
}

static const struct {
    const char *text;
    bool ok;
    struct geo_point want;
} point_cases[] = {
    {"2.3522,48.8566", true, {2.3522, 48.8566}},
    {"-180,-90", true, {-180, -90}},
    {"", false, {0, 0}},
    {"2.3522", false, {0, 0}},
    {"2.3522,", false, {0, 0}},
    {",48", false, {0, 0}},
    {"1,2,3", false, {0, 0}},
    {"2, 48", false, {0, 0}},
    {"181,0", false, {0, 0}},
    {"0,-90.1", false, {0, 0}},
};

static void points(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof point_cases / sizeof *point_cases; i++) {
        struct geo_point point = {7, 7};
        struct aro_error err = {0};
        const char *text = point_cases[i].text;
        bool ok = geo_point_parse(text, strlen(text), &point, &err);
        CHECK(failures, text, ok == point_cases[i].ok);
        struct geo_point want = ok ? point_cases[i].want : (struct geo_point){7, 7};
        CHECK(failures, text, point.lon_deg == want.lon_deg && point.lat_deg == want.lat_deg);
        CHECK(failures, text, err.status == (ok ? ARO_OK : ARO_BAD_INPUT));
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding),   cmocka_unit_test(writing),
        cmocka_unit_test(round_trip), cmocka_unit_test(numbers),
        cmocka_unit_test(points),     cmocka_unit_test(numbers_agree_with_strtod),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
