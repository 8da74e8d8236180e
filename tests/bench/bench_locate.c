/*
 * How fast places are located on the real communes, one core, in processor time, the best of three
 * rounds; one line a figure. Needs the real contours: see tests/unit/real_contours.h.
 */
#include <time.h>

#include "geo/locate.h"
#include "tests/unit/blocks_bytes.h"
#include "tests/unit/random.h"
#include "tests/unit/real_contours.h"

enum { N_PLACES = 10000, ROUNDS = 3 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct bench {
    const struct geo_rings *shapes;
    const struct geo_locator *locator;
    struct geo_coord *places;
    uint32_t *found;
    struct geo_hits hits;
};

/* Asks about one place; returns how much it found. */
typedef size_t ask_fn(struct bench *bench, size_t i);

static size_t ask_find(struct bench *bench, size_t i)
{
    bench->found[i] = geo_locator_find(bench->locator, bench->places[i]);
    return bench->found[i] != GEO_LOCATE_NONE;
}

static size_t ask_border(struct bench *bench, size_t i)
{
    double border_m = 0;
    if (bench->found[i] == GEO_LOCATE_NONE)
        return 0;
    geo_locator_border(bench->locator, bench->found[i], bench->places[i], &border_m, NULL);
    return border_m > 0;
}

static size_t ask_nearest(struct bench *bench, size_t i)
{
    geo_locator_nearest(bench->locator, bench->places[i], 3, INFINITY, &bench->hits, NULL);
    return bench->hits.n;
}

static size_t ask_look(struct bench *bench, size_t i)
{
    double border_m = 0;
    geo_locator_look(bench->locator, bench->places[i], 3, &bench->found[i], &border_m, &bench->hits,
                     NULL);
    return bench->hits.n;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void time_questions(struct bench *bench, const char *name, ask_fn *ask)
{
    static double each_s[N_PLACES];
    double best_s = INFINITY;
    size_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        found = 0;
        double start_s = now_s();
        for (size_t i = 0; i < N_PLACES; i++)
            found += ask(bench, i);
        best_s = fmin(best_s, now_s() - start_s);
    }
    for (size_t i = 0; i < N_PLACES; i++) {
        double start_s = now_s();
        ask(bench, i);
        each_s[i] = now_s() - start_s;
    }
    qsort(each_s, N_PLACES, sizeof *each_s, compare_doubles);
    printf("  %-10s %8.3f us, p99 %8.2f us, most %8.2f us  (%.2f found each)\n", name,
           best_s / N_PLACES * 1e6, each_s[N_PLACES / 100 * 99] * 1e6, each_s[N_PLACES - 1] * 1e6,
           (double)found / N_PLACES);
}

/* As initiatives are where people live; or in the box of the country; or anywhere on earth. */
enum where { BESIDE_VERTICES, IN_THE_BOX, ANYWHERE };

static void random_places(struct bench *bench, enum where where)
{
    uint64_t seed = 20200501;
    const struct geo_rings *shapes = bench->shapes;
    for (size_t i = 0; i < N_PLACES; i++) {
        struct geo_point point =
            geo_coord_to_point(shapes->coords[random_below(&seed, shapes->n_coords)]);
        if (where == BESIDE_VERTICES)
            point = (struct geo_point){point.lon_deg + random_between(&seed, -0.02, 0.02),
                                       point.lat_deg + random_between(&seed, -0.02, 0.02)};
        else if (where == IN_THE_BOX)
            point = (struct geo_point){random_between(&seed, -5.5, 9.7),
                                       random_between(&seed, 41, 51.3)};
        else
            point = (struct geo_point){random_between(&seed, -180, 180),
                                       random_between(&seed, -90, 90)};
        geo_coord_from_point(point, &bench->places[i], NULL);
    }
}

static void time_places(struct bench *bench, const char *name, enum where where)
{
    printf("%d places %s\n", N_PLACES, name);
    random_places(bench, where);
    time_questions(bench, "find", ask_find);
    time_questions(bench, "border", ask_border);
    time_questions(bench, "nearest 3", ask_nearest);
    time_questions(bench, "look, 3", ask_look);
}

int main(void)
{
    struct geo_rings shapes = {0};
    struct geo_locator *locator = NULL;
    struct geo_blocks blocks = {0};
    struct bench bench = {.shapes = &shapes};
    if (!real_contours(&shapes))
        return 77;
    double start_s = now_s();
    if (!geo_locator_new(&shapes, &locator, NULL))
        return 1;
    bench.locator = locator;
    geo_locator_blocks(&locator, &blocks);
    printf("%zu shapes, %zu vertices: built in %.0f ms, %.1f MB\n", shapes.shapes.n,
           shapes.n_coords, (now_s() - start_s) * 1e3, (double)blocks_bytes(&blocks) / 1e6);
    bench.places = calloc(N_PLACES, sizeof *bench.places);
    bench.found = calloc(N_PLACES, sizeof *bench.found);
    if (!bench.places || !bench.found)
        return 1;
    time_places(&bench, "beside vertices", BESIDE_VERTICES);
    time_places(&bench, "in the box of the country", IN_THE_BOX);
    time_places(&bench, "anywhere on earth", ANYWHERE);
    free(bench.places);
    free(bench.found);
    geo_hits_clear(&bench.hits);
    geo_locator_free(locator);
    geo_rings_clear(&shapes);
    return 0;
}
