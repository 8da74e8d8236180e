#include "schema/area.h"

#include <string.h>

#include "schema/db.h"
#include "schema/spatial.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/shapes.h"
#include "tests/unit/temp_store.h"

/* What a set of rings holds, as text: vertices, "; " between rings, "/ " polygons, "| " shapes. */
static char *text_of(const struct geo_rings *rings)
{
    struct aro_buffer out = {0};
    for (size_t shape = 0; shape < rings->shapes.n; shape++) {
        struct geo_run polygons = geo_ends_run(&rings->shapes, shape);
        for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
            struct geo_run run = geo_ends_run(&rings->polygons, polygon);
            for (uint32_t ring = run.first; ring < run.end; ring++) {
                struct geo_run coords = geo_ends_run(&rings->rings, ring);
                for (uint32_t i = coords.first; i < coords.end; i++)
                    aro_buffer_printf(&out, "%d %d ", rings->coords[i].lon_e7,
                                      rings->coords[i].lat_e7);
                aro_buffer_text(&out, "; ");
            }
            aro_buffer_text(&out, "/ ");
        }
        aro_buffer_text(&out, "|");
    }
    return aro_buffer_take_text(&out, NULL);
}

static bool same_rings(const struct geo_rings *a, const struct geo_rings *b)
{
    char *text_a = text_of(a), *text_b = text_of(b);
    bool same = text_a && text_b && strcmp(text_a, text_b) == 0;
    if (!same)
        fprintf(stderr, "%s\nis not\n%s\n", text_a, text_b);
    free(text_a);
    free(text_b);
    return same;
}

/* ---- Blobs ---- */

struct spatialite {
    struct temp_folder folder;
    struct schema_db *db;
    struct schema_stmt *stmt; /* from WKT and a SRID to a blob */
};

static bool open_spatialite(struct spatialite *spatialite)
{
    struct aro_error err = {0};
    temp_folder_make(&spatialite->folder);
    return schema_db_open(spatialite->folder.store, SCHEMA_DB_CREATE, &spatialite->db, &err) &&
           schema_db_load_spatialite(spatialite->db, &err) &&
           schema_db_prepare(spatialite->db, "SELECT GeomFromText(?1, ?2)", &spatialite->stmt,
                             &err);
}

static void close_spatialite(struct spatialite *spatialite)
{
    schema_stmt_free(spatialite->stmt);
    schema_db_close(spatialite->db);
    temp_folder_remove(&spatialite->folder);
}

/* The blob that SpatiaLite makes of a WKT text, until the next one. */
static const void *blob_of(struct spatialite *spatialite, const char *wkt, int srid,
                           size_t *out_len)
{
    schema_stmt_reset(spatialite->stmt);
    schema_stmt_bind_text(spatialite->stmt, 1, wkt);
    schema_stmt_bind_integer(spatialite->stmt, 2, srid);
    if (schema_stmt_step(spatialite->stmt, NULL) != SCHEMA_STEP_ROW)
        return NULL;
    return schema_stmt_blob(spatialite->stmt, 0, out_len);
}

static const struct {
    const char *name, *wkt, *shape;
} wkt_cases[] = {
    {"square", "MULTIPOLYGON(((0 0, 1e-5 0, 1e-5 1e-5, 0 0)))", "0 0 100 0 100 100"},
    {"polygon", "POLYGON((0 0, 1e-5 0, 1e-5 1e-5, 0 0))", "0 0 100 0 100 100"},
    {"hole and parts",
     "MULTIPOLYGON(((0 0, 1e-5 0, 1e-5 1e-5, 0 1e-5, 0 0), (2e-6 2e-6, 2e-6 4e-6, 4e-6 4e-6, "
     "2e-6 2e-6)), ((180 90, -180 90, -180 -90, 180 90)))",
     "0 0 100 0 100 100 0 100; 20 20 20 40 40 40 / 1800000000 900000000 -1800000000 900000000 "
     "-1800000000 -900000000"},
    {"heights", "MULTIPOLYGONZ(((0 0 7, 1e-5 0 7, 1e-5 1e-5 7, 0 0 7)))", "0 0 100 0 100 100"},
    {"measures", "MULTIPOLYGONM(((0 0 7, 1e-5 0 7, 1e-5 1e-5 7, 0 0 7)))", "0 0 100 0 100 100"},
    {"both", "POLYGONZM((0 0 7 8, 1e-5 0 7 8, 1e-5 1e-5 7 8, 0 0 7 8))", "0 0 100 0 100 100"},
    {"rounded to one vertex", "POLYGON((0 0, 1e-9 0, 1e-5 0, 1e-5 1e-5, 0 1e-9, 0 0))",
     "0 0 100 0 100 100"},
};

static void test_reads_spatialite(void **state)
{
    (void)state;
    int failures = 0;
    struct spatialite spatialite = {0};
    assert_true(open_spatialite(&spatialite));
    for (size_t i = 0; i < sizeof wkt_cases / sizeof *wkt_cases; i++) {
        const char *name = wkt_cases[i].name;
        struct geo_rings got = {0}, want = {0};
        struct aro_error err = {0};
        size_t len = 0;
        const void *blob = blob_of(&spatialite, wkt_cases[i].wkt, SCHEMA_SRID_WGS84, &len);
        CHECK(failures, name, blob != NULL);
        CHECK(failures, name, add_shape_text(&want, wkt_cases[i].shape, NULL));
        CHECK(failures, name, schema_area_decode(blob, len, SCHEMA_SRID_WGS84, NULL, &got, &err));
        CHECK(failures, err.message, same_rings(&got, &want));
        geo_rings_clear(&got);
        geo_rings_clear(&want);
    }
    close_spatialite(&spatialite);
    assert_int_equal(failures, 0);
}

/* A ring of WKT and in memory: the whole earth, in whose box all holes are, or anything. */
static void add_random_ring(struct geo_rings *rings, struct aro_buffer *wkt, uint64_t *seed,
                            bool outer)
{
    size_t n = outer ? 4 : 3 + random_below(seed, 9), first = rings->n_coords;
    for (size_t i = 0; i < n; i++) {
        struct geo_coord coord = {(int32_t)random_between(seed, -1.8e9, 1.8e9),
                                  (int32_t)random_between(seed, -9e8, 9e8)};
        if (outer)
            coord = (struct geo_coord){i == 1 || i == 2 ? 1800000000 : -1800000000,
                                       i < 2 ? -900000000 : 900000000};
        assert_true(geo_rings_add(rings, coord, NULL));
    }
    assert_true(geo_rings_end_ring(rings, NULL));
    aro_buffer_text(wkt, outer ? "(" : ",(");
    for (size_t i = 0; i <= n; i++) {
        struct geo_point point = geo_coord_to_point(rings->coords[first + i % n]);
        aro_buffer_printf(wkt, "%s%.17g %.17g", i ? "," : "", point.lon_deg, point.lat_deg);
    }
    aro_buffer_char(wkt, ')');
}

/* The bytes are SpatiaLite's, and come back as what they were. */
static void test_writes_as_spatialite(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20261125;
    struct spatialite spatialite = {0};
    assert_true(open_spatialite(&spatialite));
    for (int round = 0; round < 200; round++) {
        struct geo_rings rings = {0}, back = {0};
        struct aro_buffer wkt = {0}, blob = {0};
        char name[40];
        snprintf(name, sizeof name, "seed 20261125, round %d", round);
        aro_buffer_text(&wkt, "MULTIPOLYGON(");
        for (size_t polygon = 0, n = 1 + random_below(&seed, 3); polygon < n; polygon++) {
            aro_buffer_text(&wkt, polygon ? ",(" : "(");
            for (size_t ring = 0, n_rings = 1 + random_below(&seed, 3); ring < n_rings; ring++)
                add_random_ring(&rings, &wkt, &seed, ring == 0);
            assert_true(geo_rings_end_polygon(&rings, NULL));
            aro_buffer_char(&wkt, ')');
        }
        assert_true(geo_rings_end_shape(&rings, NULL));
        aro_buffer_char(&wkt, ')');
        char *text = aro_buffer_take_text(&wkt, NULL);
        size_t len = 0;
        const void *want = blob_of(&spatialite, text, SCHEMA_SRID_WGS84, &len);
        schema_area_encode(&rings, 0, &blob);
        CHECK(failures, name, want && blob.len == len && memcmp(blob.data, want, len) == 0);
        CHECK(failures, name,
              schema_area_decode(blob.data, blob.len, SCHEMA_SRID_WGS84, NULL, &back, NULL));
        CHECK(failures, name, same_rings(&rings, &back));
        free(text);
        aro_buffer_clear(&blob);
        geo_rings_clear(&rings);
        geo_rings_clear(&back);
    }
    close_spatialite(&spatialite);
    assert_int_equal(failures, 0);
}

static void swap(unsigned char *bytes, size_t n, size_t width)
{
    for (size_t i = 0; i < n; i++, bytes += width) {
        for (size_t j = 0; j < width / 2; j++) {
            unsigned char byte = bytes[j];
            bytes[j] = bytes[width - 1 - j];
            bytes[width - 1 - j] = byte;
        }
    }
}

static void test_big_endian(void **state)
{
    (void)state;
    struct geo_rings rings = {0}, back = {0};
    struct aro_buffer blob = {0};
    assert_true(add_shape_text(&rings, "0 0 100 0 100 100", NULL));
    schema_area_encode(&rings, 0, &blob);
    unsigned char *bytes = (unsigned char *)blob.data;
    bytes[1] = 0;
    swap(bytes + 2, 1, 4);      /* SRID */
    swap(bytes + 6, 4, 8);      /* box */
    swap(bytes + 39, 2, 4);     /* class, polygons */
    swap(bytes + 48, 3, 4);     /* class, rings, vertices */
    swap(bytes + 60, 4 * 2, 8); /* vertices */
    assert_int_equal(blob.len, 60 + 4 * 2 * 8 + 1);
    assert_true(schema_area_decode(bytes, blob.len, SCHEMA_SRID_WGS84, NULL, &back, NULL));
    assert_true(same_rings(&rings, &back));
    aro_buffer_clear(&blob);
    geo_rings_clear(&rings);
    geo_rings_clear(&back);
}

static void test_refuses_blobs(void **state)
{
    (void)state;
    int failures = 0;
    static const struct {
        const char *name, *wkt, *says;
        int srid;
    } cases[] = {
        {"point", "POINT(1 2)", "class 1", 4326},
        {"line", "LINESTRING(1 2, 3 4)", "class 2", 4326},
        {"collection", "GEOMETRYCOLLECTION(POINT(1 2))", "class 7", 4326},
        {"another system", "POLYGON((0 0, 1 0, 1 1, 0 0))", "2154", 2154},
        {"out of range", "POLYGON((0 0, 181 0, 1 1, 0 0))", "vertex 181, 0", 4326},
    };
    struct spatialite spatialite = {0};
    struct geo_rings out = {0};
    size_t len = 0;
    assert_true(open_spatialite(&spatialite));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_error err = {0};
        const void *blob = blob_of(&spatialite, cases[i].wkt, cases[i].srid, &len);
        CHECK(failures, cases[i].name, blob != NULL);
        CHECK(failures, cases[i].name,
              !schema_area_decode(blob, len, SCHEMA_SRID_WGS84, NULL, &out, &err));
        CHECK(failures, err.message,
              err.status == ARO_BAD_INPUT && strstr(err.message, cases[i].says));
    }
    const void *good = blob_of(&spatialite, wkt_cases[2].wkt, 4326, &len);
    unsigned char *copy = malloc(len);
    assert_non_null(copy);
    for (size_t cut = 0; cut < len; cut++) {
        memcpy(copy, good, cut);
        if (cut > 0)
            copy[cut - 1] = 0xFE;
        CHECK(failures, "cut", !schema_area_decode(copy, cut, 4326, NULL, &out, NULL));
    }
    CHECK(failures, "nothing", !schema_area_decode(NULL, 0, 4326, NULL, &out, NULL));
    free(copy);
    geo_rings_clear(&out);
    close_spatialite(&spatialite);
    assert_int_equal(failures, 0);
}

/* ---- GeoJSON ---- */

#define RING "[[0, 0], [1e-5, 0], [1e-5, 1e-5], [0, 0]]"

static const struct {
    const char *name, *json;
    const char *shape; /* NULL: refused */
    const char *says;
} json_cases[] = {
    {"polygon", "{\"type\": \"Polygon\", \"coordinates\": [" RING "]}", "0 0 100 0 100 100", ""},
    {"heights",
     "{\"type\": \"Polygon\", \"coordinates\": [[[0, 0, 5], [1e-5, 0, 5], [1e-5, 1e-5, 5], "
     "[0, 0, 5]]]}",
     "0 0 100 0 100 100", ""},
    {"parts and a hole",
     "{\"type\": \"MultiPolygon\", \"coordinates\": [[" RING ", " RING "], [" RING "]]}",
     "0 0 100 0 100 100; 0 0 100 0 100 100 / 0 0 100 0 100 100", ""},
    {"no part", "{\"type\": \"MultiPolygon\", \"coordinates\": []}", "", ""},
    {"one vertex", "{\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [0, 0]]]}", "0 0", ""},
    {"not closed", "{\"type\": \"Polygon\", \"coordinates\": [[[3, 4], [5, 6], [7, 8]]]}", NULL,
     "begins at 3, 4 is not closed"},
    {"out of range", "{\"type\": \"Polygon\", \"coordinates\": [[[0, 91]]]}", NULL, "vertex 0, 91"},
    {"a point", "{\"type\": \"Point\", \"coordinates\": [0, 0]}", NULL, "type Point"},
    {"no type", "{\"coordinates\": []}", NULL, "type nothing"},
    {"not an object", "[]", NULL, "type nothing"},
    {"no coordinates", "{\"type\": \"Polygon\"}", NULL, "list of rings"},
    {"coordinates of a polygon", "{\"type\": \"MultiPolygon\", \"coordinates\": [" RING "]}", NULL,
     "list of two numbers"},
    {"coordinates of a multipolygon", "{\"type\": \"Polygon\", \"coordinates\": [[" RING "]]}",
     NULL, "list of two numbers"},
    {"text", "{\"type\": \"Polygon\", \"coordinates\": [[[\"0\", \"0\"]]]}", NULL,
     "list of two numbers"},
    {"null among rings", "{\"type\": \"Polygon\", \"coordinates\": [null]}", NULL,
     "list of positions"},
    {"null among polygons", "{\"type\": \"MultiPolygon\", \"coordinates\": [null]}", NULL,
     "list of rings"},
    {"an object", "{\"type\": \"MultiPolygon\", \"coordinates\": {}}", NULL, "list of polygons"},
};

static void test_json(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof json_cases / sizeof *json_cases; i++) {
        const char *name = json_cases[i].name;
        struct geo_rings got = {0}, want = {0};
        struct aro_error err = {0};
        json_t *json = json_loads(json_cases[i].json, JSON_DECODE_INT_AS_REAL, NULL);
        CHECK(failures, name, json != NULL);
        bool ok = schema_area_from_json(json, NULL, &got, &err);
        CHECK(failures, err.message, ok == (json_cases[i].shape != NULL));
        CHECK(failures, err.message, strstr(err.message, json_cases[i].says));
        if (ok && json_cases[i].shape) {
            /* No polygon at all has no text of its own here. */
            bool any = *json_cases[i].shape;
            CHECK(failures, name,
                  any ? add_shape_text(&want, json_cases[i].shape, NULL)
                      : geo_rings_end_shape(&want, NULL));
            CHECK(failures, name, same_rings(&got, &want));
        }
        json_decref(json);
        geo_rings_clear(&got);
        geo_rings_clear(&want);
    }
    assert_int_equal(failures, 0);
}

/* Expected: `cs2cs -f %.10f EPSG:2154 OGC:CRS84` of PROJ 9.1.1, rounded to 1e-7 degree. */
static void test_transform(void **state)
{
    (void)state;
    struct geo_transform *lambert = geo_transform_new("EPSG:2154", NULL);
    struct geo_rings got = {0};
    struct aro_error err = {0};
    json_t *json = json_loads("{\"type\": \"Polygon\", \"coordinates\": [[[700000, 6600000], "
                              "[652469.02, 6862035.26], [890000, 6250000], [700000, 6600000]]]}",
                              JSON_DECODE_INT_AS_REAL, NULL);
    assert_true(schema_area_from_json(json, lambert, &got, NULL));
    static const struct geo_coord want[] = {
        {30000000, 465000000}, {23522000, 488566000}, {53414580, 433237995}};
    assert_int_equal(got.n_coords, 3);
    assert_memory_equal(got.coords, want, sizeof want);
    json_decref(json);
    json = json_loads("{\"type\": \"Polygon\", \"coordinates\": [[[2.35, 48.85]]]}", 0, NULL);
    assert_false(schema_area_from_json(json, lambert, &got, &err));
    assert_non_null(strstr(err.message, "outside"));
    json_decref(json);
    geo_rings_clear(&got);
    geo_transform_free(lambert);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct geo_rings rings = {0};
    struct aro_buffer blob = {0};
    json_t *json = json_loads(json_cases[2].json, JSON_DECODE_INT_AS_REAL, NULL);
    assert_true(add_shape_text(&rings, json_cases[2].shape, NULL));
    schema_area_encode(&rings, 0, &blob);
    bool done = false;
    for (size_t allowed = 0; !done; allowed++) {
        struct geo_rings out = {0};
        struct aro_error err = {0};
        allow_allocations(allowed);
        done = schema_area_decode(blob.data, blob.len, 4326, NULL, &out, &err) &&
               schema_area_from_json(json, NULL, &out, &err);
        allow_allocations(SIZE_MAX);
        assert_true(done || err.status == ARO_NO_MEMORY);
        geo_rings_clear(&out);
    }
    json_decref(json);
    aro_buffer_clear(&blob);
    geo_rings_clear(&rings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_spatialite),
        cmocka_unit_test(test_writes_as_spatialite),
        cmocka_unit_test(test_big_endian),
        cmocka_unit_test(test_refuses_blobs),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_transform),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
