#include "geo/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "geo/utf8.h"

static void escape_ascii(struct aro_buffer *out, unsigned char c)
{
    static const char short_names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    const char *pair = short_names;
    while (*pair && (unsigned char)*pair != c)
        pair += 2;
    if (*pair)
        aro_buffer_append(out, (char[]){'\\', pair[1]}, 2);
    else
        aro_buffer_printf(out, "\\u%04x", c);
}

#define EVERY_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))
#define ANY_ZERO(word)   (((word)-EVERY_BYTE(0x01)) & ~(word)&EVERY_BYTE(0x80))

/*
 * True when eight bytes are ASCII that stands for itself; most of a text is.
 *
 * Source: "Bit Twiddling Hacks", S. E. Anderson, determine if a word has a byte less than n, or
 * equal to n (both exact as to whether there is one).
 */
static bool eight_plain(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    uint64_t control = (word - EVERY_BYTE(0x20)) & ~word & EVERY_BYTE(0x80);
    return !(control | (word & EVERY_BYTE(0x80)) | ANY_ZERO(word ^ EVERY_BYTE('"')) |
             ANY_ZERO(word ^ EVERY_BYTE('\\')) | ANY_ZERO(word ^ EVERY_BYTE('<')) |
             ANY_ZERO(word ^ EVERY_BYTE(0x7F)));
}

void aro_json_string(struct aro_buffer *out, const char *text, size_t len)
{
    if (!text) {
        aro_buffer_text(out, "null");
        return;
    }
    const unsigned char *bytes = (const unsigned char *)text;
    size_t plain_from = 0;
    aro_buffer_char(out, '"');
    for (size_t i = 0; i < len;) {
        if (len - i >= 8 && eight_plain(text + i)) {
            i += 8;
            continue;
        }
        size_t step = geo_utf8_len(text + i, len - i);
        bool plain = step > 1 || (step == 1 && bytes[i] >= 0x20 && bytes[i] != '"' &&
                                  bytes[i] != '\\' && bytes[i] != '<' && bytes[i] != 0x7F);
        if (plain) {
            i += step;
            continue;
        }
        aro_buffer_append(out, text + plain_from, i - plain_from);
        if (step == 1)
            escape_ascii(out, bytes[i]);
        else
            aro_buffer_text(out, "\xEF\xBF\xBD");
        plain_from = ++i;
    }
    aro_buffer_append(out, text + plain_from, len - plain_from);
    aro_buffer_char(out, '"');
}

void aro_json_text(struct aro_buffer *out, const char *text)
{
    aro_json_string(out, text, text ? strlen(text) : 0);
}

void aro_json_integer(struct aro_buffer *out, int64_t value)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRId64, value);
    aro_buffer_append(out, text, (size_t)len);
}

void aro_json_number(struct aro_buffer *out, double value, int decimals)
{
    char text[336]; /* DBL_MAX has 309 digits before the point */
    if (!isfinite(value)) {
        aro_buffer_text(out, "null");
        return;
    }
    int len = snprintf(text, sizeof text, "%.*f", decimals, value);
    if (strchr(text, '.')) {
        while (text[len - 1] == '0')
            len--;
        if (text[len - 1] == '.')
            len--;
    }
    bool minus_zero = len == 2 && text[0] == '-' && text[1] == '0';
    aro_buffer_append(out, text + minus_zero, (size_t)len - minus_zero);
}
