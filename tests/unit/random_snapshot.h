/*
 * A group fixture: the snapshot of a random store, beside the rows that it was made from.
 */
#ifndef ARO_TESTS_RANDOM_SNAPSHOT_H
#define ARO_TESTS_RANDOM_SNAPSHOT_H

#include "server/snapshot.h"
#include "tests/unit/check.h"
#include "tests/unit/random_store.h"

static const uint64_t FIXTURE_SEED = 20261123;

struct fixture {
    struct temp_folder folder;
    struct rows *rows;
    struct snapshot *snapshot;
};

/** One reference, owned by the caller; NULL, said on stderr, when it cannot be built. */
static inline struct snapshot *fixture_build_in(const struct temp_folder *folder,
                                                const struct snapshot *before,
                                                const struct snapshot_room *room)
{
    struct schema_store *store = NULL;
    struct aro_error err = {0};
    struct snapshot *snapshot = NULL;
    if (schema_store_open(folder->store, SCHEMA_READ, &store, &err))
        snapshot = snapshot_build(store, before, room, &err);
    schema_store_close(store);
    if (!snapshot)
        print_error("%s\n", err.message);
    return snapshot;
}

static inline struct snapshot *fixture_build_after(const struct temp_folder *folder,
                                                   const struct snapshot *before)
{
    const struct snapshot_room room = snapshot_room_of(NULL);
    return fixture_build_in(folder, before, &room);
}

static inline struct snapshot *fixture_build(const struct temp_folder *folder)
{
    return fixture_build_after(folder, NULL);
}

static inline int fixture_setup(void **state)
{
    static struct fixture fixture;
    print_message("seed %llu\n", (unsigned long long)FIXTURE_SEED);
    temp_folder_make(&fixture.folder);
    fixture.rows = rows_make(&fixture.folder, FIXTURE_SEED);
    fixture.snapshot = fixture_build(&fixture.folder);
    *state = &fixture;
    return fixture.snapshot ? 0 : -1;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    snapshot_release(fixture->snapshot);
    free(fixture->rows);
    temp_folder_remove(&fixture->folder);
    return 0;
}

#endif
