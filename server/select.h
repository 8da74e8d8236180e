/*
 * The parameters properties=, geometry= and crs=: which members of a feature's properties are sent,
 * which geometry, and in which system.
 *
 * Features stand ready as text; what is chosen is copied out of it, in the order that it has there.
 * A member without a value in the text is left out, as it is without the parameter.
 */
#ifndef ARO_SERVER_SELECT_H
#define ARO_SERVER_SELECT_H

#include "server/crs.h"
#include "server/geo_api.h"
#include "server/property.h"

struct collection; /* collections.h */

/** A feature of a page. Plain value. */
struct feature_row {
    uint32_t position;
    double distance_m; /* NAN without near= */
    bool has_place;
    double x, y; /* in the selection's system, longitude or x first, rounded as answers have them */
};

/** Those of communes and territories. */
enum selection_geometry { GEOMETRY_CENTRE, GEOMETRY_CONTOUR, GEOMETRY_BBOX, GEOMETRY_NONE };

/** Start from {0}: everything is sent, as it stands ready. */
struct selection {
    const struct property_table *table; /* the collection's; NULL: all are sent */
    uint64_t chosen;                    /* bit i: its item i */
    const uint32_t *initiatives;        /* by position: sent in place of the ready
                                         * "initiatives"; NULL: that one */
    enum selection_geometry geometry;   /* CENTRE: the ready one */
    const struct snapshot *snapshot;    /* whose contours are meant */
    enum api_kind kind;                 /* of what has the contour */
    const uint32_t *numbers;            /* by position: the territory; NULL: a commune's own */
    const struct point_set *points;     /* the collection's */
    struct crs_view crs;                /* owned: the answer's system */
};
/** Gives back what transforms. */
void selection_clear(struct selection *selection);

/** False where features are sent as they stand ready. */
static inline bool selection_is_set(const struct selection *selection)
{
    return selection->table || selection->geometry != GEOMETRY_CENTRE ||
           crs_is_other(selection->crs.crs);
}

/**
 * Reads properties=, geometry= and crs=.
 *
 * @param out_selection  cleared by the caller, on success
 * @param err  ARO_BAD_INPUT with the parameter: a name that the collection does not have (those
 *             that it has are listed), an empty one, or profile= beside it; a geometry that is
 *             not known, or of a collection that has none to choose from; a system that is not
 * served
 */
bool selection_parse(const struct request *request, const struct collection *collection,
                     struct selection *out_selection, struct aro_error *err);

/** True where properties= names the property. */
bool selection_names(const struct request *request, const char *property);

/** Fills in the places of n rows, of many at once where there are many: transforming takes long. */
void selection_place(const struct selection *selection, struct feature_row *rows, size_t n);

/**
 * Appends a feature with what is chosen of its properties, and distance_m where that is not NAN.
 *
 * @param row       with its place, where the selection is in another system than CRS84
 * @param is_first  whether no feature stands before: its comma is dropped, and this becomes false
 */
void selection_write(const struct selection *selection, const struct text_block *texts,
                     const struct feature_row *row, bool *is_first, struct aro_buffer *out);

#endif
