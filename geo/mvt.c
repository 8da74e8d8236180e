#include "geo/mvt.h"

#include <stdlib.h>
#include <string.h>

#include "geo/clip.h"

enum { VARINT_MAX_BYTES = 10, N_MEMOS = 2048 };

/* Field numbers and wire types of the specification's vector_tile.proto, as the bytes that they
 * make: number << 3 | type, where type 0 is a varint and 2 bytes with their length before. */
enum tag {
    TILE_LAYER = 3 << 3 | 2,
    LAYER_NAME = 1 << 3 | 2,
    LAYER_FEATURE = 2 << 3 | 2,
    LAYER_KEY = 3 << 3 | 2,
    LAYER_VALUE = 4 << 3 | 2,
    LAYER_EXTENT = 5 << 3 | 0,
    LAYER_VERSION = 15 << 3 | 0,
    FEATURE_ID = 1 << 3 | 0,
    FEATURE_TAGS = 2 << 3 | 2,
    FEATURE_TYPE = 3 << 3 | 0,
    FEATURE_GEOMETRY = 4 << 3 | 2,
    VALUE_TEXT = 1 << 3 | 2,
    VALUE_UINT = 5 << 3 | 0,
    VALUE_BOOL = 7 << 3 | 0,
};
enum geometry_type { TYPE_POINT = 1, TYPE_POLYGON = 3 };
enum command { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };

/* A value by the caller's number for it. */
struct memo {
    uint64_t handle;
    uint32_t layer, value;
};

struct geo_mvt {
    struct memo memos[N_MEMOS]; /* at the place that the handle's hash says */
    const char *name;
    struct aro_buffer features, keys, values; /* whole fields, ready to be copied */
    struct aro_buffer tags, geometry;         /* of the feature that is written */
    size_t n_features;
    uint32_t n_keys, n_values;
    uint32_t layer; /* grows: which memos are of this layer */
    uint64_t id;
    struct geo_tile_point pen;
};

struct geo_mvt *geo_mvt_new(struct aro_error *err)
{
    struct geo_mvt *mvt = calloc(1, sizeof *mvt);
    if (!mvt)
        aro_error_no_memory(err);
    return mvt;
}

void geo_mvt_free(struct geo_mvt *mvt)
{
    if (!mvt)
        return;
    aro_buffer_clear(&mvt->features);
    aro_buffer_clear(&mvt->keys);
    aro_buffer_clear(&mvt->values);
    aro_buffer_clear(&mvt->tags);
    aro_buffer_clear(&mvt->geometry);
    free(mvt);
}

size_t geo_mvt_count(const struct geo_mvt *mvt)
{
    return mvt->n_features;
}

/* ---- Bytes ---- */

static inline bool has_room(struct aro_buffer *out, size_t extra)
{
    return extra <= out->capacity - out->len || aro_buffer_reserve(out, extra);
}

/* There is room for VARINT_MAX_BYTES. */
static inline void put_varint(struct aro_buffer *out, uint64_t number)
{
    unsigned char *at = (unsigned char *)out->data + out->len;
    while (number >= 0x80) {
        *at++ = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    *at++ = (unsigned char)number;
    out->len = (size_t)(at - (unsigned char *)out->data);
}

static inline size_t varint_bytes(uint64_t number)
{
    return number < 0x80 ? 1 : (size_t)(63 - __builtin_clzll(number)) / 7 + 1;
}

/* A field of bytes: tag, length, bytes. */
static void write_bytes(struct aro_buffer *out, enum tag tag, const void *bytes, size_t len)
{
    if (!has_room(out, 2 * VARINT_MAX_BYTES + len))
        return;
    put_varint(out, tag);
    put_varint(out, len);
    if (len > 0)
        memcpy(out->data + out->len, bytes, len);
    out->len += len;
}

static void write_number(struct aro_buffer *out, enum tag tag, uint64_t number)
{
    if (!has_room(out, 2 * VARINT_MAX_BYTES))
        return;
    put_varint(out, tag);
    put_varint(out, number);
}

/* ---- Layers ---- */

void geo_mvt_layer(struct geo_mvt *mvt, const char *name)
{
    mvt->name = name;
    mvt->features.len = mvt->keys.len = mvt->values.len = 0;
    mvt->features.failed = mvt->keys.failed = mvt->values.failed = false;
    mvt->tags.failed = mvt->geometry.failed = false;
    mvt->n_features = 0;
    mvt->n_keys = mvt->n_values = 0;
    if (++mvt->layer == 0) { /* after 2^32 layers their numbers would mean something again */
        memset(mvt->memos, 0, sizeof mvt->memos);
        mvt->layer = 1;
    }
}

static bool failed(const struct geo_mvt *mvt)
{
    return mvt->features.failed || mvt->keys.failed || mvt->values.failed || mvt->tags.failed ||
           mvt->geometry.failed;
}

bool geo_mvt_layer_end(struct geo_mvt *mvt, struct aro_buffer *out, struct aro_error *err)
{
    enum { VERSION = 2 };
    if (failed(mvt))
        return aro_error_no_memory(err);
    if (mvt->n_features == 0)
        return true;
    size_t name_len = strlen(mvt->name);
    size_t len = 1 + varint_bytes(name_len) + name_len + mvt->features.len + mvt->keys.len +
                 mvt->values.len + 1 + varint_bytes(GEO_TILE_EXTENT) + 1 + varint_bytes(VERSION);
    if (!aro_buffer_reserve(out, len + 2 * VARINT_MAX_BYTES))
        return aro_error_no_memory(err);
    put_varint(out, TILE_LAYER);
    put_varint(out, len);
    write_bytes(out, LAYER_NAME, mvt->name, name_len);
    aro_buffer_append(out, mvt->features.data, mvt->features.len);
    aro_buffer_append(out, mvt->keys.data, mvt->keys.len);
    aro_buffer_append(out, mvt->values.data, mvt->values.len);
    write_number(out, LAYER_EXTENT, GEO_TILE_EXTENT);
    write_number(out, LAYER_VERSION, VERSION);
    return true;
}

uint32_t geo_mvt_key(struct geo_mvt *mvt, const char *key)
{
    write_bytes(&mvt->keys, LAYER_KEY, key, strlen(key));
    return mvt->n_keys++;
}

/* ---- Values ---- */

static size_t memo_place(uint64_t handle)
{
    return (size_t)((handle * UINT64_C(0x9E3779B97F4A7C15)) >> 53);
}
_Static_assert(N_MEMOS == 1 << (64 - 53), "as many places as memos");

bool geo_mvt_recall(const struct geo_mvt *mvt, uint64_t handle, uint32_t *out_value)
{
    const struct memo *memo = &mvt->memos[memo_place(handle)];
    if (memo->layer != mvt->layer || memo->handle != handle)
        return false;
    *out_value = memo->value;
    return true;
}

void geo_mvt_remember(struct geo_mvt *mvt, uint64_t handle, uint32_t value)
{
    mvt->memos[memo_place(handle)] = (struct memo){handle, mvt->layer, value};
}

uint32_t geo_mvt_text(struct geo_mvt *mvt, const char *text, size_t len)
{
    struct aro_buffer *out = &mvt->values;
    size_t message_len = 1 + varint_bytes(len) + len;
    if (!has_room(out, message_len + 2 * VARINT_MAX_BYTES))
        return 0;
    put_varint(out, LAYER_VALUE);
    put_varint(out, message_len);
    write_bytes(out, VALUE_TEXT, text, len);
    return mvt->n_values++;
}

static uint32_t number_value(struct geo_mvt *mvt, enum tag tag, uint64_t number)
{
    struct aro_buffer *out = &mvt->values;
    if (!has_room(out, 4 * VARINT_MAX_BYTES))
        return 0;
    put_varint(out, LAYER_VALUE);
    put_varint(out, 1 + varint_bytes(number));
    put_varint(out, tag);
    put_varint(out, number);
    return mvt->n_values++;
}

uint32_t geo_mvt_uint(struct geo_mvt *mvt, uint64_t value)
{
    return number_value(mvt, VALUE_UINT, value);
}

uint32_t geo_mvt_bool(struct geo_mvt *mvt, bool value)
{
    return number_value(mvt, VALUE_BOOL, value);
}

/* ---- Features ---- */

void geo_mvt_feature(struct geo_mvt *mvt, uint64_t id)
{
    mvt->id = id;
    mvt->tags.len = mvt->geometry.len = 0;
    mvt->pen = (struct geo_tile_point){0, 0};
}

void geo_mvt_tag(struct geo_mvt *mvt, uint32_t key, uint32_t value)
{
    if (!has_room(&mvt->tags, 2 * VARINT_MAX_BYTES))
        return;
    put_varint(&mvt->tags, key);
    put_varint(&mvt->tags, value);
}

static void end_feature(struct geo_mvt *mvt, enum geometry_type type)
{
    struct aro_buffer *out = &mvt->features;
    size_t tags_len = mvt->tags.len, geometry_len = mvt->geometry.len;
    size_t tags_field = tags_len > 0 ? 1 + varint_bytes(tags_len) + tags_len : 0;
    size_t len =
        1 + varint_bytes(mvt->id) + tags_field + 2 + 1 + varint_bytes(geometry_len) + geometry_len;
    if (failed(mvt) || !has_room(out, len + 4 * VARINT_MAX_BYTES))
        return;
    put_varint(out, LAYER_FEATURE);
    put_varint(out, len);
    put_varint(out, FEATURE_ID);
    put_varint(out, mvt->id);
    if (tags_len > 0)
        write_bytes(out, FEATURE_TAGS, mvt->tags.data, tags_len);
    put_varint(out, FEATURE_TYPE);
    put_varint(out, type);
    write_bytes(out, FEATURE_GEOMETRY, mvt->geometry.data, geometry_len);
    mvt->n_features++;
}

/* ---- Geometries ---- */

static inline void put_command(struct aro_buffer *out, enum command command, size_t count)
{
    put_varint(out, (uint64_t)count << 3 | command);
}

/* Small steps of either sign become small numbers. */
static inline uint32_t zigzag(int32_t step)
{
    return (uint32_t)step << 1 ^ (uint32_t)(step >> 31);
}

static inline void put_step(struct geo_mvt *mvt, struct geo_tile_point to)
{
    put_varint(&mvt->geometry, zigzag(to.x - mvt->pen.x));
    put_varint(&mvt->geometry, zigzag(to.y - mvt->pen.y));
    mvt->pen = to;
}

void geo_mvt_end_points(struct geo_mvt *mvt, const struct geo_tile_point *points, size_t n)
{
    if (has_room(&mvt->geometry, (2 * n + 1) * VARINT_MAX_BYTES)) {
        put_command(&mvt->geometry, MOVE_TO, n);
        for (size_t i = 0; i < n; i++)
            put_step(mvt, points[i]);
    }
    end_feature(mvt, TYPE_POINT);
}

void geo_mvt_end_point(struct geo_mvt *mvt, struct geo_tile_point point)
{
    geo_mvt_end_points(mvt, &point, 1);
}

void geo_mvt_ring(struct geo_mvt *mvt, const struct geo_tile_point *points, size_t n, bool hole)
{
    if (!has_room(&mvt->geometry, (2 * n + 3) * VARINT_MAX_BYTES))
        return;
    bool backwards = (geo_clip_area2(points, n) > 0) == hole;
    put_command(&mvt->geometry, MOVE_TO, 1);
    put_step(mvt, points[0]);
    put_command(&mvt->geometry, LINE_TO, n - 1);
    for (size_t i = 1; i < n; i++)
        put_step(mvt, points[backwards ? n - i : i]);
    put_command(&mvt->geometry, CLOSE_PATH, 1);
}

bool geo_mvt_has_rings(const struct geo_mvt *mvt)
{
    return mvt->geometry.len > 0;
}

void geo_mvt_end_polygons(struct geo_mvt *mvt)
{
    if (mvt->geometry.len > 0)
        end_feature(mvt, TYPE_POLYGON);
}
