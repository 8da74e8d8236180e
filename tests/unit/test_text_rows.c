#include "server/text_rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/temp_store.h"

enum { SEED = 20261127, N_ROWS = 20000 };

/* The text of a row: its number as often as that says, up to 40 times; every tenth is empty. */
static void append_text(uint32_t row, struct aro_buffer *out)
{
    for (uint32_t i = 0; row % 10 != 0 && i < row % 40; i++)
        aro_buffer_printf(out, "%u,", row);
}

static bool fill(struct text_rows *rows, size_t n, const char *folder, struct aro_error *err)
{
    bool ok = text_rows_begin(rows, n, n * 40, folder, err);
    for (uint32_t row = 0; ok && row < n; row++) {
        append_text(row, text_rows_text(rows));
        ok = text_rows_end(rows, err);
    }
    return ok;
}

static uint32_t *random_order(size_t n)
{
    uint64_t seed = SEED;
    uint32_t *order = malloc((n + 1) * sizeof *order);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t other = (size_t)random_below(&seed, i);
        uint32_t row = order[i - 1];
        order[i - 1] = order[other];
        order[other] = row;
    }
    return order;
}

static void clear_block(struct text_block *block)
{
    if (block->mapped_bytes > 0)
        munmap(block->block, block->mapped_bytes);
    else
        free(block->block);
    free(block->offsets);
    *block = (struct text_block){0};
}

static void check_block(const struct text_block *block, const uint32_t *order, size_t n,
                        int *failures)
{
    struct aro_buffer text = {0};
    for (size_t i = 0; i < n; i++) {
        text.len = 0;
        append_text(order[i], &text);
        CHECK(*failures, "text",
              block->offsets[i + 1] - block->offsets[i] == text.len &&
                  (text.len == 0 ||
                   memcmp(block->block + block->offsets[i], text.data, text.len) == 0));
    }
    aro_buffer_clear(&text);
}

static void places_texts(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    const size_t numbers[] = {0, 1, 2, 37, N_ROWS};
    temp_folder_make(&folder);
    for (size_t i = 0; i < 2 * sizeof numbers / sizeof *numbers; i++) {
        size_t n = numbers[i / 2];
        bool in_file = i % 2 == 1;
        uint32_t *order = random_order(n);
        struct text_rows rows = {0};
        struct text_block block = {0};
        CHECK(failures, "filled", fill(&rows, n, in_file ? folder.path : NULL, NULL));
        CHECK(failures, "placed", text_rows_place(&rows, order, &block, NULL));
        CHECK(failures, "in a file", (block.mapped_bytes > 0) == (in_file && n > 1));
        check_block(&block, order, n, &failures);
        clear_block(&block);
        text_rows_clear(&rows);
        free(order);
    }
    assert_int_equal(rmdir(folder.path), 0); /* nothing was left there */
    assert_int_equal(failures, 0);
}

static void says_what_is_missing(void **state)
{
    (void)state;
    struct text_rows rows = {0};
    struct aro_error err = {0};
    assert_false(text_rows_begin(&rows, 10, 0, "/tmp/there/is/none", &err));
    assert_int_equal(err.status, ARO_IO);
    text_rows_clear(&rows);
}

static void survives_without_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    uint32_t *order = random_order(50);
    temp_folder_make(&folder);
    for (int in_file = 0; in_file < 2; in_file++) {
        bool ok = false;
        for (size_t allowed = 0; !ok && allowed < 30; allowed++) {
            struct text_rows rows = {0};
            struct text_block block = {0};
            struct aro_error err = {0};
            allow_allocations(allowed);
            ok = fill(&rows, 50, in_file ? folder.path : NULL, &err) &&
                 text_rows_place(&rows, order, &block, &err);
            allow_allocations(SIZE_MAX);
            CHECK(failures, "error", ok || err.status == ARO_NO_MEMORY);
            if (ok)
                check_block(&block, order, 50, &failures);
            text_rows_clear(&rows);
            clear_block(&block);
        }
        CHECK(failures, "at last", ok);
    }
    free(order);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_texts),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
