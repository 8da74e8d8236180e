/*
 * Where a text stops being UTF-8, and what to tell a person about it. Fast on long texts that
 * are mostly ASCII: what the readers run over every record.
 */
#ifndef ARO_SCHEMA_CHARSET_H
#define ARO_SCHEMA_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

/** How many bytes from the start are UTF-8 without a NUL: `len` when all are. */
size_t schema_charset_valid_len(const char *text, size_t len);

/** Of a text cut anywhere: `len` less the bytes of a last character that is not all there. */
size_t schema_charset_whole_len(const char *text, size_t len);

/**
 * True when the text has bytes above 0x7F and none of them are UTF-8: written by a program that
 * saves Windows-1252 (or its subset Latin-1), as older spreadsheets do.
 */
bool schema_charset_looks_latin(const char *text, size_t len);

/**
 * Counts the line ends among the first len bytes: LF, CRLF or CR, one each. Looks at text[len]
 * too: CRLF that is cut in two ends with its LF.
 *
 * @param last_line  in and out: moved behind the last line end, if there is one
 */
size_t schema_charset_line_ends(const char *text, size_t len, const char **last_line);

/** A place in a text. Plain value. */
struct schema_charset_place {
    uint64_t line;   /* from 1; ended by LF, CRLF or CR */
    uint64_t column; /* from 1, in bytes */
};

/** The place of text[at], where text[0] stands at `start`. */
struct schema_charset_place schema_charset_place_of(struct schema_charset_place start,
                                                    const char *text, size_t at);

/**
 * Records what is wrong with text[at], the first byte that is not UTF-8, and what to do.
 *
 * @param column  the name of the column or property at fault, "" where it is not known
 * @return        false
 */
bool schema_charset_explain(const char *text, size_t len, size_t at,
                            struct schema_charset_place place, const char *column,
                            struct aro_error *err);

#endif
