/*
 * How fast geo/ answers: a million random points, one core, in processor time (so that a busy
 * machine changes little), the best of three rounds; one line a figure.
 *
 * Points are uniform over the degrees of the earth, as other spatial indexes measure themselves;
 * the question points are random too. "clustered" points lie around a few hundred places of
 * France, many at one place, as initiatives do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "geo/index.h"
#include "geo/nearest.h"
#include "geo/proj.h"
#include "tests/unit/points.h"

enum { N_POINTS = 1000000, ROUNDS = 3 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct bench {
    const struct geo_coord *coords;
    const struct geo_index *index;
    double spread_deg;         /* of question points around points */
    double half_deg, radius_m; /* of viewports and radius questions */
    struct geo_runs runs;      /* used again and again, as a server does */
    struct geo_hits hits;
};

/* Asks one question; returns how much it found. */
typedef size_t ask_fn(struct bench *bench, uint64_t *seed);

static struct geo_point random_place(const struct bench *bench, uint64_t *seed)
{
    struct geo_coord near = bench->coords[random_below(seed, N_POINTS)];
    struct geo_point point = geo_coord_to_point(near);
    double spread = bench->spread_deg;
    return geo_coord_to_point(points_coord(point.lon_deg + random_between(seed, -spread, spread),
                                           point.lat_deg + random_between(seed, -spread, spread)));
}

static size_t ask_viewport(struct bench *bench, uint64_t *seed)
{
    struct geo_point middle = random_place(bench, seed);
    double half = bench->half_deg;
    struct geo_bbox bbox = {.west_deg = remainder(middle.lon_deg - half, 360),
                            .south_deg = fmax(-90, middle.lat_deg - half),
                            .east_deg = remainder(middle.lon_deg + half, 360),
                            .north_deg = fmin(90, middle.lat_deg + half)};
    geo_index_search(bench->index, &bbox, &bench->runs, NULL);
    return geo_runs_count(&bench->runs);
}

static size_t ask_nearest(struct bench *bench, uint64_t *seed)
{
    struct geo_point from = random_place(bench, seed);
    geo_nearest(bench->index, from, INFINITY, 10, NULL, NULL, &bench->hits, NULL);
    return bench->hits.n;
}

static size_t ask_radius(struct bench *bench, uint64_t *seed)
{
    struct geo_point from = random_place(bench, seed);
    geo_nearest(bench->index, from, bench->radius_m, 100, NULL, NULL, &bench->hits, NULL);
    return bench->hits.n;
}

static size_t ask_within(struct bench *bench, uint64_t *seed)
{
    struct geo_point from = random_place(bench, seed);
    geo_within(bench->index, from, bench->radius_m, &bench->runs, NULL);
    return geo_runs_count(&bench->runs);
}

static size_t ask_geodesic(struct bench *bench, uint64_t *seed)
{
    struct geo_point from = random_place(bench, seed), to = random_place(bench, seed);
    return geo_geodesic_m(from, to) > 0;
}

static void time_questions(struct bench *bench, const char *name, ask_fn *ask, size_t n)
{
    double best_s = INFINITY;
    size_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t seed = 20200416;
        found = 0;
        double start_s = now_s();
        for (size_t i = 0; i < n; i++)
            found += ask(bench, &seed);
        best_s = fmin(best_s, now_s() - start_s);
    }
    printf("  %-22s %10.0f a second  (%.1f found each)\n", name, (double)n / best_s,
           (double)found / (double)n);
}

static void time_building(enum points_kind kind)
{
    uint64_t seed = 20200417;
    double order_s = INFINITY, index_s = INFINITY;
    struct geo_coord *coords = calloc(N_POINTS, sizeof *coords);
    int64_t *ids = calloc(N_POINTS, sizeof *ids);
    uint32_t *order = calloc(N_POINTS, sizeof *order);
    for (size_t i = 0; i < N_POINTS; i++) {
        coords[i] = points_one(&seed, kind);
        ids[i] = (int64_t)i;
    }
    for (int round = 0; round < ROUNDS; round++) {
        double start_s = now_s();
        geo_hilbert_order(coords, ids, N_POINTS, order, NULL);
        double ordered_s = now_s();
        struct geo_index *index = geo_index_new(coords, N_POINTS, NULL);
        index_s = fmin(index_s, now_s() - ordered_s);
        order_s = fmin(order_s, ordered_s - start_s);
        geo_index_free(index);
    }
    printf("  %-22s %10.1f ms\n  %-22s %10.1f ms\n", "Hilbert order", order_s * 1e3, "tree",
           index_s * 1e3);
    free(coords);
    free(ids);
    free(order);
}

static void time_points(const char *name, enum points_kind kind, struct bench bench)
{
    struct geo_coord *coords = points_new(20200418, kind, N_POINTS);
    struct geo_index *index = geo_index_new(coords, N_POINTS, NULL);
    bench.coords = coords;
    bench.index = index;
    printf("%d points, %s\n", N_POINTS, name);
    time_building(kind);
    time_questions(&bench, "viewports", ask_viewport, 100000);
    time_questions(&bench, "nearest 10", ask_nearest, 30000);
    time_questions(&bench, "radius, first 100", ask_radius, 3000);
    time_questions(&bench, "radius, all", ask_within, 30000);
    time_questions(&bench, "geodesics", ask_geodesic, 100000);
    geo_runs_clear(&bench.runs);
    geo_hits_clear(&bench.hits);
    geo_index_free(index);
    free(coords);
}

int main(void)
{
    time_points("uniform", POINTS_UNIFORM,
                (struct bench){.spread_deg = 1, .half_deg = 3.25, .radius_m = 300e3});
    time_points("clustered", POINTS_FRANCE,
                (struct bench){.spread_deg = 0.1, .half_deg = 0.025, .radius_m = 2e3});
    return 0;
}
