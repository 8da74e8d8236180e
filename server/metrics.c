#include "server/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/snapshot_edit.h"

static const double bounds_s[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                  0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};
enum { N_BOUNDS = sizeof bounds_s / sizeof *bounds_s, N_CLASSES = 5 };

/* Of one route; on cache lines of its own, so that routes do not slow each other. */
struct route_counts {
    _Alignas(64) atomic_uint_least64_t by_class[N_CLASSES]; /* 1xx to 5xx */
    atomic_uint_least64_t by_bound[N_BOUNDS + 1];           /* the last: above all bounds */
    atomic_uint_least64_t nanoseconds, body_bytes;
};

struct metrics {
    const struct route *routes;
    size_t n_routes;
    time_t started;
    atomic_uint_least64_t loads, failed_loads, load_nanoseconds; /* nanoseconds: of the last */
    struct route_counts *counts;                                 /* n_routes + 1 */
};

struct metrics *metrics_new(const struct route *of_routes, size_t n, struct aro_error *err)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);
    void *counts = aligned_alloc(64, (n + 1) * sizeof(struct route_counts));
    if (!metrics || !counts) {
        free(metrics);
        free(counts);
        aro_error_no_memory(err);
        return NULL;
    }
    metrics->routes = of_routes;
    metrics->n_routes = n;
    metrics->started = time(NULL);
    metrics->counts = counts;
    for (size_t i = 0; i <= n; i++)
        metrics->counts[i] = (struct route_counts){0};
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics)
        free(metrics->counts);
    free(metrics);
}

static void add(atomic_uint_least64_t *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static uint64_t get(const atomic_uint_least64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_count_request(struct metrics *metrics, const struct route *route, unsigned status,
                           double seconds, size_t body_bytes)
{
    size_t number = route ? (size_t)(route - metrics->routes) : metrics->n_routes;
    struct route_counts *counts = &metrics->counts[number];
    size_t bound = 0;
    while (bound < N_BOUNDS && seconds > bounds_s[bound])
        bound++;
    add(&counts->by_class[status / 100 >= 1 && status / 100 <= 5 ? status / 100 - 1 : 4], 1);
    add(&counts->by_bound[bound], 1);
    add(&counts->nanoseconds, (uint64_t)(seconds * 1e9));
    add(&counts->body_bytes, body_bytes);
}

void metrics_count_load(struct metrics *metrics, bool ok, double seconds)
{
    add(ok ? &metrics->loads : &metrics->failed_loads, 1);
    if (ok)
        atomic_store_explicit(&metrics->load_nanoseconds, (uint64_t)(seconds * 1e9),
                              memory_order_relaxed);
}

static const char *label(const struct metrics *metrics, size_t i)
{
    return i < metrics->n_routes ? metrics->routes[i].pattern : "unmatched";
}

static void write_header(struct aro_buffer *out, const char *name, const char *type,
                         const char *help)
{
    aro_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_value(struct aro_buffer *out, const char *name, const char *type,
                        const char *help, double value)
{
    write_header(out, name, type, help);
    aro_buffer_printf(out, "%s %.17g\n", name, value);
}

static void write_latency(const struct metrics *metrics, size_t i, struct aro_buffer *out)
{
    static const char name[] = "arobase_http_request_duration_seconds";
    const struct route_counts *counts = &metrics->counts[i];
    uint64_t total = 0;
    for (size_t b = 0; b <= N_BOUNDS; b++)
        total += get(&counts->by_bound[b]);
    if (total == 0)
        return;
    uint64_t so_far = 0;
    for (size_t b = 0; b < N_BOUNDS; b++) {
        so_far += get(&counts->by_bound[b]);
        aro_buffer_printf(out, "%s_bucket{route=\"%s\",le=\"%g\"} %" PRIu64 "\n", name,
                          label(metrics, i), bounds_s[b], so_far);
    }
    so_far += get(&counts->by_bound[N_BOUNDS]);
    aro_buffer_printf(out, "%s_bucket{route=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name,
                      label(metrics, i), so_far);
    aro_buffer_printf(out, "%s_sum{route=\"%s\"} %.9f\n", name, label(metrics, i),
                      (double)get(&counts->nanoseconds) / 1e9);
    aro_buffer_printf(out, "%s_count{route=\"%s\"} %" PRIu64 "\n", name, label(metrics, i), so_far);
}

static void write_requests(const struct metrics *metrics, struct aro_buffer *out)
{
    write_header(out, "arobase_http_requests_total", "counter", "Requests answered.");
    for (size_t i = 0; i <= metrics->n_routes; i++)
        for (size_t c = 0; c < N_CLASSES; c++) {
            uint64_t n = get(&metrics->counts[i].by_class[c]);
            if (n > 0)
                aro_buffer_printf(
                    out, "arobase_http_requests_total{route=\"%s\",class=\"%zuxx\"} %" PRIu64 "\n",
                    label(metrics, i), c + 1, n);
        }
    write_header(out, "arobase_http_response_body_bytes_total", "counter",
                 "Bytes of bodies, as they were handed over for sending.");
    for (size_t i = 0; i <= metrics->n_routes; i++)
        if (get(&metrics->counts[i].body_bytes) > 0)
            aro_buffer_printf(out,
                              "arobase_http_response_body_bytes_total{route=\"%s\"} %" PRIu64 "\n",
                              label(metrics, i), get(&metrics->counts[i].body_bytes));
    write_header(out, "arobase_http_request_duration_seconds", "histogram",
                 "Time to make an answer, without sending it.");
    for (size_t i = 0; i <= metrics->n_routes; i++)
        write_latency(metrics, i, out);
}

static void write_snapshot(const struct metrics *metrics, const struct snapshot *snapshot,
                           struct aro_buffer *out)
{
    write_header(out, "arobase_loads_total", "counter", "Loads of the data.");
    aro_buffer_printf(out, "arobase_loads_total{result=\"done\"} %" PRIu64 "\n",
                      get(&metrics->loads));
    aro_buffer_printf(out, "arobase_loads_total{result=\"failed\"} %" PRIu64 "\n",
                      get(&metrics->failed_loads));
    write_value(out, "arobase_snapshot_build_seconds", "gauge", "Duration of the last load.",
                (double)get(&metrics->load_nanoseconds) / 1e9);
    if (!snapshot)
        return;
    write_value(out, "arobase_snapshot_seq", "gauge", "Number of the newest change served.",
                (double)snapshot->state.seq);
    write_value(out, "arobase_snapshot_bytes", "gauge", "Memory that the data served takes, about.",
                (double)snapshot->bytes);
    write_value(out, "arobase_snapshot_file_bytes", "gauge",
                "Bytes of the file that the data served is mapped from; 0 while it is in memory.",
                snapshot->image ? (double)image_bytes(snapshot->image) : 0);
    write_value(out, "arobase_snapshot_edits", "gauge",
                "Initiatives edited, come or gone since that file was saved.",
                snapshot_n_edits(snapshot));
    write_value(out, "arobase_snapshot_initiatives", "gauge", "Initiatives served.",
                (double)snapshot->initiatives.n);
    write_value(out, "arobase_snapshot_communes", "gauge", "Communes served.",
                (double)snapshot->communes.n);
}

/* The second number of /proc/self/statm, in pages: see proc(5). */
static double resident_bytes(void)
{
    char line[128];
    FILE *file = fopen("/proc/self/statm", "re");
    const char *after_total = file && fgets(line, sizeof line, file) ? strchr(line, ' ') : NULL;
    if (file)
        fclose(file);
    unsigned long long pages = after_total ? strtoull(after_total, NULL, 10) : 0;
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void write_tiles(const struct tile_cache_counts *tiles, struct aro_buffer *out)
{
    write_header(out, "arobase_tile_cache_requests_total", "counter",
                 "Tiles asked for, by whether they were finished already.");
    aro_buffer_printf(out, "arobase_tile_cache_requests_total{result=\"hit\"} %" PRIu64 "\n",
                      tiles->hits);
    aro_buffer_printf(out, "arobase_tile_cache_requests_total{result=\"miss\"} %" PRIu64 "\n",
                      tiles->misses);
    write_value(out, "arobase_tile_cache_evictions_total", "counter",
                "Tiles dropped to make room for others.", (double)tiles->evictions);
    write_value(out, "arobase_tile_cache_tiles", "gauge", "Finished tiles kept.",
                (double)tiles->tiles);
    write_value(out, "arobase_tile_cache_bytes", "gauge", "Memory that they take.",
                (double)tiles->bytes);
}

void metrics_write(const struct metrics *metrics, const struct metrics_now *now,
                   struct aro_buffer *out)
{
    write_requests(metrics, out);
    write_value(out, "arobase_http_requests_in_flight", "gauge",
                "Requests begun and not yet sent to the last byte.", (double)now->in_flight);
    write_value(out, "arobase_packed", "gauge",
                "1 once the features that there is memory for have been deflated ahead.",
                now->snapshot && snapshot_is_packed(now->snapshot));
    write_value(out, "arobase_packed_bytes", "gauge", "Bytes held by features deflated ahead.",
                now->snapshot ? (double)snapshot_packed_bytes(now->snapshot) : 0);
    write_value(out, "arobase_snapshots_held", "gauge",
                "Versions of the data in memory: more than one while older ones are being sent.",
                (double)now->snapshots);
    write_snapshot(metrics, now->snapshot, out);
    write_tiles(&now->tiles, out);
    write_value(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
                resident_bytes());
    write_value(out, "process_start_time_seconds", "gauge", "Start, seconds since 1970.",
                (double)metrics->started);
}
