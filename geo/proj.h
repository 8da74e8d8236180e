/*
 * The one door to PROJ: distances on the ellipsoid and coordinate reference systems.
 *
 * Longitude comes first on this side of the door, whatever the authority's axis order.
 */
#ifndef ARO_GEO_PROJ_H
#define ARO_GEO_PROJ_H

#include "geo/bbox.h"

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
 * Between a projected or geographic system and WGS 84 longitude/latitude.
 * Owned by one thread at a time; free with geo_transform_free(). Making one takes some 20 ms and
 * 0.7 MB, a position half a microsecond.
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

/** A position of any system: easting and northing in its unit, or longitude and latitude. */
struct geo_xy {
    double x, y;
};

enum geo_transform_way { GEO_TO_WGS84, GEO_FROM_WGS84 };

/**
 * Transforms positions in place, wherever the formulas lead: beyond the area in which a system is
 * meant to be used too. What they give no number for becomes NaN and NaN.
 */
void geo_transform_positions(struct geo_transform *transform, enum geo_transform_way way,
                             struct geo_xy *positions, size_t n);

/**
 * A box of longitudes and latitudes that holds every position which GEO_FROM_WGS84 puts inside the
 * box from `low` to `high`, edges included. It is a little wider than it need be.
 *
 * @return  false where none is known: the box reaches far out of the system's area of use, where
 *          one place may have several positions or none
 */
bool geo_transform_bounds(struct geo_transform *transform, struct geo_xy low, struct geo_xy high,
                          struct geo_bbox *out_bbox);

/** What a system is called and how it is defined, as PROJ's database has it. */
struct geo_crs_about {
    char *name;          /* "RGF93 v1 / Lambert-93" */
    char *wkt;           /* as OGC 01-009 has it (WKT 1) */
    bool is_degrees;     /* longitude and latitude; else metres or another length */
    bool is_north_first; /* in the authority's order of axes */
};
void geo_crs_about_clear(struct geo_crs_about *about);

/**
 * @param crs        as geo_transform_new() takes it
 * @param out_about  cleared by the caller, on success
 * @param err        ARO_BAD_INPUT: an unknown system, or one without two axes; ARO_NO_MEMORY
 */
bool geo_crs_describe(const char *crs, struct geo_crs_about *out_about, struct aro_error *err);

#endif
