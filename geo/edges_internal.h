/*
 * Distances from one point to boxes and to straight edges: bounds that prune, and the measured one.
 *
 * An edge is straight in longitude and latitude, as GeoJSON has it (RFC 7946, section 3.1.1), which
 * is also what decides whether a point is inside a ring.
 *
 * Bounds. A path of GEO_EDGES_REACH_M at most stays in a band of latitudes around the point; there
 * a step of dlon, dlat is never shorter than hypot(lon_m dlon, lat_m dlat), with the least metres
 * of a degree that occur in the band. So that length, in the plane of degrees, bounds the geodesic
 * from below wherever it does not exceed the reach; what lies farther has the bounds of
 * bounds_internal.h. Both lose about 0.35 %, which far away is many kilometres: there what is small
 * has bounds from a place near it that was measured (anchor_internal.h).
 *
 * Measured. Within reach the foot point is found on the map of the point's own surroundings with
 * metres of a degree at the middle latitude (right to some 1e-6 of the distance), and the geodesic
 * from there follows from the straight line in space, to 1e-8 m; beyond it the foot is found by a
 * parabola through measured distances, PROJ's geodesics. A foot point that is off by a little makes
 * a distance that is off by its square: 1e-3 m at most, up to 15 000 km. Edges longer than a
 * quarter of a degree are cut into pieces.
 */
#ifndef ARO_GEO_EDGES_INTERNAL_H
#define ARO_GEO_EDGES_INTERNAL_H

#include "geo/anchor_internal.h"
#include "geo/arc_internal.h"
#include "geo/bounds_internal.h"

#define GEO_EDGES_REACH_M GEO_ARC_REACH_M
#define GEO_EDGES_LONG_M  (-1.0) /* of edges too long for the plane: nothing is known */

enum { GEO_EDGES_FEET = 4, GEO_EDGES_ANCHORS = 4, GEO_EDGES_BATCH = GEO_ANCHOR_BATCH };

/** Where distances are measured from, and what was measured last: owned by one question. */
struct geo_eye {
    const struct geo_ellipsoid *ellipsoid; /* borrowed */
    struct geo_coord from;
    struct geo_point point; /* the same */
    struct geo_view view;   /* from there, once something beyond reach was looked at */
    bool has_view;
    double lon_m, lat_m; /* lower bounds on the metres of 1e-7 degree, within reach */
    double stretch;      /* upper ones are at most so many times as long */
    /* Metres from the point to dlon, dlat: dlon (x_m + x_slope dlat), dlat (y_m + y_slope dlat). */
    double x_m, x_slope, y_m, y_slope;
    struct geo_arc_end end;
    /* Neighbours share edges and vertices: feet measured last, the oldest overwritten. */
    struct geo_foot {
        double lon_e7, lat_e7, distance_m;
    } feet[GEO_EDGES_FEET];
    unsigned n_feet;
    /* Places measured far away, the oldest overwritten, and the one that bounds are taken from. */
    struct geo_anchor anchors[GEO_EDGES_ANCHORS];
    unsigned n_anchors, anchor;
};

/** @param ellipsoid  borrowed as long as the eye */
struct geo_eye geo_eye_make(const struct geo_ellipsoid *ellipsoid, struct geo_coord from);

/** What lies in each of up to GEO_BOUNDS_BATCH boxes is no nearer than this; GEO_EDGES_REACH_M at
 * most. */
void geo_eye_boxes_m(const struct geo_eye *eye, const struct geo_rect *boxes, size_t n,
                     double out_m[GEO_BOUNDS_BATCH]);

/**
 * Makes ready for what lies in a box beyond reach: takes the nearest anchor there is, or measures
 * one in its middle, where the box is small enough and there is none at hand.
 */
void geo_eye_drop_anchor(struct geo_eye *eye, const struct geo_rect *box);

/** The bounds for up to GEO_BOUNDS_BATCH boxes, beyond reach as well: GEO_EDGES_REACH_M at least
 * there, and close where an anchor is. */
void geo_eye_all_boxes_m(struct geo_eye *eye, const struct geo_rect *boxes, size_t n,
                         double out_m[GEO_BOUNDS_BATCH]);

/**
 * No edge of a path of up to GEO_EDGES_BATCH is nearer than what is said of it; GEO_EDGES_REACH_M
 * at most, and GEO_EDGES_LONG_M of an edge of more than a quarter of a degree.
 *
 * @param vertices  n + 1
 */
void geo_eye_path_m(const struct geo_eye *eye, const struct geo_coord *vertices, size_t n,
                    double out_m[GEO_EDGES_BATCH]);

/** The same, beyond reach as well. */
void geo_eye_far_path_m(struct geo_eye *eye, const struct geo_coord *vertices, size_t n,
                        double out_m[GEO_EDGES_BATCH]);

/** An edge with such a bound, below GEO_EDGES_REACH_M, is no farther than this. */
static inline double geo_eye_upper_m(const struct geo_eye *eye, double lower_m)
{
    enum { ERROR_UM = 4 }; /* twice what rounding takes off a bound, and as much again */
    return (lower_m + ERROR_UM * 1e-6) * eye->stretch;
}

/**
 * The distance to an edge, the same from a to b as from b to a. What is beyond `limit_m` may come
 * out as anything beyond it.
 */
double geo_eye_edge_m(struct geo_eye *eye, struct geo_coord a, struct geo_coord b, double limit_m);

#endif
