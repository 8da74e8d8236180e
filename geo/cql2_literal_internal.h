/*
 * The inside of a geometry literal: made in cql2_literal.c, asked in cql2_relate.c.
 */
#ifndef ARO_GEO_CQL2_LITERAL_INTERNAL_H
#define ARO_GEO_CQL2_LITERAL_INTERNAL_H

#include "geo/cql2_literal.h"

#include <geos_c.h>

enum { GEO_CQL2_N_DIMENSIONS = 3 };

/** What a literal has of one dimension: points, lines or areas. */
struct geo_cql2_extent {
    GEOSGeometry *whole; /* owned; NULL: nothing */
    const GEOSPreparedGeometry *prepared;
};

struct geo_cql2_literal {
    GEOSContextHandle_t context;
    char message[200]; /* GEOS's last error */
    struct geo_cql2_extent extents[GEO_CQL2_N_DIMENSIONS];
    bool is_collection;
    bool is_box;    /* all that its box holds, and nothing else */
    bool one_place; /* points, all at this one: */
    struct geo_point place;
    bool is_point;
    struct geo_bbox box;
};

/** What GEOS could not do; an error that is set already stays. Returns false. */
bool geo_cql2_literal_fail(const struct geo_cql2_literal *geometry, const char *what,
                           struct aro_error *err);

#endif
