#include "schema/import_aliases.h"

#include <stdlib.h>
#include <string.h>

/* The texts of a row come first. */
enum stored {
    S_CODE,
    S_TYPE,
    S_NOM,
    S_COMMUNE,
    S_CODES_POSTAUX,
    N_TEXTS,
    S_POPULATION = N_TEXTS,
    N_STORED
};
static const char *const stored_names[N_STORED] = {"code",    "type",          "nom",
                                                   "commune", "codes_postaux", "population"};
static const struct schema_table table = {"aliases", stored_names, N_STORED, 2};

/* One alias that waits for the end of its file. */
struct waiting {
    const char *file; /* the caller's, for as long as the import */
    uint64_t line, commune_line;
    size_t commune_column;            /* of the kind */
    size_t at[N_TEXTS], len[N_TEXTS]; /* in texts; len 0: none */
    struct schema_value population;
};

struct import_aliases {
    struct import_run *run;
    struct schema_upsert *upsert;
    struct schema_keymap communes; /* codes of today, to 0 */
    struct aro_buffer texts;
    struct waiting *items;
    size_t n, capacity;
};

static bool know_commune(void *context, const struct schema_commune *row, struct aro_error *err)
{
    return import_aliases_know(context, row->code, strlen(row->code), err);
}

bool import_aliases_new(struct import_run *run, struct import_aliases **out_aliases,
                        struct aro_error *err)
{
    struct import_aliases *aliases = calloc(1, sizeof *aliases);
    if (!aliases)
        return aro_error_no_memory(err);
    aliases->run = run;
    if (schema_upsert_new(run->db, &table, &aliases->upsert, err) &&
        schema_read_communes(run->store, know_commune, aliases, err)) {
        *out_aliases = aliases;
        return true;
    }
    import_aliases_free(aliases);
    return false;
}

void import_aliases_free(struct import_aliases *aliases)
{
    if (!aliases)
        return;
    schema_upsert_free(aliases->upsert);
    schema_keymap_clear(&aliases->communes);
    aro_buffer_clear(&aliases->texts);
    free(aliases->items);
    free(aliases);
}

bool import_aliases_know(struct import_aliases *aliases, const char *code, size_t code_len,
                         struct aro_error *err)
{
    uint32_t existing;
    return schema_keymap_put(&aliases->communes, code, code_len, 0, &existing, err);
}

static struct waiting *new_item(struct import_aliases *aliases, struct aro_error *err)
{
    if (aliases->n == aliases->capacity) {
        size_t capacity = aliases->capacity ? 2 * aliases->capacity : 256;
        struct waiting *items = realloc(aliases->items, capacity * sizeof *items);
        if (!items) {
            aro_error_no_memory(err);
            return NULL;
        }
        aliases->items = items;
        aliases->capacity = capacity;
    }
    return &aliases->items[aliases->n++];
}

bool import_aliases_add(struct import_aliases *aliases, struct import_row *row,
                        const struct import_alias_columns *columns, struct aro_error *err)
{
    const struct import_text *values = row->values;
    if (!values[columns->commune].text && !row->refused)
        import_problem(row, columns->commune, "the code of the commune of today was wanted");
    if (row->refused)
        return true;
    struct waiting *item = new_item(aliases, err);
    if (!item)
        return false;
    *item = (struct waiting){
        .file = row->run->file,
        .line = row->line,
        .commune_line = values[columns->commune].line,
        .commune_column = columns->commune,
        .population = columns->population,
    };
    const struct import_text texts[N_TEXTS] = {
        [S_CODE] = values[columns->code],
        [S_TYPE] = columns->type,
        [S_NOM] = values[columns->nom],
        [S_COMMUNE] = values[columns->commune],
        [S_CODES_POSTAUX] = columns->codes_postaux,
    };
    for (size_t i = 0; i < N_TEXTS; i++) {
        item->at[i] = aliases->texts.len;
        item->len[i] = texts[i].len;
        aro_buffer_append(&aliases->texts, texts[i].text, texts[i].len);
    }
    return aro_buffer_ok(&aliases->texts, err);
}

static const char *text_of(const struct import_aliases *aliases, const struct waiting *item,
                           enum stored i)
{
    return item->len[i] ? aliases->texts.data + item->at[i] : NULL;
}

static bool put_item(struct import_aliases *aliases, const struct waiting *item,
                     struct aro_error *err)
{
    struct import_run *run = aliases->run;
    size_t column = item->commune_column;
    struct import_row row = {.run = run, .line = item->line};
    row.values[column] = (struct import_text){text_of(aliases, item, S_COMMUNE),
                                              item->len[S_COMMUNE], item->commune_line};
    run->file = item->file;
    import_check_known(&row, column, &aliases->communes,
                       "no such commune of today; import communes first");
    if (row.refused) {
        run->summary.refused++;
        return true;
    }
    struct schema_value stored[N_STORED];
    int64_t rowid;
    for (size_t i = 0; i < N_TEXTS; i++)
        stored[i] = schema_value_text(text_of(aliases, item, (enum stored)i), item->len[i]);
    stored[S_POPULATION] = item->population;
    return import_put(run, aliases->upsert, stored, &rowid, err);
}

bool import_aliases_finish(struct import_aliases *aliases, struct aro_error *err)
{
    for (size_t i = 0; i < aliases->n; i++) {
        if (!put_item(aliases, &aliases->items[i], err))
            return false;
    }
    return true;
}

/* ---- Former codes ---- */

enum column { CODE, NOM, COMMUNE };
static const struct import_column columns[] = {
    [CODE] = {"code", true, import_commune_code},
    [NOM] = {"nom", false, import_name},
    [COMMUNE] = {"commune", true, import_commune_code},
};
static const char *const ignored[] = {"id", NULL};

static bool begin(struct import_run *run, struct aro_error *err)
{
    struct import_aliases *aliases = NULL;
    bool ok = import_aliases_new(run, &aliases, err);
    run->state = aliases;
    return ok;
}

static void end(struct import_run *run)
{
    import_aliases_free(run->state);
}

static bool import_row(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    static const char type[] = "ancienne", no_codes[] = "[]";
    struct import_text code = row->values[CODE];
    if (code.text && !import_once(row, CODE, code.text, code.len, err))
        return false;
    struct import_alias_columns alias = {
        .code = CODE,
        .nom = NOM,
        .commune = COMMUNE,
        .type = {type, sizeof type - 1, 0},
        .codes_postaux = {no_codes, sizeof no_codes - 1, 0},
    };
    return import_aliases_add(run->state, row, &alias, err);
}

static bool finish(struct import_run *run, struct aro_error *err)
{
    return import_aliases_finish(run->state, err);
}

const struct import_kind import_communes_anciennes = {
    .name = "communes-anciennes",
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .ignored = ignored,
    .begin = begin,
    .row = import_row,
    .finish = finish,
    .end = end,
};
