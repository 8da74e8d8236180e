/*
 * Random numbers for tests: the same from the same seed on every machine. Print the seed.
 */
#ifndef ARO_TESTS_RANDOM_H
#define ARO_TESTS_RANDOM_H

#include <stdint.h>

/**
 * The next 64 bits; state is any number, and moves on.
 *
 * Source: splitmix64, S. Vigna (public domain), after Steele, Lea and Flood, OOPSLA 2014.
 */
static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/** A whole number from 0 to n - 1; n is not 0. */
static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
    return random_bits(state) % n;
}

/** A number from low to high. */
static inline double random_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double)(random_bits(state) >> 11) / 9007199254740992.0);
}

#endif
