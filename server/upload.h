/*
 * A request's body on its way in: given piece by piece to the handler of its route, under a limit.
 *
 * What goes wrong is kept and becomes the answer when the body has ended (libmicrohttpd answers no
 * sooner); the rest of the body is then left aside.
 */
#ifndef ARO_SERVER_UPLOAD_H
#define ARO_SERVER_UPLOAD_H

#include "server/http.h"

struct exchange;

/** Owned by one thread at a time. */
struct upload {
    const struct upload_handler *handler;
    void *state;                     /* the handler's; NULL: it did not begin */
    const struct snapshot *snapshot; /* one reference */
    uint64_t bytes, max_bytes;
    struct aro_error err; /* of the first failure; ARO_OK while there is none */
};

/**
 * Begins when the headers are there.
 *
 * @param context  the listener's: its site
 * @return         owned by the caller, who calls upload_free(); NULL where the route takes no body
 *                 by this method, and where memory is out
 */
struct upload *upload_begin(void *context, const struct exchange *exchange);
void upload_free(struct upload *upload);

/** @return  false when so much has come that is not wanted that the connection is to be closed */
bool upload_take(struct upload *upload, const char *bytes, size_t len);

/** Ends the body and fills the response. */
bool upload_answer(struct upload *upload, struct response *response, struct aro_error *err);

#endif
