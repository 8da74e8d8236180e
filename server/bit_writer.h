/*
 * Bits into a buffer, each byte filled from its lowest one on, as DEFLATE packs them (RFC 1951,
 * section 3.1.1). Who writes has reserved the room: nothing here fails.
 */
#ifndef ARO_SERVER_BIT_WRITER_H
#define ARO_SERVER_BIT_WRITER_H

#include <endian.h>
#include <stdint.h>

#include "geo/buffer.h"

enum {
    BIT_WRITER_MOST = 56,  /* bits at once */
    BIT_WRITER_SPARE = 16, /* bytes written, and read, beyond what is filled */
};

/** Start from {out}. Less than a byte is held back until bit_writer_end(). */
struct bit_writer {
    struct aro_buffer *out; /* borrowed */
    uint64_t held;
    unsigned n_held;
};

/** Room for so many bits, and for the end. */
static inline bool bit_writer_reserve(struct bit_writer *writer, uint64_t n_bits)
{
    return aro_buffer_reserve(writer->out, n_bits / 8 + 2 + BIT_WRITER_SPARE);
}

static inline uint64_t bit_writer_bits(const struct bit_writer *writer)
{
    return (uint64_t)writer->out->len * 8 + writer->n_held;
}

/** @param n  at most BIT_WRITER_MOST; no bit beyond them is set */
static inline void bit_writer_put(struct bit_writer *writer, uint64_t bits, unsigned n)
{
    struct aro_buffer *out = writer->out;
    uint64_t held = writer->held | bits << writer->n_held;
    unsigned n_held = writer->n_held + n;
    uint64_t bytes = htole64(held);
    memcpy(out->data + out->len, &bytes, sizeof bytes);
    out->len += n_held / 8;
    writer->held = held >> (n_held & ~7U);
    writer->n_held = n_held % 8;
}

static inline uint64_t bit_writer_word(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/** Eight bytes from bit `at` on. */
static inline uint64_t bit_writer_word_at(const char *bytes, uint64_t at)
{
    unsigned shift = (unsigned)(at % 8);
    uint64_t low = bit_writer_word(bytes + at / 8), high = bit_writer_word(bytes + at / 8 + 8);
    return low >> shift | high << 1 << (63 - shift);
}

/** Whole words, to where a byte begins. */
static inline void bit_writer_copy_words(char *out, const char *bytes, uint64_t from,
                                         uint64_t n_words)
{
    const char *in = bytes + from / 8;
    unsigned shift = (unsigned)(from % 8), rest = 63 - shift;
    uint64_t low = bit_writer_word(in);
    for (uint64_t i = 0; i < n_words; i++, out += sizeof low) {
        in += sizeof low;
        uint64_t high = bit_writer_word(in), word = htole64(low >> shift | high << 1 << rest);
        memcpy(out, &word, sizeof word);
        low = high;
    }
}

/**
 * Puts the bits `from` to `to` of others that were written so: once the last byte is full, word by
 * word.
 *
 * @param bytes  with BIT_WRITER_SPARE more behind them
 */
static inline void bit_writer_copy(struct bit_writer *writer, const char *bytes, uint64_t from,
                                   uint64_t to)
{
    enum { WORD_BITS = 64, WORD_BYTES = WORD_BITS / 8 };
    unsigned missing = (8 - writer->n_held) % 8, last;
    if (to - from > missing && missing > 0) {
        bit_writer_put(writer, bit_writer_word_at(bytes, from) & ((1U << missing) - 1), missing);
        from += missing;
    }
    if (writer->n_held == 0) {
        uint64_t n_words = (to - from) / WORD_BITS;
        bit_writer_copy_words(writer->out->data + writer->out->len, bytes, from, n_words);
        writer->out->len += n_words * WORD_BYTES;
        from += n_words * WORD_BITS;
    }
    for (; from < to; from += last) {
        last = to - from < BIT_WRITER_MOST ? (unsigned)(to - from) : BIT_WRITER_MOST;
        bit_writer_put(writer, bit_writer_word_at(bytes, from) & ((UINT64_C(1) << last) - 1), last);
    }
}

/** Fills the last byte up with zeros. */
static inline void bit_writer_end(struct bit_writer *writer)
{
    bit_writer_put(writer, 0, 7);
    writer->held = writer->n_held = 0;
}

#endif
