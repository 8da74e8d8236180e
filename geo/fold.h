/*
 * One way to fold text for comparison: names, words and queries all go through it.
 *
 * Lower case, no accents, ligatures written out (œ gives oe, ß gives ss), every run of other
 * characters than letters and digits one space, none at the ends; the words "st" and "ste"
 * become "saint" and "sainte". "L'Haÿ-les-Roses" gives "l hay les roses", "ST-ÉTIENNE" gives
 * "saint etienne". Folding a folded text changes nothing.
 *
 * A letter or digit is what Unicode calls so (categories L and N), after compatibility
 * decomposition and case folding: Greek, Cyrillic and the rest keep their letters. Marks, soft
 * hyphens and joiners vanish without parting a word. Symbols and the modifier letters that serve
 * as apostrophes (U+02BC, the okina U+02BB) part words.
 *
 * Sources: Unicode 14.0 (utf8proc 2.8), UAX #15 for NFKD, CaseFolding.txt.
 */
#ifndef ARO_GEO_FOLD_H
#define ARO_GEO_FOLD_H

#include "geo/buffer.h"

/**
 * Appends the folded text, at most 11 bytes for each byte of text. Bytes that are not UTF-8
 * count as separators.
 *
 * @param text  len bytes, no terminator needed
 */
void geo_fold(struct aro_buffer *out, const char *text, size_t len);

#endif
