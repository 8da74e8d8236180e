#include "server/tile_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "geo/hash.h"

enum { N_SHARDS = 16, MIN_BUCKETS = 16, MAX_BUCKETS = 1 << 16, BUCKET_BYTES = 2048 };

/* In a chain of its bucket, and in the list of its shard, the last used first. */
struct entry {
    struct entry *next_in_bucket, *newer, *older;
    uint64_t hash;
    size_t key_len, len;
    struct tile_info info;
    char bytes[]; /* the key, then the tile */
};

struct shard {
    _Alignas(64) pthread_mutex_t lock; /* guards what follows */
    struct entry **buckets;            /* n_buckets of the cache */
    struct entry *newest, *oldest;
    struct tile_cache_counts counts;
};

struct tile_cache {
    size_t max_shard_bytes, n_buckets;
    struct shard shards[N_SHARDS];
};

static size_t entry_bytes(size_t key_len, size_t len)
{
    return sizeof(struct entry) + key_len + len;
}

struct tile_cache *tile_cache_new(size_t max_bytes, struct aro_error *err)
{
    struct tile_cache *cache = aligned_alloc(64, sizeof *cache);
    if (!cache) {
        aro_error_no_memory(err);
        return NULL;
    }
    memset(cache, 0, sizeof *cache);
    cache->max_shard_bytes = max_bytes / N_SHARDS;
    cache->n_buckets = MIN_BUCKETS;
    while (cache->n_buckets < MAX_BUCKETS &&
           cache->n_buckets * BUCKET_BYTES < cache->max_shard_bytes)
        cache->n_buckets *= 2;
    bool ok = true;
    for (size_t i = 0; i < N_SHARDS; i++) {
        pthread_mutex_init(&cache->shards[i].lock, NULL);
        cache->shards[i].buckets = calloc(cache->n_buckets, sizeof *cache->shards[i].buckets);
        ok = ok && cache->shards[i].buckets;
    }
    if (ok)
        return cache;
    tile_cache_free(cache);
    aro_error_no_memory(err);
    return NULL;
}

void tile_cache_free(struct tile_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < N_SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        for (struct entry *entry = shard->newest, *older; entry; entry = older) {
            older = entry->older;
            free(entry);
        }
        free(shard->buckets);
        pthread_mutex_destroy(&shard->lock);
    }
    free(cache);
}

/* The highest bits choose the shard, the lowest the bucket. */
static struct shard *shard_of(struct tile_cache *cache, uint64_t hash)
{
    return &cache->shards[hash >> 60];
}

static struct entry **bucket_of(const struct tile_cache *cache, const struct shard *shard,
                                uint64_t hash)
{
    return &shard->buckets[hash & (cache->n_buckets - 1)];
}

static void unlink_from_list(struct shard *shard, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &shard->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &shard->oldest) = entry->newer;
}

static void put_first(struct shard *shard, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = shard->newest;
    *(shard->newest ? &shard->newest->newer : &shard->oldest) = entry;
    shard->newest = entry;
}

static struct entry *find(const struct tile_cache *cache, const struct shard *shard, uint64_t hash,
                          const char *key, size_t key_len)
{
    struct entry *entry = *bucket_of(cache, shard, hash);
    while (entry && !(entry->hash == hash && entry->key_len == key_len &&
                      memcmp(entry->bytes, key, key_len) == 0))
        entry = entry->next_in_bucket;
    return entry;
}

bool tile_cache_find(struct tile_cache *cache, const char *key, size_t key_len,
                     struct aro_buffer *out, struct tile_info *out_info)
{
    uint64_t hash = geo_hash(key, key_len);
    struct shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct entry *entry = find(cache, shard, hash, key, key_len);
    if (entry) {
        aro_buffer_append(out, entry->bytes + key_len, entry->len);
        *out_info = entry->info;
        unlink_from_list(shard, entry);
        put_first(shard, entry);
        shard->counts.hits++;
    } else {
        shard->counts.misses++;
    }
    pthread_mutex_unlock(&shard->lock);
    return entry != NULL;
}

static void drop_oldest(struct tile_cache *cache, struct shard *shard)
{
    struct entry *entry = shard->oldest;
    struct entry **link = bucket_of(cache, shard, entry->hash);
    while (*link != entry)
        link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    shard->oldest = entry->newer;
    *(entry->newer ? &entry->newer->older : &shard->newest) = NULL;
    shard->counts.tiles--;
    shard->counts.bytes -= entry_bytes(entry->key_len, entry->len);
    shard->counts.evictions++;
    free(entry);
}

static void put(struct tile_cache *cache, struct shard *shard, struct entry *entry)
{
    struct entry **bucket = bucket_of(cache, shard, entry->hash);
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    put_first(shard, entry);
    shard->counts.tiles++;
    shard->counts.bytes += entry_bytes(entry->key_len, entry->len);
    while (shard->counts.bytes > cache->max_shard_bytes)
        drop_oldest(cache, shard);
}

void tile_cache_keep(struct tile_cache *cache, const char *key, size_t key_len, const void *bytes,
                     size_t len, const struct tile_info *info)
{
    size_t size = entry_bytes(key_len, len);
    struct entry *entry = size <= cache->max_shard_bytes ? malloc(size) : NULL;
    if (!entry)
        return;
    *entry = (struct entry){
        .hash = geo_hash(key, key_len), .key_len = key_len, .len = len, .info = *info};
    memcpy(entry->bytes, key, key_len);
    if (len > 0)
        memcpy(entry->bytes + key_len, bytes, len);
    struct shard *shard = shard_of(cache, entry->hash);
    pthread_mutex_lock(&shard->lock);
    /* Two threads may have made the same tile at one time. */
    bool there = find(cache, shard, entry->hash, key, key_len);
    if (!there)
        put(cache, shard, entry);
    pthread_mutex_unlock(&shard->lock);
    if (there)
        free(entry);
}

struct tile_cache_counts tile_cache_counts(struct tile_cache *cache)
{
    struct tile_cache_counts sum = {0};
    for (size_t i = 0; i < N_SHARDS; i++) {
        struct shard *shard = &cache->shards[i];
        pthread_mutex_lock(&shard->lock);
        sum.hits += shard->counts.hits;
        sum.misses += shard->counts.misses;
        sum.evictions += shard->counts.evictions;
        sum.tiles += shard->counts.tiles;
        sum.bytes += shard->counts.bytes;
        pthread_mutex_unlock(&shard->lock);
    }
    return sum;
}
