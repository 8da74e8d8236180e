#include "schema/db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include <spatialite.h>

enum { BUSY_TIMEOUT_MS = 5000 };

struct schema_db {
    sqlite3 *handle;
    void *spatialite; /* SpatiaLite's cache for this connection; NULL until loaded */
    char *path;
};

struct schema_stmt {
    struct schema_db *db;
    sqlite3_stmt *handle;
    int bind_result; /* the first bind that failed since the last step */
};

static bool set_error(struct schema_db *db, int result, struct aro_error *err)
{
    const char *text = db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(result);
    switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return aro_error_set(err, ARO_BUSY,
                             "store '%s' is being written by another program; try again later",
                             db->path);
    case SQLITE_NOMEM:
        return aro_error_no_memory(err);
    case SQLITE_NOTADB:
        return aro_error_set(err, ARO_BAD_INPUT, "'%s' is not an arobase store (not SQLite)",
                             db->path);
    case SQLITE_FULL:
        return aro_error_set(err, ARO_IO, "store '%s': the disk is full", db->path);
    case SQLITE_READONLY:
        return aro_error_set(err, ARO_IO, "store '%s' cannot be written: %s", db->path, text);
    case SQLITE_CORRUPT:
        return aro_error_set(err, ARO_IO, "store '%s' is damaged: %s", db->path, text);
    default:
        return aro_error_set(err, ARO_IO, "store '%s': %s", db->path, text);
    }
}

/* ---- Connections ---- */

/* Characters with a meaning in SQLite's file: URIs are percent-encoded. */
static char *immutable_uri(const char *path)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char prefix[] = "file:", suffix[] = "?immutable=1";
    char *uri = malloc(sizeof prefix + sizeof suffix + 3 * strlen(path));
    if (!uri)
        return NULL;
    char *end = stpcpy(uri, prefix);
    for (const char *c = path; *c; c++) {
        if (strchr("?#%", *c)) {
            *end++ = '%';
            *end++ = hex[(unsigned char)*c >> 4];
            *end++ = hex[(unsigned char)*c & 15];
        } else {
            *end++ = *c;
        }
    }
    memcpy(end, suffix, sizeof suffix);
    return uri;
}

/* Nothing to be recovered stands beside the file, so that it alone is the whole state. */
static bool stands_alone(const char *path)
{
    static const char *const suffixes[] = {"-wal", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *beside = malloc(strlen(path) + strlen(suffixes[i]) + 1);
        if (!beside)
            return false;
        stpcpy(stpcpy(beside, path), suffixes[i]);
        struct stat status;
        bool has_bytes = stat(beside, &status) == 0 && status.st_size > 0;
        free(beside);
        if (has_bytes)
            return false;
    }
    return true;
}

static int open_handle(struct schema_db *db, const char *name, int flags)
{
    int result = sqlite3_open_v2(name, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    /* The first read: finds out whether the file is a database and can be locked. */
    if (result == SQLITE_OK)
        result = sqlite3_exec(db->handle, "PRAGMA schema_version", NULL, NULL, NULL);
    return result;
}

/* What a writer that died left undone is undone by whoever may write. */
static int recover(struct schema_db *db)
{
    sqlite3_close(db->handle);
    db->handle = NULL;
    int result = open_handle(db, db->path, SQLITE_OPEN_READWRITE);
    sqlite3_close(db->handle);
    db->handle = NULL;
    return result == SQLITE_OK ? open_handle(db, db->path, SQLITE_OPEN_READONLY) : result;
}

/*
 * A reader of a WAL file needs a place for its shared memory. In a folder without write access
 * there is none; the file is then read as it stands, which is all of it once checkpointed.
 */
static int open_reader(struct schema_db *db)
{
    int result = open_handle(db, db->path, SQLITE_OPEN_READONLY);
    int kind = result & 0xFF;
    if (db->handle && sqlite3_extended_errcode(db->handle) == SQLITE_READONLY_ROLLBACK)
        return recover(db);
    if ((kind != SQLITE_CANTOPEN && kind != SQLITE_READONLY) || !stands_alone(db->path))
        return result;
    char *uri = immutable_uri(db->path);
    if (!uri)
        return SQLITE_NOMEM;
    sqlite3_close(db->handle);
    db->handle = NULL;
    result = open_handle(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    free(uri);
    return result;
}

static bool set_up(struct schema_db *db, enum schema_db_mode mode, struct aro_error *err)
{
    int result = mode == SCHEMA_DB_READ ? open_reader(db)
                 : mode == SCHEMA_DB_CREATE
                     ? open_handle(db, db->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
                     : open_handle(db, db->path, SQLITE_OPEN_READWRITE);
    if (result != SQLITE_OK)
        return set_error(db, result, err);
    sqlite3_extended_result_codes(db->handle, 1);
    if (!schema_db_exec(db, "PRAGMA foreign_keys=ON", err))
        return false;
    if (mode == SCHEMA_DB_READ)
        return true;
    /* A first load that was killed leaves another journal mode behind. */
    return schema_db_enable_triggers(db, false, err) &&
           schema_db_exec(db, "PRAGMA synchronous=FULL", err) &&
           (mode == SCHEMA_DB_CREATE || schema_db_exec(db, "PRAGMA journal_mode=WAL", err));
}

bool schema_db_open(const char *path, enum schema_db_mode mode, struct schema_db **out_db,
                    struct aro_error *err)
{
    struct stat status;
    if (mode != SCHEMA_DB_CREATE && stat(path, &status) != 0)
        return aro_error_set(err, errno == ENOENT ? ARO_NOT_FOUND : ARO_IO, "store '%s': %s", path,
                             strerror(errno));
    struct schema_db *db = calloc(1, sizeof *db);
    if (!db || !(db->path = strdup(path))) {
        free(db);
        return aro_error_no_memory(err);
    }
    if (!set_up(db, mode, err)) {
        schema_db_close(db);
        return false;
    }
    *out_db = db;
    return true;
}

void schema_db_close(struct schema_db *db)
{
    if (!db)
        return;
    sqlite3_close(db->handle);
    if (db->spatialite)
        spatialite_cleanup_ex(db->spatialite);
    free(db->path);
    free(db);
}

const char *schema_db_path(const struct schema_db *db)
{
    return db->path;
}

bool schema_db_load_spatialite(struct schema_db *db, struct aro_error *err)
{
    if (db->spatialite)
        return true;
    db->spatialite = spatialite_alloc_connection();
    if (!db->spatialite)
        return aro_error_no_memory(err);
    spatialite_init_ex(db->handle, db->spatialite, 0);
    return true;
}

bool schema_db_enable_triggers(struct schema_db *db, bool enabled, struct aro_error *err)
{
    int result =
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, enabled ? 1 : 0, NULL);
    return result == SQLITE_OK || set_error(db, result, err);
}

/* ---- Scripts and transactions ---- */

static bool answers_zero(sqlite3_stmt *stmt)
{
    return sqlite3_column_count(stmt) == 1 && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER &&
           sqlite3_column_int64(stmt, 0) == 0;
}

static bool run_one(struct schema_db *db, sqlite3_stmt *stmt, struct aro_error *err)
{
    /* A PRAGMA answers what it set, and 0 is a setting like another. */
    bool checked = strncmp(sqlite3_sql(stmt), "PRAGMA", 6) != 0;
    int result;
    while ((result = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (checked && answers_zero(stmt))
            return aro_error_set(err, ARO_IO, "store '%s': failed: %.200s", db->path,
                                 sqlite3_sql(stmt));
    }
    return result == SQLITE_DONE || set_error(db, result, err);
}

bool schema_db_exec(struct schema_db *db, const char *sql, struct aro_error *err)
{
    bool ok = true;
    while (ok && *sql) {
        sqlite3_stmt *stmt = NULL;
        sql += strspn(sql, " \t\r\n");
        int result = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, &sql);
        if (result != SQLITE_OK)
            return set_error(db, result, err);
        if (stmt)
            ok = run_one(db, stmt, err);
        sqlite3_finalize(stmt);
    }
    return ok;
}

bool schema_db_integer(struct schema_db *db, const char *sql, int64_t *out_value,
                       struct aro_error *err)
{
    struct schema_stmt *stmt = NULL;
    if (!schema_db_prepare(db, sql, &stmt, err))
        return false;
    enum schema_step step = schema_stmt_step(stmt, err);
    if (step == SCHEMA_STEP_ROW)
        *out_value = schema_stmt_integer(stmt, 0);
    else if (step == SCHEMA_STEP_DONE)
        aro_error_set(err, ARO_IO, "store '%s': no answer to: %s", db->path, sql);
    schema_stmt_free(stmt);
    return step == SCHEMA_STEP_ROW;
}

bool schema_db_begin_write(struct schema_db *db, struct aro_error *err)
{
    return schema_db_exec(db, "BEGIN IMMEDIATE", err);
}

bool schema_db_begin_read(struct schema_db *db, struct aro_error *err)
{
    return schema_db_exec(db, "BEGIN", err);
}

bool schema_db_commit(struct schema_db *db, struct aro_error *err)
{
    return schema_db_exec(db, "COMMIT", err);
}

void schema_db_set_bulk(struct schema_db *db, bool bulk)
{
    /* TRUNCATE and not DELETE: the end of the journal is on disk when the commit returns. */
    static const char on[] = "PRAGMA journal_mode=TRUNCATE; PRAGMA cache_size=-16384";
    static const char off[] = "PRAGMA journal_mode=WAL; PRAGMA cache_size=-2000";
    sqlite3_busy_timeout(db->handle, 0);
    sqlite3_exec(db->handle, bulk ? on : off, NULL, NULL, NULL);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
}

void schema_db_checkpoint(struct schema_db *db)
{
    sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void schema_db_rollback(struct schema_db *db)
{
    if (db->handle && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

int64_t schema_db_changes(const struct schema_db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t schema_db_last_id(const struct schema_db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

/* ---- Statements ---- */

bool schema_db_prepare(struct schema_db *db, const char *sql, struct schema_stmt **out_stmt,
                       struct aro_error *err)
{
    struct schema_stmt *stmt = calloc(1, sizeof *stmt);
    if (!stmt)
        return aro_error_no_memory(err);
    stmt->db = db;
    int result = sqlite3_prepare_v2(db->handle, sql, -1, &stmt->handle, NULL);
    if (result != SQLITE_OK) {
        free(stmt);
        return set_error(db, result, err);
    }
    *out_stmt = stmt;
    return true;
}

void schema_stmt_free(struct schema_stmt *stmt)
{
    if (!stmt)
        return;
    sqlite3_finalize(stmt->handle);
    free(stmt);
}

static void note_bind(struct schema_stmt *stmt, int result)
{
    if (stmt->bind_result == SQLITE_OK)
        stmt->bind_result = result;
}

void schema_stmt_bind_text(struct schema_stmt *stmt, int i, const char *text)
{
    note_bind(stmt, sqlite3_bind_text(stmt->handle, i, text, -1, SQLITE_STATIC));
}

void schema_stmt_bind_text_len(struct schema_stmt *stmt, int i, const char *text, size_t len)
{
    note_bind(stmt, sqlite3_bind_text64(stmt->handle, i, text, len, SQLITE_STATIC, SQLITE_UTF8));
}

void schema_stmt_bind_blob(struct schema_stmt *stmt, int i, const void *bytes, size_t len)
{
    note_bind(stmt, sqlite3_bind_blob64(stmt->handle, i, bytes, len, SQLITE_STATIC));
}

void schema_stmt_bind_integer(struct schema_stmt *stmt, int i, int64_t value)
{
    note_bind(stmt, sqlite3_bind_int64(stmt->handle, i, value));
}

void schema_stmt_bind_real(struct schema_stmt *stmt, int i, double value)
{
    note_bind(stmt, sqlite3_bind_double(stmt->handle, i, value));
}

void schema_stmt_bind_null(struct schema_stmt *stmt, int i)
{
    note_bind(stmt, sqlite3_bind_null(stmt->handle, i));
}

enum schema_step schema_stmt_step(struct schema_stmt *stmt, struct aro_error *err)
{
    int result = stmt->bind_result;
    stmt->bind_result = SQLITE_OK;
    if (result == SQLITE_OK)
        result = sqlite3_step(stmt->handle);
    if (result == SQLITE_ROW)
        return SCHEMA_STEP_ROW;
    if (result != SQLITE_DONE)
        set_error(stmt->db, result, err);
    sqlite3_reset(stmt->handle);
    return result == SQLITE_DONE ? SCHEMA_STEP_DONE : SCHEMA_STEP_FAILED;
}

bool schema_stmt_run(struct schema_stmt *stmt, struct aro_error *err)
{
    enum schema_step step;
    do {
        step = schema_stmt_step(stmt, err);
    } while (step == SCHEMA_STEP_ROW);
    return step == SCHEMA_STEP_DONE;
}

void schema_stmt_reset(struct schema_stmt *stmt)
{
    sqlite3_reset(stmt->handle);
}

void schema_stmt_clear(struct schema_stmt *stmt)
{
    sqlite3_clear_bindings(stmt->handle);
}

int schema_stmt_n_columns(const struct schema_stmt *stmt)
{
    return sqlite3_column_count(stmt->handle);
}

const char *schema_stmt_column(const struct schema_stmt *stmt, int i)
{
    const char *name = sqlite3_column_name(stmt->handle, i);
    return name ? name : "";
}

const char *schema_stmt_text(struct schema_stmt *stmt, int i)
{
    return (const char *)sqlite3_column_text(stmt->handle, i);
}

const void *schema_stmt_blob(struct schema_stmt *stmt, int i, size_t *out_len)
{
    const void *bytes = sqlite3_column_blob(stmt->handle, i);
    *out_len = (size_t)sqlite3_column_bytes(stmt->handle, i);
    return bytes;
}

int64_t schema_stmt_integer(struct schema_stmt *stmt, int i)
{
    return sqlite3_column_int64(stmt->handle, i);
}

bool schema_stmt_is_null(struct schema_stmt *stmt, int i)
{
    return sqlite3_column_type(stmt->handle, i) == SQLITE_NULL;
}
