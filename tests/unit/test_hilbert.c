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
    uint64_t x = (uint64_t)(coord.lon_e7 + 1800000000LL),
             y = (uint64_t)(coord.lat_e7 + 900000000LL);
    uint64_t key = 0;
    for (uint64_t half = 1ULL << 31; half > 0; half /= 2) {
        bool right = x >= half, top = y >= half;
        key += half * half * (top ? (right ? 2 : 1) : (right ? 3 : 0));
        x -= right ? half : 0;
        y -= top ? half : 0;
        if (!top && right) {
            x = half - 1 - x;
            y = half - 1 - y;
        }
        if (!top) {
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
    CHECK(failures, "starts in the south west",
          geo_hilbert_key((struct geo_coord){-1800000000, -900000000}) == 0);
    for (int i = 0; i < 20000; i++) {
        struct geo_coord coord = random_coord(&seed);
        CHECK(failures, "seed 20200406", geo_hilbert_key(coord) == slow_key(coord));
    }
    assert_int_equal(failures, 0);
}

/* A curve: of the four neighbours of a place one comes just before it and one just after. */
static void neighbours(void **state)
{
    (void)state;
    uint64_t seed = 20200407;
    int failures = 0;
    for (int i = 0; i < 5000; i++) {
        struct geo_coord at = {(int32_t)random_below(&seed, 3000000000) - 1500000000,
                               (int32_t)random_below(&seed, 1700000000) - 850000000};
        uint64_t key = geo_hilbert_key(at);
        int before = 0, after = 0;
        for (int side = 0; side < 4; side++) {
            struct geo_coord next = {at.lon_e7 + (side == 0) - (side == 1),
                                     at.lat_e7 + (side == 2) - (side == 3)};
            before += geo_hilbert_key(next) == key - 1;
            after += geo_hilbert_key(next) == key + 1;
        }
        CHECK(failures, "seed 20200407", before == 1 && after == 1);
    }
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
        cmocka_unit_test(keys),
        cmocka_unit_test(neighbours),
        cmocka_unit_test(ordering),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
