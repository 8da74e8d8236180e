#include "geo/like.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdbool.h>
#include <string.h>

static const struct {
    const char *name, *pattern, *text;
    bool want;
} cases[] = {
    {"nothing, nothing", "", "", true},
    {"nothing, something", "", "a", false},
    {"any, nothing", "%", "", true},
    {"any, something", "%", "abc", true},
    {"one, nothing", "_", "", false},
    {"one, one", "_", "a", true},
    {"one, two", "_", "ab", false},
    {"one is a character, not a byte", "_", "é", true},
    {"two characters of three bytes", "__", "北京", true},
    {"one of a surrogate pair elsewhere", "_", "😀", true},
    {"same", "abc", "abc", true},
    {"case counts", "abc", "ABC", false},
    {"accents count", "ecole", "école", false},
    {"begins", "Smith%", "Smithson", true},
    {"begins, whole", "Smith%", "Smith", true},
    {"begins elsewhere", "Smith%", "A Smith", false},
    {"ends", "%ville", "Thionville", true},
    {"ends too early", "%ville", "villes", false},
    {"holds", "%num%", "Le numérique", true},
    {"holds twice", "%n%n%", "un numéro", true},
    {"holds twice, once there", "%nu%nu%", "un numéro", false},
    {"pieces in order", "a%b%c", "aXbYc", true},
    {"pieces out of order", "a%b%c", "aYcXb", false},
    {"pieces may touch", "a%b%c", "abc", true},
    {"first and last may not overlap", "aba%aba", "ababa", false},
    {"first and last side by side", "aba%aba", "abaaba", true},
    {"the last piece is the last", "%ab", "abxab", true},
    {"hole in the last piece", "%_b", "aéb", true},
    {"hole in a middle piece", "%a_c%", "xabcx", true},
    {"hole in a middle piece, later", "%a_c%", "aaéc", true},
    {"hole at the start", "_cole%", "école maternelle", true},
    {"last piece longer than the text", "%abc", "bc", false},
    {"many any", "%%%%", "", true},
    {"escaped any", "100\\%", "100%", true},
    {"escaped any is no any", "100\\%", "1000", false},
    {"escaped one", "a\\_b", "a_b", true},
    {"escaped one is no one", "a\\_b", "axb", false},
    {"escaped backslash", "a\\\\b", "a\\b", true},
    {"escaped backslash, then any", "a\\\\%", "a\\xyz", true},
    {"escaped letter", "\\abc", "abc", true},
    {"backslash at the end", "abc\\", "abc\\", true},
};

static bool matches(const char *pattern, size_t pattern_len, const char *text, size_t len)
{
    struct geo_like *like = geo_like_new(pattern, pattern_len, NULL);
    bool found = like && geo_like_matches(like, text, len);
    geo_like_free(like);
    return found;
}

static void cases_of_the_table(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].name,
              matches(cases[i].pattern, strlen(cases[i].pattern), cases[i].text,
                      strlen(cases[i].text)) == cases[i].want);
    assert_int_equal(failures, 0);
}

static size_t step(const char *text)
{
    size_t len = 1;
    while (((unsigned char)text[len] & 0xC0) == 0x80)
        len++;
    return len;
}

/* The twin tries every way. */
static bool slow_matches(const char *pattern, const char *text)
{
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '%') {
        for (;; text += step(text)) {
            if (slow_matches(pattern + 1, text))
                return true;
            if (*text == '\0')
                return false;
        }
    }
    if (*text == '\0')
        return false;
    if (*pattern == '_')
        return slow_matches(pattern + 1, text + step(text));
    if (*pattern == '\\' && pattern[1])
        pattern++;
    return *pattern == *text && slow_matches(pattern + 1, text + 1);
}

static void write_random(uint64_t *seed, const char *const *alphabet, size_t n, char *out)
{
    *out = '\0';
    for (uint64_t left = random_below(seed, 10); left > 0; left--)
        strcat(out, alphabet[random_below(seed, n)]);
}

static void agrees_with_a_twin(void **state)
{
    (void)state;
    static const char *const of_patterns[] = {"a", "b", "é", "%", "%", "_", "\\%", "\\_", "\\a"};
    static const char *const of_texts[] = {"a", "a", "b", "é", "%", "_"};
    uint64_t seed = 20200409;
    int failures = 0, n_matches = 0;
    for (int i = 0; i < 200000; i++) {
        char pattern[64], text[64];
        write_random(&seed, of_patterns, sizeof of_patterns / sizeof *of_patterns, pattern);
        write_random(&seed, of_texts, sizeof of_texts / sizeof *of_texts, text);
        bool want = slow_matches(pattern, text);
        bool got = matches(pattern, strlen(pattern), text, strlen(text));
        n_matches += want;
        CHECK(failures, "as the twin (seed 20200409)", got == want);
        if (got != want)
            fprintf(stderr, "  '%s' LIKE '%s': %d, wanted %d\n", text, pattern, got, want);
    }
    assert_true(n_matches > 5000);
    assert_int_equal(failures, 0);
}

static void a_long_pattern_is_refused(void **state)
{
    (void)state;
    char pattern[GEO_LIKE_MAX_BYTES + 1];
    struct aro_error err = {0};
    memset(pattern, '%', sizeof pattern);
    assert_true(matches(pattern, GEO_LIKE_MAX_BYTES, "a", 1));
    assert_null(geo_like_new(pattern, sizeof pattern, &err));
    assert_int_equal(err.status, ARO_TOO_LARGE);
}

static void no_text_at_all(void **state)
{
    (void)state;
    assert_true(matches("%", 1, NULL, 0));
    assert_false(matches("a", 1, NULL, 0));
}

static void memory_runs_out(void **state)
{
    (void)state;
    struct aro_error err = {0};
    allow_allocations(0);
    struct geo_like *like = geo_like_new("a%", 2, &err);
    allow_allocations(SIZE_MAX);
    assert_null(like);
    assert_int_equal(err.status, ARO_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_of_the_table),        cmocka_unit_test(agrees_with_a_twin),
        cmocka_unit_test(a_long_pattern_is_refused), cmocka_unit_test(no_text_at_all),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
