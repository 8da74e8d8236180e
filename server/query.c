#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/bits.h"
#include "server/page.h"
#include "server/query_inside.h"

/* ---- Places ---- */

/* Puts the parameter's name on what a parser of geo/ said, and in front of it. */
static bool blame(enum param param, const struct aro_error *why, struct aro_error *err)
{
    const char *name = param_infos[param].name;
    return aro_error_set_for(err, name, why->status, "%s: %s", name, why->message);
}

static bool parse_radius(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_RADIUS);
    struct aro_error why = {0};
    query->radius_m = INFINITY;
    if (!text)
        return true;
    if (!query->has_near)
        return aro_error_set_for(err, "radius", ARO_BAD_INPUT,
                                 "radius needs a point: add near=lon,lat");
    if (!geo_number_parse(text, strlen(text), &query->radius_m, &why))
        return blame(PARAM_RADIUS, &why, err);
    if (!(query->radius_m >= 0))
        return aro_error_set_for(err, "radius", ARO_BAD_INPUT,
                                 "radius '%.40s' is negative: wanted metres, 0 or more", text);
    return true;
}

static bool parse_places(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *near = request_param(request, PARAM_NEAR);
    struct aro_error why = {0};
    query->has_near = near != NULL;
    if (!query_parse_bbox(request, query, err))
        return false;
    if (near && !geo_point_parse(near, strlen(near), &query->near, &why))
        return blame(PARAM_NEAR, &why, err);
    if (near && geo_point_looks_swapped(query->near))
        return aro_error_set_for(err, "near", ARO_BAD_INPUT,
                                 "near '%.40s' looks latitude first: write near=lon,lat (France "
                                 "lies at lon -5 to 10, lat 41 to 51)",
                                 near);
    return parse_radius(request, query, err);
}

/* ---- Words ---- */

static bool parse_words(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *q = request_param(request, PARAM_Q);
    struct aro_error why = {0};
    if (!q)
        return true;
    if (q[strspn(q, " \t\r\n")] == '\0')
        return aro_error_set_for(err, "q", ARO_BAD_INPUT, "q is empty: wanted words to look for");
    query->words = array_new(geo_bits_words(query->points->n), sizeof *query->words, &why);
    bool ok = query->words && query->collection->search(query->snapshot, q, query->words, &why);
    return ok || blame(PARAM_Q, &why, err);
}

/* ---- Pages ---- */

/* Digits only, so that "1e3", "+1" and "0x10" are refused; beyond `max` it is `max`. */
static bool parse_count(const char *text, size_t max, size_t *out_count)
{
    size_t count = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        count = count * 10 + (size_t)(*text - '0');
        if (count > max)
            count = max;
    }
    *out_count = count;
    return true;
}

bool query_limit(const struct request *request, size_t default_limit, size_t max_limit,
                 size_t *out_limit, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_LIMIT);
    size_t limit = default_limit;
    if (text && (!parse_count(text, max_limit, &limit) || limit == 0))
        return aro_error_set_for(err, "limit", ARO_BAD_INPUT,
                                 "limit '%.40s' is not a count: wanted 1 to %zu", text, max_limit);
    *out_limit = limit;
    return true;
}

static bool parse_offset(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_OFFSET);
    if (!text)
        return true;
    if (!parse_count(text, QUERY_MAX_OFFSET + 1, &query->offset) ||
        query->offset > QUERY_MAX_OFFSET)
        return aro_error_set_for(err, "offset", ARO_BAD_INPUT,
                                 "offset '%.40s' is not a count: wanted 0 to %d", text,
                                 QUERY_MAX_OFFSET);
    if (query->offset > 0 && request_param(request, PARAM_CURSOR))
        return aro_error_set_for(err, "offset", ARO_BAD_INPUT,
                                 "offset and cursor both say where a page begins: give one");
    return true;
}

/* Files may hold everything; a document of features comes page by page. */
static bool parse_limit(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_LIMIT);
    size_t usual = (size_t)request->settings->items_default;
    size_t most = (size_t)request->settings->items_max;
    bool is_all = text && strcmp(text, "all") == 0;
    if (is_all && !(request->format & FORMAT_FILES))
        return aro_error_set_for(err, "limit", ARO_BAD_INPUT,
                                 "limit=all is for files: add f=csv, geojsonseq, geojsonl, fgb or "
                                 "gpkg, or follow the next links");
    if (request->for_page) {
        most = most < PAGE_MAX_LIMIT ? most : PAGE_MAX_LIMIT;
        usual = most < PAGE_DEFAULT_LIMIT ? most : PAGE_DEFAULT_LIMIT;
    }
    if (!is_all)
        return query_limit(request, usual, most, &query->limit, err);
    query->limit = query->points->n + 1; /* 1 or more */
    return true;
}

static bool parse_page(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *cursor = request_param(request, PARAM_CURSOR);
    const char *near = request_param(request, PARAM_NEAR);
    const char *sortby = request_param(request, PARAM_SORTBY);
    enum cursor_order order = query->n_sort > 0 ? CURSOR_BY_VALUES
                              : near            ? CURSOR_BY_DISTANCE
                                                : CURSOR_BY_KEY;
    snprintf(query->scope, sizeof query->scope, "%s %s %s %s", query->snapshot->state.store_id,
             query->collection->id, near ? near : "", sortby ? sortby : "");
    query->has_cursor = cursor != NULL;
    return parse_limit(request, query, err) && parse_offset(request, query, err) &&
           (!cursor || cursor_parse(cursor, order, query->scope, &query->cursor, err));
}

/* Where the conditions name a place, positions elsewhere need not be looked at. */
static bool parse_conditions(const struct request *request, struct query *query,
                             struct aro_error *err)
{
    struct geo_bbox box;
    struct geo_runs runs = {0};
    if (!filter_cql2_parse(request, query->collection, &query->cql2, err))
        return false;
    if (!query->cql2 || !filter_cql2_box(query->cql2, &box))
        return true;
    bool ok =
        geo_index_search(query->points->index, &box, &runs, err) && query_within(query, &runs, err);
    geo_runs_clear(&runs);
    return ok;
}

struct query *query_new(const struct request *request, const struct collection *collection,
                        struct aro_error *err)
{
    struct query *query = calloc(1, sizeof *query);
    if (!query) {
        aro_error_no_memory(err);
        return NULL;
    }
    query->snapshot = request->snapshot;
    query->collection = collection;
    query->points = collection_points(collection, request->snapshot);
    bool ok = parse_places(request, query, err) &&
              filter_parse(request, collection, &query->filter, err) &&
              parse_words(request, query, err) && parse_conditions(request, query, err) &&
              query_sort_parse(request, query, err) && parse_page(request, query, err);
    if (!ok) {
        query_free(query);
        return NULL;
    }
    return query;
}

void query_free(struct query *query)
{
    if (!query)
        return;
    filter_clear(&query->filter);
    filter_cql2_free(query->cql2);
    geo_runs_clear(&query->only);
    free(query->words);
    free(query);
}

bool query_next(struct query_walk *walk, uint32_t *out_position, double *out_distance_m)
{
    const struct query_page *page = walk->page;
    if (page->in_hits) {
        if (walk->at == page->hits.n)
            return false;
        *out_position = page->hits.items[walk->at].position;
        *out_distance_m = page->hits.items[walk->at++].distance_m;
        return true;
    }
    if (walk->at == page->runs.n)
        return false;
    struct geo_run run = page->runs.items[walk->at];
    *out_position = walk->position > run.first ? walk->position : run.first;
    *out_distance_m = NAN;
    walk->position = *out_position + 1;
    walk->at += walk->position == run.end;
    return true;
}

void query_page_clear(struct query_page *page)
{
    geo_runs_clear(&page->runs);
    geo_hits_clear(&page->hits);
    *page = (struct query_page){0};
}
