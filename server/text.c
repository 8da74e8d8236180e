#include "server/text.h"

#include <string.h>

#include "geo/utf8.h"

bool text_id_parse(const char *text, int64_t *out_id)
{
    int64_t id = 0;
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 18 || text[len])
        return false;
    for (size_t i = 0; i < len; i++)
        id = id * 10 + (text[i] - '0');
    *out_id = id;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at text stands for, or -1. */
static int unescape(const char *text, size_t len)
{
    int high = len > 2 ? hex_digit(text[1]) : -1;
    int low = len > 2 ? hex_digit(text[2]) : -1;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool text_decode(enum text_decoding decoding, const char *text, size_t len, char *out,
                 struct aro_error *err)
{
    size_t out_len = 0;
    for (size_t i = 0; i < len; i++) {
        int byte = (unsigned char)text[i];
        if (byte == '%') {
            byte = unescape(text + i, len - i);
            if (byte < 0)
                return aro_error_set(err, ARO_BAD_INPUT,
                                     "\"%.*s\": a '%%' must be followed by two hexadecimal digits "
                                     "(the sign itself is written '%%25')",
                                     (int)(len - i < 3 ? len - i : 3), text + i);
            i += 2;
        } else if (byte == '+' && decoding == TEXT_FORM) {
            byte = ' ';
        }
        if (byte == 0)
            return aro_error_set(err, ARO_BAD_INPUT, "a text cannot hold the character NUL");
        out[out_len++] = (char)byte;
    }
    out[out_len] = '\0';
    if (!geo_utf8_valid(out, out_len))
        return aro_error_set(err, ARO_BAD_INPUT, "not UTF-8 once decoded");
    return true;
}

static bool is_unreserved(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

void text_encode(struct aro_buffer *out, const char *text, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    for (;;) {
        size_t len = 0;
        while (is_unreserved(text[len]) || (text[len] && strchr(keep, text[len])))
            len++;
        aro_buffer_append(out, text, len);
        text += len;
        if (!*text)
            break;
        unsigned char byte = (unsigned char)*text++;
        aro_buffer_append(out, (char[]){'%', digits[byte >> 4], digits[byte & 15]}, 3);
    }
}

enum { WORD_MAX = 32 };

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Optimal string alignment: Damerau, "A technique for computer detection and correction of
 * spelling errors", CACM 7(3), 1964. Words of at most WORD_MAX bytes. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t wrong = a[i - 1] != b[j - 1];
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + wrong);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && above2[j - 2] + 1 < row[j])
                row[j] = above2[j - 2] + 1;
        }
    }
    return rows[a_len % 3][b_len];
}

const char *text_nearest(const char *word, const char *const *names, size_t n)
{
    size_t word_len = strlen(word);
    if (word_len == 0 || word_len > WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    size_t limit = word_len < 5 ? 1 : 2;
    for (size_t i = 0; i < n; i++) {
        size_t len = names[i] ? strlen(names[i]) : SIZE_MAX;
        if (len > WORD_MAX)
            continue;
        size_t distance = edit_distance(word, word_len, names[i], len);
        if (distance <= limit && distance < len) {
            nearest = names[i];
            limit = distance == 0 ? 0 : distance - 1;
        }
    }
    return nearest;
}
