#include "geo/clip.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>

enum { SEED = 1974, MAX_POINTS = 40, SIZE = 64 };

static const struct geo_clip_box box = {-8, SIZE + 8};

static const struct clip_case {
    const char *name;
    struct geo_tile_point ring[8];
    size_t n;
    struct geo_tile_point want[8];
    size_t n_want;
} clip_cases[] = {
    {"inside", {{0, 0}, {9, 0}, {9, 9}}, 3, {{0, 0}, {9, 0}, {9, 9}}, 3},
    {"on the border is inside",
     {{-8, -8}, {72, -8}, {72, 72}, {-8, 72}},
     4,
     {{-8, -8}, {72, -8}, {72, 72}, {-8, 72}},
     4},
    {"around it",
     {{-99, -99}, {99, -99}, {99, 99}, {-99, 99}},
     4,
     {{-8, -8}, {72, -8}, {72, 72}, {-8, 72}},
     4},
    {"beside it", {{80, 0}, {90, 0}, {90, 9}}, 3, {{0}}, 0},
    {"touches it from outside", {{72, 0}, {90, 0}, {72, 9}}, 3, {{0}}, 0},
    {"past a corner", {{60, -30}, {100, 20}, {110, -20}}, 3, {{0}}, 0},
    {"over a side",
     {{60, 10}, {80, 10}, {80, 20}, {60, 20}},
     4,
     {{60, 10}, {72, 10}, {72, 20}, {60, 20}},
     4},
    {"no area", {{0, 0}, {5, 5}, {9, 9}}, 3, {{0}}, 0},
    {"a point", {{3, 3}, {3, 3}, {3, 3}}, 3, {{0}}, 0},
    {"nothing", {{0}}, 0, {{0}}, 0},
    {"first vertex repeated", {{0, 0}, {9, 0}, {9, 9}, {0, 0}}, 4, {{0, 0}, {9, 0}, {9, 9}}, 3},
};

static void fill(struct geo_clip_ring *ring, const struct geo_tile_point *points, size_t n)
{
    struct aro_error err = {0};
    assert_true(geo_clip_ring_reserve(ring, n, &err));
    ring->n = 0;
    for (size_t i = 0; i < n; i++)
        ring->points[ring->n++] = points[i];
}

/* The same ring, wherever it begins. */
static bool same_ring(const struct geo_clip_ring *ring, const struct geo_tile_point *want, size_t n)
{
    if (ring->n != n)
        return false;
    for (size_t shift = 0; shift < n; shift++) {
        size_t same = 0;
        while (same < n && ring->points[(same + shift) % n].x == want[same].x &&
               ring->points[(same + shift) % n].y == want[same].y)
            same++;
        if (same == n)
            return true;
    }
    return n == 0;
}

static void clips_the_cases(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_clip_ring ring = {0}, spare = {0};
    for (size_t i = 0; i < sizeof clip_cases / sizeof clip_cases[0]; i++) {
        const struct clip_case *c = &clip_cases[i];
        struct aro_error err = {0};
        fill(&ring, c->ring, c->n);
        CHECK(failures, c->name, geo_clip(&ring, &box, &spare, &err));
        CHECK(failures, c->name, same_ring(&ring, c->want, c->n_want));
    }
    geo_clip_ring_clear(&ring);
    geo_clip_ring_clear(&spare);
    assert_int_equal(failures, 0);
}

/* How often the ring winds around a place (x + 1/2, y + 1/3), which is on no edge's vertex. */
static int winding(const struct geo_tile_point *points, size_t n, int x, int y)
{
    int winds = 0;
    for (size_t i = 0, before = n - 1; i < n; before = i++) {
        double ay = points[before].y, by = points[i].y, at_y = y + 1.0 / 3;
        if ((ay > at_y) == (by > at_y))
            continue;
        double at = points[before].x + (points[i].x - points[before].x) * (at_y - ay) / (by - ay);
        if (at > x + 0.5)
            winds += by > ay ? 1 : -1;
    }
    return winds;
}

/* A star around the middle: simple, with corners in and out. */
static size_t random_ring(uint64_t *seed, struct geo_tile_point *points)
{
    size_t n = 3 + random_below(seed, MAX_POINTS - 3);
    for (size_t i = 0; i < n; i++) {
        points[i].x = (int32_t)random_below(seed, 3 * SIZE) - SIZE;
        points[i].y = (int32_t)random_below(seed, 3 * SIZE) - SIZE;
    }
    return n;
}

/* Whether an edge of the ring passes within two lines of the place: roundings may move it there. */
static bool near_edge(const struct geo_tile_point *points, size_t n, int x, int y)
{
    for (size_t i = 0, before = n - 1; i < n; before = i++) {
        double ax = points[before].x, ay = points[before].y;
        double dx = points[i].x - ax, dy = points[i].y - ay;
        double px = x + 0.5 - ax, py = y + 1.0 / 3 - ay;
        double along = dx * dx + dy * dy > 0 ? (px * dx + py * dy) / (dx * dx + dy * dy) : 0;
        along = along < 0 ? 0 : along > 1 ? 1 : along;
        double ex = px - along * dx, ey = py - along * dy;
        if (ex * ex + ey * ey < 4)
            return true;
    }
    return false;
}

/* The twin asks place by place: inside of the square the clipped ring winds as the whole does. */
static void winds_as_the_whole_ring_does(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    printf("seed %d\n", SEED);
    struct geo_clip_ring ring = {0}, spare = {0};
    for (int run = 0; run < 3000; run++) {
        struct geo_tile_point points[MAX_POINTS];
        size_t n = random_ring(&seed, points);
        struct aro_error err = {0};
        char name[32];
        snprintf(name, sizeof name, "run %d", run);
        fill(&ring, points, n);
        assert_true(geo_clip(&ring, &box, &spare, &err));
        for (size_t i = 0; i < ring.n; i++) {
            size_t next = (i + 1) % ring.n;
            CHECK(failures, name,
                  ring.points[i].x >= box.low && ring.points[i].x <= box.high &&
                      ring.points[i].y >= box.low && ring.points[i].y <= box.high);
            CHECK(failures, name,
                  ring.points[i].x != ring.points[next].x ||
                      ring.points[i].y != ring.points[next].y);
        }
        for (int probe = 0; probe < 40; probe++) {
            int x = (int)random_below(&seed, SIZE), y = (int)random_below(&seed, SIZE);
            int got = ring.n > 0 ? winding(ring.points, ring.n, x, y) : 0;
            CHECK(failures, name, near_edge(points, n, x, y) || got == winding(points, n, x, y));
        }
    }
    geo_clip_ring_clear(&ring);
    geo_clip_ring_clear(&spare);
    assert_int_equal(failures, 0);
}

/* Two triangles on either side of an edge: after the cut their areas add up to what their union's
 * does, so there is neither gap nor overlap between them. */
static void neighbours_stay_without_gap(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    struct geo_clip_ring ring = {0}, spare = {0};
    for (int run = 0; run < 5000; run++) {
        struct geo_tile_point a = {(int32_t)random_below(&seed, 400) - 200, -100};
        struct geo_tile_point b = {(int32_t)random_below(&seed, 400) - 200, 200};
        struct geo_tile_point west = {-500, 40}, east = {500, 40};
        struct aro_error err = {0};
        int64_t areas = 0;
        const struct geo_tile_point *const sides[] = {(struct geo_tile_point[]){a, b, west},
                                                      (struct geo_tile_point[]){b, a, east}};
        for (int i = 0; i < 2; i++) {
            fill(&ring, sides[i], 3);
            assert_true(geo_clip(&ring, &box, &spare, &err));
            areas += ring.n > 0 ? llabs(geo_clip_area2(ring.points, ring.n)) : 0;
        }
        fill(&ring, (struct geo_tile_point[]){a, east, b, west}, 4);
        assert_true(geo_clip(&ring, &box, &spare, &err));
        assert_int_equal(areas, llabs(geo_clip_area2(ring.points, ring.n)));
    }
    geo_clip_ring_clear(&ring);
    geo_clip_ring_clear(&spare);
}

/* Vertices as far away as the grid of the last zoom has them. */
static void far_vertices_do_not_overflow(void **state)
{
    (void)state;
    struct geo_clip_ring ring = {0}, spare = {0};
    struct aro_error err = {0};
    fill(&ring,
         (struct geo_tile_point[]){{INT32_MIN, INT32_MIN},
                                   {INT32_MAX, INT32_MIN},
                                   {INT32_MAX, INT32_MAX},
                                   {INT32_MIN, INT32_MAX}},
         4);
    assert_true(geo_clip(&ring, &box, &spare, &err));
    assert_true(
        same_ring(&ring, (struct geo_tile_point[]){{-8, -8}, {72, -8}, {72, 72}, {-8, 72}}, 4));
    geo_clip_ring_clear(&ring);
    geo_clip_ring_clear(&spare);
}

static void says_when_memory_runs_out(void **state)
{
    (void)state;
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct geo_clip_ring ring = {0}, spare = {0};
        struct aro_error err = {0};
        allow_allocations(allowed);
        ok = geo_clip_ring_reserve(&ring, 3, &err);
        if (ok) {
            ring.points[0] = (struct geo_tile_point){0, 0};
            ring.points[1] = (struct geo_tile_point){99, 0};
            ring.points[2] = (struct geo_tile_point){99, 99};
            ring.n = 3;
            ok = geo_clip(&ring, &box, &spare, &err);
        }
        allow_allocations(SIZE_MAX);
        assert_true(ok || err.status == ARO_NO_MEMORY);
        geo_clip_ring_clear(&ring);
        geo_clip_ring_clear(&spare);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clips_the_cases),
        cmocka_unit_test(winds_as_the_whole_ring_does),
        cmocka_unit_test(neighbours_stay_without_gap),
        cmocka_unit_test(far_vertices_do_not_overflow),
        cmocka_unit_test(says_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
