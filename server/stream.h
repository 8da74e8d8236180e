/*
 * A body that is made while it is sent: pulled from its source piece by piece, so that what is in
 * memory does not grow with the answer, and other answers get their turn between two pieces.
 */
#ifndef ARO_SERVER_STREAM_H
#define ARO_SERVER_STREAM_H

#include "server/deflate.h"
#include "server/http.h"

/** Owned by one thread at a time. */
struct stream;

/**
 * @param begun  what was pulled already, and comes first; emptied
 * @return       owned by the caller, who calls stream_free(); takes the source, on failure too:
 * NULL
 */
struct stream *stream_new(const struct stream_source *source, struct aro_buffer *begun);
void stream_free(struct stream *stream);

/**
 * Sends one gzip member in place of the plain bytes; before the first is read.
 *
 * @param pool  borrowed until stream_free()
 */
bool stream_compress(struct stream *stream, struct gzip_pool *pool, struct aro_error *err);

enum stream_step {
    STREAM_SOME,  /* bytes were read */
    STREAM_LATER, /* none yet: the source is at work, ask again */
    STREAM_END,
    STREAM_FAILED, /* the body can only be broken off */
};

/**
 * Reads what comes next.
 *
 * @param out_bytes  room for `room` bytes, 1 or more
 * @param out_len    how many were read; 0 but for STREAM_SOME
 * @param err        what the source fails with; ARO_NO_MEMORY
 */
enum stream_step stream_read(struct stream *stream, char *out_bytes, size_t room, size_t *out_len,
                             struct aro_error *err);

#endif
