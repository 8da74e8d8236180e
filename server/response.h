/*
 * The inside of a response: what the response path (dispatch.c) and the HTTP library's door
 * (http.c) need to know of it. Handlers use http.h.
 */
#ifndef ARO_SERVER_RESPONSE_H
#define ARO_SERVER_RESPONSE_H

#include "server/assets.h"
#include "server/deflate.h"
#include "server/http.h"
#include "server/stream.h"

struct account; /* account.h */

struct response_header {
    const char *name; /* a literal */
    size_t value_at;  /* in header_values, with its terminator */
};

/** A part of the body: at `bytes`, or in the buffer from `offset` where bytes is NULL. */
struct response_piece {
    const void *bytes;
    size_t offset, len;
    const struct packed *packed; /* of the texts that it is; NULL: it is none of them */
    struct geo_run texts;
};

/** Responses kept for reuse, with the memory that they have grown. Internally locked. */
struct response_pool;

struct response_pool *response_pool_new(struct aro_error *err);
/** Once all of its responses are freed. NULL is allowed. */
void response_pool_free(struct response_pool *pool);

/** Owned by one thread at a time; response_new() and response_free(). */
struct response {
    struct response_pool *pool; /* that it goes back to; NULL: none */
    unsigned status;
    const char *content_type; /* NULL: no body is meant (204, 304) */
    const char *encoding;     /* Content-Encoding; NULL: none */
    uint64_t tag;             /* of a route that is tagged_by_handler */
    bool has_tag;
    const struct asset *asset; /* the body is this asset, in the encoding that the client likes */
    struct response_header *headers;
    size_t n_headers, headers_capacity;
    struct aro_buffer header_values;
    struct response_piece *pieces;
    size_t n_pieces, pieces_capacity;
    size_t body_bytes;              /* of the pieces listed; of a stream: read so far */
    struct aro_buffer buffer;       /* what is not static */
    struct aro_buffer block;        /* the pieces in one, where they had to be copied */
    size_t buffer_listed;           /* so much of it is in pieces already */
    char *own_type;                 /* content_type where a handler set it */
    const struct snapshot *holding; /* reference that static pieces need; NULL: none */
    int fd;                         /* the body is this file, of body_bytes; -1: none */
    int socket;                     /* that it is sent over, to break a stream off; -1: unknown */
    struct stream *stream;          /* the body is made while it is sent; NULL: it is there */
    struct account *account; /* of a stream: settled, and freed, with the response; NULL: none */
    bool is_packed;          /* gzip, of texts deflated ahead */
    bool is_whole;           /* who asked reads the body from here: none is streamed */
    bool failed;             /* memory ran out on the way */
};

/**
 * @param pool  borrowed until response_free(); NULL: it is made anew
 * @return      NULL when memory runs out
 */
struct response *response_new(struct response_pool *pool);
/** Drops the snapshot too, and goes back to its pool. NULL is allowed. */
void response_free(struct response *response);

/** Forgets body, status, type and headers (for a problem document instead); keeps the snapshot. */
void response_reset(struct response *response);

/** The answer is a file of the page. */
void response_set_asset(struct response *response, const struct asset *asset);

/** Ends the writing: lists what is in the buffer. False when memory ran out on the way. */
bool response_finish(struct response *response, struct aro_error *err);

/** The value of header i, valid until another is added. */
const char *response_header_value(const struct response *response, size_t i);

/** After response_finish(): where piece i is. */
struct body_piece response_piece(const struct response *response, size_t i);

/** After response_finish(): the body goes in its gzip form, that of a stream as it is made. */
bool response_gzip(struct response *response, struct gzip_pool *pool, struct aro_error *err);

/** Pieces few and large enough to be sent from where they are (see RESPONSE_MAX_PIECES). */
bool response_is_gatherable(const struct response *response);
/**
 * After response_finish(): the body in one block, borrowed until the response changes. A body of
 * one piece stays where it is. False when memory runs out.
 */
bool response_in_one_block(struct response *response, struct body_piece *out_body);

/*
 * libmicrohttpd 0.9.75 stalls after 1,024 pieces (IOV_MAX) and may abort beyond. Small pieces are
 * slower to gather than to copy: against a fixed body of 137 kB, pieces of 500 bytes reach 0.58 of
 * the throughput, of 2 kB 0.89, of 8 kB 1.0; one copy 0.69.
 */
enum { RESPONSE_MAX_PIECES = 1024, RESPONSE_MIN_MEAN_PIECE_BYTES = 4096 };

#endif
