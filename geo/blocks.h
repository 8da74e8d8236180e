/*
 * What a structure consists of: its blocks of memory, and the pointers from one into another. With
 * such a list a structure is measured, or written to a file that can be mapped and used where it
 * lies.
 *
 * Each module lists its own structures (geo_index_blocks(), …). Owned by one thread.
 */
#ifndef ARO_GEO_BLOCKS_H
#define ARO_GEO_BLOCKS_H

#include <stddef.h>

#include "geo/error.h"

struct geo_block {
    const char *bytes; /* borrowed as long as the list */
    size_t n_bytes;
    bool is_bulk; /* bytes that answers are copied from: no way is found by them, and no pointer */
};

enum { GEO_BLOCKS_MOST_HOLES = 4 };

/** Start from {0}; geo_blocks_clear() releases. When memory runs out `failed` is set, and stays. */
struct geo_blocks {
    struct geo_block *items; /* owned */
    size_t n, capacity;
    const void **pointers; /* owned: the address of each pointer, which lies in one of the blocks */
    size_t n_pointers, pointers_capacity;
    struct geo_block holes[GEO_BLOCKS_MOST_HOLES]; /* in some of them: not to be read */
    size_t n_holes;
    bool failed;
};

void geo_blocks_clear(struct geo_blocks *blocks);

/** Lists a block that is found by itself: the first of a structure. */
void geo_blocks_add(struct geo_blocks *blocks, const void *block, size_t n_bytes);

/** Lists a pointer into a block that is listed elsewhere. @param pointer  where it lies */
void geo_blocks_pointer(struct geo_blocks *blocks, const void *pointer);

/**
 * Lists a pointer, and the block that it leads to; nothing where it is NULL.
 *
 * @param pointer  where it lies: of `uint32_t *items` the address &items
 */
void geo_blocks_own(struct geo_blocks *blocks, const void *pointer, size_t n_bytes);
/** The same for bytes that answers are copied from. */
void geo_blocks_own_bulk(struct geo_blocks *blocks, const void *pointer, size_t n_bytes);

/**
 * Lists a part of a block that other threads may change meanwhile, such as a count of references:
 * who copies the block leaves zeros there. GEO_BLOCKS_MOST_HOLES at most.
 */
void geo_blocks_hole(struct geo_blocks *blocks, const void *part, size_t n_bytes);

/** What all the blocks come to. */
size_t geo_blocks_bytes(const struct geo_blocks *blocks);

#endif
