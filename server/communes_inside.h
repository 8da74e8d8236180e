/*
 * What the routes about communes share: communes.c and communes_at.c.
 */
#ifndef ARO_SERVER_COMMUNES_INSIDE_H
#define ARO_SERVER_COMMUNES_INSIDE_H

#include "geo/nearest.h"
#include "server/http.h"

/**
 * Reads lon= and lat=.
 *
 * @param err  ARO_BAD_INPUT for parameter `lon` or `lat`: missing, not a number, out of range, or
 *             the two look swapped
 */
bool communes_read_point(const struct request *request, struct geo_point *out_point,
                         struct aro_error *err);

/** Appends the features of the communes (positions) with distance_m, separated by commas. */
void communes_write_hits(const struct request *request, const struct geo_hits *hits,
                         struct aro_buffer *out);

#endif
