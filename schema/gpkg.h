/*
 * Writing GeoPackage 1.3: one layer of points in an SQLite file, with its spatial index and what
 * its columns are called, as QGIS and GDAL read it.
 *
 * The file is made once, by one thread, and nobody sees it before it is finished. Rows go in as
 * they come; what is in memory does not grow with them. The same rows give the same bytes.
 *
 * Source: OGC 12-128r17, GeoPackage Encoding Standard 1.3.
 */
#ifndef ARO_SCHEMA_GPKG_H
#define ARO_SCHEMA_GPKG_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

enum schema_gpkg_type {
    SCHEMA_GPKG_INTEGER,
    SCHEMA_GPKG_REAL,
    SCHEMA_GPKG_TEXT,
    SCHEMA_GPKG_JSON,     /* text, said to be JSON */
    SCHEMA_GPKG_DATE,     /* "2026-11-26" */
    SCHEMA_GPKG_DATETIME, /* "2026-11-26T03:15:00.000Z" */
};

struct schema_gpkg_column {
    const char *name;  /* lower case letters, digits and "_": a name of ours */
    const char *title; /* NULL: none */
    enum schema_gpkg_type type;
};

/** Borrowed for the call. */
struct schema_gpkg_about {
    const char *table, *title, *description; /* the table's name as those of columns */
    const char *key;                         /* name of the column of row numbers */
    const char *last_change;                 /* "2026-11-26T03:15:00.000Z" */
    int32_t epsg;                            /* of the coordinate reference system */
    const char *crs_name, *crs_wkt; /* as OGC 01-009 writes it; NULL for 4326, which is known */
    const struct schema_gpkg_column *columns;
    size_t n_columns;
};

/** A file while it is written. Owned by one thread. */
struct schema_gpkg;

/**
 * Begins a file.
 *
 * @param path      an empty file, or none; may be unlinked as soon as this returns
 * @param out_gpkg  owned by the caller, who calls schema_gpkg_free()
 * @param err       ARO_IO, ARO_NO_MEMORY
 */
bool schema_gpkg_new(const char *path, const struct schema_gpkg_about *about,
                     struct schema_gpkg **out_gpkg, struct aro_error *err);
void schema_gpkg_free(struct schema_gpkg *gpkg);

/* Values of the next row, by column; those not put are NULL. Texts are borrowed until the row is
 * added. */
void schema_gpkg_put_integer(struct schema_gpkg *gpkg, size_t column, int64_t value);
void schema_gpkg_put_real(struct schema_gpkg *gpkg, size_t column, double value);
void schema_gpkg_put_text(struct schema_gpkg *gpkg, size_t column, const char *text, size_t len);

/** A place in the file's coordinate reference system: x is longitude or easting. Plain value. */
struct schema_gpkg_place {
    double x, y;
};

/**
 * Adds the row.
 *
 * @param key    of this row alone
 * @param place  NULL: it has no geometry
 */
bool schema_gpkg_add(struct schema_gpkg *gpkg, int64_t key, const struct schema_gpkg_place *place,
                     struct aro_error *err);

/** Writes all that is left: the file is whole then, though perhaps not on disk. */
bool schema_gpkg_finish(struct schema_gpkg *gpkg, struct aro_error *err);

#endif
