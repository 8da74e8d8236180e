#include "geo/geos.h"

#include <math.h>
#include <string.h>

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/shapes.h"

#define SQUARE "0 0 100 0 100 100 0 100"

/* Areas and changes by hand; tolerance 1e-9 of a share, 1e-6 of an area in squared units. */
static const struct {
    const char *name, *text;
    const char *reason; /* NULL: valid */
    struct geo_coord place;
    double area;   /* of the repaired shape */
    double change; /* that the repair makes */
} validity_cases[] = {
    {"no polygon", "", NULL, {0, 0}, 0, 0},
    {"square", SQUARE, NULL, {0, 0}, 10000, 0},
    {"clockwise", "0 0 0 100 100 100 100 0", NULL, {0, 0}, 10000, 0},
    {"hole", SQUARE "; 20 20 20 40 40 40 40 20", NULL, {0, 0}, 9600, 0},
    {"two parts", SQUARE " / 200 0 210 0 210 10 200 10", NULL, {0, 0}, 10100, 0},
    {"parts touch at a point", SQUARE " / 100 100 110 100 110 110", NULL, {0, 0}, 10050, 0},
    {"hole touches the border at a point", SQUARE "; 0 50 50 60 50 40", NULL, {0, 0}, 9500, 0},
    {"a vertex twice in a row", "0 0 100 0 100 0 100 100 0 100", NULL, {0, 0}, 10000, 0},
    {"bow tie", "0 0 100 100 100 0 0 100", "Self-intersection", {50, 50}, 5000, 1},
    {"small loop at a corner",
     "0 0 100 0 100 98 96 102 96 100 100 100 0 100",
     "Self-intersection",
     {96, 100},
     -1,
     -1},
    {"hole as a loop of the outer ring",
     "0 0 50 0 40 20 60 20 50 0 100 0 100 100 0 100",
     "Ring Self-intersection",
     {50, 0},
     9800,
     0},
    {"spike", "0 0 100 0 150 0 100 0 100 100 0 100", "Self-intersection", {150, 0}, 10000, 0},
    {"hole outside",
     SQUARE "; 200 0 210 0 210 10",
     "Hole lies outside shell",
     {200, 0},
     10050,
     100.0 / 10050},
    {"parts overlap",
     SQUARE " / 90 0 190 0 190 100 90 100",
     "Self-intersection",
     {100, 0},
     19000,
     1000.0 / 20000},
    {"part within a part",
     SQUARE " / 20 20 30 20 30 30",
     "Nested shells",
     {20, 20},
     10000,
     50.0 / 10050},
    {"the same part twice", SQUARE " / " SQUARE, "Self-intersection", {100, 0}, 10000, 0.5},
    {"one vertex", "5 7", "Too few points in geometry component", {5, 7}, 0, 0},
    {"two vertices", "0 0 10 10", "Too few points in geometry component", {0, 0}, 0, 0},
    {"all on a line", "0 0 10 10 20 20", "Self-intersection", {10, 10}, 0, 0},
};

static void check_repaired(struct geo_geos *geos, const struct geo_rings *rings, size_t i,
                           int *failures)
{
    const char *name = validity_cases[i].name;
    struct geo_rings repaired = {0};
    struct geo_flaw flaw;
    double change = -1;
    bool valid = false;
    CHECK(*failures, name, geo_geos_repair(geos, rings, 0, &repaired, &change, NULL));
    CHECK(*failures, name, geo_geos_check(geos, &repaired, 0, &valid, &flaw, NULL) && valid);
    CHECK(*failures, name, change >= 0 && change <= 1);
    if (validity_cases[i].area >= 0) {
        CHECK(*failures, name, fabs(area_of_shape(&repaired, 0) - validity_cases[i].area) < 1e-6);
        CHECK(*failures, name, fabs(change - validity_cases[i].change) < 1e-9);
    }
    geo_rings_clear(&repaired);
}

static void test_validity(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_geos *geos = geo_geos_new(NULL);
    assert_non_null(geos);
    for (size_t i = 0; i < sizeof validity_cases / sizeof *validity_cases; i++) {
        const char *name = validity_cases[i].name, *reason = validity_cases[i].reason;
        struct geo_coord want = validity_cases[i].place;
        struct geo_rings rings = {0};
        struct geo_flaw flaw = {{-1, -1}, ""};
        bool valid = reason != NULL;
        assert_true(add_shape_text(&rings, validity_cases[i].text, NULL));
        CHECK(failures, name, geo_geos_check(geos, &rings, 0, &valid, &flaw, NULL));
        CHECK(failures, name, valid == !reason);
        CHECK(failures, flaw.reason, !reason || strcmp(flaw.reason, reason) == 0);
        bool placed = flaw.place.lon_e7 == want.lon_e7 && flaw.place.lat_e7 == want.lat_e7;
        CHECK(failures, name, !reason || placed);
        check_repaired(geos, &rings, i, &failures);
        geo_rings_clear(&rings);
    }
    geo_geos_free(geos);
    assert_int_equal(failures, 0);
}

/* A repair that needs a vertex off the grid: the crossing is at thirds. */
static void test_repair_is_on_grid(void **state)
{
    (void)state;
    struct geo_geos *geos = geo_geos_new(NULL);
    struct geo_rings rings = {0}, repaired = {0};
    struct geo_flaw flaw;
    double change;
    bool valid = true;
    assert_true(add_shape_text(&rings, "0 0 1000 0 1000 1000 0 1000 3 -1", NULL));
    assert_true(geo_geos_check(geos, &rings, 0, &valid, &flaw, NULL) && !valid);
    assert_true(geo_geos_repair(geos, &rings, 0, &repaired, &change, NULL));
    assert_true(geo_geos_check(geos, &repaired, 0, &valid, &flaw, NULL) && valid);
    assert_true(change < 1e-4);
    geo_rings_clear(&rings);
    geo_rings_clear(&repaired);
    geo_geos_free(geos);
}

static const struct {
    const char *name;
    const char *texts[4];
    double area;
    size_t n_polygons, n_rings;
} union_cases[] = {
    {"none", {NULL}, 0, 0, 0},
    {"one", {SQUARE}, 10000, 1, 1},
    {"neighbours", {SQUARE, "100 0 200 0 200 100 100 100"}, 20000, 1, 1},
    {"a border with its own vertices",
     {"0 0 100 0 105 50 100 100 0 100", "100 100 105 50 100 0 200 0 200 100"},
     20000,
     1,
     1},
    {"apart", {SQUARE, "300 0 400 0 400 100"}, 15000, 2, 2},
    {"corner to corner", {SQUARE, "100 100 200 100 200 200 100 200"}, 20000, 2, 2},
    {"enclave filled",
     {SQUARE "; 20 20 20 40 40 40 40 20", "20 20 40 20 40 40 20 40"},
     10000,
     1,
     1},
    {"a ring of four around a hole",
     {"0 0 30 0 30 10 0 10", "20 10 30 10 30 30 20 30", "0 20 20 20 20 30 0 30",
      "0 10 10 10 10 20 0 20"},
     300 + 200 + 200 + 100,
     1,
     2},
    {"a crossing off the grid", {"0 0 10 0 0 10", "0 0 7 0 10 10 0 9"}, -1, 1, 1},
};

static void test_union(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_geos *geos = geo_geos_new(NULL);
    for (size_t i = 0; i < sizeof union_cases / sizeof *union_cases; i++) {
        const char *name = union_cases[i].name;
        struct geo_rings rings = {0}, out = {0};
        struct geo_flaw flaw;
        size_t n = 0, shapes[4];
        bool valid = false;
        for (; n < 4 && union_cases[i].texts[n]; n++) {
            assert_true(add_shape_text(&rings, union_cases[i].texts[n], NULL));
            shapes[n] = n;
        }
        CHECK(failures, name, geo_geos_union(geos, &rings, shapes, n, &out, NULL));
        CHECK(failures, name, out.shapes.n == 1);
        CHECK(failures, name, out.polygons.n == union_cases[i].n_polygons);
        CHECK(failures, name, out.rings.n == union_cases[i].n_rings);
        CHECK(failures, name,
              union_cases[i].area < 0 || area_of_shape(&out, 0) == union_cases[i].area);
        CHECK(failures, name, geo_geos_check(geos, &out, 0, &valid, &flaw, NULL) && valid);
        geo_rings_clear(&rings);
        geo_rings_clear(&out);
    }
    geo_geos_free(geos);
    assert_int_equal(failures, 0);
}

static void test_difference(void **state)
{
    (void)state;
    struct geo_geos *geos = geo_geos_new(NULL);
    struct geo_rings rings = {0};
    double area = -1;
    assert_true(add_shape_text(&rings, SQUARE, NULL));
    assert_true(add_shape_text(&rings, "50 0 150 0 150 100 50 100", NULL));
    assert_true(add_shape_text(&rings, "", NULL));
    assert_true(geo_geos_difference(geos, &rings, 0, &rings, 1, &area, NULL) && area == 10000);
    assert_true(geo_geos_difference(geos, &rings, 0, &rings, 0, &area, NULL) && area == 0);
    assert_true(geo_geos_difference(geos, &rings, 2, &rings, 0, &area, NULL) && area == 10000);
    geo_rings_clear(&rings);
    geo_geos_free(geos);
}

/* A star with as many points as wanted around a middle: simple, and rarely convex. */
static void add_star(struct geo_rings *rings, uint64_t *seed, size_t n)
{
    struct geo_coord middle = {(int32_t)random_between(seed, -1e9, 1e9),
                               (int32_t)random_between(seed, -8e8, 8e8)};
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * 3.14159265358979 * (double)i / (double)n;
        double far = random_between(seed, 1e4, 1e6);
        struct geo_coord coord = {middle.lon_e7 + (int32_t)(far * cos(angle)),
                                  middle.lat_e7 + (int32_t)(far * sin(angle))};
        assert_true(geo_rings_add(rings, coord, NULL));
    }
    assert_true(geo_rings_end_ring(rings, NULL) && geo_rings_end_polygon(rings, NULL) &&
                geo_rings_end_shape(rings, NULL));
}

/* What one question says must agree with the others. */
static void test_random_stars(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20261125;
    struct geo_geos *geos = geo_geos_new(NULL);
    for (int round = 0; round < 300; round++) {
        struct geo_rings rings = {0}, out = {0};
        char name[32];
        snprintf(name, sizeof name, "seed 20261125, round %d", round);
        add_star(&rings, &seed, 3 + random_below(&seed, 60));
        geo_rings_wind(&rings);
        struct geo_coord on[2] = {{0, 0}, rings.coords[1]};
        enum geo_geos_where where[2] = {GEO_GEOS_OUTSIDE, GEO_GEOS_OUTSIDE};
        bool valid = false;
        struct geo_flaw flaw;
        double area = -1;
        CHECK(failures, name, geo_geos_check(geos, &rings, 0, &valid, &flaw, NULL) && valid);
        CHECK(failures, name, geo_geos_point_on_surface(geos, &rings, 0, &on[0], NULL));
        CHECK(failures, name, geo_geos_locate(geos, &rings, 0, on, 2, where, NULL));
        CHECK(failures, name, where[0] == GEO_GEOS_INSIDE && where[1] == GEO_GEOS_ON_BORDER);
        CHECK(failures, name, geo_geos_union(geos, &rings, (size_t[]){0, 0}, 2, &out, NULL));
        CHECK(failures, name, geo_geos_difference(geos, &rings, 0, &out, 0, &area, NULL));
        CHECK(failures, name, area == 0 && area_of_shape(&out, 0) == area_of_shape(&rings, 0));
        geo_rings_clear(&rings);
        geo_rings_clear(&out);
    }
    geo_geos_free(geos);
    assert_int_equal(failures, 0);
}

static const struct {
    const char *name;
    struct geo_coord coord;
    enum geo_geos_where want;
} locate_cases[] = {
    {"inside", {10, 10}, GEO_GEOS_INSIDE},         {"in the hole", {30, 30}, GEO_GEOS_OUTSIDE},
    {"on the hole", {20, 30}, GEO_GEOS_ON_BORDER}, {"corner", {0, 0}, GEO_GEOS_ON_BORDER},
    {"edge", {100, 37}, GEO_GEOS_ON_BORDER},       {"just out", {101, 37}, GEO_GEOS_OUTSIDE},
    {"just in", {99, 37}, GEO_GEOS_INSIDE},        {"far", {-1800000000, 0}, GEO_GEOS_OUTSIDE},
};

static void test_locate(void **state)
{
    (void)state;
    int failures = 0;
    enum { N = sizeof locate_cases / sizeof *locate_cases };
    struct geo_geos *geos = geo_geos_new(NULL);
    struct geo_rings rings = {0};
    struct geo_coord coords[N], on;
    enum geo_geos_where where[N];
    struct aro_error err = {0};
    assert_true(add_shape_text(&rings, SQUARE "; 20 20 20 40 40 40 40 20", NULL));
    assert_true(add_shape_text(&rings, "", NULL));
    for (size_t i = 0; i < N; i++)
        coords[i] = locate_cases[i].coord;
    assert_true(geo_geos_locate(geos, &rings, 0, coords, N, where, NULL));
    for (size_t i = 0; i < N; i++)
        CHECK(failures, locate_cases[i].name, where[i] == locate_cases[i].want);
    assert_true(geo_geos_locate(geos, &rings, 1, coords, N, where, NULL));
    for (size_t i = 0; i < N; i++)
        CHECK(failures, locate_cases[i].name, where[i] == GEO_GEOS_OUTSIDE);
    CHECK(failures, "no surface", !geo_geos_point_on_surface(geos, &rings, 1, &on, &err));
    CHECK(failures, "no surface", err.status == ARO_BAD_INPUT);
    geo_rings_clear(&rings);
    geo_geos_free(geos);
    assert_int_equal(failures, 0);
}

static bool do_everything(const struct geo_rings *rings, struct aro_error *err)
{
    struct geo_geos *geos = geo_geos_new(err);
    struct geo_rings out = {0};
    struct geo_flaw flaw;
    struct geo_coord coord = {0, 0};
    enum geo_geos_where where;
    double number;
    bool valid;
    bool ok = geos && geo_geos_check(geos, rings, 0, &valid, &flaw, err) &&
              geo_geos_repair(geos, rings, 0, &out, &number, err) &&
              geo_geos_union(geos, rings, (size_t[]){0, 1}, 2, &out, err) &&
              geo_geos_point_on_surface(geos, rings, 0, &coord, err) &&
              geo_geos_difference(geos, rings, 0, rings, 1, &number, err) &&
              geo_geos_locate(geos, rings, 0, &coord, 1, &where, err);
    geo_rings_clear(&out);
    geo_geos_free(geos);
    return ok;
}

static void test_no_memory(void **state)
{
    (void)state;
    struct geo_rings rings = {0};
    assert_true(add_shape_text(&rings, SQUARE "; 20 20 20 40 40 40 40 20", NULL));
    assert_true(add_shape_text(&rings, "100 0 200 0 200 100 100 100", NULL));
    bool done = false;
    for (size_t allowed = 0; !done; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        done = do_everything(&rings, &err);
        allow_allocations(SIZE_MAX);
        assert_true(done || err.status == ARO_NO_MEMORY);
    }
    geo_rings_clear(&rings);
    geo_geos_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_validity),     cmocka_unit_test(test_repair_is_on_grid),
        cmocka_unit_test(test_union),        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_random_stars), cmocka_unit_test(test_locate),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
