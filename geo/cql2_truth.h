/*
 * Values in the evaluation of filter expressions, and what they say of one another.
 *
 * Conditions have three outcomes: true, false, and unknown where a value is null.
 */
#ifndef ARO_GEO_CQL2_TRUTH_H
#define ARO_GEO_CQL2_TRUTH_H

#include "geo/cql2_check.h"
#include "geo/cql2_literal.h"

struct geo_cql2_text {
    const char *bytes; /* len of them, no terminator */
    size_t len;
};

struct geo_cql2_interval {
    struct geo_instant start, end; /* both included */
    bool is_open_start, is_open_end;
    bool of_days; /* each end is that whole day */
};

struct geo_cql2_array {
    const struct geo_cql2_value *items;
    size_t n;
};

/** Plain value; what it points to is borrowed. Which member counts is its type. */
struct geo_cql2_value {
    enum geo_cql2_type type;
    bool is_null;
    union {
        bool boolean;
        double number;
        struct geo_cql2_text text;
        struct geo_instant instant; /* of a DATE: where the day begins */
        struct geo_cql2_interval interval;
        struct geo_cql2_array array;
        struct {
            struct geo_cql2_literal *literal; /* NULL: a point: */
            struct geo_coord coord;
        } place;
    };
};

enum geo_cql2_truth { GEO_CQL2_FALSE, GEO_CQL2_TRUE, GEO_CQL2_UNKNOWN };

/** What is known where the condition is one of two ways. */
static inline enum geo_cql2_truth geo_cql2_truth_of(bool holds)
{
    return holds ? GEO_CQL2_TRUE : GEO_CQL2_FALSE;
}

/**
 * Below 0, 0 or above 0 as a is before, with or after b: numbers by size, texts by their bytes
 * (that is, by code points), instants in time, by their day where one is a DATE; false before
 * true. Both of types that geo_cql2_check() lets be compared, neither null.
 */
int geo_cql2_order(const struct geo_cql2_value *a, const struct geo_cql2_value *b);

/** @param op  EQUAL to GREATER_OR_EQUAL */
enum geo_cql2_truth geo_cql2_compare(enum geo_cql2_op op, const struct geo_cql2_value *a,
                                     const struct geo_cql2_value *b);

/**
 * @param op    T_AFTER to T_STARTS
 * @param a, b  instants or intervals; an interval that ends before it begins is as null
 *
 * Source: OGC 21-065r2, section 7.6; W3C/OGC Time Ontology in OWL, section 4.2.
 */
enum geo_cql2_truth geo_cql2_relate_times(enum geo_cql2_op op, const struct geo_cql2_value *a,
                                          const struct geo_cql2_value *b);

/**
 * As sets: order and repetition do not count. Elements of different types are different. Unknown
 * where an element is null.
 *
 * @param op  A_EQUALS to A_OVERLAPS
 */
enum geo_cql2_truth geo_cql2_relate_arrays(enum geo_cql2_op op, const struct geo_cql2_value *a,
                                           const struct geo_cql2_value *b);

#endif
