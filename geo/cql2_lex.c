#include "geo/cql2_lex.h"

#include <string.h>

#include "geo/utf8.h"

static void advance(struct geo_cql2_lexer *lexer, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        lexer->character += ((unsigned char)lexer->at[i] & 0xC0) != 0x80;
    lexer->at += bytes;
}

static size_t left(const struct geo_cql2_lexer *lexer)
{
    return (size_t)(lexer->end - lexer->at);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of an unsigned number, exponent included: rules decimalNumericLiteral and
 * scientificNumericLiteral. 0 where there is none. */
static size_t number_len(const char *text, size_t len)
{
    size_t at = 0, n_digits = 0;
    for (; at < len && is_digit(text[at]); at++)
        n_digits++;
    if (at < len && text[at] == '.')
        for (at++; at < len && is_digit(text[at]); at++)
            n_digits++;
    if (n_digits == 0)
        return 0;
    if (at < len && (text[at] == 'E' || text[at] == 'e')) {
        size_t exponent = at + 1;
        exponent += exponent < len && (text[exponent] == '+' || text[exponent] == '-');
        if (exponent == len || !is_digit(text[exponent]))
            return at;
        for (at = exponent; at < len && is_digit(text[at]); at++)
            ;
    }
    return at;
}

static size_t sign_len(const char *text, size_t len)
{
    bool two = len >= 2 && ((text[0] == '<' && (text[1] == '=' || text[1] == '>')) ||
                            (text[0] == '>' && text[1] == '='));
    return two ? 2 : text[0] && strchr("(),+-*/%^=<>", text[0]) ? 1 : 0;
}

/*
 * Bytes up to and with the closing quote; 0 where there is none. A doubled quote is part of the
 * text, and in single quotes what follows a backslash.
 */
static size_t quoted_len(const char *text, size_t len)
{
    char quote = text[0];
    for (size_t at = 1; at < len; at++) {
        if (text[at] == '\\' && quote == '\'')
            at++;
        else if (text[at] == quote && at + 1 < len && text[at + 1] == quote)
            at++;
        else if (text[at] == quote)
            return at + 1;
    }
    return 0;
}

static bool no_token(const struct geo_cql2_lexer *lexer, struct aro_error *err)
{
    const char *text = lexer->at;
    size_t len = left(lexer);
    if (text[0] == '\'' || text[0] == '"')
        return geo_cql2_fail(err, ARO_BAD_INPUT, lexer->character, "%s is not closed: wanted %s",
                             text[0] == '"' ? "a quoted name" : "a text",
                             text[0] == '"' ? "another \"" : "another ' (write '' for one inside)");
    if (len >= 2 && text[0] == '!' && text[1] == '=')
        return geo_cql2_fail(err, ARO_BAD_INPUT, lexer->character,
                             "'!=' is not known here: wanted <>");
    return geo_cql2_fail(err, ARO_BAD_INPUT, lexer->character,
                         "'%.*s' is not known here: wanted names, numbers, 'texts', operators "
                         "or parentheses",
                         (int)geo_utf8_len(text, len), text);
}

bool geo_cql2_lex(struct geo_cql2_lexer *lexer, struct geo_cql2_token *out_token,
                  struct aro_error *err)
{
    for (size_t space; (space = geo_cql2_space_len(lexer->at, left(lexer))) > 0;)
        advance(lexer, space);
    const char *at = lexer->at;
    size_t rest = left(lexer), len = 0;
    *out_token = (struct geo_cql2_token){.at = at, .character = lexer->character};
    if (rest == 0)
        return true;
    if (*at == '\'' || *at == '"') {
        out_token->kind = *at == '"' ? GEO_CQL2_TOKEN_QUOTED : GEO_CQL2_TOKEN_TEXT;
        len = quoted_len(at, rest);
    } else if ((len = number_len(at, rest)) > 0) {
        out_token->kind = GEO_CQL2_TOKEN_NUMBER;
    } else if ((len = geo_cql2_identifier_len(at, rest)) > 0) {
        out_token->kind = GEO_CQL2_TOKEN_WORD;
    } else {
        out_token->kind = GEO_CQL2_TOKEN_SIGN;
        len = sign_len(at, rest);
    }
    if (len == 0)
        return no_token(lexer, err);
    out_token->len = len;
    advance(lexer, len);
    return true;
}

/* The character that a backslash and c stand for; 0 where they stand for themselves. */
static char escaped(char c)
{
    static const char letters[] = "abtnvfr\\'", characters[] = "\a\b\t\n\v\f\r\\'";
    const char *found = c ? strchr(letters, c) : NULL;
    return found ? characters[found - letters] : '\0';
}

void geo_cql2_unquote(const struct geo_cql2_token *token, struct aro_buffer *out)
{
    const char *text = token->at;
    char quote = text[0];
    for (size_t at = 1; at + 1 < token->len; at++) {
        char c = text[at];
        bool backslash = c == '\\' && quote == '\'' && at + 2 < token->len;
        if (backslash && escaped(text[at + 1]))
            c = escaped(text[++at]);
        else if (c == quote)
            at++; /* the first of two */
        aro_buffer_char(out, c);
    }
}
