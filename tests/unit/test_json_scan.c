#include "geo/buffer.h"
#include "schema/json_scan.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

static const struct {
    const char *name, *text;
    enum schema_json_step step;
    size_t at; /* behind the value, or where it is wrong */
} cases[] = {
    {"nothing", "", SCHEMA_JSON_MORE, 0},
    {"object", "{} ", SCHEMA_JSON_FOUND, 2},
    {"list", "[1,[2],{}]]", SCHEMA_JSON_FOUND, 10},
    {"string", "\"a\\\"b\"c", SCHEMA_JSON_FOUND, 6},
    {"string that is not all there", "\"a\\\"b", SCHEMA_JSON_MORE, 0},
    {"escape that is not all there", "\"a\\", SCHEMA_JSON_MORE, 0},
    {"number", "-1.5e3,", SCHEMA_JSON_FOUND, 6},
    {"number that may go on", "-1.5e3", SCHEMA_JSON_MORE, 0},
    {"word", "null}", SCHEMA_JSON_FOUND, 4},
    {"brackets in strings", "{\"]\":\"}\"}", SCHEMA_JSON_FOUND, 9},
    {"no value", ",1", SCHEMA_JSON_BAD, 0},
    {"another bracket", "[{]", SCHEMA_JSON_BAD, 2},
    {"line end in a string", "[\"a\nb\"]", SCHEMA_JSON_BAD, 3},
    {"control character", "[\x01]", SCHEMA_JSON_BAD, 1},
    {"no comma between objects", "[{}\n{}]", SCHEMA_JSON_BAD, 4},
    {"no comma between strings", "[\"a\" \"b\"]", SCHEMA_JSON_BAD, 5},
    {"object behind a number", "[1\n{}]", SCHEMA_JSON_BAD, 3},
};

static void values(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schema_json_walk walk = {.text = cases[i].text, .len = strlen(cases[i].text)};
        struct schema_json_slice value;
        enum schema_json_step step = schema_json_value(&walk, &value);
        CHECK(failures, cases[i].name, step == cases[i].step);
        CHECK(failures, cases[i].name, step == SCHEMA_JSON_MORE || walk.at == cases[i].at);
        CHECK(failures, cases[i].name, step != SCHEMA_JSON_FOUND || value.len == walk.at);
        CHECK(failures, cases[i].name, (step == SCHEMA_JSON_BAD) == (walk.why != NULL));
    }
    assert_int_equal(failures, 0);
}

static void members(void **state)
{
    (void)state;
    static const char text[] = " { \"a\" : 1 , \"b\\\"\":[2],\"c\":\"}\"\n} x";
    static const char *const want[][2] = {{"a", "1"}, {"b\\\"", "[2]"}, {"c", "\"}\""}};
    struct schema_json_walk walk = {.text = text, .len = strlen(text)};
    struct schema_json_slice key, value;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(schema_json_key(&walk, &key), SCHEMA_JSON_FOUND);
        assert_int_equal(schema_json_value(&walk, &value), SCHEMA_JSON_FOUND);
        assert_true(schema_json_is(key, want[i][0]) && schema_json_is(value, want[i][1]));
    }
    assert_int_equal(schema_json_key(&walk, &key), SCHEMA_JSON_CLOSED);
    assert_string_equal(text + walk.at, " x");
}

static void random_value(struct aro_buffer *out, uint64_t *seed, int depth)
{
    static const char *const plain[] = {"1",    "-2.5e+7", "null",     "true",
                                        "\"\"", "\"é\"",   "\"\\\\\"", "\"[{\\\"\""};
    uint64_t kind = random_below(seed, depth > 0 ? 3 : 1);
    if (kind == 0) {
        aro_buffer_text(out, plain[random_below(seed, 8)]);
        return;
    }
    aro_buffer_char(out, kind == 1 ? '{' : '[');
    for (uint64_t n = random_below(seed, 4), i = 0; i < n; i++) {
        aro_buffer_text(out, i > 0 ? " ,\n" : " ");
        if (kind == 1)
            aro_buffer_text(out, "\"a\" : ");
        random_value(out, seed, depth - 1);
    }
    aro_buffer_char(out, kind == 1 ? '}' : ']');
}

/* A value ends where it was written to end, whatever comes behind; no beginning of it is one. */
static void random_values(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200214;
    printf("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 2000 && failures < 5; round++) {
        struct aro_buffer text = {0};
        struct schema_json_slice value;
        random_value(&text, &seed, 5);
        size_t len = text.len;
        aro_buffer_text(&text,
                        (const char *[]){",{", "]", "\n\"a\"", " 1"}[random_below(&seed, 4)]);
        struct schema_json_walk walk = {.text = text.data, .len = text.len};
        CHECK(failures, "whole", schema_json_value(&walk, &value) == SCHEMA_JSON_FOUND);
        CHECK(failures, "length", walk.at == len && value.len == len);
        size_t part = random_below(&seed, len);
        walk = (struct schema_json_walk){.text = text.data, .len = part};
        CHECK(failures, "part", schema_json_value(&walk, &value) == SCHEMA_JSON_MORE);
        aro_buffer_clear(&text);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values), cmocka_unit_test(members),
                                       cmocka_unit_test(random_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
