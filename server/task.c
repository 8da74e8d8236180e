#include "server/task.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* glibc gives a thread a heap of its own, in 64 MiB of addresses from a multiple of that on
 * (HEAP_MAX_SIZE of its malloc/arena.c), which it fills from the start. */
void task_expect_large_heap(void)
{
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
    const uintptr_t heap_bytes = (uintptr_t)64 << 20;
    void *inside = malloc(1);
    if (inside)
        madvise((void *)((uintptr_t)inside & ~(heap_bytes - 1)), heap_bytes, MADV_HUGEPAGE);
    free(inside);
#endif
}

static void *run_task(void *context)
{
    struct task *task = context;
    task_expect_large_heap();
    task->ok = task->run(task->context, &task->err);
    return NULL;
}

void task_start(struct task *task, task_fn *run, void *context)
{
    *task = (struct task){.run = run, .context = context};
    task->has_thread = pthread_create(&task->thread, NULL, run_task, task) == 0;
}

bool task_join(struct task *task, struct aro_error *err)
{
    if (task->has_thread)
        pthread_join(task->thread, NULL);
    else
        run_task(task);
    if (!task->ok)
        aro_error_set_for(err, task->err.parameter, task->err.status, "%s", task->err.message);
    return task->ok;
}
