#include "geo/anchor_internal.h"

#include "geo/bounds_internal.h"
#include "geo/turn_internal.h"

/* WGS 84 (NGA.STND.0036, table 3.1): polar radius, and the equatorial one in units of it. */
static const double radius_b_m = 6356752.314245179;
static const double equator = 1 / GEO_TURN_B_OVER_A;

/* Beyond this from the point, or from the anchor, the comparison is not made. */
static const double limit_m = 19000e3;
static const double limit = 0.094; /* 600 km */

/* A line of up to 600 km in space is no shorter than the geodesic divided by this. */
static const double along = 1.001;

/* A step in latitude is one of at most so much in reduced latitude. */
static const double reduced_step = 1 / GEO_TURN_B_OVER_A;

/* (k^2 + 1) / 6, since sin(s) is not s either, and k^2 / 12: both rounded up. */
static const double cubic = 0.3346, quartic = 0.084;

/* At part t of an edge of length_of() 1, the second derivative of its place by t is at most this: 1
 * and what steps in latitude that are not even in reduced latitude add. */
static const double edge_bend = 1.011;

/* ------------------------------------------------------------------ places */

GEO_INLINE struct geo_spot spot_of(struct geo_turn lon, struct geo_turn lat)
{
    return (struct geo_spot){equator * lat.cos * lon.cos, equator * lat.cos * lon.sin, lat.sin};
}

GEO_INLINE struct geo_spot from_anchor(const struct geo_anchor *anchor, struct geo_spot spot)
{
    return (struct geo_spot){spot.x - anchor->spot.x, spot.y - anchor->spot.y,
                             spot.z - anchor->spot.z};
}

GEO_INLINE double squared(struct geo_spot line)
{
    return line.x * line.x + line.y * line.y + line.z * line.z;
}

GEO_INLINE double along_away(const struct geo_anchor *anchor, struct geo_spot line)
{
    return anchor->away_x * line.x + anchor->away_y * line.y + anchor->away_z * line.z;
}

/* The lower bound before what is lost by the anchor's distance. */
GEO_INLINE double unit2_of(const struct geo_anchor *anchor, struct geo_spot line)
{
    return anchor->chord2 + anchor->bend * squared(line) + along_away(anchor, line);
}

struct geo_spot geo_spot_of(struct geo_coord coord)
{
    return spot_of(geo_turn_of(coord.lon_e7), geo_turn_reduced(coord.lat_e7));
}

struct geo_anchor geo_anchor_make(const struct geo_ellipsoid *ellipsoid, struct geo_point from,
                                  struct geo_coord at)
{
    double azimuth_deg;
    double distance_m =
        geo_ellipsoid_arrival_m(ellipsoid, from, geo_coord_to_point(at), &azimuth_deg);
    double lon = at.lon_e7 * GEO_TURN_RAD_OF_E7, lat = at.lat_e7 * GEO_TURN_RAD_OF_E7;
    double east = sin(azimuth_deg * 1e7 * GEO_TURN_RAD_OF_E7);
    double north = cos(azimuth_deg * 1e7 * GEO_TURN_RAD_OF_E7);
    double outward = -north * sin(lat), turn = distance_m / radius_b_m, half = sin(turn / 2);
    double pull = 2 * sin(turn);
    struct geo_anchor anchor = {.at = at, .distance_m = distance_m, .spot = geo_spot_of(at)};
    if (!(distance_m < limit_m))
        return anchor;
    anchor.away_x = pull * (outward * cos(lon) - east * sin(lon));
    anchor.away_y = pull * (outward * sin(lon) + east * cos(lon));
    anchor.away_z = pull * north * cos(lat);
    anchor.pull = pull;
    anchor.chord2 = 4 * half * half;
    anchor.bend = cos(turn);
    return anchor;
}

double geo_anchor_apart2(const struct geo_anchor *anchor, struct geo_spot spot)
{
    return squared(from_anchor(anchor, spot));
}

double geo_anchor_unit2(const struct geo_anchor *anchor, struct geo_spot spot)
{
    return unit2_of(anchor, from_anchor(anchor, spot));
}

/* What is lost up to a geodesic of s from the anchor. */
GEO_INLINE double lost(const struct geo_anchor *anchor, double s)
{
    return s * s * s * (anchor->pull * cubic + fabs(anchor->bend) * quartic * s);
}

/* How much the squared chord changes a step, at most, so far from the anchor. */
GEO_INLINE double steepest(const struct geo_anchor *anchor, double s)
{
    return anchor->pull + 2 * fabs(anchor->bend) * s;
}

/* ------------------------------------------------------------------ boxes */

/*
 * From the middle to the places of the box: in each direction the squared chord falls by half the
 * width or height times its slope there. Taylor's remainder of a place in longitude and reduced
 * latitude is no more than half the equator times the square of both together, and the square of
 * the line counts against the bound where bend < 0.
 */
GEO_VECTOR_CLONES
void geo_anchor_boxes(const struct geo_anchor *anchor, const struct geo_rect *boxes, size_t n,
                      double out_unit2[GEO_ANCHOR_BATCH])
{
    const struct geo_anchor here = *anchor; /* a copy: what is written cannot be in it */
    for (size_t i = 0; i < n; i++) {
        struct geo_turn lon = geo_turn_of(boxes[i].west_e7 / 2 + boxes[i].east_e7 / 2);
        struct geo_turn lat = geo_turn_reduced(boxes[i].south_e7 / 2 + boxes[i].north_e7 / 2);
        struct geo_spot middle = from_anchor(&here, spot_of(lon, lat));
        /* The middle is rounded: 1e-7 degree on each side for that. */
        double wide = ((double)boxes[i].east_e7 - boxes[i].west_e7 + 2) / 2 * GEO_TURN_RAD_OF_E7;
        double high = ((double)boxes[i].north_e7 - boxes[i].south_e7 + 2) / 2 * GEO_TURN_RAD_OF_E7 *
                      reduced_step;
        double radius = equator * (wide + high);
        double s = along * (sqrt(squared(middle)) + radius);
        double x = here.away_x + 2 * here.bend * middle.x;
        double y = here.away_y + 2 * here.bend * middle.y;
        double z = here.away_z + 2 * here.bend * middle.z;
        double by_lon = equator * lat.cos * (y * lon.cos - x * lon.sin);
        double by_lat = lat.cos * z - equator * lat.sin * (x * lon.cos + y * lon.sin);
        double inward = fabs(by_lon) * wide + fabs(by_lat) * high +
                        steepest(&here, s) * radius * (wide + high) / 2 +
                        geo_most(0, -here.bend) * radius * radius;
        double unit2 = geo_most(0, unit2_of(&here, middle) - inward - lost(&here, s));
        out_unit2[i] = s < limit ? unit2 : 0;
    }
}

/* ------------------------------------------------------------------ edges */

/* No edge is longer. */
GEO_INLINE double length_of(struct geo_coord start, struct geo_coord end)
{
    double wide = fabs((double)end.lon_e7 - start.lon_e7);
    double high = fabs((double)end.lat_e7 - start.lat_e7);
    return equator * (wide + reduced_step * high) * GEO_TURN_RAD_OF_E7;
}

/*
 * At part t of the edge its place is t times the line to the end away from the anchor, but for t
 * edge_bend length^2: so by t times the rise, at least, the squared chord is greater than the
 * anchor's, and by t times the rest, at most, it is less.
 */
bool geo_anchor_is_foot(const struct geo_anchor *anchor, struct geo_coord end)
{
    double length = length_of(anchor->at, end);
    double rise = along_away(anchor, from_anchor(anchor, geo_spot_of(end)));
    double bent = (anchor->pull * edge_bend + fabs(anchor->bend)) * length * length;
    return along * length < limit &&
           rise > bent + lost(anchor, along * length) + anchor->pull * GEO_BOUNDS_UNIT_ERROR;
}

/* Between its ends the squared chord is below the less of theirs by an eighth of its greatest
 * second derivative. */
GEO_VECTOR_CLONES
void geo_anchor_path(const struct geo_anchor *anchor, const struct geo_coord *vertices, size_t n,
                     double out_unit2[GEO_ANCHOR_BATCH])
{
    const struct geo_anchor here = *anchor;
    double unit2[GEO_ANCHOR_BATCH + 1], apart[GEO_ANCHOR_BATCH + 1];
    for (size_t i = 0; i <= n; i++) {
        struct geo_turn lon = geo_turn_of(vertices[i].lon_e7);
        struct geo_turn lat = geo_turn_reduced(vertices[i].lat_e7);
        struct geo_spot line = from_anchor(&here, spot_of(lon, lat));
        unit2[i] = unit2_of(&here, line);
        apart[i] = sqrt(squared(line));
    }
    for (size_t i = 0; i < n; i++) {
        double length = length_of(vertices[i], vertices[i + 1]);
        double s = along * (geo_most(apart[i], apart[i + 1]) + length);
        double sag = (steepest(&here, s) * edge_bend + 2 * fabs(here.bend)) * length * length / 8;
        double least = geo_least(unit2[i], unit2[i + 1]) - sag - lost(&here, s);
        out_unit2[i] = s < limit ? geo_most(0, least) : 0;
    }
}
