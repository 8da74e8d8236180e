/*
 * Rooms for rendering tiles, handed on from thread to thread: a room that has drawn a tile draws
 * the next one without asking for memory.
 */
#ifndef ARO_SERVER_TILE_POOL_H
#define ARO_SERVER_TILE_POOL_H

#include "server/tile_render.h"

/** Internally locked. */
struct tile_pool;

struct tile_pool *tile_pool_new(struct aro_error *err);
void tile_pool_free(struct tile_pool *pool);

/** A room of the caller's until it gives it back with tile_pool_put(); NULL: ARO_NO_MEMORY. */
struct tile_scratch *tile_pool_take(struct tile_pool *pool, struct aro_error *err);
void tile_pool_put(struct tile_pool *pool, struct tile_scratch *scratch);

#endif
