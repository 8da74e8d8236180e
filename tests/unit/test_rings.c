#include "geo/rings.h"

#include <string.h>

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"

/* Two shapes: a square with a hole beside a triangle, then a lone square. */
static bool build(struct geo_rings *rings, struct aro_error *err)
{
    static const struct {
        int n;
        struct geo_coord coords[4];
        bool ends_polygon, ends_shape;
    } parts[] = {
        {4, {{0, 0}, {0, 100}, {100, 100}, {100, 0}}, false, false}, /* clockwise */
        {4, {{20, 20}, {40, 20}, {40, 40}, {20, 40}}, true, false},  /* counter-clockwise */
        {3, {{200, 0}, {210, 0}, {200, 10}}, true, true},
        {4, {{300, 0}, {310, 0}, {310, 20}, {300, 20}}, true, true},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (int j = 0; j < parts[i].n; j++)
            if (!geo_rings_add(rings, parts[i].coords[j], err))
                return false;
        if (!geo_rings_end_ring(rings, err) ||
            (parts[i].ends_polygon && !geo_rings_end_polygon(rings, err)) ||
            (parts[i].ends_shape && !geo_rings_end_shape(rings, err)))
            return false;
    }
    return true;
}

static void test_levels(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_rings rings = {0};
    assert_true(build(&rings, NULL));
    struct geo_run first = geo_rings_of_shape(&rings, 0), second = geo_rings_of_shape(&rings, 1);
    CHECK(failures, "rings", first.first == 0 && first.end == 3);
    CHECK(failures, "rings of the second", second.first == 3 && second.end == 4);
    struct geo_run coords = geo_rings_coords_of_shape(&rings, 1);
    CHECK(failures, "vertices", coords.first == 11 && coords.end == 15);
    struct geo_rect rect;
    CHECK(failures, "bounds", geo_rings_bounds(&rings, 0, &rect));
    CHECK(failures, "bounds",
          rect.west_e7 == 0 && rect.south_e7 == 0 && rect.east_e7 == 210 && rect.north_e7 == 100);
    geo_rings_clear(&rings);
    assert_int_equal(failures, 0);
}

static void test_winding(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_rings rings = {0};
    static const int want2[] = {20000, -800, 100, 400};
    assert_true(build(&rings, NULL));
    CHECK(failures, "clockwise", geo_rings_area2(&rings, 0) == -20000);
    for (int round = 0; round < 2; round++) {
        geo_rings_wind(&rings);
        for (size_t i = 0; i < 4; i++)
            CHECK(failures, "twice the area", geo_rings_area2(&rings, i) == want2[i]);
        CHECK(failures, "first vertex", rings.coords[0].lon_e7 == 0 && rings.coords[0].lat_e7 == 0);
    }
    geo_rings_clear(&rings);
    assert_int_equal(failures, 0);
}

static void test_whole_earth(void **state)
{
    (void)state;
    struct geo_rings rings = {0};
    int32_t w = 1800000000, h = 900000000;
    struct geo_coord corners[] = {{-w, -h}, {w, -h}, {w, h}, {-w, h}};
    for (int i = 0; i < 4; i++)
        assert_true(geo_rings_add(&rings, corners[i], NULL));
    assert_true(geo_rings_end_ring(&rings, NULL));
    assert_true(geo_rings_area2(&rings, 0) == (__int128)2 * 3600000000 * 1800000000);
    geo_rings_clear(&rings);
}

static void test_copy_and_empty(void **state)
{
    (void)state;
    struct geo_rings rings = {0}, copy = {0};
    struct geo_rect rect;
    assert_true(build(&rings, NULL));
    assert_true(geo_rings_end_shape(&copy, NULL)); /* one without any polygon */
    assert_false(geo_rings_bounds(&copy, 0, &rect));
    assert_true(geo_rings_add_shape(&copy, &rings, 1, NULL));
    assert_true(geo_rings_add_shape(&copy, &rings, 0, NULL));
    assert_int_equal(copy.shapes.n, 3);
    assert_int_equal(copy.n_coords, rings.n_coords);
    assert_true(geo_rings_area2(&copy, 0) == 400 && geo_rings_area2(&copy, 2) == 800);
    geo_rings_empty(&copy);
    assert_int_equal(copy.n_coords + copy.rings.n + copy.shapes.n, 0);
    geo_rings_clear(&copy);
    geo_rings_clear(&rings);
}

/* Each array tells them apart, and so does the last item of each. */
static void test_equal(void **state)
{
    (void)state;
    struct geo_rings a = {0}, b = {0}, none = {0}, also_none = {0};
    struct aro_error err = {0};
    assert_true(build(&a, &err) && build(&b, &err));
    assert_true(geo_rings_equal(&a, &b) && geo_rings_equal(&none, &also_none));
    assert_false(geo_rings_equal(&a, &none) || geo_rings_equal(&none, &a));
    b.coords[b.n_coords - 1].lat_e7++;
    assert_false(geo_rings_equal(&a, &b));
    b.coords[b.n_coords - 1].lat_e7--;
    struct geo_ends *ends[] = {&b.rings, &b.polygons, &b.shapes};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        ends[i]->items[ends[i]->n - 1]++;
        assert_false(geo_rings_equal(&a, &b));
        ends[i]->items[ends[i]->n - 1]--;
    }
    assert_true(geo_rings_equal(&a, &b));
    assert_true(geo_rings_end_shape(&b, &err));
    assert_false(geo_rings_equal(&a, &b));
    geo_rings_clear(&a);
    geo_rings_clear(&b);
}

static void test_no_memory(void **state)
{
    (void)state;
    bool done = false;
    for (size_t allowed = 0; !done; allowed++) {
        struct geo_rings rings = {0};
        struct aro_error err = {0};
        allow_allocations(allowed);
        done = build(&rings, &err);
        allow_allocations(SIZE_MAX);
        assert_true(done || err.status == ARO_NO_MEMORY);
        geo_rings_clear(&rings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),      cmocka_unit_test(test_winding),
        cmocka_unit_test(test_whole_earth), cmocka_unit_test(test_copy_and_empty),
        cmocka_unit_test(test_equal),       cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
