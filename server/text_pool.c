#include "server/text_pool.h"

#include <stdlib.h>
#include <string.h>

#include "geo/buffer.h"

enum { CHUNK_BYTES = 64 << 10 };

struct text_chunk {
    struct text_chunk *older;
    size_t used, capacity;
    char bytes[];
};

static struct text_chunk *chunk_new(struct text_pool *pool, size_t need)
{
    size_t capacity = need > CHUNK_BYTES ? need : CHUNK_BYTES;
    struct text_chunk *chunk = malloc(sizeof *chunk + capacity);
    if (!chunk)
        return NULL;
    *chunk = (struct text_chunk){.older = pool->newest, .capacity = capacity};
    pool->newest = chunk;
    return chunk;
}

char *text_pool_copy(struct text_pool *pool, const char *text, struct aro_error *err)
{
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    struct text_chunk *chunk = pool->newest;
    if (!chunk || chunk->capacity - chunk->used < size)
        chunk = chunk_new(pool, size);
    if (!chunk) {
        aro_error_no_memory(err);
        return NULL;
    }
    char *copy = chunk->bytes + chunk->used;
    memcpy(copy, text, size);
    chunk->used += size;
    return copy;
}

void text_pool_clear(struct text_pool *pool)
{
    while (pool->newest) {
        struct text_chunk *chunk = pool->newest;
        pool->newest = chunk->older;
        free(chunk);
    }
}

void text_pool_blocks(const struct text_pool *pool, struct geo_blocks *out_blocks)
{
    for (struct text_chunk *const *chunk = &pool->newest; *chunk; chunk = &(*chunk)->older)
        geo_blocks_own(out_blocks, chunk, sizeof **chunk + (*chunk)->used);
}

void *array_new(size_t n, size_t item_bytes, struct aro_error *err)
{
    void *items = calloc(n + 1, item_bytes);
    if (!items)
        aro_error_no_memory(err);
    aro_expect_large(items, (n + 1) * item_bytes);
    return items;
}
