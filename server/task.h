/*
 * A step that runs beside its caller and is waited for: to use a second core for a while.
 */
#ifndef ARO_SERVER_TASK_H
#define ARO_SERVER_TASK_H

#include <pthread.h>

#include "geo/error.h"

typedef bool task_fn(void *context, struct aro_error *err);

/** Owned by the thread that starts it, which also joins it. */
struct task {
    task_fn *run;
    void *context;
    pthread_t thread;
    bool has_thread; /* false: no thread was to be had, the step runs when it is joined */
    bool ok;
    struct aro_error err;
};

/** @param context  handed to `run`; both must stand until the task is joined */
void task_start(struct task *task, task_fn *run, void *context);

/** Waits for the step. False, and its error in err, when it failed. */
bool task_join(struct task *task, struct aro_error *err);

/**
 * Asks the kernel for large pages under the heap of the calling thread, which is about to fill it.
 * Tasks do so by themselves. A hint: nothing depends on it.
 */
void task_expect_large_heap(void);

#endif
