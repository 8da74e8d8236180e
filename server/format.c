#include "server/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct format_writer *const writers[] = {
    &format_csv, &format_geojson, &format_geojsonseq, &format_geojsonl, &format_fgb, &format_gpkg,
};
enum { N_WRITERS = sizeof writers / sizeof *writers };

const struct format_writer *format_writer_of(enum format format)
{
    for (size_t i = 0; i < N_WRITERS; i++)
        if (writers[i]->format == format)
            return writers[i];
    return NULL;
}

const struct format_writer *format_writer_ending(const char *ending)
{
    for (size_t i = 0; i < N_WRITERS; i++)
        if (strcmp(writers[i]->ending, ending) == 0)
            return writers[i];
    return NULL;
}

void format_last_change(const struct snapshot *snapshot, char out_text[32])
{
    const char *known = snapshot->last_change;
    snprintf(out_text, 32, "%.19s.000Z", *known ? known : "1970-01-01T00:00:00");
}

/* ---- One file ---- */

/* Some milliseconds of work, or some tens of kilobytes. */
enum { PULL_ROWS = 256, PULL_BYTES = 64 << 10 };

struct file {
    const struct format_writer *writer;
    struct feature_reader *reader;
    void *state;         /* the writer's */
    size_t n_written, n; /* rows */
    bool is_behind_rows;
};

static bool pull(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct file *file = state;
    struct feature_row row;
    size_t end = out->len + PULL_BYTES;
    if (file->is_behind_rows)
        return file->writer->tail(file->state, out, out_end, err);
    for (int n = 0; n < PULL_ROWS && out->len < end; n++) {
        if (!feature_reader_next(file->reader, &row)) {
            file->is_behind_rows = true;
            break;
        }
        if (!file->writer->row(file->state, &row, out, err))
            return false;
        file->n_written++;
    }
    return true;
}

double format_progress(const struct stream_source *source)
{
    const struct file *file = source->state;
    return file->n ? (double)file->n_written / (double)file->n : 1;
}

static void file_free(void *state)
{
    struct file *file = state;
    if (!file)
        return;
    if (file->state)
        file->writer->free(file->state);
    feature_reader_free(file->reader);
    free(file);
}

bool format_open(const struct format_writer *writer, const struct format_about *about,
                 struct items_page *items, struct stream_source *out, struct aro_error *err)
{
    struct format_about known = *about;
    struct file *file = calloc(1, sizeof *file);
    if (!file)
        return aro_error_no_memory(err);
    file->writer = writer;
    file->n = items->page.n_returned;
    file->reader = known.reader = feature_reader_new(about->snapshot, items, err);
    file->state = file->reader ? writer->begin(&known, err) : NULL;
    if (!file->state) {
        file_free(file);
        return false;
    }
    *out = (struct stream_source){file, pull, file_free};
    return true;
}
