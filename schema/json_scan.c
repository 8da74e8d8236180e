#include "schema/json_scan.h"

#include <stdint.h>
#include <string.h>

bool schema_json_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool schema_json_is(struct schema_json_slice slice, const char *text)
{
    return slice.len == strlen(text) && memcmp(slice.text, text, slice.len) == 0;
}

static enum schema_json_step bad(struct schema_json_walk *walk, const char *why)
{
    walk->why = why;
    return SCHEMA_JSON_BAD;
}

/* From the opening quote to behind the closing one. */
static enum schema_json_step skip_string(struct schema_json_walk *walk)
{
    for (walk->at++; walk->at < walk->len; walk->at++) {
        unsigned char c = (unsigned char)walk->text[walk->at];
        if (c == '"') {
            walk->at++;
            return SCHEMA_JSON_FOUND;
        }
        if (c == '\\')
            walk->at++;
        else if (c < 0x20)
            return bad(walk, "a control character or line end inside a string; is its closing "
                             "quote missing?");
    }
    return SCHEMA_JSON_MORE;
}

/* From an opening bracket to behind the one that closes it. */
static enum schema_json_step skip_container(struct schema_json_walk *walk)
{
    uint64_t objects = 0; /* a bit for each open bracket, the innermost lowest: it is a brace */
    unsigned depth = 0;
    char last = ','; /* the byte before, blanks left out */
    while (walk->at < walk->len) {
        char c = walk->text[walk->at];
        if (schema_json_is_blank(c)) {
            walk->at++;
            continue;
        }
        if ((c == '{' || c == '[' || c == '"') && !strchr("{[,:", last))
            return bad(walk, "a comma, a colon or a closing bracket is missing");
        if (c == '"') {
            enum schema_json_step step = skip_string(walk);
            if (step != SCHEMA_JSON_FOUND)
                return step;
            last = c;
            continue;
        }
        if (c == '{' || c == '[') {
            if (depth++ == SCHEMA_JSON_MAX_DEPTH)
                return bad(walk, "nested deeper than 64 levels");
            objects = objects << 1 | (c == '{');
        } else if (c == '}' || c == ']') {
            if ((objects & 1) != (c == '}'))
                return bad(walk, "a bracket that closes another kind");
            objects >>= 1;
            depth--;
        } else if ((unsigned char)c < 0x20) {
            return bad(walk, "a control character");
        }
        walk->at++;
        last = c;
        if (depth == 0)
            return SCHEMA_JSON_FOUND;
    }
    return SCHEMA_JSON_MORE;
}

/* A number, true, false or null: to what cannot be part of one. */
static enum schema_json_step skip_word(struct schema_json_walk *walk)
{
    size_t start = walk->at;
    for (; walk->at < walk->len; walk->at++) {
        unsigned char c = (unsigned char)walk->text[walk->at];
        bool part = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '-' || c == '+' || c == '.';
        if (!part)
            return walk->at > start ? SCHEMA_JSON_FOUND : bad(walk, "a value is missing");
    }
    return SCHEMA_JSON_MORE;
}

enum schema_json_step schema_json_value(struct schema_json_walk *walk,
                                        struct schema_json_slice *out_value)
{
    if (walk->at >= walk->len)
        return SCHEMA_JSON_MORE;
    size_t start = walk->at;
    char c = walk->text[start];
    enum schema_json_step step = c == '{' || c == '[' ? skip_container(walk)
                                 : c == '"'           ? skip_string(walk)
                                                      : skip_word(walk);
    if (step == SCHEMA_JSON_FOUND)
        *out_value = (struct schema_json_slice){walk->text + start, walk->at - start};
    return step;
}

/* To the next byte that is not blank; 0 at the end of the text. */
static char next_byte(struct schema_json_walk *walk)
{
    while (walk->at < walk->len && schema_json_is_blank(walk->text[walk->at]))
        walk->at++;
    return walk->at < walk->len ? walk->text[walk->at] : '\0';
}

static enum schema_json_step missing(struct schema_json_walk *walk, const char *why)
{
    return walk->at >= walk->len ? SCHEMA_JSON_MORE : bad(walk, why);
}

enum schema_json_step schema_json_key(struct schema_json_walk *walk,
                                      struct schema_json_slice *out_key)
{
    char before = next_byte(walk);
    if (before == '}') {
        walk->at++;
        return SCHEMA_JSON_CLOSED;
    }
    if (before != '{' && before != ',')
        return missing(walk, "a comma or a closing brace was wanted");
    walk->at++;
    char first = next_byte(walk);
    if (first == '}' && before == '{') {
        walk->at++;
        return SCHEMA_JSON_CLOSED;
    }
    if (first != '"')
        return missing(walk, "a name in quotes was wanted");
    size_t start = walk->at + 1;
    enum schema_json_step step = skip_string(walk);
    if (step != SCHEMA_JSON_FOUND)
        return step;
    *out_key = (struct schema_json_slice){walk->text + start, walk->at - 1 - start};
    if (next_byte(walk) != ':')
        return missing(walk, "a colon was wanted");
    walk->at++;
    return next_byte(walk) == '\0' ? missing(walk, "a NUL byte") : SCHEMA_JSON_FOUND;
}
