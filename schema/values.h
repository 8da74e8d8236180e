/*
 * Values on their way into a table: bound, compared with what is stored, put in or updated.
 */
#ifndef ARO_SCHEMA_VALUES_H
#define ARO_SCHEMA_VALUES_H

#include "schema/db.h"

enum schema_value_type { SCHEMA_NULL, SCHEMA_TEXT, SCHEMA_INTEGER, SCHEMA_BLOB };

/** Plain value; bytes borrowed. {0} is NULL. */
struct schema_value {
    enum schema_value_type type;
    int64_t integer;
    const void *bytes;
    size_t len;
};

/** NULL gives NULL. */
struct schema_value schema_value_text(const char *text, size_t len);
struct schema_value schema_value_blob(const void *bytes, size_t len);
struct schema_value schema_value_integer(int64_t integer);

void schema_stmt_bind_value(struct schema_stmt *stmt, int i, const struct schema_value *value);

/** Whether column i of the current row is this value. */
bool schema_stmt_same(struct schema_stmt *stmt, int i, const struct schema_value *value);

/** A table whose rows are known by their first columns. */
struct schema_table {
    const char *name;
    const char *const *columns; /* n_columns names; `seq` is not among them */
    int n_columns, n_keys;
};

enum schema_outcome { SCHEMA_ADDED, SCHEMA_UPDATED, SCHEMA_UNCHANGED };

/** Prepared statements for one table. Owned by one thread. */
struct schema_upsert;

/** @param table  borrowed until schema_upsert_free() */
bool schema_upsert_new(struct schema_db *db, const struct schema_table *table,
                       struct schema_upsert **out_upsert, struct aro_error *err);
void schema_upsert_free(struct schema_upsert *upsert);

/**
 * Adds the row, or updates it where a value differs; touches nothing where none does.
 *
 * @param values     n_columns values
 * @param seq        number of the change, if it is one
 * @param out_rowid  the row's
 */
bool schema_upsert_put(struct schema_upsert *upsert, const struct schema_value *values, int64_t seq,
                       enum schema_outcome *out_outcome, int64_t *out_rowid, struct aro_error *err);

#endif
