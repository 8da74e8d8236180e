/*
 * What a viewport needs under a budget: every point while they are few, else the cells of a grid.
 */
#include <stdlib.h>
#include <string.h>

#include "geo/cluster.h"
#include "geo/json.h"
#include "server/answer.h"
#include "server/handlers.h"
#include "server/query.h"

enum { STACK_IDS_LISTED = 10 };

/** Owned by one thread: an answer in the making. */
struct map_view {
    const struct request *request;
    const struct point_set *points;
    uint8_t zoom; /* of the cells; lower than asked for where even cells are too many */
    bool clustered;
    struct geo_runs matches;
    struct geo_clusters clusters;
    struct aro_buffer stack_query; /* filters of the request, for the links of stacks */
};

static void map_view_clear(struct map_view *view)
{
    geo_runs_clear(&view->matches);
    geo_clusters_clear(&view->clusters);
    aro_buffer_clear(&view->stack_query);
}

/* ---- Parameters ---- */

static bool read_zoom(const struct request *request, uint8_t *out_zoom, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_ZOOM);
    double zoom;
    struct aro_error why = {0};
    if (!text)
        return aro_error_set_for(err, "zoom", ARO_BAD_INPUT, "zoom is missing: wanted 0 to %d",
                                 GEO_CLUSTER_MAX_ZOOM);
    if (!geo_number_parse(text, strlen(text), &zoom, &why))
        return aro_error_set_for(err, "zoom", why.status, "zoom: %s", why.message);
    if (!(zoom >= 0 && zoom <= GEO_CLUSTER_MAX_ZOOM))
        return aro_error_set_for(err, "zoom", ARO_BAD_INPUT,
                                 "zoom '%.40s' is out of range: wanted 0 to %d", text,
                                 GEO_CLUSTER_MAX_ZOOM);
    *out_zoom = (uint8_t)zoom;
    return true;
}

/* What a stack's link asks beside its own bbox. The request's query is in encoded form. */
static void write_stack_query(const struct request *request, struct aro_buffer *out)
{
    static const char *const dropped[] = {"bbox=", "zoom=", "f="};
    for (const char *pair = request->query; pair && *pair;) {
        size_t len = strcspn(pair, "&");
        bool keep = true;
        for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
            keep &= strncmp(pair, dropped[i], strlen(dropped[i])) != 0;
        if (keep) {
            aro_buffer_char(out, '&');
            aro_buffer_append(out, pair, len);
        }
        pair += len + (pair[len] == '&');
    }
}

/* ---- Features ---- */

static void write_counts(const struct geo_cluster *cluster, struct aro_buffer *out)
{
    aro_buffer_printf(out, "\"count\":%u", (unsigned)cluster->count);
    for (int i = 0; i < GEO_CLUSTER_GROUPS; i++)
        aro_buffer_printf(out, ",\"axe_%d\":%u", i + 1, (unsigned)cluster->group_counts[i]);
}

static void open_group(const struct geo_cluster *cluster, bool *is_first, struct aro_buffer *out)
{
    if (!*is_first)
        aro_buffer_char(out, ',');
    *is_first = false;
    aro_buffer_text(out, "{\"type\":\"Feature\",\"id\":");
    aro_json_integer(out, cluster->id);
    aro_buffer_text(out, ",\"geometry\":{\"type\":\"Point\",\"coordinates\":");
    geo_coord_write_position(out, cluster->position);
    aro_buffer_text(out, "},\"properties\":{");
}

static void write_cluster(const struct geo_cluster *cluster, bool *is_first, struct aro_buffer *out)
{
    open_group(cluster, is_first, out);
    aro_buffer_text(out, "\"cluster\":true,");
    write_counts(cluster, out);
    aro_buffer_printf(out, ",\"expansion_zoom\":%u}}", (unsigned)cluster->expansion_zoom);
}

/* Members of a stack are neighbours: matching positions from its first on. */
static void write_stack_ids(const struct map_view *view, const struct geo_cluster *stack,
                            size_t run, struct aro_buffer *out)
{
    size_t n = stack->count < STACK_IDS_LISTED ? stack->count : STACK_IDS_LISTED;
    uint32_t at = stack->first;
    aro_buffer_text(out, ",\"ids\":[");
    for (size_t i = 0; i < n; i++, at++) {
        if (at == view->matches.items[run].end)
            at = view->matches.items[++run].first;
        if (i > 0)
            aro_buffer_char(out, ',');
        aro_json_integer(out, view->points->ids[at]);
    }
    aro_buffer_char(out, ']');
}

static void write_stack(const struct map_view *view, const struct geo_cluster *stack, size_t run,
                        bool *is_first, struct aro_buffer *out)
{
    struct aro_buffer href = {0};
    aro_buffer_printf(&href, "%s/collections/initiatives/items?bbox=", view->request->base_url);
    for (int corner = 0; corner < 2; corner++) {
        if (corner > 0)
            aro_buffer_char(&href, ',');
        geo_coord_write(&href, stack->position.lon_e7);
        aro_buffer_char(&href, ',');
        geo_coord_write(&href, stack->position.lat_e7);
    }
    aro_buffer_append(&href, view->stack_query.data, view->stack_query.len);
    open_group(stack, is_first, out);
    aro_buffer_text(out, "\"stack\":true,");
    write_counts(stack, out);
    write_stack_ids(view, stack, run, out);
    aro_buffer_text(out, ",\"href\":");
    aro_json_string(out, href.data ? href.data : "", href.len);
    aro_buffer_text(out, "}}");
    out->failed |= href.failed;
    aro_buffer_clear(&href);
}

/* Single points that are neighbours in memory go out as one piece. */
static void write_groups(const struct map_view *view, struct response *response)
{
    const struct geo_clusters *clusters = &view->clusters;
    struct aro_buffer *out = response_buffer(response);
    bool is_first = true;
    size_t run = 0; /* that holds the group's first position: groups are in that order */
    for (size_t i = 0; i < clusters->n;) {
        const struct geo_cluster *group = &clusters->items[i];
        while (view->matches.items[run].end <= group->first)
            run++;
        size_t singles = 0;
        while (i + singles < clusters->n && group[singles].count == 1 &&
               group[singles].first == group->first + singles)
            singles++;
        if (singles > 0) {
            struct geo_run points = {group->first, group->first + (uint32_t)singles};
            answer_runs(response, &view->points->compact, &points, 1, &is_first);
        } else if (group->stack) {
            write_stack(view, group, run, &is_first, out);
        } else {
            write_cluster(group, &is_first, out);
        }
        i += singles > 0 ? singles : 1;
    }
}

static void write_view(const struct map_view *view, size_t n_matched, struct response *response)
{
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_printf(out,
                      "{\"type\":\"FeatureCollection\",\"mode\":\"%s\",\"zoom\":%u,"
                      "\"numberMatched\":%zu,\"numberReturned\":%zu,\"features\":[",
                      view->clustered ? "clusters" : "points", (unsigned)view->zoom, n_matched,
                      view->clusters.n);
    write_groups(view, response);
    aro_buffer_text(out, "],");
    answer_self_link(view->request, ANSWER_TYPE_GEOJSON, out);
    aro_buffer_text(out, "]}");
}

/* ---- The view ---- */

static bool group_by_cell(struct map_view *view, const struct geo_cluster_input *input,
                          uint8_t zoom, struct aro_error *err)
{
    view->zoom = zoom;
    geo_clusters_clear(&view->clusters);
    return geo_clusters_by_cell(input, zoom, (uint32_t)view->request->settings->cluster_cell_px,
                                &view->clusters, err);
}

/* Cells nest, so there are never more of them at a lower zoom: the highest zoom whose cells keep
 * the budget is found by halving. Nearly always it is the one asked for. */
static bool group_within_budget(struct map_view *view, const struct geo_cluster_input *input,
                                size_t budget, struct aro_error *err)
{
    if (!group_by_cell(view, input, view->zoom, err))
        return false;
    uint8_t low = 0, high = view->zoom; /* too many at high */
    if (view->clusters.n <= budget || high == 0)
        return true;
    while (high - low > 1) {
        uint8_t middle = (uint8_t)((low + high) / 2);
        if (!group_by_cell(view, input, middle, err))
            return false;
        if (view->clusters.n <= budget)
            low = middle;
        else
            high = middle;
    }
    return view->zoom == low || group_by_cell(view, input, low, err);
}

static bool group_points(struct map_view *view, size_t n_matched, struct aro_error *err)
{
    size_t budget = (size_t)view->request->settings->map_budget;
    struct geo_cluster_input input = {
        .coords = view->points->coords,
        .groups = view->request->snapshot->initiative.axes,
        .runs = view->matches.items,
        .n_runs = view->matches.n,
    };
    view->clustered = n_matched > budget;
    return view->clustered ? group_within_budget(view, &input, budget, err)
                           : geo_clusters_by_place(&input, &view->clusters, err);
}

bool handle_map(const struct request *request, struct response *response, struct aro_error *err)
{
    struct map_view view = {.request = request, .points = &request->snapshot->initiatives};
    if (!request_param(request, PARAM_BBOX))
        return aro_error_set_for(err, "bbox", ARO_BAD_INPUT,
                                 "bbox is missing: wanted minLon,minLat,maxLon,maxLat");
    if (!read_zoom(request, &view.zoom, err))
        return false;
    struct query *query = query_new(request, view.points, err);
    bool ok = query && query_matches(query, &view.matches, err);
    size_t n_matched = geo_runs_count(&view.matches);
    ok = ok && group_points(&view, n_matched, err);
    if (ok) {
        write_stack_query(request, &view.stack_query);
        write_view(&view, n_matched, response);
    }
    map_view_clear(&view);
    query_free(query);
    return ok;
}
