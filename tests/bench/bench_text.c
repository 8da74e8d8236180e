/*
 * How fast geo/ finds names and words and groups points, one core. Prints one line a figure of
 * processor time (the machine may be busy), the best of three rounds.
 *
 *     bench_text fixtures/communes.csv
 *
 * Names: each commune's name and code. Sheets: 12,000 of some 1,250 bytes, from French words of
 * town halls, names of communes, and 40,000 made words by Zipf's law, as frequent as words are in
 * texts; their sentences mean nothing. Points: a million around 486 places of France (many at one
 * place), and uniform over the earth.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "geo/fold.h"
#include "geo/names.h"
#include "geo/words.h"
#include "tests/unit/blocks_bytes.h"
#include "tests/unit/random.h"

enum {
    ROUNDS = 3,
    MOST_COMMUNES = 50000,
    N_SHEETS = 12000,
    SHEET_BYTES = 1250,
    N_MADE_WORDS = 40000,
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void *must(void *pointer)
{
    if (!pointer) {
        fprintf(stderr, "bench_text: out of memory\n");
        exit(1);
    }
    return pointer;
}

/* The communes' names and codes: the third and first columns of communes.csv. */
struct communes {
    struct geo_name names[2 * MOST_COMMUNES];
    size_t n; /* communes: two names each */
    char *text;
};

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        fprintf(stderr, "bench_text: cannot read '%s': wanted fixtures/communes.csv\n", path);
        exit(1);
    }
    long size = ftell(file);
    rewind(file);
    char *text = must(malloc((size_t)size + 1));
    text[fread(text, 1, (size_t)size, file)] = '\0';
    fclose(file);
    return text;
}

static void read_communes(const char *path, struct communes *out)
{
    char *rest = out->text = read_file(path);
    strsep(&rest, "\n");
    for (char *line; out->n < MOST_COMMUNES && (line = strsep(&rest, "\n")) && *line; out->n++) {
        char *columns[10] = {NULL};
        for (size_t i = 0; i < 10; i++)
            columns[i] = strsep(&line, ",");
        double weight = columns[9] ? strtod(columns[9], NULL) : 0;
        uint32_t item = (uint32_t)out->n;
        out->names[2 * out->n] = (struct geo_name){columns[2], item, weight};
        out->names[2 * out->n + 1] = (struct geo_name){columns[0], item, weight};
    }
}

static void time_search(const struct geo_names *names, const char *what, const char *const *queries,
                        size_t n_queries)
{
    enum { REPEATS = 2000, LIMIT = 10 };
    double best = 1e9, worst_query = 0;
    size_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double total = 0;
        worst_query = 0;
        for (size_t q = 0; q < n_queries; q++) {
            double start = now_s();
            for (int i = 0; i < REPEATS; i++) {
                uint32_t items[LIMIT];
                size_t n = 0;
                geo_names_search(names, queries[q], strlen(queries[q]), LIMIT, items, &n, NULL);
                found += n;
            }
            double one = (now_s() - start) / REPEATS;
            total += one;
            worst_query = one > worst_query ? one : worst_query;
        }
        best = total < best ? total : best;
    }
    printf("names: search, %-21s %8.2f µs mean, %.2f µs the slowest (%zu found)\n", what,
           best / (double)n_queries * 1e6, worst_query * 1e6, found);
}

static void bench_names(const struct communes *communes)
{
    static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                          "k", "l", "m", "n", "o", "p", "q", "r", "s", "t",
                                          "u", "v", "w", "x", "y", "z", "0", "2"};
    static const char *const typed[] = {"sa",   "sai",  "Saint-É",   "st etienne",
                                        "l'ha", "mart", "martigues", "paris",
                                        "le",   "la ",  "sur",       "1305"};
    static const char *const nowhere[] = {"zzz", "martiguesville", "qqqq", "99999"};
    struct geo_names *names = NULL;
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        geo_names_free(names);
        double start = now_s();
        names = must(geo_names_new(communes->names, 2 * communes->n, NULL));
        double took = now_s() - start;
        best = took < best ? took : best;
    }
    printf("names: build %zu names                 %8.1f ms\n", 2 * communes->n, best * 1e3);
    time_search(names, "one letter", letters, sizeof letters / sizeof letters[0]);
    time_search(names, "typed beginnings", typed, sizeof typed / sizeof typed[0]);
    time_search(names, "nothing found", nowhere, sizeof nowhere / sizeof nowhere[0]);
    geo_names_free(names);
}

/* A vocabulary in the order of frequency. */
struct vocabulary {
    char (*words)[40];
    double *up_to; /* cumulated weights, 1 / rank */
    size_t n;
};

static void add_word(struct vocabulary *vocabulary, const char *word)
{
    size_t n = vocabulary->n++;
    snprintf(vocabulary->words[n], sizeof *vocabulary->words, "%s", word);
    vocabulary->up_to[n] = (n ? vocabulary->up_to[n - 1] : 0) + 1 / (double)(n + 1);
}

static void make_vocabulary(const struct communes *communes, struct vocabulary *out)
{
    static const char *const usual[] = {
        "de",
        "la",
        "et",
        "les",
        "le",
        "des",
        "l’",
        "à",
        "en",
        "d'",
        "un",
        "une",
        "pour",
        "du",
        "dans",
        "sur",
        "par",
        "commune",
        "avec",
        "aux",
        "ville",
        "numérique",
        "est",
        "habitants",
        "services",
        "plus",
        "école",
        "qui",
        "ont",
        "mairie",
        "son",
        "en ligne",
        "a été",
        "accès",
        "site",
        "citoyens",
        "projet",
        "association",
        "élus",
        "formation",
        "démarches",
        "être",
        "publics",
        "Internet",
        "jeunes",
        "écoles",
        "sont",
        "tous",
        "médiathèque",
        "données",
        "participation",
        "outils",
        "équipement",
        "œuvre",
        "agents",
        "informations",
        "réseau",
    };
    static const char *const syllables[] = {
        "pré", "con", "ta",  "ré", "li", "mo",  "vé",  "sa", "tion", "ment", "ble", "que", "tri",
        "en",  "du",  "fer", "ci", "là", "pou", "chê", "in", "ver",  "gi",   "nou", "ça"};
    uint64_t seed = 11784;
    size_t most = sizeof usual / sizeof usual[0] + N_MADE_WORDS;
    out->words = must(calloc(most, sizeof *out->words));
    out->up_to = must(calloc(most, sizeof *out->up_to));
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        add_word(out, usual[i]);
    for (size_t i = 0; i < N_MADE_WORDS; i++) {
        char word[40] = "";
        for (size_t parts = 2 + random_below(&seed, 3); parts > 0; parts--)
            strcat(word, syllables[random_below(&seed, 25)]);
        add_word(out, i % 10 ? word : communes->names[2 * random_below(&seed, communes->n)].text);
    }
}

static const char *draw(const struct vocabulary *vocabulary, uint64_t *seed)
{
    double at = random_between(seed, 0, vocabulary->up_to[vocabulary->n - 1]);
    size_t low = 0, high = vocabulary->n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (vocabulary->up_to[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return vocabulary->words[low];
}

/* Sheets one after another, each SHEET_BYTES or a little less. */
static char *write_sheets(const struct vocabulary *vocabulary, size_t *lens)
{
    static const char *const gaps[] = {" ", " ", " ", " ", " ", " ", " ", ", ", ". ", " : "};
    char *text = must(calloc(N_SHEETS, SHEET_BYTES));
    uint64_t seed = 2020;
    for (size_t i = 0; i < N_SHEETS; i++) {
        char *sheet = text + i * SHEET_BYTES;
        size_t len = 0;
        while (len + 48 < SHEET_BYTES)
            len += (size_t)sprintf(sheet + len, "%s%s", draw(vocabulary, &seed),
                                   gaps[random_below(&seed, 10)]);
        lens[i] = len;
    }
    return text;
}

static struct geo_words *build_words(const char *text, const size_t *lens)
{
    struct geo_words_builder *builder = must(geo_words_builder_new(NULL));
    for (size_t i = 0; i < N_SHEETS; i++)
        if (!geo_words_add(builder, (uint32_t)i, text + i * SHEET_BYTES, lens[i], NULL))
            exit(1);
    return must(geo_words_build(builder, NULL, N_SHEETS, NULL));
}

static void time_words(const struct geo_words *words)
{
    static const char *const queries[] = {"école",         "numérique élus", "de la commune",
                                          "martigues",     "réseau jeunes",  "nulle part ailleurs",
                                          "projet d'école"};
    enum { N_QUERIES = sizeof queries / sizeof queries[0], REPEATS = 500 };
    uint64_t bits[N_SHEETS / 64 + 1];
    for (size_t q = 0; q < N_QUERIES; q++) {
        double best = 1e9;
        for (int round = 0; round < ROUNDS; round++) {
            double start = now_s();
            for (int i = 0; i < REPEATS; i++)
                geo_words_search(words, queries[q], strlen(queries[q]), bits, NULL);
            double took = (now_s() - start) / REPEATS;
            best = took < best ? took : best;
        }
        printf("words: search '%s'%*s %8.2f µs (%u sheets)\n", queries[q],
               (int)(24 - strlen(queries[q])), "", best * 1e6,
               geo_bits_count(bits, (struct geo_run){0, N_SHEETS}));
    }
}

static void bench_words(const struct communes *communes)
{
    struct vocabulary vocabulary = {0};
    static size_t lens[N_SHEETS];
    make_vocabulary(communes, &vocabulary);
    char *text = write_sheets(&vocabulary, lens);
    struct geo_words *words = NULL;
    double best_fold = 1e9, best_build = 1e9, megabytes = 0;
    for (size_t i = 0; i < N_SHEETS; i++)
        megabytes += (double)lens[i] / 1e6;
    for (int round = 0; round < ROUNDS; round++) {
        struct aro_buffer folded = {0};
        double start = now_s();
        for (size_t i = 0; i < N_SHEETS; i++) {
            folded.len = 0;
            geo_fold(&folded, text + i * SHEET_BYTES, lens[i]);
        }
        double took = now_s() - start;
        best_fold = took < best_fold ? took : best_fold;
        aro_buffer_clear(&folded);
        geo_words_free(words);
        start = now_s();
        words = build_words(text, lens);
        took = now_s() - start;
        best_build = took < best_build ? took : best_build;
    }
    printf("fold: %.1f MB                          %8.1f ms (%.0f MB/s)\n", megabytes,
           best_fold * 1e3, megabytes / best_fold);
    struct geo_blocks blocks = {0};
    geo_words_blocks(&words, &blocks);
    printf("words: build %d sheets, %.1f MB     %8.1f ms (%.1f MB held)\n", N_SHEETS, megabytes,
           best_build * 1e3, (double)blocks_bytes(&blocks) / 1e6);
    time_words(words);
    geo_words_free(words);
    free(text);
    free(vocabulary.words);
    free(vocabulary.up_to);
}

int main(int argc, char **argv)
{
    static struct communes communes;
    if (argc != 2) {
        fprintf(stderr, "usage: bench_text fixtures/communes.csv\n");
        return 2;
    }
    read_communes(argv[1], &communes);
    bench_names(&communes);
    bench_words(&communes);
    free(communes.text);
    return 0;
}
