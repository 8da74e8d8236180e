#include "geo/splice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"
#include "tests/unit/random.h"

enum { SEED = 20261127, MAX = 600, ROUNDS = 400 };

/* A list of numbers, and the same after changes made one by one. */
struct lists {
    uint32_t n_before, n, n_gone, n_come;
    uint32_t before[MAX], now[2 * MAX], come_items[MAX];
    uint32_t gone[MAX], come_before[MAX], come[MAX];
};

enum { FIRST_NEW = 1000000 };

static void make_lists(struct lists *lists, uint64_t *seed)
{
    *lists = (struct lists){.n_before = (uint32_t)random_below(seed, MAX)};
    uint64_t gone_rarity = 1 + random_below(seed, 50), come_rarity = 1 + random_below(seed, 50);
    for (uint32_t i = 0; i <= lists->n_before; i++) {
        while (lists->n_come < MAX && random_below(seed, come_rarity + 1) == 0) {
            uint32_t item = FIRST_NEW + lists->n_come;
            lists->come_before[lists->n_come] = i;
            lists->come[lists->n_come] = lists->n;
            lists->come_items[lists->n_come++] = item;
            lists->now[lists->n++] = item;
        }
        if (i == lists->n_before)
            break;
        lists->before[i] = i;
        if (random_below(seed, gone_rarity) == 0)
            lists->gone[lists->n_gone++] = i;
        else
            lists->now[lists->n++] = i;
    }
}

static void check_parts(const struct geo_splice *splice, const struct lists *lists, int *failures)
{
    for (uint32_t i = 0; i < lists->n; i++) {
        const struct geo_splice_part *part = geo_splice_find(splice, i);
        uint32_t from = part->from + (i - part->first);
        bool is_in = part->first <= i && i < part[1].first;
        uint32_t item = part->has_come ? lists->come_items[from] : lists->before[from];
        CHECK(*failures, "part", is_in && item == lists->now[i]);
    }
}

static void check_bits(const struct geo_splice *splice, const struct lists *lists, uint64_t *seed,
                       int *failures)
{
    uint64_t before[MAX / 64 + 1] = {0}, now[2 * MAX / 64 + 1];
    memset(now, 0xA5, sizeof now);
    for (uint32_t i = 0; i < lists->n_before; i++)
        if (random_below(seed, 3) == 0)
            geo_bits_add(before, i);
    geo_splice_bits(splice, before, now);
    for (uint32_t i = 0; i < lists->n; i++) {
        uint32_t item = lists->now[i];
        CHECK(*failures, "bit",
              geo_bits_has(now, i) == (item < FIRST_NEW && geo_bits_has(before, item)));
    }
    CHECK(*failures, "behind", now[lists->n / 64] >> lists->n % 64 == 0);
}

static void is_as_if_changed_one_by_one(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    struct lists *lists = malloc(sizeof *lists);
    uint32_t *now = malloc(2 * MAX * sizeof *now);
    for (int round = 0; round < ROUNDS; round++) {
        struct geo_splice splice = {0};
        make_lists(lists, &seed);
        assert_true(geo_splice_make(&splice, lists->n_before, lists->gone, lists->n_gone,
                                    lists->come_before, lists->n_come, NULL));
        CHECK(failures, "n", splice.n == lists->n && splice.n_come == lists->n_come);
        CHECK(failures, "come",
              memcmp(splice.come, lists->come, lists->n_come * sizeof *lists->come) == 0);
        check_parts(&splice, lists, &failures);
        geo_splice_fill(&splice, lists->before, lists->come_items, sizeof *now, lists->n, now);
        CHECK(failures, "fill", memcmp(now, lists->now, lists->n * sizeof *now) == 0);
        uint32_t n = (uint32_t)random_below(&seed, lists->n + 1);
        memset(now, 0xA5, 2 * MAX * sizeof *now);
        geo_splice_fill(&splice, lists->before, lists->come_items, sizeof *now, n, now);
        CHECK(failures, "some", memcmp(now, lists->now, n * sizeof *now) == 0);
        CHECK(failures, "no more", now[n] == UINT32_C(0xA5A5A5A5));
        check_bits(&splice, lists, &seed, &failures);
        geo_splice_clear(&splice);
    }
    free(lists);
    free(now);
    assert_int_equal(failures, 0);
}

static void tells_what_stays_in_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t n_gone, gone[3], n_come, before[3];
        bool want;
    } cases[] = {
        {"nothing", 0, {0}, 0, {0}, true},
        {"two changed", 2, {3, 9}, 2, {3, 9}, true},
        {"neighbours", 2, {3, 4}, 2, {3, 4}, true},
        {"one moved", 1, {3}, 1, {5}, false},
        {"to where it was", 1, {3}, 1, {4}, true},
        {"one less", 1, {9}, 0, {0}, false},
        {"one more", 0, {0}, 1, {10}, false},
        {"changed and moved", 2, {3, 5}, 2, {3, 8}, false},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct geo_splice splice = {0};
        assert_true(geo_splice_make(&splice, 10, cases[i].gone, cases[i].n_gone, cases[i].before,
                                    cases[i].n_come, NULL));
        CHECK(failures, cases[i].name, geo_splice_is_in_place(&splice) == cases[i].want);
        geo_splice_clear(&splice);
    }
    struct aro_error err = {0};
    struct geo_splice splice = {0};
    uint32_t before = 0;
    CHECK(failures, "too many", !geo_splice_make(&splice, UINT32_MAX, NULL, 0, &before, 1, &err));
    CHECK(failures, "too many", err.status == ARO_TOO_LARGE);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_as_if_changed_one_by_one),
        cmocka_unit_test(tells_what_stays_in_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
