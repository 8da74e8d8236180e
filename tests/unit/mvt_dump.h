/*
 * A vector tile as text, one line for each layer, feature and ring, to compare with: written from
 * the specification, apart from the encoder. Aborts on bytes that are no tile.
 */
#ifndef ARO_TESTS_MVT_DUMP_H
#define ARO_TESTS_MVT_DUMP_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "geo/buffer.h"

struct dump_bytes {
    const unsigned char *at, *end;
};

enum { DUMP_MAX_ITEMS = 1 << 14 };

struct dump_layer {
    struct dump_bytes name, keys[DUMP_MAX_ITEMS], values[DUMP_MAX_ITEMS];
    struct dump_bytes features[DUMP_MAX_ITEMS];
    size_t n_keys, n_values, n_features;
    uint64_t extent, version;
};

static inline uint64_t dump_varint(struct dump_bytes *bytes)
{
    uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
        assert(bytes->at < bytes->end && shift < 64);
        number |= (uint64_t)(*bytes->at & 0x7F) << shift;
        if (!(*bytes->at++ & 0x80))
            return number;
    }
}

static inline struct dump_bytes dump_length(struct dump_bytes *bytes)
{
    uint64_t len = dump_varint(bytes);
    assert(len <= (uint64_t)(bytes->end - bytes->at));
    struct dump_bytes part = {bytes->at, bytes->at + len};
    bytes->at += len;
    return part;
}

static inline void dump_text(struct aro_buffer *out, struct dump_bytes bytes)
{
    aro_buffer_append(out, bytes.at, (size_t)(bytes.end - bytes.at));
}

static inline void dump_value(struct aro_buffer *out, struct dump_bytes bytes)
{
    uint64_t tag = dump_varint(&bytes);
    if (tag == (1 << 3 | 2)) {
        aro_buffer_char(out, '"');
        dump_text(out, dump_length(&bytes));
        aro_buffer_char(out, '"');
    } else if (tag == 5 << 3) {
        aro_buffer_printf(out, "%llu", (unsigned long long)dump_varint(&bytes));
    } else {
        assert(tag == 7 << 3);
        aro_buffer_text(out, dump_varint(&bytes) ? "true" : "false");
    }
    assert(bytes.at == bytes.end);
}

static inline void dump_step(struct aro_buffer *out, struct dump_bytes *bytes, long pen[2])
{
    for (int i = 0; i < 2; i++) {
        uint64_t step = dump_varint(bytes);
        pen[i] += (long)(step >> 1) ^ -(long)(step & 1);
    }
    aro_buffer_printf(out, " %ld,%ld", pen[0], pen[1]);
}

static inline void dump_geometry(struct aro_buffer *out, struct dump_bytes bytes)
{
    long pen[2] = {0, 0};
    while (bytes.at < bytes.end) {
        uint64_t command = dump_varint(&bytes);
        aro_buffer_text(out, (command & 7) == 1 ? " M" : (command & 7) == 2 ? " L" : " Z");
        assert((command & 7) == 1 || (command & 7) == 2 || command == (1 << 3 | 7));
        for (uint64_t i = 0; (command & 7) != 7 && i < command >> 3; i++)
            dump_step(out, &bytes, pen);
    }
}

static inline void dump_feature(struct aro_buffer *out, const struct dump_layer *layer,
                                struct dump_bytes bytes)
{
    static const char *const types[] = {"unknown", "point", "line", "polygon"};
    uint64_t id = 0, type = 0;
    struct dump_bytes tags = {0}, geometry = {0};
    while (bytes.at < bytes.end) {
        uint64_t tag = dump_varint(&bytes);
        if (tag == 1 << 3)
            id = dump_varint(&bytes);
        else if (tag == (2 << 3 | 2))
            tags = dump_length(&bytes);
        else if (tag == 3 << 3)
            type = dump_varint(&bytes);
        else if (tag == (4 << 3 | 2))
            geometry = dump_length(&bytes);
        else
            abort();
    }
    assert(type < 4);
    aro_buffer_printf(out, " %llu %s", (unsigned long long)id, types[type]);
    dump_geometry(out, geometry);
    while (tags.at < tags.end) {
        uint64_t key = dump_varint(&tags), value = dump_varint(&tags);
        assert(key < layer->n_keys && value < layer->n_values);
        aro_buffer_char(out, ' ');
        dump_text(out, layer->keys[key]);
        aro_buffer_char(out, '=');
        dump_value(out, layer->values[value]);
    }
    aro_buffer_char(out, '\n');
}

static inline void dump_read_layer(struct dump_layer *layer, struct dump_bytes bytes)
{
    *layer = (struct dump_layer){0};
    while (bytes.at < bytes.end) {
        uint64_t tag = dump_varint(&bytes);
        assert(layer->n_features < DUMP_MAX_ITEMS && layer->n_keys < DUMP_MAX_ITEMS &&
               layer->n_values < DUMP_MAX_ITEMS);
        if (tag == (1 << 3 | 2))
            layer->name = dump_length(&bytes);
        else if (tag == (2 << 3 | 2))
            layer->features[layer->n_features++] = dump_length(&bytes);
        else if (tag == (3 << 3 | 2))
            layer->keys[layer->n_keys++] = dump_length(&bytes);
        else if (tag == (4 << 3 | 2))
            layer->values[layer->n_values++] = dump_length(&bytes);
        else if (tag == 5 << 3)
            layer->extent = dump_varint(&bytes);
        else if (tag == 15 << 3)
            layer->version = dump_varint(&bytes);
        else
            abort();
    }
}

/** Owned by the caller, who calls free(). */
static inline char *mvt_dump(const void *tile, size_t len)
{
    struct dump_bytes bytes = {tile, (const unsigned char *)tile + len};
    struct dump_layer *layer = malloc(sizeof *layer);
    struct aro_buffer out = {0};
    assert(layer);
    while (bytes.at < bytes.end) {
        uint64_t tag = dump_varint(&bytes);
        assert(tag == (3 << 3 | 2));
        dump_read_layer(layer, dump_length(&bytes));
        dump_text(&out, layer->name);
        aro_buffer_printf(&out, " v%u extent %u: %zu keys, %zu values\n", (unsigned)layer->version,
                          (unsigned)layer->extent, layer->n_keys, layer->n_values);
        for (size_t i = 0; i < layer->n_features; i++)
            dump_feature(&out, layer, layer->features[i]);
    }
    free(layer);
    return aro_buffer_take_text(&out, NULL);
}

#endif
