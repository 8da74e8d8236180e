#include "schema/spatial.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/temp_store.h"

#include <string.h>

#include "schema/db.h"

static bool same(struct geo_coord a, struct geo_coord b)
{
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

/* SpatiaLite's own function is the twin: the same bytes, at the edges and at random. */
static void agrees_with_spatialite(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_db *db = NULL;
    struct schema_stmt *stmt = NULL;
    CHECK(failures, "opens", schema_db_open(folder.store, SCHEMA_DB_CREATE, &db, &err));
    CHECK(failures, "loads", schema_db_load_spatialite(db, &err));
    CHECK(failures, "prepares",
          schema_db_prepare(db, "SELECT MakePoint(?1, ?2, 4326)", &stmt, &err));
    static const struct geo_coord edges[] = {
        {0, 0}, {1800000000, 900000000}, {-1800000000, -900000000}, {1, -1}, {23522000, 488566000},
    };
    uint64_t seed = 20261123;
    for (size_t i = 0; i < 1000; i++) {
        struct geo_coord coord =
            i < sizeof edges / sizeof *edges
                ? edges[i]
                : (struct geo_coord){(int32_t)random_between(&seed, -1.8e9, 1.8e9),
                                     (int32_t)random_between(&seed, -0.9e9, 0.9e9)};
        struct geo_point point = geo_coord_to_point(coord);
        unsigned char blob[SCHEMA_POINT_BYTES];
        schema_point_encode(coord, blob);
        schema_stmt_bind_real(stmt, 1, point.lon_deg);
        schema_stmt_bind_real(stmt, 2, point.lat_deg);
        CHECK(failures, "answers", schema_stmt_step(stmt, &err) == SCHEMA_STEP_ROW);
        size_t len = 0;
        const void *want = schema_stmt_blob(stmt, 0, &len);
        CHECK(failures, "same bytes", len == sizeof blob && memcmp(blob, want, len) == 0);
        struct geo_coord back = {7, 7};
        CHECK(failures, "comes back", schema_point_decode(want, len, &back) && same(back, coord));
        schema_stmt_reset(stmt);
    }
    CHECK(failures, err.message, err.status == ARO_OK);
    schema_stmt_free(stmt);
    schema_db_close(db);
    temp_folder_remove(&folder);
    if (failures)
        fprintf(stderr, "seed 20261123\n");
    assert_int_equal(failures, 0);
}

static void swap(unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        unsigned char byte = bytes[i];
        bytes[i] = bytes[n - 1 - i];
        bytes[n - 1 - i] = byte;
    }
}

static void big_endian(void **state)
{
    (void)state;
    struct geo_coord coord = {23522000, 488566000}, back = {0};
    unsigned char blob[SCHEMA_POINT_BYTES];
    schema_point_encode(coord, blob);
    blob[1] = 0;
    swap(blob + 2, 4);
    for (size_t i = 0; i < 4; i++)
        swap(blob + 6 + 8 * i, 8);
    swap(blob + 39, 4);
    swap(blob + 43, 8);
    swap(blob + 51, 8);
    assert_true(schema_point_decode(blob, sizeof blob, &back) && same(back, coord));
}

static void refuses_what_is_no_point(void **state)
{
    (void)state;
    int failures = 0;
    unsigned char good[SCHEMA_POINT_BYTES];
    schema_point_encode((struct geo_coord){23522000, 488566000}, good);
    struct geo_coord out = {7, 7};
    for (size_t len = 0; len < sizeof good; len++)
        CHECK(failures, "cut", !schema_point_decode(good, len, &out));
    static const struct {
        const char *name;
        size_t at;
        unsigned char byte;
    } cases[] = {
        {"start", 0, 1}, {"byte order", 1, 2}, {"another SRID", 2, 0xE7},
        {"mark", 38, 0}, {"a line", 39, 2},    {"a point Z", 40, 3},
        {"end", 59, 0},  {"NaN", 50, 0x7F}, /* with the byte below: 0x7FxD… is no longitude */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char blob[SCHEMA_POINT_BYTES];
        memcpy(blob, good, sizeof blob);
        blob[cases[i].at] = cases[i].byte;
        CHECK(failures, cases[i].name, !schema_point_decode(blob, sizeof blob, &out));
    }
    CHECK(failures, "untouched", out.lon_e7 == 7 && out.lat_e7 == 7);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_spatialite),
        cmocka_unit_test(big_endian),
        cmocka_unit_test(refuses_what_is_no_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
