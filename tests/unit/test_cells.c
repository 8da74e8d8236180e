#include "geo/cells.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/points.h"

enum { SEED = 20261126, N = 500 };

struct places {
    struct geo_mercator places[N];
    uint64_t keys[N];
    uint32_t n;
};

static void make_places(uint64_t seed, enum points_kind kind, uint32_t n, struct places *out)
{
    struct geo_coord *coords = points_new(seed, kind, n);
    assert_non_null(coords);
    out->n = n;
    for (uint32_t i = 0; i < n; i++) {
        out->places[i] = geo_mercator_from_coord(coords[i]);
        out->keys[i] = geo_hilbert_mercator_key(out->places[i]);
    }
    free(coords);
}

static struct geo_mercator_box random_box(uint64_t *seed, const struct places *places)
{
    struct geo_mercator middle = {(uint32_t)random_bits(seed), (uint32_t)random_bits(seed)};
    if (places->n > 0 && random_below(seed, 4) > 0)
        middle = places->places[random_below(seed, places->n)];
    uint32_t half = (uint32_t)(random_bits(seed) >> 32) >> random_below(seed, 32);
    struct geo_mercator_box box;
    box.low.x = middle.x > half ? middle.x - half : 0;
    box.low.y = middle.y > half ? middle.y - half : 0;
    box.high.x = middle.x < UINT32_MAX - half ? middle.x + half : UINT32_MAX;
    box.high.y = middle.y < UINT32_MAX - half ? middle.y + half : UINT32_MAX;
    return box;
}

static uint32_t column(uint32_t place, unsigned level)
{
    return (uint32_t)((uint64_t)place >> (32 - level));
}

/* Each point in the box is in the one listed cell that is its own, and nothing else is listed. */
static int check_cells(const struct places *places, uint8_t level, const struct geo_cell_box *box,
                       const struct geo_cell_runs *cells)
{
    int failures = 0;
    size_t listed = 0;
    for (size_t i = 0; i < cells->n; i++) {
        const struct geo_cell_run *cell = &cells->items[i];
        CHECK(failures, "in the box (seed 20261126)", geo_cell_box_contains(box, cell->x, cell->y));
        CHECK(failures, "holds something", cell->run.first < cell->run.end);
        CHECK(failures, "in order", i == 0 || cells->items[i - 1].run.end <= cell->run.first);
        for (uint32_t at = cell->run.first; at < cell->run.end; at++)
            CHECK(failures, "its own point (seed 20261126)",
                  column(places->places[at].x, level) == cell->x &&
                      column(places->places[at].y, level) == cell->y);
        listed += cell->run.end - cell->run.first;
    }
    size_t inside = 0;
    for (uint32_t i = 0; i < places->n; i++)
        inside += geo_cell_box_contains(box, column(places->places[i].x, level),
                                        column(places->places[i].y, level));
    CHECK(failures, "every point (seed 20261126)", listed == inside);
    return failures;
}

static void agrees_with_a_scan(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 2, 60, N};
    static struct places places;
    uint64_t seed = SEED;
    int failures = 0;
    struct geo_cell_runs cells = {0};
    for (int kind = 0; kind < N_POINTS_KINDS; kind++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            make_places(seed, (enum points_kind)kind, sizes[s], &places);
            for (int round = 0; round < 150 && failures < 5; round++) {
                uint8_t level = (uint8_t)random_below(&seed, 33);
                struct geo_mercator_box around = random_box(&seed, &places);
                struct geo_cell_box box =
                    geo_cells_around(&around, level, (uint32_t)random_below(&seed, 6));
                CHECK(failures, "found",
                      geo_cells_find(places.keys, places.n, level, &box, &cells, NULL));
                failures += check_cells(&places, level, &box, &cells);
            }
        }
    }
    geo_cell_runs_clear(&cells);
    assert_int_equal(failures, 0);
}

static void margins(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_mercator_box all = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    struct geo_cell_box box = geo_cells_around(&all, 0, 5);
    CHECK(failures, "level 0", !box.west && !box.north && !box.east && !box.south);
    box = geo_cells_around(&all, 32, 1);
    CHECK(failures, "level 32", !box.west && box.east == UINT32_MAX && box.south == UINT32_MAX);
    struct geo_mercator_box inner = {{5u << 28, 6u << 28}, {(6u << 28) - 1, 6u << 28}};
    box = geo_cells_around(&inner, 4, 0);
    CHECK(failures, "no margin",
          box.west == 5 && box.east == 5 && box.north == 6 && box.south == 6);
    box = geo_cells_around(&inner, 4, 2);
    CHECK(failures, "two more", box.west == 3 && box.east == 7 && box.north == 4 && box.south == 8);
    box = geo_cells_around(&inner, 4, 12);
    CHECK(failures, "cut off", !box.west && !box.north && box.east == 15 && box.south == 15);
    assert_int_equal(failures, 0);
}

static void out_of_memory(void **state)
{
    (void)state;
    static struct places places;
    int failures = 0;
    bool ok = false;
    make_places(SEED, POINTS_UNIFORM, N, &places);
    struct geo_cell_box all = {0, 0, 255, 255};
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_cell_runs cells = {0};
        allow_allocations(allowed);
        ok = geo_cells_find(places.keys, N, 8, &all, &cells, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "cells",
              ok ? cells.n > 64 && allowed > 1 : err.status == ARO_NO_MEMORY && cells.n == 0);
        geo_cell_runs_clear(&cells);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_scan),
        cmocka_unit_test(margins),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
