/*
 * gzip (RFC 1952) of bytes that are kept: made once, read often.
 */
#ifndef ARO_SCHEMA_GZIP_H
#define ARO_SCHEMA_GZIP_H

#include "geo/buffer.h"

/** A compressor, used again from text to text. Owned by one thread. */
struct schema_gzip;

/** @return  owned by the caller, who calls schema_gzip_free(); NULL and ARO_NO_MEMORY */
struct schema_gzip *schema_gzip_new(struct aro_error *err);
void schema_gzip_free(struct schema_gzip *gzip);

/**
 * Appends one member; the same bytes for the same bytes.
 *
 * @param err  ARO_NO_MEMORY; ARO_TOO_LARGE: more than 1 GiB
 */
bool schema_gzip_pack(struct schema_gzip *gzip, const void *bytes, size_t len,
                      struct aro_buffer *out, struct aro_error *err);

#endif
