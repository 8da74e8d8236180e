/*
 * Where a row is: a GeoJSON geometry, lon and lat, or x and y with a reference system.
 */
#ifndef ARO_SCHEMA_IMPORT_POSITION_H
#define ARO_SCHEMA_IMPORT_POSITION_H

#include "geo/proj.h"
#include "schema/import_inside.h"

/** The columns of a kind, and the system of x, y and geometries. */
struct import_position {
    size_t lon, lat, x, y;
    struct geo_transform *transform; /* NULL: WGS 84 */
};

/** @param crs  NULL: geometries are WGS 84, and x and y have no meaning */
bool import_position_begin(struct import_position *position, const char *crs,
                           struct aro_error *err);
void import_position_end(struct import_position *position);

/**
 * Reads the row's position, rounded to what is stored. What is wrong is reported.
 *
 * @param metro  the row is of a commune in metropolitan France
 * @return       false: none, or a wrong one (the row is then refused)
 */
bool import_position_read(struct import_row *row, const struct import_position *position,
                          bool metro, struct geo_coord *out_coord);

#endif
