#include "schema/import.h"
#include "tests/unit/check.h"
#include "tests/unit/import_help.h"

/* One sheet with the columns all need, and one column more or another value in one of them. */
static char *sheet_with(const char *column, const char *value)
{
    static const struct {
        const char *name, *value;
    } needed[] = {
        {"source", "test"},
        {"source_id", "1"},
        {"titre", "Des tablettes à l'école"},
        {"date", "2020-02-29"},
        {"actions", "Achat de tablettes."},
        {"commune", "01001"},
        {"themes", "1a1"},
    };
    struct aro_buffer names = {0}, values = {0};
    bool own = strcmp(column, "") == 0;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool replaced = strcmp(needed[i].name, column) == 0;
        own = own || replaced;
        aro_buffer_printf(&names, "%s%s", i ? "," : "", needed[i].name);
        aro_buffer_printf(&values, "%s%s", i ? "," : "", replaced ? value : needed[i].value);
    }
    if (!own) {
        aro_buffer_printf(&names, ",%s", column);
        aro_buffer_printf(&values, ",%s", value);
    }
    aro_buffer_char(&names, '\n');
    aro_buffer_append(&names, values.data, values.len);
    aro_buffer_char(&names, '\n');
    aro_buffer_clear(&values);
    return aro_buffer_take_text(&names, NULL);
}

#define A10  "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

/* problem: what is reported; NULL where the sheet is good, then the query answers `stored`. */
static const struct {
    const char *column, *value, *problem, *query, *stored;
} cases[] = {
    {"", "", NULL, "titre, date, commune, commune_saisie, themes, statut, version, position_exacte",
     "Des tablettes à l'école|2020-02-29|01001|-|[\"1a1\"]|published|1|0\n"},
    {"", "", NULL, "AsText(position)", "POINT(4.9261 46.1534)\n"},
    {"titre", "", "titre:: a value was wanted", NULL, NULL},
    {"titre", A100 A100 "a", "201 characters: at most 200 were wanted", NULL, NULL},
    {"titre", A100 A100, NULL, "length(titre)", "200\n"},
    {"titre", "  Un titre  ", NULL, "titre", "Un titre\n"},
    {"date", "2019-02-29", "date:2019-02-29: there is no such day", NULL, NULL},
    {"date", "29/02/2020", "such as 2020-02-29", NULL, NULL},
    {"commune", "01002", NULL, "commune, commune_saisie", "01001|01002\n"},
    {"commune", "01340", NULL, "commune, commune_saisie, position", "01015|01340|-\n"},
    {"commune", "01015", NULL, "commune, commune_saisie", "01015|-\n"},
    {"commune", "1001", "perhaps 01001", NULL, NULL},
    {"commune", "75056", "commune:75056: no commune has or had this code", NULL, NULL},
    {"themes", "", "themes:: a value was wanted", NULL, NULL},
    {"themes", "2a1|1a1|1a2|2a1", NULL, "themes", "[\"1a2\",\"1a1\",\"2a1\"]\n"},
    {"themes", "\"[\"\"1a1\"\",\"\"2a1\"\"]\"", NULL, "themes", "[\"1a1\",\"2a1\"]\n"},
    {"themes", "|", "at least one usage was wanted", NULL, NULL},
    {"themes", "1a", "themes:1a: an axe or enjeu; usage ids", NULL, NULL},
    {"themes", "1a1|9z9", "themes:9z9: no such theme", NULL, NULL},
    {"statut", "archived", NULL, "statut", "archived\n"},
    {"statut", "brouillon", "statut:brouillon: one of published", NULL, NULL},
    {"liens", "https://a.example | http://b.example/?q=é", NULL, "liens",
     "[\"https://a.example\",\"http://b.example/?q=é\"]\n"},
    {"liens", "|", NULL, "liens", "-\n"},
    {"liens", "https://a.example|javascript:alert(1)", "liens:javascript:alert(1): an address",
     NULL, NULL},
    {"photos", "https://a.example/a b.jpg", "photos:https://a.example/a b.jpg: blanks", NULL, NULL},
    {"videos", "https://v.example/1", NULL, "videos", "[\"https://v.example/1\"]\n"},
    {"lieu_nom", "Médiathèque", NULL, "lieu", "{\"nom\":\"Médiathèque\"}\n"},
    {"lieu_type", "mairie", "lieu_type:mairie: one of ville, autre was wanted", NULL, NULL},
    {"lieu_code_postal", "1400", "lieu_code_postal:1400: a postal code", NULL, NULL},
    {"lieu_telephone", "demander", "lieu_telephone:demander: a telephone number", NULL, NULL},
    {"lieu", "\"{\"\"type\"\":\"\"ville\"\",\"\"nom\"\":\"\"Mairie\"\"}\"", NULL, "lieu",
     "{\"nom\":\"Mairie\",\"type\":\"ville\"}\n"},
    {"lieu", "\"{\"\"ville\"\":\"\"Mairie\"\"}\"", "lieu:{\"ville\":\"Mairie\"}:", NULL, NULL},
    {"personnes", "Jeanne Martin;maire;jeanne@ville.example;oui|Ali", NULL,
     "(SELECT group_concat(rang || nom || coalesce(fonction, '') || coalesce(courriel, '') || elu)"
     " FROM personnes)",
     "0Jeanne Martinmairejeanne@ville.example1,1Ali0\n"},
    {"personnes", "\"[{\"\"nom\"\":\"\"Ali\"\",\"\"elu\"\":true}]\"", NULL,
     "(SELECT group_concat(nom || elu) FROM personnes)", "Ali1\n"},
    /* The address is private: the report does not show it. */
    {"personnes", "Ali;;ali@nulle-part", "personnes:: an e-mail address", NULL, NULL},
    {"personnes", "Ali;a;b@c.example;peut-être", "personnes:: people as nom;", NULL, NULL},
    {"personnes", "\"[{\"\"name\"\":\"\"Ali\"\"}]\"", "personnes:: a list of {", NULL, NULL},
    {"lon,lat", "5.5,46.5", NULL, "position_exacte, AsText(position)", "1|POINT(5.5 46.5)\n"},
    {"lon,lat", "5.12345678,46.5", NULL, "AsText(position)", "POINT(5.123457 46.5)\n"},
    {"lon,lat", "46.5,5.5", "the latitude seems to come first", NULL, NULL},
    {"lon,lat", "5.5,146.5", "latitude 146.5 is out of range", NULL, NULL},
    {"lon,lat", "abc,46.5", "lon:abc: a number was wanted", NULL, NULL},
    {"lon,lat,x,y", "5.5,46.5,1,2", "the position is given twice", NULL, NULL},
    {"version", "7", NULL, "version", "1\n"},
    {"axess", "1", "", NULL, NULL},
};

/* What a case stored is gone before the next. */
static void forget(const char *location)
{
    struct aro_error err = {0};
    struct schema_db *db = NULL;
    if (!schema_db_open(location, SCHEMA_DB_WRITE, &db, &err) ||
        !schema_db_exec(db, "DELETE FROM initiatives; DELETE FROM idx_initiatives_position", &err))
        fprintf(stderr, "%s\n", err.message);
    schema_db_close(db);
}

static void rules(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    CHECK(failures, "store", store);
    for (size_t i = 0; store && i < sizeof cases / sizeof *cases; i++) {
        struct import_result result = {0};
        char *text = sheet_with(cases[i].column, cases[i].value);
        import_with(store, "initiatives", temp_file(&folder, "i.csv", text, strlen(text)),
                    (struct schema_import_options){0}, &result);
        CHECK(failures, text, result.ok == !cases[i].problem);
        if (cases[i].problem && !strstr(problems_of(&result), cases[i].problem)) {
            fprintf(stderr, "'%s' wanted '%s'\n", problems_of(&result), cases[i].problem);
            CHECK(failures, text, false);
        }
        if (result.ok) {
            char sql[300];
            snprintf(sql, sizeof sql, "SELECT %s FROM initiatives", cases[i].query);
            CHECK(failures, text, answers(folder.store, sql, cases[i].stored));
            forget(folder.store);
        }
        free(text);
        aro_buffer_clear(&result.problems);
    }
    schema_store_close(store);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
