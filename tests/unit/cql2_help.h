/*
 * For tests of CQL2: a tree as one text that tells any two apart, random trees, and the examples
 * of the standard.
 */
#ifndef ARO_TESTS_CQL2_HELP_H
#define ARO_TESTS_CQL2_HELP_H

#include "geo/cql2.h"
#include "tests/unit/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ dumps */

static inline void dump_shape(const struct geo_cql2_shape *shape, struct aro_buffer *out)
{
    static const char *const names[] = {"point",      "line",      "polygon",
                                        "multipoint", "multiline", "multipolygon"};
    aro_buffer_text(out, names[shape->type]);
    for (size_t i = 0; i < shape->n_vertices; i++)
        aro_buffer_printf(out, " %.17g,%.17g", shape->xy[2 * i], shape->xy[2 * i + 1]);
    for (size_t i = 0; i < shape->n_parts; i++)
        aro_buffer_printf(out, " |%u", shape->part_ends[i]);
    for (size_t i = 0; i < shape->n_polygons; i++)
        aro_buffer_printf(out, " #%u", shape->polygon_ends[i]);
}

static inline void dump_leaf(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    switch (node->op) {
    case GEO_CQL2_INTEGER:
        aro_buffer_printf(out, "%lld", (long long)node->integer);
        break;
    case GEO_CQL2_NUMBER:
        aro_buffer_printf(out, "~%.17g", node->number);
        break;
    case GEO_CQL2_BOOLEAN:
        aro_buffer_text(out, node->boolean ? "true" : "false");
        break;
    case GEO_CQL2_DATE:
    case GEO_CQL2_TIMESTAMP:
        aro_buffer_printf(out, "%s%lld.%09u", node->op == GEO_CQL2_DATE ? "date" : "at",
                          (long long)node->instant.seconds, node->instant.nanos);
        break;
    case GEO_CQL2_OPEN:
        aro_buffer_text(out, "..");
        break;
    case GEO_CQL2_SHAPE:
        dump_shape(&node->shape, out);
        break;
    case GEO_CQL2_BBOX:
        aro_buffer_printf(out, "box %.17g,%.17g,%.17g,%.17g", node->box.min_x, node->box.min_y,
                          node->box.max_x, node->box.max_y);
        break;
    default:
        break;
    }
}

static inline void dump_node(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    static const char *const brackets[] = {
        [GEO_CQL2_TEXT] = "'",
        [GEO_CQL2_PROPERTY] = "\"",
    };
    if (node->op == GEO_CQL2_TEXT || node->op == GEO_CQL2_PROPERTY) {
        aro_buffer_printf(out, "%s%.*s%s", brackets[node->op], (int)node->text_len, node->text,
                          brackets[node->op]);
        return;
    }
    if (node->op < GEO_CQL2_INTERVAL) {
        dump_leaf(node, out);
        return;
    }
    aro_buffer_printf(out, "(%s",
                      node->op == GEO_CQL2_INTERVAL     ? "interval"
                      : node->op == GEO_CQL2_COLLECTION ? "collection"
                      : node->op == GEO_CQL2_ARRAY      ? "array"
                      : node->op == GEO_CQL2_FUNCTION   ? node->text
                                                        : geo_cql2_op_name(node->op));
    for (size_t i = 0; i < node->n_args; i++) {
        aro_buffer_char(out, ' ');
        dump_node(node->args[i], out);
    }
    aro_buffer_char(out, ')');
}

/** Owned by the caller, who calls free(); equal for equal trees only. */
static inline char *dump_tree(const struct geo_cql2_tree *tree)
{
    struct aro_buffer out = {0};
    dump_node(geo_cql2_root(tree), &out);
    return aro_buffer_take_text(&out, NULL);
}

static inline bool same_trees(const struct geo_cql2_tree *a, const struct geo_cql2_tree *b)
{
    char *text_a = dump_tree(a), *text_b = dump_tree(b);
    bool same = strcmp(text_a, text_b) == 0;
    free(text_a);
    free(text_b);
    return same;
}

/* ------------------------------------------------------------------ random trees */

struct tree_maker {
    struct geo_cql2_builder *builder;
    uint64_t state;
};

typedef const struct geo_cql2_node *tree_arg;

static inline tree_arg random_condition(struct tree_maker *maker, unsigned depth);
static inline tree_arg random_any(struct tree_maker *maker, unsigned depth);

static inline const char *random_of(struct tree_maker *maker, const char *const *texts, size_t n)
{
    return texts[random_below(&maker->state, n)];
}
#define RANDOM_OF(maker, texts) random_of(maker, texts, sizeof(texts) / sizeof *(texts))

static inline tree_arg random_property(struct tree_maker *maker)
{
    static const char *const names[] = {
        "a",    "titre", "eo:cloud_cover", "date", "and", "null", "POINT", "é", "a b",
        "a\"b", "x.y",   "S_TOUCHES",      "1",    "''",  "\\"};
    const char *name = RANDOM_OF(maker, names);
    return geo_cql2_add_text(maker->builder, GEO_CQL2_PROPERTY, 0, name, strlen(name), NULL);
}

static inline tree_arg random_text_literal(struct tree_maker *maker)
{
    static const char *const pieces[] = {"a",   "'",  "\\", "''", "\\'", "\\n", "\n",
                                         "\t",  "\a", "\"", "é",  "œ",   "%",   "_",
                                         "\\%", "😀",  " ",  ")",  ",",   "--"};
    char text[64] = "";
    for (size_t n = random_below(&maker->state, 8); n > 0; n--)
        strcat(text, RANDOM_OF(maker, pieces));
    return geo_cql2_add_text(maker->builder, GEO_CQL2_TEXT, 0, text, strlen(text), NULL);
}

static inline double random_double(struct tree_maker *maker)
{
    double value;
    switch (random_below(&maker->state, 4)) {
    case 0:
        return (double)random_below(&maker->state, 100);
    case 1:
        return random_between(&maker->state, -180, 180);
    case 2:
        return -0.0;
    default:
        do {
            uint64_t bits = random_bits(&maker->state);
            memcpy(&value, &bits, sizeof value);
        } while (!(value - value == 0));
        return value;
    }
}

static inline tree_arg random_number(struct tree_maker *maker, unsigned depth)
{
    tree_arg args[2];
    switch (depth == 0 ? random_below(&maker->state, 3) : random_below(&maker->state, 5)) {
    case 0:
        return random_property(maker);
    case 1:
        return geo_cql2_add_integer(
            maker->builder, 0,
            (int64_t)random_bits(&maker->state) >> random_below(&maker->state, 64), NULL);
    case 2:
        return geo_cql2_add_number(maker->builder, 0, random_double(maker), NULL);
    default:
        for (int i = 0; i < 2; i++)
            args[i] = random_number(maker, depth - 1);
        return geo_cql2_add(
            maker->builder,
            (enum geo_cql2_op)(GEO_CQL2_ADD +
                               random_below(&maker->state, GEO_CQL2_POWER - GEO_CQL2_ADD + 1)),
            0, args, 2, NULL);
    }
}

static inline tree_arg random_function(struct tree_maker *maker, unsigned depth)
{
    static const char *const names[] = {"f", "Buffer", "avg", "ns:g.h"};
    const char *name = RANDOM_OF(maker, names);
    tree_arg args[3];
    size_t n = depth == 0 ? 0 : random_below(&maker->state, 4);
    for (size_t i = 0; i < n; i++)
        args[i] = random_any(maker, depth - 1);
    return geo_cql2_add_function(maker->builder, 0, name, strlen(name), args, n, NULL);
}

/* literal: only what may be a pattern */
static inline tree_arg random_text(struct tree_maker *maker, unsigned depth, bool literal)
{
    size_t choice = depth == 0 ? 0 : random_below(&maker->state, 4);
    if (choice == 0)
        return literal || random_below(&maker->state, 2) ? random_text_literal(maker)
                                                         : random_property(maker);
    if (choice == 1 && !literal)
        return random_function(maker, depth - 1);
    tree_arg arg = random_text(maker, depth - 1, literal);
    return geo_cql2_add(maker->builder, choice == 2 ? GEO_CQL2_CASEI : GEO_CQL2_ACCENTI, 0, &arg, 1,
                        NULL);
}

static inline tree_arg random_instant(struct tree_maker *maker)
{
    static const char *const days[] = {"1970-01-01", "0000-01-01", "2020-02-29", "9999-12-31"};
    static const char *const instants[] = {"2020-01-31T12:00:00Z", "1969-12-31T23:59:59.999999999Z",
                                           "2020-01-31T12:00:00.5Z"};
    bool day = random_below(&maker->state, 2);
    const char *text = day ? RANDOM_OF(maker, days) : RANDOM_OF(maker, instants);
    return geo_cql2_add_text(maker->builder, day ? GEO_CQL2_DATE : GEO_CQL2_TIMESTAMP, 0, text,
                             strlen(text), NULL);
}

static inline tree_arg random_time(struct tree_maker *maker, unsigned depth)
{
    tree_arg ends[2];
    size_t choice = random_below(&maker->state, 4);
    if (choice == 0)
        return random_property(maker);
    if (choice == 1)
        return random_instant(maker);
    ends[0] = choice == 2 ? geo_cql2_add_open(maker->builder, 0, NULL) : random_instant(maker);
    ends[1] = choice == 2  ? random_instant(maker)
              : depth == 0 ? random_property(maker)
                           : random_function(maker, depth - 1);
    return geo_cql2_add(maker->builder, GEO_CQL2_INTERVAL, 0, ends, 2, NULL);
}

static inline tree_arg random_scalar(struct tree_maker *maker, unsigned depth)
{
    switch (random_below(&maker->state, 5)) {
    case 0:
        return random_text(maker, depth, false);
    case 1:
        return random_number(maker, depth);
    case 2:
        return random_instant(maker);
    case 3:
        return geo_cql2_add_boolean(maker->builder, 0, random_below(&maker->state, 2), NULL);
    default:
        return random_property(maker);
    }
}

/* Vertices of a part: a point, a line or, closed, a ring. */
static inline void random_part(struct tree_maker *maker, bool point, bool ring)
{
    double first[2] = {random_double(maker), random_double(maker)};
    size_t more = point ? 0 : 1 + ring + random_below(&maker->state, 4);
    geo_cql2_vertex(maker->builder, first[0], first[1], NULL);
    for (size_t i = 0; i < more; i++)
        geo_cql2_vertex(maker->builder, random_double(maker), random_double(maker), NULL);
    if (ring)
        geo_cql2_vertex(maker->builder, first[0], first[1], NULL);
    geo_cql2_end_part(maker->builder, NULL);
}

static inline tree_arg random_shape(struct tree_maker *maker)
{
    enum geo_cql2_shape_type type =
        (enum geo_cql2_shape_type)random_below(&maker->state, GEO_CQL2_MULTIPOLYGON + 1);
    bool polygons = type == GEO_CQL2_POLYGON || type == GEO_CQL2_MULTIPOLYGON;
    bool points = type == GEO_CQL2_POINT || type == GEO_CQL2_MULTIPOINT;
    size_t n = type < GEO_CQL2_MULTIPOINT ? 1 : 1 + random_below(&maker->state, 3);
    for (size_t i = 0; i < n; i++) {
        for (size_t parts = polygons ? 1 + random_below(&maker->state, 3) : 1; parts > 0; parts--)
            random_part(maker, points, polygons);
        if (polygons)
            geo_cql2_end_polygon(maker->builder, NULL);
    }
    return geo_cql2_add_shape(maker->builder, type, 0, NULL);
}

static inline tree_arg random_geometry(struct tree_maker *maker)
{
    struct geo_cql2_box box = {random_double(maker), random_double(maker), random_double(maker),
                               random_double(maker)};
    tree_arg members[3];
    size_t n = 1 + random_below(&maker->state, 3);
    switch (random_below(&maker->state, 4)) {
    case 0:
        return random_property(maker);
    case 1:
        return geo_cql2_add_box(maker->builder, 0, &box, NULL);
    case 2:
        for (size_t i = 0; i < n; i++)
            members[i] = random_shape(maker);
        return geo_cql2_add(maker->builder, GEO_CQL2_COLLECTION, 0, members, n, NULL);
    default:
        return random_shape(maker);
    }
}

static inline tree_arg random_array(struct tree_maker *maker, unsigned depth)
{
    tree_arg args[3];
    size_t n = random_below(&maker->state, 4);
    if (depth == 0)
        return random_property(maker);
    for (size_t i = 0; i < n; i++)
        args[i] = random_any(maker, depth - 1);
    return geo_cql2_add(maker->builder, GEO_CQL2_ARRAY, 0, args, n, NULL);
}

static inline tree_arg random_any(struct tree_maker *maker, unsigned depth)
{
    switch (random_below(&maker->state, 5)) {
    case 0:
        return random_condition(maker, depth);
    case 1:
        return random_time(maker, depth);
    case 2:
        return random_geometry(maker);
    case 3:
        return random_array(maker, depth);
    default:
        return random_scalar(maker, depth);
    }
}

static inline tree_arg random_argument(struct tree_maker *maker, enum geo_cql2_op op, size_t i,
                                       unsigned depth)
{
    if (op <= GEO_CQL2_NOT)
        return random_condition(maker, depth);
    if (op == GEO_CQL2_LIKE)
        return random_text(maker, depth, i == 1);
    if (op == GEO_CQL2_BETWEEN)
        return random_number(maker, depth);
    if (op <= GEO_CQL2_IN)
        return random_scalar(maker, depth);
    if (op == GEO_CQL2_IS_NULL)
        return random_below(&maker->state, 2) ? random_scalar(maker, depth)
                                              : random_condition(maker, depth);
    if (op <= GEO_CQL2_S_CONTAINS)
        return random_geometry(maker);
    return op <= GEO_CQL2_T_STARTS ? random_time(maker, depth) : random_array(maker, depth);
}

static inline tree_arg random_condition(struct tree_maker *maker, unsigned depth)
{
    tree_arg args[4];
    if (depth == 0)
        return random_below(&maker->state, 2)
                   ? random_function(maker, 0)
                   : geo_cql2_add_boolean(maker->builder, 0, random_below(&maker->state, 2), NULL);
    enum geo_cql2_op op = (enum geo_cql2_op)(
        GEO_CQL2_AND + random_below(&maker->state, GEO_CQL2_N_OPS - GEO_CQL2_AND));
    if (random_below(&maker->state, 3) == 0) /* they are few among many */
        op = (enum geo_cql2_op)(GEO_CQL2_AND + random_below(&maker->state, 3));
    bool many = op == GEO_CQL2_AND || op == GEO_CQL2_OR || op == GEO_CQL2_IN;
    size_t n = op == GEO_CQL2_NOT || op == GEO_CQL2_IS_NULL ? 1 : op == GEO_CQL2_BETWEEN ? 3 : 2;
    n += many ? random_below(&maker->state, 3) : 0;
    for (size_t i = 0; i < n; i++)
        args[i] = random_argument(maker, op, i, depth - 1);
    return geo_cql2_add(maker->builder, op, 0, args, n, NULL);
}

/** A tree of any kinds of nodes, owned by the caller. */
static inline struct geo_cql2_tree *random_tree(uint64_t seed, unsigned depth)
{
    struct tree_maker maker = {.builder = geo_cql2_builder_new(NULL), .state = seed};
    return geo_cql2_build(maker.builder, random_condition(&maker, depth), NULL);
}

/* ------------------------------------------------------------------ the standard's examples */

struct cql2_example {
    char name[128], text[2048], json[4096];
};

/** Reads a line without its end. False at the end of the file. */
static inline bool read_line(FILE *file, char *line, size_t size)
{
    if (!fgets(line, (int)size, file))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

/** fixtures/cql2-examples.txt; NULL where it is not. */
static inline FILE *open_examples(void)
{
    const char *root = getenv("AROBASE_SOURCE");
    char path[1024];
    snprintf(path, sizeof path, "%s/fixtures/cql2-examples.txt", root ? root : ".");
    return fopen(path, "r");
}

/** Reads the next example. False when there are no more. */
static inline bool next_example(FILE *file, struct cql2_example *out)
{
    do {
        if (!read_line(file, out->name, sizeof out->name))
            return false;
    } while (out->name[0] == '\0' || out->name[0] == '#');
    return read_line(file, out->text, sizeof out->text) &&
           read_line(file, out->json, sizeof out->json);
}

#endif
