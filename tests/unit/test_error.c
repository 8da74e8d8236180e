#include "geo/error.h"
#include "tests/unit/check.h"

#include <string.h>

static void first_error_stays(void **state)
{
    (void)state;
    struct aro_error err = {0};
    assert_false(aro_error_set_for(&err, "bbox", ARO_BAD_INPUT, "latitude %d above 90", 95));
    assert_false(aro_error_set(&err, ARO_IO, "second"));
    assert_int_equal(err.status, ARO_BAD_INPUT);
    assert_string_equal(err.parameter, "bbox");
    assert_string_equal(err.message, "latitude 95 above 90");
}

static void context_comes_in_front(void **state)
{
    (void)state;
    struct aro_error err = {0};
    aro_error_context(&err, "nothing went wrong");
    assert_int_equal(err.status, ARO_OK);
    aro_error_set(&err, ARO_BAD_INPUT, "ring is not closed");
    aro_error_context(&err, "feature %d", 17);
    aro_error_context(&err, "loading '%s'", "a.geojson");
    assert_string_equal(err.message, "loading 'a.geojson': feature 17: ring is not closed");
}

static void long_message_is_cut_between_characters(void **state)
{
    (void)state;
    int failures = 0;
    char text[2 * sizeof(struct aro_error)];
    for (size_t shift = 0; shift < 4; shift++) {
        struct aro_error err = {0};
        memset(text, 'a', sizeof text);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 3); /* a euro sign */
        text[sizeof text - 1] = '\0';
        aro_error_set(&err, ARO_IO, "%s", text);
        size_t len = strlen(err.message);
        CHECK(failures, "whole characters", (len - shift) % 3 == 0);
        CHECK(failures, "nearly full", len > sizeof err.message - 5);
        aro_error_context(&err, "in front");
        CHECK(failures, "context kept", strncmp(err.message, "in front: ", 10) == 0);
    }
    assert_int_equal(failures, 0);
}

static void null_error_is_allowed(void **state)
{
    (void)state;
    assert_false(aro_error_set(NULL, ARO_IO, "nobody listens"));
    assert_false(aro_error_context(NULL, "nobody"));
    assert_false(aro_error_no_memory(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_error_stays),
        cmocka_unit_test(context_comes_in_front),
        cmocka_unit_test(long_message_is_cut_between_characters),
        cmocka_unit_test(null_error_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
