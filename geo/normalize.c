#include "geo/normalize.h"

#include <stdlib.h>

#include <utf8proc.h>

#include "geo/utf8.h"

/*
 * Characters below this one are starters that never compose with one another, so that a text of
 * them alone can be mapped one by one; what most texts here consist of. The first combining mark
 * is U+0300.
 */
enum { FIRST_MARK = 0x300, MAX_LEAVES = 8 };

enum change { FOLD_CASE, STRIP_ACCENTS, COMPOSE_ONLY };

/* Letters that Unicode does not decompose and that people type without their stroke or tie. */
static const struct {
    utf8proc_int32_t letter;
    char text[3];
} plain_letters[] = {
    {0xC6, "AE"},  {0xD0, "D"},   {0xD8, "O"},  {0xDE, "TH"}, {0xE6, "ae"}, {0xF0, "d"},
    {0xF8, "o"},   {0xFE, "th"},  {0x110, "D"}, {0x111, "d"}, {0x126, "H"}, {0x127, "h"},
    {0x131, "i"},  {0x138, "k"},  {0x141, "L"}, {0x142, "l"}, {0x14A, "N"}, {0x14B, "n"},
    {0x152, "OE"}, {0x153, "oe"}, {0x166, "T"}, {0x167, "t"},
};

/* NULL where it is no such letter. */
static const char *plain_letter(utf8proc_int32_t c)
{
    for (size_t i = 0; i < sizeof plain_letters / sizeof *plain_letters; i++)
        if (plain_letters[i].letter == c)
            return plain_letters[i].text;
    return NULL;
}

static void put(struct aro_buffer *out, utf8proc_int32_t c, enum change change)
{
    const char *plain = change == STRIP_ACCENTS ? plain_letter(c) : NULL;
    utf8proc_uint8_t bytes[4];
    if (plain)
        aro_buffer_text(out, plain);
    else
        aro_buffer_append(out, bytes, (size_t)utf8proc_encode_char(c, bytes));
}

static utf8proc_option_t options_of(enum change change)
{
    static const utf8proc_option_t options[] = {
        [FOLD_CASE] = UTF8PROC_CASEFOLD,
        [STRIP_ACCENTS] = UTF8PROC_STRIPMARK,
        [COMPOSE_ONLY] = 0,
    };
    return options[change];
}

/* The fast path: what U+00C0 to U+00FF become without accents. Compared with the rules below in
 * tests/unit/test_normalize.c. */
static const char latin_stripped[64][3] = {
    "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I",  "I",
    "D", "N", "O", "O", "O", "O", "O",  "",  "O", "U", "U", "U", "U", "Y", "TH", "",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",
};

/* Of the characters of two bytes from U+00C0 to U+00FF, which begin with C3: most of what French
 * has beside ASCII. False for those that are left to the rules. */
static bool put_latin(struct aro_buffer *out, const char *bytes, enum change change)
{
    unsigned char c = (unsigned char)bytes[1];
    if (c < 0x80 || c > 0xBF)
        return false;
    const char *stripped = latin_stripped[c - 0x80];
    if (change == STRIP_ACCENTS && *stripped) {
        aro_buffer_text(out, stripped);
        return true;
    }
    bool is_capital = c < 0x9F && c != 0x97;
    if (change == STRIP_ACCENTS || (change == FOLD_CASE && c == 0x9F))
        return false;
    char made[2] = {bytes[0], (char)(change == FOLD_CASE && is_capital ? c + 0x20 : c)};
    aro_buffer_append(out, made, sizeof made);
    return true;
}

/* False where the character needs its neighbours looked at. */
static bool put_alone(struct aro_buffer *out, utf8proc_int32_t c, enum change change)
{
    utf8proc_int32_t leaves[MAX_LEAVES];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    if (c >= FIRST_MARK)
        return false;
    if (change == COMPOSE_ONLY) {
        put(out, c, change);
        return true;
    }
    int options = (int)options_of(change) | (change == STRIP_ACCENTS ? (int)UTF8PROC_DECOMPOSE : 0);
    utf8proc_ssize_t n =
        utf8proc_decompose_char(c, leaves, MAX_LEAVES, (utf8proc_option_t)options, &boundary);
    if (n < 0 || n > MAX_LEAVES)
        return false;
    for (utf8proc_ssize_t i = 0; i < n; i++)
        if (leaves[i] >= FIRST_MARK && leaves[i] < 0x370)
            return false;
    for (utf8proc_ssize_t i = 0; i < n; i++)
        put(out, leaves[i], change);
    return true;
}

/* The ASCII characters that the text begins with; gives how many they are. */
static size_t put_ascii(struct aro_buffer *out, const char *text, size_t len, enum change change)
{
    size_t n = 0;
    while (n < len && (unsigned char)text[n] < 0x80)
        n++;
    if (!aro_buffer_reserve(out, n))
        return n;
    char *to = out->data + out->len;
    for (size_t i = 0; i < n; i++) {
        bool is_folded = change == FOLD_CASE && text[i] >= 'A' && text[i] <= 'Z';
        to[i] = (char)(text[i] + (is_folded ? 'a' - 'A' : 0));
    }
    out->len += n;
    return n;
}

/* Character by character; false, with part of it appended, where that is not enough. */
static bool change_simply(struct aro_buffer *out, const char *text, size_t len, enum change change)
{
    aro_buffer_reserve(out, len);
    for (size_t i = 0; i < len && !out->failed;) {
        utf8proc_int32_t c;
        size_t left = len - i;
        if ((unsigned char)text[i] < 0x80) {
            i += put_ascii(out, text + i, left, change);
            continue;
        }
        if ((unsigned char)text[i] == 0xC3 && left > 1 && put_latin(out, text + i, change)) {
            i += 2;
            continue;
        }
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
                                                 left > 4 ? 4 : (utf8proc_ssize_t)left, &c);
        if (step <= 0 || !put_alone(out, c, change))
            return false;
        i += (size_t)step;
    }
    return true;
}

/* With all that Unicode asks for, over the whole text at once. */
static void change_wholly(struct aro_buffer *out, const char *text, size_t len, enum change change)
{
    int options = (int)UTF8PROC_COMPOSE | (int)UTF8PROC_STABLE | (int)options_of(change);
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t made_len = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len,
                                             &made, (utf8proc_option_t)options);
    if (made_len < 0)
        out->failed = true; /* valid UTF-8: only memory can be missing */
    for (utf8proc_ssize_t i = 0; i < made_len;) {
        utf8proc_int32_t c;
        i += utf8proc_iterate(made + i, made_len - i, &c);
        put(out, c, change);
    }
    free(made);
}

static void change_text(struct aro_buffer *out, const char *text, size_t len, enum change change)
{
    size_t before = out->len;
    if (change_simply(out, text, len, change))
        return;
    out->len = before;
    if (geo_utf8_valid(text, len))
        change_wholly(out, text, len, change);
    else
        aro_buffer_append(out, text, len);
}

void geo_fold_case(struct aro_buffer *out, const char *text, size_t len)
{
    change_text(out, text, len, FOLD_CASE);
}

void geo_strip_accents(struct aro_buffer *out, const char *text, size_t len)
{
    change_text(out, text, len, STRIP_ACCENTS);
}

void geo_compose(struct aro_buffer *out, const char *text, size_t len)
{
    change_text(out, text, len, COMPOSE_ONLY);
}
