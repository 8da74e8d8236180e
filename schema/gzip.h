/*
 * gzip (RFC 1952) of bytes that are kept: made once, read often.
 */
#ifndef ARO_SCHEMA_GZIP_H
#define ARO_SCHEMA_GZIP_H

#include "geo/buffer.h"

/** Appends one member; the same bytes for the same bytes. ARO_NO_MEMORY; ARO_TOO_LARGE: 1 GiB. */
bool schema_gzip(const void *bytes, size_t len, struct aro_buffer *out, struct aro_error *err);

#endif
