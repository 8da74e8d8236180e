#include "geo/blocks.h"

#include <assert.h>
#include <stdlib.h>

#include "geo/array.h"

void geo_blocks_clear(struct geo_blocks *blocks)
{
    free(blocks->items);
    free(blocks->pointers);
    *blocks = (struct geo_blocks){0};
}

static void add(struct geo_blocks *blocks, struct geo_block block)
{
    struct geo_block *items =
        aro_array_grow(blocks->items, blocks->n, &blocks->capacity, sizeof *items, NULL);
    if (!items) {
        blocks->failed = true;
        return;
    }
    blocks->items = items;
    items[blocks->n++] = block;
}

void geo_blocks_add(struct geo_blocks *blocks, const void *block, size_t n_bytes)
{
    add(blocks, (struct geo_block){block, n_bytes, false});
}

void geo_blocks_pointer(struct geo_blocks *blocks, const void *pointer)
{
    const void **pointers = aro_array_grow(blocks->pointers, blocks->n_pointers,
                                           &blocks->pointers_capacity, sizeof *pointers, NULL);
    if (!pointers) {
        blocks->failed = true;
        return;
    }
    blocks->pointers = pointers;
    pointers[blocks->n_pointers++] = pointer;
}

static void own(struct geo_blocks *blocks, const void *pointer, size_t n_bytes, bool is_bulk)
{
    const char *bytes = *(const char *const *)pointer;
    if (!bytes)
        return;
    geo_blocks_pointer(blocks, pointer);
    add(blocks, (struct geo_block){bytes, n_bytes, is_bulk});
}

void geo_blocks_own(struct geo_blocks *blocks, const void *pointer, size_t n_bytes)
{
    own(blocks, pointer, n_bytes, false);
}

void geo_blocks_own_bulk(struct geo_blocks *blocks, const void *pointer, size_t n_bytes)
{
    own(blocks, pointer, n_bytes, true);
}

void geo_blocks_hole(struct geo_blocks *blocks, const void *part, size_t n_bytes)
{
    assert(blocks->n_holes < GEO_BLOCKS_MOST_HOLES);
    blocks->holes[blocks->n_holes++] = (struct geo_block){part, n_bytes, false};
}

size_t geo_blocks_bytes(const struct geo_blocks *blocks)
{
    size_t bytes = 0;
    for (size_t i = 0; i < blocks->n; i++)
        bytes += blocks->items[i].n_bytes;
    return bytes;
}
