#include "geo/terms.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 1207, N_TEXTS = 700, N_VOCABULARY = 90, MAX = 8, TEXT_BYTES = 400 };

/* Words of one stem each: word i is in about one text of i. */
static void vocabulary(int i, char out[16])
{
    snprintf(out, 16, "x%c%c%c", 'b' + i % 20, 'k' + i / 20, 'z');
}

static char (*make_texts(void))[TEXT_BYTES]
{
    char(*texts)[TEXT_BYTES] = calloc(N_TEXTS, sizeof *texts);
    uint64_t seed = SEED;
    assert_non_null(texts);
    for (int i = 0; i < N_TEXTS; i++)
        for (int w = 1; w <= N_VOCABULARY; w++) {
            char word[16];
            if (random_below(&seed, (uint64_t)w) > 0 || strlen(texts[i]) > TEXT_BYTES - 20)
                continue;
            vocabulary(w, word);
            strcat(strcat(texts[i], word), " ");
        }
    return texts;
}

static struct geo_words *index_of(char (*texts)[TEXT_BYTES], uint32_t n)
{
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    assert_non_null(builder);
    for (uint32_t i = 0; i < n; i++)
        assert_true(geo_words_add(builder, i, texts[i], strlen(texts[i]), NULL));
    struct geo_words *words = geo_words_build(builder, NULL, n, NULL);
    assert_non_null(words);
    return words;
}

/* How many texts have each word of the text, by searching for them one by one; fewest first. */
static size_t slow_counts(const struct geo_words *words, const char *text, uint32_t least,
                          uint32_t out_counts[N_VOCABULARY])
{
    uint64_t *bits = calloc(geo_bits_words(N_TEXTS), sizeof *bits);
    size_t n = 0;
    assert_non_null(bits);
    for (int w = 1; w <= N_VOCABULARY; w++) {
        char word[16];
        vocabulary(w, word);
        if (!strstr(text, word))
            continue;
        assert_true(geo_words_search(words, word, strlen(word), bits, NULL));
        uint32_t count = geo_bits_count(bits, (struct geo_run){0, N_TEXTS});
        size_t at = n;
        if (count < least)
            continue;
        for (; at > 0 && out_counts[at - 1] > count; at--)
            out_counts[at] = out_counts[at - 1];
        out_counts[at] = count;
        n++;
    }
    free(bits);
    return n < MAX ? n : MAX;
}

static uint32_t walked(struct geo_term term)
{
    uint32_t n = 0;
    for (uint32_t word = 0; word < geo_bits_words(N_TEXTS); word++)
        n += (uint32_t)__builtin_popcountll(geo_term_word(&term, word));
    return n;
}

static void finds_the_rarest(void **state)
{
    (void)state;
    char(*texts)[TEXT_BYTES] = make_texts();
    struct geo_words *words = index_of(texts, N_TEXTS);
    int failures = 0;
    size_t n_bitmaps = 0, n_lists = 0;
    for (int i = 0; i < N_TEXTS; i++) {
        struct geo_term terms[MAX];
        uint32_t counts[N_VOCABULARY];
        size_t n = 99, n_slow = slow_counts(words, texts[i], 12, counts);
        assert_true(geo_terms_of(words, texts[i], strlen(texts[i]), 12, MAX, terms, &n, NULL));
        CHECK(failures, texts[i], n == n_slow);
        for (size_t t = 0; t < n && t < n_slow; t++) {
            struct geo_term term = terms[t];
            CHECK(failures, texts[i], term.n == counts[t] && walked(term) == term.n);
            CHECK(failures, texts[i], geo_term_word(&term, (uint32_t)i / 64) >> i % 64 & 1);
            for (size_t other = 0; other < t; other++)
                CHECK(failures, texts[i], terms[other].number != term.number);
            n_bitmaps += term.list.bitmap != NULL;
            n_lists += term.list.bitmap == NULL;
        }
    }
    assert_true(n_bitmaps > 50 && n_lists > 50);
    geo_words_free(words);
    free(texts);
    assert_int_equal(failures, 0);
}

/* Texts that go, that come and that change: words that nobody had, that nobody has any more. What
 * the list is then stands in out_now. */
struct changes {
    char (*now)[TEXT_BYTES], (*come)[TEXT_BYTES];
    uint32_t n, n_come, n_gone;
    uint32_t gone[N_TEXTS], before[N_TEXTS];
};

static void make_text(char *out, uint64_t *seed)
{
    out[0] = '\0';
    for (uint64_t left = random_below(seed, 12); left > 0; left--) {
        char word[16];
        vocabulary((int)random_below(seed, N_VOCABULARY + 20), word);
        strcat(strcat(out, word), " ");
    }
}

static struct changes change_texts(char (*texts)[TEXT_BYTES], uint64_t *seed, uint64_t rarity)
{
    struct changes changes = {.now = calloc(2 * N_TEXTS, TEXT_BYTES),
                              .come = calloc(N_TEXTS, TEXT_BYTES)};
    assert_true(changes.now && changes.come);
    for (uint32_t i = 0; i < N_TEXTS; i++) {
        bool goes = random_below(seed, rarity) == 0, comes = random_below(seed, rarity) == 0;
        if (comes) {
            make_text(changes.come[changes.n_come], seed);
            memcpy(changes.now[changes.n++], changes.come[changes.n_come], TEXT_BYTES);
            changes.before[changes.n_come++] = i;
        }
        if (goes)
            changes.gone[changes.n_gone++] = i;
        else
            memcpy(changes.now[changes.n++], texts[i], TEXT_BYTES);
    }
    return changes;
}

static void compare_terms(const struct geo_words *got, const struct geo_words *want, uint32_t n,
                          const char *text, int *failures)
{
    struct geo_term got_terms[MAX], want_terms[MAX];
    size_t n_got, n_want;
    uint64_t got_bits[2 * N_TEXTS / 64 + 1] = {0}, want_bits[2 * N_TEXTS / 64 + 1] = {0};
    assert_true(geo_terms_of(got, text, strlen(text), 1, MAX, got_terms, &n_got, NULL));
    assert_true(geo_terms_of(want, text, strlen(text), 1, MAX, want_terms, &n_want, NULL));
    CHECK(*failures, text, n_got == n_want);
    for (size_t t = 0; t < n_got && t < n_want; t++) {
        CHECK(*failures, text, got_terms[t].n == want_terms[t].n);
        for (uint32_t word = 0; word < geo_bits_words(n); word++)
            CHECK(*failures, text,
                  geo_term_word(&got_terms[t], word) == geo_term_word(&want_terms[t], word));
    }
    bool ok = geo_words_search(got, text, strlen(text), got_bits, NULL);
    assert_true(ok == geo_words_search(want, text, strlen(text), want_bits, NULL));
    CHECK(*failures, text, !ok || memcmp(got_bits, want_bits, sizeof got_bits) == 0);
}

static void spliced_texts_are_as_if_built(void **state)
{
    (void)state;
    enum { ROUNDS = 12 };
    int failures = 0;
    uint64_t seed = SEED;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        char(*texts)[TEXT_BYTES] = make_texts();
        struct geo_splice splice = {0};
        struct geo_words *words = index_of(texts, N_TEXTS);
        struct changes changes = change_texts(texts, &seed, 1 + round * round * 10);
        struct geo_words *come = index_of(changes.come, changes.n_come);
        struct geo_words *fresh = index_of(changes.now, changes.n);
        assert_true(geo_splice_make(&splice, N_TEXTS, changes.gone, changes.n_gone, changes.before,
                                    changes.n_come, NULL));
        geo_words_splice(words, &splice, come);
        for (uint32_t i = 0; i < changes.n; i++)
            compare_terms(words, fresh, changes.n, changes.now[i], &failures);
        for (int w = 1; w < N_VOCABULARY + 20; w++) {
            char word[16];
            vocabulary(w, word);
            compare_terms(words, fresh, changes.n, word, &failures);
        }
        geo_words_free(words);
        geo_words_free(come);
        geo_words_free(fresh);
        geo_splice_clear(&splice);
        free(changes.now);
        free(changes.come);
        free(texts);
    }
    assert_int_equal(failures, 0);
}

static void unknown_words_are_none(void **state)
{
    (void)state;
    char(*texts)[TEXT_BYTES] = make_texts();
    struct geo_words *words = index_of(texts, N_TEXTS);
    struct geo_term terms[MAX];
    const char *const none[] = {"", " ", "inconnu", "l'd'", "\xff\xfe", "<script>"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        size_t n = 99;
        assert_true(geo_terms_of(words, none[i], strlen(none[i]), 1, MAX, terms, &n, NULL));
        assert_int_equal(n, 0);
    }
    geo_words_free(words);
    free(texts);
}

static void memory_runs_out(void **state)
{
    (void)state;
    char(*texts)[TEXT_BYTES] = make_texts();
    struct geo_words *words = index_of(texts, N_TEXTS);
    struct geo_term terms[MAX];
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        size_t n = 99;
        allow_allocations(allowed);
        ok = geo_terms_of(words, texts[0], strlen(texts[0]), 1, MAX, terms, &n, &err);
        allow_allocations(SIZE_MAX);
        assert_true(ok || (err.status == ARO_NO_MEMORY && n == 99));
        assert_true(allowed < 1000);
    }
    geo_words_free(words);
    free(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_rarest),
        cmocka_unit_test(spliced_texts_are_as_if_built),
        cmocka_unit_test(unknown_words_are_none),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
