#include "schema/places.h"

#include <stdlib.h>
#include <string.h>

#include "schema/keymap.h"

struct schema_places {
    struct schema_keymap codes; /* to indexes of items */
    struct schema_place *items;
    size_t n, capacity;
};

static bool add_commune(void *context, const struct schema_commune *row, struct aro_error *err)
{
    struct schema_places *places = context;
    if (places->n == places->capacity) {
        size_t capacity = places->capacity ? 2 * places->capacity : 1024;
        struct schema_place *items = realloc(places->items, capacity * sizeof *items);
        if (!items)
            return aro_error_no_memory(err);
        places->items = items;
        places->capacity = capacity;
    }
    struct schema_place *place = &places->items[places->n];
    *place = (struct schema_place){.metro = strcmp(row->zone, "metro") == 0,
                                   .has_centre = row->has_centre,
                                   .centre = row->centre};
    size_t code_len = strlen(row->code);
    if (code_len >= sizeof place->code)
        return aro_error_set(err, ARO_IO, "commune code '%s' is too long", row->code);
    memcpy(place->code, row->code, code_len);
    uint32_t existing;
    return schema_keymap_put(&places->codes, row->code, code_len, (uint32_t)places->n++, &existing,
                             err);
}

/* Rows come in the order of code and kind, and a key that is there stays: "ancienne" would win
 * over the kinds of today, so it waits for the second round. */
struct alias_round {
    struct schema_places *places;
    bool former;
};

static bool add_alias(void *context, const struct schema_alias *row, struct aro_error *err)
{
    struct alias_round *round = context;
    if (!row->code || (strcmp(row->kind, "ancienne") == 0) != round->former)
        return true;
    struct schema_keymap *codes = &round->places->codes;
    uint32_t target = schema_keymap_find(codes, row->commune, strlen(row->commune));
    uint32_t existing;
    if (target == SCHEMA_KEYMAP_NONE)
        return aro_error_set(err, ARO_IO, "alias '%s' leads to no commune", row->code);
    return schema_keymap_put(codes, row->code, strlen(row->code), target, &existing, err);
}

bool schema_places_load(struct schema_store *store, struct schema_places **out_places,
                        struct aro_error *err)
{
    struct schema_places *places = calloc(1, sizeof *places);
    if (!places)
        return aro_error_no_memory(err);
    struct alias_round of_today = {places, false}, former = {places, true};
    if (schema_read_communes(store, add_commune, places, err) &&
        schema_read_aliases(store, add_alias, &of_today, err) &&
        schema_read_aliases(store, add_alias, &former, err)) {
        *out_places = places;
        return true;
    }
    schema_places_free(places);
    return false;
}

void schema_places_free(struct schema_places *places)
{
    if (!places)
        return;
    schema_keymap_clear(&places->codes);
    free(places->items);
    free(places);
}

const struct schema_place *schema_places_find(const struct schema_places *places, const char *code,
                                              size_t code_len)
{
    uint32_t i = schema_keymap_find(&places->codes, code, code_len);
    return i == SCHEMA_KEYMAP_NONE ? NULL : &places->items[i];
}
