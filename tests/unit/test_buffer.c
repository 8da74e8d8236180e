#include "geo/buffer.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

static void appends_in_order(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer buffer = {0};
    for (int i = 0; i < 1000; i++)
        aro_buffer_printf(&buffer, "%d,", i);
    aro_buffer_append(&buffer, NULL, 0);
    assert_true(aro_buffer_ok(&buffer, &err));
    assert_int_equal(buffer.len, 10 * 2 + 90 * 3 + 900 * 4);
    char *text = aro_buffer_take_text(&buffer, &err);
    assert_non_null(text);
    assert_string_equal(text + strlen(text) - 8, "998,999,");
    assert_null(buffer.data);
    free(text);
}

static void failure_is_sticky(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer buffer = {0};
    aro_buffer_text(&buffer, "kept");
    assert_false(aro_buffer_reserve(&buffer, SIZE_MAX - 8));
    aro_buffer_text(&buffer, "dropped");
    assert_int_equal(buffer.len, 4);
    assert_false(aro_buffer_ok(&buffer, &err));
    assert_int_equal(err.status, ARO_NO_MEMORY);
    assert_null(aro_buffer_take_text(&buffer, &err));
    aro_buffer_clear(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_in_order),
        cmocka_unit_test(failure_is_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
