/*
 * A word index: folded (geo/fold.h), stemmed (geo/stem.h) terms to the positions of the texts
 * that hold them. Of each term it keeps a list of positions or, where that is shorter, a bit for
 * each position.
 *
 * One-letter words (what an apostrophe leaves: l, d, n) are not terms; one digit is. Of a word
 * only its first GEO_STEM_MAX_BYTES count.
 */
#ifndef ARO_GEO_WORDS_H
#define ARO_GEO_WORDS_H

#include "geo/bits.h"
#include "geo/blocks.h"
#include "geo/splice.h"

/** A query may have so many words. */
enum { GEO_WORDS_MAX_QUERY = 32 };

/** Collects texts; remembers the terms of each word it meets. Owned by one thread. */
struct geo_words_builder;
/** Immutable after build: any number of threads may search. */
struct geo_words;

struct geo_words_builder *geo_words_builder_new(struct aro_error *err);
void geo_words_builder_free(struct geo_words_builder *builder);

/**
 * Adds words of the text of this number. Numbers (0 to UINT32_MAX - 1) come in ascending order; one
 * may come several times (title, then body), and is a position unless geo_words_build() says which.
 *
 * @param err  ARO_NO_MEMORY, ARO_TOO_LARGE (2^32 distinct words): the builder can then only be
 * freed
 */
bool geo_words_add(struct geo_words_builder *builder, uint32_t number, const char *text, size_t len,
                   struct aro_error *err);

/**
 * Takes the builder (on failure too).
 *
 * @param order        the number at each position, n_positions; NULL: the positions are the numbers
 * @param n_positions  above every number that was added
 * @return             owned by the caller, who calls geo_words_free(); NULL on ARO_NO_MEMORY
 */
struct geo_words *geo_words_build(struct geo_words_builder *builder, const uint32_t *order,
                                  uint32_t n_positions, struct aro_error *err);
void geo_words_free(struct geo_words *words);

/**
 * The positions whose texts hold every word of the query.
 *
 * @param query     len bytes
 * @param out_bits  geo_bits_words(n_positions) words, all of them written; on failure none
 * @param err       ARO_BAD_INPUT: no word to look for; ARO_TOO_LARGE: more than
 *                  GEO_WORDS_MAX_QUERY words; ARO_NO_MEMORY
 */
bool geo_words_search(const struct geo_words *words, const char *query, size_t len,
                      uint64_t *out_bits, struct aro_error *err);

/**
 * From now on some of the texts are gone, and others have come. An index that nobody searches yet,
 * and that has not been spliced.
 *
 * @param splice  of the texts that it was built of; borrowed, as `come` is, as long as the index.
 *                Positions are those now
 * @param come    of splice->n_come texts, in their order
 */
void geo_words_splice(struct geo_words *words, const struct geo_splice *splice,
                      const struct geo_words *come);

/** Lists what they consist of (geo/blocks.h), without what has come. */
void geo_words_blocks(struct geo_words *const *words, struct geo_blocks *out_blocks);

#endif
