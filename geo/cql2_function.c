#include "geo/cql2_function.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include <utf8proc.h>

#include "geo/proj.h"

/* ------------------------------------------------------------------ texts */

typedef utf8proc_int32_t character_fn(utf8proc_int32_t c);

static bool change_letters(struct geo_cql2_text text, character_fn *change,
                           struct geo_scratch *scratch, struct geo_cql2_value *out,
                           struct aro_error *err)
{
    struct aro_buffer made = {0};
    for (size_t i = 0; i < text.len;) {
        utf8proc_int32_t c;
        utf8proc_uint8_t bytes[4];
        size_t left = text.len - i;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text.bytes + i,
                                                 left > 4 ? 4 : (utf8proc_ssize_t)left, &c);
        if (step > 0) {
            aro_buffer_append(&made, bytes, (size_t)utf8proc_encode_char(change(c), bytes));
        } else { /* not UTF-8: as it is */
            step = 1;
            aro_buffer_char(&made, text.bytes[i]);
        }
        i += (size_t)step;
    }
    out->text = (struct geo_cql2_text){geo_scratch_keep(scratch, &made, err), made.len};
    aro_buffer_clear(&made);
    return out->text.bytes != NULL;
}

static bool call_lower(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                       struct geo_cql2_value *out, struct aro_error *err)
{
    return change_letters(args[0].text, utf8proc_tolower, scratch, out, err);
}

static bool call_upper(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                       struct geo_cql2_value *out, struct aro_error *err)
{
    return change_letters(args[0].text, utf8proc_toupper, scratch, out, err);
}

static bool call_length(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                        struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    size_t n = 0;
    for (size_t i = 0; i < args[0].text.len; i++)
        n += ((unsigned char)args[0].text.bytes[i] & 0xC0) != 0x80;
    out->number = (double)n;
    return true;
}

/* ------------------------------------------------------------------ dates */

/* Two digits of the day's text, "YYYY-MM-DD". */
static double digits_of_day(struct geo_instant instant, int first)
{
    char text[GEO_DAY_TEXT_BYTES];
    geo_day_text(geo_instant_day(instant), text);
    return 10 * (text[first] - '0') + (text[first + 1] - '0');
}

static bool call_year(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                      struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    out->number = geo_day_year(geo_instant_day(args[0].instant));
    return true;
}

static bool call_month(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                       struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    out->number = digits_of_day(args[0].instant, 5);
    return true;
}

static bool call_day(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                     struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    out->number = digits_of_day(args[0].instant, 8);
    return true;
}

/* ------------------------------------------------------------------ numbers */

static bool call_abs(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                     struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    out->number = fabs(args[0].number);
    return true;
}

static bool call_ceil(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                      struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    out->number = ceil(args[0].number);
    return true;
}

static bool call_floor(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                       struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    out->number = floor(args[0].number);
    return true;
}

static bool call_round(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                       struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    out->number = round(args[0].number);
    return true;
}

/* ------------------------------------------------------------------ places */

static bool place_of(const struct geo_cql2_value *value, struct geo_point *out_point)
{
    if (value->place.literal)
        return geo_cql2_literal_is_point(value->place.literal, out_point);
    *out_point = geo_coord_to_point(value->place.coord);
    return true;
}

/* From other geometries than points a distance is not known. */
static bool call_distance(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                          struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    struct geo_point a, b;
    out->is_null = !place_of(&args[0], &a) || !place_of(&args[1], &b);
    if (!out->is_null)
        out->number = geo_geodesic_m(a, b);
    return true;
}

/* ------------------------------------------------------------------ the table */

#define NUMBER   GEO_CQL2_TYPE_BIT(GEO_CQL2_IS_NUMBER)
#define TEXT     GEO_CQL2_TYPE_BIT(GEO_CQL2_IS_TEXT)
#define GEOMETRY GEO_CQL2_TYPE_BIT(GEO_CQL2_IS_GEOMETRY)
#define DAY      (GEO_CQL2_TYPE_BIT(GEO_CQL2_IS_DATE) | GEO_CQL2_TYPE_BIT(GEO_CQL2_IS_TIMESTAMP))

const struct geo_cql2_function geo_cql2_functions[] = {
    {"abs", "The number without its sign.", GEO_CQL2_IS_NUMBER, 1, {{"number", NUMBER}}, call_abs},
    {"ceil",
     "The next whole number upwards.",
     GEO_CQL2_IS_NUMBER,
     1,
     {{"number", NUMBER}},
     call_ceil},
    {"day",
     "Day of the month (UTC), 1 to 31.",
     GEO_CQL2_IS_NUMBER,
     1,
     {{"instant", DAY}},
     call_day},
    {"distance",
     "Metres between two points, along the WGS 84 ellipsoid.",
     GEO_CQL2_IS_NUMBER,
     2,
     {{"point", GEOMETRY}, {"point", GEOMETRY}},
     call_distance},
    {"floor",
     "The next whole number downwards.",
     GEO_CQL2_IS_NUMBER,
     1,
     {{"number", NUMBER}},
     call_floor},
    {"length",
     "How many characters a text has.",
     GEO_CQL2_IS_NUMBER,
     1,
     {{"text", TEXT}},
     call_length},
    {"lower", "The text in lower case.", GEO_CQL2_IS_TEXT, 1, {{"text", TEXT}}, call_lower},
    {"month", "Month (UTC), 1 to 12.", GEO_CQL2_IS_NUMBER, 1, {{"instant", DAY}}, call_month},
    {"round",
     "The nearest whole number, halves away from zero.",
     GEO_CQL2_IS_NUMBER,
     1,
     {{"number", NUMBER}},
     call_round},
    {"upper", "The text in upper case.", GEO_CQL2_IS_TEXT, 1, {{"text", TEXT}}, call_upper},
    {"year", "Year (UTC).", GEO_CQL2_IS_NUMBER, 1, {{"instant", DAY}}, call_year},
};
const size_t geo_cql2_n_functions = sizeof geo_cql2_functions / sizeof *geo_cql2_functions;

static bool is_named(const char *name, const char *text, size_t len)
{
    if (strlen(name) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] != tolower((unsigned char)text[i]))
            return false;
    return true;
}

size_t geo_cql2_function_find(const char *name, size_t len)
{
    size_t i = 0;
    while (i < geo_cql2_n_functions && !is_named(geo_cql2_functions[i].name, name, len))
        i++;
    return i;
}
