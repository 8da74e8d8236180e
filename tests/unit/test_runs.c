#include "geo/runs.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdbool.h>
#include <string.h>

static const struct {
    const char *name;
    size_t n_added, n_want;
    struct geo_run added[4], want[4];
} add_cases[] = {
    {"nothing", 0, 0, {{0, 0}}, {{0, 0}}},
    {"empty run", 1, 0, {{5, 5}}, {{0, 0}}},
    {"one", 1, 1, {{5, 9}}, {{5, 9}}},
    {"apart", 2, 2, {{5, 9}, {10, 12}}, {{5, 9}, {10, 12}}},
    {"touching", 3, 1, {{5, 9}, {9, 10}, {10, 12}}, {{5, 12}}},
    {"overlapping", 2, 1, {{5, 9}, {7, 12}}, {{5, 12}}},
    {"within", 2, 1, {{5, 9}, {6, 8}}, {{5, 9}}},
    {"highest position", 2, 1, {{0, 1}, {1, UINT32_MAX}}, {{0, UINT32_MAX}}},
};

static void adding(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof add_cases / sizeof *add_cases; i++) {
        struct geo_runs runs = {0};
        for (size_t j = 0; j < add_cases[i].n_added; j++)
            CHECK(
                failures, add_cases[i].name,
                geo_runs_add(&runs, add_cases[i].added[j].first, add_cases[i].added[j].end, NULL));
        CHECK(failures, add_cases[i].name, runs.n == add_cases[i].n_want);
        for (size_t j = 0; j < runs.n; j++)
            CHECK(failures, add_cases[i].name,
                  memcmp(&runs.items[j], &add_cases[i].want[j], sizeof *runs.items) == 0);
        geo_runs_clear(&runs);
        CHECK(failures, add_cases[i].name, !runs.items && runs.n == 0 && runs.capacity == 0);
    }
    assert_int_equal(failures, 0);
}

/* The twin is a set of marks. */
static void agrees_with_marks(void **state)
{
    (void)state;
    enum { N = 4000 };
    bool marks[N] = {false};
    uint64_t seed = 20200405;
    int failures = 0;
    struct geo_runs runs = {0};
    size_t at = 0, count = 0;
    while (at < N - 10) {
        size_t end = at + random_below(&seed, 6);
        CHECK(failures, "seed 20200405", geo_runs_add(&runs, (uint32_t)at, (uint32_t)end, NULL));
        for (; at < end; at++, count++)
            marks[at] = true;
        at += random_below(&seed, 3);
    }
    CHECK(failures, "count (seed 20200405)", geo_runs_count(&runs) == count);
    for (size_t i = 0; i < runs.n; i++) {
        for (uint32_t p = runs.items[i].first; p < runs.items[i].end; p++)
            CHECK(failures, "marked (seed 20200405)", marks[p]);
        CHECK(failures, "ends (seed 20200405)", !marks[runs.items[i].end]);
    }
    geo_runs_clear(&runs);
    assert_int_equal(failures, 0);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_runs runs = {0};
    for (uint32_t i = 0; i < 200; i++) {
        struct aro_error err = {0};
        size_t n = runs.n;
        allow_allocations(0);
        bool ok = geo_runs_add(&runs, 2 * i, 2 * i + 1, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "kept what was there", ok || (err.status == ARO_NO_MEMORY && runs.n == n));
        CHECK(failures, "again", ok || geo_runs_add(&runs, 2 * i, 2 * i + 1, NULL));
    }
    CHECK(failures, "all there", runs.n == 200 && geo_runs_count(&runs) == 200);
    geo_runs_clear(&runs);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding),
        cmocka_unit_test(agrees_with_marks),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
