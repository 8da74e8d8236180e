/*
 * Import of the theme taxonomy: axes, enjeux, usages. A file gives a parent before its children;
 * the order of the file is the order in which they are shown.
 */
#include "schema/import_inside.h"

#include <stdlib.h>
#include <string.h>

enum column { ID, PARENT, NIVEAU, LIBELLE };

static const int64_t niveau_max = 3;

static bool check_niveau(const char *text, size_t text_len, struct aro_error *err)
{
    int64_t value;
    return schema_rule_integer(text, text_len, 1, niveau_max, &value, err);
}

static const struct import_column columns[] = {
    [ID] = {"id", true, import_theme_id},
    [PARENT] = {"parent", false, import_theme_id},
    [NIVEAU] = {"niveau", true, check_niveau},
    [LIBELLE] = {"libelle", true, import_line},
};
static const char *const ignored[] = {NULL};

static const char *const stored_names[] = {"id", "parent", "niveau", "libelle", "rang"};
enum { N_STORED = sizeof stored_names / sizeof *stored_names };
static const struct schema_table table = {"themes", stored_names, N_STORED, 1};

struct themes {
    struct schema_upsert *upsert;
    struct schema_keymap niveaux; /* ids known, to their niveau */
    int64_t rang;
};

static void end(struct import_run *run)
{
    struct themes *themes = run->state;
    if (!themes)
        return;
    schema_upsert_free(themes->upsert);
    schema_keymap_clear(&themes->niveaux);
    free(themes);
}

static bool know(void *context, const struct schema_theme *row, struct aro_error *err)
{
    struct themes *themes = context;
    uint32_t existing;
    return schema_keymap_put(&themes->niveaux, row->id, strlen(row->id), (uint32_t)row->niveau,
                             &existing, err);
}

static bool begin(struct import_run *run, struct aro_error *err)
{
    struct themes *themes = calloc(1, sizeof *themes);
    if (!themes)
        return aro_error_no_memory(err);
    run->state = themes;
    return schema_upsert_new(run->db, &table, &themes->upsert, err) &&
           schema_read_themes(run->store, know, themes, err);
}

/* The parent is the next level up: an axe has none. */
static void check_parent(struct import_row *row, const struct themes *themes, int64_t niveau)
{
    struct import_text parent = row->values[PARENT];
    if (niveau == 1) {
        if (parent.text)
            import_problem(row, PARENT, "an axe (niveau 1) has no parent; empty was wanted");
        return;
    }
    uint32_t found = parent.text ? schema_keymap_find(&themes->niveaux, parent.text, parent.len)
                                 : SCHEMA_KEYMAP_NONE;
    if (!parent.text)
        import_problem(row, PARENT, "the id of the theme above was wanted");
    else if (found == SCHEMA_KEYMAP_NONE)
        import_problem(row, PARENT, "no such theme; parents come before their children");
    else if (found != niveau - 1)
        import_problem(row, PARENT, "a theme of the niveau just above was wanted");
}

/* What a sheet refers to stays what it is. */
static bool check_same_niveau(struct import_row *row, struct themes *themes, int64_t niveau,
                              struct aro_error *err)
{
    struct import_text id = row->values[ID];
    uint32_t existing;
    if (!schema_keymap_put(&themes->niveaux, id.text, id.len, (uint32_t)niveau, &existing, err))
        return false;
    if (existing != SCHEMA_KEYMAP_NONE && existing != niveau)
        import_problem(row, NIVEAU,
                       "the store has this theme with another niveau, which may not "
                       "change");
    return true;
}

static bool import_row(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct themes *themes = run->state;
    struct import_text id = row->values[ID], niveau_text = row->values[NIVEAU];
    int64_t niveau = 0, rowid;
    if (id.text && !import_once(row, ID, id.text, id.len, err))
        return false;
    if (row->refused)
        return true;
    schema_rule_integer(niveau_text.text, niveau_text.len, 1, niveau_max, &niveau, NULL);
    check_parent(row, themes, niveau);
    if (row->refused)
        return true;
    if (!check_same_niveau(row, themes, niveau, err))
        return false;
    if (row->refused)
        return true;
    const struct schema_value stored[N_STORED] = {
        import_value(row, ID),
        import_value(row, PARENT),
        schema_value_integer(niveau),
        import_value(row, LIBELLE),
        schema_value_integer(themes->rang++),
    };
    return import_put(run, themes->upsert, stored, &rowid, err);
}

const struct import_kind import_themes = {
    .name = "themes",
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .ignored = ignored,
    .begin = begin,
    .row = import_row,
    .end = end,
};
