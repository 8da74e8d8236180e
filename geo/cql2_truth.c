#include "geo/cql2_truth.h"

#include <string.h>

/* ------------------------------------------------------------------ time */

static int order_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int order_instants(struct geo_instant a, struct geo_instant b, bool by_day)
{
    return by_day ? order_numbers(geo_instant_day(a), geo_instant_day(b))
                  : geo_instant_compare(a, b);
}

/* An instant is an interval that ends where it begins. */
static struct geo_cql2_interval interval_of(const struct geo_cql2_value *value)
{
    if (value->type == GEO_CQL2_IS_INTERVAL)
        return value->interval;
    return (struct geo_cql2_interval){
        .start = value->instant, .end = value->instant, .of_days = value->type == GEO_CQL2_IS_DATE};
}

/* The ends of two intervals, each before, with or after each: an open end is with none but an open
 * one of the same side. */
struct time_orders {
    int starts, ends;         /* a's start to b's start, a's end to b's end */
    int end_start, start_end; /* a's end to b's start, a's start to b's end */
};

static struct time_orders order_times(const struct geo_cql2_interval *a,
                                      const struct geo_cql2_interval *b)
{
    bool by_day = a->of_days || b->of_days;
    struct time_orders orders;
    orders.starts = a->is_open_start || b->is_open_start
                        ? b->is_open_start - a->is_open_start
                        : order_instants(a->start, b->start, by_day);
    orders.ends = a->is_open_end || b->is_open_end ? a->is_open_end - b->is_open_end
                                                   : order_instants(a->end, b->end, by_day);
    orders.end_start =
        a->is_open_end || b->is_open_start ? 1 : order_instants(a->end, b->start, by_day);
    orders.start_end =
        a->is_open_start || b->is_open_end ? -1 : order_instants(a->start, b->end, by_day);
    return orders;
}

static bool is_backwards(const struct geo_cql2_interval *interval)
{
    return !interval->is_open_start && !interval->is_open_end &&
           order_instants(interval->start, interval->end, interval->of_days) > 0;
}

static bool times_hold(enum geo_cql2_op op, struct time_orders orders)
{
    switch (op) {
    case GEO_CQL2_T_AFTER:
        return orders.start_end > 0;
    case GEO_CQL2_T_BEFORE:
        return orders.end_start < 0;
    case GEO_CQL2_T_DISJOINT:
        return orders.start_end > 0 || orders.end_start < 0;
    case GEO_CQL2_T_INTERSECTS:
        return orders.start_end <= 0 && orders.end_start >= 0;
    case GEO_CQL2_T_EQUALS:
        return orders.starts == 0 && orders.ends == 0;
    case GEO_CQL2_T_CONTAINS:
        return orders.starts < 0 && orders.ends > 0;
    case GEO_CQL2_T_DURING:
        return orders.starts > 0 && orders.ends < 0;
    case GEO_CQL2_T_FINISHED_BY:
        return orders.starts < 0 && orders.ends == 0;
    case GEO_CQL2_T_FINISHES:
        return orders.starts > 0 && orders.ends == 0;
    case GEO_CQL2_T_MEETS:
        return orders.end_start == 0;
    case GEO_CQL2_T_MET_BY:
        return orders.start_end == 0;
    case GEO_CQL2_T_OVERLAPPED_BY:
        return orders.starts > 0 && orders.start_end < 0 && orders.ends > 0;
    case GEO_CQL2_T_OVERLAPS:
        return orders.starts < 0 && orders.end_start > 0 && orders.ends < 0;
    case GEO_CQL2_T_STARTED_BY:
        return orders.starts == 0 && orders.ends > 0;
    default: /* GEO_CQL2_T_STARTS */
        return orders.starts == 0 && orders.ends < 0;
    }
}

enum geo_cql2_truth geo_cql2_relate_times(enum geo_cql2_op op, const struct geo_cql2_value *a,
                                          const struct geo_cql2_value *b)
{
    if (a->is_null || b->is_null)
        return GEO_CQL2_UNKNOWN;
    struct geo_cql2_interval left = interval_of(a), right = interval_of(b);
    if (is_backwards(&left) || is_backwards(&right))
        return GEO_CQL2_UNKNOWN;
    return geo_cql2_truth_of(times_hold(op, order_times(&left, &right)));
}

/* ------------------------------------------------------------------ scalars */

static int order_texts(struct geo_cql2_text a, struct geo_cql2_text b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.bytes, b.bytes, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

int geo_cql2_order(const struct geo_cql2_value *a, const struct geo_cql2_value *b)
{
    switch (a->type) {
    case GEO_CQL2_IS_NUMBER:
        return (a->number > b->number) - (a->number < b->number);
    case GEO_CQL2_IS_TEXT:
        return order_texts(a->text, b->text);
    case GEO_CQL2_IS_BOOLEAN:
        return a->boolean - b->boolean;
    default:
        return order_instants(a->instant, b->instant,
                              a->type == GEO_CQL2_IS_DATE || b->type == GEO_CQL2_IS_DATE);
    }
}

enum geo_cql2_truth geo_cql2_compare(enum geo_cql2_op op, const struct geo_cql2_value *a,
                                     const struct geo_cql2_value *b)
{
    if (a->is_null || b->is_null)
        return GEO_CQL2_UNKNOWN;
    int order = geo_cql2_order(a, b);
    switch (op) {
    case GEO_CQL2_EQUAL:
        return geo_cql2_truth_of(order == 0);
    case GEO_CQL2_NOT_EQUAL:
        return geo_cql2_truth_of(order != 0);
    case GEO_CQL2_LESS:
        return geo_cql2_truth_of(order < 0);
    case GEO_CQL2_GREATER:
        return geo_cql2_truth_of(order > 0);
    case GEO_CQL2_LESS_OR_EQUAL:
        return geo_cql2_truth_of(order <= 0);
    default: /* GEO_CQL2_GREATER_OR_EQUAL */
        return geo_cql2_truth_of(order >= 0);
    }
}

/* ------------------------------------------------------------------ arrays */

/* As deep as an expression may be. */
static bool has_null(const struct geo_cql2_value *array)
{
    for (size_t i = 0; i < array->array.n; i++) {
        const struct geo_cql2_value *item = &array->array.items[i];
        if (item->is_null || (item->type == GEO_CQL2_IS_ARRAY && has_null(item)))
            return true;
    }
    return false;
}

static bool holds_all(const struct geo_cql2_value *a, const struct geo_cql2_value *b);

static bool is_same(const struct geo_cql2_value *a, const struct geo_cql2_value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == GEO_CQL2_IS_ARRAY)
        return holds_all(a, b) && holds_all(b, a);
    if (a->type == GEO_CQL2_IS_INTERVAL)
        return geo_cql2_relate_times(GEO_CQL2_T_EQUALS, a, b) == GEO_CQL2_TRUE;
    return geo_cql2_order(a, b) == 0;
}

static bool holds(const struct geo_cql2_value *array, const struct geo_cql2_value *item)
{
    for (size_t i = 0; i < array->array.n; i++)
        if (is_same(&array->array.items[i], item))
            return true;
    return false;
}

/* Whether everything in b is in a. */
static bool holds_all(const struct geo_cql2_value *a, const struct geo_cql2_value *b)
{
    for (size_t i = 0; i < b->array.n; i++)
        if (!holds(a, &b->array.items[i]))
            return false;
    return true;
}

static bool holds_any(const struct geo_cql2_value *a, const struct geo_cql2_value *b)
{
    for (size_t i = 0; i < b->array.n; i++)
        if (holds(a, &b->array.items[i]))
            return true;
    return false;
}

enum geo_cql2_truth geo_cql2_relate_arrays(enum geo_cql2_op op, const struct geo_cql2_value *a,
                                           const struct geo_cql2_value *b)
{
    if (a->is_null || b->is_null || has_null(a) || has_null(b))
        return GEO_CQL2_UNKNOWN;
    switch (op) {
    case GEO_CQL2_A_EQUALS:
        return geo_cql2_truth_of(holds_all(a, b) && holds_all(b, a));
    case GEO_CQL2_A_CONTAINS:
        return geo_cql2_truth_of(holds_all(a, b));
    case GEO_CQL2_A_CONTAINED_BY:
        return geo_cql2_truth_of(holds_all(b, a));
    default: /* GEO_CQL2_A_OVERLAPS */
        return geo_cql2_truth_of(holds_any(a, b));
    }
}
