#include "geo/bounds_internal.h"

#include <math.h>

#include "geo/turn_internal.h"

/* WGS 84 (NGA.STND.0036, table 3.1): equatorial and polar radius, and the least radius of
 * curvature, that of the meridian at the equator. */
static const double radius_a_m = 6378137.0;
static const double radius_b_m = 6356752.314245179;
static const double radius_min_m = 6335439.327292; /* b^2 / a, rounded down */
static const double pi = 3.14159265358979323846;

struct geo_view geo_view_make(struct geo_point from)
{
    double lon = from.lon_deg * (pi / 180), lat = from.lat_deg * (pi / 180);
    double across = cos(lat), up = GEO_TURN_B_OVER_A * sin(lat);
    double norm = sqrt(across * across + up * up);
    return (struct geo_view){
        .from = from, .x = across / norm * cos(lon), .y = across / norm * sin(lon), .z = up / norm};
}

/* ------------------------------------------------------------------ points */

GEO_VECTOR_CLONES
void geo_bounds_points(const struct geo_view *view, const struct geo_coord *coords, size_t n,
                       double out_unit2[GEO_BOUNDS_BATCH], double out_space2[GEO_BOUNDS_BATCH])
{
    const struct geo_view here = *view; /* a copy: what is written cannot be in it */
    for (size_t i = 0; i < n; i++) {
        struct geo_turn lon = geo_turn_of(coords[i].lon_e7),
                        lat = geo_turn_reduced(coords[i].lat_e7);
        double dx = lat.cos * lon.cos - here.x, dy = lat.cos * lon.sin - here.y;
        double dz = lat.sin - here.z;
        double level2 = dx * dx + dy * dy, rise2 = dz * dz;
        out_unit2[i] = level2 + rise2;
        out_space2[i] = radius_a_m * radius_a_m * level2 + radius_b_m * radius_b_m * rise2;
    }
}

/* ------------------------------------------------------------------ boxes */

/*
 * A side of a box is a piece of a meridian, from latitude `south` to `north`. Seen along it, the
 * view stands `ahead` in its direction, `aside` of its plane, and `up`; the chord to the place at
 * latitude beta is least or greatest at an end, or where up cos(beta) - ahead sin(beta) changes
 * its sign.
 */
struct side {
    double ahead, aside, up;
    double slope_south, slope_north;   /* that expression at the ends */
    double chord2_south, chord2_north; /* squared chords to the ends */
};

GEO_INLINE double sum_of_squares(double x, double y, double z)
{
    return x * x + y * y + z * z;
}

GEO_INLINE struct side side_of(const struct geo_view *view, struct geo_turn lon,
                               struct geo_turn south, struct geo_turn north)
{
    struct side side = {.ahead = view->x * lon.cos + view->y * lon.sin,
                        .aside = view->y * lon.cos - view->x * lon.sin,
                        .up = view->z};
    side.slope_south = side.up * south.cos - side.ahead * south.sin;
    side.slope_north = side.up * north.cos - side.ahead * north.sin;
    side.chord2_south = sum_of_squares(side.ahead - south.cos, side.aside, side.up - south.sin);
    side.chord2_north = sum_of_squares(side.ahead - north.cos, side.aside, side.up - north.sin);
    return side;
}

/* How far the view is from the poles of the meridian's great circle. */
GEO_INLINE double off_pole(const struct side *side)
{
    return sqrt(geo_most(0, 1 - side->aside * side->aside));
}

GEO_INLINE double side_nearest2(const struct side *side)
{
    double ends = geo_least(side->chord2_south, side->chord2_north);
    double between = 2 * side->aside * side->aside / (1 + off_pole(side));
    bool peak = (side->slope_south > 0) & (side->slope_north < 0);
    return peak ? between : ends;
}

GEO_INLINE double side_farthest2(const struct side *side)
{
    double ends = geo_most(side->chord2_south, side->chord2_north);
    double between = 2 + 2 * off_pole(side);
    bool trough = (side->slope_south < 0) & (side->slope_north > 0);
    return trough ? between : ends;
}

/* How far apart two longitudes are, the shorter way round. */
GEO_INLINE double apart_e7(double lon_e7, int32_t side_e7)
{
    double apart = fabs(lon_e7 - side_e7);
    return geo_least(apart, 3600000000 - apart);
}

/*
 * For each latitude the nearest longitude is the view's own, or else the side that is less far
 * round; at the view's own longitude the nearest latitude is its own, or else an end.
 */
GEO_VECTOR_CLONES
void geo_bounds_nearest(const struct geo_view *view, const struct geo_rect *boxes, size_t n,
                        double out_unit2[GEO_BOUNDS_BATCH])
{
    const struct geo_view here = *view;
    double lon_e7 = here.from.lon_deg * 1e7, lat_e7 = here.from.lat_deg * 1e7;
    double level = sqrt(here.x * here.x + here.y * here.y);
    for (size_t i = 0; i < n; i++) {
        const struct geo_rect box = boxes[i];
        struct geo_turn south = geo_turn_reduced(box.south_e7),
                        north = geo_turn_reduced(box.north_e7);
        bool by_west = apart_e7(lon_e7, box.west_e7) < apart_e7(lon_e7, box.east_e7);
        struct geo_turn lon = geo_turn_of(by_west ? box.west_e7 : box.east_e7);
        struct side side = side_of(&here, lon, south, north);
        double side2 = side_nearest2(&side);
        double above2 = sum_of_squares(level - north.cos, 0, here.z - north.sin);
        double below2 = sum_of_squares(level - south.cos, 0, here.z - south.sin);
        double column2 = lat_e7 < box.south_e7 ? below2 : 0;
        column2 = lat_e7 > box.north_e7 ? above2 : column2;
        double unit2 = lon_e7 < box.west_e7 ? side2 : column2;
        out_unit2[i] = lon_e7 > box.east_e7 ? side2 : unit2;
    }
}

/*
 * For each latitude the farthest longitude is the one opposite to the view, or else a side. A box
 * that holds the opposite one goes without a bound: 2 is the longest chord.
 */
GEO_VECTOR_CLONES
void geo_bounds_farthest(const struct geo_view *view, const struct geo_rect *boxes, size_t n,
                         double out_unit2[GEO_BOUNDS_BATCH])
{
    const struct geo_view here = *view;
    double lon_e7 = here.from.lon_deg * 1e7;
    double opposite_e7 = lon_e7 > 0 ? lon_e7 - 1800000000 : lon_e7 + 1800000000;
    for (size_t i = 0; i < n; i++) {
        const struct geo_rect box = boxes[i];
        struct geo_turn south = geo_turn_reduced(box.south_e7),
                        north = geo_turn_reduced(box.north_e7);
        struct side west = side_of(&here, geo_turn_of(box.west_e7), south, north);
        struct side east = side_of(&here, geo_turn_of(box.east_e7), south, north);
        double sides2 = geo_most(side_farthest2(&west), side_farthest2(&east));
        bool opposite = (opposite_e7 >= box.west_e7) & (opposite_e7 <= box.east_e7);
        out_unit2[i] = opposite ? 4 : sides2;
    }
}

/* ------------------------------------------------------------------ metres */

/* Up to some 1,800 km the arc is taken from its series, which ends below it by 1e-4 m at most. */
static const double near_unit2 = 0.08;

static double near_arc(double chord)
{
    double q = chord * chord;
    return chord * (1 + q * (1.0 / 24 + q * (3.0 / 640 + q * (5.0 / 7168 + q * (35.0 / 294912)))));
}

double geo_bounds_unit_m(double unit2)
{
    double chord = geo_most(0, sqrt(unit2) - GEO_BOUNDS_UNIT_ERROR);
    double arc = unit2 < near_unit2 ? near_arc(chord) : 2 * asin(geo_least(1, chord / 2));
    return radius_b_m * arc;
}

double geo_bounds_lower_m(double unit2, double space2)
{
    double straight_m = geo_most(0, sqrt(space2) - GEO_BOUNDS_SPACE_ERROR_M);
    return unit2 < near_unit2 ? straight_m : geo_most(straight_m, geo_bounds_unit_m(unit2));
}

static double chord_of(double distance_m, double radius_m)
{
    double half_turn = distance_m / (2 * radius_m);
    return half_turn < pi / 2 ? 2 * sin(half_turn) : INFINITY;
}

static double squared(double chord)
{
    return chord < 0 ? -1 : chord * chord; /* below every squared chord: nothing is inside */
}

struct geo_ring geo_ring_make(double radius_m)
{
    /* Up to here a geodesic cannot pass half the circle of the second fact; beyond, no bound. */
    bool bends_enough = radius_m < 3 * radius_min_m;
    double inside_m = bends_enough ? radius_min_m * chord_of(radius_m, radius_min_m) : 0;
    return (struct geo_ring){
        .outside_unit2 = squared(chord_of(radius_m, radius_b_m) + GEO_BOUNDS_UNIT_ERROR),
        .inside_unit2 = squared(chord_of(radius_m, radius_a_m) - GEO_BOUNDS_UNIT_ERROR),
        .outside_space2 = squared(radius_m + GEO_BOUNDS_SPACE_ERROR_M),
        .inside_space2 = squared(inside_m - GEO_BOUNDS_SPACE_ERROR_M),
    };
}
