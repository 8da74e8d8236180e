/*
 * Positions: WGS 84 longitude and latitude, longitude always first.
 *
 * A stored coordinate is a whole number of 1e-7 degree (1.1 cm at the equator). It is rounded
 * once, on entry; store, index, comparison and every answer use that value.
 */
#ifndef ARO_GEO_COORD_H
#define ARO_GEO_COORD_H

#include <stddef.h>
#include <stdint.h>

#include "geo/buffer.h"
#include "geo/error.h"

/** Degrees as they come from or go to the outside. Plain value. */
struct geo_point {
    double lon_deg; /* -180 to 180 */
    double lat_deg; /* -90 to 90 */
};

/** The stored form. Plain value; equal positions have equal bytes. */
struct geo_coord {
    int32_t lon_e7; /* -1800000000 to 1800000000 */
    int32_t lat_e7; /* -900000000 to 900000000 */
};

/**
 * Rounds to the nearest 1e-7 degree, halves away from zero.
 *
 * @param err  ARO_BAD_INPUT: not finite or out of range
 */
bool geo_coord_from_point(struct geo_point point, struct geo_coord *out_coord,
                          struct aro_error *err);

struct geo_point geo_coord_to_point(struct geo_coord coord);

/** Appends one ordinate with at most 7 decimals, trailing zeros cut: 488566000 gives "48.8566". */
void geo_coord_write(struct aro_buffer *out, int32_t ordinate_e7);

/** Appends a GeoJSON position: "[2.3522,48.8566]". */
void geo_coord_write_position(struct aro_buffer *out, struct geo_coord coord);

/**
 * Reads one decimal number, point as separator, optional exponent, nothing before or after;
 * the same in every locale.
 *
 * @param text  len bytes, no terminator needed
 * @param err   ARO_BAD_INPUT: empty, not a finite number, or text behind it
 */
bool geo_number_parse(const char *text, size_t len, double *out_value, struct aro_error *err);

/**
 * True where longitude and latitude are likely to have changed places: metropolitan France (lon
 * -6 to 10, lat 41 to 52) would lie there with its two numbers swapped, off Somalia.
 */
bool geo_point_looks_swapped(struct geo_point point);

/** Reads "lon,lat" in degrees. ARO_BAD_INPUT: not two numbers, or out of range. */
bool geo_point_parse(const char *text, size_t len, struct geo_point *out_point,
                     struct aro_error *err);

#endif
