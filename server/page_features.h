/*
 * What a page knows of features beside the answer: the columns of a table of them, which differ in
 * the properties that they have, and what a property is called.
 */
#ifndef ARO_SERVER_PAGE_FEATURES_H
#define ARO_SERVER_PAGE_FEATURES_H

#include <jansson.h>

#include "server/http.h"

/**
 * Adds to the page
 *
 *   columns  [{name, title}] properties that some feature of the answer has, in the collection's
 *            order
 *   rows     [{id, cells}] of each feature the values of those, null where it has none
 *   facts    [{name, title, value}] of the one feature that the answer is
 *
 * or nothing where the answer is not of a collection's features.
 *
 * @param data  the answer
 * @return      false where memory ran out
 */
bool page_add_features(const struct request *request, const json_t *data, json_t *page);

#endif
