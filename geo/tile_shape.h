/*
 * Areas as a tile shows them: the rings of a shape at the tile's zoom, in the tile's grid, cut to
 * the tile and its buffer.
 *
 * Rings that have no area left in the grid are left out, and holes with the ring around them; but
 * no shape vanishes: where nothing else is left of it, it is a triangle of one line's width at the
 * place where it would be.
 */
#ifndef ARO_GEO_TILE_SHAPE_H
#define ARO_GEO_TILE_SHAPE_H

#include "geo/clip.h"
#include "geo/levels.h"
#include "geo/mvt.h"

/** What of the map is drawn. Plain value; made by geo_tile_frame(). */
struct geo_tile_frame {
    struct geo_tile tile;
    int32_t buffer;              /* in lines of the grid */
    struct geo_mercator_box box; /* the tile and its buffer */
};

struct geo_tile_frame geo_tile_frame(struct geo_tile tile, uint32_t buffer);

/** Room that is used again. Start from {0}; geo_tile_shape_room_clear() releases. */
struct geo_tile_shape_room {
    struct geo_clip_ring ring, spare;
};
void geo_tile_shape_room_clear(struct geo_tile_shape_room *room);

/**
 * Adds the rings to the feature that is being written: none where the shape lies outside.
 *
 * @param err  ARO_NO_MEMORY
 */
bool geo_tile_shape_draw(const struct geo_levels *levels, size_t shape,
                         const struct geo_tile_frame *frame, struct geo_tile_shape_room *room,
                         struct geo_mvt *mvt, struct aro_error *err);

#endif
