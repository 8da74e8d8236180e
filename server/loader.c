#include "server/loader.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/task.h"

struct loader {
    struct server *server;
    pthread_t thread;
    int fd;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool wanted, stop, busy, has_result;
    struct loader_result result;
};

static bool load(struct server *server, struct aro_error *err)
{
    struct schema_store *store = NULL;
    if (!schema_store_open(server->settings->store, SCHEMA_READ, &store, err))
        return false;
    const struct snapshot *before = snapshot_acquire(server->holder);
    struct snapshot *snapshot = snapshot_build(store, before, err);
    snapshot_release(before);
    schema_store_close(store);
    if (!snapshot)
        return false;
    snapshot_publish(server->holder, snapshot);
    return true;
}

static void load_once(struct loader *loader)
{
    struct loader_result result = {0};
    double start_s = clock_seconds();
    result.ok = load(loader->server, &result.err);
    result.seconds = clock_seconds() - start_s;
    metrics_count_load(loader->server->metrics, result.ok, result.seconds);
    pthread_mutex_lock(&loader->lock);
    loader->result = result;
    loader->has_result = true;
    loader->busy = false;
    pthread_mutex_unlock(&loader->lock);
    eventfd_write(loader->fd, 1);
    malloc_trim(0); /* building takes more than keeping */
}

/* New data is waited for, or the end. */
static bool has_other_work(void *context)
{
    struct loader *loader = context;
    pthread_mutex_lock(&loader->lock);
    bool has = loader->wanted || loader->stop;
    pthread_mutex_unlock(&loader->lock);
    return has;
}

/* Beside the requests, which do without until then. */
static void pack(struct loader *loader)
{
    struct server *server = loader->server;
    const struct packed_order order = {.max_bytes = (size_t)server->settings->packed_mb << 20,
                                       .is_unwanted = has_other_work,
                                       .context = loader};
    const struct snapshot *snapshot = snapshot_acquire(server->holder);
    if (snapshot && !snapshot_is_packed(snapshot)) {
        snapshot_pack(snapshot, &order);
        malloc_trim(0);
    }
    snapshot_release(snapshot);
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
        pack(loader);
    }
}

static void destroy(struct loader *loader)
{
    if (loader->fd >= 0)
        close(loader->fd);
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->lock);
    free(loader);
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
    pthread_cond_init(&loader->changed, NULL);
    if (loader->fd < 0 || pthread_create(&loader->thread, NULL, run, loader) != 0) {
        aro_error_set(err, ARO_IO, "cannot start the thread that loads the data");
        destroy(loader);
        return NULL;
    }
    return loader;
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
