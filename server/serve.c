#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/clock.h"
#include "server/hash.h"
#include "server/loader.h"
#include "server/log.h"
#include "server/program.h"
#include "server/state.h"

enum { DRAIN_MS = 10000 };

/* The running program. */
struct serving {
    struct settings settings;
    struct server server;
    struct site public_site, metrics_site;
    struct listener *metrics_listener; /* NULL: --metrics-listen none */
    struct loader *loader;
    int signal_fd;
    double started_s;
    bool ready; /* the first load is through */
};

/* A page of the snapshot's file that cannot be read any more, since the disk fails or somebody cut
 * the file: there is no answer to give. The next start finds the file damaged, and does without. */
static void on_unreadable_page(int signal_number)
{
    static const char said[] = "arobase: a page of the saved snapshot cannot be read: its file was "
                               "cut, or the disk fails; start again\n";
    (void)signal_number;
    (void)!write(STDERR_FILENO, said, sizeof said - 1);
    _exit(CLI_FAILED);
}

/* Signals come through a descriptor, to one thread; those of the HTTP library are made after. */
static bool block_signals(struct serving *serving, struct aro_error *err)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGBUS, on_unreadable_page);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    serving->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return serving->signal_fd >= 0 || aro_error_set(err, ARO_IO, "cannot wait for signals");
}

/* A connection is a descriptor, and the usual soft limit of 1,024 is below our default. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * A snapshot is a few large blocks that live and die together. Each gets a mapping of its own,
 * which grows without a copy and goes back to the machine when the next snapshot has taken its
 * place; what is small grows by many pages at once.
 */
static void prepare_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
#endif
}

/* Another build, or other settings that answers show, must not meet the tags of this one. */
static uint64_t make_tag_seed(const struct settings *settings)
{
    uint64_t hash = hash_text(HASH_START, ARO_VERSION);
    const struct asset *page = asset_find("index.html");
    hash = hash_text(hash, page ? page->hash : NULL);
    hash = hash_text(hash, settings->basemap_style);
    hash = hash_text(hash, settings->embed_ancestors);
    hash = hash_text(hash, settings->site_name);
    hash = hash_text(hash, settings->site_owner);
    hash = hash_text(hash, settings->site_contact);
    const int64_t numbers[] = {settings->items_default, settings->items_max, settings->map_budget,
                               settings->cluster_cell_px};
    hash = hash_bytes(hash, numbers, sizeof numbers);
    uint64_t program = program_sum();
    return hash_bytes(hash, &program, sizeof program);
}

static bool make_server(struct serving *serving, struct aro_error *err)
{
    struct server *server = &serving->server;
    server->settings = &serving->settings;
    if (!address_set_parse(serving->settings.trusted_proxies, &server->trusted_proxies, err) ||
        !words_load(server->words, err))
        return false;
    server->holder = snapshot_holder_new(err);
    server->responses = server->holder ? response_pool_new(err) : NULL;
    server->gzip = server->responses ? gzip_pool_new(err) : NULL;
    server->crs_pool = server->gzip ? crs_pool_new(err) : NULL;
    server->tile_pool = server->crs_pool ? tile_pool_new(err) : NULL;
    size_t cache_bytes = (size_t)serving->settings.tile_cache_mb << 20;
    server->tile_cache = server->tile_pool ? tile_cache_new(cache_bytes, err) : NULL;
    server->metrics = server->tile_cache ? metrics_new(routes, n_routes, err) : NULL;
    serving->public_site = (struct site){server, routes, n_routes, true};
    serving->metrics_site = (struct site){server, metrics_routes, n_metrics_routes, false};
    return server->metrics != NULL;
}

static unsigned thread_count(const struct settings *settings)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return settings->threads > 0 ? (unsigned)settings->threads : cores > 0 ? (unsigned)cores : 1;
}

static bool open_listener(struct serving *serving, const char *address, struct site *site,
                          unsigned threads, struct listener **out_listener, struct aro_error *err)
{
    const struct settings *settings = &serving->settings;
    struct listener_options options = {
        .address = address,
        .threads = threads,
        .max_connections = (unsigned)settings->max_connections,
        .max_connections_per_address = (unsigned)settings->max_connections_per_address,
        .timeout_s = (unsigned)settings->timeout_s,
        .answer = dispatch,
        .begin_upload = upload_begin,
        .context = site,
    };
    *out_listener = listener_new(&options, err);
    return *out_listener != NULL;
}

static void say_what_to_do(struct aro_error *err, const char *instead)
{
    char message[sizeof err->message];
    snprintf(message, sizeof message, "%.300s: choose another place with %s", err->message,
             instead);
    memcpy(err->message, message, sizeof message);
}

static bool open_listeners(struct serving *serving, struct aro_error *err)
{
    const struct settings *settings = &serving->settings;
    bool metrics = strcmp(settings->metrics_listen, "none") != 0;
    if (!open_listener(serving, settings->listen, &serving->public_site, thread_count(settings),
                       &serving->server.listener, err)) {
        say_what_to_do(err, "--listen ADDR:PORT (port 0 takes a free one)");
        return false;
    }
    if (metrics && !open_listener(serving, settings->metrics_listen, &serving->metrics_site, 1,
                                  &serving->metrics_listener, err)) {
        say_what_to_do(err, "--metrics-listen ADDR:PORT (port 0 takes a free one, none does "
                            "without)");
        return false;
    }
    return true;
}

static void print_start(const struct serving *serving)
{
    const struct snapshot *snapshot = snapshot_acquire(serving->server.holder);
    fprintf(stderr,
            "arobase " ARO_VERSION ": listening on %s (%zu initiatives, %zu communes; "
            "%.2f s)\n",
            listener_url(serving->server.listener), snapshot ? snapshot->initiatives.n : 0,
            snapshot ? snapshot->communes.n : 0, clock_seconds() - serving->started_s);
    if (serving->metrics_listener)
        fprintf(stderr, "arobase " ARO_VERSION ": metrics at %s/metrics\n",
                listener_url(serving->metrics_listener));
    snapshot_release(snapshot);
}

static void log_load(const struct serving *serving, const struct loader_result *result)
{
    static const char *const from[] = {[LOADED_FROM_STORE] = "store",
                                       [LOADED_FROM_FILE] = "snapshot",
                                       [LOADED_FROM_EDITS] = "edits"};
    char seconds[32], seq[32], n_edits[32];
    snprintf(seconds, sizeof seconds, "%.3f", result->seconds);
    if (!result->ok) {
        log_line(LOG_LEVEL_ERROR, "reload failed", "reason", result->err.message, "effect",
                 "the data loaded before is still served", NULL);
        return;
    }
    const struct snapshot *snapshot = snapshot_acquire(serving->server.holder);
    snprintf(seq, sizeof seq, "%" PRId64, snapshot->state.seq);
    snprintf(n_edits, sizeof n_edits, "%" PRIu32, result->n_edits);
    bool of_edits = result->from == LOADED_FROM_EDITS, has_reason = result->why[0] != '\0';
    log_line(LOG_LEVEL_INFO, "data reloaded", "seq", seq, "seconds", seconds, "from",
             from[result->from], of_edits || has_reason ? (of_edits ? "edits" : "because") : NULL,
             of_edits ? n_edits : result->why, NULL);
    snapshot_release(snapshot);
}

/* A load has ended. False when it was the first, and failed: there is nothing to serve. */
static bool on_loaded(struct serving *serving, struct aro_error *err)
{
    struct loader_result result;
    if (!loader_take_result(serving->loader, &result))
        return true;
    if (serving->ready)
        log_load(serving, &result);
    else if (result.ok)
        print_start(serving);
    serving->ready |= result.ok;
    if (!serving->ready)
        *err = result.err;
    return serving->ready;
}

/* True to go on, false to stop. */
static bool on_signal(struct serving *serving)
{
    struct signalfd_siginfo info;
    while (read(serving->signal_fd, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo != SIGHUP)
            return false;
        log_line(LOG_LEVEL_INFO, "reload asked for", NULL);
        loader_request(serving->loader);
    }
    return true;
}

/* Until a signal says stop, or the first load fails. */
static bool run(struct serving *serving, struct aro_error *err)
{
    struct pollfd polled[] = {{.fd = serving->signal_fd, .events = POLLIN},
                              {.fd = loader_fd(serving->loader), .events = POLLIN}};
    for (;;) {
        if (poll(polled, 2, -1) < 0)
            continue; /* EINTR: nothing else can happen to these two */
        if ((polled[1].revents & POLLIN) && !on_loaded(serving, err))
            return false;
        if ((polled[0].revents & POLLIN) && !on_signal(serving))
            return true;
    }
}

static void drain(struct serving *serving)
{
    atomic_store(&serving->server.draining, true);
    if (!listener_drain(serving->server.listener, DRAIN_MS))
        log_line(LOG_LEVEL_WARN, "stopping with requests under way", NULL);
}

static void clear(struct serving *serving)
{
    listener_free(serving->server.listener);
    listener_free(serving->metrics_listener);
    response_pool_free(serving->server.responses);
    gzip_pool_free(serving->server.gzip);
    crs_pool_free(serving->server.crs_pool);
    tile_pool_free(serving->server.tile_pool);
    tile_cache_free(serving->server.tile_cache);
    metrics_free(serving->server.metrics);
    snapshot_holder_free(serving->server.holder);
    for (int i = 0; i < N_LANGUAGES; i++)
        words_clear(&serving->server.words[i]);
    address_set_clear(&serving->server.trusted_proxies);
    if (serving->signal_fd >= 0)
        close(serving->signal_fd);
    settings_clear(&serving->settings);
}

static int serve(struct serving *serving)
{
    struct aro_error err = {0};
    raise_descriptor_limit();
    prepare_memory();
    bool ok = block_signals(serving, &err) && make_server(serving, &err);
    /* First what takes longest. */
    serving->loader = ok ? loader_new(&serving->server, &err) : NULL;
    serving->server.tag_seed = make_tag_seed(&serving->settings);
    ok = serving->loader && open_listeners(serving, &err) && run(serving, &err);
    if (ok)
        drain(serving);
    else
        cli_fail(CLI_FAILED, err.message);
    int code = ok ? CLI_DONE : CLI_FAILED;
    if (!loader_free(serving->loader))
        _exit(code); /* its thread reads what clear() would free */
    clear(serving);
    return code;
}

int cli_serve(int n, char *const *argv)
{
    struct aro_error err = {0};
    struct serving serving = {.signal_fd = -1, .started_s = clock_seconds()};
    if (!settings_parse(n, argv, &serving.settings, &err))
        return cli_usage("serve", err.message);
    if (!serving.settings.store) {
        settings_clear(&serving.settings);
        return cli_usage("serve", "which store? Say --store FILE");
    }
    return serve(&serving);
}

void cli_serve_help(struct aro_buffer *out)
{
    settings_help(out);
    aro_buffer_text(out, "\nSIGHUP loads the data anew, SIGTERM and SIGINT stop once the requests "
                         "under way are answered.\nA request with the header X-Server-Timing: 1 is "
                         "answered with a Server-Timing header.\n");
}
