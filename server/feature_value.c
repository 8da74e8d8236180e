#include "server/feature_value.h"

#include <string.h>

struct schema_json_walk feature_value_properties(const char *text, size_t len)
{
    static const char before[] = ",\"properties\":";
    /* No text from outside comes before: an id and numbers do. */
    const char *found = memmem(text, len, before, sizeof before - 1);
    return (struct schema_json_walk){
        .text = text, .len = len, .at = (size_t)(found - text) + sizeof before - 1};
}

static unsigned hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

static unsigned four_hex(const char *at)
{
    return hex_digit(at[0]) << 12 | hex_digit(at[1]) << 8 | hex_digit(at[2]) << 4 |
           hex_digit(at[3]);
}

static void put_utf8(struct aro_buffer *out, unsigned code)
{
    if (code < 0x80) {
        aro_buffer_char(out, (char)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xC0, 0xE0, 0xF0};
    aro_buffer_char(out, (char)(leads[more] | code >> 6 * more));
    while (more-- > 0)
        aro_buffer_char(out, (char)(0x80 | (code >> 6 * more & 0x3F)));
}

/* An escape from behind its backslash; gives how long it is. The text is JSON. */
static size_t put_escape(struct aro_buffer *out, const char *at)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    const char *letter = strchr(letters, *at);
    if (*at != 'u') {
        aro_buffer_char(out, letter ? meanings[letter - letters] : *at);
        return 1;
    }
    unsigned code = four_hex(at + 1);
    bool is_pair = code >= 0xD800 && code < 0xDC00 && at[5] == '\\' && at[6] == 'u';
    if (is_pair)
        code = 0x10000 + ((code - 0xD800) << 10 | (four_hex(at + 7) - 0xDC00));
    put_utf8(out, code);
    return is_pair ? 11 : 5;
}

void feature_value_text(struct aro_buffer *out, struct schema_json_slice value)
{
    const char *at = value.text, *end = at + value.len;
    if (value.len < 2 || *at != '"') {
        aro_buffer_append(out, at, value.len);
        return;
    }
    at++;
    end--;
    for (const char *backslash; (backslash = memchr(at, '\\', (size_t)(end - at)));) {
        aro_buffer_append(out, at, (size_t)(backslash - at));
        at = backslash + 1 + put_escape(out, backslash + 1);
    }
    aro_buffer_append(out, at, (size_t)(end - at));
}

bool feature_value_next(struct schema_json_walk *walk, struct schema_json_slice *out_item)
{
    bool is_list = walk->len > 1 && walk->text[0] == '[';
    if (!is_list || walk->at >= walk->len || walk->text[walk->at] == ']')
        return false;
    walk->at++; /* the bracket or a comma */
    return walk->text[walk->at] != ']' && schema_json_value(walk, out_item) == SCHEMA_JSON_FOUND;
}
