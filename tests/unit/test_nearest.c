#include "geo/nearest.h"
#include "geo/proj.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/points.h"

#include <math.h>
#include <string.h>

static const size_t sizes[] = {0, 1, 2, 8, 9, 64, 65, 512, 513, 2500};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

/* Where questions are asked from: on a point, beside one, anywhere, and the awkward places. */
static struct geo_point random_from(uint64_t *seed, const struct geo_coord *coords, size_t n)
{
    static const struct geo_point awkward[] = {
        {0, 90}, {77, -90}, {180, 0}, {-180, -16.5}, {179.99999999, 51}, {-0.0, 0}, {2.35, 48.85},
    };
    uint64_t choice = random_below(seed, 4);
    if (choice == 0)
        return awkward[random_below(seed, sizeof awkward / sizeof *awkward)];
    if (choice == 1 || n == 0)
        return (struct geo_point){random_between(seed, -180, 180), random_between(seed, -90, 90)};
    struct geo_coord near = coords[random_below(seed, n)];
    if (choice == 2)
        return geo_coord_to_point(near);
    struct geo_point point = geo_coord_to_point(near);
    return geo_coord_to_point(points_coord(point.lon_deg + random_between(seed, -0.3, 0.3),
                                           point.lat_deg + random_between(seed, -0.3, 0.3)));
}

static bool every_third(const void *context, uint32_t position)
{
    return (position + *(const uint32_t *)context) % 3 == 0;
}

struct ask {
    const struct geo_index *index;
    const struct geo_coord *coords;
    size_t n;
    struct geo_point from;
    double radius_m;
    size_t limit;
    bool filtered;
    uint32_t offset;
};

static int compare_hits(const void *a, const void *b)
{
    const struct geo_hit *left = a, *right = b;
    if (left->distance_m != right->distance_m)
        return left->distance_m < right->distance_m ? -1 : 1;
    return left->position < right->position ? -1 : 1;
}

/* Right to 1e-8 m, which test_arc.c shows of short ones as well; and then to the last bit. */
static double distance_m_to(const struct ask *ask, uint32_t position)
{
    double distance_m = geo_nearest_m(ask->from, ask->coords[position]);
    double want_m = geo_geodesic_m(ask->from, geo_coord_to_point(ask->coords[position]));
    assert_true(fabs(distance_m - want_m) < 1e-8);
    return distance_m;
}

/* The twin measures every point and sorts; returns how many are within the radius. */
static size_t slow_nearest(const struct ask *ask, struct geo_hit *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < ask->n; i++) {
        double distance_m = distance_m_to(ask, i);
        if (distance_m <= ask->radius_m && (!ask->filtered || every_third(&ask->offset, i)))
            out[n++] = (struct geo_hit){i, distance_m};
    }
    qsort(out, n, sizeof *out, compare_hits);
    return n;
}

static int check_ask(const struct ask *ask)
{
    int failures = 0;
    struct geo_hit *want = calloc(ask->n + 1, sizeof *want);
    size_t n_within = slow_nearest(ask, want);
    size_t n_want = n_within < ask->limit ? n_within : ask->limit;
    geo_accept_fn *accept = ask->filtered ? every_third : NULL;
    struct geo_hits hits = {0};
    CHECK(failures, "nearest",
          geo_nearest(ask->index, ask->from, ask->radius_m, ask->limit, accept, &ask->offset, &hits,
                      NULL));
    bool same = hits.n == n_want;
    for (size_t i = 0; same && i < n_want; i++)
        same = hits.items[i].position == want[i].position &&
               hits.items[i].distance_m == want[i].distance_m;
    CHECK(failures, "same as measuring every point", same);
    if (!same)
        fprintf(stderr, "  n %zu, from %.9g,%.9g, radius %.9g, limit %zu: %zu hits, wanted %zu\n",
                ask->n, ask->from.lon_deg, ask->from.lat_deg, ask->radius_m, ask->limit, hits.n,
                n_want);
    geo_hits_clear(&hits);
    free(want);
    return failures;
}

static int check_within(const struct ask *ask)
{
    int failures = 0;
    size_t run = 0;
    struct geo_runs runs = {0};
    CHECK(failures, "within", geo_within(ask->index, ask->from, ask->radius_m, &runs, NULL));
    for (uint32_t i = 0; i < ask->n; i++) {
        double distance_m = distance_m_to(ask, i);
        while (run < runs.n && runs.items[run].end <= i)
            run++;
        bool found = run < runs.n && runs.items[run].first <= i;
        CHECK(failures, "within, measuring every point", found == (distance_m <= ask->radius_m));
    }
    geo_runs_clear(&runs);
    return failures;
}

/* A radius that ends exactly at a point as often as not, where rounding would show. */
static double random_radius(uint64_t *seed, const struct ask *ask)
{
    uint64_t choice = random_below(seed, 6);
    if (choice == 0)
        return INFINITY;
    if (choice == 1)
        return random_below(seed, 2) ? 0 : 2.5e7;
    if (choice < 4 && ask->n > 0)
        return distance_m_to(ask, (uint32_t)random_below(seed, ask->n));
    return pow(10, random_between(seed, 0, 7.3));
}

static int check_points(uint64_t *seed, enum points_kind kind, size_t n, int n_asks)
{
    static const size_t limits[] = {0, 1, 3, 8, 10, 100, SIZE_MAX};
    int failures = 0;
    struct geo_coord *coords = points_new(*seed, kind, n);
    struct geo_index *index = geo_index_new(coords, n, NULL);
    assert_non_null(index);
    for (int i = 0; i < n_asks; i++) {
        struct ask ask = {.index = index, .coords = coords, .n = n};
        ask.from = random_from(seed, coords, n);
        ask.radius_m = random_radius(seed, &ask);
        ask.limit = limits[random_below(seed, 7)];
        ask.filtered = random_below(seed, 3) == 0;
        ask.offset = (uint32_t)random_below(seed, 3);
        failures += check_ask(&ask) + check_within(&ask);
    }
    geo_index_free(index);
    free(coords);
    return failures;
}

static void agrees_with_measuring_all(void **state)
{
    (void)state;
    uint64_t seed = 20200415;
    int failures = 0;
    for (int kind = 0; kind < N_POINTS_KINDS; kind++)
        for (size_t s = 0; s < N_SIZES; s++)
            failures +=
                check_points(&seed, (enum points_kind)kind, sizes[s], sizes[s] > 1000 ? 60 : 40);
    if (failures)
        fprintf(stderr, "seed 20200415\n");
    assert_int_equal(failures, 0);
}

static bool ask_fails(const struct geo_index *index, struct geo_point from, double radius_m)
{
    struct geo_hits hits = {0};
    struct aro_error err = {0};
    bool refused = !geo_nearest(index, from, radius_m, 1, NULL, NULL, &hits, &err) &&
                   err.status == ARO_BAD_INPUT && hits.n == 0;
    struct geo_runs runs = {0};
    err = (struct aro_error){0};
    refused = refused && !geo_within(index, from, radius_m, &runs, &err) &&
              err.status == ARO_BAD_INPUT && runs.n == 0;
    geo_runs_clear(&runs);
    geo_hits_clear(&hits);
    return refused;
}

static void bad_questions(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_coord coord = {0, 0};
    struct geo_index *index = geo_index_new(&coord, 1, NULL);
    struct geo_point origin = {0, 0};
    CHECK(failures, "negative radius", ask_fails(index, origin, -1));
    CHECK(failures, "radius not a number", ask_fails(index, origin, NAN));
    CHECK(failures, "longitude", ask_fails(index, (struct geo_point){181, 0}, 1));
    CHECK(failures, "latitude", ask_fails(index, (struct geo_point){0, NAN}, 1));
    geo_index_free(index);
    assert_int_equal(failures, 0);
}

static bool none(const void *context, uint32_t position)
{
    (void)context;
    (void)position;
    return false;
}

static void out_of_memory(void **state)
{
    (void)state;
    enum { N = 3000 };
    int failures = 0;
    struct geo_coord *coords = points_new(7, POINTS_FRANCE, N);
    struct geo_index *index = geo_index_new(coords, N, NULL);
    struct geo_point from = {2, 46};
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_hits hits = {0};
        allow_allocations(allowed);
        ok = geo_nearest(index, from, INFINITY, N, NULL, NULL, &hits, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "nearest",
              ok ? hits.n == N && allowed > 5 : err.status == ARO_NO_MEMORY && hits.n == 0);
        geo_hits_clear(&hits);
    }
    ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_runs runs = {0};
        allow_allocations(allowed);
        ok = geo_within(index, from, 3e5, &runs, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "within",
              ok ? runs.n > 0 && allowed > 0 : err.status == ARO_NO_MEMORY && runs.n == 0);
        geo_runs_clear(&runs);
    }
    struct geo_hits hits = {0};
    CHECK(failures, "nothing accepted",
          geo_nearest(index, from, INFINITY, N, none, NULL, &hits, NULL) && hits.n == 0);
    geo_hits_clear(&hits);
    geo_index_free(index);
    free(coords);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_measuring_all),
        cmocka_unit_test(bad_questions),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
