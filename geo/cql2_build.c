#include "geo/cql2_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/array.h"

struct geo_cql2_builder {
    struct geo_cql2_tree *tree; /* owned */
    size_t n_vertices;          /* of all shapes, the one under construction too */
    double *xy;                 /* of the shape under construction, as all below */
    uint32_t *part_ends, *polygon_ends;
    size_t n_numbers, xy_capacity;
    size_t n_parts, parts_capacity;
    size_t n_polygons, polygons_capacity;
    uint8_t depths[GEO_CQL2_MAX_NODES]; /* of each node, 1 for a leaf */
};

struct geo_cql2_builder *geo_cql2_builder_new(struct aro_error *err)
{
    struct geo_cql2_builder *builder = calloc(1, sizeof *builder);
    if (builder)
        builder->tree = calloc(1, sizeof *builder->tree);
    if (!builder || !builder->tree) {
        free(builder);
        aro_error_no_memory(err);
        return NULL;
    }
    return builder;
}

void geo_cql2_builder_free(struct geo_cql2_builder *builder)
{
    if (!builder)
        return;
    geo_cql2_free(builder->tree);
    free(builder->xy);
    free(builder->part_ends);
    free(builder->polygon_ends);
    free(builder);
}

/* Notes how deep a node and all below it are. */
static uint8_t note_depths(struct geo_cql2_builder *builder, const struct geo_cql2_node *node)
{
    uint8_t depth = 0;
    for (size_t i = 0; i < node->n_args; i++) {
        uint8_t below = note_depths(builder, node->args[i]);
        depth = below > depth ? below : depth;
    }
    return builder->depths[node->id] = (uint8_t)(depth + 1);
}

struct geo_cql2_builder *geo_cql2_builder_of(struct geo_cql2_tree *tree, struct aro_error *err)
{
    struct geo_cql2_builder *builder = calloc(1, sizeof *builder);
    if (!builder) {
        geo_cql2_free(tree);
        aro_error_no_memory(err);
        return NULL;
    }
    builder->tree = tree;
    note_depths(builder, tree->root);
    return builder;
}

static struct geo_cql2_node *new_node(struct geo_cql2_builder *builder, enum geo_cql2_op op,
                                      uint32_t character, struct aro_error *err)
{
    struct geo_cql2_tree *tree = builder->tree;
    if (tree->n_nodes == GEO_CQL2_MAX_NODES) {
        geo_cql2_fail(err, ARO_TOO_LARGE, character, "more than %d operators and values",
                      GEO_CQL2_MAX_NODES);
        return NULL;
    }
    struct geo_cql2_node *node = geo_cql2_take(tree, sizeof *node, err);
    if (!node)
        return NULL;
    *node = (struct geo_cql2_node){.op = op, .id = (uint32_t)tree->n_nodes, .character = character};
    builder->depths[tree->n_nodes++] = 1;
    return node;
}

static bool set_text(struct geo_cql2_builder *builder, struct geo_cql2_node *node, const char *text,
                     size_t len, struct aro_error *err)
{
    char *copy = geo_cql2_take(builder->tree, len + 1, err);
    if (!copy)
        return false;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    node->text = copy;
    node->text_len = len;
    return true;
}

/* ------------------------------------------------------------------ nodes without arguments */

static bool no_instant(enum geo_cql2_op op, uint32_t character, const char *text, size_t len,
                       struct aro_error *err)
{
    return geo_cql2_fail(err, ARO_BAD_INPUT, character, "'%.*s' is not a %s: wanted one such as %s",
                         geo_cql2_quote_len(text, len), text,
                         op == GEO_CQL2_DATE ? "day" : "timestamp",
                         op == GEO_CQL2_DATE ? "2020-01-31" : "2020-01-31T12:00:00Z");
}

/* Its year in UTC is one that a text can say. */
static bool of_four_digits(struct geo_instant instant)
{
    const struct geo_instant first = {-62167219200, 0}, end = {253402300800, 0};
    return geo_instant_compare(instant, first) >= 0 && geo_instant_compare(instant, end) < 0;
}

static bool set_instant(struct geo_cql2_node *node, const char *text, size_t len,
                        struct aro_error *err)
{
    int32_t day;
    if (node->op == GEO_CQL2_TIMESTAMP)
        return (geo_instant_parse(text, len, &node->instant) && of_four_digits(node->instant)) ||
               no_instant(node->op, node->character, text, len, err);
    if (!geo_day_parse(text, len, &day))
        return no_instant(node->op, node->character, text, len, err);
    node->instant = geo_day_start(day);
    return true;
}

const struct geo_cql2_node *geo_cql2_add_text(struct geo_cql2_builder *builder, enum geo_cql2_op op,
                                              uint32_t character, const char *text, size_t len,
                                              struct aro_error *err)
{
    if (op == GEO_CQL2_PROPERTY && len == 0) {
        geo_cql2_fail(err, ARO_BAD_INPUT, character, "a property has no name");
        return NULL;
    }
    struct geo_cql2_node *node = new_node(builder, op, character, err);
    bool instant = op == GEO_CQL2_DATE || op == GEO_CQL2_TIMESTAMP;
    if (!node ||
        (instant ? !set_instant(node, text, len, err) : !set_text(builder, node, text, len, err)))
        return NULL;
    return node;
}

const struct geo_cql2_node *geo_cql2_add_integer(struct geo_cql2_builder *builder,
                                                 uint32_t character, int64_t value,
                                                 struct aro_error *err)
{
    struct geo_cql2_node *node = new_node(builder, GEO_CQL2_INTEGER, character, err);
    if (node)
        node->integer = value;
    return node;
}

const struct geo_cql2_node *geo_cql2_add_number(struct geo_cql2_builder *builder,
                                                uint32_t character, double value,
                                                struct aro_error *err)
{
    if (!isfinite(value)) {
        geo_cql2_fail(err, ARO_BAD_INPUT, character, "a number is not finite");
        return NULL;
    }
    struct geo_cql2_node *node = new_node(builder, GEO_CQL2_NUMBER, character, err);
    if (node)
        node->number = value + 0.0; /* -0 is 0: one number has one text */
    return node;
}

const struct geo_cql2_node *geo_cql2_add_boolean(struct geo_cql2_builder *builder,
                                                 uint32_t character, bool value,
                                                 struct aro_error *err)
{
    struct geo_cql2_node *node = new_node(builder, GEO_CQL2_BOOLEAN, character, err);
    if (node)
        node->boolean = value;
    return node;
}

const struct geo_cql2_node *geo_cql2_add_open(struct geo_cql2_builder *builder, uint32_t character,
                                              struct aro_error *err)
{
    return new_node(builder, GEO_CQL2_OPEN, character, err);
}

const struct geo_cql2_node *geo_cql2_add_box(struct geo_cql2_builder *builder, uint32_t character,
                                             const struct geo_cql2_box *box, struct aro_error *err)
{
    if (!isfinite(box->min_x) || !isfinite(box->min_y) || !isfinite(box->max_x) ||
        !isfinite(box->max_y)) {
        geo_cql2_fail(err, ARO_BAD_INPUT, character, "a number of a box is not finite");
        return NULL;
    }
    struct geo_cql2_node *node = new_node(builder, GEO_CQL2_BBOX, character, err);
    if (node)
        node->box = (struct geo_cql2_box){box->min_x + 0.0, box->min_y + 0.0, box->max_x + 0.0,
                                          box->max_y + 0.0};
    return node;
}

/* ------------------------------------------------------------------ shapes */

bool geo_cql2_vertex(struct geo_cql2_builder *builder, double x, double y, struct aro_error *err)
{
    if (!isfinite(x) || !isfinite(y))
        return aro_error_set(err, ARO_BAD_INPUT, "a coordinate is not finite");
    if (builder->n_vertices == GEO_CQL2_MAX_VERTICES)
        return aro_error_set(err, ARO_TOO_LARGE, "geometries of more than %d positions",
                             GEO_CQL2_MAX_VERTICES);
    for (int i = 0; i < 2; i++) {
        double *grown = aro_array_grow(builder->xy, builder->n_numbers, &builder->xy_capacity,
                                       sizeof *grown, err);
        if (!grown)
            return false;
        builder->xy = grown;
        builder->xy[builder->n_numbers++] = (i == 0 ? x : y) + 0.0;
    }
    builder->n_vertices++;
    return true;
}

static bool end_add(uint32_t **ends, size_t *n, size_t *capacity, size_t end, struct aro_error *err)
{
    uint32_t *grown = aro_array_grow(*ends, *n, capacity, sizeof *grown, err);
    if (!grown)
        return false;
    *ends = grown;
    grown[(*n)++] = (uint32_t)end;
    return true;
}

bool geo_cql2_end_part(struct geo_cql2_builder *builder, struct aro_error *err)
{
    return end_add(&builder->part_ends, &builder->n_parts, &builder->parts_capacity,
                   builder->n_numbers / 2, err);
}

bool geo_cql2_end_polygon(struct geo_cql2_builder *builder, struct aro_error *err)
{
    return end_add(&builder->polygon_ends, &builder->n_polygons, &builder->polygons_capacity,
                   builder->n_parts, err);
}

/* What a part of the type holds, and how many parts and polygons there may be. */
static const struct shape_rule {
    const char *part_text;
    size_t min_vertices, max_vertices;
    bool single, rings;
} shape_rules[] = {
    [GEO_CQL2_POINT] = {"a point has one position", 1, 1, true, false},
    [GEO_CQL2_LINESTRING] = {"a line needs two positions or more", 2, SIZE_MAX, true, false},
    [GEO_CQL2_POLYGON] = {"a ring needs four positions or more", 4, SIZE_MAX, true, true},
    [GEO_CQL2_MULTIPOINT] = {"a point has one position", 1, 1, false, false},
    [GEO_CQL2_MULTILINESTRING] = {"a line needs two positions or more", 2, SIZE_MAX, false, false},
    [GEO_CQL2_MULTIPOLYGON] = {"a ring needs four positions or more", 4, SIZE_MAX, false, true},
};

/* NULL for a shape that is as it must be, else what is wrong. */
static const char *shape_flaw(const struct geo_cql2_builder *builder, enum geo_cql2_shape_type type)
{
    const struct shape_rule *rule = &shape_rules[type];
    for (size_t i = 0, first = 0; i < builder->n_parts; i++) {
        size_t end = builder->part_ends[i];
        if (end - first < rule->min_vertices || end - first > rule->max_vertices)
            return rule->part_text;
        const double *a = builder->xy + 2 * first, *b = builder->xy + 2 * (end - 1);
        if (rule->rings && (a[0] != b[0] || a[1] != b[1]))
            return "a ring does not end where it begins";
        first = end;
    }
    for (size_t i = 0, first = 0; i < builder->n_polygons; i++) {
        if (builder->polygon_ends[i] == first)
            return "a polygon needs a ring";
        first = builder->polygon_ends[i];
    }
    size_t n = rule->rings ? builder->n_polygons : builder->n_parts;
    return n == 0 || (rule->single && n > 1) ? "it needs a position" : NULL;
}

const struct geo_cql2_node *geo_cql2_add_shape(struct geo_cql2_builder *builder,
                                               enum geo_cql2_shape_type type, uint32_t character,
                                               struct aro_error *err)
{
    struct geo_cql2_tree *tree = builder->tree;
    const char *flaw = shape_flaw(builder, type);
    if (flaw) {
        geo_cql2_fail(err, ARO_BAD_INPUT, character, "this %s is not one: %s",
                      geo_cql2_shape_name(type), flaw);
        return NULL;
    }
    struct geo_cql2_node *node = new_node(builder, GEO_CQL2_SHAPE, character, err);
    if (!node)
        return NULL;
    struct geo_cql2_shape *shape = &node->shape;
    *shape = (struct geo_cql2_shape){.type = type,
                                     .n_vertices = builder->n_numbers / 2,
                                     .n_parts = builder->n_parts,
                                     .n_polygons = builder->n_polygons};
    shape->xy = geo_cql2_keep(tree, builder->xy, builder->n_numbers * sizeof *shape->xy, err);
    shape->part_ends =
        geo_cql2_keep(tree, builder->part_ends, builder->n_parts * sizeof *shape->part_ends, err);
    if (builder->n_polygons > 0)
        shape->polygon_ends = geo_cql2_keep(tree, builder->polygon_ends,
                                            builder->n_polygons * sizeof *shape->polygon_ends, err);
    if (!shape->xy || !shape->part_ends || (builder->n_polygons > 0 && !shape->polygon_ends))
        return NULL;
    builder->n_numbers = builder->n_parts = builder->n_polygons = 0;
    return node;
}

/* ------------------------------------------------------------------ nodes with arguments */

/* What a message calls the operator. */
static const char *said_name(enum geo_cql2_op op)
{
    return op == GEO_CQL2_INTERVAL     ? "interval"
           : op == GEO_CQL2_COLLECTION ? GEO_CQL2_COLLECTION_NAME
           : op == GEO_CQL2_ARRAY      ? "array"
           : op == GEO_CQL2_FUNCTION   ? "function"
                                       : geo_cql2_op_name(op);
}

static bool is_pattern(const struct geo_cql2_node *node)
{
    while (node->op == GEO_CQL2_CASEI || node->op == GEO_CQL2_ACCENTI)
        node = node->args[0];
    return node->op == GEO_CQL2_TEXT;
}

static bool ends_before_it_begins(const struct geo_cql2_node *const *ends)
{
    if (!(geo_cql2_rules[ends[0]->op].kind & geo_cql2_rules[ends[1]->op].kind &
          GEO_CQL2_IS_INSTANT))
        return false;
    struct geo_instant end = ends[1]->instant;
    if (ends[1]->op == GEO_CQL2_DATE)
        end.seconds += GEO_DAY_SECONDS - 1; /* a day ends with its last second */
    return geo_instant_compare(ends[0]->instant, end) > 0;
}

static bool check_args(enum geo_cql2_op op, uint32_t character,
                       const struct geo_cql2_node *const *args, size_t n_args,
                       struct aro_error *err)
{
    const struct geo_cql2_rule *rule = &geo_cql2_rules[op];
    if (n_args < rule->min_args || n_args > rule->max_args)
        return geo_cql2_fail(err, ARO_BAD_INPUT, character, "'%s' takes %u argument%s%s, not %zu",
                             said_name(op), rule->min_args, rule->min_args == 1 ? "" : "s",
                             rule->max_args > rule->min_args ? " or more" : "", n_args);
    for (size_t i = 0; i < n_args; i++)
        if (!(geo_cql2_rules[args[i]->op].kind & rule->takes))
            return geo_cql2_fail(err, ARO_BAD_INPUT, args[i]->character, "'%s' takes %s, not %s",
                                 said_name(op), rule->takes_text, geo_cql2_kind_text(args[i]->op));
    if (op == GEO_CQL2_LIKE && !is_pattern(args[1]))
        return geo_cql2_fail(err, ARO_BAD_INPUT, args[1]->character,
                             "the pattern of 'like' is a text, perhaps in CASEI or ACCENTI, "
                             "not %s",
                             geo_cql2_kind_text(args[1]->op));
    if (op == GEO_CQL2_INTERVAL && ends_before_it_begins(args))
        return geo_cql2_fail(err, ARO_BAD_INPUT, character, "the interval ends before it begins");
    return true;
}

static struct geo_cql2_node *add_parent(struct geo_cql2_builder *builder, enum geo_cql2_op op,
                                        uint32_t character, const struct geo_cql2_node *const *args,
                                        size_t n_args, struct aro_error *err)
{
    uint8_t depth = 0;
    if (!check_args(op, character, args, n_args, err))
        return NULL;
    for (size_t i = 0; i < n_args; i++)
        if (builder->depths[args[i]->id] > depth)
            depth = builder->depths[args[i]->id];
    if (depth == GEO_CQL2_MAX_DEPTH) {
        geo_cql2_fail(err, ARO_TOO_LARGE, character, "nested deeper than %d", GEO_CQL2_MAX_DEPTH);
        return NULL;
    }
    struct geo_cql2_node *node = new_node(builder, op, character, err);
    if (!node)
        return NULL;
    builder->depths[node->id] = (uint8_t)(depth + 1);
    node->n_args = (uint32_t)n_args;
    if (n_args == 0)
        return node;
    node->args = geo_cql2_keep(builder->tree, args, n_args * sizeof *args, err);
    return node->args ? node : NULL;
}

const struct geo_cql2_node *geo_cql2_add(struct geo_cql2_builder *builder, enum geo_cql2_op op,
                                         uint32_t character,
                                         const struct geo_cql2_node *const *args, size_t n_args,
                                         struct aro_error *err)
{
    return add_parent(builder, op, character, args, n_args, err);
}

const struct geo_cql2_node *geo_cql2_add_function(struct geo_cql2_builder *builder,
                                                  uint32_t character, const char *name, size_t len,
                                                  const struct geo_cql2_node *const *args,
                                                  size_t n_args, struct aro_error *err)
{
    if (len == 0 || geo_cql2_identifier_len(name, len) != len || geo_cql2_is_keyword(name, len)) {
        geo_cql2_fail(err, ARO_BAD_INPUT, character, "'%.*s' cannot be the name of a function",
                      geo_cql2_quote_len(name, len), name);
        return NULL;
    }
    struct geo_cql2_node *node = (struct geo_cql2_node *)add_parent(builder, GEO_CQL2_FUNCTION,
                                                                    character, args, n_args, err);
    return node && set_text(builder, node, name, len, err) ? node : NULL;
}

struct geo_cql2_tree *geo_cql2_build(struct geo_cql2_builder *builder,
                                     const struct geo_cql2_node *root, struct aro_error *err)
{
    struct geo_cql2_tree *tree = NULL;
    if (geo_cql2_is_condition(root)) {
        tree = builder->tree;
        tree->root = root;
        builder->tree = NULL;
    } else {
        geo_cql2_fail(err, ARO_BAD_INPUT, root->character,
                      "a filter is a condition, which is true or false; this is %s",
                      geo_cql2_kind_text(root->op));
    }
    geo_cql2_builder_free(builder);
    return tree;
}
