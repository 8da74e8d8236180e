/*
 * Pages in the order of sortby=.
 *
 * What a feature is sorted by becomes a run of bytes that compares as the feature does, whatever
 * the properties and their directions: so rows, and the cursor that a walk goes on from, are all
 * compared with memcmp(). For each property: a byte that puts null behind everything; then an
 * integer or day with its sign bit turned, the highest byte first, or the folded text with a NUL.
 * A descending one has all of its bytes but the first turned.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"
#include "server/query_inside.h"

/* So much of a folded text counts. */
enum { TEXT_BYTES = 255 };
_Static_assert(QUERY_MAX_SORT *(TEXT_BYTES + 2) <= CURSOR_VALUES_BYTES, "a cursor holds them");

/* ---- Reading the parameter ---- */

static bool refuse(const struct query *query, const char *name, size_t len, struct aro_error *err)
{
    const struct property_table *table = query->collection->properties;
    struct aro_buffer names = {0};
    for (size_t i = 0; i < table->n; i++)
        if (property_is_sortable(&table->items[i]))
            aro_buffer_printf(&names, "%s%s", names.len ? ", " : "", table->items[i].name);
    aro_error_set_for(err, "sortby", ARO_BAD_INPUT,
                      "sortby '%.*s' is not a property that %s are sorted by: %.*s",
                      (int)(len < 40 ? len : 40), name, query->collection->id, (int)names.len,
                      names.data ? names.data : "");
    aro_buffer_clear(&names);
    return false;
}

/* "-date", "+date" (whose sign a form decodes to a blank) or "date". */
static bool add_key(struct query *query, const char *text, size_t len, struct aro_error *err)
{
    bool has_sign = len > 0 && strchr("+- ", *text);
    const char *name = text + has_sign;
    size_t name_len = len - has_sign;
    const struct property *property = property_find(query->collection->properties, name, name_len);
    if (!property || !property_is_sortable(property))
        return refuse(query, name, name_len, err);
    if (query->n_sort == QUERY_MAX_SORT)
        return aro_error_set_for(err, "sortby", ARO_BAD_INPUT, "sortby has more than %d properties",
                                 QUERY_MAX_SORT);
    query->sort[query->n_sort++] = (struct query_sort){property, *text == '-'};
    return true;
}

bool query_sort_parse(const struct request *request, struct query *query, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_SORTBY);
    while (text) {
        size_t len = strcspn(text, ",");
        if (!add_key(query, text, len, err))
            return false;
        text = text[len] ? text + len + 1 : NULL;
    }
    return true;
}

/* ---- Keys ---- */

/* Rows while they are sorted: those behind the cursor, and their keys one after another. */
struct rows {
    const struct query *query;
    size_t n;
    uint32_t *positions; /* ascending: the default order */
    size_t *ends;        /* in keys */
    struct aro_buffer keys;
};

static void append_number(struct aro_buffer *out, int64_t value)
{
    uint64_t ordered = (uint64_t)value ^ UINT64_C(1) << 63;
    for (int shift = 56; shift >= 0; shift -= 8)
        aro_buffer_char(out, (char)(ordered >> shift));
}

static void append_text(struct aro_buffer *out, struct property_text text)
{
    size_t start = out->len;
    geo_fold(out, text.bytes, text.len);
    if (!out->failed && out->len - start > TEXT_BYTES)
        out->len = start + TEXT_BYTES;
    aro_buffer_char(out, '\0');
}

static void append_value(struct aro_buffer *out, const struct query_sort *sort,
                         const struct snapshot *snapshot, uint32_t position)
{
    struct property_value value = property_read(sort->property, snapshot, position);
    aro_buffer_char(out, value.is_null ? 1 : 0);
    if (value.is_null)
        return;
    size_t start = out->len;
    if (sort->property->type == PROPERTY_TEXT)
        append_text(out, value.text);
    else
        append_number(out, sort->property->type == PROPERTY_DATE ? value.day : value.integer);
    for (size_t i = start; sort->descending && !out->failed && i < out->len; i++)
        out->data[i] = (char)~out->data[i];
}

static int compare_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
    /* No key begins another one: each part says where it ends. */
    return memcmp(a, b, a_len < b_len ? a_len : b_len);
}

static size_t start_of(const struct rows *rows, uint32_t row)
{
    return row > 0 ? rows->ends[row - 1] : 0;
}

/* Of row numbers; rows of one key are in the default order. */
static int compare_rows(const void *a, const void *b, void *context)
{
    const struct rows *rows = context;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    size_t left_at = start_of(rows, left), right_at = start_of(rows, right);
    int order = compare_bytes(rows->keys.data + left_at, rows->ends[left] - left_at,
                              rows->keys.data + right_at, rows->ends[right] - right_at);
    return order ? order : (left > right) - (left < right);
}

/* ---- Collecting ---- */

static bool is_behind_cursor(const struct rows *rows, uint32_t position, size_t key_start)
{
    const struct query *query = rows->query;
    const struct cursor *cursor = &query->cursor;
    int order = compare_bytes(rows->keys.data + key_start, rows->keys.len - key_start,
                              cursor->values, cursor->n_values);
    return order ? order > 0 : query_is_behind(query->points, position, cursor);
}

static void add_row(struct rows *rows, uint32_t position)
{
    const struct query *query = rows->query;
    size_t start = rows->keys.len;
    for (size_t i = 0; i < query->n_sort; i++)
        append_value(&rows->keys, &query->sort[i], query->snapshot, position);
    if (query->has_cursor && !rows->keys.failed && !is_behind_cursor(rows, position, start)) {
        rows->keys.len = start;
        return;
    }
    rows->positions[rows->n] = position;
    rows->ends[rows->n++] = rows->keys.len;
}

static bool collect(struct rows *rows, const struct query_set *set, struct aro_error *err)
{
    rows->positions = array_new(set->count, sizeof *rows->positions, err);
    rows->ends = array_new(set->count, sizeof *rows->ends, err);
    if (!rows->positions || !rows->ends)
        return false;
    for (size_t i = 0; i < set->runs.n; i++)
        for (uint32_t at = set->runs.items[i].first; at < set->runs.items[i].end; at++)
            if (!set->bits || set->bits[at / 64] >> at % 64 & 1)
                add_row(rows, at);
    return aro_buffer_ok(&rows->keys, err);
}

/* ---- The first few, in order ---- */

/* Lets the row at the top of a heap, whose greatest is to be there, sink to its place. */
static void sink(const struct rows *rows, uint32_t *heap, size_t n, size_t at)
{
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && compare_rows(&heap[child], &heap[child + 1], (void *)rows) < 0)
            child++;
        if (compare_rows(&heap[child], &heap[at], (void *)rows) <= 0)
            return;
        uint32_t row = heap[at];
        heap[at] = heap[child];
        heap[child] = row;
        at = child;
    }
}

/* The least n rows, sorted; a heap holds the least that were seen. */
static uint32_t *least(struct rows *rows, size_t n, struct aro_error *err)
{
    uint32_t *heap = array_new(n, sizeof *heap, err);
    if (!heap)
        return NULL;
    for (uint32_t i = 0; i < n; i++)
        heap[i] = i;
    for (size_t at = n / 2; n < rows->n && at-- > 0;)
        sink(rows, heap, n, at);
    for (uint32_t row = (uint32_t)n; row < rows->n; row++) {
        if (n == 0 || compare_rows(&row, &heap[0], rows) > 0)
            continue;
        heap[0] = row;
        sink(rows, heap, n, 0);
    }
    qsort_r(heap, n, sizeof *heap, compare_rows, rows);
    return heap;
}

static void name_next(const struct rows *rows, uint32_t row, struct query_page *page)
{
    const struct query *query = rows->query;
    size_t start = start_of(rows, row);
    struct cursor cursor = {.order = CURSOR_BY_VALUES, .n_values = rows->ends[row] - start};
    memcpy(cursor.values, rows->keys.data + start, cursor.n_values);
    query_name_next(query, rows->positions[row], &cursor, page);
}

/* The page of the rows, and where the next one begins. */
static bool cut(struct rows *rows, struct query_page *page, struct aro_error *err)
{
    const struct query *query = rows->query;
    size_t skip = query->offset < rows->n ? query->offset : rows->n;
    size_t rest = rows->n - skip;
    page->n_returned = rest < query->limit ? rest : query->limit;
    uint32_t *first = least(rows, skip + page->n_returned, err);
    bool ok = first != NULL;
    for (size_t i = 0; ok && i < page->n_returned; i++) {
        struct geo_hit hit = {.position = rows->positions[first[skip + i]], .distance_m = NAN};
        if (query->has_near)
            hit.distance_m = geo_nearest_m(query->near, query->points->coords[hit.position]);
        ok = geo_hits_add(&page->hits, hit, err);
    }
    if (ok && rest > page->n_returned)
        name_next(rows, first[skip + page->n_returned - 1], page);
    free(first);
    return ok;
}

bool query_page_sorted(const struct query *query, struct query_page *page, struct aro_error *err)
{
    struct query_set set = {0};
    struct rows rows = {.query = query};
    bool ok = query_find(query, NULL, &set, err) && collect(&rows, &set, err);
    page->n_matched = set.count;
    ok = ok && cut(&rows, page, err);
    query_set_clear(&set);
    free(rows.positions);
    free(rows.ends);
    aro_buffer_clear(&rows.keys);
    return ok;
}
