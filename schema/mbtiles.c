#include "schema/mbtiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/aside.h"
#include "schema/db.h"
#include "schema/keymap.h"
#include "schema/tileset_inside.h"

struct schema_mbtiles {
    struct schema_aside aside;
    struct schema_db *db;
    struct schema_stmt *put_content, *get_content, *put_place;
    struct schema_keymap seen; /* tileset_key() of a content: its number */
    uint32_t n_contents;
};

/*
 * Nobody sees the file before it is whole, and what is not whole is removed: no journal, and one
 * fsync in the end. The application id is "MPBX", SQLite's for MBTiles (its magic.txt).
 */
static const char MAKE[] =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA application_id=0x4d504258;"
    "CREATE TABLE metadata (name text, value text);"
    "CREATE UNIQUE INDEX name ON metadata (name);"
    "CREATE TABLE images (tile_id integer PRIMARY KEY, tile_data blob NOT NULL);"
    "CREATE TABLE map (zoom_level integer NOT NULL, tile_column integer NOT NULL,"
    " tile_row integer NOT NULL, tile_id integer NOT NULL REFERENCES images,"
    " PRIMARY KEY (zoom_level, tile_column, tile_row));"
    "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data"
    " FROM map JOIN images USING (tile_id);";

/* ---- Metadata ---- */

static bool put_metadata(struct schema_stmt *stmt, const char *name, const char *value,
                         struct aro_error *err)
{
    schema_stmt_bind_text(stmt, 1, name);
    schema_stmt_bind_text(stmt, 2, value);
    return schema_stmt_run(stmt, err);
}

static bool put_texts(struct schema_stmt *stmt, const struct schema_tileset *about,
                      const char *json, struct aro_error *err)
{
    const struct geo_bbox *box = &about->bounds;
    char bounds[100], center[80], min_zoom[8], max_zoom[8];
    snprintf(bounds, sizeof bounds, "%.7f,%.7f,%.7f,%.7f", box->west_deg, box->south_deg,
             box->east_deg, box->north_deg);
    snprintf(center, sizeof center, "%.7f,%.7f,%u", about->center.lon_deg, about->center.lat_deg,
             about->center_zoom);
    snprintf(min_zoom, sizeof min_zoom, "%u", about->min_zoom);
    snprintf(max_zoom, sizeof max_zoom, "%u", about->max_zoom);
    const char *const rows[][2] = {
        {"name", about->name},
        {"format", "pbf"}, /* what GDAL, MapLibre's tools and tile servers know best */
        {"bounds", bounds},
        {"center", center},
        {"minzoom", min_zoom},
        {"maxzoom", max_zoom},
        {"attribution", about->attribution},
        {"description", about->description},
        {"type", "overlay"},
        {"scheme", "tms"},
        {"json", json},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++)
        ok = !*rows[i][1] || put_metadata(stmt, rows[i][0], rows[i][1], err);
    return ok;
}

static bool write_metadata(struct schema_db *db, const struct schema_tileset *about,
                           struct aro_error *err)
{
    struct schema_stmt *stmt = NULL;
    struct aro_buffer json = {0};
    tileset_write_layers(about, &json);
    aro_buffer_char(&json, '\0');
    bool ok = aro_buffer_ok(&json, err) &&
              schema_db_prepare(db, "INSERT INTO metadata VALUES (?1, ?2)", &stmt, err) &&
              put_texts(stmt, about, json.data, err);
    schema_stmt_free(stmt);
    aro_buffer_clear(&json);
    return ok;
}

/* ---- Beginning and end ---- */

static void close_db(struct schema_mbtiles *file)
{
    schema_stmt_free(file->put_content);
    schema_stmt_free(file->get_content);
    schema_stmt_free(file->put_place);
    file->put_content = file->get_content = file->put_place = NULL;
    schema_db_close(file->db);
    file->db = NULL;
}

void schema_mbtiles_free(struct schema_mbtiles *file)
{
    if (!file)
        return;
    close_db(file);
    schema_aside_clear(&file->aside);
    schema_keymap_clear(&file->seen);
    free(file);
}

static bool begin(struct schema_mbtiles *file, const struct schema_tileset *about,
                  struct aro_error *err)
{
    return schema_db_open(file->aside.path, SCHEMA_DB_CREATE, &file->db, err) &&
           schema_db_exec(file->db, MAKE, err) && schema_db_begin_write(file->db, err) &&
           write_metadata(file->db, about, err) &&
           schema_db_prepare(file->db, "INSERT INTO images VALUES (?1, ?2)", &file->put_content,
                             err) &&
           schema_db_prepare(file->db, "SELECT tile_data FROM images WHERE tile_id = ?1",
                             &file->get_content, err) &&
           schema_db_prepare(file->db, "INSERT INTO map VALUES (?1, ?2, ?3, ?4)", &file->put_place,
                             err);
}

bool schema_mbtiles_new(const char *target, bool replace, const struct schema_tileset *about,
                        struct schema_mbtiles **out_file, struct aro_error *err)
{
    struct schema_mbtiles *file = calloc(1, sizeof *file);
    if (!file)
        return aro_error_no_memory(err);
    if (!schema_aside_begin(&file->aside, target, replace, err) || !begin(file, about, err)) {
        schema_mbtiles_free(file);
        return false;
    }
    *out_file = file;
    return true;
}

bool schema_mbtiles_finish(struct schema_mbtiles *file, struct aro_error *err)
{
    bool ok = schema_db_commit(file->db, err);
    close_db(file);
    return ok && schema_aside_finish(&file->aside, err);
}

/* ---- Tiles ---- */

static bool is_same(struct schema_mbtiles *file, uint32_t number, const void *bytes, size_t len,
                    bool *out_same, struct aro_error *err)
{
    schema_stmt_bind_integer(file->get_content, 1, number);
    if (schema_stmt_step(file->get_content, err) != SCHEMA_STEP_ROW)
        return false;
    size_t stored_len;
    const void *stored = schema_stmt_blob(file->get_content, 0, &stored_len);
    *out_same = stored_len == len && memcmp(stored, bytes, len) == 0;
    schema_stmt_reset(file->get_content);
    return true;
}

static bool put_content(struct schema_mbtiles *file, uint32_t number, const void *bytes, size_t len,
                        struct aro_error *err)
{
    schema_stmt_bind_integer(file->put_content, 1, number);
    schema_stmt_bind_blob(file->put_content, 2, bytes, len);
    return schema_stmt_run(file->put_content, err);
}

/* The number of a content, stored now or before. */
static bool number_content(struct schema_mbtiles *file, const void *bytes, size_t len,
                           uint32_t *out_number, struct aro_error *err)
{
    char key[TILESET_KEY_BYTES];
    uint32_t number = file->n_contents + 1, existing;
    bool same = false;
    if (number == SCHEMA_KEYMAP_NONE)
        return aro_error_set(err, ARO_TOO_LARGE, "more than %lu different tiles",
                             (unsigned long)file->n_contents);
    tileset_key(bytes, len, key);
    if (!schema_keymap_put(&file->seen, key, sizeof key, number, &existing, err))
        return false;
    if (existing != SCHEMA_KEYMAP_NONE && !is_same(file, existing, bytes, len, &same, err))
        return false;
    *out_number = same ? existing : number;
    file->n_contents += !same;
    return same || put_content(file, number, bytes, len, err);
}

bool schema_mbtiles_add(struct schema_mbtiles *file, struct geo_tile tile, const void *bytes,
                        size_t len, struct aro_error *err)
{
    uint32_t number = 0;
    if (!number_content(file, bytes, len, &number, err))
        return false;
    schema_stmt_bind_integer(file->put_place, 1, tile.zoom);
    schema_stmt_bind_integer(file->put_place, 2, tile.x);
    schema_stmt_bind_integer(file->put_place, 3, (INT64_C(1) << tile.zoom) - 1 - tile.y);
    schema_stmt_bind_integer(file->put_place, 4, number);
    return schema_stmt_run(file->put_place, err);
}
