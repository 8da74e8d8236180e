/*
 * Queryables as parameters: nom=Paris is a condition that filter= could put as well. They are
 * joined as trees, so that a filter= as long as may be has room beside them.
 *
 * Those that are parameters of the filter grammar already (commune, epci, departement, region,
 * niveau) keep what they mean there, any of several values.
 *
 * Source: OGC API - Features, Part 3 (OGC 19-079r2), requirements class "Queryables as Query
 * Parameters".
 */
#ifndef ARO_SERVER_FILTER_EQUAL_H
#define ARO_SERVER_FILTER_EQUAL_H

#include "geo/cql2.h"
#include "server/http.h"

struct collection; /* collections.h */

/** True where the request has any of the QUERY_PROPERTY_PARAMS. */
bool filter_equal_is_given(const struct request *request);

/**
 * Joins what the request's QUERY_PROPERTY_PARAMS say to a condition, by AND.
 *
 * @param tree  taken, on failure too; NULL: no condition beside them
 * @return      owned by the caller: geo_cql2_free(). NULL on ARO_BAD_INPUT with the parameter (the
 *              collection has no such property, or the value is not of its type), ARO_TOO_LARGE,
 *              ARO_NO_MEMORY
 */
struct geo_cql2_tree *filter_equal_join(const struct request *request,
                                        const struct collection *collection,
                                        struct geo_cql2_tree *tree, struct aro_error *err);

#endif
