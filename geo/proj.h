/*
 * The one door to PROJ: distances on the ellipsoid and coordinate reference systems.
 *
 * Longitude comes first on this side of the door, whatever the authority's axis order.
 */
#ifndef ARO_GEO_PROJ_H
#define ARO_GEO_PROJ_H

#include "geo/coord.h"

/**
 * Geodesic distance in metres on the WGS 84 ellipsoid: what users see, rank and cut by.
 * Never fails; thread-safe.
 *
 * Source: C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87, 2013 (PROJ's geod_inverse).
 */
double geo_geodesic_m(struct geo_point a, struct geo_point b);

/** The ellipsoid made ready, for many distances in a row. Plain value; threads may share it. */
struct geo_ellipsoid {
    double made_ready[64];
};

void geo_ellipsoid_init(struct geo_ellipsoid *ellipsoid);

/** geo_geodesic_m(), to the last bit, in six sevenths of the time. */
double geo_ellipsoid_geodesic_m(const struct geo_ellipsoid *ellipsoid, struct geo_point a,
                                struct geo_point b);

/**
 * The same, and the direction in which the geodesic from `a` arrives at `b`.
 *
 * @param out_azimuth_deg  clockwise from north at b, -180 to 180; at a pole along b's longitude
 */
double geo_ellipsoid_arrival_m(const struct geo_ellipsoid *ellipsoid, struct geo_point a,
                               struct geo_point b, double *out_azimuth_deg);

/**
 * From a projected or geographic system to WGS 84 longitude/latitude.
 * Owned by one thread; free with geo_transform_free().
 */
struct geo_transform;

/**
 * @param crs  "EPSG:2154", "http://www.opengis.net/def/crs/EPSG/0/2154", "OGC:CRS84", or another
 *             text PROJ knows; no network is used
 * @return     owned by the caller; NULL and ARO_BAD_INPUT for an unknown system, ARO_NO_MEMORY
 */
struct geo_transform *geo_transform_new(const char *crs, struct aro_error *err);
void geo_transform_free(struct geo_transform *transform);

/**
 * @param x  easting or longitude in the system's unit
 * @param y  northing or latitude
 * @param err  ARO_BAD_INPUT: outside where the system can be used
 */
bool geo_transform_to_wgs84(struct geo_transform *transform, double x, double y,
                            struct geo_point *out_point, struct aro_error *err);

#endif
