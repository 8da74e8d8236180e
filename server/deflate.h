/*
 * gzip (RFC 1952) of answers: the only door to zlib for what goes out.
 */
#ifndef ARO_SERVER_DEFLATE_H
#define ARO_SERVER_DEFLATE_H

#include "geo/buffer.h"
#include "geo/runs.h"

/** Some bytes of a body; borrowed. */
struct body_piece {
    const void *bytes;
    size_t len;
    const struct packed *packed; /* of the texts that they are (packed.h); NULL: of none */
    struct geo_run texts;        /* the first of them may lack bytes at its start */
};

/** Compressors kept for reuse. Internally locked. */
struct gzip_pool;

struct gzip_pool *gzip_pool_new(struct aro_error *err);
void gzip_pool_free(struct gzip_pool *pool);

/** One gzip member that is made piece by piece. Owned by one thread at a time. */
struct gzip_member;

/**
 * @param pool  borrowed until gzip_member_free()
 * @return      owned by the caller, who calls gzip_member_free(); NULL on ARO_NO_MEMORY
 */
struct gzip_member *gzip_member_new(struct gzip_pool *pool, struct aro_error *err);
void gzip_member_free(struct gzip_member *member);

/** Appends what the bytes have become so far: often nothing. */
bool gzip_member_add(struct gzip_member *member, const void *bytes, size_t len,
                     struct aro_buffer *out, struct aro_error *err);
/** Appends the rest. */
bool gzip_member_end(struct gzip_member *member, struct aro_buffer *out, struct aro_error *err);

/** Appends one gzip member of the pieces in order; the same bytes for the same pieces. */
bool gzip_pieces(struct gzip_pool *pool, const struct body_piece *pieces, size_t n,
                 struct aro_buffer *out, struct aro_error *err);

#endif
