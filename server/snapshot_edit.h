/*
 * The next snapshot of a saved one where sheets have been edited: the same file mapped once more,
 * with their columns written over and their texts beside it. It answers as one that is built from
 * the whole store does, and costs what has changed.
 */
#ifndef ARO_SERVER_SNAPSHOT_EDIT_H
#define ARO_SERVER_SNAPSHOT_EDIT_H

#include "server/snapshot.h"

/** More sheets than these, or than a part of all, are not edited but built anew: texts that stand
 * alone slow answers. */
enum { SNAPSHOT_MAX_EDITS = 4096, SNAPSHOT_MAX_EDITED_PART = 4 /* a quarter */ };

/**
 * @param base   lies in a mapped file; what has been edited in it already is read again
 * @param store  one read transaction is begun and ended
 * @return       one reference, owned by the caller; NULL on ARO_CONFLICT: something else has
 *               changed, or too much, so that it has to be built; ARO_IO, ARO_NO_MEMORY
 */
struct snapshot *snapshot_edit(const struct snapshot *base, struct schema_store *store,
                               struct aro_error *err);

/** How many sheets have been edited, have come or gone since it was saved. */
uint32_t snapshot_n_edits(const struct snapshot *snapshot);
/** The number of the state that was saved, of one with edits. */
int64_t snapshot_saved_seq(const struct snapshot *snapshot);

struct snapshot_edits;
/** Frees them but for what stands in the snapshot itself. NULL is allowed. */
void snapshot_edits_free(struct snapshot_edits *edits);

#endif
