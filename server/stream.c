#include "server/stream.h"

#include <stdlib.h>
#include <string.h>

struct stream {
    struct stream_source source;
    struct aro_buffer begun; /* pulled before: comes first */
    struct aro_buffer piece; /* pulled, and in part read */
    size_t n_read;
    bool at_end;              /* nothing more is to be pulled */
    struct gzip_member *gzip; /* NULL: the bytes go as they are */
    struct aro_buffer plain;  /* with gzip: what was pulled */
};

struct stream *stream_new(const struct stream_source *source, struct aro_buffer *begun)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream) {
        stream->source = *source;
        stream->begun = *begun;
        *begun = (struct aro_buffer){0};
    } else {
        source->free(source->state);
        aro_buffer_clear(begun);
    }
    return stream;
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    stream->source.free(stream->source.state);
    gzip_member_free(stream->gzip);
    aro_buffer_clear(&stream->begun);
    aro_buffer_clear(&stream->piece);
    aro_buffer_clear(&stream->plain);
    free(stream);
}

bool stream_compress(struct stream *stream, struct gzip_pool *pool, struct aro_error *err)
{
    stream->gzip = gzip_member_new(pool, err);
    return stream->gzip != NULL;
}

static bool pull(struct stream *stream, struct aro_buffer *out, struct aro_error *err)
{
    if (stream->begun.len > 0) {
        aro_buffer_clear(out);
        *out = stream->begun;
        stream->begun = (struct aro_buffer){0};
        return true;
    }
    return stream->source.pull(stream->source.state, out, &stream->at_end, err) &&
           aro_buffer_ok(out, err);
}

/* The next piece, in place of one that was read to its end. */
static bool refill(struct stream *stream, struct aro_error *err)
{
    stream->piece.len = stream->n_read = 0;
    if (!stream->gzip)
        return pull(stream, &stream->piece, err);
    stream->plain.len = 0;
    return pull(stream, &stream->plain, err) &&
           gzip_member_add(stream->gzip, stream->plain.data, stream->plain.len, &stream->piece,
                           err) &&
           (!stream->at_end || gzip_member_end(stream->gzip, &stream->piece, err));
}

enum stream_step stream_read(struct stream *stream, char *out_bytes, size_t room, size_t *out_len,
                             struct aro_error *err)
{
    *out_len = 0;
    if (stream->n_read == stream->piece.len) {
        if (stream->at_end)
            return STREAM_END;
        if (!refill(stream, err))
            return STREAM_FAILED;
        if (stream->piece.len == 0)
            return stream->at_end ? STREAM_END : STREAM_LATER;
    }
    size_t left = stream->piece.len - stream->n_read;
    *out_len = left < room ? left : room;
    memcpy(out_bytes, stream->piece.data + stream->n_read, *out_len);
    stream->n_read += *out_len;
    return STREAM_SOME;
}
