#include "geo/scratch.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

static void pieces_stay_where_they_are(void **state)
{
    (void)state;
    enum { PIECES = 500, ROUNDS = 20 };
    static unsigned char *pieces[PIECES];
    static size_t sizes[PIECES];
    struct geo_scratch scratch = {0};
    uint64_t seed = 20200409;
    int failures = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PIECES; i++) {
            sizes[i] = random_below(&seed, 50) == 0 ? random_below(&seed, 20000)
                                                    : random_below(&seed, 100);
            pieces[i] = geo_scratch_take(&scratch, sizes[i], NULL);
            assert_non_null(pieces[i]);
            CHECK(failures, "aligned", (uintptr_t)pieces[i] % _Alignof(max_align_t) == 0);
            memset(pieces[i], i & 0xFF, sizes[i]);
        }
        for (int i = 0; i < PIECES; i++)
            for (size_t j = 0; j < sizes[i]; j++)
                CHECK(failures, "untouched (seed 20200409)", pieces[i][j] == (i & 0xFF));
        geo_scratch_reset(&scratch);
    }
    geo_scratch_clear(&scratch);
    assert_int_equal(failures, 0);
}

static void a_buffer_is_kept(void **state)
{
    (void)state;
    struct geo_scratch scratch = {0};
    struct aro_buffer buffer = {0};
    struct aro_error err = {0};
    assert_non_null(geo_scratch_keep(&scratch, &buffer, &err));
    aro_buffer_text(&buffer, "abc");
    assert_memory_equal(geo_scratch_keep(&scratch, &buffer, &err), "abc", 3);
    buffer.failed = true;
    assert_null(geo_scratch_keep(&scratch, &buffer, &err));
    assert_int_equal(err.status, ARO_NO_MEMORY);
    aro_buffer_clear(&buffer);
    geo_scratch_clear(&scratch);
}

static void memory_runs_out(void **state)
{
    (void)state;
    struct geo_scratch scratch = {0};
    struct aro_error err = {0};
    allow_allocations(1);
    assert_non_null(geo_scratch_take(&scratch, 100, &err));
    assert_null(geo_scratch_take(&scratch, 10000, &err));
    allow_allocations(SIZE_MAX);
    assert_int_equal(err.status, ARO_NO_MEMORY);
    geo_scratch_clear(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_stay_where_they_are),
        cmocka_unit_test(a_buffer_is_kept),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
