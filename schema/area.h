/*
 * Polygons and multipolygons as stores and files write them, read into shapes and back: blobs of
 * SpatiaLite, and the parsed geometry of GeoJSON.
 *
 * Ordinates become stored coordinates on the way in; two vertices in a row that then are the same
 * become one. A third and fourth ordinate (height, measure) are left aside. Rings keep the
 * direction they have. What comes from outside is checked for its form, not for validity.
 */
#ifndef ARO_SCHEMA_AREA_H
#define ARO_SCHEMA_AREA_H

#include <jansson.h>

#include "geo/proj.h"
#include "geo/rings.h"

enum { SCHEMA_SRID_ANY = -2 };

/**
 * Appends the bytes of a WGS 84 MULTIPOLYGON, little-endian.
 *
 * @param out  failure is sticky: see aro_buffer_ok()
 *
 * Source: SpatiaLite's "BLOB-Geometry" format, gaia-gis.it/gaia-sins/BLOB-Geometry.html.
 */
void schema_area_encode(const struct geo_rings *rings, size_t shape, struct aro_buffer *out);

/**
 * Appends the shape of a blob of either byte order: POLYGON or MULTIPOLYGON in two, three or four
 * dimensions, not compressed.
 *
 * @param bytes      len bytes; may be NULL when len is 0
 * @param srid       that the blob must say; SCHEMA_SRID_ANY for any
 * @param transform  from the blob's system; NULL: WGS 84 degrees, longitude first
 * @param out_rings  on failure with a part of the shape behind what was there
 * @param err        ARO_BAD_INPUT: another geometry, damaged, an ordinate out of range, a ring not
 *                   closed; ARO_NO_MEMORY
 */
bool schema_area_decode(const void *bytes, size_t len, int32_t srid,
                        struct geo_transform *transform, struct geo_rings *out_rings,
                        struct aro_error *err);

/**
 * Appends the shape of a GeoJSON geometry object; arguments and failures as above.
 *
 * Source: RFC 7946, sections 3.1.6 and 3.1.7.
 */
bool schema_area_from_json(const json_t *geometry, struct geo_transform *transform,
                           struct geo_rings *out_rings, struct aro_error *err);

/* ---- For the readers behind this header ---- */

/**
 * Adds a vertex of a ring that began at coords[first].
 *
 * @return  false with the reason in err
 */
bool schema_area_add(struct geo_rings *rings, size_t first, struct geo_transform *transform,
                     double x, double y, struct aro_error *err);
/** Ends a ring whose last vertex must be its first, which is dropped. */
bool schema_area_end_ring(struct geo_rings *rings, size_t first, struct aro_error *err);

#endif
