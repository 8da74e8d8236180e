#include "geo/radix.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

enum { SEED = 13056, MOST = 3000 };

static int failures;

/* The twin: insertion, which moves nothing past an equal key. */
static void slow_sort(struct geo_keyed *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct geo_keyed item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void compare(const char *name, size_t n, uint64_t mask, uint64_t *seed)
{
    static struct geo_keyed items[MOST], spare[MOST], want[MOST];
    for (size_t i = 0; i < n; i++)
        items[i] = (struct geo_keyed){random_bits(seed) & mask, (uint32_t)i, (uint32_t)~i};
    memcpy(want, items, sizeof want);
    slow_sort(want, n);
    const struct geo_keyed *got = geo_radix_sort(items, spare, n);
    CHECK(failures, name, got == items || got == spare);
    for (size_t i = 0; i < n; i++)
        CHECK(failures, name,
              got[i].key == want[i].key && got[i].place == want[i].place &&
                  got[i].more == want[i].more);
}

static void agrees_with_the_twin(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    failures = 0;
    printf("seed %d\n", SEED);
    compare("none", 0, UINT64_MAX, &seed);
    compare("one", 1, UINT64_MAX, &seed);
    compare("all bits", MOST, UINT64_MAX, &seed);
    compare("one key", MOST, 0, &seed);
    compare("few keys", MOST, 3, &seed);
    compare("the lowest byte", MOST, 0xFF, &seed);
    compare("the highest byte", MOST, UINT64_C(0xFF) << 56, &seed);
    compare("bytes with a gap", MOST, UINT64_C(0xF0000F00000F), &seed);
    for (size_t n = 2; n < 40; n++)
        compare("a few", n, 0x3F0F, &seed);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_twin)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
