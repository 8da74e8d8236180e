#include "server/items.h"

#include <stdlib.h>
#include <string.h>

#include "server/answer.h"
#include "server/clusters.h"
#include "server/handlers.h"
#include "server/negotiate.h"
#include "server/text.h"

static const struct {
    enum format format;
    items_writer_fn *write;
} writers[] = {
    {FORMAT_GEOJSON, items_write_geojson}, {FORMAT_CSV, items_write_file},
    {FORMAT_GEOJSONSEQ, items_write_file}, {FORMAT_GEOJSONL, items_write_file},
    {FORMAT_FGB, items_write_file},        {FORMAT_GPKG, items_write_file},
};

static const struct text_block *find_profile(const struct request *request,
                                             const struct point_set *points, struct aro_error *err)
{
    const char *profile = request_param(request, PARAM_PROFILE);
    if (!profile && request->for_page && points->compact.block)
        return &points->compact; /* a table, not everything */
    if (!profile || strcmp(profile, "full") == 0)
        return &points->full;
    if (strcmp(profile, "compact") == 0 && points->compact.block)
        return &points->compact;
    aro_error_set_for(err, "profile", ARO_BAD_INPUT, "profile '%.40s' is not one of: %s", profile,
                      points->compact.block ? "'full', 'compact'" : "'full'");
    return NULL;
}

static void items_clear(struct items_page *items)
{
    selection_clear(&items->selection);
    free(items->initiatives);
    query_page_clear(&items->page);
}

/* Slots are by number of the territory. Takes them where numbers are positions. */
static uint32_t *counts_by_position(const struct snapshot *snapshot,
                                    const struct collection *collection, struct tally *tally,
                                    struct aro_error *err)
{
    uint32_t *counts = tally->slots;
    if (collection->of_territories) {
        const struct territory_points *territories = &snapshot->territories[collection->territory];
        counts = array_new(territories->points.n, sizeof *counts, err);
        for (size_t i = 0; counts && i < territories->points.n; i++)
            counts[i] = tally->slots[territories->numbers[i]];
        return counts;
    }
    tally->slots = NULL;
    return counts;
}

/* Which initiatives a feature of the collection counts, where the request says so. */
static bool count_initiatives(const struct request *request, struct items_page *items,
                              struct aro_error *err)
{
    const struct collection *collection = items->collection;
    struct query_set set = {0};
    struct tally tally = {0};
    bool filtered = request_param(request, PARAM_AXE) || request_param(request, PARAM_ENJEU) ||
                    request_param(request, PARAM_USAGE) || request_param(request, PARAM_DATETIME);
    if (!filtered || collection->counted_by == N_TALLY_BY ||
        !selection_names(request, "initiatives"))
        return true;
    bool ok = query_find_by_columns(request, &set, err) &&
              tally_make(request->snapshot, collection->counted_by, &set, &tally, err);
    if (ok)
        items->initiatives = counts_by_position(request->snapshot, collection, &tally, err);
    items->selection.initiatives = items->initiatives;
    tally_clear(&tally);
    query_set_clear(&set);
    return items->initiatives != NULL;
}

static bool write_page(const struct request *request, struct items_page *items,
                       struct response *response, struct aro_error *err)
{
    if (items->selection.geometry != GEOMETRY_CENTRE && request->format != FORMAT_GEOJSON)
        return aro_error_set_for(err, "geometry", ARO_BAD_INPUT,
                                 "geometry chooses for GeoJSON alone: leave out f=, or geometry=");
    size_t i = 0;
    while (writers[i].format != request->format) /* the route has no other formats */
        i++;
    return writers[i].write(request, items, response, err);
}

/* resultType=hits asks for the count alone. */
static bool find_page(const struct request *request, const struct query *query,
                      struct query_page *page, struct aro_error *err)
{
    const char *type = request_param(request, PARAM_RESULT_TYPE);
    if (!type || strcmp(type, "results") == 0)
        return query_page(query, page, err);
    if (strcmp(type, "hits") == 0)
        return query_count(query, &page->n_matched, err);
    return aro_error_set_for(err, "resultType", ARO_BAD_INPUT,
                             "resultType '%.40s' is not one of: 'results', 'hits'", type);
}

/* What the features can be asked for and sorted by (OGC 19-079r2, /req/queryables/queryables-link;
 * 24-030), and of a file, which has no links in it, the next page. */
static void add_links(const struct request *request, const struct collection *collection,
                      const struct query_page *page, struct response *response)
{
    static const char *const below[] = {"queryables", "sortables"};
    struct aro_buffer links = {0};
    if (page && page->next_cursor[0] && request->format & FORMAT_FILES) {
        aro_buffer_char(&links, '<');
        request_link(request, &links, PARAM_CURSOR, page->next_cursor);
        aro_buffer_text(&links, ">; rel=\"next\", ");
    }
    for (size_t i = 0; i < sizeof below / sizeof *below; i++)
        aro_buffer_printf(
            &links, "%s<%s/collections/%s/%s>; rel=\"http://www.opengis.net/def/rel/ogc/1.0/%s\"",
            i ? ", " : "", request->base_url, collection->id, below[i], below[i]);
    aro_buffer_char(&links, '\0');
    response_add_header(response, "Link", links.failed ? "" : links.data);
    response_buffer(response)->failed |= links.failed;
    aro_buffer_clear(&links);
}

/* One page of what matches; of it only positions of `within`, where that is not NULL. */
static bool answer_items(const struct request *request, const struct collection *collection,
                         const struct geo_runs *within, struct response *response,
                         struct aro_error *err)
{
    const struct point_set *points = collection_points(collection, request->snapshot);
    struct items_page items = {.collection = collection,
                               .texts = find_profile(request, points, err)};
    struct query *query = items.texts ? query_new(request, collection, err) : NULL;
    bool ok = query && selection_parse(request, collection, &items.selection, err) &&
              count_initiatives(request, &items, err) &&
              (!within || query_within(query, within, err)) &&
              find_page(request, query, &items.page, err);
    if (ok) {
        crs_add_header(response, items.selection.crs.crs);
        add_links(request, collection, &items.page, response);
        ok = write_page(request, &items, response, err);
    }
    items_clear(&items);
    query_free(query);
    return ok;
}

enum param items_not_of_feed(const struct request *request)
{
    static const param_set known = QUERY_INITIATIVE_PARAMS | QUERY_PROPERTY_PARAMS |
                                   PARAM_BIT(PARAM_LIMIT) | PARAM_BIT(PARAM_CURSOR) |
                                   PARAM_BIT(PARAM_OFFSET) | PARAM_BIT(PARAM_SORTBY) |
                                   PARAM_BIT(PARAM_F);
    int param = 0;
    while (param < PARAM_COUNT_OF_ALL &&
           (known & PARAM_BIT(param) || !request_param(request, (enum param)param)))
        param++;
    return (enum param)param;
}

static bool answer_feed(const struct request *request, const struct collection *collection,
                        struct response *response, struct aro_error *err)
{
    enum param other = items_not_of_feed(request);
    const char *params[PARAM_COUNT_OF_ALL];
    struct request asked = *request;
    if (!collection_has_feed(collection) && !request_param(request, PARAM_F)) {
        asked.format = FORMAT_GEOJSON; /* Accept wishes, and what there is none of is no error */
        response_set_type(response, ANSWER_TYPE_GEOJSON);
        return answer_items(&asked, collection, NULL, response, err);
    }
    if (!collection_has_feed(collection))
        return aro_error_set_for(err, "f", ARO_BAD_INPUT, "%s have no feed: f=atom is for %s",
                                 collection->id, collections[COLLECTION_INITIATIVES].id);
    if (other != PARAM_COUNT_OF_ALL)
        return aro_error_set_for(err, param_infos[other].name, ARO_BAD_INPUT,
                                 "%s says nothing in a feed: leave it out, or f=atom",
                                 param_infos[other].name);
    memcpy(params, request->params, sizeof params);
    params[PARAM_F] = format_name(FORMAT_ATOM); /* of its links too, where Accept asked */
    asked.params = params;
    add_links(request, collection, NULL, response);
    return handle_feed(&asked, response, err);
}

bool handle_items(const struct request *request, struct response *response, struct aro_error *err)
{
    const struct collection *collection = collection_find(request->path_values[0], err);
    if (!collection)
        return false;
    return request->format == FORMAT_ATOM ? answer_feed(request, collection, response, err)
                                          : answer_items(request, collection, NULL, response, err);
}

bool handle_cluster_items(const struct request *request, struct response *response,
                          struct aro_error *err)
{
    const char *text = request->path_values[0];
    struct geo_runs members = {0};
    int64_t id;
    if (!text_id_parse(text, &id))
        return aro_error_set(err, ARO_NOT_FOUND,
                             "there is no cluster '%.60s': an id is a whole number", text);
    bool ok = clusters_members(request->snapshot, id, &members, err) &&
              answer_items(request, &collections[COLLECTION_INITIATIVES], &members, response, err);
    geo_runs_clear(&members);
    return ok;
}
