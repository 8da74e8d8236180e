#include "geo/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"
#include "geo/intern.h"
#include "geo/stem.h"
#include "geo/words_internal.h"

enum { MAX_KEPT_WORD = 64 }; /* longer pieces of text are rare, and worked out each time */

/*
 * Text is cut at the ASCII separators into raw words, and what a raw word gives
 * ("L’École" gives "ecol") is worked out once, since a language has few words and texts repeat
 * them. A term at a position is noted once, in a log in the order of arrival; the end sorts the log
 * by term.
 */

struct posting {
    uint32_t term, position;
};

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
    struct posting *log;
    size_t n_log, log_capacity;
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
    free(builder);
}

/* Room for one more item than n; the array, perhaps moved, or NULL with the old one untouched. */
static void *room_for_one(void *items, size_t n, size_t *capacity, size_t item_size,
                          struct aro_error *err)
{
    if (n < *capacity)
        return items;
    size_t grown = *capacity ? 2 * *capacity : 1024;
    void *moved = realloc(items, grown * item_size);
    if (moved)
        *capacity = grown;
    else
        aro_error_no_memory(err);
    return moved;
}

static bool note(struct geo_words_builder *builder, uint32_t term, uint32_t position,
                 struct aro_error *err)
{
    assert(builder->last[term] <= position + 1);
    if (builder->last[term] == position + 1)
        return true;
    struct posting *log =
        room_for_one(builder->log, builder->n_log, &builder->log_capacity, sizeof *log, err);
    if (!log)
        return false;
    builder->log = log;
    log[builder->n_log++] = (struct posting){term, position};
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
        room_for_one(builder->last, n_known, &builder->last_capacity, sizeof *last, err);
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
        uint32_t *given = room_for_one(builder->given, builder->n_given, &builder->given_capacity,
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
        room_for_one(builder->given_ends, raw_word, &builder->ends_capacity, sizeof *ends, err);
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
    assert(position < UINT32_MAX);
    size_t at = 0;
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

/* Copies the terms in the order of `sorted`, and turns that into its inverse: places by term. */
static void lay_out_terms(struct geo_words *words, struct geo_intern *terms, const uint32_t *sorted,
                          uint32_t *places)
{
    size_t offset = 0;
    for (size_t place = 0; place < words->n; place++) {
        size_t len;
        const char *text = geo_intern_get(terms, sorted[place], &len);
        memcpy(words->texts + offset, text, len);
        words->text_offsets[place] = offset;
        places[sorted[place]] = (uint32_t)place;
        offset += len;
    }
    words->text_offsets[words->n] = offset;
}

/* Counting sort of the log: arrival order within a term is ascending positions. */
static void lay_out_lists(struct geo_words *words, const struct posting *log, size_t n_log,
                          const uint32_t *places)
{
    size_t *ends = words->list_offsets + 1, sum = 0; /* while filling: where a list ends so far */
    for (size_t i = 0; i < n_log; i++)
        ends[places[log[i].term]]++;
    for (size_t place = 0; place < words->n; place++) {
        size_t count = ends[place];
        ends[place] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n_log; i++)
        words->positions[ends[places[log[i].term]]++] = log[i].position;
}

struct geo_words *geo_words_build(struct geo_words_builder *builder, struct aro_error *err)
{
    struct geo_intern *terms = &builder->terms;
    struct geo_words *words = calloc(1, sizeof *words);
    uint32_t *sorted = calloc(terms->n + 1, sizeof *sorted);
    uint32_t *places = calloc(terms->n + 1, sizeof *places);
    bool ok = words && sorted && places;
    if (ok) {
        words->n = terms->n;
        words->texts = malloc(terms->bytes.len + 1);
        words->text_offsets = calloc(terms->n + 1, sizeof *words->text_offsets);
        words->list_offsets = calloc(terms->n + 1, sizeof *words->list_offsets);
        words->positions = malloc((builder->n_log + 1) * sizeof *words->positions);
        ok = words->texts && words->text_offsets && words->list_offsets && words->positions;
    }
    if (ok) {
        for (size_t i = 0; i < terms->n; i++)
            sorted[i] = (uint32_t)i;
        qsort_r(sorted, terms->n, sizeof *sorted, compare_terms, terms);
        lay_out_terms(words, terms, sorted, places);
        lay_out_lists(words, builder->log, builder->n_log, places);
    } else {
        aro_error_no_memory(err);
        geo_words_free(words);
        words = NULL;
    }
    free(sorted);
    free(places);
    geo_words_builder_free(builder);
    return words;
}
