/*
 * GET /themes/{id}: a theme of any level: where its initiatives are, and what is above, below and
 * beside it.
 */
#include <string.h>

#include "server/cards.h"
#include "server/facets.h"
#include "server/handlers.h"

#define NEWEST "8"

enum { TERRITORIES_SHOWN = 30 };

static const enum param levels[] = {PARAM_AXE, PARAM_ENJEU, PARAM_USAGE};

/* {id, libelle, axe, count, href}: a theme, and the way to its page. */
static json_t *theme_link(const struct snapshot *snapshot, uint32_t theme,
                          const struct tally *tally)
{
    json_t *item = card_theme(snapshot, theme);
    json_object_set_new(item, "href", json_sprintf("themes/%s", snapshot->themes[theme].id));
    if (tally && theme < tally->n_slots)
        json_object_set_new(item, "count", json_integer(tally->slots[theme]));
    return item;
}

/* Those with that parent, but for one. */
static json_t *themes_below(const struct snapshot *snapshot, uint32_t parent, uint32_t without,
                            struct aro_error *err)
{
    static const enum tally_by by[] = {BY_AXE, BY_ENJEU, BY_USAGE};
    int niveau = parent == SNAPSHOT_NONE ? 1 : snapshot->themes[parent].niveau + 1;
    struct tally tally = {0};
    json_t *list = json_array();
    if (niveau > 3)
        return list;
    if (!tally_make(snapshot, by[niveau - 1], NULL, &tally, err)) {
        json_decref(list);
        return NULL;
    }
    for (uint32_t i = 0; i < snapshot->n_themes; i++)
        if (snapshot->themes[i].parent == parent && i != without)
            json_array_append_new(list, theme_link(snapshot, i, &tally));
    tally_clear(&tally);
    return list;
}

/* What is above, the axe first. */
static json_t *themes_above(const struct snapshot *snapshot, uint32_t theme)
{
    json_t *list = json_array();
    for (uint32_t i = snapshot->themes[theme].parent; i != SNAPSHOT_NONE;
         i = snapshot->themes[i].parent)
        json_array_insert_new(list, 0, theme_link(snapshot, i, NULL));
    return list;
}

static json_t *describe(const struct request *request, uint32_t theme, struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    const struct snapshot_theme *at = &snapshot->themes[theme];
    const char *params[PARAM_COUNT_OF_ALL] = {[PARAM_LANG] = request_param(request, PARAM_LANG)};
    struct query_set set = {0};
    size_t communes = 0;
    params[levels[at->niveau - 1]] = at->id;
    json_t *newest = cards_newest(request, params, NEWEST, &set, err);
    if (!newest)
        return NULL;
    json_t *own = card_theme(snapshot, theme), *above = themes_above(snapshot, theme);
    bool ok = facets_count_communes(snapshot, &set, &communes, err);
    json_t *answer = json_pack(
        "{s:s, s:s, s:i, s:O, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", at->id,
        "libelle", at->libelle, "niveau", at->niveau, "axe", json_object_get(own, "axe"),
        "initiatives", (json_int_t)set.count, "communes", (json_int_t)communes, "above", above,
        "below", themes_below(snapshot, theme, SNAPSHOT_NONE, err), "beside",
        themes_below(snapshot, at->parent, theme, err), "territories",
        facets_territories(snapshot, params, TERRITORIES_SHOWN, &set, err), "newest", newest,
        "list", facets_link("liste", params, 0, PARAM_COUNT_OF_ALL, NULL), "feed",
        facets_link("feed.atom", params, PARAM_BIT(PARAM_LANG), PARAM_COUNT_OF_ALL, NULL), "embed",
        facets_link("integrer", params, 0, PARAM_COUNT_OF_ALL, NULL), "crumbs",
        cards_crumbs(above, "libelle"));
    query_set_clear(&set);
    json_decref(own);
    if (!ok) {
        json_decref(answer);
        return NULL;
    }
    return answer;
}

bool handle_theme(const struct request *request, struct response *response, struct aro_error *err)
{
    const char *id = request->path_values[0];
    uint32_t theme = snapshot_theme(request->snapshot, id);
    if (theme == SNAPSHOT_NONE)
        return aro_error_set(err, ARO_NOT_FOUND, "there is no theme '%.40s'", id);
    json_t *answer = describe(request, theme, err);
    return answer ? cards_answer(response, answer, err) : false;
}
