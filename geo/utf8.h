/*
 * Is it UTF-8? (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.)
 */
#ifndef ARO_GEO_UTF8_H
#define ARO_GEO_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Length of the first character's bytes, 1 to 4; 0 where the text does not begin with a
 * whole, valid character (or len is 0).
 */
size_t geo_utf8_len(const char *text, size_t len);

/** True when all len bytes are valid UTF-8 (an empty text is). */
bool geo_utf8_valid(const char *text, size_t len);

#endif
