#include "schema/keymap.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

enum { N_KEYS = 5000 };

/* Against a plain array of 5000 numbered keys, put in at random, most of them several times. */
static void agrees_with_an_array(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 42;
    static uint32_t want[N_KEYS];
    struct schema_keymap map = {0};
    size_t n = 0;
    memset(want, 0xFF, sizeof want);
    for (uint32_t i = 0; i < 4 * N_KEYS; i++) {
        char key[32];
        size_t k = random_below(&seed, N_KEYS);
        int len = snprintf(key, sizeof key, "%zu-%zu", k % 7, k);
        uint32_t existing = 7;
        struct aro_error err = {0};
        CHECK(failures, key, schema_keymap_find(&map, key, (size_t)len) == want[k]);
        CHECK(failures, key, schema_keymap_put(&map, key, (size_t)len, i, &existing, &err));
        CHECK(failures, key, existing == want[k]);
        if (want[k] == SCHEMA_KEYMAP_NONE) {
            want[k] = i;
            n++;
        }
    }
    CHECK(failures, "each once", map.n == n);
    CHECK(failures, "prefix is another key", schema_keymap_find(&map, "", 0) == SCHEMA_KEYMAP_NONE);
    schema_keymap_clear(&map);
    CHECK(failures, "empty again", schema_keymap_find(&map, "0-0", 3) == SCHEMA_KEYMAP_NONE);
    if (failures)
        fprintf(stderr, "seed 42\n");
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_an_array)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
