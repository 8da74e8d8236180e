#include "schema/csv.h"

#include <stdlib.h>
#include <string.h>

#include "schema/charset.h"
#include "schema/csv_split.h"

struct schema_csv {
    struct schema_input *input;         /* borrowed */
    const struct schema_window *window; /* the input's */
    uint64_t line;                      /* of the window's first byte that is not `used` */
    size_t used;                        /* bytes of the record handed out, to be consumed */
    size_t n_columns;
    const char *columns[SCHEMA_RECORD_MAX_FIELDS];
    char *names; /* owned; what columns point to */
    struct schema_record record;
    struct schema_csv_split split;
};

void schema_csv_close(struct schema_csv *csv)
{
    if (!csv)
        return;
    free(csv->names);
    free(csv);
}

size_t schema_csv_n_columns(const struct schema_csv *csv)
{
    return csv->n_columns;
}

const char *schema_csv_column(const struct schema_csv *csv, size_t i)
{
    return csv->columns[i];
}

char schema_csv_separator(const struct schema_csv *csv)
{
    return csv->split.separator;
}

const struct schema_field *schema_csv_bad_fields(const struct schema_csv *csv, size_t *out_n)
{
    size_t n = csv->split.n_fields;
    *out_n = n < csv->split.max_fields ? n : csv->split.max_fields;
    return csv->split.fields;
}

static bool too_long(const struct schema_csv *csv, struct aro_error *err)
{
    const struct schema_csv_split *split = &csv->split;
    if (split->quote_open)
        return aro_error_set(err, ARO_TOO_LARGE,
                             "the record that begins at line %llu is longer than %d bytes; is the "
                             "quote that opens at line %llu, field %zu, never closed?",
                             (unsigned long long)csv->line, SCHEMA_RECORD_MAX_BYTES,
                             (unsigned long long)split->quote_line, split->n_fields + 1);
    return aro_error_set(err, ARO_TOO_LARGE,
                         "the record that begins at line %llu is longer than %d bytes",
                         (unsigned long long)csv->line, SCHEMA_RECORD_MAX_BYTES);
}

/* Cuts the next record, reading on until it is whole. */
static bool split_whole(struct schema_csv *csv, struct aro_error *err)
{
    struct schema_csv_split *split = &csv->split;
    while (!schema_csv_split(split, csv->window, csv->line)) {
        if (csv->window->len > SCHEMA_RECORD_MAX_BYTES)
            return too_long(csv, err);
        if (csv->window->at_end)
            return aro_error_set(err, ARO_BAD_INPUT,
                                 "the quote that opens at line %llu, field %zu, is never closed",
                                 (unsigned long long)split->quote_line, split->n_fields + 1);
        if (!schema_input_more(csv->input, err))
            return false;
    }
    return split->text_len > SCHEMA_RECORD_MAX_BYTES ? too_long(csv, err) : true;
}

/* Cuts the next record that is not a blank line. END when there is none. */
static enum schema_next next_split(struct schema_csv *csv, struct aro_error *err)
{
    for (;;) {
        schema_input_consume(csv->input, csv->used);
        csv->used = 0;
        if (csv->window->len == 0 && !csv->window->at_end && !schema_input_more(csv->input, err))
            return SCHEMA_NEXT_FAILED;
        if (csv->window->len == 0)
            return SCHEMA_NEXT_END;
        if (!split_whole(csv, err))
            return SCHEMA_NEXT_FAILED;
        csv->used = csv->split.len;
        if (csv->split.text_len > 0)
            return SCHEMA_NEXT_RECORD;
        csv->line = csv->split.next_line;
    }
}

/* The field that holds the byte; n_fields when it is beyond the last one kept. */
static size_t field_at(const struct schema_csv_split *split, const char *at, size_t n_fields)
{
    size_t i = n_fields;
    while (i > 0 && split->fields[i - 1].text > at)
        i--;
    return i > 0 ? i - 1 : 0;
}

static bool check_utf8(const struct schema_csv *csv, struct aro_error *err)
{
    const char *text = csv->window->data;
    size_t len = csv->split.text_len;
    size_t at = schema_charset_valid_len(text, len);
    if (at == len)
        return true;
    struct schema_charset_place place =
        schema_charset_place_of((struct schema_charset_place){csv->line, 1}, text, at);
    const char *column = "";
    if (csv->n_columns > 0 && csv->split.n_fields <= csv->n_columns)
        column = csv->columns[field_at(&csv->split, text + at, csv->split.n_fields)];
    return schema_charset_explain(text, len, at, place, column, err);
}

static bool check_stray(const struct schema_csv *csv, struct aro_error *err)
{
    const struct schema_csv_split *split = &csv->split;
    if (!split->has_stray)
        return true;
    size_t left = (size_t)(csv->window->data + split->text_len - split->stray);
    size_t len = left;
    const char *separator = memchr(split->stray, split->separator, left);
    if (separator)
        len = (size_t)(separator - split->stray);
    len = schema_charset_whole_len(split->stray, len < 40 ? len : 40);
    const char *column =
        split->stray_field < csv->n_columns ? csv->columns[split->stray_field] : "";
    return aro_error_set_for(err, column, ARO_BAD_INPUT,
                             "'%.*s' stands behind the closing quote of field %zu; a separator was "
                             "wanted (a quote inside a quoted value is written twice)",
                             (int)len, split->stray, split->stray_field + 1);
}

static bool check_count(const struct schema_csv *csv, struct aro_error *err)
{
    if (csv->split.n_fields == csv->n_columns)
        return true;
    return aro_error_set(err, ARO_BAD_INPUT, "%zu fields found, %zu wanted, as in the header",
                         csv->split.n_fields, csv->n_columns);
}

/* Makes one quote of each two. */
static void undouble(struct schema_field *field)
{
    char *text = (char *)field->text; /* in the window, ours to write */
    const char *from = memchr(text, '"', field->len), *end = text + field->len;
    char *to = text + (from - text);
    while (from < end) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        size_t n = (size_t)((quote ? quote + 1 : end) - from);
        memmove(to, from, n);
        to += n;
        from += n + (quote != NULL);
    }
    field->len = (size_t)(to - text);
}

/* Writes the terminators: the byte behind each text is a separator, quote, line end or padding. */
static void terminate(struct schema_csv_split *split)
{
    for (size_t i = 0; i < split->n_doubled; i++)
        undouble(&split->fields[split->doubled[i]]);
    size_t n_kept = split->n_fields < split->max_fields ? split->n_fields : split->max_fields;
    for (size_t i = 0; i < n_kept; i++) {
        struct schema_field *field = &split->fields[i];
        if (field->len == 0)
            field->text = NULL;
        else
            ((char *)field->text)[field->len] = '\0';
    }
}

/* Counts what stands outside quotes on the header's line. False when the line is not all there. */
static bool find_separator(const struct schema_window *window, char *out_separator)
{
    size_t counts[256] = {0};
    bool quoted = false, ended = window->at_end;
    for (size_t i = 0; i < window->len; i++) {
        char c = window->data[i];
        quoted ^= c == '"';
        if (quoted)
            continue;
        if (c == '\n' || c == '\r') {
            ended = true;
            break;
        }
        counts[(unsigned char)c]++;
    }
    *out_separator = ',';
    for (const char *other = ";\t"; *other; other++) {
        if (counts[(unsigned char)*other] > counts[(unsigned char)*out_separator])
            *out_separator = *other;
    }
    return ended;
}

/* Consumes blank lines in front of the header, so that its first line is the window's first. */
static bool skip_blank_lines(struct schema_csv *csv, struct aro_error *err)
{
    const struct schema_window *window = csv->window;
    for (char last = '\0';; last = *window->data, schema_input_consume(csv->input, 1)) {
        if (window->len == 0 && !window->at_end && !schema_input_more(csv->input, err))
            return false;
        if (window->len == 0)
            return aro_error_set(err, ARO_BAD_INPUT, "has no header line");
        char c = *window->data;
        if (c != '\n' && c != '\r')
            return true;
        csv->line += !(c == '\n' && last == '\r');
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies the names, without blanks around them, into one block. */
static bool keep_names(struct schema_csv *csv, struct aro_error *err)
{
    csv->names = malloc(csv->split.text_len + csv->split.n_fields + 1);
    if (!csv->names)
        return aro_error_no_memory(err);
    char *to = csv->names;
    for (size_t i = 0; i < csv->n_columns; i++) {
        const char *text = csv->split.fields[i].text;
        size_t len = csv->split.fields[i].len;
        for (; len > 0 && is_blank(text[len - 1]); len--)
            ;
        for (; len > 0 && is_blank(*text); len--)
            text++;
        if (len == 0)
            return aro_error_set(
                err, ARO_BAD_INPUT,
                "column %zu of %zu in the header has no name; is there a separator "
                "too many?",
                i + 1, csv->n_columns);
        memcpy(to, text, len);
        to[len] = '\0';
        csv->columns[i] = to;
        to += len + 1;
    }
    return true;
}

static bool check_names(const struct schema_csv *csv, struct aro_error *err)
{
    for (size_t i = 0; i < csv->n_columns; i++) {
        for (size_t other = 0; other < i; other++) {
            if (strcmp(csv->columns[i], csv->columns[other]) == 0)
                return aro_error_set_for(err, csv->columns[i], ARO_BAD_INPUT,
                                         "the header names column '%s' twice: columns %zu and %zu",
                                         csv->columns[i], other + 1, i + 1);
        }
    }
    return true;
}

static bool read_header(struct schema_csv *csv, struct aro_error *err)
{
    if (!skip_blank_lines(csv, err))
        return false;
    while (!find_separator(csv->window, &csv->split.separator) &&
           csv->window->len <= SCHEMA_RECORD_MAX_BYTES) {
        if (!schema_input_more(csv->input, err))
            return false;
    }
    csv->split.max_fields = SCHEMA_RECORD_MAX_FIELDS;
    if (next_split(csv, err) != SCHEMA_NEXT_RECORD || !check_utf8(csv, err) ||
        !check_stray(csv, err))
        return aro_error_context(err, "in the header");
    if (csv->split.n_fields > SCHEMA_RECORD_MAX_FIELDS)
        return aro_error_set(err, ARO_TOO_LARGE, "the header has %zu columns; at most %d are read",
                             csv->split.n_fields, SCHEMA_RECORD_MAX_FIELDS);
    csv->line = csv->split.next_line;
    csv->n_columns = csv->split.max_fields = csv->split.n_fields;
    terminate(&csv->split);
    return keep_names(csv, err) && check_names(csv, err);
}

struct schema_csv *schema_csv_open(struct schema_input *input, struct aro_error *err)
{
    struct schema_csv *csv = calloc(1, sizeof *csv);
    if (!csv) {
        aro_error_no_memory(err);
        return NULL;
    }
    csv->input = input;
    csv->window = schema_input_window(input);
    csv->line = 1;
    if (!read_header(csv, err)) {
        schema_csv_close(csv);
        return NULL;
    }
    return csv;
}

enum schema_next schema_csv_next(struct schema_csv *csv, const struct schema_record **out_record,
                                 struct aro_error *err)
{
    enum schema_next next = next_split(csv, err);
    if (next != SCHEMA_NEXT_RECORD)
        return next;
    csv->record.line = csv->line;
    csv->record.n_fields = 0;
    *out_record = &csv->record;
    bool good = check_utf8(csv, err) && check_stray(csv, err) && check_count(csv, err);
    csv->line = csv->split.next_line;
    if (!good)
        return SCHEMA_NEXT_BAD;
    terminate(&csv->split);
    csv->record.n_fields = csv->n_columns;
    csv->record.fields = csv->split.fields;
    return SCHEMA_NEXT_RECORD;
}
