#include "geo/radix.h"

#include <string.h>

enum { DIGITS = 8, DIGIT_VALUES = 256 };

/* How often each digit value occurs, for all digits in one pass over the keys. */
static void count_digits(const struct geo_keyed *items, size_t n,
                         uint32_t counts[DIGITS][DIGIT_VALUES])
{
    memset(counts, 0, sizeof(uint32_t[DIGITS][DIGIT_VALUES]));
    for (size_t i = 0; i < n; i++)
        for (int digit = 0; digit < DIGITS; digit++)
            counts[digit][items[i].key >> (8 * digit) & 0xFF]++;
}

/* Moves the items, in order of one digit and otherwise in the order they have. */
static void scatter(const struct geo_keyed *from, size_t n, int digit,
                    const uint32_t counts[DIGIT_VALUES], struct geo_keyed *to)
{
    uint32_t next[DIGIT_VALUES];
    uint32_t sum = 0;
    for (int value = 0; value < DIGIT_VALUES; value++) {
        next[value] = sum;
        sum += counts[value];
    }
    for (size_t i = 0; i < n; i++)
        to[next[from[i].key >> (8 * digit) & 0xFF]++] = from[i];
}

/* Least digit first. */
struct geo_keyed *geo_radix_sort(struct geo_keyed *items, struct geo_keyed *spare, size_t n)
{
    uint32_t counts[DIGITS][DIGIT_VALUES];
    if (n == 0)
        return items;
    count_digits(items, n, counts);
    for (int digit = 0; digit < DIGITS; digit++) {
        if (counts[digit][items[0].key >> (8 * digit) & 0xFF] == n)
            continue;
        scatter(items, n, digit, counts[digit], spare);
        struct geo_keyed *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}
