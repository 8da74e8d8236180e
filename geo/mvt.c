#include "geo/mvt.h"

#include <stdlib.h>
#include <string.h>

#include "geo/clip.h"
#include "geo/hash.h"

enum { VARINT_MAX_BYTES = 10, MIN_SLOTS = 256 };

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

/* Where a value's message stands in the layer's values. */
struct known_value {
    uint32_t start, len;
};

/* A place of the hash table; of another layer, and so free, where the layer's number differs. */
struct slot {
    uint32_t layer, value; /* value: its number */
    uint32_t hash;
};

struct geo_mvt {
    const char *name;
    struct aro_buffer features, keys, values; /* whole fields, ready to be copied */
    struct aro_buffer tags, geometry;         /* of the feature that is written */
    struct aro_buffer value;                  /* the message that is looked for */
    size_t n_features;
    uint32_t n_keys, n_values;
    struct known_value *known; /* n_values */
    size_t known_capacity;
    struct slot *slots;
    size_t n_slots; /* a power of two, at least twice n_values */
    uint32_t layer; /* grows: which slots are of this layer */
    uint64_t id;
    struct geo_tile_point pen;
    bool failed;
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
    aro_buffer_clear(&mvt->value);
    free(mvt->known);
    free(mvt->slots);
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

static inline void write_varint(struct aro_buffer *out, uint64_t number)
{
    if (has_room(out, VARINT_MAX_BYTES))
        put_varint(out, number);
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
    mvt->tags.failed = mvt->geometry.failed = mvt->value.failed = mvt->failed = false;
    mvt->n_features = 0;
    mvt->n_keys = mvt->n_values = 0;
    if (++mvt->layer == 0) { /* after 2^32 layers the slots' numbers would mean something again */
        for (size_t i = 0; i < mvt->n_slots; i++)
            mvt->slots[i].layer = 0;
        mvt->layer = 1;
    }
}

static bool failed(const struct geo_mvt *mvt)
{
    return mvt->failed || mvt->features.failed || mvt->keys.failed || mvt->values.failed ||
           mvt->tags.failed || mvt->geometry.failed || mvt->value.failed;
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

static void put_in_slot(const struct geo_mvt *mvt, struct slot slot)
{
    size_t at = slot.hash & (mvt->n_slots - 1);
    while (mvt->slots[at].layer == mvt->layer)
        at = (at + 1) & (mvt->n_slots - 1);
    mvt->slots[at] = slot;
}

static bool grow_slots(struct geo_mvt *mvt)
{
    struct slot *old = mvt->slots;
    size_t n_old = mvt->n_slots, n_slots = n_old ? 2 * n_old : MIN_SLOTS;
    struct slot *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
        return false;
    mvt->slots = slots;
    mvt->n_slots = n_slots;
    for (size_t i = 0; i < n_old; i++)
        if (old[i].layer == mvt->layer)
            put_in_slot(mvt, old[i]);
    free(old);
    return true;
}

static bool grow_known(struct geo_mvt *mvt)
{
    size_t capacity = mvt->known_capacity ? 2 * mvt->known_capacity : MIN_SLOTS / 2;
    struct known_value *known = realloc(mvt->known, capacity * sizeof *known);
    if (!known)
        return false;
    mvt->known = known;
    mvt->known_capacity = capacity;
    return true;
}

/* Appends the value's field. Its number, or 0 on failure, which is sticky. */
static uint32_t append_value(struct geo_mvt *mvt, const char *message, size_t len)
{
    if (mvt->n_values == mvt->known_capacity && !grow_known(mvt)) {
        mvt->failed = true;
        return 0;
    }
    write_bytes(&mvt->values, LAYER_VALUE, message, len);
    uint32_t start = (uint32_t)(mvt->values.len - len);
    mvt->known[mvt->n_values] = (struct known_value){start, (uint32_t)len};
    return mvt->n_values++;
}

/* The number of the value whose message is in mvt->value, appended when it is new. */
static uint32_t find_value(struct geo_mvt *mvt)
{
    const char *message = mvt->value.data;
    size_t len = mvt->value.len;
    if (mvt->value.failed || (2 * ((size_t)mvt->n_values + 1) > mvt->n_slots && !grow_slots(mvt))) {
        mvt->failed = true;
        return 0;
    }
    uint32_t hash = (uint32_t)geo_hash(message, len);
    size_t at = hash & (mvt->n_slots - 1);
    for (; mvt->slots[at].layer == mvt->layer; at = (at + 1) & (mvt->n_slots - 1)) {
        const struct known_value *known = &mvt->known[mvt->slots[at].value];
        if (mvt->slots[at].hash == hash && known->len == len &&
            memcmp(mvt->values.data + known->start, message, len) == 0)
            return mvt->slots[at].value;
    }
    uint32_t number = append_value(mvt, message, len);
    if (!mvt->failed && !mvt->values.failed)
        mvt->slots[at] = (struct slot){mvt->layer, number, hash};
    return number;
}

uint32_t geo_mvt_text(struct geo_mvt *mvt, const char *text, size_t len)
{
    mvt->value.len = 0;
    write_bytes(&mvt->value, VALUE_TEXT, text, len);
    return find_value(mvt);
}

uint32_t geo_mvt_own_text(struct geo_mvt *mvt, const char *text, size_t len)
{
    mvt->value.len = 0;
    write_bytes(&mvt->value, VALUE_TEXT, text, len);
    return mvt->value.failed ? 0 : append_value(mvt, mvt->value.data, mvt->value.len);
}

uint32_t geo_mvt_uint(struct geo_mvt *mvt, uint64_t value)
{
    mvt->value.len = 0;
    write_number(&mvt->value, VALUE_UINT, value);
    return find_value(mvt);
}

uint32_t geo_mvt_bool(struct geo_mvt *mvt, bool value)
{
    mvt->value.len = 0;
    write_number(&mvt->value, VALUE_BOOL, value);
    return find_value(mvt);
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

void geo_mvt_end_polygons(struct geo_mvt *mvt)
{
    if (mvt->geometry.len > 0)
        end_feature(mvt, TYPE_POLYGON);
}
