#include <math.h>
#include <stdlib.h>

#include "geo/proj.h"
#include "server/query_inside.h"

/* ---- Sets of positions ---- */

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

static bool keep_accepted(const struct filter *filter, const struct geo_runs *runs,
                          struct geo_runs *out, struct aro_error *err)
{
    for (size_t i = 0; i < runs->n; i++) {
        uint32_t at = runs->items[i].first, end = runs->items[i].end;
        while (at < end) {
            while (at < end && !filter_accepts(filter, at))
                at++;
            uint32_t first = at;
            while (at < end && filter_accepts(filter, at))
                at++;
            if (first < at && !geo_runs_add(out, first, at, err))
                return false;
        }
    }
    return true;
}

static void swap_runs(struct geo_runs *a, struct geo_runs *b)
{
    struct geo_runs was = *a;
    *a = *b;
    *b = was;
}

static bool bitmap_of_runs(const struct geo_runs *runs, size_t n, uint64_t **out_bits,
                           struct aro_error *err)
{
    uint64_t *bits = array_new(n / 64, sizeof *bits, err);
    if (!bits)
        return false;
    for (size_t i = 0; i < runs->n; i++)
        for (uint32_t at = runs->items[i].first; at < runs->items[i].end; at++)
            bits[at / 64] |= UINT64_C(1) << at % 64;
    *out_bits = bits;
    return true;
}

/* ---- By distance ---- */

/* What the walk outward asks of each point. */
struct acceptance {
    const struct query *query;
    uint64_t *words;            /* owned: positions that hold the words; NULL: every one */
    const struct cursor *after; /* NULL: from the beginning */
};

/* Whether the position stands behind the cursor's key. */
static bool is_behind(const struct point_set *points, uint32_t position,
                      const struct cursor *cursor)
{
    uint64_t key = points->hilbert_keys[position];
    return key != cursor->hilbert_key ? key > cursor->hilbert_key
                                      : points->ids[position] > cursor->id;
}

static bool accept(const void *context, uint32_t position)
{
    const struct acceptance *acceptance = context;
    const struct query *query = acceptance->query;
    struct geo_coord coord = query->points->coords[position];
    if ((acceptance->words && !(acceptance->words[position / 64] >> position % 64 & 1)) ||
        !filter_accepts(&query->filter, position) ||
        (query->has_bbox && !geo_bbox_contains(&query->bbox, coord)))
        return false;
    if (!acceptance->after)
        return true;
    double distance_m = geo_geodesic_m(query->near, geo_coord_to_point(coord));
    return distance_m != acceptance->after->distance_m
               ? distance_m > acceptance->after->distance_m
               : is_behind(query->points, position, acceptance->after);
}

static bool acceptance_init(struct acceptance *acceptance, const struct query *query,
                            struct aro_error *err)
{
    *acceptance = (struct acceptance){.query = query};
    return !query->has_words ||
           bitmap_of_runs(&query->words, query->points->n, &acceptance->words, err);
}

/* NULL where every point counts: the walk then asks nothing. */
static geo_accept_fn *accept_of(const struct acceptance *acceptance)
{
    const struct query *query = acceptance->query;
    bool asks =
        acceptance->words || acceptance->after || query->has_bbox || filter_is_set(&query->filter);
    return asks ? accept : NULL;
}

static bool matches_within(const struct query *query, struct geo_runs *out_runs,
                           struct aro_error *err)
{
    struct acceptance acceptance = {0};
    struct geo_hits hits = {0};
    size_t n_bits = query->points->n_placed;
    uint64_t *bits = array_new(n_bits / 64, sizeof *bits, err);
    bool ok = bits && acceptance_init(&acceptance, query, err) &&
              geo_nearest(query->points->index, query->near, query->radius_m, n_bits,
                          accept_of(&acceptance), &acceptance, &hits, err);
    for (size_t i = 0; ok && i < hits.n; i++)
        bits[hits.items[i].position / 64] |= UINT64_C(1) << hits.items[i].position % 64;
    for (uint32_t at = 0; ok && at < n_bits; at++) {
        if (at % 64 == 0 && bits[at / 64] == 0)
            at += 63;
        else if (bits[at / 64] >> at % 64 & 1)
            ok = geo_runs_add(out_runs, at, at + 1, err);
    }
    geo_hits_clear(&hits);
    free(acceptance.words);
    free(bits);
    return ok;
}

/* ---- All matches ---- */

/* The positions that the places allow, before words and columns. */
static bool matches_of_place(const struct query *query, struct geo_runs *out_runs,
                             struct aro_error *err)
{
    if (query->has_bbox)
        return geo_index_search(query->points->index, &query->bbox, out_runs, err);
    size_t n = query->has_near ? query->points->n_placed : query->points->n;
    return n == 0 || geo_runs_add(out_runs, 0, (uint32_t)n, err);
}

/* By columns and words, of what the places allow already. */
static bool narrow(const struct query *query, struct geo_runs *runs, struct aro_error *err)
{
    struct geo_runs narrowed = {0};
    bool ok = true;
    if (query->has_words) {
        ok = intersect(runs, &query->words, &narrowed, err);
        swap_runs(runs, &narrowed);
    }
    if (ok && filter_is_set(&query->filter)) {
        narrowed.n = 0;
        ok = keep_accepted(&query->filter, runs, &narrowed, err);
        swap_runs(runs, &narrowed);
    }
    geo_runs_clear(&narrowed);
    return ok;
}

static bool matches_of_sets(const struct query *query, struct geo_runs *runs, struct aro_error *err)
{
    return matches_of_place(query, runs, err) && narrow(query, runs, err);
}

bool query_matches(const struct query *query, struct geo_runs *out_runs, struct aro_error *err)
{
    out_runs->n = 0;
    bool ok = query->has_near && isfinite(query->radius_m) ? matches_within(query, out_runs, err)
                                                           : matches_of_sets(query, out_runs, err);
    if (!ok)
        out_runs->n = 0;
    return ok;
}

bool query_matches_in(const struct query *query, const struct geo_bbox *box,
                      struct geo_runs *out_runs, struct aro_error *err)
{
    struct geo_runs all = {0}, narrowed = {0};
    bool of_place = query->has_near || query->has_bbox;
    bool ok = geo_index_search(query->points->index, box, out_runs, err);
    if (ok && of_place) {
        ok = query_matches(query, &all, err) && intersect(out_runs, &all, &narrowed, err);
        swap_runs(out_runs, &narrowed);
    } else if (ok) {
        ok = narrow(query, out_runs, err);
    }
    geo_runs_clear(&all);
    geo_runs_clear(&narrowed);
    if (!ok)
        out_runs->n = 0;
    return ok;
}

/* ---- Pages ---- */

static void name_next_cursor(const struct query *query, uint32_t position, double distance_m,
                             struct query_page *page)
{
    struct cursor cursor = {
        .by_distance = page->by_distance,
        .distance_m = distance_m,
        .hilbert_key = query->points->hilbert_keys[position],
        .id = query->points->ids[position],
        .seq = query->has_cursor ? query->cursor.seq : query->snapshot->state.seq,
    };
    cursor_write(&cursor, query->scope, page->next_cursor);
}

static bool count_by_distance(const struct query *query, struct acceptance *acceptance,
                              size_t *out_count, struct aro_error *err)
{
    if (isfinite(query->radius_m)) {
        acceptance->after = NULL;
        return geo_count_within(query->points->index, query->near, query->radius_m,
                                accept_of(acceptance), acceptance, out_count, err);
    }
    struct geo_runs runs = {0};
    bool ok = query_matches(query, &runs, err);
    *out_count = geo_runs_count(&runs);
    geo_runs_clear(&runs);
    return ok;
}

/* Leaves the page's hits of the `n` first found: those behind the offset, at most limit. */
static void cut_hits(const struct query *query, struct query_page *page)
{
    struct geo_hits *hits = &page->hits;
    size_t skip = query->offset < hits->n ? query->offset : hits->n;
    size_t rest = hits->n - skip;
    page->n_returned = rest < query->limit ? rest : query->limit;
    for (size_t i = 0; skip > 0 && i < page->n_returned; i++)
        hits->items[i] = hits->items[skip + i];
    hits->n = page->n_returned;
    if (rest > page->n_returned) {
        const struct geo_hit *last = &hits->items[page->n_returned - 1];
        name_next_cursor(query, last->position, last->distance_m, page);
    }
}

static bool page_by_distance(const struct query *query, struct query_page *page,
                             struct aro_error *err)
{
    struct acceptance acceptance;
    size_t wanted = query->offset + query->limit + 1; /* one more tells whether there is a next */
    if (!acceptance_init(&acceptance, query, err))
        return false;
    acceptance.after = query->has_cursor ? &query->cursor : NULL;
    bool ok = geo_nearest(query->points->index, query->near, query->radius_m, wanted,
                          accept_of(&acceptance), &acceptance, &page->hits, err);
    page->n_matched = page->hits.n;
    if (ok && (query->has_cursor || page->hits.n == wanted))
        ok = count_by_distance(query, &acceptance, &page->n_matched, err);
    if (ok)
        cut_hits(query, page);
    free(acceptance.words);
    return ok;
}

/* The first position behind the cursor. */
static uint32_t first_behind(const struct point_set *points, const struct cursor *cursor)
{
    uint32_t low = 0, high = (uint32_t)points->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_behind(points, middle, cursor))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Of all matches those from position `from` on, but `skip` of them, at most limit. */
static bool cut_runs(const struct query *query, const struct geo_runs *all, uint32_t from,
                     struct query_page *page, struct aro_error *err)
{
    size_t skip = query->offset, left = query->limit;
    bool more = false;
    for (size_t i = 0; i < all->n && !more; i++) {
        uint32_t first = all->items[i].first > from ? all->items[i].first : from;
        uint32_t end = all->items[i].end;
        if (first >= end)
            continue;
        uint32_t skipped = skip < end - first ? (uint32_t)skip : end - first;
        skip -= skipped;
        first += skipped;
        uint32_t taken = left < end - first ? (uint32_t)left : end - first;
        if (!geo_runs_add(&page->runs, first, first + taken, err))
            return false;
        left -= taken;
        more = taken < end - first;
    }
    page->n_returned = query->limit - left;
    if (more) /* limit is 1 or more: something was taken before */
        name_next_cursor(query, page->runs.items[page->runs.n - 1].end - 1, 0, page);
    return true;
}

static bool page_by_position(const struct query *query, struct query_page *page,
                             struct aro_error *err)
{
    struct geo_runs all = {0};
    uint32_t from = query->has_cursor ? first_behind(query->points, &query->cursor) : 0;
    bool ok = query_matches(query, &all, err) && cut_runs(query, &all, from, page, err);
    page->n_matched = geo_runs_count(&all);
    geo_runs_clear(&all);
    return ok;
}

bool query_page(const struct query *query, struct query_page *out_page, struct aro_error *err)
{
    query_page_clear(out_page);
    out_page->by_distance = query->has_near;
    bool ok = query->has_near ? page_by_distance(query, out_page, err)
                              : page_by_position(query, out_page, err);
    if (!ok)
        query_page_clear(out_page);
    return ok;
}
