/*
 * What map programs read before they ask for tiles: TileJSON 3.0.0
 * (github.com/mapbox/tilejson-spec) and a style for MapLibre.
 */
#include <string.h>

#include "geo/json.h"
#include "server/collections.h"
#include "server/handlers.h"
#include "server/params.h"
#include "server/tile_layers.h"
#include "server/tilesets.h"

static void write_box(struct aro_buffer *out, const struct geo_bbox *box)
{
    const double sides[] = {box->west_deg, box->south_deg, box->east_deg, box->north_deg};
    for (int i = 0; i < 4; i++) {
        aro_buffer_char(out, i ? ',' : '[');
        aro_json_number(out, sides[i], 7);
    }
    aro_buffer_char(out, ']');
}

/* Appends the filters of this request: "?axe=1". */
static void write_filters(const struct request *request, struct aro_buffer *url)
{
    size_t before = url->len;
    aro_buffer_char(url, '?');
    params_write(url, request->params, PARAM_BIT(PARAM_F));
    if (!url->failed && url->len == before + 1)
        url->len = before;
}

/* The address of the tiles. */
static void write_template(const struct request *request, const char *set, struct aro_buffer *out)
{
    struct aro_buffer url = {0};
    aro_buffer_printf(&url, "%s/tiles%s%s/{z}/{x}/{y}.mvt", request->base_url, *set ? "/" : "",
                      set);
    write_filters(request, &url);
    aro_json_string(out, url.data ? url.data : "", url.len);
    out->failed |= url.failed;
    aro_buffer_clear(&url);
}

static void write_tilejson(const struct request *request, const char *set, const char *title,
                           unsigned sets, struct aro_buffer *out)
{
    struct geo_bbox bounds = tileset_bounds(request->snapshot);
    aro_buffer_text(out, "{\"tilejson\":\"3.0.0\",\"name\":");
    aro_json_text(out, title);
    aro_buffer_text(out, ",\"scheme\":\"xyz\",\"tiles\":[");
    write_template(request, set, out);
    aro_buffer_printf(out, "],\"minzoom\":0,\"maxzoom\":%d,\"bounds\":", TILESET_MAX_ZOOM);
    write_box(out, &bounds);
    aro_buffer_text(out, ",\"vector_layers\":");
    tile_layers_write(sets, out);
    aro_buffer_text(out, "}\n");
}

/* The filters are read, so that a wrong one is refused here and not by every tile. */
static bool check_filters(const struct request *request, struct aro_error *err)
{
    struct query *query = query_new(request, &collections[COLLECTION_INITIATIVES], err);
    query_free(query);
    return query != NULL;
}

bool handle_tilejson(const struct request *request, struct response *response,
                     struct aro_error *err)
{
    const struct tileset_info *info = tileset_find(request->path_values[0], err);
    if (!info || !check_filters(request, err))
        return false;
    write_tilejson(request, info->name, info->title, info->set, response_buffer(response));
    return true;
}

bool handle_tilejson_of_all(const struct request *request, struct response *response,
                            struct aro_error *err)
{
    if (!check_filters(request, err))
        return false;
    write_tilejson(request, "", "arobase", tileset_all(GEO_TILE_MAX_ZOOM),
                   response_buffer(response));
    return true;
}

/* ---- The style ---- */

#define FILL(layer, colour)                                                                        \
    "{\"id\":\"" layer "\",\"type\":\"fill\",\"source\":\"arobase\",\"source-layer\":\"" layer     \
    "\",\"paint\":{\"fill-color\":\"" colour "\",\"fill-opacity\":0.5}},"
#define LINE(layer, colour, width)                                                                 \
    "{\"id\":\"" layer                                                                             \
    "_bords\",\"type\":\"line\",\"source\":\"arobase\",\"source-layer\":\"" layer                  \
    "\",\"paint\":{\"line-color\":\"" colour "\",\"line-width\":" width "}},"
#define NAME(layer, size)                                                                          \
    "{\"id\":\"" layer                                                                             \
    "_noms\",\"type\":\"symbol\",\"source\":\"arobase\",\"source-layer\":\"" layer                 \
    "_labels\",\"layout\":{\"text-field\":[\"get\",\"nom\"],\"text-size\":" size                   \
    "},\"paint\":{\"text-color\":\"#3d3f38\",\"text-halo-color\":\"#ffffff\","                     \
    "\"text-halo-width\":1.2}},"

/* Behind the address of the source. Sizes and colours are a beginning, to be changed at will:
 * counts by area, one colour for what is together and one for what is alone. */
static const char style_layers[] =
    "}},\"layers\":["
    "{\"id\":\"fond\",\"type\":\"background\",\"paint\":{\"background-color\":\"#f4f1ea\"}}," FILL(
        "communes", "#e9dfc7") FILL("departements",
                                    "#e3e8da") LINE("communes", "#b9ae98",
                                                    "0.6") LINE("epcis", "#9a8fb0",
                                                                "0.9") LINE("departements",
                                                                            "#7d7f6d", "1.2")
        LINE("regions", "#4f5148", "1.8") NAME("communes", "10") NAME(
            "departements",
            "12") "{\"id\":\"clusters\",\"type\":\"circle\",\"source\":\"arobase\",\"source-"
                  "layer\":"
                  "\"clusters\",\"paint\":{\"circle-color\":\"#1f5fa8\",\"circle-opacity\":0.85,"
                  "\"circle-radius\":[\"interpolate\",[\"linear\"],[\"sqrt\",[\"get\",\"count\"]],"
                  "1,10,10,20,"
                  "100,36]}},"
                  "{\"id\":\"initiatives\",\"type\":\"circle\",\"source\":\"arobase\",\"source-"
                  "layer\":"
                  "\"initiatives\",\"paint\":{\"circle-color\":[\"case\",[\"has\",\"stack\"],\"#"
                  "7a3b8f\","
                  "\"#c2410c\"],\"circle-radius\":[\"case\",[\"has\",\"stack\"],9,6],"
                  "\"circle-stroke-color\":\"#ffffff\",\"circle-stroke-width\":1.5}},"
                  "{\"id\":\"nombres\",\"type\":\"symbol\",\"source\":\"arobase\",\"source-layer\":"
                  "\"clusters\",\"layout\":{\"text-field\":[\"to-string\",[\"get\",\"count\"]],"
                  "\"text-size\":12,\"text-allow-overlap\":true},\"paint\":{\"text-color\":\"#"
                  "ffffff\"}}"
                  "]}\n";

bool handle_style(const struct request *request, struct response *response, struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response), url = {0};
    if (!check_filters(request, err))
        return false;
    aro_buffer_printf(&url, "%s/tiles.json", request->base_url);
    write_filters(request, &url);
    aro_buffer_text(out, "{\"version\":8,\"name\":\"arobase\",\"sources\":{\"arobase\":{"
                         "\"type\":\"vector\",\"url\":");
    aro_json_string(out, url.data ? url.data : "", url.len);
    aro_buffer_text(out, style_layers);
    out->failed |= url.failed;
    aro_buffer_clear(&url);
    return true;
}
