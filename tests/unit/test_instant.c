#include "geo/instant.h"
#include "tests/unit/check.h"

#include <string.h>
#include <time.h>

static const struct {
    const char *name, *text;
    int64_t seconds;
    uint32_t nanos;
    const char *written; /* NULL: as read */
} instants[] = {
    {"the beginning", "1970-01-01T00:00:00Z", 0, 0, NULL},
    {"a fraction", "1970-01-01T00:00:01.5Z", 1, 500000000, NULL},
    {"nine digits", "1970-01-01T00:00:00.000000001Z", 0, 1, NULL},
    {"ten digits", "1970-01-01T00:00:00.0000000019Z", 0, 1, "1970-01-01T00:00:00.000000001Z"},
    {"zeros behind", "1970-01-01T00:00:00.250000Z", 0, 250000000, "1970-01-01T00:00:00.25Z"},
    {"only zeros", "1970-01-01T00:00:00.000Z", 0, 0, "1970-01-01T00:00:00Z"},
    {"before 1970", "1969-12-31T23:59:59.75Z", -1, 750000000, NULL},
    {"east of UTC", "1970-01-01T01:00:00+02:00", -3600, 0, "1969-12-31T23:00:00Z"},
    {"west of UTC", "1969-12-31T23:00:00-01:30", 1800, 0, "1970-01-01T00:30:00Z"},
    {"a leap second", "2016-12-31T23:59:60Z", 1483228800, 0, "2017-01-01T00:00:00Z"},
    {"lower case", "2020-02-29t12:00:00z", 1582977600, 0, "2020-02-29T12:00:00Z"},
    {"year 0", "0000-01-01T00:00:00Z", -62167219200, 0, NULL},
    {"year 9999", "9999-12-31T23:59:59Z", 253402300799, 0, NULL},
};

static const char *const no_instants[] = {
    "",
    "2020-01-31",
    "2020-01-31T",
    "2020-01-31 12:00:00Z",
    "2020-01-31T12:00:00",
    "2020-01-31T12:00Z",
    "2020-01-31T24:00:00Z",
    "2020-01-31T12:60:00Z",
    "2020-01-31T12:00:61Z",
    "2020-01-31T12:00:00.Z",
    "2020-01-31T12:00:00,5Z",
    "2020-01-31T12:00:00+2:00",
    "2020-01-31T12:00:00+24:00",
    "2020-01-31T12:00:00Z ",
    "2019-02-29T12:00:00Z",
    "20200131T120000Z",
};

static void reads_and_writes(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
        struct geo_instant instant = {7, 7};
        char written[GEO_INSTANT_TEXT_BYTES];
        const char *text = instants[i].text;
        CHECK(failures, instants[i].name, geo_instant_parse(text, strlen(text), &instant));
        CHECK(failures, instants[i].name, instant.seconds == instants[i].seconds);
        CHECK(failures, instants[i].name, instant.nanos == instants[i].nanos);
        int64_t second = instant.seconds - geo_day_start(geo_instant_day(instant)).seconds;
        CHECK(failures, instants[i].name, second >= 0 && second < GEO_DAY_SECONDS);
        geo_instant_text(instant, written);
        CHECK(failures, instants[i].name,
              strcmp(written, instants[i].written ? instants[i].written : text) == 0);
    }
    for (size_t i = 0; i < sizeof no_instants / sizeof *no_instants; i++) {
        struct geo_instant instant = {7, 7};
        CHECK(failures, no_instants[i],
              !geo_instant_parse(no_instants[i], strlen(no_instants[i]), &instant));
        CHECK(failures, no_instants[i], instant.seconds == 7 && instant.nanos == 7);
    }
    assert_int_equal(failures, 0);
}

static void compares(void **state)
{
    (void)state;
    const struct geo_instant a = {5, 1}, b = {5, 2}, c = {6, 0};
    assert_int_equal(geo_instant_compare(a, a), 0);
    assert_true(geo_instant_compare(a, b) < 0 && geo_instant_compare(b, a) > 0);
    assert_true(geo_instant_compare(b, c) < 0 && geo_instant_compare(c, b) > 0);
}

/* Every day of 0000 to 9999 against the C library's calendar. */
static void days_agree_with_libc(void **state)
{
    (void)state;
    int failures = 0;
    for (int32_t number = -719528; number < 2932897 && failures < 5; number++) {
        struct tm tm;
        time_t seconds = (time_t)number * 86400;
        char text[32];
        int32_t back = 0;
        gmtime_r(&seconds, &tm);
        snprintf(text, sizeof text, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        CHECK(failures, text, geo_day_parse(text, strlen(text), &back) && back == number);
        CHECK(failures, text, geo_day_year(number) == tm.tm_year + 1900);
        char written[GEO_DAY_TEXT_BYTES];
        geo_day_text(number, written);
        CHECK(failures, text, strcmp(written, text) == 0);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(compares),
        cmocka_unit_test(days_agree_with_libc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
