#include "geo/words.h"

#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"
#include "geo/stem.h"
#include "geo/words_internal.h"

enum {
    QUOTE_LEN = 60,
    MERGE_RATIO = 16, /* lists this much longer are searched, not walked */
};

void geo_words_free(struct geo_words *words)
{
    if (!words)
        return;
    free(words->texts);
    free(words->text_offsets);
    free(words->positions);
    free(words->list_offsets);
    free(words);
}

size_t geo_words_bytes(const struct geo_words *words)
{
    return sizeof *words + words->text_offsets[words->n] +
           2 * (words->n + 1) * sizeof *words->text_offsets +
           words->list_offsets[words->n] * sizeof *words->positions;
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

/* The positions of one term, ascending; a smaller list after each intersection. */
struct list {
    const uint32_t *positions;
    size_t n;
};

static struct list find_term(const struct geo_words *words, const char *term, size_t len)
{
    size_t low = 0, high = words->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *text = words->texts + words->text_offsets[middle];
        size_t text_len = words->text_offsets[middle + 1] - words->text_offsets[middle];
        int order = geo_words_compare(text, text_len, term, len);
        if (order == 0)
            return (struct list){words->positions + words->list_offsets[middle],
                                 words->list_offsets[middle + 1] - words->list_offsets[middle]};
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (struct list){0};
}

/* The lists of a query's words; how many, or 0 on failure. */
static size_t query_lists(const struct geo_words *words, const char *query, size_t len,
                          struct list lists[GEO_WORDS_MAX_QUERY], struct aro_error *err)
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
        if (ok)
            lists[n++] = find_term(words, stem, stem_len);
    }
    if (ok && n == 0)
        ok = aro_error_set(err, ARO_BAD_INPUT,
                           "'%.*s%s' has no word to look for: wanted a word of two letters or "
                           "more, or a number",
                           len > QUOTE_LEN ? QUOTE_LEN : (int)len, len > 0 ? query : "",
                           len > QUOTE_LEN ? "…" : "");
    geo_stemmer_free(stemmer);
    aro_buffer_clear(&folded);
    return ok ? n : 0;
}

static int compare_lists(const void *left, const void *right)
{
    size_t a = ((const struct list *)left)->n, b = ((const struct list *)right)->n;
    return (a > b) - (a < b);
}

/* How many of the list's items are less than the position, knowing that `from` are. */
static size_t skip_to(struct list list, size_t from, uint32_t position)
{
    size_t step = 1, low = from, high = from;
    while (high < list.n && list.positions[high] < position) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    high = high < list.n ? high : list.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list.positions[middle] < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keeps of the n positions those that the list has; how many. The list is no shorter. */
static size_t intersect(uint32_t *positions, size_t n, struct list list)
{
    size_t kept = 0, at = 0;
    bool far = list.n / MERGE_RATIO > n;
    for (size_t i = 0; i < n; i++) {
        if (far)
            at = skip_to(list, at, positions[i]);
        else
            while (at < list.n && list.positions[at] < positions[i])
                at++;
        if (at == list.n)
            break;
        if (list.positions[at] == positions[i])
            positions[kept++] = positions[i];
    }
    return kept;
}

static bool add_runs(const uint32_t *positions, size_t n, struct geo_runs *out_runs,
                     struct aro_error *err)
{
    size_t first = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i < n && positions[i] == positions[i - 1] + 1)
            continue;
        if (!geo_runs_add(out_runs, positions[first], positions[i - 1] + 1, err))
            return false;
        first = i;
    }
    return true;
}

bool geo_words_search(const struct geo_words *words, const char *query, size_t len,
                      struct geo_runs *out_runs, struct aro_error *err)
{
    struct list lists[GEO_WORDS_MAX_QUERY];
    out_runs->n = 0;
    size_t n_lists = query_lists(words, query, len, lists, err);
    if (n_lists == 0)
        return false;
    qsort(lists, n_lists, sizeof *lists, compare_lists);
    size_t n = lists[0].n;
    uint32_t *kept = malloc((n + 1) * sizeof *kept);
    if (!kept)
        return aro_error_no_memory(err);
    if (n > 0)
        memcpy(kept, lists[0].positions, n * sizeof *kept);
    for (size_t i = 1; i < n_lists && n > 0; i++)
        n = intersect(kept, n, lists[i]);
    bool ok = add_runs(kept, n, out_runs, err);
    if (!ok)
        out_runs->n = 0;
    free(kept);
    return ok;
}
