/*
 * What the files of geo/cql2 share: the grammar's rules of names and arguments.
 */
#ifndef ARO_GEO_CQL2_INTERNAL_H
#define ARO_GEO_CQL2_INTERNAL_H

#include "geo/cql2.h"

/* What a node is to the one around it. */
enum {
    GEO_CQL2_IS_TEXT = 1 << 0,
    GEO_CQL2_IS_NUMBER = 1 << 1,
    GEO_CQL2_IS_INSTANT = 1 << 2,
    GEO_CQL2_IS_BOOLEAN = 1 << 3,
    GEO_CQL2_IS_CONDITION = 1 << 4,
    GEO_CQL2_IS_INTERVAL = 1 << 5,
    GEO_CQL2_IS_SHAPE = 1 << 6,
    GEO_CQL2_IS_GEOMETRY = 1 << 7, /* a box or collection */
    GEO_CQL2_IS_ARRAY = 1 << 8,
    GEO_CQL2_IS_OPEN = 1 << 9,
    GEO_CQL2_IS_PROPERTY = 1 << 10,
    GEO_CQL2_IS_FUNCTION = 1 << 11,
};

struct geo_cql2_rule {
    const char *name; /* in the JSON form; in the text form whatever its case; NULL: a literal */
    unsigned kind;    /* one of the above */
    unsigned takes;   /* those that its arguments may be */
    const char *takes_text;
    unsigned min_args, max_args;
};

extern const struct geo_cql2_rule geo_cql2_rules[GEO_CQL2_N_OPS];

#define GEO_CQL2_COLLECTION_NAME "GeometryCollection"

/** What a node is called in a message: "a number". */
const char *geo_cql2_kind_text(enum geo_cql2_op op);

/** Could it be the whole filter, or an argument of AND? */
static inline bool geo_cql2_is_condition(const struct geo_cql2_node *node)
{
    return geo_cql2_rules[node->op].kind &
           (GEO_CQL2_IS_CONDITION | GEO_CQL2_IS_BOOLEAN | GEO_CQL2_IS_FUNCTION);
}

/** ASCII letters of both cases are equal. `word` is terminated. */
bool geo_cql2_same_word(const char *text, size_t len, const char *word);

/** A word that the text form uses itself. */
bool geo_cql2_is_keyword(const char *text, size_t len);

/** Bytes of the identifier that the text begins with; 0 when with none. */
size_t geo_cql2_identifier_len(const char *text, size_t len);

/** Bytes of the space character that the text begins with; 0 when with none. */
size_t geo_cql2_space_len(const char *text, size_t len);

/** Bytes of a quote of it in a message: not too many, and whole characters. */
int geo_cql2_quote_len(const char *text, size_t len);

/** Records an error, beginning with the place unless character is 0. Returns false. */
bool geo_cql2_fail(struct aro_error *err, enum aro_status status, uint32_t character,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ------------------------------------------------------------------ memory */

/** What a tree consists of never moves: nodes, names and numbers point at one another. */
struct geo_cql2_tree {
    struct geo_cql2_block *blocks;
    const struct geo_cql2_node *root;
    size_t n_nodes;
};

/** Room for so many bytes, as long as the tree is. NULL and ARO_NO_MEMORY. */
void *geo_cql2_take(struct geo_cql2_tree *tree, size_t bytes, struct aro_error *err);

/** A copy of bytes, which may be none. NULL and ARO_NO_MEMORY. */
const void *geo_cql2_keep(struct geo_cql2_tree *tree, const void *from, size_t bytes,
                          struct aro_error *err);

#endif
