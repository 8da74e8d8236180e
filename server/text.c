#include "server/text.h"

#include <string.h>

#include "geo/utf8.h"

bool text_id_parse(const char *text, int64_t *out_id)
{
    int64_t id = 0;
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 18 || text[len])
        return false;
    for (size_t i = 0; i < len; i++)
        id = id * 10 + (text[i] - '0');
    *out_id = id;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at text stands for, or -1. */
static int unescape(const char *text, size_t len)
{
    int high = len > 2 ? hex_digit(text[1]) : -1;
    int low = len > 2 ? hex_digit(text[2]) : -1;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool text_decode(enum text_decoding decoding, const char *text, size_t len, char *out,
                 struct aro_error *err)
{
    size_t out_len = 0;
    for (size_t i = 0; i < len; i++) {
        int byte = (unsigned char)text[i];
        if (byte == '%') {
            byte = unescape(text + i, len - i);
            if (byte < 0)
                return aro_error_set(err, ARO_BAD_INPUT,
                                     "\"%.*s\": a '%%' must be followed by two hexadecimal digits "
                                     "(the sign itself is written '%%25')",
                                     (int)(len - i < 3 ? len - i : 3), text + i);
            i += 2;
        } else if (byte == '+' && decoding == TEXT_FORM) {
            byte = ' ';
        }
        if (byte == 0)
            return aro_error_set(err, ARO_BAD_INPUT, "a text cannot hold the character NUL");
        out[out_len++] = (char)byte;
    }
    out[out_len] = '\0';
    if (!geo_utf8_valid(out, out_len))
        return aro_error_set(err, ARO_BAD_INPUT, "not UTF-8 once decoded");
    return true;
}

/* The unreserved characters of RFC 3986, section 2.3, and those that may stay beside them. */
static unsigned kept_of(unsigned char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~')
        return TEXT_KEEP_UNRESERVED | TEXT_KEEP_IN_QUERY | TEXT_KEEP_IN_PATH;
    if (c == ',' || c == ':' || c == '/')
        return TEXT_KEEP_IN_QUERY | TEXT_KEEP_IN_PATH;
    return c == '@' ? TEXT_KEEP_IN_PATH : 0;
}

void text_encode(struct aro_buffer *out, const char *text, enum text_kept kept)
{
    static const char digits[] = "0123456789ABCDEF";
    for (;;) {
        size_t len = 0;
        while (kept_of((unsigned char)text[len]) & kept)
            len++;
        aro_buffer_append(out, text, len);
        text += len;
        if (!*text)
            break;
        unsigned char byte = (unsigned char)*text++;
        aro_buffer_append(out, (char[]){'%', digits[byte >> 4], digits[byte & 15]}, 3);
    }
}
