#include "server/facets.h"

#include <stdlib.h>
#include <string.h>

#include "server/cards.h"
#include "server/params.h"

json_t *facets_link(const char *path, const char *const *params, param_set without,
                    enum param param, const char *value)
{
    const char *values[PARAM_COUNT_OF_ALL];
    struct aro_buffer link = {0};
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        values[i] = FACETS_PARAMS & ~without & PARAM_BIT(i) ? params[i] : NULL;
    if (param != PARAM_COUNT_OF_ALL)
        values[param] = value;
    aro_buffer_printf(&link, "%s?", path);
    size_t before = link.len;
    params_write(&link, values, 0);
    json_t *text =
        link.failed ? NULL : json_stringn(link.data, link.len == before ? before - 1 : link.len);
    aro_buffer_clear(&link);
    return text;
}

/* ---- Slots with a count, most first ---- */

struct slot {
    uint32_t number, count;
};

static int compare_slots(const void *a, const void *b)
{
    const struct slot *one = a, *other = b;
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return one->number < other->number ? -1 : one->number > other->number;
}

/* Those without a value are left out. @return  owned by the caller */
static struct slot *most_first(const struct tally *tally, size_t *out_n, struct aro_error *err)
{
    struct slot *slots = array_new(tally->n_slots + 1, sizeof *slots, err);
    size_t n = 0;
    for (uint32_t i = 0; slots && i < tally->n_slots; i++)
        if (tally->slots[i] > 0)
            slots[n++] = (struct slot){i, tally->slots[i]};
    if (slots)
        qsort(slots, n, sizeof *slots, compare_slots);
    *out_n = n;
    return slots;
}

/* What a slot becomes; NULL where it is none of those that are asked for. */
typedef json_t *slot_fn(const void *context, struct slot slot);

static json_t *list_slots(const struct snapshot *snapshot, enum tally_by by, struct query_set *set,
                          size_t limit, slot_fn *make, const void *context, struct aro_error *err)
{
    struct tally tally = {0};
    size_t n = 0;
    struct slot *slots =
        tally_make(snapshot, by, set, &tally, err) ? most_first(&tally, &n, err) : NULL;
    json_t *list = slots ? json_array() : NULL;
    for (size_t i = 0; list && i < n && json_array_size(list) < limit; i++) {
        json_t *item = make(context, slots[i]);
        if (item)
            json_array_append_new(list, item);
    }
    if (slots && !list)
        aro_error_no_memory(err);
    free(slots);
    tally_clear(&tally);
    return list;
}

/* ---- Themes ---- */

/* What stands below the theme that is asked for. */
struct theme_context {
    const struct snapshot *snapshot;
    const char *const *params;
    enum param param;     /* of the level */
    param_set instead_of; /* those above */
    const char *above;    /* id; NULL: all of the level */
};

static json_t *theme_slot(const void *context, struct slot slot)
{
    const struct theme_context *at = context;
    const struct snapshot_theme *theme = &at->snapshot->themes[slot.number];
    if (at->above && (theme->parent == SNAPSHOT_NONE ||
                      strcmp(at->snapshot->themes[theme->parent].id, at->above) != 0))
        return NULL;
    json_t *item = card_theme(at->snapshot, slot.number);
    json_object_set_new(item, "count", json_integer(slot.count));
    json_object_set_new(item, "href",
                        facets_link("liste", at->params, at->instead_of, at->param, theme->id));
    return item;
}

json_t *facets_themes(const struct snapshot *snapshot, const char *const *params,
                      struct query_set *set, struct aro_error *err)
{
    struct theme_context at = {.snapshot = snapshot, .params = params};
    enum tally_by by = BY_AXE;
    at.param = PARAM_AXE;
    if (params[PARAM_USAGE])
        return json_array();
    if (params[PARAM_ENJEU]) {
        at.above = params[PARAM_ENJEU];
        at.param = PARAM_USAGE;
        at.instead_of = PARAM_BIT(PARAM_AXE) | PARAM_BIT(PARAM_ENJEU);
        by = BY_USAGE;
    } else if (params[PARAM_AXE]) {
        at.above = params[PARAM_AXE];
        at.param = PARAM_ENJEU;
        at.instead_of = PARAM_BIT(PARAM_AXE);
        by = BY_ENJEU;
    }
    return list_slots(snapshot, by, set, SIZE_MAX, theme_slot, &at, err);
}

/* One theme of the tree, whatever else is asked for. */
static json_t *tree_theme(const struct snapshot *snapshot, const char *const *params,
                          uint32_t theme, enum param param, uint32_t count)
{
    json_t *item = card_theme(snapshot, theme);
    json_object_set_new(item, "count", json_integer(count));
    json_object_set_new(item, "href",
                        facets_link("liste", params, 0, param, snapshot->themes[theme].id));
    return item;
}

json_t *facets_tree(const struct snapshot *snapshot, const char *const *params,
                    struct query_set *set, struct aro_error *err)
{
    struct tally axes = {0}, usages = {0};
    json_t *tree = NULL, *leaves = NULL;
    if (tally_make(snapshot, BY_AXE, set, &axes, err) &&
        tally_make(snapshot, BY_USAGE, set, &usages, err))
        tree = json_array();
    for (uint32_t i = 0; tree && i < snapshot->n_themes; i++) {
        if (snapshot->themes[i].niveau == 1) {
            json_t *axe = tree_theme(snapshot, params, i, PARAM_AXE, axes.slots[i]);
            leaves = json_array();
            json_object_set_new(axe, "usages", leaves);
            if (axes.slots[i] > 0)
                json_array_append(tree, axe);
            json_decref(axe); /* the array keeps it, and it keeps the leaves */
            leaves = axes.slots[i] > 0 ? leaves : NULL;
        } else if (snapshot->themes[i].niveau == 3 && usages.slots[i] > 0 && leaves) {
            json_array_append_new(leaves,
                                  tree_theme(snapshot, params, i, PARAM_USAGE, usages.slots[i]));
        }
    }
    tally_clear(&axes);
    tally_clear(&usages);
    return tree;
}

/* ---- Territories ---- */

struct territory_context {
    const struct snapshot *snapshot;
    const char *const *params;
    enum param param;
    param_set instead_of;
    enum schema_territory_kind kind; /* where param is not PARAM_COMMUNE */
};

static json_t *territory_slot(const void *context, struct slot slot)
{
    const struct territory_context *at = context;
    size_t n;
    const char *code, *nom;
    if (at->param == PARAM_COMMUNE) {
        code = at->snapshot->commune.codes[slot.number];
        nom = at->snapshot->commune.noms[slot.number];
    } else {
        const struct snapshot_territory *all = snapshot_territories(at->snapshot, at->kind, &n);
        code = all[slot.number].code;
        nom = all[slot.number].nom;
    }
    return json_pack("{s:s, s:s, s:i, s:o}", "code", code, "nom", nom, "count", (int)slot.count,
                     "href", facets_link("liste", at->params, at->instead_of, at->param, code));
}

json_t *facets_territories(const struct snapshot *snapshot, const char *const *params, size_t limit,
                           struct query_set *set, struct aro_error *err)
{
    struct territory_context at = {snapshot, params, PARAM_REGION, 0, SCHEMA_REGION};
    enum tally_by by = BY_REGION;
    if (params[PARAM_COMMUNE])
        return json_array();
    if (params[PARAM_DEPARTEMENT] || params[PARAM_EPCI]) {
        at.param = PARAM_COMMUNE;
        at.instead_of =
            PARAM_BIT(PARAM_REGION) | PARAM_BIT(PARAM_DEPARTEMENT) | PARAM_BIT(PARAM_EPCI);
        by = BY_COMMUNE;
    } else if (params[PARAM_REGION]) {
        at.param = PARAM_DEPARTEMENT;
        at.kind = SCHEMA_DEPARTEMENT;
        at.instead_of = PARAM_BIT(PARAM_REGION);
        by = BY_DEPARTEMENT;
    }
    return list_slots(snapshot, by, set, limit, territory_slot, &at, err);
}

bool facets_count_communes(const struct snapshot *snapshot, struct query_set *set,
                           size_t *out_count, struct aro_error *err)
{
    struct tally tally = {0};
    *out_count = 0;
    bool ok = tally_make(snapshot, BY_COMMUNE, set, &tally, err);
    for (size_t i = 0; ok && i < tally.n_slots; i++)
        *out_count += tally.slots[i] > 0;
    tally_clear(&tally);
    return ok;
}
