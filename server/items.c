#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/answer.h"
#include "server/clusters.h"
#include "server/handlers.h"
#include "server/query.h"
#include "server/select.h"
#include "server/tally.h"

static bool parse_id(const char *text, int64_t *out_id)
{
    int64_t id = 0;
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 18 || text[len])
        return false;
    for (size_t i = 0; i < len; i++)
        id = id * 10 + (text[i] - '0');
    *out_id = id;
    return true;
}

/* The collection that the path names. */
static const struct point_set *find_collection(const struct request *request, struct aro_error *err)
{
    const char *name = request->path_values[0];
    if (strcmp(name, "initiatives") == 0)
        return &request->snapshot->initiatives;
    if (strcmp(name, "communes") == 0)
        return &request->snapshot->communes;
    aro_error_set(err, ARO_NOT_FOUND,
                  "there is no collection '%.60s': wanted 'initiatives' or 'communes'", name);
    return NULL;
}

static const struct text_block *find_profile(const struct request *request,
                                             const struct point_set *points, struct aro_error *err)
{
    const char *profile = request_param(request, PARAM_PROFILE);
    if (!profile || strcmp(profile, "full") == 0)
        return &points->full;
    if (strcmp(profile, "compact") == 0 && points->compact.block)
        return &points->compact;
    aro_error_set_for(err, "profile", ARO_BAD_INPUT, "profile '%.40s' is not one of: %s", profile,
                      points->compact.block ? "'full', 'compact'" : "'full'");
    return NULL;
}

/* ---- Lists ---- */

/* A page of a collection, to be written. */
struct list {
    const char *collection;
    const struct text_block *texts;
    struct selection selection;
    struct tally initiatives; /* by commune, where the selection counts them anew */
    struct query_page page;
};

static void list_clear(struct list *list)
{
    tally_clear(&list->initiatives);
    query_page_clear(&list->page);
}

/* Which initiatives of a commune count, where the request says so. */
static bool count_initiatives(const struct request *request, struct list *list,
                              struct aro_error *err)
{
    struct query_set set = {0};
    bool filtered = request_param(request, PARAM_AXE) || request_param(request, PARAM_ENJEU) ||
                    request_param(request, PARAM_USAGE) || request_param(request, PARAM_DATETIME);
    if (!filtered)
        return true;
    bool ok = query_find_by_columns(request, &set, err) &&
              tally_make(request->snapshot, BY_COMMUNE, &set, &list->initiatives, err);
    list->selection.initiatives = list->initiatives.slots;
    query_set_clear(&set);
    return ok;
}

static void write_selected(const struct list *list, struct aro_buffer *out)
{
    const struct query_page *page = &list->page;
    bool is_first = true;
    for (size_t i = 0; i < page->hits.n; i++)
        selection_write(&list->selection, list->texts, page->hits.items[i].position,
                        page->hits.items[i].distance_m, &is_first, out);
    for (size_t i = 0; i < page->runs.n; i++)
        for (uint32_t at = page->runs.items[i].first; at < page->runs.items[i].end; at++)
            selection_write(&list->selection, list->texts, at, NAN, &is_first, out);
}

static void write_features(struct response *response, const struct list *list)
{
    const struct query_page *page = &list->page;
    struct aro_buffer *out = response_buffer(response);
    bool is_first = true;
    if (list->selection.names) {
        write_selected(list, out);
        return;
    }
    answer_runs(response, list->texts, page->runs.items, page->runs.n, &is_first);
    for (size_t i = 0; i < page->hits.n; i++)
        answer_hit(out, list->texts, &page->hits.items[i], &is_first);
}

static void write_list_links(const struct request *request, const struct list *list,
                             struct aro_buffer *out)
{
    struct aro_buffer href = {0};
    answer_self_link(request, ANSWER_TYPE_GEOJSON, out);
    if (list->page.next_cursor[0]) {
        request_link(request, &href, PARAM_CURSOR, list->page.next_cursor);
        aro_buffer_char(out, ',');
        answer_link(out, "next", ANSWER_TYPE_GEOJSON, &href);
    }
    aro_buffer_printf(&href, "%s/collections/%s", request->base_url, list->collection);
    aro_buffer_char(out, ',');
    answer_link(out, "collection", ANSWER_TYPE_JSON, &href);
    aro_buffer_char(out, ']');
}

static void write_list(const struct request *request, const struct list *list,
                       struct response *response)
{
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_printf(out,
                      "{\"type\":\"FeatureCollection\",\"numberMatched\":%zu,"
                      "\"numberReturned\":%zu,\"features\":[",
                      list->page.n_matched, list->page.n_returned);
    write_features(response, list);
    aro_buffer_text(out, "],");
    write_list_links(request, list, out);
    aro_buffer_char(out, '}');
}

/* One page of what matches; of it only positions of `within`, where that is not NULL. */
static bool answer_list(const struct request *request, const struct point_set *points,
                        const struct geo_runs *within, const char *collection,
                        struct response *response, struct aro_error *err)
{
    struct list list = {.collection = collection, .texts = find_profile(request, points, err)};
    bool of_communes = points == &request->snapshot->communes;
    struct query *query = list.texts ? query_new(request, points, err) : NULL;
    bool ok = query && selection_parse(request, of_communes, &list.selection, err) &&
              (!of_communes || count_initiatives(request, &list, err)) &&
              (!within || query_within(query, within, err)) && query_page(query, &list.page, err);
    if (ok)
        write_list(request, &list, response);
    list_clear(&list);
    query_free(query);
    return ok;
}

bool handle_items(const struct request *request, struct response *response, struct aro_error *err)
{
    const struct point_set *points = find_collection(request, err);
    return points && answer_list(request, points, NULL, request->path_values[0], response, err);
}

bool handle_cluster_items(const struct request *request, struct response *response,
                          struct aro_error *err)
{
    const char *text = request->path_values[0];
    struct geo_runs members = {0};
    int64_t id;
    if (!parse_id(text, &id))
        return aro_error_set(err, ARO_NOT_FOUND,
                             "there is no cluster '%.60s': an id is a whole number", text);
    bool ok = clusters_members(request->snapshot, id, &members, err) &&
              answer_list(request, &request->snapshot->initiatives, &members, "initiatives",
                          response, err);
    geo_runs_clear(&members);
    return ok;
}

/* ---- One ---- */

static uint32_t find_initiative(const struct request *request, struct aro_error *err)
{
    const char *text = request->path_values[1];
    int64_t id;
    uint32_t position = SNAPSHOT_NONE;
    if (!parse_id(text, &id))
        aro_error_set(err, ARO_NOT_FOUND, "there is no initiative '%.60s': an id is a whole number",
                      text);
    else if ((position = snapshot_initiative(request->snapshot, id)) == SNAPSHOT_NONE)
        aro_error_set(err, ARO_NOT_FOUND, "there is no initiative %.60s", text);
    return position;
}

static uint32_t find_commune(const struct request *request, struct aro_error *err)
{
    const char *code = request->path_values[1];
    uint32_t position = snapshot_commune(request->snapshot, code);
    if (position == SNAPSHOT_NONE)
        aro_error_set(err, ARO_NOT_FOUND,
                      "there is no commune '%.60s': wanted an INSEE code such as 13056 or 2A004",
                      code);
    return position;
}

/* A code of the past leads to the commune of today. */
static void redirect(const struct request *request, const char *code, struct response *response)
{
    struct aro_buffer location = {0};
    aro_buffer_printf(&location, "%s/collections/communes/items/%s", request->base_url, code);
    aro_buffer_char(&location, '\0');
    response_set_status(response, 308);
    response_add_header(response, "Location", location.failed ? "" : location.data);
    aro_buffer_printf(response_buffer(response), "{\"title\":\"This is commune %s today\"}", code);
    response_set_type(response, ANSWER_TYPE_JSON);
    response_buffer(response)->failed |= location.failed;
    aro_buffer_clear(&location);
}

static void write_item(const struct request *request, const struct text_block *texts,
                       uint32_t position, struct response *response)
{
    struct aro_buffer *out = response_buffer(response), href = {0};
    uint64_t from = texts->offsets[position] + 1, to = texts->offsets[position + 1] - 1;
    response_add_static(response, texts->block + from, to - from);
    aro_buffer_char(out, ',');
    answer_self_link(request, ANSWER_TYPE_GEOJSON, out);
    aro_buffer_printf(&href, "%s/collections/%s", request->base_url, request->path_values[0]);
    aro_buffer_char(out, ',');
    answer_link(out, "collection", ANSWER_TYPE_JSON, &href);
    aro_buffer_text(out, "]}");
}

bool handle_item(const struct request *request, struct response *response, struct aro_error *err)
{
    const struct point_set *points = find_collection(request, err);
    if (!points)
        return false;
    bool of_communes = points == &request->snapshot->communes;
    uint32_t position = of_communes ? find_commune(request, err) : find_initiative(request, err);
    if (position == SNAPSHOT_NONE)
        return false;
    const char *code = of_communes ? request->snapshot->commune.codes[position] : NULL;
    if (code && strcmp(code, request->path_values[1]) != 0)
        redirect(request, code, response);
    else
        write_item(request, &points->full, position, response);
    return true;
}
