/*
 * What the running server is made of: made by serve.c, handed to every request.
 */
#ifndef ARO_SERVER_STATE_H
#define ARO_SERVER_STATE_H

#include <stdatomic.h>

#include "server/address.h"
#include "server/crs.h"
#include "server/deflate.h"
#include "server/listener.h"
#include "server/metrics.h"
#include "server/response.h"
#include "server/tile_cache.h"
#include "server/tile_pool.h"
#include "server/words.h"

/** Immutable while requests run, but for what says otherwise. */
struct server {
    const struct settings *settings;
    struct address_set trusted_proxies;
    uint64_t tag_seed;               /* of the program and of the settings that answers show */
    struct snapshot_holder *holder;  /* internally locked */
    struct response_pool *responses; /* internally locked */
    struct gzip_pool *gzip;          /* internally locked */
    struct crs_pool *crs_pool;       /* internally locked */
    struct tile_pool *tile_pool;     /* internally locked */
    struct tile_cache *tile_cache;   /* internally locked */
    struct words words[N_LANGUAGES];
    struct metrics *metrics;   /* internally locked (atomic) */
    struct listener *listener; /* the public one; NULL until it listens */
    atomic_bool draining;      /* on the way out: not ready any more */
};

/** Routes that one listener answers. Immutable. */
struct site {
    struct server *server;
    const struct route *routes;
    size_t n_routes;
    bool counted; /* in the metrics and the log */
};

/** The answer_fn of a listener; `context` is its site. */
struct response *dispatch(void *context, const struct exchange *exchange);

#endif
