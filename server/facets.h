/*
 * How a set of initiatives is divided: by the themes and by the territories below those that are
 * asked for, each with its count and the list that it narrows to.
 *
 * Functions return a new reference; NULL and ARO_NO_MEMORY.
 */
#ifndef ARO_SERVER_FACETS_H
#define ARO_SERVER_FACETS_H

#include <jansson.h>

#include "server/tally.h"

/** The parameters that a list is asked by. */
#define FACETS_PARAMS (QUERY_INITIATIVE_PARAMS | PARAM_BIT(PARAM_SORTBY) | PARAM_BIT(PARAM_LANG))

/**
 * A way from the root of the site: the path, and the parameters that a list is asked by.
 *
 * @param without  parameters that are left out
 * @param param    is set to the value; PARAM_COUNT_OF_ALL: none is
 */
json_t *facets_link(const char *path, const char *const *params, param_set without,
                    enum param param, const char *value);

/** [{id, libelle, axe, count, href}], most first: enjeux of one axe, usages of one enjeu, else
 * axes; empty below a usage. */
json_t *facets_themes(const struct snapshot *snapshot, const char *const *params,
                      struct query_set *set, struct aro_error *err);

/** [{id, libelle, axe, count, href, usages: [{id, libelle, count, href}]}]: axes in the order of
 * the taxonomy, and what of them there is. */
json_t *facets_tree(const struct snapshot *snapshot, const char *const *params,
                    struct query_set *set, struct aro_error *err);

/** [{code, nom, count, href}], most first, at most `limit`: départements of one région, communes of
 * one département or EPCI, else régions; empty below a commune. */
json_t *facets_territories(const struct snapshot *snapshot, const char *const *params, size_t limit,
                           struct query_set *set, struct aro_error *err);

/** How many communes the initiatives are of. False and ARO_NO_MEMORY. */
bool facets_count_communes(const struct snapshot *snapshot, struct query_set *set,
                           size_t *out_count, struct aro_error *err);

#endif
