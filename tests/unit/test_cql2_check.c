#include "geo/cql2_check.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/cql2_table.h"

#include <stdlib.h>

static const char *const accepted[] = {
    "niveau = 3",
    "3 = niveau",
    "niveau = prix * 2 + 1",
    "titre = nom",
    "titre LIKE 'a%'",
    "CASEI(titre) LIKE CASEI('a%')",
    "niveau BETWEEN 1 AND prix",
    "titre IN ('a', nom)",
    "date = DATE('2020-01-01')",
    "date < vu",
    "vu >= DATE('2020-01-01')",
    "date IN (DATE('2020-01-01'), TIMESTAMP('2020-01-01T00:00:00Z'))",
    "autre IS NULL",
    "geometry IS NOT NULL",
    "ouvert = TRUE",
    "ouvert <> FALSE",
    "S_INTERSECTS(geometry, POINT(1 1))",
    "S_WITHIN(POINT(1 1), BBOX(0, 0, 2, 2))",
    "T_AFTER(date, INTERVAL('2020-01-01', '..'))",
    "T_DURING(INTERVAL(date, vu), INTERVAL('2020-01-01', '2020-12-31'))",
    "A_CONTAINS(themes, ('1a', titre))",
    "A_EQUALS((1, 2), (2, 1, (3)))",
    "year(date) = 2020 AND Month(vu) < 6",
    "distance(geometry, POINT(1 1)) < 1000",
    "upper(titre) = 'A' AND length(titre) > 2",
};

static const struct {
    const char *text, *message; /* the whole of it */
} refused[] = {
    {"nivau = 3", "at character 1, unknown property 'nivau': did you mean 'niveau'?"},
    {"x = 3", "at character 1, unknown property 'x': wanted one of niveau, prix, date, nom, titre, "
              "themes, tags, vu, ouvert, geometry, autre"},
    {"niveau = 1 AND titre = 4",
     "at character 24, a number cannot be compared with 'titre' (a text)"},
    {"niveau = titre",
     "at character 10, 'titre' (a text) cannot be compared with 'niveau' (a number)"},
    {"niveau IN (1, '2')", "at character 15, a text cannot be compared with 'niveau' (a number)"},
    {"niveau BETWEEN 1 AND vu",
     "at character 22, 'vu' (a timestamp) cannot be compared with 'niveau' (a number)"},
    {"date = '2020-01-01'", "at character 8, a text cannot be compared with 'date' (a date)"},
    {"geometry = 3", "at character 1, 'geometry' (a geometry) cannot stand in a comparison: wanted "
                     "a text, a number, a date or a timestamp"},
    {"themes = 'a'", "at character 1, 'themes' (a list) cannot stand in a comparison: wanted a "
                     "text, a number, a date or a timestamp"},
    {"ouvert < TRUE", "at character 1, conditions have no order: wanted = or <>"},
    {"niveau LIKE 'a%'", "at character 1, 'niveau' (a number) cannot stand here: wanted a text"},
    {"CASEI(niveau) = 'a'", "at character 7, 'niveau' (a number) cannot stand here: wanted a text"},
    {"titre + 1 > 3",
     "at character 1, 'titre' (a text) cannot stand in a calculation: wanted a number"},
    {"S_INTERSECTS(titre, POINT(1 1))",
     "at character 14, 'titre' (a text) cannot stand in a comparison of places: wanted a geometry"},
    {"T_AFTER(niveau, DATE('2020-01-01'))",
     "at character 9, 'niveau' (a number) cannot stand in a comparison of times: wanted a date, a "
     "timestamp or an interval"},
    {"T_DURING(date, INTERVAL('2020-01-01', '..'))",
     "at character 10, 'date' (a date) cannot stand here, where two intervals are compared: wanted "
     "INTERVAL(…), or T_AFTER, T_BEFORE, T_DISJOINT, T_EQUALS or T_INTERSECTS instead"},
    {"T_AFTER(INTERVAL(niveau, '..'), date)", "at character 18, 'niveau' (a number) cannot stand "
                                              "at the end of an interval: wanted a date or "
                                              "a timestamp"},
    {"A_CONTAINS(titre, ('a'))",
     "at character 12, 'titre' (a text) cannot stand in a comparison of lists: wanted a list"},
    {"A_CONTAINS(themes, ('1a', 2))",
     "at character 27, a number is not among the texts that 'themes' has: wanted a text"},
    {"A_EQUALS((1, POINT(1 1)), (2))", "at character 14, a geometry cannot stand in a list: wanted "
                                       "texts, numbers, dates, timestamps, "
                                       "intervals or lists"},
    {"A_EQUALS(((((1)), 2), 3), (1, 2))", NULL},
    {"lenght(titre) = 3", "at character 1, unknown function 'lenght': did you mean 'length'?"},
    {"foo(titre) = 3",
     "at character 1, unknown function 'foo': wanted one of abs, ceil, day, distance, floor, "
     "length, lower, month, round, upper, year"},
    {"length(titre, nom) = 3", "at character 1, length() has 2 arguments: wanted 1"},
    {"length(niveau) = 3",
     "at character 8, 'niveau' (a number) cannot be given to length(): wanted a text"},
    {"distance(geometry, BBOX(0, 0, 1, 1)) < 5",
     "at character 20, a geometry cannot be given to distance(): wanted a point"},
    {"distance(geometry, LINESTRING(0 0, 1 1)) < 5",
     "at character 20, a geometry cannot be given to distance(): wanted a point"},
    {"NOT length(titre)",
     "at character 5, length() (a number) cannot stand by itself: wanted a condition"},
    {"year(date)", "at character 1, year() (a number) cannot stand by itself: wanted a condition"},
};

static bool check_text(const char *text, struct aro_error *err)
{
    struct geo_cql2_fact *facts = NULL;
    struct geo_cql2_tree *tree = geo_cql2_parse_text(text, strlen(text), err);
    bool ok = tree && geo_cql2_check(tree, table_properties, TABLE_PROPERTIES, &facts, err);
    free(facts);
    geo_cql2_free(tree);
    return ok;
}

static void what_fits_is_accepted(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct aro_error err = {0};
        CHECK(failures, accepted[i], check_text(accepted[i], &err));
        if (err.status)
            fprintf(stderr, "  %s\n", err.message);
    }
    assert_int_equal(failures, 0);
}

static void what_does_not_is_refused_with_its_place(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct aro_error err = {0};
        CHECK(failures, refused[i].text, !check_text(refused[i].text, &err));
        CHECK(failures, refused[i].text, err.status == ARO_BAD_INPUT);
        bool same = !refused[i].message || strcmp(err.message, refused[i].message) == 0;
        CHECK(failures, refused[i].text, same);
        if (!same)
            fprintf(stderr, "  got '%s'\n  not '%s'\n", err.message, refused[i].message);
    }
    assert_int_equal(failures, 0);
}

static void types_are_told_by_node(void **state)
{
    (void)state;
    static const char text[] = "year(date) + 1 > niveau";
    struct geo_cql2_fact *facts = NULL;
    struct geo_cql2_tree *tree = geo_cql2_parse_text(text, sizeof text - 1, NULL);
    assert_non_null(tree);
    assert_true(geo_cql2_check(tree, table_properties, TABLE_PROPERTIES, &facts, NULL));
    const struct geo_cql2_node *root = geo_cql2_root(tree);
    const struct geo_cql2_node *year = root->args[0]->args[0];
    assert_int_equal(facts[root->id].type, GEO_CQL2_IS_BOOLEAN);
    assert_int_equal(facts[year->id].type, GEO_CQL2_IS_NUMBER);
    assert_string_equal(geo_cql2_functions[facts[year->id].number].name, "year");
    assert_int_equal(facts[year->args[0]->id].type, GEO_CQL2_IS_DATE);
    assert_int_equal(facts[year->args[0]->id].number, TABLE_DATE);
    assert_int_equal(facts[root->args[1]->id].number, TABLE_NIVEAU);
    free(facts);
    geo_cql2_free(tree);
}

static void functions_are_in_order(void **state)
{
    (void)state;
    for (size_t i = 1; i < geo_cql2_n_functions; i++)
        assert_true(strcmp(geo_cql2_functions[i - 1].name, geo_cql2_functions[i].name) < 0);
}

/* The right messages, or that there was no memory for them. */
static void memory_runs_out(void **state)
{
    (void)state;
    static const char *const texts[] = {"niveau = 3 AND titre = 'a'", "nivau = 3",
                                        "lenght(nom) = 3"};
    for (size_t i = 0; i < 3; i++) {
        struct geo_cql2_tree *tree = geo_cql2_parse_text(texts[i], strlen(texts[i]), NULL);
        struct aro_error err = {.status = ARO_NO_MEMORY};
        for (size_t allowed = 0; err.status == ARO_NO_MEMORY; allowed++) {
            struct geo_cql2_fact *facts = NULL;
            err = (struct aro_error){0};
            allow_allocations(allowed);
            bool ok = geo_cql2_check(tree, table_properties, TABLE_PROPERTIES, &facts, &err);
            allow_allocations(SIZE_MAX);
            assert_true(ok ? i == 0 : err.status == ARO_NO_MEMORY || i > 0);
            free(facts);
            assert_true(allowed < 20);
        }
        geo_cql2_free(tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_accepted),
        cmocka_unit_test(what_does_not_is_refused_with_its_place),
        cmocka_unit_test(types_are_told_by_node),
        cmocka_unit_test(functions_are_in_order),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
