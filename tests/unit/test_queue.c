#include "geo/queue_internal.h"

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

/* Pushed and popped at random, what comes out is never before what came out while it was in. */
static void test_order(void **state)
{
    (void)state;
    enum { N = 3000 };
    int failures = 0;
    uint64_t seed = 20200590;
    struct geo_queue queue = {0};
    struct geo_entry last = {-1, 0, 0};
    size_t n_pushed = 0, n_popped = 0;
    for (int i = 0; i < N; i++) {
        struct geo_entry entry = {(double)random_below(&seed, 50), (uint32_t)random_below(&seed, 3),
                                  (uint32_t)i};
        entry.key_m += last.key_m > 0 ? last.key_m : 0; /* as in a walk outward */
        assert_true(geo_queue_push(&queue, entry, NULL));
        n_pushed++;
        if (random_below(&seed, 2) == 0) {
            struct geo_entry top = geo_queue_pop(&queue);
            CHECK(failures, "never nearer than the last", top.key_m >= last.key_m);
            last = top;
            n_popped++;
        }
    }
    for (struct geo_entry before = {-1, 0, 0}; queue.n > 0; n_popped++) {
        struct geo_entry top = geo_queue_pop(&queue);
        CHECK(failures, "sorted", !geo_entry_is_before(&top, &before));
        before = top;
    }
    CHECK(failures, "all of them", n_pushed == N && n_popped == N);
    geo_queue_clear(&queue);
    assert_int_equal(failures, 0);
}

static void test_ties(void **state)
{
    (void)state;
    int failures = 0;
    const struct geo_entry order[] = {{1, 2, 9}, {2, 0, 5}, {2, 0, 6}, {2, 1, 0}, {2, 2, 0}};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (size_t j = 0; j < sizeof order / sizeof *order; j++)
            CHECK(failures, "key, kind, place",
                  geo_entry_is_before(&order[i], &order[j]) == (i < j));
    assert_int_equal(failures, 0);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct geo_queue queue = {0};
    struct aro_error err = {0};
    allow_allocations(1);
    while (geo_queue_push(&queue, (struct geo_entry){1, 0, 0}, &err)) {
    }
    allow_allocations(SIZE_MAX);
    assert_int_equal(err.status, ARO_NO_MEMORY);
    assert_int_equal(queue.n, queue.capacity);
    geo_queue_clear(&queue);
    assert_int_equal(queue.n + queue.capacity, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
