#include "schema/values.h"

#include <stdlib.h>
#include <string.h>

#include "geo/buffer.h"

struct schema_value schema_value_text(const char *text, size_t len)
{
    if (!text)
        return (struct schema_value){0};
    return (struct schema_value){.type = SCHEMA_TEXT, .bytes = text, .len = len};
}

struct schema_value schema_value_blob(const void *bytes, size_t len)
{
    if (!bytes)
        return (struct schema_value){0};
    return (struct schema_value){.type = SCHEMA_BLOB, .bytes = bytes, .len = len};
}

struct schema_value schema_value_integer(int64_t integer)
{
    return (struct schema_value){.type = SCHEMA_INTEGER, .integer = integer};
}

void schema_stmt_bind_value(struct schema_stmt *stmt, int i, const struct schema_value *value)
{
    switch (value->type) {
    case SCHEMA_NULL:
        schema_stmt_bind_null(stmt, i);
        break;
    case SCHEMA_TEXT:
        schema_stmt_bind_text_len(stmt, i, value->bytes, value->len);
        break;
    case SCHEMA_INTEGER:
        schema_stmt_bind_integer(stmt, i, value->integer);
        break;
    case SCHEMA_BLOB:
        schema_stmt_bind_blob(stmt, i, value->bytes, value->len);
        break;
    }
}

bool schema_stmt_same(struct schema_stmt *stmt, int i, const struct schema_value *value)
{
    if (value->type == SCHEMA_NULL || schema_stmt_is_null(stmt, i))
        return value->type == SCHEMA_NULL && schema_stmt_is_null(stmt, i);
    if (value->type == SCHEMA_INTEGER)
        return schema_stmt_integer(stmt, i) == value->integer;
    size_t len;
    const void *bytes = schema_stmt_blob(stmt, i, &len);
    return len == value->len && (len == 0 || memcmp(bytes, value->bytes, len) == 0);
}

/* ---- Upsert ---- */

struct schema_upsert {
    const struct schema_table *table;
    struct schema_db *db;
    struct schema_stmt *find, *insert, *update;
};

static void list_columns(struct aro_buffer *sql, const struct schema_table *table,
                         const char *separator, bool numbered, int n)
{
    for (int i = 0; i < n; i++) {
        aro_buffer_text(sql, i ? separator : "");
        aro_buffer_text(sql, table->columns[i]);
        if (numbered)
            aro_buffer_printf(sql, " = ?%d", i + 1);
    }
}

static bool prepare(struct schema_upsert *upsert, struct aro_buffer *sql,
                    struct schema_stmt **out_stmt, struct aro_error *err)
{
    char *text = aro_buffer_take_text(sql, err);
    bool ok = text && schema_db_prepare(upsert->db, text, out_stmt, err);
    free(text);
    return ok;
}

static bool prepare_find(struct schema_upsert *upsert, struct aro_error *err)
{
    const struct schema_table *table = upsert->table;
    struct aro_buffer sql = {0};
    aro_buffer_text(&sql, "SELECT rowid, ");
    list_columns(&sql, table, ", ", false, table->n_columns);
    aro_buffer_printf(&sql, " FROM %s WHERE ", table->name);
    list_columns(&sql, table, " AND ", true, table->n_keys);
    return prepare(upsert, &sql, &upsert->find, err);
}

static bool prepare_insert(struct schema_upsert *upsert, struct aro_error *err)
{
    const struct schema_table *table = upsert->table;
    struct aro_buffer sql = {0};
    aro_buffer_printf(&sql, "INSERT INTO %s (", table->name);
    list_columns(&sql, table, ", ", false, table->n_columns);
    aro_buffer_text(&sql, ", seq) VALUES (");
    for (int i = 0; i <= table->n_columns; i++)
        aro_buffer_printf(&sql, "%s?%d", i ? ", " : "", i + 1);
    aro_buffer_char(&sql, ')');
    return prepare(upsert, &sql, &upsert->insert, err);
}

/* The keys stay as they are, and are not written: SQLite would look through every row that refers
 * to them. */
static bool prepare_update(struct schema_upsert *upsert, struct aro_error *err)
{
    const struct schema_table *table = upsert->table;
    struct aro_buffer sql = {0};
    aro_buffer_printf(&sql, "UPDATE %s SET ", table->name);
    for (int i = table->n_keys; i < table->n_columns; i++)
        aro_buffer_printf(&sql, "%s = ?%d, ", table->columns[i], i + 1);
    aro_buffer_printf(&sql, "seq = ?%d WHERE rowid = ?%d", table->n_columns + 1,
                      table->n_columns + 2);
    return prepare(upsert, &sql, &upsert->update, err);
}

bool schema_upsert_new(struct schema_db *db, const struct schema_table *table,
                       struct schema_upsert **out_upsert, struct aro_error *err)
{
    struct schema_upsert *upsert = calloc(1, sizeof *upsert);
    if (!upsert)
        return aro_error_no_memory(err);
    upsert->table = table;
    upsert->db = db;
    if (prepare_find(upsert, err) && prepare_insert(upsert, err) && prepare_update(upsert, err)) {
        *out_upsert = upsert;
        return true;
    }
    schema_upsert_free(upsert);
    return false;
}

void schema_upsert_free(struct schema_upsert *upsert)
{
    if (!upsert)
        return;
    schema_stmt_free(upsert->find);
    schema_stmt_free(upsert->insert);
    schema_stmt_free(upsert->update);
    free(upsert);
}

static bool same_row(const struct schema_upsert *upsert, const struct schema_value *values)
{
    for (int i = upsert->table->n_keys; i < upsert->table->n_columns; i++) {
        if (!schema_stmt_same(upsert->find, i + 1, &values[i]))
            return false;
    }
    return true;
}

static void bind_row(const struct schema_upsert *upsert, struct schema_stmt *stmt,
                     const struct schema_value *values, int64_t seq)
{
    for (int i = 0; i < upsert->table->n_columns; i++)
        schema_stmt_bind_value(stmt, i + 1, &values[i]);
    schema_stmt_bind_integer(stmt, upsert->table->n_columns + 1, seq);
}

bool schema_upsert_put(struct schema_upsert *upsert, const struct schema_value *values, int64_t seq,
                       enum schema_outcome *out_outcome, int64_t *out_rowid, struct aro_error *err)
{
    for (int i = 0; i < upsert->table->n_keys; i++)
        schema_stmt_bind_value(upsert->find, i + 1, &values[i]);
    enum schema_step step = schema_stmt_step(upsert->find, err);
    if (step == SCHEMA_STEP_FAILED)
        return false;
    if (step == SCHEMA_STEP_DONE) {
        bind_row(upsert, upsert->insert, values, seq);
        if (!schema_stmt_run(upsert->insert, err))
            return false;
        *out_rowid = schema_db_last_id(upsert->db);
        *out_outcome = SCHEMA_ADDED;
        return true;
    }
    int64_t rowid = schema_stmt_integer(upsert->find, 0);
    bool same = same_row(upsert, values);
    schema_stmt_reset(upsert->find);
    if (!same) {
        bind_row(upsert, upsert->update, values, seq);
        schema_stmt_bind_integer(upsert->update, upsert->table->n_columns + 2, rowid);
        if (!schema_stmt_run(upsert->update, err))
            return false;
    }
    *out_rowid = rowid;
    *out_outcome = same ? SCHEMA_UNCHANGED : SCHEMA_UPDATED;
    return true;
}
