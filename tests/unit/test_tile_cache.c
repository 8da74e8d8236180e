#include "server/tile_cache.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <pthread.h>
#include <string.h>

enum { SEED = 16, N_THREADS = 4, N_STEPS = 20000, N_KEYS = 300, MAX_LEN = 3000 };

static struct tile_cache *make(size_t max_bytes)
{
    struct aro_error err = {0};
    struct tile_cache *cache = tile_cache_new(max_bytes, &err);
    assert_non_null(cache);
    return cache;
}

static void keep(struct tile_cache *cache, const char *key, const char *bytes)
{
    struct tile_info info = {.tag = strlen(bytes), .gzipped = *bytes == 'z'};
    tile_cache_keep(cache, key, strlen(key), bytes, strlen(bytes), &info);
}

static bool holds(struct tile_cache *cache, const char *key, const char *bytes)
{
    struct aro_buffer out = {0};
    struct tile_info info = {0};
    bool found = tile_cache_find(cache, key, strlen(key), &out, &info);
    bool same = found && out.len == strlen(bytes) &&
                (out.len == 0 || memcmp(out.data, bytes, out.len) == 0) && info.tag == out.len &&
                info.gzipped == (*bytes == 'z');
    aro_buffer_clear(&out);
    return same;
}

static void gives_what_was_kept(void **state)
{
    (void)state;
    struct tile_cache *cache = make(1 << 20);
    assert_false(holds(cache, "a", "plain"));
    keep(cache, "a", "plain");
    keep(cache, "b", "zipped");
    keep(cache, "empty", "");
    keep(cache, "a", "another"); /* what is there stays */
    assert_true(holds(cache, "a", "plain"));
    assert_true(holds(cache, "b", "zipped"));
    assert_true(holds(cache, "empty", ""));
    assert_false(holds(cache, "ab", "plain"));
    struct tile_cache_counts counts = tile_cache_counts(cache);
    assert_int_equal(counts.tiles, 3);
    assert_int_equal(counts.hits, 3);
    assert_int_equal(counts.misses, 2);
    assert_int_equal(counts.evictions, 0);
    tile_cache_free(cache);
}

static void keeps_nothing_without_room(void **state)
{
    (void)state;
    struct tile_cache *cache = make(0);
    keep(cache, "a", "plain");
    assert_false(holds(cache, "a", "plain"));
    assert_int_equal(tile_cache_counts(cache).bytes, 0);
    tile_cache_free(cache);
    tile_cache_free(NULL);
}

/* What is used again and again stays while others come and go. */
static void drops_what_is_not_asked_for(void **state)
{
    (void)state;
    struct tile_cache *cache = make(64 * 1024);
    char bytes[257], key[16];
    memset(bytes, 'x', 256);
    bytes[256] = '\0';
    keep(cache, "favourite", bytes);
    for (int i = 0; i < 2000; i++) {
        snprintf(key, sizeof key, "%d", i);
        keep(cache, key, bytes);
        assert_true(holds(cache, "favourite", bytes));
        assert_true(holds(cache, key, bytes));
        assert_true(tile_cache_counts(cache).bytes <= 64 * 1024);
    }
    assert_false(holds(cache, "0", bytes));
    assert_true(tile_cache_counts(cache).evictions > 1700);
    tile_cache_free(cache);
}

/* A tile's bytes follow from its number, so that any thread can tell whether they are right. */
static size_t fill(char *bytes, unsigned number)
{
    size_t len = number * 7919 % MAX_LEN;
    memset(bytes, (int)('a' + number % 26), len);
    return len;
}

struct worker {
    struct tile_cache *cache;
    uint64_t seed;
    unsigned wrong, found;
};

static void *work(void *context)
{
    struct worker *worker = context;
    static _Thread_local char bytes[MAX_LEN];
    for (int i = 0; i < N_STEPS; i++) {
        unsigned number = (unsigned)random_below(&worker->seed, N_KEYS);
        size_t len = fill(bytes, number);
        struct aro_buffer out = {0};
        struct tile_info info = {0};
        char key[16];
        int key_len = snprintf(key, sizeof key, "%u", number);
        if (tile_cache_find(worker->cache, key, (size_t)key_len, &out, &info)) {
            worker->found++;
            worker->wrong += info.tag != number || out.len != len ||
                             (len > 0 && memcmp(out.data, bytes, len) != 0);
        } else {
            info.tag = number;
            tile_cache_keep(worker->cache, key, (size_t)key_len, bytes, len, &info);
        }
        aro_buffer_clear(&out);
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    (void)state;
    struct tile_cache *cache = make(256 * 1024); /* about half of the tiles */
    struct worker workers[N_THREADS];
    pthread_t threads[N_THREADS];
    printf("seed %d\n", SEED);
    for (unsigned i = 0; i < N_THREADS; i++) {
        workers[i] = (struct worker){.cache = cache, .seed = SEED + i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    unsigned found = 0;
    for (unsigned i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(workers[i].wrong, 0);
        found += workers[i].found;
    }
    struct tile_cache_counts counts = tile_cache_counts(cache);
    assert_true(found > 0 && counts.evictions > 0 && counts.bytes <= 256 * 1024);
    assert_int_equal(counts.hits, found);
    assert_int_equal(counts.hits + counts.misses, N_THREADS * N_STEPS);
    tile_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_was_kept),
        cmocka_unit_test(keeps_nothing_without_room),
        cmocka_unit_test(drops_what_is_not_asked_for),
        cmocka_unit_test(threads_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
