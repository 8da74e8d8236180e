/*
 * Queryables as parameters: nom=Paris is a condition that filter= could put as well.
 *
 * Those that are parameters of the filter grammar already (commune, epci, departement, region,
 * niveau) keep what they mean there, any of several values.
 *
 * Source: OGC API - Features, Part 3 (OGC 19-079r2), requirements class "Queryables as Query
 * Parameters".
 */
#ifndef ARO_SERVER_FILTER_EQUAL_H
#define ARO_SERVER_FILTER_EQUAL_H

#include "server/http.h"

struct collection; /* collections.h */

/** True where the request has any of the QUERY_PROPERTY_PARAMS. */
bool filter_equal_is_given(const struct request *request);

/**
 * Appends the conditions of the request's QUERY_PROPERTY_PARAMS as CQL2 text, joined by AND.
 *
 * @param err  ARO_BAD_INPUT with the parameter: the collection has no such property, or the value
 *             is not of its type
 */
bool filter_equal_write(const struct request *request, const struct collection *collection,
                        struct aro_buffer *out, struct aro_error *err);

#endif
