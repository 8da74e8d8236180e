/*
 * Random shapes with many vertices for tests, overlapping, overseas and across the antimeridian,
 * and places in, on and beside them: the same from the same seed.
 */
#ifndef ARO_TESTS_RANDOM_SHAPES_H
#define ARO_TESTS_RANDOM_SHAPES_H

#include <math.h>

#include "geo/rings.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

/* A star of many vertices around a middle, all coordinates even; sometimes with a hole. */
static inline void add_star(struct geo_rings *rings, uint64_t *seed, struct geo_coord middle,
                            double radius_e7, size_t n)
{
    bool has_hole = random_below(seed, 2);
    for (int ring = 0; ring <= has_hole; ring++) {
        for (size_t i = 0; i < n; i++) {
            double angle = 6.283185307179586 * (double)i / (double)n;
            double r =
                radius_e7 * (ring ? random_between(seed, 0.1, 0.4) : random_between(seed, 0.5, 1));
            struct geo_coord coord = {(int32_t)(middle.lon_e7 + r * cos(angle)) & ~1,
                                      (int32_t)(middle.lat_e7 + r * sin(angle)) & ~1};
            assert_true(geo_rings_add(rings, coord, NULL));
        }
        assert_true(geo_rings_end_ring(rings, NULL));
    }
    assert_true(geo_rings_end_polygon(rings, NULL));
}

static const struct geo_coord star_middles[] = {
    {20000000, 480000000},     {550000000, -210000000}, {-1761000000, -133000000},
    {1660000000, -220000000},  {-610000000, 160000000}, {1790000000, -160000000},
    {-1795000000, -165000000}, {30000000, 840000000},
};
enum { N_MIDDLES = sizeof star_middles / sizeof *star_middles };

/* Shapes that overlap, of 3 to max_vertices (3000 at most) a ring, some of several parts. */
static inline void star_shapes(struct geo_rings *rings, uint64_t *seed, size_t n_shapes,
                               size_t max_vertices)
{
    static const size_t sizes[] = {3, 4, 15, 16, 17, 33, 128, 129, 300, 3000};
    for (size_t shape = 0; shape < n_shapes; shape++) {
        size_t n_parts = 1 + random_below(seed, 3);
        for (size_t part = 0; part < n_parts; part++) {
            struct geo_coord middle = star_middles[random_below(seed, N_MIDDLES)];
            middle.lon_e7 += (int32_t)random_between(seed, -3e6, 3e6);
            middle.lat_e7 += (int32_t)random_between(seed, -3e6, 3e6);
            size_t n = sizes[random_below(seed, 10)];
            add_star(rings, seed, middle, pow(10, random_between(seed, 4, 6.6)),
                     n < max_vertices ? n : max_vertices);
        }
        assert_true(geo_rings_end_shape(rings, NULL));
    }
}

/* On a vertex, halfway between two, beside one near or far, or anywhere. */
static inline struct geo_coord random_place(uint64_t *seed, const struct geo_rings *rings)
{
    size_t i = random_below(seed, rings->n_coords);
    struct geo_coord a = rings->coords[i], b = rings->coords[(i + 1) % rings->n_coords];
    size_t kind = random_below(seed, 7);
    double spread = pow(10, kind == 3 ? random_between(seed, 7, 9) : random_between(seed, 0, 7));
    switch (kind) {
    case 0:
        return a;
    case 1:
        return (struct geo_coord){(int32_t)(((int64_t)a.lon_e7 + b.lon_e7) / 2),
                                  (int32_t)(((int64_t)a.lat_e7 + b.lat_e7) / 2)};
    case 2:
        return (struct geo_coord){(int32_t)random_between(seed, -1.8e9, 1.8e9),
                                  (int32_t)random_between(seed, -9e8, 9e8)};
    default:
        return (struct geo_coord){
            (int32_t)fmax(-1.8e9, fmin(1.8e9, a.lon_e7 + random_between(seed, -spread, spread))),
            (int32_t)fmax(-9e8, fmin(9e8, a.lat_e7 + random_between(seed, -spread, spread)))};
    }
}

#endif
