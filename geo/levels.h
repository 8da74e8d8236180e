/*
 * The shapes of a mesh on the web mercator map, simplified for each zoom: what tiles are drawn
 * from.
 *
 * Every level has the same shapes, polygons and rings; only vertices differ. At no zoom is a vertex
 * missing that shows there (geo_mesh_importance_of_zoom()); where a level is that of a finer zoom,
 * at most a tenth of its vertices could have been left out. The last level is the mesh in full.
 */
#ifndef ARO_GEO_LEVELS_H
#define ARO_GEO_LEVELS_H

#include "geo/mercator.h"
#include "geo/mesh.h"

enum { GEO_LEVELS_MAX_ZOOM = 22 };

/** The vertices at one or several zooms. */
struct geo_level {
    struct geo_mercator *places;
    uint32_t *ring_ends; /* by ring: where it ends in places; three at least in each */
    size_t n_places;
};

/** Immutable after build: any number of threads may read it. Read the members, change none. */
struct geo_levels {
    struct geo_level *levels;                 /* n_levels, coarse to full */
    size_t n_levels;                          /* 1 or more */
    uint8_t of_zoom[GEO_LEVELS_MAX_ZOOM + 1]; /* the level to draw at each zoom */
    struct geo_ends shapes;                   /* ends in polygons */
    struct geo_ends polygons;                 /* ends in rings: an outer one, then its holes */
    struct geo_mercator_box *shape_boxes;     /* by shape, in full; see geo_levels_search() */
    struct geo_mercator_box *polygon_boxes;   /* by polygon, in full */
    struct geo_mercator_box *group_boxes;     /* around 64 shapes each */
};

/**
 * @param mesh   borrowed for the call
 * @param order  which shape of the mesh is shape i, or UINT32_MAX for one without polygons;
 *               neighbours near to each other make searches fast; NULL: as in the mesh
 * @param n      shapes wanted; of the mesh where order is NULL
 * @return       owned by the caller, who calls geo_levels_free(); NULL on ARO_NO_MEMORY or
 *               ARO_TOO_LARGE
 */
struct geo_levels *geo_levels_new(const struct geo_mesh *mesh, const uint32_t *order, size_t n,
                                  struct aro_error *err);
void geo_levels_free(struct geo_levels *levels);

/** Lists what they consist of (geo/blocks.h). */
void geo_levels_blocks(struct geo_levels *const *levels, struct geo_blocks *out_blocks);

/**
 * The shapes whose box the other box touches, as runs in ascending order; shapes without polygons
 * are not among them.
 *
 * @param out_runs  emptied first (its room is used again); on failure empty
 * @param err       ARO_NO_MEMORY
 */
bool geo_levels_search(const struct geo_levels *levels, const struct geo_mercator_box *box,
                       struct geo_runs *out_runs, struct aro_error *err);

/** The level to draw at a zoom; past GEO_LEVELS_MAX_ZOOM the last. */
static inline const struct geo_level *geo_levels_at(const struct geo_levels *levels, uint8_t zoom)
{
    uint8_t known = zoom < GEO_LEVELS_MAX_ZOOM ? zoom : GEO_LEVELS_MAX_ZOOM;
    return &levels->levels[levels->of_zoom[known]];
}

/** The vertices of a ring at a level. */
static inline struct geo_run geo_level_ring(const struct geo_level *level, size_t ring)
{
    return (struct geo_run){ring > 0 ? level->ring_ends[ring - 1] : 0, level->ring_ends[ring]};
}

static inline bool geo_mercator_boxes_touch(const struct geo_mercator_box *a,
                                            const struct geo_mercator_box *b)
{
    return a->low.x <= b->high.x && a->high.x >= b->low.x && a->low.y <= b->high.y &&
           a->high.y >= b->low.y;
}

#endif
