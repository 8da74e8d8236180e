#include "geo/utf8.h"
#include "schema/charset.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

/* The slow twin: character by character. */
static size_t valid_len_twin(const char *text, size_t len)
{
    size_t at = 0, n;
    while (at < len && text[at] != '\0' && (n = geo_utf8_len(text + at, len - at)) > 0)
        at += n;
    return at;
}

static void valid_len(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200212;
    printf("seed %llu\n", (unsigned long long)seed);
    static const char *const pieces[] = {"plain ascii text", "é", "€",
                                         "\xF0\x9F\x8C\x8D", "a", "\x7F"};
    static const char *const wrong[] = {"\x80",         "\xC0\xAF", "\xE9t",
                                        "\xED\xA0\x80", "\xFF",     "\xF4\x90\x80\x80"};
    for (int round = 0; round < 20000 && failures < 5; round++) {
        char text[160];
        size_t len = 0;
        for (uint64_t n = random_below(&seed, 8); n > 0; n--) {
            const char *piece = pieces[random_below(&seed, 6)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        if (len > 0 && random_below(&seed, 2)) {
            size_t at = random_below(&seed, len);
            text[at] = (char)(random_below(&seed, 3) ? random_below(&seed, 256) : 0);
        } else if (random_below(&seed, 2)) {
            const char *piece = wrong[random_below(&seed, 6)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        CHECK(failures, "random text",
              schema_charset_valid_len(text, len) == valid_len_twin(text, len));
        CHECK(failures, "shorter",
              schema_charset_valid_len(text, len / 2) == valid_len_twin(text, len / 2));
    }
    assert_int_equal(failures, 0);
}

static void whole_len(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t want;
    } cases[] = {
        {"", 0},
        {"a", 1},
        {"a\xC3", 1},
        {"a\xC3\xA9", 3},
        {"\xE2\x82", 0},
        {"\xE2\x82\xAC", 3},
        {"a\xF0\x9F\x8C", 1},
        {"a\xF0\x9F", 1},
        {"\xF0\x9F\x8C\x8D", 4},
        {"\x80", 1},
        {"\x80\x80\x80\x80", 4},
        {"a\xFF", 1},
        {"a\x80", 2},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].text,
              schema_charset_whole_len(cases[i].text, strlen(cases[i].text)) == cases[i].want);
    assert_int_equal(failures, 0);
}

static void looks_latin(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool want;
    } cases[] = {
        {"empty", "", false},
        {"ASCII", "a plain text", false},
        {"UTF-8", "été", false},
        {"Latin-1", "\xE9t\xE9", true},
        {"Windows-1252", "l\x92\xE9t\xE9", true},
        {"one of each", "\xE9t\xC3\xA9", false},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].name,
              schema_charset_looks_latin(cases[i].text, strlen(cases[i].text)) == cases[i].want);
    CHECK(failures, "NUL", !schema_charset_looks_latin("\xE9\0", 2));
    assert_int_equal(failures, 0);
}

static void places(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        uint64_t line, column;
    } cases[] = {
        {"abc", 0, 7, 3},  {"abc", 2, 7, 5},           {"a\nb", 2, 8, 1},   {"a\r\nb", 3, 8, 1},
        {"a\rb", 2, 8, 1}, {"a\r\n\r\n\nb", 6, 10, 1}, {"a\r\nb", 2, 7, 5}, {"é\n€x", 6, 8, 4},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schema_charset_place place = schema_charset_place_of(
            (struct schema_charset_place){7, 3}, cases[i].text, cases[i].at);
        CHECK(failures, cases[i].text,
              place.line == cases[i].line && place.column == cases[i].column);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(valid_len), cmocka_unit_test(whole_len),
                                       cmocka_unit_test(looks_latin), cmocka_unit_test(places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
