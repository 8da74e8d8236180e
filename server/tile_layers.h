/*
 * What the layers of a tile are and which properties their features have, for those who draw them.
 */
#ifndef ARO_SERVER_TILE_LAYERS_H
#define ARO_SERVER_TILE_LAYERS_H

#include "geo/buffer.h"

/**
 * Appends the JSON array `vector_layers` (TileJSON 3.0.0, section 3.3).
 *
 * @param sets  enum tile_set bits: the layers come in the order in which tiles have them
 */
void tile_layers_write(unsigned sets, struct aro_buffer *out);

#endif
