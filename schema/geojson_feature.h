/*
 * One GeoJSON Feature as a record: its properties as columns, its Point as x and y, any other
 * geometry as it was parsed.
 *
 * A text is given decoded; numbers, true and false as they are written (a code keeps its zeros),
 * lists and objects as they are written without the blanks; null and "" are no value. The
 * Feature's own "id" is column "id" unless there is a property of that name.
 *
 * Source: RFC 7946, sections 3.1.2 and 3.2.
 */
#ifndef ARO_SCHEMA_GEOJSON_FEATURE_H
#define ARO_SCHEMA_GEOJSON_FEATURE_H

#include <jansson.h>

#include "schema/charset.h"
#include "schema/record.h"

/** Start from {0}; release with schema_feature_clear(). Owned by one thread. */
struct schema_feature {
    size_t n_columns;
    char *columns[SCHEMA_RECORD_MAX_FIELDS]; /* owned; in the order of first sight */
    struct schema_field fields[SCHEMA_RECORD_MAX_FIELDS];
    bool raw[SCHEMA_RECORD_MAX_FIELDS]; /* the field is a part of the text, to be terminated */
    struct schema_record record;
    json_t *root; /* owned; what decoded texts are borrowed from */
};

void schema_feature_clear(struct schema_feature *feature);

/**
 * Reads one value that should be a Feature into feature->record.
 *
 * @param text   len bytes and one that may be overwritten; changed, and borrowed until the next
 * call
 * @param place  of the text's first byte
 * @param err    ARO_BAD_INPUT: not UTF-8, not JSON, a name twice, not a Feature, a geometry
 *               without a type; ARO_TOO_LARGE: more than SCHEMA_RECORD_MAX_FIELDS columns;
 *               ARO_NO_MEMORY. err.parameter is "geometry", "properties" or "".
 */
bool schema_feature_read(struct schema_feature *feature, char *text, size_t len,
                         struct schema_charset_place place, struct aro_error *err);

#endif
