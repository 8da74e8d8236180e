#include "schema/id_lines.h"

#include <stdlib.h>

#include "tests/unit/check.h"
#include "tests/unit/random.h"

enum { SEED = 20261127, N = 300000, N_IDS = 1000000 };

static void keeps_the_line_of_each_id(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    struct schema_id_lines lines = {0};
    uint32_t *twin = calloc(N_IDS, sizeof *twin);
    assert_non_null(twin);
    for (uint32_t line = 1; line <= N; line++) {
        size_t id = (size_t)random_below(&seed, N_IDS);
        twin[id] = line;
        assert_true(schema_id_lines_put(&lines, (int64_t)id, line, NULL));
    }
    for (size_t id = 0; id < N_IDS; id++)
        CHECK(failures, "line", schema_id_lines_find(&lines, (int64_t)id) == twin[id]);
    CHECK(failures, "behind", schema_id_lines_find(&lines, INT64_MAX) == 0);
    schema_id_lines_clear(&lines);
    CHECK(failures, "cleared", schema_id_lines_find(&lines, 1) == 0);
    free(twin);
    assert_int_equal(failures, 0);
}

static void takes_ids_far_apart(void **state)
{
    (void)state;
    static const int64_t ids[] = {4000000000, 0, 65536, 65535};
    struct schema_id_lines lines = {0};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_true(schema_id_lines_put(&lines, ids[i], (uint64_t)i + 1, NULL));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_int_equal(schema_id_lines_find(&lines, ids[i]), i + 1);
    assert_int_equal(schema_id_lines_find(&lines, 3999999999), 0);
    assert_true(schema_id_lines_put(&lines, 1, UINT64_MAX, NULL));
    assert_int_equal(schema_id_lines_find(&lines, 1), UINT32_MAX);
    schema_id_lines_clear(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_line_of_each_id),
        cmocka_unit_test(takes_ids_far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
