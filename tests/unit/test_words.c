#include "geo/fold.h"
#include "geo/stem.h"
#include "geo/words.h"
#include "tests/unit/allocations.h"
#include "tests/unit/blocks_bytes.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 2010, MOST_TEXTS = 120, MOST_BYTES = 2048 };

static const char *const sheets[] = {
    "Écoles numériques : l’équipement des classes", /* 0 */
    "L'école à la maison",
    "Participation citoyenne et budget participatif",
    "Le budget de la ville de St-Étienne",
    "Saint Etienne, ville connectée",
    "", /* 5: nothing at all */
    "Œuvres d’art et patrimoine: 2.0",
    "Wi‑Fi public dans les services publics",
    "Москва 北京 5G",
    "L'd'n", /* 9: one-letter words only */
};
enum { N_SHEETS = sizeof sheets / sizeof sheets[0] };

static const struct search_case {
    const char *name, *query, *want; /* positions */
} search_cases[] = {
    {"accents and plural", "ecole", "0 1"},
    {"capitals", "ÉCOLES", "0 1"},
    {"apostrophe in the query", "l'école", "0 1"},
    {"typographic apostrophe in the text", "equipement", "0"},
    {"all words must match", "école numérique", "0"},
    {"in any order", "classes   numerique,ecole", "0"},
    {"one word is nowhere", "école martienne", ""},
    {"the same word twice", "budget BUDGETS budget", "2 3"},
    {"stems", "participatif", "2"},
    {"feminine", "citoyen", "2"},
    {"st is saint", "St Etienne", "3 4"},
    {"saint is st", "saint-étienne", "3 4"},
    {"ligature", "oeuvre", "6"},
    {"a digit", "2", "6"},
    {"digits as written", "2.0", "6"},
    {"non-breaking hyphen in the text", "wi-fi", "7"},
    {"public, publics", "service public", "7"},
    {"cyrillic", "МОСКВА", "8"},
    {"chinese", "北京", "8"},
    {"figure and letter", "5g", "8"},
    {"not the beginning of a word", "eco", ""},
    {"small words too", "de", "0 3"},
};

static struct geo_words *index_of(const char *const *texts, size_t n)
{
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    assert_non_null(builder);
    for (size_t i = 0; i < n; i++)
        assert_true(geo_words_add(builder, (uint32_t)i, texts[i], strlen(texts[i]), NULL));
    struct geo_words *words = geo_words_build(builder, NULL, (uint32_t)n, NULL);
    assert_non_null(words);
    return words;
}

/* What is found, as runs; every bit is written, so that what was in them does not matter. */
static bool search(const struct geo_words *words, size_t n_positions, const char *query, size_t len,
                   struct geo_runs *out_runs, struct aro_error *err)
{
    size_t n_words = geo_bits_words(n_positions);
    uint64_t *bits = malloc(n_words * sizeof *bits);
    assert_non_null(bits);
    memset(bits, 0xA5, n_words * sizeof *bits);
    out_runs->n = 0;
    bool ok = geo_words_search(words, query, len, bits, err);
    for (size_t word = 0; !ok && word < n_words; word++)
        assert_true(bits[word] == UINT64_C(0xA5A5A5A5A5A5A5A5));
    if (ok) {
        assert_true(bits[n_words - 1] >> n_positions % 64 == 0);
        ok = geo_bits_add_runs(bits, (struct geo_run){0, (uint32_t)n_positions}, out_runs, err);
    }
    free(bits);
    return ok;
}

static size_t words_bytes(struct geo_words *words)
{
    struct geo_blocks blocks = {0};
    geo_words_blocks(&words, &blocks);
    return blocks_bytes(&blocks);
}

static void write_runs(const struct geo_runs *runs, char *out, size_t room)
{
    *out = '\0';
    for (size_t r = 0; r < runs->n; r++)
        for (uint32_t i = runs->items[r].first; i < runs->items[r].end; i++)
            snprintf(out + strlen(out), room - strlen(out), "%s%u", *out ? " " : "", i);
}

static void finds_sheets(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_words *words = index_of(sheets, N_SHEETS);
    struct geo_runs runs = {0};
    for (size_t i = 0; i < sizeof search_cases / sizeof search_cases[0]; i++) {
        const struct search_case *c = &search_cases[i];
        char got[256];
        bool ok = search(words, N_SHEETS, c->query, strlen(c->query), &runs, NULL);
        write_runs(&runs, got, sizeof got);
        CHECK(failures, c->name, ok && strcmp(got, c->want) == 0);
        if (strcmp(got, c->want) != 0)
            fprintf(stderr, "    got '%s', want '%s'\n", got, c->want);
    }
    assert_true(words_bytes(words) > 100);
    geo_runs_clear(&runs);
    geo_words_free(words);
    geo_words_free(NULL);
    geo_words_builder_free(NULL);
    assert_int_equal(failures, 0);
}

static void refuses_queries_without_words(void **state)
{
    (void)state;
    char many[4 * GEO_WORDS_MAX_QUERY + 8] = "", too_many[sizeof many];
    for (int i = 0; i < GEO_WORDS_MAX_QUERY; i++)
        strcat(many, "mot ");
    strcat(strcpy(too_many, many), "d'un");
    const struct {
        const char *query;
        enum aro_status status;
        const char *message;
    } cases[] = {
        {"", ARO_BAD_INPUT,
         "'' has no word to look for: wanted a word of two letters or more, or a number"},
        {" -' ", ARO_BAD_INPUT,
         "' -' ' has no word to look for: wanted a word of two letters or more, or a number"},
        {"l' à", ARO_BAD_INPUT,
         "'l' à' has no word to look for: wanted a word of two letters or more, or a number"},
        {many, ARO_OK, ""},
        {too_many, ARO_TOO_LARGE, "more than 32 words to look for"},
    };
    int failures = 0;
    struct geo_words *words = index_of(sheets, N_SHEETS);
    struct geo_runs runs = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct aro_error err = {0};
        bool ok = search(words, N_SHEETS, cases[i].query, strlen(cases[i].query), &runs, &err);
        CHECK(failures, cases[i].query, ok == (cases[i].status == ARO_OK));
        CHECK(failures, cases[i].query, err.status == cases[i].status);
        CHECK(failures, cases[i].query, strcmp(err.message, cases[i].message) == 0);
        CHECK(failures, cases[i].query, runs.n == 0);
    }
    geo_runs_clear(&runs);
    geo_words_free(words);
    assert_int_equal(failures, 0);
}

static void an_empty_index_finds_nothing(void **state)
{
    (void)state;
    struct geo_words *words = index_of(NULL, 0);
    struct geo_runs runs = {0};
    assert_true(search(words, 0, "école", 6, &runs, NULL));
    assert_int_equal(runs.n, 0);
    geo_words_free(words);
}

static void positions_come_again_and_leave_gaps(void **state)
{
    (void)state;
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    enum { N = 1000000 };
    static const uint32_t positions[] = {3, 3, 4, 5, 9, 9, 70000, N - 1};
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++)
        assert_true(geo_words_add(builder, positions[i], "mairie, mairies", 15, NULL));
    struct geo_words *words = geo_words_build(builder, NULL, N, NULL);
    struct geo_runs runs = {0};
    assert_true(search(words, N, "mairie", 6, &runs, NULL));
    assert_int_equal(runs.n, 4);
    assert_int_equal(runs.items[0].first, 3);
    assert_int_equal(runs.items[0].end, 6);
    assert_int_equal(runs.items[3].first, N - 1);
    assert_int_equal(runs.items[3].end, N);
    geo_runs_clear(&runs);
    geo_words_free(words);
}

/* Longer than a kept word, in one piece for the scan, and longer than a stem. */
/* Texts added in any order, and put in their places at the end, are found as if added there. */
static void positions_may_be_said_at_the_end(void **state)
{
    (void)state;
    enum { N = 300, N_WORDS = 6, PRIME = 7 };
    static const char *const vocabulary[N_WORDS] = {"mairie",  "fibre", "ecole",
                                                    "atelier", "cube",  "numerique"};
    static char texts[N][64];
    const char *as_added[N], *as_placed[N];
    uint32_t order[N];
    uint64_t seed = 5;
    int failures = 0;
    printf("seed 5\n");
    for (size_t i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "%s %s", vocabulary[random_below(&seed, N_WORDS)],
                 vocabulary[random_below(&seed, i % N_WORDS + 1)]);
        as_added[i] = texts[i];
        order[i] = (uint32_t)(i * PRIME % N);
        as_placed[i] = texts[order[i]];
    }
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    for (uint32_t i = 0; i < N; i++)
        assert_true(geo_words_add(builder, i, as_added[i], strlen(as_added[i]), NULL));
    struct geo_words *words = geo_words_build(builder, order, N, NULL);
    struct geo_words *want = index_of(as_placed, N);
    for (size_t i = 0; i < N_WORDS; i++) {
        struct geo_runs got_runs = {0}, want_runs = {0};
        size_t len = strlen(vocabulary[i]);
        assert_true(search(words, N, vocabulary[i], len, &got_runs, NULL));
        assert_true(search(want, N, vocabulary[i], len, &want_runs, NULL));
        CHECK(failures, vocabulary[i], got_runs.n == want_runs.n && got_runs.n > 0);
        CHECK(failures, vocabulary[i],
              memcmp(got_runs.items, want_runs.items, got_runs.n * sizeof *got_runs.items) == 0);
        geo_runs_clear(&got_runs);
        geo_runs_clear(&want_runs);
    }
    geo_words_free(words);
    geo_words_free(want);
    assert_int_equal(failures, 0);
}

static void long_pieces_are_words_too(void **state)
{
    (void)state;
    char lasting[200], other[200];
    memset(lasting, 'x', sizeof lasting);
    memset(other, 'x', sizeof other);
    memcpy(lasting + 100, "’école’", 12);
    memset(other + 100, 'y', 100);
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    for (uint32_t i = 0; i < 2; i++)
        assert_true(geo_words_add(builder, i, lasting, sizeof lasting, NULL));
    struct geo_words *words = geo_words_build(builder, NULL, 2, NULL);
    struct geo_runs runs = {0};
    assert_true(search(words, 2, "ecole", 5, &runs, NULL));
    assert_int_equal(geo_runs_count(&runs), 2);
    assert_true(search(words, 2, other, sizeof other, &runs, NULL)); /* same beginning */
    assert_int_equal(geo_runs_count(&runs), 2);
    geo_runs_clear(&runs);
    geo_words_free(words);
}

/* The twin: a text as " stem stem stem ". */
static void twin_terms(struct geo_stemmer *stemmer, const char *text, size_t len, char *out)
{
    struct aro_buffer folded = {0};
    geo_fold(&folded, text, len);
    aro_buffer_char(&folded, '\0');
    strcpy(out, " ");
    for (char *word = strtok(folded.data, " "); word; word = strtok(NULL, " ")) {
        size_t stem_len = 0;
        if (strlen(word) == 1 && *word >= 'a' && *word <= 'z')
            continue;
        const char *stem = geo_stem(stemmer, word, strlen(word), &stem_len, NULL);
        assert_non_null(stem);
        strncat(out, stem, stem_len);
        strcat(out, " ");
    }
    aro_buffer_clear(&folded);
}

static bool twin_matches(const char *terms, const char *query_terms)
{
    char copy[MOST_BYTES], wanted[MOST_BYTES];
    strcpy(copy, query_terms);
    for (char *term = strtok(copy, " "); term; term = strtok(NULL, " ")) {
        snprintf(wanted, sizeof wanted, " %s ", term);
        if (!strstr(terms, wanted))
            return false;
    }
    return true;
}

static size_t random_text(uint64_t *seed, char *text, size_t n_pieces)
{
    static const char *const pieces[] = {
        "école", "ECOLES",   "l’",    "d'",     "mairie", "élus",   "é",     "st",       "ste",
        "œuvre", "2020",     "numé",  "rique",  "s",      "budget", "lieux", "\xCC\x81", "\xC2\xAD",
        "\xFF",  "\xE2\x80", "ville", "villes", "de",     "la",     "и",     "½",        "™"};
    static const char *const gaps[] = {" ", " ", "-", "\xC2\xA0", "", "", ", ", "’"};
    size_t len = 0;
    for (size_t i = 0; i < n_pieces; i++) {
        const char *piece = pieces[random_below(seed, sizeof pieces / sizeof pieces[0])];
        const char *gap = gaps[random_below(seed, sizeof gaps / sizeof gaps[0])];
        len += (size_t)sprintf(text + len, "%s%s", piece, gap);
    }
    return len;
}

/* Titles and bodies of random pieces, some positions without a text. */
static struct geo_words *random_index(uint64_t *seed, struct geo_stemmer *stemmer, size_t n_texts,
                                      char terms[MOST_TEXTS][MOST_BYTES])
{
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    assert_non_null(builder);
    for (size_t i = 0; i < n_texts; i++) {
        strcpy(terms[i], " ");
        for (size_t part = random_below(seed, 3); part > 0; part--) {
            char text[MOST_BYTES], more[MOST_BYTES];
            size_t len = random_text(seed, text, random_below(seed, 30));
            assert_true(geo_words_add(builder, (uint32_t)i, text, len, NULL));
            twin_terms(stemmer, text, len, more);
            assert_true(strlen(terms[i]) + strlen(more) < MOST_BYTES);
            strcat(terms[i], more);
        }
    }
    struct geo_words *words = geo_words_build(builder, NULL, (uint32_t)n_texts, NULL);
    assert_non_null(words);
    return words;
}

static void agrees_with_the_twin(void **state)
{
    (void)state;
    static char terms[MOST_TEXTS][MOST_BYTES];
    uint64_t seed = SEED;
    int failures = 0;
    struct geo_stemmer *stemmer = geo_stemmer_new(NULL);
    struct geo_runs runs = {0};
    printf("seed %d\n", SEED);
    for (int round = 0; round < 40; round++) {
        size_t n_texts = random_below(&seed, MOST_TEXTS + 1);
        struct geo_words *words = random_index(&seed, stemmer, n_texts, terms);
        for (int i = 0; i < 50; i++) {
            char query[MOST_BYTES], query_terms[MOST_BYTES], got[1024], want[1024] = "";
            size_t len = random_text(&seed, query, 1 + random_below(&seed, 4));
            struct aro_error err = {0};
            twin_terms(stemmer, query, len, query_terms);
            bool ok = search(words, n_texts, query, len, &runs, &err);
            CHECK(failures, query, ok == (strlen(query_terms) > 1));
            CHECK(failures, query, ok || err.status == ARO_BAD_INPUT);
            for (size_t t = 0; ok && t < n_texts; t++)
                if (twin_matches(terms[t], query_terms))
                    snprintf(want + strlen(want), sizeof want - strlen(want), "%s%zu",
                             *want ? " " : "", t);
            write_runs(&runs, got, sizeof got);
            CHECK(failures, query, strcmp(got, want) == 0);
        }
        geo_words_free(words);
    }
    geo_runs_clear(&runs);
    geo_stemmer_free(stemmer);
    assert_int_equal(failures, 0);
}

/* Rare words have lists, common ones bitmaps: all ways of intersecting are taken. */
static void lists_and_bitmaps_meet(void **state)
{
    (void)state;
    enum { N = 40000 };
    static bool wanted[N];
    uint64_t seed = SEED;
    int failures = 0;
    struct geo_runs runs = {0};
    for (uint64_t every = 1; every < N; every *= 7) {
        struct geo_words_builder *builder = geo_words_builder_new(NULL);
        for (uint32_t i = 0; i < N; i++) {
            bool rare = random_below(&seed, every) == 0, common = random_below(&seed, 3) > 0;
            bool some = random_below(&seed, every > 100 ? 40 : 10) == 0;
            char text[32];
            int len = snprintf(text, sizeof text, "%s%s%s", rare ? "rare " : "",
                               common ? "banal " : "", some ? "dispers " : "");
            wanted[i] = rare && common && some;
            assert_true(geo_words_add(builder, i, text, (size_t)len, NULL));
        }
        struct geo_words *words = geo_words_build(builder, NULL, N, NULL);
        bool ok = search(words, N, "banal dispers rare", 18, &runs, NULL);
        CHECK(failures, "found", ok);
        uint32_t at = 0;
        for (size_t r = 0; r < runs.n; r++) {
            for (; at < runs.items[r].first; at++)
                CHECK(failures, "left out", !wanted[at]);
            for (; at < runs.items[r].end; at++)
                CHECK(failures, "in", wanted[at]);
        }
        for (; at < N; at++)
            CHECK(failures, "left out at the end", !wanted[at]);
        geo_words_free(words);
    }
    geo_runs_clear(&runs);
    assert_int_equal(failures, 0);
}

/* One more text with the word, and its bits are shorter than its list. */
static void the_shorter_form_is_kept(void **state)
{
    (void)state;
    enum { N = 64 * 9 - 1, LIMIT = 2 * 9 };
    size_t bytes[3];
    for (uint32_t i = 0; i < 3; i++) {
        struct geo_words_builder *builder = geo_words_builder_new(NULL);
        for (uint32_t text = 0; text < LIMIT - 1 + i; text++)
            assert_true(geo_words_add(builder, 3 * text, "mairie", 6, NULL));
        struct geo_words *words = geo_words_build(builder, NULL, N, NULL);
        struct geo_runs runs = {0};
        assert_true(search(words, N, "mairies", 7, &runs, NULL));
        assert_int_equal(geo_runs_count(&runs), LIMIT - 1 + i);
        bytes[i] = words_bytes(words);
        geo_runs_clear(&runs);
        geo_words_free(words);
    }
    assert_int_equal(bytes[1], bytes[0] + sizeof(uint32_t));
    assert_int_equal(bytes[2], bytes[1] + 2 * sizeof(uint32_t)); /* the term, its count */
}

static struct geo_words *build_within_memory(struct aro_error *err)
{
    struct geo_words_builder *builder = geo_words_builder_new(err);
    for (uint32_t i = 0; builder && i < N_SHEETS; i++) {
        if (!geo_words_add(builder, i, sheets[i], strlen(sheets[i]), err)) {
            geo_words_builder_free(builder);
            return NULL;
        }
    }
    return builder ? geo_words_build(builder, NULL, N_SHEETS, err) : NULL;
}

static void survives_without_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_words *words = NULL;
    for (size_t allowed = 0; !words; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        words = build_within_memory(&err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "building", words || err.status == ARO_NO_MEMORY);
    }
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        uint64_t bits[1] = {0};
        _Static_assert(N_SHEETS < 64, "one word of bits");
        allow_allocations(allowed);
        ok = geo_words_search(words, "ville etienne", 13, bits, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "searching", ok ? bits[0] == 3 << 3 : err.status == ARO_NO_MEMORY);
        CHECK(failures, "searching", ok || bits[0] == 0);
    }
    geo_words_free(words);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_sheets),
        cmocka_unit_test(refuses_queries_without_words),
        cmocka_unit_test(an_empty_index_finds_nothing),
        cmocka_unit_test(positions_come_again_and_leave_gaps),
        cmocka_unit_test(positions_may_be_said_at_the_end),
        cmocka_unit_test(long_pieces_are_words_too),
        cmocka_unit_test(agrees_with_the_twin),
        cmocka_unit_test(lists_and_bitmaps_meet),
        cmocka_unit_test(the_shorter_form_is_kept),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
