#include "geo/json.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *text, *want;
} string_cases[] = {
    {"empty", "", "\"\""},
    {"none", NULL, "null"},
    {"French", "Démocratie d’été", "\"Démocratie d’été\""},
    {"quotes", "a\"b\\c", "\"a\\\"b\\\\c\""},
    {"controls", "\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\""},
    {"script end", "</script>", "\"\\u003c/script>\""},
    {"stray continuation", "a\x80z", "\"a\xEF\xBF\xBDz\""},
    {"cut sequence", "a\xE2\x82", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"overlong", "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"surrogate", "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"four bytes", "\xF0\x9F\x8C\x8D", "\"\xF0\x9F\x8C\x8D\""},
};

static void strings(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof string_cases / sizeof *string_cases; i++) {
        struct aro_buffer out = {0};
        aro_json_text(&out, string_cases[i].text);
        CHECK(failures, string_cases[i].name,
              out.len == strlen(string_cases[i].want) &&
                  memcmp(out.data, string_cases[i].want, out.len) == 0);
        aro_buffer_clear(&out);
    }
    assert_int_equal(failures, 0);
}

/* Each character at each place of a text long enough for every way through it. */
static void any_place(void **state)
{
    (void)state;
    int failures = 0;
    for (unsigned c = 1; c < 0x80; c++) {
        char alone[2] = {(char)c, '\0'};
        struct aro_buffer one = {0};
        aro_json_string(&one, alone, 1);
        for (size_t at = 0; at < 24; at++) {
            char text[24], name[32];
            struct aro_buffer out = {0};
            memset(text, 'a', sizeof text);
            text[at] = (char)c;
            aro_json_string(&out, text, sizeof text);
            snprintf(name, sizeof name, "%u at %zu", c, at);
            CHECK(failures, name,
                  out.len == sizeof text - 1 + one.len &&
                      memcmp(out.data + 1 + at, one.data + 1, one.len - 2) == 0);
            aro_buffer_clear(&out);
        }
        aro_buffer_clear(&one);
    }
    assert_int_equal(failures, 0);
}

static const struct {
    double value;
    int decimals;
    const char *want;
} number_cases[] = {
    {0, 7, "0"},       {-0.0, 3, "0"},        {1.5, 3, "1.5"},     {-0.0001, 3, "0"},
    {1234, 0, "1234"}, {100, 2, "100"},       {2.000, 3, "2"},     {48.8566, 7, "48.8566"},
    {NAN, 3, "null"},  {INFINITY, 3, "null"}, {1e6, 1, "1000000"},
};

static void numbers(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof number_cases / sizeof *number_cases; i++) {
        struct aro_buffer out = {0};
        aro_json_number(&out, number_cases[i].value, number_cases[i].decimals);
        CHECK(failures, number_cases[i].want,
              out.len == strlen(number_cases[i].want) &&
                  memcmp(out.data, number_cases[i].want, out.len) == 0);
        aro_buffer_clear(&out);
    }
    struct aro_buffer out = {0};
    static const int64_t integers[] = {0, -1, 9, 10, -10, 1234567890, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        aro_json_integer(&out, integers[i]);
        aro_buffer_char(&out, ' ');
    }
    static const char wanted[] =
        "0 -1 9 10 -10 1234567890 9223372036854775807 -9223372036854775808 ";
    CHECK(failures, "integers",
          out.len == strlen(wanted) && memcmp(out.data, wanted, out.len) == 0);
    size_t before = out.len;
    aro_json_number(&out, 1.7976931348623157e308, 15);
    CHECK(failures, "largest double", out.len == before + 309);
    aro_buffer_clear(&out);
    assert_int_equal(failures, 0);
}

/* What printf() makes of it, without the zeros at its end. */
static void printed(double value, int decimals, char out[400])
{
    int len = snprintf(out, 400, "%.*f", decimals, value);
    while (decimals > 0 && out[len - 1] == '0')
        len--;
    len -= out[len - 1] == '.';
    out[len] = '\0';
    if (strcmp(out, "-0") == 0)
        memmove(out, "0", 2);
}

/* Halves, which are rounded to even, and their neighbours are where rounding goes wrong. */
static void like_printf(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20261001;
    for (int i = 0; i < 200000; i++) {
        int decimals = (int)random_below(&seed, 11);
        double size = pow(10, random_between(&seed, -12, 18)),
               value = random_between(&seed, 0, size);
        if (i % 3 == 0)
            value = (floor(value) + 0.5) / pow(10, decimals);
        if (i % 9 == 0)
            value = nextafter(value, i % 2 ? INFINITY : 0);
        value = i % 4 ? value : -value;
        char want[400];
        struct aro_buffer out = {0};
        printed(value, decimals, want);
        aro_json_number(&out, value, decimals);
        CHECK(failures, want, out.len == strlen(want) && memcmp(out.data, want, out.len) == 0);
        aro_buffer_clear(&out);
    }
    if (failures)
        fprintf(stderr, "seed 20261001\n");
    assert_int_equal(failures, 0);
}

static const struct {
    double value;
    const char *exact, *real;
} exact_cases[] = {
    {0, "0", "0.0"},
    {-0.0, "-0", "-0.0"},
    {5, "5", "5.0"},
    {-0.1, "-0.1", "-0.1"},
    {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333", "0.3333333333333333"},
    {1e15, "1E+15", "1E+15"},
    {1.5e300, "1.5E+300", "1.5E+300"},
    {5e-324, "4.94065645841247E-324", "4.94065645841247E-324"},
    {1.7976931348623157e308, "1.7976931348623157E+308", "1.7976931348623157E+308"},
};

static void exact_numbers(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20261126;
    for (size_t i = 0; i < sizeof exact_cases / sizeof *exact_cases; i++) {
        struct aro_buffer out = {0};
        aro_json_exact(&out, exact_cases[i].value);
        aro_buffer_char(&out, ' ');
        aro_json_real(&out, exact_cases[i].value);
        char wanted[64], *written = aro_buffer_take_text(&out, NULL);
        snprintf(wanted, sizeof wanted, "%s %s", exact_cases[i].exact, exact_cases[i].real);
        CHECK(failures, written, strcmp(written, wanted) == 0);
        free(written);
    }
    for (int i = 0; i < 20000; i++) {
        struct aro_buffer out = {0};
        uint64_t bits = random_bits(&seed);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        aro_json_exact(&out, value);
        char *written = aro_buffer_take_text(&out, NULL);
        CHECK(failures, written, strtod(written, NULL) == value);
        free(written);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(strings), cmocka_unit_test(any_place),
                                       cmocka_unit_test(numbers), cmocka_unit_test(like_printf),
                                       cmocka_unit_test(exact_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
