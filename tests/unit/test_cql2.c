#include "geo/cql2.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/cql2_help.h"

static struct geo_cql2_tree *parse(const char *text, struct aro_error *err)
{
    return geo_cql2_parse_text(text, strlen(text), err);
}

static char *print(const struct geo_cql2_tree *tree)
{
    struct aro_buffer out = {0};
    geo_cql2_print_text(tree, &out);
    return aro_buffer_take_text(&out, NULL);
}

/* ------------------------------------------------------------------ what texts are */

static const struct {
    const char *text, *tree;
    const char *printed; /* NULL: as the text */
} trees[] = {
    /* Precedence. */
    {"a = 1 OR b = 2 AND c = 3", "(or (= \"a\" 1) (and (= \"b\" 2) (= \"c\" 3)))", NULL},
    {"(a = 1 OR b = 2) AND c = 3", "(and (or (= \"a\" 1) (= \"b\" 2)) (= \"c\" 3))", NULL},
    {"NOT a = 1 AND b = 2", "(and (not (= \"a\" 1)) (= \"b\" 2))", NULL},
    {"NOT (a = 1 AND b = 2)", "(not (and (= \"a\" 1) (= \"b\" 2)))", NULL},
    {"NOT NOT a = 1", "(not (not (= \"a\" 1)))", "NOT (NOT a = 1)"},
    {"TRUE AND (FALSE AND TRUE)", "(and true (and false true))", NULL},
    {"((a = 1))", "(= \"a\" 1)", "a = 1"},
    {"a + b * c ^ 2 = 0", "(= (+ \"a\" (* \"b\" (^ \"c\" 2))) 0)", NULL},
    {"a - b - c = 0", "(= (- (- \"a\" \"b\") \"c\") 0)", NULL},
    {"a - (b - c) = 0", "(= (- \"a\" (- \"b\" \"c\")) 0)", NULL},
    {"a / b * c % d div e = 0", "(= (div (% (* (/ \"a\" \"b\") \"c\") \"d\") \"e\") 0)",
     "a / b * c % d DIV e = 0"},
    {"(a + b) * (c - d) = 0", "(= (* (+ \"a\" \"b\") (- \"c\" \"d\")) 0)", NULL},
    {"(a ^ b) ^ c = 0", "(= (^ (^ \"a\" \"b\") \"c\") 0)", NULL},
    {"-a ^ 2 = 0", "(= (^ (* -1 \"a\") 2) 0)", "(-1 * a) ^ 2 = 0"},
    {"-(a + b) = 0", "(= (* -1 (+ \"a\" \"b\")) 0)", "-1 * (a + b) = 0"},
    {"-f() = 0", "(= (* -1 (f)) 0)", "-1 * f() = 0"},
    {"a-1 = -1", "(= (- \"a\" 1) -1)", "a - 1 = -1"},
    {"a --1 = +2", "(= (- \"a\" -1) 2)", "a - -1 = 2"},
    {"a BETWEEN 1 AND 2 AND b = 3", "(and (between \"a\" 1 2) (= \"b\" 3))", NULL},
    {"a NOT BETWEEN 1+1 AND 3", "(not (between \"a\" (+ 1 1) 3))", "a NOT BETWEEN 1 + 1 AND 3"},
    {"NOT a LIKE 'x'", "(not (like \"a\" 'x'))", "a NOT LIKE 'x'"},
    {"NOT a NOT LIKE 'x'", "(not (not (like \"a\" 'x')))", "NOT (a NOT LIKE 'x')"},
    {"a NOT IN (1)", "(not (in \"a\" 1))", NULL},
    {"(a = 1) IS NULL", "(isNull (= \"a\" 1))", NULL},
    {"POINT(1 2) IS NOT NULL", "(not (isNull point 1,2 |1))", NULL},
    {"T() AND a = 1", "(and (T) (= \"a\" 1))", NULL},
    /* Arrays and parentheses. */
    {"A_EQUALS((), (1))", "(a_equals (array) (array 1))", NULL},
    {"A_EQUALS(((), (1, 2)), a)", "(a_equals (array (array) (array 1 2)) \"a\")", NULL},
    {"f((1 + a))", "(f (array (+ 1 \"a\")))", "f((1 + a))"},
    {"f((1 + a) * 2)", "(f (* (+ 1 \"a\") 2))", NULL},
    {"f(a = 1 OR g(), ('x', NOT TRUE))", "(f (or (= \"a\" 1) (g)) (array 'x' (not true)))", NULL},
    {"f((a = 1 OR g()) AND h())", "(f (and (or (= \"a\" 1) (g)) (h)))", NULL},
    {"a IN ((1), ((2)))", "(in \"a\" 1 2)", "a IN (1, 2)"},
    /* Words. */
    {"A=1 aNd s_InTeRsEcTs(g,bbox(1,2,3,4))", "(and (= \"A\" 1) (s_intersects \"g\" box 1,2,3,4))",
     "A = 1 AND S_INTERSECTS(g, BBOX(1,2,3,4))"},
    {"date = date('2020-01-31')", "(= \"date\" date1580428800.000000000)",
     "\"date\" = DATE('2020-01-31')"},
    {"point > 1 AND bbox < 2", "(and (> \"point\" 1) (< \"bbox\" 2))",
     "\"point\" > 1 AND \"bbox\" < 2"},
    {"\"and\" = 1", "(= \"and\" 1)", NULL},
    {"\"a \"\"b\"\"\" = 1", "(= \"a \"b\"\" 1)", NULL},
    {"eo:cloud.cover_1 = 1", "(= \"eo:cloud.cover_1\" 1)", NULL},
    {"\xc3\xa9t\xc3\xa9 = 1", "(= \"\xc3\xa9t\xc3\xa9\" 1)", NULL},
    {"a\xc2\xa0=\xe3\x80\x80"
     "1\n",
     "(= \"a\" 1)", "a = 1"},
    {"notaire = 1 AND informel = 2", "(and (= \"notaire\" 1) (= \"informel\" 2))", NULL},
    /* Texts. */
    {"a = ''", "(= \"a\" '')", NULL},
    {"a = ''''", "(= \"a\" ''')", NULL},
    {"a = 'l''eau' AND b = 'l\\'eau'", "(and (= \"a\" 'l'eau') (= \"b\" 'l'eau'))",
     "a = 'l''eau' AND b = 'l''eau'"},
    {"a = '\\a\\b\\t\\n\\v\\f\\r'", "(= \"a\" '\a\b\t\n\v\f\r')", NULL},
    {"a LIKE '100\\%\\_'", "(like \"a\" '100\\%\\_')", "a LIKE '100\\\\%\\\\_'"},
    {"a = '\\\\' AND b = 'c'", "(and (= \"a\" '\\') (= \"b\" 'c'))", NULL},
    /* Numbers. */
    {"a = 1.", "(= \"a\" ~1)", "a = 1.0"},
    {"a = .5", "(= \"a\" ~0.5)", "a = 0.5"},
    {"a = 1e3", "(= \"a\" ~1000)", "a = 1000.0"},
    {"a = 1.5E-7", "(= \"a\" ~1.4999999999999999e-07)", "a = 1.5E-07"},
    {"a = 9223372036854775807", "(= \"a\" 9223372036854775807)", NULL},
    {"a = -9223372036854775808", "(= \"a\" -9223372036854775808)", NULL},
    {"a = 9223372036854775808", "(= \"a\" ~9.2233720368547758e+18)", "a = 9.223372036854776E+18"},
    {"a = -0", "(= \"a\" 0)", "a = 0"},
    {"a = -0.0", "(= \"a\" ~0)", "a = 0.0"},
    {"a = 007", "(= \"a\" 7)", "a = 7"},
    /* Times. */
    {"T_DURING(a, INTERVAL('..', b))", "(t_during \"a\" (interval .. \"b\"))", NULL},
    {"T_DURING(a, INTERVAL(DATE('2020-01-01'), f()))",
     "(t_during \"a\" (interval date1577836800.000000000 (f)))",
     "T_DURING(a, INTERVAL('2020-01-01', f()))"},
    {"T_AFTER(a, TIMESTAMP('2020-01-01T01:00:00.50+01:00'))",
     "(t_after \"a\" at1577836800.500000000)", "T_AFTER(a, TIMESTAMP('2020-01-01T00:00:00.5Z'))"},
    {"T_DURING(a, INTERVAL('2020-01-01T12:00:00Z', '2020-01-01'))",
     "(t_during \"a\" (interval at1577880000.000000000 date1577836800.000000000))", NULL},
    /* Shapes. */
    {"S_EQUALS(a, POINT Z (1 2 3))", "(s_equals \"a\" point 1,2 |1)", "S_EQUALS(a, POINT(1 2))"},
    {"S_EQUALS(a, LINESTRING(1 2 9, -.5 +4))", "(s_equals \"a\" line 1,2 -0.5,4 |2)",
     "S_EQUALS(a, LINESTRING(1 2,-0.5 4))"},
    {"S_EQUALS(a, MULTIPOINT(1 2, (3 4)))", "(s_equals \"a\" multipoint 1,2 3,4 |1 |2)",
     "S_EQUALS(a, MULTIPOINT((1 2),(3 4)))"},
    {"S_EQUALS(a, MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((2 2,3 2,3 3,2 2),(4 4,5 4,5 5,4 4))))",
     "(s_equals \"a\" multipolygon 0,0 1,0 1,1 0,0 2,2 3,2 3,3 2,2 4,4 5,4 5,5 4,4 "
     "|4 |8 |12 #1 #3)",
     NULL},
    {"S_EQUALS(a, GEOMETRYCOLLECTION(POINT(1 2)))", "(s_equals \"a\" (collection point 1,2 |1))",
     NULL},
    {"S_WITHIN(a, BBOX(1,2,-9,3,4,9))", "(s_within \"a\" box 1,2,3,4)",
     "S_WITHIN(a, BBOX(1,2,3,4))"},
};

static void texts_become_trees(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        struct aro_error err = {0};
        struct geo_cql2_tree *tree = parse(trees[i].text, &err);
        CHECK(failures, trees[i].text, tree);
        if (!tree) {
            fprintf(stderr, "%s\n", err.message);
            continue;
        }
        char *dumped = dump_tree(tree), *printed = print(tree);
        const char *wanted = trees[i].printed ? trees[i].printed : trees[i].text;
        if (strcmp(dumped, trees[i].tree) != 0 || strcmp(printed, wanted) != 0) {
            fprintf(stderr, "%s\nis %s\nand %s\n", trees[i].text, dumped, printed);
            failures++;
        }
        free(dumped);
        free(printed);
        geo_cql2_free(tree);
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ what is wrong, and where */

static const struct {
    const char *text, *says;
} errors[] = {
    {"", "the text is empty"},
    {"  ", "the text is empty"},
    {"nom LIK 'x'", "at character 5, 'LIK' does not fit here: wanted an operator such as"},
    {"\xc3\xa9t\xc3\xa9 LIK 'x'", "at character 5, 'LIK' does not fit"},
    {"nom", "at character 4, the text ends: wanted an operator such as =, <, LIKE, BETWEEN, IN or "
            "IS NULL (a property alone is no condition: write = TRUE behind it)"},
    {"5", "at character 2, the text ends: wanted an operator"},
    {"ouvert AND a = 1", "at character 8, 'AND' does not fit here: wanted an operator"},
    {"a = 1 AND ouvert", "at character 17, the text ends: wanted an operator"},
    {"NOT ouvert", "at character 11, the text ends: wanted an operator"},
    {"a = 1 b = 2", "at character 7, 'b' does not fit here: wanted AND, OR or the end"},
    {"a = 1)", "at character 6, ')' does not fit here: wanted AND, OR or the end"},
    {"(a = 1", "at character 7, the text ends: wanted AND, OR or )"},
    {"(a 1)", "at character 4, '1' does not fit here: wanted an operator"},
    {"a = 1 AND", "at character 10, the text ends: wanted a name, number, 'text'"},
    {"a =", "at character 4, the text ends: wanted a name, number, 'text'"},
    {"= 1", "at character 1, '=' does not fit here: wanted a name"},
    {"a = = 1", "at character 5, '=' does not fit here: wanted a name"},
    {"a = b = c", "at character 7, '=' does not fit here: wanted AND, OR or the end"},
    {"a = NOT b", "at character 5, 'NOT' does not fit here: wanted a name"},
    {"a == 1", "at character 4, '=' does not fit here"},
    {"a != 1", "at character 3, '!=' is not known here: wanted <>"},
    {"a = 1 ; b", "at character 7, ';' is not known here"},
    {"a = \xc2\xa4", "at character 5, '\xc2\xa4' is not known here"},
    {"f(a = 1 OR b, 2)", "at character 13, ',' does not fit here: wanted an operator"},
    {"a = 'x", "at character 5, a text is not closed: wanted another '"},
    {"a = 'x\\'", "at character 5, a text is not closed"},
    {"\"a = 1", "at character 1, a quoted name is not closed: wanted another \""},
    {"\"\" = 1", "at character 1, a property has no name"},
    {"a = 12abc", "at character 7, 'abc' does not fit here"},
    {"a = 1.2.3", "at character 8, '.3' does not fit here"},
    {"a = 1e999", "at character 5, '1e999' is too large a number"},
    {"a = +b", "at character 6, 'b' does not fit here: wanted a number"},
    {"a ^ b ^ c = 1", "at character 7, '^' does not fit here: wanted parentheses"},
    {"and = 1", "at character 1, 'and' does not fit here: wanted a name"},
    {"a IS 1", "at character 6, '1' does not fit here: wanted NULL or NOT NULL"},
    {"a IS NOT TRUE", "at character 10, 'TRUE' does not fit here: wanted NULL"},
    {"a NOT = 1", "at character 7, '=' does not fit here: wanted LIKE, BETWEEN or IN"},
    {"a BETWEEN 1 OR 2", "at character 13, 'OR' does not fit here: wanted AND and the upper"},
    {"a BETWEEN (1 AND 2)", "at character 14, 'AND' does not fit here: wanted an operator"},
    {"a IN 1", "at character 6, '1' does not fit here: wanted ("},
    {"a IN ()", "at character 8, the text ends: wanted a value in the list of IN"},
    {"a IN (1 2)", "at character 9, '2' does not fit here: wanted a comma or )"},
    {"a IN (1,)", "at character 9, ')' does not fit here: wanted a name"},
    {"a LIKE b", "at character 8, the pattern of 'like' is a text, perhaps in CASEI or ACCENTI, "
                 "not a property"},
    {"a LIKE CASEI(f())", "at character 8, the pattern of 'like' is a text"},
    {"1 LIKE 'x'", "at character 1, 'like' takes texts, not a number"},
    {"a + 'x' = 1", "at character 5, '+' takes numbers, not a text"},
    {"(a = 1) = TRUE", "at character 2, '=' takes texts, numbers, dates, timestamps or booleans, "
                       "not a condition"},
    {"a = POINT(1 2)", "at character 5, '=' takes texts, numbers, dates, timestamps or booleans, "
                       "not a geometry"},
    {"CASEI(1) = 'a'", "at character 7, 'casei' takes a text, not a number"},
    {"CASEI(a, b) = 'a'", "at character 1, 'casei' takes 1 argument, not 2"},
    {"A_EQUALS()", "at character 1, 'a_equals' takes 2 arguments, not 0"},
    {"S_INTERSECTS(a)", "at character 1, 's_intersects' takes 2 arguments, not 1"},
    {"S_INTERSECTS(a, 1)", "at character 17, 's_intersects' takes geometries, not a number"},
    {"T_AFTER(a, '2020-01-01')", "at character 12, 't_after' takes dates, timestamps or intervals, "
                                 "not a text"},
    {"A_CONTAINS(a, 'x')", "at character 15, 'a_contains' takes arrays, not a text"},
    {"isNull(a)", "at character 1, 'isNull' cannot be the name of a function"},
    {"() = 1", "at character 2, ')' does not fit here: wanted a name"},
    {"a = DATE('2021-02-29')", "at character 10, '2021-02-29' is not a day: wanted one such as"},
    {"a = DATE('2021-02-01T00:00:00Z')", "at character 10, '2021-02-01T00:00:00Z' is not a day"},
    {"a = DATE(2021)", "at character 10, '2021' does not fit here: wanted a day such as"},
    {"a = TIMESTAMP('2021-02-01')", "at character 15, '2021-02-01' is not a timestamp: wanted one "
                                    "such as 2020-01-31T12:00:00Z"},
    {"a = TIMESTAMP('0000-01-01T00:00:00+01:00')", "is not a timestamp"},
    {"a = DATE('2020-01-01'", "at character 22, the text ends: wanted )"},
    {"a = INTERVAL('..', '..')", "at character 5, '=' takes texts, numbers, dates, timestamps or "
                                 "booleans, not an interval"},
    {"T_AFTER(a, INTERVAL('2020-01-01'))", "at character 12, 'interval' takes 2 arguments, not 1"},
    {"T_AFTER(a, INTERVAL('2020', '..'))", "at character 21, '2020' is not a day"},
    {"T_AFTER(a, INTERVAL(1, '..'))", "at character 21, 'interval' takes dates, timestamps or "
                                      "'..', not a number"},
    {"T_AFTER(a, INTERVAL('2020-01-02', '2020-01-01'))", "at character 12, the interval ends "
                                                         "before it begins"},
    {"S_EQUALS(a, POINT(1))", "at character 20, ')' does not fit here: wanted a number"},
    {"S_EQUALS(a, POINT(1, 2))", "at character 20, ',' does not fit here: wanted a number"},
    {"S_EQUALS(a, POINT(1 2 3 4))", "at character 25, '4' does not fit here: wanted a comma or )"},
    {"S_EQUALS(a, POINT(1 2, 3 4))", "at character 13, this Point is not one: a point has one"},
    {"S_EQUALS(a, POINT EMPTY)", "at character 19, 'EMPTY' does not fit here: wanted a comma or )"},
    {"S_EQUALS(a, LINESTRING(1 2))", "at character 13, this LineString is not one: a line needs "
                                     "two positions or more"},
    {"S_EQUALS(a, POLYGON((0 0, 1 1, 0 0)))", "at character 13, this Polygon is not one: a ring "
                                              "needs four positions or more"},
    {"S_EQUALS(a, POLYGON((0 0, 1 0, 1 1, 0 1)))", "a ring does not end where it begins"},
    {"S_EQUALS(a, POLYGON(0 0, 1 0, 1 1, 0 0))",
     "at character 21, '0' does not fit here: wanted ("},
    {"S_EQUALS(a, GEOMETRYCOLLECTION(BBOX(1,2,3,4)))", "at character 32, 'BBOX' does not fit here: "
                                                       "wanted POINT, LINESTRING"},
    {"S_EQUALS(a, BBOX(1,2,3))", "at character 23, ')' does not fit here: wanted four numbers"},
    {"S_EQUALS(a, BBOX(1,2,3,4,5,6,7))", "at character 30, '7' does not fit here: wanted four"},
    {"S_EQUALS(a, BBOX(1,2,x,4))", "at character 22, 'x' does not fit here: wanted a number"},
    {"S_EQUALS(a, BBOX(1,2,3,4)", "at character 26, the text ends: wanted a comma or )"},
    {"a = '\xff'", "at character 6, bytes that are not UTF-8 text"},
};

static void errors_say_where(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct aro_error err = {0};
        struct geo_cql2_tree *tree = parse(errors[i].text, &err);
        CHECK(failures, errors[i].text, !tree);
        CHECK(failures, errors[i].text, err.status == ARO_BAD_INPUT);
        if (!strstr(err.message, errors[i].says)) {
            fprintf(stderr, "%s\nsays %s\n", errors[i].text, err.message);
            failures++;
        }
        geo_cql2_free(tree);
    }
    struct aro_error err = {0};
    CHECK(failures, "a zero byte", !geo_cql2_parse_text("a = '\0'", 8, &err));
    CHECK(failures, "a zero byte", strstr(err.message, "at character 6"));
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ limits */

/* A piece n times, what is before and behind it. Returns the bytes. */
static size_t repeat(char *out, const char *before, const char *piece, size_t n, const char *behind)
{
    size_t len = (size_t)sprintf(out, "%s", before);
    for (size_t i = 0; i < n; i++)
        len += (size_t)sprintf(out + len, "%s", piece);
    return len + (size_t)sprintf(out + len, "%s", behind);
}

static const struct {
    const char *name, *before, *piece;
    size_t n;
    const char *behind;
    bool ok;
} limits[] = {
    {"as many bytes as may be", "a = '", "x", GEO_CQL2_MAX_BYTES - 6, "'", true},
    {"a byte more", "a = '", "x", GEO_CQL2_MAX_BYTES - 5, "'", false},
    {"as many nodes as may be", "a IN (1", ",1", GEO_CQL2_MAX_NODES - 3, ")", true},
    {"a node more", "a IN (1", ",1", GEO_CQL2_MAX_NODES - 2, ")", false},
    {"as many levels as may be", "0", "+1", GEO_CQL2_MAX_DEPTH - 2, " = 0", true},
    {"a level more", "0", "+1", GEO_CQL2_MAX_DEPTH - 1, " = 0", false},
    {"NOT as often as may be", "", "NOT ", GEO_CQL2_MAX_DEPTH - 1, "TRUE", true},
    {"once more", "", "NOT ", GEO_CQL2_MAX_DEPTH, "TRUE", false},
    {"thousands of NOT", "", "NOT ", 4000, "TRUE", false},
    {"thousands of parentheses", "", "(", 16000, "", false},
    {"thousands of arrays", "f(", "(", 16000, "", false},
    {"thousands of functions", "", "f(", 8000, "", false},
    {"many joined", "a=1", " OR a=1", 1000, "", true},
};

static void limits_hold(void **state)
{
    (void)state;
    int failures = 0;
    char *text = malloc(4 * GEO_CQL2_MAX_BYTES);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct aro_error err = {0};
        size_t len = repeat(text, limits[i].before, limits[i].piece, limits[i].n, limits[i].behind);
        struct geo_cql2_tree *tree = geo_cql2_parse_text(text, len, &err);
        CHECK(failures, limits[i].name, (tree != NULL) == limits[i].ok);
        CHECK(failures, limits[i].name, tree || err.status == ARO_TOO_LARGE);
        geo_cql2_free(tree);
    }
    size_t len = repeat(text, "", "(", 2 * GEO_CQL2_MAX_DEPTH, "a=1");
    repeat(text + len, "", ")", 2 * GEO_CQL2_MAX_DEPTH, "");
    struct geo_cql2_tree *tree = parse(text, NULL);
    CHECK(failures, "as many parentheses as may be", tree);
    geo_cql2_free(tree);
    free(text);
    assert_int_equal(failures, 0);
}

static void vertices_are_limited(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct geo_cql2_builder *builder = geo_cql2_builder_new(NULL);
    for (int i = 0; i < GEO_CQL2_MAX_VERTICES; i++)
        assert_true(geo_cql2_vertex(builder, i, i, &err));
    assert_false(geo_cql2_vertex(builder, 0, 0, &err));
    assert_int_equal(err.status, ARO_TOO_LARGE);
    geo_cql2_builder_free(builder);
}

/* ------------------------------------------------------------------ properties */

/* Reading what was written gives the same tree. */
static void check_round_trip(int *failures, const char *name, const struct geo_cql2_tree *tree)
{
    struct aro_error err = {0};
    char *printed = print(tree);
    struct geo_cql2_tree *back = parse(printed, &err);
    CHECK(*failures, name, back);
    if (!back)
        fprintf(stderr, "%s\n%s\n", printed, err.message);
    if (back && !same_trees(tree, back)) {
        fprintf(stderr, "%s: %s\n", name, printed);
        (*failures)++;
    }
    if (back) {
        char *again = print(back);
        CHECK(*failures, name, strcmp(printed, again) == 0);
        free(again);
    }
    geo_cql2_free(back);
    free(printed);
}

static void examples_round_trip(void **state)
{
    (void)state;
    int failures = 0, n = 0;
    FILE *file = open_examples();
    struct cql2_example *example = malloc(sizeof *example);
    assert_true(file && example);
    for (; next_example(file, example); n++) {
        struct aro_error err = {0};
        struct geo_cql2_tree *tree = parse(example->text, &err);
        CHECK(failures, example->name, tree);
        if (!tree)
            fprintf(stderr, "%s\n", err.message);
        else
            check_round_trip(&failures, example->name, tree);
        geo_cql2_free(tree);
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
        struct geo_cql2_tree *tree = random_tree(seed, 1 + (unsigned)seed % 5);
        struct aro_buffer out = {0};
        snprintf(name, sizeof name, "seed %llu", (unsigned long long)seed);
        geo_cql2_print_text(tree, &out);
        if (out.len <= GEO_CQL2_MAX_BYTES) {
            check_round_trip(&failures, name, tree);
            n_read++;
        }
        aro_buffer_clear(&out);
        geo_cql2_free(tree);
    }
    assert_int_equal(failures, 0);
    assert_true(n_read > 4500);
}

/* Arguments come before what they belong to, and every node stands where it says. */
static void check_node(int *failures, const struct geo_cql2_tree *tree,
                       const struct geo_cql2_node *node, const char *text)
{
    char place[GEO_CQL2_PLACE_BYTES], wanted[GEO_CQL2_PLACE_BYTES];
    CHECK(*failures, text, node->id < geo_cql2_n_nodes(tree));
    CHECK(*failures, text, node->character >= 1 && node->character <= strlen(text));
    geo_cql2_place(tree, node, place);
    snprintf(wanted, sizeof wanted, "at character %u", node->character);
    CHECK(*failures, text, strcmp(place, wanted) == 0);
    if (node->op == GEO_CQL2_PROPERTY)
        CHECK(*failures, text,
              strncmp(text + node->character - 1, node->text, node->text_len) == 0);
    for (size_t i = 0; i < node->n_args; i++) {
        CHECK(*failures, text, node->args[i]->id < node->id);
        check_node(failures, tree, node->args[i], text);
    }
}

static void nodes_know_their_places(void **state)
{
    (void)state;
    int failures = 0;
    const char *text = "S_INTERSECTS(geom, POINT(1 2)) AND  (nom IN ('x', b) OR f(-c, (d, 1)) > 2)";
    struct geo_cql2_tree *tree = parse(text, NULL);
    assert_non_null(tree);
    check_node(&failures, tree, geo_cql2_root(tree), text);
    assert_int_equal(geo_cql2_n_nodes(tree), geo_cql2_root(tree)->id + 1);
    geo_cql2_free(tree);
    assert_int_equal(failures, 0);
}

/* Without a text, a place is a JSON pointer. */
static void places_without_a_text(void **state)
{
    (void)state;
    struct geo_cql2_builder *builder = geo_cql2_builder_new(NULL);
    const struct geo_cql2_node *element = geo_cql2_add_integer(builder, 0, 1, NULL);
    const struct geo_cql2_node *array = geo_cql2_add(builder, GEO_CQL2_ARRAY, 0, &element, 1, NULL);
    const struct geo_cql2_node *function =
        geo_cql2_add_function(builder, 0, "f", 1, &array, 1, NULL);
    const struct geo_cql2_node *open = geo_cql2_add_open(builder, 0, NULL);
    const struct geo_cql2_node *date =
        geo_cql2_add_text(builder, GEO_CQL2_DATE, 0, "2020-01-01", 10, NULL);
    const struct geo_cql2_node *interval = geo_cql2_add(
        builder, GEO_CQL2_INTERVAL, 0, (const struct geo_cql2_node *[]){open, date}, 2, NULL);
    const struct geo_cql2_node *property =
        geo_cql2_add_text(builder, GEO_CQL2_PROPERTY, 0, "a", 1, NULL);
    const struct geo_cql2_node *after =
        geo_cql2_add(builder, GEO_CQL2_T_AFTER, 0,
                     (const struct geo_cql2_node *[]){property, interval}, 2, NULL);
    const struct geo_cql2_node *value =
        geo_cql2_add_text(builder, GEO_CQL2_PROPERTY, 0, "b", 1, NULL);
    const struct geo_cql2_node *text = geo_cql2_add_text(builder, GEO_CQL2_TEXT, 0, "x", 1, NULL);
    const struct geo_cql2_node *in = geo_cql2_add(
        builder, GEO_CQL2_IN, 0, (const struct geo_cql2_node *[]){value, function, text}, 3, NULL);
    const struct geo_cql2_node *root = geo_cql2_add(
        builder, GEO_CQL2_AND, 0, (const struct geo_cql2_node *[]){after, in}, 2, NULL);
    struct geo_cql2_tree *tree = geo_cql2_build(builder, root, NULL);
    assert_non_null(tree);
    const struct {
        const struct geo_cql2_node *node;
        const char *place;
    } places[] = {
        {root, "at the top"},
        {after, "at /args/0"},
        {interval, "at /args/0/args/1"},
        {date, "at /args/0/args/1/interval/1"},
        {value, "at /args/1/args/0"},
        {text, "at /args/1/args/1/1"},
        {array, "at /args/1/args/1/0/args/0"},
        {element, "at /args/1/args/1/0/args/0/0"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char place[GEO_CQL2_PLACE_BYTES];
        geo_cql2_place(tree, places[i].node, place);
        assert_string_equal(place, places[i].place);
    }
    geo_cql2_free(tree);
}

static void a_value_is_no_tree(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct geo_cql2_builder *builder = geo_cql2_builder_new(NULL);
    const struct geo_cql2_node *node = geo_cql2_add_integer(builder, 0, 1, NULL);
    assert_null(geo_cql2_build(builder, node, &err));
    assert_int_equal(err.status, ARO_BAD_INPUT);
    assert_non_null(strstr(err.message, "this is a number"));
}

static void operators_have_names(void **state)
{
    (void)state;
    int n_named = 0;
    for (int op = 0; op < GEO_CQL2_N_OPS; op++) {
        const char *name = geo_cql2_op_name((enum geo_cql2_op)op);
        enum geo_cql2_op found = GEO_CQL2_N_OPS;
        if (*name) {
            assert_true(geo_cql2_op_find(name, strlen(name), &found));
            assert_int_equal(found, op);
            n_named++;
        }
    }
    /* The names that the JSON schema of the standard forbids for functions. */
    assert_int_equal(n_named, 49);
    enum geo_cql2_op op;
    assert_false(geo_cql2_op_find("S_INTERSECTS", strlen("S_INTERSECTS"), &op));
    assert_false(geo_cql2_op_find("", 0, &op));
}

/* A NOT around the root of a finished tree, over and over: the depth is known of what was there. */
static void builds_on_a_tree(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer text = {0};
    struct geo_cql2_tree *tree = parse("a = 1 OR b LIKE 'x%'", &err);
    int added = 0;
    while (tree) {
        const struct geo_cql2_node *root = geo_cql2_root(tree);
        text.len = 0;
        geo_cql2_print_text(tree, &text);
        struct geo_cql2_builder *builder = geo_cql2_builder_of(tree, &err);
        assert_non_null(builder);
        root = geo_cql2_add(builder, GEO_CQL2_NOT, 0, &root, 1, &err);
        tree = root ? geo_cql2_build(builder, root, &err) : NULL;
        if (!root)
            geo_cql2_builder_free(builder);
        added += root != NULL;
    }
    assert_int_equal(err.status, ARO_TOO_LARGE);
    assert_int_equal(added, GEO_CQL2_MAX_DEPTH - 3);
    aro_buffer_char(&text, '\0');
    assert_non_null(strstr(text.data, "NOT (a = 1 OR b LIKE 'x%')"));
    aro_buffer_clear(&text);
    tree = parse("a = 1", &err);
    allow_allocations(0);
    assert_null(geo_cql2_builder_of(tree, &(struct aro_error){0}));
    allow_allocations(SIZE_MAX);
}

static void runs_out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    char text[8192];
    repeat(text,
           "f(a, ('x', -b, INTERVAL('..', c))) AND S_WITHIN(d, GEOMETRYCOLLECTION(POINT(1 2), "
           "POLYGON((0 0, 1 0, 1 1, 0 0)))) AND e NOT LIKE 'long ''texts'''",
           " OR g BETWEEN 1 AND 2.5", 100, "");
    struct geo_cql2_tree *tree = NULL;
    size_t allowed = 0;
    for (; !tree; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        tree = parse(text, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", tree || err.status == ARO_NO_MEMORY);
    }
    CHECK(failures, "allocations", allowed > 10);
    struct aro_buffer out = {0};
    allow_allocations(0);
    geo_cql2_print_text(tree, &out);
    allow_allocations(SIZE_MAX);
    CHECK(failures, "printed without memory", out.failed);
    aro_buffer_clear(&out);
    geo_cql2_free(tree);
    geo_cql2_free(NULL);
    geo_cql2_builder_free(NULL);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_trees),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(vertices_are_limited),
        cmocka_unit_test(examples_round_trip),
        cmocka_unit_test(random_trees_round_trip),
        cmocka_unit_test(nodes_know_their_places),
        cmocka_unit_test(places_without_a_text),
        cmocka_unit_test(a_value_is_no_tree),
        cmocka_unit_test(operators_have_names),
        cmocka_unit_test(builds_on_a_tree),
        cmocka_unit_test(runs_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
