#include <math.h>
#include <stdlib.h>

#include "geo/bits.h"
#include "server/query_inside.h"

/* ---- By distance ---- */

/* What the walk outward asks of each point. */
struct acceptance {
    const struct query *query;
    uint64_t *only;             /* owned: the positions that query->only leaves; NULL: every one */
    const struct cursor *after; /* NULL: from the beginning */
};

bool query_is_behind(const struct point_set *points, uint32_t position, const struct cursor *cursor)
{
    uint64_t key = points->hilbert_keys[position];
    return key != cursor->hilbert_key ? key > cursor->hilbert_key
                                      : points->ids[position] > cursor->id;
}

static bool holds(struct filter_cql2 *cql2, uint32_t position)
{
    return !cql2 || filter_cql2_keep(cql2, position / 64, UINT64_C(1) << position % 64);
}

static bool accept(const void *context, uint32_t position)
{
    const struct acceptance *acceptance = context;
    const struct query *query = acceptance->query;
    struct geo_coord coord = query->points->coords[position];
    if ((acceptance->only && !geo_bits_has(acceptance->only, position)) ||
        (query->words && !geo_bits_has(query->words, position)) ||
        !filter_accepts(&query->filter, position) || !holds(query->cql2, position) ||
        (query->has_bbox && !geo_bbox_contains(&query->bbox, coord)))
        return false;
    if (!acceptance->after)
        return true;
    double distance_m = geo_nearest_m(query->near, coord);
    return distance_m != acceptance->after->distance_m
               ? distance_m > acceptance->after->distance_m
               : query_is_behind(query->points, position, acceptance->after);
}

static bool acceptance_init(struct acceptance *acceptance, const struct query *query,
                            struct aro_error *err)
{
    *acceptance = (struct acceptance){.query = query};
    if (!query->is_only)
        return true;
    acceptance->only = array_new(geo_bits_words(query->points->n), sizeof *acceptance->only, err);
    for (size_t i = 0; acceptance->only && i < query->only.n; i++)
        geo_bits_set(acceptance->only, query->only.items[i]);
    return acceptance->only != NULL;
}

/* NULL where every point counts: the walk then asks nothing. */
static geo_accept_fn *accept_of(const struct acceptance *acceptance)
{
    const struct query *query = acceptance->query;
    bool asks = acceptance->only || acceptance->after || query->words || query->has_bbox ||
                filter_is_set(&query->filter) || query->cql2;
    return asks ? accept : NULL;
}

/* ---- Pages ---- */

void query_name_next(const struct query *query, uint32_t position, struct cursor *cursor,
                     struct query_page *page)
{
    cursor->hilbert_key = query->points->hilbert_keys[position];
    cursor->id = query->points->ids[position];
    cursor->seq = query->has_cursor ? query->cursor.seq : query->snapshot->state.seq;
    cursor_write(cursor, query->scope, page->next_cursor);
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
        struct cursor cursor = {.order = CURSOR_BY_DISTANCE, .distance_m = last->distance_m};
        query_name_next(query, last->position, &cursor, page);
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
                          accept_of(&acceptance), &acceptance, &page->hits, err) &&
              (!query->cql2 || filter_cql2_ok(query->cql2, err));
    page->n_matched = page->hits.n;
    if (ok && (query->has_cursor || page->hits.n == wanted))
        ok = query_count(query, &page->n_matched, err);
    if (ok)
        cut_hits(query, page);
    free(acceptance.only);
    return ok;
}

/* The first position behind the cursor. */
static uint32_t first_behind(const struct point_set *points, const struct cursor *cursor)
{
    uint32_t low = 0, high = (uint32_t)points->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (query_is_behind(points, middle, cursor))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* A page while it is cut from the matches, which come in their order. */
struct cut {
    const struct query_set *set;
    size_t skip, left;
    bool more; /* something matches behind the page */
    struct geo_runs part;
    struct geo_runs *page;
};

/* Of a run whose positions all match. */
static bool cut_run(struct cut *cut, struct geo_run run, struct aro_error *err)
{
    uint32_t len = run.end - run.first;
    uint32_t skipped = cut->skip < len ? (uint32_t)cut->skip : len;
    cut->skip -= skipped;
    run.first += skipped;
    len -= skipped;
    uint32_t taken = cut->left < len ? (uint32_t)cut->left : len;
    cut->left -= taken;
    cut->more |= taken < len;
    return geo_runs_add(cut->page, run.first, run.first + taken, err);
}

/* Of a run in which bits say what matches. */
static bool cut_bits(struct cut *cut, struct geo_run run, struct aro_error *err)
{
    uint32_t count = geo_bits_count(cut->set->bits, run);
    if (count <= cut->skip) {
        cut->skip -= count;
        return true;
    }
    cut->part.n = 0;
    bool ok = geo_bits_add_runs(cut->set->bits, run, &cut->part, err);
    for (size_t i = 0; ok && i < cut->part.n && !cut->more; i++)
        ok = cut_run(cut, cut->part.items[i], err);
    return ok;
}

/* Bits are looked at piece by piece, so that a page costs no more than what it skips and holds. */
static bool cut_set(struct cut *cut, uint32_t from, struct aro_error *err)
{
    enum { PIECE = 4096 };
    const struct geo_runs *runs = &cut->set->runs;
    bool ok = true;
    for (size_t i = 0; ok && i < runs->n && !cut->more; i++) {
        struct geo_run run = runs->items[i];
        run.first = run.first > from ? run.first : from;
        while (ok && run.first < run.end && !cut->more) {
            struct geo_run piece = run;
            if (cut->set->bits && run.end - run.first > PIECE)
                piece.end = run.first + PIECE;
            ok = cut->set->bits ? cut_bits(cut, piece, err) : cut_run(cut, piece, err);
            run.first = piece.end;
        }
    }
    return ok;
}

static bool page_by_position(const struct query *query, struct query_page *page,
                             struct aro_error *err)
{
    struct query_set set = {0};
    struct cut cut = {
        .set = &set, .skip = query->offset, .left = query->limit, .page = &page->runs};
    uint32_t from = query->has_cursor ? first_behind(query->points, &query->cursor) : 0;
    bool ok = query_find(query, NULL, &set, err) && cut_set(&cut, from, err);
    if (ok) {
        page->n_matched = set.count;
        page->n_returned = query->limit - cut.left;
        struct cursor cursor = {.order = CURSOR_BY_KEY};
        if (cut.more) /* limit is 1 or more: something was taken before */
            query_name_next(query, page->runs.items[page->runs.n - 1].end - 1, &cursor, page);
    }
    geo_runs_clear(&cut.part);
    query_set_clear(&set);
    return ok;
}

bool query_page(const struct query *query, struct query_page *out_page, struct aro_error *err)
{
    query_page_clear(out_page);
    out_page->by_distance = query->has_near;
    out_page->in_hits = query->has_near || query->n_sort > 0;
    bool ok = query->n_sort > 0 ? query_page_sorted(query, out_page, err)
              : query->has_near ? page_by_distance(query, out_page, err)
                                : page_by_position(query, out_page, err);
    if (!ok)
        query_page_clear(out_page);
    return ok;
}
