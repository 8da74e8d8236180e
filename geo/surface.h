/*
 * How much ground a shape covers.
 */
#ifndef ARO_GEO_SURFACE_H
#define ARO_GEO_SURFACE_H

#include "geo/rings.h"

/**
 * The area on the WGS 84 ellipsoid, in square metres; holes do not count. Edges are straight on the
 * equal-area cylindrical map: against edges that are straight in longitude and latitude, 1e-7 of
 * the area of a commune. Never fails.
 *
 * @param rings  wound as geo_rings_wind() does
 * @param shape  one that does not cross the antimeridian
 *
 * Source: J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395, 1987,
 * equation 3-12.
 */
double geo_surface_m2(const struct geo_rings *rings, size_t shape);

#endif
