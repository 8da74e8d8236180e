#include "geo/terms.h"

#include "geo/fold.h"
#include "geo/stem.h"
#include "geo/words_internal.h"

/* @param number  words->n: of no position */
static struct geo_term_list list_of(const struct geo_words *words, size_t number, uint32_t *out_n)
{
    *out_n = 0;
    if (number == words->n)
        return (struct geo_term_list){0};
    size_t first = words->list_offsets[number], end = words->list_offsets[number + 1];
    *out_n = (uint32_t)(end - first);
    if (first < end)
        return (struct geo_term_list){.positions = words->positions + first,
                                      .end = words->positions + end};
    size_t common = geo_words_common(words, number);
    *out_n = words->common_counts[common];
    return (struct geo_term_list){.bitmap = words->bitmaps + common * words->n_words};
}

static bool list_has(struct geo_term_list *list, uint32_t position)
{
    if (list->bitmap)
        return geo_bits_has(list->bitmap, position);
    while (list->positions < list->end && *list->positions < position)
        list->positions++;
    return list->positions < list->end && *list->positions == position;
}

/* Terms that only texts come since hold stand, among the others, where they would be. */
static void splice_term(const struct geo_words *words, const char *text, size_t len, bool is_known,
                        struct geo_term *term)
{
    enum { SPACE = 32 };
    const struct geo_splice *splice = words->splice;
    uint32_t n_come;
    size_t come = geo_words_find(words->come, text, len);
    struct geo_term_list before = term->list;
    term->splice = splice;
    term->part = splice->parts;
    term->come = list_of(words->come, come, &n_come);
    term->number = (uint64_t)geo_words_place(words, text, len) << SPACE |
                   (is_known ? UINT32_MAX : (uint32_t)come);
    for (uint32_t i = 0; i < splice->n_gone; i++)
        term->n -= list_has(&before, splice->gone[i]);
    term->n += n_come;
}

static struct geo_term term_of(const struct geo_words *words, const char *text, size_t len)
{
    size_t number = geo_words_find(words, text, len);
    struct geo_term term = {.number = number};
    term.list = list_of(words, number, &term.n);
    if (words->splice)
        splice_term(words, text, len, number < words->n, &term);
    return term;
}

/* Of n (1 to 64) places from `first` on, as bits. */
static uint64_t list_window(struct geo_term_list *list, uint32_t first, uint32_t n)
{
    uint64_t bits = 0;
    if (list->bitmap)
        return geo_bits_window(list->bitmap, first, n);
    while (list->positions < list->end && *list->positions < first)
        list->positions++;
    while (list->positions < list->end && *list->positions < first + n)
        bits |= UINT64_C(1) << (*list->positions++ - first);
    return bits;
}

uint64_t geo_term_spliced_word(struct geo_term *term, uint32_t word)
{
    const struct geo_splice *splice = term->splice;
    const struct geo_splice_part *behind = splice->parts + splice->n_parts;
    uint32_t at = 64 * word, end = splice->n - at > 64 ? at + 64 : splice->n;
    uint64_t bits = 0;
    while (term->part < behind && term->part[1].first <= at)
        term->part++;
    while (at < end) {
        const struct geo_splice_part *part = term->part;
        uint32_t until = part[1].first < end ? part[1].first : end;
        struct geo_term_list *list = part->has_come ? &term->come : &term->list;
        if (list->bitmap || list->positions)
            bits |= list_window(list, part->from + (at - part->first), until - at) << at % 64;
        at = until;
        if (at == part[1].first)
            term->part++;
    }
    return bits;
}

static bool is_rarer(const struct geo_term *a, const struct geo_term *b)
{
    return a->n != b->n ? a->n < b->n : a->number < b->number;
}

/* Puts the term in its place, where it is not among them; the last one falls out. */
static void offer(struct geo_term *terms, size_t *n, size_t max, const struct geo_term *term)
{
    size_t at = *n;
    for (size_t i = 0; i < *n; i++)
        if (terms[i].number == term->number)
            return;
    while (at > 0 && is_rarer(term, &terms[at - 1]))
        at--;
    if (at == max)
        return;
    if (*n < max)
        (*n)++;
    for (size_t i = *n - 1; i > at; i--)
        terms[i] = terms[i - 1];
    terms[at] = *term;
}

bool geo_terms_of(const struct geo_words *words, const char *text, size_t len, uint32_t least,
                  size_t max, struct geo_term *out_terms, size_t *out_n, struct aro_error *err)
{
    struct aro_buffer folded = {0};
    struct geo_stemmer *stemmer = geo_stemmer_new(err);
    const char *word, *stem;
    size_t at = 0, n = 0, word_len, stem_len;
    bool ok = stemmer != NULL;
    geo_fold(&folded, text, len);
    ok = ok && aro_buffer_ok(&folded, err);
    while (ok && geo_words_next(&folded, &at, &word, &word_len)) {
        stem = geo_stem(stemmer, word, word_len, &stem_len, err);
        ok = stem != NULL;
        if (!ok)
            continue;
        struct geo_term term = term_of(words, stem, stem_len);
        if (term.n > 0 && term.n >= least)
            offer(out_terms, &n, max, &term);
    }
    geo_stemmer_free(stemmer);
    aro_buffer_clear(&folded);
    if (ok)
        *out_n = n;
    return ok;
}
