/*
 * The inside of an evaluation: conditions at one position (cql2_single.c) and plans for 64
 * (cql2_plan.c, cql2_eval.c).
 */
#ifndef ARO_GEO_CQL2_EVAL_INTERNAL_H
#define ARO_GEO_CQL2_EVAL_INTERNAL_H

#include "geo/cql2_eval.h"
#include "geo/like.h"

/** What is made ready of a node, by its id. */
struct geo_cql2_ready {
    bool is_constant;                 /* no property below it: */
    struct geo_cql2_value value;      /* of a condition a BOOLEAN, null where unknown */
    struct geo_like *like;            /* owned; of a LIKE */
    struct geo_cql2_literal *literal; /* owned; of a geometry */
};

enum geo_cql2_step_kind {
    STEP_CONSTANT,
    STEP_ALL, /* AND */
    STEP_ANY, /* OR */
    STEP_NOT,
    STEP_BY_CODE, /* the outcome for each text of one property */
    STEP_RANGES,  /* whether a number is in one of some ranges */
    STEP_SET,     /* how a set of texts lies to another */
    STEP_PLACE,   /* how the geometry lies to a literal */
    STEP_SINGLE,  /* position by position */
};

struct geo_cql2_range {
    double low, high; /* both included */
};

/** A step of the plan: a condition and how it is worked out. */
struct geo_cql2_step {
    enum geo_cql2_step_kind kind;
    const struct geo_cql2_node *node;
    unsigned cost; /* for one position, about, in nanoseconds */
    uint32_t property;
    union {
        enum geo_cql2_truth constant;
        struct {
            struct geo_cql2_step **items; /* cheapest first */
            size_t n;
        } args;
        uint8_t *outcomes; /* by code, n_texts for null: 0 not known yet, or 1 + the truth */
        struct {
            struct geo_cql2_range *items;
            size_t n;
            bool outside; /* it holds outside of all */
        } ranges;
        struct {
            enum geo_cql2_op op; /* of the property's set and the mask, in this order */
            uint64_t mask;
            bool has_unknown; /* the literal has a text that is not in the dictionary */
        } set;
        struct {
            enum geo_cql2_op op; /* of the position's geometry and the literal, in this order */
            struct geo_cql2_literal *literal;
            struct geo_rect rects[2];
            size_t n_rects;
        } place;
    };
};

struct geo_cql2_eval {
    const struct geo_cql2_tree *tree;
    const struct geo_cql2_fact *facts;
    const struct geo_cql2_source *source;
    struct geo_cql2_ready *ready; /* owned; by node id */
    struct geo_cql2_step *plan;   /* in kept */
    struct geo_scratch kept;      /* as long as the evaluation */
    struct geo_scratch scratch;   /* as long as one position */
    struct aro_buffer text;       /* to make one in */
    uint32_t position;            /* that is looked at; or, where by_code: */
    bool by_code;
    uint32_t code_property, code;
    bool failed;
    struct aro_error error;
};

/** What a node gives at the position that is looked at. False once something failed. */
bool geo_cql2_value_at(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                       struct geo_cql2_value *out);
/** The outcome of a condition there; UNKNOWN once something failed. */
enum geo_cql2_truth geo_cql2_truth_at(struct geo_cql2_eval *eval, const struct geo_cql2_node *node);

/** Works out what does not change from position to position. */
bool geo_cql2_make_ready(struct geo_cql2_eval *eval, const struct geo_cql2_crs *crs,
                         struct aro_error *err);
/** Makes the plan. */
bool geo_cql2_make_plan(struct geo_cql2_eval *eval, struct aro_error *err);

#endif
