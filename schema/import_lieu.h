/*
 * The place of a sheet: columns of a CSV, or an object of GeoJSON, to the compact JSON stored.
 */
#ifndef ARO_SCHEMA_IMPORT_LIEU_H
#define ARO_SCHEMA_IMPORT_LIEU_H

#include "schema/import_inside.h"

struct import_lieu_columns {
    size_t nom, adresse, code_postal, telephone, type; /* one text each */
    size_t object;                                     /* the same as one JSON object */
};

/**
 * Checks the place and reports what is wrong.
 *
 * @param out  emptied first; holds the text returned
 * @return     a JSON object of what is given, or NULL when nothing is
 */
struct schema_value import_lieu_read(struct import_row *row,
                                     const struct import_lieu_columns *columns,
                                     struct aro_buffer *out);

#endif
