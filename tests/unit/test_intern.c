#include "geo/intern.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

enum { SEED = 4, MOST = 4000 };

static void numbers_in_order_of_arrival(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        uint32_t want;
    } cases[] = {
        {"école", 6, 0},    {"ecole", 5, 1},    {"école", 6, 0},     {"", 0, 2},
        {NULL, 0, 2},       {"a\0b", 3, 3},     {"a", 1, 4},         {"a\0", 2, 5},
        {"a\0b", 3, 3},     {"12345678", 8, 6}, {"123456789", 9, 7}, {"12345678123456789", 17, 8},
        {"12345678", 8, 6},
    };
    int failures = 0;
    struct geo_intern intern = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t number = UINT32_MAX;
        bool ok = geo_intern_put(&intern, cases[i].text, cases[i].len, &number, NULL);
        CHECK(failures, cases[i].text ? cases[i].text : "NULL", ok && number == cases[i].want);
    }
    assert_int_equal(intern.n, 9);
    geo_intern_clear(&intern);
    assert_int_equal(failures, 0);
}

static void agrees_with_a_scan(void **state)
{
    (void)state;
    static char texts[MOST][24];
    static size_t lens[MOST];
    uint64_t seed = SEED;
    int failures = 0;
    struct geo_intern intern = {0};
    size_t n = 0;
    printf("seed %d\n", SEED);
    for (int round = 0; round < MOST; round++) {
        char text[24];
        size_t len = random_below(&seed, sizeof text), want = 0, kept_len;
        for (size_t i = 0; i < len; i++)
            text[i] = (char)random_below(&seed, len < 6 ? 3 : 2);
        while (want < n && (lens[want] != len || memcmp(texts[want], text, len) != 0))
            want++;
        if (want == n) {
            memcpy(texts[n], text, len);
            lens[n++] = len;
        }
        uint32_t number = UINT32_MAX;
        bool ok = geo_intern_put(&intern, text, len, &number, NULL);
        CHECK(failures, "number", ok && number == want);
        const char *kept = ok ? geo_intern_get(&intern, number, &kept_len) : NULL;
        CHECK(failures, "text", kept && kept_len == len && memcmp(kept, text, len) == 0);
    }
    assert_int_equal(intern.n, n);
    geo_intern_clear(&intern);
    assert_int_equal(failures, 0);
}

static void survives_without_memory(void **state)
{
    (void)state;
    int failures = 0;
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct geo_intern intern = {0};
        struct aro_error err = {0};
        allow_allocations(allowed);
        ok = true;
        for (uint32_t i = 0; ok && i < 1500; i++) {
            uint32_t number;
            ok = geo_intern_put(&intern, (const char *)&i, sizeof i, &number, &err);
            CHECK(failures, "number", !ok || number == i);
        }
        allow_allocations(SIZE_MAX);
        CHECK(failures, "status", ok || err.status == ARO_NO_MEMORY);
        geo_intern_clear(&intern);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_order_of_arrival),
        cmocka_unit_test(agrees_with_a_scan),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
