/*
 * Cheap and safe bounds on geodesic distances from one point: for pruning in nearest.c, never for
 * an answer.
 *
 * Two facts carry everything here; a and b are the equatorial and the polar radius.
 *
 * 1. Reduced latitude (tan beta = b/a tan phi) maps the ellipsoid to a unit sphere. Undoing it
 *    stretches parallels by a and meridians by something between b and a, so that an angle sigma
 *    on the sphere is a geodesic of b sigma to a sigma: 0.34 % apart, at any distance.
 * 2. The straight line in space is never longer than the geodesic, and a geodesic, which bends
 *    nowhere more than a circle of radius b^2/a, is never longer than the arc of that circle over
 *    the same chord (Schur's comparison theorem): parts in a million apart below 30 km.
 *
 * Chords on the unit sphere ("unit") and in space ("space", metres) come squared: no root is
 * taken where a comparison will do. They are right to GEO_BOUNDS_UNIT_ERROR and
 * GEO_BOUNDS_SPACE_ERROR_M; geo_bounds_* functions that return metres have allowed for that.
 */
#ifndef ARO_GEO_BOUNDS_INTERNAL_H
#define ARO_GEO_BOUNDS_INTERNAL_H

#include "geo/bbox.h"

enum { GEO_BOUNDS_BATCH = 8 };

/*
 * A batch on wider registers where the processor has them, chosen as the program starts. Not in
 * thread-sanitizer builds: what chooses would run before the sanitizer has begun. Not by clang 14,
 * which gives the chosen function another name than its callers ask for.
 */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define GEO_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define GEO_VECTOR_CLONES
#endif

/*
 * The polynomials in bounds.c are good to 1e-12 and a dozen operations follow: a hundredfold
 * margin. On the ground it is under a millimetre, and costs nothing.
 */
#define GEO_BOUNDS_UNIT_ERROR    1e-10
#define GEO_BOUNDS_SPACE_ERROR_M 1e-3

/** Where distances are measured from. Plain value. */
struct geo_view {
    struct geo_point from;
    double x, y, z; /* on the unit sphere, by reduced latitude */
};

struct geo_view geo_view_make(struct geo_point from);

/** Squared chords to up to GEO_BOUNDS_BATCH points. */
void geo_bounds_points(const struct geo_view *view, const struct geo_coord *coords, size_t n,
                       double out_unit2[GEO_BOUNDS_BATCH], double out_space2[GEO_BOUNDS_BATCH]);

/** Squared unit chords to the nearest place in each of up to GEO_BOUNDS_BATCH boxes. */
void geo_bounds_nearest(const struct geo_view *view, const struct geo_rect *boxes, size_t n,
                        double out_unit2[GEO_BOUNDS_BATCH]);

/** Squared unit chords to the farthest place in each of up to GEO_BOUNDS_BATCH boxes. */
void geo_bounds_farthest(const struct geo_view *view, const struct geo_rect *boxes, size_t n,
                         double out_unit2[GEO_BOUNDS_BATCH]);

/** What a geodesic measures at least, in metres, given the squared unit chord of its ends. */
double geo_bounds_unit_m(double unit2);

/** The same given both squared chords: the better of the two bounds. */
double geo_bounds_lower_m(double unit2, double space2);

/**
 * A radius as chords: what is farther than an `outside` one is out, what is nearer than an
 * `inside` one is in, and only what is neither must be measured. All squared.
 */
struct geo_ring {
    double outside_unit2, inside_unit2;
    double outside_space2, inside_space2;
};

/** @param radius_m  0 to INFINITY */
struct geo_ring geo_ring_make(double radius_m);

#endif
