#include "geo/fold.h"

#include <assert.h>
#include <string.h>

#include <utf8proc.h>

enum {
    N_LATIN = 0x180,
    MAX_LEAVES = 32, /* the longest decomposition in Unicode has 18 (U+FDFA) */
};

/* The fast path: what U+0000 to U+017F fold to, space for a separator. Made from the rules of
 * fold_by_rule(), and compared with them in tests/unit/test_fold.c. */
/* clang-format off */
static const char latin[N_LATIN][4] = {
    /* U+0000 */ " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ",
    /* U+0010 */ " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ",
    /* U+0020 */ " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ",
    /* U+0030 */ "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", " ", " ", " ", " ", " ", " ",
    /* U+0040 */ " ", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
    /* U+0050 */ "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", " ", " ", " ", " ", " ",
    /* U+0060 */ " ", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
    /* U+0070 */ "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", " ", " ", " ", " ", " ",
    /* U+0080 */ " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ",
    /* U+0090 */ " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", " ",
    /* U+00A0 */ " ", " ", " ", " ", " ", " ", " ", " ", " ", " ", "a", " ", " ", "", " ", " ",
    /* U+00B0 */ " ", " ", "2", "3", " ", "\xCE\xBC", " ", " ", " ", "1", "o", " ", "1 4", "1 2", "3 4", " ",
    /* U+00C0 */ "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
    /* U+00D0 */ "d", "n", "o", "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "th", "ss",
    /* U+00E0 */ "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
    /* U+00F0 */ "d", "n", "o", "o", "o", "o", "o", " ", "o", "u", "u", "u", "u", "y", "th", "y",
    /* U+0100 */ "a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c", "d", "d",
    /* U+0110 */ "d", "d", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",
    /* U+0120 */ "g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i", "i", "i", "i", "i", "i",
    /* U+0130 */ "i", "i", "ij", "ij", "j", "j", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l ",
    /* U+0140 */ "l ", "l", "l", "n", "n", "n", "n", "n", "n", " n", "n", "n", "o", "o", "o", "o",
    /* U+0150 */ "o", "o", "oe", "oe", "r", "r", "r", "r", "r", "r", "s", "s", "s", "s", "s", "s",
    /* U+0160 */ "s", "s", "t", "t", "t", "t", "t", "t", "u", "u", "u", "u", "u", "u", "u", "u",
    /* U+0170 */ "u", "u", "u", "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s",
};
/* clang-format on */

/* Letters that Unicode does not decompose and that people type without their stroke or tie. */
static const struct {
    utf8proc_int32_t letter;
    char text[3];
} plain_letters[] = {
    {0xE6, "ae"}, {0xF0, "d"},  {0xF8, "o"},  {0xFE, "th"}, {0x111, "d"},  {0x127, "h"},
    {0x131, "i"}, {0x138, "k"}, {0x142, "l"}, {0x14B, "n"}, {0x153, "oe"}, {0x167, "t"},
};

/* What has been written of the text, and of the word at its end. */
struct folding {
    struct aro_buffer *out;
    size_t start;      /* where the folded text begins */
    size_t word_start; /* where the last word begins; out->len when none is open */
    bool in_word;
};

static void end_word(struct folding *folding)
{
    if (!folding->in_word)
        return;
    folding->in_word = false;
    const struct aro_buffer *out = folding->out;
    size_t len = out->len - folding->word_start;
    if (out->failed || len < 2 || len > 3)
        return;
    const char *word = out->data + folding->word_start;
    const char *full = NULL;
    if (len == 2 && memcmp(word, "st", 2) == 0)
        full = "saint";
    else if (len == 3 && memcmp(word, "ste", 3) == 0)
        full = "sainte";
    if (!full)
        return;
    folding->out->len = folding->word_start;
    aro_buffer_text(folding->out, full);
}

static void put_letter(struct folding *folding, const char *bytes, size_t len)
{
    struct aro_buffer *out = folding->out;
    if (out->capacity - out->len < len + 1 && !aro_buffer_reserve(out, len + 1))
        return;
    if (!folding->in_word) {
        if (out->len > folding->start)
            out->data[out->len++] = ' ';
        folding->word_start = out->len;
        folding->in_word = true;
    }
    for (size_t i = 0; i < len; i++)
        out->data[out->len++] = bytes[i];
}

/* Letters and separators as they stand in the tables. */
static void put_plain(struct folding *folding, const char *text)
{
    for (; *text; text++) {
        if (*text == ' ')
            end_word(folding);
        else
            put_letter(folding, text, 1);
    }
}

static bool is_word_character(utf8proc_int32_t c)
{
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LM: /* but an apostrophe or okina among the spacing modifiers parts */
        return c < 0x2B0 || c > 0x2FF;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

/* One character of a full decomposition, in lower case. */
static void put_leaf(struct folding *folding, utf8proc_int32_t c)
{
    if (!is_word_character(c)) {
        end_word(folding);
        return;
    }
    for (size_t i = 0; i < sizeof plain_letters / sizeof plain_letters[0]; i++) {
        if (plain_letters[i].letter == c) {
            put_plain(folding, plain_letters[i].text);
            return;
        }
    }
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t len = utf8proc_encode_char(c, bytes);
    put_letter(folding, (const char *)bytes, (size_t)len);
}

/* The characters that c is made of, without marks and what is ignorable. */
static size_t decompose(utf8proc_int32_t c, bool fold_case, utf8proc_int32_t leaves[MAX_LEAVES])
{
    int options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    int boundary = UTF8PROC_BOUNDCLASS_START;
    if (fold_case)
        options |= UTF8PROC_CASEFOLD;
    utf8proc_ssize_t n =
        utf8proc_decompose_char(c, leaves, MAX_LEAVES, (utf8proc_option_t)options, &boundary);
    assert(n >= 0 && n <= MAX_LEAVES);
    return (size_t)n;
}

/* Symbols part words even where they decompose to letters (the trade mark sign does, to "TM"), and
 * so does the zero width space, which Unicode counts among the ignorable. */
static bool is_separator(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    bool symbol = category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO;
    return symbol || c == 0x200B;
}

/* Case comes second: folding it first turns the Greek iota subscript, a mark, into a letter. */
static void fold_by_rule(struct folding *folding, utf8proc_int32_t c)
{
    utf8proc_int32_t parts[MAX_LEAVES], leaves[MAX_LEAVES];
    if (is_separator(c)) {
        end_word(folding);
        return;
    }
    size_t n_parts = decompose(c, false, parts);
    for (size_t i = 0; i < n_parts; i++) {
        size_t n_leaves = decompose(parts[i], true, leaves);
        for (size_t j = 0; j < n_leaves; j++)
            put_leaf(folding, leaves[j]);
    }
}

/* Folds the character at text and tells how many bytes it took; 1 where it is not UTF-8. */
static size_t fold_one(struct folding *folding, const unsigned char *text, size_t len)
{
    bool two_bytes = text[0] >= 0xC2 && text[0] <= 0xC5 && len > 1 && (text[1] & 0xC0) == 0x80;
    if (text[0] < 0x80) {
        put_plain(folding, latin[text[0]]);
        return 1;
    }
    if (two_bytes) {
        put_plain(folding, latin[(text[0] & 0x1F) << 6 | (text[1] & 0x3F)]);
        return 2;
    }
    utf8proc_int32_t c;
    utf8proc_ssize_t step = utf8proc_iterate(text, len > 4 ? 4 : (utf8proc_ssize_t)len, &c);
    if (step <= 0) {
        end_word(folding);
        return 1;
    }
    fold_by_rule(folding, c);
    return (size_t)step;
}

void geo_fold(struct aro_buffer *out, const char *text, size_t len)
{
    struct folding folding = {.out = out, .start = out->len};
    const unsigned char *bytes = (const unsigned char *)text;
    aro_buffer_reserve(out, len);
    for (size_t i = 0; i < len && !out->failed;)
        i += fold_one(&folding, bytes + i, len - i);
    end_word(&folding);
}
