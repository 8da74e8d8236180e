#include "geo/arc_internal.h"

#include <math.h>

/* WGS 84 (NGA.STND.0036, table 3.1): equatorial radius, squared eccentricity. */
static const double radius_a_m = 6378137.0;
static const double eccentricity2 = 6.69437999014e-3;
static const double rad_of_e7 = 3.14159265358979323846 / 1800000000;

double geo_arc_normal_m(double sine)
{
    return radius_a_m / sqrt(1 - eccentricity2 * sine * sine);
}

struct geo_arc_end geo_arc_end_make(double lon_e7, double lat_e7)
{
    double lat = lat_e7 * rad_of_e7, sine = sin(lat), normal = geo_arc_normal_m(sine);
    return (struct geo_arc_end){.lon_e7 = lon_e7,
                                .sine = sine,
                                .level_m = normal * cos(lat),
                                .height_m = normal * (1 - eccentricity2) * sine};
}

double geo_arc_m(const struct geo_arc_end *from, double lon_e7, double lat_e7)
{
    struct geo_arc_end to = geo_arc_end_make(lon_e7, lat_e7);
    double east = lon_e7 - from->lon_e7;
    east -= east > 1.8e9 ? 3.6e9 : east < -1.8e9 ? -3.6e9 : 0;
    double half = sin(east / 2 * rad_of_e7);
    double across = (from->level_m + to.level_m) * half, inward = from->level_m - to.level_m;
    double up = to.height_m - from->height_m;
    double along2 = inward * inward * (1 - half * half) + up * up;
    double chord2 = across * across + along2;
    if (chord2 == 0)
        return 0;
    double middle = (to.sine + from->sine) / 2, w2 = 1 - eccentricity2 * middle * middle;
    double bend2 = across * across + along2 * w2 / (1 - eccentricity2);
    double bend = bend2 / chord2 * sqrt(w2) / radius_a_m, q = bend * bend * chord2;
    return sqrt(chord2) * (1 + q * (1.0 / 24 + q * (3.0 / 640)));
}
