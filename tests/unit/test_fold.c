#include "geo/fold.h"
#include "geo/utf8.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

enum { SEED = 20200613, MOST_BYTES_PER_BYTE = 11 };

static const struct fold_case {
    const char *name, *text, *want;
} fold_cases[] = {
    {"nothing", "", ""},
    {"only separators", " -'’«»…\t\n", ""},
    {"apostrophe, accent, hyphens", "L'Haÿ-les-Roses", "l hay les roses"},
    {"typographic apostrophe", "L’Haÿ", "l hay"},
    {"modifier apostrophe", "Lʼécole", "l ecole"},
    {"okina", "Hitiaʻa O Te Ra", "hitia a o te ra"},
    {"st before a hyphen", "ST-ÉTIENNE", "saint etienne"},
    {"ste", "Ste-Maxime", "sainte maxime"},
    {"st with a point", "St. Malo", "saint malo"},
    {"st alone", "St", "saint"},
    {"st at the end", "Bourg St", "bourg saint"},
    {"st inside a word", "Brest, Stains, Est, Steenvoorde", "brest stains est steenvoorde"},
    {"st of a ligature", "ﬆ malo", "saint malo"},
    {"st around a soft hyphen", "s\xC2\xADt", "saint"},
    {"saint already", "Saint-Étienne", "saint etienne"},
    {"oe", "Œuvre œuvre", "oeuvre oeuvre"},
    {"ae", "Ægir Lætitia", "aegir laetitia"},
    {"sharp s", "Straße STRAẞE", "strasse strasse"},
    {"capital y diaeresis", "L'HAŸ", "l hay"},
    {"cedilla", "Ça, François", "ca francois"},
    {"non-breaking hyphen", "Aix‑en‑Provence", "aix en provence"},
    {"non-breaking space",
     "Aix\xC2\xA0les\xE2\x80\xAF"
     "Bains",
     "aix les bains"},
    {"zero width space parts", "Aix\xE2\x80\x8Bles", "aix les"},
    {"soft hyphen does not", "numé\xC2\xADrique", "numerique"},
    {"byte order mark", "\xEF\xBB\xBFLyon", "lyon"},
    {"decomposed accents",
     "E\xCC\x81"
     "cole fran"
     "c\xCC\xA7"
     "aise",
     "ecole francaise"},
    {"a mark alone", "\xCC\x81", ""},
    {"greek", "Αθήνα ΑΘΉΝΑΣ", "αθηνα αθηνασ"},
    {"cyrillic", "Москва Йошкар", "москва иошкар"},
    {"chinese", "北京", "北京"},
    {"hangul in both forms", "한 \xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB",
     "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB \xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"},
    {"digits", "Paris 13e, 2.0", "paris 13e 2 0"},
    {"superscripts", "1ᵉʳ m² 2ᵈᵉ", "1er m2 2de"},
    {"fractions part", "½", "1 2"},
    {"ampersand", "Arts & Lettres", "arts lettres"},
    {"symbols", "Arobase™ n° 5 @@@", "arobase n 5"},
    {"full width", "Ｌｙｏｎ", "lyon"},
    {"strokes and ties", "Łódź Đà Ørsted Þór ıI İ", "lodz da orsted thor ii i"},
    {"apostrophe n", "ŉ", "n"},
};

static struct aro_buffer fold(const char *text, size_t len)
{
    struct aro_buffer out = {0};
    geo_fold(&out, text, len);
    aro_buffer_char(&out, '\0');
    assert_true(aro_buffer_ok(&out, NULL));
    out.len--;
    return out;
}

static void folds_the_cases(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof fold_cases / sizeof fold_cases[0]; i++) {
        const struct fold_case *c = &fold_cases[i];
        struct aro_buffer out = fold(c->text, strlen(c->text));
        CHECK(failures, c->name, strcmp(out.data, c->want) == 0);
        if (strcmp(out.data, c->want) != 0)
            fprintf(stderr, "    got '%s', want '%s'\n", out.data, c->want);
        aro_buffer_clear(&out);
    }
    assert_int_equal(failures, 0);
}

static void appends_behind_what_is_there(void **state)
{
    (void)state;
    struct aro_buffer out = {0};
    aro_buffer_text(&out, "st");
    geo_fold(&out, " St ", 4);
    geo_fold(&out, "", 0);
    geo_fold(&out, NULL, 0);
    aro_buffer_char(&out, '\0');
    assert_string_equal(out.data, "stsaint");
    aro_buffer_clear(&out);
}

static void bad_bytes_part_words(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t len;
        const char *want;
    } cases[] = {
        {"nul byte", "a\0b", 3, "a b"},
        {"latin-1",
         "Orl\xE9"
         "ans",
         7, "orl ans"},
        {"cut at the end", "caf\xC3", 4, "caf"},
        {"overlong",
         "a\xC0\xAF"
         "b",
         4, "a b"},
        {"surrogate",
         "a\xED\xA0\x80"
         "b",
         5, "a b"},
        {"above U+10FFFF",
         "a\xF4\x90\x80\x80"
         "b",
         6, "a b"},
        {"five bytes",
         "a\xF8\x88\x80\x80\x80"
         "b",
         7, "a b"},
        {"lone continuation",
         "\x80"
         "a\xBF",
         3, "a"},
        {"valid behind a broken lead", "\xE2\xC3\xA9", 3, "e"},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct aro_buffer out = fold(cases[i].text, cases[i].len);
        CHECK(failures, cases[i].name, strcmp(out.data, cases[i].want) == 0);
        aro_buffer_clear(&out);
    }
    assert_int_equal(failures, 0);
}

/* The letters without a decomposition that have a plain form, as the header's word "ligatures". */
static const char *plain_form(utf8proc_int32_t c)
{
    switch (c) {
    case 0xE6: /* æ */
        return "ae";
    case 0xFE: /* þ */
        return "th";
    case 0x153: /* œ */
        return "oe";
    case 0xF0:  /* ð */
    case 0x111: /* đ */
        return "d";
    case 0xF8: /* ø */
        return "o";
    case 0x127: /* ħ */
        return "h";
    case 0x131: /* ı */
        return "i";
    case 0x138: /* ĸ */
        return "k";
    case 0x142: /* ł */
        return "l";
    case 0x14B: /* ŋ */
        return "n";
    case 0x167: /* ŧ */
        return "t";
    default:
        return NULL;
    }
}

/* The twin: one character by utf8proc's whole-text functions, each separator left as a space. */
static void twin_fold_character(const char *text, char *out)
{
    utf8proc_int32_t c;
    utf8proc_uint8_t *bare = NULL, *lower = NULL;
    *out = '\0';
    utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
    if (utf8proc_category_string(c)[0] == 'S' || c == 0x200B)
        text = " ";
    utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)strlen(text), &bare,
                 UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_IGNORE | UTF8PROC_STRIPMARK);
    utf8proc_map(bare, (utf8proc_ssize_t)strlen((char *)bare), &lower,
                 UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
    for (const utf8proc_uint8_t *at = lower; *at;) {
        at += utf8proc_iterate(at, -1, &c);
        char kind = utf8proc_category_string(c)[0];
        bool apostrophe = c >= 0x2B0 && c <= 0x2FF && utf8proc_category(c) == UTF8PROC_CATEGORY_LM;
        const char *plain = plain_form(c);
        utf8proc_uint8_t bytes[5] = {' '};
        if ((kind == 'L' || kind == 'N') && !apostrophe)
            bytes[utf8proc_encode_char(c, bytes)] = '\0';
        strcat(out, plain ? plain : (const char *)bytes);
    }
    free(bare);
    free(lower);
}

/* Between two letters a character shows whether it parts, vanishes or stays. */
static int compare_with_twin(const char *character, size_t len)
{
    char twin[256] = "x", text[8] = "x", name[32];
    int failures = 0;
    snprintf(name, sizeof name, "character '%s'", character);
    twin_fold_character(character, twin + 1);
    strcat(twin, "x");
    size_t n = 0;
    for (const char *t = twin; *t; t++)
        if (*t != ' ' || t[1] != ' ')
            twin[n++] = *t;
    twin[n] = '\0';
    memcpy(text + 1, character, len);
    text[len + 1] = 'x';
    struct aro_buffer out = fold(text, len + 2);
    CHECK(failures, name, strcmp(out.data, twin) == 0);
    struct aro_buffer again = fold(out.data, out.len);
    CHECK(failures, name, strcmp(again.data, out.data) == 0);
    aro_buffer_clear(&again);
    aro_buffer_clear(&out);
    out = fold(character, len);
    CHECK(failures, name, out.len <= len * MOST_BYTES_PER_BYTE);
    aro_buffer_clear(&out);
    return failures;
}

static void every_character_is_as_the_twin_says(void **state)
{
    (void)state;
    int failures = 0;
    for (utf8proc_int32_t c = 1; c <= 0x10FFFF; c++) {
        char text[5] = "";
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        size_t len = (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)text);
        failures += compare_with_twin(text, len);
    }
    assert_int_equal(failures, 0);
}

/* Random bytes, or characters from where the rules are busiest. */
static size_t random_text(char *text, size_t max, bool bytes_only)
{
    static const char *const pieces[] = {"st",        "ste",      " ", "-", "'", "é",
                                         "E\xCC\x81", "ﬆ",        "œ", "ß", "½", "ﷺ",
                                         "\xCC\x81",  "\xC2\xAD", "S", "t"};
    size_t len = 0, wanted = (size_t)rand() % (max - 8);
    while (len < wanted) {
        if (bytes_only) {
            text[len++] = (char)(rand() % 256);
        } else if (rand() % 2) {
            const char *piece = pieces[(size_t)rand() % (sizeof pieces / sizeof pieces[0])];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        } else {
            utf8proc_int32_t c = rand() % (rand() % 4 ? 0x2500 : 0xD800);
            len += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)text + len);
        }
    }
    return len;
}

static bool is_tidy(const struct aro_buffer *out)
{
    bool edges = out->len == 0 || (out->data[0] != ' ' && out->data[out->len - 1] != ' ');
    return edges && !strstr(out->data, "  ") && strlen(out->data) == out->len &&
           geo_utf8_valid(out->data, out->len);
}

static void holds_its_properties_on_random_text(void **state)
{
    (void)state;
    int failures = 0;
    srand(SEED);
    printf("seed %d\n", SEED);
    for (int round = 0; round < 20000; round++) {
        char text[96], name[32];
        snprintf(name, sizeof name, "round %d", round);
        size_t len = random_text(text, sizeof text, round % 2 == 0);
        struct aro_buffer once = fold(text, len);
        struct aro_buffer twice = fold(once.data, once.len);
        CHECK(failures, name, is_tidy(&once));
        CHECK(failures, name, once.len <= len * MOST_BYTES_PER_BYTE);
        CHECK(failures, name, once.len == twice.len && strcmp(once.data, twice.data) == 0);
        aro_buffer_clear(&once);
        aro_buffer_clear(&twice);
    }
    assert_int_equal(failures, 0);
}

/* Text that was typed with accents apart folds as the text with accents on. */
static void decomposed_text_folds_alike(void **state)
{
    (void)state;
    int failures = 0;
    for (utf8proc_int32_t c = 0x80; c < 0x2500; c++) {
        char text[8] = "", name[16];
        text[utf8proc_encode_char(c, (utf8proc_uint8_t *)text)] = '\0';
        char *apart = (char *)utf8proc_NFD((const utf8proc_uint8_t *)text);
        struct aro_buffer whole = fold(text, strlen(text)), parts = fold(apart, strlen(apart));
        snprintf(name, sizeof name, "U+%04X", (unsigned)c);
        CHECK(failures, name, strcmp(whole.data, parts.data) == 0);
        aro_buffer_clear(&whole);
        aro_buffer_clear(&parts);
        free(apart);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_the_cases),
        cmocka_unit_test(appends_behind_what_is_there),
        cmocka_unit_test(bad_bytes_part_words),
        cmocka_unit_test(every_character_is_as_the_twin_says),
        cmocka_unit_test(holds_its_properties_on_random_text),
        cmocka_unit_test(decomposed_text_folds_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
