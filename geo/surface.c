#include "geo/surface.h"

#include <math.h>

static const double semi_major_m = 6378137.0, eccentricity2 = 6.69437999014131699e-3; /* WGS 84 */
static const double radians_per_e7 = 3.14159265358979323846 / 180e7;

/* q of Snyder: the area between the equator and a latitude is a^2 q / 2 for each radian of
 * longitude. */
static double equal_area_ordinate(int32_t lat_e7)
{
    double eccentricity = sqrt(eccentricity2), sine = sin(lat_e7 * radians_per_e7);
    return (1 - eccentricity2) *
           (sine / (1 - eccentricity2 * sine * sine) + atanh(eccentricity * sine) / eccentricity);
}

/* Positive for a ring that runs counter-clockwise. */
static double ring_area(const struct geo_rings *rings, size_t ring)
{
    struct geo_run run = geo_ends_run(&rings->rings, ring);
    double sum = 0;
    if (run.first == run.end)
        return 0;
    struct geo_coord from = rings->coords[run.end - 1];
    double from_q = equal_area_ordinate(from.lat_e7);
    for (uint32_t i = run.first; i < run.end; i++) {
        struct geo_coord to = rings->coords[i];
        double to_q = equal_area_ordinate(to.lat_e7);
        sum += ((double)from.lon_e7 - to.lon_e7) * (from_q + to_q);
        from = to;
        from_q = to_q;
    }
    return sum * radians_per_e7 * semi_major_m * semi_major_m / 4;
}

double geo_surface_m2(const struct geo_rings *rings, size_t shape)
{
    struct geo_run run = geo_rings_of_shape(rings, shape);
    double sum = 0;
    for (uint32_t ring = run.first; ring < run.end; ring++)
        sum += ring_area(rings, ring);
    return sum;
}
