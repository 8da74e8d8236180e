#include "server/upload.h"

#include <stdlib.h>
#include <string.h>

#include "server/route.h"
#include "server/state.h"

/* Refuses what cannot be read as it comes, before any of it has. */
static bool check_headers(const struct upload *upload, const struct exchange *exchange,
                          struct aro_error *err)
{
    const char *length = exchange->headers[HTTP_CONTENT_LENGTH];
    const char *coding = exchange->headers[HTTP_CONTENT_ENCODING];
    const char *type = exchange->headers[HTTP_CONTENT_TYPE];
    if (length && strtoull(length, NULL, 10) > upload->max_bytes)
        return aro_error_set(err, ARO_TOO_LARGE, "the body has %.20s bytes; at most %llu are taken",
                             length, (unsigned long long)upload->max_bytes);
    if (coding && *coding && strcmp(coding, "identity") != 0)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "the body is sent as '%.40s': send it as it is, without "
                             "Content-Encoding",
                             coding);
    if (type && strncmp(type, "multipart/", 10) == 0)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "the body is a form ('%.40s'): send the file itself as the body, as "
                             "curl does with --data-binary @FILE",
                             type);
    return true;
}

static bool begin(struct upload *upload, struct server *server, const struct exchange *exchange,
                  struct aro_error *err)
{
    upload->max_bytes = (uint64_t)server->settings->max_upload_bytes;
    upload->snapshot = snapshot_acquire(server->holder);
    if (!upload->snapshot)
        return aro_error_set(err, ARO_BUSY, "the data is being loaded: try again in a moment");
    if (!check_headers(upload, exchange, err))
        return false;
    upload->state = upload->handler->begin(upload->snapshot, server->settings, err);
    return upload->state != NULL;
}

struct upload *upload_begin(void *context, const struct exchange *exchange)
{
    const struct site *site = context;
    struct route_match match = {0};
    struct upload *upload = NULL;
    size_t path_len = strcspn(exchange->target, "?#");
    bool wanted =
        strcmp(exchange->method, "POST") == 0 &&
        route_find(site->routes, site->n_routes, exchange->target, path_len, &match, NULL) &&
        match.route->upload;
    if (wanted)
        upload = calloc(1, sizeof *upload);
    if (upload) {
        upload->handler = match.route->upload;
        begin(upload, site->server, exchange, &upload->err);
    }
    route_match_clear(&match);
    return upload;
}

void upload_free(struct upload *upload)
{
    if (!upload)
        return;
    if (upload->state)
        upload->handler->free(upload->state);
    snapshot_release(upload->snapshot);
    free(upload);
}

bool upload_take(struct upload *upload, const char *bytes, size_t len)
{
    upload->bytes += len;
    if (upload->bytes > upload->max_bytes)
        aro_error_set(&upload->err, ARO_TOO_LARGE,
                      "the body is longer than the %llu bytes that are taken",
                      (unsigned long long)upload->max_bytes);
    if (upload->err.status == ARO_OK)
        upload->handler->take(upload->state, bytes, len, &upload->err);
    return upload->bytes / 2 <= upload->max_bytes;
}

bool upload_answer(struct upload *upload, struct response *response, struct aro_error *err)
{
    if (upload->err.status == ARO_OK)
        return upload->handler->answer(upload->state, response, err);
    *err = upload->err;
    return false;
}
