#include "geo/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "geo/fold.h"
#include "geo/intern.h"
#include "geo/stem.h"
#include "geo/words_internal.h"

enum { MAX_KEPT_WORD = 64 }; /* longer pieces of text are rare, and worked out each time */

/*
 * Text is cut at the ASCII separators into raw words, and what a raw word gives
 * ("L’École" gives "ecol") is worked out once, since a language has few words and texts repeat
 * them. A term at a position is noted once, in a log in the order of arrival; the end goes through
 * the log in the order of positions.
 */

struct geo_words_builder {
    struct geo_stemmer *stemmer;
    struct aro_buffer folded; /* the raw word in hand */
    struct geo_intern raw_words, terms;
    uint32_t *given; /* the terms that raw word i gives: given_ends[i - 1] to given_ends[i] - 1 */
    size_t n_given, given_capacity;
    size_t *given_ends; /* by raw word */
    size_t ends_capacity;
    uint32_t *last; /* by term: the last position noted for it + 1, or 0 */
    size_t last_capacity;
    uint32_t *log; /* terms, of one number after the other */
    size_t n_log, log_capacity;
    size_t *starts; /* by number: where its part of the log begins */
    size_t n_starts, starts_capacity;
};

struct geo_words_builder *geo_words_builder_new(struct aro_error *err)
{
    struct geo_words_builder *builder = calloc(1, sizeof *builder);
    if (!builder) {
        aro_error_no_memory(err);
        return NULL;
    }
    builder->stemmer = geo_stemmer_new(err);
    if (builder->stemmer)
        return builder;
    geo_words_builder_free(builder);
    return NULL;
}

void geo_words_builder_free(struct geo_words_builder *builder)
{
    if (!builder)
        return;
    geo_stemmer_free(builder->stemmer);
    aro_buffer_clear(&builder->folded);
    geo_intern_clear(&builder->raw_words);
    geo_intern_clear(&builder->terms);
    free(builder->given);
    free(builder->given_ends);
    free(builder->last);
    free(builder->log);
    free(builder->starts);
    free(builder);
}

/* The parts of the log up to that of a number begin. */
static bool begin_parts(struct geo_words_builder *builder, uint32_t number, struct aro_error *err)
{
    while (builder->n_starts <= number) {
        size_t *starts = aro_array_grow(builder->starts, builder->n_starts,
                                        &builder->starts_capacity, sizeof *starts, err);
        if (!starts)
            return false;
        builder->starts = starts;
        starts[builder->n_starts++] = builder->n_log;
    }
    return true;
}

static bool note(struct geo_words_builder *builder, uint32_t term, uint32_t position,
                 struct aro_error *err)
{
    assert(builder->last[term] <= position + 1);
    if (builder->last[term] == position + 1)
        return true;
    uint32_t *log =
        aro_array_grow(builder->log, builder->n_log, &builder->log_capacity, sizeof *log, err);
    if (!log)
        return false;
    builder->log = log;
    log[builder->n_log++] = term;
    builder->last[term] = position + 1;
    return true;
}

static bool term_of(struct geo_words_builder *builder, const char *word, size_t len,
                    uint32_t *out_term, struct aro_error *err)
{
    size_t stem_len, n_known = builder->terms.n;
    const char *stem = geo_stem(builder->stemmer, word, len, &stem_len, err);
    if (!stem || !geo_intern_put(&builder->terms, stem, stem_len, out_term, err))
        return false;
    if (*out_term < n_known)
        return true;
    uint32_t *last =
        aro_array_grow(builder->last, n_known, &builder->last_capacity, sizeof *last, err);
    if (!last)
        return false;
    builder->last = last;
    last[n_known] = 0;
    return true;
}

/* Appends to `given` the terms of a piece of text. */
static bool work_out(struct geo_words_builder *builder, const char *text, size_t len,
                     struct aro_error *err)
{
    size_t at = 0, word_len;
    const char *word;
    builder->folded.len = 0;
    geo_fold(&builder->folded, text, len);
    if (!aro_buffer_ok(&builder->folded, err))
        return false;
    while (geo_words_next(&builder->folded, &at, &word, &word_len)) {
        uint32_t term;
        if (!term_of(builder, word, word_len, &term, err))
            return false;
        uint32_t *given = aro_array_grow(builder->given, builder->n_given, &builder->given_capacity,
                                         sizeof *given, err);
        if (!given)
            return false;
        builder->given = given;
        given[builder->n_given++] = term;
    }
    return true;
}

/* A raw word met for the first time: what it gives is kept. */
static bool learn(struct geo_words_builder *builder, uint32_t raw_word, const char *text,
                  size_t len, struct aro_error *err)
{
    size_t *ends =
        aro_array_grow(builder->given_ends, raw_word, &builder->ends_capacity, sizeof *ends, err);
    if (!ends)
        return false;
    builder->given_ends = ends;
    if (!work_out(builder, text, len, err))
        return false;
    ends[raw_word] = builder->n_given;
    return true;
}

static bool note_given(struct geo_words_builder *builder, size_t first, size_t end,
                       uint32_t position, struct aro_error *err)
{
    for (size_t i = first; i < end; i++)
        if (!note(builder, builder->given[i], position, err))
            return false;
    return true;
}

static bool add_raw_word(struct geo_words_builder *builder, uint32_t position, const char *text,
                         size_t len, struct aro_error *err)
{
    size_t n_given = builder->n_given, n_known = builder->raw_words.n;
    if (len > MAX_KEPT_WORD) {
        bool ok = work_out(builder, text, len, err) &&
                  note_given(builder, n_given, builder->n_given, position, err);
        builder->n_given = n_given;
        return ok;
    }
    uint32_t raw_word;
    if (!geo_intern_put(&builder->raw_words, text, len, &raw_word, err))
        return false;
    if (raw_word == n_known && !learn(builder, raw_word, text, len, err))
        return false;
    size_t first = raw_word > 0 ? builder->given_ends[raw_word - 1] : 0;
    return note_given(builder, first, builder->given_ends[raw_word], position, err);
}

/* Other characters may part words too: folding the raw word tells. */
static bool is_ascii_separator(char c)
{
    unsigned byte = (unsigned char)c;
    return byte < 0x80 && byte - '0' > 9 && (byte | 0x20) - 'a' > 25;
}

bool geo_words_add(struct geo_words_builder *builder, uint32_t position, const char *text,
                   size_t len, struct aro_error *err)
{
    assert(position < UINT32_MAX && builder->n_starts <= position + 1);
    size_t at = 0;
    if (!begin_parts(builder, position, err))
        return false;
    while (at < len) {
        if (is_ascii_separator(text[at])) {
            at++;
            continue;
        }
        size_t start = at;
        while (at < len && !is_ascii_separator(text[at]))
            at++;
        if (!add_raw_word(builder, position, text + start, at - start, err))
            return false;
    }
    return true;
}

static int compare_terms(const void *left, const void *right, void *context)
{
    size_t left_len, right_len;
    const char *a = geo_intern_get(context, *(const uint32_t *)left, &left_len);
    const char *b = geo_intern_get(context, *(const uint32_t *)right, &right_len);
    return geo_words_compare(a, left_len, b, right_len);
}

/* What the end of the building needs for a while. */
struct layout {
    struct geo_intern *terms;
    const uint32_t *log;
    size_t n_log;
    const size_t *starts; /* n_positions + 1 */
    const uint32_t *order;
    uint32_t n_positions;
    uint32_t *sorted;  /* the terms in their order */
    uint32_t *places;  /* by term: where it stands in that order */
    uint32_t *bitmaps; /* by place: the number of its bitmap, or NO_BITMAP */
};
static const uint32_t NO_BITMAP = UINT32_MAX;

static void lay_out_terms(struct geo_words *words, const struct layout *layout)
{
    size_t offset = 0;
    for (size_t place = 0; place < words->n; place++) {
        size_t len;
        uint32_t term = layout->sorted[place];
        const char *text = geo_intern_get(layout->terms, term, &len);
        memcpy(words->texts + offset, text, len);
        words->text_offsets[place] = offset;
        layout->places[term] = (uint32_t)place;
        offset += len;
    }
    words->text_offsets[words->n] = offset;
}

/* Which terms have a bitmap, being the shorter, and where the lists of the others begin: put where
 * their ends will be. */
static void measure_postings(struct geo_words *words, const struct layout *layout,
                             size_t *out_n_listed)
{
    size_t *counts = words->list_offsets + 1, n_listed = 0;
    size_t bitmap_bytes = words->n_words * sizeof *words->bitmaps;
    for (size_t i = 0; i < layout->n_log; i++)
        counts[layout->places[layout->log[i]]]++;
    for (size_t place = 0; place < words->n; place++) {
        size_t count = counts[place];
        bool is_common = count * sizeof *words->positions > bitmap_bytes;
        layout->bitmaps[place] = is_common ? (uint32_t)words->n_common++ : NO_BITMAP;
        counts[place] = n_listed;
        n_listed += is_common ? 0 : count;
    }
    *out_n_listed = n_listed;
}

static bool make_room(struct geo_words *words, size_t n_listed)
{
    words->positions = malloc((n_listed + 1) * sizeof *words->positions);
    words->common = malloc((words->n_common + 1) * sizeof *words->common);
    words->common_counts = malloc((words->n_common + 1) * sizeof *words->common_counts);
    words->bitmaps = calloc(words->n_common * words->n_words + 1, sizeof *words->bitmaps);
    return words->positions && words->common && words->common_counts && words->bitmaps;
}

static void lay_out_posting(struct geo_words *words, const struct layout *layout, uint32_t term,
                            uint32_t position)
{
    size_t *ends = words->list_offsets + 1; /* while filling: where a list ends so far */
    uint32_t place = layout->places[term], bitmap = layout->bitmaps[place];
    if (bitmap == NO_BITMAP)
        words->positions[ends[place]++] = position;
    else
        geo_bits_add(words->bitmaps + bitmap * words->n_words, position);
}

/* One position after the other, so that lists ascend. */
static void lay_out_postings(struct geo_words *words, const struct layout *layout)
{
    for (size_t place = 0; place < words->n; place++)
        if (layout->bitmaps[place] != NO_BITMAP)
            words->common[layout->bitmaps[place]] = (uint32_t)place;
    for (uint32_t position = 0; position < layout->n_positions; position++) {
        uint32_t number = layout->order ? layout->order[position] : position;
        for (size_t i = layout->starts[number]; i < layout->starts[number + 1]; i++)
            lay_out_posting(words, layout, layout->log[i], position);
    }
}

static void count_common(struct geo_words *words, uint32_t n_positions)
{
    for (size_t i = 0; i < words->n_common; i++)
        words->common_counts[i] =
            geo_bits_count(words->bitmaps + i * words->n_words, (struct geo_run){0, n_positions});
}

static bool lay_out(struct geo_words *words, struct layout *layout)
{
    size_t n_listed;
    for (size_t i = 0; i < words->n; i++)
        layout->sorted[i] = (uint32_t)i;
    qsort_r(layout->sorted, words->n, sizeof *layout->sorted, compare_terms, layout->terms);
    lay_out_terms(words, layout);
    measure_postings(words, layout, &n_listed);
    if (!make_room(words, n_listed))
        return false;
    lay_out_postings(words, layout);
    count_common(words, layout->n_positions);
    return true;
}

struct geo_words *geo_words_build(struct geo_words_builder *builder, const uint32_t *order,
                                  uint32_t n_positions, struct aro_error *err)
{
    size_t n = builder->terms.n;
    bool begun = begin_parts(builder, n_positions, err);
    struct geo_words *words = calloc(1, sizeof *words);
    struct layout layout = {
        .terms = &builder->terms,
        .log = builder->log,
        .n_log = builder->n_log,
        .starts = builder->starts,
        .order = order,
        .n_positions = n_positions,
        .sorted = calloc(n + 1, sizeof *layout.sorted),
        .places = calloc(n + 1, sizeof *layout.places),
        .bitmaps = calloc(n + 1, sizeof *layout.bitmaps),
    };
    bool ok = begun && words && layout.sorted && layout.places && layout.bitmaps;
    if (ok) {
        words->n = n;
        words->n_words = geo_bits_words(n_positions);
        words->texts = malloc(builder->terms.bytes.len + 1);
        words->text_offsets = calloc(n + 1, sizeof *words->text_offsets);
        words->list_offsets = calloc(n + 1, sizeof *words->list_offsets);
        ok = words->texts && words->text_offsets && words->list_offsets && lay_out(words, &layout);
    }
    if (!ok) {
        aro_error_no_memory(err);
        geo_words_free(words);
        words = NULL;
    }
    free(layout.sorted);
    free(layout.places);
    free(layout.bitmaps);
    geo_words_builder_free(builder);
    return words;
}
