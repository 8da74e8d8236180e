#include "geo/hilbert.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/points.h"

#include <string.h>

static struct geo_coord random_coord(uint64_t *seed)
{
    return points_coord(random_between(seed, -180, 180), random_between(seed, -90, 90));
}

/* The twin turns the square itself: each step looks at one quadrant, then rotates it upright. */
static uint64_t slow_key(struct geo_coord coord)
{
    struct geo_mercator place = geo_mercator_from_coord(coord);
    uint64_t x = place.x, y = place.y;
    uint64_t key = 0;
    for (uint64_t half = 1ULL << 31; half > 0; half /= 2) {
        bool right = x >= half, far = y >= half;
        key += half * half * (far ? (right ? 2 : 1) : (right ? 3 : 0));
        x -= right ? half : 0;
        y -= far ? half : 0;
        if (!far && right) {
            x = half - 1 - x;
            y = half - 1 - y;
        }
        if (!far) {
            uint64_t swap = x;
            x = y;
            y = swap;
        }
    }
    return key;
}

static void keys(void **state)
{
    (void)state;
    uint64_t seed = 20200406;
    int failures = 0;
    CHECK(failures, "starts in the north west",
          geo_hilbert_mercator_key((struct geo_mercator){0, 0}) == 0);
    CHECK(failures, "ends in the north east",
          geo_hilbert_mercator_key((struct geo_mercator){UINT32_MAX, 0}) == UINT64_MAX);
    for (int i = 0; i < 20000; i++) {
        struct geo_coord coord = random_coord(&seed);
        CHECK(failures, "seed 20200406", geo_hilbert_key(coord) == slow_key(coord));
    }
    assert_int_equal(failures, 0);
}

/* A coordinate's neighbours have other keys, as far as the map goes. */
static void tells_coordinates_apart(void **state)
{
    (void)state;
    uint64_t seed = 20200409;
    int failures = 0;
    for (int i = 0; i < 20000; i++) {
        struct geo_coord at = points_coord(random_between(&seed, -179.9, 179.9),
                                           random_between(&seed, -85.05, 85.05));
        struct geo_coord east = {at.lon_e7 + 1, at.lat_e7}, north = {at.lon_e7, at.lat_e7 + 1};
        uint64_t key = geo_hilbert_key(at);
        CHECK(failures, "seed 20200409",
              key != geo_hilbert_key(east) && key != geo_hilbert_key(north));
    }
    struct geo_coord pole = {20000000, 900000000}, near_pole = {20000000, 860000000};
    CHECK(failures, "beyond the edge", geo_hilbert_key(pole) == geo_hilbert_key(near_pole));
    assert_int_equal(failures, 0);
}

/* A curve: of the four neighbours of a place one comes just before it and one just after. */
static void neighbours(void **state)
{
    (void)state;
    uint64_t seed = 20200407;
    int failures = 0;
    for (int i = 0; i < 5000; i++) {
        struct geo_mercator at = {1 + (uint32_t)random_below(&seed, UINT32_MAX - 1),
                                  1 + (uint32_t)random_below(&seed, UINT32_MAX - 1)};
        uint64_t key = geo_hilbert_mercator_key(at);
        int before = 0, after = 0;
        for (int side = 0; side < 4; side++) {
            struct geo_mercator next = {at.x + (side == 0) - (side == 1),
                                        at.y + (side == 2) - (side == 3)};
            before += geo_hilbert_mercator_key(next) == key - 1;
            after += geo_hilbert_mercator_key(next) == key + 1;
        }
        CHECK(failures, "seed 20200407", before == 1 && after == 1);
    }
    assert_int_equal(failures, 0);
}

/* Every cell's run is where a scan finds the points whose leading bits are the cell's. */
static int check_cell(const struct geo_coord *coords, const uint64_t *keys, uint32_t n,
                      struct geo_cell cell)
{
    int failures = 0;
    struct geo_run run = geo_hilbert_cell_run(keys, n, cell);
    CHECK(failures, "a run (seed 20200410)", run.first <= run.end && run.end <= n);
    for (uint32_t i = 0; i < n; i++) {
        struct geo_mercator place = geo_mercator_from_coord(coords[i]);
        unsigned fine_bits = 32U - cell.level;
        bool inside = ((uint64_t)place.x >> fine_bits) == cell.x &&
                      ((uint64_t)place.y >> fine_bits) == cell.y;
        CHECK(failures, "cell (seed 20200410)", inside == (i >= run.first && i < run.end));
    }
    return failures;
}

static void cells(void **state)
{
    (void)state;
    enum { N = 400 };
    uint64_t seed = 20200410, keys_of[N];
    int failures = 0;
    for (int kind = 0; kind < N_POINTS_KINDS; kind++) {
        struct geo_coord *coords = points_new(seed, (enum points_kind)kind, N);
        assert_non_null(coords);
        for (size_t i = 0; i < N; i++)
            keys_of[i] = geo_hilbert_key(coords[i]);
        for (unsigned level = 0; level <= 32; level++) {
            for (int i = 0; i < 20; i++) {
                struct geo_mercator place = geo_mercator_from_coord(coords[random_below(&seed, N)]);
                uint32_t off = level < 32 ? (uint32_t)random_below(&seed, 2) : 0;
                struct geo_cell cell = {(uint8_t)level,
                                        (uint32_t)((uint64_t)place.x >> (32 - level)),
                                        (uint32_t)((uint64_t)place.y >> (32 - level))};
                cell.x ^= level > 0 ? off : 0; /* often the empty cell beside */
                failures += check_cell(coords, keys_of, N, cell);
            }
        }
        free(coords);
    }
    struct geo_run none = geo_hilbert_cell_run(NULL, 0, (struct geo_cell){3, 7, 7});
    CHECK(failures, "no points", none.first == 0 && none.end == 0);
    assert_int_equal(failures, 0);
}

struct keyed_point {
    uint64_t key;
    int64_t id;
    uint32_t place;
};

static int compare(const void *a, const void *b)
{
    const struct keyed_point *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    if (left->id != right->id)
        return left->id < right->id ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

/* Compares with qsort(). ids_kind 0: ascending, 1: any, negative too, 2: few, so equal ones. */
static int check_order(uint64_t seed, size_t n, enum points_kind kind, int ids_kind)
{
    int failures = 0;
    struct geo_coord *coords = malloc((n + 1) * sizeof *coords);
    int64_t *ids = malloc((n + 1) * sizeof *ids);
    uint32_t *order = malloc((n + 1) * sizeof *order);
    struct keyed_point *want = malloc((n + 1) * sizeof *want);
    for (size_t i = 0; i < n; i++) {
        coords[i] = points_one(&seed, kind);
        int64_t any = (int64_t)random_bits(&seed);
        ids[i] = ids_kind == 0 ? (int64_t)i : ids_kind == 1 ? any : any % 3;
        want[i] = (struct keyed_point){geo_hilbert_key(coords[i]), ids[i], (uint32_t)i};
    }
    qsort(want, n, sizeof *want, compare);
    CHECK(failures, "order (seed 20200408)", geo_hilbert_order(coords, ids, n, order, NULL));
    for (size_t i = 0; i < n; i++)
        CHECK(failures, "order (seed 20200408)", order[i] == want[i].place);
    free(coords);
    free(ids);
    free(order);
    free(want);
    return failures;
}

static void ordering(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 3, 255, 256, 257, 5000};
    int failures = 0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int kind = 0; kind < N_POINTS_KINDS; kind++)
            for (int ids_kind = 0; ids_kind < 3; ids_kind++)
                failures += check_order(20200408, sizes[s], (enum points_kind)kind, ids_kind);
    assert_int_equal(failures, 0);
}

static void limits(void **state)
{
    (void)state;
    int failures = 0;
    struct aro_error err = {0};
    CHECK(failures, "too many", !geo_hilbert_order(NULL, NULL, UINT32_MAX, NULL, &err));
    CHECK(failures, "too many", err.status == ARO_TOO_LARGE);
    err = (struct aro_error){0};
    struct geo_coord coord = {0, 0};
    int64_t id = 1;
    uint32_t order = 7;
    allow_allocations(0);
    bool ok = geo_hilbert_order(&coord, &id, 1, &order, &err);
    allow_allocations(SIZE_MAX);
    CHECK(failures, "out of memory", !ok && err.status == ARO_NO_MEMORY);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),       cmocka_unit_test(tells_coordinates_apart),
        cmocka_unit_test(neighbours), cmocka_unit_test(cells),
        cmocka_unit_test(ordering),   cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
