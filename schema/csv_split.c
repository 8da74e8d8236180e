#include "schema/csv_split.h"

#include <endian.h>
#include <string.h>

#include "schema/charset.h"

static const uint64_t ONES = 0x0101010101010101, HIGHS = 0x8080808080808080;

/* The place in the text while it is cut. */
struct cursor {
    const char *at, *end;
    bool at_end;            /* nothing comes behind `end` */
    const char *line_start; /* of the line that `at` is in */
    uint64_t line;
};

/*
 * The next separator or byte below 0x0E (line ends, tab, NUL; the padding's zeros stop it at
 * the end). Eight bytes at a time: the subtractions borrow from the high bit of a byte that is
 * zero, or below 0x0E; a borrow reaches only bytes behind it, so the first flag is right.
 * Source: S. E. Anderson, "Bit Twiddling Hacks", hasless() and haszero().
 */
static const char *find_stop(const char *at, uint64_t separators)
{
    for (;; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word = le64toh(word);
        uint64_t other = word ^ separators;
        uint64_t flags = (((word - ONES * 0x0E) & ~word) | ((other - ONES) & ~other)) & HIGHS;
        if (flags)
            return at + __builtin_ctzll(flags) / 8;
    }
}

/* To the separator or line end, or the end of the window. */
static const char *skip_plain(const char *at, const char *end, char separator)
{
    const uint64_t separators = ONES * (unsigned char)separator;
    for (;; at++) {
        at = find_stop(at, separators);
        if (at >= end || *at == separator || *at == '\n' || *at == '\r')
            return at;
    }
}

/* The closing quote of the text at `at`; NULL when the window ends before it is certain. */
static const char *find_closing_quote(const char *at, const struct cursor *cursor,
                                      bool *out_doubled)
{
    const char *end = cursor->end;
    *out_doubled = false;
    while ((at = memchr(at, '"', (size_t)(end - at)))) {
        if (at + 1 == end && !cursor->at_end)
            return NULL;
        if (at[1] != '"')
            return at;
        *out_doubled = true;
        at += 2;
    }
    return NULL;
}

static bool take_quoted(struct schema_csv_split *split, struct cursor *cursor,
                        struct schema_field *field)
{
    bool doubled = false;
    const char *text = cursor->at + 1;
    const char *close = find_closing_quote(text, cursor, &doubled);
    if (!close) {
        split->quote_open = true;
        split->quote_line = cursor->line;
        return false;
    }
    *field = (struct schema_field){.text = text,
                                   .len = (size_t)(close - text),
                                   .line = cursor->line,
                                   .column = (uint32_t)(cursor->at - cursor->line_start + 1)};
    if (doubled && split->n_fields < split->max_fields)
        split->doubled[split->n_doubled++] = (uint16_t)split->n_fields;
    cursor->line += schema_charset_line_ends(text, field->len, &cursor->line_start);
    cursor->at = skip_plain(close + 1, cursor->end, split->separator);
    if (cursor->at > close + 1 && !split->has_stray) {
        split->has_stray = true;
        split->stray = close + 1;
        split->stray_field = split->n_fields;
    }
    return true;
}

static void take_plain(struct schema_csv_split *split, struct cursor *cursor,
                       struct schema_field *field)
{
    const char *text = cursor->at;
    cursor->at = skip_plain(text, cursor->end, split->separator);
    *field = (struct schema_field){.text = text,
                                   .len = (size_t)(cursor->at - text),
                                   .line = cursor->line,
                                   .column = (uint32_t)(text - cursor->line_start + 1)};
}

/* At a line end or the end of the window: is the record all there, and how long is it? */
static bool finish(struct schema_csv_split *split, const struct cursor *cursor, const char *start)
{
    const char *at = cursor->at;
    split->text_len = (size_t)(at - start);
    split->next_line = cursor->line + 1;
    if (at < cursor->end && *at == '\r') {
        /* CR at the very end of the window may be the first half of CRLF. */
        if (at + 1 == cursor->end && !cursor->at_end)
            return false;
        at++;
        at += at < cursor->end && *at == '\n';
    } else if (at < cursor->end) {
        at++;
    } else if (!cursor->at_end) {
        return false;
    }
    split->len = (size_t)(at - start);
    return true;
}

bool schema_csv_split(struct schema_csv_split *split, const struct schema_window *window,
                      uint64_t line)
{
    struct cursor cursor = {window->data, window->data + window->len, window->at_end, window->data,
                            line};
    split->n_fields = split->n_doubled = 0;
    split->quote_open = split->has_stray = false;
    for (;; cursor.at++) {
        struct schema_field beyond;
        struct schema_field *field =
            split->n_fields < split->max_fields ? &split->fields[split->n_fields] : &beyond;
        if (*cursor.at == '"') {
            if (!take_quoted(split, &cursor, field))
                return false;
        } else {
            take_plain(split, &cursor, field);
        }
        split->n_fields++;
        if (cursor.at >= cursor.end || *cursor.at != split->separator)
            return finish(split, &cursor, window->data);
    }
}
