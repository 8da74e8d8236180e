/*
 * Sines and cosines in batches: without a branch or a call, so that a loop over them becomes vector
 * instructions. Nothing here allocates or fails.
 */
#ifndef ARO_GEO_TURN_INTERNAL_H
#define ARO_GEO_TURN_INTERNAL_H

#include <math.h>
#include <stdint.h>

/* A helper that stays a call keeps a clone's loop from the registers it was made for. */
#define GEO_INLINE static inline __attribute__((always_inline))

/* Polar to equatorial radius, WGS 84 (NGA.STND.0036, table 3.1). */
#define GEO_TURN_B_OVER_A (1 - 1 / 298.257223563)

#define GEO_TURN_RAD_OF_E7 (3.14159265358979323846 / 1800000000)

GEO_INLINE double geo_least(double a, double b)
{
    return a < b ? a : b;
}

GEO_INLINE double geo_most(double a, double b)
{
    return a > b ? a : b;
}

struct geo_turn {
    double cos, sin;
};

/** Of 1e-7 degrees, -180 to 180 degrees: Taylor's series on the first quarter turn, the rest by
 * symmetry. The next term is below 1e-12. */
GEO_INLINE struct geo_turn geo_turn_of(int32_t angle_e7)
{
    int32_t size = angle_e7 < 0 ? -angle_e7 : angle_e7;
    int32_t folded = size > 900000000 ? 1800000000 - size : size;
    double x = folded * GEO_TURN_RAD_OF_E7;
    double q = x * x;
    double sine = -1.0 / 1307674368000;
    sine = sine * q + 1.0 / 6227020800;
    sine = sine * q - 1.0 / 39916800;
    sine = sine * q + 1.0 / 362880;
    sine = sine * q - 1.0 / 5040;
    sine = sine * q + 1.0 / 120;
    sine = sine * q - 1.0 / 6;
    sine = (sine * q + 1.0) * x;
    double cosine = 1.0 / 20922789888000;
    cosine = cosine * q - 1.0 / 87178291200;
    cosine = cosine * q + 1.0 / 479001600;
    cosine = cosine * q - 1.0 / 3628800;
    cosine = cosine * q + 1.0 / 40320;
    cosine = cosine * q - 1.0 / 720;
    cosine = cosine * q + 1.0 / 24;
    cosine = cosine * q - 1.0 / 2;
    cosine = cosine * q + 1.0;
    return (struct geo_turn){.cos = size > 900000000 ? -cosine : cosine,
                             .sin = angle_e7 < 0 ? -sine : sine};
}

/** Of the reduced latitude, given the geodetic one. */
GEO_INLINE struct geo_turn geo_turn_reduced(int32_t lat_e7)
{
    struct geo_turn lat = geo_turn_of(lat_e7);
    double up = GEO_TURN_B_OVER_A * lat.sin;
    double norm = sqrt(lat.cos * lat.cos + up * up);
    return (struct geo_turn){.cos = lat.cos / norm, .sin = up / norm};
}

#endif
