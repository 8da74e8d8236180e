#include "server/negotiate.h"
#include "tests/unit/check.h"

#include <string.h>

static const struct {
    const char *name, *accept;
    unsigned formats;
    enum format fallback, want;
} accept_cases[] = {
    {"no header", NULL, FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_JSON},
    {"empty header", "", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_JSON},
    {"anything", "*/*", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_JSON},
    {"a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
     FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_HTML},
    {"JSON by name", "application/json", FORMAT_JSON | FORMAT_HTML, FORMAT_HTML, FORMAT_JSON},
    {"GeoJSON by its other name", "application/json", FORMAT_GEOJSON | FORMAT_HTML, FORMAT_HTML,
     FORMAT_GEOJSON},
    {"lower q", "text/html;q=0.5, application/json;q=0.6", FORMAT_JSON | FORMAT_HTML, FORMAT_HTML,
     FORMAT_JSON},
    {"q=0 refuses", "application/json;q=0, */*;q=0.1", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON,
     FORMAT_HTML},
    {"the closest range counts", "text/*;q=0.9, text/html;q=0.1, application/json;q=0.5",
     FORMAT_JSON | FORMAT_HTML, FORMAT_HTML, FORMAT_JSON},
    {"any subtype", "text/*", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_HTML},
    {"parameters of the type", "text/html;level=1;q=0.3, application/json;q=0.2",
     FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_HTML},
    {"case does not matter", "TEXT/HTML", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_HTML},
    {"none of ours", "image/png", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_JSON},
    {"not a header at all", ";;,,q=", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_JSON},
    {"comma in quotes", "text/html;x=\"a,b;q=0\";q=0.9, application/json;q=0.5",
     FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, FORMAT_HTML},
    {"no choice", "text/html", FORMAT_JSON, FORMAT_JSON, FORMAT_JSON},
};

static void accepts(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof accept_cases / sizeof *accept_cases; i++)
        CHECK(failures, accept_cases[i].name,
              negotiate_accept(accept_cases[i].formats, accept_cases[i].fallback,
                               accept_cases[i].accept) == accept_cases[i].want);
    assert_int_equal(failures, 0);
}

static void f_names_a_format(void **state)
{
    (void)state;
    struct aro_error err = {0};
    enum format format = 0;
    assert_true(negotiate_f("json", FORMAT_JSON | FORMAT_HTML, FORMAT_HTML, &format, &err));
    assert_int_equal(format, FORMAT_JSON);
    assert_true(negotiate_f("json", FORMAT_GEOJSON | FORMAT_HTML, FORMAT_GEOJSON, &format, &err));
    assert_int_equal(format, FORMAT_GEOJSON);
    assert_true(negotiate_f("geojson", FORMAT_GEOJSON, FORMAT_GEOJSON, &format, &err));
    assert_true(negotiate_f("html", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, &format, &err));
    assert_int_equal(format, FORMAT_HTML);
    assert_false(negotiate_f("xml", FORMAT_JSON | FORMAT_HTML, FORMAT_JSON, &format, &err));
    assert_string_equal(err.message, "f='xml': this address has json, html");
    assert_string_equal(err.parameter, "f");
    assert_int_equal(format, FORMAT_HTML);
}

static const struct {
    const char *name, *header;
    struct encoding_wishes want;
} encoding_cases[] = {
    {"no header: plain", NULL, {0, 0, 1}},
    {"empty header: plain", "", {0, 0, 1}},
    {"curl", "deflate, gzip, br", {1000, 1000, 1}},
    {"gzip only", "gzip", {1000, 0, 1}},
    {"weighted", "gzip;q=0.5, br;q=0.25", {500, 250, 1}},
    {"refused", "gzip;q=0", {0, 0, 1}},
    {"anything", "*", {1000, 1000, 1000}},
    {"anything but", "*, gzip;q=0", {0, 1000, 1000}},
    {"plain refused", "gzip, identity;q=0", {1000, 0, 0}},
    {"plain liked most", "gzip;q=0.5, identity", {500, 0, 1000}},
    {"old name", "x-gzip", {1000, 0, 1}},
    {"q out of range", "gzip;q=1.5", {0, 0, 1}},
    {"q is no number", "gzip;q=high", {0, 0, 1}},
};

static void encodings(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof encoding_cases / sizeof *encoding_cases; i++) {
        struct encoding_wishes got = negotiate_encoding(encoding_cases[i].header);
        CHECK(failures, encoding_cases[i].name, got.gzip == encoding_cases[i].want.gzip);
        CHECK(failures, encoding_cases[i].name, got.br == encoding_cases[i].want.br);
        CHECK(failures, encoding_cases[i].name, got.identity == encoding_cases[i].want.identity);
    }
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name, *header, *tag;
    bool want;
} tag_cases[] = {
    {"no header", NULL, "\"a\"", false},
    {"the same", "\"a\"", "\"a\"", true},
    {"another", "\"b\"", "\"a\"", false},
    {"in a list", "\"b\", \"a\" ,\"c\"", "\"a\"", true},
    {"weak", "W/\"a\"", "\"a\"", true},
    {"any", "*", "\"a\"", true},
    {"any, of nothing", "*", NULL, true},
    {"one, of nothing", "\"a\"", NULL, false},
    {"without quotes", "a", "\"a\"", false},
    {"beginning only", "\"ab\"", "\"a\"", false},
    {"the star in quotes", "\"*\"", "\"a\"", false},
    {"comma in a tag", "\"x,\"a\"", "\"a\"", false},
};

static void tags(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof tag_cases / sizeof *tag_cases; i++)
        CHECK(failures, tag_cases[i].name,
              etag_matches(tag_cases[i].header, tag_cases[i].tag) == tag_cases[i].want);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),
        cmocka_unit_test(f_names_a_format),
        cmocka_unit_test(encodings),
        cmocka_unit_test(tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
