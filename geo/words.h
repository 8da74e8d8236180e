/*
 * A word index: folded (geo/fold.h), stemmed (Snowball's French) terms to the positions of the
 * texts that hold them. One-letter words (what an apostrophe leaves: l, d, n) are not terms.
 */
#ifndef ARO_GEO_WORDS_H
#define ARO_GEO_WORDS_H

#include "geo/index.h"

/** Collects texts. Owned by one thread. */
struct geo_words_builder;
/** Immutable after build: any number of threads may search. */
struct geo_words;

struct geo_words_builder *geo_words_builder_new(struct aro_error *err);
void geo_words_builder_free(struct geo_words_builder *builder);

/**
 * Adds words of the text at a position. Positions come in ascending order; one position may come
 * several times (title, then body).
 */
bool geo_words_add(struct geo_words_builder *builder, uint32_t position, const char *text,
                   size_t len, struct aro_error *err);

/** Takes the builder (on failure too). */
struct geo_words *geo_words_build(struct geo_words_builder *builder, struct aro_error *err);
void geo_words_free(struct geo_words *words);

/**
 * The positions whose texts hold every word of the query, as runs in ascending order.
 *
 * @param query  len bytes; ARO_BAD_INPUT when it holds no word to look for
 */
bool geo_words_search(const struct geo_words *words, const char *query, size_t len,
                      struct geo_runs *out_runs, struct aro_error *err);

/** Bytes held, for the memory figures. */
size_t geo_words_bytes(const struct geo_words *words);

#endif
