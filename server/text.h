/*
 * Texts of URLs: percent encoding and decoding (RFC 3986; application/x-www-form-urlencoded of
 * the WHATWG URL standard for query parameters).
 */
#ifndef ARO_SERVER_TEXT_H
#define ARO_SERVER_TEXT_H

#include <stdint.h>

#include "geo/buffer.h"

enum text_decoding { TEXT_PATH, TEXT_FORM }; /* a form's "+" is a space */

/**
 * Decodes len bytes into out (which needs len + 1 bytes and may be the text itself) and
 * terminates it.
 *
 * @param err  ARO_BAD_INPUT: a "%" without two hexadecimal digits, NUL, or not UTF-8
 */
bool text_decode(enum text_decoding decoding, const char *text, size_t len, char *out,
                 struct aro_error *err);

/** Reads a whole number of digits alone, as ids are. False where it is none, or above 18 digits. */
bool text_id_parse(const char *text, int64_t *out_id);

/** What need not be percent-encoded: unreserved characters, in a value of a query ",:/" too, and in
 * a path "@" beside these. */
enum text_kept { TEXT_KEEP_UNRESERVED = 1, TEXT_KEEP_IN_QUERY = 2, TEXT_KEEP_IN_PATH = 4 };

/** Appends with everything else percent-encoded. */
void text_encode(struct aro_buffer *out, const char *text, enum text_kept kept);

#endif
