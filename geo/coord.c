#include "geo/coord.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    E7 = 10000000,
    NUMBER_MAX_LEN = 120, /* no double needs more; longer is a mistake or an attack */
    EXPONENT_LIMIT = 9999,
    QUOTE_LEN = 60, /* of what came from outside, in a message */
};

bool geo_coord_from_point(struct geo_point point, struct geo_coord *out_coord,
                          struct aro_error *err)
{
    if (!(fabs(point.lon_deg) <= 180))
        return aro_error_set(err, ARO_BAD_INPUT,
                             "longitude %.9g is out of range: wanted -180 to 180", point.lon_deg);
    if (!(fabs(point.lat_deg) <= 90))
        return aro_error_set(err, ARO_BAD_INPUT, "latitude %.9g is out of range: wanted -90 to 90",
                             point.lat_deg);
    *out_coord = (struct geo_coord){.lon_e7 = (int32_t)lround(point.lon_deg * E7),
                                    .lat_e7 = (int32_t)lround(point.lat_deg * E7)};
    return true;
}

struct geo_point geo_coord_to_point(struct geo_coord coord)
{
    return (struct geo_point){.lon_deg = coord.lon_e7 / (double)E7,
                              .lat_deg = coord.lat_e7 / (double)E7};
}

/* Writes the ordinate's text, at most 12 characters, and returns its end. */
static char *ordinate_text(char *out, int32_t ordinate_e7)
{
    uint32_t magnitude = ordinate_e7 < 0 ? 0u - (uint32_t)ordinate_e7 : (uint32_t)ordinate_e7;
    uint32_t whole = magnitude / E7;
    uint32_t fraction = magnitude % E7;
    if (ordinate_e7 < 0)
        *out++ = '-';
    if (whole >= 100)
        *out++ = (char)('0' + whole / 100);
    if (whole >= 10)
        *out++ = (char)('0' + whole / 10 % 10);
    *out++ = (char)('0' + whole % 10);
    if (fraction == 0)
        return out;
    int decimals = 7;
    while (fraction % 10 == 0) {
        fraction /= 10;
        decimals--;
    }
    *out = '.';
    for (int i = decimals; i > 0; i--, fraction /= 10)
        out[i] = (char)('0' + fraction % 10);
    return out + decimals + 1;
}

void geo_coord_write(struct aro_buffer *out, int32_t ordinate_e7)
{
    char text[16];
    aro_buffer_append(out, text, (size_t)(ordinate_text(text, ordinate_e7) - text));
}

void geo_coord_write_position(struct aro_buffer *out, struct geo_coord coord)
{
    char text[32] = "[";
    char *end = ordinate_text(text + 1, coord.lon_e7);
    *end++ = ',';
    end = ordinate_text(end, coord.lat_e7);
    *end++ = ']';
    aro_buffer_append(out, text, (size_t)(end - text));
}

/* A decimal number taken apart: the value is (sign) digits * 10^exponent. */
struct decimal {
    char digits[NUMBER_MAX_LEN + 1]; /* significant ones, terminated */
    size_t n_digits;
    long exponent;
    bool negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits up to end; each one behind the point makes the exponent one smaller. */
static const char *read_digits(const char *at, const char *end, bool fraction, struct decimal *out)
{
    for (; at < end && is_digit(*at); at++) {
        if (*at != '0' || out->n_digits > 0)
            out->digits[out->n_digits++] = *at;
        out->exponent -= fraction;
    }
    return at;
}

static const char *read_exponent(const char *at, const char *end, struct decimal *out)
{
    bool negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    if (at == end || !is_digit(*at))
        return NULL;
    long exponent = 0;
    for (; at < end && is_digit(*at); at++)
        exponent = exponent < EXPONENT_LIMIT ? exponent * 10 + (*at - '0') : exponent;
    out->exponent += negative ? -exponent : exponent;
    return at;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit on one side of the point at least. */
static bool decimal_read(const char *text, size_t len, struct decimal *out)
{
    const char *at = text;
    const char *end = text + len;
    *out = (struct decimal){.negative = len > 0 && *at == '-'};
    at += len > 0 && (*at == '-' || *at == '+');
    const char *whole = at;
    at = read_digits(at, end, false, out);
    ptrdiff_t n_read = at - whole;
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = read_digits(fraction, end, true, out);
        n_read += at - fraction;
    }
    if (n_read == 0)
        return false;
    if (at < end && (*at == 'e' || *at == 'E'))
        at = read_exponent(at + 1, end, out);
    out->digits[out->n_digits] = '\0';
    return at == end;
}

/*
 * Up to 15 digits and a power of ten up to 22 are exact doubles, so that one division or product
 * rounds once, as strtod() does (W. D. Clinger, "How to Read Floating Point Numbers Accurately",
 * PLDI 1990). What is beyond goes to strtod() as "digits e exponent", without a point: its text
 * is then the same in every locale.
 */
static double decimal_value(const struct decimal *decimal)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double magnitude = 0;
    if (decimal->n_digits > 15 || labs(decimal->exponent) > 22) {
        char text[NUMBER_MAX_LEN + 32];
        snprintf(text, sizeof text, "%se%ld", decimal->n_digits ? decimal->digits : "0",
                 decimal->exponent);
        magnitude = strtod(text, NULL);
    } else {
        int64_t whole = 0;
        for (size_t i = 0; i < decimal->n_digits; i++)
            whole = whole * 10 + (decimal->digits[i] - '0');
        magnitude = decimal->exponent < 0 ? (double)whole / powers[-decimal->exponent]
                                          : (double)whole * powers[decimal->exponent];
    }
    return decimal->negative ? -magnitude : magnitude;
}

bool geo_number_parse(const char *text, size_t len, double *out_value, struct aro_error *err)
{
    if (len == 0)
        return aro_error_set(err, ARO_BAD_INPUT, "a number is missing");
    if (len > NUMBER_MAX_LEN)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "'%.*s…' has %zu characters: wanted a number of at most %d", QUOTE_LEN,
                             text, len, NUMBER_MAX_LEN);
    struct decimal decimal;
    if (!decimal_read(text, len, &decimal))
        return aro_error_set(
            err, ARO_BAD_INPUT, "'%.*s%s' is not a number: wanted digits such as 48.8566",
            len > QUOTE_LEN ? QUOTE_LEN : (int)len, text, len > QUOTE_LEN ? "…" : "");
    double value = decimal_value(&decimal);
    if (!isfinite(value))
        return aro_error_set(err, ARO_BAD_INPUT, "'%.*s' is too large a number",
                             len > QUOTE_LEN ? QUOTE_LEN : (int)len, text);
    *out_value = value;
    return true;
}

bool geo_point_looks_swapped(struct geo_point point)
{
    return point.lon_deg >= 41 && point.lon_deg <= 52 && point.lat_deg >= -6 && point.lat_deg <= 10;
}

bool geo_point_parse(const char *text, size_t len, struct geo_point *out_point,
                     struct aro_error *err)
{
    const char *comma = len > 0 ? memchr(text, ',', len) : NULL;
    if (!comma)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "'%.*s' is not a position: wanted longitude,latitude in degrees, "
                             "for example 2.3522,48.8566",
                             len > QUOTE_LEN ? QUOTE_LEN : (int)len, len > 0 ? text : "");
    size_t lon_len = (size_t)(comma - text);
    struct geo_point point;
    struct geo_coord coord;
    if (!geo_number_parse(text, lon_len, &point.lon_deg, err) ||
        !geo_number_parse(comma + 1, len - lon_len - 1, &point.lat_deg, err) ||
        !geo_coord_from_point(point, &coord, err))
        return false;
    *out_point = point;
    return true;
}
