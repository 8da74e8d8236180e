/*
 * Shapes written as text, for tests: "0 0 10 0 10 10 0 10; 2 2 2 4 4 4 / 20 0 30 0 30 10" is a
 * polygon with a hole and a second polygon. Numbers are units of 1e-7 degree.
 */
#ifndef ARO_TESTS_SHAPES_H
#define ARO_TESTS_SHAPES_H

#include <stdlib.h>
#include <string.h>

#include "geo/rings.h"

/** Appends one shape; false when memory is out. An empty text is a shape without a polygon. */
static inline bool add_shape_text(struct geo_rings *rings, const char *text, struct aro_error *err)
{
    while (*text) {
        char *end;
        struct geo_coord coord = {.lon_e7 = (int32_t)strtol(text, &end, 10)};
        if (end != text) {
            coord.lat_e7 = (int32_t)strtol(end, &end, 10);
            if (!geo_rings_add(rings, coord, err))
                return false;
        }
        text = end + strspn(end, " ");
        bool ends_polygon = *text == '/' || !*text, ends_ring = *text == ';' || ends_polygon;
        if ((ends_ring && !geo_rings_end_ring(rings, err)) ||
            (ends_polygon && !geo_rings_end_polygon(rings, err)))
            return false;
        text += ends_ring && *text;
    }
    return geo_rings_end_shape(rings, err);
}

/** The area of a shape in squared units, holes taken off; the rings must be wound. */
static inline double area_of_shape(const struct geo_rings *rings, size_t shape)
{
    struct geo_run run = geo_rings_of_shape(rings, shape);
    double area2 = 0;
    for (uint32_t ring = run.first; ring < run.end; ring++)
        area2 += (double)geo_rings_area2(rings, ring);
    return area2 / 2;
}

#endif
