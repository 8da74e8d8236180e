/* Sheets like another, against a twin that compares every sheet with no short cut. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/similar.h"
#include "tests/unit/random_snapshot.h"

enum { LIMIT = 6, STEP = 7 };

/* The sets of the sheets that have each of the terms. */
static uint64_t *sets_of(const struct snapshot *snapshot, struct geo_term *terms, size_t n)
{
    size_t n_words = geo_bits_words(snapshot->initiatives.n);
    uint64_t *sets = calloc(n * n_words + 1, sizeof *sets);
    assert_non_null(sets);
    for (size_t t = 0; t < n; t++)
        for (uint32_t word = 0; word < n_words; word++)
            sets[t * n_words + word] = geo_term_word(&terms[t], word);
    return sets;
}

static double slow_words(const struct snapshot *snapshot, const struct geo_term *terms, size_t n,
                         const uint64_t *sets, uint32_t other)
{
    double shared = 0, all = 0, n_all = (double)snapshot->initiatives.n;
    for (size_t t = 0; t < n; t++) {
        double weight = log2(n_all / terms[t].n);
        all += weight;
        if (geo_bits_has(sets + t * geo_bits_words(snapshot->initiatives.n), other))
            shared += weight;
    }
    return all > 0 ? shared / all : 0;
}

static double slow_usages(const struct snapshot *snapshot, uint32_t a, uint32_t b)
{
    int both = 0, either = 0;
    for (size_t i = 0; i < snapshot->n_usages; i++) {
        const uint64_t *row = snapshot_theme_bits(snapshot, snapshot->usage_themes[i]);
        both += geo_bits_has(row, a) && geo_bits_has(row, b);
        either += geo_bits_has(row, a) || geo_bits_has(row, b);
    }
    return (double)both / either;
}

static double slow_score(const struct snapshot *snapshot, const struct geo_term *terms, size_t n,
                         const uint64_t *sets, uint32_t position, uint32_t other)
{
    const uint32_t *communes = snapshot->initiative.communes;
    double usages = slow_usages(snapshot, position, other);
    if (usages == 0 || communes[position] == communes[other])
        return -1;
    return 0.5 * slow_words(snapshot, terms, n, sets, other) + 0.3 * usages +
           0.2 * similar_size(snapshot->commune.populations[communes[position]],
                              snapshot->commune.populations[communes[other]]);
}

/* Best first: what comes first in this order is never behind in the answer, but for rounding. */
static void check_one(const struct snapshot *snapshot, uint32_t position, double *scores,
                      int *failures)
{
    struct similar_hit hits[LIMIT];
    struct geo_term terms[SIMILAR_TERMS];
    size_t n_terms = 0, n = 0;
    const uint32_t *communes = snapshot->initiative.communes;
    assert_true(similar_terms(snapshot, position, terms, &n_terms, NULL));
    struct geo_term walks[SIMILAR_TERMS];
    memcpy(walks, terms, sizeof walks);
    uint64_t *sets = sets_of(snapshot, walks, n_terms);
    for (uint32_t i = 0; i < snapshot->initiatives.n; i++)
        scores[i] = slow_score(snapshot, terms, n_terms, sets, position, i);
    assert_true(similar_find(snapshot, position, LIMIT, hits, &n, NULL));
    for (size_t h = 0; h < LIMIT; h++) {
        /* The best that is left: of a commune that is not there yet. */
        uint32_t best = SNAPSHOT_NONE;
        for (uint32_t i = 0; i < snapshot->initiatives.n; i++) {
            bool taken = false;
            for (size_t before = 0; before < h && before < n; before++)
                taken |= communes[hits[before].position] == communes[i];
            if (!taken && scores[i] >= 0 && (best == SNAPSHOT_NONE || scores[i] > scores[best]))
                best = i;
        }
        if (best == SNAPSHOT_NONE) {
            (*failures) += n != h;
            break;
        }
        bool right = h < n && fabs(hits[h].score - scores[best]) < 1e-9 &&
                     fabs(hits[h].score - scores[hits[h].position]) < 1e-9;
        if (!right)
            print_error("position %u, hit %zu of %zu: %f, wanted %f of %u\n", (unsigned)position, h,
                        n, h < n ? hits[h].score : -1, scores[best], (unsigned)best);
        *failures += !right;
    }
    free(sets);
}

static void agrees_with_the_twin(void **state)
{
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    double *scores = calloc(snapshot->initiatives.n, sizeof *scores);
    int failures = 0;
    assert_non_null(scores);
    for (uint32_t i = 0; i < snapshot->initiatives.n && failures < 10; i += STEP)
        check_one(snapshot, i, scores, &failures);
    free(scores);
    assert_int_equal(failures, 0);
}

/* Equal scores: the newer sheet, then the greater id. */
static void equals_have_an_order(void **state)
{
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    const int32_t *days = snapshot->initiative.days;
    size_t n_equal = 0;
    for (uint32_t i = 0; i < snapshot->initiatives.n; i += STEP) {
        struct similar_hit hits[SIMILAR_MAX];
        size_t n = 0;
        assert_true(similar_find(snapshot, i, SIMILAR_MAX, hits, &n, NULL));
        for (size_t h = 1; h < n; h++) {
            assert_true(hits[h - 1].score >= hits[h].score);
            if (hits[h - 1].score > hits[h].score)
                continue;
            n_equal++;
            assert_true(days[hits[h - 1].position] >= days[hits[h].position]);
        }
    }
    print_message("%zu pairs of equals\n", n_equal);
}

static void sizes_are_alike(void **state)
{
    (void)state;
    assert_true(similar_size(1000, 1000) == 1);
    assert_true(fabs(similar_size(1000, 2000) - 2.0 / 3) < 1e-12);
    assert_true(similar_size(2000, 1000) == similar_size(1000, 2000));
    assert_true(similar_size(1000, 8000) == 0 && similar_size(1, 2000000) == 0);
    assert_true(similar_size(0, 1000) == 0 && similar_size(1000, SCHEMA_POPULATION_UNKNOWN) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_twin),
        cmocka_unit_test(equals_have_an_order),
        cmocka_unit_test(sizes_are_alike),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
