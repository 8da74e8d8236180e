#include "server/huffman.h"
#include "tests/unit/check.h"

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Kraft's sum in units of 2^-15: a code that wastes nothing comes to 1. */
static uint64_t kraft(const struct huffman_code *code, unsigned n)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++)
        if (code->n_bits[i] > 0)
            sum += UINT64_C(1) << (HUFFMAN_MAX_BITS - code->n_bits[i]);
    return sum;
}

/* No code is the beginning of another; a code's first bit is its lowest. */
static void assert_no_prefixes(const struct huffman_code *code, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++) {
            unsigned len = code->n_bits[i];
            if (i == j || len == 0 || code->n_bits[j] < len)
                continue;
            assert_int_not_equal(code->bits[i], code->bits[j] & ((1U << len) - 1));
        }
}

static void codes_are_whole_and_within_the_limit(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 40; seed++) {
        uint64_t counts[HUFFMAN_LITERALS] = {0};
        unsigned n = 20 + seed * 6, max_bits = seed % 2 ? HUFFMAN_MAX_BITS : 9;
        uint32_t random = seed;
        for (unsigned i = 0; i < n; i++)
            counts[i] = (uint64_t)1 << next(&random) % 40; /* a tree of up to forty levels */
        struct huffman_code code;
        huffman_make(counts, n, max_bits, &code);
        assert_int_equal(kraft(&code, n), UINT64_C(1) << HUFFMAN_MAX_BITS);
        assert_no_prefixes(&code, n);
        for (unsigned i = 0; i < n; i++)
            assert_in_range(code.n_bits[i], 1, max_bits);
    }
}

/* Worked by hand: 5 of one and 1, 1, 2 of the others make lengths 1, 3, 3, 2. */
static void lengths_are_the_least(void **state)
{
    (void)state;
    const uint64_t counts[] = {50, 10, 10, 20, 0};
    static const uint8_t n_bits[] = {1, 3, 3, 2, 0};
    static const uint16_t bits[] = {0, 3, 7, 1}; /* 0, 110, 111, 10 with the first bit lowest */
    struct huffman_code code;
    huffman_make(counts, 5, 7, &code);
    assert_memory_equal(code.n_bits, n_bits, sizeof n_bits);
    assert_memory_equal(code.bits, bits, sizeof bits);
}

/* RFC 1951, section 3.2.5: the first and the last of each range. */
static void ranges_are_those_of_the_format(void **state)
{
    (void)state;
    static const unsigned lengths[][4] = {{3, 257, 0, 0},   {10, 264, 0, 0},   {11, 265, 1, 0},
                                          {12, 265, 1, 1},  {18, 268, 1, 1},   {19, 269, 2, 0},
                                          {66, 276, 3, 7},  {67, 277, 4, 0},   {130, 280, 4, 15},
                                          {131, 281, 5, 0}, {257, 284, 5, 30}, {258, 285, 0, 0}};
    static const unsigned distances[][4] = {
        {1, 0, 0, 0},         {4, 3, 0, 0},       {5, 4, 1, 0},          {6, 4, 1, 1},
        {192, 14, 6, 63},     {193, 15, 6, 0},    {257, 16, 7, 0},       {1024, 19, 8, 255},
        {1025, 20, 9, 0},     {16385, 28, 13, 0}, {24576, 28, 13, 8191}, {24577, 29, 13, 0},
        {32768, 29, 13, 8191}};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct huffman_range range = huffman_length(lengths[i][0]);
        assert_int_equal(range.symbol, lengths[i][1]);
        assert_int_equal(range.n_extra, lengths[i][2]);
        assert_int_equal(range.extra, lengths[i][3]);
    }
    for (size_t i = 0; i < sizeof distances / sizeof *distances; i++) {
        struct huffman_range range = huffman_distance(distances[i][0]);
        assert_int_equal(range.symbol, distances[i][1]);
        assert_int_equal(range.n_extra, distances[i][2]);
        assert_int_equal(range.extra, distances[i][3]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_whole_and_within_the_limit),
        cmocka_unit_test(lengths_are_the_least),
        cmocka_unit_test(ranges_are_those_of_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
