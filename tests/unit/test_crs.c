#include "server/state.h"
#include "tests/unit/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the table says of each system is what PROJ says. */
static void systems(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < n_crs_systems; i++) {
        const struct crs *crs = &crs_systems[i];
        struct geo_crs_about about = {0};
        struct aro_error err = {0};
        CHECK(failures, crs->uri, geo_crs_describe(crs->uri, &about, &err));
        CHECK(failures, crs->uri, about.is_degrees == crs->is_stored);
        CHECK(failures, crs->uri, about.is_north_first == crs->is_latitude_first);
        CHECK(failures, crs->uri, crs_find(crs->uri) == crs);
        CHECK(failures, crs->uri,
              crs->epsg == (strcmp(crs->authority, "EPSG") == 0 ? atoi(crs->code) : 4326));
        geo_crs_about_clear(&about);
    }
    CHECK(failures, "the first is the default", crs_find("OGC:CRS84") == &crs_systems[0]);
    assert_int_equal(failures, 0);
}

static const struct {
    const char *text, *code; /* NULL: none */
} names[] = {
    {"EPSG:2154", "2154"},
    {"epsg:2154", "2154"},
    {"[EPSG:2154]", "2154"},
    {"urn:ogc:def:crs:EPSG::2154", "2154"},
    {"URN:OGC:DEF:CRS:epsg:10.2:2154", "2154"},
    {"http://www.opengis.net/def/crs/EPSG/0/2154", "2154"},
    {"https://www.opengis.net/def/crs/EPSG/9.9.1/2154", "2154"},
    {"OGC:CRS84", "CRS84"},
    {"ogc:crs84", "CRS84"},
    {"[OGC:CRS84]", "CRS84"},
    {"urn:ogc:def:crs:OGC:1.3:CRS84", "CRS84"},
    {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "CRS84"},
    {"http://www.opengis.net/def/crs/OGC/0/CRS84", "CRS84"},
    {"", NULL},
    {"[]", NULL},
    {"[", NULL},
    {"EPSG", NULL},
    {"EPSG:", NULL},
    {"[EPSG:]", NULL},
    {"EPSG:2154 ", NULL},
    {"[EPSG:2154", NULL},
    {"EPSG:2154]", NULL},
    {"[[EPSG:2154]]", NULL},
    {"EPSG/2154", NULL},
    {"EPSG::2154", NULL},
    {"EPSG:0/2154", NULL},
    {"EPSG:215", NULL},
    {"OGC:2154", NULL},
    {"EPSG:CRS84", NULL},
    {"OGC:CRS84h", NULL},
    {"urn:ogc:def:crs:EPSG:2154", NULL},
    {"urn:ogc:def:crs:[EPSG::2154]", NULL},
    {"[urn:ogc:def:crs:EPSG::2154]", NULL},
    {"http://www.opengis.net/def/crs/EPSG/2154", NULL},
    {"http://www.opengis.net/def/crs/EPSG/latest/2154", NULL},
    {"http://www.opengis.net/def/crs/EPSG/0:2154", NULL},
    {"http://www.opengis.net/def/crs/", NULL},
};

static void named(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct crs *crs = crs_find(names[i].text);
        CHECK(failures, names[i].text,
              names[i].code ? crs && strcmp(crs->code, names[i].code) == 0 : !crs);
    }
    assert_int_equal(failures, 0);
}

/* Expected: `cs2cs -f %.4f OGC:CRS84 <crs>` of PROJ 9.1.1, rounded to millimetres. */
static const struct {
    const char *crs;
    struct geo_coord coord;
    const char *want;
} geometries[] = {
    {"OGC:CRS84", {23521999, 488566000}, "[2.3521999,48.8566]"},
    {"EPSG:4326", {23521999, 488566000}, "[48.8566,2.3521999]"},
    {"EPSG:4258", {23521999, 488566000}, "[48.8566,2.3521999]"},
    {"EPSG:3857", {23522000, 488566000}, "[261845.706,6250564.35]"},
    {"EPSG:2154", {30000000, 465000000}, "[700000,6600000]"},
    {"EPSG:3163", {1660000000, -215000000}, "[400000,300000]"},
};

static void written(void **state)
{
    (void)state;
    int failures = 0;
    struct crs_pool *pool = crs_pool_new(NULL);
    assert_non_null(pool);
    struct server server = {.crs_pool = pool};
    const struct request with = {.server = &server}, without = {0};
    for (int pooled = 0; pooled < 3; pooled++) /* the second time from the pool; without one */
        for (size_t i = 0; i < sizeof geometries / sizeof *geometries; i++) {
            struct aro_buffer out = {0}, want = {0};
            struct crs_view view;
            struct geo_xy at;
            const struct crs *crs = crs_find(geometries[i].crs);
            assert_true(crs_view_open(pooled < 2 ? &with : &without, crs, &view, NULL));
            CHECK(failures, geometries[i].crs, crs_is_other(view.crs) == (i > 0));
            crs_view_positions(&view, &geometries[i].coord, 1, &at);
            crs_write_geometry(crs, at, &out);
            aro_buffer_printf(&want, "{\"type\":\"Point\",\"coordinates\":%s}", geometries[i].want);
            CHECK(failures, geometries[i].crs,
                  out.len == want.len && memcmp(out.data, want.data, want.len) == 0);
            if (out.len != want.len || memcmp(out.data, want.data, want.len) != 0)
                printf("%.*s\n", (int)out.len, out.data);
            aro_buffer_clear(&out);
            aro_buffer_clear(&want);
            crs_view_close(&view);
        }
    crs_pool_free(pool);
    assert_int_equal(failures, 0);
}

static void nowhere(void **state)
{
    (void)state;
    struct aro_buffer out = {0};
    struct crs_view view;
    const struct geo_coord poles[] = {{0, 900000000}, {0, -900000000}};
    struct geo_xy at[2];
    assert_true(crs_view_open(&(struct request){0}, crs_find("EPSG:2154"), &view, NULL));
    crs_view_positions(&view, poles, 2, at);
    assert_true(!isnan(at[0].x) && isnan(at[1].x) && isnan(at[1].y));
    crs_write_geometry(view.crs, at[1], &out);
    assert_true(out.len == 4 && memcmp(out.data, "null", 4) == 0);
    aro_buffer_clear(&out);
    crs_view_close(&view);
}

static const struct {
    const char *name, *crs, *text, *want;
} rewritten[] = {
    {"turned", "EPSG:4326",
     "{\"type\":\"Polygon\",\"coordinates\":[[[2,48.5],[3,48.5],[3,49],[2,48.5]]]}",
     "{\"type\":\"Polygon\",\"coordinates\":[[[48.5,2],[48.5,3],[49,3],[48.5,2]]]}"},
    {"several parts", "EPSG:4326", "[[[[1,2],[-3,4.5]]],[[[5,6]]]]",
     "[[[[2,1],[4.5,-3]]],[[[6,5]]]]"},
    {"transformed", "EPSG:2154", "[[3,46.5],[3,46.5]]", "[[700000,6600000],[700000,6600000]]"},
    {"nowhere", "EPSG:2154", "[[3,46.5],[0,-90]]", "null"},
    {"no positions", "EPSG:2154", "{\"type\":\"Polygon\",\"coordinates\":[]}",
     "{\"type\":\"Polygon\",\"coordinates\":[]}"},
};

static void anew(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof rewritten / sizeof *rewritten; i++) {
        struct aro_buffer out = {0};
        struct crs_view view;
        assert_true(crs_view_open(&(struct request){0}, crs_find(rewritten[i].crs), &view, NULL));
        aro_buffer_text(&out, "[1,2]");
        size_t before = out.len;
        aro_buffer_text(&out, rewritten[i].text);
        crs_view_rewrite(&view, before, &out);
        aro_buffer_char(&out, '\0');
        CHECK(failures, rewritten[i].name, !out.failed && strncmp(out.data, "[1,2]", 5) == 0);
        CHECK(failures, out.data, strcmp(out.data + before, rewritten[i].want) == 0);
        aro_buffer_clear(&out);
        crs_view_close(&view);
    }
    assert_int_equal(failures, 0);
}

/* More views at once than the pool keeps. */
static void many_views(void **state)
{
    enum { N = 70 };
    (void)state;
    struct crs_view views[N];
    struct crs_pool *pool = crs_pool_new(NULL);
    assert_non_null(pool);
    struct server server = {.crs_pool = pool};
    const struct request request = {.server = &server};
    for (int i = 0; i < N; i++)
        assert_true(
            crs_view_open(&request, crs_find(i % 2 ? "EPSG:2154" : "EPSG:3857"), &views[i], NULL));
    for (int i = 0; i < N; i++)
        crs_view_close(&views[i]);
    crs_pool_free(pool);
    crs_pool_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(systems), cmocka_unit_test(named), cmocka_unit_test(written),
        cmocka_unit_test(nowhere), cmocka_unit_test(anew),  cmocka_unit_test(many_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
