#include "schema/store_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "schema/migrations.h"

struct schema_store {
    struct schema_db *db;
    enum schema_access access;
};

struct schema_db *schema_store_db(struct schema_store *store)
{
    return store->db;
}

static bool check_location(const char *location, struct aro_error *err)
{
    if (!*location)
        return aro_error_set(err, ARO_BAD_INPUT, "no store named: a file was wanted");
    if (strstr(location, "://"))
        return aro_error_set(err, ARO_BAD_INPUT,
                             "store '%s': this version keeps its data in a file; a path was wanted",
                             location);
    struct stat status;
    if (stat(location, &status) == 0 && !S_ISREG(status.st_mode))
        return aro_error_set(err, ARO_BAD_INPUT, "store '%s' is not a file", location);
    return true;
}

/* The number of the last migration applied; 0 in an empty file. */
static bool read_version(struct schema_db *db, const char *location, int64_t *out_version,
                         struct aro_error *err)
{
    int64_t application_id, n_tables;
    if (!schema_db_integer(db, "PRAGMA application_id", &application_id, err) ||
        !schema_db_integer(db, "SELECT count(*) FROM sqlite_master", &n_tables, err) ||
        !schema_db_integer(db, "PRAGMA user_version", out_version, err))
        return false;
    bool empty = n_tables == 0 && application_id == 0 && *out_version == 0;
    if (empty || application_id == SCHEMA_APPLICATION_ID)
        return true;
    return aro_error_set(err, ARO_BAD_INPUT,
                         "'%s' is not an arobase store (application id %lld, 0x%X was wanted)",
                         location, (long long)application_id, (unsigned)SCHEMA_APPLICATION_ID);
}

static bool newer(const char *location, int64_t version, struct aro_error *err)
{
    return aro_error_set(err, ARO_BAD_INPUT,
                         "store '%s' was made by a newer arobase (migration %lld; this one knows "
                         "%d)",
                         location, (long long)version, schema_n_migrations);
}

/* ---- Making and migrating ---- */

static bool apply_migration(struct schema_db *db, int64_t from, struct aro_error *err)
{
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA user_version=%lld; PRAGMA application_id=%d",
             (long long)from + 1, SCHEMA_APPLICATION_ID);
    if (schema_db_begin_write(db, err)) {
        if (schema_db_exec(db, schema_migrations[from], err) && schema_db_exec(db, marks, err) &&
            schema_db_commit(db, err))
            return true;
        schema_db_rollback(db);
    }
    return aro_error_context(err, "migration %lld", (long long)from + 1);
}

static bool migrate(struct schema_db *db, const char *location, struct aro_error *err)
{
    int64_t version;
    if (!read_version(db, location, &version, err))
        return false;
    if (version > schema_n_migrations)
        return newer(location, version, err);
    if (version == schema_n_migrations)
        return true;
    if (!schema_db_load_spatialite(db, err) || !schema_db_enable_triggers(db, true, err))
        return false;
    for (; version < schema_n_migrations; version++) {
        if (!apply_migration(db, version, err))
            return false;
    }
    return schema_db_exec(db, "PRAGMA journal_mode=WAL", err);
}

bool schema_store_init(const char *location, struct aro_error *err)
{
    if (!check_location(location, err))
        return false;
    bool existed = access(location, F_OK) == 0;
    struct schema_db *db = NULL;
    /* Of a new file only. Sheets are 1 to 2 kB: pages of 8 kB leave less room unused than 4 kB. */
    bool ok = schema_db_open(location, SCHEMA_DB_CREATE, &db, err) &&
              schema_db_exec(db, "PRAGMA page_size=8192", err) && migrate(db, location, err);
    schema_db_close(db);
    if (!ok && !existed)
        unlink(location);
    return ok;
}

/* ---- Opening ---- */

bool schema_store_open(const char *location, enum schema_access access,
                       struct schema_store **out_store, struct aro_error *err)
{
    int64_t version;
    if (!check_location(location, err))
        return false;
    struct schema_store *store = calloc(1, sizeof *store);
    if (!store)
        return aro_error_no_memory(err);
    store->access = access;
    enum schema_db_mode mode = access == SCHEMA_READ ? SCHEMA_DB_READ : SCHEMA_DB_WRITE;
    struct stat status;
    if (stat(location, &status) != 0 && errno == ENOENT)
        aro_error_set(err, ARO_NOT_FOUND, "no store '%s': make it with `arobase init --store %s`",
                      location, location);
    else if (!schema_db_open(location, mode, &store->db, err) ||
             !read_version(store->db, location, &version, err))
        aro_error_context(err, "opening");
    else if (version > schema_n_migrations)
        newer(location, version, err);
    else if (version < schema_n_migrations)
        aro_error_set(err, ARO_BAD_INPUT,
                      "store '%s' is of migration %lld, %d was wanted: run `arobase init --store "
                      "%s`",
                      location, (long long)version, schema_n_migrations, location);
    else {
        *out_store = store;
        return true;
    }
    schema_store_close(store);
    return false;
}

void schema_store_close(struct schema_store *store)
{
    if (!store)
        return;
    if (store->db && store->access == SCHEMA_WRITE) {
        schema_db_rollback(store->db);
        schema_db_checkpoint(store->db);
    }
    schema_db_close(store->db);
    free(store);
}

/* ---- Whether it was written ---- */

/* What has not been checkpointed stands in a file of its own, empty or missing otherwise. */
static bool look_at(const char *location, struct stat *out_store, struct stat *out_wal,
                    struct aro_error *err)
{
    char *wal = malloc(strlen(location) + sizeof "-wal");
    if (!wal)
        return aro_error_no_memory(err);
    sprintf(wal, "%s-wal", location);
    bool ok = stat(location, out_store) == 0;
    if (!ok)
        aro_error_set(err, ARO_IO, "store '%s': %s", location, strerror(errno));
    if (stat(wal, out_wal) != 0 || out_wal->st_size == 0)
        *out_wal = (struct stat){0};
    free(wal);
    return ok;
}

static bool is_before(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

bool schema_store_stamp(const char *location, char out_stamp[SCHEMA_STAMP_BYTES],
                        struct aro_error *err)
{
    enum { TRIES = 100 };
    struct stat store, wal;
    struct timespec now;
    for (int i = 0; i < TRIES; i++) {
        clock_gettime(CLOCK_REALTIME_COARSE, &now); /* what files are written under */
        if (!look_at(location, &store, &wal, err))
            return false;
        if (is_before(store.st_mtim, now) && is_before(wal.st_mtim, now)) {
            snprintf(out_stamp, SCHEMA_STAMP_BYTES, "%llu %llu %lld.%09ld %lld %lld.%09ld",
                     (unsigned long long)store.st_ino, (unsigned long long)store.st_size,
                     (long long)store.st_mtim.tv_sec, store.st_mtim.tv_nsec, (long long)wal.st_size,
                     (long long)wal.st_mtim.tv_sec, wal.st_mtim.tv_nsec);
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return aro_error_set(err, ARO_BUSY, "store '%s' is being written", location);
}

/* ---- Reading ---- */

bool schema_store_begin_read(struct schema_store *store, struct aro_error *err)
{
    return schema_db_begin_read(store->db, err);
}

void schema_store_end_read(struct schema_store *store)
{
    schema_db_rollback(store->db);
}

bool schema_store_state(struct schema_store *store, struct schema_state *out_state,
                        struct aro_error *err)
{
    struct schema_stmt *stmt = NULL;
    if (!schema_db_prepare(store->db,
                           "SELECT store_id, seq, millesime, coalesce(token, 0) FROM state "
                           "LEFT JOIN commits USING (seq)",
                           &stmt, err))
        return false;
    enum schema_step step = schema_stmt_step(stmt, err);
    if (step == SCHEMA_STEP_ROW) {
        struct schema_state state = {.seq = schema_stmt_integer(stmt, 1),
                                     .token = schema_stmt_integer(stmt, 3)};
        snprintf(state.store_id, sizeof state.store_id, "%s", schema_stmt_text(stmt, 0));
        snprintf(state.millesime, sizeof state.millesime, "%s", schema_stmt_text(stmt, 2));
        *out_state = state;
    } else if (step == SCHEMA_STEP_DONE) {
        aro_error_set(err, ARO_IO, "store '%s' has no state row", schema_db_path(store->db));
    }
    schema_stmt_free(stmt);
    return step == SCHEMA_STEP_ROW;
}

bool schema_store_counts(struct schema_store *store, struct schema_counts *out_counts,
                         struct aro_error *err)
{
    struct schema_counts counts = {0};
    const struct {
        const char *sql;
        int64_t *count;
    } queries[] = {
        {"SELECT count(*) FROM communes", &counts.communes},
        {"SELECT count(*) FROM aliases", &counts.aliases},
        {"SELECT count(*) FROM labels", &counts.labels},
        {"SELECT count(*) FROM initiatives", &counts.initiatives},
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        if (!schema_db_integer(store->db, queries[i].sql, queries[i].count, err))
            return false;
    }
    *out_counts = counts;
    return true;
}
