#include "server/snapshot_file.h"

#include <pthread.h>
#include <string.h>

#include "tests/unit/random_contours.h"

static bool never(void *context)
{
    (void)context;
    return false;
}

static const struct packed_order all = {.max_bytes = SIZE_MAX, .is_unwanted = never};

struct kept {
    struct fixture *fixture;
    char *path;
    struct snapshot_key key;
};

static int setup(void **state)
{
    static struct kept kept;
    void *fixture = NULL;
    if (contours_setup(&fixture) != 0)
        return -1;
    kept.fixture = fixture;
    kept.path = snapshot_file_path(kept.fixture->folder.store, NULL, NULL);
    kept.key = snapshot_key_of(kept.fixture->folder.store);
    snapshot_pack(kept.fixture->snapshot, &all);
    *state = &kept;
    return kept.path && kept.key.text[0] != '\0' &&
                   snapshot_file_write(kept.path, &kept.key, kept.fixture->snapshot, NULL, NULL,
                                       NULL)
               ? 0
               : -1;
}

static int teardown(void **state)
{
    struct kept *kept = *state;
    void *fixture = kept->fixture;
    free(kept->path);
    return fixture_teardown(&fixture);
}

/* ---- The same ---- */

/* Which block an address lies in, and where in it; n where in none. */
static size_t block_of(const struct geo_blocks *blocks, const char *address, size_t *out_at)
{
    size_t i = 0;
    while (i < blocks->n && (address < blocks->items[i].bytes ||
                             address >= blocks->items[i].bytes + blocks->items[i].n_bytes))
        i++;
    *out_at = i < blocks->n ? (size_t)(address - blocks->items[i].bytes) : 0;
    return i;
}

/* Puts what each pointer leads to in its place, so that the bytes of two can be compared. */
static char *without_pointers(const struct geo_blocks *blocks, size_t block, uint8_t *is_pointer)
{
    const struct geo_block *item = &blocks->items[block];
    char *bytes = malloc(item->n_bytes + 1);
    assert_non_null(bytes);
    memcpy(bytes, item->bytes, item->n_bytes);
    for (size_t i = 0; i < blocks->n_pointers; i++) {
        const char *pointer = blocks->pointers[i], *leads_to = *(const char *const *)pointer;
        if (pointer < item->bytes || pointer >= item->bytes + item->n_bytes)
            continue;
        size_t at, where = (size_t)(pointer - item->bytes);
        uint64_t named = block_of(blocks, leads_to, &at);
        named = leads_to ? (named << 40) + at : UINT64_MAX;
        memcpy(bytes + where, &named, sizeof named);
        is_pointer[where / sizeof named] = 1;
    }
    return bytes;
}

/* A word of a block that looks like an address in one, and is not listed: a pointer forgotten. */
static size_t count_forgotten(const struct geo_blocks *blocks, size_t block,
                              const uint8_t *is_pointer)
{
    const struct geo_block *item = &blocks->items[block];
    size_t n = 0, at;
    for (size_t i = 0; i < item->n_bytes / sizeof(char *); i++) {
        const char *word;
        memcpy(&word, item->bytes + i * sizeof word, sizeof word);
        if (!is_pointer[i] && block_of(blocks, word, &at) < blocks->n) {
            print_error("block %zu of %zu bytes: at %zu\n", block, item->n_bytes, i * sizeof word);
            n++;
        }
    }
    return n;
}

static void compare_block(const struct geo_blocks *a, const struct geo_blocks *b, size_t block,
                          int *failures)
{
    size_t n_bytes = a->items[block].n_bytes;
    uint8_t *is_pointer = calloc(n_bytes / sizeof(char *) + 1, 1);
    assert_non_null(is_pointer);
    char *of_a = without_pointers(a, block, is_pointer);
    char *of_b = without_pointers(b, block, is_pointer);
    CHECK(*failures, "forgotten pointers", count_forgotten(a, block, is_pointer) == 0);
    bool is_root = block == 0; /* it has what each process knows of it */
    CHECK(*failures, "bytes", is_root || memcmp(of_a, of_b, n_bytes) == 0);
    free(of_a);
    free(of_b);
    free(is_pointer);
}

/* Only the ways: the bulk has no pointers, and other checks. */
static void compare_blocks(const struct snapshot *built, const struct snapshot *mapped,
                           int *failures)
{
    struct geo_blocks a = {0}, b = {0};
    snapshot_blocks(built, &a);
    snapshot_blocks(mapped, &b);
    assert_int_equal(a.n, b.n);
    assert_int_equal(a.n_pointers, b.n_pointers);
    size_t layers = a.n;
    for (size_t i = 0; i < a.n; i++) {
        CHECK(*failures, "size", a.items[i].n_bytes == b.items[i].n_bytes);
        if (a.items[i].bytes == (const char *)built->layers)
            layers = i; /* it has its image */
        else if (a.items[i].is_bulk)
            CHECK(*failures, "bulk",
                  memcmp(a.items[i].bytes, b.items[i].bytes, a.items[i].n_bytes) == 0);
        else
            compare_block(&a, &b, i, failures);
    }
    assert_true(layers < a.n && built->contours.n > 0);
    geo_blocks_clear(&a);
    geo_blocks_clear(&b);
}

static void is_the_same_when_mapped(void **state)
{
    int failures = 0;
    struct kept *kept = *state;
    struct aro_error err = {0};
    struct snapshot *mapped = snapshot_file_map(kept->path, &kept->key, &err);
    assert_non_null(mapped);
    compare_blocks(kept->fixture->snapshot, mapped, &failures);
    CHECK(failures, "packed", snapshot_is_packed(mapped) && mapped->packed_max_bytes == SIZE_MAX);
    CHECK(failures, "version", strcmp(mapped->version, kept->fixture->snapshot->version) == 0);
    CHECK(failures, "bytes", mapped->bytes == kept->fixture->snapshot->bytes);
    snapshot_release(mapped);
    assert_int_equal(failures, 0);
}

/* What was mapped can be written, and is the same again. */
static void can_be_kept_again(void **state)
{
    int failures = 0;
    struct kept *kept = *state;
    struct snapshot *mapped = snapshot_file_map(kept->path, &kept->key, NULL);
    assert_true(snapshot_file_write(kept->path, &kept->key, mapped, NULL, NULL, NULL));
    snapshot_release(mapped);
    mapped = snapshot_file_map(kept->path, &kept->key, NULL);
    assert_non_null(mapped);
    compare_blocks(kept->fixture->snapshot, mapped, &failures);
    snapshot_release(mapped);
    assert_int_equal(failures, 0);
}

/* Layers outlive the snapshot that they were mapped with where a later one shares them. */
static void layers_outlive_it(void **state)
{
    struct kept *kept = *state;
    struct snapshot *mapped = snapshot_file_map(kept->path, &kept->key, NULL);
    struct snapshot *next = fixture_build_after(&kept->fixture->folder, mapped);
    assert_non_null(next);
    assert_ptr_equal(next->layers, mapped->layers);
    snapshot_release(mapped);
    struct geo_blocks blocks = {0};
    snapshot_blocks(next, &blocks); /* reads them */
    assert_false(blocks.failed);
    geo_blocks_clear(&blocks);
    snapshot_release(next);
}

static bool same_texts(const struct text_block *a, const struct text_block *b, size_t n)
{
    return memcmp(a->offsets, b->offsets, (n + 1) * sizeof *a->offsets) == 0 &&
           memcmp(a->block, b->block, a->offsets[n]) == 0;
}

/* Texts that went by files are those that went by memory, and are kept as those. */
static void texts_may_go_by_files(void **state)
{
    int failures = 0;
    struct kept *kept = *state;
    const struct snapshot *want = kept->fixture->snapshot;
    const struct snapshot_room room = {.memory_bytes = 1000, .folder = kept->fixture->folder.path};
    struct snapshot *built = fixture_build_in(&kept->fixture->folder, NULL, &room);
    assert_non_null(built);
    assert_true(built->initiatives.full.mapped_bytes > 0);
    assert_true(snapshot_file_write(kept->path, &kept->key, built, NULL, NULL, NULL));
    snapshot_release(built);
    struct snapshot *mapped = snapshot_file_map(kept->path, &kept->key, NULL);
    assert_non_null(mapped);
    size_t n = mapped->initiatives.n;
    CHECK(failures, "full", same_texts(&mapped->initiatives.full, &want->initiatives.full, n));
    CHECK(failures, "compact",
          same_texts(&mapped->initiatives.compact, &want->initiatives.compact, n));
    CHECK(failures, "titres", same_texts(&mapped->initiative.titres, &want->initiative.titres, n));
    snapshot_release(mapped);
    assert_int_equal(failures, 0);
}

struct reading {
    struct snapshot_holder *holder;
    const char *version;
    atomic_bool stop;
    atomic_size_t n_wrong;
};

static void *read_on(void *context)
{
    struct reading *reading = context;
    while (!atomic_load(&reading->stop)) {
        const struct snapshot *snapshot = snapshot_acquire(reading->holder);
        const struct text_block *full = &snapshot->initiatives.full;
        bool right = strcmp(snapshot->version, reading->version) == 0 &&
                     full->block[full->offsets[snapshot->initiatives.n] - 1] == '}';
        atomic_fetch_add(&reading->n_wrong, !right);
        snapshot_release(snapshot);
    }
    return NULL;
}

/* As the loader does it: what is served is saved, mapped and published while it is read. */
static void takes_the_place_of_memory_while_read(void **state)
{
    enum { N_READERS = 3, ROUNDS = 5 };
    struct kept *kept = *state;
    pthread_t readers[N_READERS];
    struct snapshot *built = fixture_build(&kept->fixture->folder);
    struct reading reading = {.holder = snapshot_holder_new(NULL)};
    assert_true(built && reading.holder);
    reading.version = kept->fixture->snapshot->version;
    snapshot_publish(reading.holder, built);
    for (int i = 0; i < N_READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_on, &reading), 0);
    for (int round = 0; round < ROUNDS; round++) {
        const struct snapshot *now = snapshot_acquire(reading.holder);
        assert_true(snapshot_file_write(kept->path, &kept->key, now, NULL, NULL, NULL));
        snapshot_release(now);
        struct snapshot *mapped = snapshot_file_map(kept->path, &kept->key, NULL);
        assert_non_null(mapped);
        snapshot_publish(reading.holder, mapped);
    }
    atomic_store(&reading.stop, true);
    for (int i = 0; i < N_READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(atomic_load(&reading.n_wrong), 0);
    assert_int_equal(snapshot_holder_held(reading.holder), 1);
    snapshot_holder_free(reading.holder);
}

/* ---- The file, and the key ---- */

static void knows_its_place(void **state)
{
    (void)state;
    char *path = snapshot_file_path("/data/atlas.sqlite", NULL, NULL);
    assert_string_equal(path, "/data/atlas.sqlite.snapshot");
    free(path);
    path = snapshot_file_path("/data/atlas.sqlite", "/run/atlas", NULL);
    assert_string_equal(path, "/run/atlas");
    free(path);
    assert_null(snapshot_file_path("/data/atlas.sqlite", "none", NULL));
}

static void the_key_follows_the_store(void **state)
{
    int failures = 0;
    struct kept *kept = *state;
    const char *store = kept->fixture->folder.store;
    struct schema_db *db = NULL;
    struct snapshot_key again = snapshot_key_of(store);
    CHECK(failures, "nothing written", strcmp(again.text, kept->key.text) == 0);
    assert_true(schema_db_open(store, SCHEMA_DB_WRITE, &db, NULL));
    assert_true(schema_db_exec(db, "UPDATE state SET millesime = '2027'", NULL));
    struct snapshot_key in_wal = snapshot_key_of(store);
    CHECK(failures, "in the WAL", strcmp(in_wal.text, kept->key.text) != 0);
    schema_db_checkpoint(db);
    schema_db_close(db);
    struct snapshot_key written = snapshot_key_of(store);
    CHECK(failures, "written", written.text[0] != '\0' && strcmp(written.text, in_wal.text) != 0);
    CHECK(failures, "no store", snapshot_key_of("/tmp/there/is/none").text[0] == '\0');
    struct aro_error err = {0};
    CHECK(failures, "stale", !snapshot_file_map(kept->path, &written, &err));
    CHECK(failures, "stale", err.status == ARO_CONFLICT);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_same_when_mapped),
        cmocka_unit_test(can_be_kept_again),
        cmocka_unit_test(layers_outlive_it),
        cmocka_unit_test(texts_may_go_by_files),
        cmocka_unit_test(takes_the_place_of_memory_while_read),
        cmocka_unit_test(knows_its_place),
        cmocka_unit_test(the_key_follows_the_store),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
