/*
 * The door to libmicrohttpd: a listening address, its threads, and requests as plain data.
 */
#ifndef ARO_SERVER_LISTENER_H
#define ARO_SERVER_LISTENER_H

#include <sys/socket.h>

#include "server/response.h"
#include "server/upload.h"

/** The request headers that anything here reads. Several lines of one name come joined by ", ". */
enum http_header {
    HTTP_ACCEPT,
    HTTP_ACCEPT_ENCODING,
    HTTP_ACCEPT_LANGUAGE,
    HTTP_CONTENT_ENCODING,
    HTTP_CONTENT_LENGTH,
    HTTP_CONTENT_TYPE,
    HTTP_IF_NONE_MATCH,
    HTTP_FORWARDED,
    HTTP_X_FORWARDED_FOR,
    HTTP_X_FORWARDED_HOST,
    HTTP_X_FORWARDED_PROTO,
    HTTP_X_FORWARDED_PREFIX,
    HTTP_X_SERVER_TIMING,
    HTTP_HEADER_COUNT
};

/** One request as it came. Borrowed until its response is made. */
struct exchange {
    const char *method;
    const char *target;                     /* as sent: "/map?bbox=1,2,3,4" */
    const char *headers[HTTP_HEADER_COUNT]; /* NULL when not sent */
    const struct sockaddr *peer;
    const char *local_url; /* "http://127.0.0.1:8080": the address that it came to */
    struct upload *upload; /* its body, as the route has taken it; NULL: it had none to take */
};

/** Makes the response of a request; called by any thread. NULL when there is no memory for one. */
typedef struct response *answer_fn(void *context, const struct exchange *exchange);

/** Asked when the headers of a request are there whose method has a body: upload_begin(). */
typedef struct upload *upload_fn(void *context, const struct exchange *exchange);

struct listener_options {
    const char *address; /* see address_listen() */
    unsigned threads;
    unsigned max_connections, max_connections_per_address;
    unsigned timeout_s; /* of a connection on which nothing moves */
    answer_fn *answer;
    upload_fn *begin_upload;
    void *context; /* of both */
};

/** Internally locked. */
struct listener;

/** @return  owned by the caller, listening already; NULL with err of address_listen() or ARO_IO */
struct listener *listener_new(const struct listener_options *options, struct aro_error *err);

/** "http://127.0.0.1:8080", borrowed until the listener is freed. */
const char *listener_url(const struct listener *listener);

/** Requests begun and not yet answered to the last byte. */
size_t listener_in_flight(const struct listener *listener);

/**
 * Takes no new connection, closes each after its answer, and waits for the requests under way.
 *
 * @return  false when some were not through after timeout_ms
 */
bool listener_drain(struct listener *listener, unsigned timeout_ms);

/** Stops at once. NULL is allowed. */
void listener_free(struct listener *listener);

#endif
