#include "server/snapshot.h"

#include <string.h>

#include "tests/unit/check.h"
#include "tests/unit/import_help.h"

static struct snapshot *build(const struct temp_folder *folder, struct aro_error *err)
{
    struct schema_store *store = NULL;
    struct snapshot *snapshot = NULL;
    const struct snapshot_room room = snapshot_room_of(NULL);
    if (schema_store_open(folder->store, SCHEMA_READ, &store, err))
        snapshot = snapshot_build(store, NULL, &room, err);
    schema_store_close(store);
    return snapshot;
}

/* As another program writes them: through SpatiaLite's functions, with its triggers. */
static void edit(const struct temp_folder *folder, const char *sql)
{
    struct schema_db *db = NULL;
    assert_true(schema_db_open(folder->store, SCHEMA_DB_WRITE, &db, NULL));
    assert_true(schema_db_load_spatialite(db, NULL) && schema_db_enable_triggers(db, true, NULL));
    assert_true(schema_db_exec(db, sql, NULL));
    schema_db_close(db);
}

static void make_store(struct temp_folder *folder)
{
    temp_folder_make(folder);
    struct schema_store *store = small_store(folder);
    assert_non_null(store);
    schema_store_close(store);
}

/* The code of the commune whose contour holds a place, or "". */
static const char *holder(const struct snapshot *snapshot, int32_t lon_e7, int32_t lat_e7)
{
    const struct snapshot_contours *contours = &snapshot->contours;
    uint32_t shape = geo_locator_find(contours->locator, (struct geo_coord){lon_e7, lat_e7});
    return shape == GEO_LOCATE_NONE ? "" : snapshot->commune.codes[contours->communes[shape]];
}

static void test_none(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct aro_error err = {0};
    make_store(&folder);
    struct snapshot *snapshot = build(&folder, &err);
    CHECK(failures, err.message, snapshot);
    if (snapshot) {
        CHECK(failures, "no contour", snapshot->contours.n == 0);
        CHECK(failures, "none", !*holder(snapshot, 50000000, 450000000));
        for (size_t i = 0; i < snapshot->communes.n; i++)
            CHECK(failures, "no shape", snapshot->contours.shapes[i] == SNAPSHOT_NONE);
    }
    snapshot_release(snapshot);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void test_some(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct aro_error err = {0};
    make_store(&folder);
    edit(&folder, "INSERT INTO contours (code, millesime, contour) VALUES "
                  "('98735', '2020', GeomFromText('MULTIPOLYGON(((-149.6 -17.6, -149.5 -17.6, "
                  "-149.5 -17.5, -149.6 -17.5, -149.6 -17.6)))', 4326)), "
                  "('01015', '', GeomFromText('MULTIPOLYGON(((5 45, 6 45, 6 46, 5 45)),"
                  " ((7 45, 8 45, 8 46, 7 45)))', 4326))");
    struct snapshot *snapshot = build(&folder, &err);
    CHECK(failures, err.message, snapshot);
    if (snapshot) {
        const struct snapshot_contours *contours = &snapshot->contours;
        uint32_t papeete = snapshot_commune(snapshot, "98735");
        CHECK(failures, "two", contours->n == 2 && contours->rings.shapes.n == 2);
        CHECK(failures, "overseas",
              strcmp(holder(snapshot, -1495500000, -175500000), "98735") == 0);
        CHECK(failures, "a part", strcmp(holder(snapshot, 75000000, 452000000), "01015") == 0);
        CHECK(failures, "between the parts", !*holder(snapshot, 65000000, 452000000));
        CHECK(failures, "year", strcmp(contours->millesimes[0], "") == 0);
        CHECK(failures, "year", strcmp(contours->millesimes[1], "2020") == 0);
        CHECK(failures, "shape of commune", contours->shapes[papeete] == 1);
        CHECK(failures, "commune of shape", contours->communes[1] == papeete);
        CHECK(failures, "without a contour",
              contours->shapes[snapshot_commune(snapshot, "01001")] == SNAPSHOT_NONE);
    }
    snapshot_release(snapshot);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* Only another program can write one that is of no commune. */
static void test_of_no_commune(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    struct aro_error err = {0};
    make_store(&folder);
    edit(&folder, "PRAGMA foreign_keys = OFF; INSERT INTO contours (code, contour) VALUES "
                  "('99999', GeomFromText('MULTIPOLYGON(((5 45, 6 45, 6 46, 5 45)))', 4326))");
    struct snapshot *snapshot = build(&folder, &err);
    CHECK(failures, "refused", !snapshot);
    CHECK(failures, err.message, err.status == ARO_IO && strstr(err.message, "99999"));
    snapshot_release(snapshot);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_some),
        cmocka_unit_test(test_of_no_commune),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
