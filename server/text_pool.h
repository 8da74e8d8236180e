/*
 * Many small texts that live and die together, and arrays that grow while rows are read.
 */
#ifndef ARO_SERVER_TEXT_POOL_H
#define ARO_SERVER_TEXT_POOL_H

#include "geo/blocks.h"

/** Start from {0}; text_pool_clear() releases every text at once. Owned by one thread. */
struct text_pool {
    struct text_chunk *newest; /* owned */
};

/**
 * @param text  NULL gives NULL, which is not an error
 * @return      a copy that stays where it is until the pool is cleared; NULL on ARO_NO_MEMORY
 */
char *text_pool_copy(struct text_pool *pool, const char *text, struct aro_error *err);
void text_pool_clear(struct text_pool *pool);
/** Lists what is in it (geo/blocks.h): the struct itself is its holder's. */
void text_pool_blocks(const struct text_pool *pool, struct geo_blocks *out_blocks);

/** An array of zeroed items, not NULL even for none; NULL on ARO_NO_MEMORY. The caller free()s. */
void *array_new(size_t n, size_t item_bytes, struct aro_error *err);

#endif
