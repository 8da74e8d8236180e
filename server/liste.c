/*
 * GET /liste: the initiatives that the filters leave, in words: what the map shows, for everyone
 * who reads rather than looks.
 */
#include "server/liste.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/answer.h"
#include "server/cards.h"
#include "server/collections.h"
#include "server/handlers.h"
#include "server/params.h"
#include "server/problem.h"

#define DEFAULT_LIMIT "20"
#define MAX_LIMIT     "100"

enum { TERRITORIES_SHOWN = 20 };

/* ---- What is asked for ---- */

static bool read_wish(const struct request *request, struct liste_wish *wish, struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    const char *lieu = request_param(request, PARAM_LIEU);
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        if (request->params[i] && *request->params[i])
            wish->params[i] = request->params[i];
    wish->params[PARAM_LIEU] = NULL;
    wish->has_lieu = lieu && *lieu;
    if (wish->has_lieu && !lieu_find(snapshot, lieu, &wish->lieu, err))
        return false;
    if (wish->has_lieu && wish->lieu.param != PARAM_COUNT_OF_ALL) {
        wish->params[PARAM_COMMUNE] = wish->params[PARAM_EPCI] = NULL;
        wish->params[wish->lieu.param] = wish->lieu.code;
    }
    return true;
}

/* The request as the query reads it: newest first unless it says otherwise, some at a time. */
static bool ask(const struct request *request, const struct liste_wish *wish,
                const char **out_params, struct request *out_asked, struct aro_error *err)
{
    size_t limit;
    memcpy(out_params, wish->params, sizeof wish->params);
    if (!out_params[PARAM_SORTBY] && !out_params[PARAM_NEAR])
        out_params[PARAM_SORTBY] = "-date";
    if (!out_params[PARAM_LIMIT])
        out_params[PARAM_LIMIT] = DEFAULT_LIMIT;
    *out_asked = *request;
    out_asked->params = out_params;
    if (!query_limit(out_asked, 1, SIZE_MAX / 2, &limit, err))
        return false;
    if (limit > (size_t)strtoul(MAX_LIMIT, NULL, 10))
        out_params[PARAM_LIMIT] = MAX_LIMIT;
    return true;
}

/* ---- The answer ---- */

/* The same list with another cursor. */
static json_t *page_link(const struct liste_wish *wish, const char *cursor)
{
    const char *params[PARAM_COUNT_OF_ALL];
    struct aro_buffer link = {0};
    memcpy(params, wish->params, sizeof params);
    params[PARAM_CURSOR] = cursor;
    params[PARAM_F] = NULL;
    aro_buffer_text(&link, "liste?");
    params_write(&link, params, 0);
    json_t *text = link.failed ? NULL : json_stringn(link.data, link.len);
    aro_buffer_clear(&link);
    return text;
}

/* Others of the name that was typed: the best of them is the one that is shown. */
static json_t *others(const struct snapshot *snapshot, const struct liste_wish *wish)
{
    json_t *list = json_array();
    for (size_t i = 1; i < wish->lieu.n_found; i++) {
        const char *code = snapshot->commune.codes[wish->lieu.found[i]];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o}", "code", code, "nom",
                            snapshot->commune.noms[wish->lieu.found[i]], "href",
                            facets_link("liste", wish->params, 0, PARAM_COMMUNE, code)));
    }
    return list;
}

/* One document where that holds all of them, else a feature a line. */
static json_t *file_of(const struct liste_wish *wish, const char *format, const char *limit)
{
    const char *params[PARAM_COUNT_OF_ALL];
    struct aro_buffer link = {0};
    for (int p = 0; p < PARAM_COUNT_OF_ALL; p++)
        params[p] = QUERY_INITIATIVE_PARAMS & PARAM_BIT(p) ? wish->params[p] : NULL;
    params[PARAM_F] = format;
    params[PARAM_LIMIT] = limit;
    aro_buffer_text(&link, "collections/initiatives/items?");
    params_write(&link, params, 0);
    json_t *file = link.failed
                       ? NULL
                       : json_pack("{s:s, s:s#}", "format", format, "href", link.data, link.len);
    aro_buffer_clear(&link);
    return file;
}

/* Ways to the same initiatives in other forms. */
static json_t *ways(const struct request *request, const struct liste_wish *wish, size_t matched)
{
    char most[24];
    bool in_one = matched <= (size_t)request->settings->items_max;
    snprintf(most, sizeof most, "%lld", (long long)request->settings->items_max);
    json_t *files =
        json_pack("[o, o, o]", file_of(wish, "csv", "all"),
                  in_one ? file_of(wish, "geojson", most) : file_of(wish, "geojsonl", "all"),
                  file_of(wish, "gpkg", "all"));
    static const param_set of_list = PARAM_BIT(PARAM_SORTBY);
    return json_pack("{s:o, s:o, s:o, s:o}", "map", liste_map_link(wish), "files", files, "feed",
                     facets_link("feed.atom", wish->params, of_list | PARAM_BIT(PARAM_LANG),
                                 PARAM_COUNT_OF_ALL, NULL),
                     "embed",
                     facets_link("integrer", wish->params, of_list, PARAM_COUNT_OF_ALL, NULL));
}

static json_t *describe(const struct request *request, const struct liste_wish *wish,
                        const struct query_page *page, struct query_set *set, struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    size_t communes;
    if (!facets_count_communes(snapshot, set, &communes, err))
        return NULL;
    json_t *themes = facets_themes(snapshot, wish->params, set, err);
    json_t *answer =
        json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "numberMatched",
                  (json_int_t)page->n_matched, "numberReturned", (json_int_t)page->n_returned,
                  "communes", (json_int_t)communes, "cards", cards_of_page(snapshot, page), "chips",
                  liste_chips(snapshot, wish), "themes", themes, "territories",
                  facets_territories(snapshot, wish->params, TERRITORIES_SHOWN, set, err), "others",
                  others(snapshot, wish), "ways", ways(request, wish, page->n_matched), "form",
                  liste_form(snapshot, wish, err));
    if (!answer)
        return NULL;
    if (json_array_size(themes) > 0) /* the sentence tells of the one that has most */
        json_object_set(answer, "top", json_array_get(themes, 0));
    if (wish->has_lieu && wish->lieu.param == PARAM_COUNT_OF_ALL)
        json_object_set_new(answer, "lieu_absent", json_string(request_param(request, PARAM_LIEU)));
    if (page->next_cursor[0])
        json_object_set_new(answer, "next", page_link(wish, page->next_cursor));
    if (wish->params[PARAM_CURSOR])
        json_object_set_new(answer, "first", page_link(wish, NULL));
    return answer;
}

static bool answer(const struct request *request, const struct liste_wish *wish,
                   struct response *response, struct aro_error *err)
{
    const char *params[PARAM_COUNT_OF_ALL];
    struct request asked;
    struct query_page page = {0};
    struct query_set set = {0};
    struct query *query = ask(request, wish, params, &asked, err)
                              ? query_new(&asked, &collections[COLLECTION_INITIATIVES], err)
                              : NULL;
    bool ok = query && query_page(query, &page, err) && query_find(query, NULL, &set, err) &&
              cards_answer(response, describe(request, wish, &page, &set, err), err);
    query_set_clear(&set);
    query_page_clear(&page);
    query_free(query);
    return ok;
}

/* A person who is told what is wrong finds the form as it was sent, to mend it. */
static bool tell(const struct request *request, const struct liste_wish *wish,
                 struct response *response, struct aro_error *err)
{
    struct aro_error none = {0};
    json_t *told = json_pack("{s:s, s:o, s:o}", "wrong", err->message, "chips",
                             liste_chips(request->snapshot, wish), "form",
                             liste_form(request->snapshot, wish, &none));
    response_set_status(response, problem_http_status(err->status));
    *err = (struct aro_error){0};
    return cards_answer(response, told, err);
}

/* A form sends its empty fields too: the address that is kept and shared is one without. */
static bool is_untidy(const struct request *request, const struct liste_wish *wish)
{
    bool is_found = wish->has_lieu && wish->lieu.param != PARAM_COUNT_OF_ALL;
    bool untidy = is_found && wish->lieu.n_found <= 1;
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        untidy |= request->params[i] && !*request->params[i];
    return untidy;
}

static void lead_to(const struct request *request, const struct liste_wish *wish,
                    struct response *response)
{
    const char *params[PARAM_COUNT_OF_ALL];
    struct aro_buffer link = {0};
    memcpy(params, wish->params, sizeof params);
    if (wish->has_lieu && (wish->lieu.param == PARAM_COUNT_OF_ALL || wish->lieu.n_found > 1)) {
        params[PARAM_LIEU] = request_param(request, PARAM_LIEU);
        if (wish->lieu.param != PARAM_COUNT_OF_ALL)
            params[wish->lieu.param] = NULL;
    }
    aro_buffer_printf(&link, "%s/liste?", request->base_url);
    params_write(&link, params, 0);
    if (!link.failed && link.data[link.len - 1] == '?')
        link.len--;
    answer_lead_to(response, 302, &link);
}

bool handle_liste(const struct request *request, struct response *response, struct aro_error *err)
{
    struct liste_wish wish = {0};
    if (!read_wish(request, &wish, err))
        return false;
    if (request->for_page && is_untidy(request, &wish)) {
        lead_to(request, &wish, response);
        return true;
    }
    if (answer(request, &wish, response, err))
        return true;
    bool is_told =
        request->for_page && (err->status == ARO_BAD_INPUT || err->status == ARO_NOT_FOUND);
    return is_told && tell(request, &wish, response, err);
}
