/*
 * Finding places by the beginning of their name, as one types.
 *
 * Names and queries are folded (geo/fold.h). Ranks: the whole name first, then names that begin
 * with the query, then names with a word from which on they do ("etienne" finds Saint-Étienne),
 * then names in which each word of the query begins a word, in any order ("hiere amby" finds
 * Hières-sur-Amby); within a rank the heavier (more inhabitants) first, then by name, then by item.
 * A query that ends in "st" or "ste" is Saint(e) and what begins with these letters, since more may
 * follow.
 */
#ifndef ARO_GEO_NAMES_H
#define ARO_GEO_NAMES_H

#include <stdint.h>

#include "geo/blocks.h"
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
/** Lists what they consist of (geo/blocks.h). */
void geo_names_blocks(struct geo_names *const *names, struct geo_blocks *out_blocks);

enum geo_name_rank { GEO_NAME_WHOLE, GEO_NAME_BEGINNING, GEO_NAME_LATER, GEO_NAME_WORDS };

struct geo_name_match {
    uint32_t item;
    enum geo_name_rank rank;
};

/** Start from {0}; geo_name_matches_clear() releases. */
struct geo_name_matches {
    struct geo_name_match *items;
    size_t n, capacity;
};
void geo_name_matches_clear(struct geo_name_matches *matches);

/**
 * @param query        len bytes; nothing is found for a query without letters or digits
 * @param limit        at most so many items, each once, at its best rank. SIZE_MAX: all of them, in
 *                     the order of their ranks, and in any order within one, which takes less time
 * @param out_matches  cleared by the caller, on success
 */
bool geo_names_match(const struct geo_names *names, const char *query, size_t len, size_t limit,
                     struct geo_name_matches *out_matches, struct aro_error *err);

/**
 * geo_names_match(), the items alone.
 *
 * @param query      len bytes; nothing is found for a query without letters or digits
 * @param limit      room in out_items
 * @param out_count  how many items were written
 */
bool geo_names_search(const struct geo_names *names, const char *query, size_t len, size_t limit,
                      uint32_t *out_items, size_t *out_count, struct aro_error *err);

#endif
