/*
 * The words, texts, numbers and signs of a CQL2 text.
 */
#ifndef ARO_GEO_CQL2_LEX_H
#define ARO_GEO_CQL2_LEX_H

#include "geo/cql2_internal.h"

enum geo_cql2_token_kind {
    GEO_CQL2_TOKEN_END,
    GEO_CQL2_TOKEN_WORD,   /* an identifier or keyword */
    GEO_CQL2_TOKEN_QUOTED, /* a name in double quotes */
    GEO_CQL2_TOKEN_TEXT,   /* in single quotes */
    GEO_CQL2_TOKEN_NUMBER, /* without sign */
    GEO_CQL2_TOKEN_SIGN,   /* one of ( ) , + - * / % ^ = < > <= >= <> */
};

struct geo_cql2_token {
    enum geo_cql2_token_kind kind;
    const char *at; /* len bytes as written, quotes too */
    size_t len;
    uint32_t character; /* from 1 */
};

/** A place in a text, of valid UTF-8. A copy of it is a place to come back to. */
struct geo_cql2_lexer {
    const char *at, *end;
    uint32_t character; /* of `at`, from 1 */
};

/** Reads one token. ARO_BAD_INPUT: a character that belongs to none, an open quote. */
bool geo_cql2_lex(struct geo_cql2_lexer *lexer, struct geo_cql2_token *out_token,
                  struct aro_error *err);

static inline bool geo_cql2_is_sign(const struct geo_cql2_token *token, const char *sign)
{
    return token->kind == GEO_CQL2_TOKEN_SIGN && geo_cql2_same_word(token->at, token->len, sign);
}

static inline bool geo_cql2_is_word(const struct geo_cql2_token *token, const char *word)
{
    return token->kind == GEO_CQL2_TOKEN_WORD && geo_cql2_same_word(token->at, token->len, word);
}

/** Appends what a TEXT or QUOTED token says, without quotes and escapes. */
void geo_cql2_unquote(const struct geo_cql2_token *token, struct aro_buffer *out);

#endif
