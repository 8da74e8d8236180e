/*
 * How a mesh is held: for geo/mesh*.c, what makes levels of it, and nobody else.
 *
 * A node is a vertex with other than two neighbours, or at which a ring turns back; arcs run from
 * node to node, or are closed and meet none. Inside an arc every vertex has one neighbour before
 * and one behind it, whichever ring goes along.
 */
#ifndef ARO_GEO_MESH_INTERNAL_H
#define ARO_GEO_MESH_INTERNAL_H

#include "geo/mesh.h"

enum {
    MESH_NONE = UINT32_MAX,
    MESH_MAX_VERTICES = 1 << 29, /* a slot and its two flags fit 32 bits */
};

/**
 * Vertices first to end - 1 of the mesh; the nodes at the ends are among them. A closed arc has
 * no nodes, and its last vertex is followed by its first.
 */
struct mesh_arc {
    uint32_t first, end;
    uint32_t nodes[2];     /* at first and at end - 1; MESH_NONE for a closed one */
    uint32_t next_ends[2]; /* the next end at the same node: arc << 1 | which end */
};

struct geo_mesh {
    struct geo_coord *coords; /* of all arcs, one behind the other */
    float *importances;       /* of each of them; INFINITY where it always stays */
    size_t n_vertices;
    struct mesh_arc *arcs;
    size_t n_arcs;
    uint32_t *node_ends; /* by node: the first end there, arc << 1 | which end */
    size_t n_nodes;
    uint32_t *refs; /* the arcs of each ring in turn: arc << 1 | 1 where it goes backward */
    size_t n_refs;
    struct geo_ends rings;            /* ends in refs */
    struct geo_ends polygons, shapes; /* as in struct geo_rings */
};

/** Fills coordinates, arcs, nodes and rings. */
bool mesh_arcs_build(struct geo_mesh *mesh, const struct geo_rings *shapes, struct aro_error *err);

/** Fills the importances. */
bool mesh_simplify(struct geo_mesh *mesh, struct aro_error *err);

/** Appends the vertices of an arc in the direction of the ref, but for the node at its end. */
bool mesh_add_arc(const struct geo_mesh *mesh, uint32_t ref, float min_importance,
                  struct geo_rings *out_rings, struct aro_error *err);

/** The node where a ref begins. */
static inline uint32_t mesh_ref_start(const struct geo_mesh *mesh, uint32_t ref)
{
    return mesh->arcs[ref >> 1].nodes[ref & 1];
}

/** The node where a ref ends. */
static inline uint32_t mesh_ref_end(const struct geo_mesh *mesh, uint32_t ref)
{
    return mesh->arcs[ref >> 1].nodes[~ref & 1];
}

static inline bool coord_equal(struct geo_coord a, struct geo_coord b)
{
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

/** Twice the area of a triangle, exact; positive when it runs counter-clockwise. */
static inline __int128 coord_cross(struct geo_coord a, struct geo_coord b, struct geo_coord c)
{
    int64_t abx = (int64_t)b.lon_e7 - a.lon_e7, aby = (int64_t)b.lat_e7 - a.lat_e7;
    int64_t acx = (int64_t)c.lon_e7 - a.lon_e7, acy = (int64_t)c.lat_e7 - a.lat_e7;
    return (__int128)abx * acy - (__int128)aby * acx;
}

#endif
