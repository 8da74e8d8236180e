/*
 * French words to stems, so that "écoles" finds "école" and "participative" "participation".
 *
 * Words come folded (geo/fold.h), as people type them with and without accents. Snowball's French
 * stemmer knows endings by their accents ("formée"), so a folded ending is first put as it expects
 * it; then some plurals and feminines that it leaves apart are joined: élu, élus; jeu, jeux;
 * sportif, sportive; public, publique. A stem is a key, not a word: only equality means something.
 *
 * Source: M. F. Porter, "French stemming algorithm", snowballstem.org (libstemmer 2.2).
 */
#ifndef ARO_GEO_STEM_H
#define ARO_GEO_STEM_H

#include <stddef.h>

#include "geo/error.h"

/** Only so many bytes of a word count: those behind them are cut off at a whole character. */
enum { GEO_STEM_MAX_BYTES = 64 };

/** Owned by one thread; free with geo_stemmer_free(). */
struct geo_stemmer;

/** @return  owned by the caller; NULL on ARO_NO_MEMORY */
struct geo_stemmer *geo_stemmer_new(struct aro_error *err);
void geo_stemmer_free(struct geo_stemmer *stemmer);

/**
 * @param word     len (1 or more) bytes of one folded word
 * @param out_len  1 to GEO_STEM_MAX_BYTES
 * @return         out_len bytes, not terminated, borrowed until the next call or the stemmer is
 *                 freed; NULL on ARO_NO_MEMORY
 */
const char *geo_stem(struct geo_stemmer *stemmer, const char *word, size_t len, size_t *out_len,
                     struct aro_error *err);

#endif
