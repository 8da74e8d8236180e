#include <stdlib.h>
#include <string.h>

#include "server/answer.h"
#include "server/clusters.h"
#include "server/handlers.h"
#include "server/query.h"

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

static void write_features(struct response *response, const struct text_block *texts,
                           const struct query_page *page)
{
    bool is_first = true;
    if (!page->by_distance) {
        answer_runs(response, texts, page->runs.items, page->runs.n, &is_first);
        return;
    }
    for (size_t i = 0; i < page->hits.n; i++)
        answer_hit(response_buffer(response), texts, &page->hits.items[i], &is_first);
}

/* A page of a collection, to be written. */
struct list {
    const char *collection;
    const struct text_block *texts;
    struct query_page page;
};

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
    write_features(response, list->texts, &list->page);
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
    struct query *query = list.texts ? query_new(request, points, err) : NULL;
    bool ok = query && (!within || query_within(query, within, err)) &&
              query_page(query, &list.page, err);
    if (ok)
        write_list(request, &list, response);
    query_page_clear(&list.page);
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
