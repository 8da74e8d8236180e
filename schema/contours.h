/*
 * The contours of a store, read whole: what a snapshot is built from.
 */
#ifndef ARO_SCHEMA_CONTOURS_H
#define ARO_SCHEMA_CONTOURS_H

#include "geo/rings.h"
#include "schema/store.h"

/** Of which commune a shape is the contour. Plain value. */
struct schema_contour {
    char code[8];      /* of a commune of today */
    char millesime[8]; /* year of the official geographic code that it is of; "" not known */
};

/** Start from {0}; schema_contours_clear() releases. */
struct schema_contours {
    struct schema_contour *items; /* owned; n, ascending by code */
    size_t n, capacity;
    struct geo_rings rings; /* shape i is the contour of items[i], wound as RFC 7946 wants */
};

void schema_contours_clear(struct schema_contours *contours);

/**
 * Reads all contours; a commune may have none, and a store may hold none at all. They were valid
 * when they were imported; another program may have edited them since.
 *
 * @param out_contours  {0}; on success the caller's to clear
 * @param err           ARO_IO: damage, and of which commune; ARO_NO_MEMORY
 */
bool schema_read_contours(struct schema_store *store, struct schema_contours *out_contours,
                          struct aro_error *err);

#endif
