/*
 * What the server counts about itself, and its Prometheus text (exposition format 0.0.4).
 *
 * Counters are atomic and relaxed: any thread adds, any thread reads. Labels are bounded: a route's
 * pattern, never a path.
 */
#ifndef ARO_SERVER_METRICS_H
#define ARO_SERVER_METRICS_H

#include "server/http.h"
#include "server/tile_cache.h"

struct metrics;

/** Room for the routes and for one more: requests that match none. */
struct metrics *metrics_new(const struct route *of_routes, size_t n, struct aro_error *err);
void metrics_free(struct metrics *metrics);

/** @param route  NULL: none matched */
void metrics_count_request(struct metrics *metrics, const struct route *route, unsigned status,
                           double seconds, size_t body_bytes);

/** A load of the data: how it went and how long it took. */
void metrics_count_load(struct metrics *metrics, bool ok, double seconds);

/** What others count. */
struct metrics_now {
    const struct snapshot *snapshot; /* NULL while there is none */
    size_t snapshots;                /* in memory */
    size_t in_flight;
    struct tile_cache_counts tiles;
};
void metrics_write(const struct metrics *metrics, const struct metrics_now *now,
                   struct aro_buffer *out);

#endif
