#include "schema/geojson.h"
#include "tests/unit/check.h"
#include "tests/unit/dump_records.h"
#include "tests/unit/random.h"

#include <string.h>

static enum schema_next geojson_next(void *reader, const struct schema_record **out_record,
                                     struct aro_error *err)
{
    return schema_geojson_next(reader, out_record, err);
}

static size_t geojson_n_columns(const void *reader)
{
    return schema_geojson_n_columns(reader);
}

static const char *geojson_column(const void *reader, size_t i)
{
    return schema_geojson_column(reader, i);
}

/* All that the reader finds in the text, given to it in pieces. */
static void dump(struct aro_buffer *out, const char *text, size_t len, size_t piece, bool places)
{
    struct aro_error err = {0};
    struct schema_input *input = schema_input_from_memory(text, len, piece, &err);
    struct schema_geojson *geojson = schema_geojson_open(input, &err);
    struct dump_reader reader = {geojson, geojson_next, geojson_n_columns, geojson_column, places};
    if (geojson && schema_geojson_crs(geojson))
        aro_buffer_printf(out, "crs: %s\n", schema_geojson_crs(geojson));
    if (geojson)
        dump_records(out, &reader);
    else
        aro_buffer_printf(out, "not opened: %s", err.message);
    aro_buffer_char(out, '\0');
    schema_geojson_close(geojson);
    schema_input_close(input);
}

#define FEATURES(text) "{\"type\":\"FeatureCollection\",\"features\":[" text "]}"
#define FEATURE(text)  "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{" text "}}"
#define POINT(x, y)    "{\"type\":\"Point\",\"coordinates\":[" #x "," #y "]}"
#define GEOMETRY(text) "{\"type\":\"Feature\",\"geometry\":" text ",\"properties\":null}"

static const struct {
    const char *name, *text, *want;
} cases[] = {
    {"no features", FEATURES(""), "columns:"},
    {"one feature", FEATURES(FEATURE("\"code\":\"01001\"")), "1: 01001\ncolumns: code"},
    {"point",
     FEATURES(
         "{\"type\":\"Feature\",\"properties\":{\"a\":1},\"geometry\":" POINT(2.3522, 48.8566) "}"),
     "1: 1 @ 2.3522 48.8566\ncolumns: a"},
    {"lines",
     "{\"type\":\"FeatureCollection\",\n\"features\":[\n" FEATURE("\"a\":1") ",\r\n" FEATURE(
         "\"a\":2") "\r,\r" FEATURE("\"a\":3") "]\n}\n",
     "3: 1\n4: 2\n6: 3\ncolumns: a"},
    {"members before and behind",
     "{\"name\":\"x\",\"bbox\":[1,2,[3]],\"type\":\"FeatureCollection\",\"features\":[" FEATURE(
         "\"a\":1") "],\"more\":{\"features\":[1]},\"n\":12}",
     "1: 1\ncolumns: a"},
    {"type behind", "{\"features\":[" FEATURE("\"a\":1") "],\"type\":\"FeatureCollection\"}",
     "1: 1\ncolumns: a"},
    {"a single feature over lines", "{\n\"type\":\"Feature\",\n\"properties\":{\"a\":\n1}}\n",
     "1: 1\ncolumns: a"},
    {"features as lines", FEATURE("\"a\":1") "\n" FEATURE("\"a\":2") "\r\n\n" FEATURE("\"a\":3"),
     "1: 1\n2: 2\n4: 3\ncolumns: a"},
    {"CR before a feature, LF behind it", "\r{}\n{}",
     "2! a Feature was wanted; this object has no \"type\"\n3! a Feature was wanted; this object "
     "has no \"type\"\ncolumns:"},
    {"record separators", "\x1E" FEATURE("\"a\":1") "\n\x1E{\n\"type\":\"Feature\"}\n\x1E",
     "1: 1\n2: -\ncolumns: a"},
    {"a collection behind a collection",
     FEATURES(FEATURE("\"a\":1")) "\n" FEATURES(FEATURE("\"a\":2")), "1: 1\n2: 2\ncolumns: a"},
    {"columns grow", FEATURE("\"a\":1") "\n" FEATURE("\"b\":2,\"a\":3") "\n" FEATURE("\"b\":4"),
     "1: 1\n2: 3 | 2\n3: - | 4\ncolumns: a b"},
    {"numbers as written",
     FEATURE("\"a\":1,\"b\":-0.50,\"c\":1e3,\"d\":12345678901234567890123,\"e\":1.0"),
     "1: 1 | -0.50 | 1e3 | 12345678901234567890123 | 1.0\ncolumns: a b c d e"},
    {"words", FEATURE("\"a\":true,\"b\":false,\"c\":null,\"d\":\"\""),
     "1: true | false | - | -\ncolumns: a b c d"},
    {"lists and objects", FEATURE("\"a\": [ 1.10 , \"x \\\" y\" , null ] , \"b\": { \"c\" : { } }"),
     "1: [1.10,\"x \\\" y\",null] | {\"c\":{}}\ncolumns: a b"},
    {"escapes", FEATURE("\"\\u00e9t\\u00e9\":\"\\\"a\\\\\\n\\u0153\\ud83c\\udf0d\\/\""),
     "1: \"a\\\nœ🌍/\ncolumns: été"},
    {"brackets in strings", FEATURES(FEATURE("\"a\":\"]}\",\"b\":\"[{\\\"\"")),
     "1: ]} | [{\"\ncolumns: a b"},
    {"id text", "{\"type\":\"Feature\",\"id\":\"2A004\",\"properties\":{\"a\":1}}",
     "1: 1 | 2A004\ncolumns: a id"},
    {"id number", "{\"type\":\"Feature\",\"properties\":{\"a\":1},\"id\":007.50e0}",
     "1! not JSON at line 1: invalid token near '0'\ncolumns:"},
    {"id number as written", "{\"type\":\"Feature\",\"properties\":null,\"id\":7.50}",
     "1: 7.50\ncolumns: id"},
    {"id of both", "{\"type\":\"Feature\",\"id\":1,\"properties\":{\"id\":2}}",
     "1: 2\ncolumns: id"},
    {"id is null", "{\"type\":\"Feature\",\"id\":null,\"properties\":{\"a\":1}}",
     "1: 1\ncolumns: a"},
    {"id is a list", "{\"type\":\"Feature\",\"id\":[],\"properties\":{\"a\":1}}",
     "1! id: the id is a list; a text or a number was wanted\ncolumns: a"},
    {"altitude", GEOMETRY("{\"type\":\"Point\",\"coordinates\":[1,2,300]}"), "1: @ 1 2\ncolumns:"},
    {"empty point", GEOMETRY("{\"type\":\"Point\",\"coordinates\":[]}"), "1:\ncolumns:"},
    {"polygon", GEOMETRY("{\"type\":\"Polygon\",\"coordinates\":[]}"), "1: @ Polygon\ncolumns:"},
    {"geometry without a type", GEOMETRY("{\"coordinates\":[]}"),
     "1! geometry: the geometry is an object without a type; an object with a type, or null, was "
     "wanted\ncolumns:"},
    {"geometry is a text", GEOMETRY("\"POINT(1 2)\""),
     "1! geometry: the geometry is a text; an object with a type, or null, was wanted\ncolumns:"},
    {"coordinates are texts", GEOMETRY("{\"type\":\"Point\",\"coordinates\":[\"1\",\"2\"]}"),
     "1! geometry: the coordinates of a Point are a list of two numbers, longitude and "
     "latitude\ncolumns:"},
    {"one coordinate", GEOMETRY("{\"type\":\"Point\",\"coordinates\":[1]}"),
     "1! geometry: the coordinates of a Point are a list of two numbers, longitude and "
     "latitude\ncolumns:"},
    {"properties are a list", FEATURES("{\"type\":\"Feature\",\"properties\":[1]}"),
     "1! properties: the properties are a list; an object or null was wanted\ncolumns:"},
    {"a name twice", FEATURES(FEATURE("\"a\":1,\"a\":2") "," FEATURE("\"a\":3")),
     "1! not JSON at line 1: duplicate object key near '\"a\"'\n1: 3\ncolumns: a"},
    {"not features", FEATURES("1,\n{},\n" POINT(1, 2) ",\nnull,\n" FEATURE("\"a\":1")),
     "1! a Feature was wanted, found a number\n2! a Feature was wanted; this object has no "
     "\"type\"\n3! a Feature was wanted, found type \"Point\"\n4! a Feature was wanted, found "
     "null\n5: 1\ncolumns: a"},
    {"a bad feature in the middle",
     FEATURES(FEATURE("\"a\":1") ",\n" FEATURE("\"a\":\n2e") ",\n" FEATURE("\"a\":3")),
     "1: 1\n2! not JSON at line 3: invalid token near '2e'\n4: 3\ncolumns: a"},
    {"NUL as an escape", FEATURES(FEATURE("\"a\":\"\\u0000\"")),
     "1! not JSON at line 1: \\u0000 is not allowed without JSON_ALLOW_NUL near "
     "'\"\\u0000\"'\ncolumns:"},
    {"not UTF-8", FEATURES(FEATURE("\"a\":\"\n\xE9\"")),
     "not opened: not GeoJSON at line 1, byte "
     "94: a control character or line end inside a string; is its closing quote missing?"},
    {"not UTF-8 on the second line", FEATURES(FEATURE("\"a\":\n\"\xE9\"")),
     "1! byte 0xE9 at line 2, byte 2 is not UTF-8; it looks like Windows-1252 (Latin-1): save the "
     "file as UTF-8\ncolumns:"},
    {"a bad line in a sequence",
     FEATURE("\"a\":1") "\n{\"type\":\"Feature\",\"properties\":{\"a\":\"x}}\n" FEATURE(
         "\"a\":2") "\nx,y\n"
                    "{\"type\":\"Feature\"\n" FEATURE("\"a\":3") "\n[1]",
     "1: 1\n2! not GeoJSON at line 2, byte 41: a control character or line end inside a string; "
     "is its closing quote missing?\n3: 2\n4! not GeoJSON at line 4, byte 1: an object in braces "
     "was wanted\n5! not GeoJSON at line 6, byte 1: a comma, a colon or a closing bracket is "
     "missing\n6: 3\n7! not GeoJSON at line 7, byte 1: a list; a FeatureCollection or a Feature "
     "was wanted\ncolumns: a"},
    {"crs WGS 84",
     "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
     "\"urn:ogc:def:crs:OGC:1.3:CRS84\"}},\"features\":[]}",
     "columns:"},
    {"crs null", "{\"type\":\"FeatureCollection\",\"crs\":null,\"features\":[]}", "columns:"},
    {"crs Lambert-93",
     "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
     "\"urn:ogc:def:crs:EPSG::2154\"}},\"features\":[]}",
     "crs: urn:ogc:def:crs:EPSG::2154\ncolumns:"},
    {"crs as a link",
     "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"link\"},\"features\":[]}",
     "not opened: the file's \"crs\" is {\"type\":\"link\"}, which is not understood; a name such "
     "as "
     "\"urn:ogc:def:crs:EPSG::2154\" was wanted"},
    {"crs behind the features",
     "{\"type\":\"FeatureCollection\",\"features\":[" FEATURE(
         "\"a\":1") "],\n"
                    "\"crs\":{\"properties\":{\"name\":\"EPSG:2154\"}}}",
     "1: 1\nfailed: not GeoJSON at line 1, byte 97: \"crs\" comes behind \"features\"; it must "
     "come before them\ncolumns: a"},
    {"nothing", "", "columns:"},
    {"a list", " \n[]",
     "not opened: not GeoJSON at line 2, byte 1: a list; a FeatureCollection "
     "or a Feature was wanted"},
    {"a word", "code,nom\n",
     "not opened: not GeoJSON at line 1, byte 1: an object in braces was "
     "wanted"},
    {"a geometry", POINT(1, 2), "1! a Feature was wanted, found type \"Point\"\ncolumns:"},
    {"features is no list", "{\"type\":\"FeatureCollection\",\"features\":{}}",
     "1! a FeatureCollection without a list of \"features\"\ncolumns:"},
    {"not a collection", "{\"features\":[" FEATURE("\"a\":1") "]}",
     "1: 1\nfailed: not GeoJSON at line 1, byte 70: the object with \"features\" has no type "
     "\"FeatureCollection\"\ncolumns: a"},
    {"cut in a feature", "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Fea",
     "not opened: the file ends inside what begins at line 2: it is cut short, or a closing "
     "bracket is missing"},
    {"cut behind a feature", "{\"type\":\"FeatureCollection\",\"features\":[\n" FEATURE("\"a\":1"),
     "2: 1\nfailed: the file ends inside what begins at line 2: it is cut short, or a closing "
     "bracket is missing\ncolumns: a"},
    {"cut behind the features",
     "{\"type\":\"FeatureCollection\",\"features\":[" FEATURE("\"a\":1") "]",
     "1: 1\nfailed: the file ends inside what begins at line 1: it is cut short, or a closing "
     "bracket is missing\ncolumns: a"},
    {"cut before the features", "{\"type\":\"FeatureColl",
     "not opened: the file ends inside what begins at line 1: it is cut short, or a closing "
     "bracket is missing"},
    {"no comma", FEATURES(FEATURE("\"a\":1") FEATURE("\"a\":1")),
     "1: 1\nfailed: not GeoJSON at line 1, byte 96: a comma or a closing bracket was wanted "
     "behind a feature\ncolumns: a"},
    {"comma behind the last", FEATURES(FEATURE("\"a\":1") ","),
     "1: 1\nfailed: not GeoJSON at line 1, byte 97: a value is missing\ncolumns: a"},
    {"brackets that do not match", FEATURES("{\"type\":[}"),
     "not opened: not GeoJSON at line 1, byte 50: a bracket that closes another kind"},
    {"text behind a collection", FEATURES("") "\nx",
     "not opened: not GeoJSON at line 2, byte 1: an object in braces was wanted"},
};

static void named_cases(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].text);
        for (size_t piece = 0; piece <= len; piece++) {
            struct aro_buffer out = {0};
            dump(&out, cases[i].text, len, piece, false);
            bool same = strcmp(out.data, cases[i].want) == 0;
            CHECK(failures, cases[i].name, same);
            if (!same)
                fprintf(stderr, "in pieces of %zu: %s\n", piece, out.data);
            aro_buffer_clear(&out);
            if (!same)
                break;
        }
    }
    assert_int_equal(failures, 0);
}

static void places(void **state)
{
    (void)state;
    static const char text[] = "{\"type\":\"FeatureCollection\",\"features\":[\n\n"
                               "{\"type\":\"Feature\",\n\"id\":7,\n\"properties\":{\n\"a\":\n"
                               "[\n1\n],\n\"b\":\"x\"}},\n" FEATURE("\"a\":\n2") "]}";
    struct aro_buffer out = {0};
    dump(&out, text, strlen(text), 5, true);
    assert_string_equal(out.data, "3: 7:0 [1] | 10:0 x | 4:0 7\n11: 12:0 2 | - | -\n"
                                  "columns: a b id");
    aro_buffer_clear(&out);
}

static void depth(void **state)
{
    (void)state;
    int failures = 0;
    for (int levels = 62; levels <= 63; levels++) { /* and the Feature and its properties */
        struct aro_buffer text = {0}, out = {0};
        aro_buffer_text(&text, "{\"type\":\"Feature\",\"properties\":{\"a\":");
        for (int i = 0; i < levels; i++)
            aro_buffer_char(&text, '[');
        for (int i = 0; i < levels; i++)
            aro_buffer_char(&text, ']');
        aro_buffer_text(&text, "}}");
        dump(&out, text.data, text.len, 0, false);
        CHECK(failures, "depth",
              (strstr(out.data, "deeper than 64 levels") != NULL) == (levels == 63));
        aro_buffer_clear(&text);
        aro_buffer_clear(&out);
    }
    assert_int_equal(failures, 0);
}

/* A feature that never ends stops at the limit, whatever comes; so do endless other members. */
static void endless(void **state)
{
    (void)state;
    int failures = 0;
    static const char *const beginnings[] = {
        "{\"type\":\"Feature\",\"properties\":{\"a\":\"", "{\"name\":\"",
        "{\"type\":\"FeatureCollection\",\"features\":[\"",
        "{\"type\":\"FeatureCollection\",\"features\":[],\"a\":\"", FEATURE("") "\n\x1E{\"a\":\""};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        struct aro_buffer text = {0}, out = {0};
        aro_buffer_text(&text, beginnings[i]);
        size_t n = 3 * (size_t)SCHEMA_RECORD_MAX_BYTES;
        assert_true(aro_buffer_reserve(&text, n));
        memset(text.data + text.len, 'x', n);
        text.len += n;
        dump(&out, text.data, text.len, 0, false);
        CHECK(failures, beginnings[i], strstr(out.data, "is longer than 4194304 bytes"));
        aro_buffer_clear(&text);
        aro_buffer_clear(&out);
    }
    assert_int_equal(failures, 0);
}

static void too_many_columns(void **state)
{
    (void)state;
    struct aro_buffer text = {0}, out = {0};
    aro_buffer_text(&text, "{\"type\":\"Feature\",\"properties\":{");
    for (int i = 0; i < SCHEMA_RECORD_MAX_FIELDS; i++)
        aro_buffer_printf(&text, "\"c%d\":%d,", i, i);
    text.len--;
    aro_buffer_text(&text, "}}\n" FEATURE("\"other\":1") "\n" FEATURE("\"c255\":1"));
    dump(&out, text.data, text.len, 0, false);
    assert_non_null(strstr(out.data, "2! property \"other\" is one too many; at most 256"));
    assert_non_null(strstr(out.data, " | 1\ncolumns: c0 "));
    aro_buffer_clear(&text);
    aro_buffer_clear(&out);
}

/* The same random features as a collection, as lines and with record separators. */
static void random_features(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200211;
    printf("seed %llu\n", (unsigned long long)seed);
    static const char *const values[] = {
        "1", "\"\"", "null", "true", "\"é\\n\\\"\"", "[ 1 ]", "{\"a\" : \"]\" }", "-1.50"};
    for (int round = 0; round < 500; round++) {
        struct aro_buffer texts[3] = {{0}}, outs[3] = {{0}};
        aro_buffer_text(&texts[0], "{\"type\":\"FeatureCollection\",\"features\":[");
        for (uint64_t n = random_below(&seed, 6), i = 0; i < n; i++) {
            struct aro_buffer feature = {0};
            aro_buffer_text(&feature, "{\"type\":\"Feature\",\"properties\":{");
            for (uint64_t n_values = random_below(&seed, 5), v = 0; v < n_values; v++)
                aro_buffer_printf(&feature, "%s\"p%llu\": %s", v ? ", " : "",
                                  (unsigned long long)(v * 7 % 5), values[random_below(&seed, 8)]);
            aro_buffer_text(&feature, "}}");
            for (int form = 0; form < 3; form++) {
                aro_buffer_text(&texts[form], form == 2 ? "\x1E" : form == 0 && i > 0 ? "," : "");
                aro_buffer_append(&texts[form], feature.data, feature.len);
                aro_buffer_text(&texts[form], "\n");
            }
            aro_buffer_clear(&feature);
        }
        aro_buffer_text(&texts[0], "]}");
        for (int form = 0; form < 3; form++)
            dump(&outs[form], texts[form].data, texts[form].len, random_below(&seed, 50), true);
        CHECK(failures, "lines", strcmp(outs[0].data, outs[1].data) == 0);
        CHECK(failures, "separators", strcmp(outs[0].data, outs[2].data) == 0);
        for (int form = 0; form < 3; form++) {
            aro_buffer_clear(&texts[form]);
            aro_buffer_clear(&outs[form]);
        }
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_cases),
        cmocka_unit_test(places),
        cmocka_unit_test(depth),
        cmocka_unit_test(endless),
        cmocka_unit_test(too_many_columns),
        cmocka_unit_test(random_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
