#include "server/snapshot_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/program.h"

struct snapshot_key snapshot_key_of(const char *store)
{
    struct snapshot_key key = {.text = ""};
    char stamp[SCHEMA_STAMP_BYTES];
    uint64_t program = program_sum();
    if (program != 0 && schema_store_stamp(store, stamp, NULL)) {
        int len = snprintf(key.text, sizeof key.text,
                           "arobase " ARO_VERSION " %016" PRIx64 ", store ", program);
        key.program_len = (size_t)len;
        snprintf(key.text + len, sizeof key.text - (size_t)len, "%s", stamp);
    }
    return key;
}

char *snapshot_file_path(const char *store, const char *setting, struct aro_error *err)
{
    struct aro_buffer path = {0};
    if (setting && strcmp(setting, "none") == 0)
        return NULL;
    aro_buffer_text(&path, setting ? setting : store);
    if (!setting)
        aro_buffer_text(&path, ".snapshot");
    return aro_buffer_take_text(&path, err);
}

/* What its own process knew of it is gone. */
static struct snapshot *wake(struct image *image)
{
    struct snapshot *snapshot = image_root(image);
    atomic_init(&snapshot->references, 1);
    snapshot->slot_taken = NULL;
    snapshot->image = image;
    atomic_init(&snapshot->layers->references, 1);
    snapshot->layers->image = image;
    image_retain(image);
    return snapshot;
}

struct snapshot *snapshot_file_map(const char *path, const struct snapshot_key *key,
                                   struct aro_error *err)
{
    struct image *image = image_map(path, key->text, sizeof key->text, err);
    return image ? wake(image) : NULL;
}

struct snapshot *snapshot_file_map_earlier(const char *path, const struct snapshot_key *key,
                                           struct aro_error *err)
{
    struct image *image = image_map(path, key->text, key->program_len, err);
    return image ? wake(image) : NULL;
}

struct snapshot *snapshot_file_again(const struct snapshot *base, struct aro_error *err)
{
    struct image *image = image_again(base->image, err);
    return image ? wake(image) : NULL;
}

bool snapshot_file_write(const char *path, const struct snapshot_key *key,
                         const struct snapshot *snapshot, image_unwanted_fn *is_unwanted,
                         void *context, struct aro_error *err)
{
    struct geo_blocks blocks = {0};
    snapshot_blocks(snapshot, &blocks);
    bool ok = image_write(path, key->text, &blocks, is_unwanted, context, err);
    geo_blocks_clear(&blocks);
    return ok;
}
