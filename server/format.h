/*
 * File formats: how the features of a page are written one after another, to whoever takes bytes (a
 * response that streams, a file of `arobase export`).
 *
 * A writer appends to a buffer, some features at a time; what it must know before its first byte
 * (an index) it keeps in a file without a name until then. What is in memory does not grow with
 * the number of features, or by a few bytes of each.
 */
#ifndef ARO_SERVER_FORMAT_H
#define ARO_SERVER_FORMAT_H

#include "server/feature_read.h"

/** How CSV looks: for a spreadsheet, for a double click in Excel, for programs. */
enum csv_dialect { CSV_SPREADSHEET, CSV_EXCEL, CSV_RFC4180 };

/** What a file says of itself. Borrowed for the call; the reader for as long as the writer. */
struct format_about {
    struct feature_reader *reader; /* format_open() makes it */
    const struct snapshot *snapshot;
    const struct request *request; /* NULL: none, for a file of `arobase export` */
    enum csv_dialect dialect;
    const char *temp_folder; /* or NULL: see spool_open() */
};

/** One format. Functions fail with ARO_IO or ARO_NO_MEMORY. */
struct format_writer {
    enum format format;
    const char *ending; /* of a file's name: "csv" */
    /** @return  what the others get; the page stands in the reader */
    void *(*begin)(const struct format_about *about, struct aro_error *err);
    void (*free)(void *state);
    bool (*row)(void *state, const struct feature_row *row, struct aro_buffer *out,
                struct aro_error *err);
    /** Called until it sets out_end; each time some of what stands behind the last row, or of all
     * the file where the rows come last. */
    bool (*tail)(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err);
};
extern const struct format_writer format_csv, format_geojson, format_geojsonseq, format_geojsonl,
    format_fgb, format_gpkg;

/** The writer of a format, or of an ending ("csv", "geojsonseq"); NULL where there is none. */
const struct format_writer *format_writer_of(enum format format);
const struct format_writer *format_writer_ending(const char *ending);

/**
 * A source of the whole file.
 *
 * @param about    without a reader
 * @param items    its page and counts are taken, on failure too
 * @param out      what response_set_source() takes, or else whoever calls its pull and free;
 *                 borrows the snapshot
 */
bool format_open(const struct format_writer *writer, const struct format_about *about,
                 struct items_page *items, struct stream_source *out, struct aro_error *err);

/** How far a file of format_open() is, 0 to 1. */
double format_progress(const struct stream_source *source);

/** Reads `dialect`: NULL is CSV_SPREADSHEET. ARO_BAD_INPUT for parameter `dialect`. */
bool format_dialect_parse(const char *text, enum csv_dialect *out_dialect, struct aro_error *err);

/** What an answer of GeoJSON has before its features, and behind them. */
void format_geojson_head(const struct items_page *items, struct aro_buffer *out);
void format_geojson_behind(const struct request *request, const struct items_page *items,
                           struct aro_buffer *out);

/** The newest change of the data as "2026-11-26T03:15:00.000Z"; where there is none, of 1970. */
void format_last_change(const struct snapshot *snapshot, char out_text[32]);

#endif
