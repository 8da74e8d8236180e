/*
 * How the Hilbert curve runs through a square, for the walks over keys: hilbert.c and cells.c.
 *
 * The curve enters a square in one of four ways. Bit 0 of a way says that the axes are swapped,
 * bit 1 that both are reversed. The whole map is entered in way 0.
 */
#ifndef ARO_GEO_HILBERT_INTERNAL_H
#define ARO_GEO_HILBERT_INTERNAL_H

#include "geo/hilbert.h"

/** By way and quadrant (x bit, y bit): its place along the curve, and how the curve enters it. */
static const struct {
    uint8_t place, way;
} geo_hilbert_quadrants[4][4] = {
    {{0, 1}, {1, 0}, {3, 3}, {2, 0}},
    {{0, 0}, {3, 2}, {1, 1}, {2, 1}},
    {{2, 2}, {3, 1}, {1, 2}, {0, 3}},
    {{2, 3}, {1, 3}, {3, 0}, {0, 2}},
};

/** By way and place along the curve: the quadrant there. */
static const uint8_t geo_hilbert_quadrants_along[4][4] = {
    {0, 1, 3, 2},
    {0, 2, 3, 1},
    {3, 2, 0, 1},
    {3, 1, 0, 2},
};

/** The first position of low to high on whose key is at least `key`; high when none is. */
static inline uint32_t geo_hilbert_first_at_least(const uint64_t *keys, uint32_t low, uint32_t high,
                                                  uint64_t key)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
