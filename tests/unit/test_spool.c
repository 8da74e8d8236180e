#include "server/spool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/check.h"
#include "tests/unit/temp_store.h"

/* What was appended is what is read, far beyond what is kept in memory. */
static void test_reads_back(void **state)
{
    (void)state;
    enum { N = 300000, LINE = 8 };
    int failures = 0, fd = -1;
    uint64_t bytes = 0;
    struct temp_folder folder;
    struct spool spool;
    char line[LINE + 1];
    temp_folder_make(&folder);
    assert_true(spool_open(&spool, folder.path, NULL));
    for (int i = 0; i < N; i++) {
        aro_buffer_printf(&spool.buffer, "%07d\n", i);
        CHECK(failures, "settled", spool_settle(&spool, NULL));
        CHECK(failures, "bounded", spool.buffer.len <= (256 << 10));
    }
    CHECK(failures, "taken", spool_take(&spool, &fd, &bytes, NULL) && bytes == N * LINE);
    FILE *file = fdopen(fd, "r");
    assert_non_null(file);
    for (int i = 0; i < N; i++)
        CHECK(failures, "line", fgets(line, sizeof line, file) && atoi(line) == i);
    fclose(file);
    spool_close(&spool);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void test_leaves_nothing(void **state)
{
    (void)state;
    struct temp_folder folder;
    struct spool spool;
    temp_folder_make(&folder);
    assert_true(spool_open(&spool, folder.path, NULL));
    aro_buffer_text(&spool.buffer, "text");
    spool_close(&spool);
    spool_close(&spool);
    assert_int_equal(rmdir(folder.path), 0); /* it is empty */
}

static void test_no_folder(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct spool spool;
    assert_false(spool_open(&spool, "/nonexistent/folder", &err));
    assert_int_equal(err.status, ARO_IO);
    assert_non_null(strstr(err.message, "/nonexistent/folder"));
    spool_close(&spool);
}

/* A full disk is said, by Linux's file that is always full. */
static void test_full(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct spool spool;
    int fd;
    uint64_t bytes;
    assert_true(spool_open(&spool, NULL, NULL));
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_true(dup2(fileno(full), spool.fd) >= 0);
    fclose(full);
    aro_buffer_text(&spool.buffer, "text");
    assert_false(spool_take(&spool, &fd, &bytes, &err));
    assert_int_equal(err.status, ARO_IO);
    spool_close(&spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_back),
        cmocka_unit_test(test_leaves_nothing),
        cmocka_unit_test(test_no_folder),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
