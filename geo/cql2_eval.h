/*
 * Filter expressions over columns: which positions a condition holds for.
 *
 * Three-valued, as the standard has it: what is null makes a condition unknown, and only what is
 * true matches. Conditions on one column and literals are worked out 64 positions at a time, those
 * on a column with few texts once for each text; what is left goes position by position.
 *
 * Numbers are doubles. A division by zero, an overflow or a root of a negative number is null, as
 * is an interval that ends before it begins. Texts are compared by code points; literals are put
 * in composed form (NFC) first. Dates are compared with timestamps by the day (UTC).
 *
 * Source: OGC 21-065r2, Common Query Language (CQL2) 1.0.
 */
#ifndef ARO_GEO_CQL2_EVAL_H
#define ARO_GEO_CQL2_EVAL_H

#include "geo/cql2_function.h"

enum { GEO_CQL2_NO_CODE = UINT32_MAX };

/** A condition that would take longer over all positions, by the costs of what it reads, is
 * refused. */
enum { GEO_CQL2_MAX_SECONDS = 10 };

/** How a property can be read, beside one by one. */
enum geo_cql2_access {
    GEO_CQL2_BY_VALUE,
    GEO_CQL2_BY_NUMBER, /* a NUMBER or DATE: by numbers() */
    GEO_CQL2_BY_CODE,   /* a TEXT of a dictionary: by codes() and text() */
    GEO_CQL2_BY_SET,    /* an ARRAY, never null, of 64 texts at most: by sets() and text() */
    GEO_CQL2_BY_PLACE,  /* the GEOMETRY: by coords */
};

struct geo_cql2_column {
    enum geo_cql2_access access;
    uint32_t n_texts; /* of the dictionary; two codes may have one text */
    unsigned cost;    /* of reading one value, about, in nanoseconds */
};

/**
 * Where values are read. Positions are 0 to n - 1, properties as geo_cql2_check() numbered them.
 * The functions are called by one thread at a time.
 */
struct geo_cql2_source {
    const void *context;
    size_t n;
    size_t n_placed;                       /* the positions behind have no geometry */
    const struct geo_coord *coords;        /* n_placed */
    const struct geo_cql2_column *columns; /* by property */
    /** Any property but the GEOMETRY. What the value points to lives until scratch is reset. */
    bool (*value)(const void *context, uint32_t property, uint32_t position,
                  struct geo_scratch *scratch, struct geo_cql2_value *out, struct aro_error *err);
    /** Of the positions from first on. NAN for null; of a DATE the days since 1970-01-01. */
    void (*numbers)(const void *context, uint32_t property, uint32_t first, uint32_t n,
                    double *out);
    /** GEO_CQL2_NO_CODE for null. */
    void (*codes)(const void *context, uint32_t property, uint32_t first, uint32_t n,
                  uint32_t *out);
    /** Bit i: the dictionary's text i. */
    void (*sets)(const void *context, uint32_t property, uint32_t first, uint32_t n, uint64_t *out);
    struct geo_cql2_text (*text)(const void *context, uint32_t property, uint32_t code);
};

/** A condition ready to be asked. Owned by one thread: it remembers what it worked out. */
struct geo_cql2_eval;

/**
 * @param tree, facts, source  borrowed until it is freed
 * @param crs                  of the literals; borrowed for the call
 * @return  owned by the caller, who calls geo_cql2_eval_free(); NULL on ARO_BAD_INPUT (a geometry
 *          literal that cannot be used), ARO_TOO_LARGE (a pattern of LIKE; GEO_CQL2_MAX_SECONDS),
 *          ARO_NO_MEMORY
 */
struct geo_cql2_eval *geo_cql2_eval_new(const struct geo_cql2_tree *tree,
                                        const struct geo_cql2_fact *facts,
                                        const struct geo_cql2_source *source,
                                        const struct geo_cql2_crs *crs, struct aro_error *err);
void geo_cql2_eval_free(struct geo_cql2_eval *eval);

/** A box outside of which nothing matches; false where none is known. */
bool geo_cql2_eval_box(const struct geo_cql2_eval *eval, struct geo_bbox *out_box);

/**
 * Those of 64 positions for which the condition is true.
 *
 * @param word   positions 64 * word on, as in geo/bits.h
 * @param which  bits of the positions asked for, all below n
 * @return       some of these; none more once something failed: see geo_cql2_eval_ok()
 */
uint64_t geo_cql2_eval_word(struct geo_cql2_eval *eval, uint32_t word, uint64_t which);

/** False and err (ARO_NO_MEMORY, or ARO_BAD_INPUT where GEOS gave up) once something failed. */
bool geo_cql2_eval_ok(const struct geo_cql2_eval *eval, struct aro_error *err);

#endif
