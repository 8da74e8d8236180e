#include "server/filter_equal.h"

#include <string.h>

#include "geo/instant.h"
#include "server/collections.h"

/* Apostrophes and backslashes are doubled in the texts of geo/cql2.h. */
static void write_quoted(struct aro_buffer *out, const char *text)
{
    aro_buffer_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            aro_buffer_char(out, *text);
        aro_buffer_char(out, *text);
    }
    aro_buffer_char(out, '\'');
}

/* Digits, with a minus sign or not; so few that a double holds the number. */
static bool is_whole(const char *text)
{
    enum { MAX_DIGITS = 15 };
    text += *text == '-';
    size_t n = strspn(text, "0123456789");
    return n > 0 && n <= MAX_DIGITS && text[n] == '\0';
}

static bool write_value(const struct property *property, const char *value, struct aro_buffer *out,
                        struct aro_error *err)
{
    const char *name = property->name;
    struct geo_instant instant;
    int32_t day;
    switch (property->type) {
    case PROPERTY_INTEGER:
        if (!is_whole(value))
            return aro_error_set_for(err, name, ARO_BAD_INPUT, "%s '%.40s' is not a whole number",
                                     name, value);
        aro_buffer_text(out, value);
        return true;
    case PROPERTY_DATE:
        if (!geo_day_parse(value, strlen(value), &day))
            return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                     "%s '%.40s' is not a day: wanted YYYY-MM-DD", name, value);
        aro_buffer_printf(out, "DATE('%s')", value);
        return true;
    case PROPERTY_INSTANT:
        if (!geo_instant_parse(value, strlen(value), &instant))
            return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                     "%s '%.40s' is not an instant of RFC 3339", name, value);
        aro_buffer_printf(out, "TIMESTAMP('%s')", value);
        return true;
    default:
        write_quoted(out, value);
        return true;
    }
}

/* One value, that can be equal to another. */
static bool is_simple(const struct property *property)
{
    return property->type == PROPERTY_INTEGER || property->type == PROPERTY_TEXT ||
           property->type == PROPERTY_DATE || property->type == PROPERTY_INSTANT;
}

bool filter_equal_is_given(const struct request *request)
{
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        if (QUERY_PROPERTY_PARAMS & PARAM_BIT(i) && request_param(request, (enum param)i))
            return true;
    return false;
}

bool filter_equal_write(const struct request *request, const struct collection *collection,
                        struct aro_buffer *out, struct aro_error *err)
{
    const struct property_table *table = collection->properties;
    const char *separator = "";
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) {
        const char *name = param_infos[i].name, *value = request_param(request, (enum param)i);
        if (!(QUERY_PROPERTY_PARAMS & PARAM_BIT(i)) || !value)
            continue;
        const struct property *property = property_find(table, name, strlen(name));
        if (!property || !is_simple(property))
            return aro_error_set_for(err, name, ARO_BAD_INPUT, "%s is no property of %s", name,
                                     collection->id);
        aro_buffer_printf(out, "%s\"%s\" = ", separator, name);
        separator = " AND ";
        if (!write_value(property, value, out, err))
            return false;
    }
    return true;
}
