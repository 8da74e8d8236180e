#include "geo/normalize.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

typedef void change_fn(struct aro_buffer *out, const char *text, size_t len);

static const struct {
    const char *name;
    change_fn *change;
    const char *text, *want;
} cases[] = {
    {"nothing", geo_fold_case, "", ""},
    {"plain", geo_fold_case, "Saint-Étienne (42) !", "saint-étienne (42) !"},
    {"sharp s", geo_fold_case, "Straße STRASSE", "strasse strasse"},
    {"final sigma", geo_fold_case, "ΟΔΟΣ οδος", "οδοσ οδοσ"},
    {"ligature", geo_fold_case, "ŒUVRE œuvre", "œuvre œuvre"},
    {"dotted I", geo_fold_case, "İ", "i\xCC\x87"},
    {"composed afterwards", geo_fold_case,
     "E\xCC\x81"
     "COLE",
     "école"},
    {"not UTF-8", geo_fold_case, "A\xFF", "A\xFF"},
    {"accents", geo_strip_accents, "débárquér L'Haÿ-les-Roses", "debarquer L'Hay-les-Roses"},
    {"case stays", geo_strip_accents, "ÉCOLE", "ECOLE"},
    {"cedilla, tilde, ring", geo_strip_accents, "Çà ñ Å", "Ca n A"},
    {"decomposed", geo_strip_accents,
     "e\xCC\x81"
     "cole",
     "ecole"},
    {"strokes and ties", geo_strip_accents, "Łódź Tromsø Œuvre Æther", "Lodz Tromso OEuvre AEther"},
    {"sharp s has no accent", geo_strip_accents, "Straße", "Straße"},
    {"Greek", geo_strip_accents, "Ελληνικά", "Ελληνικα"},
    {"Vietnamese", geo_strip_accents, "Đồng Tháp", "Dong Thap"},
    {"Hangul stays composed", geo_strip_accents, "한글", "한글"},
    {"not UTF-8", geo_strip_accents, "é\xC3", "é\xC3"},
    {"composed", geo_compose,
     "e\xCC\x81"
     "cole",
     "école"},
    {"composed already", geo_compose, "École", "École"},
    {"ASCII", geo_compose, "Abc", "Abc"},
};

static int check_change(change_fn *change, const char *name, const char *text, const char *want)
{
    int failures = 0;
    struct aro_buffer out = {0};
    aro_buffer_text(&out, "before ");
    change(&out, text, strlen(text));
    aro_buffer_char(&out, '\0');
    CHECK(failures, name, !out.failed && strncmp(out.data, "before ", 7) == 0);
    CHECK(failures, name, strcmp(out.data + 7, want) == 0);
    if (failures > 0)
        fprintf(stderr, "  '%s' gave '%s', wanted '%s'\n", text, out.data + 7, want);
    aro_buffer_clear(&out);
    return failures;
}

static void cases_of_the_table(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        failures += check_change(cases[i].change, cases[i].name, cases[i].text, cases[i].want);
    assert_int_equal(failures, 0);
}

/* Characters whose neighbours matter as often as those that stand alone. */
static utf8proc_int32_t random_character(uint64_t *seed)
{
    static const utf8proc_int32_t last[] = {0x7F, 0x17F, 0x2FF, 0x36F, 0x3FF, 0x1FFF, 0xD7FF};
    utf8proc_int32_t below = last[random_below(seed, sizeof last / sizeof *last)];
    return 1 + (utf8proc_int32_t)random_below(seed, (uint64_t)below);
}

/* The twin gives the whole text to utf8proc. */
static char *slowly(const char *text, int options)
{
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t len = utf8proc_map(
        (const utf8proc_uint8_t *)text, 0, &made,
        (utf8proc_option_t)(UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | options));
    assert_true(len >= 0);
    return (char *)made;
}

/* No letter that ACCENTI writes out of its own: for these the table above stands. */
static bool is_written_out(utf8proc_int32_t c)
{
    static const utf8proc_int32_t letters[] = {
        0xC6,  0xD0,  0xD8,  0xDE,  0xE6,  0xF0,  0xF8,  0xFE,  0x110, 0x111,
        0x126, 0x127, 0x131, 0x138, 0x141, 0x142, 0x14A, 0x14B, 0x152, 0x153,
        0x166, 0x167, 0x1E2, 0x1E3, 0x1FC, 0x1FD, 0x1FE, 0x1FF, /* and with an accent */
    };
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i] == c)
            return true;
    return false;
}

static void agrees_with_utf8proc(void **state)
{
    (void)state;
    uint64_t seed = 20200409;
    int failures = 0;
    for (int i = 0; i < 20000; i++) {
        char text[64];
        size_t len = 0;
        for (uint64_t left = random_below(&seed, 8); left > 0; left--) {
            utf8proc_int32_t c = random_character(&seed);
            if (!is_written_out(c))
                len += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)text + len);
        }
        text[len] = '\0';
        char *folded = slowly(text, UTF8PROC_CASEFOLD);
        char *stripped = slowly(text, UTF8PROC_STRIPMARK);
        char *composed = slowly(text, 0);
        failures += check_change(geo_fold_case, "case (seed 20200409)", text, folded);
        failures += check_change(geo_strip_accents, "accents (seed 20200409)", text, stripped);
        failures += check_change(geo_compose, "compose (seed 20200409)", text, composed);
        free(folded);
        free(stripped);
        free(composed);
    }
    assert_int_equal(failures, 0);
}

static void memory_runs_out(void **state)
{
    (void)state;
    static const char text[] = "E\xCC\x81"
                               "COLE";
    bool whole = false;
    for (size_t allowed = 0; !whole; allowed++) {
        struct aro_buffer out = {0};
        allow_allocations(allowed);
        geo_fold_case(&out, text, sizeof text - 1);
        allow_allocations(SIZE_MAX);
        whole = !out.failed;
        if (whole)
            assert_memory_equal(out.data, "école", 6);
        aro_buffer_clear(&out);
        assert_true(allowed < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_of_the_table),
        cmocka_unit_test(agrees_with_utf8proc),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
