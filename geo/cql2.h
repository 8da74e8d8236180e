/*
 * Filter expressions of CQL2 (Common Query Language): the tree, and its text form.
 *
 * A tree comes from a text (geo_cql2_parse_text()) or, node by node, from a builder; both check
 * the same rules, so that what a tree holds is always an expression of the standard's grammar: the
 * comments of enum geo_cql2_op say which arguments an operator may have. What a property or a
 * function gives is not known here; those who know their types check the rest.
 *
 * Messages of errors begin with the place where they can: "at character 17, …".
 *
 * Source: OGC 21-065r2, Common Query Language (CQL2) 1.0, Annex B (BNF) and Annex C (JSON schema).
 */
#ifndef ARO_GEO_CQL2_H
#define ARO_GEO_CQL2_H

#include "geo/buffer.h"
#include "geo/instant.h"

/** Beyond these a text or tree is refused with ARO_TOO_LARGE. */
enum {
    GEO_CQL2_MAX_BYTES = 16 * 1024, /* of a text */
    GEO_CQL2_MAX_DEPTH = 64,        /* nodes from the root down to a leaf; twice that in a text */
    GEO_CQL2_MAX_NODES = 4096,
    GEO_CQL2_MAX_VERTICES = 10000, /* of all geometry literals together */
};

/*
 * In the comments: `value` is a property or function, which may give anything; `text` one of
 * TEXT, CASEI, ACCENTI or a value; `number` INTEGER, NUMBER, an arithmetic operator or a value;
 * `instant` DATE, TIMESTAMP or a value; `scalar` any of these three or BOOLEAN; `geometry`,
 * `array`: the literals or a value; `condition`: FUNCTION, BOOLEAN and all from AND on.
 */
enum geo_cql2_op {
    /* Without arguments. */
    GEO_CQL2_TEXT,      /* text */
    GEO_CQL2_INTEGER,   /* integer: written without point or exponent, and of 64 bits */
    GEO_CQL2_NUMBER,    /* number: any other, finite */
    GEO_CQL2_BOOLEAN,   /* boolean */
    GEO_CQL2_DATE,      /* instant: where the day begins */
    GEO_CQL2_TIMESTAMP, /* instant */
    GEO_CQL2_OPEN,      /* "..", the open end of an interval; nowhere else */
    GEO_CQL2_PROPERTY,  /* text is its name: one byte or more, any characters */
    GEO_CQL2_SHAPE,     /* shape */
    GEO_CQL2_BBOX,      /* box */
    /* Values made of others. */
    GEO_CQL2_INTERVAL,   /* 2: instant or OPEN each; does not end before it begins */
    GEO_CQL2_COLLECTION, /* 1 or more SHAPEs */
    GEO_CQL2_ARRAY,      /* 0 or more of anything (conditions and arrays too) */
    GEO_CQL2_FUNCTION,   /* 0 or more of anything; text is its name, an identifier of the BNF */
    GEO_CQL2_CASEI,      /* 1 text */
    GEO_CQL2_ACCENTI,    /* 1 text */
    GEO_CQL2_ADD,        /* 2 numbers, as all arithmetic */
    GEO_CQL2_SUBTRACT,
    GEO_CQL2_MULTIPLY, /* "-x" is (-1 * x) */
    GEO_CQL2_DIVIDE,
    GEO_CQL2_MODULO,
    GEO_CQL2_DIV, /* division of whole numbers */
    GEO_CQL2_POWER,
    /* Conditions. */
    GEO_CQL2_AND,   /* 2 or more conditions */
    GEO_CQL2_OR,    /* 2 or more conditions */
    GEO_CQL2_NOT,   /* 1 condition; NOT LIKE, NOT IN, IS NOT NULL and so on are a NOT around */
    GEO_CQL2_EQUAL, /* 2 scalars, as all comparisons */
    GEO_CQL2_NOT_EQUAL,
    GEO_CQL2_LESS,
    GEO_CQL2_GREATER,
    GEO_CQL2_LESS_OR_EQUAL,
    GEO_CQL2_GREATER_OR_EQUAL,
    GEO_CQL2_LIKE,    /* text, and a pattern: TEXT, or CASEI or ACCENTI of a pattern */
    GEO_CQL2_BETWEEN, /* 3 numbers: value, low, high; as an extension also 3 texts or instants */
    GEO_CQL2_IN,      /* 2 or more scalars: the value, then the list */
    GEO_CQL2_IS_NULL, /* 1 of anything but an array */
    GEO_CQL2_S_INTERSECTS, /* 2 geometries, as all that begin with S */
    GEO_CQL2_S_EQUALS,
    GEO_CQL2_S_DISJOINT,
    GEO_CQL2_S_TOUCHES,
    GEO_CQL2_S_WITHIN,
    GEO_CQL2_S_OVERLAPS,
    GEO_CQL2_S_CROSSES,
    GEO_CQL2_S_CONTAINS,
    GEO_CQL2_T_AFTER, /* 2 instants or INTERVALs, as all that begin with T */
    GEO_CQL2_T_BEFORE,
    GEO_CQL2_T_CONTAINS,
    GEO_CQL2_T_DISJOINT,
    GEO_CQL2_T_DURING,
    GEO_CQL2_T_EQUALS,
    GEO_CQL2_T_FINISHED_BY,
    GEO_CQL2_T_FINISHES,
    GEO_CQL2_T_INTERSECTS,
    GEO_CQL2_T_MEETS,
    GEO_CQL2_T_MET_BY,
    GEO_CQL2_T_OVERLAPPED_BY,
    GEO_CQL2_T_OVERLAPS,
    GEO_CQL2_T_STARTED_BY,
    GEO_CQL2_T_STARTS,
    GEO_CQL2_A_EQUALS, /* 2 arrays, as all that begin with A */
    GEO_CQL2_A_CONTAINS,
    GEO_CQL2_A_CONTAINED_BY,
    GEO_CQL2_A_OVERLAPS,
    GEO_CQL2_N_OPS
};

/** The name in the JSON form: "s_intersects", "isNull", "<>"; "" for what has no `op` there. */
const char *geo_cql2_op_name(enum geo_cql2_op op);

/** Finds the operator of an `op` of the JSON form. False for any other name. */
bool geo_cql2_op_find(const char *name, size_t len, enum geo_cql2_op *out_op);

enum geo_cql2_shape_type {
    GEO_CQL2_POINT,
    GEO_CQL2_LINESTRING,
    GEO_CQL2_POLYGON,
    GEO_CQL2_MULTIPOINT,
    GEO_CQL2_MULTILINESTRING,
    GEO_CQL2_MULTIPOLYGON,
};

/** The name of a type in GeoJSON: "MultiPoint". */
const char *geo_cql2_shape_name(enum geo_cql2_shape_type type);

/**
 * A geometry: vertices, parts of vertices (points of one vertex, lines of two or more, rings of
 * four or more whose last vertex is the first) and, of polygons, the parts of each (outer ring
 * first). Never empty. Finite numbers in the axes of the text: what they mean, and whether lines
 * cross one another, is not looked at. Heights are dropped.
 */
struct geo_cql2_shape {
    enum geo_cql2_shape_type type;
    const double *xy;          /* x and y of each vertex: 2 * n_vertices numbers */
    const uint32_t *part_ends; /* part i is the vertices from its predecessor's end (0) to this */
    const uint32_t *polygon_ends; /* the same in parts; NULL and 0 for what is no polygon */
    size_t n_vertices, n_parts, n_polygons;
};

/** The corners of a BBOX as written: which of their numbers may be above the other depends on what
 * the axes are. */
struct geo_cql2_box {
    double min_x, min_y, max_x, max_y;
};

/** A node of a tree: read it, never write it. Borrowed until the tree is freed. */
struct geo_cql2_node {
    enum geo_cql2_op op;
    uint32_t id;        /* 0 to n_nodes - 1; arguments have smaller ids than what they belong to */
    uint32_t character; /* where in the text it begins, from 1, in characters; 0: not from a text */
    uint32_t n_args;
    const struct geo_cql2_node *const *args; /* NULL when there are none */
    const char *text;                        /* text_len bytes of UTF-8 and a terminator, or NULL */
    size_t text_len;
    union {
        int64_t integer;
        double number;
        bool boolean;
        struct geo_instant instant;
        struct geo_cql2_shape shape;
        struct geo_cql2_box box;
    };
};

/** Immutable after build: any number of threads may read it. */
struct geo_cql2_tree;

const struct geo_cql2_node *geo_cql2_root(const struct geo_cql2_tree *tree);
size_t geo_cql2_n_nodes(const struct geo_cql2_tree *tree);
void geo_cql2_free(struct geo_cql2_tree *tree);

/**
 * Reads the text form.
 *
 * Beyond the grammar it accepts: NOT and "-" before anything and not once only, points of a
 * MULTIPOINT without their parentheses, any characters in a quoted property name ("" for a quote),
 * names such as date or bbox unquoted where no parenthesis follows, timestamps with another offset
 * than Z, BETWEEN as said above. In texts \\ is a backslash; before any other character than those
 * of the standard's escapes a backslash stands for itself, as in LIKE '100\%'.
 *
 * @param text  len bytes, no terminator needed
 * @return      owned by the caller, who calls geo_cql2_free(); NULL on ARO_BAD_INPUT (the message
 *              says at which character, and what was wanted), ARO_TOO_LARGE, ARO_NO_MEMORY
 */
struct geo_cql2_tree *geo_cql2_parse_text(const char *text, size_t len, struct aro_error *err);

/**
 * Appends the text form: one text for a tree, which reads back as the same tree. (It may be longer
 * than GEO_CQL2_MAX_BYTES where the tree came from elsewhere.) Whoever appends looks for the
 * buffer's failure.
 */
void geo_cql2_print_text(const struct geo_cql2_tree *tree, struct aro_buffer *out);

/** What stands between the quotes of a DATE or TIMESTAMP, in either form. */
void geo_cql2_instant_text(const struct geo_cql2_node *node, char out_text[GEO_INSTANT_TEXT_BYTES]);

enum { GEO_CQL2_PLACE_BYTES = 128 };
/**
 * Says where a node of this tree stands: "at character 17", or, of a tree that does not come from
 * a text, its JSON pointer, "at /args/1/args/0" ("at the top" for the root). Cut to fit.
 */
void geo_cql2_place(const struct geo_cql2_tree *tree, const struct geo_cql2_node *node,
                    char out_place[GEO_CQL2_PLACE_BYTES]);

/* ------------------------------------------------------------------ building */

/** A tree under construction, arguments first. Owned by one thread. */
struct geo_cql2_builder;

/** @return  owned by the caller: geo_cql2_build() or _builder_free(); NULL on ARO_NO_MEMORY */
struct geo_cql2_builder *geo_cql2_builder_new(struct aro_error *err);
void geo_cql2_builder_free(struct geo_cql2_builder *builder);

/**
 * Builds on a finished tree: its root becomes a node that others may have as argument.
 *
 * @param tree  taken, on failure too
 * @return      as geo_cql2_builder_new()
 */
struct geo_cql2_builder *geo_cql2_builder_of(struct geo_cql2_tree *tree, struct aro_error *err);

/*
 * Each function below adds a node and gives it, borrowed; NULL on ARO_BAD_INPUT (not what the
 * grammar allows there; the message says what is wanted), ARO_TOO_LARGE or ARO_NO_MEMORY. Nodes
 * given as arguments are of the same builder, and argument of one node only. `character` as in
 * struct geo_cql2_node. After a failure the builder can only be freed.
 */

/** A node with arguments, FUNCTION excepted. @param args  n_args nodes, copied */
const struct geo_cql2_node *geo_cql2_add(struct geo_cql2_builder *builder, enum geo_cql2_op op,
                                         uint32_t character,
                                         const struct geo_cql2_node *const *args, size_t n_args,
                                         struct aro_error *err);
/** @param name  len bytes, copied */
const struct geo_cql2_node *geo_cql2_add_function(struct geo_cql2_builder *builder,
                                                  uint32_t character, const char *name, size_t len,
                                                  const struct geo_cql2_node *const *args,
                                                  size_t n_args, struct aro_error *err);
/** TEXT, PROPERTY, DATE or TIMESTAMP. @param text  len bytes of UTF-8 without NUL, copied */
const struct geo_cql2_node *geo_cql2_add_text(struct geo_cql2_builder *builder, enum geo_cql2_op op,
                                              uint32_t character, const char *text, size_t len,
                                              struct aro_error *err);
const struct geo_cql2_node *geo_cql2_add_integer(struct geo_cql2_builder *builder,
                                                 uint32_t character, int64_t value,
                                                 struct aro_error *err);
const struct geo_cql2_node *geo_cql2_add_number(struct geo_cql2_builder *builder,
                                                uint32_t character, double value,
                                                struct aro_error *err);
const struct geo_cql2_node *geo_cql2_add_boolean(struct geo_cql2_builder *builder,
                                                 uint32_t character, bool value,
                                                 struct aro_error *err);
/** OPEN */
const struct geo_cql2_node *geo_cql2_add_open(struct geo_cql2_builder *builder, uint32_t character,
                                              struct aro_error *err);
const struct geo_cql2_node *geo_cql2_add_box(struct geo_cql2_builder *builder, uint32_t character,
                                             const struct geo_cql2_box *box, struct aro_error *err);

/*
 * A shape: vertices, the end of each part, and for polygons the end of each; then
 * geo_cql2_add_shape() makes the node of what came since the last.
 */
bool geo_cql2_vertex(struct geo_cql2_builder *builder, double x, double y, struct aro_error *err);
bool geo_cql2_end_part(struct geo_cql2_builder *builder, struct aro_error *err);
bool geo_cql2_end_polygon(struct geo_cql2_builder *builder, struct aro_error *err);
const struct geo_cql2_node *geo_cql2_add_shape(struct geo_cql2_builder *builder,
                                               enum geo_cql2_shape_type type, uint32_t character,
                                               struct aro_error *err);

/**
 * Takes the builder (on failure too).
 *
 * @param root  a condition
 * @return      owned by the caller, who calls geo_cql2_free(); NULL on ARO_BAD_INPUT: root is no
 *              condition
 */
struct geo_cql2_tree *geo_cql2_build(struct geo_cql2_builder *builder,
                                     const struct geo_cql2_node *root, struct aro_error *err);

#endif
