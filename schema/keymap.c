#include "schema/keymap.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

struct schema_keymap_slot {
    uint64_t key_at;
    uint32_t key_len;
    uint32_t hash;
    uint32_t value;
    uint32_t used; /* 0 in an empty slot */
};

/* FNV-1a of 64 bits, folded: keys are short. Source: draft-eastlake-fnv. */
static uint32_t hash_of(const char *key, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 32);
}

void schema_keymap_clear(struct schema_keymap *map)
{
    free(map->slots);
    aro_buffer_clear(&map->keys);
    *map = (struct schema_keymap){0};
}

/* The slot that holds the key, or the empty one where it would go. */
static struct schema_keymap_slot *slot_of(const struct schema_keymap *map, const char *key,
                                          size_t len, uint32_t hash)
{
    size_t mask = map->n_slots - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct schema_keymap_slot *slot = &map->slots[i];
        if (!slot->used || (slot->hash == hash && slot->key_len == len &&
                            memcmp(map->keys.data + slot->key_at, key, len) == 0))
            return slot;
    }
}

uint32_t schema_keymap_find(const struct schema_keymap *map, const char *key, size_t key_len)
{
    if (map->n == 0)
        return SCHEMA_KEYMAP_NONE;
    const struct schema_keymap_slot *slot = slot_of(map, key, key_len, hash_of(key, key_len));
    return slot->used ? slot->value : SCHEMA_KEYMAP_NONE;
}

static bool grow(struct schema_keymap *map, struct aro_error *err)
{
    size_t n_slots = map->n_slots ? 2 * map->n_slots : FIRST_SLOTS;
    struct schema_keymap_slot *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
        return aro_error_no_memory(err);
    for (size_t from = 0; from < map->n_slots; from++) {
        if (!map->slots[from].used)
            continue;
        size_t to = map->slots[from].hash & (n_slots - 1);
        while (slots[to].used)
            to = (to + 1) & (n_slots - 1);
        slots[to] = map->slots[from];
    }
    free(map->slots);
    map->slots = slots;
    map->n_slots = n_slots;
    return true;
}

bool schema_keymap_put(struct schema_keymap *map, const char *key, size_t key_len, uint32_t value,
                       uint32_t *out_existing, struct aro_error *err)
{
    /* At most two thirds full, so that a search ends soon. */
    if (3 * (map->n + 1) > 2 * map->n_slots && !grow(map, err))
        return false;
    uint32_t hash = hash_of(key, key_len);
    struct schema_keymap_slot *slot = slot_of(map, key, key_len, hash);
    if (slot->used) {
        *out_existing = slot->value;
        return true;
    }
    size_t key_at = map->keys.len;
    aro_buffer_append(&map->keys, key, key_len);
    if (!aro_buffer_ok(&map->keys, err))
        return false;
    *slot = (struct schema_keymap_slot){
        .key_at = key_at, .key_len = (uint32_t)key_len, .hash = hash, .value = value, .used = 1};
    map->n++;
    *out_existing = SCHEMA_KEYMAP_NONE;
    return true;
}
