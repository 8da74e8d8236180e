#include "server/loader.h"

#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/fold.h"
#include "server/log.h"
#include "server/snapshot_edit.h"
#include "server/task.h"

/* Where data come again and again, writing all of it each time would wear out a disk: only what
 * stays for ten times as long as it took to build is worth it, or when edits become many. */
enum { QUIET_TIMES = 10, MOST_QUIET_S = 60, MANY_EDITS = SNAPSHOT_MAX_EDITS / 4 };

struct loader {
    struct server *server;
    struct snapshot_source source;
    pthread_t thread;
    int fd;
    /* Of the current snapshot; the thread's own. */
    struct snapshot_key key; /* of what is in memory only */
    double build_s;          /* what reading the store took; 0: not known */
    double due_s;            /* when it has to be kept or folded, by clock_seconds(); INFINITY */
    bool has_loaded, is_unchecked, is_damaged;
    struct fold fold;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool wanted, stop, busy, folded, has_result;
    struct loader_result result;
};

/* ---- One load ---- */

/* What has been edited since, where the current one is a saved one. */
static struct snapshot *edit(struct loader *loader, struct loader_result *result)
{
    const struct snapshot *before = snapshot_acquire(loader->server->holder);
    struct snapshot *snapshot = NULL;
    struct aro_error err = {0};
    if (before && before->image && !loader->is_damaged)
        snapshot = snapshot_source_edit(&loader->source, before, &err);
    if (snapshot)
        result->n_edits = snapshot_n_edits(snapshot);
    else
        snprintf(result->why, sizeof result->why, "%.79s", err.message);
    snapshot_release(before);
    return snapshot;
}

static struct snapshot *build(const struct loader *loader, struct aro_error *err)
{
    const struct snapshot *before = snapshot_acquire(loader->server->holder);
    struct snapshot *snapshot = snapshot_source_build(&loader->source, before, NULL, err);
    snapshot_release(before);
    return snapshot;
}

/* Two at a time would take twice the memory. */
static void end_fold(struct loader *loader)
{
    struct aro_error err = {0};
    fold_give_up(&loader->fold);
    snapshot_release(fold_end(&loader->fold, &err));
}

static struct snapshot *read_all(struct loader *loader, struct loader_result *result)
{
    double start_s = clock_seconds();
    end_fold(loader);
    loader->key = snapshot_key_of(loader->source.store);
    struct snapshot *snapshot = snapshot_source_map(&loader->source, &loader->key);
    result->from = snapshot ? LOADED_FROM_FILE : LOADED_FROM_STORE;
    if (!snapshot && !loader->has_loaded) {
        snapshot = snapshot_source_catch_up(&loader->source, &loader->key);
        result->from = snapshot ? LOADED_FROM_EDITS : LOADED_FROM_STORE;
    }
    loader->is_unchecked = snapshot != NULL;
    if (snapshot)
        return snapshot;
    snapshot = build(loader, &result->err);
    loader->build_s = clock_seconds() - start_s;
    return snapshot;
}

static bool load(struct loader *loader, struct loader_result *result)
{
    struct snapshot *snapshot = edit(loader, result);
    result->from = LOADED_FROM_EDITS;
    if (!snapshot)
        snapshot = read_all(loader, result);
    if (!snapshot)
        return false;
    loader->is_damaged = false;
    snapshot_publish(loader->server->holder, snapshot);
    return true;
}

static void load_once(struct loader *loader)
{
    struct loader_result result = {0};
    double start_s = clock_seconds();
    result.ok = load(loader, &result);
    result.seconds = clock_seconds() - start_s;
    metrics_count_load(loader->server->metrics, result.ok, result.seconds);
    pthread_mutex_lock(&loader->lock);
    loader->result = result;
    loader->has_result = true;
    loader->busy = false;
    pthread_mutex_unlock(&loader->lock);
    eventfd_write(loader->fd, 1);
    if (result.from == LOADED_FROM_STORE)
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

static struct snapshot_patience patience_of(struct loader *loader)
{
    return (struct snapshot_patience){has_other_work, loader};
}

/* What ways are found by was looked at before it was used. */
static void check_texts(struct loader *loader, const struct snapshot *snapshot)
{
    struct aro_error err = {0};
    bool ok = image_check_bulk(snapshot->image, has_other_work, loader, &err);
    loader->is_unchecked = err.status == ARO_STOPPED;
    if (ok || loader->is_unchecked)
        return;
    log_line(LOG_LEVEL_ERROR, "saved snapshot is damaged", "reason", err.message, "effect",
             "the store is read again", NULL);
    unlink(loader->source.path);
    loader->is_damaged = true;
    loader_request(loader);
}

/* How long it has to stay the current one before all of it is written. */
static double quiet_seconds(const struct loader *loader, const struct snapshot *snapshot)
{
    uint32_t n_edits = snapshot_n_edits(snapshot);
    if (!loader->has_loaded || n_edits >= MANY_EDITS)
        return 0;
    return loader->build_s > 0 ? fmin(QUIET_TIMES * loader->build_s, MOST_QUIET_S) : MOST_QUIET_S;
}

/* The current one is new. */
static void settle(struct loader *loader)
{
    const struct snapshot_patience patience = patience_of(loader);
    const struct snapshot *snapshot = snapshot_acquire(loader->server->holder);
    loader->due_s = INFINITY;
    if (snapshot && !snapshot->image)
        snapshot_source_pack(&loader->source, snapshot, &patience);
    if (snapshot && snapshot->image && loader->is_unchecked)
        check_texts(loader, snapshot);
    bool is_kept = snapshot && snapshot->image && !snapshot->edits;
    if (snapshot && loader->source.path && !is_kept && !fold_is_running(&loader->fold))
        loader->due_s = clock_seconds() + quiet_seconds(loader, snapshot);
    loader->has_loaded |= snapshot != NULL;
    snapshot_release(snapshot);
}

static void wake(void *context)
{
    struct loader *loader = context;
    pthread_mutex_lock(&loader->lock);
    loader->folded = true;
    pthread_cond_signal(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
}

/* The file takes the place of the memory: what is not asked for need not stay in it. */
static void keep_or_fold(struct loader *loader)
{
    const struct snapshot_patience patience = patience_of(loader);
    const struct snapshot *snapshot = snapshot_acquire(loader->server->holder);
    struct snapshot *kept = NULL;
    loader->due_s = INFINITY;
    if (snapshot->image)
        fold_start(&loader->fold, &loader->source, wake, loader);
    else if (snapshot_is_packed(snapshot))
        kept = snapshot_source_keep(&loader->source, &loader->key, snapshot, &patience);
    if (kept)
        snapshot_publish(loader->server->holder, kept);
    snapshot_release(snapshot);
    malloc_trim(0);
}

/* What the fold has made, with what has been edited meanwhile. NULL where that is not the data that
 * is served: nobody asked for other data yet, or it has to be built. */
static struct snapshot *catch_up(struct loader *loader, struct snapshot *made, int64_t seq)
{
    struct aro_error err = {0};
    struct snapshot *caught_up = made;
    if (made->state.seq < seq) {
        caught_up = snapshot_source_edit(&loader->source, made, &err);
        snapshot_release(made);
    }
    if (!caught_up || caught_up->state.seq == seq)
        return caught_up;
    snapshot_release(caught_up);
    return NULL;
}

static void take_fold(struct loader *loader)
{
    struct aro_error err = {0};
    const struct snapshot *current = snapshot_acquire(loader->server->holder);
    struct snapshot *made = fold_end(&loader->fold, &err);
    if (made)
        made = catch_up(loader, made, current->state.seq);
    else if (err.status != ARO_STOPPED)
        log_line(LOG_LEVEL_WARN, "edits not folded in", "reason", err.message, "effect",
                 "they are served beside the saved snapshot", NULL);
    snapshot_release(current);
    if (!made)
        return;
    log_line(LOG_LEVEL_INFO, "edits folded in", NULL);
    loader->is_unchecked = loader->fold.was_there;
    snapshot_publish(loader->server->holder, made);
    settle(loader);
}

/* ---- The thread ---- */

enum work { WORK_STOP, WORK_LOAD, WORK_FOLDED, WORK_DUE };

static bool wait_until(struct loader *loader, double due_s)
{
    if (isinf(due_s)) {
        pthread_cond_wait(&loader->changed, &loader->lock);
        return false;
    }
    double whole_s = floor(due_s);
    struct timespec until = {.tv_sec = (time_t)whole_s, .tv_nsec = (long)((due_s - whole_s) * 1e9)};
    return pthread_cond_timedwait(&loader->changed, &loader->lock, &until) != 0;
}

static enum work next_work(struct loader *loader)
{
    bool is_due = false;
    pthread_mutex_lock(&loader->lock);
    while (!loader->stop && !loader->wanted && !loader->folded && !is_due)
        is_due = wait_until(loader, loader->due_s);
    enum work work = loader->stop     ? WORK_STOP
                     : loader->wanted ? WORK_LOAD
                     : loader->folded ? WORK_FOLDED
                                      : WORK_DUE;
    loader->busy = work == WORK_LOAD;
    if (work == WORK_LOAD)
        loader->wanted = false;
    if (work == WORK_FOLDED)
        loader->folded = false;
    pthread_mutex_unlock(&loader->lock);
    return work;
}

static void *run(void *context)
{
    struct loader *loader = context;
    task_expect_large_heap();
    for (;;) {
        switch (next_work(loader)) {
        case WORK_STOP:
            end_fold(loader);
            return NULL;
        case WORK_LOAD:
            load_once(loader);
            settle(loader);
            break;
        case WORK_FOLDED:
            take_fold(loader);
            break;
        case WORK_DUE:
            keep_or_fold(loader);
            break;
        }
    }
}

static void destroy(struct loader *loader)
{
    if (loader->fd >= 0)
        close(loader->fd);
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    snapshot_source_close(&loader->source);
    free(loader);
}

static bool start(struct loader *loader, struct aro_error *err)
{
    const struct settings *settings = loader->server->settings;
    if (!snapshot_source_open(&loader->source, settings->store, settings->snapshot_file,
                              settings->temp_folder, err))
        return false;
    loader->source.packed_max_bytes = (size_t)settings->packed_mb << 20;
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
    loader->due_s = INFINITY;
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
    bool busy = loader->busy || fold_is_building(&loader->fold);
    pthread_cond_signal(&loader->changed);
    pthread_mutex_unlock(&loader->lock);
    if (busy)
        return false;
    pthread_join(loader->thread, NULL);
    destroy(loader);
    return true;
}
