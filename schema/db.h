/*
 * The one door to SQLite and SpatiaLite: connections, statements, transactions.
 *
 * Nothing outside db.c sees sqlite3.h. A connection and its statements are owned by one thread.
 * SQLite's results become aro_error: a locked file is ARO_BUSY, a full disk or a broken file
 * ARO_IO.
 */
#ifndef ARO_SCHEMA_DB_H
#define ARO_SCHEMA_DB_H

#include <stddef.h>
#include <stdint.h>

#include "geo/error.h"

struct schema_db;
struct schema_stmt;

enum schema_db_mode {
    SCHEMA_DB_READ,   /* the file must exist; works in folders without write access */
    SCHEMA_DB_WRITE,  /* the file must exist */
    SCHEMA_DB_CREATE, /* makes the file where there is none */
};

/**
 * Opens a file. Foreign keys are enforced. A writer waits up to 5 s for another one, has a
 * commit on disk before it returns (synchronous=FULL), and runs no triggers: those in the file
 * keep its spatial index right for other programs, ours does so itself and in bulk.
 *
 * @param err  ARO_NOT_FOUND: no such file; ARO_IO: cannot be opened
 */
bool schema_db_open(const char *path, enum schema_db_mode mode, struct schema_db **out_db,
                    struct aro_error *err);
/** Rolls back what is not committed. NULL is allowed. */
void schema_db_close(struct schema_db *db);

/** The path it was opened with, borrowed until it is closed. */
const char *schema_db_path(const struct schema_db *db);

/** Makes SpatiaLite's SQL functions available on this connection. */
bool schema_db_load_spatialite(struct schema_db *db, struct aro_error *err);

/** Runs triggers, as other programs do: for a migration that relies on them. */
bool schema_db_enable_triggers(struct schema_db *db, bool enabled, struct aro_error *err);

/**
 * Runs all statements of a script. A statement that answers the single integer 0, as SpatiaLite's
 * functions do when they fail, fails the script.
 */
bool schema_db_exec(struct schema_db *db, const char *sql, struct aro_error *err);

/** Runs one query that answers one integer. */
bool schema_db_integer(struct schema_db *db, const char *sql, int64_t *out_value,
                       struct aro_error *err);

/** BEGIN IMMEDIATE. ARO_BUSY when another writer is at work. */
bool schema_db_begin_write(struct schema_db *db, struct aro_error *err);
bool schema_db_begin_read(struct schema_db *db, struct aro_error *err);
bool schema_db_commit(struct schema_db *db, struct aro_error *err);
/**
 * Between transactions: whether the next ones are few and large, as a first load is. They then
 * go straight into the file, with a rollback journal for what was there before, rather than
 * through the write-ahead log, which writes all bytes twice. Just as safe; but readers wait for
 * the commit. Where another connection is open, all stays as it is.
 */
void schema_db_set_bulk(struct schema_db *db, bool bulk);

/** Moves the write-ahead log into the file, as far as readers at work allow. */
void schema_db_checkpoint(struct schema_db *db);
/** Ends a transaction without its changes; does nothing outside of one. */
void schema_db_rollback(struct schema_db *db);

/**
 * @param out_stmt  owned by the caller, who calls schema_stmt_free() before schema_db_close()
 */
bool schema_db_prepare(struct schema_db *db, const char *sql, struct schema_stmt **out_stmt,
                       struct aro_error *err);
void schema_stmt_free(struct schema_stmt *stmt);

/*
 * Parameters are numbered from 1. Texts and blobs are borrowed until the statement was stepped to
 * its end or reset; NULL binds NULL. A bind that fails makes the next step fail.
 */
void schema_stmt_bind_text(struct schema_stmt *stmt, int i, const char *text);
void schema_stmt_bind_text_len(struct schema_stmt *stmt, int i, const char *text, size_t len);
void schema_stmt_bind_blob(struct schema_stmt *stmt, int i, const void *bytes, size_t len);
void schema_stmt_bind_integer(struct schema_stmt *stmt, int i, int64_t value);
void schema_stmt_bind_real(struct schema_stmt *stmt, int i, double value);
void schema_stmt_bind_null(struct schema_stmt *stmt, int i);

enum schema_step { SCHEMA_STEP_ROW, SCHEMA_STEP_DONE, SCHEMA_STEP_FAILED };

/** After DONE and FAILED the statement is reset and can be bound and stepped again. */
enum schema_step schema_stmt_step(struct schema_stmt *stmt, struct aro_error *err);

/** Steps a statement without rows to its end. */
bool schema_stmt_run(struct schema_stmt *stmt, struct aro_error *err);
void schema_stmt_reset(struct schema_stmt *stmt);
/** Every parameter is NULL again. */
void schema_stmt_clear(struct schema_stmt *stmt);

int schema_stmt_n_columns(const struct schema_stmt *stmt);
/** The column's name, borrowed until the statement is freed. */
const char *schema_stmt_column(const struct schema_stmt *stmt, int i);

/* Columns are numbered from 0 and borrowed until the next step or reset. */
const char *schema_stmt_text(struct schema_stmt *stmt, int i); /* NULL for NULL */
const void *schema_stmt_blob(struct schema_stmt *stmt, int i, size_t *out_len);
int64_t schema_stmt_integer(struct schema_stmt *stmt, int i);
bool schema_stmt_is_null(struct schema_stmt *stmt, int i);

/** How many rows the last statement has put in, changed or taken away. */
int64_t schema_db_changes(const struct schema_db *db);
int64_t schema_db_last_id(const struct schema_db *db);

#endif
