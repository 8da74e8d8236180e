/*
 * Texts made equal where they differ by case or by accents only: CASEI and ACCENTI of CQL2.
 *
 * Unlike geo/fold.h, which is for words that people type, every character stays: spaces, hyphens
 * and punctuation count. Results are in Unicode's composed form (NFC). Bytes that are not UTF-8
 * stay as they are.
 *
 * Sources: OGC 21-065r2, requirements classes "Case-insensitive Comparison" and
 * "Accent-insensitive Comparison"; Unicode 14.0 (utf8proc 2.8), CaseFolding.txt, UAX #15.
 */
#ifndef ARO_GEO_NORMALIZE_H
#define ARO_GEO_NORMALIZE_H

#include "geo/buffer.h"

/**
 * Appends the text with its case folded, as Unicode's full case folding has it: "Straße" and
 * "STRASSE" both give "strasse".
 *
 * @param text  len bytes, no terminator needed
 */
void geo_fold_case(struct aro_buffer *out, const char *text, size_t len);

/**
 * Appends the text without its accents and other marks; letters with a stroke become those without
 * and ligatures are written out: "Cœur d'Haÿ" gives "Coeur d'Hay", "Łódź" gives "Lodz". Case stays.
 */
void geo_strip_accents(struct aro_buffer *out, const char *text, size_t len);

/** Appends the text in composed form (NFC). */
void geo_compose(struct aro_buffer *out, const char *text, size_t len);

#endif
