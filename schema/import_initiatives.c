/*
 * Import of initiatives. A sheet is known by its source and source_id: a row that the store has
 * updates it (a new version, the former one in the history), or leaves it alone where nothing
 * differs. Into an empty store rows only go in, and the spatial index is built at the end.
 */
#include "schema/id_lines.h"
#include "schema/import_fiche.h"
#include "schema/rtree.h"

#include <stdio.h>
#include <stdlib.h>

#include "geo/json.h"

static const char *const ignored[] = {
    "id",         "commune_nom", "axes",    "niveau",     "epci", "departement", "region",
    "created_at", "updated_at",  "version", "distance_m", "wkt",  NULL,
};

/* Of the sheet that is found by its key. */
enum { FOUND_ID, FOUND_VERSION, FOUND_FICHE };

/* Parameters behind the sheet's own columns. */
enum {
    AT_SEQ = N_FICHE_COLUMNS + 1,
    AT_NOW,
    AT_ID,
};

struct initiatives {
    bool first_load;
    struct import_fiche_reader *reader;
    struct import_fiche fiche;
    struct import_personnes_table *personnes;
    struct schema_stmt *find, *insert, *update, *remember;
    struct schema_rtree *rtree;
    struct schema_rtree_bulk bulk; /* of a first load */
    struct schema_id_lines lines;  /* of the sheets of this import */
    struct aro_buffer former;      /* of the row at hand */
};

/* ---- Statements ---- */

static void list_names(struct aro_buffer *sql, bool numbered)
{
    for (int i = 0; i < N_FICHE_COLUMNS; i++) {
        aro_buffer_printf(sql, "%s%s", i ? ", " : "", import_fiche_names[i]);
        if (numbered)
            aro_buffer_printf(sql, " = ?%d", i + 1);
    }
}

static bool prepare(struct import_run *run, struct aro_buffer *sql, struct schema_stmt **out_stmt,
                    struct aro_error *err)
{
    char *text = aro_buffer_take_text(sql, err);
    bool ok = text && schema_db_prepare(run->db, text, out_stmt, err);
    free(text);
    return ok;
}

static bool prepare_all(struct import_run *run, struct initiatives *initiatives,
                        struct aro_error *err)
{
    struct aro_buffer sql = {0};
    aro_buffer_text(&sql, "SELECT id, version, ");
    list_names(&sql, false);
    aro_buffer_text(&sql, " FROM initiatives WHERE source = ?1 AND source_id = ?2");
    if (!prepare(run, &sql, &initiatives->find, err))
        return false;
    aro_buffer_text(&sql, "INSERT INTO initiatives (");
    list_names(&sql, false);
    aro_buffer_text(&sql, ", seq, created_at, updated_at, version) VALUES (");
    for (int i = 1; i <= AT_NOW; i++)
        aro_buffer_printf(&sql, "?%d, ", i);
    aro_buffer_printf(&sql, "?%d, 1) ON CONFLICT (source, source_id) DO NOTHING", AT_NOW);
    if (!prepare(run, &sql, &initiatives->insert, err))
        return false;
    aro_buffer_text(&sql, "UPDATE initiatives SET ");
    list_names(&sql, true);
    aro_buffer_printf(&sql, ", seq = ?%d, updated_at = ?%d, version = version + 1 WHERE id = ?%d",
                      AT_SEQ, AT_NOW, AT_ID);
    return prepare(run, &sql, &initiatives->update, err) &&
           schema_db_prepare(run->db,
                             "INSERT INTO historique (initiative, version, replaced_at, seq, etat) "
                             "VALUES (?1, ?2, ?3, ?4, ?5)",
                             &initiatives->remember, err);
}

static void end(struct import_run *run)
{
    struct initiatives *initiatives = run->state;
    if (!initiatives)
        return;
    import_fiche_reader_free(initiatives->reader);
    import_personnes_clear(&initiatives->fiche.personnes);
    import_personnes_table_free(initiatives->personnes);
    schema_stmt_free(initiatives->find);
    schema_stmt_free(initiatives->insert);
    schema_stmt_free(initiatives->update);
    schema_stmt_free(initiatives->remember);
    schema_rtree_free(initiatives->rtree);
    schema_rtree_bulk_clear(&initiatives->bulk);
    schema_id_lines_clear(&initiatives->lines);
    aro_buffer_clear(&initiatives->former);
    free(initiatives);
}

static bool begin(struct import_run *run, struct aro_error *err)
{
    static const char any[] = "SELECT EXISTS (SELECT 1 FROM initiatives)";
    struct initiatives *initiatives = calloc(1, sizeof *initiatives);
    int64_t has_any;
    if (!initiatives)
        return aro_error_no_memory(err);
    run->state = initiatives;
    if (!schema_db_integer(run->db, any, &has_any, err))
        return false;
    initiatives->first_load = !has_any;
    return import_fiche_reader_new(run, &initiatives->reader, err) &&
           prepare_all(run, initiatives, err) &&
           import_personnes_table_new(run->db, &initiatives->personnes, err) &&
           schema_rtree_new(run->db, "idx_initiatives_position", &initiatives->rtree, err);
}

/* ---- Putting in ---- */

static void bind(struct schema_stmt *stmt, const struct import_fiche *fiche, int64_t seq,
                 const char *now)
{
    for (int i = 0; i < N_FICHE_COLUMNS; i++)
        schema_stmt_bind_value(stmt, i + 1, &fiche->values[i]);
    schema_stmt_bind_integer(stmt, AT_SEQ, seq);
    schema_stmt_bind_text(stmt, AT_NOW, now);
}

static void refuse_second(struct import_row *row, uint32_t first)
{
    char reason[64];
    snprintf(reason, sizeof reason, "given twice: first at line %u", first);
    import_problem(row, IMPORT_FICHE_SOURCE_ID, reason);
}

/* Looks for the sheet of the row; SCHEMA_STEP_ROW: the statement stands at it. */
static enum schema_step find_sheet(struct initiatives *initiatives, struct aro_error *err)
{
    struct schema_stmt *find = initiatives->find;
    schema_stmt_bind_value(find, 1, &initiatives->fiche.values[FICHE_SOURCE]);
    schema_stmt_bind_value(find, 2, &initiatives->fiche.values[FICHE_SOURCE_ID]);
    return schema_stmt_step(find, err);
}

/* The row was not put in, since its sheet is there: a first load has put it in itself. */
static bool refuse_known(struct initiatives *initiatives, struct import_row *row,
                         struct aro_error *err)
{
    if (find_sheet(initiatives, err) != SCHEMA_STEP_ROW)
        return false;
    int64_t id = schema_stmt_integer(initiatives->find, FOUND_ID);
    schema_stmt_reset(initiatives->find);
    refuse_second(row, schema_id_lines_find(&initiatives->lines, id));
    return true;
}

static bool add(struct import_run *run, struct initiatives *initiatives, struct import_row *row,
                struct aro_error *err)
{
    const struct import_fiche *fiche = &initiatives->fiche;
    bind(initiatives->insert, fiche, run->seq + 1, run->now);
    if (!schema_stmt_run(initiatives->insert, err))
        return false;
    if (schema_db_changes(run->db) == 0)
        return refuse_known(initiatives, row, err);
    run->seq++;
    int64_t id = schema_db_last_id(run->db);
    import_count(run, SCHEMA_ADDED);
    if (!schema_id_lines_put(&initiatives->lines, id, row->line, err) ||
        !import_personnes_insert(initiatives->personnes, id, &fiche->personnes, err))
        return false;
    if (!fiche->has_position)
        return true;
    return initiatives->first_load
               ? schema_rtree_bulk_add(&initiatives->bulk, id, fiche->position, err)
               : schema_rtree_set(initiatives->rtree, id, &fiche->position, err);
}

/* ---- Updating ---- */

static bool is_json(int column)
{
    return column == FICHE_LIENS || column == FICHE_PHOTOS || column == FICHE_VIDEOS ||
           column == FICHE_LIEU || column == FICHE_THEMES;
}

static void write_position(struct aro_buffer *out, struct schema_stmt *found)
{
    size_t len;
    struct geo_coord coord;
    const void *blob = schema_stmt_blob(found, FOUND_FICHE + FICHE_POSITION, &len);
    if (schema_point_decode(blob, len, &coord))
        geo_coord_write_position(out, coord);
    else
        aro_buffer_text(out, "null");
}

/* The row found as a JSON object, for the history. */
static void write_former(struct aro_buffer *out, struct schema_stmt *found)
{
    out->len = 0;
    for (int i = 0; i < N_FICHE_COLUMNS; i++) {
        int column = FOUND_FICHE + i;
        if (schema_stmt_is_null(found, column))
            continue;
        aro_buffer_char(out, out->len ? ',' : '{');
        aro_json_text(out, import_fiche_names[i]);
        aro_buffer_char(out, ':');
        if (i == FICHE_POSITION)
            write_position(out, found);
        else if (i == FICHE_POSITION_EXACTE)
            aro_json_integer(out, schema_stmt_integer(found, column));
        else if (is_json(i))
            aro_buffer_text(out, schema_stmt_text(found, column));
        else
            aro_json_text(out, schema_stmt_text(found, column));
    }
    aro_buffer_char(out, '}');
}

static bool same_fiche(const struct initiatives *initiatives)
{
    for (int i = 0; i < N_FICHE_COLUMNS; i++) {
        if (!schema_stmt_same(initiatives->find, FOUND_FICHE + i, &initiatives->fiche.values[i]))
            return false;
    }
    return true;
}

static bool change(struct import_run *run, struct initiatives *initiatives, int64_t id,
                   int64_t version, struct aro_error *err)
{
    const struct import_fiche *fiche = &initiatives->fiche;
    if (!aro_buffer_ok(&initiatives->former, err))
        return false;
    run->seq++;
    schema_stmt_bind_integer(initiatives->remember, 1, id);
    schema_stmt_bind_integer(initiatives->remember, 2, version);
    schema_stmt_bind_text(initiatives->remember, 3, run->now);
    schema_stmt_bind_integer(initiatives->remember, 4, run->seq);
    schema_stmt_bind_text_len(initiatives->remember, 5, initiatives->former.data,
                              initiatives->former.len);
    bind(initiatives->update, fiche, run->seq, run->now);
    schema_stmt_bind_integer(initiatives->update, AT_ID, id);
    import_count(run, SCHEMA_UPDATED);
    return schema_stmt_run(initiatives->remember, err) &&
           schema_stmt_run(initiatives->update, err) &&
           import_personnes_replace(initiatives->personnes, id, &fiche->personnes, err) &&
           schema_rtree_set(initiatives->rtree, id, fiche->has_position ? &fiche->position : NULL,
                            err);
}

/* The find statement stands at the sheet. */
static bool change_found(struct import_run *run, struct initiatives *initiatives,
                         struct import_row *row, struct aro_error *err)
{
    struct schema_stmt *find = initiatives->find;
    int64_t id = schema_stmt_integer(find, FOUND_ID);
    int64_t version = schema_stmt_integer(find, FOUND_VERSION);
    uint32_t first = schema_id_lines_find(&initiatives->lines, id);
    if (first > 0) {
        schema_stmt_reset(find);
        refuse_second(row, first);
        return true;
    }
    if (!schema_id_lines_put(&initiatives->lines, id, row->line, err))
        return false;
    bool same = same_fiche(initiatives), same_personnes = true;
    if (same && !import_personnes_same(initiatives->personnes, id, &initiatives->fiche.personnes,
                                       &same_personnes, err))
        return false;
    if (!same || !same_personnes)
        write_former(&initiatives->former, find);
    schema_stmt_reset(find);
    if (!same || !same_personnes)
        return change(run, initiatives, id, version, err);
    import_count(run, SCHEMA_UNCHANGED);
    return true;
}

static bool add_or_change(struct import_run *run, struct initiatives *initiatives,
                          struct import_row *row, struct aro_error *err)
{
    enum schema_step step = find_sheet(initiatives, err);
    if (step == SCHEMA_STEP_ROW)
        return change_found(run, initiatives, row, err);
    return step == SCHEMA_STEP_DONE && add(run, initiatives, row, err);
}

static bool import_row(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct initiatives *initiatives = run->state;
    if (!import_fiche_read(initiatives->reader, row, &initiatives->fiche, err))
        return false;
    if (row->refused)
        return true;
    return initiatives->first_load ? add(run, initiatives, row, err)
                                   : add_or_change(run, initiatives, row, err);
}

static bool finish(struct import_run *run, struct aro_error *err)
{
    struct initiatives *initiatives = run->state;
    if (!initiatives->first_load || (run->summary.refused > 0 && !run->options->skip_errors))
        return true;
    import_progress(run, "indexing", -1);
    return import_go_on(run, err) &&
           schema_rtree_bulk_build(&initiatives->bulk, run->db, "idx_initiatives_position", err);
}

const struct import_kind import_initiatives = {
    .name = "initiatives",
    .columns = import_fiche_columns,
    .n_columns = IMPORT_FICHE_N_COLUMNS,
    .ignored = ignored,
    .bulk_table = "initiatives",
    .begin = begin,
    .row = import_row,
    .finish = finish,
    .end = end,
};
