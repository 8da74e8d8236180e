#include "geo/like.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Between two % stands a piece: bytes to be found as they are, but for holes, each one character
 * wide. */
struct piece {
    const char *bytes; /* a hole is a byte that is in no UTF-8 text */
    size_t len;
    bool has_hole;
};

static const char HOLE = '\xFF';

struct geo_like {
    size_t n_pieces; /* 1 or more: %'s apart from one another have a piece between them */
    struct piece *pieces;
    char *bytes;
};

/* How many bytes the character at text has; 1 for what is no UTF-8. */
static size_t character_len(const char *text, const char *end)
{
    size_t len = 1;
    while (text + len < end && ((unsigned char)text[len] & 0xC0) == 0x80)
        len++;
    return len;
}

/* ------------------------------------------------------------------ the pattern */

static void cut_pieces(struct geo_like *like, const char *pattern, size_t len)
{
    struct piece *piece = like->pieces;
    char *at = like->bytes;
    *piece = (struct piece){.bytes = at};
    for (size_t i = 0; i < len; i++) {
        char c = pattern[i];
        if (c == '%') {
            piece->len = (size_t)(at - piece->bytes);
            *++piece = (struct piece){.bytes = at};
            continue;
        }
        if (c == '_')
            piece->has_hole = true;
        if (c == '\\' && i + 1 < len)
            *at++ = pattern[++i];
        else
            *at++ = c == '_' ? HOLE : c;
    }
    piece->len = (size_t)(at - piece->bytes);
    like->n_pieces = (size_t)(piece - like->pieces) + 1;
}

struct geo_like *geo_like_new(const char *pattern, size_t len, struct aro_error *err)
{
    if (len > GEO_LIKE_MAX_BYTES) {
        aro_error_set(err, ARO_TOO_LARGE, "the pattern of LIKE has %zu bytes: wanted %d at most",
                      len, GEO_LIKE_MAX_BYTES);
        return NULL;
    }
    size_t n_pieces = 1;
    for (size_t i = 0; i < len; i++)
        n_pieces += pattern[i] == '%';
    struct geo_like *like = malloc(sizeof *like + n_pieces * sizeof *like->pieces + len);
    if (!like) {
        aro_error_no_memory(err);
        return NULL;
    }
    like->pieces = (struct piece *)(like + 1);
    like->bytes = (char *)(like->pieces + n_pieces);
    cut_pieces(like, pattern, len);
    return like;
}

void geo_like_free(struct geo_like *like)
{
    free(like);
}

/* ------------------------------------------------------------------ matching */

/* Where the piece ends when it begins at text; NULL when it is not there. */
static const char *match_here(const struct piece *piece, const char *text, const char *end)
{
    for (size_t i = 0; i < piece->len; i++) {
        if (text == end)
            return NULL;
        if (piece->bytes[i] == HOLE)
            text += character_len(text, end);
        else if (*text++ != piece->bytes[i])
            return NULL;
    }
    return text;
}

/* The end of the first place from text on where the piece is. */
static const char *find_piece(const struct piece *piece, const char *text, const char *end)
{
    if (piece->len == 0)
        return text;
    if (!piece->has_hole) {
        const char *found = memmem(text, (size_t)(end - text), piece->bytes, piece->len);
        return found ? found + piece->len : NULL;
    }
    for (; text < end; text += character_len(text, end)) {
        const char *behind = match_here(piece, text, end);
        if (behind)
            return behind;
    }
    return NULL;
}

/* Where the last piece must begin to end with the text; NULL when the text is too short. */
static const char *start_of_last(const struct piece *piece, const char *text, const char *end)
{
    const char *at = end;
    for (size_t i = piece->len; i > 0; i--) {
        if (at == text)
            return NULL;
        at--;
        while (piece->bytes[i - 1] == HOLE && at > text && ((unsigned char)*at & 0xC0) == 0x80)
            at--;
    }
    return at;
}

/* Each piece as far to the left as it can be: what follows has then the most room. */
bool geo_like_matches(const struct geo_like *like, const char *text, size_t len)
{
    const char *at = len > 0 ? text : "", *end = at + len;
    const struct piece *last = &like->pieces[like->n_pieces - 1];
    at = match_here(&like->pieces[0], at, end);
    if (like->n_pieces == 1)
        return at == end;
    for (size_t i = 1; at && i + 1 < like->n_pieces; i++)
        at = find_piece(&like->pieces[i], at, end);
    const char *start = at ? start_of_last(last, at, end) : NULL;
    return start && match_here(last, start, end) == end;
}
