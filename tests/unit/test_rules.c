#include "schema/rules.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

static bool as_line(const char *text, size_t len, struct aro_error *err)
{
    return schema_rule_line(text, len, SCHEMA_TITRE_MAX_CHARS, err);
}

static bool as_prose(const char *text, size_t len, struct aro_error *err)
{
    return schema_rule_prose(text, len, 10, err);
}

#define CODE_RULE(name, kind)                                                                      \
    static bool name(const char *text, size_t len, struct aro_error *err)                          \
    {                                                                                              \
        return schema_rule_code(kind, text, len, err);                                             \
    }
CODE_RULE(as_commune, SCHEMA_CODE_COMMUNE)
CODE_RULE(as_departement, SCHEMA_CODE_DEPARTEMENT)
CODE_RULE(as_region, SCHEMA_CODE_REGION)
CODE_RULE(as_siren, SCHEMA_CODE_SIREN)
CODE_RULE(as_postal, SCHEMA_CODE_POSTAL)
CODE_RULE(as_theme, SCHEMA_CODE_THEME)

static bool as_number(const char *text, size_t len, struct aro_error *err)
{
    int64_t value;
    return schema_rule_integer(text, len, 1, 5, &value, err);
}

static bool as_statut(const char *text, size_t len, struct aro_error *err)
{
    enum schema_statut statut;
    return schema_rule_statut(text, len, &statut, err) &&
           strcmp(schema_statut_name(statut), text) == 0;
}

static bool as_zone(const char *text, size_t len, struct aro_error *err)
{
    const char *one;
    return schema_rule_word(text, len, schema_zones, &one, err) && strcmp(one, text) == 0;
}

#define A10  "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define E10  "éééééééééé"
#define E100 E10 E10 E10 E10 E10 E10 E10 E10 E10 E10

/* says: what the reason must hold; NULL for a value that follows the rule. */
static const struct {
    bool (*rule)(const char *text, size_t len, struct aro_error *err);
    const char *text, *says;
} cases[] = {
    {as_line, "Un titre", NULL},
    {as_line, A100 A100, NULL},
    {as_line, E100 E100, NULL}, /* 400 bytes, 200 characters */
    {as_line, A100 A100 "a", "201 characters: at most 200"},
    {as_line, E100 E100 "é", "201 characters"},
    {as_line, "", "a value was wanted"},
    {as_line, "two\nlines", "0x0A"},
    {as_line, "tab\there", "0x09"},
    {as_line, "del\x7f", "0x7F"},
    {as_prose, "a\n\tb\r\n", NULL},
    {as_prose, "0123456789", NULL},
    {as_prose, "0123456789a", "11 characters"},
    {as_prose, "bell\a", "0x07"},

    {schema_rule_date, "2020-02-29", NULL},
    {schema_rule_date, "2000-02-29", NULL},
    {schema_rule_date, "1900-02-29", "no such day"},
    {schema_rule_date, "2019-02-29", "no such day"},
    {schema_rule_date, "2020-04-31", "no such day"},
    {schema_rule_date, "2020-12-31", NULL},
    {schema_rule_date, "0001-01-01", NULL},
    {schema_rule_date, "0000-01-01", "no such day"},
    {schema_rule_date, "2020-00-10", "no such day"},
    {schema_rule_date, "2020-13-10", "no such day"},
    {schema_rule_date, "2020-01-00", "no such day"},
    {schema_rule_date, "31/12/2020", "such as 2020-12-31"},
    {schema_rule_date, "31.12.2020", "such as 2020-12-31"},
    {schema_rule_date, "2020-1-1", "YYYY-MM-DD"},
    {schema_rule_date, "2020-01-01T00:00:00Z", "YYYY-MM-DD"},
    {schema_rule_date, "20200101", "YYYY-MM-DD"},
    {schema_rule_date, "", "YYYY-MM-DD"},

    {schema_rule_url, "https://example.org", NULL},
    {schema_rule_url, "HTTP://example.org/a?b=c#d", NULL},
    {schema_rule_url, "http://localhost:8080/", NULL},
    {schema_rule_url, "https://été.example/é", NULL},
    {schema_rule_url, "http://192.0.2.1/x", NULL},
    {schema_rule_url, "ftp://example.org", "http://"},
    {schema_rule_url, "javascript:alert(1)", "http://"},
    {schema_rule_url, "data:text/html,x", "http://"},
    {schema_rule_url, "www.example.org", "http://"},
    {schema_rule_url, "https:example.org", "http://"},
    {schema_rule_url, "https://", "host"},
    {schema_rule_url, "https:///path", "host"},
    {schema_rule_url, "https://a..b/", "host"},
    {schema_rule_url, "https://.a/", "host"},
    {schema_rule_url, "https://example.org:port/", "host"},
    {schema_rule_url, "https://example.org:/", "host"},
    {schema_rule_url, "https://bank.example@evil.example/", "user name"},
    {schema_rule_url, "https://example.org/a b", "blanks"},
    {schema_rule_url, "https://example.org/\"><script>", "blanks"},
    {schema_rule_url, "https://example.org/\n", "blanks"},

    {schema_rule_email, "maire@ville.example", NULL},
    {schema_rule_email, "a.b+c@sous.ville.example", NULL},
    {schema_rule_email, "maire@ville", "name@host.tld"},
    {schema_rule_email, "maire", "name@host.tld"},
    {schema_rule_email, "@ville.example", "name@host.tld"},
    {schema_rule_email, "maire@", "name@host.tld"},
    {schema_rule_email, "maire@ville.example.", "name@host.tld"},
    {schema_rule_email, "maire adjoint@ville.example", "name@host.tld"},
    {schema_rule_email, "a@b@ville.example", "name@host.tld"},
    {schema_rule_email, "<maire@ville.example>", "name@host.tld"},

    {schema_rule_telephone, "04 42 44 33 33", NULL},
    {schema_rule_telephone, "+33 (0)4.42.44-33-33", NULL},
    {schema_rule_telephone, "3939", NULL},
    {schema_rule_telephone, "393", "4 to 20 digits"},
    {schema_rule_telephone, "04 42+44", "telephone"},
    {schema_rule_telephone, "appeler la mairie", "telephone"},

    {as_commune, "01001", NULL},
    {as_commune, "2A004", NULL},
    {as_commune, "2B033", NULL},
    {as_commune, "98735", NULL},
    {as_commune, "1001", "perhaps 01001"},
    {as_commune, "2C004", "INSEE"},
    {as_commune, "1A004", "INSEE"},
    {as_commune, "2a004", "INSEE"},
    {as_commune, "010010", "INSEE"},
    {as_commune, "", "INSEE"},
    {as_departement, "01", NULL},
    {as_departement, "2A", NULL},
    {as_departement, "974", NULL},
    {as_departement, "988", NULL},
    {as_departement, "1", "département"},
    {as_departement, "123", "département"},
    {as_departement, "2C", "département"},
    {as_region, "84", NULL},
    {as_region, "987", NULL},
    {as_region, "8", "région"},
    {as_siren, "200069193", NULL},
    {as_siren, "20006919", "nine digits"},
    {as_siren, "20006919X", "nine digits"},
    {as_postal, "01500", NULL},
    {as_postal, "1500", "five digits"},
    {as_theme, "1", NULL},
    {as_theme, "4c", NULL},
    {as_theme, "4c2", NULL},
    {as_theme, "12b10", NULL},
    {as_theme, "01a", "theme"},
    {as_theme, "a1", "theme"},
    {as_theme, "1A1", "theme"},
    {as_theme, "1a1a", "theme"},
    {as_theme, "12345678901", "theme"},

    {as_number, "1", NULL},
    {as_number, "5", NULL},
    {as_number, "05", NULL},
    {as_number, "0", "1 to 5"},
    {as_number, "6", "1 to 5"},
    {as_number, "-1", "1 to 5"},
    {as_number, "1.0", "1 to 5"},
    {as_number, "", "1 to 5"},
    {as_number, "99999999999999999999999", "1 to 5"},

    {as_statut, "published", NULL},
    {as_statut, "proposed", NULL},
    {as_statut, "rejected", NULL},
    {as_statut, "archived", NULL},
    {as_statut, "Published", "published, proposed, rejected, archived"},
    {as_statut, "publié", "one of"},
    {as_zone, "metro", NULL},
    {as_zone, "com", NULL},
    {as_zone, "dom", "metro, drom, com"},
};

/* Each text stands alone in its own block of memory, so that reading past its end is seen. */
static void table(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_error err = {0};
        size_t len = strlen(cases[i].text);
        char *text = malloc(len + 1);
        assert_non_null(text);
        memcpy(text, cases[i].text, len + 1);
        bool ok = cases[i].rule(text, len, &err);
        CHECK(failures, text, ok == !cases[i].says);
        CHECK(failures, text, ok || err.status == ARO_BAD_INPUT);
        if (!ok && cases[i].says && !strstr(err.message, cases[i].says)) {
            fprintf(stderr, "'%s' wanted '%s'\n", err.message, cases[i].says);
            CHECK(failures, text, false);
        }
        free(text);
    }
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name;
    double lon_deg, lat_deg;
    bool metro;
    const char *says;
} position_cases[] = {
    {"Paris", 2.3522, 48.8566, true, NULL},
    {"Paris, latitude first", 48.8566, 2.3522, true, "latitude seems to come first"},
    {"Ouessant, latitude first", 48.45, -5.09, true, "latitude seems to come first"},
    {"the same numbers overseas", 48.8566, 2.3522, false, NULL},
    {"Mayotte", 45.16, -12.83, false, NULL},
    {"Papeete", -149.57, -17.53, false, NULL},
    {"the edge of the world", 180, -90, false, NULL},
    {"nowhere", 0, 0, true, "Gulf of Guinea"},
    {"Lambert-93", 652469, 6862035, true, "--crs"},
    {"too far east", 180.1, 0, false, "longitude"},
    {"too far north", 2, 90.5, false, "latitude"},
};

static void positions(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof position_cases / sizeof *position_cases; i++) {
        struct aro_error err = {0};
        struct geo_coord coord;
        struct geo_point point = {position_cases[i].lon_deg, position_cases[i].lat_deg};
        bool ok = schema_rule_position(point, position_cases[i].metro, &coord, &err);
        CHECK(failures, position_cases[i].name, ok == !position_cases[i].says);
        if (!ok && position_cases[i].says)
            CHECK(failures, err.message, strstr(err.message, position_cases[i].says));
    }
    assert_int_equal(failures, 0);
}

/* Every day of 400 years and the days around the months: 97 leap years among them. */
static void every_day(void **state)
{
    (void)state;
    int failures = 0, n_days = 0;
    for (int year = 1800; year < 2200; year++) {
        for (int month = 0; month <= 13; month++) {
            for (int day = 0; day <= 32; day++) {
                char text[40];
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                n_days += schema_rule_date(text, 10, NULL);
            }
        }
    }
    CHECK(failures, "400 Gregorian years have 146097 days", n_days == 146097);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(positions),
        cmocka_unit_test(every_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
