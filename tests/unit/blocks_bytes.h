/* What a list of blocks comes to, which it clears. */
#ifndef ARO_TESTS_BLOCKS_BYTES_H
#define ARO_TESTS_BLOCKS_BYTES_H

#include "geo/blocks.h"

static inline size_t blocks_bytes(struct geo_blocks *blocks)
{
    size_t bytes = blocks->failed ? 0 : geo_blocks_bytes(blocks);
    geo_blocks_clear(blocks);
    return bytes;
}

#endif
