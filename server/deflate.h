/*
 * gzip (RFC 1952) of answers: the only door to zlib for what goes out.
 */
#ifndef ARO_SERVER_DEFLATE_H
#define ARO_SERVER_DEFLATE_H

#include "geo/buffer.h"

/** Some bytes of a body; borrowed. */
struct body_piece {
    const void *bytes;
    size_t len;
};

/** Compressors kept for reuse. Internally locked. */
struct gzip_pool;

struct gzip_pool *gzip_pool_new(struct aro_error *err);
void gzip_pool_free(struct gzip_pool *pool);

/** Appends one gzip member of the pieces in order; the same bytes for the same pieces. */
bool gzip_pieces(struct gzip_pool *pool, const struct body_piece *pieces, size_t n,
                 struct aro_buffer *out, struct aro_error *err);

#endif
