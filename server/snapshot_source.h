/*
 * Where snapshots come from: the file that an earlier one was saved in, the one before with what
 * has been edited since, or the whole store.
 */
#ifndef ARO_SERVER_SNAPSHOT_SOURCE_H
#define ARO_SERVER_SNAPSHOT_SOURCE_H

#include "server/snapshot_file.h"

/** Immutable after its opening. */
struct snapshot_source {
    const char *store; /* borrowed */
    char *path;        /* of the saved one; NULL: none is kept */
    char *folder;      /* for files while one is built: that of the path, else of others, or NULL */
    size_t packed_max_bytes;
};

/** Asked now and then while it takes long: true gives it up. */
struct snapshot_patience {
    bool (*is_unwanted)(void *context);
    void *context;
};

/**
 * @param store  borrowed until snapshot_source_close()
 * @param file   --snapshot-file, or NULL
 * @param temp   --temp-folder, or NULL
 */
bool snapshot_source_open(struct snapshot_source *source, const char *store, const char *file,
                          const char *temp, struct aro_error *err);
void snapshot_source_close(struct snapshot_source *source);

/** What an earlier load has kept of the store as the key says; NULL: it has to be read. */
struct snapshot *snapshot_source_map(const struct snapshot_source *source,
                                     const struct snapshot_key *key);

/** What an earlier load has kept of the store as it was once, with what has been edited since.
 * NULL: there is nothing, or the store has to be read. */
struct snapshot *snapshot_source_catch_up(const struct snapshot_source *source,
                                          const struct snapshot_key *key);

/** @param err  those of snapshot_edit(), and of opening the store */
struct snapshot *snapshot_source_edit(const struct snapshot_source *source,
                                      const struct snapshot *base, struct aro_error *err);

/** @param before  may be NULL. @param err  ARO_STOPPED: given up; those of snapshot_build() */
struct snapshot *snapshot_source_build(const struct snapshot_source *source,
                                       const struct snapshot *before,
                                       const struct snapshot_patience *patience,
                                       struct aro_error *err);

/** Deflates ahead what there is memory for, if that has not been done. */
void snapshot_source_pack(const struct snapshot_source *source, const struct snapshot *snapshot,
                          const struct snapshot_patience *patience);

/**
 * Writes it to the file, and maps that.
 *
 * @param key  made before the store was read
 * @return     one reference; NULL where it was given up, or cannot be, which is logged
 */
struct snapshot *snapshot_source_keep(const struct snapshot_source *source,
                                      const struct snapshot_key *key,
                                      const struct snapshot *snapshot,
                                      const struct snapshot_patience *patience);

#endif
