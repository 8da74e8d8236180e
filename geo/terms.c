#include "geo/terms.h"

#include "geo/fold.h"
#include "geo/stem.h"
#include "geo/words_internal.h"

static struct geo_term term_of(const struct geo_words *words, size_t number)
{
    size_t first = words->list_offsets[number], end = words->list_offsets[number + 1];
    struct geo_term term = {.number = (uint32_t)number, .n = (uint32_t)(end - first)};
    if (first < end) {
        term.positions = words->positions + first;
        term.end = words->positions + end;
        return term;
    }
    size_t common = geo_words_common(words, number);
    term.n = words->common_counts[common];
    term.bitmap = words->bitmaps + common * words->n_words;
    return term;
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
        size_t number = ok ? geo_words_find(words, stem, stem_len) : words->n;
        if (number == words->n)
            continue;
        struct geo_term term = term_of(words, number);
        if (term.n >= least)
            offer(out_terms, &n, max, &term);
    }
    geo_stemmer_free(stemmer);
    aro_buffer_clear(&folded);
    if (ok)
        *out_n = n;
    return ok;
}
