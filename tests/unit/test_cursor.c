#include "server/cursor.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const struct {
    const char *name;
    struct cursor cursor;
} cases[] = {
    {"zero", {0}},
    {"by key", {.hilbert_key = 0x0123456789ABCDEF, .id = 42, .seq = 7}},
    {"without a place", {.hilbert_key = UINT64_MAX, .id = INT64_MAX, .seq = INT64_MAX}},
    {"by distance",
     {.order = CURSOR_BY_DISTANCE, .distance_m = 1234.5678, .hilbert_key = 9, .id = 1}},
    {"at no distance", {.order = CURSOR_BY_DISTANCE, .hilbert_key = 9, .id = 1, .seq = 3}},
    {"by no value", {.order = CURSOR_BY_VALUES, .hilbert_key = 9, .id = 1, .seq = 3}},
    {"by values", {.order = CURSOR_BY_VALUES, .id = 1, .n_values = 4, .values = {0, 1, 0, 255}}},
    {"by all values", {.order = CURSOR_BY_VALUES, .n_values = CURSOR_VALUES_BYTES}},
};

static bool same(const struct cursor *a, const struct cursor *b)
{
    return a->order == b->order && a->distance_m == b->distance_m &&
           a->hilbert_key == b->hilbert_key && a->id == b->id && a->seq == b->seq &&
           a->n_values == b->n_values && memcmp(a->values, b->values, a->n_values) == 0;
}

static void gives_back_what_was_written(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct cursor *cursor = &cases[i].cursor;
        char text[CURSOR_TEXT_BYTES];
        struct cursor back = {0};
        struct aro_error err = {0};
        cursor_write(cursor, "store communes", text);
        CHECK(failures, cases[i].name, strspn(text, alphabet) == strlen(text));
        CHECK(failures, cases[i].name,
              cursor_parse(text, cursor->order, "store communes", &back, &err));
        CHECK(failures, cases[i].name, same(cursor, &back));
        CHECK(failures, cases[i].name,
              !cursor_parse(text, (cursor->order + 1) % 3, "store communes", &back, &err));
        CHECK(failures, cases[i].name, strcmp(err.parameter, "cursor") == 0);
        CHECK(failures, cases[i].name, strstr(err.message, "without cursor"));
        CHECK(failures, cases[i].name,
              !cursor_parse(text, cursor->order, "store initiatives", &back, NULL));
    }
    assert_int_equal(failures, 0);
}

/* Every other letter at every place, every shorter text, one letter more. */
static void refuses_what_was_changed(void **state)
{
    (void)state;
    int failures = 0;
    char text[CURSOR_TEXT_BYTES + 1], changed[CURSOR_TEXT_BYTES + 1];
    struct cursor back;
    cursor_write(&cases[1].cursor, "s", text);
    size_t len = strlen(text);
    for (size_t at = 0; at < len; at++) {
        for (const char *letter = alphabet; *letter; letter++) {
            memcpy(changed, text, sizeof text);
            changed[at] = *letter;
            CHECK(failures, changed,
                  *letter == text[at] || !cursor_parse(changed, CURSOR_BY_KEY, "s", &back, NULL));
        }
        memcpy(changed, text, sizeof text);
        changed[at] = '\0';
        CHECK(failures, changed, !cursor_parse(changed, CURSOR_BY_KEY, "s", &back, NULL));
        changed[at] = '=';
        CHECK(failures, changed, !cursor_parse(changed, CURSOR_BY_KEY, "s", &back, NULL));
    }
    memcpy(changed, text, sizeof text);
    changed[len] = 'A';
    changed[len + 1] = '\0';
    CHECK(failures, "a letter more", !cursor_parse(changed, CURSOR_BY_KEY, "s", &back, NULL));
    assert_int_equal(failures, 0);
}

static void round_trips_of_random_keys(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20261123;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 10000; i++) {
        struct cursor cursor = {
            .order = (enum cursor_order)random_below(&seed, 3),
            .hilbert_key = random_bits(&seed),
            .id = (int64_t)random_bits(&seed),
            .seq = (int64_t)random_bits(&seed),
        };
        if (cursor.order == CURSOR_BY_VALUES)
            cursor.n_values = random_below(&seed, CURSOR_VALUES_BYTES + 1);
        for (size_t at = 0; at < cursor.n_values; at++)
            cursor.values[at] = (unsigned char)random_below(&seed, 256);
        if (cursor.order == CURSOR_BY_DISTANCE)
            cursor.distance_m = random_between(&seed, 0, 2e7);
        char text[CURSOR_TEXT_BYTES];
        struct cursor back = {0};
        cursor_write(&cursor, "scope", text);
        CHECK(failures, text, cursor_parse(text, cursor.order, "scope", &back, NULL));
        CHECK(failures, text, same(&cursor, &back));
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_written),
        cmocka_unit_test(refuses_what_was_changed),
        cmocka_unit_test(round_trips_of_random_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
