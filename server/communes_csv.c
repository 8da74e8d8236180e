/*
 * POST /communes/at: rows with lon and lat come in as CSV, and go out with the commune of each.
 *
 * Rows are looked up as they arrive and kept in a spool until the body has ended: what is in memory
 * is one window of the input and one of the output, however many there are.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/json.h"
#include "schema/charset.h"
#include "schema/csv.h"
#include "schema/csv_write.h"
#include "schema/rules.h"
#include "schema/sniff.h"
#include "server/handlers.h"
#include "server/response.h"
#include "server/spool.h"

/* Rows farther out at sea or abroad get no commune: a million of them would take minutes. */
static const double nearest_max_m = 200e3;

enum { SNIFF_BYTES = 64 << 10 };

enum appended { COMMUNE, NOM, EPCI, DEPARTEMENT, REGION, DISTANCE, STATUT, N_APPENDED };
static const char *const appended_names[N_APPENDED] = {
    [COMMUNE] = "commune",         [NOM] = "nom",       [EPCI] = "epci",
    [DEPARTEMENT] = "departement", [REGION] = "region", [DISTANCE] = "distance",
    [STATUT] = "statut",
};

struct lookup {
    const struct snapshot *snapshot; /* borrowed: the upload's */
    struct schema_input *input;
    struct schema_csv *csv; /* NULL until the header is there */
    size_t lon, lat;        /* columns */
    uint64_t n_rows, max_rows;
    bool is_over; /* nothing more can be read */
    struct spool out;
    struct geo_hits hits; /* room to work in */
};

static void lookup_free(void *state)
{
    struct lookup *lookup = state;
    schema_csv_close(lookup->csv);
    schema_input_close(lookup->input);
    spool_close(&lookup->out);
    geo_hits_clear(&lookup->hits);
    free(lookup);
}

static void *lookup_begin(const struct snapshot *snapshot, const struct settings *settings,
                          struct aro_error *err)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup) {
        aro_error_no_memory(err);
        return NULL;
    }
    lookup->snapshot = snapshot;
    lookup->max_rows = (uint64_t)settings->max_upload_rows;
    lookup->out.fd = -1;
    lookup->input = schema_input_fed(err);
    if (lookup->input && spool_open(&lookup->out, settings->temp_folder, err))
        return lookup;
    lookup_free(lookup);
    return NULL;
}

/* ---- Writing ---- */

static void write_cell(struct lookup *lookup, const char *text, size_t len)
{
    schema_csv_write(&lookup->out.buffer, schema_csv_separator(lookup->csv), text, len);
}

static void write_next_cell(struct lookup *lookup, const char *text)
{
    aro_buffer_char(&lookup->out.buffer, schema_csv_separator(lookup->csv));
    if (text)
        write_cell(lookup, text, strlen(text));
}

static void write_fields(struct lookup *lookup, const struct schema_field *fields, size_t n)
{
    size_t n_columns = schema_csv_n_columns(lookup->csv);
    for (size_t i = 0; i < n_columns; i++) {
        if (i > 0)
            aro_buffer_char(&lookup->out.buffer, schema_csv_separator(lookup->csv));
        if (i < n && fields[i].text)
            write_cell(lookup, fields[i].text, fields[i].len);
    }
}

static bool has_column(const struct lookup *lookup, const char *name)
{
    size_t n = schema_csv_n_columns(lookup->csv), i = 0;
    while (i < n && strcmp(schema_csv_column(lookup->csv, i), name) != 0)
        i++;
    return i < n;
}

/* A name that the file has already gets the program's behind it, and a number as long as it has
 * that too. */
static void write_appended_name(struct lookup *lookup, const char *name)
{
    char text[64];
    snprintf(text, sizeof text, "%s", name);
    for (unsigned i = 1; has_column(lookup, text); i++) {
        int len = snprintf(text, sizeof text, "%s_arobase", name);
        if (i > 1)
            snprintf(text + len, sizeof text - (size_t)len, "_%u", i);
    }
    write_next_cell(lookup, text);
}

static void write_header(struct lookup *lookup)
{
    struct aro_buffer *out = &lookup->out.buffer;
    size_t n = schema_csv_n_columns(lookup->csv);
    for (size_t i = 0; i < n; i++) {
        const char *name = schema_csv_column(lookup->csv, i);
        if (i > 0)
            aro_buffer_char(out, schema_csv_separator(lookup->csv));
        write_cell(lookup, name, strlen(name));
    }
    for (size_t column = 0; column < N_APPENDED; column++)
        write_appended_name(lookup, appended_names[column]);
    aro_buffer_text(out, "\r\n");
}

/* ---- One row ---- */

/* What is appended to a row. */
struct found {
    uint32_t commune; /* or SNAPSHOT_NONE */
    double distance_m;
    const char *statut;
};

static bool read_degrees(const struct lookup *lookup, const struct schema_field *fields,
                         size_t column, double *out_deg, struct aro_error *err)
{
    struct aro_error why = {0};
    const struct schema_field *field = &fields[column];
    const char *name = schema_csv_column(lookup->csv, column);
    if (!field->text)
        return aro_error_set(err, ARO_BAD_INPUT, "%s is missing", name);
    if (geo_number_parse(field->text, field->len, out_deg, &why))
        return true;
    return aro_error_set(err, ARO_BAD_INPUT, "%s '%.40s': a number with a decimal point was wanted",
                         name, field->text);
}

/* By contours; without any, by centres. */
static bool find_commune(struct lookup *lookup, struct geo_coord coord, struct found *out,
                         struct aro_error *err)
{
    const struct snapshot *snapshot = lookup->snapshot;
    const struct snapshot_contours *contours = &snapshot->contours;
    struct geo_hits *hits = &lookup->hits;
    uint32_t shape = geo_locator_find(contours->locator, coord);
    if (shape != GEO_LOCATE_NONE) {
        *out = (struct found){contours->communes[shape], 0, "ok"};
        return true;
    }
    bool by_contour = contours->n > 0;
    if (by_contour ? !geo_locator_nearest(contours->locator, coord, 1, nearest_max_m, hits, err)
                   : !geo_nearest(snapshot->communes.index, geo_coord_to_point(coord),
                                  nearest_max_m, 1, NULL, NULL, hits, err))
        return false;
    *out = (struct found){SNAPSHOT_NONE, NAN, "none"};
    if (hits->n > 0) {
        uint32_t position = hits->items[0].position;
        *out = (struct found){by_contour ? contours->communes[position] : position,
                              hits->items[0].distance_m, by_contour ? "nearest" : "centre"};
    }
    return true;
}

static const char *code_of(const struct snapshot_territory *territories, uint32_t number)
{
    return number == SNAPSHOT_NONE ? NULL : territories[number].code;
}

static void append_commune(struct lookup *lookup, uint32_t commune)
{
    const struct snapshot *snapshot = lookup->snapshot;
    const struct commune_columns *columns = &snapshot->commune;
    write_next_cell(lookup, columns->codes[commune]);
    write_next_cell(lookup, columns->noms[commune]);
    write_next_cell(lookup, code_of(snapshot->epcis, columns->epcis[commune]));
    write_next_cell(lookup, code_of(snapshot->departements, columns->departements[commune]));
    write_next_cell(lookup, code_of(snapshot->regions, columns->regions[commune]));
}

static void append_found(struct lookup *lookup, const struct found *found)
{
    bool is_found = found->commune != SNAPSHOT_NONE;
    if (is_found)
        append_commune(lookup, found->commune);
    for (int i = COMMUNE; i <= REGION && !is_found; i++)
        write_next_cell(lookup, NULL);
    write_next_cell(lookup, NULL);
    if (is_found)
        aro_json_number(&lookup->out.buffer, found->distance_m, 1);
    write_next_cell(lookup, found->statut);
    aro_buffer_text(&lookup->out.buffer, "\r\n");
}

/* What is wrong with a row is said in it. */
static void append_error(struct lookup *lookup, const struct aro_error *why)
{
    char text[sizeof why->message + 8];
    snprintf(text, sizeof text, "error: %s", why->message);
    append_found(lookup, &(struct found){SNAPSHOT_NONE, NAN, text});
}

static bool look_up(struct lookup *lookup, const struct schema_record *record,
                    struct aro_error *err)
{
    struct geo_point point;
    struct geo_coord coord;
    struct found found;
    struct aro_error why = {0};
    write_fields(lookup, record->fields, record->n_fields);
    if (!read_degrees(lookup, record->fields, lookup->lon, &point.lon_deg, &why) ||
        !read_degrees(lookup, record->fields, lookup->lat, &point.lat_deg, &why) ||
        !schema_rule_position(point, true, &coord, &why)) {
        append_error(lookup, &why);
        return true;
    }
    if (!find_commune(lookup, coord, &found, err))
        return false;
    append_found(lookup, &found);
    return true;
}

/* Bytes that are not UTF-8 go back as U+FFFD. */
static void write_bad_cell(struct lookup *lookup, const char *text, size_t len)
{
    struct aro_buffer clean = {0};
    while (len > 0) {
        size_t n = schema_charset_valid_len(text, len);
        aro_buffer_append(&clean, text, n);
        if (n < len) {
            aro_buffer_text(&clean, "\xEF\xBF\xBD");
            n++;
        }
        text += n;
        len -= n;
    }
    if (clean.len > 0)
        write_cell(lookup, clean.data, clean.len);
    lookup->out.buffer.failed |= clean.failed;
    aro_buffer_clear(&clean);
}

/* A row of too few or too many fields, or whose bytes are no text. */
static void pass_bad(struct lookup *lookup, const struct aro_error *why)
{
    size_t n = 0, n_columns = schema_csv_n_columns(lookup->csv);
    const struct schema_field *fields = schema_csv_bad_fields(lookup->csv, &n);
    for (size_t i = 0; i < n_columns; i++) {
        if (i > 0)
            aro_buffer_char(&lookup->out.buffer, schema_csv_separator(lookup->csv));
        if (i < n)
            write_bad_cell(lookup, fields[i].text, fields[i].len);
    }
    append_error(lookup, why);
}

/* ---- Reading ---- */

static bool find_column(struct lookup *lookup, const char *name, const char *long_name,
                        size_t *out_column, struct aro_error *err)
{
    size_t n = schema_csv_n_columns(lookup->csv);
    for (size_t i = 0; i < n; i++) {
        const char *column = schema_csv_column(lookup->csv, i);
        if (strcmp(column, name) == 0 || strcmp(column, long_name) == 0) {
            *out_column = i;
            return true;
        }
    }
    return aro_error_set(err, ARO_BAD_INPUT,
                         "no column '%s' (or '%s') in the header: wanted lon "
                         "and lat, in degrees",
                         name, long_name);
}

/* The header, once all of it is there; until then the reader is made anew. */
static bool read_header(struct lookup *lookup, bool at_end, struct aro_error *err)
{
    const struct schema_window *window = schema_input_window(lookup->input);
    enum schema_format format;
    struct aro_error why = {0};
    if (window->len < SNIFF_BYTES && !at_end)
        return true;
    if (window->len >= 2 && memcmp(window->data, "\x1F\x8B", 2) == 0)
        return aro_error_set(err, ARO_BAD_INPUT, "is gzip: send it unpacked");
    bool has_mark = window->len >= 3 && memcmp(window->data, "\xEF\xBB\xBF", 3) == 0;
    if (!schema_sniff(lookup->input, "body.csv", &format, err))
        return false;
    if (has_mark)
        aro_buffer_text(&lookup->out.buffer, "\xEF\xBB\xBF");
    lookup->csv = schema_csv_open(lookup->input, &why);
    if (!lookup->csv)
        return why.status == ARO_BUSY || aro_error_set(err, why.status, "%s", why.message);
    if (!find_column(lookup, "lon", "longitude", &lookup->lon, err) ||
        !find_column(lookup, "lat", "latitude", &lookup->lat, err))
        return false;
    write_header(lookup);
    return true;
}

/* Beyond a quote that is never closed or a row without end nothing can be told apart: the last row
 * says so. */
static bool stop_reading(struct lookup *lookup, const struct aro_error *why, struct aro_error *err)
{
    if (why->status != ARO_BAD_INPUT && why->status != ARO_TOO_LARGE)
        return aro_error_set(err, why->status, "%s", why->message);
    write_fields(lookup, NULL, 0);
    append_error(lookup, why);
    lookup->is_over = true;
    return true;
}

static bool read_row(struct lookup *lookup, bool *out_more, struct aro_error *err)
{
    const struct schema_record *record;
    struct aro_error why = {0};
    enum schema_next next = schema_csv_next(lookup->csv, &record, &why);
    *out_more = next == SCHEMA_NEXT_RECORD || next == SCHEMA_NEXT_BAD;
    if (next == SCHEMA_NEXT_FAILED)
        return why.status == ARO_BUSY || stop_reading(lookup, &why, err);
    if (!*out_more)
        return true;
    if (++lookup->n_rows > lookup->max_rows)
        return aro_error_set(err, ARO_TOO_LARGE, "more than %llu rows: send them in parts",
                             (unsigned long long)lookup->max_rows);
    if (next == SCHEMA_NEXT_BAD)
        pass_bad(lookup, &why);
    else if (!look_up(lookup, record, err))
        return false;
    return spool_settle(&lookup->out, err);
}

static bool read_rows(struct lookup *lookup, bool at_end, struct aro_error *err)
{
    if (!lookup->csv && !read_header(lookup, at_end, err))
        return aro_error_context(err, "the body");
    bool ok = true;
    for (bool more = lookup->csv && !lookup->is_over; ok && more;)
        ok = read_row(lookup, &more, err);
    return ok;
}

static bool lookup_take(void *state, const char *bytes, size_t len, struct aro_error *err)
{
    struct lookup *lookup = state;
    return lookup->is_over ||
           (schema_input_feed(lookup->input, bytes, len, err) && read_rows(lookup, false, err));
}

static bool lookup_answer(void *state, struct response *response, struct aro_error *err)
{
    struct lookup *lookup = state;
    int fd;
    uint64_t bytes;
    schema_input_feed_end(lookup->input);
    if ((!lookup->is_over && !read_rows(lookup, true, err)) ||
        !spool_take(&lookup->out, &fd, &bytes, err))
        return false;
    response_set_type(response, "text/csv; charset=utf-8");
    response_set_file(response, fd, bytes);
    return true;
}

const struct upload_handler upload_communes_at = {
    .summary = "The communes of many points: CSV with columns lon and lat, back with columns "
               "commune, nom, epci, departement, region, distance and statut",
    .type = "text/csv",
    .begin = lookup_begin,
    .take = lookup_take,
    .answer = lookup_answer,
    .free = lookup_free,
};
