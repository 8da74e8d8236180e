#include "schema/import.h"
#include "tests/unit/check.h"
#include "tests/unit/import_help.h"

/* The small country as it is stored: aliases before their commune, a former code, no centre. */
static void small_country(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    CHECK(failures, "imported", store);
    schema_store_close(store);
    static const struct {
        const char *sql, *want;
    } cases[] = {
        {"SELECT code, nom, population, codes_postaux, epci, siren, zone, X(centre), Y(centre)"
         " FROM communes ORDER BY code",
         "01001|L'Abergement-Clémenciat|860|[\"01400\"]|200069193|210100012|metro|4.9261|46.1534\n"
         "01015|Arboys en Bugey|-|[\"01300\",\"01301\"]|-|-|metro|-|-\n"
         "2A004|Ajaccio|73822|[\"20000\",\"20090\"]|-|-|metro|8.7369|41.9267\n"
         "98735|Papeete|26654|[\"98714\"]|-|-|com|-149.56843|-17.5347\n"},
        {"SELECT code, type, nom, commune, population, codes_postaux FROM aliases ORDER BY code",
         "01002|ancienne|Ancienne|01001|-|[]\n"
         "01015|commune-deleguee|Arbignieu|01015|490|[\"01300\",\"01301\"]\n"
         "01340|ancienne|-|01015|-|[]\n"},
        {"SELECT count(DISTINCT seq), min(seq), max(seq) FROM (SELECT seq FROM regions UNION ALL"
         " SELECT seq FROM departements UNION ALL SELECT seq FROM epcis UNION ALL"
         " SELECT seq FROM communes UNION ALL SELECT seq FROM aliases UNION ALL"
         " SELECT seq FROM themes)",
         "21|1|21\n"},
        {"SELECT seq FROM state", "21\n"},
        {"SELECT rtreecheck('idx_communes_centre'), CheckSpatialIndex('communes', 'centre')",
         "ok|1\n"},
        {"PRAGMA foreign_key_check", ""},
        {"PRAGMA integrity_check", "ok\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].sql, answers(folder.store, cases[i].sql, cases[i].want));
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* Each file is wrong in one way; the store is as it was afterwards. */
static const struct {
    const char *name, *kind, *text;
    const char *problems; /* as reported */
    const char *says;     /* in the message of the failure */
} wrong_files[] = {
    {"unknown column", "communes", "code,nom,zone,populaton\n", "",
     "unknown column 'populaton': perhaps 'population'?"},
    {"unlike any column", "regions", "code,nom,zone,wxyzwxyz\n", "",
     "unknown column 'wxyzwxyz' (regions has: code, nom, chef_lieu, zone)"},
    {"column missing", "departements", "code,nom\n01,Ain\n", "",
     "no column 'region', which departements need"},
    {"every problem of a row", "communes",
     "code,nom,departement,region,zone,population,epci\n1001,,01,84,metropole,x,200069199\n",
     "2:code:1001: an INSEE code of five characters was wanted, perhaps 01001 (a spreadsheet drops "
     "leading zeros)\n"
     "2:nom:: a value was wanted\n"
     "2:zone:metropole: one of metro, drom, com was wanted\n"
     "2:population:x: a whole number from 0 to 100000000 was wanted\n"
     "2:epci:200069199: no such EPCI in the store; import epcis first\n",
     "1 of 1 rows refused, nothing imported"},
    {"given twice", "regions", "code,nom,zone\n11,a,metro\n84,b,metro\n11,c,metro\n",
     "4:code:11: given twice: first at line 2\n", "1 of 3 rows refused"},
    {"latitude first", "communes",
     "code,nom,departement,region,zone,lon,lat\n01001,a,01,84,metro,46.1,4.9\n",
     "2:lon:46.1: the latitude seems to come first; longitude, then latitude, was wanted\n", ""},
    {"decimal comma", "communes",
     "code;nom;departement;region;zone;lon;lat\n01001;a;01;84;metro;4,9;46.1\n",
     "2:lon:4,9: a number with a decimal point was wanted, not with a comma\n", ""},
    {"half a position", "communes",
     "code,nom,departement,region,zone,lon,lat\n01001,a,01,84,metro,4.9,\n",
     "2:lat:: one of the two ordinates is missing: both or neither were wanted\n", ""},
    {"metres without a system", "communes",
     "code,nom,departement,region,zone,x,y\n01001,a,01,84,metro,848500,6563000\n",
     "2:x:848500: x and y need --crs, the system they are in, such as --crs EPSG:2154\n", ""},
    {"postal code", "communes",
     "code,nom,departement,region,zone,codes_postaux\n01001,a,01,84,metro,01400|1400\n",
     "2:codes_postaux:01400|1400: a postal code of five digits was wanted\n", ""},
    {"alias of no one", "communes",
     "code,type,nom,commune,departement,region,zone\n13201,arrondissement-municipal,"
     "Marseille 1er,13055,01,84,metro\n",
     "2:commune:13055: no such commune of today; import communes first\n", "1 of 1"},
    {"alias of nothing", "communes-anciennes", "code,nom,commune\n01099,a,\n",
     "2:commune:: a value was wanted\n", ""},
    {"commune of a commune", "communes",
     "code,nom,departement,region,zone,commune\n01001,a,01,84,metro,01015\n",
     "2:commune:01015: a commune of today belongs to no other; empty was wanted\n", ""},
    {"unknown région", "departements", "code,nom,region,zone\n69,Rhône,11,metro\n",
     "2:region:11: no such région in the store; import regions first\n", ""},
    {"child before parent", "themes", "id,parent,niveau,libelle\n3a,3,2,a\n3,,1,b\n",
     "2:parent:3: no such theme; parents come before their children\n", ""},
    {"parent two levels up", "themes", "id,parent,niveau,libelle\n1z9,1,3,a\n",
     "2:parent:1: a theme of the niveau just above was wanted\n", ""},
    {"axe with a parent", "themes", "id,parent,niveau,libelle\n3,1,1,a\n",
     "2:parent:1: an axe (niveau 1) has no parent; empty was wanted\n", ""},
    {"usage made an enjeu", "themes", "id,parent,niveau,libelle\n1a1,1,2,a\n",
     "2:niveau:2: the store has this theme with another niveau, which may not change\n", ""},
    {"label of no commune", "labels", "commune,annee,niveau\n99999,2020,3\n",
     "2:commune:99999: no commune has or had this code in the store; import communes and "
     "communes-anciennes first\n",
     ""},
    {"six arobases", "labels", "commune,annee,niveau\n01001,2020,6\n",
     "2:niveau:6: a whole number from 1 to 5 was wanted\n", ""},
    {"two labels in a year", "labels", "commune,annee,niveau\n01001,2020,3\n01002,2020,4\n",
     "3:commune:01002: given twice: first at line 2\n", ""},
    {"too many fields", "regions", "code,nom,zone\n11,a,metro\n12,b,metro,x\n",
     "3::: 4 fields found, 3 wanted, as in the header\n", "1 of 2"},
    {"empty", "regions", "", "", "x.csv: is empty"},
    {"not UTF-8", "regions", "code,nom,zone\n11,\xEEle,metro\n", NULL, ""},
    {"no such kind", "regionz", "", "", "unknown kind 'regionz'"},
};

static void refuses(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    CHECK(failures, "imported", store);
    for (size_t i = 0; store && i < sizeof wrong_files / sizeof *wrong_files; i++) {
        const char *name = wrong_files[i].name;
        struct import_result result = {0};
        import_with(store, wrong_files[i].kind,
                    temp_file(&folder, "x.csv", wrong_files[i].text, strlen(wrong_files[i].text)),
                    (struct schema_import_options){0}, &result);
        CHECK(failures, name, !result.ok && result.err.status != ARO_OK);
        if (!strstr(result.err.message, wrong_files[i].says)) {
            fprintf(stderr, "%s\n", result.err.message);
            CHECK(failures, name, false);
        }
        const char *problems = problems_of(&result);
        if (wrong_files[i].problems && strcmp(problems, wrong_files[i].problems) != 0) {
            fprintf(stderr, "%s", problems);
            CHECK(failures, name, false);
        }
        aro_buffer_clear(&result.problems);
    }
    schema_store_close(store);
    CHECK(failures, "as it was", answers(folder.store, "SELECT seq FROM state", "21\n"));
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void updates_in_place(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    CHECK(failures, "imported", store);
    static const char changed[] =
        "code,nom,departement,region,zone,population,lon,lat,codes_postaux\n"
        "01001,L'Abergement,01,84,metro,870,4.93,46.16,01400\n"
        "98735,Papeete,987,987,com,26654,-149.56843,-17.5347,98714\n";
    struct import_result result = {0};
    import_with(store, "communes", temp_file(&folder, "x.csv", changed, sizeof changed - 1),
                (struct schema_import_options){.millesime = "2027"}, &result);
    CHECK(failures, result.err.message, result.ok);
    CHECK(failures, "one of two",
          result.summary.read == 2 && result.summary.updated == 1 && result.summary.unchanged == 1);
    schema_store_close(store);
    CHECK(failures, "the rest stays",
          answers(folder.store,
                  "SELECT code, nom, population, epci, seq, X(centre) FROM communes"
                  " ORDER BY code LIMIT 2",
                  "01001|L'Abergement|870|-|22|4.93\n01015|Arboys en Bugey|-|-|9|-\n"));
    CHECK(failures, "state",
          answers(folder.store, "SELECT seq, millesime FROM state", "22|2027\n"));
    CHECK(failures, "index",
          answers(folder.store, "SELECT CheckSpatialIndex('communes', 'centre')", "1\n"));
    aro_buffer_clear(&result.problems);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void labels(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    static const char text[] = "commune,annee,niveau,mentions,source\n"
                               "2A004,2020,5,Open data|Accessibilité,x\n"
                               "01002,2019,1,,\n";
    CHECK(failures, "imported", store && import_text(&folder, store, "labels", "l.csv", text));
    schema_store_close(store);
    CHECK(failures, "stored",
          answers(folder.store,
                  "SELECT commune, commune_saisie, annee, niveau, mentions, source FROM labels"
                  " ORDER BY commune",
                  "01001|01002|2019|1|[]|-\n"
                  "2A004|-|2020|5|[\"Open data\",\"Accessibilité\"]|x\n"));
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* GeoJSON brings lists as lists and the position as geometry; a former column may come late. */
static void geojson(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"geometry\":null,\"properties\":"
        "{\"code\":\"01004\",\"nom\":\"Ambérieu-en-Bugey\",\"departement\":\"01\",\"region\":"
        "\"84\",\"zone\":\"metro\"}},\n"
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[5.35,45.95]},"
        "\"properties\":{\"code\":\"01005\",\"nom\":\"Ambérieux\",\"departement\":\"01\","
        "\"region\":\"84\",\"zone\":\"metro\","
        "\"population\":1750,\"codes_postaux\":[\"01330\",\"01331\"],\"niveau\":null}}]}";
    CHECK(failures, "imported",
          store && import_text(&folder, store, "communes", "c.geojson", text));
    schema_store_close(store);
    CHECK(failures, "stored",
          answers(folder.store,
                  "SELECT code, population, codes_postaux, X(centre), Y(centre) FROM communes"
                  " WHERE code IN ('01004', '01005') ORDER BY code",
                  "01004|-|[]|-|-\n01005|1750|[\"01330\",\"01331\"]|5.35|45.95\n"));
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* A file that names another system is not taken for degrees; --crs says that one means it. */
static void geojson_in_another_system(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct schema_store *store = small_store(&folder);
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":"
        "{\"name\":\"urn:ogc:def:crs:EPSG::2154\"}},\"features\":["
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[700000,6600000]},"
        "\"properties\":{\"code\":\"18001\",\"nom\":\"Achères\",\"departement\":\"01\",\"region\":"
        "\"84\",\"zone\":\"metro\"}}]}";
    const char *path = temp_file(&folder, "c.geojson", text, strlen(text));
    struct import_result without = {0}, with = {0};
    import_with(store, "communes", path, (struct schema_import_options){0}, &without);
    CHECK(failures, "without --crs", !without.ok);
    CHECK(failures, "says why", strstr(without.err.message, "are in 'urn:ogc:def:crs:EPSG::2154'"));
    import_with(store, "communes", path, (struct schema_import_options){.crs = "EPSG:2154"}, &with);
    CHECK(failures, "with --crs", with.ok);
    schema_store_close(store);
    /* The origin of Lambert-93: 3° east, 46.5° north (IGN, NTG_73). */
    CHECK(failures, "stored",
          answers(folder.store, "SELECT X(centre), Y(centre) FROM communes WHERE code = '18001'",
                  "3.0|46.5\n"));
    aro_buffer_clear(&without.problems);
    aro_buffer_clear(&with.problems);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_country),    cmocka_unit_test(refuses),
        cmocka_unit_test(updates_in_place), cmocka_unit_test(labels),
        cmocka_unit_test(geojson),          cmocka_unit_test(geojson_in_another_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
