#include "geo/cql2_parse.h"

#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "geo/utf8.h"

/* ------------------------------------------------------------------ tokens and arguments */

bool geo_cql2_next(struct geo_cql2_parser *parser)
{
    return geo_cql2_lex(&parser->lexer, &parser->token, parser->err);
}

bool geo_cql2_unexpected(struct geo_cql2_parser *parser, const char *wanted)
{
    const struct geo_cql2_token *token = &parser->token;
    if (token->kind == GEO_CQL2_TOKEN_END)
        return geo_cql2_fail(parser->err, ARO_BAD_INPUT, token->character,
                             "the text ends: wanted %s", wanted);
    return geo_cql2_fail(parser->err, ARO_BAD_INPUT, token->character,
                         "'%.*s' does not fit here: wanted %s",
                         geo_cql2_quote_len(token->at, token->len), token->at, wanted);
}

bool geo_cql2_expect(struct geo_cql2_parser *parser, const char *sign, const char *wanted)
{
    if (!geo_cql2_is_sign(&parser->token, sign))
        return geo_cql2_unexpected(parser, wanted);
    return geo_cql2_next(parser);
}

bool geo_cql2_push(struct geo_cql2_parser *parser, geo_cql2_arg arg)
{
    geo_cql2_arg *grown = aro_array_grow((void *)parser->args, parser->n_args,
                                         &parser->args_capacity, sizeof *grown, parser->err);
    if (!grown)
        return false;
    parser->args = grown;
    parser->args[parser->n_args++] = arg;
    return true;
}

geo_cql2_arg geo_cql2_pop(struct geo_cql2_parser *parser, enum geo_cql2_op op, uint32_t character,
                          size_t n)
{
    geo_cql2_arg node = geo_cql2_add(parser->builder, op, character, geo_cql2_since(parser, n),
                                     parser->n_args - n, parser->err);
    parser->n_args = n;
    return node;
}

/* A tree of the depth allowed has in its text up to two levels for each node: its own, and that of
 * the parentheses around it. */
bool geo_cql2_deeper(struct geo_cql2_parser *parser)
{
    if (parser->depth == 2 * GEO_CQL2_MAX_DEPTH)
        return geo_cql2_fail(parser->err, ARO_TOO_LARGE, parser->token.character,
                             "nested deeper than %d", 2 * GEO_CQL2_MAX_DEPTH);
    parser->depth++;
    return true;
}

bool geo_cql2_look_ahead(const struct geo_cql2_parser *parser, struct geo_cql2_token *out_token)
{
    struct geo_cql2_lexer ahead = parser->lexer;
    return geo_cql2_lex(&ahead, out_token, NULL);
}

/* ------------------------------------------------------------------ conditions */

/* Makes a node of the arguments since n, in a NOT where it was negated. */
static geo_cql2_arg pop_condition(struct geo_cql2_parser *parser, enum geo_cql2_op op,
                                  uint32_t character, size_t n, bool negated)
{
    geo_cql2_arg node = geo_cql2_pop(parser, op, character, n);
    if (!node || !negated)
        return node;
    return geo_cql2_push(parser, node) ? geo_cql2_pop(parser, GEO_CQL2_NOT, character, n) : NULL;
}

/* Takes a word if it comes next. */
static bool accept_word(struct geo_cql2_parser *parser, const char *word, bool *out_there)
{
    *out_there = geo_cql2_is_word(&parser->token, word);
    return !*out_there || geo_cql2_next(parser);
}

/* IS [NOT] NULL behind a value that was pushed. */
static geo_cql2_arg parse_is_null(struct geo_cql2_parser *parser, uint32_t character, size_t n)
{
    bool negated, null;
    if (!geo_cql2_next(parser) || !accept_word(parser, "not", &negated) ||
        !accept_word(parser, "null", &null))
        return NULL;
    if (!null) {
        geo_cql2_unexpected(parser, negated ? "NULL" : "NULL or NOT NULL");
        return NULL;
    }
    return pop_condition(parser, GEO_CQL2_IS_NULL, character, n, negated);
}

static bool push_sum(struct geo_cql2_parser *parser)
{
    geo_cql2_arg node = geo_cql2_parse_sum(parser);
    return node && geo_cql2_push(parser, node);
}

/* Pushes what follows the words LIKE, BETWEEN or IN. */
static bool parse_operands(struct geo_cql2_parser *parser, enum geo_cql2_op op)
{
    bool and;
    if (op == GEO_CQL2_LIKE)
        return push_sum(parser);
    if (op == GEO_CQL2_IN) {
        size_t n = parser->n_args;
        return geo_cql2_parse_list(parser, geo_cql2_parse_sum) &&
               (parser->n_args > n || geo_cql2_unexpected(parser, "a value in the list of IN"));
    }
    if (!push_sum(parser) || !accept_word(parser, "and", &and))
        return false;
    return (and || geo_cql2_unexpected(parser, "AND and the upper bound")) && push_sum(parser);
}

/* [NOT] LIKE, BETWEEN or IN behind a value that was pushed. */
static geo_cql2_arg parse_word_operator(struct geo_cql2_parser *parser, uint32_t character,
                                        size_t n)
{
    static const enum geo_cql2_op ops[] = {GEO_CQL2_LIKE, GEO_CQL2_BETWEEN, GEO_CQL2_IN};
    bool negated, there = false;
    if (!accept_word(parser, "not", &negated))
        return NULL;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!accept_word(parser, geo_cql2_op_name(ops[i]), &there))
            return NULL;
        if (there)
            return parse_operands(parser, ops[i])
                       ? pop_condition(parser, ops[i], character, n, negated)
                       : NULL;
    }
    geo_cql2_unexpected(parser, "LIKE, BETWEEN or IN");
    return NULL;
}

/* A comparison, or a value alone where none is compared. */
static geo_cql2_arg parse_comparison(struct geo_cql2_parser *parser)
{
    size_t n = parser->n_args;
    geo_cql2_arg left = geo_cql2_parse_sum(parser);
    const struct geo_cql2_token *token = &parser->token;
    if (!left)
        return NULL;
    for (int op = GEO_CQL2_EQUAL; op <= GEO_CQL2_GREATER_OR_EQUAL; op++)
        if (geo_cql2_is_sign(token, geo_cql2_op_name((enum geo_cql2_op)op)))
            return geo_cql2_push(parser, left) && geo_cql2_next(parser) && push_sum(parser)
                       ? geo_cql2_pop(parser, (enum geo_cql2_op)op, left->character, n)
                       : NULL;
    bool is = geo_cql2_is_word(token, "is");
    if (!is && !geo_cql2_is_word(token, "not") && !geo_cql2_is_word(token, "like") &&
        !geo_cql2_is_word(token, "between") && !geo_cql2_is_word(token, "in"))
        return left;
    if (!geo_cql2_push(parser, left))
        return NULL;
    return is ? parse_is_null(parser, left->character, n)
              : parse_word_operator(parser, left->character, n);
}

/* Records an error where a condition was wanted, and the operator of one is missing. */
static bool check_condition(struct geo_cql2_parser *parser, geo_cql2_arg node)
{
    const struct geo_cql2_token *token = &parser->token;
    if (geo_cql2_is_condition(node))
        return true;
    bool alone = token->kind == GEO_CQL2_TOKEN_END || geo_cql2_is_word(token, "and") ||
                 geo_cql2_is_word(token, "or");
    return geo_cql2_unexpected(parser, alone && node->op == GEO_CQL2_PROPERTY ? GEO_CQL2_OPERATORS
                                           " (a property alone is no "
                                           "condition: write = TRUE behind it)"
                                                                              : GEO_CQL2_OPERATORS);
}

static geo_cql2_arg parse_not(struct geo_cql2_parser *parser)
{
    uint32_t character = parser->token.character;
    size_t n = parser->n_args;
    if (!geo_cql2_is_word(&parser->token, "not"))
        return parse_comparison(parser);
    if (!geo_cql2_deeper(parser) || !geo_cql2_next(parser))
        return NULL;
    geo_cql2_arg node = parse_not(parser);
    if (!node || !check_condition(parser, node) || !geo_cql2_push(parser, node))
        return NULL;
    parser->depth--;
    return geo_cql2_pop(parser, GEO_CQL2_NOT, character, n);
}

/* Conditions with one word between them; only one where the word does not come. */
static geo_cql2_arg parse_joined(struct geo_cql2_parser *parser, enum geo_cql2_op op,
                                 geo_cql2_arg (*parse_one)(struct geo_cql2_parser *))
{
    size_t n = parser->n_args;
    geo_cql2_arg node = parse_one(parser), first = node;
    bool more = true, joined = false;
    while (node) {
        more = geo_cql2_is_word(&parser->token, geo_cql2_op_name(op));
        if (!more && !joined)
            return node;
        if (!check_condition(parser, node) || !geo_cql2_push(parser, node))
            return NULL;
        if (!more)
            return geo_cql2_pop(parser, op, first->character, n);
        joined = true;
        node = geo_cql2_next(parser) ? parse_one(parser) : NULL;
    }
    return NULL;
}

static geo_cql2_arg parse_and(struct geo_cql2_parser *parser)
{
    return parse_joined(parser, GEO_CQL2_AND, parse_not);
}

geo_cql2_arg geo_cql2_parse_expression(struct geo_cql2_parser *parser)
{
    return parse_joined(parser, GEO_CQL2_OR, parse_and);
}

/* ------------------------------------------------------------------ the whole text */

static bool check_text(const char *text, size_t len, struct aro_error *err)
{
    uint32_t character = 1;
    if (len > GEO_CQL2_MAX_BYTES)
        return aro_error_set(err, ARO_TOO_LARGE, "a text of %zu bytes: at most %d are read", len,
                             GEO_CQL2_MAX_BYTES);
    for (size_t at = 0; at < len; character++) {
        size_t bytes = geo_utf8_len(text + at, len - at);
        if (bytes == 0 || text[at] == '\0')
            return geo_cql2_fail(err, ARO_BAD_INPUT, character, "bytes that are not UTF-8 text");
        at += bytes;
    }
    return true;
}

/* The tree's root. */
static geo_cql2_arg parse_all(struct geo_cql2_parser *parser)
{
    if (!geo_cql2_next(parser))
        return NULL;
    if (parser->token.kind == GEO_CQL2_TOKEN_END) {
        aro_error_set(parser->err, ARO_BAD_INPUT,
                      "the text is empty: wanted a condition such as name = 'value'");
        return NULL;
    }
    geo_cql2_arg root = geo_cql2_parse_expression(parser);
    if (!root || !check_condition(parser, root))
        return NULL;
    if (parser->token.kind != GEO_CQL2_TOKEN_END) {
        geo_cql2_unexpected(parser, "AND, OR or the end");
        return NULL;
    }
    return root;
}

struct geo_cql2_tree *geo_cql2_parse_text(const char *text, size_t len, struct aro_error *err)
{
    struct geo_cql2_tree *tree = NULL;
    struct geo_cql2_parser parser = {.err = err};
    if (!check_text(text, len, err))
        return NULL;
    parser.lexer = (struct geo_cql2_lexer){.at = text, .end = text + len, .character = 1};
    parser.builder = geo_cql2_builder_new(err);
    geo_cql2_arg root = parser.builder ? parse_all(&parser) : NULL;
    if (root) {
        tree = geo_cql2_build(parser.builder, root, err);
        parser.builder = NULL;
    }
    geo_cql2_builder_free(parser.builder);
    free((void *)parser.args);
    aro_buffer_clear(&parser.scratch);
    return tree;
}
