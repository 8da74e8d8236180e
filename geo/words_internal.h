/*
 * What the two halves of the word index share: words_build.c makes it, words.c searches it.
 */
#ifndef ARO_GEO_WORDS_INTERNAL_H
#define ARO_GEO_WORDS_INTERNAL_H

#include "geo/buffer.h"
#include "geo/words.h"

/**
 * Terms in the order of their bytes (geo_words_compare()). A term has a list of positions, or, of
 * n_common terms, a bitmap and an empty list.
 */
struct geo_words {
    size_t n;
    char *texts;          /* the terms, one after another */
    size_t *text_offsets; /* n + 1 */
    uint32_t *positions;  /* of each term ascending, one list after another */
    size_t *list_offsets; /* n + 1 */
    size_t n_common;
    uint32_t *common;        /* the terms that have a bitmap, ascending */
    uint32_t *common_counts; /* of each of them: how many positions hold it */
    size_t n_words;          /* of a bitmap: geo_bits_words(n_positions) */
    uint64_t *bitmaps;       /* one after another */
    /* Where some of these texts are gone since, and others, which `come` is of, are there.
     * Borrowed; NULL where not. */
    const struct geo_splice *splice;
    const struct geo_words *come;
};

/** Orders terms by their bytes, a beginning before what it begins. */
int geo_words_compare(const char *a, size_t a_len, const char *b, size_t b_len);

/** The term, or words->n where no text holds it. */
size_t geo_words_find(const struct geo_words *words, const char *term, size_t len);

/** Where the term is in the order of terms, or would be. */
size_t geo_words_place(const struct geo_words *words, const char *term, size_t len);

/** Which of the bitmaps is the term's. @param term  one with an empty list */
size_t geo_words_common(const struct geo_words *words, size_t term);

/** The next word of a folded text that makes a term, from *at on; false at the end. */
bool geo_words_next(const struct aro_buffer *folded, size_t *at, const char **out_word,
                    size_t *out_len);

#endif
