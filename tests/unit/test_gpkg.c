/* GDAL opens whole files in tests/api/test_formats.py; here is what it does not look at. */
#include "schema/gpkg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "schema/db.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/temp_store.h"

static const struct schema_gpkg_column columns[] = {
    {"titre", "Titre", SCHEMA_GPKG_TEXT}, {"themes", "Thèmes", SCHEMA_GPKG_JSON},
    {"n", NULL, SCHEMA_GPKG_INTEGER},     {"distance_m", "Distance", SCHEMA_GPKG_REAL},
    {"date", "Date", SCHEMA_GPKG_DATE},   {"updated_at", "Modifiée le", SCHEMA_GPKG_DATETIME},
};
static const struct schema_gpkg_about about = {
    .table = "initiatives",
    .title = "Initiatives d'été",
    .description = "Ce qu'il y a",
    .key = "id",
    .last_change = "2026-11-26T03:15:00.000Z",
    .epsg = 4326,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
};

static int64_t key_of(size_t i)
{
    return (int64_t)(i * 7919 % 100003) + 1; /* in no order */
}

static struct schema_gpkg_place place_of(uint64_t *seed)
{
    double x = random_between(seed, -5, 9);
    return (struct schema_gpkg_place){x, random_between(seed, 41, 51)};
}

static bool write_rows(struct schema_gpkg *gpkg, size_t n, struct aro_error *err)
{
    uint64_t seed = 11;
    char titre[32];
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        struct schema_gpkg_place place = place_of(&seed);
        int len = snprintf(titre, sizeof titre, "l'été %zu", i);
        schema_gpkg_put_text(gpkg, 0, titre, (size_t)len);
        if (i % 2)
            schema_gpkg_put_text(gpkg, 1, "[\"1a1\"]", 7);
        schema_gpkg_put_integer(gpkg, 2, -(int64_t)i);
        schema_gpkg_put_real(gpkg, 3, (double)i / 4);
        schema_gpkg_put_text(gpkg, 4, "2026-11-26", 10);
        ok = schema_gpkg_add(gpkg, key_of(i), i % 5 == 4 ? NULL : &place, err);
    }
    return ok;
}

/* The path may go as soon as the file is begun. */
static bool write_file(const char *path, size_t n, bool unlinked, struct aro_error *err)
{
    struct schema_gpkg *gpkg = NULL;
    bool ok = schema_gpkg_new(path, &about, &gpkg, err);
    if (ok && unlinked)
        unlink(path);
    ok = ok && write_rows(gpkg, n, err) && schema_gpkg_finish(gpkg, err);
    schema_gpkg_free(gpkg);
    return ok;
}

static const struct {
    const char *sql;
    int64_t want; /* with 2,000 rows */
} checks[] = {
    {"PRAGMA application_id", 0x47504B47},
    {"PRAGMA user_version", 10300},
    {"SELECT count(*) FROM pragma_foreign_key_check", 0},
    {"SELECT integrity_check = 'ok' FROM pragma_integrity_check", 1},
    {"SELECT rtreecheck('rtree_initiatives_geom') = 'ok'", 1},
    {"SELECT count(*) FROM initiatives", 2000},
    {"SELECT count(*) FROM initiatives WHERE geom IS NULL", 400},
    {"SELECT count(*) FROM rtree_initiatives_geom", 1600},
    {"SELECT count(*) FROM initiatives WHERE themes IS NULL", 1000},
    {"SELECT count(*) FROM initiatives WHERE updated_at IS NULL", 2000},
    {"SELECT id FROM initiatives WHERE titre = 'l''été 3'", 3 * 7919 + 1},
    {"SELECT n FROM initiatives WHERE id = 3 * 7919 + 1", -3},
    {"SELECT distance_m * 4 FROM initiatives WHERE id = 3 * 7919 + 1", 3},
    {"SELECT count(*) FROM initiatives WHERE length(geom) = 29 AND hex(geom) LIKE"
     " '47500001E61000000101000000%'",
     1600},
    {"SELECT count(*) FROM gpkg_contents WHERE table_name = 'initiatives' AND data_type ="
     " 'features' AND identifier = 'Initiatives d''été' AND srs_id = 4326 AND last_change ="
     " '2026-11-26T03:15:00.000Z' AND min_x >= -5 AND max_x <= 9 AND min_y >= 41 AND max_y <= 51",
     1},
    {"SELECT count(*) FROM gpkg_geometry_columns WHERE table_name = 'initiatives' AND"
     " column_name = 'geom' AND geometry_type_name = 'POINT' AND srs_id = 4326",
     1},
    {"SELECT count(*) FROM gpkg_spatial_ref_sys WHERE srs_id IN (-1, 0, 4326)", 3},
    {"SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'", 1},
    {"SELECT count(*) FROM gpkg_data_columns WHERE title = 'Thèmes' AND mime_type ="
     " 'application/json'",
     1},
    {"SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE"
     " 'rtree_initiatives_geom_%'",
     6},
};

static void is_a_geopackage(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct schema_db *db = NULL;
    struct aro_error err = {0};
    temp_folder_make(&folder);
    CHECK(failures, err.message, write_file(folder.store, 2000, false, &err));
    assert_true(schema_db_open(folder.store, SCHEMA_DB_READ, &db, &err));
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        int64_t got = -1;
        schema_db_integer(db, checks[i].sql, &got, &err);
        CHECK(failures, checks[i].sql, got == checks[i].want);
    }
    schema_db_close(db);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* By the index, as other programs ask it. */
static void finds_by_its_index(void **state)
{
    (void)state;
    enum { N = 2000 };
    int failures = 0;
    uint64_t boxes = 5;
    struct temp_folder folder;
    struct schema_db *db = NULL;
    temp_folder_make(&folder);
    assert_true(write_file(folder.store, N, false, NULL));
    assert_true(schema_db_open(folder.store, SCHEMA_DB_READ, &db, NULL));
    for (int round = 0; round < 30; round++) {
        uint64_t seed = 11;
        int64_t found = -1, want = 0;
        char sql[240];
        double x = random_between(&boxes, -5, 9), y = random_between(&boxes, 41, 51), half = 1.5;
        for (size_t i = 0; i < N; i++) {
            struct schema_gpkg_place place = place_of(&seed);
            want += i % 5 != 4 && fabs(place.x - x) <= half && fabs(place.y - y) <= half;
        }
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM rtree_initiatives_geom WHERE maxx >= %.9f AND minx <= %.9f"
                 " AND maxy >= %.9f AND miny <= %.9f",
                 x - half, x + half, y - half, y + half);
        schema_db_integer(db, sql, &found, NULL);
        /* Its floats are rounded outwards: a place just outside may be found as well. */
        CHECK(failures, sql, found >= want && found <= want + 2);
    }
    schema_db_close(db);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void *read_file(const char *path, size_t *out_len)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *out_len = (size_t)ftell(file);
    rewind(file);
    void *bytes = malloc(*out_len);
    assert_int_equal(fread(bytes, 1, *out_len, file), *out_len);
    fclose(file);
    return bytes;
}

static void same_rows_same_bytes(void **state)
{
    (void)state;
    struct temp_folder folder;
    void *bytes[2];
    size_t lens[2];
    temp_folder_make(&folder);
    for (int i = 0; i < 2; i++) {
        unlink(folder.store);
        assert_true(write_file(folder.store, 300, false, NULL));
        bytes[i] = read_file(folder.store, &lens[i]);
    }
    assert_int_equal(lens[0], lens[1]);
    assert_memory_equal(bytes[0], bytes[1], lens[0]);
    free(bytes[0]);
    free(bytes[1]);
    temp_folder_remove(&folder);
}

/* Without a name in its folder, a file is written all the same, and leaves nothing. */
static void without_a_name(void **state)
{
    (void)state;
    struct temp_folder folder;
    struct aro_error err = {0};
    temp_folder_make(&folder);
    assert_true(write_file(folder.store, 5000, true, &err));
    assert_int_equal(rmdir(folder.path), 0);
}

static void no_rows(void **state)
{
    (void)state;
    struct temp_folder folder;
    struct schema_db *db = NULL;
    int64_t got = -1;
    temp_folder_make(&folder);
    assert_true(write_file(folder.store, 0, false, NULL));
    assert_true(schema_db_open(folder.store, SCHEMA_DB_READ, &db, NULL));
    assert_true(schema_db_integer(db, "SELECT count(*) FROM gpkg_contents WHERE min_x IS NULL",
                                  &got, NULL));
    assert_int_equal(got, 1);
    schema_db_close(db);
    temp_folder_remove(&folder);
}

static void failures_are_said(void **state)
{
    (void)state;
    struct temp_folder folder;
    struct schema_gpkg *gpkg = NULL;
    struct aro_error err = {0};
    temp_folder_make(&folder);
    assert_false(write_file("/nonexistent/file.gpkg", 1, false, &err));
    assert_int_equal(err.status, ARO_IO);
    err = (struct aro_error){0};
    assert_true(schema_gpkg_new(folder.store, &about, &gpkg, &err));
    assert_true(schema_gpkg_add(gpkg, 1, NULL, &err));
    assert_false(schema_gpkg_add(gpkg, 1, NULL, &err));
    assert_int_equal(err.status, ARO_IO);
    schema_gpkg_free(gpkg);
    temp_folder_remove(&folder);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    bool done = false;
    struct temp_folder folder;
    temp_folder_make(&folder);
    for (size_t allowed = 0; !done; allowed++) {
        struct aro_error err = {0};
        unlink(folder.store);
        allow_allocations(allowed);
        done = write_file(folder.store, 100, false, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, err.message, done || err.status == ARO_NO_MEMORY);
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_a_geopackage),
        cmocka_unit_test(finds_by_its_index),
        cmocka_unit_test(same_rows_same_bytes),
        cmocka_unit_test(without_a_name),
        cmocka_unit_test(no_rows),
        cmocka_unit_test(failures_are_said),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
