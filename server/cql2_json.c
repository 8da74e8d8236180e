#include "server/cql2_json.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "geo/array.h"

typedef const struct geo_cql2_node *arg;

/* Where a value stands: a member of that name or, without one, an element. */
struct spot {
    const struct spot *within; /* NULL: at the top */
    const char *name;
    size_t index;
};

struct reader {
    struct geo_cql2_builder *builder;
    arg *args; /* arguments whose operator is still to come: a stack */
    size_t n_args, args_capacity;
    unsigned depth; /* of values in values */
    struct aro_error *err;
};

static arg read_value(struct reader *reader, const json_t *json, const struct spot *spot);

/* ------------------------------------------------------------------ errors and arguments */

/* Writes what fits. */
static size_t write_spot(const struct spot *spot, char *text, size_t size)
{
    size_t len = spot->within ? write_spot(spot->within, text, size) : 0;
    int n = 0;
    if (spot->within && spot->name)
        n = snprintf(text + len, size - len, "/%s", spot->name);
    else if (spot->within)
        n = snprintf(text + len, size - len, "/%zu", spot->index);
    len += (size_t)n;
    return len < size ? len : size - 1;
}

static arg fail(struct reader *reader, const struct spot *spot, enum aro_status status,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Returns NULL, which is false too. */
static arg fail(struct reader *reader, const struct spot *spot, enum aro_status status,
                const char *format, ...)
{
    char place[GEO_CQL2_PLACE_BYTES] = "the top";
    struct aro_error said = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(said.message, sizeof said.message, format, args);
    va_end(args);
    write_spot(spot, place, sizeof place);
    aro_error_set(reader->err, status, "at %s, %s", place, said.message);
    return NULL;
}

/* A node, or what the builder said with the place in front. */
static arg made(struct reader *reader, const struct spot *spot, arg node,
                const struct aro_error *why)
{
    return node ? node : fail(reader, spot, why->status, "%s", why->message);
}

static bool push(struct reader *reader, arg node)
{
    if (!node)
        return false;
    arg *grown = aro_array_grow((void *)reader->args, reader->n_args, &reader->args_capacity,
                                sizeof *grown, reader->err);
    if (!grown)
        return false;
    reader->args = grown;
    reader->args[reader->n_args++] = node;
    return true;
}

/* The arguments pushed since there were n; NULL when there are none. */
static arg *since(const struct reader *reader, size_t n)
{
    return reader->n_args > n ? reader->args + n : NULL;
}

/* Makes a node of all arguments pushed since there were n, and takes them away. */
static arg pop(struct reader *reader, enum geo_cql2_op op, size_t n, const struct spot *spot)
{
    struct aro_error why = {0};
    arg node = geo_cql2_add(reader->builder, op, 0, since(reader, n), reader->n_args - n, &why);
    reader->n_args = n;
    return made(reader, spot, node, &why);
}

/* Pushes the elements of an array. */
static bool push_all(struct reader *reader, const json_t *array, const struct spot *spot)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const struct spot element = {spot, NULL, i};
        if (!push(reader, read_value(reader, json_array_get(array, i), &element)))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ literals */

static arg read_text(struct reader *reader, enum geo_cql2_op op, const json_t *json,
                     const struct spot *spot)
{
    struct aro_error why = {0};
    if (!json_is_string(json))
        return fail(reader, spot, ARO_BAD_INPUT, "a text was wanted");
    arg node = geo_cql2_add_text(reader->builder, op, 0, json_string_value(json),
                                 json_string_length(json), &why);
    return made(reader, spot, node, &why);
}

static arg read_number(struct reader *reader, const json_t *json, const struct spot *spot)
{
    struct aro_error why = {0};
    arg node = json_is_integer(json)
                   ? geo_cql2_add_integer(reader->builder, 0, json_integer_value(json), &why)
                   : geo_cql2_add_number(reader->builder, 0, json_real_value(json), &why);
    return made(reader, spot, node, &why);
}

static arg read_end(struct reader *reader, const json_t *json, const struct spot *spot)
{
    enum { DAY_LEN = 10 };
    struct aro_error why = {0};
    if (!json_is_string(json))
        return read_value(reader, json, spot);
    if (strcmp(json_string_value(json), "..") == 0)
        return made(reader, spot, geo_cql2_add_open(reader->builder, 0, &why), &why);
    bool day = json_string_length(json) <= DAY_LEN;
    return read_text(reader, day ? GEO_CQL2_DATE : GEO_CQL2_TIMESTAMP, json, spot);
}

static arg read_interval(struct reader *reader, const json_t *ends, const struct spot *spot)
{
    const struct spot list = {spot, "interval", 0};
    size_t n = reader->n_args;
    if (!json_is_array(ends))
        return fail(reader, &list, ARO_BAD_INPUT, "an array of two ends was wanted");
    for (size_t i = 0; i < json_array_size(ends); i++) {
        const struct spot end = {&list, NULL, i};
        if (!push(reader, read_end(reader, json_array_get(ends, i), &end)))
            return NULL;
    }
    return pop(reader, GEO_CQL2_INTERVAL, n, spot);
}

static arg read_box(struct reader *reader, const json_t *numbers, const struct spot *spot)
{
    const struct spot list = {spot, "bbox", 0};
    struct aro_error why = {0};
    size_t n = json_array_size(numbers); /* 0 for what is no array */
    bool all = n == 4 || n == 6;
    for (size_t i = 0; all && i < n; i++)
        all = json_is_number(json_array_get(numbers, i));
    if (!all)
        return fail(reader, &list, ARO_BAD_INPUT,
                    "four numbers were wanted, or six with heights third and sixth");
    const size_t places[] = {0, 1, n / 2, n / 2 + 1};
    double values[4];
    for (int i = 0; i < 4; i++)
        values[i] = json_number_value(json_array_get(numbers, places[i]));
    const struct geo_cql2_box box = {values[0], values[1], values[2], values[3]};
    return made(reader, spot, geo_cql2_add_box(reader->builder, 0, &box, &why), &why);
}

/* ------------------------------------------------------------------ geometries */

static bool read_position(struct reader *reader, const json_t *json, const struct spot *spot)
{
    struct aro_error why = {0};
    const json_t *x = json_array_get(json, 0), *y = json_array_get(json, 1);
    if (!json_is_number(x) || !json_is_number(y))
        return fail(reader, spot, ARO_BAD_INPUT, "a position of two numbers was wanted");
    return geo_cql2_vertex(reader->builder, json_number_value(x), json_number_value(y), &why) ||
           fail(reader, spot, why.status, "%s", why.message);
}

/* Coordinates so many arrays deep: 0 a position, 1 a part, 2 a polygon or parts, 3 polygons. */
static bool read_coordinates(struct reader *reader, const json_t *json, unsigned levels,
                             bool polygons, const struct spot *spot)
{
    if (levels == 0)
        return read_position(reader, json, spot);
    if (!json_is_array(json))
        return fail(reader, spot, ARO_BAD_INPUT, "an array of %s was wanted",
                    levels == 1 ? "positions" : "arrays");
    for (size_t i = 0; i < json_array_size(json); i++) {
        const struct spot element = {spot, NULL, i};
        if (!read_coordinates(reader, json_array_get(json, i), levels - 1, polygons, &element))
            return false;
    }
    if (levels == 1)
        return geo_cql2_end_part(reader->builder, reader->err);
    return levels == 3 || !polygons || geo_cql2_end_polygon(reader->builder, reader->err);
}

/* A point is a part of one position, and many are many parts. */
static bool read_points(struct reader *reader, const json_t *json, bool many,
                        const struct spot *spot)
{
    if (many && !json_is_array(json))
        return fail(reader, spot, ARO_BAD_INPUT, "an array of positions was wanted");
    for (size_t i = 0; i < (many ? json_array_size(json) : 1); i++) {
        const struct spot element = {spot, NULL, i};
        if (!read_position(reader, many ? json_array_get(json, i) : json, many ? &element : spot) ||
            !geo_cql2_end_part(reader->builder, reader->err))
            return false;
    }
    return true;
}

static bool read_shape_coordinates(struct reader *reader, enum geo_cql2_shape_type type,
                                   const json_t *json, const struct spot *spot)
{
    switch (type) {
    case GEO_CQL2_POINT:
    case GEO_CQL2_MULTIPOINT:
        return read_points(reader, json, type == GEO_CQL2_MULTIPOINT, spot);
    case GEO_CQL2_LINESTRING:
        return read_coordinates(reader, json, 1, false, spot);
    case GEO_CQL2_MULTILINESTRING:
        return read_coordinates(reader, json, 2, false, spot);
    case GEO_CQL2_POLYGON:
        return read_coordinates(reader, json, 2, true, spot);
    default:
        return read_coordinates(reader, json, 3, true, spot);
    }
}

static arg read_collection(struct reader *reader, const json_t *members, const struct spot *spot)
{
    const struct spot list = {spot, "geometries", 0};
    size_t n = reader->n_args;
    if (!json_is_array(members))
        return fail(reader, &list, ARO_BAD_INPUT, "an array of geometries was wanted");
    return push_all(reader, members, &list) ? pop(reader, GEO_CQL2_COLLECTION, n, spot) : NULL;
}

static arg read_geometry(struct reader *reader, const json_t *json, const char *name,
                         const struct spot *spot)
{
    const struct spot coordinates = {spot, "coordinates", 0};
    struct aro_error why = {0};
    int type = GEO_CQL2_POINT;
    if (strcmp(name, "GeometryCollection") == 0)
        return read_collection(reader, json_object_get(json, "geometries"), spot);
    while (type <= GEO_CQL2_MULTIPOLYGON &&
           strcmp(name, geo_cql2_shape_name((enum geo_cql2_shape_type)type)) != 0)
        type++;
    if (type > GEO_CQL2_MULTIPOLYGON)
        return fail(reader, spot, ARO_BAD_INPUT,
                    "'%.40s' is no type of geometry: wanted Point, "
                    "LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon or "
                    "GeometryCollection",
                    name);
    enum geo_cql2_shape_type shape = (enum geo_cql2_shape_type)type;
    if (!read_shape_coordinates(reader, shape, json_object_get(json, "coordinates"), &coordinates))
        return NULL;
    return made(reader, spot, geo_cql2_add_shape(reader->builder, shape, 0, &why), &why);
}

/* ------------------------------------------------------------------ operators */

/* The operator of that name whatever its case, for a hint; "" when none. */
static const char *meant(const char *name)
{
    for (int op = 0; op < GEO_CQL2_N_OPS; op++)
        if (strcasecmp(name, geo_cql2_op_name((enum geo_cql2_op)op)) == 0)
            return geo_cql2_op_name((enum geo_cql2_op)op);
    return "";
}

static arg read_function(struct reader *reader, const char *name, size_t n, const struct spot *spot)
{
    struct aro_error why = {0};
    if (*meant(name))
        return fail(reader, spot, ARO_BAD_INPUT, "'%.40s' is not known: did you mean '%s'?", name,
                    meant(name));
    arg node = geo_cql2_add_function(reader->builder, 0, name, strlen(name), since(reader, n),
                                     reader->n_args - n, &why);
    reader->n_args = n;
    return made(reader, spot, node, &why);
}

/* The arguments of `in`: a value and an array. */
static bool push_in(struct reader *reader, const json_t *args, const struct spot *spot)
{
    const struct spot value = {spot, NULL, 0}, list = {spot, NULL, 1};
    const json_t *values = json_array_get(args, 1);
    if (json_array_size(args) != 2 || !json_is_array(values) || json_array_size(values) == 0)
        return fail(reader, spot, ARO_BAD_INPUT,
                    "'in' takes a value and an array of one value or more");
    return push(reader, read_value(reader, json_array_get(args, 0), &value)) &&
           push_all(reader, values, &list);
}

static arg read_op(struct reader *reader, const json_t *json, const json_t *name,
                   const struct spot *spot)
{
    const json_t *args = json_object_get(json, "args");
    const struct spot list = {spot, "args", 0};
    enum geo_cql2_op op = GEO_CQL2_FUNCTION;
    size_t n = reader->n_args;
    if (!json_is_string(name))
        return fail(reader, spot, ARO_BAD_INPUT, "\"op\" is the name of an operator or function");
    if (!json_is_array(args))
        return fail(reader, spot, ARO_BAD_INPUT, "'%.40s' has no array \"args\"",
                    json_string_value(name));
    geo_cql2_op_find(json_string_value(name), json_string_length(name), &op);
    if (op == GEO_CQL2_IN ? !push_in(reader, args, &list) : !push_all(reader, args, &list))
        return NULL;
    return op == GEO_CQL2_FUNCTION ? read_function(reader, json_string_value(name), n, spot)
                                   : pop(reader, op, n, spot);
}

static arg read_object(struct reader *reader, const json_t *json, const struct spot *spot)
{
    const json_t *member;
    if ((member = json_object_get(json, "op")))
        return read_op(reader, json, member, spot);
    if ((member = json_object_get(json, "property")))
        return read_text(reader, GEO_CQL2_PROPERTY, member, spot);
    if ((member = json_object_get(json, "date")))
        return read_text(reader, GEO_CQL2_DATE, member, spot);
    if ((member = json_object_get(json, "timestamp")))
        return read_text(reader, GEO_CQL2_TIMESTAMP, member, spot);
    if ((member = json_object_get(json, "interval")))
        return read_interval(reader, member, spot);
    if ((member = json_object_get(json, "type"))) /* before bbox, which a geometry may have too */
        return json_is_string(member)
                   ? read_geometry(reader, json, json_string_value(member), spot)
                   : fail(reader, spot, ARO_BAD_INPUT, "\"type\" is the name of a geometry's type");
    if ((member = json_object_get(json, "bbox")))
        return read_box(reader, member, spot);
    return fail(reader, spot, ARO_BAD_INPUT,
                "an object has none of the members op, property, date, timestamp, interval, type "
                "and bbox");
}

static arg read_array(struct reader *reader, const json_t *json, const struct spot *spot)
{
    size_t n = reader->n_args;
    return push_all(reader, json, spot) ? pop(reader, GEO_CQL2_ARRAY, n, spot) : NULL;
}

static arg read_value(struct reader *reader, const json_t *json, const struct spot *spot)
{
    struct aro_error why = {0};
    arg node = NULL;
    if (reader->depth == GEO_CQL2_MAX_DEPTH)
        return fail(reader, spot, ARO_TOO_LARGE, "nested deeper than %d", GEO_CQL2_MAX_DEPTH);
    reader->depth++;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        node = read_object(reader, json, spot);
        break;
    case JSON_ARRAY:
        node = read_array(reader, json, spot);
        break;
    case JSON_STRING:
        node = read_text(reader, GEO_CQL2_TEXT, json, spot);
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        node = read_number(reader, json, spot);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        node = geo_cql2_add_boolean(reader->builder, 0, json_is_true(json), &why);
        node = made(reader, spot, node, &why);
        break;
    default:
        fail(reader, spot, ARO_BAD_INPUT, "null is no value: wanted the operator isNull");
        break;
    }
    reader->depth--;
    return node;
}

/* ------------------------------------------------------------------ the whole text */

static json_t *load(const char *text, size_t len, struct aro_error *err)
{
    json_error_t wrong;
    if (len > GEO_CQL2_MAX_BYTES) {
        aro_error_set(err, ARO_TOO_LARGE, "a text of %zu bytes: at most %d are read", len,
                      GEO_CQL2_MAX_BYTES);
        return NULL;
    }
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &wrong);
    /* jansson fails without a word when it finds no memory for an object or a list. */
    if (!json && *wrong.text == '\0')
        aro_error_no_memory(err);
    else if (!json)
        aro_error_set(err, ARO_BAD_INPUT, "not JSON at line %d, column %d: %s", wrong.line,
                      wrong.column, wrong.text);
    return json;
}

static struct geo_cql2_tree *build(struct reader *reader, const json_t *json)
{
    const struct spot top = {NULL, NULL, 0};
    arg root = read_value(reader, json, &top);
    if (!root)
        return NULL;
    struct geo_cql2_builder *builder = reader->builder;
    reader->builder = NULL;
    return geo_cql2_build(builder, root, reader->err);
}

struct geo_cql2_tree *cql2_json_parse(const char *text, size_t len, struct aro_error *err)
{
    struct geo_cql2_tree *tree = NULL;
    struct reader reader = {.err = err};
    json_t *json = load(text, len, err);
    if (json)
        reader.builder = geo_cql2_builder_new(err);
    if (reader.builder)
        tree = build(&reader, json);
    geo_cql2_builder_free(reader.builder);
    free((void *)reader.args);
    json_decref(json);
    return tree;
}
