/*
 * Initiatives like another one, elsewhere: who did the same.
 *
 * Those of other communes that have a usage in common are compared by
 *
 *   score = 0.5 words + 0.3 usages + 0.2 size, each from 0 to 1
 *
 *   words   of the SIMILAR_TERMS most telling words of the sheet (those of its texts that the
 *           fewest other sheets have, without those of its commune's name), the part that the other
 *           sheet has too, each word weighing log2(all sheets / sheets with the word)
 *   usages  how many usages they share of those that either has (Jaccard)
 *   size    of the communes' populations: 1 where equal, 0 where one is eight times the other or
 *           not known, in between by the logarithm
 *
 * A commune is represented by its best sheet. At equal score the newer sheet is first, then the one
 * of the greater id.
 */
#ifndef ARO_SERVER_SIMILAR_H
#define ARO_SERVER_SIMILAR_H

#include "geo/terms.h"
#include "server/snapshot.h"

enum { SIMILAR_TERMS = 12, SIMILAR_MAX = 10 };

/** Plain value. */
struct similar_hit {
    uint32_t position;
    double score, words, usages, size;
};

/**
 * @param position  of the initiative
 * @param limit     SIMILAR_MAX at most
 * @param out_hits  limit; best first
 * @param err       ARO_NO_MEMORY
 */
bool similar_find(const struct snapshot *snapshot, uint32_t position, size_t limit,
                  struct similar_hit *out_hits, size_t *out_n, struct aro_error *err);

/* ---- For the slow twin in the tests ---- */

/** The telling words of a sheet. @param out_terms  SIMILAR_TERMS */
bool similar_terms(const struct snapshot *snapshot, uint32_t position, struct geo_term *out_terms,
                   size_t *out_n, struct aro_error *err);

/** How alike two populations are. */
double similar_size(int64_t a, int64_t b);

#endif
