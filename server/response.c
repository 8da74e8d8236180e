#include "server/response.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/account.h"
#include "server/packed.h"

/* Kept of a response at most; most bodies fit. */
enum { KEPT_MAX = 32, KEPT_MAX_BYTES = 128 << 10 };

struct response_pool {
    pthread_mutex_t lock; /* guards what follows */
    size_t n_kept;
    struct response *kept[KEPT_MAX];
};

struct response_pool *response_pool_new(struct aro_error *err)
{
    struct response_pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        aro_error_no_memory(err);
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

static void destroy(struct response *response)
{
    free(response->headers);
    aro_buffer_clear(&response->header_values);
    free(response->pieces);
    aro_buffer_clear(&response->buffer);
    aro_buffer_clear(&response->block);
    free(response);
}

void response_pool_free(struct response_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->n_kept; i++)
        destroy(pool->kept[i]);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

static struct response *take(struct response_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct response *response = pool->n_kept > 0 ? pool->kept[--pool->n_kept] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return response;
}

static bool give_back(struct response *response)
{
    struct response_pool *pool = response->pool;
    if (!pool || response->buffer.capacity > KEPT_MAX_BYTES ||
        response->block.capacity > KEPT_MAX_BYTES)
        return false;
    pthread_mutex_lock(&pool->lock);
    bool is_room = pool->n_kept < KEPT_MAX;
    if (is_room)
        pool->kept[pool->n_kept++] = response;
    pthread_mutex_unlock(&pool->lock);
    return is_room;
}

struct response *response_new(struct response_pool *pool)
{
    struct response *response = pool ? take(pool) : NULL;
    if (!response)
        response = calloc(1, sizeof *response);
    if (response) {
        response->pool = pool;
        response->status = 200;
        response->fd = response->socket = -1;
    }
    return response;
}

static void end_source(struct response *response)
{
    if (response->fd >= 0)
        close(response->fd);
    response->fd = -1;
    stream_free(response->stream);
    response->stream = NULL;
}

void response_reset(struct response *response)
{
    end_source(response);
    response->n_headers = response->header_values.len = 0;
    response->header_values.failed = false;
    free(response->own_type);
    response->own_type = NULL;
    response->status = 200;
    response->content_type = response->encoding = NULL;
    response->asset = NULL;
    response->has_tag = response->is_packed = false;
    response->n_pieces = response->body_bytes = response->buffer_listed = 0;
    response->buffer.len = 0;
    response->block.len = 0;
    response->buffer.failed = response->block.failed = response->failed = false;
}

void response_free(struct response *response)
{
    if (!response)
        return;
    if (response->account)
        account_settle(response->account, response->body_bytes);
    free(response->account);
    response->account = NULL;
    response_reset(response);
    snapshot_release(response->holding);
    response->holding = NULL;
    if (!give_back(response))
        destroy(response);
}

void response_set_type(struct response *response, const char *content_type)
{
    char *copy = strdup(content_type);
    response->failed |= !copy;
    free(response->own_type);
    response->content_type = response->own_type = copy;
}

void response_set_file(struct response *response, int fd, uint64_t bytes)
{
    end_source(response);
    response->fd = fd;
    response->body_bytes = (size_t)bytes;
}

/* A stream needs a compressor and blocks of its own: beyond this it takes less than the body. */
enum { STREAM_FROM_BYTES = 256 << 10 };

bool response_set_source(struct response *response, const struct stream_source *source,
                         struct aro_error *err)
{
    struct aro_buffer *made = &response->buffer;
    bool ok = true, at_end = false, is_slow = false;
    while (ok && !at_end && (response->is_whole || (!is_slow && made->len < STREAM_FROM_BYTES))) {
        size_t before = made->len;
        ok = source->pull(source->state, made, &at_end, err) && aro_buffer_ok(made, err);
        is_slow = made->len == before; /* as where a whole file comes before the first byte */
    }
    end_source(response);
    if (ok && !at_end) {
        response->stream = stream_new(source, made);
        return response->stream || aro_error_no_memory(err);
    }
    source->free(source->state);
    return ok;
}

void response_set_status(struct response *response, unsigned status)
{
    response->status = status;
}

void response_set_tag(struct response *response, uint64_t tag)
{
    response->tag = tag;
    response->has_tag = true;
}

void response_set_gzipped(struct response *response)
{
    response->encoding = "gzip";
}

void response_set_asset(struct response *response, const struct asset *asset)
{
    response->asset = asset;
    response->content_type = asset->content_type;
}

/* Room for one more item in an array that doubles. */
static bool grow(void **items, size_t *capacity, size_t n, size_t item_size)
{
    if (n < *capacity)
        return true;
    size_t wanted = *capacity ? 2 * *capacity : 16;
    void *grown = reallocarray(*items, wanted, item_size);
    if (!grown)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}

void response_add_header(struct response *response, const char *name, const char *value)
{
    struct response_header header = {name, response->header_values.len};
    if (!grow((void **)&response->headers, &response->headers_capacity, response->n_headers,
              sizeof header)) {
        response->failed = true;
        return;
    }
    response->headers[response->n_headers++] = header;
    aro_buffer_append(&response->header_values, value, strlen(value) + 1);
}

const char *response_header_value(const struct response *response, size_t i)
{
    return response->header_values.data + response->headers[i].value_at;
}

static void add_piece(struct response *response, struct response_piece piece)
{
    if (!grow((void **)&response->pieces, &response->pieces_capacity, response->n_pieces,
              sizeof piece)) {
        response->failed = true;
        return;
    }
    response->pieces[response->n_pieces++] = piece;
    response->body_bytes += piece.len;
}

static void list_buffer(struct response *response)
{
    size_t len = response->buffer.len - response->buffer_listed;
    if (len > 0)
        add_piece(response, (struct response_piece){.offset = response->buffer_listed, .len = len});
    response->buffer_listed = response->buffer.len;
}

void response_add_static(struct response *response, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    list_buffer(response);
    struct response_piece *last =
        response->n_pieces ? &response->pieces[response->n_pieces - 1] : NULL;
    bool is_plain = last && last->bytes && !last->packed;
    if (is_plain && (const char *)last->bytes + last->len == bytes) {
        last->len += len;
        response->body_bytes += len;
        return;
    }
    add_piece(response, (struct response_piece){.bytes = bytes, .len = len});
}

void response_add_texts(struct response *response, const void *bytes, size_t len,
                        const struct packed *packed, struct geo_run texts)
{
    list_buffer(response);
    add_piece(response, (struct response_piece){
                            .bytes = bytes, .len = len, .packed = packed, .texts = texts});
}

void response_add_copy(struct response *response, const void *bytes, size_t len)
{
    aro_buffer_append(&response->buffer, bytes, len);
}

struct aro_buffer *response_buffer(struct response *response)
{
    return &response->buffer;
}

bool response_finish(struct response *response, struct aro_error *err)
{
    list_buffer(response);
    if (response->failed || response->buffer.failed || response->header_values.failed)
        return aro_error_no_memory(err);
    return true;
}

struct body_piece response_piece(const struct response *response, size_t i)
{
    const struct response_piece *piece = &response->pieces[i];
    const void *bytes = piece->bytes ? piece->bytes : response->buffer.data + piece->offset;
    return (struct body_piece){bytes, piece->len, piece->packed, piece->texts};
}

/* A body deflated ahead is a sixth as long; beyond this it is made while it is sent. */
enum { PACKED_WHOLE_BYTES = 2 << 20 };

static bool is_long(const struct response *response)
{
    return response->body_bytes > PACKED_WHOLE_BYTES && !response->is_whole;
}

/* The pieces stay where they are, and the buffer with them. */
static bool stream_packed(struct response *response, const struct packed *packed,
                          const struct body_piece *pieces, struct aro_error *err)
{
    struct aro_buffer none = {0};
    struct packed_body *body = packed_body_new(packed, pieces, response->n_pieces, err);
    if (!body)
        return false;
    const struct stream_source source = {body, packed_body_pull, packed_body_free};
    response->stream = stream_new(&source, &none);
    response->n_pieces = response->body_bytes = 0;
    return response->stream || aro_error_no_memory(err);
}

/* In place of the pieces. */
static void take_gzipped(struct response *response, struct aro_buffer gzipped)
{
    response->block = response->buffer;
    response->buffer = gzipped;
    response->pieces[0] = (struct response_piece){.len = gzipped.len};
    response->n_pieces = 1;
    response->body_bytes = response->buffer_listed = gzipped.len;
}

/* One gzip member of them: copied together where they have been deflated ahead. */
static bool gzip_listed(struct response *response, struct gzip_pool *pool,
                        const struct body_piece *pieces, struct aro_error *err)
{
    const struct packed *packed;
    size_t n = response->n_pieces;
    response->is_packed = packed_suits(pieces, n, &packed);
    if (response->is_packed && is_long(response))
        return stream_packed(response, packed, pieces, err);
    struct aro_buffer gzipped = response->block;
    response->block = (struct aro_buffer){0};
    gzipped.len = 0;
    aro_buffer_reserve(&gzipped, response->body_bytes / 4 + 1024);
    bool ok = response->is_packed ? packed_gzip(packed, pieces, n, &gzipped, err)
                                  : gzip_pieces(pool, pieces, n, &gzipped, err);
    if (ok)
        take_gzipped(response, gzipped);
    else
        aro_buffer_clear(&gzipped);
    return ok;
}

static bool gzip_pieces_listed(struct response *response, struct gzip_pool *pool,
                               struct aro_error *err)
{
    size_t n = response->n_pieces;
    struct body_piece *pieces = calloc(n + 1, sizeof *pieces);
    for (size_t i = 0; pieces && i < n; i++)
        pieces[i] = response_piece(response, i);
    bool ok = pieces ? gzip_listed(response, pool, pieces, err) : aro_error_no_memory(err);
    free(pieces);
    return ok;
}

bool response_gzip(struct response *response, struct gzip_pool *pool, struct aro_error *err)
{
    if (response->stream ? !stream_compress(response->stream, pool, err)
                         : !gzip_pieces_listed(response, pool, err))
        return false;
    response->encoding = "gzip";
    return true;
}

bool response_is_gatherable(const struct response *response)
{
    return response->n_pieces > 0 && response->n_pieces <= RESPONSE_MAX_PIECES &&
           response->body_bytes / response->n_pieces >= RESPONSE_MIN_MEAN_PIECE_BYTES;
}

bool response_in_one_block(struct response *response, struct body_piece *out_body)
{
    struct aro_buffer *block = &response->block;
    if (response->n_pieces <= 1) {
        *out_body =
            response->n_pieces ? response_piece(response, 0) : (struct body_piece){.bytes = ""};
        return true;
    }
    block->len = 0;
    if (!aro_buffer_reserve(block, response->body_bytes))
        return false;
    for (size_t i = 0; i < response->n_pieces; i++) {
        struct body_piece piece = response_piece(response, i);
        memcpy(block->data + block->len, piece.bytes, piece.len);
        block->len += piece.len;
    }
    *out_body = (struct body_piece){.bytes = block->data, .len = block->len};
    return true;
}
