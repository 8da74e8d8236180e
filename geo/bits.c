#include "geo/bits.h"

/* For processors with an instruction that counts bits, as in geo/bounds.c. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define COUNTING_CLONES __attribute__((target_clones("popcnt", "default")))
#else
#define COUNTING_CLONES
#endif

/*
 * Eight bytes at a time: the product moves the lowest bit of byte i to bit 56 + i, and no two of
 * its terms meet there or carry into it.
 */
uint64_t geo_bits_pack(const uint8_t bytes[64])
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t eight = 0;
        for (int byte = 0; byte < 8; byte++)
            eight |= (uint64_t)bytes[8 * i + byte] << 8 * byte;
        word |= (eight * UINT64_C(0x0102040810204080) >> 56) << 8 * i;
    }
    return word;
}

/* The words that lie in the run all of them, between the two at its ends: one loop without masks.
 */
static inline struct geo_run inner_words(struct geo_run run)
{
    return (struct geo_run){run.first / 64 + 1, (run.end - 1) / 64};
}

void geo_bits_set(uint64_t *words, struct geo_run run)
{
    if (run.first >= run.end)
        return;
    struct geo_run inner = inner_words(run);
    words[inner.first - 1] |= geo_bits_mask(run, inner.first - 1);
    for (uint32_t word = inner.first; word < inner.end; word++)
        words[word] = ~UINT64_C(0);
    words[inner.end] |= geo_bits_mask(run, inner.end);
}

void geo_bits_keep(uint64_t *words, struct geo_run run, const uint64_t *others)
{
    if (run.first >= run.end)
        return;
    struct geo_run inner = inner_words(run);
    words[inner.first - 1] &= others[inner.first - 1] | ~geo_bits_mask(run, inner.first - 1);
    for (uint32_t word = inner.first; word < inner.end; word++)
        words[word] &= others[word];
    words[inner.end] &= others[inner.end] | ~geo_bits_mask(run, inner.end);
}

void geo_bits_copy(const uint64_t *words, struct geo_run run, uint64_t *others, uint32_t at)
{
    while (run.first < run.end) {
        uint32_t room = 64 - at % 64, left = run.end - run.first, n = room < left ? room : left;
        others[at / 64] |= geo_bits_window(words, run.first, n) << at % 64;
        run.first += n;
        at += n;
    }
}

COUNTING_CLONES
uint32_t geo_bits_count(const uint64_t *words, struct geo_run run)
{
    if (run.first >= run.end)
        return 0;
    struct geo_run inner = inner_words(run);
    uint64_t first = words[inner.first - 1] & geo_bits_mask(run, inner.first - 1);
    uint32_t count = (uint32_t)__builtin_popcountll(first);
    for (uint32_t word = inner.first; word < inner.end; word++)
        count += (uint32_t)__builtin_popcountll(words[word]);
    if (inner.first <= inner.end)
        count += (uint32_t)__builtin_popcountll(words[inner.end] & geo_bits_mask(run, inner.end));
    return count;
}

COUNTING_CLONES
uint32_t geo_bits_count_both(const uint64_t *a, const uint64_t *b, struct geo_run run)
{
    if (run.first >= run.end)
        return 0;
    struct geo_run inner = inner_words(run);
    uint32_t at = inner.first - 1, last = inner.end;
    uint32_t count = (uint32_t)__builtin_popcountll(a[at] & b[at] & geo_bits_mask(run, at));
    for (uint32_t word = inner.first; word < inner.end; word++)
        count += (uint32_t)__builtin_popcountll(a[word] & b[word]);
    if (inner.first <= last)
        count += (uint32_t)__builtin_popcountll(a[last] & b[last] & geo_bits_mask(run, last));
    return count;
}

bool geo_bits_add_runs(const uint64_t *words, struct geo_run run, struct geo_runs *runs,
                       struct aro_error *err)
{
    if (run.first >= run.end)
        return true;
    for (uint32_t word = run.first / 64; word <= (run.end - 1) / 64; word++) {
        uint64_t left = words[word] & geo_bits_mask(run, word);
        while (left) {
            uint32_t start = (uint32_t)__builtin_ctzll(left);
            uint64_t behind = ~(left >> start);
            uint32_t len = behind ? (uint32_t)__builtin_ctzll(behind) : 64;
            uint32_t first = 64 * word + start;
            if (!geo_runs_add(runs, first, first + len, err))
                return false;
            left = start + len < 64 ? left >> (start + len) << (start + len) : 0;
        }
    }
    return true;
}
