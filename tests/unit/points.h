/*
 * Random points for tests and benchmarks: the same from the same seed.
 */
#ifndef ARO_TESTS_POINTS_H
#define ARO_TESTS_POINTS_H

#include "geo/hilbert.h"
#include "tests/unit/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum points_kind {
    POINTS_UNIFORM, /* over degrees, the whole earth */
    POINTS_FRANCE,  /* around a few hundred places of metropolitan France, many at one place */
    POINTS_SPREAD,  /* overseas, antimeridian and poles as well */
    POINTS_STACKED, /* all at three places */
    N_POINTS_KINDS,
};

static inline struct geo_coord points_coord(double lon_deg, double lat_deg)
{
    struct geo_coord coord = {0, 0};
    struct geo_point point = {remainder(lon_deg, 360), fmax(-90, fmin(90, lat_deg))};
    geo_coord_from_point(point, &coord, NULL);
    return coord;
}

/* Around a place that its number decides, a quarter of them exactly there. */
static inline struct geo_coord points_around(uint64_t *seed, uint64_t place, double spread_deg)
{
    uint64_t place_seed = place * 7919 + 1;
    double lon = random_between(&place_seed, -4.5, 8),
           lat = random_between(&place_seed, 42.5, 50.5);
    if (random_below(seed, 4) == 0)
        return points_coord(lon, lat);
    return points_coord(lon + random_between(seed, -spread_deg, spread_deg),
                        lat + random_between(seed, -spread_deg, spread_deg));
}

static inline struct geo_coord points_spread(uint64_t *seed)
{
    static const struct geo_point places[] = {
        {2.35, 48.86},  {55.45, -20.88}, {45.2, -12.8},   {-61.5, 16.2}, {-52.3, 4.9},
        {166.4, -22.3}, {-149.6, -17.5}, {-176.2, -13.3}, {179.99, -16}, {-56.2, 46.8},
        {0, 89.99},     {0, -90},        {180, 0},        {-180, 51},
    };
    size_t which = random_below(seed, sizeof places / sizeof *places);
    double spread = random_below(seed, 3) ? 0.2 : 5;
    return points_coord(places[which].lon_deg + random_between(seed, -spread, spread),
                        places[which].lat_deg + random_between(seed, -spread, spread));
}

static inline struct geo_coord points_one(uint64_t *seed, enum points_kind kind)
{
    switch (kind) {
    case POINTS_FRANCE:
        return points_around(seed, random_below(seed, 486), 0.1);
    case POINTS_SPREAD:
        return points_spread(seed);
    case POINTS_STACKED:
        return points_coord((double)random_below(seed, 3) * 1e-7, 45);
    default:
        return points_coord(random_between(seed, -180, 180), random_between(seed, -90, 90));
    }
}

/** n points in Hilbert order; owned by the caller, who calls free(). NULL without memory. */
static inline struct geo_coord *points_new(uint64_t seed, enum points_kind kind, size_t n)
{
    struct geo_coord *unordered = calloc(n + 1, sizeof *unordered);
    struct geo_coord *coords = calloc(n + 1, sizeof *coords);
    int64_t *ids = calloc(n + 1, sizeof *ids);
    uint32_t *order = calloc(n + 1, sizeof *order);
    bool ok = unordered && coords && ids && order;
    for (size_t i = 0; ok && i < n; i++) {
        unordered[i] = points_one(&seed, kind);
        ids[i] = (int64_t)i;
    }
    ok = ok && geo_hilbert_order(unordered, ids, n, order, NULL);
    for (size_t i = 0; ok && i < n; i++)
        coords[i] = unordered[order[i]];
    free(unordered);
    free(ids);
    free(order);
    if (!ok) {
        free(coords);
        coords = NULL;
    }
    return coords;
}

#endif
