/*
 * Conditions and values at one position, straight from the tree; as deep as that is.
 */
#include "geo/cql2_eval_internal.h"

#include <math.h>

#include "geo/normalize.h"

static bool fail(struct geo_cql2_eval *eval, bool ok)
{
    eval->failed |= !ok;
    return ok;
}

/* ------------------------------------------------------------------ properties */

static bool read_place(const struct geo_cql2_eval *eval, struct geo_cql2_value *out)
{
    *out = (struct geo_cql2_value){.type = GEO_CQL2_IS_GEOMETRY,
                                   .is_null = eval->position >= eval->source->n_placed};
    if (!out->is_null)
        out->place.coord = eval->source->coords[eval->position];
    return true;
}

static bool read_code(const struct geo_cql2_eval *eval, struct geo_cql2_value *out)
{
    const struct geo_cql2_source *source = eval->source;
    *out = (struct geo_cql2_value){.type = GEO_CQL2_IS_TEXT,
                                   .is_null = eval->code == GEO_CQL2_NO_CODE};
    if (!out->is_null)
        out->text = source->text(source->context, eval->code_property, eval->code);
    return true;
}

static bool read_property(struct geo_cql2_eval *eval, uint32_t property, struct geo_cql2_value *out)
{
    const struct geo_cql2_source *source = eval->source;
    if (eval->by_code && eval->code_property == property)
        return read_code(eval, out);
    if (source->columns[property].access == GEO_CQL2_BY_PLACE)
        return read_place(eval, out);
    return fail(eval, source->value(source->context, property, eval->position, &eval->scratch, out,
                                    &eval->error));
}

/* ------------------------------------------------------------------ values */

static void set_number(struct geo_cql2_value *out, double number)
{
    *out = (struct geo_cql2_value){
        .type = GEO_CQL2_IS_NUMBER, .is_null = !isfinite(number), .number = number};
}

static double calculate(enum geo_cql2_op op, double a, double b)
{
    switch (op) {
    case GEO_CQL2_ADD:
        return a + b;
    case GEO_CQL2_SUBTRACT:
        return a - b;
    case GEO_CQL2_MULTIPLY:
        return a * b;
    case GEO_CQL2_DIVIDE:
        return b == 0 ? NAN : a / b;
    case GEO_CQL2_MODULO:
        return b == 0 ? NAN : fmod(a, b);
    case GEO_CQL2_DIV:
        return b == 0 ? NAN : trunc(a / b);
    default: /* GEO_CQL2_POWER */
        return pow(a, b);
    }
}

static bool calculated(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                       struct geo_cql2_value *out)
{
    struct geo_cql2_value a, b;
    if (!geo_cql2_value_at(eval, node->args[0], &a) || !geo_cql2_value_at(eval, node->args[1], &b))
        return false;
    set_number(out, a.is_null || b.is_null ? NAN : calculate(node->op, a.number, b.number));
    return true;
}

static bool changed_text(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                         struct geo_cql2_value *out)
{
    if (!geo_cql2_value_at(eval, node->args[0], out))
        return false;
    if (out->is_null)
        return true;
    eval->text.len = 0;
    if (node->op == GEO_CQL2_CASEI)
        geo_fold_case(&eval->text, out->text.bytes, out->text.len);
    else
        geo_strip_accents(&eval->text, out->text.bytes, out->text.len);
    out->text.len = eval->text.len;
    out->text.bytes = geo_scratch_keep(&eval->scratch, &eval->text, &eval->error);
    return fail(eval, out->text.bytes != NULL);
}

static bool called(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                   struct geo_cql2_value *out)
{
    const struct geo_cql2_function *function = &geo_cql2_functions[eval->facts[node->id].number];
    struct geo_cql2_value args[GEO_CQL2_MAX_ARGS];
    *out = (struct geo_cql2_value){.type = function->returns};
    for (uint32_t i = 0; i < node->n_args; i++) {
        if (!geo_cql2_value_at(eval, node->args[i], &args[i]))
            return false;
        out->is_null |= args[i].is_null;
    }
    return out->is_null || fail(eval, function->call(args, &eval->scratch, out, &eval->error));
}

static bool interval(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                     struct geo_cql2_value *out)
{
    struct geo_cql2_value ends[2] = {0};
    bool open[2];
    *out = (struct geo_cql2_value){.type = GEO_CQL2_IS_INTERVAL};
    for (int i = 0; i < 2; i++) {
        open[i] = node->args[i]->op == GEO_CQL2_OPEN;
        if (!open[i] && !geo_cql2_value_at(eval, node->args[i], &ends[i]))
            return false;
        out->is_null |= ends[i].is_null;
    }
    if (out->is_null)
        return true;
    out->interval = (struct geo_cql2_interval){
        .start = ends[0].instant,
        .end = ends[1].instant,
        .is_open_start = open[0],
        .is_open_end = open[1],
        .of_days = (!open[0] && ends[0].type == GEO_CQL2_IS_DATE) ||
                   (!open[1] && ends[1].type == GEO_CQL2_IS_DATE),
    };
    return true;
}

static bool array(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                  struct geo_cql2_value *out)
{
    struct geo_cql2_value *items =
        geo_scratch_take(&eval->scratch, node->n_args * sizeof *items, &eval->error);
    if (!fail(eval, items != NULL))
        return false;
    for (uint32_t i = 0; i < node->n_args; i++)
        if (!geo_cql2_value_at(eval, node->args[i], &items[i]))
            return false;
    *out = (struct geo_cql2_value){.type = GEO_CQL2_IS_ARRAY, .array = {items, node->n_args}};
    return true;
}

static bool truth_value(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                        struct geo_cql2_value *out)
{
    enum geo_cql2_truth truth = geo_cql2_truth_at(eval, node);
    *out = (struct geo_cql2_value){.type = GEO_CQL2_IS_BOOLEAN,
                                   .is_null = truth == GEO_CQL2_UNKNOWN,
                                   .boolean = truth == GEO_CQL2_TRUE};
    return !eval->failed;
}

bool geo_cql2_value_at(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                       struct geo_cql2_value *out)
{
    if (eval->ready[node->id].is_constant) {
        *out = eval->ready[node->id].value;
        return true;
    }
    switch (node->op) {
    case GEO_CQL2_PROPERTY:
        return read_property(eval, eval->facts[node->id].number, out);
    case GEO_CQL2_FUNCTION:
        return called(eval, node, out);
    case GEO_CQL2_CASEI:
    case GEO_CQL2_ACCENTI:
        return changed_text(eval, node, out);
    case GEO_CQL2_INTERVAL:
        return interval(eval, node, out);
    case GEO_CQL2_ARRAY:
        return array(eval, node, out);
    default:
        return node->op >= GEO_CQL2_ADD && node->op <= GEO_CQL2_POWER
                   ? calculated(eval, node, out)
                   : truth_value(eval, node, out);
    }
}

/* ------------------------------------------------------------------ conditions */

/* Of AND what is false decides, of OR what is true. */
static enum geo_cql2_truth joined(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                                  enum geo_cql2_truth decisive)
{
    enum geo_cql2_truth truth = decisive == GEO_CQL2_FALSE ? GEO_CQL2_TRUE : GEO_CQL2_FALSE;
    for (uint32_t i = 0; i < node->n_args; i++) {
        enum geo_cql2_truth arg = geo_cql2_truth_at(eval, node->args[i]);
        if (arg == decisive)
            return arg;
        if (arg == GEO_CQL2_UNKNOWN)
            truth = arg;
    }
    return truth;
}

static enum geo_cql2_truth negated(enum geo_cql2_truth truth)
{
    return truth == GEO_CQL2_UNKNOWN ? truth : geo_cql2_truth_of(truth == GEO_CQL2_FALSE);
}

static enum geo_cql2_truth in_list(struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    struct geo_cql2_value value, item;
    enum geo_cql2_truth truth = GEO_CQL2_FALSE;
    if (!geo_cql2_value_at(eval, node->args[0], &value))
        return GEO_CQL2_UNKNOWN;
    for (uint32_t i = 1; i < node->n_args; i++) {
        if (!geo_cql2_value_at(eval, node->args[i], &item))
            return GEO_CQL2_UNKNOWN;
        enum geo_cql2_truth same = geo_cql2_compare(GEO_CQL2_EQUAL, &value, &item);
        if (same == GEO_CQL2_TRUE)
            return same;
        if (same == GEO_CQL2_UNKNOWN)
            truth = same;
    }
    return truth;
}

/* As low <= value AND value <= high. */
static enum geo_cql2_truth between(struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    struct geo_cql2_value values[3];
    for (int i = 0; i < 3; i++)
        if (!geo_cql2_value_at(eval, node->args[i], &values[i]))
            return GEO_CQL2_UNKNOWN;
    enum geo_cql2_truth above = geo_cql2_compare(GEO_CQL2_GREATER_OR_EQUAL, &values[0], &values[1]);
    enum geo_cql2_truth below = geo_cql2_compare(GEO_CQL2_LESS_OR_EQUAL, &values[0], &values[2]);
    if (above == GEO_CQL2_FALSE || below == GEO_CQL2_FALSE)
        return GEO_CQL2_FALSE;
    return above == GEO_CQL2_UNKNOWN ? above : below;
}

static enum geo_cql2_truth like(struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    struct geo_cql2_value text;
    if (!geo_cql2_value_at(eval, node->args[0], &text) || text.is_null)
        return GEO_CQL2_UNKNOWN;
    return geo_cql2_truth_of(
        geo_like_matches(eval->ready[node->id].like, text.text.bytes, text.text.len));
}

/* A point is with itself, and in nothing that is less than all of it. */
static bool same_points_hold(enum geo_cql2_op op, bool is_same)
{
    bool together = op == GEO_CQL2_S_INTERSECTS || op == GEO_CQL2_S_EQUALS ||
                    op == GEO_CQL2_S_WITHIN || op == GEO_CQL2_S_CONTAINS;
    return is_same ? together : op == GEO_CQL2_S_DISJOINT;
}

static bool relate(enum geo_cql2_op op, const struct geo_cql2_value *a,
                   const struct geo_cql2_value *b, bool *out_holds, struct aro_error *err)
{
    if (a->place.literal && b->place.literal)
        return geo_cql2_relate(a->place.literal, op, b->place.literal, out_holds, err);
    if (b->place.literal)
        return geo_cql2_relate_point(b->place.literal, op, a->place.coord, out_holds, err);
    if (a->place.literal)
        return geo_cql2_relate_point(a->place.literal, geo_cql2_flipped(op), b->place.coord,
                                     out_holds, err);
    *out_holds = same_points_hold(op, a->place.coord.lon_e7 == b->place.coord.lon_e7 &&
                                          a->place.coord.lat_e7 == b->place.coord.lat_e7);
    return true;
}

static enum geo_cql2_truth related(struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    struct geo_cql2_value a, b;
    bool holds = false;
    if (!geo_cql2_value_at(eval, node->args[0], &a) ||
        !geo_cql2_value_at(eval, node->args[1], &b) || a.is_null || b.is_null ||
        !fail(eval, relate(node->op, &a, &b, &holds, &eval->error)))
        return GEO_CQL2_UNKNOWN;
    return geo_cql2_truth_of(holds);
}

/* Of comparisons: scalars, times, lists. */
static enum geo_cql2_truth compared(struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    struct geo_cql2_value a, b;
    if (!geo_cql2_value_at(eval, node->args[0], &a) || !geo_cql2_value_at(eval, node->args[1], &b))
        return GEO_CQL2_UNKNOWN;
    if (node->op >= GEO_CQL2_A_EQUALS)
        return geo_cql2_relate_arrays(node->op, &a, &b);
    if (node->op >= GEO_CQL2_T_AFTER)
        return geo_cql2_relate_times(node->op, &a, &b);
    return geo_cql2_compare(node->op, &a, &b);
}

static enum geo_cql2_truth by_value(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                                    bool whether_null)
{
    struct geo_cql2_value value;
    if (!geo_cql2_value_at(eval, node, &value))
        return GEO_CQL2_UNKNOWN;
    if (whether_null)
        return geo_cql2_truth_of(value.is_null);
    return value.is_null ? GEO_CQL2_UNKNOWN : geo_cql2_truth_of(value.boolean);
}

enum geo_cql2_truth geo_cql2_truth_at(struct geo_cql2_eval *eval, const struct geo_cql2_node *node)
{
    if (eval->ready[node->id].is_constant)
        return by_value(eval, node, false);
    switch (node->op) {
    case GEO_CQL2_AND:
        return joined(eval, node, GEO_CQL2_FALSE);
    case GEO_CQL2_OR:
        return joined(eval, node, GEO_CQL2_TRUE);
    case GEO_CQL2_NOT:
        return negated(geo_cql2_truth_at(eval, node->args[0]));
    case GEO_CQL2_PROPERTY:
    case GEO_CQL2_FUNCTION:
        return by_value(eval, node, false);
    case GEO_CQL2_IS_NULL:
        return by_value(eval, node->args[0], true);
    case GEO_CQL2_IN:
        return in_list(eval, node);
    case GEO_CQL2_BETWEEN:
        return between(eval, node);
    case GEO_CQL2_LIKE:
        return like(eval, node);
    default:
        return node->op >= GEO_CQL2_S_INTERSECTS && node->op <= GEO_CQL2_S_CONTAINS
                   ? related(eval, node)
                   : compared(eval, node);
    }
}
