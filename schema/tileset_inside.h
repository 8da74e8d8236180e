/*
 * What the writers of tile sets share.
 */
#ifndef ARO_SCHEMA_TILESET_INSIDE_H
#define ARO_SCHEMA_TILESET_INSIDE_H

#include "geo/buffer.h"
#include "schema/tileset.h"

enum { TILESET_KEY_BYTES = 12 };

/** Length and hash of a content. Equal contents have equal keys; the reverse is to be checked. */
void tileset_key(const void *bytes, size_t len, char out_key[TILESET_KEY_BYTES]);

/** Appends {"name":…,"vector_layers":[…]}, the metadata of PMTiles. */
void tileset_write_json(const struct schema_tileset *about, struct aro_buffer *out);

/** Appends {"vector_layers":[…]}, the row `json` of MBTiles. */
void tileset_write_layers(const struct schema_tileset *about, struct aro_buffer *out);

#endif
