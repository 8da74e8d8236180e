#include "server/huffman.h"

#include <assert.h>

/* ---- Lengths ---- */

/* A tree that grows from its leaves: a node joins two, and stands behind both. */
struct tree {
    unsigned n;
    uint64_t weights[2 * HUFFMAN_LITERALS];
    unsigned parents[2 * HUFFMAN_LITERALS]; /* 0: not joined yet */
};

/* The lightest node that is not joined yet, and that is not `but`; tree->n where there is none. */
static unsigned lightest(const struct tree *tree, unsigned but)
{
    unsigned least = tree->n;
    for (unsigned i = 0; i < tree->n; i++)
        if (i != but && tree->weights[i] > 0 && tree->parents[i] == 0 &&
            (least == tree->n || tree->weights[i] < tree->weights[least]))
            least = i;
    return least;
}

static void join_all(struct tree *tree)
{
    for (;;) {
        unsigned a = lightest(tree, tree->n), b = lightest(tree, a);
        if (b == tree->n)
            return;
        tree->weights[tree->n] = tree->weights[a] + tree->weights[b];
        tree->parents[tree->n] = 0;
        tree->parents[a] = tree->parents[b] = tree->n++;
    }
}

/* Writes the depth of each leaf; the deepest. */
static unsigned measure_depths(const struct tree *tree, unsigned n, uint8_t *out_depths)
{
    unsigned deepest = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned depth = 0;
        for (unsigned at = i; tree->parents[at] > 0; at = tree->parents[at])
            depth++;
        out_depths[i] = (uint8_t)depth;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* Where the tree is too deep the counts are drawn together, until it is not. */
static void make_lengths(const uint64_t *counts, unsigned n, unsigned max_bits, uint8_t *out_n_bits)
{
    struct tree tree;
    unsigned deepest;
    unsigned halvings = 0;
    do {
        tree = (struct tree){.n = n};
        for (unsigned i = 0; i < n; i++)
            tree.weights[i] = counts[i] > 0 ? (counts[i] >> halvings) + 1 : 0;
        join_all(&tree);
        deepest = measure_depths(&tree, n, out_n_bits);
        halvings++;
    } while (deepest > max_bits);
}

/* ---- Codes ---- */

static uint16_t reversed(uint32_t code, unsigned n_bits)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < n_bits; i++)
        out |= (code >> i & 1) << (n_bits - 1 - i);
    return (uint16_t)out;
}

void huffman_make(const uint64_t *counts, unsigned n, unsigned max_bits,
                  struct huffman_code *out_code)
{
    assert(n >= 2 && n <= HUFFMAN_LITERALS && max_bits <= HUFFMAN_MAX_BITS);
    *out_code = (struct huffman_code){0};
    make_lengths(counts, n, max_bits, out_code->n_bits);
    uint32_t code = 0;
    for (unsigned n_bits = 1; n_bits <= max_bits; n_bits++, code <<= 1)
        for (unsigned i = 0; i < n; i++)
            if (out_code->n_bits[i] == n_bits)
                out_code->bits[i] = reversed(code++, n_bits);
}

/* ---- The head of a block ---- */

/* The lengths of both codes one after another, without the symbols for repeated ones. */
static unsigned list_lengths(const struct huffman_code *literals,
                             const struct huffman_code *distances, uint8_t *out_lengths)
{
    memcpy(out_lengths, literals->n_bits, HUFFMAN_LITERALS);
    memcpy(out_lengths + HUFFMAN_LITERALS, distances->n_bits, HUFFMAN_DISTANCES);
    return HUFFMAN_LITERALS + HUFFMAN_DISTANCES;
}

void huffman_write_head(struct bit_writer *writer, const struct huffman_code *literals,
                        const struct huffman_code *distances)
{
    enum { LAST_BLOCK = 1, DYNAMIC = 2, N_LENGTHS = 19, LENGTH_MAX_BITS = 7 };
    static const uint8_t order[N_LENGTHS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                             11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[HUFFMAN_LITERALS + HUFFMAN_DISTANCES];
    uint64_t counts[N_LENGTHS] = {0};
    struct huffman_code code;
    unsigned n = list_lengths(literals, distances, lengths);
    for (unsigned i = 0; i < n; i++)
        counts[lengths[i]]++;
    huffman_make(counts, N_LENGTHS, LENGTH_MAX_BITS, &code);
    bit_writer_put(writer, LAST_BLOCK | DYNAMIC << 1, 3);
    bit_writer_put(writer, HUFFMAN_LITERALS - 257, 5);
    bit_writer_put(writer, HUFFMAN_DISTANCES - 1, 5);
    bit_writer_put(writer, N_LENGTHS - 4, 4);
    for (unsigned i = 0; i < N_LENGTHS; i++)
        bit_writer_put(writer, code.n_bits[order[i]], 3);
    for (unsigned i = 0; i < n; i++)
        huffman_put(writer, &code, lengths[i]);
}
