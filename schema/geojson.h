/*
 * GeoJSON as a stream of features: a FeatureCollection of any length, a single Feature, or
 * Features one behind another (GeoJSONSeq of RFC 8142, and plain lines), in bounded memory.
 *
 * Members of a collection other than "features" are passed over, except "crs" (of the GeoJSON of
 * 2008, still written by many programs), which schema_geojson_crs() tells.
 */
#ifndef ARO_SCHEMA_GEOJSON_H
#define ARO_SCHEMA_GEOJSON_H

#include "schema/input.h"
#include "schema/record.h"

/** Owned by one thread. */
struct schema_geojson;

/**
 * Reads up to the end of the first feature, so that its columns and the crs are known.
 *
 * @param input  borrowed until schema_geojson_close(); stands behind any byte order mark
 * @param err    what makes schema_geojson_next() fail
 */
struct schema_geojson *schema_geojson_open(struct schema_input *input, struct aro_error *err);
void schema_geojson_close(struct schema_geojson *geojson);

size_t schema_geojson_n_columns(const struct schema_geojson *geojson);
const char *schema_geojson_column(const struct schema_geojson *geojson, size_t i);

/** As schema_source_crs(). */
const char *schema_geojson_crs(const struct schema_geojson *geojson);

/** As schema_source_next(). */
enum schema_next schema_geojson_next(struct schema_geojson *geojson,
                                     const struct schema_record **out_record,
                                     struct aro_error *err);

#endif
