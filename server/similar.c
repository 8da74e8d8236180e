#include "server/similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/feature_value.h"

enum { N_SUMS = 1 << SIMILAR_TERMS };

static const double of_words = 0.5, of_usages = 0.3, of_size = 0.2;

/* ---- The sheet's words ---- */

/* The prose of a sheet, without names of places, people and providers. */
static bool read_prose(const struct snapshot *snapshot, uint32_t position, struct aro_buffer *out,
                       struct aro_error *err)
{
    static const char *const prose[] = {"titre",  "sous_titre",      "actions",  "synthese",
                                        "outils", "recommandations", "resultats"};
    struct text_slice slice = text_block_at(&snapshot->initiatives.full, position);
    struct schema_json_walk walk = feature_value_properties(slice.text, slice.len);
    struct schema_json_slice key, value;
    while (schema_json_key(&walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(&walk, &value) == SCHEMA_JSON_FOUND)
        for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
            if (schema_json_is(key, prose[i])) {
                feature_value_text(out, value);
                aro_buffer_char(out, '\n');
            }
    return aro_buffer_ok(out, err);
}

static bool is_among(const struct geo_term *terms, size_t n, uint64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (terms[i].number == number)
            return true;
    return false;
}

bool similar_terms(const struct snapshot *snapshot, uint32_t position, struct geo_term *out_terms,
                   size_t *out_n, struct aro_error *err)
{
    enum { NAME_TERMS = 16, LEAST = 2 }; /* a word of this sheet alone tells of no other */
    struct geo_term terms[SIMILAR_TERMS + NAME_TERMS], name_terms[NAME_TERMS];
    struct aro_buffer prose = {0};
    size_t n_terms = 0, n_name_terms = 0, n = 0;
    const struct geo_words *words = snapshot->initiative.words;
    const char *name = snapshot->commune.noms[snapshot->initiative.communes[position]];
    bool ok = read_prose(snapshot, position, &prose, err) &&
              geo_terms_of(words, name, strlen(name), LEAST, NAME_TERMS, name_terms, &n_name_terms,
                           err) &&
              geo_terms_of(words, prose.data, prose.len, LEAST, SIMILAR_TERMS + NAME_TERMS, terms,
                           &n_terms, err);
    for (size_t i = 0; i < n_terms && n < SIMILAR_TERMS; i++)
        if (!is_among(name_terms, n_name_terms, terms[i].number))
            out_terms[n++] = terms[i];
    aro_buffer_clear(&prose);
    if (ok)
        *out_n = n;
    return ok;
}

/* ---- Scores ---- */

double similar_size(int64_t a, int64_t b)
{
    const double octaves = 3;
    if (a <= 0 || b <= 0)
        return 0;
    return fmax(0, 1 - fabs(log2((double)a / (double)b)) / octaves);
}

/* What is compared with. */
struct comparing {
    const struct snapshot *snapshot;
    uint32_t commune;
    uint64_t usages;
    int64_t population;
    struct geo_term terms[SIMILAR_TERMS];
    size_t n_terms;
    double sums[N_SUMS]; /* by the set of terms shared: their part of the weight of all */
    const uint64_t *rows[SNAPSHOT_MAX_USAGES];
    size_t n_rows;
    struct similar_hit *hits; /* best first, each of another commune */
    size_t n, limit;
};

static void sum_weights(struct comparing *comparing)
{
    double weights[SIMILAR_TERMS], total = 0;
    double all = (double)comparing->snapshot->initiatives.n;
    for (size_t i = 0; i < comparing->n_terms; i++)
        total += weights[i] = log2(all / comparing->terms[i].n);
    comparing->sums[0] = 0;
    for (size_t set = 1; set < (size_t)1 << comparing->n_terms; set++) {
        int last = 63 - __builtin_clzll(set);
        double below = comparing->sums[set ^ (size_t)1 << last];
        comparing->sums[set] = total > 0 ? below + weights[last] / total : 0;
    }
}

static bool is_better(const struct snapshot *snapshot, const struct similar_hit *a,
                      const struct similar_hit *b)
{
    const int32_t *days = snapshot->initiative.days;
    if (a->score != b->score)
        return a->score > b->score;
    if (days[a->position] != days[b->position])
        return days[a->position] > days[b->position];
    return snapshot->initiatives.ids[a->position] > snapshot->initiatives.ids[b->position];
}

/* Where the commune stands among the hits; n where it does not. */
static size_t place_of(const struct comparing *comparing, uint32_t commune)
{
    const uint32_t *communes = comparing->snapshot->initiative.communes;
    size_t i = 0;
    while (i < comparing->n && communes[comparing->hits[i].position] != commune)
        i++;
    return i;
}

static void offer(struct comparing *comparing, const struct similar_hit *hit)
{
    const struct snapshot *snapshot = comparing->snapshot;
    struct similar_hit *hits = comparing->hits;
    size_t at = place_of(comparing, snapshot->initiative.communes[hit->position]);
    bool is_new = at == comparing->n, has_room = comparing->n < comparing->limit;
    if (is_new && !has_room)
        at--;
    if (is_new && has_room)
        comparing->n++;
    else if (!is_better(snapshot, hit, &hits[at]))
        return;
    for (; at > 0 && is_better(snapshot, hit, &hits[at - 1]); at--)
        hits[at] = hits[at - 1];
    hits[at] = *hit;
}

/* ---- The walk ---- */

/* Below this no score is good enough. */
static double least_score(const struct comparing *comparing)
{
    return comparing->n < comparing->limit ? -1 : comparing->hits[comparing->n - 1].score;
}

static void compare(struct comparing *comparing, uint32_t position, size_t set)
{
    const struct snapshot *snapshot = comparing->snapshot;
    uint64_t usages = snapshot->initiative.usages[position];
    uint32_t commune = snapshot->initiative.communes[position];
    struct similar_hit hit = {
        .position = position,
        .words = comparing->sums[set],
        .usages = (double)__builtin_popcountll(usages & comparing->usages) /
                  __builtin_popcountll(usages | comparing->usages),
    };
    double known = of_words * hit.words + of_usages * hit.usages;
    if (commune == comparing->commune || known + of_size < least_score(comparing))
        return;
    hit.size = similar_size(snapshot->commune.populations[commune], comparing->population);
    hit.score = known + of_size * hit.size;
    offer(comparing, &hit);
}

/* 64 neighbours: most are left out together, since none of them has the rare words that the best
 * ones so far have. */
static void compare_word(struct comparing *comparing, uint32_t word)
{
    uint64_t which = 0, with[SIMILAR_TERMS];
    size_t any = 0;
    for (size_t i = 0; i < comparing->n_rows; i++)
        which |= comparing->rows[i][word];
    if (!which)
        return;
    for (size_t i = 0; i < comparing->n_terms; i++) {
        with[i] = geo_term_word(&comparing->terms[i], word);
        any |= (size_t)((with[i] & which) != 0) << i;
    }
    if (of_words * comparing->sums[any] + of_usages + of_size < least_score(comparing))
        return;
    for (; which; which &= which - 1) {
        int bit = __builtin_ctzll(which);
        size_t set = 0;
        for (size_t i = 0; i < comparing->n_terms; i++)
            set |= (size_t)(with[i] >> bit & 1) << i;
        compare(comparing, 64 * word + (uint32_t)bit, set);
    }
}

static void compare_all(struct comparing *comparing)
{
    const struct snapshot *snapshot = comparing->snapshot;
    for (size_t i = 0; i < snapshot->n_usages; i++)
        if (comparing->usages >> i & 1)
            comparing->rows[comparing->n_rows++] =
                snapshot_theme_bits(snapshot, snapshot->usage_themes[i]);
    for (uint32_t word = 0; word < geo_bits_words(snapshot->initiatives.n); word++)
        compare_word(comparing, word);
}

bool similar_find(const struct snapshot *snapshot, uint32_t position, size_t limit,
                  struct similar_hit *out_hits, size_t *out_n, struct aro_error *err)
{
    struct comparing *comparing = calloc(1, sizeof *comparing);
    if (!comparing)
        return aro_error_no_memory(err);
    comparing->snapshot = snapshot;
    comparing->commune = snapshot->initiative.communes[position];
    comparing->usages = snapshot->initiative.usages[position];
    comparing->population = snapshot->commune.populations[comparing->commune];
    comparing->hits = out_hits;
    comparing->limit = limit;
    bool ok = similar_terms(snapshot, position, comparing->terms, &comparing->n_terms, err);
    if (ok) {
        sum_weights(comparing);
        compare_all(comparing);
        *out_n = comparing->n;
    }
    free(comparing);
    return ok;
}
