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

struct schema_charset_place schema_charset_place_of(struct schema_charset_place start,
                                                    const char *text, size_t at)
{
    struct schema_charset_place place = start;
    for (size_t i = 0; i < at; i++) {
        bool ends_line = text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n');
        place.line += ends_line;
        place.column = ends_line ? 1 : place.column + 1;
    }
    return place;
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
