/*
 * The vertices that are left while a mesh is simplified: is one of them inside a triangle?
 *
 * Strips of latitude with as many vertices each, sorted by longitude inside: narrow where the
 * vertices are dense, wherever on the earth. Removed vertices are passed over, and the strips made
 * anew of those left each time three of four are gone, so that a question stays cheap.
 */
#ifndef ARO_GEO_MESH_LIVE_H
#define ARO_GEO_MESH_LIVE_H

#include "geo/mesh_internal.h"

struct live_vertex {
    struct geo_coord coord;
    uint32_t number;
};

/** Owned by one thread. Start from {0}; mesh_live_clear() releases. */
struct mesh_live {
    struct live_vertex *items, *spare; /* room for n_items at the start */
    size_t n_items, n_left;
    uint32_t *places; /* by number: where it stands in items */
    uint32_t *bins;   /* of equal latitude: the strip of each */
    int32_t *souths;  /* by strip, ascending: all of its vertices lie there or north of it */
    uint32_t *firsts; /* by strip, and one more: where it begins in items */
    size_t n_strips;  /* 0 before the strips are made */
    bool *is_gone;    /* by number */
};

void mesh_live_clear(struct mesh_live *live);

/** Room for n vertices with numbers below n. ARO_NO_MEMORY. */
bool mesh_live_init(struct mesh_live *live, size_t n, struct aro_error *err);

void mesh_live_add(struct mesh_live *live, struct geo_coord coord, uint32_t number);

/** Call it once all are added. */
void mesh_live_arrange(struct mesh_live *live);

/** Says that one of them is gone. */
void mesh_live_remove(struct mesh_live *live, uint32_t number);

/**
 * The number of a vertex, not gone and at none of the corners, that lies in the triangle or on its
 * edges; MESH_NONE where there is none.
 *
 * @param corner  the number of one of the corners, not gone: the search begins there
 */
uint32_t mesh_live_inside(const struct mesh_live *live, const struct geo_coord corners[3],
                          uint32_t corner);

#endif
