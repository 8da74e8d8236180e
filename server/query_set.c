/*
 * What matches, as a set of positions: places are runs that an index gives, and what words and
 * columns do not leave is taken out of their bits.
 */
#include <math.h>
#include <stdlib.h>

#include "geo/bits.h"
#include "server/query_inside.h"

enum { LON_MAX_E7 = 1800000000, LAT_MAX_E7 = 900000000 };

static bool intersect(const struct geo_runs *a, const struct geo_runs *b, struct geo_runs *out,
                      struct aro_error *err)
{
    size_t i = 0, j = 0;
    while (i < a->n && j < b->n) {
        uint32_t first =
            a->items[i].first > b->items[j].first ? a->items[i].first : b->items[j].first;
        uint32_t end = a->items[i].end < b->items[j].end ? a->items[i].end : b->items[j].end;
        if (first < end && !geo_runs_add(out, first, end, err))
            return false;
        if (a->items[i].end < b->items[j].end)
            i++;
        else
            j++;
    }
    return true;
}

static void swap_runs(struct geo_runs *a, struct geo_runs *b)
{
    struct geo_runs was = *a;
    *a = *b;
    *b = was;
}

/* Leaves the positions that are in the other runs as well. */
static bool narrow(struct geo_runs *runs, const struct geo_runs *by, struct aro_error *err)
{
    struct geo_runs both = {0};
    bool ok = intersect(runs, by, &both, err);
    swap_runs(runs, &both);
    geo_runs_clear(&both);
    return ok;
}

static bool runs_of_radius(const struct query *query, struct geo_runs *out_runs,
                           struct aro_error *err)
{
    return geo_within(query->points->index, query->near, query->radius_m, out_runs, err);
}

/* The positions that box and radius allow. */
static bool runs_of_place(const struct query *query, struct geo_runs *out_runs,
                          struct aro_error *err)
{
    bool in_radius = query->has_near && isfinite(query->radius_m);
    out_runs->n = 0;
    if (in_radius && !query->has_bbox)
        return runs_of_radius(query, out_runs, err);
    if (query->has_bbox) {
        struct geo_runs near = {0};
        bool ok =
            geo_index_search(query->points->index, &query->bbox, out_runs, err) &&
            (!in_radius || (runs_of_radius(query, &near, err) && narrow(out_runs, &near, err)));
        geo_runs_clear(&near);
        return ok;
    }
    size_t n = query->has_near ? query->points->n_placed : query->points->n;
    return geo_runs_add(out_runs, 0, (uint32_t)n, err);
}

/* All that runs can say: what is left to words and columns are positions of these. */
static bool runs_before_bits(const struct query *query, const struct geo_runs *within,
                             struct geo_runs *out_runs, struct aro_error *err)
{
    return runs_of_place(query, out_runs, err) &&
           (!query->is_only || narrow(out_runs, &query->only, err)) &&
           (!within || narrow(out_runs, within, err));
}

bool query_within(struct query *query, const struct geo_runs *runs, struct aro_error *err)
{
    if (query->is_only)
        return narrow(&query->only, runs, err);
    query->is_only = true;
    for (size_t i = 0; i < runs->n; i++)
        if (!geo_runs_add(&query->only, runs->items[i].first, runs->items[i].end, err))
            return false;
    return true;
}

bool query_is_all(const struct query *query)
{
    return !query->has_bbox && !query->has_near && !query->is_only && !query->words &&
           !filter_is_set(&query->filter) && !query->cql2;
}

struct geo_mercator_box query_mercator_box(const struct query *query)
{
    struct geo_rect rects[2] = {{-LON_MAX_E7, -LAT_MAX_E7, LON_MAX_E7, LAT_MAX_E7}};
    if (query->has_bbox && geo_bbox_rects(&query->bbox, rects) == 2) {
        rects[0].west_e7 = -LON_MAX_E7;
        rects[0].east_e7 = LON_MAX_E7;
    }
    const struct geo_rect *rect = &rects[0];
    return (struct geo_mercator_box){
        geo_mercator_from_coord((struct geo_coord){rect->west_e7, rect->north_e7}),
        geo_mercator_from_coord((struct geo_coord){rect->east_e7, rect->south_e7})};
}

void query_set_clear(struct query_set *set)
{
    geo_runs_clear(&set->runs);
    free(set->bits);
    *set = (struct query_set){0};
}

bool query_set_fill(struct query_set *set, struct aro_error *err)
{
    if (set->bits)
        return true;
    set->bits = array_new(geo_bits_words(set->n), sizeof *set->bits, err);
    for (size_t i = 0; set->bits && i < set->runs.n; i++)
        geo_bits_set(set->bits, set->runs.items[i]);
    return set->bits != NULL;
}

/* Takes out of the run's positions those that the conditions of CQL2 do not hold for. */
static void keep_by_conditions(struct filter_cql2 *cql2, struct geo_run run, uint64_t *words)
{
    if (run.first >= run.end)
        return;
    for (uint32_t word = run.first / 64; word <= (run.end - 1) / 64; word++) {
        uint64_t which = words[word] & geo_bits_mask(run, word);
        if (which)
            words[word] ^= which ^ filter_cql2_keep(cql2, word, which);
    }
}

/* Takes out of the set what does not hold the words, and what columns or conditions do not accept.
 */
static bool keep_by_bits(const struct query *query, struct query_set *set, struct aro_error *err)
{
    bool by_columns = filter_is_set(&query->filter);
    if (!query_set_fill(set, err))
        return false;
    set->count = 0;
    for (size_t i = 0; i < set->runs.n; i++) {
        if (query->words)
            geo_bits_keep(set->bits, set->runs.items[i], query->words);
        if (by_columns)
            filter_keep(&query->filter, set->runs.items[i], set->bits);
        if (query->cql2)
            keep_by_conditions(query->cql2, set->runs.items[i], set->bits);
        set->count += geo_bits_count(set->bits, set->runs.items[i]);
    }
    return !query->cql2 || filter_cql2_ok(query->cql2, err);
}

bool query_find(const struct query *query, const struct geo_runs *within, struct query_set *out_set,
                struct aro_error *err)
{
    struct query_set set = {.n = query->points->n};
    bool ok = runs_before_bits(query, within, &set.runs, err);
    set.count = geo_runs_count(&set.runs);
    if (ok && (query->words || query->cql2 || filter_is_set(&query->filter)))
        ok = keep_by_bits(query, &set, err);
    if (ok)
        *out_set = set;
    else
        query_set_clear(&set);
    return ok;
}

bool query_find_by_columns(const struct request *request, struct query_set *out_set,
                           struct aro_error *err)
{
    const struct collection *initiatives = &collections[COLLECTION_INITIATIVES];
    struct query query = {.snapshot = request->snapshot,
                          .collection = initiatives,
                          .points = &request->snapshot->initiatives};
    bool ok = filter_parse(request, initiatives, &query.filter, err) &&
              query_find(&query, NULL, out_set, err);
    filter_clear(&query.filter);
    return ok;
}

bool query_matches_in(const struct query *query, const struct geo_bbox *box,
                      struct geo_runs *out_runs, struct aro_error *err)
{
    struct query_set set = {0};
    bool ok = geo_index_search(query->points->index, box, out_runs, err) &&
              query_find(query, out_runs, &set, err);
    out_runs->n = 0;
    for (size_t i = 0; ok && i < set.runs.n; i++) {
        struct geo_run run = set.runs.items[i];
        ok = set.bits ? geo_bits_add_runs(set.bits, run, out_runs, err)
                      : geo_runs_add(out_runs, run.first, run.end, err);
    }
    if (!ok)
        out_runs->n = 0;
    query_set_clear(&set);
    return ok;
}

bool query_count(const struct query *query, size_t *out_count, struct aro_error *err)
{
    struct query_set set = {0};
    bool ok = query_find(query, NULL, &set, err);
    if (ok)
        *out_count = set.count;
    query_set_clear(&set);
    return ok;
}
