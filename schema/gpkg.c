#include "schema/gpkg.h"

#include <math.h>
#include <stdlib.h>

#include "geo/buffer.h"
#include "schema/blob_bytes.h"
#include "schema/db.h"
#include "schema/gpkg_tables.h"
#include "schema/rtree.h"

/* "GP", version, flags (little-endian, no envelope), SRID; then WKB: order, type, x, y. */
enum { GEOMETRY_BYTES = 29, AT_SRID = 4, AT_ORDER = 8, AT_TYPE = 9, AT_X = 13, AT_Y = 21 };
enum { LITTLE_ENDIAN_FLAG = 1, WKB_POINT = 1 };

/* Parameters of a row's statement: key, geometry, columns. */
enum { PARAM_KEY = 1, PARAM_GEOMETRY, PARAM_COLUMNS };

struct schema_gpkg {
    struct schema_db *db;
    struct schema_stmt *insert;
    struct schema_rtree_pack *index;
    char *table, *key;
    size_t n_columns;
    int32_t epsg;
    int64_t n_rows, n_placed;
    double west, south, east, north; /* of the places */
};

static bool prepare_insert(struct schema_gpkg *gpkg, struct aro_error *err)
{
    struct aro_buffer sql = {0};
    aro_buffer_printf(&sql, "INSERT INTO %s VALUES (?1, ?2", gpkg->table);
    for (size_t i = 0; i < gpkg->n_columns; i++)
        aro_buffer_printf(&sql, ", ?%zu", PARAM_COLUMNS + i);
    aro_buffer_char(&sql, ')');
    char *text = aro_buffer_take_text(&sql, err);
    bool ok = text && schema_db_prepare(gpkg->db, text, &gpkg->insert, err);
    free(text);
    return ok;
}

static bool begin(struct schema_gpkg *gpkg, const char *path, const struct schema_gpkg_about *about,
                  struct aro_error *err)
{
    struct aro_buffer name = {0};
    aro_buffer_printf(&name, "rtree_%s_geom", about->table);
    char *index_name = aro_buffer_take_text(&name, err);
    bool ok = index_name && schema_db_open(path, SCHEMA_DB_CREATE, &gpkg->db, err) &&
              gpkg_make_tables(gpkg->db, about, err) && prepare_insert(gpkg, err) &&
              schema_rtree_pack_new(gpkg->db, index_name, &gpkg->index, err);
    free(index_name);
    return ok;
}

bool schema_gpkg_new(const char *path, const struct schema_gpkg_about *about,
                     struct schema_gpkg **out_gpkg, struct aro_error *err)
{
    struct schema_gpkg *gpkg = calloc(1, sizeof *gpkg);
    if (!gpkg)
        return aro_error_no_memory(err);
    *gpkg = (struct schema_gpkg){.table = strdup(about->table),
                                 .key = strdup(about->key),
                                 .n_columns = about->n_columns,
                                 .epsg = about->epsg,
                                 .west = INFINITY,
                                 .south = INFINITY,
                                 .east = -INFINITY,
                                 .north = -INFINITY};
    bool ok = gpkg->table && gpkg->key ? begin(gpkg, path, about, err) : aro_error_no_memory(err);
    if (ok)
        *out_gpkg = gpkg;
    else
        schema_gpkg_free(gpkg);
    return ok;
}

void schema_gpkg_free(struct schema_gpkg *gpkg)
{
    if (!gpkg)
        return;
    schema_stmt_free(gpkg->insert);
    schema_rtree_pack_free(gpkg->index);
    schema_db_close(gpkg->db);
    free(gpkg->table);
    free(gpkg->key);
    free(gpkg);
}

/* ---- Rows ---- */

static int param_of(size_t column)
{
    return PARAM_COLUMNS + (int)column;
}

void schema_gpkg_put_integer(struct schema_gpkg *gpkg, size_t column, int64_t value)
{
    schema_stmt_bind_integer(gpkg->insert, param_of(column), value);
}

void schema_gpkg_put_real(struct schema_gpkg *gpkg, size_t column, double value)
{
    schema_stmt_bind_real(gpkg->insert, param_of(column), value);
}

void schema_gpkg_put_text(struct schema_gpkg *gpkg, size_t column, const char *text, size_t len)
{
    schema_stmt_bind_text_len(gpkg->insert, param_of(column), text, len);
}

static void encode_place(const struct schema_gpkg *gpkg, const struct schema_gpkg_place *place,
                         unsigned char out_bytes[GEOMETRY_BYTES])
{
    memcpy(out_bytes, (const unsigned char[]){'G', 'P', 0, LITTLE_ENDIAN_FLAG}, AT_SRID);
    blob_put_u32(out_bytes + AT_SRID, (uint32_t)gpkg->epsg);
    out_bytes[AT_ORDER] = 1;
    blob_put_u32(out_bytes + AT_TYPE, WKB_POINT);
    blob_put_double(out_bytes + AT_X, place->x);
    blob_put_double(out_bytes + AT_Y, place->y);
}

static bool index_place(struct schema_gpkg *gpkg, int64_t key,
                        const struct schema_gpkg_place *place, struct aro_error *err)
{
    gpkg->n_placed++;
    gpkg->west = fmin(gpkg->west, place->x);
    gpkg->south = fmin(gpkg->south, place->y);
    gpkg->east = fmax(gpkg->east, place->x);
    gpkg->north = fmax(gpkg->north, place->y);
    return schema_rtree_pack_add(gpkg->index, key, place->x, place->y, err);
}

bool schema_gpkg_add(struct schema_gpkg *gpkg, int64_t key, const struct schema_gpkg_place *place,
                     struct aro_error *err)
{
    unsigned char geometry[GEOMETRY_BYTES];
    schema_stmt_bind_integer(gpkg->insert, PARAM_KEY, key);
    if (place) {
        encode_place(gpkg, place, geometry);
        schema_stmt_bind_blob(gpkg->insert, PARAM_GEOMETRY, geometry, sizeof geometry);
    }
    bool ok = schema_stmt_run(gpkg->insert, err);
    schema_stmt_clear(gpkg->insert);
    gpkg->n_rows++;
    return ok && (!place || index_place(gpkg, key, place, err));
}

/* ---- The end ---- */

static bool put_extent(struct schema_gpkg *gpkg, struct aro_error *err)
{
    static const char sql[] =
        "UPDATE gpkg_contents SET min_x = ?1, min_y = ?2, max_x = ?3, max_y = ?4";
    const double sides[] = {gpkg->west, gpkg->south, gpkg->east, gpkg->north};
    struct schema_stmt *stmt = NULL;
    if (gpkg->n_placed == 0)
        return true;
    bool ok = schema_db_prepare(gpkg->db, sql, &stmt, err);
    for (int i = 0; ok && i < 4; i++)
        schema_stmt_bind_real(stmt, i + 1, sides[i]);
    ok = ok && schema_stmt_run(stmt, err);
    schema_stmt_free(stmt);
    return ok;
}

bool schema_gpkg_finish(struct schema_gpkg *gpkg, struct aro_error *err)
{
    return schema_rtree_pack_finish(gpkg->index, err) && put_extent(gpkg, err) &&
           gpkg_make_triggers(gpkg->db, gpkg->table, gpkg->key, err) &&
           schema_db_commit(gpkg->db, err);
}
