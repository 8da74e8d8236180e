/*
 * GET /feed.atom: the newest initiatives that a filter leaves, as Atom (RFC 4287) with their places
 * (GeoRSS-Simple, OGC 17-002).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/json.h"
#include "server/feature_read.h"
#include "server/handlers.h"
#include "server/params.h"
#include "server/xml.h"

#define DEFAULT_LIMIT "50"
#define MAX_LIMIT     "500"

/* ---- XML ---- */

static void write_element(struct aro_buffer *out, const char *name, struct schema_json_slice value)
{
    struct aro_buffer text = {0};
    if (!value.text)
        return;
    feature_value_text(&text, value);
    aro_buffer_printf(out, "<%s>", name);
    xml_escape(out, text.data, text.len);
    aro_buffer_printf(out, "</%s>\n", name);
    out->failed |= text.failed;
    aro_buffer_clear(&text);
}

/* Takes what stands in href. */
static void write_link(struct aro_buffer *out, const char *rel, const char *type,
                       struct aro_buffer *href)
{
    aro_buffer_printf(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
    xml_escape(out, href->data, href->len);
    aro_buffer_text(out, "\"/>\n");
    out->failed |= href->failed;
    aro_buffer_clear(href);
}

/* ---- One entry ---- */

enum member { TITRE, COMMUNE_NOM, THEMES, ACTIONS, SYNTHESE, CREATED, UPDATED, N_MEMBERS };
static const char *const member_names[N_MEMBERS] = {
    [TITRE] = "titre",        [COMMUNE_NOM] = "commune_nom", [THEMES] = "themes",
    [ACTIONS] = "actions",    [SYNTHESE] = "synthese",       [CREATED] = "created_at",
    [UPDATED] = "updated_at",
};

struct feed {
    const struct request *request;
    struct feature_reader *reader;
    size_t columns[N_MEMBERS];
    struct aro_buffer *out;
};

static void write_themes(const struct feed *feed, struct schema_json_slice themes)
{
    const struct snapshot *snapshot = feed->request->snapshot;
    struct schema_json_walk walk = {.text = themes.text, .len = themes.len};
    struct schema_json_slice item;
    while (themes.text && feature_value_next(&walk, &item)) {
        char id[sizeof snapshot->themes->id];
        snprintf(id, sizeof id, "%.*s", (int)item.len - 2, item.text + 1);
        uint32_t theme = snapshot_theme(snapshot, id);
        if (theme == SNAPSHOT_NONE)
            continue;
        const char *label = snapshot->themes[theme].libelle;
        aro_buffer_printf(feed->out, "<category term=\"%s\" scheme=\"", id);
        xml_escape(feed->out, feed->request->base_url, strlen(feed->request->base_url));
        aro_buffer_text(feed->out, "/themes\" label=\"");
        xml_escape(feed->out, label, strlen(label));
        aro_buffer_text(feed->out, "\"/>\n");
    }
}

static void write_item_url(const struct feed *feed, const struct feature_row *row,
                           const char *query, struct aro_buffer *href)
{
    const struct snapshot *snapshot = feed->request->snapshot;
    aro_buffer_printf(href, "%s/collections/initiatives/items/%lld%s", feed->request->base_url,
                      (long long)snapshot->initiatives.ids[row->position], query);
}

static void write_page_url(const struct feed *feed, const struct feature_row *row,
                           struct aro_buffer *href)
{
    aro_buffer_printf(href, "%s/initiatives/%lld", feed->request->base_url,
                      (long long)feed->request->snapshot->initiatives.ids[row->position]);
}

static void write_entry(const struct feed *feed, const struct feature_row *row)
{
    enum { DECIMALS = 7 };
    struct aro_buffer *out = feed->out, href = {0};
    const struct schema_json_slice *values = feature_reader_values(feed->reader, row);
    const size_t *at = feed->columns;
    bool has_short = values[at[SYNTHESE]].text != NULL;
    aro_buffer_text(out, "<entry>\n<id>");
    write_item_url(feed, row, "", &href); /* as entries have been called from the first on */
    xml_escape(out, href.data, href.len);
    href.len = 0;
    aro_buffer_text(out, "</id>\n");
    write_element(out, "title", values[at[TITRE]]);
    write_element(out, "updated", values[at[UPDATED]]);
    write_element(out, "published", values[at[CREATED]]);
    aro_buffer_text(out, "<author>");
    write_element(out, "name", values[at[COMMUNE_NOM]]);
    aro_buffer_text(out, "</author>\n");
    write_page_url(feed, row, &href);
    write_link(out, "alternate", "text/html", &href);
    write_item_url(feed, row, "?f=geojson", &href);
    write_link(out, "alternate", "application/geo+json", &href);
    write_themes(feed, values[at[THEMES]]);
    write_element(out, "summary", values[at[has_short ? SYNTHESE : ACTIONS]]);
    if (row->has_place) {
        aro_buffer_text(out, "<georss:point>");
        aro_json_number(out, row->y, DECIMALS);
        aro_buffer_char(out, ' ');
        aro_json_number(out, row->x, DECIMALS);
        aro_buffer_text(out, "</georss:point>\n");
    }
    aro_buffer_text(out, "</entry>\n");
}

/* ---- The feed ---- */

static void find_columns(struct feed *feed)
{
    size_t n;
    const struct feature_column *columns = feature_reader_columns(feed->reader, &n);
    for (size_t member = 0; member < N_MEMBERS; member++)
        for (size_t i = 0; i < n; i++)
            if (strcmp(columns[i].name, member_names[member]) == 0)
                feed->columns[member] = i;
}

/* The filters of the request behind a path. */
static void write_filters_url(const struct request *request, const char *path, param_set without,
                              struct aro_buffer *href)
{
    aro_buffer_printf(href, "%s%s?", request->base_url, path);
    size_t before = href->len;
    params_write(href, request->params, without);
    if (!href->failed && href->len == before)
        href->len--;
}

/* What a page is, is left out of what the feed is. */
static void write_head(const struct feed *feed)
{
    static const param_set of_page = QUERY_PAGE_PARAMS | PARAM_BIT(PARAM_F);
    const struct request *request = feed->request;
    const struct query_page *page = &feature_reader_items(feed->reader)->page;
    const char *last_change = request->snapshot->last_change;
    struct aro_buffer *out = feed->out, href = {0};
    aro_buffer_text(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                         "<feed xmlns=\"http://www.w3.org/2005/Atom\""
                         " xmlns:georss=\"http://www.georss.org/georss\" xml:lang=\"fr\">\n<id>");
    write_filters_url(request, request->path, of_page, &href);
    xml_escape(out, href.data, href.len);
    href.len = 0;
    aro_buffer_printf(out,
                      "</id>\n<title>Initiatives numériques locales</title>\n"
                      "<updated>%s</updated>\n",
                      *last_change ? last_change : "1970-01-01T00:00:00Z");
    request_link(request, &href, PARAM_COUNT_OF_ALL, NULL);
    write_link(out, "self", "application/atom+xml", &href);
    write_filters_url(request, "/liste", of_page, &href);
    write_link(out, "alternate", "text/html", &href);
    if (page->next_cursor[0]) {
        request_link(request, &href, PARAM_CURSOR, page->next_cursor);
        write_link(out, "next", "application/atom+xml", &href);
    }
}

static bool write_feed(const struct request *request, struct items_page *items,
                       struct response *response, struct aro_error *err)
{
    struct feature_row row;
    struct feed feed = {.request = request,
                        .reader = feature_reader_new(request->snapshot, items, err),
                        .out = response_buffer(response)};
    if (!feed.reader)
        return false;
    find_columns(&feed);
    write_head(&feed);
    while (feature_reader_next(feed.reader, &row))
        write_entry(&feed, &row);
    aro_buffer_text(feed.out, "</feed>\n");
    feature_reader_free(feed.reader);
    return true;
}

/* The page that the request asks for, newest first where it does not say. */
static bool find_entries(const struct request *request, struct items_page *items,
                         struct aro_error *err)
{
    const char *params[PARAM_COUNT_OF_ALL];
    struct request asked = *request;
    size_t limit;
    memcpy(params, request->params, sizeof params);
    if (!params[PARAM_LIMIT])
        params[PARAM_LIMIT] = DEFAULT_LIMIT;
    if (!params[PARAM_SORTBY] && !params[PARAM_NEAR])
        params[PARAM_SORTBY] = "-date";
    asked.params = params;
    if (!query_limit(&asked, 1, SIZE_MAX / 2, &limit, err))
        return false;
    if (limit > (size_t)strtoul(MAX_LIMIT, NULL, 10))
        params[PARAM_LIMIT] = MAX_LIMIT;
    struct query *query = query_new(&asked, items->collection, err);
    bool ok = query && query_page(query, &items->page, err);
    query_free(query);
    return ok;
}

bool handle_feed(const struct request *request, struct response *response, struct aro_error *err)
{
    struct items_page items = {.collection = &collections[COLLECTION_INITIATIVES],
                               .texts = &request->snapshot->initiatives.full};
    bool ok = find_entries(request, &items, err) && write_feed(request, &items, response, err);
    query_page_clear(&items.page);
    return ok;
}
