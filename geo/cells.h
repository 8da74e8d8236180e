/*
 * The cells of a quadtree level that hold points, out of the points' keys alone.
 *
 * Keys of geo_hilbert_key() make every cell one run of positions, at every level: the quadtree is
 * in their order already, and needs no store of its own.
 */
#ifndef ARO_GEO_CELLS_H
#define ARO_GEO_CELLS_H

#include "geo/hilbert.h"

/** Columns west to east and rows north to south of one level, both ends included. Plain value. */
struct geo_cell_box {
    uint32_t west, north, east, south;
};

/** A cell that holds points. Plain value. */
struct geo_cell_run {
    uint32_t x, y;
    struct geo_run run; /* never empty */
};

/** Start from {0}; geo_cell_runs_clear() releases. */
struct geo_cell_runs {
    struct geo_cell_run *items; /* owned; in the order of their positions */
    size_t n, capacity;
};

void geo_cell_runs_clear(struct geo_cell_runs *cells);

/** The cells of a level that a box of the map touches, and `margin` more on every side. */
struct geo_cell_box geo_cells_around(const struct geo_mercator_box *box, uint8_t level,
                                     uint32_t margin);

static inline bool geo_cell_box_contains(const struct geo_cell_box *box, uint32_t x, uint32_t y)
{
    return x >= box->west && x <= box->east && y >= box->north && y <= box->south;
}

/**
 * The cells in the box that hold a point.
 *
 * @param keys       n keys in ascending order
 * @param level      0 to GEO_MERCATOR_BITS
 * @param out_cells  emptied first, its room used again; on failure empty
 * @param err        ARO_NO_MEMORY
 */
bool geo_cells_find(const uint64_t *keys, uint32_t n, uint8_t level, const struct geo_cell_box *box,
                    struct geo_cell_runs *out_cells, struct aro_error *err);

#endif
