/*
 * The codes of DEFLATE (RFC 1951): made for given counts, and said at the head of a block.
 */
#ifndef ARO_SERVER_HUFFMAN_H
#define ARO_SERVER_HUFFMAN_H

#include "server/bit_writer.h"

enum {
    HUFFMAN_END = 256, /* of the block, among the literals and lengths */
    HUFFMAN_LITERALS = 286,
    HUFFMAN_DISTANCES = 30,
    HUFFMAN_MAX_BITS = 15,
};

/** What each symbol is written as; n_bits is 0 for one that never is. Plain value. */
struct huffman_code {
    uint16_t bits[HUFFMAN_LITERALS]; /* the first one lowest */
    uint8_t n_bits[HUFFMAN_LITERALS];
};

/**
 * The canonical code of least length for these counts, but for what the limit costs.
 *
 * @param counts    of n symbols, 2 to HUFFMAN_LITERALS; those of 0 get no code
 * @param max_bits  7 to HUFFMAN_MAX_BITS, and enough for the symbols
 *
 * Source: D. A. Huffman, "A Method for the Construction of Minimum-Redundancy Codes", 1952; RFC
 * 1951, section 3.2.2.
 */
void huffman_make(const uint64_t *counts, unsigned n, unsigned max_bits,
                  struct huffman_code *out_code);

/** Puts one symbol, of HUFFMAN_MAX_BITS at most. */
static inline void huffman_put(struct bit_writer *writer, const struct huffman_code *code,
                               unsigned symbol)
{
    bit_writer_put(writer, code->bits[symbol], code->n_bits[symbol]);
}

enum { HUFFMAN_HEAD_BITS = 3 + 14 + 19 * 3 + (HUFFMAN_LITERALS + HUFFMAN_DISTANCES) * 7 };

/**
 * Writes the head of a block with these two codes, HUFFMAN_HEAD_BITS at most: the last block, since
 * there is only one. Every symbol of both has a code.
 *
 * Source: RFC 1951, section 3.2.7.
 */
void huffman_write_head(struct bit_writer *writer, const struct huffman_code *literals,
                        const struct huffman_code *distances);

/** The symbol of a match's length or distance, and the bits that follow it. */
struct huffman_range {
    unsigned symbol, n_extra;
    uint32_t extra;
};

/** @param len  3 to 258. Source: RFC 1951, section 3.2.5 */
static inline struct huffman_range huffman_length(unsigned len)
{
    uint32_t over = len - 3;
    if (over < 8)
        return (struct huffman_range){257 + over, 0, 0};
    if (len == 258)
        return (struct huffman_range){285, 0, 0};
    unsigned n = 31 - (unsigned)__builtin_clz(over), n_extra = n - 2;
    return (struct huffman_range){257 + 4 * (n - 1) + (over >> n_extra & 3), n_extra,
                                  over & ((1U << n_extra) - 1)};
}

/** @param distance  1 to 32768. Source: RFC 1951, section 3.2.5 */
static inline struct huffman_range huffman_distance(uint32_t distance)
{
    uint32_t over = distance - 1;
    if (over < 4)
        return (struct huffman_range){over, 0, 0};
    unsigned n = 31 - (unsigned)__builtin_clz(over), n_extra = n - 1;
    return (struct huffman_range){2 * n + (over >> n_extra & 1), n_extra,
                                  over & ((1U << n_extra) - 1)};
}

#endif
