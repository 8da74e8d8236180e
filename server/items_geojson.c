#include "server/answer.h"
#include "server/items.h"
#include "server/negotiate.h"

static void write_selected(const struct items_page *items, struct aro_buffer *out)
{
    struct query_walk walk = {.page = &items->page};
    uint32_t position;
    double distance_m;
    bool is_first = true;
    while (query_next(&walk, &position, &distance_m))
        selection_write(&items->selection, items->texts, position, distance_m, &is_first, out);
}

/* Runs are sent from where they lie. */
static void write_features(struct response *response, const struct items_page *items)
{
    const struct query_page *page = &items->page;
    struct aro_buffer *out = response_buffer(response);
    bool is_first = true;
    if (selection_is_set(&items->selection)) {
        write_selected(items, out);
        return;
    }
    answer_runs(response, items->texts, page->runs.items, page->runs.n, &is_first);
    for (size_t i = 0; i < page->hits.n; i++)
        answer_hit(out, items->texts, &page->hits.items[i], &is_first);
}

/* The same features in every other form that there is (OGC 17-069r4, /req/core/fc-links). */
static void write_alternates(const struct request *request, const struct items_page *items,
                             struct aro_buffer *out)
{
    struct aro_buffer href = {0};
    unsigned formats = FORMAT_HTML;
    if (items->selection.geometry == GEOMETRY_CENTRE)
        formats |= FORMAT_FILES;
    if (collection_has_feed(items->collection) && items_not_of_feed(request) == PARAM_COUNT_OF_ALL)
        formats |= FORMAT_ATOM;
    for (unsigned format = 1; format && format <= request->route->formats; format <<= 1) {
        if (!(request->route->formats & formats & format))
            continue;
        request_link(request, &href, PARAM_F, format_name((enum format)format));
        aro_buffer_char(out, ',');
        answer_link(out, "alternate", format_content_type((enum format)format), &href);
    }
}

static void write_links(const struct request *request, const struct items_page *items,
                        struct aro_buffer *out)
{
    struct aro_buffer href = {0};
    answer_self_link(request, ANSWER_TYPE_GEOJSON, out);
    if (items->page.next_cursor[0]) {
        request_link(request, &href, PARAM_CURSOR, items->page.next_cursor);
        aro_buffer_char(out, ',');
        answer_link(out, "next", ANSWER_TYPE_GEOJSON, &href);
    }
    write_alternates(request, items, out);
    aro_buffer_printf(&href, "%s/collections/%s", request->base_url, items->collection->id);
    aro_buffer_char(out, ',');
    answer_link(out, "collection", ANSWER_TYPE_JSON, &href);
    aro_buffer_char(out, ']');
}

bool items_write_geojson(const struct request *request, struct items_page *items,
                         struct response *response, struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_printf(out,
                      "{\"type\":\"FeatureCollection\",\"numberMatched\":%zu,"
                      "\"numberReturned\":%zu,\"features\":[",
                      items->page.n_matched, items->page.n_returned);
    write_features(response, items);
    aro_buffer_text(out, "],");
    write_links(request, items, out);
    aro_buffer_char(out, '}');
    return true;
}
