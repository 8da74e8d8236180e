/*
 * The telling terms of a text: of the words that a word index (geo/words.h) knows, those that the
 * fewest texts hold. How alike two texts are is measured by the ones that they share.
 */
#ifndef ARO_GEO_TERMS_H
#define ARO_GEO_TERMS_H

#include "geo/words.h"

/** A term, and a walk along the positions that hold it. Plain value; borrows the index. */
struct geo_term {
    uint32_t number; /* in the order of the index's terms */
    uint32_t n;      /* how many positions hold it */
    const uint64_t *bitmap;
    const uint32_t *positions, *end; /* where there is no bitmap: those that come next */
};

/**
 * The terms of a text that the fewest positions hold, fewest first, at equal number in the order of
 * the index.
 *
 * @param text       len bytes
 * @param least      terms that fewer positions hold are left out
 * @param max        at most so many
 * @param out_terms  max
 * @param err        ARO_NO_MEMORY
 */
bool geo_terms_of(const struct geo_words *words, const char *text, size_t len, uint32_t least,
                  size_t max, struct geo_term *out_terms, size_t *out_n, struct aro_error *err);

/**
 * Which of the positions 64 * word to 64 * word + 63 hold the term, as bits. Words are asked for in
 * ascending order.
 */
static inline uint64_t geo_term_word(struct geo_term *term, uint32_t word)
{
    uint64_t bits = 0;
    if (term->bitmap)
        return term->bitmap[word];
    while (term->positions < term->end && *term->positions / 64 < word)
        term->positions++;
    while (term->positions < term->end && *term->positions / 64 == word)
        bits |= UINT64_C(1) << *term->positions++ % 64;
    return bits;
}

#endif
