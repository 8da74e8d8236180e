/*
 * Which shape holds a place, and how far it is to the borders around: exact, on contours.
 *
 * Edges are straight in longitude and latitude (RFC 7946, section 3.1.1). Whether a place is inside
 * is decided in whole numbers, without rounding, by the crossings of a ray to the east; outer rings
 * and holes may run either way.
 *
 * A place on a border belongs to one shape only. It counts as moved to the east, and by much less
 * to the north, both by less than any distance between stored coordinates: so an edge belongs to
 * the shape east of it, a horizontal edge to the one north of it, and a vertex to the shape that
 * one enters from it going east, just above the horizontal. Moved like that no place is on an edge:
 * where shapes fill the plane without gap or overlap (neighbours with the same vertices), exactly
 * one of them holds it. Where no shape does, as on the eastern shore of an island, the place
 * belongs to the shape of least ordinal whose border it is on. Longitudes 180 and -180 are one.
 *
 * Where shapes overlap, the least ordinal answers.
 */
#ifndef ARO_GEO_LOCATE_H
#define ARO_GEO_LOCATE_H

#include "geo/nearest.h"
#include "geo/rings.h"

enum { GEO_LOCATE_NONE = UINT32_MAX };

/** Immutable after build: any number of threads may ask. */
struct geo_locator;

/**
 * @param shapes       borrowed until the locator is freed; shapes without a vertex are never found
 * @param out_locator  owned by the caller, who calls geo_locator_free()
 * @param err          ARO_NO_MEMORY (some 3 bytes a vertex and 60 a ring are needed, and
 *                     while it is made 30 a vertex), ARO_TOO_LARGE
 */
bool geo_locator_new(const struct geo_rings *shapes, struct geo_locator **out_locator,
                     struct aro_error *err);
void geo_locator_free(struct geo_locator *locator);

/** Lists what it consists of (geo/blocks.h), without the shapes. */
void geo_locator_blocks(struct geo_locator *const *locator, struct geo_blocks *out_blocks);

/** The ordinal of the shape that holds the place, or GEO_LOCATE_NONE. Never fails. */
uint32_t geo_locator_find(const struct geo_locator *locator, struct geo_coord coord);

/**
 * Geodesic metres from a place, inside or outside, to the border of a shape: 0 exactly where it is
 * on it, INFINITY where the shape has no vertex; right to 1e-3 m up to 15 000 km.
 *
 * @param err  ARO_NO_MEMORY
 */
bool geo_locator_border(const struct geo_locator *locator, uint32_t shape, struct geo_coord coord,
                        double *out_border_m, struct aro_error *err);

/**
 * The shapes nearest to a place, by the distance to them: 0 for those that hold it or whose border
 * it is on, otherwise that to the border. At equal distance in ascending ordinal. Made for a few:
 * the time grows with the square of their number.
 *
 * @param limit     at most this many
 * @param max_m     what is farther is left out; INFINITY for no limit
 * @param out_hits  emptied first; positions are ordinals of shapes; on failure empty
 * @param err       ARO_NO_MEMORY
 */
bool geo_locator_nearest(const struct geo_locator *locator, struct geo_coord coord, size_t limit,
                         double max_m, struct geo_hits *out_hits, struct aro_error *err);

/**
 * geo_locator_find(), the border of what it finds and geo_locator_nearest() in one walk, in half
 * the time.
 *
 * @param out_holding   GEO_LOCATE_NONE where no shape holds the place
 * @param out_border_m  INFINITY then
 */
bool geo_locator_look(const struct geo_locator *locator, struct geo_coord coord, size_t limit,
                      uint32_t *out_holding, double *out_border_m, struct geo_hits *out_hits,
                      struct aro_error *err);

#endif
