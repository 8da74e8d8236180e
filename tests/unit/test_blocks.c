#include "geo/blocks.h"

#include <stdlib.h>

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"

struct list {
    int *numbers;
    char *text, *nothing;
    const int *second; /* into numbers */
};

static void list_blocks(const struct list *list, struct geo_blocks *out)
{
    geo_blocks_add(out, list, sizeof *list);
    geo_blocks_own(out, &list->numbers, 3 * sizeof *list->numbers);
    geo_blocks_own_bulk(out, &list->text, 5);
    geo_blocks_own(out, &list->nothing, 7);
    geo_blocks_pointer(out, &list->second);
}

static void lists_blocks_and_pointers(void **state)
{
    (void)state;
    int failures = 0, numbers[3] = {1, 2, 3};
    char text[] = "text";
    struct list list = {numbers, text, NULL, numbers + 1};
    struct geo_blocks blocks = {0};
    list_blocks(&list, &blocks);
    assert_int_equal(blocks.n, 3);
    assert_int_equal(blocks.n_pointers, 3);
    CHECK(failures, "root", blocks.items[0].bytes == (const char *)&list);
    CHECK(failures, "own", blocks.items[1].bytes == (const char *)numbers);
    CHECK(failures, "own", blocks.pointers[0] == &list.numbers && !blocks.items[1].is_bulk);
    CHECK(failures, "bulk", blocks.items[2].bytes == text && blocks.items[2].is_bulk);
    CHECK(failures, "borrowed", blocks.pointers[2] == &list.second);
    CHECK(failures, "bytes", geo_blocks_bytes(&blocks) == sizeof list + sizeof numbers + 5);
    geo_blocks_clear(&blocks);
    CHECK(failures, "cleared", blocks.n == 0 && !blocks.items && !blocks.pointers);
    assert_int_equal(failures, 0);
}

static void says_when_memory_runs_out(void **state)
{
    (void)state;
    int failures = 0, numbers[3] = {0};
    struct list list = {numbers, NULL, NULL, numbers};
    size_t allowed = 0;
    for (bool failed = true; failed; allowed++) {
        struct geo_blocks blocks = {0};
        allow_allocations(allowed);
        list_blocks(&list, &blocks);
        allow_allocations(SIZE_MAX);
        failed = blocks.failed;
        geo_blocks_clear(&blocks);
        CHECK(failures, "cleared", !blocks.failed);
    }
    assert_int_equal(allowed, 3); /* two lists */
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_blocks_and_pointers),
        cmocka_unit_test(says_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
