/*
 * What an index of names holds, for its two halves: names_build.c makes it, names.c searches it.
 *
 * Each name has an order: its place among all names by weight, text and item. Two tables, of whole
 * names and of later words, are sorted by text, so that what begins with a query is a range of
 * each; a tree of minima over the orders gives the best of a range first without looking at the
 * rest of it.
 */
#ifndef ARO_GEO_NAMES_INTERNAL_H
#define ARO_GEO_NAMES_INTERNAL_H

#include "geo/names.h"

/** Beginnings in the order of their text, and for one text in the order of their names. */
struct geo_beginnings {
    size_t n;
    uint32_t *offsets; /* n places in texts; the beginning runs to the end of its name */
    uint32_t *best;    /* 2n: best[n + i] is the order of i's name, best[i] the least below i */
};

struct geo_names {
    struct aro_buffer texts; /* folded names, each terminated */
    size_t n;
    uint32_t *items;  /* by order */
    uint32_t *owners; /* by order: the item's place among the distinct items */
    size_t n_owners;
    struct geo_beginnings whole, later;
};

#endif
