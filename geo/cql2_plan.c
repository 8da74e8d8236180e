/*
 * How each condition of an expression is worked out: by columns where one property and literals
 * are all it has.
 */
#include "geo/cql2_eval_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* About, in nanoseconds for one position, beside what reading a value costs. */
enum { BY_COLUMN_NS = 3, BOX_NS = 5, PLACE_NS = 100, NODE_NS = 10, MADE_TEXT_NS = 150 };

static const struct geo_cql2_node *arg(const struct geo_cql2_node *node, uint32_t i)
{
    return node->args[i];
}

static bool is_constant(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    return eval->ready[node->id].is_constant;
}

/* A constant that is not null. */
static const struct geo_cql2_value *constant_of(const struct geo_cql2_eval *eval,
                                                const struct geo_cql2_node *node)
{
    const struct geo_cql2_ready *ready = &eval->ready[node->id];
    return ready->is_constant && !ready->value.is_null ? &ready->value : NULL;
}

/* A property read that way; with its number. */
static bool is_property(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                        enum geo_cql2_access access, uint32_t *out_property)
{
    uint32_t property = eval->facts[node->id].number;
    if (node->op != GEO_CQL2_PROPERTY || eval->source->columns[property].access != access)
        return false;
    *out_property = property;
    return true;
}

/* Of a condition with two arguments, one of them the property: which one. */
static bool find_property(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                          enum geo_cql2_access access, uint32_t *out_property, uint32_t *out_place)
{
    for (uint32_t i = 0; i < 2; i++) {
        if (is_property(eval, arg(node, i), access, out_property)) {
            *out_place = i;
            return constant_of(eval, arg(node, 1 - i)) != NULL;
        }
    }
    return false;
}

static bool is_among(enum geo_cql2_op op, enum geo_cql2_op first, enum geo_cql2_op last)
{
    return op >= first && op <= last;
}

/* ------------------------------------------------------------------ numbers and days */

static bool add_range(struct geo_cql2_step *step, double low, double high)
{
    step->ranges.items[step->ranges.n++] = (struct geo_cql2_range){low, high};
    return true;
}

/* As numbers() gives them. */
static double number_of(const struct geo_cql2_value *value)
{
    return value->type == GEO_CQL2_IS_NUMBER ? value->number : geo_instant_day(value->instant);
}

static bool add_comparison(struct geo_cql2_step *step, enum geo_cql2_op op, double number,
                           bool is_flipped)
{
    switch (op) {
    case GEO_CQL2_LESS:
    case GEO_CQL2_GREATER:
        return (op == GEO_CQL2_LESS) != is_flipped
                   ? add_range(step, -INFINITY, nextafter(number, -INFINITY))
                   : add_range(step, nextafter(number, INFINITY), INFINITY);
    case GEO_CQL2_LESS_OR_EQUAL:
    case GEO_CQL2_GREATER_OR_EQUAL:
        return (op == GEO_CQL2_LESS_OR_EQUAL) != is_flipped ? add_range(step, -INFINITY, number)
                                                            : add_range(step, number, INFINITY);
    default: /* GEO_CQL2_EQUAL, GEO_CQL2_NOT_EQUAL */
        step->ranges.outside = op == GEO_CQL2_NOT_EQUAL;
        return add_range(step, number, number);
    }
}

/* The days that lie so to an instant or interval. False for an interval that ends before it
 * begins. */
static bool add_days(struct geo_cql2_step *step, enum geo_cql2_op op,
                     const struct geo_cql2_value *time, bool is_flipped)
{
    bool is_interval = time->type == GEO_CQL2_IS_INTERVAL;
    bool opens = is_interval && time->interval.is_open_start;
    bool stays = is_interval && time->interval.is_open_end;
    double first = geo_instant_day(is_interval ? time->interval.start : time->instant);
    double last = geo_instant_day(is_interval ? time->interval.end : time->instant);
    first = opens ? -INFINITY : first;
    last = stays ? INFINITY : last;
    if (first > last)
        return false;
    bool after = op == (is_flipped ? GEO_CQL2_T_BEFORE : GEO_CQL2_T_AFTER);
    bool before = op == (is_flipped ? GEO_CQL2_T_AFTER : GEO_CQL2_T_BEFORE);
    if ((after || op == GEO_CQL2_T_DISJOINT) && !stays)
        add_range(step, last + 1, INFINITY);
    if ((before || op == GEO_CQL2_T_DISJOINT) && !opens)
        add_range(step, -INFINITY, first - 1);
    if (op == GEO_CQL2_T_INTERSECTS || (op == GEO_CQL2_T_EQUALS && first == last))
        add_range(step, first, last);
    return true;
}

static bool all_constant_behind(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    for (uint32_t i = 1; i < node->n_args; i++)
        if (!constant_of(eval, arg(node, i)))
            return false;
    return true;
}

static bool fill_ranges(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                        struct geo_cql2_step *step)
{
    uint32_t place = 0;
    if (node->op == GEO_CQL2_IN || node->op == GEO_CQL2_BETWEEN) {
        if (!is_property(eval, arg(node, 0), GEO_CQL2_BY_NUMBER, &step->property) ||
            !all_constant_behind(eval, node))
            return false;
        if (node->op == GEO_CQL2_BETWEEN)
            return add_range(step, number_of(constant_of(eval, arg(node, 1))),
                             number_of(constant_of(eval, arg(node, 2))));
        for (uint32_t i = 1; i < node->n_args; i++) {
            double number = number_of(constant_of(eval, arg(node, i)));
            add_range(step, number, number);
        }
        return true;
    }
    if (!find_property(eval, node, GEO_CQL2_BY_NUMBER, &step->property, &place))
        return false;
    const struct geo_cql2_value *constant = constant_of(eval, arg(node, 1 - place));
    return node->op >= GEO_CQL2_T_AFTER
               ? add_days(step, node->op, constant, place == 1)
               : add_comparison(step, node->op, number_of(constant), place == 1);
}

/* The largest number of ranges: one for each of a list, two of T_DISJOINT. */
static bool plan_ranges(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                        struct geo_cql2_step *step, bool *out_planned, struct aro_error *err)
{
    bool has_two = is_among(node->op, GEO_CQL2_EQUAL, GEO_CQL2_GREATER_OR_EQUAL) ||
                   is_among(node->op, GEO_CQL2_T_AFTER, GEO_CQL2_T_STARTS);
    if (!has_two && node->op != GEO_CQL2_BETWEEN && node->op != GEO_CQL2_IN)
        return true;
    size_t most = node->n_args > 2 ? node->n_args : 2;
    step->ranges.n = 0;
    step->ranges.outside = false;
    step->ranges.items = geo_scratch_take(&eval->kept, most * sizeof *step->ranges.items, err);
    if (!step->ranges.items)
        return false;
    if (fill_ranges(eval, node, step)) {
        step->kind = STEP_RANGES;
        step->cost = BY_COLUMN_NS + (unsigned)step->ranges.n / 2;
        *out_planned = true;
    }
    return true;
}

/* ------------------------------------------------------------------ sets and places */

static enum geo_cql2_op flipped_set_op(enum geo_cql2_op op)
{
    return op == GEO_CQL2_A_CONTAINS       ? GEO_CQL2_A_CONTAINED_BY
           : op == GEO_CQL2_A_CONTAINED_BY ? GEO_CQL2_A_CONTAINS
                                           : op;
}

static uint64_t bit_of(const struct geo_cql2_eval *eval, uint32_t property,
                       struct geo_cql2_text text)
{
    const struct geo_cql2_source *source = eval->source;
    for (uint32_t code = 0; code < source->columns[property].n_texts; code++) {
        struct geo_cql2_text known = source->text(source->context, property, code);
        if (known.len == text.len && memcmp(known.bytes, text.bytes, text.len) == 0)
            return UINT64_C(1) << code;
    }
    return 0;
}

static bool plan_set(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                     struct geo_cql2_step *step)
{
    uint32_t property = 0, place = 0;
    if (!is_among(node->op, GEO_CQL2_A_EQUALS, GEO_CQL2_A_OVERLAPS) ||
        !find_property(eval, node, GEO_CQL2_BY_SET, &property, &place))
        return false;
    const struct geo_cql2_value *array = constant_of(eval, arg(node, 1 - place));
    uint64_t mask = 0;
    bool has_unknown = false;
    for (size_t i = 0; i < array->array.n; i++) {
        if (array->array.items[i].is_null)
            return false;
        uint64_t bit = bit_of(eval, property, array->array.items[i].text);
        mask |= bit;
        has_unknown |= bit == 0;
    }
    step->kind = STEP_SET;
    step->cost = BY_COLUMN_NS;
    step->property = property;
    step->set.op = place == 1 ? flipped_set_op(node->op) : node->op;
    step->set.mask = mask;
    step->set.has_unknown = has_unknown;
    return true;
}

static bool plan_place(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                       struct geo_cql2_step *step)
{
    uint32_t place = 0;
    if (!is_among(node->op, GEO_CQL2_S_INTERSECTS, GEO_CQL2_S_CONTAINS) ||
        !find_property(eval, node, GEO_CQL2_BY_PLACE, &step->property, &place))
        return false;
    step->kind = STEP_PLACE;
    step->place.op = place == 1 ? geo_cql2_flipped(node->op) : node->op;
    step->place.literal = eval->ready[arg(node, 1 - place)->id].literal;
    step->place.n_rects =
        geo_bbox_rects(geo_cql2_literal_box(step->place.literal), step->place.rects);
    step->cost = geo_cql2_literal_is_box(step->place.literal) ? BOX_NS : PLACE_NS;
    return true;
}

/* ------------------------------------------------------------------ the others */

/* What the nodes of a condition read. */
struct use {
    bool has_property, has_several;
    uint32_t property;
    unsigned cost;
};

static void find_use(const struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                     struct use *use)
{
    use->cost += NODE_NS;
    if (is_constant(eval, node))
        return;
    if (node->op == GEO_CQL2_PROPERTY) {
        uint32_t property = eval->facts[node->id].number;
        use->has_several |= use->has_property && use->property != property;
        use->has_property = true;
        use->property = property;
        use->cost += eval->source->columns[property].cost;
    }
    if (node->op == GEO_CQL2_CASEI || node->op == GEO_CQL2_ACCENTI)
        use->cost += MADE_TEXT_NS;
    if (is_among(node->op, GEO_CQL2_S_INTERSECTS, GEO_CQL2_S_CONTAINS))
        use->cost += PLACE_NS;
    for (uint32_t i = 0; i < node->n_args; i++)
        find_use(eval, arg(node, i), use);
}

/* Each text is looked at once at most, and each position once at most. */
static unsigned cost_of_codes(const struct geo_cql2_eval *eval, const struct use *use,
                              uint32_t n_texts)
{
    size_t n = eval->source->n;
    return n_texts < n ? (unsigned)((double)use->cost * n_texts / (double)n) : use->cost;
}

/* All that the condition asks is a text of few: its outcomes are remembered. */
static bool plan_by_code(struct geo_cql2_eval *eval, const struct use *use,
                         struct geo_cql2_step *step, bool *out_planned, struct aro_error *err)
{
    if (!use->has_property || use->has_several)
        return true;
    const struct geo_cql2_column *column = &eval->source->columns[use->property];
    if (column->access != GEO_CQL2_BY_CODE)
        return true;
    step->outcomes = geo_scratch_take(&eval->kept, (size_t)column->n_texts + 1, err);
    if (!step->outcomes)
        return false;
    memset(step->outcomes, 0, (size_t)column->n_texts + 1);
    step->kind = STEP_BY_CODE;
    step->cost = BY_COLUMN_NS + cost_of_codes(eval, use, column->n_texts);
    step->property = use->property;
    *out_planned = true;
    return true;
}

/* ------------------------------------------------------------------ the whole */

static struct geo_cql2_step *plan_node(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                                       struct aro_error *err);

/* Few: insertion keeps those of one cost in the order of the text. */
static void sort_by_cost(struct geo_cql2_step **steps, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct geo_cql2_step *step = steps[i];
        size_t j = i;
        for (; j > 0 && steps[j - 1]->cost > step->cost; j--)
            steps[j] = steps[j - 1];
        steps[j] = step;
    }
}

static bool plan_arguments(struct geo_cql2_eval *eval, struct geo_cql2_step *step,
                           struct aro_error *err)
{
    const struct geo_cql2_node *node = step->node;
    step->kind = node->op == GEO_CQL2_AND  ? STEP_ALL
                 : node->op == GEO_CQL2_OR ? STEP_ANY
                                           : STEP_NOT;
    step->args.n = node->n_args;
    step->args.items = geo_scratch_take(&eval->kept, node->n_args * sizeof *step->args.items, err);
    if (!step->args.items)
        return false;
    for (uint32_t i = 0; i < node->n_args; i++) {
        step->args.items[i] = plan_node(eval, arg(node, i), err);
        if (!step->args.items[i])
            return false;
        step->cost += step->args.items[i]->cost;
    }
    sort_by_cost(step->args.items, step->args.n);
    return true;
}

static bool plan_step(struct geo_cql2_eval *eval, struct geo_cql2_step *step, struct aro_error *err)
{
    const struct geo_cql2_node *node = step->node;
    struct use use = {0};
    bool planned = false;
    if (is_constant(eval, node)) {
        step->kind = STEP_CONSTANT;
        step->constant = geo_cql2_truth_at(eval, node);
        return true;
    }
    find_use(eval, node, &use);
    if (!plan_by_code(eval, &use, step, &planned, err) || planned)
        return planned;
    if (is_among(node->op, GEO_CQL2_AND, GEO_CQL2_NOT))
        return plan_arguments(eval, step, err);
    if (plan_set(eval, node, step) || plan_place(eval, node, step))
        return true;
    if (!plan_ranges(eval, node, step, &planned, err) || planned)
        return planned;
    step->kind = STEP_SINGLE;
    step->cost = use.cost;
    return true;
}

/* As deep as the tree. */
static struct geo_cql2_step *plan_node(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                                       struct aro_error *err)
{
    struct geo_cql2_step *step = geo_scratch_take(&eval->kept, sizeof *step, err);
    if (!step)
        return NULL;
    *step = (struct geo_cql2_step){.node = node};
    return plan_step(eval, step, err) ? step : NULL;
}

bool geo_cql2_make_plan(struct geo_cql2_eval *eval, struct aro_error *err)
{
    eval->plan = plan_node(eval, geo_cql2_root(eval->tree), err);
    if (!eval->plan)
        return false;
    double seconds = 1e-9 * eval->plan->cost * (double)eval->source->n;
    if (seconds > GEO_CQL2_MAX_SECONDS)
        return aro_error_set(err, ARO_TOO_LARGE,
                             "the condition would take about %.0f s: wanted %d at most; compare "
                             "fewer texts",
                             seconds, GEO_CQL2_MAX_SECONDS);
    return true;
}
