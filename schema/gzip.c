#include "schema/gzip.h"

#include <limits.h>
#include <zlib.h>

enum { LEVEL = 9, GZIP_WINDOW_BITS = 15 + 16, MEMORY_LEVEL = 9, MAX_BYTES = 1 << 30 };

bool schema_gzip(const void *bytes, size_t len, struct aro_buffer *out, struct aro_error *err)
{
    if (len > MAX_BYTES)
        return aro_error_set(err, ARO_TOO_LARGE, "%zu bytes to compress: wanted at most %d", len,
                             MAX_BYTES);
    z_stream stream = {0};
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return aro_error_no_memory(err);
    size_t room = deflateBound(&stream, (uLong)len);
    bool ok = aro_buffer_reserve(out, room);
    if (ok) {
        stream.next_in = (z_const Bytef *)bytes;
        stream.avail_in = (uInt)len;
        stream.next_out = (Bytef *)out->data + out->len;
        stream.avail_out = (uInt)room;
        ok = deflate(&stream, Z_FINISH) == Z_STREAM_END; /* the bound is enough */
        out->len += room - stream.avail_out;
    }
    deflateEnd(&stream);
    return ok || aro_error_no_memory(err);
}
