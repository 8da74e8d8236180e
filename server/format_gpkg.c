/*
 * GeoPackage: written with SQLite to a file whose name is gone as soon as it is open, then sent.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/gpkg.h"
#include "server/format.h"
#include "server/spool.h"

struct gpkg {
    struct feature_reader *reader;
    const struct point_set *points;
    struct schema_gpkg *file;
    int fd;
    size_t first_column; /* behind the key */
    int64_t n_rows;
    struct aro_buffer texts; /* of the row at hand */
};

static void gpkg_free(void *state)
{
    struct gpkg *gpkg = state;
    if (!gpkg)
        return;
    schema_gpkg_free(gpkg->file);
    if (gpkg->fd >= 0)
        close(gpkg->fd);
    aro_buffer_clear(&gpkg->texts);
    free(gpkg);
}

/* ---- Beginning ---- */

static enum schema_gpkg_type type_of(enum property_type type)
{
    switch (type) {
    case PROPERTY_INTEGER:
        return SCHEMA_GPKG_INTEGER;
    case PROPERTY_NUMBER:
        return SCHEMA_GPKG_REAL;
    case PROPERTY_DATE:
        return SCHEMA_GPKG_DATE;
    case PROPERTY_INSTANT:
        return SCHEMA_GPKG_DATETIME;
    case PROPERTY_TEXTS:
    case PROPERTY_JSON:
        return SCHEMA_GPKG_JSON;
    case PROPERTY_TEXT:
    case PROPERTY_GEOMETRY:
        break;
    }
    return SCHEMA_GPKG_TEXT;
}

enum { EPSG_KNOWN = 4326 }; /* a GeoPackage knows it without being told */

static bool make_file(struct gpkg *gpkg, const struct format_about *about, const char *path,
                      struct aro_error *err)
{
    struct schema_gpkg_column described[FEATURE_MAX_COLUMNS];
    char last_change[32];
    size_t n;
    const struct feature_column *columns = feature_reader_columns(about->reader, &n);
    const struct collection *collection = feature_reader_items(about->reader)->collection;
    const struct crs *crs = feature_reader_crs(about->reader);
    struct geo_crs_about system = {0};
    if (crs->epsg != EPSG_KNOWN && !geo_crs_describe(crs->uri, &system, err))
        return false;
    for (size_t i = gpkg->first_column; i < n; i++)
        described[i - gpkg->first_column] = (struct schema_gpkg_column){
            columns[i].name, columns[i].member ? NULL : columns[i].property->title,
            type_of(columns[i].type)};
    format_last_change(about->snapshot, last_change);
    const struct schema_gpkg_about wanted = {
        .table = collection->id,
        .title = collection->title,
        .description = collection->description,
        .key = gpkg->first_column ? columns[0].name : "fid",
        .last_change = last_change,
        .epsg = crs->epsg,
        .crs_name = system.name,
        .crs_wkt = system.wkt,
        .columns = described,
        .n_columns = n - gpkg->first_column,
    };
    bool ok = schema_gpkg_new(path, &wanted, &gpkg->file, err);
    geo_crs_about_clear(&system);
    return ok;
}

static void *begin(const struct format_about *about, struct aro_error *err)
{
    char *path = NULL;
    struct gpkg *gpkg = calloc(1, sizeof *gpkg);
    if (!gpkg) {
        aro_error_no_memory(err);
        return NULL;
    }
    gpkg->reader = about->reader;
    gpkg->points =
        collection_points(feature_reader_items(about->reader)->collection, about->snapshot);
    gpkg->first_column = feature_reader_has_key(about->reader) ? 1 : 0;
    gpkg->fd = spool_open_named(about->temp_folder, &path, err);
    bool ok = gpkg->fd >= 0 && (!gpkg->first_column || feature_reader_by_key(gpkg->reader, err)) &&
              make_file(gpkg, about, path, err);
    if (path)
        unlink(path);
    free(path);
    if (ok)
        return gpkg;
    gpkg_free(gpkg);
    return NULL;
}

/* ---- Rows ---- */

/* GeoPackage wants thousandths of a second. */
static void write_instant(struct aro_buffer *out, struct schema_json_slice value)
{
    feature_value_text(out, value);
    bool is_whole = !out->failed && value.len == sizeof "\"2026-11-26T03:15:00Z\"" - 1;
    if (!is_whole)
        return;
    out->len--;
    aro_buffer_text(out, ".000Z");
}

static void put_value(struct gpkg *gpkg, size_t column, enum property_type type,
                      struct schema_json_slice value)
{
    size_t start = gpkg->texts.len;
    if (type == PROPERTY_INTEGER) {
        schema_gpkg_put_integer(gpkg->file, column, strtoll(value.text, NULL, 10));
        return;
    }
    if (type == PROPERTY_NUMBER) {
        schema_gpkg_put_real(gpkg->file, column, strtod(value.text, NULL));
        return;
    }
    if (type == PROPERTY_INSTANT)
        write_instant(&gpkg->texts, value);
    else
        feature_value_text(&gpkg->texts, value);
    schema_gpkg_put_text(gpkg->file, column, gpkg->texts.data + start, gpkg->texts.len - start);
}

/* All texts of a row stand in one block until it is added, which must then not move. */
static bool make_room(struct gpkg *gpkg, const struct schema_json_slice *values, size_t n,
                      struct aro_error *err)
{
    enum { INSTANT_BYTES = 8 };
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += values[i].len + INSTANT_BYTES;
    gpkg->texts.len = 0;
    return aro_buffer_reserve(&gpkg->texts, bytes) || aro_error_no_memory(err);
}

static bool write_row(void *state, const struct feature_row *row, struct aro_buffer *out,
                      struct aro_error *err)
{
    (void)out;
    struct gpkg *gpkg = state;
    size_t n;
    const struct feature_column *columns = feature_reader_columns(gpkg->reader, &n);
    const struct schema_json_slice *values = feature_reader_values(gpkg->reader, row);
    const struct schema_gpkg_place place = {row->x, row->y};
    int64_t key = gpkg->first_column ? gpkg->points->ids[row->position] : ++gpkg->n_rows;
    if (!make_room(gpkg, values, n, err))
        return false;
    for (size_t i = gpkg->first_column; i < n; i++)
        if (values[i].text)
            put_value(gpkg, i - gpkg->first_column, columns[i].type, values[i]);
    return schema_gpkg_add(gpkg->file, key, row->has_place ? &place : NULL, err);
}

static bool tail(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct gpkg *gpkg = state;
    if (!gpkg->file)
        return spool_read_some(gpkg->fd, out, out_end, err);
    bool ok = schema_gpkg_finish(gpkg->file, err);
    schema_gpkg_free(gpkg->file);
    gpkg->file = NULL;
    return ok;
}

const struct format_writer format_gpkg = {
    .format = FORMAT_GPKG,
    .ending = "gpkg",
    .begin = begin,
    .free = gpkg_free,
    .row = write_row,
    .tail = tail,
};
