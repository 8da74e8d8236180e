#include "server/page.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/embed.h"
#include "server/hash.h"
#include "server/page_features.h"
#include "server/params.h"
#include "server/response.h"
#include "server/route.h"
#include "server/state.h"
#include "server/template.h"

enum { MAX_REFERENCES = 64 }; /* within each other */

/* ---- References ---- */

/* What "#/a/b" refers to (RFC 6901 without escapes, which no name of ours needs). */
static json_t *referred(json_t *root, const char *pointer)
{
    json_t *value = root;
    if (strncmp(pointer, "#/", 2) != 0)
        return NULL;
    for (pointer += 2; value && *pointer; pointer += *pointer == '/') {
        size_t len = strcspn(pointer, "/");
        value = json_object_getn(value, pointer, len);
        pointer += len;
    }
    return value;
}

static json_t *resolved(json_t *root, json_t *value, int depth);

/* Puts what is referred to in the place of each reference. */
static void resolve(json_t *root, json_t *value, int depth)
{
    const char *name;
    void *next;
    size_t i;
    json_t *inner;
    json_object_foreach_safe(value, next, name, inner)
        json_object_set(value, name, resolved(root, inner, depth));
    json_array_foreach(value, i, inner) json_array_set(value, i, resolved(root, inner, depth));
}

static json_t *resolved(json_t *root, json_t *value, int depth)
{
    const char *pointer = json_string_value(json_object_get(value, "$ref"));
    json_t *target = pointer ? referred(root, pointer) : NULL;
    if (target)
        return target;
    if (depth < MAX_REFERENCES)
        resolve(root, value, depth + 1);
    return value;
}

/* ---- What a page knows ---- */

static bool find_template(const char *name, size_t name_len, const char **out_text, size_t *out_len)
{
    char path[96];
    snprintf(path, sizeof path, "pages/%.*s.html", (int)name_len, name);
    const struct asset *asset = asset_find(path);
    if (!asset && name_len == 5 && memcmp(name, "index", 5) == 0)
        asset = asset_find("index.html");
    if (!asset)
        return false;
    *out_text = (const char *)asset->plain;
    *out_len = asset->plain_len;
    return true;
}

/* "../" for each part of the path but the last: links of a page work wherever it is mounted. */
static json_t *way_up(const char *path)
{
    struct aro_buffer way = {0};
    for (const char *c = path + 1; *c; c++)
        if (*c == '/')
            aro_buffer_text(&way, "../");
    if (way.len == 0)
        aro_buffer_text(&way, "./");
    json_t *value = way.failed ? NULL : json_stringn(way.data, way.len);
    aro_buffer_clear(&way);
    return value;
}

static bool has_page(const char *path, size_t len)
{
    struct route_match match = {0};
    bool found = route_find(routes, n_routes, path, len, &match, NULL) && match.route->page;
    route_match_clear(&match);
    return found;
}

/* The pages above: each part of the path that is one; then those that the answer names. */
static json_t *crumbs(const char *path, const json_t *data)
{
    json_t *list = json_array();
    for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
        const char *start = end;
        while (start[-1] != '/')
            start--;
        if (has_page(path, (size_t)(end - path)))
            json_array_append_new(list, json_pack("{s:s#, s:s#}", "href", path + 1,
                                                  (size_t)(end - path - 1), "title", start,
                                                  (size_t)(end - start)));
    }
    json_array_extend(list, json_object_get(data, "crumbs"));
    return list;
}

static json_t *query_of(const struct request *request)
{
    json_t *query = json_object();
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        if (request->params[i])
            json_object_set_new(query, param_infos[i].name, json_string(request->params[i]));
    return query;
}

/* What stood in the place of each {…} of the route. */
static json_t *values_of(const struct request *request)
{
    json_t *values = json_array();
    for (size_t i = 0; i < REQUEST_MAX_PATH_VALUES && request->path_values[i]; i++)
        json_array_append_new(values, json_string(request->path_values[i]));
    return values;
}

/* The link of the answer to its next page; NULL where there is none. */
static json_t *next_link(const json_t *data)
{
    size_t i;
    json_t *link;
    json_array_foreach(json_object_get(data, "links"), i, link)
    {
        const char *rel = json_string_value(json_object_get(link, "rel"));
        if (rel && strcmp(rel, "next") == 0)
            return json_object_get(link, "href");
    }
    return NULL;
}

/* The parameters of the request with f=, lang= and limit= replaced (NULL: left out), behind
 * `before`. */
static json_t *link_to(const struct request *request, const char *before, const char *f,
                       const char *lang, const char *limit, param_set without)
{
    const char *values[PARAM_COUNT_OF_ALL];
    struct aro_buffer link = {0};
    memcpy(values, request->params, sizeof values);
    values[PARAM_F] = f;
    values[PARAM_LANG] = lang;
    values[PARAM_LIMIT] = limit;
    aro_buffer_text(&link, before);
    size_t len = link.len;
    aro_buffer_char(&link, '?');
    params_write(&link, values, without);
    if (link.len == len + 1 && len > 0)
        link.len = len;
    json_t *value = link.failed ? NULL : json_stringn(link.data, link.len);
    aro_buffer_clear(&link);
    return value;
}

/* What a map draws is what the page shows, in degrees; NULL where that is nothing. */
static json_t *map_link(const struct request *request, const json_t *data)
{
    char limit[24];
    size_t n = json_array_size(json_object_get(data, "features"));
    bool is_one = json_object_get(data, "geometry") != NULL;
    snprintf(limit, sizeof limit, "%zu", n);
    return n > 0 || is_one
               ? link_to(request, "", "json", NULL, is_one ? NULL : limit, PARAM_BIT(PARAM_CRS))
               : NULL;
}

/* The answer as text, which is large where a list is: only for a template that shows it itself. */
static char *text_for(const char *page, const json_t *data)
{
    static const char use[] = "{{text}}";
    const char *text;
    size_t len;
    bool is_used = find_template(page, strlen(page), &text, &len) &&
                   memmem(text, len, use, sizeof use - 1) != NULL;
    return is_used ? json_dumps(data, JSON_INDENT(2)) : NULL;
}

/* One link of each language: absolute ones that search engines keep, and those that readers
 * choose by. */
static json_t *languages(const struct request *request, const char *address)
{
    json_t *list = json_array();
    for (int i = 0; i < N_LANGUAGES; i++) {
        const char *name = language_names[i];
        bool own = i == (int)request->language;
        json_array_append_new(
            list, json_pack("{s:s, s:b, s:o, s:o}", "lang", name, "own", own, "href",
                            link_to(request, "", request->params[PARAM_F], name,
                                    request->params[PARAM_LIMIT], 0),
                            "canonical",
                            link_to(request, address, NULL, i == LANGUAGE_FR ? NULL : name,
                                    request->params[PARAM_LIMIT], 0)));
    }
    return list;
}

/* What every page knows of itself, whatever it shows. */
static json_t *common_data(const struct request *request)
{
    const struct settings *settings = request->settings;
    const struct words *words = &request->server->words[request->language];
    const char *lang = request->params[PARAM_LANG], *name = language_names[request->language];
    json_t *address = json_sprintf("%s%s", request->base_url, request->path);
    json_t *list = languages(request, address ? json_string_value(address) : "");
    /* What Accept-Language chose stands at the address of every reader. */
    json_t *own = json_array_get(list, lang ? (size_t)request->language : LANGUAGE_FR);
    json_t *page = json_pack(
        "{s:s, s:O, s:o, s:o, s:O*, s:o, s:s, s:o, s:s, s:s, s:{s:s, s:s, s:s*, s:s*}}", "lang",
        name, "w", words->sections, "q_lang",
        lang ? json_sprintf("?lang=%s", name) : json_string(""), "and_lang",
        lang ? json_sprintf("&lang=%s", name) : json_string(""), "canonical",
        json_object_get(own, "canonical"), "languages", list, "base", request->base_url, "root",
        way_up(request->path), "path", request->path, "here", strrchr(request->path, '/') + 1,
        "site", "version", ARO_VERSION, "name", settings->site_name, "owner", settings->site_owner,
        "contact", settings->site_contact);
    json_decref(address);
    return page;
}

/* So that a link without a title is not called what the page is. */
static void title_links(json_t *data)
{
    size_t i;
    json_t *link;
    json_array_foreach(json_object_get(data, "links"), i, link)
    {
        if (!json_object_get(link, "title"))
            json_object_set_new(link, "title", json_string(""));
    }
}

/* What the head tells editors and feed readers of the page. */
static void add_discovery(const struct request *request, json_t *page)
{
    struct aro_buffer oembed = {0}, atom = {0};
    const char *address = json_string_value(json_object_get(page, "canonical"));
    if (address)
        embed_write_discovery(request, address, &oembed, &atom);
    if (oembed.len > 0 && !oembed.failed)
        json_object_set_new(page, "oembed", json_stringn(oembed.data, oembed.len));
    if (atom.len > 0 && !atom.failed)
        json_object_set_new(page, "atom", json_stringn(atom.data, atom.len));
    aro_buffer_clear(&oembed);
    aro_buffer_clear(&atom);
}

static json_t *page_data(const struct request *request, json_t *data)
{
    const char *limit = request->params[PARAM_LIMIT];
    char *text = text_for(request->route->page, data);
    title_links(data);
    json_t *page = common_data(request);
    json_t *more =
        json_pack("{s:O, s:s*, s:o, s:o, s:o, s:o*, s:o, s:O*}", "data", data, "text", text,
                  "crumbs", crumbs(request->path, data), "query", query_of(request), "json",
                  link_to(request, "", "json", NULL, limit, 0), "map", map_link(request, data),
                  "values", values_of(request), "next", next_link(data));
    free(text);
    if (!page || !more || json_object_update(page, more) != 0 ||
        !page_add_features(request, data, page)) {
        json_decref(page);
        page = NULL;
    }
    json_decref(more);
    if (page && request->snapshot)
        add_discovery(request, page);
    return page;
}

/* ---- The answer ---- */

/* The JSON that the route's handler writes; NULL and err where it fails. */
static json_t *run_handler(const struct request *request, struct response *inner,
                           struct aro_error *err)
{
    if (!request->route->handler(request, inner, err) || !response_finish(inner, err))
        return NULL;
    struct body_piece body;
    json_t *data =
        response_in_one_block(inner, &body) ? json_loadb(body.bytes, body.len, 0, NULL) : NULL;
    if (!data)
        aro_error_no_memory(err);
    return data;
}

static bool fill_page(const struct request *request, json_t *data, struct response *response,
                      struct aro_error *err)
{
    resolve(data, data, 0);
    json_t *page = page_data(request, data);
    struct aro_buffer *out = response_buffer(response);
    bool ok = page ? template_render(find_template, &request->server->words[request->language],
                                     request->route->page, page, out, err)
                   : aro_error_no_memory(err);
    if (ok && request->route->needs_no_snapshot) /* it follows from no version of the data */
        response_set_tag(response, hash_bytes(HASH_START, out->data, out->len));
    json_decref(page);
    return ok;
}

/* What answers without a body of its own (a redirection) is handed on as it is. */
static void hand_on(const struct response *inner, struct response *response)
{
    response->status = inner->status;
    for (size_t i = 0; i < inner->n_headers; i++)
        response_add_header(response, inner->headers[i].name, response_header_value(inner, i));
}

bool page_answer(const struct request *request, struct response *response, struct aro_error *err)
{
    struct request wanted = *request;
    struct response *inner = response_new(NULL);
    wanted.for_page = true;
    wanted.format = request->route->default_format;
    if (inner)
        inner->is_whole = true;
    json_t *data = inner ? run_handler(&wanted, inner, err) : NULL;
    bool ok = inner ? data != NULL : aro_error_no_memory(err);
    if (ok && inner->status != 200)
        hand_on(inner, response);
    bool leads_on = ok && inner->status >= 300 && inner->status < 400;
    if (ok && !leads_on)
        ok = fill_page(request, data, response, err);
    json_decref(data);
    response_free(inner);
    return ok;
}

bool page_problem(const struct request *request, unsigned http_status, const char *detail,
                  const char *parameter, struct aro_buffer *out, struct aro_error *err)
{
    json_t *page = common_data(request);
    json_t *data = json_pack("{s:i, s:s, s:s}", "status", (int)http_status, "detail", detail,
                             "parameter", parameter);
    bool ok = page && data && json_object_set(page, "data", data) == 0;
    ok = ok ? template_render(find_template, &request->server->words[request->language], "problem",
                              page, out, err)
            : aro_error_no_memory(err);
    json_decref(data);
    json_decref(page);
    return ok;
}
