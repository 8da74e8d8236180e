#include "geo/names_internal.h"

#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"

/* What a search carries: the nodes still to open, the least order on top, and what was given. */
struct search {
    const struct geo_names *names;
    const struct geo_beginnings *in;
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
    const struct geo_beginnings *in = search->in;
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
static size_t count_before(const struct geo_names *names, const struct geo_beginnings *in,
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
    const struct geo_beginnings *in = search->in;
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
