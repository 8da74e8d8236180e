#include "schema/gpkg_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/buffer.h"

/*
 * Nobody sees the file before it is whole, and what is not whole is left: no journal, no fsync. The
 * application id is "GPKG"; the version is 1.3.0. A sheet takes 1.5 kB, of which a page holds ten.
 */
static const char make_common[] =
    "PRAGMA page_size=16384; PRAGMA cache_size=100; PRAGMA journal_mode=OFF; PRAGMA "
    "synchronous=OFF; PRAGMA "
    "locking_mode=EXCLUSIVE;"
    "PRAGMA application_id=0x47504B47; PRAGMA user_version=10300;"
    "BEGIN;"
    "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,"
    " organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,"
    " definition TEXT NOT NULL, description TEXT);"
    "INSERT INTO gpkg_spatial_ref_sys VALUES"
    " ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined',"
    "  'undefined cartesian coordinate reference system'),"
    " ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined',"
    "  'undefined geographic coordinate reference system'),"
    " ('WGS 84 geodetic', 4326, 'EPSG', 4326,"
    "  'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,"
    "AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,"
    "AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,"
    "AUTHORITY[\"EPSG\",\"9122\"]],AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],"
    "AUTHORITY[\"EPSG\",\"4326\"]]',"
    "  'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');"
    "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,"
    " identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL"
    " DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,"
    " max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id)"
    " REFERENCES gpkg_spatial_ref_sys(srs_id));"
    "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,"
    " geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,"
    " m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),"
    " CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name)"
    " REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id)"
    " REFERENCES gpkg_spatial_ref_sys (srs_id));"
    "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,"
    " definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name,"
    " column_name, extension_name));"
    "INSERT INTO gpkg_extensions VALUES"
    " ('gpkg_data_columns', NULL, 'gpkg_schema',"
    "  'http://www.geopackage.org/spec130/#extension_schema', 'read-write'),"
    " ('gpkg_data_column_constraints', NULL, 'gpkg_schema',"
    "  'http://www.geopackage.org/spec130/#extension_schema', 'read-write');"
    "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,"
    " name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,"
    " CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),"
    " CONSTRAINT gdc_tn UNIQUE (table_name, name));"
    "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL,"
    " constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,"
    " max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,"
    " CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));";

static const char *const sql_types[] = {
    [SCHEMA_GPKG_INTEGER] = "INTEGER", [SCHEMA_GPKG_REAL] = "REAL",
    [SCHEMA_GPKG_TEXT] = "TEXT",       [SCHEMA_GPKG_JSON] = "TEXT",
    [SCHEMA_GPKG_DATE] = "DATE",       [SCHEMA_GPKG_DATETIME] = "DATETIME",
};

/* ---- Statements with texts that are bound ---- */

static bool run(struct schema_db *db, const char *sql, const char *const *texts, int n,
                struct aro_error *err)
{
    struct schema_stmt *stmt = NULL;
    bool ok = schema_db_prepare(db, sql, &stmt, err);
    for (int i = 0; ok && i < n; i++)
        schema_stmt_bind_text(stmt, i + 1, texts[i]);
    ok = ok && schema_stmt_run(stmt, err);
    schema_stmt_free(stmt);
    return ok;
}

static bool run_script(struct schema_db *db, struct aro_buffer *script, struct aro_error *err)
{
    char *sql = aro_buffer_take_text(script, err);
    bool ok = sql && schema_db_exec(db, sql, err);
    free(sql);
    return ok;
}

/* ---- The layer ---- */

static bool make_layer(struct schema_db *db, const struct schema_gpkg_about *about,
                       struct aro_error *err)
{
    struct aro_buffer sql = {0};
    const char *table = about->table;
    aro_buffer_printf(&sql, "CREATE TABLE %s (%s INTEGER PRIMARY KEY NOT NULL, geom POINT", table,
                      about->key);
    for (size_t i = 0; i < about->n_columns; i++)
        aro_buffer_printf(&sql, ", %s %s", about->columns[i].name,
                          sql_types[about->columns[i].type]);
    aro_buffer_printf(&sql,
                      ");INSERT INTO gpkg_geometry_columns VALUES ('%s', 'geom', 'POINT', %d,"
                      " 0, 0);",
                      table, (int)about->epsg);
    aro_buffer_printf(&sql,
                      "CREATE VIRTUAL TABLE rtree_%s_geom USING rtree(id, minx, maxx, miny,"
                      " maxy);",
                      table);
    aro_buffer_printf(&sql,
                      "INSERT INTO gpkg_extensions VALUES ('%s', 'geom', 'gpkg_rtree_index',"
                      " 'http://www.geopackage.org/spec130/#extension_rtree', 'write-only');",
                      table);
    return run_script(db, &sql, err);
}

static bool describe_columns(struct schema_db *db, const struct schema_gpkg_about *about,
                             struct aro_error *err)
{
    static const char sql[] = "INSERT INTO gpkg_data_columns (table_name, column_name, title,"
                              " mime_type) VALUES (?1, ?2, ?3, ?4)";
    bool ok = true;
    for (size_t i = 0; ok && i < about->n_columns; i++) {
        const struct schema_gpkg_column *column = &about->columns[i];
        bool is_json = column->type == SCHEMA_GPKG_JSON;
        const char *texts[] = {about->table, column->name, column->title,
                               is_json ? "application/json" : NULL};
        if (column->title || is_json)
            ok = run(db, sql, texts, 4, err);
    }
    return ok;
}

static bool describe(struct schema_db *db, const struct schema_gpkg_about *about,
                     struct aro_error *err)
{
    char epsg[16];
    snprintf(epsg, sizeof epsg, "%d", (int)about->epsg);
    const char *crs[] = {about->crs_name, epsg, about->crs_wkt};
    const char *contents[] = {about->table, about->title, about->description, about->last_change,
                              epsg};
    bool is_known = !about->crs_wkt;
    return (is_known || run(db,
                            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?1,"
                            " CAST(?2 AS INTEGER), 'EPSG', CAST(?2 AS INTEGER), ?3, NULL)",
                            crs, 3, err)) &&
           run(db,
               "INSERT INTO gpkg_contents (table_name, data_type, identifier, description,"
               " last_change, srs_id) VALUES (?1, 'features', ?2, ?3, ?4, CAST(?5 AS INTEGER))",
               contents, 5, err);
}

bool gpkg_make_tables(struct schema_db *db, const struct schema_gpkg_about *about,
                      struct aro_error *err)
{
    return schema_db_exec(db, make_common, err) && describe(db, about, err) &&
           make_layer(db, about, err) && describe_columns(db, about, err);
}

/* ---- Triggers ---- */

/* {t} is the table and {i} its key. Source: GeoPackage 1.3, annex F.3. */
static const char trigger_pattern[] =
    "CREATE TRIGGER rtree_{t}_geom_insert AFTER INSERT ON {t}"
    " WHEN (NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom))"
    " BEGIN INSERT OR REPLACE INTO rtree_{t}_geom VALUES (NEW.{i}, ST_MinX(NEW.geom),"
    " ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END;"
    "CREATE TRIGGER rtree_{t}_geom_update1 AFTER UPDATE OF geom ON {t}"
    " WHEN OLD.{i} = NEW.{i} AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
    " BEGIN INSERT OR REPLACE INTO rtree_{t}_geom VALUES (NEW.{i}, ST_MinX(NEW.geom),"
    " ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END;"
    "CREATE TRIGGER rtree_{t}_geom_update2 AFTER UPDATE OF geom ON {t}"
    " WHEN OLD.{i} = NEW.{i} AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
    " BEGIN DELETE FROM rtree_{t}_geom WHERE id = OLD.{i}; END;"
    "CREATE TRIGGER rtree_{t}_geom_update3 AFTER UPDATE ON {t}"
    " WHEN OLD.{i} != NEW.{i} AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
    " BEGIN DELETE FROM rtree_{t}_geom WHERE id = OLD.{i};"
    " INSERT OR REPLACE INTO rtree_{t}_geom VALUES (NEW.{i}, ST_MinX(NEW.geom),"
    " ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END;"
    "CREATE TRIGGER rtree_{t}_geom_update4 AFTER UPDATE ON {t}"
    " WHEN OLD.{i} != NEW.{i} AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
    " BEGIN DELETE FROM rtree_{t}_geom WHERE id IN (OLD.{i}, NEW.{i}); END;"
    "CREATE TRIGGER rtree_{t}_geom_delete AFTER DELETE ON {t}"
    " WHEN OLD.geom NOT NULL"
    " BEGIN DELETE FROM rtree_{t}_geom WHERE id = OLD.{i}; END;";

bool gpkg_make_triggers(struct schema_db *db, const char *table, const char *key,
                        struct aro_error *err)
{
    struct aro_buffer sql = {0};
    const char *at = trigger_pattern;
    for (const char *brace; (brace = strchr(at, '{')); at = brace + 3) {
        aro_buffer_append(&sql, at, (size_t)(brace - at));
        aro_buffer_text(&sql, brace[1] == 't' ? table : key);
    }
    aro_buffer_text(&sql, at);
    return run_script(db, &sql, err);
}
