#include "geo/flatgeobuf.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/array.h"

/* ---- Bytes: little-endian, as FlatBuffers has them ---- */

static void put_u16(struct aro_buffer *out, size_t value)
{
    uint16_t little = htole16((uint16_t)value);
    aro_buffer_append(out, &little, sizeof little);
}

static void put_u32(struct aro_buffer *out, size_t value)
{
    uint32_t little = htole32((uint32_t)value);
    aro_buffer_append(out, &little, sizeof little);
}

static void put_u64(struct aro_buffer *out, uint64_t value)
{
    value = htole64(value);
    aro_buffer_append(out, &value, sizeof value);
}

static void put_double(struct aro_buffer *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u64(out, bits);
}

/* Over zeros that stand there already. */
static void set_bytes(struct aro_buffer *out, size_t at, const void *bytes, size_t len)
{
    if (!out->failed)
        memcpy(out->data + at, bytes, len);
}

static void set_u32(struct aro_buffer *out, size_t at, size_t value)
{
    uint32_t little = htole32((uint32_t)value);
    set_bytes(out, at, &little, sizeof little);
}

static void put_zeros(struct aro_buffer *out, size_t n)
{
    static const char zeros[64];
    aro_buffer_append(out, zeros, n);
}

/* ---- FlatBuffers: a message of which nothing is behind what points to it ---- */

enum { MAX_FIELDS = 16 };

/* A message begins with its length; everything is aligned from there. */
static void align(struct aro_buffer *out, size_t start, size_t to, size_t before)
{
    put_zeros(out, (to - (out->len - start + before) % to) % to);
}

/* What is appended next is what the slot means. */
static void refer(struct aro_buffer *out, size_t slot)
{
    set_u32(out, slot, out->len - slot);
}

/*
 * Appends a table whose fields are zero, behind its vtable. The widest fields come first, from
 * where a number of 8 bytes is aligned.
 *
 * @param slot       what refers to it
 * @param widths     of n fields: 1, 2, 4 or 8 bytes; 0: the field is left out
 * @param out_slots  where the n fields stand
 */
static void put_table(struct aro_buffer *out, size_t start, size_t slot, const uint8_t *widths,
                      size_t n, size_t *out_slots)
{
    size_t vtable_bytes = 4 + 2 * n, table_bytes = 4;
    uint16_t offsets[MAX_FIELDS] = {0};
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t i = 0; i < n; i++)
            if (widths[i] == width) {
                offsets[i] = (uint16_t)table_bytes;
                table_bytes += width;
            }
    align(out, start, 8, vtable_bytes + 4);
    put_u16(out, vtable_bytes);
    put_u16(out, table_bytes);
    for (size_t i = 0; i < n; i++)
        put_u16(out, offsets[i]);
    for (size_t i = 0; i < n; i++)
        out_slots[i] = out->len + offsets[i];
    refer(out, slot);
    put_u32(out, vtable_bytes);
    put_zeros(out, table_bytes - 4);
}

static void put_string(struct aro_buffer *out, size_t start, size_t slot, const char *text)
{
    align(out, start, 4, 0);
    refer(out, slot);
    put_u32(out, strlen(text));
    aro_buffer_append(out, text, strlen(text) + 1);
}

/* ---- Features ---- */

/* The fixed part of a feature, from its length on: offsets of tables whose fields all have 4 bytes.
 * Coordinates stand 8-aligned. */
enum {
    FEATURE_VTABLE = 8,
    FEATURE = 16,
    GEOMETRY_VTABLE = 28,
    GEOMETRY = 36,
    XY = 44,
    PROPERTIES = 64,
};

static void put_geometry(struct aro_buffer *out, const struct geo_fgb_place *place)
{
    const uint16_t vtable[] = {8, 8, 0, 4}; /* no `ends`, then `xy` */
    for (size_t i = 0; i < 4; i++)
        put_u16(out, vtable[i]);
    put_u32(out, GEOMETRY - GEOMETRY_VTABLE);
    put_u32(out, XY - (GEOMETRY + 4));
    put_u32(out, 2);
    put_double(out, place->x);
    put_double(out, place->y);
}

size_t geo_fgb_begin_feature(struct aro_buffer *out, const struct geo_fgb_place *place)
{
    size_t start = out->len;
    size_t properties = place ? PROPERTIES : GEOMETRY_VTABLE;
    const uint16_t vtable[] = {8, 12, place ? 4 : 0, 8}; /* `geometry`, then `properties` */
    put_u32(out, 0);
    put_u32(out, FEATURE - 4);
    for (size_t i = 0; i < 4; i++)
        put_u16(out, vtable[i]);
    put_u32(out, FEATURE - FEATURE_VTABLE);
    put_u32(out, place ? GEOMETRY - (FEATURE + 4) : 0);
    put_u32(out, properties - (FEATURE + 8));
    if (place)
        put_geometry(out, place);
    put_u32(out, 0);
    return start;
}

void geo_fgb_put_long(struct aro_buffer *out, uint16_t column, int64_t value)
{
    put_u16(out, column);
    put_u64(out, (uint64_t)value);
}

void geo_fgb_put_double(struct aro_buffer *out, uint16_t column, double value)
{
    put_u16(out, column);
    put_double(out, value);
}

size_t geo_fgb_begin_text(struct aro_buffer *out, uint16_t column)
{
    put_u16(out, column);
    put_u32(out, 0);
    return out->len;
}

void geo_fgb_end_text(struct aro_buffer *out, size_t begun)
{
    set_u32(out, begun - 4, out->len - begun);
}

size_t geo_fgb_end_feature(struct aro_buffer *out, size_t begun)
{
    if (out->failed)
        return 0;
    bool has_place = out->data[begun + FEATURE_VTABLE + 4] != 0;
    size_t properties = begun + (has_place ? PROPERTIES : GEOMETRY_VTABLE);
    set_u32(out, properties, out->len - properties - 4);
    align(out, begun, 8, 0);
    set_u32(out, begun, out->len - begun - 4);
    return out->failed ? 0 : out->len - begun;
}

/* ---- The index ---- */

static const struct geo_fgb_box nowhere = {INFINITY, INFINITY, -INFINITY, -INFINITY};

void geo_fgb_index_clear(struct geo_fgb_index *index)
{
    for (size_t i = 0; i < GEO_FGB_MAX_LEVELS; i++)
        free(index->levels[i].boxes);
    *index = (struct geo_fgb_index){0};
}

static void extend(struct geo_fgb_box *box, const struct geo_fgb_place *place)
{
    box->west = fmin(box->west, place->x);
    box->south = fmin(box->south, place->y);
    box->east = fmax(box->east, place->x);
    box->north = fmax(box->north, place->y);
}

static void put_node(struct aro_buffer *out, const struct geo_fgb_box *box, uint64_t offset)
{
    put_double(out, box->west);
    put_double(out, box->south);
    put_double(out, box->east);
    put_double(out, box->north);
    put_u64(out, offset);
}

/* How many levels stand above n leaves: at least one. */
static size_t count_levels(uint64_t n)
{
    size_t n_levels = 0;
    do {
        n = (n + GEO_FGB_NODE_ITEMS - 1) / GEO_FGB_NODE_ITEMS;
        n_levels++;
    } while (n > 1);
    return n_levels;
}

/* Levels above the root are made when it gets a second node: they begin with what it held. */
static bool add_node(struct geo_fgb_index *index, size_t level, struct aro_error *err)
{
    struct geo_fgb_box *boxes = aro_array_grow(index->levels[level].boxes, index->levels[level].n,
                                               &index->levels[level].capacity, sizeof *boxes, err);
    if (!boxes)
        return false;
    bool is_new_root = level > 0 && index->levels[level].n == 0;
    index->levels[level].boxes = boxes;
    boxes[index->levels[level].n++] = is_new_root ? index->levels[level - 1].boxes[0] : nowhere;
    return true;
}

bool geo_fgb_index_add(struct geo_fgb_index *index, const struct geo_fgb_place *place,
                       size_t feature_bytes, struct aro_buffer *out_leaves, struct aro_error *err)
{
    uint64_t number = index->n_features;
    size_t n_levels = count_levels(number + 1);
    struct geo_fgb_box leaf = nowhere;
    if (place)
        extend(&leaf, place);
    for (size_t level = 0; level < n_levels; level++) {
        number /= GEO_FGB_NODE_ITEMS;
        if (number >= index->levels[level].n && !add_node(index, level, err))
            return false;
        if (place)
            extend(&index->levels[level].boxes[number], place);
    }
    put_node(out_leaves, &leaf, index->feature_bytes);
    index->n_features++;
    index->feature_bytes += feature_bytes;
    return true;
}

uint64_t geo_fgb_index_n_upper(const struct geo_fgb_index *index)
{
    uint64_t n = 0;
    for (size_t level = 0; level < GEO_FGB_MAX_LEVELS; level++)
        n += index->levels[level].n;
    return n;
}

void geo_fgb_index_write(const struct geo_fgb_index *index, uint64_t first, uint64_t end,
                         struct aro_buffer *out)
{
    uint64_t level_first = 0;
    size_t n_levels = index->n_features ? count_levels(index->n_features) : 0;
    for (size_t level = n_levels; level-- > 0;) {
        uint64_t below = level_first + index->levels[level].n; /* the level below begins there */
        for (size_t i = 0; i < index->levels[level].n; i++)
            if (level_first + i >= first && level_first + i < end)
                put_node(out, &index->levels[level].boxes[i], below + i * GEO_FGB_NODE_ITEMS);
        level_first = below;
    }
}

/* ---- The header ---- */

static void put_columns(struct aro_buffer *out, size_t start, size_t slot,
                        const struct geo_fgb_about *about)
{
    enum { NAME, TYPE, TITLE, N };
    align(out, start, 4, 0);
    refer(out, slot);
    put_u32(out, about->n_columns);
    size_t refs = out->len;
    for (size_t i = 0; i < about->n_columns; i++)
        put_u32(out, 0);
    for (size_t i = 0; i < about->n_columns; i++) {
        const struct geo_fgb_column *column = &about->columns[i];
        const uint8_t widths[N] = {4, 1, column->title ? 4 : 0};
        const unsigned char type = (unsigned char)column->type;
        size_t slots[N];
        put_table(out, start, refs + 4 * i, widths, N, slots);
        set_bytes(out, slots[TYPE], &type, 1);
        put_string(out, start, slots[NAME], column->name);
        if (column->title)
            put_string(out, start, slots[TITLE], column->title);
    }
}

static void put_crs(struct aro_buffer *out, size_t start, size_t slot, int32_t epsg)
{
    enum { ORG, CODE, N };
    static const uint8_t widths[N] = {4, 4};
    size_t slots[N];
    put_table(out, start, slot, widths, N, slots);
    set_u32(out, slots[CODE], (size_t)epsg);
    put_string(out, start, slots[ORG], "EPSG");
}

static void put_envelope(struct aro_buffer *out, size_t start, size_t slot,
                         const struct geo_fgb_box *box)
{
    align(out, start, 8, 4);
    refer(out, slot);
    put_u32(out, 4);
    put_double(out, box->west);
    put_double(out, box->south);
    put_double(out, box->east);
    put_double(out, box->north);
}

void geo_fgb_write_header(struct aro_buffer *out, const struct geo_fgb_about *about,
                          const struct geo_fgb_index *index)
{
    enum { NAME, ENVELOPE, TYPE, HAS_Z, HAS_M, HAS_T, HAS_TM, COLUMNS, COUNT, NODE, CRS, TITLE, N };
    static const unsigned char magic[] = {'f', 'g', 'b', 3, 'f', 'g', 'b', 1};
    static const unsigned char point = 1, no_index[2] = {0};
    size_t n_levels = index->n_features ? count_levels(index->n_features) : 0;
    const struct geo_fgb_box *all = n_levels ? index->levels[n_levels - 1].boxes : &nowhere;
    bool any = all->west <= all->east;
    const uint8_t widths[N] = {
        [NAME] = 4,  [ENVELOPE] = any ? 4 : 0,  [TYPE] = 1, [COLUMNS] = 4,
        [COUNT] = 8, [NODE] = n_levels ? 0 : 2, [CRS] = 4,  [TITLE] = 4,
    };
    const uint64_t count = htole64(index->n_features);
    size_t slots[N];
    aro_buffer_append(out, magic, sizeof magic);
    size_t start = out->len;
    put_zeros(out, 8);
    put_table(out, start, start + 4, widths, N, slots);
    set_bytes(out, slots[TYPE], &point, 1);
    set_bytes(out, slots[COUNT], &count, sizeof count);
    if (n_levels == 0)
        set_bytes(out, slots[NODE], no_index, sizeof no_index);
    put_string(out, start, slots[NAME], about->name);
    put_string(out, start, slots[TITLE], about->title);
    if (any)
        put_envelope(out, start, slots[ENVELOPE], all);
    put_columns(out, start, slots[COLUMNS], about);
    put_crs(out, start, slots[CRS], about->epsg);
    align(out, start, 8, 0);
    set_u32(out, start, out->len - start - 4);
}
