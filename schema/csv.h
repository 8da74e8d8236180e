/*
 * CSV as RFC 4180 has it, and as it is found.
 *
 * The separator (comma, semicolon or tab) is the one that the header holds most of. Lines end
 * with LF, CRLF or CR; blank lines are skipped. A value in double quotes may hold separators,
 * line ends and doubled quotes; a quote inside a value that does not begin with one is itself.
 * Texts point into the window and are terminated in place: reading a record allocates nothing.
 */
#ifndef ARO_SCHEMA_CSV_H
#define ARO_SCHEMA_CSV_H

#include "schema/input.h"
#include "schema/record.h"

/** Owned by one thread. */
struct schema_csv;

/**
 * Reads the header.
 *
 * @param input  borrowed until schema_csv_close(); stands at the header, behind any byte order mark
 * @param err    ARO_BAD_INPUT: no header, a column without a name or twice, not UTF-8;
 *               ARO_TOO_LARGE: more than SCHEMA_RECORD_MAX_FIELDS columns; ARO_NO_MEMORY; or what
 *               schema_input_more() says
 */
struct schema_csv *schema_csv_open(struct schema_input *input, struct aro_error *err);
void schema_csv_close(struct schema_csv *csv);

size_t schema_csv_n_columns(const struct schema_csv *csv);
const char *schema_csv_column(const struct schema_csv *csv, size_t i);

/** Comma, semicolon or tab. */
char schema_csv_separator(const struct schema_csv *csv);

/**
 * The fields of the record for which schema_csv_next() last said SCHEMA_NEXT_BAD, as far as they
 * are in the header, to be shown: not terminated, doubled quotes as they are, and perhaps not
 * UTF-8.
 */
const struct schema_field *schema_csv_bad_fields(const struct schema_csv *csv, size_t *out_n);

/**
 * As schema_source_next(); on an input that is fed it may say SCHEMA_NEXT_FAILED with ARO_BUSY, and
 * is then asked again when more has come.
 */
enum schema_next schema_csv_next(struct schema_csv *csv, const struct schema_record **out_record,
                                 struct aro_error *err);

#endif
