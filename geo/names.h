/*
 * Finding places by the beginning of their name, as one types.
 *
 * Names and queries are folded (geo/fold.h). Ranks: the whole name first, then names that begin
 * with the query, then names with a word that begins with it ("etienne" finds Saint-Étienne);
 * within a rank the heavier (more inhabitants) first, then by name, then by item. A query that ends
 * in "st" or "ste" is Saint(e) and what begins with these letters, since more may follow.
 */
#ifndef ARO_GEO_NAMES_H
#define ARO_GEO_NAMES_H

#include <stdint.h>

#include "geo/buffer.h"

/** One name of an item; an item may have several (its name, codes, former names). */
struct geo_name {
    const char *text; /* terminated UTF-8; borrowed for the build */
    uint32_t item;    /* the caller's number */
    double weight;    /* 0 or more; NaN counts as 0 */
};

/** Immutable after build: any number of threads may search. */
struct geo_names;

struct geo_names *geo_names_new(const struct geo_name *names, size_t n, struct aro_error *err);
void geo_names_free(struct geo_names *names);

/**
 * @param query      len bytes; nothing is found for a query without letters or digits
 * @param limit      room in out_items; each item comes once, at its best rank
 * @param out_count  how many items were written
 */
bool geo_names_search(const struct geo_names *names, const char *query, size_t len, size_t limit,
                      uint32_t *out_items, size_t *out_count, struct aro_error *err);

#endif
