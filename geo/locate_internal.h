/*
 * The inside of a geo_locator, for the walks over it: locate.c, locate_close.c and
 * locate_near.c.
 *
 * Two kinds of trees, packed and without pointers. One stands over the boxes of all rings: shapes
 * in Hilbert order, the rings of a shape next to one another. And each ring has one of its own over
 * its edges, in their order along the ring: a node is a path, from its first vertex to its last.
 */
#ifndef ARO_GEO_LOCATE_INTERNAL_H
#define ARO_GEO_LOCATE_INTERNAL_H

#include "geo/edges_internal.h"
#include "geo/index_internal.h"
#include "geo/locate.h"

enum {
    LOCATE_EDGES_BITS = 4, /* edges under a node of level 0 */
    LOCATE_MAX_LEVELS =
        (32 - LOCATE_EDGES_BITS + GEO_INDEX_FANOUT_BITS - 1) / GEO_INDEX_FANOUT_BITS,
};

struct locate_ring {
    uint32_t first, end; /* its vertices; as many edges */
    uint32_t shape;
    uint32_t nodes;    /* where the boxes of its tree begin: those of level 0, of level 1, … */
    uint32_t n_levels; /* at least 1: the last has one node */
    uint32_t sides;    /* where its own begin among the sides */
};

/** What lies on the other side of edges of a ring, up to `end`, counted from its first vertex. */
struct locate_side {
    uint32_t end;
    uint32_t shape; /* GEO_LOCATE_NONE where that is not all that is there, or not known */
};

/** Rings of a shape: none where it has no vertex. */
struct locate_shape {
    uint32_t first, end;
    bool may_overlap; /* with another, or touch one whose edge there is not its own */
};

struct geo_locator {
    const struct geo_rings *shapes; /* borrowed */
    struct geo_ellipsoid ellipsoid;
    struct locate_shape *of_shapes; /* by ordinal */
    struct locate_ring *rings;      /* in the order of the tree */
    uint32_t n_rings, n_nodes;
    struct geo_rect *nodes;    /* of the rings' trees */
    uint32_t *node_rings;      /* the ring of each */
    struct locate_side *sides; /* of all rings, one behind the other */
    uint32_t n_sides;
    struct geo_rect *boxes; /* of the tree over the rings; level 0 is the rings' own boxes */
    uint32_t n_boxes;
    uint32_t n_levels; /* 0 only when there is no ring */
    uint32_t level_first[GEO_INDEX_MAX_LEVELS + 1];
    uint32_t level_counts[GEO_INDEX_MAX_LEVELS + 1];
};

/** Fills the sides, the rest being known. */
bool locate_sides_fill(struct geo_locator *locator, struct aro_error *err);

/** How many nodes a level of a ring's tree has. */
static inline uint32_t locate_level_count(uint32_t n_edges, uint32_t level)
{
    unsigned bits = LOCATE_EDGES_BITS + GEO_INDEX_FANOUT_BITS * level;
    return (uint32_t)(((uint64_t)n_edges + (UINT64_C(1) << bits) - 1) >> bits);
}

/** Where a level of a ring's tree begins among the nodes. */
static inline uint32_t locate_level_first(const struct locate_ring *ring, uint32_t level)
{
    uint32_t first = ring->nodes;
    for (uint32_t below = 0; below < level; below++)
        first += locate_level_count(ring->end - ring->first, below);
    return first;
}

/** The edges under a node of a ring, counted from the ring's first vertex. */
static inline struct geo_run locate_node_edges(const struct locate_ring *ring, uint32_t level,
                                               uint32_t node)
{
    unsigned bits = LOCATE_EDGES_BITS + GEO_INDEX_FANOUT_BITS * level;
    uint64_t n_edges = ring->end - ring->first, end = ((uint64_t)node + 1) << bits;
    return (struct geo_run){(uint32_t)((uint64_t)node << bits),
                            (uint32_t)(end < n_edges ? end : n_edges)};
}

/** The children of a node: nodes of the level below, counted from that level's first. */
static inline struct geo_run locate_children(uint32_t node, uint32_t count_below)
{
    uint64_t first = (uint64_t)node << GEO_INDEX_FANOUT_BITS, end = first + GEO_INDEX_FANOUT;
    return (struct geo_run){(uint32_t)first, (uint32_t)(end < count_below ? end : count_below)};
}

/**
 * Fetches what is looked at soon, several lines at once: of places all over the memory a walk waits
 * for each as long as it takes to work on it.
 */
static inline void locate_fetch(const void *from, size_t bytes)
{
    enum { LINE_BYTES = 64, MOST_LINES = 16 };
    for (size_t line = 0; line < MOST_LINES && line * LINE_BYTES < bytes; line++)
        __builtin_prefetch((const char *)from + line * LINE_BYTES);
}

/** A ring's nodes, vertices and sides, all or the first of them. */
static inline void locate_fetch_ring(const struct geo_locator *locator,
                                     const struct locate_ring *ring)
{
    uint32_t n_edges = ring->end - ring->first, n_nodes = locate_level_count(n_edges, 0);
    locate_fetch(locator->nodes + ring->nodes, (n_nodes + 1) * sizeof *locator->nodes);
    locate_fetch(locator->shapes->coords + ring->first, n_edges * sizeof(struct geo_coord));
    locate_fetch(locator->sides + ring->sides, sizeof *locator->sides);
}

/** Vertex i of a ring; the one behind the last is the first again. */
static inline struct geo_coord locate_vertex(const struct geo_locator *locator,
                                             const struct locate_ring *ring, uint32_t i)
{
    uint32_t at = ring->first + i;
    return locator->shapes->coords[at == ring->end ? ring->first : at];
}

/** The edges under a node of level 0 of a ring's tree, the bound of each, the place of the least.
 */
struct locate_edges {
    const struct locate_ring *ring;
    const struct geo_coord *vertices; /* one more than edges */
    struct geo_coord copy[GEO_EDGES_BATCH + 1];
    uint32_t n, least;
    double lower_m[GEO_EDGES_BATCH]; /* geo_eye_path_m() */
};

/** @param node  of the ring's level 0 */
void locate_edges_look(const struct geo_locator *locator, const struct geo_eye *eye,
                       const struct locate_ring *ring, uint32_t node,
                       struct locate_edges *out_edges);

/** A walk over what is near, from what the place touches: the hits that there are, at 0 m. */
struct locate_close {
    const struct geo_locator *locator;
    struct geo_eye *eye;
    size_t limit;
    double max_m;
    struct geo_hits *hits;
    uint32_t border_of; /* shape, or GEO_LOCATE_NONE */
    double border_m;    /* 0 where the place is on it, otherwise INFINITY */
};

/**
 * Fills the hits, and border_m where it is asked for.
 *
 * @return  false, and the hits as they were, where not all of the answer is within reach, an edge
 * is too long or there is no room: then the walk of locate_near.c has to tell
 */
bool locate_close_walk(struct locate_close *close);

/**
 * The same where one shape holds the place, and not on its border, for at least two hits: only from
 * one shape to those beside it.
 */
bool locate_sides_walk(struct locate_close *close);

/** Takes note of a shape that holds a place or whose border the place is on. */
typedef bool locate_touch_fn(void *context, uint32_t shape, bool is_inside, bool is_on_border);

/**
 * Calls `touch` for each such shape, in the order of the tree (twice for one that meets itself at
 * longitude 180); false when a call returns false.
 */
bool locate_touching(const struct geo_locator *locator, struct geo_coord coord,
                     locate_touch_fn *touch, void *context);

#endif
