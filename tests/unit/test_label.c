#include "geo/label.h"

#include <math.h>

#include "geo/locate.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/meshes.h"

static const uint64_t SEED = 20200618;

/* Squared distance to the nearest border, sampled: the twin. */
static double clearance_of(const struct geo_rings *rings, size_t shape, struct geo_coord from)
{
    double least = INFINITY, narrow = cos(from.lat_e7 * 1e-7 * (M_PI / 180));
    struct geo_run of_shape = geo_rings_of_shape(rings, shape);
    for (uint32_t ring = of_shape.first; ring < of_shape.end; ring++) {
        struct geo_run run = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = run.first; i < run.end; i++) {
            struct geo_coord a = rings->coords[i];
            struct geo_coord b = rings->coords[i + 1 < run.end ? i + 1 : run.first];
            for (int step = 0; step < 32; step++) {
                double x = (a.lon_e7 - from.lon_e7 + (b.lon_e7 - a.lon_e7) * step / 32.0) * narrow;
                double y = a.lat_e7 - from.lat_e7 + (b.lat_e7 - a.lat_e7) * step / 32.0;
                least = fmin(least, hypot(x, y));
            }
        }
    }
    return least;
}

/* The greatest clearance at the points of a fine grid that are in the shape. */
static double best_clearance(const struct geo_rings *rings, size_t shape,
                             const struct geo_locator *locator)
{
    enum { GRID = 40 };
    double best = 0;
    struct geo_rect rect;
    assert_true(geo_rings_bounds(rings, shape, &rect));
    for (int row = 0; row <= GRID; row++)
        for (int column = 0; column <= GRID; column++) {
            struct geo_coord at = {
                rect.west_e7 + (int32_t)(((int64_t)rect.east_e7 - rect.west_e7) * column / GRID),
                rect.south_e7 + (int32_t)(((int64_t)rect.north_e7 - rect.south_e7) * row / GRID)};
            if (geo_locator_find(locator, at) == shape)
                best = fmax(best, clearance_of(rings, shape, at));
        }
    return best;
}

static void inside_and_away_from_borders(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    int failures = 0;
    size_t n = 0;
    double least = 1, sum = 0;
    struct geo_label_room room = {0};
    for (int round = 0; round < 40; round++) {
        struct geo_rings rings = {0};
        struct geo_locator *locator = NULL;
        int n_letters = 1 + (int)random_below(&seed, 8);
        struct letters letters = letters_random(&seed, 3 + (int)random_below(&seed, 8), n_letters);
        letters_shapes(&letters, n_letters, &rings);
        assert_true(geo_locator_new(&rings, &locator, NULL));
        for (size_t shape = 0; shape < rings.shapes.n; shape++) {
            struct geo_coord coord;
            if (!geo_label_point(&rings, shape, &room, &coord, NULL))
                continue; /* a letter that is nowhere */
            CHECK(failures, "inside", geo_locator_find(locator, coord) == shape);
            double share =
                clearance_of(&rings, shape, coord) / best_clearance(&rings, shape, locator);
            least = fmin(least, share);
            sum += share;
            n++;
        }
        geo_locator_free(locator);
        geo_rings_clear(&rings);
    }
    /* The largest polygon is not always the one with the widest place, nor is a line's middle. */
    CHECK(failures, "away from borders (seed 20200618)", least > 0.6 && sum / (double)n > 0.9);
    if (failures > 0)
        fprintf(stderr, "  %zu shapes: %.3f of the best at least, %.3f on average\n", n, least,
                sum / (double)n);
    geo_label_clear(&room);
    assert_int_equal(failures, 0);
}

static void drawn_shapes(void **state)
{
    (void)state;
    int failures = 0;
    static const struct {
        const char *name, *rows;
        int row, column; /* of the cell that must hold the point */
    } cases[] = {
        {"square", "...../.AAA./.AAA./.AAA./.....", 2, 2},
        {"open ring", "AAAA/AAAA/A..A/A...", -1, -1},
        {"ring", "AAAAA/A...A/A...A/AAAAA", -1, -1},
        {"the larger part", "A......./....AAA./.A..AAA./....AAA.", 2, 5},
    };
    struct geo_label_room room = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct letters letters = letters_from(cases[i].rows);
        struct geo_rings rings = {0};
        struct geo_coord coord = {0, 0};
        letters_shapes(&letters, 1, &rings);
        CHECK(failures, cases[i].name, geo_label_point(&rings, 0, &room, &coord, NULL));
        int column = coord.lon_e7 / MESHES_CELL_E7;
        int row = letters.height - 1 - coord.lat_e7 / MESHES_CELL_E7;
        CHECK(failures, cases[i].name, letter_at(&letters, row, column) == 'A');
        CHECK(failures, cases[i].name,
              cases[i].row < 0 || (row == cases[i].row && column == cases[i].column));
        geo_rings_clear(&rings);
    }
    geo_label_clear(&room);
    assert_int_equal(failures, 0);
}

static void without_area(void **state)
{
    (void)state;
    struct geo_rings rings = {0};
    struct geo_label_room room = {0};
    struct geo_coord coord = {7, 7};
    struct aro_error err = {0};
    assert_true(geo_rings_end_shape(&rings, NULL));
    static const struct geo_coord flat[] = {{10, 20}, {30, 20}, {50, 20}};
    for (int i = 0; i < 3; i++)
        assert_true(geo_rings_add(&rings, flat[i], NULL));
    assert_true(geo_rings_end_ring(&rings, NULL) && geo_rings_end_polygon(&rings, NULL) &&
                geo_rings_end_shape(&rings, NULL));
    assert_false(geo_label_point(&rings, 0, &room, &coord, &err));
    assert_true(err.status == ARO_NOT_FOUND && coord.lon_e7 == 7);
    assert_true(geo_label_point(&rings, 1, &room, &coord, NULL));
    assert_true(coord.lon_e7 == 10 && coord.lat_e7 == 20);
    geo_label_clear(&room);
    geo_rings_clear(&rings);
}

static void out_of_memory(void **state)
{
    (void)state;
    struct letters letters = letters_from("AA/A.");
    struct geo_rings rings = {0};
    struct geo_label_room room = {0};
    struct geo_coord coord;
    struct aro_error err = {0};
    letters_shapes(&letters, 1, &rings);
    allow_allocations(0);
    bool ok = geo_label_point(&rings, 0, &room, &coord, &err);
    allow_allocations(SIZE_MAX);
    assert_true(!ok && err.status == ARO_NO_MEMORY);
    assert_true(geo_label_point(&rings, 0, &room, &coord, NULL));
    geo_label_clear(&room);
    geo_rings_clear(&rings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_and_away_from_borders),
        cmocka_unit_test(drawn_shapes),
        cmocka_unit_test(without_area),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
