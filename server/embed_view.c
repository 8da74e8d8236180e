#include <stdlib.h>
#include <string.h>

#include "server/collections.h"
#include "server/embed.h"
#include "server/feature_value.h"
#include "server/params.h"
#include "server/text.h"

/* Pages of one thing: what stands behind `path` is the value of `param`. */
static const struct {
    const char *path;
    enum param param;
} single_pages[] = {
    {"/initiatives/", PARAM_ID},
    {"/collections/initiatives/items/", PARAM_ID},
    {"/territoires/commune/", PARAM_COMMUNE},
    {"/territoires/epci/", PARAM_EPCI},
    {"/territoires/departement/", PARAM_DEPARTEMENT},
    {"/territoires/region/", PARAM_REGION},
};

/* Pages whose parameters are filters. */
static const char *const list_pages[] = {"/liste", "/embed", "/collections/initiatives/items"};

void embed_view_clear(struct embed_view *view)
{
    free(view->text);
    *view = (struct embed_view){0};
}

static bool take_value(struct embed_view *view, enum param param, const char *value,
                       struct aro_error *err)
{
    view->text = strdup(value);
    if (!view->text)
        return aro_error_no_memory(err);
    view->params[param] = view->text;
    return true;
}

static bool is_list(const char *path)
{
    for (size_t i = 0; i < sizeof list_pages / sizeof *list_pages; i++)
        if (strcmp(path, list_pages[i]) == 0)
            return true;
    return false;
}

/* A theme's page is of its own level. */
static bool view_of_theme(const struct snapshot *snapshot, const char *id, struct embed_view *view,
                          struct aro_error *err)
{
    static const enum param levels[] = {PARAM_AXE, PARAM_ENJEU, PARAM_USAGE};
    uint32_t theme = snapshot_theme(snapshot, id);
    if (theme == SNAPSHOT_NONE)
        return aro_error_set(err, ARO_NOT_FOUND, "no theme '%.40s'", id);
    return take_value(view, levels[snapshot->themes[theme].niveau - 1], id, err);
}

static bool view_of_path(const struct request *request, const char *path, const char *const *params,
                         struct embed_view *view, struct aro_error *err)
{
    if (is_list(path)) {
        for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
            view->params[i] = EMBED_PARAMS & PARAM_BIT(i) ? params[i] : NULL;
        view->params[PARAM_CURSOR] = NULL;
        if (strcmp(path, "/embed") != 0)
            view->params[PARAM_TITRE] = NULL; /* a filter there */
        return true;
    }
    view->params[PARAM_LANG] = params[PARAM_LANG];
    for (size_t i = 0; i < sizeof single_pages / sizeof *single_pages; i++) {
        size_t len = strlen(single_pages[i].path);
        if (strncmp(path, single_pages[i].path, len) == 0 && path[len] && !strchr(path + len, '/'))
            return take_value(view, single_pages[i].param, path + len, err);
    }
    if (strncmp(path, "/themes/", 8) == 0)
        return view_of_theme(request->snapshot, path + 8, view, err);
    return aro_error_set(err, ARO_NOT_FOUND, "'%.200s' is no page that can be embedded", path);
}

/* Whether what the view names is there. */
static bool check_view(const struct request *request, const struct embed_view *view,
                       struct aro_error *err)
{
    struct request asked = *request;
    const char *params[PARAM_COUNT_OF_ALL];
    const char *id = view->params[PARAM_ID];
    int64_t number;
    if (id && (!text_id_parse(id, &number) ||
               snapshot_initiative(request->snapshot, number) == SNAPSHOT_NONE))
        return aro_error_set(err, ARO_NOT_FOUND, "no initiative '%.40s'", id);
    if (!embed_check_look(view->params, err))
        return false;
    memcpy(params, view->params, sizeof params);
    params[PARAM_TITRE] = params[PARAM_LIMIT] = NULL; /* of the embed, not of the query */
    asked.params = params;
    struct query *query = query_new(&asked, &collections[COLLECTION_INITIATIVES], err);
    query_free(query);
    return query != NULL;
}

bool embed_view_of(const struct request *request, const char *path, const char *const *params,
                   struct embed_view *out_view, struct aro_error *err)
{
    struct embed_view view = {0};
    if (!view_of_path(request, path, params, &view, err) || !check_view(request, &view, err)) {
        embed_view_clear(&view);
        return false;
    }
    *out_view = view;
    return true;
}

void embed_write_url(const char *base_url, const char *const *params, struct aro_buffer *out)
{
    aro_buffer_printf(out, "%s/embed?", base_url);
    size_t before = out->len;
    params_write(out, params, ~EMBED_PARAMS);
    if (!out->failed && out->len == before)
        out->len--;
}

void embed_write_discovery(const struct request *request, const char *address,
                           struct aro_buffer *oembed, struct aro_buffer *atom)
{
    struct embed_view view = {0};
    struct aro_error err = {0};
    if (!embed_view_of(request, request->path, request->params, &view, &err))
        return;
    aro_buffer_printf(oembed, "%s/oembed?url=", request->base_url);
    text_encode(oembed, address, TEXT_KEEP_UNRESERVED);
    if (!view.params[PARAM_ID]) {
        aro_buffer_printf(atom, "%s/feed.atom?", request->base_url);
        params_write(atom, view.params, ~QUERY_INITIATIVE_PARAMS);
    }
    embed_view_clear(&view);
}

/* ---- What a view is of ---- */

static void write_title(const struct snapshot *snapshot, const char *id, struct aro_buffer *out)
{
    int64_t number;
    uint32_t position =
        text_id_parse(id, &number) ? snapshot_initiative(snapshot, number) : SNAPSHOT_NONE;
    if (position == SNAPSHOT_NONE)
        return;
    struct text_slice slice = text_block_at(&snapshot->initiatives.compact, position);
    struct schema_json_walk walk = feature_value_properties(slice.text, slice.len);
    struct schema_json_slice key, value;
    while (schema_json_key(&walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(&walk, &value) == SCHEMA_JSON_FOUND)
        if (schema_json_is(key, "titre"))
            feature_value_text(out, value);
}

/* The name of what one code names; NULL for several, or none. */
static const char *territory_name(const struct snapshot *snapshot, const char *const *params)
{
    static const struct {
        enum param param;
        enum schema_territory_kind kind;
    } kinds[] = {{PARAM_EPCI, SCHEMA_EPCI},
                 {PARAM_DEPARTEMENT, SCHEMA_DEPARTEMENT},
                 {PARAM_REGION, SCHEMA_REGION}};
    if (params[PARAM_COMMUNE]) {
        uint32_t position = snapshot_commune(snapshot, params[PARAM_COMMUNE]);
        return position == SNAPSHOT_NONE ? NULL : snapshot->commune.noms[position];
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n;
        const char *code = params[kinds[i].param];
        uint32_t number = code ? snapshot_territory(snapshot, kinds[i].kind, code) : SNAPSHOT_NONE;
        if (number != SNAPSHOT_NONE)
            return snapshot_territories(snapshot, kinds[i].kind, &n)[number].nom;
    }
    return NULL;
}

/* The words of what one id names; NULL for several, or none. */
static const char *theme_name(const struct snapshot *snapshot, const char *const *params)
{
    static const enum param levels[] = {PARAM_USAGE, PARAM_ENJEU, PARAM_AXE};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *id = params[levels[i]];
        uint32_t theme = id ? snapshot_theme(snapshot, id) : SNAPSHOT_NONE;
        if (theme != SNAPSHOT_NONE)
            return snapshot->themes[theme].libelle;
    }
    return NULL;
}

void embed_write_subject(const struct snapshot *snapshot, const char *const *params,
                         struct aro_buffer *out)
{
    const char *name = params[PARAM_TITRE];
    if (!name && params[PARAM_ID]) {
        write_title(snapshot, params[PARAM_ID], out);
        return;
    }
    if (!name)
        name = territory_name(snapshot, params);
    if (!name)
        name = theme_name(snapshot, params);
    if (name)
        aro_buffer_text(out, name);
}

void embed_write_title(const struct snapshot *snapshot, const char *const *params,
                       struct aro_buffer *out)
{
    const char *lang = params[PARAM_LANG];
    bool is_english = lang && strcmp(lang, "en") == 0;
    size_t before = out->len;
    embed_write_subject(snapshot, params, out);
    if (out->len == before)
        aro_buffer_text(out, is_english ? "Local digital initiatives"
                                        : "Initiatives numériques locales");
    else if (!params[PARAM_TITRE] && !params[PARAM_ID])
        aro_buffer_text(out, is_english ? ": digital initiatives" : " : initiatives numériques");
}
