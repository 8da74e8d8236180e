#include "server/filter_value.h"

#include <string.h>

#include "server/feature_value.h"

enum geo_cql2_type filter_value_type(const struct property *property)
{
    static const enum geo_cql2_type types[] = {
        [PROPERTY_INTEGER] = GEO_CQL2_IS_NUMBER,    [PROPERTY_NUMBER] = GEO_CQL2_IS_NUMBER,
        [PROPERTY_TEXT] = GEO_CQL2_IS_TEXT,         [PROPERTY_DATE] = GEO_CQL2_IS_DATE,
        [PROPERTY_INSTANT] = GEO_CQL2_IS_TIMESTAMP, [PROPERTY_TEXTS] = GEO_CQL2_IS_ARRAY,
        [PROPERTY_JSON] = GEO_CQL2_IS_OTHER,        [PROPERTY_GEOMETRY] = GEO_CQL2_IS_GEOMETRY,
    };
    return types[property->type];
}

/* ---- From columns ---- */

static bool list_set(const struct property *property, const struct snapshot *snapshot, uint64_t set,
                     struct geo_scratch *scratch, struct geo_cql2_value *out, struct aro_error *err)
{
    size_t n = 0;
    struct geo_cql2_value *items =
        geo_scratch_take(scratch, (size_t)__builtin_popcountll(set) * sizeof *items, err);
    for (uint64_t left = set; items && left; left &= left - 1) {
        struct property_text text =
            property->dictionary->text(snapshot, (uint32_t)__builtin_ctzll(left));
        items[n++] =
            (struct geo_cql2_value){.type = GEO_CQL2_IS_TEXT, .text = {text.bytes, text.len}};
    }
    out->array = (struct geo_cql2_array){items, n};
    return items != NULL;
}

bool filter_value_of_column(const struct property *property, const struct snapshot *snapshot,
                            uint32_t position, struct geo_scratch *scratch,
                            struct geo_cql2_value *out, struct aro_error *err)
{
    struct property_value value = property_read(property, snapshot, position);
    *out = (struct geo_cql2_value){.type = filter_value_type(property), .is_null = value.is_null};
    if (value.is_null)
        return true;
    switch (out->type) {
    case GEO_CQL2_IS_NUMBER:
        out->number = (double)value.integer;
        return true;
    case GEO_CQL2_IS_DATE:
        out->instant = geo_day_start(value.day);
        return true;
    case GEO_CQL2_IS_ARRAY:
        return list_set(property, snapshot, value.set, scratch, out, err);
    default:
        out->text = (struct geo_cql2_text){value.text.bytes, value.text.len};
        return true;
    }
}

/* ---- From the text of a feature ---- */

static bool find_member(const char *text, size_t len, const char *name,
                        struct schema_json_slice *out_value)
{
    struct schema_json_walk walk = feature_value_properties(text, len);
    struct schema_json_slice key;
    while (schema_json_key(&walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(&walk, out_value) == SCHEMA_JSON_FOUND)
        if (schema_json_is(key, name))
            return !schema_json_is(*out_value, "null");
    return false;
}

/* Of a string in quotes. */
static bool read_string(struct schema_json_slice json, struct geo_scratch *scratch,
                        struct geo_cql2_text *out_text, struct aro_error *err)
{
    struct aro_buffer made = {0};
    *out_text = (struct geo_cql2_text){json.text + 1, json.len - 2};
    if (!memchr(out_text->bytes, '\\', out_text->len))
        return true;
    feature_value_text(&made, json);
    *out_text = (struct geo_cql2_text){geo_scratch_keep(scratch, &made, err), made.len};
    aro_buffer_clear(&made);
    return out_text->bytes != NULL;
}

/* Texts among the items of a list; no other things are in those of a TEXTS. */
static bool read_list(struct schema_json_slice json, struct geo_scratch *scratch,
                      struct geo_cql2_value *out, struct aro_error *err)
{
    struct schema_json_walk walk = {.text = json.text, .len = json.len};
    struct schema_json_slice item;
    size_t n = 0, most = 1;
    for (size_t i = 0; i < json.len; i++)
        most += json.text[i] == ',';
    struct geo_cql2_value *items = geo_scratch_take(scratch, most * sizeof *items, err);
    while (items && feature_value_next(&walk, &item)) {
        items[n] = (struct geo_cql2_value){.type = GEO_CQL2_IS_TEXT};
        if (*item.text == '"' && !read_string(item, scratch, &items[n++].text, err))
            return false;
    }
    out->array = (struct geo_cql2_array){items, n};
    return items != NULL;
}

bool filter_value_of_text(const struct property *property, const char *text, size_t len,
                          struct geo_scratch *scratch, struct geo_cql2_value *out,
                          struct aro_error *err)
{
    struct schema_json_slice json = {0};
    struct geo_cql2_text string = {0};
    int32_t day = 0;
    *out = (struct geo_cql2_value){.type = filter_value_type(property),
                                   .is_null = !find_member(text, len, property->name, &json)};
    if (out->is_null || out->type == GEO_CQL2_IS_OTHER)
        return true;
    if (*json.text == '"' && !read_string(json, scratch, &string, err))
        return false;
    switch (out->type) {
    case GEO_CQL2_IS_NUMBER:
        out->is_null = !geo_number_parse(json.text, json.len, &out->number, NULL);
        return true;
    case GEO_CQL2_IS_ARRAY:
        out->is_null = *json.text != '[';
        return out->is_null || read_list(json, scratch, out, err);
    case GEO_CQL2_IS_DATE:
        out->is_null = !geo_day_parse(string.bytes, string.len, &day);
        out->instant = geo_day_start(day);
        return true;
    case GEO_CQL2_IS_TIMESTAMP:
        out->is_null = !geo_instant_parse(string.bytes, string.len, &out->instant);
        return true;
    default:
        out->is_null = !string.bytes;
        out->text = string;
        return true;
    }
}
