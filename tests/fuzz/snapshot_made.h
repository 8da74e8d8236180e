/*
 * A snapshot of random rows, for targets that need one.
 */
#ifndef ARO_TESTS_SNAPSHOT_MADE_H
#define ARO_TESTS_SNAPSHOT_MADE_H

#include "server/snapshot.h"
#include "tests/unit/random_store.h"

/** Kept until the program ends. Takes seconds: to be called from LLVMFuzzerInitialize(). */
static inline const struct snapshot *snapshot_made(void)
{
    struct snapshot *snapshot = NULL;
    struct temp_folder folder;
    struct schema_store *store = NULL;
    const struct snapshot_room room = snapshot_room_of(NULL);
    temp_folder_make(&folder);
    free(rows_make(&folder, 20261126));
    if (schema_store_open(folder.store, SCHEMA_READ, &store, NULL))
        snapshot = snapshot_build(store, NULL, &room, NULL);
    schema_store_close(store);
    temp_folder_remove(&folder);
    if (!snapshot)
        abort();
    return snapshot;
}

#endif
