/*
 * Finished tiles, kept in memory up to a number of bytes; the ones not asked for longest go first.
 *
 * A key is any text that says everything that the bytes follow from, the snapshot's version among
 * it: so an old snapshot's tiles are never found for a new one, and are those not asked for.
 * Internally locked: by a mutex for each of some parts, held as long as it takes to copy a tile.
 */
#ifndef ARO_SERVER_TILE_CACHE_H
#define ARO_SERVER_TILE_CACHE_H

#include <stdint.h>

#include "geo/buffer.h"

struct tile_cache;

/** What is known of a tile beside its bytes. Plain value. */
struct tile_info {
    uint64_t tag; /* the hash of its bytes, before they were compressed */
    bool gzipped; /* the bytes are a gzip member */
};

/** @param max_bytes  of keys, tiles and what it takes to keep them; 0: nothing is kept */
struct tile_cache *tile_cache_new(size_t max_bytes, struct aro_error *err);
void tile_cache_free(struct tile_cache *cache);

/**
 * @param key  key_len bytes
 * @param out  the tile's bytes are appended; out->failed where there is no memory for them
 * @return     false where it is not there
 */
bool tile_cache_find(struct tile_cache *cache, const char *key, size_t key_len,
                     struct aro_buffer *out, struct tile_info *out_info);

/** Keeps a copy, unless one is there, it is too large, or memory is short. */
void tile_cache_keep(struct tile_cache *cache, const char *key, size_t key_len, const void *bytes,
                     size_t len, const struct tile_info *info);

/** Plain value. */
struct tile_cache_counts {
    uint64_t hits, misses, evictions; /* since the start */
    uint64_t tiles, bytes;            /* kept now */
};
struct tile_cache_counts tile_cache_counts(struct tile_cache *cache);

#endif
