#include "server/task.h"

static void *run_task(void *context)
{
    struct task *task = context;
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
