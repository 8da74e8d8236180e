/*
 * Arrays that grow as items come.
 */
#ifndef ARO_GEO_ARRAY_H
#define ARO_GEO_ARRAY_H

#include <stddef.h>

#include "geo/error.h"

/** What aro_array_grow() does where there is no room. */
void *aro_array_enlarge(void *items, size_t *capacity, size_t item_bytes, struct aro_error *err);

/**
 * Makes room for one more item in an array of n.
 *
 * @param items  the array, or NULL while empty
 * @return       the array, moved or not; NULL on ARO_NO_MEMORY, the old one then still stands
 */
static inline void *aro_array_grow(void *items, size_t n, size_t *capacity, size_t item_bytes,
                                   struct aro_error *err)
{
    return n < *capacity ? items : aro_array_enlarge(items, capacity, item_bytes, err);
}

#endif
