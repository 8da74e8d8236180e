/*
 * What a viewport needs under a budget: every point while they are few, else clusters.
 */
#include <stdlib.h>
#include <string.h>

#include "server/collections.h"
#include "server/handlers.h"
#include "server/map_inside.h"

/* From PLACES_ZOOM on every place is shown by itself: cells are then some 50 metres wide. */
enum { MAX_ZOOM = 22, PLACES_ZOOM = 17 };

enum grouping { GROUP_ABOVE_BUDGET, GROUP_BY_DISTANCE, GROUP_BY_TERRITORY };

static void map_view_clear(struct map_view *view)
{
    query_set_clear(&view->set);
    geo_clusters_clear(&view->clusters);
}

static bool read_zoom(const struct request *request, uint8_t *out_zoom, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_ZOOM);
    double zoom;
    struct aro_error why = {0};
    if (!text)
        return aro_error_set_for(err, "zoom", ARO_BAD_INPUT, "zoom is missing: wanted 0 to %d",
                                 MAX_ZOOM);
    if (!geo_number_parse(text, strlen(text), &zoom, &why))
        return aro_error_set_for(err, "zoom", why.status, "zoom: %s", why.message);
    if (!(zoom >= 0 && zoom <= MAX_ZOOM))
        return aro_error_set_for(err, "zoom", ARO_BAD_INPUT,
                                 "zoom '%.40s' is out of range: wanted 0 to %d", text, MAX_ZOOM);
    *out_zoom = (uint8_t)zoom;
    return true;
}

static bool read_grouping(const struct request *request, enum grouping *out_grouping,
                          struct aro_error *err)
{
    const char *text = request_param(request, PARAM_CLUSTER);
    if (!text)
        *out_grouping = GROUP_ABOVE_BUDGET;
    else if (strcmp(text, "distance") == 0)
        *out_grouping = GROUP_BY_DISTANCE;
    else if (strcmp(text, "admin") == 0)
        *out_grouping = GROUP_BY_TERRITORY;
    else
        return aro_error_set_for(err, "cluster", ARO_BAD_INPUT,
                                 "cluster '%.40s' is not known here: wanted admin or distance",
                                 text);
    return true;
}

/* ---- The level of the clusters ---- */

/*
 * How many cells of each level hold positions of the runs: neighbours in Hilbert order part at the
 * level of the first bits in which their keys differ.
 */
static void count_cells(const struct geo_cluster_points *points, const struct geo_runs *runs,
                        size_t out_counts[GEO_MERCATOR_BITS + 1])
{
    size_t parting[GEO_MERCATOR_BITS + 1] = {0};
    const uint64_t *last = NULL;
    for (size_t i = 0; i < runs->n; i++) {
        for (uint32_t at = runs->items[i].first; at < runs->items[i].end; at++) {
            uint64_t differing = last ? points->keys[at] ^ *last : 0;
            if (differing)
                parting[__builtin_clzll(differing) / 2 + 1]++;
            last = &points->keys[at];
        }
    }
    out_counts[0] = last != NULL;
    for (int level = 1; level <= GEO_MERCATOR_BITS; level++)
        out_counts[level] = out_counts[level - 1] + parting[level];
}

/* No view of a screen has that many cells: it is a far zoom asked for a wide box. */
static uint8_t bearable_level(const struct map_view *view, const struct geo_mercator_box *box,
                              uint8_t level, size_t most_cells)
{
    struct geo_cell_box cells = geo_cells_around(box, level, 0);
    double area = ((double)cells.east - cells.west + 1) * ((double)cells.south - cells.north + 1);
    size_t counts[GEO_MERCATOR_BITS + 1];
    if (area <= (double)most_cells)
        return level;
    count_cells(&view->snapshot->initiative.clustering, &view->set.runs, counts);
    while (level > 0 && counts[level] > most_cells)
        level--;
    return level;
}

/* The clusters of the level asked for, or of the next higher one of which there are not too many.
 * Nearly always it is the one asked for. */
static bool group_within_budget(struct map_view *view, const struct query *query, size_t budget,
                                struct aro_error *err)
{
    enum { CELLS_TO_A_CLUSTER = 9 }; /* at most: a cluster is that large */
    const struct geo_cluster_points *points = &view->snapshot->initiative.clustering;
    uint32_t cell_px = (uint32_t)view->request->settings->cluster_cell_px;
    struct geo_mercator_box box = query_mercator_box(query);
    struct geo_cluster_areas areas = {0};
    uint8_t asked = clusters_level(view->zoom, cell_px);
    uint8_t level = bearable_level(view, &box, asked, CELLS_TO_A_CLUSTER * budget);
    bool ok = true;
    for (;; level--) {
        ok = geo_cluster_areas_find(points, level, &box, &areas, err) &&
             geo_clusters_measure(points, &areas, view->set.bits, &view->clusters, err);
        if (!ok || view->clusters.n <= budget || level == 0)
            break;
    }
    if (level < asked) {
        int zoom = clusters_zoom(level, cell_px);
        view->zoom = (uint8_t)(zoom > 0 ? zoom : 0);
    }
    geo_cluster_areas_clear(&areas);
    return ok;
}

static bool group_points(struct map_view *view, const struct query *query, enum grouping grouping,
                         struct aro_error *err)
{
    const struct snapshot *snapshot = view->snapshot;
    size_t budget = (size_t)view->request->settings->map_budget;
    view->clustered =
        view->set.count > budget || (grouping != GROUP_ABOVE_BUDGET && view->zoom < PLACES_ZOOM);
    view->admin = grouping == GROUP_BY_TERRITORY && view->zoom < MAP_DEPARTEMENT_ZOOM;
    if (view->admin)
        return geo_clusters_measure(&snapshot->initiative.clustering,
                                    view->zoom < MAP_REGION_ZOOM ? &snapshot->region_areas
                                                                 : &snapshot->departement_areas,
                                    view->set.bits, &view->clusters, err);
    return view->clustered
               ? group_within_budget(view, query, budget, err)
               : geo_clusters_by_place(&view->snapshot->initiative.clustering, &view->set.runs,
                                       view->set.bits, &view->clusters, err);
}

bool handle_map(const struct request *request, struct response *response, struct aro_error *err)
{
    struct map_view view = {.request = request, .snapshot = request->snapshot};
    enum grouping grouping = GROUP_ABOVE_BUDGET;
    if (!request_param(request, PARAM_BBOX))
        return aro_error_set_for(err, "bbox", ARO_BAD_INPUT,
                                 "bbox is missing: wanted minLon,minLat,maxLon,maxLat");
    if (!read_zoom(request, &view.zoom, err) || !read_grouping(request, &grouping, err))
        return false;
    struct query *query = query_new(request, &collections[COLLECTION_INITIATIVES], err);
    bool ok = query && query_find(query, NULL, &view.set, err) && query_set_fill(&view.set, err) &&
              group_points(&view, query, grouping, err);
    if (ok)
        map_write(&view, response);
    map_view_clear(&view);
    query_free(query);
    return ok;
}
