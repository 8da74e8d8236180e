#include "schema/csv_write.h"
#include "schema/import_inside.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

static const struct import_kind *const kinds[] = {
    &import_regions,
    &import_departements,
    &import_epcis,
    &import_communes,
    &import_communes_anciennes,
    &import_contours,
    &import_themes,
    &import_labels,
    &import_initiatives,
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* How many rows pass between two looks at the clock of the user. */
enum { ROWS_PER_LOOK = 512 };

const char *const *schema_import_kinds(void)
{
    static const char *const names[N_KINDS + 1] = {
        "regions",  "departements", "epcis",  "communes",    "communes-anciennes",
        "contours", "themes",       "labels", "initiatives", NULL,
    };
    return names;
}

static const struct import_kind *find_kind(const char *name, struct aro_error *err)
{
    for (size_t i = 0; i < N_KINDS; i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    }
    aro_error_set(err, ARO_BAD_INPUT,
                  "unknown kind '%.60s': one of regions, departements, epcis, communes, "
                  "communes-anciennes, contours, themes, labels, initiatives was wanted",
                  name);
    return NULL;
}

/* ---- Rows ---- */

struct schema_value import_value(const struct import_row *row, size_t column)
{
    return schema_value_text(row->values[column].text, row->values[column].len);
}

void import_count(struct import_run *run, enum schema_outcome outcome)
{
    run->summary.added += outcome == SCHEMA_ADDED;
    run->summary.updated += outcome == SCHEMA_UPDATED;
    run->summary.unchanged += outcome == SCHEMA_UNCHANGED;
}

bool import_put(struct import_run *run, struct schema_upsert *upsert,
                const struct schema_value *values, int64_t *out_rowid, struct aro_error *err)
{
    enum schema_outcome outcome;
    if (!schema_upsert_put(upsert, values, run->seq + 1, &outcome, out_rowid, err))
        return false;
    run->seq += outcome != SCHEMA_UNCHANGED;
    import_count(run, outcome);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct import_text trimmed(const struct schema_field *field)
{
    const char *text = field->text;
    size_t len = field->len;
    if (!text)
        return (struct import_text){.line = field->line};
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    while (len > 0 && is_blank(*text)) {
        text++;
        len--;
    }
    return (struct import_text){len ? text : NULL, len, field->line};
}

/* Each column's own rule. A value that fails counts as none, so that it is reported once. */
static void check_row(struct import_row *row)
{
    const struct import_kind *kind = row->run->kind;
    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct import_column *column = &kind->columns[i];
        struct import_text *value = &row->values[i];
        struct aro_error why = {0};
        if (!value->text) {
            if (column->required)
                import_problem(row, i, "a value was wanted");
        } else if (column->check && !column->check(value->text, value->len, &why)) {
            import_problem(row, i, why.message);
            value->text = NULL;
            value->len = 0;
        }
    }
}

static bool import_record(struct import_run *run, const struct schema_record *record, bool json,
                          const struct import_mapping *mapping, struct aro_error *err)
{
    struct import_row row = {
        .run = run,
        .line = record->line,
        .json = json,
        .record = record,
    };
    for (size_t i = 0; i < record->n_fields; i++) {
        if (mapping->columns[i] == IMPORT_IGNORED)
            continue;
        struct import_text *value = &row.values[mapping->columns[i]];
        *value = trimmed(&record->fields[i]);
        size_t guard = json || !value->text ? 0 : schema_csv_unguard(value->text, value->len);
        value->text += guard;
        value->len -= guard;
    }
    check_row(&row);
    run->summary.read++;
    bool ok = run->kind->row(run, &row, err);
    run->summary.refused += row.refused;
    return ok;
}

/* ---- Files ---- */

static void refuse_record(struct import_run *run, uint64_t line, const struct aro_error *why)
{
    struct schema_problem problem = {
        .file = run->file,
        .line = line,
        .column = why->parameter,
        .value = "",
        .reason = why->message,
    };
    import_report(run, &problem);
    run->summary.read++;
    run->summary.refused++;
}

struct file_place { /* of a file among those of one import, for progress */
    size_t i, n;
};

static bool look(const struct import_run *run, const struct schema_source *source,
                 struct file_place place, struct aro_error *err)
{
    double done = schema_source_progress(source);
    import_progress(run, "reading", done < 0 ? -1 : ((double)place.i + done) / (double)place.n);
    return import_go_on(run, err);
}

/* A geometry other than the one that the kind has; said as a reader of the file would. */
static bool has_wrong_geometry(struct import_run *run, const struct schema_record *record)
{
    struct aro_error why = {0};
    if (run->kind->areas || !record->shape)
        return false;
    aro_error_set_for(&why, "geometry", ARO_BAD_INPUT,
                      "the geometry is a %.40s; a Point or null was wanted",
                      json_string_value(json_object_get(record->shape, "type")));
    refuse_record(run, record->line, &why);
    return true;
}

/* Coordinates taken for degrees that are metres, or of another datum, would be wrong unseen. */
static bool check_crs(struct import_run *run, const struct schema_source *source,
                      struct aro_error *err)
{
    const char *crs = schema_source_crs(source);
    if (run->kind->open)
        return run->kind->open(run, source, err);
    if (!crs || run->options->crs)
        return true;
    return aro_error_set_for(err, "crs", ARO_BAD_INPUT,
                             "the file says that its coordinates are in '%s': name that system "
                             "with --crs, such as --crs EPSG:2154",
                             crs);
}

static bool import_records(struct import_run *run, struct schema_source *source,
                           struct file_place place, struct aro_error *err)
{
    struct import_mapping mapping = {0};
    bool json = schema_source_is_json(source);
    if (!check_crs(run, source, err) || !import_map_columns(run, source, &mapping, err) ||
        (!json && !import_check_required(run->kind, &mapping, err)))
        return false;
    for (uint64_t n = 0;; n++) {
        const struct schema_record *record = NULL;
        struct aro_error why = {0};
        if (n % ROWS_PER_LOOK == 0 && !look(run, source, place, err))
            return false;
        switch (schema_source_next(source, &record, &why)) {
        case SCHEMA_NEXT_RECORD:
            if (has_wrong_geometry(run, record))
                break;
            if (!import_map_columns(run, source, &mapping, err) ||
                !import_record(run, record, json, &mapping, err))
                return false;
            break;
        case SCHEMA_NEXT_BAD:
            refuse_record(run, record ? record->line : 0, &why);
            break;
        case SCHEMA_NEXT_FAILED:
            return aro_error_set_for(err, why.parameter, why.status, "%s", why.message);
        case SCHEMA_NEXT_END:
            return true;
        }
    }
}

static bool import_file(struct import_run *run, const char *path, struct file_place place,
                        struct aro_error *err)
{
    run->file = path;
    struct schema_source *source = run->kind->areas
                                       ? schema_source_open_areas(path, run->options->layer, err)
                                       : schema_source_open(path, err);
    if (source && schema_source_note(source))
        import_note(run, schema_source_note(source));
    bool ok = source && import_records(run, source, place, err);
    schema_source_close(source);
    return ok || aro_error_context(err, "%s", path);
}

/* ---- The whole ---- */

static bool save_state(struct import_run *run, struct aro_error *err)
{
    static const char sql[] = "UPDATE state SET seq = ?1, millesime = coalesce(?2, millesime)";
    const char *millesime = run->kind == &import_communes ? run->options->millesime : NULL;
    struct schema_stmt *stmt = NULL;
    if (!schema_db_prepare(run->db, sql, &stmt, err))
        return false;
    schema_stmt_bind_integer(stmt, 1, run->seq);
    schema_stmt_bind_text(stmt, 2, millesime);
    bool ok = schema_stmt_run(stmt, err);
    schema_stmt_free(stmt);
    return ok && schema_db_exec(run->db,
                                "INSERT OR IGNORE INTO commits (seq, token) "
                                "SELECT seq, random() FROM state",
                                err);
}

static bool check_refused(const struct import_run *run, struct aro_error *err)
{
    const struct schema_import_summary *summary = &run->summary;
    if (summary->refused == 0 || run->options->skip_errors)
        return true;
    return aro_error_set(err, ARO_BAD_INPUT,
                         "%llu of %llu rows refused, nothing imported (--skip-errors imports the "
                         "others)",
                         (unsigned long long)summary->refused, (unsigned long long)summary->read);
}

static bool run_import(struct import_run *run, const char *const *paths, size_t n_paths,
                       struct aro_error *err)
{
    if (!schema_db_integer(run->db, "SELECT seq FROM state", &run->seq, err) ||
        !run->kind->begin(run, err))
        return false;
    for (size_t i = 0; i < n_paths; i++) {
        if (!import_file(run, paths[i], (struct file_place){i, n_paths}, err))
            return false;
    }
    return (!run->kind->finish || run->kind->finish(run, err)) && check_refused(run, err) &&
           save_state(run, err) && import_go_on(run, err);
}

static void set_now(struct import_run *run)
{
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(run->now, sizeof run->now, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static bool check_millesime(const char *millesime, struct aro_error *err)
{
    int64_t year;
    if (!millesime || schema_rule_integer(millesime, strlen(millesime), 1900, 2999, &year, NULL))
        return true;
    return aro_error_set(err, ARO_BAD_INPUT, "millesime '%.40s': a year, such as 2026, was wanted",
                         millesime);
}

/* Only a guess of what is worth while: what counts is asked again inside the transaction. */
static bool is_bulk(const struct import_run *run, struct aro_error *err, bool *out_bulk)
{
    char sql[96];
    int64_t has_any = 1;
    if (run->kind->bulk_table) {
        snprintf(sql, sizeof sql, "SELECT EXISTS (SELECT 1 FROM %s)", run->kind->bulk_table);
        if (!schema_db_integer(run->db, sql, &has_any, err))
            return false;
    }
    *out_bulk = !has_any;
    return true;
}

static bool run_transaction(struct import_run *run, const char *const *paths, size_t n_paths,
                            struct aro_error *err)
{
    if (!schema_db_begin_write(run->db, err))
        return false;
    bool ok = run_import(run, paths, n_paths, err);
    run->kind->end(run);
    if (ok) {
        import_progress(run, "saving", -1);
        ok = schema_db_commit(run->db, err);
    }
    schema_db_rollback(run->db); /* after a commit there is nothing to roll back */
    return ok;
}

bool schema_import(struct schema_store *store, const char *kind, const char *const *paths,
                   size_t n_paths, const struct schema_import_options *options,
                   struct schema_import_summary *out_summary, struct aro_error *err)
{
    struct import_run run = {.store = store, .db = schema_store_db(store), .options = options};
    run.kind = find_kind(kind, err);
    if (!run.kind || !check_millesime(options->millesime, err))
        return false;
    set_now(&run);
    bool bulk;
    if (!is_bulk(&run, err, &bulk))
        return false;
    if (bulk)
        schema_db_set_bulk(run.db, true);
    bool ok = run_transaction(&run, paths, n_paths, err);
    if (bulk)
        schema_db_set_bulk(run.db, false);
    schema_keymap_clear(&run.seen);
    if (ok) {
        schema_db_checkpoint(run.db);
        *out_summary = run.summary;
    }
    return ok;
}
