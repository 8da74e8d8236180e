#include "schema/import_inside.h"

#include <stdio.h>
#include <string.h>

/* ---- Rules with their limits ---- */

bool import_name(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_line(text, text_len, SCHEMA_NAME_MAX_CHARS, err);
}

bool import_line(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_line(text, text_len, SCHEMA_LINE_MAX_CHARS, err);
}

bool import_titre(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_line(text, text_len, SCHEMA_TITRE_MAX_CHARS, err);
}

bool import_prose(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_prose(text, text_len, SCHEMA_PROSE_MAX_CHARS, err);
}

bool import_commune_code(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_code(SCHEMA_CODE_COMMUNE, text, text_len, err);
}

bool import_departement_code(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_code(SCHEMA_CODE_DEPARTEMENT, text, text_len, err);
}

bool import_region_code(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_code(SCHEMA_CODE_REGION, text, text_len, err);
}

bool import_siren(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_code(SCHEMA_CODE_SIREN, text, text_len, err);
}

bool import_theme_id(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_code(SCHEMA_CODE_THEME, text, text_len, err);
}

bool import_postal_code(const char *text, size_t text_len, struct aro_error *err)
{
    return schema_rule_code(SCHEMA_CODE_POSTAL, text, text_len, err);
}

bool import_zone(const char *text, size_t text_len, struct aro_error *err)
{
    const char *one;
    return schema_rule_word(text, text_len, schema_zones, &one, err);
}

/* ---- Names of columns ---- */

static bool listed(const char *const *names, const char *name)
{
    for (; *names; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

enum { NAME_MAX_LEN = 31 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Letters to change, add or drop: V. Levenshtein, 1966. Names longer than any column are far. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
        return NAME_MAX_LEN;
    size_t row[NAME_MAX_LEN + 1];
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(row[j] + 1, row[j - 1] + 1, replaced);
        }
    }
    return row[b_len];
}

static bool unknown_column(const struct import_kind *kind, const char *name, struct aro_error *err)
{
    const char *nearest = NULL;
    size_t nearest_distance = strlen(name) / 3 + 2;
    char known[400] = "";
    size_t len = 0;
    for (size_t i = 0; i < kind->n_columns; i++) {
        size_t distance = edit_distance(name, kind->columns[i].name);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = kind->columns[i].name;
        }
        int n = snprintf(known + len, sizeof known - len, "%s%s", len ? ", " : "",
                         kind->columns[i].name);
        len = n > 0 && (size_t)n < sizeof known - len ? len + (size_t)n : len;
    }
    if (nearest)
        return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                 "unknown column '%.60s': perhaps '%s'? (%s has: %s)", name,
                                 nearest, kind->name, known);
    return aro_error_set_for(err, name, ARO_BAD_INPUT, "unknown column '%.60s' (%s has: %s)", name,
                             kind->name, known);
}

static bool map_column(const struct import_kind *kind, const char *name, int *out_column,
                       struct aro_error *err)
{
    for (size_t i = 0; i < kind->n_columns; i++) {
        if (strcmp(kind->columns[i].name, name) == 0) {
            *out_column = (int)i;
            return true;
        }
    }
    if (listed(kind->ignored, name)) {
        *out_column = IMPORT_IGNORED;
        return true;
    }
    return unknown_column(kind, name, err);
}

bool import_map_columns(struct import_run *run, const struct schema_source *source,
                        struct import_mapping *mapping, struct aro_error *err)
{
    size_t n = schema_source_n_columns(source);
    if (run->kind->map)
        return run->kind->map(run, source, mapping, err);
    for (; mapping->n < n; mapping->n++) {
        if (!map_column(run->kind, schema_source_column(source, mapping->n),
                        &mapping->columns[mapping->n], err))
            return false;
    }
    return true;
}

bool import_check_required(const struct import_kind *kind, const struct import_mapping *mapping,
                           struct aro_error *err)
{
    for (size_t i = 0; i < kind->n_columns; i++) {
        bool found = !kind->columns[i].required;
        for (size_t j = 0; j < mapping->n && !found; j++)
            found = mapping->columns[j] == (int)i;
        if (!found)
            return aro_error_set_for(err, kind->columns[i].name, ARO_BAD_INPUT,
                                     "no column '%s', which %s need", kind->columns[i].name,
                                     kind->name);
    }
    return true;
}
