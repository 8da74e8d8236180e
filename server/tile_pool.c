#include "server/tile_pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_MAX = 64 };

struct tile_pool {
    pthread_mutex_t lock; /* guards what follows */
    size_t n_kept;
    struct tile_scratch *kept[KEPT_MAX];
};

struct tile_pool *tile_pool_new(struct aro_error *err)
{
    struct tile_pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        aro_error_no_memory(err);
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void tile_pool_free(struct tile_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->n_kept; i++)
        tile_scratch_free(pool->kept[i]);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

struct tile_scratch *tile_pool_take(struct tile_pool *pool, struct aro_error *err)
{
    struct tile_scratch *scratch = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->n_kept > 0)
        scratch = pool->kept[--pool->n_kept];
    pthread_mutex_unlock(&pool->lock);
    return scratch ? scratch : tile_scratch_new(err);
}

void tile_pool_put(struct tile_pool *pool, struct tile_scratch *scratch)
{
    pthread_mutex_lock(&pool->lock);
    if (pool->n_kept < KEPT_MAX) {
        pool->kept[pool->n_kept++] = scratch;
        scratch = NULL;
    }
    pthread_mutex_unlock(&pool->lock);
    tile_scratch_free(scratch);
}
