/*
 * Writing MBTiles: tiles in an SQLite file, as GIS programs and tile servers read them.
 *
 * Each content is stored once: `tiles` is a view over a table of contents and a table of places.
 * Only core SQLite; rows count from the south, as in TMS. Owned by one thread.
 *
 * Source: MBTiles specification, version 1.3 (https://github.com/mapbox/mbtiles-spec).
 */
#ifndef ARO_SCHEMA_MBTILES_H
#define ARO_SCHEMA_MBTILES_H

#include "schema/tileset.h"

/** A file while it is written. */
struct schema_mbtiles;

/**
 * Begins a file beside its target; schema_mbtiles_finish() puts it there.
 *
 * @param about     borrowed for the call
 * @param replace   a file that stands there is replaced in the end
 * @param out_file  owned by the caller, who calls schema_mbtiles_free()
 * @param err       those of schema_aside_begin(); ARO_IO
 */
bool schema_mbtiles_new(const char *target, bool replace, const struct schema_tileset *about,
                        struct schema_mbtiles **out_file, struct aro_error *err);

/**
 * Adds a tile, in any order.
 *
 * @param bytes  a gzip MVT
 * @param err    ARO_IO, also where the tile was added before
 */
bool schema_mbtiles_add(struct schema_mbtiles *file, struct geo_tile tile, const void *bytes,
                        size_t len, struct aro_error *err);

/** Puts the file in its place, on disk. ARO_IO; ARO_CONFLICT. */
bool schema_mbtiles_finish(struct schema_mbtiles *file, struct aro_error *err);

/** Leaves nothing behind unless it was finished. NULL is allowed. */
void schema_mbtiles_free(struct schema_mbtiles *file);

#endif
