/*
 * An ordered list after some of its items have gone and others have come: which of the items now
 * was which of those before, so that what is kept of the others need not be made again. An item
 * that has changed has gone and come.
 */
#ifndef ARO_GEO_SPLICE_H
#define ARO_GEO_SPLICE_H

#include "geo/bits.h"

/** Neighbours from position `first` on, up to where the next part begins: items from place `from`
 * on, of those before or of those that have come. */
struct geo_splice_part {
    uint32_t first, from;
    bool has_come;
};

/** Immutable after build. Start from {0}; geo_splice_clear() releases. */
struct geo_splice {
    uint32_t n_before, n; /* items before, and now */
    uint32_t n_gone, n_come;
    uint32_t *gone; /* places before, ascending */
    uint32_t *come; /* positions now, ascending */
    struct geo_splice_part *parts;
    uint32_t n_parts; /* and one behind them, which begins at n */
};

/**
 * @param gone    n_gone places before, ascending
 * @param before  n_come places, ascending, 0 to n_before: what stands behind each that comes
 * @param err     ARO_NO_MEMORY, ARO_TOO_LARGE: 2^32 items
 */
bool geo_splice_make(struct geo_splice *out, uint32_t n_before, const uint32_t *gone,
                     uint32_t n_gone, const uint32_t *before, uint32_t n_come,
                     struct aro_error *err);
void geo_splice_clear(struct geo_splice *splice);

/** Whether all that are there now stand where they did, or where one of the gone did. */
bool geo_splice_is_in_place(const struct geo_splice *splice);

/** The part that the position is in. @param position  below n */
const struct geo_splice_part *geo_splice_find(const struct geo_splice *splice, uint32_t position);

/**
 * An array of the items now.
 *
 * @param before  n_before items of item_bytes
 * @param come    n_come items
 * @param n       so many of the first are wanted; of the other two no more are read than that takes
 * @param out     n items
 */
void geo_splice_fill(const struct geo_splice *splice, const void *before, const void *come,
                     size_t item_bytes, uint32_t n, void *out);

/** A set of those before as positions now; what has come is not in it. @param out_bits  words for
 * n, all of them written */
void geo_splice_bits(const struct geo_splice *splice, const uint64_t *before, uint64_t *out_bits);

#endif
