#include "schema/csv_write.h"

#include <string.h>

/* Quotes inside are doubled; what stands between them goes in one piece. */
static void write_quoted(struct aro_buffer *out, const char *opening, const char *text, size_t len)
{
    aro_buffer_text(out, opening);
    for (const char *quote; len > 0 && (quote = memchr(text, '"', len));) {
        size_t up_to = (size_t)(quote - text) + 1;
        aro_buffer_append(out, text, up_to);
        aro_buffer_char(out, '"');
        text += up_to;
        len -= up_to;
    }
    aro_buffer_append(out, text, len);
    aro_buffer_char(out, '"');
}

void schema_csv_write(struct aro_buffer *out, char separator, const char *text, size_t len)
{
    bool is_plain = true;
    for (size_t i = 0; i < len && is_plain; i++)
        is_plain = text[i] != separator && text[i] != '"' && text[i] != '\n' && text[i] != '\r';
    if (is_plain)
        aro_buffer_append(out, text, len);
    else
        write_quoted(out, "\"", text, len);
}

/* A text that has apostrophes of its own before such a character is guarded too: what is taken away
 * in the end is then always what was added. */
static bool looks_like_a_formula(const char *text, size_t len)
{
    while (len > 0 && *text == '\'') {
        text++;
        len--;
    }
    return len > 0 && *text && strchr("=+-@\t\r\n", *text);
}

void schema_csv_write_guarded(struct aro_buffer *out, const char *text, size_t len)
{
    write_quoted(out, looks_like_a_formula(text, len) ? "\"'" : "\"", text, len);
}

size_t schema_csv_unguard(const char *text, size_t len)
{
    return len > 0 && *text == '\'' && looks_like_a_formula(text, len);
}
