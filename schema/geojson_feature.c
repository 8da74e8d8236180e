#include "schema/geojson_feature.h"

#include <stdlib.h>
#include <string.h>

#include "schema/json_scan.h"

/* The Feature's text while it is read. */
struct piece {
    const char *text;
    size_t seen;                       /* bytes up to which `place` was counted */
    struct schema_charset_place place; /* of text[seen] */
};

void schema_feature_clear(struct schema_feature *feature)
{
    json_decref(feature->root);
    for (size_t i = 0; i < feature->n_columns; i++)
        free(feature->columns[i]);
    *feature = (struct schema_feature){0};
}

static json_t *parse(const char *text, size_t len, struct schema_charset_place place,
                     struct aro_error *err)
{
    size_t valid_len = schema_charset_valid_len(text, len);
    if (valid_len < len) {
        place = schema_charset_place_of(place, text, valid_len);
        schema_charset_explain(text, len, valid_len, place, "", err);
        return NULL;
    }
    /* Integers of any length are fine, since their text is what counts. */
    json_error_t wrong;
    json_t *root = json_loadb(
        text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, &wrong);
    /* jansson fails without a word when it finds no memory for an object or a list. */
    if (!root && *wrong.text == '\0')
        aro_error_no_memory(err);
    else if (!root)
        aro_error_set(err, ARO_BAD_INPUT, "not JSON at line %llu: %s",
                      (unsigned long long)place.line +
                          (unsigned long long)(wrong.line > 1 ? wrong.line - 1 : 0),
                      wrong.text);
    return root;
}

static const char *kind_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

static bool check_is_feature(const json_t *root, struct aro_error *err)
{
    if (!json_is_object(root))
        return aro_error_set(err, ARO_BAD_INPUT, "a Feature was wanted, found %s", kind_name(root));
    const json_t *type = json_object_get(root, "type");
    if (!json_is_string(type))
        return aro_error_set(err, ARO_BAD_INPUT,
                             "a Feature was wanted; this object has no \"type\"");
    const char *name = json_string_value(type);
    if (strcmp(name, "Feature") == 0)
        return true;
    if (strcmp(name, "FeatureCollection") == 0)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "a FeatureCollection without a list of \"features\"");
    return aro_error_set(err, ARO_BAD_INPUT, "a Feature was wanted, found type \"%s\"", name);
}

static bool read_point(const json_t *geometry, struct schema_record *record, struct aro_error *err)
{
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    if (json_is_array(coordinates) && json_array_size(coordinates) == 0)
        return true; /* RFC 7946, section 3.1: may be read as null */
    const json_t *x = json_array_get(coordinates, 0), *y = json_array_get(coordinates, 1);
    if (!json_is_number(x) || !json_is_number(y))
        return aro_error_set_for(err, "geometry", ARO_BAD_INPUT,
                                 "the coordinates of a Point are a list of two numbers, longitude "
                                 "and latitude");
    record->has_geometry = true;
    record->x = json_number_value(x);
    record->y = json_number_value(y);
    return true;
}

static bool read_geometry(struct schema_feature *feature, struct aro_error *err)
{
    struct schema_record *record = &feature->record;
    record->has_geometry = false;
    record->x = record->y = 0;
    const json_t *geometry = json_object_get(feature->root, "geometry");
    if (!geometry || json_is_null(geometry))
        return true;
    const char *type = json_string_value(json_object_get(geometry, "type"));
    if (!type)
        return aro_error_set_for(err, "geometry", ARO_BAD_INPUT,
                                 "the geometry is %s; an object with a type, or null, was wanted",
                                 json_is_object(geometry) ? "an object without a type"
                                                          : kind_name(geometry));
    if (strcmp(type, "Point") == 0)
        return read_point(geometry, record, err);
    record->shape = geometry;
    return true;
}

/* Properties mostly come in the same order: `likely` is where the last one's neighbour is. */
static bool find_column(struct schema_feature *feature, const char *name, size_t likely,
                        size_t *out_column, struct aro_error *err)
{
    size_t n = feature->n_columns;
    if (likely < n && strcmp(feature->columns[likely], name) == 0) {
        *out_column = likely;
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(feature->columns[i], name) == 0) {
            *out_column = i;
            return true;
        }
    }
    if (n == SCHEMA_RECORD_MAX_FIELDS)
        return aro_error_set(err, ARO_TOO_LARGE,
                             "property \"%s\" is one too many; at most %d different ones are read",
                             name, SCHEMA_RECORD_MAX_FIELDS);
    feature->columns[n] = strdup(name);
    if (!feature->columns[n])
        return aro_error_no_memory(err);
    feature->fields[n] = (struct schema_field){0};
    feature->raw[n] = false;
    *out_column = feature->n_columns++;
    return true;
}

static void set_field(struct schema_feature *feature, size_t column, const json_t *value,
                      struct schema_json_slice raw, struct piece *piece)
{
    size_t at = (size_t)(raw.text - piece->text);
    if (at >= piece->seen) {
        piece->place =
            schema_charset_place_of(piece->place, piece->text + piece->seen, at - piece->seen);
        piece->seen = at;
    }
    struct schema_field *field = &feature->fields[column];
    field->line = piece->place.line;
    if (json_is_null(value))
        return;
    bool is_text = json_is_string(value);
    field->text = is_text ? json_string_value(value) : raw.text;
    field->len = is_text ? json_string_length(value) : raw.len;
    feature->raw[column] = !is_text;
    if (field->len == 0)
        field->text = NULL;
}

/* The text and the parsed object side by side: jansson keeps the order, and refused doubles. */
static bool read_properties(struct schema_feature *feature, json_t *properties,
                            struct schema_json_slice text, struct piece *piece,
                            struct aro_error *err)
{
    struct schema_json_walk walk = {.text = text.text, .len = text.len};
    struct schema_json_slice key, raw;
    void *iter = json_object_iter(properties);
    for (size_t column = (size_t)-1; iter; iter = json_object_iter_next(properties, iter)) {
        if (schema_json_key(&walk, &key) != SCHEMA_JSON_FOUND ||
            schema_json_value(&walk, &raw) != SCHEMA_JSON_FOUND)
            return aro_error_set_for(err, "properties", ARO_BAD_INPUT, "%s", walk.why);
        if (!find_column(feature, json_object_iter_key(iter), column + 1, &column, err))
            return false;
        set_field(feature, column, json_object_iter_value(iter), raw, piece);
    }
    return true;
}

static bool read_id(struct schema_feature *feature, const json_t *id, struct schema_json_slice raw,
                    struct piece *piece, struct aro_error *err)
{
    if (!json_is_string(id) && !json_is_number(id))
        return json_is_null(id) ? true
                                : aro_error_set_for(err, "id", ARO_BAD_INPUT,
                                                    "the id is %s; a text or a number was wanted",
                                                    kind_name(id));
    size_t column;
    if (!find_column(feature, "id", 0, &column, err))
        return false;
    set_field(feature, column, id, raw, piece);
    return true;
}

/* Finds the texts of "properties" and "id" among the Feature's members. */
static bool read_members(struct schema_feature *feature, const char *text, size_t len,
                         struct schema_charset_place place, struct aro_error *err)
{
    struct schema_json_walk walk = {.text = text, .len = len};
    struct schema_json_slice key, raw, properties_raw = {0}, id_raw = {0};
    json_t *properties = NULL;
    const json_t *id = NULL;
    for (void *iter = json_object_iter(feature->root); iter;
         iter = json_object_iter_next(feature->root, iter)) {
        if (schema_json_key(&walk, &key) != SCHEMA_JSON_FOUND ||
            schema_json_value(&walk, &raw) != SCHEMA_JSON_FOUND)
            return aro_error_set(err, ARO_BAD_INPUT, "%s", walk.why);
        const char *name = json_object_iter_key(iter);
        if (strcmp(name, "properties") == 0) {
            properties = json_object_iter_value(iter);
            properties_raw = raw;
        } else if (strcmp(name, "id") == 0) {
            id = json_object_iter_value(iter);
            id_raw = raw;
        }
    }
    struct piece piece = {.text = text, .place = place};
    if (json_is_object(properties)) {
        if (!read_properties(feature, properties, properties_raw, &piece, err))
            return false;
    } else if (properties && !json_is_null(properties)) {
        return aro_error_set_for(err, "properties", ARO_BAD_INPUT,
                                 "the properties are %s; an object or null was wanted",
                                 kind_name(properties));
    }
    if (!id || json_object_get(properties, "id"))
        return true;
    piece = (struct piece){.text = text, .place = place}; /* it may stand before the properties */
    return read_id(feature, id, id_raw, &piece, err);
}

/* Takes the blanks out of a list or object as it is written; strings keep theirs. */
static size_t compact(char *text, size_t len)
{
    size_t to = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (!in_string && schema_json_is_blank(c))
            continue;
        text[to++] = c;
        if (c == '"')
            in_string = !in_string;
        else if (c == '\\')
            text[to++] = text[++i];
    }
    return to;
}

/* Only now, when the text has been walked, its parts may be changed. */
static void terminate(struct schema_feature *feature)
{
    for (size_t i = 0; i < feature->n_columns; i++) {
        struct schema_field *field = &feature->fields[i];
        if (!feature->raw[i])
            continue;
        char *text = (char *)field->text; /* in the caller's text, ours to write */
        field->len = compact(text, field->len);
        text[field->len] = '\0';
    }
}

bool schema_feature_read(struct schema_feature *feature, char *text, size_t len,
                         struct schema_charset_place place, struct aro_error *err)
{
    json_decref(feature->root);
    memset(feature->fields, 0, feature->n_columns * sizeof *feature->fields);
    memset(feature->raw, 0, feature->n_columns * sizeof *feature->raw);
    feature->record.line = place.line;
    feature->record.n_fields = 0;
    feature->record.shape = NULL; /* it was of the root before */
    feature->root = parse(text, len, place, err);
    if (!feature->root || !check_is_feature(feature->root, err) || !read_geometry(feature, err) ||
        !read_members(feature, text, len, place, err))
        return false;
    terminate(feature);
    feature->record.n_fields = feature->n_columns;
    feature->record.fields = feature->fields;
    return true;
}
