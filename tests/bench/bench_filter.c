/*
 * Scans of one million features by conditions of CQL2, each of another kind: features a second.
 * Values are read through calls, as the server reads them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "geo/bits.h"
#include "geo/cql2_eval.h"
#include "tests/unit/random.h"

enum { N = 1000000, N_NAMES = 35000, TITLE_BYTES = 80 };

/* What a feature has: about what a sheet has. */
struct features {
    int32_t *days;
    uint32_t *communes;
    uint8_t *niveaux;
    uint64_t *themes;
    char (*titles)[TITLE_BYTES];
    char (*names)[16];
    struct geo_coord *coords;
};

enum { DATE, NIVEAU, NAME, TITLE, THEMES, GEOMETRY, N_PROPERTIES };

static const struct geo_cql2_property properties[N_PROPERTIES] = {
    {"date", GEO_CQL2_IS_DATE},  {"niveau", GEO_CQL2_IS_NUMBER}, {"commune_nom", GEO_CQL2_IS_TEXT},
    {"titre", GEO_CQL2_IS_TEXT}, {"themes", GEO_CQL2_IS_ARRAY},  {"geometry", GEO_CQL2_IS_GEOMETRY},
};
static const struct geo_cql2_column columns[N_PROPERTIES] = {
    {GEO_CQL2_BY_NUMBER, 0, 10}, {GEO_CQL2_BY_NUMBER, 0, 10}, {GEO_CQL2_BY_CODE, N_NAMES, 10},
    {GEO_CQL2_BY_VALUE, 0, 10},  {GEO_CQL2_BY_SET, 4, 10},    {GEO_CQL2_BY_PLACE, 0, 10},
};

static int32_t day_of(const struct features *features, uint32_t position)
{
    return features->days[position];
}

static int32_t niveau_of(const struct features *features, uint32_t position)
{
    return features->niveaux[features->communes[position]];
}

/* Not to be seen through: a table of readers is what the server has. */
static int32_t (*volatile readers[])(const struct features *, uint32_t) = {day_of, niveau_of};

static bool value(const void *context, uint32_t property, uint32_t position,
                  struct geo_scratch *scratch, struct geo_cql2_value *out, struct aro_error *err)
{
    (void)scratch;
    (void)err;
    const struct features *features = context;
    *out = (struct geo_cql2_value){.type = properties[property].type};
    if (property == TITLE)
        out->text =
            (struct geo_cql2_text){features->titles[position], strlen(features->titles[position])};
    else if (property == NIVEAU)
        out->number = niveau_of(features, position);
    else
        out->instant.seconds = (int64_t)day_of(features, position) * 86400;
    return true;
}

static void numbers(const void *context, uint32_t property, uint32_t first, uint32_t n, double *out)
{
    int32_t (*read)(const struct features *, uint32_t) = readers[property];
    for (uint32_t i = 0; i < n; i++)
        out[i] = read(context, first + i);
}

static void codes(const void *context, uint32_t property, uint32_t first, uint32_t n, uint32_t *out)
{
    (void)property;
    memcpy(out, ((const struct features *)context)->communes + first, n * sizeof *out);
}

static void sets(const void *context, uint32_t property, uint32_t first, uint32_t n, uint64_t *out)
{
    (void)property;
    memcpy(out, ((const struct features *)context)->themes + first, n * sizeof *out);
}

static struct geo_cql2_text text(const void *context, uint32_t property, uint32_t code)
{
    static const char *const themes[] = {"1a1", "1a2", "2a1", "3c1"};
    const struct features *features = context;
    const char *bytes = property == NAME ? features->names[code] : themes[code];
    return (struct geo_cql2_text){bytes, strlen(bytes)};
}

static void *need(size_t n, size_t bytes)
{
    void *made = calloc(n, bytes);
    if (!made)
        exit(1);
    return made;
}

static void fill(struct features *features)
{
    static const char *const words[] = {"école",       "numérique", "de",    "la",
                                        "médiathèque", "Cyber",     "ville", "services"};
    uint64_t seed = 20200409;
    *features = (struct features){
        need(N, sizeof *features->days),
        need(N, sizeof *features->communes),
        need(N_NAMES, 1),
        need(N, sizeof *features->themes),
        need(N, sizeof *features->titles),
        need(N_NAMES, sizeof *features->names),
        need(N, sizeof *features->coords),
    };
    for (size_t i = 0; i < N_NAMES; i++) {
        snprintf(features->names[i], sizeof *features->names, "Saint-%zu", i * 7919 % N_NAMES);
        features->niveaux[i] = (uint8_t)random_below(&seed, 6);
    }
    for (size_t i = 0; i < N; i++) {
        features->days[i] = 15000 + (int32_t)random_below(&seed, 4000);
        features->communes[i] = (uint32_t)random_below(&seed, N_NAMES);
        features->themes[i] = random_below(&seed, 16);
        for (int j = 0; j < 6; j++) {
            strcat(features->titles[i], words[random_below(&seed, 8)]);
            strcat(features->titles[i], " ");
        }
        features->coords[i] =
            (struct geo_coord){(int32_t)random_below(&seed, 100000000),
                               420000000 + (int32_t)random_below(&seed, 90000000)};
    }
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static size_t scan(struct geo_cql2_eval *eval)
{
    size_t n = 0;
    for (uint32_t word = 0; word < N / 64; word++)
        n += (size_t)__builtin_popcountll(geo_cql2_eval_word(eval, word, ~UINT64_C(0)));
    return n;
}

/* The best of three, each with a new evaluation: what it remembers is paid for too. */
static void time_condition(const struct geo_cql2_source *source, const char *condition)
{
    static const struct geo_cql2_crs degrees = {0};
    struct aro_error err = {0};
    struct geo_cql2_fact *facts = NULL;
    struct geo_cql2_tree *tree = geo_cql2_parse_text(condition, strlen(condition), &err);
    if (!tree || !geo_cql2_check(tree, properties, N_PROPERTIES, &facts, &err)) {
        fprintf(stderr, "%s: %s\n", condition, err.message);
        exit(1);
    }
    double best = INFINITY;
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        double start = now_s();
        struct geo_cql2_eval *eval = geo_cql2_eval_new(tree, facts, source, &degrees, &err);
        if (!eval)
            exit(1);
        n = scan(eval);
        geo_cql2_eval_free(eval);
        best = fmin(best, now_s() - start);
    }
    printf("%8.1f M features/s  %7zu match  %s\n", N / best / 1e6, n, condition);
    free(facts);
    geo_cql2_free(tree);
}

int main(void)
{
    static const char *const conditions[] = {
        "niveau >= 4",
        "date >= DATE('2015-01-01')",
        "T_INTERSECTS(date, INTERVAL('2015-01-01', '2016-12-31'))",
        "niveau IN (1, 3, 5) AND date < DATE('2015-01-01')",
        "commune_nom = 'Saint-42'",
        "CASEI(commune_nom) LIKE CASEI('SAINT-4%')",
        "A_CONTAINS(themes, ('1a1', '2a1'))",
        "S_INTERSECTS(geometry, BBOX(2, 48, 3, 49))",
        "S_INTERSECTS(geometry, POLYGON((2 48, 3 48.2, 2.4 49, 2 48)))",
        "titre LIKE '%Cyber%'",
        "CASEI(titre) LIKE CASEI('%CYBER%')",
        "CASEI(ACCENTI(titre)) LIKE '%mediatheque%'",
        "year(date) = 2015",
        "niveau * 2 + 1 = 7",
        "distance(geometry, POINT(2.35 48.85)) < 10000",
    };
    struct features features;
    fill(&features);
    struct geo_cql2_source source = {.context = &features,
                                     .n = N,
                                     .n_placed = N,
                                     .coords = features.coords,
                                     .columns = columns,
                                     .value = value,
                                     .numbers = numbers,
                                     .codes = codes,
                                     .sets = sets,
                                     .text = text};
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        time_condition(&source, conditions[i]);
    free(features.days);
    free(features.communes);
    free(features.niveaux);
    free(features.themes);
    free(features.titles);
    free(features.names);
    free(features.coords);
    return 0;
}
