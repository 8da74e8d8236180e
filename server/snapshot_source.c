#include "server/snapshot_source.h"

#include <libgen.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "server/log.h"
#include "server/snapshot_edit.h"

/* Where the snapshot is kept there is room for it while it is built. */
static bool find_places(struct snapshot_source *source, const char *file, const char *temp,
                        struct aro_error *err)
{
    struct aro_error path_err = {0};
    source->path = snapshot_file_path(source->store, file, &path_err);
    if (path_err.status != ARO_OK)
        return aro_error_no_memory(err);
    if (!source->path && !temp)
        return true;
    char *cut = strdup(source->path ? source->path : temp);
    if (cut)
        source->folder = strdup(source->path ? dirname(cut) : cut);
    free(cut);
    return source->folder || aro_error_no_memory(err);
}

bool snapshot_source_open(struct snapshot_source *source, const char *store, const char *file,
                          const char *temp, struct aro_error *err)
{
    *source = (struct snapshot_source){.store = store};
    if (find_places(source, file, temp, err))
        return true;
    snapshot_source_close(source);
    return false;
}

void snapshot_source_close(struct snapshot_source *source)
{
    free(source->path);
    free(source->folder);
    *source = (struct snapshot_source){0};
}

/* One that is packed as it should be; takes the reference. */
static struct snapshot *if_suitable(const struct snapshot_source *source, struct snapshot *snapshot)
{
    if (!snapshot || snapshot->packed_max_bytes == source->packed_max_bytes)
        return snapshot;
    snapshot_release(snapshot);
    return NULL;
}

struct snapshot *snapshot_source_map(const struct snapshot_source *source,
                                     const struct snapshot_key *key)
{
    struct aro_error err = {0};
    if (!source->path || key->text[0] == '\0')
        return NULL;
    struct snapshot *snapshot = snapshot_file_map(source->path, key, &err);
    if (err.status == ARO_BAD_INPUT || err.status == ARO_IO)
        log_line(LOG_LEVEL_WARN, "saved snapshot not used", "reason", err.message, "effect",
                 "the store is read", NULL);
    return if_suitable(source, snapshot);
}

struct snapshot *snapshot_source_catch_up(const struct snapshot_source *source,
                                          const struct snapshot_key *key)
{
    struct aro_error err = {0};
    if (!source->path || key->text[0] == '\0')
        return NULL;
    struct snapshot *earlier = snapshot_file_map_earlier(source->path, key, &err), *now = NULL;
    earlier = if_suitable(source, earlier);
    if (earlier)
        now = snapshot_source_edit(source, earlier, &err);
    snapshot_release(earlier);
    return now;
}

struct snapshot *snapshot_source_edit(const struct snapshot_source *source,
                                      const struct snapshot *base, struct aro_error *err)
{
    struct schema_store *store = NULL;
    if (!schema_store_open(source->store, SCHEMA_READ, &store, err))
        return NULL;
    struct snapshot *snapshot = snapshot_edit(base, store, err);
    schema_store_close(store);
    return snapshot;
}

struct snapshot *snapshot_source_build(const struct snapshot_source *source,
                                       const struct snapshot *before,
                                       const struct snapshot_patience *patience,
                                       struct aro_error *err)
{
    struct schema_store *store = NULL;
    struct snapshot_room room = snapshot_room_of(source->folder);
    if (patience) {
        room.is_unwanted = patience->is_unwanted;
        room.context = patience->context;
    }
    if (!schema_store_open(source->store, SCHEMA_READ, &store, err))
        return NULL;
    struct snapshot *snapshot = snapshot_build(store, before, &room, err);
    schema_store_close(store);
    return snapshot;
}

void snapshot_source_pack(const struct snapshot_source *source, const struct snapshot *snapshot,
                          const struct snapshot_patience *patience)
{
    const struct packed_order order = {.max_bytes = source->packed_max_bytes,
                                       .is_unwanted = patience->is_unwanted,
                                       .context = patience->context};
    if (snapshot_is_packed(snapshot))
        return;
    snapshot_pack(snapshot, &order);
    malloc_trim(0);
}

static struct snapshot *write_and_map(const struct snapshot_source *source,
                                      const struct snapshot_key *key,
                                      const struct snapshot *snapshot,
                                      const struct snapshot_patience *patience,
                                      struct aro_error *err)
{
    if (key->text[0] == '\0') {
        aro_error_set(err, ARO_IO, "the store was written just now, or at a time to come");
        return NULL;
    }
    if (!snapshot_file_write(source->path, key, snapshot, patience->is_unwanted, patience->context,
                             err))
        return NULL;
    return snapshot_file_map(source->path, key, err);
}

struct snapshot *snapshot_source_keep(const struct snapshot_source *source,
                                      const struct snapshot_key *key,
                                      const struct snapshot *snapshot,
                                      const struct snapshot_patience *patience)
{
    struct aro_error err = {0};
    struct snapshot *kept = write_and_map(source, key, snapshot, patience, &err);
    if (!kept && err.status != ARO_STOPPED && err.status != ARO_BUSY)
        log_line(LOG_LEVEL_WARN, "snapshot not saved", "reason", err.message, "effect",
                 "the next start reads the store", NULL);
    return kept;
}
