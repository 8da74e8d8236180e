/*
 * What the metrics and the log are told of an answer, once it is known how many bytes it had: at
 * once where the body is there, and with its last byte where it is made while it is sent.
 */
#ifndef ARO_SERVER_ACCOUNT_H
#define ARO_SERVER_ACCOUNT_H

#include "server/metrics.h"

struct exchange; /* listener.h */

/** Owned by one thread at a time. */
struct account {
    struct metrics *metrics;   /* borrowed */
    const struct route *route; /* NULL: none matched */
    unsigned status;
    double seconds;                  /* that making the answer, or its beginning, took */
    bool is_logged;                  /* and then: */
    struct aro_buffer before, after; /* the number of bytes in the line of the log */
};

/** Keeps what the line of the log says: the exchange may end before the account is settled. */
void account_open_line(struct account *account, const struct exchange *exchange);

/** Counts, logs and clears. */
void account_settle(struct account *account, uint64_t body_bytes);

#endif
