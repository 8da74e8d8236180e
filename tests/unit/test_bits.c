#include "geo/bits.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 20261125, N = 300 };

static bool has(const uint64_t *words, uint32_t at)
{
    return words[at / 64] >> at % 64 & 1;
}

static void packs(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    for (int round = 0; round < 2000; round++) {
        uint8_t bytes[64];
        uint64_t want = random_bits(&seed);
        want = round == 0 ? 0 : round == 1 ? UINT64_MAX : want;
        for (int i = 0; i < 64; i++)
            bytes[i] = want >> i & 1;
        CHECK(failures, "packed", geo_bits_pack(bytes) == want);
    }
    assert_int_equal(failures, 0);
}

static void masks(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct geo_run run;
        uint32_t word;
        uint64_t want;
    } cases[] = {
        {"one at the start", {0, 1}, 0, 1},
        {"one at the end", {63, 64}, 0, UINT64_C(1) << 63},
        {"a whole word", {64, 128}, 1, UINT64_MAX},
        {"from within", {70, 200}, 1, UINT64_MAX << 6},
        {"between", {70, 200}, 2, UINT64_MAX},
        {"to within", {70, 200}, 3, 0xFF},
        {"the highest position", {UINT32_MAX - 1, UINT32_MAX}, UINT32_MAX / 64, UINT64_C(1) << 62},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].name, geo_bits_mask(cases[i].run, cases[i].word) == cases[i].want);
    assert_int_equal(failures, 0);
}

static struct geo_run random_run(uint64_t *seed)
{
    uint32_t a = (uint32_t)random_below(seed, N + 1), b = (uint32_t)random_below(seed, N + 1);
    return a < b ? (struct geo_run){a, b} : (struct geo_run){b, a};
}

/* Sparse, dense, and runs as long as several words. */
static void random_set(uint64_t *seed, uint64_t words[N / 64 + 1])
{
    uint64_t kind = random_below(seed, 3);
    memset(words, 0, (N / 64 + 1) * sizeof *words);
    for (uint32_t i = 0; i < N; i++)
        if (kind == 0 ? random_below(seed, 20) == 0 : kind == 1 && random_below(seed, 20) > 0)
            geo_bits_add(words, i);
    if (kind == 2)
        geo_bits_set(words, random_run(seed));
}

static void agrees_with_looking_at_each(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    struct geo_runs runs = {0};
    for (int round = 0; round < 5000 && failures < 5; round++) {
        uint64_t a[N / 64 + 1], b[N / 64 + 1], set[N / 64 + 1], kept[N / 64 + 1];
        struct geo_run run = random_run(&seed);
        random_set(&seed, a);
        random_set(&seed, b);
        memcpy(set, a, sizeof set);
        geo_bits_set(set, run);
        memcpy(kept, a, sizeof kept);
        geo_bits_keep(kept, run, b);
        runs.n = 0;
        CHECK(failures, "added", geo_bits_add_runs(a, run, &runs, NULL));
        uint32_t count = 0, both = 0;
        size_t at_run = 0;
        for (uint32_t i = 0; i < N; i++) {
            bool inside = i >= run.first && i < run.end;
            count += inside && has(a, i);
            both += inside && has(a, i) && has(b, i);
            while (at_run < runs.n && runs.items[at_run].end <= i)
                at_run++;
            bool listed = at_run < runs.n && runs.items[at_run].first <= i;
            CHECK(failures, "set (seed 20261125)", has(set, i) == (inside || has(a, i)));
            CHECK(failures, "kept (seed 20261125)",
                  has(kept, i) == (has(a, i) && (!inside || has(b, i))));
            CHECK(failures, "has (seed 20261125)", geo_bits_has(a, i) == has(a, i));
            CHECK(failures, "runs (seed 20261125)", listed == (inside && has(a, i)));
        }
        CHECK(failures, "count (seed 20261125)", geo_bits_count(a, run) == count);
        CHECK(failures, "both (seed 20261125)", geo_bits_count_both(a, b, run) == both);
    }
    geo_runs_clear(&runs);
    assert_int_equal(failures, 0);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t words[] = {0x5555555555555555, 0x5555555555555555, 0};
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_runs runs = {0};
        allow_allocations(allowed);
        ok = geo_bits_add_runs(words, (struct geo_run){0, 128}, &runs, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "runs", ok ? runs.n == 64 && allowed > 1 : err.status == ARO_NO_MEMORY);
        geo_runs_clear(&runs);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs),
        cmocka_unit_test(masks),
        cmocka_unit_test(agrees_with_looking_at_each),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
