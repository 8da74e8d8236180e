/*
 * A page of a collection, between finding it (items.c) and writing it in some format.
 *
 * A writer takes the features with query_next(), or the page's runs as they are, and what it
 * writes of each from the texts or, property by property, by the collection's table.
 */
#ifndef ARO_SERVER_ITEMS_H
#define ARO_SERVER_ITEMS_H

#include "server/collections.h"
#include "server/select.h"

struct items_page {
    const struct collection *collection;
    const struct text_block *texts; /* of the profile */
    struct selection selection;
    uint32_t *initiatives; /* owned; by position, where the selection counts them anew */
    struct query_page page;
};

/** Fills the response with the page, links and counts. It may move parts out of the page. */
typedef bool items_writer_fn(const struct request *request, struct items_page *items,
                             struct response *response, struct aro_error *err);

/** A parameter of the request that says nothing in a feed; PARAM_COUNT_OF_ALL where there is none.
 */
enum param items_not_of_feed(const struct request *request);

items_writer_fn items_write_geojson, items_write_file;

#endif
