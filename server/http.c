#include "server/listener.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/address.h"
#include "server/log.h"

struct listener {
    struct listener_options options;
    struct MHD_Daemon *daemon;
    char url[ADDRESS_TEXT_MAX + 8];
    bool any_address;
    int retired_fd; /* what was listened on, once that has ended; else -1 */
    atomic_bool draining;
    atomic_size_t in_flight;
};

static const char *const header_names[HTTP_HEADER_COUNT] = {
    [HTTP_ACCEPT] = "Accept",
    [HTTP_ACCEPT_ENCODING] = "Accept-Encoding",
    [HTTP_ACCEPT_LANGUAGE] = "Accept-Language",
    [HTTP_CONTENT_ENCODING] = "Content-Encoding",
    [HTTP_CONTENT_LENGTH] = "Content-Length",
    [HTTP_CONTENT_TYPE] = "Content-Type",
    [HTTP_IF_NONE_MATCH] = "If-None-Match",
    [HTTP_FORWARDED] = "Forwarded",
    [HTTP_X_FORWARDED_FOR] = "X-Forwarded-For",
    [HTTP_X_FORWARDED_HOST] = "X-Forwarded-Host",
    [HTTP_X_FORWARDED_PROTO] = "X-Forwarded-Proto",
    [HTTP_X_FORWARDED_PREFIX] = "X-Forwarded-Prefix",
    [HTTP_X_SERVER_TIMING] = "X-Server-Timing",
};

/* Where a route takes no body, a small one is read and left aside. */
enum { UPLOAD_MAX_BYTES = 64 * 1024 };

/* What is kept of a request between libmicrohttpd's calls. */
struct pending {
    struct exchange exchange;
    char *joined[HTTP_HEADER_COUNT]; /* values of headers that came more than once */
    char local_url[ADDRESS_TEXT_MAX + 8];
    size_t upload_bytes;
    bool begun, no_memory;
    char target[];
};

/* Called with the raw request target, before libmicrohttpd takes it apart. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    (void)connection;
    struct listener *listener = context;
    size_t size = strlen(target) + 1;
    atomic_fetch_add_explicit(&listener->in_flight, 1, memory_order_relaxed);
    struct pending *pending = calloc(1, sizeof *pending + size);
    if (!pending)
        return NULL;
    memcpy(pending->target, target, size);
    pending->exchange.target = pending->target;
    return pending;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    struct listener *listener = context;
    struct pending *pending = *state;
    *state = NULL;
    for (int i = 0; pending && i < HTTP_HEADER_COUNT; i++)
        free(pending->joined[i]);
    if (pending)
        upload_free(pending->exchange.upload);
    free(pending);
    atomic_fetch_sub_explicit(&listener->in_flight, 1, memory_order_release);
}

static void join_header(struct pending *pending, int header, const char *value)
{
    char *joined = NULL;
    if (asprintf(&joined, "%s, %s", pending->exchange.headers[header], value) < 0) {
        pending->no_memory = true;
        return;
    }
    free(pending->joined[header]);
    pending->exchange.headers[header] = pending->joined[header] = joined;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    struct pending *pending = context;
    for (int i = 0; i < HTTP_HEADER_COUNT; i++) {
        /* Most are not: bit 5 is a letter's case. */
        if (((*name ^ *header_names[i]) & ~0x20) || strcasecmp(name, header_names[i]) != 0)
            continue;
        if (pending->exchange.headers[i])
            join_header(pending, i, value ? value : "");
        else
            pending->exchange.headers[i] = value ? value : "";
        break;
    }
    return MHD_YES;
}

static void fill_exchange(struct listener *listener, struct MHD_Connection *connection,
                          const char *method, struct pending *pending)
{
    struct exchange *exchange = &pending->exchange;
    exchange->method = method;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, pending);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    exchange->peer = info ? info->client_addr : NULL;
    exchange->local_url = listener->url;
    if (!listener->any_address)
        return;
    char address[ADDRESS_TEXT_MAX] = "";
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        address_of_socket(info->connect_fd, address);
    if (*address) {
        snprintf(pending->local_url, sizeof pending->local_url, "http://%s", address);
        exchange->local_url = pending->local_url;
    }
}

static void free_sent(void *response)
{
    response_free(response);
}

/* The pieces sent from where they are: libmicrohttpd frees the response when done. */
static struct MHD_Response *gather(struct response *response)
{
    struct MHD_IoVec *parts = calloc(response->n_pieces, sizeof *parts);
    struct MHD_Response *out = NULL;
    for (size_t i = 0; parts && i < response->n_pieces; i++) {
        struct body_piece piece = response_piece(response, i);
        parts[i] = (struct MHD_IoVec){piece.bytes, piece.len};
    }
    if (parts)
        out = MHD_create_response_from_iovec(parts, (unsigned)response->n_pieces, free_sent,
                                             response);
    free(parts);
    return out;
}

/* libmicrohttpd closes the file when it is sent. */
static struct MHD_Response *from_file(struct response *response)
{
    struct MHD_Response *out = MHD_create_response_from_fd64(response->body_bytes, response->fd);
    if (out)
        response->fd = -1;
    return out;
}

/* A client of HTTP/1.0 takes the end of a connection for the end of the body: one that ends too
 * soon is reset, which nobody takes for an end. Linux sends a reset where a socket is dissolved. */
static void reset_connection(int socket)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (socket >= 0)
        (void)connect(socket, &nowhere, sizeof nowhere);
}

static ssize_t read_stream(void *context, uint64_t position, char *out_bytes, size_t room)
{
    (void)position;
    struct response *response = context;
    struct aro_error err = {0};
    size_t len;
    switch (stream_read(response->stream, out_bytes, room, &len, &err)) {
    case STREAM_SOME:
        response->body_bytes += len;
        return (ssize_t)len;
    case STREAM_LATER:
        return 0; /* asked again once the other connections had their turn */
    case STREAM_END:
        return MHD_CONTENT_READER_END_OF_STREAM;
    case STREAM_FAILED:
        break;
    }
    log_line(LOG_LEVEL_ERROR, "answer broken off", "reason", err.message, NULL);
    reset_connection(response->socket);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *from_stream(struct response *response)
{
    enum { BLOCK_BYTES = 64 << 10 };
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, response,
                                             free_sent);
}

/* The body in one block, of which libmicrohttpd makes no list and no copy. */
static struct MHD_Response *in_one_block(struct response *response)
{
    struct body_piece body;
    if (!response_in_one_block(response, &body))
        return NULL;
    const struct MHD_IoVec part = {body.bytes, body.len};
    return MHD_create_response_from_iovec(&part, 1, free_sent, response);
}

/* Takes the response, on failure too. */
static struct MHD_Response *to_library(struct response *response, bool close_after)
{
    bool is_file = response->fd >= 0;
    bool gathered = !response->stream && !is_file && response_is_gatherable(response);
    struct MHD_Response *out = response->stream ? from_stream(response)
                               : is_file        ? from_file(response)
                               : gathered       ? gather(response)
                                                : in_one_block(response);
    for (size_t i = 0; out && i < response->n_headers; i++)
        MHD_add_response_header(out, response->headers[i].name, response_header_value(response, i));
    if (out && close_after)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONNECTION, "close");
    if (is_file || !out) /* others are kept by libmicrohttpd until they are sent */
        response_free(response);
    return out;
}

static enum MHD_Result respond(struct listener *listener, struct MHD_Connection *connection,
                               struct pending *pending)
{
    struct response *response =
        pending->no_memory
            ? NULL
            : listener->options.answer(listener->options.context, &pending->exchange);
    if (!response)
        return MHD_NO;
    unsigned status = response->status;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    response->socket = info ? info->connect_fd : -1;
    bool is_bare = response->stream && strcmp(pending->exchange.method, "HEAD") == 0;
    struct MHD_Response *out = to_library(response, atomic_load(&listener->draining));
    if (!out)
        return MHD_NO;
    /* libmicrohttpd 0.9.75 ends a body of unknown length with its last chunk even where HEAD asks
     * for no body. As for HTTP/1.0 there are no chunks, and the connection closes. */
    if (is_bare)
        MHD_set_response_options(out, MHD_RF_HTTP_VERSION_1_0_ONLY, MHD_RO_END);
    enum MHD_Result queued = MHD_queue_response(connection, status, out);
    MHD_destroy_response(out);
    return queued;
}

static bool takes_no_body(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
           strcmp(method, "OPTIONS") == 0;
}

/* What is refused by its headers is answered at once, and the connection closed. */
static enum MHD_Result begin_body(struct listener *listener, struct MHD_Connection *connection,
                                  struct pending *pending)
{
    struct exchange *exchange = &pending->exchange;
    exchange->upload = listener->options.begin_upload(listener->options.context, exchange);
    bool wanted = exchange->upload && exchange->upload->err.status == ARO_OK;
    return wanted ? MHD_YES : respond(listener, connection, pending);
}

static bool take_body(struct pending *pending, const char *bytes, size_t len)
{
    if (pending->exchange.upload)
        return upload_take(pending->exchange.upload, bytes, len);
    pending->upload_bytes += len;
    return pending->upload_bytes <= UPLOAD_MAX_BYTES;
}

/* Called once when the headers are there, then for each piece of a body, then at its end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    (void)url;
    (void)version;
    struct listener *listener = context;
    struct pending *pending = *state;
    if (!pending)
        return MHD_NO;
    if (!pending->begun) {
        pending->begun = true;
        fill_exchange(listener, connection, method, pending);
        return takes_no_body(method) ? MHD_YES : begin_body(listener, connection, pending);
    }
    if (*upload_bytes > 0) {
        size_t len = *upload_bytes;
        *upload_bytes = 0;
        return take_body(pending, upload, len) ? MHD_YES : MHD_NO;
    }
    return respond(listener, connection, pending);
}

__attribute__((format(printf, 2, 0))) static void on_library_error(void *context,
                                                                   const char *format, va_list args)
{
    (void)context;
    char text[256];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_LEVEL_WARN, "http library", "detail", text, NULL);
}

/* Parameters are decoded in params.c, where a mistake gets a sentence. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start(struct listener *listener, int fd)
{
    const struct listener_options *options = &listener->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem rest[] = {
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)options->max_connections, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)options->max_connections_per_address, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)options->timeout_s, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        /* A pool of one thread is refused: without the option there is one. */
        {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_EXTERNAL_LOGGER,
                            on_library_error, listener, MHD_OPTION_URI_LOG_CALLBACK, on_target,
                            listener, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, listener,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_ARRAY,
                            rest, MHD_OPTION_END);
}

struct listener *listener_new(const struct listener_options *options, struct aro_error *err)
{
    char address[ADDRESS_TEXT_MAX];
    int fd = address_listen(options->address, err);
    if (fd < 0)
        return NULL;
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener) {
        close(fd);
        aro_error_no_memory(err);
        return NULL;
    }
    listener->options = *options;
    listener->retired_fd = -1;
    listener->any_address = address_is_any(fd);
    address_of_socket(fd, address);
    snprintf(listener->url, sizeof listener->url, "http://%s", address);
    listener->daemon = start(listener, fd);
    if (!listener->daemon) {
        close(fd);
        free(listener);
        aro_error_set(err, ARO_IO, "cannot start the HTTP threads on %s", address);
        return NULL;
    }
    return listener;
}

const char *listener_url(const struct listener *listener)
{
    return listener->url;
}

size_t listener_in_flight(const struct listener *listener)
{
    return atomic_load_explicit(&listener->in_flight, memory_order_acquire);
}

static size_t open_connections(const struct listener *listener)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}

bool listener_drain(struct listener *listener, unsigned timeout_ms)
{
    /* A client that has just sent its next request over a kept connection is heard as well. */
    enum { STEP_MS = 10, LINGER_MS = 250 };
    atomic_store(&listener->draining, true);
    /* Refuses connections from now on. The library's threads may still ask about the descriptor,
     * which therefore stays theirs, and no other file's, until they have ended. */
    listener->retired_fd = MHD_quiesce_daemon(listener->daemon);
    if (listener->retired_fd >= 0)
        shutdown(listener->retired_fd, SHUT_RD);
    for (unsigned waited_ms = 0; waited_ms < timeout_ms; waited_ms += STEP_MS) {
        bool lingered = waited_ms >= LINGER_MS || open_connections(listener) == 0;
        if (lingered && listener_in_flight(listener) == 0)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
    }
    return listener_in_flight(listener) == 0;
}

void listener_free(struct listener *listener)
{
    if (!listener)
        return;
    MHD_stop_daemon(listener->daemon);
    if (listener->retired_fd >= 0)
        close(listener->retired_fd);
    free(listener);
}
