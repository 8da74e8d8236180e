#include "geo/names_internal.h"

#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"
#include "geo/radix.h"

/*
 * All sorting is by numbers: texts by their first eight bytes, comparing what follows only where
 * those agree. Each sort keeps what the one before made, least important first: by item, by text,
 * by weight.
 */

struct folded_name {
    uint32_t offset; /* in texts */
    uint32_t item, owner;
    uint32_t text; /* the place of its text among the distinct ones */
    double weight;
};

struct build {
    struct geo_names *names;
    struct folded_name *folded;      /* by item, then as they came */
    struct geo_keyed *items, *spare; /* room for sorting, n_keyed each */
    size_t n_keyed;
    uint32_t *offsets;      /* by order */
    uint32_t *next_of_text; /* by text: the next free one of its places among the whole names */
};

static void beginnings_clear(struct geo_beginnings *beginnings)
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

static void list_beginnings(const struct geo_beginnings *beginnings, struct geo_blocks *out_blocks)
{
    geo_blocks_own(out_blocks, &beginnings->offsets, beginnings->n * sizeof *beginnings->offsets);
    geo_blocks_own(out_blocks, &beginnings->best, 2 * beginnings->n * sizeof *beginnings->best);
}

void geo_names_blocks(struct geo_names *const *names, struct geo_blocks *out_blocks)
{
    const struct geo_names *listed = *names;
    if (!listed)
        return;
    geo_blocks_own(out_blocks, names, sizeof *listed);
    geo_blocks_own(out_blocks, &listed->texts.data, listed->texts.len);
    geo_blocks_own(out_blocks, &listed->items, listed->n * sizeof *listed->items);
    geo_blocks_own(out_blocks, &listed->owners, listed->n * sizeof *listed->owners);
    list_beginnings(&listed->whole, out_blocks);
    list_beginnings(&listed->later, out_blocks);
}

/* ---- Sorting ---- */

/* What was in the room is lost when it is too small. */
static bool make_room(struct build *build, size_t n, struct aro_error *err)
{
    if (build->items && n <= build->n_keyed)
        return true;
    free(build->items);
    build->items = malloc((2 * n + 1) * sizeof *build->items);
    if (!build->items)
        return aro_error_no_memory(err);
    build->spare = build->items + n;
    build->n_keyed = n;
    return true;
}

/* The first bytes of a text, its first one highest. */
static uint64_t head_of(const char *text)
{
    uint64_t head = 0;
    int shift = 56;
    for (; *text && shift >= 0; text++, shift -= 8)
        head |= (uint64_t)(unsigned char)*text << shift;
    return head;
}

/* A text that ends within its head has nothing behind it. */
static bool goes_on(uint64_t head)
{
    return (head & 0xFF) != 0;
}

static const char *rest_of(const char *texts, const struct geo_keyed *item)
{
    return texts + item->more + sizeof item->key;
}

static int compare_rests(const void *left, const void *right, void *texts)
{
    const struct geo_keyed *a = left, *b = right;
    int by_text = strcmp(rest_of(texts, a), rest_of(texts, b));
    return by_text != 0 ? by_text : (a->place > b->place) - (a->place < b->place);
}

/* Sorts the items, which are in the order of `place`, by the texts at `more`. */
static struct geo_keyed *sort_by_text(struct build *build, size_t n)
{
    char *texts = build->names->texts.data;
    for (size_t i = 0; i < n; i++)
        build->items[i].key = head_of(texts + build->items[i].more);
    struct geo_keyed *sorted = geo_radix_sort(build->items, build->spare, n);
    for (size_t first = 0, end; first < n; first = end) {
        uint64_t head = sorted[first].key;
        for (end = first + 1; end < n && sorted[end].key == head;)
            end++;
        if (end - first > 1 && goes_on(head))
            qsort_r(sorted + first, end - first, sizeof *sorted, compare_rests, texts);
    }
    return sorted;
}

/* ---- Beginnings ---- */

static bool beginnings_init(struct geo_beginnings *out, size_t n, struct aro_error *err)
{
    out->n = n;
    out->offsets = malloc((n + 1) * sizeof *out->offsets);
    out->best = malloc((2 * n + 1) * sizeof *out->best);
    return (out->offsets && out->best) || aro_error_no_memory(err);
}

static void put_beginning(struct geo_beginnings *out, size_t i, uint32_t offset, uint32_t order)
{
    out->offsets[i] = offset;
    out->best[out->n + i] = order;
}

static void raise_minima(struct geo_beginnings *out)
{
    for (size_t i = out->n; i-- > 1;) {
        uint32_t left = out->best[2 * i], right = out->best[2 * i + 1];
        out->best[i] = left < right ? left : right;
    }
}

/* ---- Names ---- */

/* Folds the input in the order of its items, leaving out what has neither letter nor digit. */
static bool fold_names(struct build *build, const struct geo_name *input, size_t n,
                       struct aro_error *err)
{
    struct geo_names *names = build->names;
    struct aro_buffer *texts = &names->texts;
    for (size_t i = 0; i < n; i++)
        build->items[i] = (struct geo_keyed){input[i].item, (uint32_t)i, 0};
    const struct geo_keyed *sorted = geo_radix_sort(build->items, build->spare, n);
    for (size_t i = 0; i < n; i++) {
        const struct geo_name *name = &input[sorted[i].place];
        size_t offset = texts->len;
        geo_fold(texts, name->text, strlen(name->text));
        if (texts->len == offset)
            continue;
        aro_buffer_char(texts, '\0');
        if (texts->len > UINT32_MAX)
            return aro_error_set(err, ARO_TOO_LARGE, "the names take more than 4 GB");
        bool another = names->n == 0 || build->folded[names->n - 1].item != name->item;
        names->n_owners += another;
        build->folded[names->n++] = (struct folded_name){
            .offset = (uint32_t)offset,
            .item = name->item,
            .owner = (uint32_t)names->n_owners - 1,
            .weight = name->weight > 0 ? name->weight : 0, /* NaN too */
        };
    }
    return aro_buffer_ok(texts, err);
}

static bool same_text(const char *texts, const struct geo_keyed *a, const struct geo_keyed *b)
{
    return a->key == b->key &&
           (!goes_on(a->key) || strcmp(rest_of(texts, a), rest_of(texts, b)) == 0);
}

/* Sorts the names by text, and numbers the distinct texts. */
static const struct geo_keyed *number_texts(struct build *build)
{
    size_t n = build->names->n, text = 0;
    const char *texts = build->names->texts.data;
    for (size_t i = 0; i < n; i++)
        build->items[i] = (struct geo_keyed){0, (uint32_t)i, build->folded[i].offset};
    const struct geo_keyed *sorted = sort_by_text(build, n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !same_text(texts, &sorted[i - 1], &sorted[i]))
            build->next_of_text[text++] = (uint32_t)i;
        build->folded[sorted[i].place].text = (uint32_t)text - 1;
    }
    return sorted;
}

/* The heavier, the lower. */
static uint64_t weight_key(double weight)
{
    uint64_t bits; /* of numbers that are not negative, in their order (IEEE 754) */
    memcpy(&bits, &weight, sizeof bits);
    return ~bits;
}

/* Gives each name its order. Names taken in their order go to the next place of their text. */
static void order_names(struct build *build)
{
    struct geo_names *names = build->names;
    const struct geo_keyed *by_text = number_texts(build);
    struct geo_keyed *items = build->items;
    for (size_t i = 0; i < names->n; i++) {
        uint32_t name = by_text[i].place;
        items[i] = (struct geo_keyed){weight_key(build->folded[name].weight), name, 0};
    }
    const struct geo_keyed *sorted = geo_radix_sort(items, build->spare, names->n);
    for (size_t order = 0; order < names->n; order++) {
        const struct folded_name *name = &build->folded[sorted[order].place];
        names->items[order] = name->item;
        names->owners[order] = name->owner;
        build->offsets[order] = name->offset;
        put_beginning(&names->whole, build->next_of_text[name->text]++, name->offset,
                      (uint32_t)order);
    }
}

/* ---- Later words ---- */

static size_t count_later_words(const struct geo_names *names)
{
    size_t n = 0;
    for (size_t i = 0; i < names->texts.len; i++)
        n += names->texts.data[i] == ' ';
    return n;
}

static void index_later_words(struct build *build)
{
    struct geo_names *names = build->names;
    const char *texts = names->texts.data;
    size_t n = 0;
    for (size_t order = 0; order < names->n; order++) {
        const char *space = texts + build->offsets[order];
        while ((space = strchr(space, ' ')))
            build->items[n++] = (struct geo_keyed){0, (uint32_t)order, (uint32_t)(++space - texts)};
    }
    const struct geo_keyed *sorted = sort_by_text(build, n);
    for (size_t i = 0; i < n; i++)
        put_beginning(&names->later, i, sorted[i].more, sorted[i].place);
}

/* ---- The whole ---- */

static bool allocate(struct build *build, size_t n, struct aro_error *err)
{
    build->names = calloc(1, sizeof *build->names);
    build->folded = malloc((n + 1) * sizeof *build->folded);
    return (build->names && build->folded && make_room(build, n, NULL)) || aro_error_no_memory(err);
}

static bool allocate_tables(struct build *build, size_t n_later, struct aro_error *err)
{
    struct geo_names *names = build->names;
    size_t n = names->n;
    names->items = malloc((n + 1) * sizeof *names->items);
    names->owners = malloc((n + 1) * sizeof *names->owners);
    build->offsets = malloc((n + 1) * sizeof *build->offsets);
    build->next_of_text = malloc((n + 1) * sizeof *build->next_of_text);
    if (!names->items || !names->owners || !build->offsets || !build->next_of_text)
        return aro_error_no_memory(err);
    return make_room(build, n > n_later ? n : n_later, err) &&
           beginnings_init(&names->whole, n, err) && beginnings_init(&names->later, n_later, err);
}

struct geo_names *geo_names_new(const struct geo_name *input, size_t n, struct aro_error *err)
{
    struct build build = {0};
    bool ok = allocate(&build, n, err) && fold_names(&build, input, n, err) &&
              allocate_tables(&build, count_later_words(build.names), err);
    if (ok) {
        order_names(&build);
        index_later_words(&build);
        raise_minima(&build.names->whole);
        raise_minima(&build.names->later);
    } else {
        geo_names_free(build.names);
        build.names = NULL;
    }
    free(build.folded);
    free(build.items);
    free(build.offsets);
    free(build.next_of_text);
    return build.names;
}
