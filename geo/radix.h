/*
 * Sorting by numbers of 64 bits, in a time that grows with their count alone.
 */
#ifndef ARO_GEO_RADIX_H
#define ARO_GEO_RADIX_H

#include <stddef.h>
#include <stdint.h>

/** A key and what moves with it. Plain value. */
struct geo_keyed {
    uint64_t key;
    uint32_t place, more; /* the caller's */
};

/**
 * Sorts by key, least first; items of one key stay in the order they have. Bytes that all keys
 * share cost nothing. Nothing is allocated.
 *
 * @param items, spare  n each, fewer than 2^32; written, both
 * @return              the one of the two that holds the result
 */
struct geo_keyed *geo_radix_sort(struct geo_keyed *items, struct geo_keyed *spare, size_t n);

#endif
