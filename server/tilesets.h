/*
 * The sets of tiles, described once: for their routes, TileJSON, the style and OGC API Tiles.
 */
#ifndef ARO_SERVER_TILESETS_H
#define ARO_SERVER_TILESETS_H

#include "server/http.h"
#include "server/tile_render.h"

struct tileset_info {
    const char *name; /* as in addresses; that of the collection that it shows, too */
    const char *title;
    enum tile_set set;
    uint8_t together_zoom; /* from which it is in the tiles of all sets */
};
extern const struct tileset_info tileset_infos[];
extern const size_t n_tileset_infos;

/** Beyond this zoom a client draws the tiles of it larger; they are answered to
 * GEO_TILE_MAX_ZOOM. */
enum { TILESET_MAX_ZOOM = 14 };

/** The sets that are together in a tile of all, as enum tile_set bits: at low zooms 35,000 communes
 * would be most of it, and nothing of them to be seen. */
unsigned tileset_all(uint8_t zoom);

/** The set of that name; NULL and ARO_NOT_FOUND where there is none. */
const struct tileset_info *tileset_find(const char *name, struct aro_error *err);

/** The box of all that is shown, west below east. */
struct geo_bbox tileset_bounds(const struct snapshot *snapshot);

#endif
