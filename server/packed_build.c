#include "server/packed_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "server/lz.h"

/* The codes are made for runs as long as these, spread over the texts. */
enum { SAMPLE_RUN = 192, SAMPLE_RUNS = 64 };

enum { ASK_EVERY = 256 }; /* texts: whether it is still wanted */

struct build {
    struct packed *packed;
    const struct packed_order *order;
    struct lz_finder *finder;
    struct lz_token *tokens; /* room for the longest text */
    uint64_t literal_counts[HUFFMAN_LITERALS], distance_counts[HUFFMAN_DISTANCES];
    struct aro_error *err;
};

static bool is_wanted(const struct build *build)
{
    return !build->order->is_unwanted(build->order->context) ||
           aro_error_set(build->err, ARO_BUSY, "the texts are no longer wanted");
}

/* A match may reach the texts before, but for the first byte of all: of the first text that is
 * sent the comma is left out. */
static uint64_t lowest_of(const struct packed_texts *texts, uint32_t text, uint32_t reach)
{
    return texts->offsets[text - reach] + 1;
}

static size_t parse(struct build *build, uint32_t text, uint32_t reach)
{
    const struct packed_texts *texts = &build->packed->texts;
    uint64_t lowest = lowest_of(texts, text, reach), from = texts->offsets[text];
    return lz_parse(build->finder, texts->block, lowest < from ? lowest : from, from,
                    texts->offsets[text + 1], build->tokens);
}

/* ---- The codes ---- */

static void count_text(struct build *build, uint32_t text, uint32_t reach)
{
    size_t n = parse(build, text, reach);
    for (size_t i = 0; i < n; i++) {
        struct lz_token token = build->tokens[i];
        if (token.len == 0) {
            build->literal_counts[token.byte]++;
            continue;
        }
        build->literal_counts[huffman_length(token.len).symbol]++;
        build->distance_counts[huffman_distance(token.distance).symbol]++;
    }
}

static void count_run(struct build *build, uint32_t first, uint32_t end)
{
    const struct packed_texts *texts = &build->packed->texts;
    const unsigned char *block = (const unsigned char *)texts->block;
    for (uint64_t at = texts->offsets[first]; at < texts->offsets[first + 1]; at++)
        build->literal_counts[block[at]]++;
    lz_note(build->finder, texts->block, texts->offsets[first], texts->offsets[first + 1]);
    for (uint32_t text = first + 1; text < end; text++)
        count_text(build, text, packed_reaches[packed_form_behind(text - first)]);
}

/* What is read behind the last bits is nothing. */
static void end_bits(struct bit_writer *writer)
{
    bit_writer_end(writer);
    if (writer->out->data)
        memset(writer->out->data + writer->out->len, 0, BIT_WRITER_SPARE);
}

/* What was not met may be in a text, or around them, and each symbol gets a code. */
static bool make_codes(struct build *build)
{
    struct packed *packed = build->packed;
    uint32_t n = packed->texts.n,
             step = n / SAMPLE_RUNS > SAMPLE_RUN ? n / SAMPLE_RUNS : SAMPLE_RUN;
    for (uint64_t first = 0; first < n; first += step) {
        uint64_t end = first + SAMPLE_RUN < n ? first + SAMPLE_RUN : n;
        if (!is_wanted(build))
            return false;
        count_run(build, (uint32_t)first, (uint32_t)end);
    }
    for (unsigned i = 0; i < HUFFMAN_LITERALS; i++)
        build->literal_counts[i]++;
    for (unsigned i = 0; i < HUFFMAN_DISTANCES; i++)
        build->distance_counts[i]++;
    huffman_make(build->literal_counts, HUFFMAN_LITERALS, HUFFMAN_MAX_BITS, &packed->literals);
    huffman_make(build->distance_counts, HUFFMAN_DISTANCES, HUFFMAN_MAX_BITS, &packed->distances);
    struct bit_writer writer = {.out = &packed->head};
    if (!bit_writer_reserve(&writer, HUFFMAN_HEAD_BITS))
        return aro_error_no_memory(build->err);
    huffman_write_head(&writer, &packed->literals, &packed->distances);
    packed->n_head_bits = bit_writer_bits(&writer);
    end_bits(&writer);
    return true;
}

/* ---- The forms ---- */

static void put_match(struct bit_writer *writer, const struct packed *packed, struct lz_token token)
{
    struct huffman_range len = huffman_length(token.len);
    struct huffman_range distance = huffman_distance(token.distance);
    huffman_put(writer, &packed->literals, len.symbol);
    bit_writer_put(writer, len.extra, len.n_extra);
    huffman_put(writer, &packed->distances, distance.symbol);
    bit_writer_put(writer, distance.extra, distance.n_extra);
}

static bool put_text(struct build *build, struct bit_writer *writer, uint32_t text, uint32_t reach)
{
    enum { TOKEN_MAX_BITS = 2 * HUFFMAN_MAX_BITS + 5 + 13 }; /* and what follows both symbols */
    size_t n = parse(build, text, reach);
    if (!bit_writer_reserve(writer, (uint64_t)n * TOKEN_MAX_BITS))
        return aro_error_no_memory(build->err);
    for (size_t i = 0; i < n; i++) {
        struct lz_token token = build->tokens[i];
        if (token.len > 0)
            put_match(writer, build->packed, token);
        else
            huffman_put(writer, &build->packed->literals, token.byte);
    }
    return true;
}

/* What it comes to at least: packed_bytes() once all is there, and each form cut to its length. */
static size_t bytes_so_far(const struct packed *packed)
{
    size_t entries = (size_t)packed->texts.n + 1;
    size_t bytes = entries * (sizeof *packed->crcs + PACKED_FORMS * sizeof *packed->forms->starts);
    for (int form = 0; form < PACKED_FORMS; form++)
        bytes += packed->forms[form].bits.len;
    return bytes;
}

static bool fits(const struct build *build, size_t bytes)
{
    return bytes <= build->order->max_bytes ||
           aro_error_set(build->err, ARO_TOO_LARGE, "%u texts take more than %zu bytes when packed",
                         build->packed->texts.n, build->order->max_bytes);
}

static bool make_form(struct build *build, struct packed_form *form, uint32_t reach)
{
    const struct packed_texts *texts = &build->packed->texts;
    struct bit_writer writer = {.out = &form->bits};
    form->starts = malloc(((size_t)texts->n + 1) * sizeof *form->starts);
    if (!form->starts || !bit_writer_reserve(&writer, 0))
        return aro_error_no_memory(build->err);
    for (uint32_t text = 0; text < texts->n; text++) {
        if (text % ASK_EVERY == 0 &&
            (!is_wanted(build) || !fits(build, bytes_so_far(build->packed))))
            return false;
        form->starts[text] = bit_writer_bits(&writer);
        if (text < reach)
            lz_note(build->finder, texts->block, texts->offsets[text], texts->offsets[text + 1]);
        else if (!put_text(build, &writer, text, reach))
            return false;
    }
    form->starts[texts->n] = bit_writer_bits(&writer);
    end_bits(&writer);
    char *fitted = realloc(form->bits.data, form->bits.len + BIT_WRITER_SPARE);
    if (fitted) {
        form->bits.data = fitted;
        form->bits.capacity = form->bits.len + BIT_WRITER_SPARE;
    }
    return true;
}

static bool sum_up(struct build *build)
{
    struct packed *packed = build->packed;
    const struct packed_texts *texts = &packed->texts;
    uint32_t crc = 0;
    packed->crcs = malloc(((size_t)texts->n + 1) * sizeof *packed->crcs);
    if (!packed->crcs)
        return aro_error_no_memory(build->err);
    for (uint32_t text = 0; text < texts->n; text++) {
        packed->crcs[text] = crc;
        crc = (uint32_t)crc32_z(crc, (const Bytef *)texts->block + texts->offsets[text],
                                (z_size_t)(texts->offsets[text + 1] - texts->offsets[text]));
    }
    packed->crcs[texts->n] = crc;
    return true;
}

static size_t longest(const struct packed_texts *texts)
{
    uint64_t most = 0;
    for (uint32_t text = 0; text < texts->n; text++) {
        uint64_t len = texts->offsets[text + 1] - texts->offsets[text];
        most = len > most ? len : most;
    }
    return (size_t)most;
}

static bool make(struct build *build)
{
    struct packed *packed = build->packed;
    if (!fits(build, bytes_so_far(packed))) /* not even what comes with the texts */
        return false;
    build->finder = lz_finder_new(build->err);
    build->tokens = malloc((longest(&packed->texts) + 1) * sizeof *build->tokens);
    if (!build->finder)
        return false;
    if (!build->tokens)
        return aro_error_no_memory(build->err);
    if (!make_codes(build) || !sum_up(build))
        return false;
    for (int form = 0; form < PACKED_FORMS; form++)
        if (!make_form(build, &packed->forms[form], packed_reaches[form]))
            return false;
    return fits(build, packed_bytes(packed));
}

struct packed *packed_new(struct packed_texts texts, const struct packed_order *order,
                          struct aro_error *err)
{
    struct packed *packed = calloc(1, sizeof *packed);
    if (!packed) {
        aro_error_no_memory(err);
        return NULL;
    }
    packed->texts = texts;
    struct build build = {.packed = packed, .order = order, .err = err};
    bool ok = make(&build);
    lz_finder_free(build.finder);
    free(build.tokens);
    if (ok)
        return packed;
    packed_free(packed);
    return NULL;
}
