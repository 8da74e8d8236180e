#include "geo/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ASCII that stands for itself: neither control characters nor " \\ < and DEL. */
static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\' && byte != '<';
}

/* How many bytes stand for themselves from the first on. */
static size_t plain_len(const char *text, size_t len)
{
    size_t i = 0;
    while (len - i >= 8 && eight_plain(text + i))
        i += 8;
    while (i < len && is_plain((unsigned char)text[i]))
        i++;
    return i;
}

void aro_json_string(struct aro_buffer *out, const char *text, size_t len)
{
    if (!text) {
        aro_buffer_text(out, "null");
        return;
    }
    size_t plain_from = 0;
    aro_buffer_char(out, '"');
    for (size_t i = plain_len(text, len); i < len; i += plain_len(text + i, len - i)) {
        size_t step = geo_utf8_len(text + i, len - i);
        if (step > 1) {
            i += step;
            continue;
        }
        aro_buffer_append(out, text + plain_from, i - plain_from);
        if (step == 1)
            escape_ascii(out, (unsigned char)text[i]);
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

enum { DIGITS_MAX = 20 };

/* The digits of a number, written up to `end`, at least `least` of them; returns the first. */
static char *digits_before(char *end, uint64_t value, int least)
{
    for (; value > 0 || least > 0; value /= 10, least--)
        *--end = (char)('0' + value % 10);
    return end;
}

void aro_json_integer(struct aro_buffer *out, int64_t value)
{
    char text[DIGITS_MAX + 1], *end = text + sizeof text;
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char *first = digits_before(end, size, 1);
    if (value < 0)
        *--first = '-';
    aro_buffer_append(out, first, (size_t)(end - first));
}

/* Powers of ten that fma() is asked with, and the largest number whose halves are exact. */
static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
enum { MAX_DECIMALS = sizeof powers / sizeof *powers - 1 };
static const double max_exact = 4503599627370496; /* 2^52 */

/*
 * The nearest whole number to value * power, halves to even, as printf() rounds. The product is
 * high + low without an error, and so is high's fraction: the last sum has the right sign.
 */
static uint64_t scaled(double value, double power)
{
    double high = value * power, low = fma(value, power, -high);
    uint64_t whole = (uint64_t)high;
    double past_half = (high - (double)whole - 0.5) + low;
    return whole + (past_half > 0 || (past_half == 0 && (whole & 1)));
}

static void write_scaled(struct aro_buffer *out, bool negative, uint64_t number, int decimals)
{
    char text[DIGITS_MAX + 3], *end = text + sizeof text, *first = end;
    negative = negative && number > 0;
    for (; decimals > 0 && number % 10 == 0; decimals--)
        number /= 10;
    if (decimals > 0) {
        uint64_t power = (uint64_t)powers[decimals];
        first = digits_before(end, number % power, decimals);
        *--first = '.';
        number /= power;
    }
    first = digits_before(first, number, 1);
    if (negative)
        *--first = '-';
    aro_buffer_append(out, first, (size_t)(end - first));
}

void aro_json_number(struct aro_buffer *out, double value, int decimals)
{
    char text[336]; /* DBL_MAX has 309 digits before the point */
    if (!isfinite(value)) {
        aro_buffer_text(out, "null");
        return;
    }
    if (decimals <= MAX_DECIMALS && fabs(value) * powers[decimals] < max_exact) {
        write_scaled(out, value < 0, scaled(fabs(value), powers[decimals]), decimals);
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

enum { EXACT_BYTES = 32 }; /* sign, 17 digits, point, exponent */

static void exact_text(double value, char text[EXACT_BYTES])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, EXACT_BYTES, "%.*G", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
}

void aro_json_exact(struct aro_buffer *out, double value)
{
    char text[EXACT_BYTES];
    exact_text(value, text);
    aro_buffer_text(out, text);
}

void aro_json_real(struct aro_buffer *out, double value)
{
    char text[EXACT_BYTES];
    exact_text(value, text);
    aro_buffer_text(out, text);
    if (!strpbrk(text, ".E"))
        aro_buffer_text(out, ".0");
}
