/*
 * The one door to GEOS: whether shapes are valid, their repair, union and comparison.
 *
 * Shapes come and go as struct geo_rings. GEOS computes on the stored whole numbers of 1e-7
 * degree as plane coordinates, so that no vertex is rounded on the way in; vertices that a repair
 * or a union makes are rounded to that grid by GEOS, which keeps the result valid. Areas are in
 * squared units of 1e-7 degree: to be compared with one another, not with square metres.
 */
#ifndef ARO_GEO_GEOS_H
#define ARO_GEO_GEOS_H

#include "geo/rings.h"

/** A GEOS context with room to work in. Owned by one thread; free with geo_geos_free(). */
struct geo_geos;

/** @return  owned by the caller; NULL and ARO_NO_MEMORY */
struct geo_geos *geo_geos_new(struct aro_error *err);
void geo_geos_free(struct geo_geos *geos);

/** What is wrong with a shape, and where. Plain value. */
struct geo_flaw {
    struct geo_coord place;
    char reason[48]; /* GEOS's words, such as "Self-intersection" */
};

/*
 * Of all functions below: a shape is that of an ordinal in a set of rings; a ring without a vertex
 * and a polygon without an outer one count as not there; ARO_NO_MEMORY, or ARO_BAD_INPUT where GEOS
 * gives up on a shape (the message says why).
 */

/**
 * Whether a shape is a valid multipolygon: rings that are simple, holes inside, polygons that
 * share no more than points. A shape without any vertex is.
 *
 * @param out_flaw  written where it is not valid: the first thing found
 *
 * Source: OGC Simple Feature Access, Part 1 (06-103r4), sections 6.1.11.1 and 6.1.13.
 */
bool geo_geos_check(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                    bool *out_valid, struct geo_flaw *out_flaw, struct aro_error *err);

/**
 * Makes a valid shape of any: what outer rings enclose without what holes do; a hole that lies
 * outside becomes a part. Lines and points that rings collapse to are dropped.
 *
 * @param out_rings   the repaired shape is appended; it may be without a polygon
 * @param out_change  how much the repair changed: the difference between the area that the rings
 *                    said (by the surveyor's formula, where parts run the wrong way or twice count
 *                    so) and that of the result, as a share of the larger; 0 to 1, 0 for no area
 */
bool geo_geos_repair(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                     struct geo_rings *out_rings, double *out_change, struct aro_error *err);

/**
 * The union of valid shapes of one set. Borders that two of them share vertex by vertex vanish.
 *
 * @param shapes     n_shapes ordinals; none gives a shape without a polygon
 * @param out_rings  not the same set; the union is appended as one shape
 */
bool geo_geos_union(struct geo_geos *geos, const struct geo_rings *rings, const size_t *shapes,
                    size_t n_shapes, struct geo_rings *out_rings, struct aro_error *err);

/**
 * A point inside a valid shape, well away from its border: on the widest stretch of a line through
 * its middle. Rounded to the grid, it may leave a shape thinner than 1e-7 degree.
 *
 * @param err  ARO_BAD_INPUT too for a shape without a vertex
 */
bool geo_geos_point_on_surface(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                               struct geo_coord *out_coord, struct aro_error *err);

/** The area that one of two valid shapes covers and the other does not. */
bool geo_geos_difference(struct geo_geos *geos, const struct geo_rings *rings_a, size_t shape_a,
                         const struct geo_rings *rings_b, size_t shape_b, double *out_area,
                         struct aro_error *err);

enum geo_geos_where { GEO_GEOS_OUTSIDE, GEO_GEOS_ON_BORDER, GEO_GEOS_INSIDE };

/**
 * Where points are as to a valid shape, exactly.
 *
 * @param coords     n_coords points
 * @param out_where  room for n_coords answers
 */
bool geo_geos_locate(struct geo_geos *geos, const struct geo_rings *rings, size_t shape,
                     const struct geo_coord *coords, size_t n_coords,
                     enum geo_geos_where *out_where, struct aro_error *err);

#endif
