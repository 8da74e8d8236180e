#include "server/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/address.h"
#include "server/listener.h"
#include "server/log.h"

void account_open_line(struct account *account, const struct exchange *exchange)
{
    enum { PATH_MAX_BYTES = 200 };
    struct aro_buffer *line = &account->before;
    char peer[ADDRESS_TEXT_MAX], number[32];
    char *path = strndup(exchange->target, strcspn(exchange->target, "?"));
    if (path && strlen(path) > PATH_MAX_BYTES)
        path[PATH_MAX_BYTES] = '\0';
    address_truncated(exchange->peer, peer);
    log_field(line, "level", "info");
    log_field(line, "event", "request");
    log_field(line, "method", exchange->method);
    log_field(line, "route", account->route ? account->route->pattern : "unmatched");
    log_field(line, "path", path ? path : "");
    snprintf(number, sizeof number, "%u", account->status);
    log_field(line, "status", number);
    snprintf(number, sizeof number, "%.3f", account->seconds * 1e3);
    log_field(&account->after, "ms", number);
    log_field(&account->after, "client", peer);
    free(path);
    account->is_logged = true;
}

static void write_line(struct account *account, uint64_t body_bytes)
{
    struct aro_buffer *line = &account->before;
    char number[32];
    snprintf(number, sizeof number, "%" PRIu64, body_bytes);
    log_field(line, "bytes", number);
    aro_buffer_char(line, ' ');
    aro_buffer_append(line, account->after.data, account->after.len);
    line->failed |= account->after.failed;
    log_write(line); /* and clears it */
    aro_buffer_clear(&account->after);
}

void account_settle(struct account *account, uint64_t body_bytes)
{
    metrics_count_request(account->metrics, account->route, account->status, account->seconds,
                          body_bytes);
    if (account->is_logged)
        write_line(account, body_bytes);
}
