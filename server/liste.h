/*
 * What is asked of /liste: parameters of the common grammar, and those of its form.
 */
#ifndef ARO_SERVER_LISTE_H
#define ARO_SERVER_LISTE_H

#include <jansson.h>

#include "server/facets.h"
#include "server/lieu.h"

/** What its form and links send. */
#define LISTE_PARAMS                                                                               \
    (QUERY_INITIATIVE_PARAMS | PARAM_BIT(PARAM_SORTBY) | PARAM_BIT(PARAM_LIMIT) |                  \
     PARAM_BIT(PARAM_CURSOR) | PARAM_BIT(PARAM_LIEU))

/** The parameters that are meant: fields that were left empty are not there, a place typed is a
 * code, and the order is given. Plain value; borrows from the request. */
struct liste_wish {
    const char *params[PARAM_COUNT_OF_ALL];
    struct lieu lieu;
    bool has_lieu;
};

/** [{param, label, value, href}] of each filter: its value in words, and the list without it. */
json_t *liste_chips(const struct snapshot *snapshot, const struct liste_wish *wish);

/** What the fields of the form offer, and which is chosen. */
json_t *liste_form(const struct snapshot *snapshot, const struct liste_wish *wish,
                   struct aro_error *err);

/** The way to the map that shows the same, as far as it can. */
json_t *liste_map_link(const struct liste_wish *wish);

#endif
