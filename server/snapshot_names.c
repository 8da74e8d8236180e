/*
 * The names by which communes and themes are found as one types: name, code, postal codes, and
 * what leads to a commune of today: former names and codes, arrondissements, déléguées.
 */
#include <stdlib.h>

#include "geo/array.h"
#include "server/snapshot_build.h"

void name_list_add(struct name_list *list, const char *text, uint32_t item, double weight)
{
    struct geo_name *items =
        aro_array_grow(list->items, list->n, &list->capacity, sizeof *items, NULL);
    if (!items) {
        list->failed = true;
        return;
    }
    list->items = items;
    list->items[list->n++] = (struct geo_name){.text = text, .item = item, .weight = weight};
}

struct geo_names *names_build(struct name_list *list, struct aro_error *err)
{
    struct geo_names *names = NULL;
    if (list->failed)
        aro_error_no_memory(err);
    else
        names = geo_names_new(list->items, list->n, err);
    free(list->items);
    return names;
}

static double weight_of(const struct snapshot *snapshot, uint32_t commune)
{
    int64_t population = snapshot->commune.populations[commune];
    return population == SCHEMA_POPULATION_UNKNOWN ? 0 : (double)population;
}

/* An INSEE code is one commune's alone: it comes before those that have it as postal code. */
static double code_weight_of(const struct snapshot *snapshot, uint32_t commune)
{
    const double above_any_population = 1e10;
    return above_any_population + weight_of(snapshot, commune);
}

static bool add_postal_codes(struct snapshot_draft *draft, struct name_list *list, uint32_t commune,
                             struct aro_error *err)
{
    const char *json = draft->snapshot->commune.codes_postaux[commune];
    const char *code;
    size_t len;
    while (json && next_code(&json, &code, &len)) {
        char text[16];
        if (len >= sizeof text)
            continue;
        for (size_t i = 0; i < len; i++)
            text[i] = code[i];
        text[len] = '\0';
        char *copy = text_pool_copy(&draft->scratch, text, err);
        if (!copy)
            return false;
        name_list_add(list, copy, commune, weight_of(draft->snapshot, commune));
    }
    return true;
}

static struct geo_names *build_commune_names(struct snapshot_draft *draft, struct aro_error *err)
{
    const struct snapshot *snapshot = draft->snapshot;
    struct name_list list = {0};
    for (uint32_t i = 0; i < snapshot->communes.n; i++) {
        name_list_add(&list, snapshot->commune.noms[i], i, weight_of(snapshot, i));
        name_list_add(&list, snapshot->commune.codes[i], i, code_weight_of(snapshot, i));
        if (!add_postal_codes(draft, &list, i, err)) {
            free(list.items);
            return NULL;
        }
    }
    return names_build(&list, err);
}

static struct geo_names *build_former_names(struct snapshot_draft *draft, struct aro_error *err)
{
    const struct snapshot *snapshot = draft->snapshot;
    struct name_list list = {0};
    for (size_t i = 0; i < draft->n_aliases; i++) {
        const struct alias_row *alias = &draft->aliases[i];
        if (alias->nom)
            name_list_add(&list, alias->nom, alias->commune, weight_of(snapshot, alias->commune));
        if (alias->code && snapshot_commune(snapshot, alias->code) == alias->commune)
            name_list_add(&list, alias->code, alias->commune, weight_of(snapshot, alias->commune));
    }
    return names_build(&list, err);
}

/* Axes weigh more than enjeux, and those more than usages. */
static struct geo_names *build_theme_names(const struct snapshot *snapshot, struct aro_error *err)
{
    struct name_list list = {0};
    for (uint32_t i = 0; i < snapshot->n_themes; i++) {
        const struct snapshot_theme *theme = &snapshot->themes[i];
        name_list_add(&list, theme->libelle, i, 4 - theme->niveau);
        name_list_add(&list, theme->id, i, 4 - theme->niveau);
    }
    return names_build(&list, err);
}

bool draft_build_names(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot *snapshot = draft->snapshot;
    snapshot->commune_names = build_commune_names(draft, err);
    if (snapshot->commune_names)
        snapshot->former_names = build_former_names(draft, err);
    if (snapshot->former_names)
        snapshot->theme_names = build_theme_names(snapshot, err);
    return snapshot->theme_names && draft_name_places(snapshot, err);
}
