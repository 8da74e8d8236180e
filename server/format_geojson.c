/*
 * A page as one GeoJSON document: the answer to a request, with counts and links, or a file of
 * `arobase export`, with a line for each feature.
 */
#include <stdlib.h>

#include "server/answer.h"
#include "server/format.h"

struct document {
    const struct items_page *items;
    const char *between;            /* what goes before a feature, with its comma */
    struct aro_buffer head, behind; /* of the features */
    bool is_first;
};

static void document_free(void *state)
{
    struct document *document = state;
    aro_buffer_clear(&document->head);
    aro_buffer_clear(&document->behind);
    free(document);
}

/* The same features in every other form that there is (OGC 17-069r4, /req/core/fc-links). */
static void write_alternates(const struct request *request, const struct items_page *items,
                             struct aro_buffer *out)
{
    unsigned formats = FORMAT_HTML;
    if (items->selection.geometry == GEOMETRY_CENTRE)
        formats |= FORMAT_FILES;
    if (collection_has_feed(items->collection) && items_not_of_feed(request) == PARAM_COUNT_OF_ALL)
        formats |= FORMAT_ATOM;
    answer_alternates(out, request, request->route->formats & formats);
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

void format_geojson_head(const struct items_page *items, struct aro_buffer *out)
{
    aro_buffer_printf(out,
                      "{\"type\":\"FeatureCollection\",\"numberMatched\":%zu,"
                      "\"numberReturned\":%zu,\"features\":[",
                      items->page.n_matched, items->page.n_returned);
}

void format_geojson_behind(const struct request *request, const struct items_page *items,
                           struct aro_buffer *out)
{
    aro_buffer_text(out, "],");
    write_links(request, items, out);
    aro_buffer_char(out, '}');
}

static void *begin(const struct format_about *about, struct aro_error *err)
{
    struct document *document = calloc(1, sizeof *document);
    if (!document) {
        aro_error_no_memory(err);
        return NULL;
    }
    document->items = feature_reader_items(about->reader);
    document->is_first = true;
    document->between = about->request ? "" : "\n";
    if (about->request) {
        format_geojson_head(document->items, &document->head);
        format_geojson_behind(about->request, document->items, &document->behind);
    } else {
        aro_buffer_text(&document->head, "{\"type\":\"FeatureCollection\",\"features\":[");
        aro_buffer_text(&document->behind, "\n]}\n");
    }
    if (aro_buffer_ok(&document->head, err) && aro_buffer_ok(&document->behind, err))
        return document;
    document_free(document);
    return NULL;
}

static bool write_row(void *state, const struct feature_row *row, struct aro_buffer *out,
                      struct aro_error *err)
{
    struct document *document = state;
    const struct items_page *items = document->items;
    bool no_comma = true;
    if (document->is_first)
        aro_buffer_append(out, document->head.data, document->head.len);
    else
        aro_buffer_char(out, ',');
    document->is_first = false;
    aro_buffer_text(out, document->between);
    selection_write(&items->selection, items->texts, row, &no_comma, out);
    return aro_buffer_ok(out, err);
}

static bool tail(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct document *document = state;
    if (document->is_first)
        aro_buffer_append(out, document->head.data, document->head.len);
    aro_buffer_append(out, document->behind.data, document->behind.len);
    *out_end = true;
    return aro_buffer_ok(out, err);
}

const struct format_writer format_geojson = {
    .format = FORMAT_GEOJSON,
    .ending = "geojson",
    .begin = begin,
    .free = document_free,
    .row = write_row,
    .tail = tail,
};
