#include "geo/intern.h"

#include <stdlib.h>
#include <string.h>

enum { MIN_SLOTS = 1024 };

/* Empty while `taken` is 0. Half the slots stay empty. */
struct geo_intern_slot {
    uint32_t hash;
    uint32_t taken; /* the text's number + 1 */
};

void geo_intern_clear(struct geo_intern *intern)
{
    aro_buffer_clear(&intern->bytes);
    free(intern->texts);
    free(intern->slots);
    *intern = (struct geo_intern){0};
}

static uint64_t read_u64(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t read_u32(const char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Eight bytes at a time; what is left over is read again from the end, overlapping. */
static uint32_t hash_of(const char *text, size_t len)
{
    const uint64_t factor = 0x9E3779B97F4A7C15u; /* 2^64 by the golden ratio, odd */
    uint64_t hash = len * factor, rest = 0;
    for (size_t i = 0; i + 8 < len; i += 8) {
        hash = (hash ^ read_u64(text + i)) * factor;
        hash ^= hash >> 32;
    }
    if (len >= 8)
        rest = read_u64(text + len - 8);
    else if (len >= 4)
        rest = read_u32(text) << 32 | read_u32(text + len - 4);
    else if (len > 0)
        rest = (uint64_t)(unsigned char)text[0] << 16 |
               (uint64_t)(unsigned char)text[len / 2] << 8 | (unsigned char)text[len - 1];
    hash = (hash ^ rest) * factor;
    hash ^= hash >> 32;
    return (uint32_t)((hash * factor) >> 32);
}

static bool grow_slots(struct geo_intern *intern, struct aro_error *err)
{
    size_t n_slots = intern->n_slots ? 2 * intern->n_slots : MIN_SLOTS;
    struct geo_intern_slot *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < intern->n_slots; i++) {
        if (!intern->slots[i].taken)
            continue;
        size_t at = intern->slots[i].hash & (n_slots - 1);
        while (slots[at].taken)
            at = (at + 1) & (n_slots - 1);
        slots[at] = intern->slots[i];
    }
    free(intern->slots);
    intern->slots = slots;
    intern->n_slots = n_slots;
    return true;
}

static bool keep_text(struct geo_intern *intern, const char *text, size_t len,
                      struct aro_error *err)
{
    if (intern->n >= UINT32_MAX - 1)
        return aro_error_set(err, ARO_TOO_LARGE, "more than %u distinct texts", UINT32_MAX - 1);
    if (intern->n == intern->capacity) {
        size_t capacity = intern->capacity ? 2 * intern->capacity : MIN_SLOTS / 2;
        struct geo_intern_text *texts = realloc(intern->texts, capacity * sizeof *texts);
        if (!texts)
            return aro_error_no_memory(err);
        intern->texts = texts;
        intern->capacity = capacity;
    }
    size_t offset = intern->bytes.len;
    aro_buffer_append(&intern->bytes, text, len);
    if (!aro_buffer_ok(&intern->bytes, err))
        return false;
    intern->texts[intern->n++] = (struct geo_intern_text){offset, len};
    return true;
}

static bool is_text(const struct geo_intern *intern, uint32_t number, const char *text, size_t len)
{
    const struct geo_intern_text *kept = &intern->texts[number];
    return kept->len == len &&
           (len == 0 || memcmp(intern->bytes.data + kept->offset, text, len) == 0);
}

bool geo_intern_put(struct geo_intern *intern, const char *text, size_t len, uint32_t *out_number,
                    struct aro_error *err)
{
    if (2 * (intern->n + 1) > intern->n_slots && !grow_slots(intern, err))
        return false;
    uint32_t hash = hash_of(text, len);
    size_t at = hash & (intern->n_slots - 1);
    for (; intern->slots[at].taken; at = (at + 1) & (intern->n_slots - 1)) {
        uint32_t number = intern->slots[at].taken - 1;
        if (intern->slots[at].hash == hash && is_text(intern, number, text, len)) {
            *out_number = number;
            return true;
        }
    }
    if (!keep_text(intern, text, len, err))
        return false;
    intern->slots[at] = (struct geo_intern_slot){hash, (uint32_t)intern->n};
    *out_number = (uint32_t)intern->n - 1;
    return true;
}

const char *geo_intern_get(const struct geo_intern *intern, uint32_t number, size_t *out_len)
{
    *out_len = intern->texts[number].len;
    return intern->bytes.data + intern->texts[number].offset;
}
