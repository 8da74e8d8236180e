/*
 * Writing FlatGeobuf 3: points with properties, and a packed R-tree by which a reader fetches only
 * what a box meets.
 *
 * A file is header, index (upper nodes, root first; then a leaf for each feature), features. It is
 * written the other way round: features and leaves as they come, into buffers of the caller's; then
 * the header, which says how many there are. Features in Hilbert order make a good index; any other
 * order makes a right one. Beside the features about 3 bytes of each are kept.
 *
 * Source: https://flatgeobuf.org, src/fbs/header.fbs and feature.fbs; tables are those of
 * FlatBuffers (https://flatbuffers.dev/internals).
 */
#ifndef ARO_GEO_FLATGEOBUF_H
#define ARO_GEO_FLATGEOBUF_H

#include <stdint.h>

#include "geo/buffer.h"

/** Numbers of header.fbs. */
enum geo_fgb_type {
    GEO_FGB_LONG = 7,
    GEO_FGB_DOUBLE = 10,
    GEO_FGB_STRING = 11,
    GEO_FGB_JSON = 12,
    GEO_FGB_DATETIME = 13, /* ISO 8601 */
};

struct geo_fgb_column {
    const char *name, *title;
    enum geo_fgb_type type;
};

/** A place in the file's coordinate reference system: x is longitude or easting. Plain value. */
struct geo_fgb_place {
    double x, y;
};

/* ---- Features ---- */

/**
 * Begins a feature; its properties follow, each at most once.
 *
 * @param place  NULL: it has no geometry
 * @return       what geo_fgb_end_feature() gets
 */
size_t geo_fgb_begin_feature(struct aro_buffer *out, const struct geo_fgb_place *place);
void geo_fgb_put_long(struct aro_buffer *out, uint16_t column, int64_t value);
void geo_fgb_put_double(struct aro_buffer *out, uint16_t column, double value);
/** Text, JSON, date: what is appended until geo_fgb_end_text(), which gets what this returns. */
size_t geo_fgb_begin_text(struct aro_buffer *out, uint16_t column);
void geo_fgb_end_text(struct aro_buffer *out, size_t begun);
/** @return  the feature's bytes; 0 where the buffer has failed */
size_t geo_fgb_end_feature(struct aro_buffer *out, size_t begun);

/* ---- The index ---- */

struct geo_fgb_box {
    double west, south, east, north; /* of what has no place: infinite, and turned inside out */
};

enum { GEO_FGB_NODE_ITEMS = 16, GEO_FGB_NODE_BYTES = 40, GEO_FGB_MAX_LEVELS = 16 };

/** Start from {0}; geo_fgb_index_clear() releases. */
struct geo_fgb_index {
    uint64_t n_features, feature_bytes;
    struct {
        struct geo_fgb_box *boxes;
        size_t n, capacity;
    } levels[GEO_FGB_MAX_LEVELS]; /* above the leaves, upwards */
};
void geo_fgb_index_clear(struct geo_fgb_index *index);

/** Appends the leaf of the next feature. @param place  NULL: it has none, and no box meets it */
bool geo_fgb_index_add(struct geo_fgb_index *index, const struct geo_fgb_place *place,
                       size_t feature_bytes, struct aro_buffer *out_leaves, struct aro_error *err);

/** How many nodes stand above the leaves; 0 without features: there is no index then. */
uint64_t geo_fgb_index_n_upper(const struct geo_fgb_index *index);
/** Appends upper nodes `first` to `end` - 1, of those that there are. */
void geo_fgb_index_write(const struct geo_fgb_index *index, uint64_t first, uint64_t end,
                         struct aro_buffer *out);

/* ---- The header ---- */

/** Borrowed for the call. */
struct geo_fgb_about {
    const char *name, *title;
    int32_t epsg; /* of the coordinate reference system */
    const struct geo_fgb_column *columns;
    size_t n_columns; /* below 65536 */
};

/** Appends what stands before the index. */
void geo_fgb_write_header(struct aro_buffer *out, const struct geo_fgb_about *about,
                          const struct geo_fgb_index *index);

#endif
