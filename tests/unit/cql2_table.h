/*
 * A small table with a column of each kind for filter expressions, and what reads it: the rows
 * themselves are for slow twins.
 */
#ifndef ARO_TESTS_CQL2_TABLE_H
#define ARO_TESTS_CQL2_TABLE_H

#include <math.h>
#include <string.h>

#include "geo/cql2_eval.h"
#include "tests/unit/random.h"

enum { TABLE_ROWS = 200, TABLE_TEXTS = 8, TABLE_TAGS = 3 };

/** A row: NAN, NULL, -1 and no place are null. */
struct table_row {
    double niveau, prix;
    int day;
    int nom;           /* of table_texts */
    const char *titre; /* one of table_texts */
    uint64_t themes;   /* bits of table_themes */
    int n_tags;        /* -1: null */
    const char *tags[TABLE_TAGS];
    struct geo_instant vu;
    bool has_vu;
    int ouvert; /* -1: null */
    struct geo_coord place;
};

struct table {
    struct table_row rows[TABLE_ROWS];
    struct geo_coord coords[TABLE_ROWS];
    size_t n, n_placed;
    struct geo_cql2_source source;
};

enum table_property {
    TABLE_NIVEAU,
    TABLE_PRIX,
    TABLE_DATE,
    TABLE_NOM,
    TABLE_TITRE,
    TABLE_THEMES,
    TABLE_TAGS_OF,
    TABLE_VU,
    TABLE_OUVERT,
    TABLE_GEOMETRY,
    TABLE_AUTRE,
    TABLE_PROPERTIES
};

static const struct geo_cql2_property table_properties[TABLE_PROPERTIES] = {
    [TABLE_NIVEAU] = {"niveau", GEO_CQL2_IS_NUMBER},
    [TABLE_PRIX] = {"prix", GEO_CQL2_IS_NUMBER},
    [TABLE_DATE] = {"date", GEO_CQL2_IS_DATE},
    [TABLE_NOM] = {"nom", GEO_CQL2_IS_TEXT},
    [TABLE_TITRE] = {"titre", GEO_CQL2_IS_TEXT},
    [TABLE_THEMES] = {"themes", GEO_CQL2_IS_ARRAY},
    [TABLE_TAGS_OF] = {"tags", GEO_CQL2_IS_ARRAY},
    [TABLE_VU] = {"vu", GEO_CQL2_IS_TIMESTAMP},
    [TABLE_OUVERT] = {"ouvert", GEO_CQL2_IS_BOOLEAN},
    [TABLE_GEOMETRY] = {"geometry", GEO_CQL2_IS_GEOMETRY},
    [TABLE_AUTRE] = {"autre", GEO_CQL2_IS_OTHER},
};
static const struct geo_cql2_column table_columns[TABLE_PROPERTIES] = {
    [TABLE_NIVEAU] = {GEO_CQL2_BY_NUMBER, 0, 5},   [TABLE_PRIX] = {GEO_CQL2_BY_VALUE, 0, 50},
    [TABLE_DATE] = {GEO_CQL2_BY_NUMBER, 0, 5},     [TABLE_NOM] = {GEO_CQL2_BY_CODE, TABLE_TEXTS, 5},
    [TABLE_TITRE] = {GEO_CQL2_BY_VALUE, 0, 20},    [TABLE_THEMES] = {GEO_CQL2_BY_SET, 4, 5},
    [TABLE_TAGS_OF] = {GEO_CQL2_BY_VALUE, 0, 500}, [TABLE_VU] = {GEO_CQL2_BY_VALUE, 0, 50},
    [TABLE_OUVERT] = {GEO_CQL2_BY_VALUE, 0, 50},   [TABLE_GEOMETRY] = {GEO_CQL2_BY_PLACE, 0, 5},
    [TABLE_AUTRE] = {GEO_CQL2_BY_VALUE, 0, 50},
};

static const char *const table_texts[TABLE_TEXTS] = {"",    "eau",  "Eau",  "EAU",
                                                     "Éau", "éaux", "a_b%", "de l'eau"};
static const char *const table_themes[] = {"1a", "1b", "2a", "3c"};

static inline bool table_value(const void *context, uint32_t property, uint32_t position,
                               struct geo_scratch *scratch, struct geo_cql2_value *out,
                               struct aro_error *err)
{
    const struct table_row *row = &((const struct table *)context)->rows[position];
    *out = (struct geo_cql2_value){.type = table_properties[property].type};
    struct geo_cql2_value *items = NULL;
    size_t n = 0;
    switch ((enum table_property)property) {
    case TABLE_NIVEAU:
    case TABLE_PRIX:
        out->number = property == TABLE_NIVEAU ? row->niveau : row->prix;
        out->is_null = isnan(out->number);
        return true;
    case TABLE_DATE:
        out->is_null = row->day < 0;
        out->instant.seconds = (int64_t)row->day * 86400;
        return true;
    case TABLE_NOM:
        out->is_null = row->nom < 0;
        if (row->nom >= 0)
            out->text =
                (struct geo_cql2_text){table_texts[row->nom], strlen(table_texts[row->nom])};
        return true;
    case TABLE_TITRE:
        out->is_null = !row->titre;
        if (row->titre)
            out->text = (struct geo_cql2_text){row->titre, strlen(row->titre)};
        return true;
    case TABLE_THEMES:
    case TABLE_TAGS_OF:
        items = geo_scratch_take(scratch, 8 * sizeof *items, err);
        if (!items)
            return false;
        for (int i = 0; i < (property == TABLE_THEMES ? 4 : row->n_tags); i++) {
            const char *text = property == TABLE_THEMES ? table_themes[i] : row->tags[i];
            if (property == TABLE_TAGS_OF || (row->themes >> i & 1))
                items[n++] =
                    (struct geo_cql2_value){.type = GEO_CQL2_IS_TEXT, .text = {text, strlen(text)}};
        }
        out->is_null = property == TABLE_TAGS_OF && row->n_tags < 0;
        out->array = (struct geo_cql2_array){items, n};
        return true;
    case TABLE_VU:
        out->is_null = !row->has_vu;
        out->instant = row->vu;
        return true;
    case TABLE_OUVERT:
        out->is_null = row->ouvert < 0;
        out->boolean = row->ouvert == 1;
        return true;
    default: /* TABLE_AUTRE */
        out->is_null = position % 2 == 0;
        return true;
    }
}

static inline void table_numbers(const void *context, uint32_t property, uint32_t first, uint32_t n,
                                 double *out)
{
    const struct table_row *rows = ((const struct table *)context)->rows + first;
    for (uint32_t i = 0; i < n; i++)
        out[i] = property == TABLE_NIVEAU ? rows[i].niveau
                 : rows[i].day < 0        ? (double)NAN
                                          : (double)rows[i].day;
}

static inline void table_codes(const void *context, uint32_t property, uint32_t first, uint32_t n,
                               uint32_t *out)
{
    (void)property;
    const struct table_row *rows = ((const struct table *)context)->rows + first;
    for (uint32_t i = 0; i < n; i++)
        out[i] = rows[i].nom < 0 ? (uint32_t)GEO_CQL2_NO_CODE : (uint32_t)rows[i].nom;
}

static inline void table_sets(const void *context, uint32_t property, uint32_t first, uint32_t n,
                              uint64_t *out)
{
    (void)property;
    for (uint32_t i = 0; i < n; i++)
        out[i] = ((const struct table *)context)->rows[first + i].themes;
}

static inline struct geo_cql2_text table_text(const void *context, uint32_t property, uint32_t code)
{
    (void)context;
    const char *text = property == TABLE_NOM ? table_texts[code] : table_themes[code];
    return (struct geo_cql2_text){text, strlen(text)};
}

/** Rows of few different values, so that conditions hold now and then; every tenth is null. */
static inline void table_fill(struct table *table, uint64_t *seed)
{
    table->n = TABLE_ROWS;
    table->n_placed = TABLE_ROWS - 10;
    for (size_t i = 0; i < TABLE_ROWS; i++) {
        struct table_row *row = &table->rows[i];
        bool null[7];
        for (int j = 0; j < 7; j++)
            null[j] = random_below(seed, 10) == 0;
        row->niveau = null[0] ? NAN : (double)random_below(seed, 6);
        row->prix = null[1] ? NAN : (double)random_below(seed, 9) / 2 - 1;
        row->day = null[2] ? -1 : 18000 + (int)random_below(seed, 8);
        row->nom = null[3] ? -1 : (int)random_below(seed, TABLE_TEXTS);
        row->titre = null[4] ? NULL : table_texts[random_below(seed, TABLE_TEXTS)];
        row->themes = random_below(seed, 16);
        row->n_tags = null[5] ? -1 : (int)random_below(seed, TABLE_TAGS + 1);
        for (int j = 0; j < TABLE_TAGS; j++)
            row->tags[j] = table_themes[random_below(seed, 4)];
        row->has_vu = !null[6];
        row->vu = (struct geo_instant){(18000 + (int64_t)random_below(seed, 8)) * 86400 +
                                           (int64_t)random_below(seed, 3) * 43200,
                                       (uint32_t)random_below(seed, 2) * 500000000};
        row->ouvert = (int)random_below(seed, 3) - 1;
        row->place = (struct geo_coord){(int32_t)random_below(seed, 9) * 5000000,
                                        (int32_t)random_below(seed, 9) * 5000000};
        table->coords[i] = row->place;
    }
    table->source = (struct geo_cql2_source){
        .context = table,
        .n = table->n,
        .n_placed = table->n_placed,
        .coords = table->coords,
        .columns = table_columns,
        .value = table_value,
        .numbers = table_numbers,
        .codes = table_codes,
        .sets = table_sets,
        .text = table_text,
    };
}

#endif
