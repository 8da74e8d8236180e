/*
 * Shapefiles come as SpatiaLite's virtual table over their three files, GeoPackages as the SQLite
 * databases that they are.
 *
 * Sources: ESRI, "Shapefile Technical Description", 1998; OGC GeoPackage 1.3 (12-128r17), sections
 * 1.1.3 and 2.1.
 */
#include "schema/layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "geo/buffer.h"
#include "schema/db.h"

enum { CRS_MAX_BYTES = 4096, NAME_MAX_BYTES = 128, LIST_MAX_BYTES = 300 };

struct schema_layer {
    struct schema_db *db;
    struct schema_stmt *stmt; /* the geometry as SpatiaLite's blob, then all columns */
    size_t n_columns;
    char *columns[SCHEMA_RECORD_MAX_FIELDS]; /* owned */
    int at[SCHEMA_RECORD_MAX_FIELDS];        /* column of the statement */
    struct schema_field fields[SCHEMA_RECORD_MAX_FIELDS];
    struct schema_record record;
    int64_t n_rows;
    bool is_wgs84;
    char crs[CRS_MAX_BYTES]; /* "" where the file does not say */
    char note[200];
};

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), ending_len = strlen(ending);
    return len > ending_len && strcasecmp(text + len - ending_len, ending) == 0;
}

bool schema_layer_is_named(const char *path)
{
    return ends_with(path, ".shp") || ends_with(path, ".gpkg");
}

void schema_layer_close(struct schema_layer *layer)
{
    if (!layer)
        return;
    schema_stmt_free(layer->stmt);
    schema_db_close(layer->db);
    for (size_t i = 0; i < layer->n_columns; i++)
        free(layer->columns[i]);
    free(layer);
}

/* A name or text between quotes of SQL, those in it doubled. */
static void put_quoted(struct aro_buffer *sql, const char *text, char quote)
{
    aro_buffer_char(sql, quote);
    for (const char *c = text; *c; c++) {
        if (*c == quote)
            aro_buffer_char(sql, quote);
        aro_buffer_char(sql, *c);
    }
    aro_buffer_char(sql, quote);
}

/* Prepares the layer's statement, and counts its rows. */
static bool prepare(struct schema_layer *layer, const char *geometry, const char *table,
                    struct aro_error *err)
{
    struct aro_buffer select = {0}, count = {0};
    aro_buffer_printf(&select, "SELECT %s, * FROM ", geometry);
    put_quoted(&select, table, '"');
    aro_buffer_text(&count, "SELECT count(*) FROM ");
    put_quoted(&count, table, '"');
    char *select_sql = aro_buffer_take_text(&select, err);
    char *count_sql = aro_buffer_take_text(&count, err);
    bool ok = select_sql && count_sql &&
              schema_db_integer(layer->db, count_sql, &layer->n_rows, err) &&
              schema_db_prepare(layer->db, select_sql, &layer->stmt, err);
    free(select_sql);
    free(count_sql);
    return ok;
}

/* @param hidden  names of columns that are no attributes; ends with NULL */
static bool name_columns(struct schema_layer *layer, const char *const *hidden,
                         struct aro_error *err)
{
    for (int at = 1; at < schema_stmt_n_columns(layer->stmt); at++) {
        const char *name = schema_stmt_column(layer->stmt, at);
        bool shown = true;
        for (size_t i = 0; hidden[i]; i++)
            shown = shown && strcasecmp(name, hidden[i]) != 0;
        if (!shown)
            continue;
        if (layer->n_columns == SCHEMA_RECORD_MAX_FIELDS)
            return aro_error_set(err, ARO_TOO_LARGE, "it has more than %d columns",
                                 SCHEMA_RECORD_MAX_FIELDS);
        char *copy = strdup(name);
        if (!copy)
            return aro_error_no_memory(err);
        layer->at[layer->n_columns] = at;
        layer->columns[layer->n_columns++] = copy;
    }
    return true;
}

/* ---- Shapefiles ---- */

/* Names the three files and the .prj: the path with another ending. */
static char *beside(const char *path, const char *ending, struct aro_error *err)
{
    struct aro_buffer name = {0};
    aro_buffer_append(&name, path, strlen(path) - strlen(".shp"));
    aro_buffer_text(&name, ending);
    return aro_buffer_take_text(&name, err);
}

/* Where a part is missing the virtual table is empty, without a word. */
static bool check_parts(const char *path, struct aro_error *err)
{
    static const char *const endings[] = {".shp", ".shx", ".dbf"};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof endings / sizeof *endings; i++) {
        char *part = beside(path, endings[i], err);
        ok = part && (access(part, R_OK) == 0 ||
                      aro_error_set(err, ARO_NOT_FOUND,
                                    "a Shapefile is three files, and '%s' cannot be read", part));
        free(part);
    }
    return ok;
}

static bool read_prj(struct schema_layer *layer, const char *path, struct aro_error *err)
{
    char *prj = beside(path, ".prj", err);
    FILE *file = prj ? fopen(prj, "re") : NULL;
    size_t len = file ? fread(layer->crs, 1, sizeof layer->crs - 1, file) : 0;
    layer->crs[len] = '\0';
    bool ok = prj != NULL;
    if (file && len == sizeof layer->crs - 1)
        ok = aro_error_set(err, ARO_BAD_INPUT, "its .prj is longer than %d bytes",
                           CRS_MAX_BYTES - 2);
    if (file)
        fclose(file);
    free(prj);
    return ok;
}

static bool open_shapefile(struct schema_layer *layer, const char *path, struct aro_error *err)
{
    static const char *const hidden[] = {"pkuid", "geometry", NULL};
    /* The module takes one pair of quotes off, and knows none within. */
    bool quoted = strchr(path, '\'') != NULL;
    if (quoted && strchr(path, '"'))
        return aro_error_set(err, ARO_BAD_INPUT, "the name has both kinds of quotes in it");
    char *stem = beside(path, "", err);
    struct aro_buffer sql = {0};
    if (stem)
        /* Codes are ASCII: of the encodings of .dbf files, one that takes any byte will do. */
        aro_buffer_printf(&sql,
                          "CREATE VIRTUAL TABLE shapes USING VirtualShape(%c%s%c, 'CP1252', 0)",
                          quoted ? '"' : '\'', stem, quoted ? '"' : '\'');
    char *text = stem ? aro_buffer_take_text(&sql, err) : NULL;
    bool ok = text && check_parts(path, err) && read_prj(layer, path, err) &&
              schema_db_open(":memory:", SCHEMA_DB_CREATE, &layer->db, err) &&
              schema_db_load_spatialite(layer->db, err) && schema_db_exec(layer->db, text, err) &&
              prepare(layer, "geometry", "shapes", err) && name_columns(layer, hidden, err);
    free(stem);
    free(text);
    return ok;
}

/* ---- GeoPackages ---- */

/* What a GeoPackage says of one of its layers. */
struct described {
    char table[NAME_MAX_BYTES], geometry[NAME_MAX_BYTES];
    char crs[CRS_MAX_BYTES];
    bool is_wgs84;
};

static bool check_magic(const char *path, struct aro_error *err)
{
    static const char magic[16] = "SQLite format 3";
    char head[sizeof magic];
    FILE *file = fopen(path, "re");
    if (!file)
        return aro_error_set(err, ARO_NOT_FOUND, "no such file, or it cannot be read");
    bool same =
        fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, magic, sizeof magic) == 0;
    fclose(file);
    return same || aro_error_set(err, ARO_BAD_INPUT, "is not a GeoPackage (not SQLite)");
}

static void describe_crs(struct schema_stmt *stmt, struct described *out)
{
    const char *organization = schema_stmt_text(stmt, 2), *definition = schema_stmt_text(stmt, 4);
    int64_t id = schema_stmt_integer(stmt, 3);
    bool is_epsg = organization && strcasecmp(organization, "EPSG") == 0;
    /* Longitude comes first in a GeoPackage, whatever the authority says (section 2.1.3.1.1). */
    out->is_wgs84 = is_epsg && id == 4326;
    if (is_epsg)
        snprintf(out->crs, sizeof out->crs, "EPSG:%lld", (long long)id);
    else if (organization && strcasecmp(organization, "NONE") != 0 && definition)
        snprintf(out->crs, sizeof out->crs, "%s", definition);
}

static bool is_wanted(const char *table, const char *wanted)
{
    if (wanted)
        return strcasecmp(table, wanted) == 0;
    return strcasecmp(table, "commune") == 0 || strcasecmp(table, "communes") == 0;
}

/* What was found while looking through the layers. */
struct choice {
    size_t n, n_wanted;
    char names[LIST_MAX_BYTES]; /* of all */
    size_t names_len;
};

static void look_at(struct choice *choice, struct schema_stmt *stmt, const char *wanted,
                    struct described *out)
{
    const char *table = schema_stmt_text(stmt, 0);
    bool fits = is_wanted(table, wanted);
    if (fits || (choice->n == 0 && !wanted)) {
        *out = (struct described){0};
        snprintf(out->table, sizeof out->table, "%s", table);
        snprintf(out->geometry, sizeof out->geometry, "%s", schema_stmt_text(stmt, 1));
        describe_crs(stmt, out);
    }
    size_t room = sizeof choice->names - choice->names_len;
    int added =
        snprintf(choice->names + choice->names_len, room, "%s%s", choice->n ? ", " : "", table);
    choice->names_len += added > 0 && (size_t)added < room ? (size_t)added : 0;
    choice->n_wanted += fits;
    choice->n++;
}

/* Finds the layer: the one that is wanted, the only one, or the one of communes. */
static bool choose(struct schema_layer *layer, const char *wanted, struct described *out,
                   struct aro_error *err)
{
    static const char sql[] =
        "SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id, "
        "s.definition FROM gpkg_contents AS c JOIN gpkg_geometry_columns AS g USING (table_name) "
        "JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE c.data_type = 'features' "
        "ORDER BY c.table_name";
    struct schema_stmt *stmt = NULL;
    struct choice choice = {0};
    enum schema_step step;
    if (!schema_db_prepare(layer->db, sql, &stmt, err))
        return aro_error_context(err, "is not a GeoPackage");
    while ((step = schema_stmt_step(stmt, err)) == SCHEMA_STEP_ROW)
        look_at(&choice, stmt, wanted, out);
    schema_stmt_free(stmt);
    if (step == SCHEMA_STEP_FAILED)
        return aro_error_context(err, "is not a GeoPackage");
    if (choice.n_wanted == 1 && choice.n > 1 && !wanted)
        snprintf(layer->note, sizeof layer->note,
                 "layer '%.60s' of %zu was read (--layer names another)", out->table, choice.n);
    if (choice.n_wanted == 1 || (choice.n == 1 && !wanted))
        return true;
    if (choice.n == 0)
        return aro_error_set(err, ARO_BAD_INPUT, "has no layer of features");
    return aro_error_set(err, ARO_BAD_INPUT, "%s; it has: %s",
                         wanted ? "has no layer of that name"
                                : "has several layers, name one with --layer",
                         choice.names);
}

static bool open_geopackage(struct schema_layer *layer, const char *path, const char *wanted,
                            struct aro_error *err)
{
    struct described found = {0};
    struct aro_buffer geometry = {0};
    if (!check_magic(path, err) || !schema_db_open(path, SCHEMA_DB_READ, &layer->db, err) ||
        !schema_db_load_spatialite(layer->db, err) || !choose(layer, wanted, &found, err))
        return false;
    const char *const hidden[] = {found.geometry, NULL};
    aro_buffer_text(&geometry, "GeomFromGPB(");
    put_quoted(&geometry, found.geometry, '"');
    aro_buffer_char(&geometry, ')');
    char *text = aro_buffer_take_text(&geometry, err);
    layer->is_wgs84 = found.is_wgs84;
    memcpy(layer->crs, found.crs, sizeof layer->crs);
    bool ok = text && prepare(layer, text, found.table, err) && name_columns(layer, hidden, err);
    free(text);
    return ok;
}

/* ---- Both ---- */

struct schema_layer *schema_layer_open(const char *path, const char *layer_name,
                                       struct aro_error *err)
{
    struct schema_layer *layer = calloc(1, sizeof *layer);
    if (!layer) {
        aro_error_no_memory(err);
        return NULL;
    }
    bool ok = ends_with(path, ".shp") ? open_shapefile(layer, path, err)
                                      : open_geopackage(layer, path, layer_name, err);
    if (ok)
        return layer;
    schema_layer_close(layer);
    return NULL;
}

const char *schema_layer_note(const struct schema_layer *layer)
{
    return *layer->note ? layer->note : NULL;
}

size_t schema_layer_n_columns(const struct schema_layer *layer)
{
    return layer->n_columns;
}

const char *schema_layer_column(const struct schema_layer *layer, size_t i)
{
    return layer->columns[i];
}

const char *schema_layer_crs(const struct schema_layer *layer)
{
    return layer->is_wgs84 ? NULL : layer->crs;
}

enum schema_next schema_layer_next(struct schema_layer *layer,
                                   const struct schema_record **out_record, struct aro_error *err)
{
    switch (schema_stmt_step(layer->stmt, err)) {
    case SCHEMA_STEP_DONE:
        return SCHEMA_NEXT_END;
    case SCHEMA_STEP_FAILED:
        return SCHEMA_NEXT_FAILED;
    case SCHEMA_STEP_ROW:
        break;
    }
    struct schema_record *record = &layer->record;
    record->line++;
    record->n_fields = layer->n_columns;
    record->fields = layer->fields;
    record->blob = schema_stmt_blob(layer->stmt, 0, &record->blob_len);
    for (size_t i = 0; i < layer->n_columns; i++) {
        struct schema_field *field = &layer->fields[i];
        *field = (struct schema_field){.text = schema_stmt_text(layer->stmt, layer->at[i]),
                                       .line = record->line};
        field->len = field->text ? strlen(field->text) : 0;
        field->text = field->len ? field->text : NULL;
    }
    *out_record = record;
    return SCHEMA_NEXT_RECORD;
}

double schema_layer_progress(const struct schema_layer *layer)
{
    return layer->n_rows > 0 ? (double)layer->record.line / (double)layer->n_rows : 1;
}
