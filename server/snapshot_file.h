/*
 * A snapshot kept in a file beside the store (server/image.h), so that a start maps what an earlier
 * one has built. What it was built from, and by which program, is its key: with another key it is
 * built anew from the store.
 */
#ifndef ARO_SERVER_SNAPSHOT_FILE_H
#define ARO_SERVER_SNAPSHOT_FILE_H

#include "server/image.h"
#include "server/snapshot.h"

/** Plain value; text is "" where nothing may be kept: what is read could not be told apart. */
struct snapshot_key {
    char text[IMAGE_KEY_BYTES];
    size_t program_len; /* so much of it says which program this is */
};

/** To be made before the store is read that a snapshot is to be built from. */
struct snapshot_key snapshot_key_of(const char *store);

/**
 * Where it is kept.
 *
 * @param setting  --snapshot-file: NULL for the place beside the store, or "none"
 * @return         owned by the caller; NULL: nowhere, or on ARO_NO_MEMORY
 */
char *snapshot_file_path(const char *store, const char *setting, struct aro_error *err);

/**
 * @return  one reference, owned by the caller; NULL on the errors of image_map(), which are no
 *          more than that it has to be built
 */
struct snapshot *snapshot_file_map(const char *path, const struct snapshot_key *key,
                                   struct aro_error *err);

/** The same, of whatever the store was then: what snapshot_edit() may go on from. */
struct snapshot *snapshot_file_map_earlier(const char *path, const struct snapshot_key *key,
                                           struct aro_error *err);

/** The one that `base` lies in, once more, as it was saved (image_again()). */
struct snapshot *snapshot_file_again(const struct snapshot *base, struct aro_error *err);

/**
 * @param key  made before it was built
 * @param err  as image_write()
 */
bool snapshot_file_write(const char *path, const struct snapshot_key *key,
                         const struct snapshot *snapshot, image_unwanted_fn *is_unwanted,
                         void *context, struct aro_error *err);

#endif
