#include "server/loader.h"

#include <libgen.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/log.h"
#include "server/snapshot_file.h"
#include "server/task.h"

struct loader {
    struct server *server;
    pthread_t thread;
    int fd;
    char *path;   /* of the snapshot's file; NULL: none is kept */
    char *folder; /* for files while it is built: that of the path, else of others */
    /* Of the current snapshot; the thread's own. */
    struct snapshot_key key;
    double quiet_s; /* for how long it has to be the current one before it is kept */
    bool has_loaded;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool wanted, stop, busy, has_result;
    struct loader_result result;
};

/* ---- One load ---- */

static size_t packed_max_bytes(const struct loader *loader)
{
    return (size_t)loader->server->settings->packed_mb << 20;
}

/* What an earlier load kept; NULL where the store has to be read. */
static struct snapshot *map_kept(const struct loader *loader, const struct snapshot_key *key)
{
    struct aro_error err = {0};
    if (!loader->path || key->text[0] == '\0')
        return NULL;
    struct snapshot *snapshot = snapshot_file_map(loader->path, key, &err);
    if (err.status == ARO_BAD_INPUT || err.status == ARO_IO)
        log_line(LOG_LEVEL_WARN, "saved snapshot not used", "reason", err.message, "effect",
                 "the store is read", NULL);
    if (!snapshot || snapshot->packed_max_bytes == packed_max_bytes(loader))
        return snapshot;
    snapshot_release(snapshot);
    return NULL;
}

static struct snapshot *build(const struct loader *loader, struct aro_error *err)
{
    struct server *server = loader->server;
    struct schema_store *store = NULL;
    if (!schema_store_open(server->settings->store, SCHEMA_READ, &store, err))
        return NULL;
    const struct snapshot *before = snapshot_acquire(server->holder);
    const struct snapshot_room room = snapshot_room_of(loader->folder);
    struct snapshot *snapshot = snapshot_build(store, before, &room, err);
    snapshot_release(before);
    schema_store_close(store);
    return snapshot;
}

static bool load(struct loader *loader, bool *out_was_kept, struct aro_error *err)
{
    struct snapshot_key key = snapshot_key_of(loader->server->settings->store);
    struct snapshot *snapshot = map_kept(loader, &key);
    *out_was_kept = snapshot != NULL;
    if (!snapshot)
        snapshot = build(loader, err);
    if (!snapshot)
        return false;
    loader->key = key;
    snapshot_publish(loader->server->holder, snapshot);
    return true;
}

/* Where data come again and again, writing all of it each time would wear out a disk: only what
 * stays for ten times as long as it took to make is worth it. The first is, at once. */
static double quiet_seconds(const struct loader *loader, double load_s)
{
    enum { TIMES = 10, MOST_S = 60 };
    return !loader->has_loaded ? 0 : TIMES * load_s < MOST_S ? TIMES * load_s : MOST_S;
}

static void load_once(struct loader *loader)
{
    struct loader_result result = {0};
    double start_s = clock_seconds();
    result.ok = load(loader, &result.was_kept, &result.err);
    result.seconds = clock_seconds() - start_s;
    if (result.ok)
        loader->quiet_s = quiet_seconds(loader, result.seconds);
    loader->has_loaded |= result.ok;
    metrics_count_load(loader->server->metrics, result.ok, result.seconds);
    pthread_mutex_lock(&loader->lock);
    loader->result = result;
    loader->has_result = true;
    loader->busy = false;
    pthread_mutex_unlock(&loader->lock);
    eventfd_write(loader->fd, 1);
    malloc_trim(0); /* building takes more than keeping */
}

/* ---- What is done with it beside the requests, which do without until then ---- */

/* New data is waited for, or the end. */
static bool has_other_work(void *context)
{
    struct loader *loader = context;
    pthread_mutex_lock(&loader->lock);
    bool has = loader->wanted || loader->stop;
    pthread_mutex_unlock(&loader->lock);
    return has;
}

/* Waits for so long, or until there is other work: false then. */
static bool stays_quiet(struct loader *loader)
{
    struct timespec until;
    int timed_out = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)loader->quiet_s;
    pthread_mutex_lock(&loader->lock);
    while (!loader->wanted && !loader->stop && timed_out == 0)
        timed_out = pthread_cond_timedwait(&loader->changed, &loader->lock, &until);
    bool quiet = !loader->wanted && !loader->stop;
    pthread_mutex_unlock(&loader->lock);
    return quiet;
}

static void pack(struct loader *loader, const struct snapshot *snapshot)
{
    const struct packed_order order = {
        .max_bytes = packed_max_bytes(loader), .is_unwanted = has_other_work, .context = loader};
    if (snapshot_is_packed(snapshot))
        return;
    snapshot_pack(snapshot, &order);
    malloc_trim(0);
}

static struct snapshot *write_and_map(struct loader *loader, const struct snapshot *snapshot,
                                      struct aro_error *err)
{
    if (loader->key.text[0] == '\0') {
        aro_error_set(err, ARO_IO, "the store was written just now, or at a time to come");
        return NULL;
    }
    if (!snapshot_file_write(loader->path, &loader->key, snapshot, has_other_work, loader, err))
        return NULL;
    return snapshot_file_map(loader->path, &loader->key, err);
}

/* The file takes the place of the memory: what is not asked for need not stay in it. */
static void keep(struct loader *loader, const struct snapshot *snapshot)
{
    struct aro_error err = {0};
    if (!loader->path || !snapshot_is_packed(snapshot) || !stays_quiet(loader))
        return;
    struct snapshot *kept = write_and_map(loader, snapshot, &err);
    if (kept)
        snapshot_publish(loader->server->holder, kept);
    else if (err.status != ARO_STOPPED && err.status != ARO_BUSY)
        log_line(LOG_LEVEL_WARN, "snapshot not saved", "reason", err.message, "effect",
                 "the next start reads the store", NULL);
}

/* What ways are found by was looked at before it was used. */
static void check_texts(struct loader *loader, const struct snapshot *snapshot)
{
    struct aro_error err = {0};
    if (image_check_bulk(snapshot->image, has_other_work, loader, &err) ||
        err.status == ARO_STOPPED)
        return;
    log_line(LOG_LEVEL_ERROR, "saved snapshot is damaged", "reason", err.message, "effect",
             "the store is read again", NULL);
    unlink(loader->path);
    loader_request(loader);
}

static void finish(struct loader *loader)
{
    const struct snapshot *snapshot = snapshot_acquire(loader->server->holder);
    if (snapshot && snapshot->image) {
        check_texts(loader, snapshot);
    } else if (snapshot) {
        pack(loader, snapshot);
        keep(loader, snapshot);
    }
    snapshot_release(snapshot);
    malloc_trim(0);
}

static void *run(void *context)
{
    struct loader *loader = context;
    task_expect_large_heap();
    for (;;) {
        pthread_mutex_lock(&loader->lock);
        while (!loader->wanted && !loader->stop)
            pthread_cond_wait(&loader->changed, &loader->lock);
        bool stop = loader->stop;
        loader->wanted = false;
        loader->busy = !stop;
        pthread_mutex_unlock(&loader->lock);
        if (stop)
            return NULL;
        load_once(loader);
        finish(loader);
    }
}

static void destroy(struct loader *loader)
{
    if (loader->fd >= 0)
        close(loader->fd);
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    free(loader->path);
    free(loader->folder);
    free(loader);
}

/* Where the snapshot is kept there is room for it while it is built. */
static bool find_places(struct loader *loader, struct aro_error *err)
{
    const struct settings *settings = loader->server->settings;
    struct aro_error path_err = {0};
    loader->path = snapshot_file_path(settings->store, settings->snapshot_file, &path_err);
    if (path_err.status != ARO_OK)
        return aro_error_no_memory(err);
    if (!loader->path && !settings->temp_folder)
        return true;
    char *cut = strdup(loader->path ? loader->path : settings->temp_folder);
    if (cut)
        loader->folder = strdup(loader->path ? dirname(cut) : cut);
    free(cut);
    return loader->folder || aro_error_no_memory(err);
}

static bool start(struct loader *loader, struct aro_error *err)
{
    if (!find_places(loader, err))
        return false;
    return (loader->fd >= 0 && pthread_create(&loader->thread, NULL, run, loader) == 0) ||
           aro_error_set(err, ARO_IO, "cannot start the thread that loads the data");
}

struct loader *loader_new(struct server *server, struct aro_error *err)
{
    struct loader *loader = calloc(1, sizeof *loader);
    if (!loader) {
        aro_error_no_memory(err);
        return NULL;
    }
    loader->server = server;
    loader->wanted = true;
    loader->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&loader->lock, NULL);
    pthread_condattr_t by_monotonic_clock;
    pthread_condattr_init(&by_monotonic_clock);
    pthread_condattr_setclock(&by_monotonic_clock, CLOCK_MONOTONIC);
    pthread_cond_init(&loader->changed, &by_monotonic_clock);
    pthread_condattr_destroy(&by_monotonic_clock);
    if (start(loader, err))
        return loader;
    destroy(loader);
    return NULL;
}

void loader_request(struct loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    loader->wanted = true;
    pthread_cond_signal(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
}

int loader_fd(const struct loader *loader)
{
    return loader->fd;
}

bool loader_take_result(struct loader *loader, struct loader_result *out_result)
{
    eventfd_t count;
    eventfd_read(loader->fd, &count);
    pthread_mutex_lock(&loader->lock);
    bool has_result = loader->has_result;
    if (has_result)
        *out_result = loader->result;
    loader->has_result = false;
    pthread_mutex_unlock(&loader->lock);
    return has_result;
}

bool loader_free(struct loader *loader)
{
    if (!loader)
        return true;
    pthread_mutex_lock(&loader->lock);
    loader->stop = true;
    bool busy = loader->busy;
    pthread_cond_signal(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    if (busy)
        return false;
    pthread_join(loader->thread, NULL);
    destroy(loader);
    return true;
}
