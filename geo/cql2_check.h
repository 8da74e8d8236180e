/*
 * Filter expressions checked against what can be asked for: every property is known, every
 * function has its arguments, and what is compared can be.
 *
 * Messages begin with the place where they can, as those of geo/cql2.h.
 */
#ifndef ARO_GEO_CQL2_CHECK_H
#define ARO_GEO_CQL2_CHECK_H

#include "geo/cql2.h"

/** What a part of an expression gives. */
enum geo_cql2_type {
    GEO_CQL2_IS_BOOLEAN,
    GEO_CQL2_IS_NUMBER, /* whole or not: all are doubles */
    GEO_CQL2_IS_TEXT,
    GEO_CQL2_IS_DATE,      /* a day */
    GEO_CQL2_IS_TIMESTAMP, /* a moment of UTC */
    GEO_CQL2_IS_INTERVAL,
    GEO_CQL2_IS_ARRAY,    /* of a property: of texts */
    GEO_CQL2_IS_GEOMETRY, /* of a property: a point */
    GEO_CQL2_IS_OTHER,    /* of a property that can only be asked whether it is null */
    GEO_CQL2_N_TYPES
};
#define GEO_CQL2_TYPE_BIT(type) (1U << (type))

/** A name that expressions may use. */
struct geo_cql2_property {
    const char *name;
    enum geo_cql2_type type;
};

/** What is known of a node, by its id. */
struct geo_cql2_fact {
    enum geo_cql2_type type;
    uint32_t number; /* of a PROPERTY its place among the properties, of a FUNCTION among
                      * geo_cql2_functions[] */
};

/** @return  what a type is called in messages: "a number" */
const char *geo_cql2_type_name(enum geo_cql2_type type);

/**
 * @param properties  n; a property may stand there under several names
 * @param out_facts   geo_cql2_n_nodes() of them; owned by the caller, who calls free()
 * @param err         ARO_BAD_INPUT: an unknown property (the nearest name or all are told) or
 *                    function, arguments of the wrong number or kind, values that cannot be
 *                    compared; ARO_NO_MEMORY
 *
 * Types: numbers, texts and booleans are compared with their like, dates and timestamps with one
 * another (by their day, where one is a date), and booleans are equal or not, no more. Functions
 * of intervals (T_CONTAINS, T_DURING, …) take no instants.
 */
bool geo_cql2_check(const struct geo_cql2_tree *tree, const struct geo_cql2_property *properties,
                    size_t n, struct geo_cql2_fact **out_facts, struct aro_error *err);

#endif
