/*
 * What the two halves of the parser of CQL2 texts share: expressions and geometries.
 */
#ifndef ARO_GEO_CQL2_PARSE_H
#define ARO_GEO_CQL2_PARSE_H

#include "geo/cql2_lex.h"

typedef const struct geo_cql2_node *geo_cql2_arg;

/** Owned by geo_cql2_parse_text(). After a failure there is nothing more to do. */
struct geo_cql2_parser {
    struct geo_cql2_lexer lexer;
    struct geo_cql2_token token; /* the next one, not yet taken */
    struct geo_cql2_builder *builder;
    geo_cql2_arg *args; /* arguments whose operator is still to come: a stack */
    size_t n_args, args_capacity;
    struct aro_buffer scratch;
    unsigned depth; /* of parentheses and the like */
    struct aro_error *err;
};

/** What is wanted behind a value that should be compared. */
#define GEO_CQL2_OPERATORS "an operator such as =, <, LIKE, BETWEEN, IN or IS NULL"

/** Takes the token: the next one is then in parser->token. */
bool geo_cql2_next(struct geo_cql2_parser *parser);

/** Records that the token does not belong here. Returns false. */
bool geo_cql2_unexpected(struct geo_cql2_parser *parser, const char *wanted);

/** Takes a sign that must come. */
bool geo_cql2_expect(struct geo_cql2_parser *parser, const char *sign, const char *wanted);

bool geo_cql2_push(struct geo_cql2_parser *parser, geo_cql2_arg arg);

/** The arguments pushed since there were n; NULL when there are none. */
static inline geo_cql2_arg *geo_cql2_since(const struct geo_cql2_parser *parser, size_t n)
{
    return parser->n_args > n ? parser->args + n : NULL;
}

/** Makes a node of all arguments pushed since there were n, and takes them away. */
geo_cql2_arg geo_cql2_pop(struct geo_cql2_parser *parser, enum geo_cql2_op op, uint32_t character,
                          size_t n);

/** Goes one level deeper, if that is allowed; parser->depth-- comes back. */
bool geo_cql2_deeper(struct geo_cql2_parser *parser);

/** The token behind the one that is next. False where none can be read. */
bool geo_cql2_look_ahead(const struct geo_cql2_parser *parser, struct geo_cql2_token *out_token);

/** Whatever may stand between parentheses: a condition or a value. */
geo_cql2_arg geo_cql2_parse_expression(struct geo_cql2_parser *parser);

/** A value that may be compared: sums, and all that is bound closer. */
geo_cql2_arg geo_cql2_parse_sum(struct geo_cql2_parser *parser);

/** Pushes what is between parentheses, which come next, and takes them both. */
bool geo_cql2_parse_list(struct geo_cql2_parser *parser,
                         geo_cql2_arg (*parse_one)(struct geo_cql2_parser *));

/** Reads a number with or without a sign. */
bool geo_cql2_read_number(struct geo_cql2_parser *parser, double *out_value);

/** Does a geometry or box begin with this word, as the next sign is a parenthesis? */
bool geo_cql2_begins_geometry(const struct geo_cql2_parser *parser);

/** Reads one that geo_cql2_begins_geometry(). */
geo_cql2_arg geo_cql2_parse_geometry(struct geo_cql2_parser *parser);

#endif
