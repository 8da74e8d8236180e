#include "geo/words.h"

#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"
#include "geo/stem.h"
#include "geo/words_internal.h"

enum { QUOTE_LEN = 60 };

void geo_words_free(struct geo_words *words)
{
    if (!words)
        return;
    free(words->texts);
    free(words->text_offsets);
    free(words->positions);
    free(words->list_offsets);
    free(words->common);
    free(words->common_counts);
    free(words->bitmaps);
    free(words);
}

void geo_words_blocks(struct geo_words *const *words, struct geo_blocks *out_blocks)
{
    const struct geo_words *listed = *words;
    if (!listed)
        return;
    size_t n = listed->n, n_common = listed->n_common;
    geo_blocks_own(out_blocks, words, sizeof *listed);
    geo_blocks_own(out_blocks, &listed->texts, listed->text_offsets[n]);
    geo_blocks_own(out_blocks, &listed->text_offsets, (n + 1) * sizeof *listed->text_offsets);
    geo_blocks_own(out_blocks, &listed->positions,
                   listed->list_offsets[n] * sizeof *listed->positions);
    geo_blocks_own(out_blocks, &listed->list_offsets, (n + 1) * sizeof *listed->list_offsets);
    geo_blocks_own(out_blocks, &listed->common, n_common * sizeof *listed->common);
    geo_blocks_own(out_blocks, &listed->common_counts, n_common * sizeof *listed->common_counts);
    geo_blocks_own(out_blocks, &listed->bitmaps,
                   n_common * listed->n_words * sizeof *listed->bitmaps);
}

int geo_words_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

bool geo_words_next(const struct aro_buffer *folded, size_t *at, const char **out_word,
                    size_t *out_len)
{
    while (*at < folded->len) {
        const char *word = folded->data + *at;
        const char *space = memchr(word, ' ', folded->len - *at);
        size_t len = space ? (size_t)(space - word) : folded->len - *at;
        *at += len + 1;
        if (len == 1 && word[0] >= 'a' && word[0] <= 'z')
            continue;
        *out_word = word;
        *out_len = len;
        return true;
    }
    return false;
}

/* The positions of one term: a bitmap, or a list in ascending order. */
struct postings {
    const uint64_t *bitmap; /* NULL: the list */
    const uint32_t *positions;
    size_t n;
    size_t at; /* how many of the list the search has left behind */
};

size_t geo_words_common(const struct geo_words *words, size_t term)
{
    size_t low = 0, high = words->n_common - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (words->common[middle] < term)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of a term that is there against any. */
static int compare_to(const struct geo_words *words, size_t place, const char *term, size_t len)
{
    const char *text = words->texts + words->text_offsets[place];
    size_t text_len = words->text_offsets[place + 1] - words->text_offsets[place];
    return geo_words_compare(text, text_len, term, len);
}

size_t geo_words_place(const struct geo_words *words, const char *term, size_t len)
{
    size_t low = 0, high = words->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_to(words, middle, term, len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t geo_words_find(const struct geo_words *words, const char *term, size_t len)
{
    size_t place = geo_words_place(words, term, len);
    bool is_there = place < words->n && compare_to(words, place, term, len) == 0;
    return is_there ? place : words->n;
}

/* An empty list where no text holds the term. */
static struct postings find_term(const struct geo_words *words, const char *text, size_t len)
{
    size_t term = geo_words_find(words, text, len);
    if (term == words->n)
        return (struct postings){0};
    size_t first = words->list_offsets[term], end = words->list_offsets[term + 1];
    if (first < end)
        return (struct postings){.positions = words->positions + first, .n = end - first};
    return (struct postings){.bitmap =
                                 words->bitmaps + geo_words_common(words, term) * words->n_words};
}

/* What the words of a query come to. */
struct word_query {
    struct aro_buffer stems; /* one after another */
    size_t n, ends[GEO_WORDS_MAX_QUERY];
};

static bool read_query(const char *query, size_t len, struct word_query *out, struct aro_error *err)
{
    struct aro_buffer folded = {0};
    struct geo_stemmer *stemmer = geo_stemmer_new(err);
    size_t n = 0, at = 0, word_len, stem_len;
    const char *word, *stem;
    bool ok = stemmer != NULL;
    geo_fold(&folded, query, len);
    ok = ok && aro_buffer_ok(&folded, err);
    while (ok && geo_words_next(&folded, &at, &word, &word_len)) {
        if (n == GEO_WORDS_MAX_QUERY) {
            ok = aro_error_set(err, ARO_TOO_LARGE, "more than %d words to look for",
                               GEO_WORDS_MAX_QUERY);
            break;
        }
        stem = geo_stem(stemmer, word, word_len, &stem_len, err);
        ok = stem != NULL;
        if (!ok)
            break;
        aro_buffer_append(&out->stems, stem, stem_len);
        out->ends[n++] = out->stems.len;
    }
    if (ok && n == 0)
        ok = aro_error_set(err, ARO_BAD_INPUT,
                           "'%.*s%s' has no word to look for: wanted a word of two letters or "
                           "more, or a number",
                           len > QUOTE_LEN ? QUOTE_LEN : (int)len, len > 0 ? query : "",
                           len > QUOTE_LEN ? "…" : "");
    geo_stemmer_free(stemmer);
    aro_buffer_clear(&folded);
    out->n = n;
    return ok && aro_buffer_ok(&out->stems, err);
}

/* Lists before bitmaps, and short ones first. */
static int compare_postings(const void *left, const void *right)
{
    const struct postings *a = left, *b = right;
    if (!a->bitmap != !b->bitmap)
        return a->bitmap ? 1 : -1;
    return (a->n > b->n) - (a->n < b->n);
}

/* Whether the list has the position. Positions are asked for in ascending order: what is below is
 * left behind, in steps that double. */
static bool list_has(struct postings *list, uint32_t position)
{
    size_t step = 1, low = list->at, high = low;
    while (high < list->n && list->positions[high] < position) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    high = high < list->n ? high : list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->positions[middle] < position)
            low = middle + 1;
        else
            high = middle;
    }
    list->at = low;
    return low < list->n && list->positions[low] == position;
}

static bool all_have(struct postings *postings, size_t n, uint32_t position)
{
    for (size_t i = 0; i < n; i++)
        if (postings[i].bitmap ? !geo_bits_has(postings[i].bitmap, position)
                               : !list_has(&postings[i], position))
            return false;
    return true;
}

/* The positions that hold all of the query's, 1 or more. */
static void match(const struct geo_words *words, const struct word_query *query, uint64_t *out_bits)
{
    struct postings postings[GEO_WORDS_MAX_QUERY];
    size_t n = query->n;
    for (size_t i = 0; i < n; i++) {
        size_t from = i > 0 ? query->ends[i - 1] : 0;
        postings[i] = find_term(words, query->stems.data + from, query->ends[i] - from);
    }
    qsort(postings, n, sizeof *postings, compare_postings);
    const struct postings *first = &postings[0];
    for (size_t word = 0; word < words->n_words; word++)
        out_bits[word] = first->bitmap ? first->bitmap[word] : 0;
    for (size_t i = 1; i < n && first->bitmap; i++)
        for (size_t word = 0; word < words->n_words; word++)
            out_bits[word] &= postings[i].bitmap[word];
    for (size_t i = 0; i < first->n; i++) {
        uint32_t position = first->positions[i];
        if (all_have(postings + 1, n - 1, position))
            geo_bits_add(out_bits, position);
    }
}

/* Of the texts that are there now. */
static bool match_spliced(const struct geo_words *words, const struct word_query *query,
                          uint64_t *out_bits, struct aro_error *err)
{
    const struct geo_splice *splice = words->splice;
    uint64_t *before = calloc(words->n_words, sizeof *before);
    uint64_t *come = calloc(words->come->n_words, sizeof *come);
    bool ok = before && come;
    if (ok) {
        match(words, query, before);
        match(words->come, query, come);
        geo_splice_bits(splice, before, out_bits);
        for (uint32_t i = 0; i < splice->n_come; i++)
            if (geo_bits_has(come, i))
                geo_bits_add(out_bits, splice->come[i]);
    }
    free(before);
    free(come);
    return ok || aro_error_no_memory(err);
}

bool geo_words_search(const struct geo_words *words, const char *query, size_t len,
                      uint64_t *out_bits, struct aro_error *err)
{
    struct word_query read = {.n = 0};
    bool ok = read_query(query, len, &read, err);
    if (ok && words->splice)
        ok = match_spliced(words, &read, out_bits, err);
    else if (ok)
        match(words, &read, out_bits);
    aro_buffer_clear(&read.stems);
    return ok;
}

void geo_words_splice(struct geo_words *words, const struct geo_splice *splice,
                      const struct geo_words *come)
{
    words->splice = splice;
    words->come = come;
}
