/*
 * Where to write the name of an area: a point inside of it, well away from its borders.
 *
 * Of the shape's largest polygon, lines of latitude at even distances are cut by its borders; the
 * middle of the widest piece inside is a candidate on each, and the one farthest from the borders
 * wins: no pole of inaccessibility, but it comes near to one, and the time only grows with the
 * vertices.
 */
#ifndef ARO_GEO_LABEL_H
#define ARO_GEO_LABEL_H

#include "geo/rings.h"

/** Room for the cuts, used again from shape to shape. Start from {0}; geo_label_clear(). */
struct geo_label_room {
    double *cuts; /* owned */
    size_t capacity;
};

void geo_label_clear(struct geo_label_room *room);

/**
 * @param rings       wound as geo_rings_wind() does, holes in their polygons
 * @param out_coord   inside of the shape: not on its border unless the shape is thinner than
 *                    2e-7 degree there; its first vertex where it has no area; not written for a
 *                    shape without a vertex
 * @param err         ARO_NO_MEMORY, or ARO_NOT_FOUND: no vertex
 */
bool geo_label_point(const struct geo_rings *rings, size_t shape, struct geo_label_room *room,
                     struct geo_coord *out_coord, struct aro_error *err);

#endif
