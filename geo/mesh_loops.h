/*
 * Loops of an outline, to be sorted into polygons: which holes are whose.
 */
#ifndef ARO_GEO_MESH_LOOPS_H
#define ARO_GEO_MESH_LOOPS_H

#include "geo/mesh_internal.h"

struct mesh_loop {
    double area; /* about, in squares of 1e-7 degree; negative for a hole */
    struct geo_rect rect;
    uint32_t first_hole; /* of an outer loop; MESH_NONE where it has none */
    uint32_t next_hole;  /* of a hole: another of the same outer loop */
};

/** Loops that cross nowhere, counter-clockwise around what is inside, clockwise around holes.
 * Start from {0}; mesh_loops_clear() releases. */
struct mesh_loops {
    struct geo_rings rings; /* ends in coords; vertices behind the last belong to the next loop */
    struct mesh_loop *items;
    size_t capacity;
};

void mesh_loops_clear(struct mesh_loops *loops);
void mesh_loops_empty(struct mesh_loops *loops);

/** Ends a loop. ARO_NO_MEMORY. */
bool mesh_loops_end(struct mesh_loops *loops, struct aro_error *err);

/** Appends a shape: a polygon for each outer loop, in their order, with the holes that lie in it
 * and in no smaller one. */
bool mesh_loops_write(struct mesh_loops *loops, struct geo_rings *out_rings, struct aro_error *err);

#endif
