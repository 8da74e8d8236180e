/*
 * Where a page ended, as an opaque text.
 *
 * A cursor holds the key of the last feature (never a position in memory, which a reload of the
 * data would move) and the change number that the walk began with: what does not change during
 * the walk appears exactly once. A text belongs to its scope: the store, the collection, and the
 * point that distances are measured from.
 */
#ifndef ARO_SERVER_CURSOR_H
#define ARO_SERVER_CURSOR_H

#include <stdint.h>

#include "geo/error.h"

enum { CURSOR_TEXT_BYTES = 96 };

/** Plain value. */
struct cursor {
    bool by_distance;
    double distance_m; /* where by_distance: first in the order */
    uint64_t hilbert_key;
    int64_t id;
    int64_t seq; /* of the walk's first page */
};

/** @param out_text  terminated; letters, digits, "-" and "_" */
void cursor_write(const struct cursor *cursor, const char *scope, char out_text[CURSOR_TEXT_BYTES]);

/**
 * @param by_distance  the order that is walked
 * @param err          ARO_BAD_INPUT for parameter `cursor`: cut, changed, of another order or scope
 */
bool cursor_parse(const char *text, bool by_distance, const char *scope, struct cursor *out_cursor,
                  struct aro_error *err);

#endif
