/*
 * Cells of CSV on their way out, so that schema/csv.h reads back what was written.
 *
 * Source: RFC 4180; and for what spreadsheets take for formulas, OWASP, "CSV Injection".
 */
#ifndef ARO_SCHEMA_CSV_WRITE_H
#define ARO_SCHEMA_CSV_WRITE_H

#include "geo/buffer.h"

/** Appends a cell, in quotes where it needs them. */
void schema_csv_write(struct aro_buffer *out, char separator, const char *text, size_t len);

/**
 * Appends a cell of text for a spreadsheet: always in quotes, so that a program that asks can tell
 * text from numbers; and what would be a formula (a first character = + - @, tab, CR or LF, behind
 * apostrophes or not) gets an apostrophe in front, which schema_csv_unguard() takes away again.
 */
void schema_csv_write_guarded(struct aro_buffer *out, const char *text, size_t len);

/** How many bytes in front of a text are such an apostrophe: 0 or 1. */
size_t schema_csv_unguard(const char *text, size_t len);

#endif
