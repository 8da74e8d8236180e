#include "schema/db.h"
#include "schema/mbtiles.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/temp_store.h"
#include "tests/unit/tileset_help.h"

#include <string.h>

enum { ZOOMS = 5 };

/* A number for each tile, row after row: any will do. */
static uint64_t number_of(uint8_t zoom, uint32_t x, uint32_t y)
{
    return (UINT64_C(1) << 2 * zoom) + (y << zoom) + x;
}

static bool add_all(struct schema_mbtiles *file, struct aro_error *err)
{
    bool ok = true;
    for (uint8_t zoom = 0; ok && zoom < ZOOMS; zoom++) {
        for (uint32_t i = 0; ok && i < UINT32_C(1) << 2 * zoom; i++) {
            uint32_t x = i & ((1u << zoom) - 1), y = i >> zoom;
            char content[64];
            size_t len = tileset_content(number_of(zoom, x, y), content);
            ok = len == 0 ||
                 schema_mbtiles_add(file, (struct geo_tile){zoom, x, y}, content, len, err);
        }
    }
    return ok;
}

static bool write_file(const char *path, bool replace, struct aro_error *err)
{
    struct schema_mbtiles *file = NULL;
    bool ok = schema_mbtiles_new(path, replace, &tileset_about, &file, err) && add_all(file, err) &&
              schema_mbtiles_finish(file, err);
    schema_mbtiles_free(file);
    return ok;
}

static const struct {
    const char *name, *value;
} metadata[] = {
    {"name", "Essai \"é\""},
    {"format", "pbf"},
    {"bounds", "-61.8098000,-21.3895000,55.8366000,51.0891000"},
    {"center", "2.5000000,46.5000000,5"},
    {"minzoom", "0"},
    {"maxzoom", "7"},
    {"type", "overlay"},
    {"scheme", "tms"},
    {"description", "Une description"},
    {"attribution", "<a href=\"https://example.org\">Exemple</a>"},
    {"json", "{\"vector_layers\":[{\"id\":\"initiatives\",\"fields\":{\"titre\":\"String\"}}]}"},
};

static int check_metadata(struct schema_db *db)
{
    int failures = 0;
    int64_t n = 0;
    struct aro_error err = {0};
    struct schema_stmt *stmt = NULL;
    schema_db_prepare(db, "SELECT value FROM metadata WHERE name = ?1", &stmt, &err);
    for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++) {
        schema_stmt_bind_text(stmt, 1, metadata[i].name);
        bool found = schema_stmt_step(stmt, &err) == SCHEMA_STEP_ROW;
        CHECK(failures, metadata[i].name,
              found && strcmp(schema_stmt_text(stmt, 0), metadata[i].value) == 0);
        schema_stmt_reset(stmt);
    }
    schema_stmt_free(stmt);
    schema_db_integer(db, "SELECT count(*) FROM metadata", &n, &err);
    CHECK(failures, "no other row", n == sizeof metadata / sizeof *metadata);
    return failures;
}

/* Every tile by the row that the specification gives it: 2^zoom - 1 - y. */
static int check_tiles(struct schema_db *db)
{
    static const char sql[] = "SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND "
                              "tile_column = ?2 AND tile_row = ?3";
    int failures = 0;
    int64_t n_want = 0, n_got = -1, n_contents = -1;
    struct aro_error err = {0};
    struct schema_stmt *stmt = NULL;
    schema_db_prepare(db, sql, &stmt, &err);
    for (uint8_t zoom = 0; zoom < ZOOMS; zoom++) {
        for (uint32_t i = 0; i < UINT32_C(1) << 2 * zoom; i++) {
            uint32_t x = i & ((1u << zoom) - 1), row = i >> zoom, y = (1u << zoom) - 1 - row;
            char want[64], name[40];
            size_t want_len = tileset_content(number_of(zoom, x, y), want), len = 0;
            snprintf(name, sizeof name, "%u/%u/%u", zoom, x, y);
            schema_stmt_bind_integer(stmt, 1, zoom);
            schema_stmt_bind_integer(stmt, 2, x);
            schema_stmt_bind_integer(stmt, 3, row);
            bool found = schema_stmt_step(stmt, &err) == SCHEMA_STEP_ROW;
            CHECK(failures, name, found == (want_len > 0));
            const void *got = found ? schema_stmt_blob(stmt, 0, &len) : NULL;
            CHECK(failures, name, len == want_len && (!got || memcmp(got, want, len) == 0));
            n_want += found;
            schema_stmt_reset(stmt);
        }
    }
    schema_stmt_free(stmt);
    schema_db_integer(db, "SELECT count(*) FROM tiles", &n_got, &err);
    schema_db_integer(db, "SELECT count(*) FROM images", &n_contents, &err);
    CHECK(failures, "no other tile", n_got == n_want);
    CHECK(failures, "each content once", n_contents > 0 && n_contents < n_want * 2 / 3);
    schema_db_integer(db, "SELECT count(DISTINCT tile_data) FROM images", &n_got, &err);
    CHECK(failures, "each content once", n_got == n_contents);
    return failures;
}

static void a_file(void **state)
{
    (void)state;
    int failures = 0;
    int64_t id = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_db *db = NULL;
    CHECK(failures, err.message, write_file(folder.store, false, &err));
    assert_true(schema_db_open(folder.store, SCHEMA_DB_READ, &db, &err));
    CHECK(failures, "metadata", check_metadata(db) == 0);
    CHECK(failures, "tiles", check_tiles(db) == 0);
    schema_db_integer(db, "PRAGMA application_id", &id, &err);
    CHECK(failures, "MPBX", id == 0x4d504258);
    schema_db_integer(
        db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'", &id, &err);
    CHECK(failures, "sound", id == 1);
    schema_db_close(db);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
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

static void all_or_nothing(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_mbtiles *file = NULL;
    CHECK(failures, "new", schema_mbtiles_new(folder.store, false, &tileset_about, &file, &err));
    CHECK(failures, "add", schema_mbtiles_add(file, (struct geo_tile){1, 0, 0}, "a", 1, &err));
    CHECK(failures, "not there yet", access(folder.store, F_OK) != 0);
    CHECK(failures, "added twice",
          !schema_mbtiles_add(file, (struct geo_tile){1, 0, 0}, "b", 1, &err));
    CHECK(failures, "added twice", err.status == ARO_IO);
    schema_mbtiles_free(file);
    CHECK(failures, "given up", n_files(&folder) == 0);

    temp_file(&folder, "store.sqlite", "before", 6);
    err = (struct aro_error){0};
    CHECK(failures, "exists", !write_file(folder.store, false, &err));
    CHECK(failures, "exists", err.status == ARO_CONFLICT);
    err = (struct aro_error){0};
    CHECK(failures, "replaced", write_file(folder.store, true, &err));
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
        ok = write_file(folder.store, false, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", ok || err.status == ARO_NO_MEMORY);
        CHECK(failures, "nothing left", n_files(&folder) == ok);
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_file), cmocka_unit_test(all_or_nothing),
                                       cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
