#include "schema/gzip.h"

#include <stdlib.h>
#include <zlib.h>

enum { LEVEL = 9, GZIP_WINDOW_BITS = 15 + 16, MEMORY_LEVEL = 9, MAX_BYTES = 1 << 30 };

struct schema_gzip {
    z_stream stream;
};

struct schema_gzip *schema_gzip_new(struct aro_error *err)
{
    struct schema_gzip *gzip = calloc(1, sizeof *gzip);
    if (gzip && deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL,
                             Z_DEFAULT_STRATEGY) == Z_OK)
        return gzip;
    free(gzip);
    aro_error_no_memory(err);
    return NULL;
}

void schema_gzip_free(struct schema_gzip *gzip)
{
    if (gzip)
        deflateEnd(&gzip->stream);
    free(gzip);
}

bool schema_gzip_pack(struct schema_gzip *gzip, const void *bytes, size_t len,
                      struct aro_buffer *out, struct aro_error *err)
{
    z_stream *stream = &gzip->stream;
    if (len > MAX_BYTES)
        return aro_error_set(err, ARO_TOO_LARGE, "%zu bytes to compress: wanted at most %d", len,
                             MAX_BYTES);
    size_t room = deflateBound(stream, (uLong)len);
    if (!aro_buffer_reserve(out, room))
        return aro_error_no_memory(err);
    stream->next_in = (z_const Bytef *)bytes;
    stream->avail_in = (uInt)len;
    stream->next_out = (Bytef *)out->data + out->len;
    stream->avail_out = (uInt)room;
    bool ok = deflate(stream, Z_FINISH) == Z_STREAM_END; /* the bound is enough */
    out->len += room - stream->avail_out;
    deflateReset(stream);
    return ok || aro_error_no_memory(err);
}
