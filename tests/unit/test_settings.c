#include "server/settings.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 5 };

static const struct {
    const char *name;
    char *words[WORDS_MAX];
    const char *variable, *value; /* of the environment */
    const char *listen;           /* wanted; NULL: refused */
    int64_t items_max;
    const char *message; /* part of it */
} cases[] = {
    {.name = "defaults", .listen = "127.0.0.1:8080", .items_max = 10000},
    {.name = "flag and word",
     .words = {"--listen", "[::1]:1"},
     .listen = "[::1]:1",
     .items_max = 10000},
    {.name = "flag=value",
     .words = {"--listen=x:1", "--items-max=5000"},
     .listen = "x:1",
     .items_max = 5000},
    {.name = "variable",
     .variable = "AROBASE_ITEMS_MAX",
     .value = "2000",
     .listen = "127.0.0.1:8080",
     .items_max = 2000},
    {.name = "flag before variable",
     .words = {"--items-max", "3000"},
     .variable = "AROBASE_ITEMS_MAX",
     .value = "2000",
     .listen = "127.0.0.1:8080",
     .items_max = 3000},
    {.name = "bad variable",
     .variable = "AROBASE_ITEMS_MAX",
     .value = "many",
     .message = "AROBASE_ITEMS_MAX 'many': a whole number from 1 to 1000000"},
    {.name = "unknown",
     .words = {"--lisen", "x"},
     .message = "unknown option '--lisen': did you mean '--listen'?"},
    {.name = "short", .words = {"-p"}, .message = "unknown option '-p'"},
    {.name = "value missing", .words = {"--listen"}, .message = "'--listen' needs a value"},
    {.name = "twice", .words = {"--listen=a:1", "--listen", "b:1"}, .message = "given twice"},
    {.name = "out of range", .words = {"--items-max", "0"}, .message = "--items-max '0'"},
    {.name = "not a number", .words = {"--items-max", "1e3"}, .message = "--items-max '1e3'"},
    {.name = "number with a blank", .words = {"--items-max", " 1"}, .message = "' 1'"},
    {.name = "beyond 64 bits",
     .words = {"--items-max", "99999999999999999999"},
     .message = "--items-max"},
    {.name = "a word", .words = {"x.sqlite"}, .message = "'x.sqlite' is one word too many"},
    {.name = "flag with a bad value",
     .words = {"--log-requests=perhaps"},
     .message = "true or false"},
    {.name = "together",
     .words = {"--items-default", "900", "--items-max", "800"},
     .message = "--items-default 900 is above --items-max 800"},
    {.name = "no power of two", .words = {"--cluster-cell-px", "48"}, .message = "power of two"},
    {.name = "base URL", .words = {"--base-url", "example"}, .message = "--base-url: 'example'"},
    {.name = "ancestors",
     .words = {"--embed-ancestors", "'self' https://*.example.org:8443"},
     .listen = "127.0.0.1:8080",
     .items_max = 10000},
    {.name = "no ancestors",
     .words = {"--embed-ancestors", " "},
     .message = "--embed-ancestors is empty"},
    {.name = "ancestors that end the directive",
     .words = {"--embed-ancestors", "*; script-src *"},
     .message = "'*;' is not a site"},
    {.name = "ancestors with a comma",
     .words = {"--embed-ancestors", "a.example,b.example"},
     .message = "'a.example,b.example' is not a site"},
    {.name = "an unknown keyword",
     .words = {"--embed-ancestors", "'unsafe-inline'"},
     .message = "is not a site"},
    {.name = "proxies", .words = {"--trusted-proxies", "10.0.0.0/40"}, .message = "10.0.0.0/40"},
};

static void parses(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings = {0};
        struct aro_error err = {0};
        int n = 0;
        while (n < WORDS_MAX && cases[i].words[n])
            n++;
        if (cases[i].variable)
            setenv(cases[i].variable, cases[i].value, 1);
        bool ok = settings_parse(n, cases[i].words, &settings, &err);
        if (cases[i].variable)
            unsetenv(cases[i].variable);
        CHECK(failures, cases[i].name, ok == (cases[i].listen != NULL));
        if (ok && cases[i].listen) {
            CHECK(failures, cases[i].name, strcmp(settings.listen, cases[i].listen) == 0);
            CHECK(failures, cases[i].name, settings.items_max == cases[i].items_max);
        }
        if (!ok && cases[i].message) {
            CHECK(failures, cases[i].name, strstr(err.message, cases[i].message));
            CHECK(failures, cases[i].name, err.status == ARO_BAD_INPUT);
        }
        settings_clear(&settings);
    }
    assert_int_equal(failures, 0);
}

static void cuts_the_slash_of_the_base_url(void **state)
{
    (void)state;
    struct settings settings = {0};
    struct aro_error err = {0};
    char *words[] = {"--base-url", "https://a.example/", "--log-requests"};
    assert_true(settings_parse(3, words, &settings, &err));
    assert_string_equal(settings.base_url, "https://a.example");
    assert_true(settings.log_requests);
    settings_clear(&settings);
}

static void help_names_every_setting(void **state)
{
    (void)state;
    struct aro_buffer out = {0};
    settings_help(&out);
    aro_buffer_char(&out, '\0');
    assert_non_null(strstr(out.data, "--listen ADDR:PORT"));
    assert_non_null(strstr(out.data, "[127.0.0.1:8080]; AROBASE_LISTEN\n"));
    assert_non_null(strstr(out.data, "(1 to 1000000) [10000]; AROBASE_ITEMS_MAX\n"));
    assert_non_null(strstr(out.data, "AROBASE_MAX_URL_BYTES"));
    aro_buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(cuts_the_slash_of_the_base_url),
        cmocka_unit_test(help_names_every_setting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
