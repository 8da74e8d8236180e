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

void packed_blocks(struct packed *const *packed, struct geo_blocks *out_blocks)
{
    const struct packed *listed = *packed;
    size_t entries = (size_t)listed->texts.n + 1;
    geo_blocks_own(out_blocks, packed, sizeof *listed);
    geo_blocks_pointer(out_blocks, &listed->texts.block);
    geo_blocks_pointer(out_blocks, &listed->texts.offsets);
    geo_blocks_own(out_blocks, &listed->head.data, listed->head.len + BIT_WRITER_SPARE);
    geo_blocks_own(out_blocks, &listed->crcs, entries * sizeof *listed->crcs);
    for (int i = 0; i < PACKED_FORMS; i++) {
        const struct packed_form *form = &listed->forms[i];
        geo_blocks_own_bulk(out_blocks, &form->bits.data, form->bits.len + BIT_WRITER_SPARE);
        geo_blocks_own(out_blocks, &form->starts, entries * sizeof *form->starts);
    }
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
    int form = packed_form_behind(at - piece->texts.first);
    uint64_t next = form + 1 < PACKED_FORMS
                        ? (uint64_t)piece->texts.first + packed_reaches[form + 1]
                        : UINT32_MAX;
    *out_until = next < piece->texts.end ? (uint32_t)next : piece->texts.end;
    return &piece->packed->forms[form];
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

static void append_le32(struct aro_buffer *out, uint32_t value)
{
    uint32_t bytes = htole32(value);
    aro_buffer_append(out, &bytes, sizeof bytes);
}

struct packed_body {
    const struct packed *packed;
    const struct body_piece *pieces; /* borrowed, or own_pieces */
    size_t n, at;                    /* the piece that comes next */
    uint32_t text; /* of a run: the text that comes next; 0: its first, whatever that is */
    bool is_begun;
    struct bit_writer writer;
    uint32_t crc, len;
    struct body_piece own_pieces[];
};

static void begin(struct packed_body *body, struct aro_buffer *out)
{
    static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    aro_buffer_append(out, head, sizeof head);
    if (bit_writer_reserve(&body->writer, body->packed->n_head_bits))
        bit_writer_copy(&body->writer, body->packed->head.data, 0, body->packed->n_head_bits);
    body->is_begun = true;
}

static void end(struct packed_body *body, struct aro_buffer *out)
{
    if (bit_writer_reserve(&body->writer, HUFFMAN_MAX_BITS)) {
        huffman_put(&body->writer, &body->packed->literals, HUFFMAN_END);
        bit_writer_end(&body->writer);
    }
    append_le32(out, body->crc);
    append_le32(out, body->len);
}

static void put_plain(struct packed_body *body, const char *bytes, size_t len)
{
    if (bit_writer_reserve(&body->writer, (uint64_t)len * HUFFMAN_MAX_BITS))
        put_bytes(&body->writer, &body->packed->literals, bytes, len);
}

/* The texts of a run up to where another form takes over, and not too many. */
static void put_texts(struct packed_body *body, const struct body_piece *piece)
{
    enum { AT_ONCE = 256 };
    uint32_t until;
    const struct packed_form *form = form_at(piece, body->text, &until);
    until = until - body->text > AT_ONCE ? body->text + AT_ONCE : until;
    uint64_t from = form->starts[body->text], to = form->starts[until];
    if (bit_writer_reserve(&body->writer, to - from))
        bit_writer_copy(&body->writer, form->bits.data, from, to);
    body->text = until;
}

/* A part of the next piece. */
static void put_some(struct packed_body *body)
{
    const struct body_piece *piece = &body->pieces[body->at];
    if (!is_run_of(body->packed, piece)) {
        put_plain(body, piece->bytes, piece->len);
        body->crc = (uint32_t)crc32_z(body->crc, piece->bytes, piece->len);
    } else if (body->text == 0) {
        put_plain(body, piece->bytes, first_len(piece));
        body->crc = run_crc(body->crc, piece);
        body->text = piece->texts.first + 1;
    } else {
        put_texts(body, piece);
    }
    if (body->text > 0 && body->text < piece->texts.end)
        return;
    body->len += (uint32_t)piece->len;
    body->text = 0;
    body->at++;
}

/* Appends some `most` bytes, or a little more, and the end where it comes to it. */
static bool write_some(struct packed_body *body, size_t most, struct aro_buffer *out,
                       bool *out_at_end, struct aro_error *err)
{
    size_t before = out->len;
    body->writer.out = out;
    if (!body->is_begun)
        begin(body, out);
    while (body->at < body->n && out->len - before < most && !out->failed)
        put_some(body);
    *out_at_end = body->at == body->n;
    if (*out_at_end)
        end(body, out);
    return aro_buffer_ok(out, err);
}

bool packed_gzip(const struct packed *packed, const struct body_piece *pieces, size_t n,
                 struct aro_buffer *out, struct aro_error *err)
{
    bool at_end;
    struct packed_body body = {.packed = packed, .pieces = pieces, .n = n};
    return write_some(&body, SIZE_MAX, out, &at_end, err);
}

struct packed_body *packed_body_new(const struct packed *packed, const struct body_piece *pieces,
                                    size_t n, struct aro_error *err)
{
    struct packed_body *body = calloc(1, sizeof *body + n * sizeof *pieces);
    if (!body) {
        aro_error_no_memory(err);
        return NULL;
    }
    body->packed = packed;
    body->pieces = body->own_pieces;
    body->n = n;
    for (size_t i = 0; i < n; i++)
        body->own_pieces[i] = pieces[i];
    return body;
}

void packed_body_free(void *state)
{
    free(state);
}

bool packed_body_pull(void *state, struct aro_buffer *out, bool *out_at_end, struct aro_error *err)
{
    enum { PIECE_BYTES = 64 << 10 };
    return write_some(state, PIECE_BYTES, out, out_at_end, err);
}
