/*
 * A layer of a Shapefile or a GeoPackage as records, read through SpatiaLite.
 */
#ifndef ARO_SCHEMA_LAYER_H
#define ARO_SCHEMA_LAYER_H

#include "schema/record.h"

/** Owned by one thread. */
struct schema_layer;

/** True where the name ends as that of a Shapefile or a GeoPackage does: .shp, .gpkg. */
bool schema_layer_is_named(const char *path);

/**
 * @param layer  of a GeoPackage: its name in any case; NULL: the only one, or the one of communes
 * @param err    ARO_NOT_FOUND; ARO_BAD_INPUT: no Shapefile or GeoPackage, a part of the Shapefile
 *               missing, no such layer, several and none named; ARO_IO
 */
struct schema_layer *schema_layer_open(const char *path, const char *layer, struct aro_error *err);
void schema_layer_close(struct schema_layer *layer);

/** Which of several layers was taken, as a sentence; NULL where there was no choice. */
const char *schema_layer_note(const struct schema_layer *layer);

/* As the functions of schema_source_…(). A record's line is its number in the layer, from 1. */
size_t schema_layer_n_columns(const struct schema_layer *layer);
const char *schema_layer_column(const struct schema_layer *layer, size_t i);
const char *schema_layer_crs(const struct schema_layer *layer);
enum schema_next schema_layer_next(struct schema_layer *layer,
                                   const struct schema_record **out_record, struct aro_error *err);
double schema_layer_progress(const struct schema_layer *layer);

#endif
