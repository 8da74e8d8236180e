/*
 * Where a page ended, as an opaque text.
 *
 * A cursor holds the key of the last feature (never a position in memory, which a reload of the
 * data would move) and the change number that the walk began with: what does not change during
 * the walk appears exactly once. A text belongs to its scope: the store, the collection, the point
 * that distances are measured from, and what is sorted by.
 */
#ifndef ARO_SERVER_CURSOR_H
#define ARO_SERVER_CURSOR_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

enum { CURSOR_VALUES_BYTES = 1040, CURSOR_TEXT_BYTES = 1472 };

/** What comes first in the order that is walked; Hilbert key and id come behind. */
enum cursor_order { CURSOR_BY_KEY, CURSOR_BY_DISTANCE, CURSOR_BY_VALUES };

/** Plain value. */
struct cursor {
    enum cursor_order order;
    double distance_m; /* CURSOR_BY_DISTANCE */
    uint64_t hilbert_key;
    int64_t id;
    int64_t seq;     /* of the walk's first page */
    size_t n_values; /* CURSOR_BY_VALUES: bytes that are the caller's own */
    unsigned char values[CURSOR_VALUES_BYTES];
};

/** @param out_text  terminated; letters, digits, "-" and "_" */
void cursor_write(const struct cursor *cursor, const char *scope, char out_text[CURSOR_TEXT_BYTES]);

/**
 * @param order  the one that is walked
 * @param err    ARO_BAD_INPUT for parameter `cursor`: cut, changed, of another order or scope
 */
bool cursor_parse(const char *text, enum cursor_order order, const char *scope,
                  struct cursor *out_cursor, struct aro_error *err);

#endif
