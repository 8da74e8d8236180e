#include "geo/cql2_parse.h"

#include <string.h>

#include "geo/coord.h"

/* ------------------------------------------------------------------ literals and names */

static geo_cql2_arg bad_number(struct geo_cql2_parser *parser, const struct geo_cql2_token *token)
{
    geo_cql2_fail(parser->err, ARO_BAD_INPUT, token->character, "'%.*s' is too large a number",
                  geo_cql2_quote_len(token->at, token->len), token->at);
    return NULL;
}

/* Digits only, within 64 bits with the sign. */
static bool whole_number(const struct geo_cql2_token *token, bool negative, int64_t *out_value)
{
    int64_t value = 0;
    for (size_t i = 0; i < token->len; i++) {
        int digit = token->at[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *out_value = value;
    return true;
}

/* A number token; its sign came before, at `character`. */
static geo_cql2_arg parse_number(struct geo_cql2_parser *parser, bool negative, uint32_t character)
{
    struct geo_cql2_token token = parser->token;
    int64_t whole;
    double value;
    if (!geo_cql2_next(parser))
        return NULL;
    if (whole_number(&token, negative, &whole))
        return geo_cql2_add_integer(parser->builder, character, whole, parser->err);
    if (!geo_number_parse(token.at, token.len, &value, NULL))
        return bad_number(parser, &token);
    return geo_cql2_add_number(parser->builder, character, negative ? -value : value, parser->err);
}

bool geo_cql2_read_number(struct geo_cql2_parser *parser, double *out_value)
{
    bool negative = geo_cql2_is_sign(&parser->token, "-");
    if ((negative || geo_cql2_is_sign(&parser->token, "+")) && !geo_cql2_next(parser))
        return false;
    if (parser->token.kind != GEO_CQL2_TOKEN_NUMBER)
        return geo_cql2_unexpected(parser, "a number");
    if (!geo_number_parse(parser->token.at, parser->token.len, out_value, NULL))
        return bad_number(parser, &parser->token);
    *out_value = negative ? -*out_value : *out_value;
    return geo_cql2_next(parser);
}

/* A text, name or instant of what the quotes around the token hold. */
static geo_cql2_arg parse_quoted(struct geo_cql2_parser *parser, enum geo_cql2_op op)
{
    struct geo_cql2_token token = parser->token;
    parser->scratch.len = 0;
    geo_cql2_unquote(&token, &parser->scratch);
    if (!aro_buffer_ok(&parser->scratch, parser->err) || !geo_cql2_next(parser))
        return NULL;
    return geo_cql2_add_text(parser->builder, op, token.character, parser->scratch.data,
                             parser->scratch.len, parser->err);
}

/* DATE('…') or TIMESTAMP('…'), whose word is next. */
static geo_cql2_arg parse_instant(struct geo_cql2_parser *parser, enum geo_cql2_op op)
{
    const char *wanted = op == GEO_CQL2_DATE ? "a day such as '2020-01-31'"
                                             : "a timestamp such as '2020-01-31T12:00:00Z'";
    if (!geo_cql2_next(parser) || !geo_cql2_expect(parser, "(", "("))
        return NULL;
    if (parser->token.kind != GEO_CQL2_TOKEN_TEXT) {
        geo_cql2_unexpected(parser, wanted);
        return NULL;
    }
    geo_cql2_arg node = parse_quoted(parser, op);
    return node && geo_cql2_expect(parser, ")", ")") ? node : NULL;
}

static bool calls(const struct geo_cql2_parser *parser)
{
    struct geo_cql2_token ahead;
    return geo_cql2_look_ahead(parser, &ahead) && geo_cql2_is_sign(&ahead, "(");
}

/* ------------------------------------------------------------------ arguments in parentheses */

/* Is the parenthesis that comes next closed just before a comma or another parenthesis? Then what
 * is in it is an array: an expression would have no need of parentheses there. */
static bool begins_array(const struct geo_cql2_parser *parser)
{
    struct geo_cql2_lexer ahead = parser->lexer;
    struct geo_cql2_token token = parser->token;
    size_t open = 0;
    if (!geo_cql2_is_sign(&token, "("))
        return false;
    do {
        open += geo_cql2_is_sign(&token, "(");
        open -= geo_cql2_is_sign(&token, ")");
        if (token.kind == GEO_CQL2_TOKEN_END || !geo_cql2_lex(&ahead, &token, NULL))
            return false;
    } while (open > 0);
    return geo_cql2_is_sign(&token, ",") || geo_cql2_is_sign(&token, ")");
}

bool geo_cql2_parse_list(struct geo_cql2_parser *parser,
                         geo_cql2_arg (*parse_one)(struct geo_cql2_parser *))
{
    if (!geo_cql2_expect(parser, "(", "("))
        return false;
    for (bool more = !geo_cql2_is_sign(&parser->token, ")"); more;) {
        geo_cql2_arg arg = parse_one(parser);
        if (!arg || !geo_cql2_push(parser, arg))
            return false;
        more = geo_cql2_is_sign(&parser->token, ",");
        if (more && !geo_cql2_next(parser))
            return false;
    }
    return geo_cql2_expect(parser, ")", "a comma or )");
}

/* An element of an array, an argument of a function. */
static geo_cql2_arg parse_argument(struct geo_cql2_parser *parser)
{
    if (!begins_array(parser))
        return geo_cql2_parse_expression(parser);
    uint32_t character = parser->token.character;
    size_t n = parser->n_args;
    if (!geo_cql2_deeper(parser) || !geo_cql2_parse_list(parser, parse_argument))
        return NULL;
    parser->depth--;
    return geo_cql2_pop(parser, GEO_CQL2_ARRAY, character, n);
}

/* An end of an interval. */
static geo_cql2_arg parse_end(struct geo_cql2_parser *parser)
{
    enum { DAY_AND_QUOTES = 12 };
    const struct geo_cql2_token *token = &parser->token;
    if (token->kind != GEO_CQL2_TOKEN_TEXT)
        return geo_cql2_parse_expression(parser);
    if (token->len != strlen("'..'") || memcmp(token->at, "'..'", token->len) != 0)
        return parse_quoted(parser,
                            token->len <= DAY_AND_QUOTES ? GEO_CQL2_DATE : GEO_CQL2_TIMESTAMP);
    uint32_t character = token->character;
    if (!geo_cql2_next(parser))
        return NULL;
    return geo_cql2_add_open(parser->builder, character, parser->err);
}

/* The operator that is written as a function of this name; N_OPS when none is. */
static enum geo_cql2_op called_op(const struct geo_cql2_token *name)
{
    for (int op = 0; op < GEO_CQL2_N_OPS; op++)
        if ((op == GEO_CQL2_CASEI || op == GEO_CQL2_ACCENTI || op >= GEO_CQL2_S_INTERSECTS) &&
            geo_cql2_is_word(name, geo_cql2_rules[op].name))
            return (enum geo_cql2_op)op;
    return GEO_CQL2_N_OPS;
}

/* A call of a function, of the grammar or not, whose name is next. */
static geo_cql2_arg parse_call(struct geo_cql2_parser *parser)
{
    struct geo_cql2_token name = parser->token;
    size_t n = parser->n_args;
    enum geo_cql2_op op = called_op(&name);
    bool interval = geo_cql2_is_word(&name, "interval");
    if (!geo_cql2_deeper(parser) || !geo_cql2_next(parser) ||
        !geo_cql2_parse_list(parser, interval ? parse_end : parse_argument))
        return NULL;
    parser->depth--;
    if (interval)
        return geo_cql2_pop(parser, GEO_CQL2_INTERVAL, name.character, n);
    if (op < GEO_CQL2_N_OPS)
        return geo_cql2_pop(parser, op, name.character, n);
    geo_cql2_arg node =
        geo_cql2_add_function(parser->builder, name.character, name.at, name.len,
                              geo_cql2_since(parser, n), parser->n_args - n, parser->err);
    parser->n_args = n;
    return node;
}

/* ------------------------------------------------------------------ expressions */

/* Words that are never names without quotes: they would be missed where they are operators. */
static bool is_reserved(const struct geo_cql2_token *token)
{
    static const char *const words[] = {"and", "or", "not",  "like", "between",
                                        "in",  "is", "null", "div"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (geo_cql2_is_word(token, words[i]))
            return true;
    return false;
}

static geo_cql2_arg parse_word(struct geo_cql2_parser *parser)
{
    struct geo_cql2_token token = parser->token;
    bool is_true = geo_cql2_is_word(&token, "true");
    if (is_reserved(&token)) {
        geo_cql2_unexpected(parser, "a name, number, 'text' or other value (a name that is a word "
                                    "of CQL2 goes in double quotes)");
        return NULL;
    }
    if (geo_cql2_begins_geometry(parser))
        return geo_cql2_parse_geometry(parser);
    if (calls(parser)) {
        if (geo_cql2_is_word(&token, "date"))
            return parse_instant(parser, GEO_CQL2_DATE);
        if (geo_cql2_is_word(&token, "timestamp"))
            return parse_instant(parser, GEO_CQL2_TIMESTAMP);
        return parse_call(parser);
    }
    if (!geo_cql2_next(parser))
        return NULL;
    if (is_true || geo_cql2_is_word(&token, "false"))
        return geo_cql2_add_boolean(parser->builder, token.character, is_true, parser->err);
    return geo_cql2_add_text(parser->builder, GEO_CQL2_PROPERTY, token.character, token.at,
                             token.len, parser->err);
}

static geo_cql2_arg parse_parentheses(struct geo_cql2_parser *parser)
{
    if (!geo_cql2_deeper(parser) || !geo_cql2_next(parser))
        return NULL;
    geo_cql2_arg node = geo_cql2_parse_expression(parser);
    if (!node)
        return NULL;
    parser->depth--;
    return geo_cql2_expect(parser, ")",
                           geo_cql2_is_condition(node) ? "AND, OR or )"
                                                       : GEO_CQL2_OPERATORS ", or )")
               ? node
               : NULL;
}

static geo_cql2_arg parse_primary(struct geo_cql2_parser *parser)
{
    switch (parser->token.kind) {
    case GEO_CQL2_TOKEN_NUMBER:
        return parse_number(parser, false, parser->token.character);
    case GEO_CQL2_TOKEN_TEXT:
        return parse_quoted(parser, GEO_CQL2_TEXT);
    case GEO_CQL2_TOKEN_QUOTED:
        return parse_quoted(parser, GEO_CQL2_PROPERTY);
    case GEO_CQL2_TOKEN_WORD:
        return parse_word(parser);
    default:
        if (geo_cql2_is_sign(&parser->token, "("))
            return parse_parentheses(parser);
        geo_cql2_unexpected(parser, "a name, number, 'text' or other value");
        return NULL;
    }
}

/* A sign, of a number or of what else there is. */
static geo_cql2_arg parse_signed(struct geo_cql2_parser *parser)
{
    bool negative = geo_cql2_is_sign(&parser->token, "-");
    uint32_t character = parser->token.character;
    size_t n = parser->n_args;
    if (!negative && !geo_cql2_is_sign(&parser->token, "+"))
        return parse_primary(parser);
    if (!geo_cql2_next(parser))
        return NULL;
    if (parser->token.kind == GEO_CQL2_TOKEN_NUMBER)
        return parse_number(parser, negative, character);
    if (!negative) {
        geo_cql2_unexpected(parser, "a number");
        return NULL;
    }
    geo_cql2_arg minus = geo_cql2_add_integer(parser->builder, character, -1, parser->err);
    if (!minus || !geo_cql2_push(parser, minus))
        return NULL;
    geo_cql2_arg value = parse_primary(parser);
    if (!value || !geo_cql2_push(parser, value))
        return NULL;
    return geo_cql2_pop(parser, GEO_CQL2_MULTIPLY, character, n);
}

static geo_cql2_arg parse_power(struct geo_cql2_parser *parser)
{
    size_t n = parser->n_args;
    geo_cql2_arg base = parse_signed(parser);
    if (!base || !geo_cql2_is_sign(&parser->token, "^"))
        return base;
    if (!geo_cql2_push(parser, base) || !geo_cql2_next(parser))
        return NULL;
    geo_cql2_arg exponent = parse_signed(parser);
    if (!exponent || !geo_cql2_push(parser, exponent))
        return NULL;
    if (geo_cql2_is_sign(&parser->token, "^")) {
        geo_cql2_unexpected(parser, "parentheses around one of two powers");
        return NULL;
    }
    return geo_cql2_pop(parser, GEO_CQL2_POWER, base->character, n);
}

struct word_op {
    const char *text;
    enum geo_cql2_op op;
};

/* The operator among n that the token is; N_OPS when none. */
static enum geo_cql2_op op_of(const struct geo_cql2_token *token, const struct word_op *ops,
                              size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (geo_cql2_is_sign(token, ops[i].text) || geo_cql2_is_word(token, ops[i].text))
            return ops[i].op;
    return GEO_CQL2_N_OPS;
}

/* Operands with operators of one precedence between them, from left to right. */
static geo_cql2_arg parse_chain(struct geo_cql2_parser *parser, const struct word_op *ops,
                                size_t n_ops,
                                geo_cql2_arg (*parse_operand)(struct geo_cql2_parser *))
{
    size_t n = parser->n_args;
    geo_cql2_arg left = parse_operand(parser);
    enum geo_cql2_op op;
    while (left && (op = op_of(&parser->token, ops, n_ops)) != GEO_CQL2_N_OPS) {
        if (!geo_cql2_push(parser, left) || !geo_cql2_next(parser))
            return NULL;
        geo_cql2_arg right = parse_operand(parser);
        if (!right || !geo_cql2_push(parser, right))
            return NULL;
        left = geo_cql2_pop(parser, op, left->character, n);
    }
    return left;
}

static geo_cql2_arg parse_product(struct geo_cql2_parser *parser)
{
    static const struct word_op ops[] = {{"*", GEO_CQL2_MULTIPLY},
                                         {"/", GEO_CQL2_DIVIDE},
                                         {"%", GEO_CQL2_MODULO},
                                         {"div", GEO_CQL2_DIV}};
    return parse_chain(parser, ops, sizeof ops / sizeof *ops, parse_power);
}

geo_cql2_arg geo_cql2_parse_sum(struct geo_cql2_parser *parser)
{
    static const struct word_op ops[] = {{"+", GEO_CQL2_ADD}, {"-", GEO_CQL2_SUBTRACT}};
    return parse_chain(parser, ops, sizeof ops / sizeof *ops, parse_product);
}
