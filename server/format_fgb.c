/*
 * FlatGeobuf: features and the leaves of their index go to two files without names while they come;
 * the header and the index's other nodes, which stand before them, are known in the end.
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "geo/flatgeobuf.h"
#include "server/format.h"
#include "server/spool.h"

enum part { HEADER, NODES, LEAVES, FEATURES };

struct fgb {
    struct feature_reader *reader;
    struct spool features, leaves;
    struct geo_fgb_index index;
    enum part part; /* of the tail: what comes next */
    uint64_t next_node;
    int leaves_fd, features_fd; /* once they are to be read; -1 before */
};

static void fgb_free(void *state)
{
    struct fgb *fgb = state;
    if (!fgb)
        return;
    spool_close(&fgb->features);
    spool_close(&fgb->leaves);
    if (fgb->leaves_fd >= 0)
        close(fgb->leaves_fd);
    if (fgb->features_fd >= 0)
        close(fgb->features_fd);
    geo_fgb_index_clear(&fgb->index);
    free(fgb);
}

static void *begin(const struct format_about *about, struct aro_error *err)
{
    struct fgb *fgb = calloc(1, sizeof *fgb);
    if (!fgb) {
        aro_error_no_memory(err);
        return NULL;
    }
    *fgb = (struct fgb){.reader = about->reader,
                        .features.fd = -1,
                        .leaves.fd = -1,
                        .leaves_fd = -1,
                        .features_fd = -1};
    if (spool_open(&fgb->features, about->temp_folder, err) &&
        spool_open(&fgb->leaves, about->temp_folder, err))
        return fgb;
    fgb_free(fgb);
    return NULL;
}

/* ---- Rows ---- */

static void put_value(struct aro_buffer *out, size_t column, enum property_type type,
                      struct schema_json_slice value)
{
    if (type == PROPERTY_INTEGER) {
        geo_fgb_put_long(out, (uint16_t)column, strtoll(value.text, NULL, 10));
    } else if (type == PROPERTY_NUMBER) {
        geo_fgb_put_double(out, (uint16_t)column, strtod(value.text, NULL));
    } else {
        size_t text = geo_fgb_begin_text(out, (uint16_t)column);
        feature_value_text(out, value);
        geo_fgb_end_text(out, text);
    }
}

static bool write_row(void *state, const struct feature_row *row, struct aro_buffer *out,
                      struct aro_error *err)
{
    (void)out;
    struct fgb *fgb = state;
    size_t n;
    const struct feature_column *columns = feature_reader_columns(fgb->reader, &n);
    const struct schema_json_slice *values = feature_reader_values(fgb->reader, row);
    const struct geo_fgb_place place = {row->x, row->y};
    const struct geo_fgb_place *at = row->has_place ? &place : NULL;
    struct aro_buffer *features = &fgb->features.buffer;
    size_t begun = geo_fgb_begin_feature(features, at);
    for (size_t i = 0; i < n; i++)
        if (values[i].text)
            put_value(features, i, columns[i].type, values[i]);
    size_t bytes = geo_fgb_end_feature(features, begun);
    return geo_fgb_index_add(&fgb->index, at, bytes, &fgb->leaves.buffer, err) &&
           spool_settle(&fgb->features, err) && spool_settle(&fgb->leaves, err);
}

/* ---- The file, once all rows are there ---- */

static enum geo_fgb_type type_of(enum property_type type)
{
    switch (type) {
    case PROPERTY_INTEGER:
        return GEO_FGB_LONG;
    case PROPERTY_NUMBER:
        return GEO_FGB_DOUBLE;
    case PROPERTY_DATE:
    case PROPERTY_INSTANT:
        return GEO_FGB_DATETIME;
    case PROPERTY_TEXTS:
    case PROPERTY_JSON:
        return GEO_FGB_JSON;
    case PROPERTY_TEXT:
    case PROPERTY_GEOMETRY:
        break;
    }
    return GEO_FGB_STRING;
}

static void write_header(const struct fgb *fgb, struct aro_buffer *out)
{
    struct geo_fgb_column described[FEATURE_MAX_COLUMNS];
    size_t n;
    const struct feature_column *columns = feature_reader_columns(fgb->reader, &n);
    const struct collection *collection = feature_reader_items(fgb->reader)->collection;
    for (size_t i = 0; i < n; i++)
        described[i] = (struct geo_fgb_column){
            columns[i].name, columns[i].member ? NULL : columns[i].property->title,
            type_of(columns[i].type)};
    const struct geo_fgb_about about = {
        .name = collection->id,
        .title = collection->title,
        .epsg = feature_reader_crs(fgb->reader)->epsg,
        .columns = described,
        .n_columns = n,
    };
    geo_fgb_write_header(out, &about, &fgb->index);
}

static bool write_nodes(struct fgb *fgb, struct aro_buffer *out)
{
    enum { AT_ONCE = 1024 };
    uint64_t first = fgb->next_node;
    fgb->next_node += AT_ONCE;
    geo_fgb_index_write(&fgb->index, first, fgb->next_node, out);
    return fgb->next_node >= geo_fgb_index_n_upper(&fgb->index);
}

static bool tail(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct fgb *fgb = state;
    uint64_t bytes;
    bool ok = true, at_end = true;
    switch (fgb->part) {
    case HEADER:
        ok = spool_take(&fgb->leaves, &fgb->leaves_fd, &bytes, err) &&
             spool_take(&fgb->features, &fgb->features_fd, &bytes, err);
        if (ok)
            write_header(fgb, out);
        break;
    case NODES:
        at_end = write_nodes(fgb, out);
        break;
    case LEAVES:
        ok = spool_read_some(fgb->leaves_fd, out, &at_end, err);
        break;
    case FEATURES:
        ok = spool_read_some(fgb->features_fd, out, &at_end, err);
        *out_end = at_end;
        break;
    }
    if (at_end && fgb->part < FEATURES)
        fgb->part++;
    return ok;
}

const struct format_writer format_fgb = {
    .format = FORMAT_FGB,
    .ending = "fgb",
    .begin = begin,
    .free = fgb_free,
    .row = write_row,
    .tail = tail,
};
