/*
 * Folding: while a saved snapshot with edits is served, another is built of the whole store beside
 * it, deflated and saved, in a thread that gives way to requests. The one that is served stays
 * until that is done.
 */
#ifndef ARO_SERVER_FOLD_H
#define ARO_SERVER_FOLD_H

#include <pthread.h>

#include "server/snapshot_source.h"

/** Start from {0}. Owned by the thread that starts it, but for fold_is_building(). */
struct fold {
    const struct snapshot_source *source;
    void (*on_end)(void *context); /* called by the thread, last of all */
    void *context;
    pthread_t thread;
    bool is_running;
    atomic_bool unwanted, building;
    struct snapshot *made; /* NULL: given up */
    bool was_there;        /* another server has saved it: its texts were not looked at */
    struct aro_error err;
};

/**
 * @param on_end  called from another thread: fold_end() is due
 * @return        false: no thread is to be had
 */
bool fold_start(struct fold *fold, const struct snapshot_source *source,
                void (*on_end)(void *context), void *context);

static inline bool fold_is_running(const struct fold *fold)
{
    return fold->is_running;
}

/** The store is being read, and that is not given up at once. From any thread. */
static inline bool fold_is_building(const struct fold *fold)
{
    return atomic_load(&fold->building);
}

/** Nobody waits for it any more: it ends as soon as it can. */
void fold_give_up(struct fold *fold);

/**
 * Waits for it.
 *
 * @return  one reference to a mapped snapshot, owned by the caller; NULL where there is none, and
 *          err says why: ARO_STOPPED, it was given up
 */
struct snapshot *fold_end(struct fold *fold, struct aro_error *err);

#endif
