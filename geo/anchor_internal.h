/*
 * Bounds on geodesic distances from one point, for what lies around a place whose distance is
 * known: for pruning, never for an answer. bounds_internal.h loses 0.34 %, of 10 000 km 34 km;
 * these lose 8 m at 100 km from the anchor, 17 m at most there, and by the cube of that distance
 * less nearer to it.
 *
 * Units here are b, the polar radius, and the sphere is the one of radius b. Its curvature is the
 * greatest that the ellipsoid has (1/b^2, at the equator). Let f(s) be the distance from the point
 * along a geodesic that leaves the anchor, D away, by an angle of c to the direction away from the
 * point. Up to pi b, before which no two geodesics from the point meet, the Hessian comparison
 * theorem says f'' >= cot(f) (1 - f'^2), hence F = -cos(f) has F'' + F >= 0, and Sturm's comparison
 * gives what on the sphere is the law of cosines:
 *
 *     cos f(s) <= cos(D) cos(s) - sin(D) sin(s) cos(c)
 *
 * With the squared chord 2 - 2 cos(f) on the left, s and s cos(c) taken from the straight line in
 * space between the anchor and the place, all is a polynomial of the place. No curve bends more
 * than k = a/b: |s cos(c) - its part of that line| <= k^2 s^3 / 6, and s^2 - k^2 s^4 / 12 <= that
 * line squared <= s^2.
 *
 * Source: P. Petersen, "Riemannian Geometry", 3rd edition, 2016, section 6.4 (comparison).
 */
#ifndef ARO_GEO_ANCHOR_INTERNAL_H
#define ARO_GEO_ANCHOR_INTERNAL_H

#include "geo/bbox.h"
#include "geo/proj.h"

enum { GEO_ANCHOR_BATCH = 16 };

/** A place in space: from the middle of the earth. Plain value. */
struct geo_spot {
    double x, y, z;
};

struct geo_spot geo_spot_of(struct geo_coord coord);

/** Plain value. */
struct geo_anchor {
    struct geo_coord at;
    double distance_m;
    struct geo_spot spot;
    double away_x, away_y, away_z; /* 2 sin(D) along the direction away from the point */
    double pull;                   /* the length of that */
    double chord2;                 /* 2 - 2 cos(D) */
    double bend;                   /* cos(D) */
};

/** Takes one geodesic. Beyond 19 000 km the anchor bounds nothing. */
struct geo_anchor geo_anchor_make(const struct geo_ellipsoid *ellipsoid, struct geo_point from,
                                  struct geo_coord at);

/** The squared straight line from the anchor. */
double geo_anchor_apart2(const struct geo_anchor *anchor, struct geo_spot spot);

/** The squared unit chord from the point, nearly: close to the anchor. */
double geo_anchor_unit2(const struct geo_anchor *anchor, struct geo_spot spot);

/**
 * Whether the anchor is surely the place of the edge from there to `end` that is nearest to the
 * point. The edge does not cross the antimeridian.
 */
bool geo_anchor_is_foot(const struct geo_anchor *anchor, struct geo_coord end);

/**
 * What lies in each of up to GEO_ANCHOR_BATCH boxes is no nearer to the point than this squared
 * unit chord says (geo_bounds_unit_m()): 0 where a box reaches beyond 600 km from the anchor.
 */
void geo_anchor_boxes(const struct geo_anchor *anchor, const struct geo_rect *boxes, size_t n,
                      double out_unit2[GEO_ANCHOR_BATCH]);

/**
 * The same for the edges of a path, straight in longitude and latitude.
 *
 * @param vertices  n + 1
 */
void geo_anchor_path(const struct geo_anchor *anchor, const struct geo_coord *vertices, size_t n,
                     double out_unit2[GEO_ANCHOR_BATCH]);

#endif
