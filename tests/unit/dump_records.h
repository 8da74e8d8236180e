/*
 * Records as one text, so that a test compares all that a reader found at once:
 *
 *   code,nom
 *   2: 01001 | -
 *   3! 1 fields found, 2 wanted, as in the header
 *   failed: …
 *
 * "-" where a record has no value. What holds for every record is asserted on the way.
 */
#ifndef ARO_TESTS_DUMP_RECORDS_H
#define ARO_TESTS_DUMP_RECORDS_H

#include <assert.h>
#include <string.h>

#include <jansson.h>

#include "geo/utf8.h"
#include "schema/record.h"

/** The reader under test; `reader` is its object. */
struct dump_reader {
    void *reader;
    enum schema_next (*next)(void *reader, const struct schema_record **out_record,
                             struct aro_error *err);
    size_t (*n_columns)(const void *reader);
    const char *(*column)(const void *reader, size_t i);
    bool places; /* each value behind its line:column */
};

static void dump_field(struct aro_buffer *out, const struct schema_field *field, bool places)
{
    assert((field->text == NULL) == (field->len == 0));
    if (!field->text) {
        aro_buffer_char(out, '-');
        return;
    }
    assert(strlen(field->text) == field->len && geo_utf8_valid(field->text, field->len));
    if (places)
        aro_buffer_printf(out, "%llu:%u ", (unsigned long long)field->line, field->column);
    aro_buffer_append(out, field->text, field->len);
}

static void dump_record(struct aro_buffer *out, const struct schema_record *record, bool places)
{
    aro_buffer_printf(out, "%llu:", (unsigned long long)record->line);
    for (size_t i = 0; i < record->n_fields; i++) {
        aro_buffer_text(out, i == 0 ? " " : " | ");
        dump_field(out, &record->fields[i], places);
    }
    if (record->has_geometry)
        aro_buffer_printf(out, " @ %.9g %.9g", record->x, record->y);
    if (record->shape)
        aro_buffer_printf(out, " @ %s", json_string_value(json_object_get(record->shape, "type")));
    aro_buffer_char(out, '\n');
}

/** Appends the rows, and the columns (which may have grown) behind them. */
static void dump_records(struct aro_buffer *out, const struct dump_reader *reader)
{
    for (uint64_t line = 1;;) {
        struct aro_error err = {0};
        const struct schema_record *record = NULL;
        enum schema_next next = reader->next(reader->reader, &record, &err);
        bool wrong = next == SCHEMA_NEXT_BAD || next == SCHEMA_NEXT_FAILED;
        assert(wrong == (err.status != ARO_OK) && wrong == (*err.message != '\0'));
        if (next == SCHEMA_NEXT_RECORD || next == SCHEMA_NEXT_BAD) {
            assert(record->line >= line);
            line = record->line;
        }
        assert(next != SCHEMA_NEXT_RECORD || record->n_fields == reader->n_columns(reader->reader));
        if (next == SCHEMA_NEXT_RECORD)
            dump_record(out, record, reader->places);
        else if (next == SCHEMA_NEXT_BAD)
            aro_buffer_printf(out, "%llu! %s%s%s\n", (unsigned long long)record->line,
                              err.parameter, *err.parameter ? ": " : "", err.message);
        else if (next == SCHEMA_NEXT_FAILED)
            aro_buffer_printf(out, "failed: %s\n", err.message);
        if (next == SCHEMA_NEXT_END || next == SCHEMA_NEXT_FAILED)
            break;
    }
    aro_buffer_text(out, "columns:");
    for (size_t i = 0; i < reader->n_columns(reader->reader); i++)
        aro_buffer_printf(out, " %s", reader->column(reader->reader, i));
}

#endif
