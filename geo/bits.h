/*
 * Sets of positions as bits, 64 to a word: what filters are joined in.
 *
 * Position i is bit i % 64 of word i / 64. Bits behind the last position are 0.
 */
#ifndef ARO_GEO_BITS_H
#define ARO_GEO_BITS_H

#include "geo/runs.h"

/** Words that n positions take; never 0. */
static inline size_t geo_bits_words(size_t n)
{
    return n / 64 + 1;
}

/**
 * How many bits of a word are set. Without an instruction for it, which not every x86-64 has, GCC
 * calls a function that looks bytes up; this is a third of that. Many words: geo_bits_count().
 *
 * Source: "Bit Twiddling Hacks", S. E. Anderson, counting bits set in parallel.
 */
static inline uint32_t geo_bits_of_word(uint64_t word)
{
#ifdef __POPCNT__
    return (uint32_t)__builtin_popcountll(word);
#else
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (uint32_t)(word * UINT64_C(0x0101010101010101) >> 56);
#endif
}

/** The bits of a word that lie in the run. @param word  one that the run has a position in */
static inline uint64_t geo_bits_mask(struct geo_run run, uint32_t word)
{
    uint64_t mask = ~UINT64_C(0);
    if (run.first / 64 == word)
        mask &= ~UINT64_C(0) << run.first % 64;
    if ((run.end - 1) / 64 == word)
        mask &= ~UINT64_C(0) >> (63 - (run.end - 1) % 64);
    return mask;
}

/** The word made of 64 bytes that are 0 or 1: byte i is bit i. */
uint64_t geo_bits_pack(const uint8_t bytes[64]);

void geo_bits_set(uint64_t *words, struct geo_run run);

static inline bool geo_bits_has(const uint64_t *words, uint32_t position)
{
    return words[position / 64] >> position % 64 & 1;
}

static inline void geo_bits_add(uint64_t *words, uint32_t position)
{
    words[position / 64] |= UINT64_C(1) << position % 64;
}

static inline void geo_bits_put(uint64_t *words, uint32_t position, bool is_in)
{
    uint64_t bit = UINT64_C(1) << position % 64;
    words[position / 64] = (words[position / 64] & ~bit) | (is_in ? bit : 0);
}

/** The bits of n (1 to 64) positions from `first` on, the first of them lowest. */
static inline uint64_t geo_bits_window(const uint64_t *words, uint32_t first, uint32_t n)
{
    uint32_t word = first / 64, shift = first % 64;
    uint64_t bits = words[word] >> shift;
    if (shift + n > 64)
        bits |= words[word + 1] << (64 - shift);
    return n < 64 ? bits & ((UINT64_C(1) << n) - 1) : bits;
}

/** Adds to the other set, from position `at` on, those of the run. */
void geo_bits_copy(const uint64_t *words, struct geo_run run, uint64_t *others, uint32_t at);

/** Takes out of a set the positions of the run that are not in the other set. */
void geo_bits_keep(uint64_t *words, struct geo_run run, const uint64_t *others);

/** How many positions of the run are in the set. */
uint32_t geo_bits_count(const uint64_t *words, struct geo_run run);

/** How many positions of the run are in both sets. */
uint32_t geo_bits_count_both(const uint64_t *a, const uint64_t *b, struct geo_run run);

/** Appends the positions of the run that are in the set. @param err  ARO_NO_MEMORY */
bool geo_bits_add_runs(const uint64_t *words, struct geo_run run, struct geo_runs *runs,
                       struct aro_error *err);

#endif
