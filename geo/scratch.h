/*
 * Memory for what is made along the way and forgotten together: pieces that stay where they are
 * until all are given back at once.
 */
#ifndef ARO_GEO_SCRATCH_H
#define ARO_GEO_SCRATCH_H

#include "geo/buffer.h"

/** Start from {0}; geo_scratch_clear() releases. Owned by one thread. */
struct geo_scratch {
    struct geo_scratch_block *newest; /* owned */
};

void geo_scratch_clear(struct geo_scratch *scratch);

/** A piece of so many bytes (0 too), aligned for any type; NULL and ARO_NO_MEMORY. */
void *geo_scratch_take(struct geo_scratch *scratch, size_t bytes, struct aro_error *err);

/** The content of a buffer, whose failure is ARO_NO_MEMORY; the buffer stays the caller's. */
char *geo_scratch_keep(struct geo_scratch *scratch, const struct aro_buffer *buffer,
                       struct aro_error *err);

/** Gives all pieces back; the largest block of memory is kept for the next ones. */
void geo_scratch_reset(struct geo_scratch *scratch);

#endif
