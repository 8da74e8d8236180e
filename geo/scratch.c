#include "geo/scratch.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 4096 };

struct geo_scratch_block {
    struct geo_scratch_block *older;
    size_t used, capacity;
    max_align_t bytes[];
};

void geo_scratch_clear(struct geo_scratch *scratch)
{
    while (scratch->newest) {
        struct geo_scratch_block *block = scratch->newest;
        scratch->newest = block->older;
        free(block);
    }
}

/* Blocks grow, so that the newest is the largest. */
static bool add_block(struct geo_scratch *scratch, size_t bytes, struct aro_error *err)
{
    size_t capacity = scratch->newest ? 2 * scratch->newest->capacity : FIRST_BYTES;
    if (capacity < bytes)
        capacity = bytes;
    struct geo_scratch_block *block = malloc(sizeof *block + capacity);
    if (!block)
        return aro_error_no_memory(err);
    *block = (struct geo_scratch_block){.older = scratch->newest, .capacity = capacity};
    scratch->newest = block;
    return true;
}

void *geo_scratch_take(struct geo_scratch *scratch, size_t bytes, struct aro_error *err)
{
    size_t whole = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct geo_scratch_block *block = scratch->newest;
    if (!block || block->capacity - block->used < whole) {
        if (!add_block(scratch, whole, err))
            return NULL;
        block = scratch->newest;
    }
    void *piece = (char *)block->bytes + block->used;
    block->used += whole;
    return piece;
}

char *geo_scratch_keep(struct geo_scratch *scratch, const struct aro_buffer *buffer,
                       struct aro_error *err)
{
    char *piece = NULL;
    if (aro_buffer_ok(buffer, err))
        piece = geo_scratch_take(scratch, buffer->len, err);
    if (piece && buffer->len > 0)
        memcpy(piece, buffer->data, buffer->len);
    return piece;
}

void geo_scratch_reset(struct geo_scratch *scratch)
{
    if (!scratch->newest)
        return;
    struct geo_scratch older = {scratch->newest->older};
    geo_scratch_clear(&older);
    scratch->newest->older = NULL;
    scratch->newest->used = 0;
}
