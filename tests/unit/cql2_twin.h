/*
 * The slow twin of the evaluation of filter expressions: one node at one row at a time, by the
 * letter of the standard, sharing nothing with it but the tree. It knows the alphabet of
 * table_texts, arrays of texts and numbers, and places on a grid.
 */
#ifndef ARO_TESTS_CQL2_TWIN_H
#define ARO_TESTS_CQL2_TWIN_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/cql2_table.h"

enum { TWIN_ITEMS = 8, TWIN_TEXT = 64 };

enum twin_kind { TWIN_NUMBER, TWIN_TEXT_OF, TWIN_TIME, TWIN_ITEMS_OF, TWIN_PLACE, TWIN_TRUTH };

struct twin {
    enum twin_kind kind;
    bool null;
    double number;
    char text[TWIN_TEXT];
    /* Half seconds since 1970; an instant is an interval without length. */
    double start, end;
    bool by_day;
    int n_items;
    char items[TWIN_ITEMS][TWIN_TEXT];
    const struct geo_cql2_node *shape; /* NULL: at x, y */
    double x, y;
};

/* 1, 0, or -1 for unknown. */
static int twin_truth(const struct geo_cql2_node *node, const struct table *table, size_t row);
static struct twin twin_value(const struct geo_cql2_node *node, const struct table *table,
                              size_t row);

/* ---- Texts ---- */

static inline void twin_change(char *text, bool case_only)
{
    char out[TWIN_TEXT], *at = out;
    for (const char *c = text; *c; c++) {
        bool accent = (unsigned char)c[0] == 0xC3;
        bool capital = accent ? (unsigned char)c[1] == 0x89 : *c >= 'A' && *c <= 'Z';
        if (accent && case_only) {
            *at++ = *c++;
            *at++ = (char)0xA9;
        } else if (accent) {
            *at++ = capital ? 'E' : 'e';
            c++;
        } else {
            *at++ = case_only && capital ? (char)(*c + 32) : *c;
        }
    }
    *at = '\0';
    strcpy(text, out);
}

static inline size_t twin_step(const char *text)
{
    return (unsigned char)*text == 0xC3 ? 2 : 1;
}

static bool twin_like(const char *pattern, const char *text)
{
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '%')
        return twin_like(pattern + 1, text) ||
               (*text && twin_like(pattern, text + twin_step(text)));
    if (*text == '\0')
        return false;
    if (*pattern == '_')
        return twin_like(pattern + 1, text + twin_step(text));
    if (*pattern == '\\' && pattern[1])
        pattern++;
    return *pattern == *text && twin_like(pattern + 1, text + 1);
}

/* ---- Places ---- */

static inline int twin_side(const double *a, const double *b, double x, double y)
{
    double cross = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
    return (cross > 0) - (cross < 0);
}

static inline bool twin_on_segment(const double *a, const double *b, double x, double y)
{
    return twin_side(a, b, x, y) == 0 && x >= fmin(a[0], b[0]) && x <= fmax(a[0], b[0]) &&
           y >= fmin(a[1], b[1]) && y <= fmax(a[1], b[1]);
}

/* 0 outside, 1 on the border, 2 inside. */
static inline int twin_where(const struct geo_cql2_node *node, double x, double y)
{
    int crossings = 0;
    if (node->op == GEO_CQL2_BBOX) {
        const struct geo_cql2_box *box = &node->box;
        if (x < box->min_x || x > box->max_x || y < box->min_y || y > box->max_y)
            return 0;
        return x > box->min_x && x < box->max_x && y > box->min_y && y < box->max_y ? 2 : 1;
    }
    const struct geo_cql2_shape *shape = &node->shape;
    if (shape->type == GEO_CQL2_POINT || shape->type == GEO_CQL2_MULTIPOINT) {
        for (size_t i = 0; i < shape->n_vertices; i++)
            if (shape->xy[2 * i] == x && shape->xy[2 * i + 1] == y)
                return 2;
        return 0;
    }
    for (size_t i = 0; i + 1 < shape->n_vertices; i++) {
        const double *a = shape->xy + 2 * i, *b = a + 2;
        bool at_end = (a[0] == x && a[1] == y) || (b[0] == x && b[1] == y);
        if (twin_on_segment(a, b, x, y))
            return shape->type == GEO_CQL2_LINESTRING && !at_end ? 2 : 1;
        bool above_a = a[1] > y, above_b = b[1] > y;
        if (above_a != above_b && twin_side(a, b, x, y) == (above_b ? 1 : -1))
            crossings++;
    }
    return shape->type == GEO_CQL2_POLYGON && crossings % 2 ? 2 : 0;
}

static inline bool twin_is_one_point(const struct geo_cql2_node *node)
{
    return node->op == GEO_CQL2_SHAPE && node->shape.type <= GEO_CQL2_MULTIPOINT &&
           node->shape.type != GEO_CQL2_LINESTRING && node->shape.type != GEO_CQL2_POLYGON &&
           node->shape.n_vertices == 1;
}

static inline bool twin_relates(enum geo_cql2_op op, const struct twin *a, const struct twin *b)
{
    const struct twin *point = a->shape ? b : a, *other = a->shape ? a : b;
    if (a->shape && op == GEO_CQL2_S_WITHIN)
        op = GEO_CQL2_S_CONTAINS;
    else if (a->shape && op == GEO_CQL2_S_CONTAINS)
        op = GEO_CQL2_S_WITHIN;
    int where = twin_where(other->shape, point->x, point->y);
    switch (op) {
    case GEO_CQL2_S_INTERSECTS:
        return where > 0;
    case GEO_CQL2_S_DISJOINT:
        return where == 0;
    case GEO_CQL2_S_TOUCHES:
        return where == 1;
    case GEO_CQL2_S_WITHIN:
        return where == 2;
    case GEO_CQL2_S_EQUALS:
    case GEO_CQL2_S_CONTAINS:
        return where == 2 && twin_is_one_point(other->shape);
    default: /* a point neither overlaps nor crosses */
        return false;
    }
}

/* ---- Times ---- */

static inline double twin_day(double half_seconds)
{
    return floor(half_seconds / 172800);
}

static inline int twin_sign(double a, double b, bool by_day)
{
    if (by_day && isfinite(a) && isfinite(b)) {
        a = twin_day(a);
        b = twin_day(b);
    }
    return (a > b) - (a < b);
}

static inline int twin_times(enum geo_cql2_op op, const struct twin *a, const struct twin *b)
{
    bool by_day = a->by_day || b->by_day;
    if (twin_sign(a->start, a->end, a->by_day) > 0 || twin_sign(b->start, b->end, b->by_day) > 0)
        return -1;
    int ss = twin_sign(a->start, b->start, by_day), ee = twin_sign(a->end, b->end, by_day);
    int es = twin_sign(a->end, b->start, by_day), se = twin_sign(a->start, b->end, by_day);
    switch (op) {
    case GEO_CQL2_T_AFTER:
        return se > 0;
    case GEO_CQL2_T_BEFORE:
        return es < 0;
    case GEO_CQL2_T_DISJOINT:
        return se > 0 || es < 0;
    case GEO_CQL2_T_INTERSECTS:
        return !(se > 0 || es < 0);
    case GEO_CQL2_T_EQUALS:
        return ss == 0 && ee == 0;
    case GEO_CQL2_T_CONTAINS:
        return ss < 0 && ee > 0;
    case GEO_CQL2_T_DURING:
        return ss > 0 && ee < 0;
    case GEO_CQL2_T_FINISHED_BY:
        return ss < 0 && ee == 0;
    case GEO_CQL2_T_FINISHES:
        return ss > 0 && ee == 0;
    case GEO_CQL2_T_MEETS:
        return es == 0;
    case GEO_CQL2_T_MET_BY:
        return se == 0;
    case GEO_CQL2_T_OVERLAPPED_BY:
        return ss > 0 && se < 0 && ee > 0;
    case GEO_CQL2_T_OVERLAPS:
        return ss < 0 && es > 0 && ee < 0;
    case GEO_CQL2_T_STARTED_BY:
        return ss == 0 && ee > 0;
    default: /* GEO_CQL2_T_STARTS */
        return ss == 0 && ee < 0;
    }
}

/* ---- Lists ---- */

static inline bool twin_in(const struct twin *list, const char *item)
{
    for (int i = 0; i < list->n_items; i++)
        if (strcmp(list->items[i], item) == 0)
            return true;
    return false;
}

static inline bool twin_all_in(const struct twin *items, const struct twin *list)
{
    for (int i = 0; i < items->n_items; i++)
        if (!twin_in(list, items->items[i]))
            return false;
    return true;
}

static inline bool twin_lists(enum geo_cql2_op op, const struct twin *a, const struct twin *b)
{
    bool any = false;
    for (int i = 0; i < a->n_items; i++)
        any |= twin_in(b, a->items[i]);
    return op == GEO_CQL2_A_EQUALS         ? twin_all_in(a, b) && twin_all_in(b, a)
           : op == GEO_CQL2_A_CONTAINS     ? twin_all_in(b, a)
           : op == GEO_CQL2_A_CONTAINED_BY ? twin_all_in(a, b)
                                           : any;
}

/* ---- Values ---- */

static inline double twin_half_seconds(struct geo_instant instant)
{
    return (double)instant.seconds * 2 + (instant.nanos ? 1 : 0);
}

static inline struct twin twin_time(double half_seconds, bool by_day)
{
    return (struct twin){
        .kind = TWIN_TIME, .start = half_seconds, .end = half_seconds, .by_day = by_day};
}

static inline struct twin twin_property(const char *name, const struct table *table, size_t at)
{
    const struct table_row *row = &table->rows[at];
    struct twin twin = {.null = true};
    if (strcmp(name, "niveau") == 0 || strcmp(name, "prix") == 0) {
        double number = *name == 'n' ? row->niveau : row->prix;
        twin = (struct twin){.kind = TWIN_NUMBER, .null = isnan(number), .number = number};
    } else if (strcmp(name, "date") == 0) {
        twin = twin_time((double)row->day * 172800, true);
        twin.null = row->day < 0;
    } else if (strcmp(name, "vu") == 0) {
        twin = twin_time(twin_half_seconds(row->vu), false);
        twin.null = !row->has_vu;
    } else if (strcmp(name, "nom") == 0 || strcmp(name, "titre") == 0) {
        const char *text = *name == 't' ? row->titre : row->nom < 0 ? NULL : table_texts[row->nom];
        twin = (struct twin){.kind = TWIN_TEXT_OF, .null = !text};
        strcpy(twin.text, text ? text : "");
    } else if (strcmp(name, "themes") == 0 || strcmp(name, "tags") == 0) {
        bool themes = name[1] == 'h';
        twin = (struct twin){.kind = TWIN_ITEMS_OF, .null = !themes && row->n_tags < 0};
        for (int i = 0; i < (themes ? 4 : row->n_tags); i++)
            if (!themes || (row->themes >> i & 1))
                snprintf(twin.items[twin.n_items++], TWIN_TEXT, "t%s",
                         themes ? table_themes[i] : row->tags[i]);
    } else if (strcmp(name, "ouvert") == 0) {
        twin = (struct twin){.kind = TWIN_TRUTH, .null = row->ouvert < 0, .number = row->ouvert};
    } else if (strcmp(name, "geometry") == 0) {
        twin = (struct twin){.kind = TWIN_PLACE,
                             .null = at >= table->n_placed,
                             .x = row->place.lon_e7 / 1e7,
                             .y = row->place.lat_e7 / 1e7};
    } else { /* autre */
        twin.null = at % 2 == 0;
    }
    return twin;
}

static inline struct twin twin_calculated(const struct geo_cql2_node *node,
                                          const struct table *table, size_t row)
{
    struct twin a = twin_value(node->args[0], table, row);
    struct twin b = twin_value(node->args[1], table, row);
    double result = node->op == GEO_CQL2_ADD        ? a.number + b.number
                    : node->op == GEO_CQL2_SUBTRACT ? a.number - b.number
                    : node->op == GEO_CQL2_MULTIPLY ? a.number * b.number
                    : node->op == GEO_CQL2_POWER    ? pow(a.number, b.number)
                    : b.number == 0                 ? NAN
                    : node->op == GEO_CQL2_DIVIDE   ? a.number / b.number
                    : node->op == GEO_CQL2_MODULO   ? fmod(a.number, b.number)
                                                    : trunc(a.number / b.number);
    return (struct twin){
        .kind = TWIN_NUMBER, .null = a.null || b.null || !isfinite(result), .number = result};
}

static inline struct twin twin_called(const struct geo_cql2_node *node, const struct table *table,
                                      size_t row)
{
    struct twin arg = twin_value(node->args[0], table, row);
    struct twin out = {.kind = TWIN_NUMBER, .null = arg.null};
    if (strcmp(node->text, "abs") == 0)
        out.number = arg.number < 0 ? -arg.number : arg.number;
    else if (strcmp(node->text, "day") == 0) /* of April 2019 */
        out.number = twin_day(arg.start) - 18000 + 14;
    else /* length */
        for (const char *c = arg.text; *c; c += twin_step(c))
            out.number++;
    return out;
}

static inline struct twin twin_interval(const struct geo_cql2_node *node, const struct table *table,
                                        size_t row)
{
    struct twin out = {.kind = TWIN_TIME, .start = -INFINITY, .end = INFINITY};
    for (int i = 0; i < 2; i++) {
        if (node->args[i]->op == GEO_CQL2_OPEN)
            continue;
        struct twin end = twin_value(node->args[i], table, row);
        out.null |= end.null;
        out.by_day |= end.by_day;
        *(i == 0 ? &out.start : &out.end) = end.start;
    }
    return out;
}

static inline struct twin twin_array(const struct geo_cql2_node *node, const struct table *table,
                                     size_t row)
{
    struct twin out = {.kind = TWIN_ITEMS_OF};
    for (uint32_t i = 0; i < node->n_args; i++) {
        struct twin item = twin_value(node->args[i], table, row);
        out.null |= item.null;
        if (item.kind == TWIN_NUMBER)
            snprintf(out.items[out.n_items++], TWIN_TEXT, "n%.17g", item.number);
        else
            snprintf(out.items[out.n_items++], TWIN_TEXT, "t%.60s", item.text);
    }
    return out;
}

static struct twin twin_value(const struct geo_cql2_node *node, const struct table *table,
                              size_t row)
{
    struct twin out = {0};
    int truth;
    switch (node->op) {
    case GEO_CQL2_TEXT:
        out = (struct twin){.kind = TWIN_TEXT_OF};
        strcpy(out.text, node->text);
        return out;
    case GEO_CQL2_INTEGER:
        return (struct twin){.kind = TWIN_NUMBER, .number = (double)node->integer};
    case GEO_CQL2_NUMBER:
        return (struct twin){.kind = TWIN_NUMBER, .number = node->number};
    case GEO_CQL2_DATE:
    case GEO_CQL2_TIMESTAMP:
        return twin_time(twin_half_seconds(node->instant), node->op == GEO_CQL2_DATE);
    case GEO_CQL2_PROPERTY:
        return twin_property(node->text, table, row);
    case GEO_CQL2_SHAPE:
    case GEO_CQL2_BBOX:
        return (struct twin){.kind = TWIN_PLACE, .shape = node};
    case GEO_CQL2_INTERVAL:
        return twin_interval(node, table, row);
    case GEO_CQL2_ARRAY:
        return twin_array(node, table, row);
    case GEO_CQL2_FUNCTION:
        return twin_called(node, table, row);
    case GEO_CQL2_CASEI:
    case GEO_CQL2_ACCENTI:
        out = twin_value(node->args[0], table, row);
        twin_change(out.text, node->op == GEO_CQL2_CASEI);
        return out;
    default:
        if (node->op >= GEO_CQL2_ADD && node->op <= GEO_CQL2_POWER)
            return twin_calculated(node, table, row);
        truth = twin_truth(node, table, row);
        return (struct twin){.kind = TWIN_TRUTH, .null = truth < 0, .number = truth};
    }
}

/* ---- Conditions ---- */

static inline int twin_compare(enum geo_cql2_op op, const struct twin *a, const struct twin *b)
{
    if (a->null || b->null)
        return -1;
    int order = a->kind == TWIN_TEXT_OF ? strcmp(a->text, b->text)
                : a->kind == TWIN_TIME  ? twin_sign(a->start, b->start, a->by_day || b->by_day)
                                        : (a->number > b->number) - (a->number < b->number);
    return op == GEO_CQL2_EQUAL           ? order == 0
           : op == GEO_CQL2_NOT_EQUAL     ? order != 0
           : op == GEO_CQL2_LESS          ? order < 0
           : op == GEO_CQL2_GREATER       ? order > 0
           : op == GEO_CQL2_LESS_OR_EQUAL ? order <= 0
                                          : order >= 0;
}

/* Truth tables of Kleene: the least of AND, the most of OR, unknown between false and true. */
static inline int twin_joined(const struct geo_cql2_node *node, const struct table *table,
                              size_t row)
{
    bool all = node->op == GEO_CQL2_AND;
    int found[3] = {0};
    for (uint32_t i = 0; i < node->n_args; i++)
        found[twin_truth(node->args[i], table, row) + 1]++;
    if (all)
        return found[1] ? 0 : found[0] ? -1 : 1;
    return found[2] ? 1 : found[0] ? -1 : 0;
}

static inline int twin_and(int a, int b)
{
    return a == 0 || b == 0 ? 0 : a < 0 || b < 0 ? -1 : 1;
}

static inline int twin_in_list(const struct geo_cql2_node *node, const struct table *table,
                               size_t row)
{
    struct twin value = twin_value(node->args[0], table, row);
    int found[3] = {0};
    for (uint32_t i = 1; i < node->n_args; i++) {
        struct twin item = twin_value(node->args[i], table, row);
        found[twin_compare(GEO_CQL2_EQUAL, &value, &item) + 1]++;
    }
    return found[2] ? 1 : found[0] ? -1 : 0;
}

static int twin_truth(const struct geo_cql2_node *node, const struct table *table, size_t row)
{
    int truth;
    if (node->op == GEO_CQL2_BOOLEAN)
        return node->boolean;
    if (node->op == GEO_CQL2_AND || node->op == GEO_CQL2_OR)
        return twin_joined(node, table, row);
    if (node->op == GEO_CQL2_NOT) {
        truth = twin_truth(node->args[0], table, row);
        return truth < 0 ? truth : !truth;
    }
    if (node->op == GEO_CQL2_IN)
        return twin_in_list(node, table, row);
    struct twin args[3] = {0};
    for (uint32_t i = 0; i < node->n_args; i++)
        args[i] = twin_value(node->args[i], table, row);
    if (node->op == GEO_CQL2_IS_NULL)
        return args[0].null;
    if (node->op == GEO_CQL2_BETWEEN)
        return twin_and(twin_compare(GEO_CQL2_GREATER_OR_EQUAL, &args[0], &args[1]),
                        twin_compare(GEO_CQL2_LESS_OR_EQUAL, &args[0], &args[2]));
    if (args[0].null || args[1].null)
        return -1;
    if (node->op == GEO_CQL2_LIKE)
        return twin_like(args[1].text, args[0].text);
    if (node->op >= GEO_CQL2_A_EQUALS)
        return twin_lists(node->op, &args[0], &args[1]);
    if (node->op >= GEO_CQL2_T_AFTER)
        return twin_times(node->op, &args[0], &args[1]);
    if (node->op >= GEO_CQL2_S_INTERSECTS)
        return twin_relates(node->op, &args[0], &args[1]);
    return twin_compare(node->op, &args[0], &args[1]);
}

#endif
