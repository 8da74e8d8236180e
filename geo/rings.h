/*
 * Shapes of areas as plain arrays: what contours are read into, built from and written out of.
 *
 * A shape is a list of polygons (a multipolygon), a polygon one outer ring and its holes behind
 * it. A ring does not repeat its first vertex at its end. Outer rings run counter-clockwise, holes
 * clockwise (RFC 7946, section 3.1.6), after geo_rings_wind() whatever they did before.
 */
#ifndef ARO_GEO_RINGS_H
#define ARO_GEO_RINGS_H

#include "geo/bbox.h"
#include "geo/blocks.h"
#include "geo/runs.h"

/** Places at which the items of one level end in the level below. */
struct geo_ends {
    uint32_t *items; /* owned */
    size_t n, capacity;
};

/** Start from {0}; geo_rings_clear() releases. To use the room again, geo_rings_empty(). */
struct geo_rings {
    struct geo_coord *coords; /* owned */
    size_t n_coords, coords_capacity;
    struct geo_ends rings;    /* ends in coords */
    struct geo_ends polygons; /* ends in rings */
    struct geo_ends shapes;   /* ends in polygons */
};

void geo_rings_clear(struct geo_rings *rings);
void geo_rings_empty(struct geo_rings *rings);
/** Lists what is in them (geo/blocks.h): the struct itself is its holder's. */
void geo_rings_blocks(const struct geo_rings *rings, struct geo_blocks *out_blocks);

/*
 * Writing: vertices, then the end of their ring, of the polygon, of the shape. A ring, polygon or
 * shape may end up empty. False: ARO_NO_MEMORY, or ARO_TOO_LARGE beyond UINT32_MAX - 1 vertices.
 */
bool geo_rings_add(struct geo_rings *rings, struct geo_coord coord, struct aro_error *err);
bool geo_rings_end_ring(struct geo_rings *rings, struct aro_error *err);
bool geo_rings_end_polygon(struct geo_rings *rings, struct aro_error *err);
bool geo_rings_end_shape(struct geo_rings *rings, struct aro_error *err);

/** Copies one shape of another set behind the shapes here. */
bool geo_rings_add_shape(struct geo_rings *rings, const struct geo_rings *from, size_t shape,
                         struct aro_error *err);

/** The items of the level below that item i of a level holds. */
static inline struct geo_run geo_ends_run(const struct geo_ends *ends, size_t i)
{
    return (struct geo_run){i > 0 ? ends->items[i - 1] : 0, ends->items[i]};
}

/** The rings of all polygons of a shape: they follow one another. */
struct geo_run geo_rings_of_shape(const struct geo_rings *rings, size_t shape);
/** The vertices of all rings of a shape: they follow one another. */
struct geo_run geo_rings_coords_of_shape(const struct geo_rings *rings, size_t shape);

/**
 * Twice the area of a ring in squared units of 1e-7 degree, exact: positive for one that runs
 * counter-clockwise.
 */
__int128 geo_rings_area2(const struct geo_rings *rings, size_t ring);

/** True when both have the same shapes of the same vertices, in the same order. */
bool geo_rings_equal(const struct geo_rings *a, const struct geo_rings *b);

/** Turns every ring the way that RFC 7946 wants it. Its first vertex stays the first. */
void geo_rings_wind(struct geo_rings *rings);

/** The box around a shape; false when it has no vertex. */
bool geo_rings_bounds(const struct geo_rings *rings, size_t shape, struct geo_rect *out_rect);

#endif
