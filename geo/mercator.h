/*
 * Web mercator: the square map of the world that tiles, clusters and zoom levels are cut from.
 *
 * A place on it is two whole numbers of 2^-32 of the map's width: x from the antimeridian
 * eastward, y from the north edge (85.05113 degrees) southward. That is finer than the stored
 * coordinate everywhere (9 mm at the equator against 11 mm), so going there and back gives the
 * same coordinate. The square of a tile or cell is the leading bits: x >> (32 - zoom).
 *
 * Places beyond the edges count as on the edge; longitude 180 lies on the eastern edge.
 *
 * Source: EPSG:3857, "Popular Visualisation Pseudo-Mercator" (EPSG method 1024, IOGP Guidance
 * Note 373-7-2), on the unit square with y downward as in OGC 17-083r4, WebMercatorQuad.
 */
#ifndef ARO_GEO_MERCATOR_H
#define ARO_GEO_MERCATOR_H

#include "geo/coord.h"

/** Plain value. */
struct geo_mercator {
    uint32_t x; /* grows with the longitude */
    uint32_t y; /* grows as the latitude falls */
};

/** A box of the map; both corners are in it, so none is empty. Plain value. */
struct geo_mercator_box {
    struct geo_mercator low;  /* the north west corner */
    struct geo_mercator high; /* the south east one: nowhere below low */
};

enum { GEO_MERCATOR_BITS = 32 };

/**
 * A square of the quadtree: the map cut into 2^level by 2^level. Tiles are the cells of level
 * zoom. Plain value.
 */
struct geo_cell {
    uint8_t level; /* 0 to GEO_MERCATOR_BITS */
    uint32_t x;    /* from the antimeridian eastward, below 2^level */
    uint32_t y;    /* from the north edge southward, below 2^level */
};

/** Never fails; a greater ordinate never gives a lesser x, nor a greater y. */
struct geo_mercator geo_mercator_from_coord(struct geo_coord coord);

/** The coordinate in the middle of the smallest square. Gives back what it was made from. */
struct geo_coord geo_mercator_to_coord(struct geo_mercator place);

/**
 * Longitude and latitude of a point of the map, to find the corners of tiles and cells.
 *
 * @param x, y  parts of the map's width, 0 to 1: x east of the antimeridian, y south of the edge
 */
struct geo_point geo_mercator_point(double x, double y);

#endif
