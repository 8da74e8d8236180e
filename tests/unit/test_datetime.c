#include "server/datetime.h"
#include "tests/unit/check.h"

#include <string.h>

static const struct {
    const char *name, *text;
    const char *first, *last; /* days; NULL where open */
} good_cases[] = {
    {"a day", "2019-05-01", "2019-05-01", "2019-05-01"},
    {"a leap day", "2020-02-29", "2020-02-29", "2020-02-29"},
    {"a day as GDAL writes it", "2019-05-01T/..", "2019-05-01", NULL},
    {"an instant", "2019-05-01T12:00:00Z", "2019-05-01", "2019-05-01"},
    {"lower case", "2019-05-01t12:00:00z", "2019-05-01", "2019-05-01"},
    {"a fraction", "2019-05-01T23:59:59.999Z", "2019-05-01", "2019-05-01"},
    {"east of UTC", "2019-05-01T01:00:00+02:00", "2019-04-30", "2019-04-30"},
    {"west of UTC", "2019-05-01T23:00:00-02:00", "2019-05-02", "2019-05-02"},
    {"a leap second", "2016-12-31T23:59:60Z", "2017-01-01", "2017-01-01"},
    {"an interval", "2018-01-01/2019-12-31", "2018-01-01", "2019-12-31"},
    {"one day as interval", "2018-01-01/2018-01-01", "2018-01-01", "2018-01-01"},
    {"open start", "../2019-12-31", NULL, "2019-12-31"},
    {"open end", "2018-01-01/..", "2018-01-01", NULL},
    {"empty start", "/2019-12-31", NULL, "2019-12-31"},
    {"empty end", "2018-01-01/", "2018-01-01", NULL},
    {"always", "../..", NULL, NULL},
    {"mixed interval", "2018-01-01/2019-12-31T00:00:00Z", "2018-01-01", "2019-12-31"},
    {"instant within the day", "2018-01-01T12:00:00Z/2018-01-01", "2018-01-01", "2018-01-01"},
    {"before 1970", "1969-12-31", "1969-12-31", "1969-12-31"},
    {"year 0", "0000-03-01", "0000-03-01", "0000-03-01"},
};

static const struct {
    const char *name, *text, *says;
} bad_cases[] = {
    {"empty", "", "is not a day"},
    {"two dots alone", "..", "is not a day"},
    {"a year", "2019", "is not a day"},
    {"French order", "01/05/2019", "is not a day"},
    {"a month that is none", "2019-13-01", "is not a day"},
    {"month 0", "2019-00-01", "is not a day"},
    {"day 0", "2019-01-00", "is not a day"},
    {"30 February", "2019-02-30", "is not a day"},
    {"29 February of no leap year", "1900-02-29", "is not a day"},
    {"no time, in lower case", "2019-05-01t", "is not a day"},
    {"no time behind more", "2019-05-01TT", "is not a day"},
    {"no zone", "2019-05-01T12:00:00", "is not a day"},
    {"no seconds", "2019-05-01T12:00Z", "is not a day"},
    {"24 o'clock", "2019-05-01T24:00:00Z", "is not a day"},
    {"second 61", "2019-05-01T12:00:61Z", "is not a day"},
    {"empty fraction", "2019-05-01T12:00:00.Z", "is not a day"},
    {"offset of 24 hours", "2019-05-01T12:00:00+24:00", "is not a day"},
    {"offset without colon", "2019-05-01T12:00:00+0200", "is not a day"},
    {"a space", "2019-05-01 12:00:00Z", "is not a day"},
    {"text behind", "2019-05-01Z", "is not a day"},
    {"signs for digits", "2019-+5-01", "is not a day"},
    {"three ends", "2018-01-01/2018-02-01/2018-03-01", "is not a day"},
    {"wrong way round", "2019-01-01/2018-01-01", "ends before it begins"},
};

static int32_t day(const char *text, int32_t open)
{
    int32_t value = open;
    if (text)
        assert_true(geo_day_parse(text, strlen(text), &value));
    return value;
}

static void parses(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof good_cases / sizeof *good_cases; i++) {
        struct aro_error err = {0};
        struct day_range days = {0};
        CHECK(failures, good_cases[i].name, datetime_parse(good_cases[i].text, &days, &err));
        CHECK(failures, good_cases[i].name, days.first == day(good_cases[i].first, INT32_MIN));
        CHECK(failures, good_cases[i].name, days.last == day(good_cases[i].last, INT32_MAX));
    }
    assert_int_equal(failures, 0);
}

static void refuses(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
        struct aro_error err = {0};
        struct day_range days = {7, 8};
        CHECK(failures, bad_cases[i].name, !datetime_parse(bad_cases[i].text, &days, &err));
        CHECK(failures, bad_cases[i].name, err.status == ARO_BAD_INPUT);
        CHECK(failures, bad_cases[i].name, strcmp(err.parameter, "datetime") == 0);
        CHECK(failures, bad_cases[i].name, strstr(err.message, bad_cases[i].says));
        CHECK(failures, bad_cases[i].name, days.first == 7 && days.last == 8);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
