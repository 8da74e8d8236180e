#include "geo/splice.h"

#include <stdlib.h>
#include <string.h>

void geo_splice_clear(struct geo_splice *splice)
{
    free(splice->gone);
    free(splice->come);
    free(splice->parts);
    *splice = (struct geo_splice){0};
}

/* ---- Making ---- */

/* What is left of the list before while it is walked along. */
struct walk {
    struct geo_splice *splice;
    const uint32_t *gone, *before;
    uint32_t at, i_gone, i_come; /* what comes next of each */
};

static void add_part(struct geo_splice *splice, uint32_t from, uint32_t n, bool has_come)
{
    const struct geo_splice_part *last =
        splice->n_parts > 0 ? &splice->parts[splice->n_parts - 1] : NULL;
    bool goes_on =
        last && last->has_come == has_come && last->from + (splice->n - last->first) == from;
    if (n > 0 && !goes_on)
        splice->parts[splice->n_parts++] = (struct geo_splice_part){splice->n, from, has_come};
    splice->n += n;
}

/* Those before up to the next one that has gone or has another in front of it. */
static void keep_some(struct walk *walk)
{
    const struct geo_splice *splice = walk->splice;
    uint32_t until = splice->n_before;
    if (walk->i_gone < splice->n_gone && walk->gone[walk->i_gone] < until)
        until = walk->gone[walk->i_gone];
    if (walk->i_come < splice->n_come && walk->before[walk->i_come] < until)
        until = walk->before[walk->i_come];
    add_part(walk->splice, walk->at, until - walk->at, false);
    walk->at = until;
}

static void fill_parts(struct walk *walk)
{
    struct geo_splice *splice = walk->splice;
    while (walk->at < splice->n_before || walk->i_come < splice->n_come) {
        keep_some(walk);
        for (; walk->i_come < splice->n_come && walk->before[walk->i_come] == walk->at;
             walk->i_come++) {
            splice->come[walk->i_come] = splice->n;
            add_part(splice, walk->i_come, 1, true);
        }
        if (walk->i_gone < splice->n_gone && walk->gone[walk->i_gone] == walk->at) {
            walk->i_gone++;
            walk->at++;
        }
    }
    splice->parts[splice->n_parts] = (struct geo_splice_part){.first = splice->n};
}

bool geo_splice_make(struct geo_splice *out, uint32_t n_before, const uint32_t *gone,
                     uint32_t n_gone, const uint32_t *before, uint32_t n_come,
                     struct aro_error *err)
{
    if ((uint64_t)n_before + n_come > UINT32_MAX)
        return aro_error_set(err, ARO_TOO_LARGE, "too many items");
    size_t most_parts = 2 * ((size_t)n_gone + n_come) + 2;
    struct geo_splice splice = {
        .n_before = n_before,
        .n_gone = n_gone,
        .n_come = n_come,
        .gone = malloc((n_gone + 1) * sizeof *splice.gone),
        .come = malloc((n_come + 1) * sizeof *splice.come),
        .parts = malloc(most_parts * sizeof *splice.parts),
    };
    if (!splice.gone || !splice.come || !splice.parts) {
        geo_splice_clear(&splice);
        return aro_error_no_memory(err);
    }
    if (n_gone > 0)
        memcpy(splice.gone, gone, n_gone * sizeof *gone);
    struct walk walk = {.splice = &splice, .gone = gone, .before = before};
    fill_parts(&walk);
    *out = splice;
    return true;
}

/* ---- Using ---- */

bool geo_splice_is_in_place(const struct geo_splice *splice)
{
    return splice->n_gone == splice->n_come &&
           memcmp(splice->gone, splice->come, splice->n_gone * sizeof *splice->gone) == 0;
}

const struct geo_splice_part *geo_splice_find(const struct geo_splice *splice, uint32_t position)
{
    uint32_t low = 0, high = splice->n_parts - 1;
    while (low < high) {
        uint32_t middle = high - (high - low) / 2;
        if (splice->parts[middle].first <= position)
            low = middle;
        else
            high = middle - 1;
    }
    return &splice->parts[low];
}

void geo_splice_fill(const struct geo_splice *splice, const void *before, const void *come,
                     size_t item_bytes, uint32_t n, void *out)
{
    char *to = out;
    for (uint32_t i = 0; i < splice->n_parts && splice->parts[i].first < n; i++) {
        const struct geo_splice_part *part = &splice->parts[i];
        const char *from = part->has_come ? come : before;
        uint32_t end = part[1].first < n ? part[1].first : n;
        size_t len = (end - part->first) * item_bytes;
        memcpy(to, from + part->from * item_bytes, len);
        to += len;
    }
}

void geo_splice_bits(const struct geo_splice *splice, const uint64_t *before, uint64_t *out_bits)
{
    memset(out_bits, 0, geo_bits_words(splice->n) * sizeof *out_bits);
    for (uint32_t i = 0; i < splice->n_parts; i++) {
        const struct geo_splice_part *part = &splice->parts[i];
        struct geo_run run = {part->from, part->from + (part[1].first - part->first)};
        if (!part->has_come)
            geo_bits_copy(before, run, out_bits, part->first);
    }
}
