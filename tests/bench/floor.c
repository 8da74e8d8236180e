/*
 * The floor of a machine: what libmicrohttpd alone reaches with answers of given sizes.
 *
 * usage: floor --bytes N[,N…] [--port P] [--threads T]
 *
 * The same version, flags and threads as the server; requests are answered with these numbers of
 * bytes in turn, each from another place of a buffer larger than the processor's caches, as answers
 * from data are.
 * Prints `listening on http://127.0.0.1:PORT` and runs until it is killed.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 256 << 20, MAX_BYTES = 128 << 20 };

struct floor {
    char *buffer;
    size_t *body_bytes; /* n_sizes, in turn */
    size_t n_sizes;
    atomic_uint_least64_t requests;
};

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_bytes, void **state)
{
    (void)url, (void)method, (void)version, (void)upload;
    static const char begun;
    struct floor *floor = context;
    if (!*state) {
        *state = (void *)&begun;
        return MHD_YES;
    }
    *upload_bytes = 0;
    uint64_t number = atomic_fetch_add_explicit(&floor->requests, 1, memory_order_relaxed);
    /* Fibonacci hashing: D. E. Knuth, The Art of Computer Programming 3, section 6.4. */
    uint64_t place = (number * UINT64_C(0x9E3779B97F4A7C15)) >> 16;
    size_t body_bytes = floor->body_bytes[number % floor->n_sizes];
    place %= BUFFER_BYTES - body_bytes;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body_bytes, floor->buffer + place, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/geo+json");
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return queued;
}

/* The value behind a flag, or the fallback. */
static const char *option(int argc, char **argv, const char *name, const char *fallback)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return fallback;
}

/* Numbers parted by commas; false unless there is one, and each within the bounds. */
static bool read_sizes(struct floor *floor, const char *text)
{
    floor->body_bytes = calloc(strlen(text) + 1, sizeof *floor->body_bytes);
    if (!floor->body_bytes)
        return false;
    for (char *end = NULL;; text = end + 1) {
        unsigned long bytes = strtoul(text, &end, 10);
        if (end == text || bytes == 0 || bytes > MAX_BYTES)
            return false;
        floor->body_bytes[floor->n_sizes++] = bytes;
        if (*end != ',')
            return *end == '\0';
    }
}

int main(int argc, char **argv)
{
    struct floor floor = {0};
    unsigned threads = (unsigned)strtoul(option(argc, argv, "--threads", "1"), NULL, 10);
    unsigned long port = strtoul(option(argc, argv, "--port", "0"), NULL, 10);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (!read_sizes(&floor, option(argc, argv, "--bytes", "")) || threads == 0) {
        fprintf(stderr, "usage: floor --bytes N[,N…] [--port P] [--threads T]; N at most %d\n",
                MAX_BYTES);
        return 2;
    }
    floor.buffer = malloc(BUFFER_BYTES);
    if (!floor.buffer)
        return 1;
    memset(floor.buffer, 'x', BUFFER_BYTES);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer, &floor,
        MHD_OPTION_SOCK_ADDR, &address, threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
        threads, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "floor: cannot listen\n");
        return 1;
    }
    unsigned bound = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    fprintf(stderr, "floor: listening on http://127.0.0.1:%u\n", bound);
    for (;;)
        pause();
}
