/*
 * Records: rows of named text fields, whatever the file they come from.
 *
 * A source reads CSV, GeoJSON or GeoJSONSeq, plain or gzip, in bounded memory (a GeoJSON document
 * is streamed feature by feature), and where areas are wanted a layer of a Shapefile or GeoPackage.
 * The column names are known after opening; a value is text with the place it came from, so that a
 * report can name line and column. Messages do not name the file: the caller has it.
 */
#ifndef ARO_SCHEMA_RECORD_H
#define ARO_SCHEMA_RECORD_H

#include <stdint.h>

#include "geo/coord.h"

/** Longest record, and longest CSV field, read; a longer one is ARO_TOO_LARGE. */
enum { SCHEMA_RECORD_MAX_BYTES = 4 << 20, SCHEMA_RECORD_MAX_FIELDS = 256 };

struct schema_field {
    const char *text; /* terminated; NULL where there is none: JSON null, "", empty CSV cell */
    size_t len;
    uint64_t line;   /* from 1; where the value begins */
    uint32_t column; /* from 1, in bytes; of the value in its CSV line, 0 in GeoJSON */
};

/** One record; borrowed until the next schema_source_next(). */
struct schema_record {
    uint64_t line; /* from 1; where the record begins */
    size_t n_fields;
    const struct schema_field *fields; /* fields[i] belongs to column i of the source */
    bool has_geometry;                 /* a GeoJSON Point geometry */
    double x, y;
    const struct json_t *shape; /* a GeoJSON geometry of any other type, not looked into; or NULL */
    const void *blob;           /* SpatiaLite's, of a layer's geometry of any kind; or NULL */
    size_t blob_len;
};

/** Owned by one thread. */
struct schema_source;

/**
 * @param path  a file; "-" reads standard input; the format is known by the name (.csv, .geojson,
 *              .json, .geojsonl, .geojsonseq, .ndjson, with .gz behind or not) and, where that says
 *              nothing, by the first bytes
 * @param err   ARO_NOT_FOUND, ARO_IO, ARO_BAD_INPUT: empty, not UTF-8, binary, no header, a column
 *              twice; with line and column where there are any
 */
struct schema_source *schema_source_open(const char *path, struct aro_error *err);

/**
 * A source of areas: also a Shapefile (.shp, with .shx, .dbf and .prj beside it) or GeoPackage
 * (.gpkg). The line of a layer's record is its number, from 1.
 *
 * @param layer  of a GeoPackage; NULL: the only one, or the one that is named as communes are
 */
struct schema_source *schema_source_open_areas(const char *path, const char *layer,
                                               struct aro_error *err);
void schema_source_close(struct schema_source *source);

/**
 * The columns: for CSV those of the header; for GeoJSON the properties in the order of first
 * sight, those of the first feature after opening; they may grow while reading. A Feature's own
 * "id" is column "id" unless it has a property of that name. Lists and objects of GeoJSON
 * properties come as compact JSON text.
 */
size_t schema_source_n_columns(const struct schema_source *source);
const char *schema_source_column(const struct schema_source *source, size_t i);

/** True for GeoJSON sources: lists are JSON; in CSV they are separated by "|". */
bool schema_source_is_json(const struct schema_source *source);

/**
 * The coordinate reference system that a file says its geometries are in (the "crs" member of
 * GeoJSON, the .prj of a Shapefile), as geo_transform_new() takes it; NULL for WGS 84, and for
 * GeoJSON that says nothing; "" for a layer that says nothing.
 */
const char *schema_source_crs(const struct schema_source *source);

/** What the user should know of how the file is read, as a sentence; NULL: nothing. */
const char *schema_source_note(const struct schema_source *source);

enum schema_next { SCHEMA_NEXT_RECORD, SCHEMA_NEXT_END, SCHEMA_NEXT_BAD, SCHEMA_NEXT_FAILED };

/**
 * @param out_record  written on RECORD; on BAD too, with its line and no fields
 * @return            BAD: this record is wrong (err says why, err.parameter the column), reading
 *                    can go on with err emptied; FAILED: the file cannot be read further (truncated
 *                    gzip, unclosed quote or JSON, a record too long, I/O); err names the line
 */
enum schema_next schema_source_next(struct schema_source *source,
                                    const struct schema_record **out_record, struct aro_error *err);

/** How far reading is, 0 to 1 by bytes of the file; -1 where the size is not known (a pipe). */
double schema_source_progress(const struct schema_source *source);

#endif
