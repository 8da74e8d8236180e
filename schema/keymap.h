/*
 * Texts to numbers, in memory: what an import looks up for each row.
 *
 * Exact (the keys are kept), grows by doubling, never shrinks. Owned by one thread.
 */
#ifndef ARO_SCHEMA_KEYMAP_H
#define ARO_SCHEMA_KEYMAP_H

#include <stdint.h>

#include "geo/buffer.h"

enum { SCHEMA_KEYMAP_NONE = UINT32_MAX };

/** Start from {0}; schema_keymap_clear() releases. */
struct schema_keymap {
    struct schema_keymap_slot *slots; /* owned; a power of two, or NULL while empty */
    size_t n_slots, n;
    struct aro_buffer keys; /* one after another */
};

void schema_keymap_clear(struct schema_keymap *map);

/** The number of the key, or SCHEMA_KEYMAP_NONE. */
uint32_t schema_keymap_find(const struct schema_keymap *map, const char *key, size_t key_len);

/**
 * Puts a key in, unless it is there.
 *
 * @param value         anything but SCHEMA_KEYMAP_NONE
 * @param out_existing  its number where the key was there (and stays), else SCHEMA_KEYMAP_NONE
 * @param err           ARO_NO_MEMORY
 */
bool schema_keymap_put(struct schema_keymap *map, const char *key, size_t key_len, uint32_t value,
                       uint32_t *out_existing, struct aro_error *err);

#endif
