#include <math.h>
#include <string.h>

#include "server/answer.h"
#include "server/collections.h"
#include "server/handlers.h"
#include "server/negotiate.h"
#include "server/select.h"

/* An id of the past leads to the feature of today. */
static void redirect(const struct request *request, const struct collection *collection,
                     struct property_text id, struct response *response)
{
    struct aro_buffer location = {0};
    aro_buffer_printf(&location, "%s/collections/%s/items/%.*s", request->base_url, collection->id,
                      (int)id.len, id.bytes);
    if (*request->query)
        aro_buffer_printf(&location, "?%s", request->query);
    aro_buffer_printf(response_buffer(response), "{\"title\":\"This is %s %.*s today\"}",
                      collection->item, (int)id.len, id.bytes);
    response_set_type(response, ANSWER_TYPE_JSON);
    answer_lead_to(response, 308, &location);
}

/* The feature but for its last brace. */
static void write_feature(const struct selection *selection, const struct text_block *texts,
                          uint32_t position, struct response *response)
{
    struct aro_buffer *out = response_buffer(response);
    bool is_first = true;
    if (!selection_is_set(selection)) {
        struct text_slice slice = text_block_at(texts, position);
        response_add_static(response, slice.text + 1, slice.len - 2);
        return;
    }
    struct feature_row row = {.position = position, .distance_m = NAN};
    selection_place(selection, &row, 1);
    selection_write(selection, texts, &row, &is_first, out);
    out->len -= !out->failed;
}

static bool write_item(const struct request *request, const struct collection *collection,
                       uint32_t position, struct response *response, struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response), href = {0};
    struct selection selection;
    if (!selection_parse(request, collection, &selection, err))
        return false;
    crs_add_header(response, selection.crs.crs);
    write_feature(&selection, &collection_points(collection, request->snapshot)->full, position,
                  response);
    selection_clear(&selection);
    aro_buffer_char(out, ',');
    answer_self_link(request, ANSWER_TYPE_GEOJSON, out);
    aro_buffer_char(out, ',');
    request_link(request, &href, PARAM_F, format_name(FORMAT_HTML));
    answer_link(out, "alternate", format_content_type(FORMAT_HTML), &href);
    aro_buffer_printf(&href, "%s/collections/%s", request->base_url, collection->id);
    aro_buffer_char(out, ',');
    answer_link(out, "collection", ANSWER_TYPE_JSON, &href);
    aro_buffer_text(out, "]}");
    return true;
}

/* True where the feature's own id is another text: the one asked for was its id once. */
static bool is_former(const struct property_value *id, const struct property *property,
                      const char *asked)
{
    return property->type == PROPERTY_TEXT &&
           (strlen(asked) != id->text.len || memcmp(asked, id->text.bytes, id->text.len) != 0);
}

bool handle_item(const struct request *request, struct response *response, struct aro_error *err)
{
    const char *asked = request->path_values[1];
    const struct collection *collection = collection_find(request->path_values[0], err);
    if (!collection)
        return false;
    uint32_t position = collection->find_item(request->snapshot, asked);
    if (position == SNAPSHOT_NONE)
        return aro_error_set(err, ARO_NOT_FOUND, "there is no %s '%.60s': an id is %s",
                             collection->item, asked, collection->item_id);
    const struct property *id_property = collection->properties->id;
    struct property_value id = property_read(id_property, request->snapshot, position);
    if (!is_former(&id, id_property, asked))
        return write_item(request, collection, position, response, err);
    redirect(request, collection, id.text, response);
    return true;
}
