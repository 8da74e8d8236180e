#include "geo/bounds_internal.h"
#include "geo/proj.h"
#include "tests/unit/check.h"
#include "tests/unit/points.h"

#include <math.h>

/* Anywhere, with the awkward places more often than chance would have it. */
static struct geo_coord awkward_coord(uint64_t *seed)
{
    static const int32_t lons[] = {0, 1800000000, -1800000000, 900000000, -900000000, 1};
    static const int32_t lats[] = {0, 900000000, -900000000, 899999999, 450000000, -1};
    struct geo_coord coord = points_one(seed, POINTS_UNIFORM);
    if (random_below(seed, 4) == 0)
        coord.lon_e7 = lons[random_below(seed, 6)];
    if (random_below(seed, 4) == 0)
        coord.lat_e7 = lats[random_below(seed, 6)];
    return coord;
}

/* From a metre to the other side of the earth, each scale as often. */
static struct geo_coord near_coord(uint64_t *seed, struct geo_coord around)
{
    double reach_deg = pow(10, random_between(seed, -5, 2.3));
    struct geo_point point = geo_coord_to_point(around);
    return points_coord(point.lon_deg + random_between(seed, -reach_deg, reach_deg),
                        point.lat_deg + random_between(seed, -reach_deg, reach_deg));
}

static void points_are_bounded(void **state)
{
    (void)state;
    uint64_t seed = 20200411;
    int failures = 0;
    for (int i = 0; i < 30000; i++) {
        struct geo_coord from = awkward_coord(&seed), coords[GEO_BOUNDS_BATCH];
        struct geo_view view = geo_view_make(geo_coord_to_point(from));
        size_t n = 1 + random_below(&seed, GEO_BOUNDS_BATCH);
        for (size_t j = 0; j < n; j++)
            coords[j] = i % 2 ? near_coord(&seed, from) : awkward_coord(&seed);
        double unit2[GEO_BOUNDS_BATCH], space2[GEO_BOUNDS_BATCH];
        geo_bounds_points(&view, coords, n, unit2, space2);
        for (size_t j = 0; j < n; j++) {
            double exact_m = geo_geodesic_m(view.from, geo_coord_to_point(coords[j]));
            double lower_m = geo_bounds_lower_m(unit2[j], space2[j]);
            CHECK(failures, "lower (seed 20200411)", lower_m <= exact_m);
            CHECK(failures, "tight (seed 20200411)", lower_m >= exact_m * 0.9965 - 0.002);
            CHECK(failures, "tight when near (seed 20200411)",
                  exact_m > 30000 || lower_m >= exact_m * (1 - 1e-6) - 0.002);
        }
    }
    assert_int_equal(failures, 0);
}

static void rings_agree_with_distances(void **state)
{
    (void)state;
    uint64_t seed = 20200412;
    int failures = 0;
    size_t measured = 0;
    enum { N = 100000 };
    for (int i = 0; i < N; i++) {
        struct geo_coord from = awkward_coord(&seed);
        struct geo_coord to = i % 2 ? near_coord(&seed, from) : awkward_coord(&seed);
        struct geo_view view = geo_view_make(geo_coord_to_point(from));
        double unit2, space2, exact_m = geo_geodesic_m(view.from, geo_coord_to_point(to));
        double unit[GEO_BOUNDS_BATCH], space[GEO_BOUNDS_BATCH];
        geo_bounds_points(&view, &to, 1, unit, space);
        unit2 = unit[0];
        space2 = space[0];
        /* Just around the true distance, where an unsafe bound would show. */
        double radius_m = exact_m * random_between(&seed, 0.99, 1.01);
        if (random_below(&seed, 4) == 0)
            radius_m = exact_m;
        struct geo_ring ring = geo_ring_make(radius_m);
        bool outside = unit2 > ring.outside_unit2 || space2 > ring.outside_space2;
        bool inside = unit2 <= ring.inside_unit2 || space2 <= ring.inside_space2;
        CHECK(failures, "outside (seed 20200412)", !outside || exact_m > radius_m);
        CHECK(failures, "inside (seed 20200412)", !inside || exact_m <= radius_m);
        measured += !outside && !inside;
    }
    CHECK(failures, "most need no measuring", measured < N * 3 / 5);
    struct geo_ring all = geo_ring_make(INFINITY), none = geo_ring_make(0);
    CHECK(failures, "no radius", all.inside_unit2 >= 4 && all.outside_unit2 >= 4);
    CHECK(failures, "radius 0", none.inside_unit2 < 0 && none.inside_space2 < 0);
    assert_int_equal(failures, 0);
}

static struct geo_rect random_box(uint64_t *seed, struct geo_coord from)
{
    struct geo_coord a = awkward_coord(seed), b = near_coord(seed, a);
    if (random_below(seed, 2))
        a = near_coord(seed, from);
    if (random_below(seed, 2))
        b = near_coord(seed, a);
    return (struct geo_rect){
        a.lon_e7 < b.lon_e7 ? a.lon_e7 : b.lon_e7, a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7,
        a.lon_e7 > b.lon_e7 ? a.lon_e7 : b.lon_e7, a.lat_e7 > b.lat_e7 ? a.lat_e7 : b.lat_e7};
}

static int32_t between_e7(uint64_t *seed, int32_t low, int32_t high)
{
    uint64_t span = (uint64_t)((int64_t)high - low);
    uint64_t choice = random_below(seed, 4);
    if (choice < 2)
        return choice ? low : high;
    return (int32_t)(low + (int64_t)random_below(seed, span + 1));
}

/* The bounds of a box hold for every point in it, corners and edges above all. */
static void boxes_are_bounded(void **state)
{
    (void)state;
    uint64_t seed = 20200413;
    int failures = 0;
    for (int i = 0; i < 20000; i++) {
        struct geo_coord from = awkward_coord(&seed);
        struct geo_view view = geo_view_make(geo_coord_to_point(from));
        struct geo_rect box = random_box(&seed, from);
        double nearest2[GEO_BOUNDS_BATCH], farthest2[GEO_BOUNDS_BATCH];
        geo_bounds_nearest(&view, &box, 1, nearest2);
        geo_bounds_farthest(&view, &box, 1, farthest2);
        CHECK(failures, "zero inside", !geo_rect_contains(&box, from) || nearest2[0] == 0);
        struct geo_coord coords[GEO_BOUNDS_BATCH];
        for (size_t j = 0; j < GEO_BOUNDS_BATCH; j++)
            coords[j] = (struct geo_coord){between_e7(&seed, box.west_e7, box.east_e7),
                                           between_e7(&seed, box.south_e7, box.north_e7)};
        double unit2[GEO_BOUNDS_BATCH], space2[GEO_BOUNDS_BATCH];
        geo_bounds_points(&view, coords, GEO_BOUNDS_BATCH, unit2, space2);
        for (size_t j = 0; j < GEO_BOUNDS_BATCH; j++) {
            double unit = sqrt(unit2[j]);
            CHECK(failures, "nearest (seed 20200413)",
                  sqrt(nearest2[0]) <= unit + GEO_BOUNDS_UNIT_ERROR);
            CHECK(failures, "farthest (seed 20200413)",
                  sqrt(farthest2[0]) >= unit - GEO_BOUNDS_UNIT_ERROR);
            double exact_m = geo_geodesic_m(view.from, geo_coord_to_point(coords[j]));
            CHECK(failures, "metres (seed 20200413)", geo_bounds_unit_m(nearest2[0]) <= exact_m);
        }
    }
    assert_int_equal(failures, 0);
}

/* Not only safe but good: the bounds are reached by some place along the edges. */
static void boxes_are_bounded_tightly(void **state)
{
    (void)state;
    uint64_t seed = 20200414;
    int failures = 0;
    enum { STEPS = 400 };
    for (int i = 0; i < 300; i++) {
        struct geo_coord from = points_one(&seed, POINTS_UNIFORM);
        struct geo_view view = geo_view_make(geo_coord_to_point(from));
        struct geo_coord corner = near_coord(&seed, from);
        struct geo_rect box = {corner.lon_e7, corner.lat_e7 / 2, corner.lon_e7 + 1000000,
                               corner.lat_e7 / 2 + 1000000};
        double nearest2[GEO_BOUNDS_BATCH], farthest2[GEO_BOUNDS_BATCH], low = 4, high = 0;
        geo_bounds_nearest(&view, &box, 1, nearest2);
        geo_bounds_farthest(&view, &box, 1, farthest2);
        for (int step = 0; step <= STEPS; step++) {
            int32_t along = step * (1000000 / STEPS);
            struct geo_coord edges[4] = {{box.west_e7 + along, box.south_e7},
                                         {box.west_e7 + along, box.north_e7},
                                         {box.west_e7, box.south_e7 + along},
                                         {box.east_e7, box.south_e7 + along}};
            double unit2[GEO_BOUNDS_BATCH], space2[GEO_BOUNDS_BATCH];
            geo_bounds_points(&view, edges, 4, unit2, space2);
            for (int j = 0; j < 4; j++) {
                low = fmin(low, unit2[j]);
                high = fmax(high, unit2[j]);
            }
        }
        /* One step of the scan is 2.5e-4 degree, 4.4e-6 of the unit sphere. */
        CHECK(failures, "nearest (seed 20200414)",
              geo_rect_contains(&box, from) || sqrt(low) - sqrt(nearest2[0]) < 4.4e-6);
        CHECK(failures, "farthest (seed 20200414)",
              farthest2[0] == 4 || fabs(sqrt(high) - sqrt(farthest2[0])) < 4.4e-6);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_bounded),
        cmocka_unit_test(rings_agree_with_distances),
        cmocka_unit_test(boxes_are_bounded),
        cmocka_unit_test(boxes_are_bounded_tightly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
