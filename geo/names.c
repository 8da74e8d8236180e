#include "geo/names.h"

#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"

/*
 * Each name has an order: its place among all names by weight, text and item. Two tables, of whole
 * names and of later words, are sorted by text, so that what begins with a query is a range of
 * each; a tree of minima over the orders gives the best of a range first without looking at the
 * rest of it.
 */

/* Beginnings in the order of their text. */
struct beginnings {
    size_t n;
    uint32_t *offsets; /* n places in texts; the beginning runs to the end of its name */
    uint32_t *best;    /* 2n: best[n + i] is the order of i's name, best[i] the least below i */
};

struct geo_names {
    struct aro_buffer texts; /* folded names, each terminated */
    size_t n;
    uint32_t *items;  /* by order */
    uint32_t *owners; /* by order: the item's place among the distinct items */
    size_t n_owners;
    struct beginnings whole, later;
};

static void beginnings_clear(struct beginnings *beginnings)
{
    free(beginnings->offsets);
    free(beginnings->best);
}

void geo_names_free(struct geo_names *names)
{
    if (!names)
        return;
    aro_buffer_clear(&names->texts);
    free(names->items);
    free(names->owners);
    beginnings_clear(&names->whole);
    beginnings_clear(&names->later);
    free(names);
}

/* A name while its order is being found. */
struct folded_name {
    uint32_t offset, item;
    double weight;
};

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* Heavier first, then by name, then by item. */
static int compare_names(const void *left, const void *right, void *texts)
{
    const struct folded_name *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    int by_text = strcmp((const char *)texts + a->offset, (const char *)texts + b->offset);
    if (by_text != 0)
        return by_text;
    return a->item != b->item ? compare_u32(a->item, b->item) : compare_u32(a->offset, b->offset);
}

/* Folds the names that have a letter or digit; NULL on failure. */
static struct folded_name *fold_names(struct geo_names *names, const struct geo_name *input,
                                      size_t n, struct aro_error *err)
{
    struct folded_name *folded = calloc(n + 1, sizeof *folded);
    if (!folded) {
        aro_error_no_memory(err);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        size_t offset = names->texts.len;
        geo_fold(&names->texts, input[i].text, strlen(input[i].text));
        if (names->texts.len == offset)
            continue;
        aro_buffer_char(&names->texts, '\0');
        if (names->texts.len > UINT32_MAX) {
            aro_error_set(err, ARO_TOO_LARGE, "the names take more than 4 GB");
            break;
        }
        double weight = input[i].weight > 0 ? input[i].weight : 0; /* NaN too */
        folded[names->n++] = (struct folded_name){(uint32_t)offset, input[i].item, weight};
    }
    if (names->texts.len > UINT32_MAX || !aro_buffer_ok(&names->texts, err)) {
        free(folded);
        return NULL;
    }
    qsort_r(folded, names->n, sizeof *folded, compare_names, names->texts.data);
    return folded;
}

struct owned_name {
    uint32_t item, order;
};

static int compare_items(const void *left, const void *right)
{
    const struct owned_name *a = left, *b = right;
    return a->item != b->item ? compare_u32(a->item, b->item) : compare_u32(a->order, b->order);
}

/* Numbers the distinct items, so that a bit for each can say which have been given. */
static bool set_owners(struct geo_names *names, struct aro_error *err)
{
    struct owned_name *owned = calloc(names->n + 1, sizeof *owned);
    if (!owned)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < names->n; i++)
        owned[i] = (struct owned_name){names->items[i], (uint32_t)i};
    qsort(owned, names->n, sizeof *owned, compare_items);
    for (size_t i = 0; i < names->n; i++) {
        if (i > 0 && owned[i].item != owned[i - 1].item)
            names->n_owners++;
        names->owners[owned[i].order] = (uint32_t)names->n_owners;
    }
    names->n_owners += names->n > 0;
    free(owned);
    return true;
}

/* A beginning while it is being sorted. */
struct sortable {
    uint64_t head; /* the first eight bytes, the first highest: decides most comparisons */
    uint32_t offset, order;
};

static uint64_t head_of(const char *text)
{
    uint64_t head = 0;
    int shift = 56;
    for (; *text && shift >= 0; text++, shift -= 8)
        head |= (uint64_t)(unsigned char)*text << shift;
    return head;
}

static int compare_beginnings(const void *left, const void *right, void *texts)
{
    const struct sortable *a = left, *b = right;
    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    int by_text = strcmp((const char *)texts + a->offset, (const char *)texts + b->offset);
    return by_text != 0 ? by_text : compare_u32(a->order, b->order);
}

static bool beginnings_init(struct beginnings *out, struct sortable *sorted, size_t n, char *texts,
                            struct aro_error *err)
{
    qsort_r(sorted, n, sizeof *sorted, compare_beginnings, texts);
    out->n = n;
    out->offsets = calloc(n + 1, sizeof *out->offsets);
    out->best = calloc(2 * n + 1, sizeof *out->best);
    if (!out->offsets || !out->best)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < n; i++) {
        out->offsets[i] = sorted[i].offset;
        out->best[n + i] = sorted[i].order;
    }
    for (size_t i = n; i-- > 1;) {
        uint32_t left = out->best[2 * i], right = out->best[2 * i + 1];
        out->best[i] = left < right ? left : right;
    }
    return true;
}

static size_t count_later_words(const struct geo_names *names)
{
    size_t n = 0;
    for (size_t i = 0; i < names->texts.len; i++)
        n += names->texts.data[i] == ' ';
    return n;
}

static bool index_beginnings(struct geo_names *names, const struct folded_name *folded,
                             struct aro_error *err)
{
    size_t n_later = 0, room = count_later_words(names);
    char *texts = names->texts.data;
    struct sortable *whole = calloc(names->n + 1, sizeof *whole);
    struct sortable *later = calloc(room + 1, sizeof *later);
    bool ok = whole && later;
    if (!ok)
        aro_error_no_memory(err);
    for (size_t i = 0; ok && i < names->n; i++) {
        const char *text = texts + folded[i].offset;
        whole[i] = (struct sortable){head_of(text), folded[i].offset, (uint32_t)i};
        for (const char *space = strchr(text, ' '); space; space = strchr(space + 1, ' '))
            later[n_later++] =
                (struct sortable){head_of(space + 1), (uint32_t)(space + 1 - texts), (uint32_t)i};
    }
    ok = ok && beginnings_init(&names->whole, whole, names->n, texts, err) &&
         beginnings_init(&names->later, later, n_later, texts, err);
    free(whole);
    free(later);
    return ok;
}

struct geo_names *geo_names_new(const struct geo_name *input, size_t n, struct aro_error *err)
{
    struct folded_name *folded = NULL;
    bool ok = false;
    struct geo_names *names = calloc(1, sizeof *names);
    if (!names) {
        aro_error_no_memory(err);
        return NULL;
    }
    folded = fold_names(names, input, n, err);
    if (!folded)
        goto done;
    names->items = calloc(names->n + 1, sizeof *names->items);
    names->owners = calloc(names->n + 1, sizeof *names->owners);
    if (!names->items || !names->owners) {
        aro_error_no_memory(err);
        goto done;
    }
    for (size_t i = 0; i < names->n; i++)
        names->items[i] = folded[i].item;
    ok = set_owners(names, err) && index_beginnings(names, folded, err);
done:
    free(folded);
    if (ok)
        return names;
    geo_names_free(names);
    return NULL;
}

/* What a search carries: the nodes still to open, the least order on top, and what was given. */
struct search {
    const struct geo_names *names;
    const struct beginnings *in;
    uint32_t *nodes; /* a binary heap */
    size_t n_nodes, capacity;
    uint64_t *given; /* a bit for each distinct item */
    uint32_t *out_items;
    size_t n_out, limit;
};

static bool push_node(struct search *search, size_t node, struct aro_error *err)
{
    const uint32_t *best = search->in->best;
    if (search->n_nodes == search->capacity) {
        size_t capacity = search->capacity ? 2 * search->capacity : 256;
        uint32_t *nodes = realloc(search->nodes, capacity * sizeof *nodes);
        if (!nodes)
            return aro_error_no_memory(err);
        search->nodes = nodes;
        search->capacity = capacity;
    }
    size_t at = search->n_nodes++;
    for (; at > 0 && best[search->nodes[(at - 1) / 2]] > best[node]; at = (at - 1) / 2)
        search->nodes[at] = search->nodes[(at - 1) / 2];
    search->nodes[at] = (uint32_t)node;
    return true;
}

static size_t pop_node(struct search *search)
{
    const uint32_t *best = search->in->best;
    uint32_t top = search->nodes[0], last = search->nodes[--search->n_nodes];
    size_t at = 0;
    for (size_t child = 1; child < search->n_nodes; child = 2 * at + 1) {
        if (child + 1 < search->n_nodes &&
            best[search->nodes[child + 1]] < best[search->nodes[child]])
            child++;
        if (best[last] <= best[search->nodes[child]])
            break;
        search->nodes[at] = search->nodes[child];
        at = child;
    }
    search->nodes[at] = last;
    return top;
}

static void give(struct search *search, uint32_t order)
{
    uint32_t owner = search->names->owners[order];
    uint64_t bit = (uint64_t)1 << (owner % 64);
    if (search->given[owner / 64] & bit)
        return;
    search->given[owner / 64] |= bit;
    search->out_items[search->n_out++] = search->names->items[order];
}

/* Adds the beginnings first to end - 1 to what give_pushed() gives. */
static bool push_range(struct search *search, size_t first, size_t end, struct aro_error *err)
{
    bool ok = true;
    size_t n = search->in->n;
    for (size_t low = first + n, high = end + n; ok && low < high; low /= 2, high /= 2) {
        if (low & 1)
            ok = push_node(search, low++, err);
        if (ok && (high & 1))
            ok = push_node(search, --high, err);
    }
    return ok;
}

/* Gives the items of what was pushed, best order first, up to the limit. */
static bool give_pushed(struct search *search, struct aro_error *err)
{
    const struct beginnings *in = search->in;
    bool ok = true;
    while (ok && search->n_nodes > 0 && search->n_out < search->limit) {
        size_t node = pop_node(search);
        if (node >= in->n)
            give(search, in->best[node]);
        else
            ok = push_node(search, 2 * node, err) && push_node(search, 2 * node + 1, err);
    }
    search->n_nodes = 0;
    return ok;
}

/* How many beginnings come before those that begin with the query; with `past`, them included. */
static size_t count_before(const struct geo_names *names, const struct beginnings *in,
                           const char *query, size_t len, bool past)
{
    size_t low = 0, high = in->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(names->texts.data + in->offsets[middle], query, len);
        if (order < 0 || (past && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A query, terminated, in the one or two ways it can be meant. */
struct reading {
    const char *text;
    size_t len;
};

enum rank { RANK_WHOLE, RANK_BEGINNING, RANK_LATER, RANK_COUNT };

static bool push_rank(struct search *search, enum rank rank, struct reading query,
                      struct aro_error *err)
{
    const struct geo_names *names = search->names;
    const struct beginnings *in = search->in;
    size_t first = count_before(names, in, query.text, query.len, false);
    size_t end = count_before(names, in, query.text, query.len, true);
    size_t longer =
        rank == RANK_LATER ? first : count_before(names, in, query.text, query.len + 1, true);
    return rank == RANK_WHOLE ? push_range(search, first, longer, err)
                              : push_range(search, longer, end, err);
}

static bool give_all(struct search *search, const struct reading *readings, size_t n,
                     struct aro_error *err)
{
    bool ok = true;
    for (int rank = RANK_WHOLE; ok && rank < RANK_COUNT; rank++) {
        search->in = rank == RANK_LATER ? &search->names->later : &search->names->whole;
        for (size_t i = 0; ok && i < n; i++)
            ok = push_rank(search, (enum rank)rank, readings[i], err);
        ok = ok && give_pushed(search, err);
    }
    return ok;
}

/*
 * What may be the beginning of a longer word is not an abbreviation yet: "st" is Saint and
 * Strasbourg. Folding leaves the last word as it is when a letter follows it.
 */
static void fold_unfinished(struct aro_buffer *out, const char *query, size_t len)
{
    struct aro_buffer longer = {0};
    aro_buffer_append(&longer, query, len);
    aro_buffer_char(&longer, 'x');
    if (longer.failed)
        out->failed = true;
    else
        geo_fold(out, longer.data, longer.len);
    if (!out->failed)
        out->data[out->len - 1] = '\0';
    aro_buffer_clear(&longer);
}

bool geo_names_search(const struct geo_names *names, const char *query, size_t len, size_t limit,
                      uint32_t *out_items, size_t *out_count, struct aro_error *err)
{
    bool ok = false;
    struct search search = {.names = names, .out_items = out_items, .limit = limit};
    struct aro_buffer folded = {0}, unfinished = {0};
    geo_fold(&folded, query, len);
    size_t folded_len = folded.len;
    aro_buffer_char(&folded, '\0');
    fold_unfinished(&unfinished, query, len);
    search.given = calloc(names->n_owners / 64 + 1, sizeof *search.given);
    if (!search.given || folded.failed || unfinished.failed) {
        aro_error_no_memory(err);
        goto done;
    }
    struct reading readings[] = {{folded.data, folded_len}, {unfinished.data, unfinished.len - 1}};
    bool ends_in_a_word = unfinished.len > 1 && unfinished.data[unfinished.len - 2] != ' ';
    bool two_ways = ends_in_a_word && strcmp(folded.data, unfinished.data) != 0;
    ok = folded_len == 0 || give_all(&search, readings, two_ways ? 2 : 1, err);
    if (ok)
        *out_count = search.n_out;
done:
    free(search.given);
    free(search.nodes);
    aro_buffer_clear(&folded);
    aro_buffer_clear(&unfinished);
    return ok;
}
