/*
 * The functions that filter expressions may call, described once: for the check of their
 * arguments, for their evaluation and for the public list of them.
 */
#ifndef ARO_GEO_CQL2_FUNCTION_H
#define ARO_GEO_CQL2_FUNCTION_H

#include "geo/cql2_truth.h"
#include "geo/scratch.h"

enum { GEO_CQL2_MAX_ARGS = 2 };

struct geo_cql2_argument {
    const char *title; /* English */
    unsigned types;    /* GEO_CQL2_TYPE_BIT()s of what it may be */
};

/**
 * @param args     none is null
 * @param scratch  where a text that is made stands
 * @param out      its type is set, and is_null is false
 * @return         false and err: ARO_NO_MEMORY
 */
typedef bool geo_cql2_function_fn(const struct geo_cql2_value *args, struct geo_scratch *scratch,
                                  struct geo_cql2_value *out, struct aro_error *err);

/** Each gives null where an argument is. */
struct geo_cql2_function {
    const char *name;        /* lower case; expressions may write it in any */
    const char *description; /* English */
    enum geo_cql2_type returns;
    uint32_t n_args;
    struct geo_cql2_argument args[GEO_CQL2_MAX_ARGS];
    geo_cql2_function_fn *call;
};
/** In the order of their names. */
extern const struct geo_cql2_function geo_cql2_functions[];
extern const size_t geo_cql2_n_functions;

/** @return  its place in geo_cql2_functions, or geo_cql2_n_functions */
size_t geo_cql2_function_find(const char *name, size_t len);

#endif
