/*
 * The sets of tiles: their names, and what their descriptions say of them.
 */
#ifndef ARO_SERVER_TILESETS_H
#define ARO_SERVER_TILESETS_H

#include "server/tile_render.h"

/** The set of that name, as enum tile_set bits. ARO_NOT_FOUND: there is none. */
bool tileset_find(const char *name, unsigned *out_sets, struct aro_error *err);

#endif
