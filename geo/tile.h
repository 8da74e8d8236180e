/*
 * Addresses of map tiles, and places in a tile's own grid.
 *
 * A tile of zoom z is a square of 2^(32 - z) units of the map (geo/mercator.h), x eastward and y
 * southward from the north-west corner: the scheme that is called XYZ, and of OGC 17-083r4,
 * WebMercatorQuad (which names y the row and x the column, and puts the row first).
 *
 * In the tile, places are whole numbers: 0 to GEO_TILE_EXTENT across, the same outside of it in
 * its buffer. The grid of a zoom is one for the whole map: a place lies at the same line of it in
 * each tile that shows it. Places are rounded to the nearest line, halves up, in integers.
 *
 * Nothing here allocates.
 */
#ifndef ARO_GEO_TILE_H
#define ARO_GEO_TILE_H

#include "geo/bbox.h"
#include "geo/mercator.h"

enum { GEO_TILE_MAX_ZOOM = 22, GEO_TILE_EXTENT_BITS = 12, GEO_TILE_EXTENT = 4096 };

/** Plain value. */
struct geo_tile {
    uint8_t zoom;  /* 0 to GEO_TILE_MAX_ZOOM */
    uint32_t x, y; /* 0 to 2^zoom - 1 */
};

/** A place in the grid of a tile. Plain value. */
struct geo_tile_point {
    int32_t x, y;
};

/**
 * Reads the three numbers of an address, each of digits only.
 *
 * @param zoom, x, y  terminated
 * @param err         ARO_BAD_INPUT: not a whole number; ARO_NOT_FOUND: no such zoom or tile
 */
bool geo_tile_parse(const char *zoom, const char *x, const char *y, struct geo_tile *out_tile,
                    struct aro_error *err);

/**
 * The units of the map that the tile shows, with `buffer` lines of its grid around it; cut off at
 * the edges of the map (the other side of the antimeridian is not in a buffer).
 *
 * @param buffer  0 to GEO_TILE_EXTENT
 */
struct geo_mercator_box geo_tile_box(struct geo_tile tile, uint32_t buffer);

/** A box in degrees that holds every coordinate that lies in this part of the map. */
struct geo_bbox geo_mercator_bbox(const struct geo_mercator_box *box);

/** Where the place lies in the grid of the tile, near to it or far away. */
static inline struct geo_tile_point geo_tile_project(struct geo_tile tile,
                                                     struct geo_mercator place)
{
    /* Lines of the grid are 2^bits units apart; beyond zoom 20 there are some between units. */
    int bits = 32 - GEO_TILE_EXTENT_BITS - tile.zoom;
    int64_t half = bits > 0 ? INT64_C(1) << (bits - 1) : 0;
    int64_t left = (int64_t)tile.x << GEO_TILE_EXTENT_BITS;
    int64_t top = (int64_t)tile.y << GEO_TILE_EXTENT_BITS;
    if (bits >= 0)
        return (struct geo_tile_point){(int32_t)((((int64_t)place.x + half) >> bits) - left),
                                       (int32_t)((((int64_t)place.y + half) >> bits) - top)};
    return (struct geo_tile_point){(int32_t)(((int64_t)place.x << -bits) - left),
                                   (int32_t)(((int64_t)place.y << -bits) - top)};
}

/** Whether the place lies in the tile or in the buffer around it; its east and south edges too. */
static inline bool geo_tile_holds(struct geo_tile_point point, int32_t buffer)
{
    return point.x >= -buffer && point.x <= GEO_TILE_EXTENT + buffer && point.y >= -buffer &&
           point.y <= GEO_TILE_EXTENT + buffer;
}

/** Whether the tile is the one of its zoom that the place belongs to. */
static inline bool geo_tile_owns(struct geo_tile tile, struct geo_mercator place)
{
    unsigned bits = 32U - tile.zoom;
    return (uint64_t)place.x >> bits == tile.x && (uint64_t)place.y >> bits == tile.y;
}

#endif
