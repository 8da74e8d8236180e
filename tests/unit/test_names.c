#include "geo/fold.h"
#include "geo/names.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 486, MOST = 64 };

/* Items are places in this table; the second name of an item stands apart. */
static const struct geo_name towns[] = {
    {"Saint-Étienne", 0, 173000},
    {"Sainte-Maxime", 1, 14000},
    {"L'Haÿ-les-Roses", 2, 31000},
    {"Paris", 3, 2100000},
    {"Parisot", 4, 500},
    {"Cormeilles-en-Parisis", 5, 25000},
    {"Villeparisis", 6, 26000},
    {"Saint-Étienne-du-Rouvray", 7, 28000},
    {"Lutèce", 3, 2100000},
    {"42218", 0, 173000},
    {"Le Touquet-Paris-Plage", 8, 4200},
    {"Œuilly", 9, 600},
    {"Ham", 10, 4600},
    {"Ham", 11, 300},
    {"Y", 12, 90},
    {"", 13, 10},
    {"---", 13, 10},
    {"Nulle-Part", 14, NAN},
    {"Nulle-Part-Ailleurs", 15, 0},
    {"Paris Paris", 16, 1},
    {"Strasbourg", 17, 290000},
    {"Villers-Stein", 18, 200},
    {"Stellac", 19, 15000},
};
enum { N_TOWNS = sizeof towns / sizeof towns[0] };

static const struct search_case {
    const char *name, *query;
    size_t limit;
    const char *want; /* items, separated by blanks */
} search_cases[] = {
    {"exact first, then beginnings, then words", "paris", 10, "3 4 16 5 8"},
    {"the limit cuts", "paris", 2, "3 4"},
    {"no room", "paris", 0, ""},
    {"st is saint", "ST ETIENNE", 10, "0 7"},
    {"st may also be a beginning", "st", 10, "17 0 7 19 1 18"},
    {"ste may also be a beginning", "Ste", 10, "19 1 18"},
    {"but not with a blank behind it", "st ", 10, "0 7 1"},
    {"in a later word", "villers st", 10, "18"},
    {"a word inside", "etienne", 10, "0 7"},
    {"words inside, in order", "etienne du r", 10, "7"},
    {"beginning of two words", "saint e", 10, "0 7"},
    {"saint begins sainte", "saint", 10, "0 7 1"},
    {"apostrophe and diaeresis", "l’hay", 10, "2"},
    {"word behind the apostrophe", "HAŸ", 10, "2"},
    {"ligature", "oeu", 10, "9"},
    {"a code", "422", 10, "0"},
    {"words in any order", "roses l hay", 10, "2"},
    {"words with others between", "tou pla", 10, "8"},
    {"a word behind a beginning", "haÿ ro", 10, "2"},
    {"a word too many", "hay roses jardin", 10, ""},
    {"the rarest word is in later words", "paris en", 10, "5"},
    {"a former name", "lutece", 10, "3"},
    {"same name, heavier first", "ham", 10, "10 11"},
    {"one letter", "y", 10, "12"},
    {"not inside a word", "tienne", 10, ""},
    {"no weight counts as none", "nulle", 10, "14 15"},
    {"longer than any name", "parisotparisotparisotparisot", 10, ""},
    {"longer by a letter", "hamm", 10, ""},
    {"behind the last", "zzz", 10, ""},
    {"before the first", "0", 10, ""},
    {"empty", "", 10, ""},
    {"no letters", " -' ", 10, ""},
    {"not UTF-8", "\xFF\xFE", 10, ""},
    {"trailing separator", "paris ", 10, "3 4 16 5 8"},
};

static void finds_towns(void **state)
{
    (void)state;
    int failures = 0;
    struct aro_error err = {0};
    struct geo_names *names = geo_names_new(towns, N_TOWNS, &err);
    assert_non_null(names);
    for (size_t i = 0; i < sizeof search_cases / sizeof search_cases[0]; i++) {
        const struct search_case *c = &search_cases[i];
        uint32_t items[MOST];
        size_t n = SIZE_MAX;
        bool ok = geo_names_search(names, c->query, strlen(c->query), c->limit, items, &n, &err);
        char got[256] = "";
        for (size_t j = 0; ok && j < n; j++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%u", j ? " " : "", items[j]);
        CHECK(failures, c->name, ok && strcmp(got, c->want) == 0);
        if (strcmp(got, c->want) != 0)
            fprintf(stderr, "    got '%s', want '%s'\n", got, c->want);
    }
    geo_names_free(names);
    geo_names_free(NULL);
    assert_int_equal(failures, 0);
}

static void nothing_in_nothing_found(void **state)
{
    (void)state;
    struct aro_error err = {0};
    uint32_t item;
    size_t n = SIZE_MAX;
    struct geo_names *names = geo_names_new(NULL, 0, &err);
    assert_non_null(names);
    assert_true(geo_names_search(names, "a", 1, 1, &item, &n, &err));
    assert_int_equal(n, 0);
    geo_names_free(names);
}

/* The twin: looks at every name, sorts what matches, gives each item once. */
struct match {
    int rank;
    double weight;
    const char *text;
    uint32_t item;
};

static int compare_matches(const void *left, const void *right)
{
    const struct match *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    int by_text = strcmp(a->text, b->text);
    return by_text != 0 ? by_text : (a->item > b->item) - (a->item < b->item);
}

static bool begins_a_word(const char *text, const char *word, size_t len)
{
    for (const char *at = text; at; at = strchr(at, ' '))
        if (strncmp(at += *at == ' ', word, len) == 0)
            return true;
    return false;
}

static bool has_words(const char *text, const char *query)
{
    while (*query) {
        size_t len = strcspn(query, " ");
        if (!begins_a_word(text, query, len))
            return false;
        query += len + (query[len] == ' ');
    }
    return true;
}

/* The text begins with the query as it was folded, or with its last word as it was typed. */
static int rank_as(const char *text, const char *query)
{
    if (strcmp(text, query) == 0)
        return 0;
    if (strncmp(text, query, strlen(query)) == 0)
        return 1;
    for (const char *at = strchr(text, ' '); at; at = strchr(at + 1, ' '))
        if (strncmp(at + 1, query, strlen(query)) == 0)
            return 2;
    return has_words(text, query) ? 3 : -1;
}

/* The folded query, but for an abbreviation at its end, which stays one; "" without. */
static void unfold_last(const char *query, const char *folded, char out[128])
{
    static const char *const abbreviations[][2] = {
        {"st", "saint"}, {"ste", "sainte"}, {"sté", "sainte"}};
    const char *word = query + strlen(query);
    while (word > query && word[-1] != ' ' && word[-1] != '-')
        word--;
    *out = '\0';
    for (size_t i = 0; i < sizeof abbreviations / sizeof abbreviations[0]; i++)
        if (strcmp(word, abbreviations[i][0]) == 0)
            snprintf(out, 128, "%.*s%s", (int)(strlen(folded) - strlen(abbreviations[i][1])),
                     folded, i == 0 ? "st" : "ste");
}

static int rank_of(const char *text, const char *query, const char *literal)
{
    int rank = rank_as(text, query), other = *literal ? rank_as(text, literal) : -1;
    return rank < 0 || (other >= 0 && other < rank) ? other : rank;
}

static size_t twin_search(const struct geo_name *names, char *const *folded, size_t n,
                          const char *query, const char *literal, size_t limit, uint32_t *out_items)
{
    size_t n_matches = 0, n_out = 0;
    struct match *matches = calloc(n + 1, sizeof *matches);
    assert_non_null(matches);
    for (size_t i = 0; i < n; i++) {
        int rank = *query && *folded[i] ? rank_of(folded[i], query, literal) : -1;
        if (rank >= 0)
            matches[n_matches++] = (struct match){rank, names[i].weight, folded[i], names[i].item};
    }
    qsort(matches, n_matches, sizeof *matches, compare_matches);
    for (size_t i = 0; i < n_matches && n_out < limit; i++) {
        bool known = false;
        for (size_t j = 0; j < n_out; j++)
            known = known || out_items[j] == matches[i].item;
        if (!known)
            out_items[n_out++] = matches[i].item;
    }
    free(matches);
    return n_out;
}

/* All of them, each at its best rank, in the order of the ranks. */
static int compare_matches_of_all(const struct geo_names *index, const struct geo_name *names,
                                  char *const *folded, size_t n, const char *query,
                                  const char *folded_query, const char *literal, const char *name)
{
    int failures = 0;
    uint32_t want[300];
    struct geo_name_matches all = {0};
    size_t n_want = twin_search(names, folded, n, folded_query, literal, 300, want);
    CHECK(failures, name, geo_names_match(index, query, strlen(query), SIZE_MAX, &all, NULL));
    CHECK(failures, name, all.n == n_want);
    for (size_t i = 0; i < all.n; i++) {
        int best = 4;
        for (size_t j = 0; j < n; j++) {
            int rank = names[j].item == all.items[i].item && *folded[j]
                           ? rank_of(folded[j], folded_query, literal)
                           : -1;
            best = rank >= 0 && rank < best ? rank : best;
        }
        CHECK(failures, name, (int)all.items[i].rank == best);
        CHECK(failures, name, i == 0 || all.items[i - 1].rank <= all.items[i].rank);
    }
    geo_name_matches_clear(&all);
    return failures;
}

/* Few letters and short words, so that names and queries often meet. */
static void random_name(uint64_t *seed, char *text, size_t max_words)
{
    static const char *const letters[] = {"a", "b", "é", "e", "st", "Œ", "2"};
    size_t n_words = 1 + random_below(seed, max_words);
    *text = '\0';
    for (size_t word = 0; word < n_words; word++) {
        size_t n_letters = 1 + random_below(seed, 3);
        for (size_t i = 0; i < n_letters; i++)
            strcat(text, letters[random_below(seed, 7)]);
        strcat(text, random_below(seed, 2) ? "-" : " ");
    }
}

static char *folded_text(const char *text)
{
    struct aro_buffer out = {0};
    geo_fold(&out, text, strlen(text));
    char *folded = aro_buffer_take_text(&out, NULL);
    assert_non_null(folded);
    return folded;
}

static int compare_on_random_names(uint64_t *seed, size_t n)
{
    struct geo_name names[300];
    char texts[300][64], *folded[300];
    int failures = 0;
    for (size_t i = 0; i < n; i++) {
        random_name(seed, texts[i], 4);
        folded[i] = folded_text(texts[i]);
        names[i] = (struct geo_name){texts[i], (uint32_t)random_below(seed, n),
                                     (double)random_below(seed, 5)};
    }
    struct geo_names *index = geo_names_new(names, n, NULL);
    assert_non_null(index);
    for (int round = 0; round < 60; round++) {
        char query[64], name[128];
        uint32_t got[300], want[300];
        random_name(seed, query, 2);
        query[random_below(seed, strlen(query) + 1)] = '\0'; /* perhaps inside a character */
        char *folded_query = folded_text(query);
        size_t limit = random_below(seed, 300), n_got = 0;
        char literal[128];
        unfold_last(query, folded_query, literal);
        size_t n_want = twin_search(names, folded, n, folded_query, literal, limit, want);
        bool ok = geo_names_search(index, query, strlen(query), limit, got, &n_got, NULL);
        snprintf(name, sizeof name, "%zu names, query '%s', limit %zu", n, query, limit);
        CHECK(failures, name, ok && n_got == n_want);
        CHECK(failures, name, n_got == n_want && memcmp(got, want, n_got * sizeof *got) == 0);
        failures +=
            compare_matches_of_all(index, names, folded, n, query, folded_query, literal, name);
        free(folded_query);
    }
    geo_names_free(index);
    for (size_t i = 0; i < n; i++)
        free(folded[i]);
    return failures;
}

static void agrees_with_the_twin(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    int failures = 0;
    printf("seed %d\n", SEED);
    for (size_t n = 0; n < 12; n++)
        failures += compare_on_random_names(&seed, n);
    for (int i = 0; i < 40; i++)
        failures += compare_on_random_names(&seed, 1 + random_below(&seed, 300));
    assert_int_equal(failures, 0);
}

static void survives_without_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct geo_names *names = NULL;
    for (size_t allowed = 0; !names; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        names = geo_names_new(towns, N_TOWNS, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "building", names || err.status == ARO_NO_MEMORY);
    }
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        uint32_t items[MOST];
        size_t n = 0;
        allow_allocations(allowed);
        ok = geo_names_search(names, "saint", 5, MOST, items, &n, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "searching", ok ? n == 3 : err.status == ARO_NO_MEMORY && n == 0);
    }
    ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_name_matches matches = {0};
        allow_allocations(allowed);
        ok = geo_names_match(names, "par pl", 6, SIZE_MAX, &matches, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "matching", ok ? matches.n == 1 : err.status == ARO_NO_MEMORY);
        geo_name_matches_clear(&matches);
    }
    geo_names_free(names);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_towns),
        cmocka_unit_test(nothing_in_nothing_found),
        cmocka_unit_test(agrees_with_the_twin),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
