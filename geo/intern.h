/*
 * Distinct texts, numbered from 0 in the order in which they first came.
 *
 * For what is met over and over and must be worked out once. Owned by one thread.
 */
#ifndef ARO_GEO_INTERN_H
#define ARO_GEO_INTERN_H

#include "geo/buffer.h"

#include <stdint.h>

/** Start from {0}; geo_intern_clear() releases. */
struct geo_intern {
    struct aro_buffer bytes; /* the texts, one after another */
    struct geo_intern_text {
        size_t offset; /* in bytes.data */
        size_t len;
    } * texts; /* n, by number */
    size_t n, capacity;
    struct geo_intern_slot *slots; /* hash table */
    size_t n_slots;
};

void geo_intern_clear(struct geo_intern *intern);

/**
 * The number of a text, which is kept if it is new: then the number is what n was before.
 *
 * @param text  len bytes, copied
 * @param err   ARO_NO_MEMORY; ARO_TOO_LARGE beyond 2^32 - 2 texts
 */
bool geo_intern_put(struct geo_intern *intern, const char *text, size_t len, uint32_t *out_number,
                    struct aro_error *err);

/** The text's bytes, borrowed until the next geo_intern_put(). */
const char *geo_intern_get(const struct geo_intern *intern, uint32_t number, size_t *out_len);

#endif
