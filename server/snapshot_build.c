#include "server/snapshot_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geo/array.h"
#include "server/hash.h"
#include "server/tally.h"
#include "server/task.h"

/* Part of the version: to be raised when the bytes of answers change for the same data. */
#define ANSWER_FORMAT "3"

/* ---- Territories ---- */

/* One of the snapshot's three arrays while it grows. */
struct territory_list {
    struct snapshot *snapshot;
    struct snapshot_territory *items;
    size_t n, capacity;
};

static bool read_territory(void *context, const struct schema_territory *row, struct aro_error *err)
{
    struct territory_list *list = context;
    struct snapshot_territory *items =
        aro_array_grow(list->items, list->n, &list->capacity, sizeof *items, err);
    if (!items)
        return false;
    list->items = items;
    struct snapshot_territory *kept = &items[list->n];
    *kept = (struct snapshot_territory){.region = SNAPSHOT_NONE,
                                        .population = SCHEMA_POPULATION_UNKNOWN};
    size_t code_len = strlen(row->code);
    if (code_len >= sizeof kept->code ||
        (list->n > 0 && strcmp(items[list->n - 1].code, row->code) >= 0))
        return broken_store(err, "a territory out of order or of a long code:", row->code);
    memcpy(kept->code, row->code, code_len + 1);
    if (row->region)
        kept->region = snapshot_territory(list->snapshot, SCHEMA_REGION, row->region);
    kept->nom = text_pool_copy(&list->snapshot->texts, row->nom, err);
    kept->type = text_pool_copy(&list->snapshot->texts, row->type, err);
    if (row->zone)
        kept->zone = snapshot_zone_of(row->zone, strlen(row->zone));
    if (row->chef_lieu && strlen(row->chef_lieu) < sizeof kept->chef_lieu)
        memcpy(kept->chef_lieu, row->chef_lieu, strlen(row->chef_lieu) + 1);
    list->n++;
    return kept->nom && (kept->type || !row->type);
}

static bool read_territories(struct snapshot_draft *draft, enum schema_territory_kind kind,
                             struct snapshot_territory **out_items, size_t *out_n,
                             struct aro_error *err)
{
    struct territory_list list = {.snapshot = draft->snapshot};
    bool ok = schema_read_territories(draft->store, kind, read_territory, &list, err);
    *out_items = list.items; /* the snapshot's, on failure too */
    *out_n = list.n;
    return ok;
}

static bool read_all_territories(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot *snapshot = draft->snapshot;
    return read_territories(draft, SCHEMA_REGION, &snapshot->regions, &snapshot->n_regions, err) &&
           read_territories(draft, SCHEMA_DEPARTEMENT, &snapshot->departements,
                            &snapshot->n_departements, err) &&
           read_territories(draft, SCHEMA_EPCI, &snapshot->epcis, &snapshot->n_epcis, err);
}

static void add_to_territory(struct snapshot_territory *territories, uint32_t number,
                             const struct commune_columns *columns, size_t commune)
{
    if (number == SNAPSHOT_NONE)
        return;
    struct snapshot_territory *territory = &territories[number];
    territory->n_communes++;
    territory->n_initiatives += columns->n_initiatives[commune];
    territory->n_labelled += columns->niveaux[commune] > 0;
    if (columns->populations[commune] == SCHEMA_POPULATION_UNKNOWN)
        return;
    if (territory->population == SCHEMA_POPULATION_UNKNOWN)
        territory->population = 0;
    territory->population += columns->populations[commune];
}

static void count_territories(struct snapshot *snapshot)
{
    const struct commune_columns *columns = &snapshot->commune;
    for (size_t i = 0; i < snapshot->communes.n; i++) {
        add_to_territory(snapshot->regions, columns->regions[i], columns, i);
        add_to_territory(snapshot->departements, columns->departements[i], columns, i);
        add_to_territory(snapshot->epcis, columns->epcis[i], columns, i);
    }
}

/* ---- Themes ---- */

struct theme_list {
    struct snapshot *snapshot;
    size_t capacity, n_axes;
};

static bool fill_theme(struct theme_list *list, const struct schema_theme *row,
                       struct snapshot_theme *theme, struct aro_error *err)
{
    struct snapshot *snapshot = list->snapshot;
    size_t id_len = strlen(row->id);
    uint32_t parent = row->parent ? snapshot_theme(snapshot, row->parent) : SNAPSHOT_NONE;
    if (id_len >= sizeof theme->id || row->niveau < 1 || row->niveau > 3 ||
        (parent == SNAPSHOT_NONE) != (row->niveau == 1))
        return broken_store(err, "a theme of a long id or without its parent:", row->id);
    memcpy(theme->id, row->id, id_len + 1);
    theme->niveau = row->niveau;
    theme->parent = parent;
    theme->libelle = text_pool_copy(&snapshot->texts, row->libelle, err);
    list->n_axes += row->niveau == 1;
    if (list->n_axes > SNAPSHOT_AXES)
        return aro_error_set(err, ARO_TOO_LARGE, "more than %d axes: '%s' is one too many",
                             SNAPSHOT_AXES, row->id);
    return theme->libelle != NULL;
}

static bool read_theme(void *context, const struct schema_theme *row, struct aro_error *err)
{
    struct theme_list *list = context;
    struct snapshot *snapshot = list->snapshot;
    struct snapshot_theme *themes =
        aro_array_grow(snapshot->themes, snapshot->n_themes, &list->capacity, sizeof *themes, err);
    if (!themes)
        return false;
    snapshot->themes = themes;
    struct snapshot_theme *theme = &themes[snapshot->n_themes];
    *theme = (struct snapshot_theme){0};
    if (!fill_theme(list, row, theme, err))
        return false;
    snapshot->n_themes++;
    return true;
}

/* Gives each usage its bit, and each theme the bits of the usages at or below it. */
static bool number_usages(struct snapshot *snapshot, struct aro_error *err)
{
    snapshot->usage_themes = array_new(SNAPSHOT_MAX_USAGES, sizeof *snapshot->usage_themes, err);
    if (!snapshot->usage_themes)
        return false;
    for (uint32_t i = 0; i < snapshot->n_themes; i++) {
        if (snapshot->themes[i].niveau != 3)
            continue;
        if (snapshot->n_usages == SNAPSHOT_MAX_USAGES)
            return aro_error_set(err, ARO_TOO_LARGE, "more than %d usages: '%s' is one too many",
                                 SNAPSHOT_MAX_USAGES, snapshot->themes[i].id);
        uint64_t bit = UINT64_C(1) << snapshot->n_usages;
        snapshot->usage_themes[snapshot->n_usages++] = i;
        for (uint32_t theme = i; theme != SNAPSHOT_NONE; theme = snapshot->themes[theme].parent)
            snapshot->themes[theme].usages |= bit;
    }
    return true;
}

static bool read_themes(struct snapshot_draft *draft, struct aro_error *err)
{
    struct theme_list list = {.snapshot = draft->snapshot};
    return schema_read_themes(draft->store, read_theme, &list, err) &&
           number_usages(draft->snapshot, err);
}

/* ---- The whole ---- */

void snapshot_name_version(struct snapshot *snapshot)
{
    char named[128];
    snprintf(named, sizeof named, "%s/%" PRId64 "/%" PRIx64 "/%s/" ANSWER_FORMAT,
             snapshot->state.store_id, snapshot->state.seq, (uint64_t)snapshot->state.token,
             ARO_VERSION);
    uint64_t high = hash_text(HASH_START, named);
    uint64_t low = hash_text(high, named);
    snprintf(snapshot->version, sizeof snapshot->version, "%016" PRIx64 "%016" PRIx64, high, low);
}

static bool measure(struct snapshot *snapshot, struct aro_error *err)
{
    struct geo_blocks blocks = {0};
    snapshot_blocks(snapshot, &blocks);
    snapshot->bytes = geo_blocks_bytes(&blocks);
    bool ok = !blocks.failed || aro_error_no_memory(err);
    geo_blocks_clear(&blocks);
    return ok;
}

static bool build_beside(void *draft, struct aro_error *err)
{
    return draft_build_labels(draft, err) && draft_build_names(draft, err) &&
           draft_build_locator(draft, err);
}

static bool build_layers(void *draft, struct aro_error *err)
{
    return draft_build_layers(draft, err);
}

/* Labels, names, the locator and the layers need communes, aliases and contours only: they are made
 * beside the initiatives. */
static bool read_initiatives(struct snapshot_draft *draft, struct aro_error *err)
{
    struct task beside, layers;
    task_start(&beside, build_beside, draft);
    task_start(&layers, build_layers, draft);
    bool ok = draft_read_initiatives(draft, err);
    ok = task_join(&layers, err) && ok;
    return task_join(&beside, err) && ok;
}

static bool build_in_transaction(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot *snapshot = draft->snapshot;
    bool ok = schema_store_state(draft->store, &snapshot->state, err) &&
              schema_store_counts(draft->store, &draft->counts, err) &&
              read_all_territories(draft, err) && read_themes(draft, err) &&
              draft_read_communes(draft, err) && draft_read_aliases(draft, err) &&
              draft_read_labels(draft, err) && draft_number_contours(draft, err) &&
              read_initiatives(draft, err) && draft_build_sets(draft, err) &&
              snapshot_build_areas(snapshot, err);
    if (!ok)
        return false;
    count_territories(snapshot);
    if (!draft_build_territories(draft, err))
        return false;
    snapshot_name_version(snapshot);
    return measure(snapshot, err);
}

static void clear_draft(struct snapshot_draft *draft)
{
    text_pool_clear(&draft->scratch);
    free(draft->commune_points);
    free(draft->communes);
    free(draft->commune_rows);
    free(draft->labels);
    free(draft->aliases);
    schema_contours_clear(&draft->contours);
}

struct snapshot_room snapshot_room_of(const char *folder)
{
    enum { SHARE = 8 };
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    bool known = pages > 0 && page_bytes > 0;
    return (struct snapshot_room){
        .memory_bytes = known ? (uint64_t)pages * (uint64_t)page_bytes / SHARE : UINT64_MAX,
        .folder = folder,
    };
}

struct snapshot *snapshot_build(struct schema_store *store, const struct snapshot *before,
                                const struct snapshot_room *room, struct aro_error *err)
{
    struct snapshot_draft draft = {.store = store,
                                   .before = before,
                                   .room = room,
                                   .snapshot = calloc(1, sizeof *draft.snapshot)};
    if (!draft.snapshot) {
        aro_error_no_memory(err);
        return NULL;
    }
    atomic_init(&draft.snapshot->references, 1);
    bool ok = schema_store_begin_read(store, err);
    if (ok) {
        ok = build_in_transaction(&draft, err);
        schema_store_end_read(store);
    }
    clear_draft(&draft);
    if (!ok) {
        snapshot_release(draft.snapshot);
        aro_error_context(err, "reading the store");
        return NULL;
    }
    return draft.snapshot;
}
