#include "server/cql2_json.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/cql2_help.h"

static struct geo_cql2_tree *parse(const char *text, struct aro_error *err)
{
    return cql2_json_parse(text, strlen(text), err);
}

static char *print(const struct geo_cql2_tree *tree)
{
    struct aro_buffer out = {0};
    cql2_json_print(tree, &out);
    return aro_buffer_take_text(&out, NULL);
}

/* ------------------------------------------------------------------ both forms of one tree */

static const struct {
    const char *text, *json; /* JSON as it is written */
} pairs[] = {
    {"TRUE", "true"},
    {"f()", "{\"op\":\"f\",\"args\":[]}"},
    {"a IS NULL", "{\"op\":\"isNull\",\"args\":[{\"property\":\"a\"}]}"},
    {"\"a\"\"b\" = 'l''eau \\\\ \\n'",
     "{\"op\":\"=\",\"args\":[{\"property\":\"a\\\"b\"},\"l'eau \\\\ \\n\"]}"},
    {"a = 1", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1]}"},
    {"a = 1.0", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1.0]}"},
    {"a = -0.1", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},-0.1]}"},
    {"a = 1E+300", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1E+300]}"},
    {"a = -9223372036854775808",
     "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},-9223372036854775808]}"},
    {"a IN (1, 'x')", "{\"op\":\"in\",\"args\":[{\"property\":\"a\"},[1,\"x\"]]}"},
    {"A_OVERLAPS(a, ((), (1)))",
     "{\"op\":\"a_overlaps\",\"args\":[{\"property\":\"a\"},[[],[1]]]}"},
    {"T_DURING(a, INTERVAL('2020-01-01', '..'))",
     "{\"op\":\"t_during\",\"args\":[{\"property\":\"a\"},{\"interval\":[\"2020-01-01\",\"..\"]}]"
     "}"},
    {"T_DURING(a, INTERVAL(f(), '2020-01-01T00:00:00.5Z'))",
     "{\"op\":\"t_during\",\"args\":[{\"property\":\"a\"},{\"interval\":[{\"op\":\"f\",\"args\":[]}"
     ","
     "\"2020-01-01T00:00:00.5Z\"]}]}"},
    {"a = DATE('2020-01-01') OR a < TIMESTAMP('2020-01-01T00:00:00Z')",
     "{\"op\":\"or\",\"args\":[{\"op\":\"=\",\"args\":[{\"property\":\"a\"},{\"date\":\"2020-01-"
     "01\"}"
     "]},{\"op\":\"\\u003c\",\"args\":[{\"property\":\"a\"},{\"timestamp\":\"2020-01-01T00:00:"
     "00Z\"}]}]"
     "}"},
    {"S_EQUALS(a, POINT(1 2.5))", "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"type\":"
                                  "\"Point\",\"coordinates\":[1,2.5]}]}"},
    {"S_EQUALS(a, LINESTRING(1 2,3 4))",
     "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"type\":\"LineString\",\"coordinates\":"
     "[[1,2],[3,4]]}]}"},
    {"S_EQUALS(a, MULTIPOINT((1 2),(3 4)))",
     "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"type\":\"MultiPoint\",\"coordinates\":"
     "[[1,2],[3,4]]}]}"},
    {"S_EQUALS(a, MULTILINESTRING((1 2,3 4),(5 6,7 8)))",
     "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"type\":\"MultiLineString\","
     "\"coordinates\":[[[1,2],[3,4]],[[5,6],[7,8]]]}]}"},
    {"S_EQUALS(a, POLYGON((0 0,1 0,1 1,0 0),(2 2,3 2,3 3,2 2)))",
     "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"type\":\"Polygon\",\"coordinates\":"
     "[[[0,0],[1,0],[1,1],[0,0]],[[2,2],[3,2],[3,3],[2,2]]]}]}"},
    {"S_EQUALS(a, MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((2 2,3 2,3 3,2 2))))",
     "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"type\":\"MultiPolygon\","
     "\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],[[[2,2],[3,2],[3,3],[2,2]]]]}]}"},
    {"S_EQUALS(a, GEOMETRYCOLLECTION(POINT(1 2), POINT(3 4)))",
     "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"type\":\"GeometryCollection\","
     "\"geometries\":[{\"type\":\"Point\",\"coordinates\":[1,2]},{\"type\":\"Point\","
     "\"coordinates\":[3,4]}]}]}"},
    {"S_EQUALS(a, BBOX(1,2,3,4))",
     "{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"bbox\":[1,2,3,4]}]}"},
};

static void forms_are_of_one_tree(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *name = pairs[i].text;
        struct aro_error err = {0};
        struct geo_cql2_tree *from_text = geo_cql2_parse_text(name, strlen(name), &err);
        struct geo_cql2_tree *from_json = parse(pairs[i].json, &err);
        CHECK(failures, name, from_text && from_json);
        if (from_text && from_json) {
            struct aro_buffer text = {0};
            geo_cql2_print_text(from_json, &text);
            char *json = print(from_text);
            CHECK(failures, name, same_trees(from_text, from_json));
            CHECK(failures, name, strcmp(json, pairs[i].json) == 0);
            CHECK(failures, name,
                  text.len == strlen(name) && memcmp(text.data, name, text.len) == 0);
            aro_buffer_clear(&text);
            free(json);
        } else {
            fprintf(stderr, "%s\n", err.message);
        }
        geo_cql2_free(from_text);
        geo_cql2_free(from_json);
    }
    assert_int_equal(failures, 0);
}

static void examples_are_of_one_tree(void **state)
{
    (void)state;
    int failures = 0, n = 0;
    FILE *file = open_examples();
    struct cql2_example *example = malloc(sizeof *example);
    assert_true(file && example);
    while (next_example(file, example)) {
        struct aro_error err = {0};
        if (strcmp(example->json, "-") == 0)
            continue;
        struct geo_cql2_tree *from_text =
            geo_cql2_parse_text(example->text, strlen(example->text), &err);
        struct geo_cql2_tree *from_json = parse(example->json, &err);
        CHECK(failures, example->name, from_text && from_json);
        if (from_text && from_json)
            CHECK(failures, example->name, same_trees(from_text, from_json));
        else
            fprintf(stderr, "%s\n", err.message);
        geo_cql2_free(from_text);
        geo_cql2_free(from_json);
        n++;
    }
    fclose(file);
    free(example);
    assert_true(n > 100);
    assert_int_equal(failures, 0);
}

static void random_trees_round_trip(void **state)
{
    (void)state;
    int failures = 0, n_read = 0;
    for (uint64_t seed = 1; seed <= 5000 && failures < 5; seed++) {
        char name[32];
        struct aro_error err = {0};
        struct geo_cql2_tree *tree = random_tree(seed, 1 + (unsigned)seed % 5);
        char *json = print(tree);
        snprintf(name, sizeof name, "seed %llu", (unsigned long long)seed);
        if (strlen(json) <= GEO_CQL2_MAX_BYTES) {
            struct geo_cql2_tree *back = parse(json, &err);
            CHECK(failures, name, back && same_trees(tree, back));
            if (!back)
                fprintf(stderr, "%s\n%s\n", json, err.message);
            geo_cql2_free(back);
            n_read++;
        }
        free(json);
        geo_cql2_free(tree);
    }
    assert_int_equal(failures, 0);
    assert_true(n_read > 4500);
}

/* ------------------------------------------------------------------ what is passed over */

static const struct {
    const char *name, *json, *text;
} lenient[] = {
    {"other members",
     "{\"op\":\"=\",\"args\":[{\"property\":\"a\",\"title\":\"A\"},1],\"note\":{}}", "a = 1"},
    {"heights and a box of a geometry",
     "{\"op\":\"s_within\",\"args\":[{\"property\":\"a\"},{\"bbox\":[1,2,1,2],\"type\":\"Point\","
     "\"coordinates\":[1,2,3]}]}",
     "S_WITHIN(a, POINT(1 2))"},
    {"a date in an interval",
     "{\"op\":\"t_after\",\"args\":[{\"property\":\"a\"},{\"interval\":[{\"date\":\"2020-01-01\"},"
     "\"..\"]}]}",
     "T_AFTER(a, INTERVAL('2020-01-01', '..'))"},
    {"spaces", " { \"op\" : \"f\" , \"args\" : [ ] } \n", "f()"},
};

static void other_members_are_passed_over(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof lenient / sizeof *lenient; i++) {
        struct aro_error err = {0};
        struct aro_buffer text = {0};
        struct geo_cql2_tree *tree = parse(lenient[i].json, &err);
        CHECK(failures, lenient[i].name, tree);
        if (tree)
            geo_cql2_print_text(tree, &text);
        CHECK(failures, lenient[i].name,
              text.len == strlen(lenient[i].text) &&
                  memcmp(text.data, lenient[i].text, text.len) == 0);
        aro_buffer_clear(&text);
        geo_cql2_free(tree);
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ errors */

#define OP(op, args) "{\"op\":\"" op "\",\"args\":[" args "]}"
#define A            "{\"property\":\"a\"}"
#define SHAPE(type, coordinates)                                                                   \
    OP("s_within", A ",{\"type\":\"" type "\",\"coordinates\":" coordinates "}")

static const struct {
    const char *json, *says;
} errors[] = {
    {"", "not JSON at line 1, column 0"},
    {"{\"op\":\"f\",\"args\":[}", "not JSON at line 1"},
    {"{\"op\":\"f\",\"op\":\"g\",\"args\":[]}", "not JSON at line 1, column 14: duplicate"},
    {"{\"op\":\"=\",\"args\":[1,\"\xff\"]}", "not JSON at line 1"},
    {"{\"op\":\"=\",\"args\":[1,\"\\u0000\"]}", "not JSON at line 1"},
    {"{\"op\":\"=\",\"args\":[1,99999999999999999999]}", "not JSON at line 1"},
    {"true false", "not JSON at line 1"},
    {"null", "at the top, null is no value"},
    {"5", "a filter is a condition, which is true or false; this is a number"},
    {A, "a filter is a condition, which is true or false; this is a property"},
    {"[]", "this is an array"},
    {"{}", "at the top, an object has none of the members op, property"},
    {"{\"function\":{\"name\":\"f\"}}", "at the top, an object has none of the members op"},
    {"{\"op\":5,\"args\":[]}", "at the top, \"op\" is the name of an operator"},
    {"{\"op\":\"f\"}", "at the top, 'f' has no array \"args\""},
    {"{\"op\":\"f\",\"args\":{}}", "at the top, 'f' has no array \"args\""},
    {OP("S_WITHIN", A "," A), "at the top, 'S_WITHIN' is not known: did you mean 's_within'?"},
    {OP("!=", A ",1"), "at the top, '!=' cannot be the name of a function"},
    {OP("date", ""), "at the top, 'date' cannot be the name of a function"},
    {OP("and", "true," OP("=", A ",null")), "at /args/1/args/1, null is no value"},
    {OP("and", "true," OP("=", A)), "at /args/1, '=' takes 2 arguments, not 1"},
    {OP("and", "true," OP("<", A "," OP("f", "") "," A)), "at /args/1, '<' takes 2 arguments"},
    {OP("and", "true"), "at the top, 'and' takes 2 arguments or more, not 1"},
    {OP("or", "true," A), "at the top, 'or' takes conditions, not a property"},
    {OP("s_within", A ",5"), "at the top, 's_within' takes geometries, not a number"},
    {OP("in", A ",1"), "at /args, 'in' takes a value and an array of one value or more"},
    {OP("in", A ",[]"), "at /args, 'in' takes a value and an array"},
    {OP("in", A ",[1,[2]]"), "at the top, 'in' takes texts, numbers"},
    {OP("in", A ",[1,{}]"), "at /args/1/1, an object has none"},
    {OP("like", A "," A), "at the top, the pattern of 'like' is a text"},
    {OP("=", "{\"property\":5},1"), "at /args/0, a text was wanted"},
    {OP("=", "{\"property\":\"\"},1"), "at /args/0, a property has no name"},
    {OP("=", A ",{\"date\":\"2020\"}"), "at /args/1, '2020' is not a day"},
    {OP("=", A ",{\"timestamp\":\"2020-01-01\"}"), "at /args/1, '2020-01-01' is not a timestamp"},
    {OP("t_after", A ",{\"interval\":5}"), "at /args/1/interval, an array of two ends"},
    {OP("t_after", A ",{\"interval\":[\"..\"]}"),
     "at /args/1, 'interval' takes 2 arguments, not 1"},
    {OP("t_after", A ",{\"interval\":[\"..\",\"x\"]}"), "at /args/1/interval/1, 'x' is not a day"},
    {OP("t_after", A ",{\"interval\":[\"..\",5]}"), "at /args/1, 'interval' takes dates"},
    {OP("s_within", A ",{\"bbox\":[1,2,3]}"), "at /args/1/bbox, four numbers were wanted"},
    {OP("s_within", A ",{\"bbox\":[1,2,3,\"4\"]}"), "at /args/1/bbox, four numbers were wanted"},
    {OP("s_within", A ",{\"bbox\":5}"), "at /args/1/bbox, four numbers were wanted"},
    {OP("s_within", A ",{\"type\":5}"), "at /args/1, \"type\" is the name"},
    {SHAPE("Circle", "[1,2]"), "at /args/1, 'Circle' is no type of geometry: wanted Point"},
    {SHAPE("Point", "[1]"), "at /args/1/coordinates, a position of two numbers"},
    {SHAPE("Point", "[[1,2]]"), "at /args/1/coordinates, a position of two numbers"},
    {SHAPE("Point", "null"), "at /args/1/coordinates, a position of two numbers"},
    {SHAPE("MultiPoint", "5"), "at /args/1/coordinates, an array of positions was wanted"},
    {SHAPE("MultiPoint", "[]"), "at /args/1, this MultiPoint is not one: it needs a position"},
    {SHAPE("MultiPoint", "[[1,2],[3]]"), "at /args/1/coordinates/1, a position of two numbers"},
    {SHAPE("LineString", "[[1,2]]"), "at /args/1, this LineString is not one: a line needs two"},
    {SHAPE("Polygon", "[[[1,2],[3,4],[5,6],[7,8]]]"), "a ring does not end where it begins"},
    {SHAPE("Polygon", "[]"), "at /args/1, this Polygon is not one: a polygon needs a ring"},
    {SHAPE("Polygon", "[[1,2]]"), "at /args/1/coordinates/0/0, a position of two numbers"},
    {SHAPE("MultiPolygon", "[5]"), "at /args/1/coordinates/0, an array of arrays was wanted"},
    {OP("s_within", A ",{\"type\":\"Point\"}"), "at /args/1/coordinates, a position"},
    {OP("s_within", A ",{\"type\":\"GeometryCollection\"}"), "at /args/1/geometries, an array"},
    {OP("s_within", A ",{\"type\":\"GeometryCollection\",\"geometries\":[{\"bbox\":[1,2,3,4]}]}"),
     "at /args/1, 'GeometryCollection' takes geometries other than collections and boxes"},
};

static void errors_say_where(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct aro_error err = {0};
        struct geo_cql2_tree *tree = parse(errors[i].json, &err);
        CHECK(failures, errors[i].json, !tree);
        CHECK(failures, errors[i].json, err.status == ARO_BAD_INPUT);
        if (!strstr(err.message, errors[i].says)) {
            fprintf(stderr, "%s\nsays %s\n", errors[i].json, err.message);
            failures++;
        }
        geo_cql2_free(tree);
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ limits */

/* A piece so often, what is in the middle, another as often. Owned by the caller. */
static char *nest(const char *open, size_t n, const char *middle, const char *close)
{
    struct aro_buffer out = {0};
    for (size_t i = 0; i < n; i++)
        aro_buffer_text(&out, open);
    aro_buffer_text(&out, middle);
    for (size_t i = 0; i < n; i++)
        aro_buffer_text(&out, close);
    return aro_buffer_take_text(&out, NULL);
}

static const struct {
    const char *name, *open;
    size_t n;
    const char *middle, *close;
    enum aro_status status;
} limits[] = {
    {"as many levels as may be", "{\"op\":\"not\",\"args\":[", GEO_CQL2_MAX_DEPTH - 1, "true", "]}",
     ARO_OK},
    {"as many functions as may be", "{\"op\":\"f\",\"args\":[[", GEO_CQL2_MAX_DEPTH / 2 - 1, "true",
     "]]}", ARO_OK},
    {"a level more", "{\"op\":\"not\",\"args\":[", GEO_CQL2_MAX_DEPTH, "true", "]}", ARO_TOO_LARGE},
    {"arrays", "[", 1000, "", "]", ARO_TOO_LARGE},
    {"deeper than JSON is read", "[", 8000, "", "]", ARO_BAD_INPUT},
    {"many bytes", " ", GEO_CQL2_MAX_BYTES / 2, "true", " ", ARO_TOO_LARGE},
    {"as many bytes as may be", " ", GEO_CQL2_MAX_BYTES / 2 - 2, "true", " ", ARO_OK},
};

/* The text form of a tree reads back as the same tree. */
static void check_text(int *failures, const char *name, const struct geo_cql2_tree *tree)
{
    struct aro_buffer text = {0};
    geo_cql2_print_text(tree, &text);
    struct geo_cql2_tree *back = geo_cql2_parse_text(text.data, text.len, NULL);
    CHECK(*failures, name, back && same_trees(tree, back));
    geo_cql2_free(back);
    aro_buffer_clear(&text);
}

static void limits_hold(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct aro_error err = {0};
        char *json = nest(limits[i].open, limits[i].n, limits[i].middle, limits[i].close);
        struct geo_cql2_tree *tree = parse(json, &err);
        CHECK(failures, limits[i].name, err.status == limits[i].status);
        CHECK(failures, limits[i].name, (tree != NULL) == (err.status == ARO_OK));
        if (tree)
            check_text(&failures, limits[i].name, tree);
        geo_cql2_free(tree);
        free(json);
    }
    assert_int_equal(failures, 0);
}

static void runs_out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    char *json = nest(OP("f", "[1,2]") ",", 200, OP("in", A ",[\"x\"]") ",", "");
    struct aro_buffer all = {0};
    aro_buffer_printf(&all, "{\"op\":\"or\",\"args\":[%s%s]}", json,
                      SHAPE("Polygon", "[[[0,0],[1,0],[1,1],[0,0]]]"));
    char *text = aro_buffer_take_text(&all, NULL);
    struct geo_cql2_tree *tree = NULL;
    for (size_t allowed = 0; !tree; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        tree = parse(text, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", tree || err.status == ARO_NO_MEMORY);
    }
    struct aro_buffer out = {0};
    allow_allocations(0);
    cql2_json_print(tree, &out);
    allow_allocations(SIZE_MAX);
    CHECK(failures, "printed without memory", out.failed);
    aro_buffer_clear(&out);
    geo_cql2_free(tree);
    free(text);
    free(json);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_of_one_tree),
        cmocka_unit_test(examples_are_of_one_tree),
        cmocka_unit_test(random_trees_round_trip),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(other_members_are_passed_over),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(runs_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
