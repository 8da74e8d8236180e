/*
 * GET /embed: initiatives under a filter, for a frame on another site; /embed.css, the colours of
 * one; /embed.js, which makes the frame.
 */
#include "server/embed.h"

#include <stdlib.h>
#include <string.h>

#include "geo/bits.h"
#include "geo/json.h"
#include "server/answer.h"
#include "server/collections.h"
#include "server/colour.h"
#include "server/handlers.h"
#include "server/params.h"
#include "server/problem.h"
#include "server/response.h"

#define DEFAULT_LIMIT "20"
#define MAX_LIMIT     "100"

/* ---- What is asked for ---- */

static const struct {
    const char *name;
    bool map, list;
} views[] = {{"carte-liste", true, true}, {"carte", true, false}, {"liste", false, true}};
enum { N_VIEWS = sizeof views / sizeof *views };

static bool read_view(const struct request *request, size_t *out_view, struct aro_error *err)
{
    const char *name = request_param(request, PARAM_VUE);
    size_t i = 0;
    while (name && i < N_VIEWS && strcmp(views[i].name, name) != 0)
        i++;
    if (i == N_VIEWS)
        return aro_error_set_for(err, "vue", ARO_BAD_INPUT,
                                 "vue '%.40s' is not one of: 'carte', 'liste', 'carte-liste'",
                                 name);
    *out_view = i;
    return true;
}

/* The colour as six digits; "" where none is asked for. */
static bool read_colour(const struct request *request, struct colour *out_colour, bool *out_given,
                        struct aro_error *err)
{
    const char *text = request_param(request, PARAM_COULEUR);
    *out_given = text && *text;
    if (!*out_given || colour_parse(text, out_colour))
        return true;
    return aro_error_set_for(err, "couleur", ARO_BAD_INPUT,
                             "couleur '%.40s' is not three or six hexadecimal digits, such as "
                             "2464cf",
                             text);
}

bool embed_check_look(const char *const *params, struct aro_error *err)
{
    struct request asked = {.params = params};
    size_t view;
    struct colour colour;
    bool coloured;
    return read_view(&asked, &view, err) && read_colour(&asked, &colour, &coloured, err);
}

/* The filters alone, as the map and the list ask them: a sheet's id is a condition. */
struct filters {
    const char *params[PARAM_COUNT_OF_ALL];
    struct aro_buffer condition;
};

static bool read_filters(const struct request *request, struct filters *filters,
                         struct aro_error *err)
{
    const char *id = request->params[PARAM_ID];
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++)
        filters->params[i] = QUERY_INITIATIVE_PARAMS & PARAM_BIT(i) ? request->params[i] : NULL;
    if (!id)
        return true;
    if (filters->params[PARAM_FILTER])
        return aro_error_set_for(err, "id", ARO_BAD_INPUT, "id and filter exclude each other");
    if (!*id || strlen(id) > 18 || strspn(id, "0123456789") != strlen(id))
        return aro_error_set_for(err, "id", ARO_BAD_INPUT, "id '%.40s' is no number", id);
    aro_buffer_printf(&filters->condition, "id=%s%c", id, '\0');
    filters->params[PARAM_FILTER] = filters->condition.data;
    return aro_buffer_ok(&filters->condition, err);
}

/* ---- What is found ---- */

/* A box of degrees as one grows it. */
struct extent {
    double west, south, east, north;
};

static const struct extent nowhere = {181, 91, -181, -91};

static void extend(struct extent *extent, struct geo_coord coord)
{
    double lon = coord.lon_e7 / 1e7, lat = coord.lat_e7 / 1e7;
    extent->west = lon < extent->west ? lon : extent->west;
    extent->east = lon > extent->east ? lon : extent->east;
    extent->south = lat < extent->south ? lat : extent->south;
    extent->north = lat > extent->north ? lat : extent->north;
}

static bool is_in_europe(struct geo_coord coord)
{
    return coord.lon_e7 > -60000000 && coord.lon_e7 < 100000000 && coord.lat_e7 > 410000000 &&
           coord.lat_e7 < 515000000;
}

/* Where the matches are: on the mainland if any is, lest one overseas takes the map round the
 * world. */
static bool find_extent(const struct query *query, const struct point_set *points,
                        struct extent *out_extent, struct aro_error *err)
{
    struct extent mainland = nowhere, all = nowhere;
    struct query_set set = {0};
    if (!query_find(query, NULL, &set, err))
        return false;
    bool ok = query_set_fill(&set, err);
    for (size_t word = 0; ok && word < geo_bits_words(set.n); word++)
        for (uint64_t left = set.bits[word]; left; left &= left - 1) {
            size_t at = 64 * word + (size_t)__builtin_ctzll(left);
            if (at >= points->n_placed)
                continue;
            extend(&all, points->coords[at]);
            if (is_in_europe(points->coords[at]))
                extend(&mainland, points->coords[at]);
        }
    *out_extent = mainland.west <= mainland.east ? mainland : all;
    query_set_clear(&set);
    return ok;
}

/* ---- The answer ---- */

static void write_member(struct aro_buffer *out, const char *name, const struct aro_buffer *text)
{
    if (text->len == 0)
        return;
    aro_buffer_printf(out, ",\"%s\":", name);
    aro_json_string(out, text->data, text->len);
}

/* What the page needs to know that is not in the features. */
static void write_head(const struct request *request, size_t view, const struct filters *filters,
                       const struct extent *extent, struct aro_buffer *out)
{
    struct aro_buffer subject = {0}, query = {0};
    const char *colour = request_param(request, PARAM_COULEUR);
    embed_write_subject(request->snapshot, request->params, &subject);
    params_write(&query, filters->params, ~QUERY_INITIATIVE_PARAMS);
    aro_buffer_printf(out, "{\"type\":\"FeatureCollection\",\"vue\":\"%s\"", views[view].name);
    aro_buffer_text(out, views[view].map ? ",\"map\":true" : "");
    aro_buffer_text(out, views[view].list ? ",\"list\":true" : "");
    write_member(out, "subject", &subject);
    write_member(out, "filters", &query);
    if (colour && *colour) {
        aro_buffer_text(out, ",\"couleur\":");
        aro_json_text(out, colour + (*colour == '#'));
    }
    if (extent->west <= extent->east)
        aro_buffer_printf(out, ",\"extent\":\"%.6f,%.6f,%.6f,%.6f\"", extent->west, extent->south,
                          extent->east, extent->north);
    out->failed |= subject.failed | query.failed;
    aro_buffer_clear(&subject);
    aro_buffer_clear(&query);
}

static void write_list(const struct request *request, const struct query_page *page,
                       struct response *response)
{
    const struct text_block *texts = &request->snapshot->initiatives.compact;
    struct aro_buffer *out = response_buffer(response), href = {0};
    bool is_first = true;
    aro_buffer_printf(out, ",\"numberMatched\":%zu,\"numberReturned\":%zu,\"features\":[",
                      page->n_matched, page->n_returned);
    answer_runs(response, texts, page->runs.items, page->runs.n, &is_first);
    for (size_t i = 0; i < page->hits.n; i++)
        answer_hit(out, texts, &page->hits.items[i], &is_first);
    aro_buffer_text(out, "],");
    answer_self_link(request, ANSWER_TYPE_GEOJSON, out);
    if (page->next_cursor[0]) {
        request_link(request, &href, PARAM_CURSOR, page->next_cursor);
        aro_buffer_char(out, ',');
        answer_link(out, "next", ANSWER_TYPE_GEOJSON, &href);
    }
    aro_buffer_text(out, "]}");
}

/* The newest first, unless the nearest are asked for. */
static bool ask(const struct request *request, struct filters *filters, struct request *out_asked,
                struct aro_error *err)
{
    size_t limit;
    filters->params[PARAM_CURSOR] = request->params[PARAM_CURSOR];
    filters->params[PARAM_LIMIT] = request->params[PARAM_LIMIT];
    if (!filters->params[PARAM_LIMIT])
        filters->params[PARAM_LIMIT] = DEFAULT_LIMIT;
    if (!filters->params[PARAM_NEAR])
        filters->params[PARAM_SORTBY] = "-date";
    *out_asked = *request;
    out_asked->params = filters->params;
    if (!query_limit(out_asked, 1, SIZE_MAX / 2, &limit, err))
        return false;
    if (limit > (size_t)strtoul(MAX_LIMIT, NULL, 10))
        filters->params[PARAM_LIMIT] = MAX_LIMIT;
    return true;
}

static bool answer(const struct request *request, size_t view, struct filters *filters,
                   struct response *response, struct aro_error *err)
{
    struct request asked;
    struct query_page page = {0};
    struct extent extent;
    const struct collection *collection = &collections[COLLECTION_INITIATIVES];
    struct query *query =
        ask(request, filters, &asked, err) ? query_new(&asked, collection, err) : NULL;
    bool ok = query && query_page(query, &page, err) &&
              find_extent(query, &request->snapshot->initiatives, &extent, err);
    if (ok) {
        write_head(request, view, filters, &extent, response_buffer(response));
        write_list(request, &page, response);
    }
    query_page_clear(&page);
    query_free(query);
    return ok;
}

static bool answer_view(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    size_t view = 0;
    struct colour colour;
    bool coloured;
    struct filters filters = {0};
    bool ok = read_view(request, &view, err) && read_colour(request, &colour, &coloured, err) &&
              read_filters(request, &filters, err) &&
              answer(request, view, &filters, response, err);
    aro_buffer_clear(&filters.condition);
    return ok;
}

/* In a frame a person reads what is wrong: who keeps the page that it stands in. */
bool handle_embed(const struct request *request, struct response *response, struct aro_error *err)
{
    if (answer_view(request, response, err))
        return true;
    if (!request->for_page || (err->status != ARO_BAD_INPUT && err->status != ARO_NOT_FOUND))
        return false;
    response_set_status(response, problem_http_status(err->status));
    aro_buffer_text(response_buffer(response), "{\"wrong\":");
    aro_json_text(response_buffer(response), err->message);
    aro_buffer_char(response_buffer(response), '}');
    *err = (struct aro_error){0};
    return true;
}

/* ---- Colours: a style sheet of their own, since nothing in a page is inline ---- */

static void write_colours(struct aro_buffer *out, struct colour wanted, struct colour paper)
{
    static const struct colour white = {255, 255, 255}, ink = {0x0d, 0x17, 0x30};
    struct colour accent = colour_readable(wanted, paper);
    bool on_white = colour_contrast(accent, white) >= colour_contrast(accent, ink);
    aro_buffer_printf(out, ":root{--accent:#%02x%02x%02x;--on-accent:%s}", accent.red, accent.green,
                      accent.blue, on_white ? "#ffffff" : "#0d1730");
}

bool handle_embed_css(const struct request *request, struct response *response,
                      struct aro_error *err)
{
    /* --paper of style.css, in light and dark */
    static const struct colour light = {255, 255, 255}, dark = {0x15, 0x1c, 0x26};
    struct aro_buffer *out = response_buffer(response);
    struct colour wanted;
    bool given;
    if (!read_colour(request, &wanted, &given, err))
        return false;
    response_set_type(response, "text/css; charset=utf-8");
    if (!given)
        return true;
    write_colours(out, wanted, light);
    aro_buffer_text(out, "@media (prefers-color-scheme:dark){");
    write_colours(out, wanted, dark);
    aro_buffer_text(out, "}\n");
    return true;
}

bool handle_embed_js(const struct request *request, struct response *response,
                     struct aro_error *err)
{
    (void)request;
    const struct asset *script = asset_find("embed/embed.js");
    if (!script)
        return aro_error_set(err, ARO_NOT_FOUND, "this program was built without its embed");
    response_set_asset(response, script);
    return true;
}
