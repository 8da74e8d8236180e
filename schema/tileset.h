/*
 * What a set of vector tiles says of itself: the same in MBTiles and in PMTiles.
 */
#ifndef ARO_SCHEMA_TILESET_H
#define ARO_SCHEMA_TILESET_H

#include <stdint.h>

#include "geo/tile.h"

/** Plain value; the texts are borrowed for as long as a writer holds it. */
struct schema_tileset {
    const char *name;          /* for people */
    const char *description;   /* plain text */
    const char *attribution;   /* may hold HTML; "" where nobody is named */
    const char *vector_layers; /* JSON array: TileJSON 3.0.0, section 3.3 */
    struct geo_bbox bounds;    /* all that the tiles show; west at most east */
    struct geo_point center;   /* where a viewer begins, at center_zoom */
    uint8_t center_zoom;
    uint8_t min_zoom, max_zoom; /* at most GEO_TILE_MAX_ZOOM */
};

#endif
