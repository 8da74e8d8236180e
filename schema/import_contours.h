/*
 * What the files of the import of contours share: the shapes of the files' rows, kept until the
 * last one, because several may be parts of one commune of today.
 */
#ifndef ARO_SCHEMA_IMPORT_CONTOURS_H
#define ARO_SCHEMA_IMPORT_CONTOURS_H

#include "geo/geos.h"
#include "geo/proj.h"
#include "schema/import_inside.h"

/** One row of a file. */
struct import_piece {
    char code[8];  /* of the commune of today */
    char given[8]; /* the code in the file */
    size_t shape;  /* in `shapes` */
    const char *file;
    uint64_t line;
};

struct import_contours {
    struct geo_geos *geos;
    struct geo_transform *transform; /* of the file being read; NULL: WGS 84 */
    struct schema_places *places;
    struct geo_rings row;    /* the shape of the row at hand, as read */
    struct geo_rings shapes; /* valid, wound as RFC 7946 wants */
    struct import_piece *pieces;
    size_t n_pieces, capacity;
};

/** Unites the pieces of each commune and puts the contours in, in the order of codes. */
bool import_contours_merge(struct import_run *run, struct import_contours *contours,
                           struct aro_error *err);

/** Reports how many communes have no contour in the store, and which. */
bool import_contours_missing(struct import_run *run, struct aro_error *err);

/** The kind's columns; the second is where problems of the geometry are reported. */
enum import_contour_column { IMPORT_CONTOUR_CODE, IMPORT_CONTOUR_GEOMETRY };

#endif
