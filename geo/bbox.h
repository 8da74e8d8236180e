/*
 * Longitude/latitude boxes.
 *
 * All angles are WGS 84 degrees. A box with west_deg > east_deg crosses the antimeridian
 * (RFC 7946, section 5.2); every function here accepts one. Edges belong to the box.
 * Nothing here allocates.
 */
#ifndef ARO_GEO_BBOX_H
#define ARO_GEO_BBOX_H

#include "geo/coord.h"

/** Plain value: copy it freely, share it between threads. */
struct geo_bbox {
    double west_deg;  /* -180 to 180 */
    double south_deg; /* -90 to 90, never above north_deg */
    double east_deg;  /* -180 to 180 */
    double north_deg; /* -90 to 90 */
};

/** A box of stored coordinates, edges included; west_e7 <= east_e7 always. Plain value. */
struct geo_rect {
    int32_t west_e7, south_e7, east_e7, north_e7;
};

/** Holds nothing yet: for geo_rect_add() alone. */
#define GEO_RECT_NONE ((struct geo_rect){INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN})

/** Widens a box to hold a place. */
static inline void geo_rect_add(struct geo_rect *rect, struct geo_coord at)
{
    rect->west_e7 = at.lon_e7 < rect->west_e7 ? at.lon_e7 : rect->west_e7;
    rect->south_e7 = at.lat_e7 < rect->south_e7 ? at.lat_e7 : rect->south_e7;
    rect->east_e7 = at.lon_e7 > rect->east_e7 ? at.lon_e7 : rect->east_e7;
    rect->north_e7 = at.lat_e7 > rect->north_e7 ? at.lat_e7 : rect->north_e7;
}

/**
 * Reads the `bbox` query parameter: "west,south,east,north" in degrees, or six numbers with the
 * heights third and sixth (checked to be numbers, then left aside).
 *
 * @param text      len bytes, no terminator needed
 * @param out_bbox  written on success only
 * @param err       ARO_BAD_INPUT: not four or six finite numbers, one out of range, south above
 *                  north; a box that looks latitude first (as French tools draw them: 41 to 51
 *                  first, -5 to 10 second) is refused with a sentence that says so
 *
 * Source: OGC API - Features, Part 1 (OGC 17-069), section 7.15.3.
 */
bool geo_bbox_parse(const char *text, size_t len, struct geo_bbox *out_bbox, struct aro_error *err);

/** The same of "south,west,north,east", the order of EPSG:4326; longitude first is refused. */
bool geo_bbox_parse_latitude_first(const char *text, size_t len, struct geo_bbox *out_bbox,
                                   struct aro_error *err);

/**
 * Reads a box of another system: the first two axes of the lower corner, then of the upper one, in
 * the order in which they stand; heights as above.
 *
 * @param err  ARO_BAD_INPUT: not four or six finite numbers, or the lower corner above the upper
 */
bool geo_bbox_parse_corners(const char *text, size_t len, double out_low[2], double out_high[2],
                            struct aro_error *err);

/**
 * The stored coordinates inside the box, as one or two (across the antimeridian) rectangles:
 * a coordinate is in a rectangle exactly when geo_bbox_contains() says so.
 *
 * @return  0 (a box thinner than the grid, between two coordinates), 1 or 2
 */
size_t geo_bbox_rects(const struct geo_bbox *bbox, struct geo_rect out_rects[2]);

bool geo_bbox_contains(const struct geo_bbox *bbox, struct geo_coord coord);
bool geo_rect_contains(const struct geo_rect *rect, struct geo_coord coord);

/**
 * The smallest box around the coordinates; it crosses the antimeridian when that is narrower.
 *
 * @return  false when n is 0
 */
bool geo_bbox_around(const struct geo_coord *coords, size_t n, struct geo_bbox *out_bbox);

#endif
