#include "schema/rtree.h"
#include "tests/unit/check.h"
#include "tests/unit/temp_store.h"

#include "tests/unit/random.h"
#include <string.h>

static const char make[] = "CREATE VIRTUAL TABLE idx USING rtree(pkid, xmin, xmax, ymin, ymax)";

/* How many places lie in a box, by the index and by looking at each. */
static bool finds_all(struct schema_db *db, const struct schema_rtree_bulk *bulk, uint64_t *seed)
{
    char sql[200];
    int64_t found = -1, want = 0;
    double west = random_between(seed, -180, 180), south = random_between(seed, -90, 90);
    double east = west + random_between(seed, 0, 90), north = south + random_between(seed, 0, 60);
    struct aro_error err = {0};
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM idx WHERE xmax >= %.9f AND xmin <= %.9f AND ymax >= %.9f AND "
             "ymin <= %.9f",
             west, east, south, north);
    schema_db_integer(db, sql, &found, &err);
    for (size_t i = 0; i < bulk->n; i++) {
        struct geo_point point = geo_coord_to_point(bulk->coords[i]);
        want += point.lon_deg >= west && point.lon_deg <= east && point.lat_deg >= south &&
                point.lat_deg <= north;
    }
    /* Boxes are rounded outwards to floats: a few places just outside may be found as well. */
    return found >= want && found <= want + 2;
}

static bool is_sound(struct schema_db *db)
{
    struct schema_stmt *stmt = NULL;
    struct aro_error err = {0};
    bool ok = schema_db_prepare(db, "SELECT rtreecheck('idx')", &stmt, &err) &&
              schema_stmt_step(stmt, &err) == SCHEMA_STEP_ROW &&
              strcmp(schema_stmt_text(stmt, 0), "ok") == 0;
    if (!ok && stmt)
        fprintf(stderr, "%s\n", schema_stmt_text(stmt, 0));
    schema_stmt_free(stmt);
    return ok;
}

/* As the places come, in no order that helps. */
static bool pack(struct schema_db *db, const struct schema_rtree_bulk *bulk, struct aro_error *err)
{
    struct schema_rtree_pack *pack = NULL;
    bool ok = schema_rtree_pack_new(db, "idx", &pack, err);
    for (size_t i = 0; ok && i < bulk->n; i++) {
        struct geo_point point = geo_coord_to_point(bulk->coords[i]);
        ok = schema_rtree_pack_add(pack, bulk->ids[i], point.lon_deg, point.lat_deg, err);
    }
    ok = ok && schema_rtree_pack_finish(pack, err);
    schema_rtree_pack_free(pack);
    return ok;
}

/* Around one node (51 cells), one level, two levels; then as an index that lives on. */
static void check_index(bool as_they_come)
{
    static const size_t sizes[] = {0,  1,  2,  44,   45,   46,   47,   51,   52,
                                   53, 92, 93, 2115, 2116, 2117, 2600, 2602, 20000};
    int failures = 0;
    uint64_t seed = 7;
    struct temp_folder folder;
    temp_folder_make(&folder);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct schema_db *db = NULL;
        struct aro_error err = {0};
        struct schema_rtree_bulk bulk = {0};
        char name[32];
        snprintf(name, sizeof name, "%zu places", sizes[s]);
        unlink(folder.store);
        CHECK(failures, name, schema_db_open(folder.store, SCHEMA_DB_CREATE, &db, &err));
        CHECK(failures, name, schema_db_exec(db, make, &err) && schema_db_begin_write(db, &err));
        for (size_t i = 0; i < sizes[s]; i++) {
            struct geo_coord coord = {(int32_t)random_between(&seed, -1.8e9, 1.8e9),
                                      (int32_t)random_between(&seed, -0.9e9, 0.9e9)};
            CHECK(failures, name, schema_rtree_bulk_add(&bulk, (int64_t)(3 * i + 1), coord, &err));
        }
        /* What stood in the index before is forgotten. */
        CHECK(failures, name, schema_db_exec(db, "INSERT INTO idx VALUES (5, 1, 1, 1, 1)", &err));
        CHECK(failures, name,
              as_they_come ? pack(db, &bulk, &err)
                           : schema_rtree_bulk_build(&bulk, db, "idx", &err));
        CHECK(failures, name, schema_db_commit(db, &err) && is_sound(db));
        for (int box = 0; box < 20; box++)
            CHECK(failures, name, finds_all(db, &bulk, &seed));
        CHECK(failures, name,
              schema_db_exec(db,
                             "DELETE FROM idx WHERE pkid % 2 = 0;"
                             "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                             " WHERE i < 500) INSERT INTO idx SELECT 1000000 + i, i / 10.0, i / "
                             "10.0, i / 20.0, i / 20.0 FROM n",
                             &err));
        CHECK(failures, name, is_sound(db));
        CHECK(failures, err.message, err.status == ARO_OK);
        schema_rtree_bulk_clear(&bulk);
        schema_db_close(db);
    }
    temp_folder_remove(&folder);
    if (failures)
        fprintf(stderr, "seed 7\n");
    assert_int_equal(failures, 0);
}

static void built_in_bulk(void **state)
{
    (void)state;
    check_index(false);
}

static void packed_as_rows_come(void **state)
{
    (void)state;
    check_index(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(built_in_bulk),
                                       cmocka_unit_test(packed_as_rows_come)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
