/*
 * Import of labels: the arobases of a commune in a year.
 */
#include "schema/import_inside.h"
#include "schema/lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/json.h"

enum column { COMMUNE, ANNEE, NIVEAU, MENTIONS, SOURCE };

enum { ANNEE_MIN = 1999, ANNEE_MAX = 2999, NIVEAU_MAX = 5 }; /* the label began in 1999 */

static bool check_annee(const char *text, size_t text_len, struct aro_error *err)
{
    int64_t value;
    return schema_rule_integer(text, text_len, ANNEE_MIN, ANNEE_MAX, &value, err);
}

static bool check_niveau(const char *text, size_t text_len, struct aro_error *err)
{
    int64_t value;
    return schema_rule_integer(text, text_len, 1, NIVEAU_MAX, &value, err);
}

static const struct import_column columns[] = {
    [COMMUNE] = {"commune", true, import_commune_code}, [ANNEE] = {"annee", true, check_annee},
    [NIVEAU] = {"niveau", true, check_niveau},          [MENTIONS] = {"mentions", false, NULL},
    [SOURCE] = {"source", false, import_name},
};
static const char *const ignored[] = {"id", "commune_nom", "distance_m", "lon", "lat", "wkt", NULL};

static const char *const stored_names[] = {"commune", "annee",    "commune_saisie",
                                           "niveau",  "mentions", "source"};
enum { N_STORED = sizeof stored_names / sizeof *stored_names };
static const struct schema_table table = {"labels", stored_names, N_STORED, 2};

struct labels {
    struct schema_upsert *upsert;
    struct schema_places *places;
    struct aro_buffer mentions; /* JSON of the row at hand */
};

static void end(struct import_run *run)
{
    struct labels *labels = run->state;
    if (!labels)
        return;
    schema_upsert_free(labels->upsert);
    schema_places_free(labels->places);
    aro_buffer_clear(&labels->mentions);
    free(labels);
}

static bool begin(struct import_run *run, struct aro_error *err)
{
    struct labels *labels = calloc(1, sizeof *labels);
    if (!labels)
        return aro_error_no_memory(err);
    run->state = labels;
    return schema_upsert_new(run->db, &table, &labels->upsert, err) &&
           schema_places_load(run->store, &labels->places, err);
}

static bool add_mention(void *context, const char *text, size_t text_len, struct aro_error *err)
{
    struct aro_buffer *out = context;
    if (!import_name(text, text_len, err))
        return false;
    aro_buffer_char(out, out->len ? ',' : '[');
    aro_json_string(out, text, text_len);
    return true;
}

static bool read_mentions(struct import_row *row, struct aro_buffer *out, struct aro_error *err)
{
    struct import_text value = row->values[MENTIONS];
    struct aro_error why = {0};
    out->len = 0;
    if (value.text && !schema_list_each(value.text, value.len, add_mention, out, &why))
        import_problem(row, MENTIONS, why.message);
    aro_buffer_text(out, out->len ? "]" : "[]");
    return aro_buffer_ok(out, err);
}

static bool import_row(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct labels *labels = run->state;
    const struct import_text *values = row->values;
    int64_t annee = 0, niveau = 0, rowid;
    const struct schema_place *place = import_place(row, COMMUNE, labels->places);
    if (!read_mentions(row, &labels->mentions, err))
        return false;
    if (row->refused)
        return true;
    schema_rule_integer(values[ANNEE].text, values[ANNEE].len, ANNEE_MIN, ANNEE_MAX, &annee, NULL);
    schema_rule_integer(values[NIVEAU].text, values[NIVEAU].len, 1, NIVEAU_MAX, &niveau, NULL);
    char key[24];
    int key_len = snprintf(key, sizeof key, "%s-%lld", place->code, (long long)annee);
    if (!import_once(row, COMMUNE, key, (size_t)key_len, err))
        return false;
    if (row->refused)
        return true;
    const struct schema_value stored[N_STORED] = {
        schema_value_text(place->code, strlen(place->code)),
        schema_value_integer(annee),
        import_given_code(row, COMMUNE, place),
        schema_value_integer(niveau),
        schema_value_text(labels->mentions.data, labels->mentions.len),
        import_value(row, SOURCE),
    };
    return import_put(run, labels->upsert, stored, &rowid, err);
}

const struct import_kind import_labels = {
    .name = "labels",
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .ignored = ignored,
    .begin = begin,
    .row = import_row,
    .end = end,
};
