#include "server/snapshot_words.h"

#include <stdlib.h>
#include <string.h>

#include "geo/bits.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

static const uint64_t SEED = 20261126;
enum { MOST_ROWS = 1000, N_WORDS = 12 };
static const char *const words[N_WORDS] = {"fibre", "vélo",   "école",  "musée", "wifi",  "mairie",
                                           "forêt", "marché", "jardin", "train", "piste", "canal"};

/* Rows of some words, and one that each row has to itself. */
struct texts {
    uint32_t n;
    uint32_t order[MOST_ROWS]; /* the row at each position */
    struct aro_buffer rows[MOST_ROWS];
};

static void texts_make(struct texts *texts, uint32_t n, uint64_t *seed)
{
    texts->n = n;
    for (uint32_t row = 0; row < n; row++) {
        struct aro_buffer *text = &texts->rows[row];
        *text = (struct aro_buffer){0};
        texts->order[row] = row;
        aro_buffer_printf(text, "numéro%u ", (unsigned)row);
        for (size_t left = random_below(seed, 6); left > 0; left--)
            aro_buffer_printf(text, "%s ", words[random_below(seed, N_WORDS)]);
    }
    for (uint32_t i = n; i > 1; i--) {
        uint32_t other = (uint32_t)random_below(seed, i), row = texts->order[i - 1];
        texts->order[i - 1] = texts->order[other];
        texts->order[other] = row;
    }
}

static void texts_clear(struct texts *texts)
{
    for (uint32_t row = 0; row < texts->n; row++)
        aro_buffer_clear(&texts->rows[row]);
}

/* As it is made elsewhere: one text after another, by one thread. */
static struct geo_words *make_in_one_thread(const struct texts *texts)
{
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    assert_non_null(builder);
    for (uint32_t row = 0; row < texts->n; row++)
        assert_true(geo_words_add(builder, row, texts->rows[row].data, texts->rows[row].len, NULL));
    return geo_words_build(builder, texts->order, texts->n, NULL);
}

static void feed_rows(struct words_feed *feed, const struct texts *texts)
{
    for (uint32_t row = 0; row < texts->n; row++) {
        struct aro_buffer *out = words_feed_row(feed, row, NULL);
        assert_non_null(out);
        aro_buffer_append(out, texts->rows[row].data, texts->rows[row].len);
    }
}

static void assert_same_answers(const struct geo_words *got, const struct geo_words *want,
                                const char *query, uint32_t n)
{
    uint64_t got_bits[MOST_ROWS / 64 + 1], want_bits[MOST_ROWS / 64 + 1];
    assert_true(geo_words_search(got, query, strlen(query), got_bits, NULL));
    assert_true(geo_words_search(want, query, strlen(query), want_bits, NULL));
    assert_memory_equal(got_bits, want_bits, geo_bits_words(n) * sizeof *got_bits);
}

/* Around the size of a batch, too. */
static void is_the_index_of_one_thread(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 2, 127, 128, 129, 255, 256, 257, MOST_ROWS};
    static struct texts texts;
    uint64_t seed = SEED;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct words_feed feed;
        struct geo_words *got = NULL;
        texts_make(&texts, sizes[i], &seed);
        words_feed_start(&feed);
        feed_rows(&feed, &texts);
        words_feed_end(&feed, texts.order, texts.n);
        assert_true(words_feed_join(&feed, &got, NULL));
        struct geo_words *want = make_in_one_thread(&texts);
        assert_true(got && want);
        for (uint32_t row = 0; row < texts.n; row += 1 + texts.n / 50) {
            char query[32];
            snprintf(query, sizeof query, "numero%u", (unsigned)row);
            assert_same_answers(got, want, query, texts.n);
        }
        for (int word = 0; word < N_WORDS; word++)
            assert_same_answers(got, want, words[word], texts.n);
        assert_same_answers(got, want, "wifi mairie", texts.n);
        geo_words_free(got);
        geo_words_free(want);
        texts_clear(&texts);
    }
}

/* Each row's own word leads to the position of the row, whoever was first. */
static void rows_have_their_positions(void **state)
{
    (void)state;
    static struct texts texts;
    uint64_t seed = SEED + 1, bits[MOST_ROWS / 64 + 1];
    struct words_feed feed;
    struct geo_words *got = NULL;
    texts_make(&texts, 500, &seed);
    words_feed_start(&feed);
    feed_rows(&feed, &texts);
    words_feed_end(&feed, texts.order, texts.n);
    assert_true(words_feed_join(&feed, &got, NULL));
    for (uint32_t position = 0; position < texts.n; position++) {
        char query[32];
        snprintf(query, sizeof query, "numero%u", (unsigned)texts.order[position]);
        assert_true(geo_words_search(got, query, strlen(query), bits, NULL));
        for (uint32_t at = 0; at < texts.n; at++)
            assert_int_equal(bits[at / 64] >> at % 64 & 1, at == position);
    }
    geo_words_free(got);
    texts_clear(&texts);
}

/* The reading of the rows failed: nothing is built, and nothing is left waiting. */
static void ends_without_an_order(void **state)
{
    (void)state;
    static struct texts texts;
    uint64_t seed = SEED + 2;
    for (uint32_t n = 0; n < 400; n += 133) {
        struct words_feed feed;
        struct geo_words *got = (struct geo_words *)&seed;
        texts_make(&texts, n, &seed);
        words_feed_start(&feed);
        feed_rows(&feed, &texts);
        words_feed_end(&feed, NULL, 0);
        assert_true(words_feed_join(&feed, &got, NULL));
        assert_null(got);
        texts_clear(&texts);
    }
}

/* A text that did not fit in memory: the rows go on, and the join tells. */
static void says_at_the_end_what_failed(void **state)
{
    (void)state;
    static struct texts texts;
    uint64_t seed = SEED + 3;
    for (uint32_t failing = 0; failing < 400; failing += 57) {
        struct words_feed feed;
        struct aro_error err = {0};
        struct geo_words *got = (struct geo_words *)&seed;
        texts_make(&texts, 400, &seed);
        words_feed_start(&feed);
        for (uint32_t row = 0; row < texts.n; row++) {
            struct aro_buffer *out = words_feed_row(&feed, row, NULL);
            assert_non_null(out);
            aro_buffer_append(out, texts.rows[row].data, texts.rows[row].len);
            out->failed |= row == failing;
        }
        words_feed_end(&feed, texts.order, texts.n);
        assert_false(words_feed_join(&feed, &got, &err));
        assert_int_equal(err.status, ARO_NO_MEMORY);
        assert_null(got);
        texts_clear(&texts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_index_of_one_thread),
        cmocka_unit_test(rows_have_their_positions),
        cmocka_unit_test(ends_without_an_order),
        cmocka_unit_test(says_at_the_end_what_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
