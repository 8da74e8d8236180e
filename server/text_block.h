/*
 * Ready texts of features, in the order of positions: what answers are put together from. They
 * stand one after another, so that those of neighbours are one piece; where some have gone and
 * others have come since, these stand beside.
 */
#ifndef ARO_SERVER_TEXT_BLOCK_H
#define ARO_SERVER_TEXT_BLOCK_H

#include <stdatomic.h>

#include "geo/runs.h"
#include "geo/splice.h"
#include "server/packed.h"

/** Borrowed. */
struct text_slice {
    const char *text;
    size_t len;
};

/** The texts that have come since the others were written, in their order; text i is
 * block[offsets[i]] to block[offsets[i + 1]]. Start from {0}; text_edits_clear() releases. */
struct text_edits {
    const struct geo_splice *splice; /* borrowed: which of the texts are now where */
    uint64_t *offsets;               /* splice->n_come + 1 */
    char *block;
};

/** Text i is block[offsets[i]] to block[offsets[i + 1]], unless there are edits. */
struct text_block {
    char *block;
    uint64_t *offsets;               /* one more than there are */
    size_t mapped_bytes;             /* of the block where it is a file's; 0: it is in memory */
    _Atomic(struct packed *) packed; /* comes once the snapshot is published, or never: NULL */
    const struct text_edits *edits;  /* borrowed; NULL: none */
};

/** Them deflated ahead, but for the edits; borrowed as long as they. NULL: not yet, or not at all.
 */
static inline const struct packed *text_block_packed(const struct text_block *texts)
{
    return atomic_load_explicit(&texts->packed, memory_order_acquire);
}

/** text_block_at() of a block that has edits. */
struct text_slice text_block_edited(const struct text_block *texts, uint32_t position);

static inline struct text_slice text_block_at(const struct text_block *texts, uint32_t position)
{
    if (texts->edits)
        return text_block_edited(texts, position);
    uint64_t from = texts->offsets[position];
    return (struct text_slice){texts->block + from, texts->offsets[position + 1] - from};
}

/** Texts that stand one after another. Plain value; borrows the block. */
struct text_part {
    struct text_slice slice;
    uint32_t end;                /* the position behind them */
    const struct packed *packed; /* them deflated ahead, or NULL */
    struct geo_run texts;        /* which they are among those */
};

/** As many texts of the run, from its first on, as are one piece. @param run  not empty */
struct text_part text_block_part(const struct text_block *texts, struct geo_run run);

/** How many bytes the texts of a run come to. */
size_t text_block_bytes(const struct text_block *texts, struct geo_run run);

void text_edits_clear(struct text_edits *edits);

#endif
