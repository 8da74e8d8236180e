/*
 * Finding the route of a path.
 */
#ifndef ARO_SERVER_ROUTE_H
#define ARO_SERVER_ROUTE_H

#include "server/http.h"

/** Start from {0}; route_match_clear() releases. */
struct route_match {
    const struct route *route;
    char *text; /* where path and values stand */
    const char *path;
    const char *values[REQUEST_MAX_PATH_VALUES];
};
void route_match_clear(struct route_match *match);

/**
 * @param path  len bytes as sent, without the query
 * @param err   ARO_NOT_FOUND: no such route; ARO_BAD_INPUT: badly encoded
 */
bool route_find(const struct route *in_routes, size_t n, const char *path, size_t len,
                struct route_match *out_match, struct aro_error *err);

/** The parameters that a route knows: its own, and lang= where it has pages. */
param_set route_params(const struct route *route);

#endif
