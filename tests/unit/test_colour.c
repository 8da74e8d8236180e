#include "server/colour.h"

#include <math.h>
#include <stdio.h>

#include "tests/unit/check.h"

static const struct colour white = {255, 255, 255}, black = {0, 0, 0}, night = {0x15, 0x1c, 0x26};

static const struct {
    const char *name, *text;
    bool ok;
    struct colour want;
} parse_cases[] = {
    {"six digits", "2464cf", true, {0x24, 0x64, 0xcf}},
    {"a hash and capitals", "#2464CF", true, {0x24, 0x64, 0xcf}},
    {"three digits", "fc0", true, {0xff, 0xcc, 0x00}},
    {"nothing", "", false, {0}},
    {"a hash alone", "#", false, {0}},
    {"four digits", "2464", false, {0}},
    {"eight digits", "2464cfff", false, {0}},
    {"a name", "red", false, {0}},
    {"another letter", "2464cg", false, {0}},
    {"a blank", "2464c ", false, {0}},
    {"what would end a declaration", "fff;}a", false, {0}},
};

static void parses(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof parse_cases / sizeof *parse_cases; i++) {
        struct colour got = {0}, want = parse_cases[i].want;
        bool ok = colour_parse(parse_cases[i].text, &got);
        CHECK(failures, parse_cases[i].name,
              ok == parse_cases[i].ok && got.red == want.red && got.green == want.green &&
                  got.blue == want.blue);
    }
    assert_int_equal(failures, 0);
}

/* WCAG's own ends, and #777 on white, which is known for just missing 4.5. */
static void measures_contrast(void **state)
{
    (void)state;
    assert_true(fabs(colour_contrast(white, black) - 21) < 1e-9);
    assert_true(fabs(colour_contrast(night, night) - 1) < 1e-9);
    struct colour grey = {0x77, 0x77, 0x77};
    assert_true(fabs(colour_contrast(grey, white) - 4.478) < 5e-4);
    assert_true(colour_contrast(grey, white) == colour_contrast(white, grey));
}

/* Every colour of a coarse cube on papers of every lightness. */
static void makes_readable(void **state)
{
    (void)state;
    int failures = 0;
    for (int i = 0; i < 9 * 9 * 9 * 16; i++) {
        int at = i / 16, grey = i % 16 * 17;
        struct colour wanted = {(uint8_t)(at % 9 * 31), (uint8_t)(at / 9 % 9 * 31),
                                (uint8_t)(at / 81 * 31)};
        struct colour paper = {(uint8_t)grey, (uint8_t)grey, (uint8_t)grey};
        struct colour got = colour_readable(wanted, paper);
        bool had = colour_contrast(wanted, paper) >= 4.5;
        bool kept = got.red == wanted.red && got.green == wanted.green && got.blue == wanted.blue;
        CHECK(failures, "readable", colour_contrast(got, paper) >= 4.5);
        CHECK(failures, "kept where it was", kept == had);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(measures_contrast),
        cmocka_unit_test(makes_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
