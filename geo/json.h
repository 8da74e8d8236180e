/*
 * Writing JSON text (RFC 8259): the fast way out for answers that are made once and sent often.
 *
 * Only writing: JSON from outside is read with jansson in schema/ and server/. Bytes are
 * deterministic: one value has one text.
 */
#ifndef ARO_GEO_JSON_H
#define ARO_GEO_JSON_H

#include <stdint.h>

#include "geo/buffer.h"

/**
 * A quoted string. Escapes what RFC 8259 requires, and "<" as \u003c so that the text may stand
 * in an HTML script element. Bytes that are not UTF-8 become U+FFFD.
 *
 * @param text  len bytes; NULL writes null
 */
void aro_json_string(struct aro_buffer *out, const char *text, size_t len);

/** aro_json_string() of a terminated text; NULL writes null. */
void aro_json_text(struct aro_buffer *out, const char *text);

void aro_json_integer(struct aro_buffer *out, int64_t value);

/** The shortest text of at most `decimals` (0 to 15) decimals; NaN and infinity write null. */
void aro_json_number(struct aro_buffer *out, double value, int decimals);

/** The shortest text that reads back as the same finite number: "5", "-0.1", "1.5E+300". */
void aro_json_exact(struct aro_buffer *out, double value);

/** aro_json_exact(), with a point or exponent always, by which readers know it from an integer. */
void aro_json_real(struct aro_buffer *out, double value);

#endif
