#include "server/params.h"
#include "tests/unit/check.h"

#include <string.h>

#define KNOWN (PARAM_BIT(PARAM_BBOX) | PARAM_BIT(PARAM_Q) | PARAM_BIT(PARAM_LIMIT))

static const struct {
    const char *name, *query;
    const char *canonical; /* NULL: refused */
    const char *parameter; /* at fault */
    const char *message;   /* part of it */
    bool lenient;
} cases[] = {
    {.name = "nothing", .query = "", .canonical = ""},
    {.name = "sorted by name", .query = "q=a&bbox=1,2,3,4", .canonical = "bbox=1,2,3,4&q=a"},
    {.name = "empty pairs", .query = "&&q=a&", .canonical = "q=a"},
    {.name = "no value", .query = "q", .canonical = "q="},
    {.name = "equals in the value", .query = "q=a=b", .canonical = "q=a%3Db"},
    {.name = "form decoding", .query = "q=%C3%A9t%C3%A9+2", .canonical = "q=%C3%A9t%C3%A9%202"},
    {.name = "escaped name", .query = "%71=a", .canonical = "q=a"},
    {.name = "escaped separator", .query = "q=a%26limit%3D3", .canonical = "q=a%26limit%3D3"},
    {.name = "unknown, with a near one",
     .query = "boox=1",
     .parameter = "boox",
     .message = "unknown parameter 'boox': did you mean 'bbox'?"},
    {.name = "unknown, with none near",
     .query = "utm_source=x",
     .parameter = "utm_source",
     .message = "takes 'bbox', 'limit', 'q'"},
    {.name = "of another route", .query = "zoom=3", .parameter = "zoom", .message = "unknown"},
    {.name = "names have a case", .query = "BBOX=1", .parameter = "BBOX", .message = "unknown"},
    {.name = "twice", .query = "q=a&q=a", .parameter = "q", .message = "given twice"},
    {.name = "twice, once escaped", .query = "q=a&%71=b", .parameter = "q", .message = "twice"},
    {.name = "bad escape", .query = "q=%", .parameter = "q", .message = "hexadecimal"},
    {.name = "not UTF-8", .query = "q=%FF", .parameter = "q", .message = "UTF-8"},
    {.name = "NUL", .query = "q=%00", .parameter = "q", .message = "NUL"},
    {.name = "bad escape in a name", .query = "%zz=1", .parameter = "", .message = "name of"},
    {.name = "lenient: unknown", .query = "utm_source=x&q=a", .canonical = "q=a", .lenient = true},
    {.name = "lenient: unknown twice", .query = "a=1&a=2", .canonical = "", .lenient = true},
    {.name = "lenient: known twice",
     .query = "q=1&q=2",
     .parameter = "q",
     .message = "twice",
     .lenient = true},
    {.name = "lenient: bad escape elsewhere",
     .query = "x=%&%z=1&q=a",
     .canonical = "q=a",
     .lenient = true},
};

static void parses(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct params params = {0};
        struct aro_error err = {0};
        const char *query = cases[i].query, *want = cases[i].canonical;
        bool ok = params_parse(query, strlen(query), KNOWN, cases[i].lenient, &params, &err);
        CHECK(failures, cases[i].name, ok == (want != NULL));
        if (ok && want)
            CHECK(failures, cases[i].name, strcmp(params.canonical, want) == 0);
        if (!ok && !want) {
            CHECK(failures, cases[i].name, strcmp(err.parameter, cases[i].parameter) == 0);
            CHECK(failures, cases[i].name, strstr(err.message, cases[i].message));
        }
        params_clear(&params);
    }
    assert_int_equal(failures, 0);
}

static void bounds_their_number(void **state)
{
    (void)state;
    char query[4 * (PARAMS_MAX + 1) + 1] = "";
    struct params params = {0};
    struct aro_error err = {0};
    for (int i = 0; i < PARAMS_MAX; i++)
        strcat(query, "x=1&");
    assert_true(params_parse(query, strlen(query), KNOWN, true, &params, &err));
    params_clear(&params);
    strcat(query, "x=1&");
    assert_false(params_parse(query, strlen(query), KNOWN, true, &params, &err));
    assert_int_equal(err.status, ARO_BAD_INPUT);
}

static void order_is_that_of_names(void **state)
{
    (void)state;
    for (int i = 1; i < PARAM_COUNT_OF_ALL; i++)
        assert_true(strcmp(param_infos[params_by_name[i - 1]].name,
                           param_infos[params_by_name[i]].name) < 0);
}

static void canonical_is_a_fixed_point(void **state)
{
    (void)state;
    struct params first = {0}, second = {0};
    struct aro_error err = {0};
    const char *query = "q=L%27Ha%C3%BF+%26+co&limit=3";
    assert_true(params_parse(query, strlen(query), KNOWN, false, &first, &err));
    assert_true(
        params_parse(first.canonical, strlen(first.canonical), KNOWN, false, &second, &err));
    assert_string_equal(first.canonical, second.canonical);
    assert_string_equal(second.values[PARAM_Q], "L'Ha\xC3\xBF & co");
    params_clear(&first);
    params_clear(&second);
}

static void links_keep_parameters(void **state)
{
    (void)state;
    const char *values[PARAM_COUNT_OF_ALL] = {
        [PARAM_Q] = "a b", [PARAM_LIMIT] = "3", [PARAM_OFFSET] = "6"};
    struct request request = {.base_url = "https://x.example/y",
                              .path = "/a b/c",
                              .params = values,
                              .query = "limit=3&offset=6&q=a%20b"};
    struct {
        enum param param;
        const char *value, *want;
    } links[] = {
        {PARAM_COUNT_OF_ALL, NULL, "https://x.example/y/a%20b/c?limit=3&offset=6&q=a%20b"},
        {PARAM_LIMIT, "9", "https://x.example/y/a%20b/c?limit=9&offset=6&q=a%20b"},
        {PARAM_LIMIT, NULL, "https://x.example/y/a%20b/c?offset=6&q=a%20b"},
        {PARAM_CURSOR, "z", "https://x.example/y/a%20b/c?cursor=z&limit=3&q=a%20b"},
    };
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        struct aro_buffer out = {0};
        request_link(&request, &out, links[i].param, links[i].value);
        aro_buffer_char(&out, '\0');
        assert_string_equal(out.data, links[i].want);
        aro_buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(bounds_their_number),
        cmocka_unit_test(order_is_that_of_names),
        cmocka_unit_test(canonical_is_a_fixed_point),
        cmocka_unit_test(links_keep_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
