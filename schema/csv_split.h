/*
 * Cutting one CSV record into its fields: the inner loop of the CSV reader. Changes no byte, so
 * that it can start again when the record is not all there yet.
 */
#ifndef ARO_SCHEMA_CSV_SPLIT_H
#define ARO_SCHEMA_CSV_SPLIT_H

#include "schema/input.h"
#include "schema/record.h"

/** One record's fields; `fields` beyond max_fields are counted and not kept. */
struct schema_csv_split {
    char separator;
    size_t max_fields;
    struct schema_field fields[SCHEMA_RECORD_MAX_FIELDS]; /* text, len, line, column */
    size_t n_fields;                                      /* found; may be more than max_fields */
    uint16_t doubled[SCHEMA_RECORD_MAX_FIELDS];           /* fields that hold doubled quotes */
    size_t n_doubled;

    size_t text_len;    /* of the record, without its line end */
    size_t len;         /* with it */
    uint64_t next_line; /* of what comes behind */

    size_t quote_field; /* where a quoted value is not closed: n_fields counts those before */
    uint64_t quote_line;
    bool quote_open;
    bool has_stray; /* there is text behind a closing quote */
    size_t stray_field;
    const char *stray;
};

/**
 * Cuts the record at the start of the window.
 *
 * @param line  of the window's first byte, from 1
 * @return      false when the window ends before the record does; quote_open then tells whether
 *              inside quotes
 */
bool schema_csv_split(struct schema_csv_split *split, const struct schema_window *window,
                      uint64_t line);

#endif
