/*
 * What someone meant who mistyped one of some known names.
 */
#ifndef ARO_GEO_SPELLING_H
#define ARO_GEO_SPELLING_H

#include <stddef.h>

/**
 * The name that a mistyped word stands for: at most two letters (one, in words below five) are
 * wrong, missing, too many or swapped.
 *
 * @param names  n texts; NULL entries are passed over
 * @return       one of names; NULL when none is near
 */
const char *geo_spelling_nearest(const char *word, const char *const *names, size_t n);

#endif
