/*
 * GeoJSON features one after another: as a text sequence (RFC 8142: each behind a record
 * separator), or one a line.
 */
#include <math.h>
#include <stdlib.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/format.h"

/* Nothing is to be kept beside the reader. */
static void *begin(const struct format_about *about, struct aro_error *err)
{
    (void)err;
    return about->reader;
}

static void free_nothing(void *state)
{
    (void)state;
}

static void write_feature(const struct items_page *items, const struct feature_row *row,
                          struct aro_buffer *out)
{
    bool is_first = true;
    const struct geo_hit hit = {row->position, row->distance_m};
    const uint64_t *offsets = items->texts->offsets + row->position;
    if (selection_is_set(&items->selection))
        selection_write(&items->selection, items->texts, row->position, row->distance_m, &is_first,
                        out);
    else if (!isnan(row->distance_m))
        answer_hit(out, items->texts, &hit, &is_first);
    else
        aro_buffer_append(out, items->texts->block + offsets[0] + 1, offsets[1] - offsets[0] - 1);
}

static bool write_line(void *state, const struct feature_row *row, struct aro_buffer *out,
                       struct aro_error *err)
{
    write_feature(feature_reader_items(state), row, out);
    aro_buffer_char(out, '\n');
    return aro_buffer_ok(out, err);
}

static bool write_record(void *state, const struct feature_row *row, struct aro_buffer *out,
                         struct aro_error *err)
{
    aro_buffer_char(out, '\x1E');
    return write_line(state, row, out, err);
}

static bool tail(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    (void)state;
    (void)out;
    (void)err;
    *out_end = true;
    return true;
}

const struct format_writer format_geojsonseq = {
    .format = FORMAT_GEOJSONSEQ,
    .ending = "geojsonseq",
    .begin = begin,
    .free = free_nothing,
    .row = write_record,
    .tail = tail,
};

const struct format_writer format_geojsonl = {
    .format = FORMAT_GEOJSONL,
    .ending = "geojsonl",
    .begin = begin,
    .free = free_nothing,
    .row = write_line,
    .tail = tail,
};

/* ---- One document ---- */

struct document {
    struct feature_reader *reader;
    bool has_any;
};

static void *begin_document(const struct format_about *about, struct aro_error *err)
{
    struct document *document = calloc(1, sizeof *document);
    if (document)
        document->reader = about->reader;
    else
        aro_error_no_memory(err);
    return document;
}

static void write_before(struct document *document, struct aro_buffer *out)
{
    aro_buffer_text(out,
                    document->has_any ? ",\n" : "{\"type\":\"FeatureCollection\",\"features\":[\n");
    document->has_any = true;
}

static bool write_member(void *state, const struct feature_row *row, struct aro_buffer *out,
                         struct aro_error *err)
{
    struct document *document = state;
    write_before(document, out);
    write_feature(feature_reader_items(document->reader), row, out);
    return aro_buffer_ok(out, err);
}

static bool end_document(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct document *document = state;
    if (!document->has_any)
        write_before(document, out);
    aro_buffer_text(out, "\n]}\n");
    *out_end = true;
    return aro_buffer_ok(out, err);
}

const struct format_writer format_geojson = {
    .format = FORMAT_GEOJSON,
    .ending = "geojson",
    .begin = begin_document,
    .free = free,
    .row = write_member,
    .tail = end_document,
};
