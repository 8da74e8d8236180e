#include "geo/names_internal.h"

#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "geo/fold.h"

/* What a search carries: the nodes still to open, the least order on top, and what was given. */
struct search {
    const struct geo_names *names;
    const struct geo_beginnings *in;
    enum geo_name_rank rank;
    uint32_t *nodes; /* a binary heap */
    size_t n_nodes, capacity;
    uint64_t *given; /* a bit for each distinct item */
    struct geo_name_matches *out;
    size_t limit; /* SIZE_MAX: all, within a rank in any order */
};

void geo_name_matches_clear(struct geo_name_matches *matches)
{
    free(matches->items);
    *matches = (struct geo_name_matches){0};
}

/* ---- The best of a range first ---- */

static bool add_node(struct search *search, uint32_t node, struct aro_error *err)
{
    uint32_t *nodes =
        aro_array_grow(search->nodes, search->n_nodes, &search->capacity, sizeof *nodes, err);
    if (!nodes)
        return false;
    search->nodes = nodes;
    nodes[search->n_nodes++] = node;
    return true;
}

static bool push_node(struct search *search, size_t node, struct aro_error *err)
{
    const uint32_t *best = search->in->best;
    if (!add_node(search, (uint32_t)node, err))
        return false;
    size_t at = search->n_nodes - 1;
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

static bool is_given(const struct search *search, uint32_t order)
{
    uint32_t owner = search->names->owners[order];
    return search->given[owner / 64] >> owner % 64 & 1;
}

static bool give(struct search *search, uint32_t order, struct aro_error *err)
{
    struct geo_name_matches *out = search->out;
    uint32_t owner = search->names->owners[order];
    if (is_given(search, order))
        return true;
    struct geo_name_match *items =
        aro_array_grow(out->items, out->n, &out->capacity, sizeof *items, err);
    if (!items)
        return false;
    out->items = items;
    items[out->n++] = (struct geo_name_match){search->names->items[order], search->rank};
    search->given[owner / 64] |= UINT64_C(1) << owner % 64;
    return true;
}

/* Adds the beginnings first to end - 1 to what give_pushed() gives; or, where all are wanted, gives
 * them. */
static bool push_range(struct search *search, size_t first, size_t end, struct aro_error *err)
{
    bool ok = true;
    size_t n = search->in->n;
    if (search->limit == SIZE_MAX) {
        for (size_t i = first; ok && i < end; i++)
            ok = give(search, search->in->best[n + i], err);
        return ok;
    }
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
    while (ok && search->n_nodes > 0 && search->out->n < search->limit) {
        size_t node = pop_node(search);
        if (node >= in->n)
            ok = give(search, in->best[node], err);
        else
            ok = push_node(search, 2 * node, err) && push_node(search, 2 * node + 1, err);
    }
    search->n_nodes = 0;
    return ok;
}

/* ---- Beginnings ---- */

/* A query, terminated, in the one or two ways it can be meant; or a word of it. */
struct reading {
    const char *text;
    size_t len;
};

/* How many beginnings come before those that begin with the query; with `past`, them included. */
static size_t count_before(const struct geo_names *names, const struct geo_beginnings *in,
                           struct reading query, bool past)
{
    size_t low = 0, high = in->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(names->texts.data + in->offsets[middle], query.text, query.len);
        if (order < 0 || (past && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool push_rank(struct search *search, struct reading query, struct aro_error *err)
{
    const struct geo_names *names = search->names;
    const struct geo_beginnings *in = search->in;
    struct reading ended = {query.text, query.len + 1}; /* with its terminator: nothing behind it */
    size_t first = count_before(names, in, query, false);
    size_t end = count_before(names, in, query, true);
    size_t longer = search->rank == GEO_NAME_LATER ? first : count_before(names, in, ended, true);
    return search->rank == GEO_NAME_WHOLE ? push_range(search, first, longer, err)
                                          : push_range(search, longer, end, err);
}

/* ---- Words in any order ---- */

/* The next word of the query, whose words one space parts; false at its end. */
static bool next_word(const char **cursor, struct reading *out_word)
{
    if (**cursor == ' ')
        ++*cursor;
    *out_word = (struct reading){*cursor, strcspn(*cursor, " ")};
    *cursor += out_word->len;
    return out_word->len > 0;
}

static bool begins_a_word(const char *name, struct reading word)
{
    for (const char *at = name;; at++) {
        if (strncmp(at, word.text, word.len) == 0)
            return true;
        at = strchr(at, ' ');
        if (!at)
            return false;
    }
}

static bool has_words(const char *name, const char *query)
{
    struct reading word;
    while (next_word(&query, &word))
        if (!begins_a_word(name, word))
            return false;
    return true;
}

/* The word of the query that begins the fewest words. */
static struct reading rarest_word(const struct geo_names *names, const char *query)
{
    const struct geo_beginnings *const all[] = {&names->whole, &names->later};
    struct reading word, rarest = {query, 0};
    size_t least = SIZE_MAX;
    while (next_word(&query, &word)) {
        size_t n = 0;
        for (int i = 0; i < 2; i++)
            n += count_before(names, all[i], word, true) - count_before(names, all[i], word, false);
        if (n < least) {
            least = n;
            rarest = word;
        }
    }
    return rarest;
}

/* Adds the orders of the names that have all words of the query, and are not given, to the nodes.
 */
static bool collect_names(struct search *search, const struct geo_beginnings *in,
                          struct reading query, struct reading rarest, struct aro_error *err)
{
    const struct geo_names *names = search->names;
    size_t end = count_before(names, in, rarest, true);
    bool ok = true;
    for (size_t i = count_before(names, in, rarest, false); ok && i < end; i++) {
        uint32_t order = in->best[in->n + i], start = in->offsets[i];
        if (is_given(search, order))
            continue;
        while (start > 0 && names->texts.data[start - 1] != '\0')
            start--;
        if (has_words(names->texts.data + start, query.text))
            ok = add_node(search, order, err);
    }
    return ok;
}

static int compare_orders(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* A query of one word was answered by the ranks before. */
static bool give_words(struct search *search, const struct reading *readings, size_t n,
                       struct aro_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        if (!strchr(readings[i].text, ' '))
            continue;
        struct reading rarest = rarest_word(search->names, readings[i].text);
        ok = collect_names(search, &search->names->whole, readings[i], rarest, err) &&
             collect_names(search, &search->names->later, readings[i], rarest, err);
    }
    if (search->n_nodes > 0)
        qsort(search->nodes, search->n_nodes, sizeof *search->nodes, compare_orders);
    for (size_t i = 0; ok && i < search->n_nodes && search->out->n < search->limit; i++)
        ok = give(search, search->nodes[i], err);
    search->n_nodes = 0;
    return ok;
}

/* ---- The whole search ---- */

static bool give_ranks(struct search *search, const struct reading *readings, size_t n,
                       struct aro_error *err)
{
    bool ok = true;
    for (int rank = GEO_NAME_WHOLE; ok && rank < GEO_NAME_WORDS; rank++) {
        search->rank = (enum geo_name_rank)rank;
        search->in = rank == GEO_NAME_LATER ? &search->names->later : &search->names->whole;
        for (size_t i = 0; ok && i < n; i++)
            ok = push_rank(search, readings[i], err);
        ok = ok && give_pushed(search, err);
    }
    search->rank = GEO_NAME_WORDS;
    return ok && (search->out->n >= search->limit || give_words(search, readings, n, err));
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

bool geo_names_match(const struct geo_names *names, const char *query, size_t len, size_t limit,
                     struct geo_name_matches *out_matches, struct aro_error *err)
{
    bool ok = false;
    struct geo_name_matches matches = {0};
    struct search search = {.names = names, .out = &matches, .limit = limit};
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
    ok = folded_len == 0 || give_ranks(&search, readings, two_ways ? 2 : 1, err);
done:
    free(search.given);
    free(search.nodes);
    aro_buffer_clear(&folded);
    aro_buffer_clear(&unfinished);
    if (ok)
        *out_matches = matches;
    else
        geo_name_matches_clear(&matches);
    return ok;
}

bool geo_names_search(const struct geo_names *names, const char *query, size_t len, size_t limit,
                      uint32_t *out_items, size_t *out_count, struct aro_error *err)
{
    struct geo_name_matches matches;
    if (!geo_names_match(names, query, len, limit, &matches, err))
        return false;
    for (size_t i = 0; i < matches.n; i++)
        out_items[i] = matches.items[i].item;
    *out_count = matches.n;
    geo_name_matches_clear(&matches);
    return true;
}
