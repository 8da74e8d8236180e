/*
 * Patterns of LIKE: % stands for any characters or none, _ for one, \ takes the meaning from the
 * character behind it. Characters are those of UTF-8 (code points); a backslash at the very end
 * means itself.
 *
 * Source: OGC 21-065r2, requirement /req/advanced-comparison-operators/like-predicate.
 */
#ifndef ARO_GEO_LIKE_H
#define ARO_GEO_LIKE_H

#include "geo/error.h"

#include <stddef.h>

/** What a pattern may have, since a text can take as many steps for each of its bytes. */
enum { GEO_LIKE_MAX_BYTES = 1024 };

/** Immutable after it is made: any number of threads may match. */
struct geo_like;

/**
 * @param pattern  len bytes, copied
 * @return         owned by the caller, who calls geo_like_free(); NULL on ARO_TOO_LARGE or
 *                 ARO_NO_MEMORY
 */
struct geo_like *geo_like_new(const char *pattern, size_t len, struct aro_error *err);
void geo_like_free(struct geo_like *like);

/** Whether the whole text matches. @param text  len bytes; NULL where len is 0 */
bool geo_like_matches(const struct geo_like *like, const char *text, size_t len);

#endif
