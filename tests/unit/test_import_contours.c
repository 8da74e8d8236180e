#include "geo/geos.h"
#include "schema/contours.h"
#include "schema/import.h"
#include "tests/unit/check.h"
#include "tests/unit/import_help.h"
#include "tests/unit/shapes.h"

/* A square of a tenth of a degree with its south-west corner there; clockwise, as many files are.
 */
#define SQUARE(west, south)                                                                        \
    "[[" #west "," #south "],[" #west "," #south ".1],[" #west ".1," #south ".1],[" #west          \
    ".1," #south "],[" #west "," #south "]]"
#define FEATURE(properties, type, coordinates)                                                     \
    "{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":{\"type\":\"" type         \
    "\",\"coordinates\":" coordinates "}}\n"
#define POLYGON(code, ring) FEATURE("\"code\":\"" code "\"", "Polygon", "[" ring "]")

struct fixture {
    struct temp_folder folder;
    struct schema_store *store;
    struct import_result result;
};

static void begin(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    temp_folder_make(&fixture->folder);
    fixture->store = small_store(&fixture->folder);
    assert_non_null(fixture->store);
}

static void end(struct fixture *fixture)
{
    aro_buffer_clear(&fixture->result.problems);
    schema_store_close(fixture->store);
    temp_folder_remove(&fixture->folder);
}

static bool import(struct fixture *fixture, const char *name, const char *text,
                   struct schema_import_options options)
{
    aro_buffer_clear(&fixture->result.problems);
    fixture->result = (struct import_result){.stop_after = fixture->result.stop_after};
    import_with(fixture->store, "contours", temp_file(&fixture->folder, name, text, strlen(text)),
                options, &fixture->result);
    return fixture->result.ok;
}

static const struct schema_import_options plain = {0};

/* Everything on the way of good rows: winding, index, merging, surface, what is left without. */
static void test_good(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    struct schema_contours contours = {0};
    begin(&fixture);
    static const char text[] = POLYGON("2A004", SQUARE(8, 41)) POLYGON("01001", SQUARE(5, 46))
        FEATURE("\"code\":\"01002\"", "MultiPolygon",
                "[[[[5.1,46],[5.2,46],[5.2,46.1],[5.1,46.1],[5.1,46]]],[" SQUARE(6, 46) "]]")
            POLYGON("01340", SQUARE(4, 45));
    struct schema_import_options options = {.millesime = "2018"};
    bool ok = import(&fixture, "c.geojsonl", text, options);
    CHECK(failures, fixture.result.err.message, ok);
    CHECK(failures, "counts",
          fixture.result.summary.read == 4 && fixture.result.summary.added == 3);
    CHECK(failures, "warnings", fixture.result.summary.warnings == 3);
    const char *problems = problems_of(&fixture.result);
    CHECK(failures, problems,
          strstr(problems, "4:code:01015: warning: its contour is made of "
                           "former communes only"));
    CHECK(failures, problems,
          strstr(problems, "0::: warning: former codes: 2, merged into the contours of communes of "
                           "today: 2\n"));
    CHECK(failures, problems,
          strstr(problems, "0::: warning: communes without a contour: 1: 98735\n"));
    CHECK(failures, "read", schema_read_contours(fixture.store, &contours, NULL));
    if (contours.n == 3) {
        CHECK(failures, "united", area_of_shape(&contours.rings, 0) == 3e12);
        CHECK(failures, "wound", area_of_shape(&contours.rings, 1) == 1e12);
        CHECK(failures, "year", strcmp(contours.items[2].millesime, "2018") == 0);
    }
    CHECK(failures, "contours", contours.n == 3 && contours.rings.polygons.n == 4);
    CHECK(failures, "as SpatiaLite sees it",
          answers(fixture.folder.store,
                  "SELECT code, GeometryType(contour), IsValid(contour), Srid(contour), "
                  "Intersects(contour, surface) FROM contours ORDER BY id",
                  "01001|MULTIPOLYGON|1|4326|1\n01015|MULTIPOLYGON|1|4326|1\n"
                  "2A004|MULTIPOLYGON|1|4326|1\n"));
    CHECK(failures, "index",
          answers(fixture.folder.store, "SELECT CheckSpatialIndex('contours', 'contour')", "1\n"));
    ok = import(&fixture, "c.geojsonl", text, options);
    CHECK(failures, "again", ok && fixture.result.summary.unchanged == 3);
    schema_contours_clear(&contours);
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* A commune without a town hall, and its sheets, stand on the surface of its contour. */
static void test_centres(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    static const char sheets[] = "source,source_id,titre,date,actions,commune,themes\n"
                                 "s,a,Titre A,2020-01-01,Fait,01015,1a1\n"
                                 "s,b,Titre B,2020-01-01,Fait,01001,1a1\n";
    static const char where[] = "SELECT AsText(position) FROM initiatives ORDER BY source_id";
    CHECK(failures, "sheets",
          import_text(&fixture.folder, fixture.store, "initiatives", "i.csv", sheets));
    CHECK(failures, "before", answers(fixture.folder.store, where, "-\nPOINT(4.9261 46.1534)\n"));
    CHECK(failures, "contours",
          import(&fixture, "c.json",
                 POLYGON("01015", SQUARE(4, 45)) POLYGON("01001", SQUARE(5, 46)), plain));
    CHECK(failures, "after",
          answers(fixture.folder.store, where, "POINT(4.05 45.05)\nPOINT(4.9261 46.1534)\n"));
    CHECK(failures, "indexed",
          answers(fixture.folder.store, "SELECT CheckSpatialIndex('initiatives', 'position')",
                  "1\n"));
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* problem: what is reported of line 1 or of the file; NULL where the row is taken. */
static const struct {
    const char *name, *text, *problem;
    bool warned; /* and taken */
} row_cases[] = {
    {"good", POLYGON("01001", SQUARE(5, 46)), NULL, false},
    {"no such commune", POLYGON("75056", SQUARE(5, 46)), "1:code:75056: no commune has or had",
     false},
    {"no code", FEATURE("\"code\":null", "Polygon", "[" SQUARE(5, 46) "]"),
     "1:code:: a value was wanted", false},
    {"code without its zero", FEATURE("\"code\":1001", "Polygon", "[" SQUARE(5, 46) "]"),
     "1:code:1001: ", false},
    {"twice", POLYGON("01001", SQUARE(5, 46)) POLYGON("01001", SQUARE(6, 46)),
     "2:code:01001: given twice: first at line 1", false},
    {"a point", FEATURE("\"code\":\"01001\"", "Point", "[5, 46]"),
     "1:geometry:01001: the geometry is a Point; a Polygon or MultiPolygon was wanted", false},
    {"a line", FEATURE("\"code\":\"01001\"", "LineString", "[[5, 46], [6, 46]]"),
     "1:geometry:01001: the geometry is of type LineString", false},
    {"nothing", "{\"type\":\"Feature\",\"properties\":{\"code\":\"01001\"},\"geometry\":null}",
     "1:geometry:01001: there is no geometry", false},
    {"empty", FEATURE("\"code\":\"01001\"", "MultiPolygon", "[]"),
     "1:geometry:01001: the geometry is empty", false},
    {"latitude first", POLYGON("01001", "[[46,5],[46,5.1],[46.1,5.1],[46,5]]"),
     "1:geometry:01001: ", false},
    {"metres",
     POLYGON("01001", "[[700000,6600000],[700000,6600100],[700100,6600100],"
                      "[700000,6600000]]"),
     "1:geometry:01001: vertex 700000, 6600000", false},
    {"open ring", POLYGON("01001", "[[5,46],[5,46.1],[5.1,46.1]]"),
     "1:geometry:01001: the ring that begins at 5, 46 is not closed", false},
    {"bow tie", POLYGON("01001", "[[5,46],[5.1,46.1],[5.1,46],[5,46.1],[5,46]]"),
     "1:geometry:01001: not valid at 5.05, 46.05: Self-intersection; refused, because a repair "
     "would change 100 % of the area",
     false},
    {"small loop",
     POLYGON("01001", "[[5,46],[5.1,46],[5.1,46.0999],[5.0999,46.1001],[5.0999,46.1],[5.1,46.1],"
                      "[5,46.1],[5,46]]"),
     "1:geometry:01001: warning: not valid at 5.0999, 46.1: Self-intersection; repaired", true},
    {"a hole in the outer ring",
     POLYGON("01001", "[[5,46],[5.05,46],[5.04,46.02],[5.06,46.02],[5.05,46],[5.1,46],[5.1,46.1],"
                      "[5,46.1],[5,46]]"),
     "1:geometry:01001: warning: not valid at 5.05, 46: Ring Self-intersection; repaired, which "
     "changed 0 % of the area",
     true},
    {"a line of no area", POLYGON("01001", "[[5,46],[5.1,46.1],[5,46]]"),
     "1:geometry:01001: not valid at 5, 46: Too few points", false},
};

static void test_rows(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof row_cases / sizeof *row_cases; i++) {
        const char *name = row_cases[i].name, *problem = row_cases[i].problem;
        bool taken = !problem || row_cases[i].warned;
        struct fixture fixture;
        begin(&fixture);
        bool ok = import(&fixture, "c.geojsonl", row_cases[i].text, plain);
        const char *problems = problems_of(&fixture.result);
        CHECK(failures, name, ok == taken);
        CHECK(failures, problems, !problem || strstr(problems, problem));
        CHECK(
            failures, name,
            answers(fixture.folder.store, "SELECT count(*) FROM contours", taken ? "1\n" : "0\n"));
        if (taken)
            CHECK(failures, name,
                  answers(fixture.folder.store, "SELECT IsValid(contour) FROM contours", "1\n"));
        else
            CHECK(failures, fixture.result.err.message,
                  strstr(fixture.result.err.message, "nothing imported"));
        end(&fixture);
    }
    assert_int_equal(failures, 0);
}

static void test_skip_errors(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    bool ok = import(&fixture, "c.geojsonl",
                     POLYGON("01001", SQUARE(5, 46)) POLYGON("75056", SQUARE(6, 46))
                         POLYGON("2A004", SQUARE(8, 41)),
                     (struct schema_import_options){.skip_errors = true});
    CHECK(failures, fixture.result.err.message, ok);
    CHECK(failures, "counts", fixture.result.summary.refused == 1);
    CHECK(failures, "the others",
          answers(fixture.folder.store, "SELECT code FROM contours", "01001\n2A004\n"));
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* Which property holds the code. */
static const struct {
    const char *name, *properties, *code_property;
    const char *says; /* in a note or in the error */
    bool ok;
} property_cases[] = {
    {"lower case", "\"nom\":\"A\",\"insee\":\"01001\"", NULL, NULL, true},
    {"IGN", "\"ID\":\"COMMUNE_1\",\"NOM\":\"A\",\"INSEE_COM\":\"01001\"", NULL, NULL, true},
    {"INSEE", "\"CODGEO\":\"01001\"", NULL, NULL, true},
    {"two", "\"code\":\"x\",\"insee_com\":\"01001\"", NULL,
     "taken from 'insee_com', and not from 'code'", true},
    {"named", "\"code\":\"x\",\"Ma_Colonne\":\"01001\"", "ma_colonne", NULL, true},
    {"named, and not there", "\"code\":\"01001\"", "insee", "no property 'insee'; there are: code",
     false},
    {"none known", "\"a\":\"01001\",\"b\":1", NULL, "name it with --code-property; there are: a, b",
     false},
};

static void test_properties(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof property_cases / sizeof *property_cases; i++) {
        const char *name = property_cases[i].name, *says = property_cases[i].says;
        struct schema_import_options options = {.code_property = property_cases[i].code_property};
        struct aro_buffer text = {0};
        struct fixture fixture;
        begin(&fixture);
        aro_buffer_printf(&text,
                          "{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{\"type\":"
                          "\"Polygon\",\"coordinates\":[" SQUARE(5, 46) "]}}",
                          property_cases[i].properties);
        char *json = aro_buffer_take_text(&text, NULL);
        CHECK(failures, name, import(&fixture, "c.json", json, options) == property_cases[i].ok);
        const char *said =
            property_cases[i].ok ? problems_of(&fixture.result) : fixture.result.err.message;
        CHECK(failures, said, !says || strstr(said, says));
        CHECK(failures, said, says || !strstr(said, "taken from"));
        free(json);
        end(&fixture);
    }
    assert_int_equal(failures, 0);
}

#define LAMBERT                                                                                    \
    "[[[700000,6600000],[700100,6600000],[700100,6600100],[700000,6600100],[700000,6600000]]]"

static const struct {
    const char *name, *member, *crs;
    const char *wrong; /* NULL: the contour is at 3, 46.5 */
} crs_cases[] = {
    {"the file says it",
     "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
     "\"urn:ogc:def:crs:EPSG::2154\"}},",
     NULL, NULL},
    {"the option says it", "", "EPSG:2154", NULL},
    {"the option wins", "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:3857\"}},",
     "EPSG:2154", NULL},
    {"nobody says it", "", NULL, "vertex 700000, 6600000"},
    {"another system", "", "EPSG:2975", "outside where 'EPSG:2975' can be used"},
    {"no system", "", "EPSG:x", "not a known coordinate reference system"},
};

static void test_crs(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof crs_cases / sizeof *crs_cases; i++) {
        const char *name = crs_cases[i].name, *wrong = crs_cases[i].wrong;
        struct aro_buffer text = {0};
        struct fixture fixture;
        begin(&fixture);
        aro_buffer_printf(&text, "{\"type\":\"FeatureCollection\",%s\"features\":[%s]}",
                          crs_cases[i].member, FEATURE("\"code\":\"01001\"", "Polygon", LAMBERT));
        char *json = aro_buffer_take_text(&text, NULL);
        bool ok = import(&fixture, "c.json", json,
                         (struct schema_import_options){.crs = crs_cases[i].crs});
        CHECK(failures, fixture.result.err.message, ok == !wrong);
        if (ok)
            CHECK(failures, name,
                  answers(fixture.folder.store,
                          "SELECT MbrMinX(contour), MbrMinY(contour) FROM "
                          "contours",
                          "3.0|46.5\n"));
        else if (wrong)
            CHECK(failures, wrong,
                  strstr(problems_of(&fixture.result), wrong) ||
                      strstr(fixture.result.err.message, wrong));
        free(json);
        end(&fixture);
    }
    assert_int_equal(failures, 0);
}

static void test_other_files(void **state)
{
    (void)state;
    int failures = 0;
    static const struct {
        const char *name, *says;
        enum aro_status status;
    } cases[] = {
        {"a.gpkg", "is not a GeoPackage", ARO_BAD_INPUT},
        {"a.shp", "a.shx' cannot be read", ARO_NOT_FOUND},
        {"a.csv", "no property is known to hold the code", ARO_BAD_INPUT},
    };
    struct fixture fixture;
    begin(&fixture);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct import_result *result = &fixture.result;
        CHECK(failures, cases[i].name,
              !import(&fixture, cases[i].name, "not what its name says\n", plain));
        CHECK(failures, result->err.message, result->err.status == cases[i].status);
        CHECK(failures, result->err.message, strstr(result->err.message, cases[i].says));
    }
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* A store with the communes of fixtures/, and the synthetic contours there. */
static bool import_fixtures(struct schema_store *store, struct import_result *result)
{
    static const char *const kinds[] = {"regions",  "departements",       "epcis",
                                        "communes", "communes-anciennes", "contours"};
    const char *root = getenv("AROBASE_SOURCE");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        bool last = i + 1 == sizeof kinds / sizeof *kinds;
        char path[512];
        snprintf(path, sizeof path, "%s/fixtures/%s%s", root ? root : "..", kinds[i],
                 last ? "-synthetiques.geojson" : ".csv");
        aro_buffer_clear(&result->problems);
        *result = (struct import_result){0};
        import_with(store, kinds[i], path, plain, result);
        if (!result->ok)
            return false;
    }
    return true;
}

static size_t find_contour(const struct schema_contours *contours, const char *code)
{
    size_t i = 0;
    while (i < contours->n && strcmp(contours->items[i].code, code) != 0)
        i++;
    assert_true(i < contours->n);
    return i;
}

/* How many rings communes of the synthetic country have, for what each is there. */
static const struct {
    const char *code;
    uint32_t n_rings;
} synthetic_cases[] = {
    {"01404", 1} /* island */,  {"01056", 2} /* islet */,     {"01051", 2} /* exclave */,
    {"39004", 1} /* enclave */, {"39002", 2} /* around it */, {"39003", 2} /* around another */,
    {"39046", 2} /* lake */,    {"39049", 1} /* merged */,
};

/* Cells without gaps or overlaps, to the last squared unit, around one lake. */
static void test_synthetic_country(void **state)
{
    (void)state;
    int failures = 0;
    enum { N = 17 };
    struct temp_folder folder;
    struct import_result result = {0};
    struct schema_store *store = NULL;
    struct schema_contours contours = {0};
    struct geo_geos *geos = geo_geos_new(NULL);
    struct geo_rings whole = {0};
    size_t shapes[N];
    double sum = 0;
    temp_folder_make(&folder);
    assert_true(schema_store_init(folder.store, NULL) &&
                schema_store_open(folder.store, SCHEMA_WRITE, &store, NULL));
    bool ok = import_fixtures(store, &result);
    CHECK(failures, result.err.message, ok && result.summary.added == N);
    CHECK(failures, problems_of(&result), result.summary.warnings == 2);
    assert_true(schema_read_contours(store, &contours, NULL) && contours.n == N);
    for (size_t i = 0; i < N; i++) {
        shapes[i] = i;
        sum += area_of_shape(&contours.rings, i);
    }
    CHECK(failures, "united", geo_geos_union(geos, &contours.rings, shapes, N, &whole, NULL));
    CHECK(failures, "no overlap", area_of_shape(&whole, 0) == sum);
    CHECK(failures, "mainland, island, islet; a lake", whole.polygons.n == 3 && whole.rings.n == 4);
    for (size_t i = 0; i < sizeof synthetic_cases / sizeof *synthetic_cases; i++) {
        const char *code = synthetic_cases[i].code;
        struct geo_run run = geo_rings_of_shape(&contours.rings, find_contour(&contours, code));
        CHECK(failures, code, run.end - run.first == synthetic_cases[i].n_rings);
    }
    geo_rings_clear(&whole);
    geo_geos_free(geos);
    schema_contours_clear(&contours);
    aro_buffer_clear(&result.problems);
    schema_store_close(store);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void test_stop(void **state)
{
    (void)state;
    int failures = 0;
    bool done = false;
    for (int looks = 1; !done && looks < 20; looks++) {
        struct fixture fixture;
        begin(&fixture);
        fixture.result.stop_after = looks;
        done = import(&fixture, "c.json", POLYGON("01001", SQUARE(5, 46)), plain);
        CHECK(failures, "stopped", done || fixture.result.err.status == ARO_STOPPED);
        CHECK(failures, "all or nothing",
              answers(fixture.folder.store, "SELECT count(*) FROM contours", done ? "1\n" : "0\n"));
        end(&fixture);
    }
    CHECK(failures, "comes to an end", done);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_centres),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_skip_errors),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_crs),
        cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_synthetic_country),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
