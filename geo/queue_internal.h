/*
 * What a walk outward from a point has yet to look at, nearest first: a binary heap.
 */
#ifndef ARO_GEO_QUEUE_INTERNAL_H
#define ARO_GEO_QUEUE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

/** Nothing that the entry stands for is nearer than its key. Plain value. */
struct geo_entry {
    double key_m;
    uint32_t kind; /* what is final has the greatest: at equal keys the rest is looked at first,
                      since it may turn out to be at that very distance */
    uint32_t place;
};

/** The first entry on top. Start from {0}; geo_queue_clear() releases. */
struct geo_queue {
    struct geo_entry *items; /* owned */
    size_t n, capacity;
};

void geo_queue_clear(struct geo_queue *queue);

/** The order of the queue: by key, by kind, by place. */
static inline bool geo_entry_is_before(const struct geo_entry *a, const struct geo_entry *b)
{
    if (a->key_m != b->key_m)
        return a->key_m < b->key_m;
    return a->kind != b->kind ? a->kind < b->kind : a->place < b->place;
}

/** @param err  ARO_NO_MEMORY */
bool geo_queue_push(struct geo_queue *queue, struct geo_entry entry, struct aro_error *err);

/** Takes the first entry off; there must be one. */
struct geo_entry geo_queue_pop(struct geo_queue *queue);

#endif
