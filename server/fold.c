#include "server/fold.h"

#include <malloc.h>
#include <sys/resource.h>

#include "server/task.h"

static bool is_unwanted(void *context)
{
    const struct fold *fold = context;
    return atomic_load(&fold->unwanted);
}

static struct snapshot *make(struct fold *fold)
{
    const struct snapshot_source *source = fold->source;
    const struct snapshot_patience patience = {is_unwanted, fold};
    struct snapshot_key key = snapshot_key_of(source->store);
    struct snapshot *kept = snapshot_source_map(source, &key); /* by another server, perhaps */
    fold->was_there = kept != NULL;
    if (kept)
        return kept;
    atomic_store(&fold->building, true);
    struct snapshot *built = snapshot_source_build(source, NULL, &patience, &fold->err);
    atomic_store(&fold->building, false);
    if (!built)
        return NULL;
    snapshot_source_pack(source, built, &patience);
    if (snapshot_is_packed(built))
        kept = snapshot_source_keep(source, &key, built, &patience);
    if (!kept)
        aro_error_set(&fold->err, ARO_STOPPED, "given up");
    snapshot_release(built);
    return kept;
}

static void *run(void *context)
{
    enum { NICE = 10 };
    struct fold *fold = context;
    setpriority(PRIO_PROCESS, 0, NICE); /* of this thread, and of those that it starts */
    task_expect_large_heap();
    fold->made = make(fold);
    malloc_trim(0);
    fold->on_end(fold->context);
    return NULL;
}

bool fold_start(struct fold *fold, const struct snapshot_source *source,
                void (*on_end)(void *context), void *context)
{
    fold->source = source;
    fold->on_end = on_end;
    fold->context = context;
    fold->made = NULL;
    fold->err = (struct aro_error){0};
    atomic_store(&fold->unwanted, false);
    fold->is_running = pthread_create(&fold->thread, NULL, run, fold) == 0;
    return fold->is_running;
}

void fold_give_up(struct fold *fold)
{
    atomic_store(&fold->unwanted, true);
}

struct snapshot *fold_end(struct fold *fold, struct aro_error *err)
{
    if (!fold->is_running) {
        aro_error_set(err, ARO_STOPPED, "none was begun");
        return NULL;
    }
    pthread_join(fold->thread, NULL);
    fold->is_running = false;
    if (!fold->made)
        aro_error_set(err, fold->err.status, "%s", fold->err.message);
    return fold->made;
}
