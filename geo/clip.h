/*
 * Polygons cut to a square, in the whole numbers of a tile's grid.
 *
 * Source: I. E. Sutherland and G. W. Hodgman, "Reentrant Polygon Clipping", CACM 17 (1974). As
 * there, the parts of a ring that comes back into the square several times stay joined by edges
 * along its border: in the buffer around a tile, where nobody sees them.
 */
#ifndef ARO_GEO_CLIP_H
#define ARO_GEO_CLIP_H

#include "geo/tile.h"

/** A square from (low, low) to (high, high), edges included. Plain value. */
struct geo_clip_box {
    int32_t low, high; /* within 2^20 of 0 */
};

/** Vertices, in room that is used again. Start from {0}; geo_clip_ring_clear() releases. */
struct geo_clip_ring {
    struct geo_tile_point *points; /* owned; n */
    size_t n, capacity;
};
void geo_clip_ring_clear(struct geo_clip_ring *ring);

/** Makes room for n vertices. */
bool geo_clip_ring_reserve(struct geo_clip_ring *ring, size_t n, struct aro_error *err);

/** Appends a vertex, but for one equal to the last; there is room for it. */
static inline void geo_clip_ring_add(struct geo_clip_ring *ring, struct geo_tile_point point)
{
    if (ring->n > 0 && ring->points[ring->n - 1].x == point.x &&
        ring->points[ring->n - 1].y == point.y)
        return;
    ring->points[ring->n++] = point;
}

/**
 * What of the ring lies in the square: nothing (n is 0) or a ring of an area other than 0, without
 * equal neighbours. A ring wholly inside costs no more than looking at it.
 *
 * @param ring   its first vertex not repeated; changed in place
 * @param spare  room for the steps between
 * @param err    ARO_NO_MEMORY
 */
bool geo_clip(struct geo_clip_ring *ring, const struct geo_clip_box *box,
              struct geo_clip_ring *spare, struct aro_error *err);

/** Twice the area, exact: positive for a ring that runs clockwise on a screen (y downward). */
int64_t geo_clip_area2(const struct geo_tile_point *points, size_t n);

#endif
