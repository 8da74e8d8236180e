/*
 * The telling terms of a text: of the words that a word index (geo/words.h) knows, those that the
 * fewest texts hold. How alike two texts are is measured by the ones that they share.
 */
#ifndef ARO_GEO_TERMS_H
#define ARO_GEO_TERMS_H

#include "geo/words.h"

/** Positions that hold a term: a bitmap, or, where there is none, a list. Plain value. */
struct geo_term_list {
    const uint64_t *bitmap;
    const uint32_t *positions, *end; /* those that come next */
};

/** A term, and a walk along the positions that hold it. Plain value; borrows the index. */
struct geo_term {
    uint64_t number; /* names it, in the order of the index's terms */
    uint32_t n;      /* how many positions hold it */
    struct geo_term_list list;
    /* Where texts have gone and others have come (geo_words_splice()): the part that is next, and
     * which of what has come hold it. NULL where not. */
    const struct geo_splice *splice;
    const struct geo_splice_part *part;
    struct geo_term_list come;
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

/** geo_term_word() of the list alone. */
static inline uint64_t geo_term_list_word(struct geo_term_list *list, uint32_t word)
{
    uint64_t bits = 0;
    if (list->bitmap)
        return list->bitmap[word];
    while (list->positions < list->end && *list->positions / 64 < word)
        list->positions++;
    while (list->positions < list->end && *list->positions / 64 == word)
        bits |= UINT64_C(1) << *list->positions++ % 64;
    return bits;
}

/** geo_term_word() where texts have gone and others have come. */
uint64_t geo_term_spliced_word(struct geo_term *term, uint32_t word);

/**
 * Which of the positions 64 * word to 64 * word + 63 hold the term, as bits. Words are asked for in
 * ascending order, each once.
 */
static inline uint64_t geo_term_word(struct geo_term *term, uint32_t word)
{
    return term->splice ? geo_term_spliced_word(term, word) : geo_term_list_word(&term->list, word);
}

#endif
