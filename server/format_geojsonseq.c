/*
 * GeoJSON features one after another: as a text sequence (RFC 8142: each behind a record
 * separator), or one a line.
 */
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

static bool write_line(void *state, const struct feature_row *row, struct aro_buffer *out,
                       struct aro_error *err)
{
    const struct items_page *items = feature_reader_items(state);
    bool is_first = true; /* no comma before it */
    selection_write(&items->selection, items->texts, row, &is_first, out);
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
