#include "geo/cql2_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/cql2_function.h"
#include "geo/spelling.h"

enum { MAX_ARRAY_DEPTH = 3, WHAT_BYTES = 96 };

struct checking {
    const struct geo_cql2_tree *tree;
    const struct geo_cql2_property *properties;
    size_t n;
    struct geo_cql2_fact *facts;
};

static const char *const type_names[GEO_CQL2_N_TYPES] = {
    [GEO_CQL2_IS_BOOLEAN] = "a condition",
    [GEO_CQL2_IS_NUMBER] = "a number",
    [GEO_CQL2_IS_TEXT] = "a text",
    [GEO_CQL2_IS_DATE] = "a date",
    [GEO_CQL2_IS_TIMESTAMP] = "a timestamp",
    [GEO_CQL2_IS_INTERVAL] = "an interval",
    [GEO_CQL2_IS_ARRAY] = "a list",
    [GEO_CQL2_IS_GEOMETRY] = "a geometry",
    [GEO_CQL2_IS_OTHER] = "a value of its own",
};

const char *geo_cql2_type_name(enum geo_cql2_type type)
{
    return type_names[type];
}

static enum geo_cql2_type type_of(const struct checking *checking, const struct geo_cql2_node *node)
{
    return checking->facts[node->id].type;
}

/* ------------------------------------------------------------------ messages */

static bool refuse(const struct checking *checking, const struct geo_cql2_node *node,
                   struct aro_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool refuse(const struct checking *checking, const struct geo_cql2_node *node,
                   struct aro_error *err, const char *format, ...)
{
    char place[GEO_CQL2_PLACE_BYTES], why[384];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    geo_cql2_place(checking->tree, node, place);
    return aro_error_set(err, ARO_BAD_INPUT, "%s, %s", place, why);
}

/* "'niveau' (a number)", "year() (a number)", "a text". */
static const char *describe(const struct checking *checking, const struct geo_cql2_node *node,
                            char out_what[WHAT_BYTES])
{
    const char *type = type_names[type_of(checking, node)];
    if (node->op == GEO_CQL2_PROPERTY)
        snprintf(out_what, WHAT_BYTES, "'%.60s' (%s)", node->text, type);
    else if (node->op == GEO_CQL2_FUNCTION)
        snprintf(out_what, WHAT_BYTES, "%.60s() (%s)", node->text, type);
    else
        snprintf(out_what, WHAT_BYTES, "%s", type);
    return out_what;
}

static bool refuse_type(const struct checking *checking, const struct geo_cql2_node *node,
                        const char *where, const char *wanted, struct aro_error *err)
{
    char what[WHAT_BYTES];
    return refuse(checking, node, err, "%s cannot stand %s: wanted %s",
                  describe(checking, node, what), where, wanted);
}

/* ------------------------------------------------------------------ names */

/* The nearest name, or all of them. */
static bool refuse_name(const struct checking *checking, const struct geo_cql2_node *node,
                        const char *kind, const char *const *names, size_t n, struct aro_error *err)
{
    const char *nearest = geo_spelling_nearest(node->text, names, n);
    if (nearest)
        return refuse(checking, node, err, "unknown %s '%.64s': did you mean '%s'?", kind,
                      node->text, nearest);
    struct aro_buffer list = {0};
    for (size_t i = 0; i < n; i++)
        aro_buffer_printf(&list, "%s%s", i ? ", " : "", names[i]);
    refuse(checking, node, err, "unknown %s '%.64s': wanted one of %.*s", kind, node->text,
           (int)list.len, list.len ? list.data : "");
    aro_buffer_clear(&list);
    return false;
}

static bool refuse_property(const struct checking *checking, const struct geo_cql2_node *node,
                            struct aro_error *err)
{
    const char **names = calloc(checking->n + 1, sizeof *names);
    if (!names)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < checking->n; i++)
        names[i] = checking->properties[i].name;
    refuse_name(checking, node, "property", names, checking->n, err);
    free(names);
    return false;
}

static bool refuse_function(const struct checking *checking, const struct geo_cql2_node *node,
                            struct aro_error *err)
{
    const char **names = calloc(geo_cql2_n_functions, sizeof *names);
    if (!names)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < geo_cql2_n_functions; i++)
        names[i] = geo_cql2_functions[i].name;
    refuse_name(checking, node, "function", names, geo_cql2_n_functions, err);
    free(names);
    return false;
}

static bool check_property(struct checking *checking, const struct geo_cql2_node *node,
                           struct aro_error *err)
{
    for (size_t i = 0; i < checking->n; i++) {
        if (strcmp(checking->properties[i].name, node->text) != 0)
            continue;
        checking->facts[node->id] =
            (struct geo_cql2_fact){checking->properties[i].type, (uint32_t)i};
        return true;
    }
    return refuse_property(checking, node, err);
}

static bool check_function(struct checking *checking, const struct geo_cql2_node *node,
                           struct aro_error *err)
{
    size_t number = geo_cql2_function_find(node->text, node->text_len);
    const struct geo_cql2_function *function = &geo_cql2_functions[number];
    char what[WHAT_BYTES];
    if (number == geo_cql2_n_functions)
        return refuse_function(checking, node, err);
    if (node->n_args != function->n_args)
        return refuse(checking, node, err, "%s() has %u arguments: wanted %u", function->name,
                      node->n_args, function->n_args);
    for (uint32_t i = 0; i < node->n_args; i++) {
        const struct geo_cql2_node *arg = node->args[i];
        bool takes = function->args[i].types & GEO_CQL2_TYPE_BIT(type_of(checking, arg));
        bool is_point = arg->op != GEO_CQL2_SHAPE || arg->shape.type == GEO_CQL2_POINT;
        if (!takes || arg->op == GEO_CQL2_BBOX || arg->op == GEO_CQL2_COLLECTION || !is_point)
            return refuse(checking, arg, err, "%s cannot be given to %s(): wanted a %s",
                          describe(checking, arg, what), function->name, function->args[i].title);
    }
    checking->facts[node->id] = (struct geo_cql2_fact){function->returns, (uint32_t)number};
    return true;
}

/* ------------------------------------------------------------------ operators */

static bool is_instant(enum geo_cql2_type type)
{
    return type == GEO_CQL2_IS_DATE || type == GEO_CQL2_IS_TIMESTAMP;
}

static bool is_scalar(enum geo_cql2_type type)
{
    return type == GEO_CQL2_IS_NUMBER || type == GEO_CQL2_IS_TEXT || type == GEO_CQL2_IS_BOOLEAN ||
           is_instant(type);
}

/* Every argument compared with the first. */
static bool check_compared(const struct checking *checking, const struct geo_cql2_node *node,
                           bool in_order, struct aro_error *err)
{
    enum geo_cql2_type type = type_of(checking, node->args[0]);
    char what[WHAT_BYTES], with[WHAT_BYTES];
    if (!is_scalar(type))
        return refuse_type(checking, node->args[0], "in a comparison",
                           "a text, a number, a date or a timestamp", err);
    if (in_order && type == GEO_CQL2_IS_BOOLEAN)
        return refuse(checking, node, err, "conditions have no order: wanted = or <>");
    for (uint32_t i = 1; i < node->n_args; i++) {
        enum geo_cql2_type other = type_of(checking, node->args[i]);
        if (other == type || (is_instant(other) && is_instant(type)))
            continue;
        return refuse(checking, node->args[i], err, "%s cannot be compared with %s",
                      describe(checking, node->args[i], what),
                      describe(checking, node->args[0], with));
    }
    return true;
}

static bool check_all(const struct checking *checking, const struct geo_cql2_node *node,
                      enum geo_cql2_type type, const char *where, struct aro_error *err)
{
    for (uint32_t i = 0; i < node->n_args; i++)
        if (type_of(checking, node->args[i]) != type)
            return refuse_type(checking, node->args[i], where, type_names[type], err);
    return true;
}

static bool takes_intervals_only(enum geo_cql2_op op)
{
    return op != GEO_CQL2_T_AFTER && op != GEO_CQL2_T_BEFORE && op != GEO_CQL2_T_DISJOINT &&
           op != GEO_CQL2_T_EQUALS && op != GEO_CQL2_T_INTERSECTS;
}

static bool check_times(const struct checking *checking, const struct geo_cql2_node *node,
                        struct aro_error *err)
{
    for (uint32_t i = 0; i < node->n_args; i++) {
        enum geo_cql2_type type = type_of(checking, node->args[i]);
        if (takes_intervals_only(node->op) && is_instant(type))
            return refuse_type(checking, node->args[i], "here, where two intervals are compared",
                               "INTERVAL(…), or T_AFTER, T_BEFORE, T_DISJOINT, T_EQUALS or "
                               "T_INTERSECTS instead",
                               err);
        if (type != GEO_CQL2_IS_INTERVAL && !is_instant(type))
            return refuse_type(checking, node->args[i], "in a comparison of times",
                               "a date, a timestamp or an interval", err);
    }
    return true;
}

static bool check_ends(const struct checking *checking, const struct geo_cql2_node *node,
                       struct aro_error *err)
{
    for (uint32_t i = 0; i < node->n_args; i++)
        if (node->args[i]->op != GEO_CQL2_OPEN && !is_instant(type_of(checking, node->args[i])))
            return refuse_type(checking, node->args[i], "at the end of an interval",
                               "a date or a timestamp", err);
    return true;
}

/* Texts only where the other one is a property: those are all it holds. */
static bool check_arrays(const struct checking *checking, const struct geo_cql2_node *node,
                         struct aro_error *err)
{
    if (!check_all(checking, node, GEO_CQL2_IS_ARRAY, "in a comparison of lists", err))
        return false;
    for (uint32_t i = 0; i < node->n_args; i++) {
        const struct geo_cql2_node *array = node->args[i], *other = node->args[1 - i];
        for (uint32_t j = 0; j < array->n_args && other->op == GEO_CQL2_PROPERTY; j++)
            if (type_of(checking, array->args[j]) != GEO_CQL2_IS_TEXT)
                return refuse(checking, array->args[j], err,
                              "%s is not among the texts that '%.60s' has: wanted a text",
                              type_names[type_of(checking, array->args[j])], other->text);
    }
    return true;
}

static int array_depth(const struct geo_cql2_node *node)
{
    int deepest = 0;
    for (uint32_t i = 0; node->op == GEO_CQL2_ARRAY && i < node->n_args; i++) {
        int depth = array_depth(node->args[i]);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (node->op == GEO_CQL2_ARRAY);
}

static bool check_items(const struct checking *checking, const struct geo_cql2_node *node,
                        struct aro_error *err)
{
    for (uint32_t i = 0; i < node->n_args; i++) {
        enum geo_cql2_type type = type_of(checking, node->args[i]);
        if (type == GEO_CQL2_IS_GEOMETRY || type == GEO_CQL2_IS_OTHER)
            return refuse_type(checking, node->args[i], "in a list",
                               "texts, numbers, dates, timestamps, intervals or lists", err);
    }
    if (array_depth(node) > MAX_ARRAY_DEPTH)
        return refuse(checking, node, err, "lists lie in lists more than %d deep", MAX_ARRAY_DEPTH);
    return true;
}

/* What the operator gives, its arguments being what they should be. */
static enum geo_cql2_type result_of(const struct geo_cql2_node *node)
{
    switch (node->op) {
    case GEO_CQL2_TEXT:
    case GEO_CQL2_CASEI:
    case GEO_CQL2_ACCENTI:
        return GEO_CQL2_IS_TEXT;
    case GEO_CQL2_INTEGER:
    case GEO_CQL2_NUMBER:
        return GEO_CQL2_IS_NUMBER;
    case GEO_CQL2_DATE:
        return GEO_CQL2_IS_DATE;
    case GEO_CQL2_TIMESTAMP:
        return GEO_CQL2_IS_TIMESTAMP;
    case GEO_CQL2_SHAPE:
    case GEO_CQL2_BBOX:
    case GEO_CQL2_COLLECTION:
        return GEO_CQL2_IS_GEOMETRY;
    case GEO_CQL2_INTERVAL:
        return GEO_CQL2_IS_INTERVAL;
    case GEO_CQL2_ARRAY:
        return GEO_CQL2_IS_ARRAY;
    case GEO_CQL2_OPEN: /* of no type: an end of an interval and nothing else */
        return GEO_CQL2_IS_OTHER;
    default:
        return node->op >= GEO_CQL2_ADD && node->op <= GEO_CQL2_POWER ? GEO_CQL2_IS_NUMBER
                                                                      : GEO_CQL2_IS_BOOLEAN;
    }
}

static bool check_arguments(const struct checking *checking, const struct geo_cql2_node *node,
                            struct aro_error *err)
{
    enum geo_cql2_op op = node->op;
    if (op == GEO_CQL2_INTERVAL)
        return check_ends(checking, node, err);
    if (op == GEO_CQL2_ARRAY)
        return check_items(checking, node, err);
    if (op == GEO_CQL2_CASEI || op == GEO_CQL2_ACCENTI || op == GEO_CQL2_LIKE)
        return check_all(checking, node, GEO_CQL2_IS_TEXT, "here", err);
    if (op >= GEO_CQL2_ADD && op <= GEO_CQL2_POWER)
        return check_all(checking, node, GEO_CQL2_IS_NUMBER, "in a calculation", err);
    if (op >= GEO_CQL2_AND && op <= GEO_CQL2_NOT)
        return check_all(checking, node, GEO_CQL2_IS_BOOLEAN, "by itself", err);
    if (op == GEO_CQL2_EQUAL || op == GEO_CQL2_NOT_EQUAL || op == GEO_CQL2_IN)
        return check_compared(checking, node, false, err);
    if ((op >= GEO_CQL2_LESS && op <= GEO_CQL2_GREATER_OR_EQUAL) || op == GEO_CQL2_BETWEEN)
        return check_compared(checking, node, true, err);
    if (op >= GEO_CQL2_S_INTERSECTS && op <= GEO_CQL2_S_CONTAINS)
        return check_all(checking, node, GEO_CQL2_IS_GEOMETRY, "in a comparison of places", err);
    if (op >= GEO_CQL2_T_AFTER && op <= GEO_CQL2_T_STARTS)
        return check_times(checking, node, err);
    if (op >= GEO_CQL2_A_EQUALS && op <= GEO_CQL2_A_OVERLAPS)
        return check_arrays(checking, node, err);
    return true;
}

/* Arguments first; no deeper than GEO_CQL2_MAX_DEPTH. */
static bool check_node(struct checking *checking, const struct geo_cql2_node *node,
                       struct aro_error *err)
{
    for (uint32_t i = 0; i < node->n_args; i++)
        if (!check_node(checking, node->args[i], err))
            return false;
    if (node->op == GEO_CQL2_PROPERTY)
        return check_property(checking, node, err);
    if (node->op == GEO_CQL2_FUNCTION)
        return check_function(checking, node, err);
    checking->facts[node->id].type = result_of(node);
    return check_arguments(checking, node, err);
}

bool geo_cql2_check(const struct geo_cql2_tree *tree, const struct geo_cql2_property *properties,
                    size_t n, struct geo_cql2_fact **out_facts, struct aro_error *err)
{
    const struct geo_cql2_node *root = geo_cql2_root(tree);
    struct checking checking = {tree, properties, n,
                                calloc(geo_cql2_n_nodes(tree), sizeof *checking.facts)};
    bool ok = checking.facts || aro_error_no_memory(err);
    ok = ok && check_node(&checking, root, err);
    if (ok && type_of(&checking, root) != GEO_CQL2_IS_BOOLEAN)
        ok = refuse_type(&checking, root, "by itself", "a condition", err);
    if (!ok) {
        free(checking.facts);
        return false;
    }
    *out_facts = checking.facts;
    return true;
}
