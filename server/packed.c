#include "server/packed_internal.h"

#include <stdlib.h>
#include <zlib.h>

void packed_free(struct packed *packed)
{
    if (!packed)
        return;
    aro_buffer_clear(&packed->head);
    for (int form = 0; form < PACKED_FORMS; form++) {
        aro_buffer_clear(&packed->forms[form].bits);
        free(packed->forms[form].starts);
    }
    free(packed->crcs);
    free(packed);
}

size_t packed_bytes(const struct packed *packed)
{
    size_t entries = (size_t)packed->texts.n + 1;
    size_t bytes = sizeof *packed + packed->head.capacity + entries * sizeof *packed->crcs;
    for (int form = 0; form < PACKED_FORMS; form++)
        bytes += packed->forms[form].bits.capacity + entries * sizeof *packed->forms[form].starts;
    return bytes;
}

/* ---- Bytes that were not foreseen ---- */

/* Byte by byte, three at a time: as many codes as go at once. */
static void put_bytes(struct bit_writer *writer, const struct huffman_code *code, const char *bytes,
                      size_t len)
{
    enum { AT_ONCE = BIT_WRITER_MOST / HUFFMAN_MAX_BITS };
    const unsigned char *from = (const unsigned char *)bytes;
    for (size_t i = 0; i < len;) {
        uint64_t bits = 0;
        unsigned n_bits = 0;
        size_t stop = len - i < AT_ONCE ? len : i + AT_ONCE;
        for (; i < stop; i++) {
            bits |= (uint64_t)code->bits[from[i]] << n_bits;
            n_bits += code->n_bits[from[i]];
        }
        bit_writer_put(writer, bits, n_bits);
    }
}

/* ---- Runs ---- */

/* Of a run's bytes, those of its first text. */
static size_t first_len(const struct body_piece *piece)
{
    const uint64_t *offsets = piece->packed->texts.offsets;
    return piece->len - (size_t)(offsets[piece->texts.end] - offsets[piece->texts.first + 1]);
}

/* From text `at` of a run on: the form, and where the next one takes over. */
static const struct packed_form *form_at(const struct body_piece *piece, uint32_t at,
                                         uint32_t *out_until)
{
    int form = 0;
    while (form + 1 < PACKED_FORMS && packed_reaches[form + 1] <= at - piece->texts.first)
        form++;
    uint64_t next = form + 1 < PACKED_FORMS
                        ? (uint64_t)piece->texts.first + packed_reaches[form + 1]
                        : UINT32_MAX;
    *out_until = next < piece->texts.end ? (uint32_t)next : piece->texts.end;
    return &piece->packed->forms[form];
}

static void put_run(struct bit_writer *writer, const struct body_piece *piece)
{
    uint32_t until;
    put_bytes(writer, &piece->packed->literals, piece->bytes, first_len(piece));
    for (uint32_t at = piece->texts.first + 1; at < piece->texts.end; at = until) {
        const struct packed_form *form = form_at(piece, at, &until);
        bit_writer_copy(writer, form->bits.data, form->starts[at], form->starts[until]);
    }
}

static uint64_t run_bits(const struct body_piece *piece)
{
    uint32_t until;
    uint64_t n_bits = (uint64_t)first_len(piece) * HUFFMAN_MAX_BITS;
    for (uint32_t at = piece->texts.first + 1; at < piece->texts.end; at = until) {
        const struct packed_form *form = form_at(piece, at, &until);
        n_bits += form->starts[until] - form->starts[at];
    }
    return n_bits;
}

/*
 * A checksum is linear: those of two prefixes give that of what is between them. With z(crc, len)
 * for what `len` zeros make of it, and p and q the prefixes, the run's is q ^ z(p, len); and what
 * it makes of the one so far is z(crc, len) ^ q ^ z(p, len), a single step.
 */
static uint32_t run_crc(uint32_t crc, const struct body_piece *piece)
{
    const struct packed *packed = piece->packed;
    const uint64_t *offsets = packed->texts.offsets;
    struct geo_run texts = piece->texts;
    uint64_t len = offsets[texts.end] - offsets[texts.first];
    if (len != piece->len) { /* the first one lacks some bytes */
        crc = (uint32_t)crc32_z(crc, piece->bytes, first_len(piece));
        texts.first++;
        len = offsets[texts.end] - offsets[texts.first];
    }
    return (uint32_t)crc32_combine(crc ^ packed->crcs[texts.first], packed->crcs[texts.end],
                                   (z_off_t)len);
}

/* ---- Bodies ---- */

static bool is_run_of(const struct packed *packed, const struct body_piece *piece)
{
    return piece->packed == packed && piece->texts.end > piece->texts.first;
}

bool packed_suits(const struct body_piece *pieces, size_t n, const struct packed **out_packed)
{
    enum { MAX_BARE_PART = 4 }; /* a quarter: such bodies are half as large again */
    const struct packed *packed = NULL;
    size_t all = 0, bare = 0;
    for (size_t i = 0; i < n; i++) {
        packed = packed ? packed : pieces[i].packed;
        all += pieces[i].len;
        bare += packed && is_run_of(packed, &pieces[i]) ? first_len(&pieces[i]) : pieces[i].len;
    }
    if (!packed || bare > all / MAX_BARE_PART)
        return false;
    *out_packed = packed;
    return true;
}

static bool reserve(struct bit_writer *writer, const struct packed *packed,
                    const struct body_piece *pieces, size_t n)
{
    uint64_t n_bits = packed->n_head_bits + HUFFMAN_MAX_BITS;
    for (size_t i = 0; i < n; i++)
        n_bits += is_run_of(packed, &pieces[i]) ? run_bits(&pieces[i])
                                                : (uint64_t)pieces[i].len * HUFFMAN_MAX_BITS;
    return bit_writer_reserve(writer, n_bits);
}

static void append_le32(struct aro_buffer *out, uint32_t value)
{
    uint32_t bytes = htole32(value);
    aro_buffer_append(out, &bytes, sizeof bytes);
}

bool packed_gzip(const struct packed *packed, const struct body_piece *pieces, size_t n,
                 struct aro_buffer *out, struct aro_error *err)
{
    static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    struct bit_writer writer = {.out = out};
    uint32_t crc = 0, len = 0;
    aro_buffer_append(out, head, sizeof head);
    if (!reserve(&writer, packed, pieces, n))
        return aro_error_no_memory(err);
    bit_writer_copy(&writer, packed->head.data, 0, packed->n_head_bits);
    for (size_t i = 0; i < n; i++) {
        const struct body_piece *piece = &pieces[i];
        if (is_run_of(packed, piece)) {
            put_run(&writer, piece);
            crc = run_crc(crc, piece);
        } else {
            put_bytes(&writer, &packed->literals, piece->bytes, piece->len);
            crc = (uint32_t)crc32_z(crc, piece->bytes, piece->len);
        }
        len += (uint32_t)piece->len;
    }
    bit_writer_put(&writer, packed->literals.bits[HUFFMAN_END],
                   packed->literals.n_bits[HUFFMAN_END]);
    bit_writer_end(&writer);
    append_le32(out, crc);
    append_le32(out, len);
    return aro_buffer_ok(out, err);
}
