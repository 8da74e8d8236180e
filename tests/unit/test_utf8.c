#include "geo/utf8.h"
#include "tests/unit/check.h"

#include <string.h>

static const struct {
    const char *name, *text;
    size_t len, want;
} cases[] = {
    {"nothing", "", 0, 0},
    {"ASCII", "a", 1, 1},
    {"NUL is a character", "\0", 1, 1},
    {"two bytes", "\xC3\xA9", 2, 2},
    {"three bytes", "\xE2\x82\xAC", 3, 3},
    {"four bytes", "\xF0\x9F\x97\xBA", 4, 4},
    {"the last character", "\xF4\x8F\xBF\xBF", 4, 4},
    {"cut short", "\xE2\x82", 2, 0},
    {"continuation alone", "\x80", 1, 0},
    {"overlong slash", "\xC0\xAF", 2, 0},
    {"overlong three bytes", "\xE0\x80\xAF", 3, 0},
    {"overlong four bytes", "\xF0\x80\x80\xAF", 4, 0},
    {"surrogate", "\xED\xA0\x80", 3, 0},
    {"above U+10FFFF", "\xF4\x90\x80\x80", 4, 0},
    {"lead that never is", "\xF8\x88\x80\x80\x80", 5, 0},
    {"Latin-1", "\xE9t\xE9", 3, 0},
};

static void first_character(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].name, geo_utf8_len(cases[i].text, cases[i].len) == cases[i].want);
    assert_int_equal(failures, 0);
}

static void whole_texts(void **state)
{
    (void)state;
    assert_true(geo_utf8_valid("", 0));
    assert_true(geo_utf8_valid("L\xE2\x80\x99Ha\xC3\xBF", 8));
    assert_false(geo_utf8_valid("Ha\xFF", 3));
    assert_false(geo_utf8_valid("Ha\xC3", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_character),
        cmocka_unit_test(whole_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
