#include "schema/import_personnes.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

enum { PART_NOM, PART_FONCTION, PART_COURRIEL, PART_ELU, N_PARTS };

void import_personnes_clear(struct import_personnes *personnes)
{
    json_decref(personnes->json);
    personnes->json = NULL;
    personnes->n = 0;
}

static bool check_part(const struct import_text *part, bool required,
                       bool (*check)(const char *, size_t, struct aro_error *),
                       struct aro_error *why)
{
    if (!part->text)
        return !required || aro_error_set(why, ARO_BAD_INPUT, "each person needs a nom");
    return check(part->text, part->len, why);
}

/* The value is not shown: it is private, and reports end up in logs. */
static bool keep(struct import_row *row, size_t column, struct import_personnes *personnes,
                 const struct import_personne *one)
{
    struct aro_error why = {0};
    if (personnes->n == SCHEMA_LIST_MAX_ITEMS)
        aro_error_set(&why, ARO_BAD_INPUT, "more than %d people", SCHEMA_LIST_MAX_ITEMS);
    else if (check_part(&one->nom, true, import_name, &why) &&
             check_part(&one->fonction, false, import_name, &why))
        check_part(&one->courriel, false, schema_rule_email, &why);
    if (why.status != ARO_OK) {
        import_problem_at(row, column, NULL, 0, why.message);
        return false;
    }
    personnes->items[personnes->n++] = *one;
    return true;
}

/* ---- From CSV ---- */

static struct import_text cut(const char *text, size_t len)
{
    while (len > 0 && *text == ' ') {
        text++;
        len--;
    }
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return (struct import_text){.text = len ? text : NULL, .len = len};
}

static bool is_word(const struct import_text *text, const char *word)
{
    return text->text && text->len == strlen(word) && memcmp(text->text, word, text->len) == 0;
}

static bool read_parts(struct import_row *row, size_t column, struct import_personnes *personnes,
                       const char *text, size_t len)
{
    struct import_text parts[N_PARTS] = {{0}};
    const char *end = text + len;
    size_t n = 0;
    for (; n < N_PARTS; n++) {
        const char *semicolon = memchr(text, ';', (size_t)(end - text));
        parts[n] = cut(text, (size_t)((semicolon ? semicolon : end) - text));
        if (!semicolon)
            break;
        text = semicolon + 1;
    }
    bool known = !parts[PART_ELU].text || is_word(&parts[PART_ELU], "oui") ||
                 is_word(&parts[PART_ELU], "non");
    if (n == N_PARTS || !known) {
        import_problem_at(row, column, NULL, 0,
                          "people as nom;fonction;courriel;oui or non, with | between them, were "
                          "wanted");
        return false;
    }
    struct import_personne one = {parts[PART_NOM], parts[PART_FONCTION], parts[PART_COURRIEL],
                                  is_word(&parts[PART_ELU], "oui")};
    return keep(row, column, personnes, &one);
}

static void read_csv(struct import_row *row, size_t column, struct import_personnes *personnes)
{
    const char *text = row->values[column].text, *end = text + row->values[column].len;
    for (bool ok = true; ok && text < end;) {
        const char *bar = memchr(text, '|', (size_t)(end - text));
        const char *stop = bar ? bar : end;
        struct import_text one = cut(text, (size_t)(stop - text));
        ok = !one.text || read_parts(row, column, personnes, one.text, one.len);
        text = stop + 1;
    }
}

/* ---- From JSON ---- */

static bool json_part(const json_t *value, struct import_text *out)
{
    if (json_is_string(value))
        *out = cut(json_string_value(value), json_string_length(value));
    return json_is_string(value) || json_is_null(value);
}

static bool read_object(json_t *object, struct import_personne *out)
{
    const char *key;
    json_t *value;
    bool ok = json_is_object(object);
    json_object_foreach(object, key, value)
    {
        if (strcmp(key, "nom") == 0)
            ok = ok && json_part(value, &out->nom);
        else if (strcmp(key, "fonction") == 0)
            ok = ok && json_part(value, &out->fonction);
        else if (strcmp(key, "courriel") == 0)
            ok = ok && json_part(value, &out->courriel);
        else if (strcmp(key, "elu") == 0 && (json_is_boolean(value) || json_is_null(value)))
            out->elu = json_is_true(value);
        else
            ok = false;
    }
    return ok;
}

static void read_json(struct import_row *row, size_t column, struct import_personnes *personnes)
{
    struct import_text field = row->values[column];
    json_t *list = json_loadb(field.text, field.len, JSON_REJECT_DUPLICATES, NULL);
    personnes->json = list;
    bool ok = json_is_array(list);
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        struct import_personne one = {0};
        ok = read_object(json_array_get(list, i), &one);
        if (ok && !keep(row, column, personnes, &one))
            return;
    }
    if (!ok)
        import_problem_at(row, column, NULL, 0,
                          "a list of {\"nom\", \"fonction\", \"courriel\", \"elu\"} was wanted");
}

void import_personnes_read(struct import_row *row, size_t column,
                           struct import_personnes *out_personnes)
{
    struct import_text field = row->values[column];
    import_personnes_clear(out_personnes);
    if (field.text && (row->json || *field.text == '['))
        read_json(row, column, out_personnes);
    else if (field.text)
        read_csv(row, column, out_personnes);
}

/* ---- The table ---- */

struct import_personnes_table {
    struct schema_stmt *find, *insert, *drop;
};

bool import_personnes_table_new(struct schema_db *db, struct import_personnes_table **out_table,
                                struct aro_error *err)
{
    struct import_personnes_table *table = calloc(1, sizeof *table);
    if (!table)
        return aro_error_no_memory(err);
    if (schema_db_prepare(db,
                          "SELECT nom, fonction, courriel, elu FROM personnes "
                          "WHERE initiative = ?1 ORDER BY rang",
                          &table->find, err) &&
        schema_db_prepare(db,
                          "INSERT INTO personnes (initiative, rang, nom, fonction, courriel, elu) "
                          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                          &table->insert, err) &&
        schema_db_prepare(db, "DELETE FROM personnes WHERE initiative = ?1", &table->drop, err)) {
        *out_table = table;
        return true;
    }
    import_personnes_table_free(table);
    return false;
}

void import_personnes_table_free(struct import_personnes_table *table)
{
    if (!table)
        return;
    schema_stmt_free(table->find);
    schema_stmt_free(table->insert);
    schema_stmt_free(table->drop);
    free(table);
}

static void values_of(const struct import_personne *one, struct schema_value values[N_PARTS])
{
    values[PART_NOM] = schema_value_text(one->nom.text, one->nom.len);
    values[PART_FONCTION] = schema_value_text(one->fonction.text, one->fonction.len);
    values[PART_COURRIEL] = schema_value_text(one->courriel.text, one->courriel.len);
    values[PART_ELU] = schema_value_integer(one->elu);
}

bool import_personnes_same(struct import_personnes_table *table, int64_t initiative,
                           const struct import_personnes *personnes, bool *out_same,
                           struct aro_error *err)
{
    enum schema_step step;
    size_t n = 0;
    bool same = true;
    schema_stmt_bind_integer(table->find, 1, initiative);
    for (; (step = schema_stmt_step(table->find, err)) == SCHEMA_STEP_ROW; n++) {
        struct schema_value values[N_PARTS];
        if (n >= personnes->n)
            continue;
        values_of(&personnes->items[n], values);
        for (int i = 0; i < N_PARTS; i++)
            same = same && schema_stmt_same(table->find, i, &values[i]);
    }
    *out_same = same && n == personnes->n;
    return step == SCHEMA_STEP_DONE;
}

bool import_personnes_insert(struct import_personnes_table *table, int64_t initiative,
                             const struct import_personnes *personnes, struct aro_error *err)
{
    for (size_t i = 0; i < personnes->n; i++) {
        struct schema_value values[N_PARTS];
        values_of(&personnes->items[i], values);
        schema_stmt_bind_integer(table->insert, 1, initiative);
        schema_stmt_bind_integer(table->insert, 2, (int64_t)i);
        for (int part = 0; part < N_PARTS; part++)
            schema_stmt_bind_value(table->insert, 3 + part, &values[part]);
        if (!schema_stmt_run(table->insert, err))
            return false;
    }
    return true;
}

bool import_personnes_replace(struct import_personnes_table *table, int64_t initiative,
                              const struct import_personnes *personnes, struct aro_error *err)
{
    schema_stmt_bind_integer(table->drop, 1, initiative);
    return schema_stmt_run(table->drop, err) &&
           import_personnes_insert(table, initiative, personnes, err);
}
