/*
 * Lists in a field: "a|b|c" or a JSON array of texts, to the compact JSON that is stored.
 */
#ifndef ARO_SCHEMA_LISTS_H
#define ARO_SCHEMA_LISTS_H

#include "geo/buffer.h"

/**
 * Called for each item, in order.
 *
 * @return  false stops (an item that is wrong is the callee's to report)
 */
typedef bool schema_item_fn(void *context, const char *text, size_t text_len,
                            struct aro_error *err);

/**
 * Calls `item` for the items of a field; none of them is empty, blanks around them are cut.
 *
 * @param text  text_len bytes: a JSON array of texts where it begins with "[", else texts with
 *              "|" between them
 * @param err   ARO_BAD_INPUT: not a JSON array of texts; more than SCHEMA_LIST_MAX_ITEMS; or what
 *              `item` said
 */
bool schema_list_each(const char *text, size_t text_len, schema_item_fn *item, void *context,
                      struct aro_error *err);

#endif
