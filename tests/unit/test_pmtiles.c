#include "schema/pmtiles.h"
#include "schema/pmtiles_directory.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/pmtiles_read.h"
#include "tests/unit/random.h"
#include "tests/unit/temp_store.h"
#include "tests/unit/tileset_help.h"

#include <sys/stat.h>

enum { ZOOMS = 9, N_IDS = 87381 }; /* (4^9 - 1) / 3 */

/* ---- Tile numbers ---- */

/* Numbers that the tests of the reference implementation name. */
static const struct {
    struct geo_tile tile;
    uint64_t id;
} ids[] = {
    {{0, 0, 0}, 0},
    {{1, 0, 0}, 1},
    {{1, 0, 1}, 2},
    {{1, 1, 1}, 3},
    {{1, 1, 0}, 4},
    {{2, 0, 0}, 5},
    {{12, 3423, 1763}, 19078479},
};

static bool is_tile(struct geo_tile a, struct geo_tile b)
{
    return a.zoom == b.zoom && a.x == b.x && a.y == b.y;
}

static void known_numbers(void **state)
{
    (void)state;
    int failures = 0;
    char name[40];
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct geo_tile tile = ids[i].tile;
        uint64_t place = ids[i].id - schema_pmtiles_first_id(tile.zoom);
        snprintf(name, sizeof name, "%u/%u/%u", tile.zoom, tile.x, tile.y);
        CHECK(failures, name, schema_pmtiles_id(tile) == ids[i].id);
        CHECK(failures, name, is_tile(schema_pmtiles_tile(tile.zoom, place), tile));
    }
    CHECK(failures, "zoom 22", schema_pmtiles_first_id(22) == UINT64_C(5864062014805));
    assert_int_equal(failures, 0);
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

/* A curve over all tiles of a zoom: each place one tile, beside the tile before, in its parent. */
static void a_curve(void **state)
{
    (void)state;
    int failures = 0;
    for (uint8_t zoom = 0; zoom <= 6; zoom++) {
        struct geo_tile before = {0}, tile = {0};
        for (uint64_t place = 0; place < UINT64_C(1) << 2 * zoom; place++) {
            tile = schema_pmtiles_tile(zoom, place);
            CHECK(failures, "there and back",
                  schema_pmtiles_id(tile) == schema_pmtiles_first_id(zoom) + place);
            uint32_t step = distance(tile.x, before.x) + distance(tile.y, before.y);
            CHECK(failures, "a neighbour", step == (place > 0));
            before = tile;
            if (zoom == 0)
                continue;
            struct geo_tile parent = {zoom - 1, tile.x / 2, tile.y / 2};
            CHECK(failures, "in its parent",
                  is_tile(schema_pmtiles_tile(zoom - 1, place / 4), parent));
        }
        CHECK(failures, "ends in the north-east", tile.x == (1u << zoom) - 1 && tile.y == 0);
    }
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++) {
        uint8_t zoom = (uint8_t)random_below(&seed, GEO_TILE_MAX_ZOOM + 1);
        struct geo_tile tile = {zoom, (uint32_t)random_below(&seed, UINT64_C(1) << zoom),
                                (uint32_t)random_below(&seed, UINT64_C(1) << zoom)};
        uint64_t place = schema_pmtiles_id(tile) - schema_pmtiles_first_id(zoom);
        CHECK(failures, "seed 5", is_tile(schema_pmtiles_tile(zoom, place), tile));
    }
    assert_int_equal(failures, 0);
}

/* ---- Archives ---- */

static bool add_zooms(struct schema_pmtiles *archive, uint8_t zooms, struct aro_error *err)
{
    bool ok = true;
    for (uint8_t zoom = 0; ok && zoom < zooms; zoom++) {
        for (uint64_t place = 0; ok && place < UINT64_C(1) << 2 * zoom; place++) {
            char content[64];
            size_t len = tileset_content(schema_pmtiles_first_id(zoom) + place, content);
            struct geo_tile tile = schema_pmtiles_tile(zoom, place);
            ok = len == 0 || schema_pmtiles_add(archive, tile, content, len, err);
        }
    }
    return ok;
}

static bool write_archive(const char *path, bool replace, uint8_t zooms, struct aro_error *err)
{
    struct schema_pmtiles *archive = NULL;
    bool ok = schema_pmtiles_new(path, replace, &tileset_about, &archive, err) &&
              add_zooms(archive, zooms, err) && schema_pmtiles_finish(archive, err);
    schema_pmtiles_free(archive);
    return ok;
}

static struct pmtiles_bytes read_file(const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &status) != 0)
        pmtiles_die(path);
    struct pmtiles_bytes bytes = {malloc((size_t)status.st_size), (size_t)status.st_size};
    if (!bytes.data || fread(bytes.data, 1, bytes.len, file) != bytes.len)
        pmtiles_die(path);
    fclose(file);
    return bytes;
}

static size_t n_files(const struct temp_folder *folder)
{
    size_t n = 0;
    DIR *entries = opendir(folder->path);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        n += entry->d_name[0] != '.';
    closedir(entries);
    return n;
}

/* Section i of the header: root, metadata, leaves, data. */
static struct pmtiles_bytes section(const struct pmtiles_bytes *file, int i)
{
    uint64_t offset = pmtiles_number(file->data + 8 + 16 * i, 8);
    uint64_t len = pmtiles_number(file->data + 16 + 16 * i, 8);
    if (offset > file->len || len > file->len - offset)
        pmtiles_die("a section outside of the file");
    return (struct pmtiles_bytes){file->data + offset, len};
}

/* Widths and places as in "Header Design". */
static const struct {
    const char *name;
    int at, bytes;
    uint64_t want;
} header_fields[] = {
    {"version", 7, 1, 3},
    {"root offset", 8, 8, 127},
    {"clustered", 96, 1, 1},
    {"internal compression", 97, 1, 2},
    {"tile compression", 98, 1, 2},
    {"tile type", 99, 1, 1},
    {"min zoom", 100, 1, 0},
    {"max zoom", 101, 1, 7},
    {"west", 102, 4, (uint32_t)-618098000},
    {"south", 106, 4, (uint32_t)-213895000},
    {"east", 110, 4, 558366000},
    {"north", 114, 4, 510891000},
    {"center zoom", 118, 1, 5},
    {"center longitude", 119, 4, 25000000},
    {"center latitude", 123, 4, 465000000},
};

/* Each tile that was put in stands in the file, and no other; counts tiles. */
static int check_tiles(const struct pmtiles_bytes *file, uint64_t *out_n)
{
    struct pmtiles_bytes root = section(file, 0), leaves = section(file, 2),
                         data = section(file, 3);
    int failures = 0;
    for (uint64_t id = 0; id < N_IDS + 10; id++) {
        char content[64], name[32];
        uint64_t offset = 0;
        /* The reader unpacks the root for each tile: every tile of low zooms, then some. */
        if (id > 400 && id < N_IDS && id % 97 != 0)
            continue;
        size_t want_len = id < N_IDS ? tileset_content(id, content) : 0;
        uint64_t len = pmtiles_find(root.data, root.len, leaves.data, id, &offset);
        snprintf(name, sizeof name, "tile %llu", (unsigned long long)id);
        CHECK(failures, name, len == want_len && offset + len <= data.len);
        CHECK(failures, name, len != want_len || !memcmp(data.data + offset, content, len));
    }
    *out_n = 0;
    for (uint64_t id = 0; id < N_IDS; id++) {
        char content[64];
        *out_n += tileset_content(id, content) > 0;
    }
    return failures;
}

/* Clustered: an offset is the end of what came before, or one that was met. */
static int check_entries(const struct pmtiles_bytes *file, uint64_t n_addressed)
{
    struct pmtiles_bytes root = section(file, 0), leaves = section(file, 2),
                         data = section(file, 3);
    struct pmtiles_directory top = pmtiles_read_directory(root.data, root.len);
    uint64_t end = 0, n_entries = 0, n_contents = 0, n_tiles = 0, n_runs = 0;
    int failures = 0;
    for (size_t i = 0; i < top.n; i++) {
        struct pmtiles_directory leaf =
            pmtiles_read_directory(leaves.data + top.entries[i].offset, top.entries[i].length);
        for (size_t j = 0; j < leaf.n; j++) {
            CHECK(failures, "clustered", leaf.entries[j].offset <= end);
            n_contents += leaf.entries[j].offset == end;
            end += leaf.entries[j].offset == end ? leaf.entries[j].length : 0;
            n_tiles += leaf.entries[j].run_length;
            n_runs += leaf.entries[j].run_length > 1;
        }
        n_entries += leaf.n;
        free(leaf.entries);
    }
    CHECK(failures, "all of the data", end == data.len);
    CHECK(failures, "addressed tiles", n_tiles == n_addressed);
    CHECK(failures, "addressed tiles", pmtiles_number(file->data + 72, 8) == n_addressed);
    CHECK(failures, "entries", pmtiles_number(file->data + 80, 8) == n_entries);
    CHECK(failures, "contents", pmtiles_number(file->data + 88, 8) == n_contents);
    CHECK(failures, "runs", n_runs > 100);
    CHECK(failures, "each content once", n_contents < n_entries);
    free(top.entries);
    return failures;
}

static void an_archive(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t n_tiles = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    CHECK(failures, err.message, write_archive(folder.store, false, ZOOMS, &err));
    CHECK(failures, "nothing beside it", n_files(&folder) == 1);
    struct pmtiles_bytes file = read_file(folder.store);
    CHECK(failures, "magic", memcmp(file.data, "PMTiles", 7) == 0);
    for (size_t i = 0; i < sizeof header_fields / sizeof *header_fields; i++)
        CHECK(failures, header_fields[i].name,
              pmtiles_number(file.data + header_fields[i].at, header_fields[i].bytes) ==
                  header_fields[i].want);
    CHECK(failures, "small root", section(&file, 0).len <= 16256);
    CHECK(failures, "leaves", section(&file, 2).len > 0);
    CHECK(failures, "to its end",
          section(&file, 3).data + section(&file, 3).len == file.data + file.len);
    CHECK(failures, "tiles", check_tiles(&file, &n_tiles) == 0);
    CHECK(failures, "entries", check_entries(&file, n_tiles) == 0);
    struct pmtiles_bytes metadata = section(&file, 1);
    metadata = pmtiles_gunzip(metadata.data, metadata.len);
    static const char want[] =
        "{\"name\":\"Essai \\\"é\\\"\",\"description\":\"Une description\",\"attribution\":"
        "\"\\u003ca href=\\\"https://example.org\\\">Exemple\\u003c/a>\",\"type\":\"overlay\","
        "\"vector_layers\":[{\"id\":\"initiatives\",\"fields\":{\"titre\":\"String\"}}]}";
    CHECK(failures, "metadata",
          metadata.len == strlen(want) && memcmp(metadata.data, want, metadata.len) == 0);
    free(metadata.data);
    free(file.data);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* What stood there stays until the whole is there; what is given up leaves nothing. */
static void all_or_nothing(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_pmtiles *archive = NULL;
    CHECK(failures, "new", schema_pmtiles_new(folder.store, false, &tileset_about, &archive, &err));
    CHECK(failures, "one file beside", n_files(&folder) == 1 && access(folder.store, F_OK) != 0);
    CHECK(failures, "add", schema_pmtiles_add(archive, (struct geo_tile){0}, "a", 1, &err));
    schema_pmtiles_free(archive);
    CHECK(failures, "given up", n_files(&folder) == 0);

    CHECK(failures, "new", schema_pmtiles_new(folder.store, false, &tileset_about, &archive, &err));
    CHECK(failures, "no tile", !schema_pmtiles_finish(archive, &err));
    CHECK(failures, "no tile", err.status == ARO_NOT_FOUND);
    schema_pmtiles_free(archive);
    CHECK(failures, "no tile", n_files(&folder) == 0);

    temp_file(&folder, "store.sqlite", "before", 6);
    err = (struct aro_error){0};
    CHECK(failures, "exists", !write_archive(folder.store, false, ZOOMS, &err));
    CHECK(failures, "exists", err.status == ARO_CONFLICT);
    struct pmtiles_bytes file = read_file(folder.store);
    CHECK(failures, "as it was", file.len == 6);
    free(file.data);
    err = (struct aro_error){0};
    CHECK(failures, "replaced", write_archive(folder.store, true, ZOOMS, &err));
    CHECK(failures, "alone", n_files(&folder) == 1);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    bool ok = false;
    for (size_t allowed = 0; !ok && failures < 5; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        ok = write_archive(folder.store, false, 6, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", ok || err.status == ARO_NO_MEMORY);
        CHECK(failures, "nothing left", n_files(&folder) == ok);
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_numbers), cmocka_unit_test(a_curve), cmocka_unit_test(an_archive),
        cmocka_unit_test(all_or_nothing), cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
