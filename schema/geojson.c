#include "schema/geojson.h"

#include <stdlib.h>
#include <string.h>

#include "schema/geojson_feature.h"
#include "schema/json_scan.h"

/* Where the window's first byte is. */
enum position { BETWEEN_VALUES, IN_FEATURES, BEHIND_FEATURES };

struct schema_geojson {
    struct schema_input *input;         /* borrowed */
    const struct schema_window *window; /* the input's */
    struct schema_charset_place place;  /* of the window's first byte */
    bool after_cr; /* the byte before was CR: an LF here is no line of its own */
    size_t used;   /* bytes of the feature handed out, to be consumed */
    struct schema_charset_place
        behind_used; /* they are changed in place, so this was counted before */
    enum position position;
    bool any_feature;   /* in this array: a comma comes before the next */
    bool is_collection; /* this object's type says so */
    bool is_sequence;   /* a value stands on its line: what is wrong with one ends there */
    char crs[128];      /* "" for WGS 84 */
    struct schema_feature feature;

    bool has_ahead; /* the first answer, found while opening */
    enum schema_next ahead;
    struct aro_error ahead_err;
};

/* What a step of the reader comes to. */
enum step { STEP_ON, STEP_FEATURE, STEP_LINE_BAD, STEP_END, STEP_FAILED };

enum { RECORD_SEPARATOR = 0x1E }; /* RFC 8142, section 2.2 */

void schema_geojson_close(struct schema_geojson *geojson)
{
    if (!geojson)
        return;
    schema_feature_clear(&geojson->feature);
    free(geojson);
}

size_t schema_geojson_n_columns(const struct schema_geojson *geojson)
{
    return geojson->feature.n_columns;
}

const char *schema_geojson_column(const struct schema_geojson *geojson, size_t i)
{
    return geojson->feature.columns[i];
}

const char *schema_geojson_crs(const struct schema_geojson *geojson)
{
    return *geojson->crs ? geojson->crs : NULL;
}

static void pass(struct schema_geojson *geojson, size_t n)
{
    const char *text = geojson->window->data;
    if (n == 0)
        return;
    size_t from = geojson->after_cr && *text == '\n';
    geojson->place = schema_charset_place_of(geojson->place, text + from, n - from);
    geojson->after_cr = text[n - 1] == '\r' && n == geojson->window->len;
    schema_input_consume(geojson->input, n);
}

static bool fail_at(const struct schema_geojson *geojson, size_t at, const char *why,
                    struct aro_error *err)
{
    struct schema_charset_place place =
        schema_charset_place_of(geojson->place, geojson->window->data, at);
    return aro_error_set(err, ARO_BAD_INPUT, "not GeoJSON at line %llu, byte %llu: %s",
                         (unsigned long long)place.line, (unsigned long long)place.column, why);
}

/* Reads on for the value that begins at the window's first byte. */
static bool more(struct schema_geojson *geojson, struct aro_error *err)
{
    unsigned long long line = geojson->place.line;
    if (geojson->window->len > SCHEMA_RECORD_MAX_BYTES)
        return aro_error_set(err, ARO_TOO_LARGE, "what begins at line %llu is longer than %d bytes",
                             line, SCHEMA_RECORD_MAX_BYTES);
    if (geojson->window->at_end)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "the file ends inside what begins at line %llu: it is cut short, or "
                             "a closing bracket is missing",
                             line);
    return schema_input_more(geojson->input, err);
}

/* Passes blanks; between values record separators too. Stores 0 at the end of the file. */
static bool next_byte(struct schema_geojson *geojson, char *out_byte, struct aro_error *err)
{
    const struct schema_window *window = geojson->window;
    for (;;) {
        size_t n = 0;
        for (; n < window->len; n++) {
            char c = window->data[n];
            bool separator = c == RECORD_SEPARATOR && geojson->position == BETWEEN_VALUES;
            geojson->is_sequence |= separator;
            if (!separator && !schema_json_is_blank(c))
                break;
        }
        pass(geojson, n);
        if (window->len > 0 || window->at_end)
            break;
        if (!schema_input_more(geojson->input, err))
            return false;
    }
    *out_byte = window->len > 0 ? *window->data : '\0';
    return true;
}

/* Finds the end of the value at the window's first byte: the feature, if it is one. */
static enum step whole_value(struct schema_geojson *geojson, struct aro_error *err)
{
    for (;;) {
        struct schema_json_walk walk = {.text = geojson->window->data, .len = geojson->window->len};
        struct schema_json_slice value;
        enum schema_json_step step = schema_json_value(&walk, &value);
        if (step == SCHEMA_JSON_BAD) {
            fail_at(geojson, walk.at, walk.why, err);
            return geojson->is_sequence && geojson->position == BETWEEN_VALUES ? STEP_LINE_BAD
                                                                               : STEP_FAILED;
        }
        if (step == SCHEMA_JSON_FOUND && value.len <= SCHEMA_RECORD_MAX_BYTES) {
            geojson->used = value.len;
            return STEP_FEATURE;
        }
        if (!more(geojson, err))
            return STEP_FAILED;
    }
}

/* Names of WGS 84 with longitude first; GeoJSON has that order whatever the authority's is. */
static bool is_wgs84(const char *name)
{
    static const char *const names[] = {
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:OGC::CRS84",
        "OGC:CRS84",
        "CRS84",
        "urn:ogc:def:crs:EPSG::4326",
        "EPSG:4326",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}, or null. */
static bool read_crs(struct schema_geojson *geojson, struct schema_json_slice text,
                     struct aro_error *err)
{
    json_t *crs = json_loadb(text.text, text.len, JSON_DECODE_ANY, NULL);
    const char *name =
        json_string_value(json_object_get(json_object_get(crs, "properties"), "name"));
    bool ok = json_is_null(crs) || (name && strlen(name) < sizeof geojson->crs);
    if (!ok)
        aro_error_set_for(err, "crs", ARO_BAD_INPUT,
                          "the file's \"crs\" is %.*s, which is not understood; a name such as "
                          "\"urn:ogc:def:crs:EPSG::2154\" was wanted",
                          (int)(text.len < 200 ? text.len : 200), text.text);
    else if (name && !is_wgs84(name))
        memcpy(geojson->crs, name, strlen(name) + 1);
    else
        *geojson->crs = '\0';
    json_decref(crs);
    return ok;
}

/*
 * Is the object at the window's start a collection? Looks at its members up to "features", and
 * then stores where its list begins; 0 for any other object, whose parser will say what is wrong.
 */
static enum schema_json_step look_into(struct schema_geojson *geojson, size_t *out_list_at,
                                       struct schema_json_slice *out_crs)
{
    struct schema_json_walk walk = {.text = geojson->window->data, .len = geojson->window->len};
    struct schema_json_slice key, value;
    *out_list_at = 0;
    *out_crs = (struct schema_json_slice){0};
    geojson->is_collection = false;
    for (;;) {
        enum schema_json_step step = schema_json_key(&walk, &key);
        if (step != SCHEMA_JSON_FOUND)
            return step;
        if (schema_json_is(key, "features") && walk.text[walk.at] == '[') {
            *out_list_at = walk.at + 1;
            return SCHEMA_JSON_FOUND;
        }
        step = schema_json_value(&walk, &value);
        if (step != SCHEMA_JSON_FOUND)
            return step;
        if (schema_json_is(key, "type") && schema_json_is(value, "\"Feature\""))
            return SCHEMA_JSON_CLOSED;
        if (schema_json_is(key, "type"))
            geojson->is_collection = schema_json_is(value, "\"FeatureCollection\"");
        else if (schema_json_is(key, "crs"))
            *out_crs = value;
    }
}

/* Leaves the rest of a line of a sequence unread. */
static bool pass_line(struct schema_geojson *geojson, struct aro_error *err)
{
    const struct schema_window *window = geojson->window;
    for (;;) {
        size_t n = 0;
        while (n < window->len && window->data[n] != '\n' && window->data[n] != RECORD_SEPARATOR)
            n++;
        bool found = n < window->len;
        pass(geojson, n);
        if (found || window->at_end)
            return true;
        if (!schema_input_more(geojson->input, err))
            return false;
    }
}

static enum step step_between_values(struct schema_geojson *geojson, struct aro_error *err)
{
    char first;
    if (!next_byte(geojson, &first, err))
        return STEP_FAILED;
    if (geojson->window->len == 0)
        return STEP_END;
    if (first != '{') {
        fail_at(geojson, 0,
                first == '[' ? "a list; a FeatureCollection or a Feature was wanted"
                             : "an object in braces was wanted",
                err);
        return geojson->is_sequence ? STEP_LINE_BAD : STEP_FAILED;
    }
    size_t list_at;
    struct schema_json_slice crs;
    while (look_into(geojson, &list_at, &crs) == SCHEMA_JSON_MORE) {
        if (!more(geojson, err))
            return STEP_FAILED;
    }
    if (list_at > 0) {
        if (crs.text && !read_crs(geojson, crs, err))
            return STEP_FAILED;
        pass(geojson, list_at);
        geojson->position = IN_FEATURES;
        geojson->any_feature = false;
        return STEP_ON;
    }
    enum step step = whole_value(geojson, err);
    geojson->is_sequence |= step == STEP_FEATURE;
    return step;
}

static enum step step_in_features(struct schema_geojson *geojson, struct aro_error *err)
{
    char byte;
    if (!next_byte(geojson, &byte, err))
        return STEP_FAILED;
    if (byte == ']') {
        pass(geojson, 1);
        geojson->position = BEHIND_FEATURES;
        return STEP_ON;
    }
    if (geojson->any_feature && byte == ',') {
        pass(geojson, 1);
        if (!next_byte(geojson, &byte, err))
            return STEP_FAILED;
    } else if (geojson->any_feature && geojson->window->len > 0) {
        fail_at(geojson, 0, "a comma or a closing bracket was wanted behind a feature", err);
        return STEP_FAILED;
    }
    geojson->any_feature = true;
    return whole_value(geojson, err);
}

/* One member behind the list of features, or the collection's closing brace. */
static enum step step_behind_features(struct schema_geojson *geojson, struct aro_error *err)
{
    struct schema_json_walk walk;
    struct schema_json_slice key, value = {0};
    enum schema_json_step step;
    for (;;) {
        walk =
            (struct schema_json_walk){.text = geojson->window->data, .len = geojson->window->len};
        step = schema_json_key(&walk, &key);
        if (step == SCHEMA_JSON_FOUND)
            step = schema_json_value(&walk, &value);
        if (step != SCHEMA_JSON_MORE)
            break;
        if (!more(geojson, err))
            return STEP_FAILED;
    }
    if (step == SCHEMA_JSON_FOUND && schema_json_is(key, "type"))
        geojson->is_collection = schema_json_is(value, "\"FeatureCollection\"");
    if (step == SCHEMA_JSON_BAD)
        fail_at(geojson, walk.at, walk.why, err);
    else if (step == SCHEMA_JSON_CLOSED && !geojson->is_collection)
        fail_at(geojson, 0, "the object with \"features\" has no type \"FeatureCollection\"", err);
    else if (step == SCHEMA_JSON_FOUND && schema_json_is(key, "crs") &&
             read_crs(geojson, value, err) && *geojson->crs)
        fail_at(geojson, 0, "\"crs\" comes behind \"features\"; it must come before them", err);
    if (err->status != ARO_OK)
        return STEP_FAILED;
    pass(geojson, walk.at);
    if (step == SCHEMA_JSON_CLOSED)
        geojson->position = BETWEEN_VALUES;
    return STEP_ON;
}

static enum step take_step(struct schema_geojson *geojson, struct aro_error *err)
{
    switch (geojson->position) {
    case IN_FEATURES:
        return step_in_features(geojson, err);
    case BEHIND_FEATURES:
        return step_behind_features(geojson, err);
    default:
        return step_between_values(geojson, err);
    }
}

static enum schema_next read_feature(struct schema_geojson *geojson, struct aro_error *err)
{
    geojson->behind_used =
        schema_charset_place_of(geojson->place, geojson->window->data, geojson->used);
    if (schema_feature_read(&geojson->feature, geojson->window->data, geojson->used, geojson->place,
                            err))
        return SCHEMA_NEXT_RECORD;
    return err->status == ARO_NO_MEMORY ? SCHEMA_NEXT_FAILED : SCHEMA_NEXT_BAD;
}

static enum schema_next find_next(struct schema_geojson *geojson, struct aro_error *err)
{
    if (geojson->used > 0) {
        schema_input_consume(geojson->input, geojson->used);
        geojson->place = geojson->behind_used;
        geojson->after_cr = false;
        geojson->used = 0;
    }
    enum step step;
    while ((step = take_step(geojson, err)) == STEP_ON)
        ;
    switch (step) {
    case STEP_FEATURE:
        return read_feature(geojson, err);
    case STEP_LINE_BAD:
        geojson->feature.record = (struct schema_record){.line = geojson->place.line};
        return pass_line(geojson, err) ? SCHEMA_NEXT_BAD : SCHEMA_NEXT_FAILED;
    case STEP_END:
        return SCHEMA_NEXT_END;
    default:
        return SCHEMA_NEXT_FAILED;
    }
}

struct schema_geojson *schema_geojson_open(struct schema_input *input, struct aro_error *err)
{
    struct schema_geojson *geojson = calloc(1, sizeof *geojson);
    if (!geojson) {
        aro_error_no_memory(err);
        return NULL;
    }
    geojson->input = input;
    geojson->window = schema_input_window(input);
    geojson->place = (struct schema_charset_place){1, 1};
    geojson->ahead = find_next(geojson, &geojson->ahead_err);
    geojson->has_ahead = true;
    if (geojson->ahead == SCHEMA_NEXT_FAILED) {
        if (err && err->status == ARO_OK)
            *err = geojson->ahead_err;
        schema_geojson_close(geojson);
        return NULL;
    }
    return geojson;
}

enum schema_next schema_geojson_next(struct schema_geojson *geojson,
                                     const struct schema_record **out_record, struct aro_error *err)
{
    struct aro_error found_err = {0};
    enum schema_next next = geojson->ahead;
    if (geojson->has_ahead)
        found_err = geojson->ahead_err;
    else
        next = find_next(geojson, &found_err);
    geojson->has_ahead = false;
    if (err && err->status == ARO_OK && found_err.status != ARO_OK)
        *err = found_err;
    if (next == SCHEMA_NEXT_RECORD || next == SCHEMA_NEXT_BAD)
        *out_record = &geojson->feature.record;
    return next;
}
