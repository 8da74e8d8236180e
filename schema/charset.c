#include "schema/charset.h"

#include <endian.h>
#include <string.h>

#include "geo/utf8.h"

static const uint64_t ONES = 0x0101010101010101, HIGHS = 0x8080808080808080;

/* The first byte that is NUL or not ASCII. A byte of a word is flagged by its own high bit or,
 * when 0, by the borrow of the subtraction; a borrow reaches only bytes behind it. */
static const uint8_t *skip_ascii(const uint8_t *at, const uint8_t *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word = le64toh(word);
        uint64_t flags = (word | (word - ONES)) & HIGHS;
        if (flags)
            return at + __builtin_ctzll(flags) / 8;
    }
    while (at < end && *at - 1u < 0x7F)
        at++;
    return at;
}

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t schema_charset_valid_len(const char *text, size_t len)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + len;
    while ((at = skip_ascii(at, end)) < end) {
        size_t n = *at == 0 ? 0 : geo_utf8_len((const char *)at, (size_t)(end - at));
        if (n == 0)
            break;
        at += n;
    }
    return (size_t)(at - (const uint8_t *)text);
}

size_t schema_charset_whole_len(const char *text, size_t len)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t lead = len;
    while (lead > 0 && len - lead < 3 && is_continuation(bytes[lead - 1]))
        lead--;
    if (lead == 0 || bytes[lead - 1] < 0xC2)
        return len;
    lead--;
    size_t wanted = bytes[lead] >= 0xF0 ? 4 : bytes[lead] >= 0xE0 ? 3 : 2;
    return len - lead < wanted ? lead : len;
}

bool schema_charset_looks_latin(const char *text, size_t len)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + len;
    bool high = false;
    while ((at = skip_ascii(at, end)) < end) {
        if (*at == 0 || geo_utf8_len((const char *)at, (size_t)(end - at)) > 0)
            return false;
        high = true;
        at++;
    }
    return high;
}

size_t schema_charset_line_ends(const char *text, size_t len, const char **last_line)
{
    const char *end = text + len;
    size_t n = 0;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))); n++)
        *last_line = ++at;
    for (const char *at = text; (at = memchr(at, '\r', (size_t)(end - at)));) {
        if (*++at == '\n')
            continue;
        n++;
        if (at > *last_line)
            *last_line = at;
    }
    return n;
}

struct schema_charset_place schema_charset_place_of(struct schema_charset_place start,
                                                    const char *text, size_t at)
{
    const char *last_line = text;
    size_t n = schema_charset_line_ends(text, at, &last_line);
    uint64_t column = (uint64_t)(text + at - last_line) + 1;
    return (struct schema_charset_place){start.line + n, n > 0 ? column : start.column + at};
}

bool schema_charset_explain(const char *text, size_t len, size_t at,
                            struct schema_charset_place place, const char *column,
                            struct aro_error *err)
{
    unsigned byte = (unsigned char)text[at];
    unsigned long long line = place.line, byte_column = place.column;
    if (byte == 0)
        return aro_error_set_for(err, column, ARO_BAD_INPUT,
                                 "a NUL byte at line %llu, byte %llu; text was wanted", line,
                                 byte_column);
    const char *advice = schema_charset_looks_latin(text, len)
                             ? "it looks like Windows-1252 (Latin-1): save the file as UTF-8"
                             : "UTF-8 was wanted";
    return aro_error_set_for(err, column, ARO_BAD_INPUT,
                             "byte 0x%02X at line %llu, byte %llu is not UTF-8; %s", byte, line,
                             byte_column, advice);
}
