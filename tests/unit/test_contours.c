#include "schema/contours.h"

#include <string.h>

#include "schema/area.h"
#include "tests/unit/check.h"
#include "tests/unit/import_help.h"
#include "tests/unit/shapes.h"

/* As another program writes them: through SpatiaLite's functions, with its triggers. */
static bool edit(const struct temp_folder *folder, const char *sql, struct aro_error *err)
{
    struct schema_db *db = NULL;
    bool ok = schema_db_open(folder->store, SCHEMA_DB_WRITE, &db, err) &&
              schema_db_load_spatialite(db, err) && schema_db_enable_triggers(db, true, err) &&
              schema_db_exec(db, sql, err);
    schema_db_close(db);
    return ok;
}

static bool read_contours(const struct temp_folder *folder, struct schema_contours *out_contours,
                          struct aro_error *err)
{
    struct schema_store *store = NULL;
    bool ok = schema_store_open(folder->store, SCHEMA_READ, &store, err) &&
              schema_read_contours(store, out_contours, err);
    schema_store_close(store);
    return ok;
}

static void test_reads_in_order(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct schema_contours contours = {0};
    struct aro_error err = {0};
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    assert_non_null(store);
    schema_store_close(store);
    CHECK(failures, "none", read_contours(&folder, &contours, &err) && contours.n == 0);
    CHECK(failures, "written",
          edit(&folder,
               "INSERT INTO contours (code, millesime, contour) VALUES "
               "('2A004', '2018', GeomFromText('MULTIPOLYGON(((8 41, 8 42, 9 42, 8 41)))', 4326)),"
               "('01015', '', GeomFromText('MULTIPOLYGON(((5 45, 6 45, 6 46, 5 45)),"
               " ((7 45, 8 45, 8 46, 7 45)))', 4326)), ('98735', '2018', NULL)",
               &err));
    CHECK(failures, "indexed",
          answers(folder.store, "SELECT count(*) FROM idx_contours_contour", "2\n"));
    CHECK(failures, "read", read_contours(&folder, &contours, &err));
    CHECK(failures, err.message, contours.n == 2 && contours.rings.shapes.n == 2);
    if (contours.n == 2) {
        CHECK(failures, "first", strcmp(contours.items[0].code, "01015") == 0);
        CHECK(failures, "first", strcmp(contours.items[0].millesime, "") == 0);
        CHECK(failures, "second", strcmp(contours.items[1].code, "2A004") == 0);
        CHECK(failures, "second", strcmp(contours.items[1].millesime, "2018") == 0);
        CHECK(failures, "area", area_of_shape(&contours.rings, 0) == 1e14);
        CHECK(failures, "wound", area_of_shape(&contours.rings, 1) == 0.5e14);
    }
    schema_contours_clear(&contours);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void test_a_layer_for_others(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct aro_error err = {0};
    temp_folder_make(&folder);
    assert_true(schema_store_init(folder.store, NULL));
    CHECK(failures, "registered",
          answers(folder.store,
                  "SELECT geometry_type, coord_dimension, srid, spatial_index_enabled FROM "
                  "geometry_columns WHERE f_table_name = 'contours'",
                  "6|2|4326|1\n"));
    CHECK(failures, "a point is no contour",
          !edit(&folder,
                "INSERT INTO contours (code, contour) VALUES ('01001', "
                "GeomFromText('POINT(1 2)', 4326))",
                &err));
    CHECK(failures, err.message, strstr(err.message, "geom-type"));
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void test_damage_is_said(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct schema_contours contours = {0};
    struct aro_error err = {0};
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    assert_non_null(store);
    schema_store_close(store);
    struct schema_db *db = NULL;
    CHECK(failures, "opens", schema_db_open(folder.store, SCHEMA_DB_WRITE, &db, &err));
    CHECK(failures, "written",
          schema_db_exec(db, "INSERT INTO contours (code, contour) VALUES ('01001', x'00')", &err));
    schema_db_close(db);
    CHECK(failures, "not read", !read_contours(&folder, &contours, &err) && contours.n == 0);
    CHECK(failures, err.message, err.status == ARO_IO && strstr(err.message, "contour of 01001"));
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* A store of the first migration is brought to the newest and keeps what it holds. */
static void test_migration(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct aro_error err = {0};
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    assert_non_null(store);
    schema_store_close(store);
    CHECK(failures, "back to the first",
          edit(&folder,
               "SELECT DisableSpatialIndex('contours', 'contour');"
               "DROP TABLE idx_contours_contour;"
               "SELECT DiscardGeometryColumn('contours', 'contour');"
               "DROP TABLE contours;"
               "DROP INDEX initiatives_seq; DROP INDEX communes_seq; DROP TABLE commits;"
               "ALTER TABLE aliases DROP COLUMN population;"
               "ALTER TABLE aliases DROP COLUMN codes_postaux; PRAGMA user_version=1",
               &err));
    CHECK(failures, "too old",
          !schema_store_open(folder.store, SCHEMA_WRITE, &store, &err) &&
              strstr(err.message, "arobase init"));
    err = (struct aro_error){0};
    CHECK(failures, "migrated", schema_store_init(folder.store, &err));
    CHECK(failures, err.message,
          answers(folder.store,
                  "SELECT count(*) FROM communes UNION ALL SELECT count(*) FROM "
                  "contours",
                  "4\n0\n"));
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_in_order),
        cmocka_unit_test(test_a_layer_for_others),
        cmocka_unit_test(test_damage_is_said),
        cmocka_unit_test(test_migration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
