#include "schema/pmtiles_directory.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/pmtiles_read.h"
#include "tests/unit/random.h"

/* Varints of every length, an offset that follows and one that does not. */
static const struct pmtiles_entry edges[] = {
    {.tile_id = 0, .offset = 0, .length = 1, .run_length = 1},
    {.tile_id = 127, .offset = 1, .length = 127, .run_length = 128},
    {.tile_id = 300, .offset = 0, .length = 1, .run_length = 16383},
    {.tile_id = UINT64_C(1) << 35,
     .offset = (UINT64_C(1) << 56) - 2,
     .length = 128,
     .run_length = 1},
    {.tile_id = (UINT64_C(1) << 48) - 1,
     .offset = UINT64_C(1) << 49,
     .length = UINT32_MAX,
     .run_length = UINT32_MAX},
    {.tile_id = UINT64_C(1) << 62, .offset = UINT64_MAX - 1, .length = 5, .run_length = 1},
};
enum { N_EDGES = sizeof edges / sizeof *edges };

/* Counts the entries that differ. */
static int differences(const struct pmtiles_directory *got, size_t at,
                       const struct pmtiles_entry *want, size_t n)
{
    int found = 0;
    for (size_t i = 0; i < n; i++)
        found += got->entries[at + i].tile_id != want[i].tile_id ||
                 got->entries[at + i].offset != want[i].offset ||
                 got->entries[at + i].length != want[i].length ||
                 got->entries[at + i].run_length != want[i].run_length;
    return found;
}

static void edges_come_back(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t n = 1; n <= N_EDGES; n++) {
        struct aro_error err = {0};
        struct aro_buffer out = {0};
        struct schema_gzip *gzip = schema_gzip_new(&err);
        CHECK(failures, "written", pmtiles_directory_write(gzip, edges, n, &out, &err));
        struct pmtiles_directory got =
            pmtiles_read_directory((const unsigned char *)out.data, out.len);
        CHECK(failures, "as many", got.n == n);
        CHECK(failures, "the same", differences(&got, 0, edges, n) == 0);
        free(got.entries);
        schema_gzip_free(gzip);
        aro_buffer_clear(&out);
    }
    assert_int_equal(failures, 0);
}

/* Tiles of random lengths, with gaps, runs and contents met before. */
static struct pmtiles_entry *random_entries(size_t n, uint64_t *seed)
{
    struct pmtiles_entry *entries = calloc(n, sizeof *entries);
    uint64_t id = 0, end = 0;
    for (size_t i = 0; entries && i < n; i++) {
        id += random_below(seed, 3) ? 0 : random_below(seed, 1000);
        entries[i] = (struct pmtiles_entry){.tile_id = id,
                                            .offset = end,
                                            .length = 1 + (uint32_t)random_below(seed, 20000),
                                            .run_length = 1 + (uint32_t)random_below(seed, 2)};
        if (i > 0 && random_below(seed, 5) == 0) {
            const struct pmtiles_entry *again = &entries[random_below(seed, i)];
            entries[i].offset = again->offset;
            entries[i].length = again->length;
        } else {
            end += entries[i].length;
        }
        id += entries[i].run_length;
    }
    return entries;
}

/* The leaves one after another hold what was put in, and the root says where each begins. */
static int check_tree(const struct pmtiles_entry *entries, size_t n, size_t max_root_bytes)
{
    int failures = 0;
    struct aro_error err = {0};
    struct aro_buffer root = {0}, leaves = {0};
    struct schema_gzip *gzip = schema_gzip_new(&err);
    CHECK(failures, "written",
          pmtiles_directories_write(gzip, entries, n, max_root_bytes, &root, &leaves, &err));
    CHECK(failures, "small root", root.len <= max_root_bytes);
    struct pmtiles_directory top =
        pmtiles_read_directory((const unsigned char *)root.data, root.len);
    if (leaves.len == 0) {
        CHECK(failures, "all in the root", top.n == n && differences(&top, 0, entries, n) == 0);
        n = 0;
    }
    size_t first = 0, offset = 0;
    for (size_t i = 0; n > 0 && i < top.n; i++) {
        const unsigned char *at = (const unsigned char *)leaves.data + top.entries[i].offset;
        struct pmtiles_directory leaf = pmtiles_read_directory(at, top.entries[i].length);
        CHECK(failures, "a leaf", top.entries[i].run_length == 0);
        CHECK(failures, "behind the last", top.entries[i].offset == offset);
        CHECK(failures, "its first", top.entries[i].tile_id == leaf.entries[0].tile_id);
        CHECK(failures, "no more than all", first + leaf.n <= n);
        CHECK(failures, "the same", differences(&leaf, 0, entries + first, leaf.n) == 0);
        first += leaf.n;
        offset += top.entries[i].length;
        free(leaf.entries);
    }
    CHECK(failures, "all", first == n && offset == leaves.len);
    free(top.entries);
    schema_gzip_free(gzip);
    aro_buffer_clear(&root);
    aro_buffer_clear(&leaves);
    return failures;
}

static void root_and_leaves(void **state)
{
    (void)state;
    uint64_t seed = 20210901;
    static const struct {
        const char *name;
        size_t n, max_root_bytes;
    } cases[] = {
        {"one tile", 1, PMTILES_MAX_ROOT_BYTES},
        {"a root of all", 2000, PMTILES_MAX_ROOT_BYTES},
        {"leaves", 30000, PMTILES_MAX_ROOT_BYTES},
        {"larger leaves, since the root is small", 30000, 64},
        {"one leaf", 4000, 64},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmtiles_entry *entries = random_entries(cases[i].n, &seed);
        int found = check_tree(entries, cases[i].n, cases[i].max_root_bytes);
        CHECK(failures, cases[i].name, found == 0);
        free(entries);
    }
    if (failures)
        fprintf(stderr, "seed 20210901\n");
    assert_int_equal(failures, 0);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 1;
    bool ok = false;
    struct pmtiles_entry *entries = random_entries(5000, &seed);
    for (size_t allowed = 0; !ok && failures < 5; allowed++) {
        struct aro_error err = {0};
        struct aro_buffer root = {0}, leaves = {0};
        allow_allocations(allowed);
        struct schema_gzip *gzip = schema_gzip_new(&err);
        ok = gzip && pmtiles_directories_write(gzip, entries, 5000, 64, &root, &leaves, &err);
        schema_gzip_free(gzip);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", ok || err.status == ARO_NO_MEMORY);
        aro_buffer_clear(&root);
        aro_buffer_clear(&leaves);
    }
    free(entries);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(edges_come_back),
                                       cmocka_unit_test(root_and_leaves),
                                       cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
