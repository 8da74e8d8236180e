/*
 * Points as SpatiaLite keeps them, written and read without a SQL function call per row.
 *
 * Source: SpatiaLite's "BLOB-Geometry" format, gaia-gis.it/gaia-sins/BLOB-Geometry.html.
 */
#ifndef ARO_SCHEMA_SPATIAL_H
#define ARO_SCHEMA_SPATIAL_H

#include "geo/coord.h"

enum { SCHEMA_POINT_BYTES = 60, SCHEMA_SRID_WGS84 = 4326 };

/** Writes a WGS 84 point, little-endian. */
void schema_point_encode(struct geo_coord coord, unsigned char out_bytes[SCHEMA_POINT_BYTES]);

/**
 * Reads a WGS 84 point of either byte order.
 *
 * @param bytes  len bytes; may be NULL when len is 0
 * @return       false: not a two-dimensional WGS 84 point
 */
bool schema_point_decode(const void *bytes, size_t len, struct geo_coord *out_coord);

#endif
