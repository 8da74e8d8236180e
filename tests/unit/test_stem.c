#include "geo/fold.h"
#include "geo/stem.h"
#include "geo/utf8.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <string.h>

enum { SEED = 28 };

/* As people write them: they are folded before they are stemmed. */
static const struct pair {
    const char *a, *b;
} same_stem[] =
    {
        {"école", "ECOLES"},
        {"écoles", "ecole"},
        {"numérique", "numeriques"},
        {"numérisation", "numérisées"},
        {"formé", "formées"},
        {"formée", "forme"},
        {"connectée", "connectés"},
        {"créer", "créée"},
        {"lycée", "lycées"},
        {"musée", "musees"},
        {"année", "années"},
        {"idée", "idees"},
        {"élu", "élus"},
        {"élue", "élues"},
        {"menu", "menus"},
        {"vidéo", "vidéos"},
        {"numéro", "numéros"},
        {"cheval", "chevaux"},
        {"local", "locaux"},
        {"social", "sociales"},
        {"lieu", "lieux"},
        {"jeu", "jeux"},
        {"eau", "eaux"},
        {"bateau", "bateaux"},
        {"réseau", "réseaux"},
        {"heureux", "heureuses"},
        {"sportif", "sportives"},
        {"actif", "actives"},
        {"public", "publiques"},
        {"citoyen", "citoyennes"},
        {"européen", "européennes"},
        {"participation", "participative"},
        {"association", "associatif"},
        {"habitants", "habitante"},
        {"handicapé", "handicapées"},
        {"médiathèque", "mediatheques"},
        {"bibliothèque", "bibliothèques"},
        {"service", "services"},
        {"gratuit", "gratuitement"},
        {"œuvre", "oeuvres"},
},
  other_stem[] = {
      {"école", "écologie"},
      {"ville", "village"},
      {"ville", "vélo"},
      {"santé", "saint"},
      {"sport", "support"},
      {"carte", "carton"},
      {"livre", "libre"},
      {"pont", "point"},
      {"bus", "but"},
      {"plus", "plu"},
      {"tous", "tout"},
      {"gros", "gras"},
      {"mur", "mûrier"},
      {"maison", "mais"},
      {"enfant", "enfance"},
      {"logement", "logiciel"},
      {"sécurité", "cybersécurité"},
      {"internet", "interne"},
};

static struct geo_stemmer *stemmer;

static bool share_a_stem(const struct pair *pair)
{
    const char *words[] = {pair->a, pair->b};
    char stems[2][GEO_STEM_MAX_BYTES + 1] = {"", ""};
    for (int i = 0; i < 2; i++) {
        struct aro_buffer folded = {0};
        size_t len = 0;
        geo_fold(&folded, words[i], strlen(words[i]));
        const char *stem = geo_stem(stemmer, folded.data, folded.len, &len, NULL);
        assert_non_null(stem);
        memcpy(stems[i], stem, len);
        aro_buffer_clear(&folded);
    }
    return strcmp(stems[0], stems[1]) == 0;
}

static void joins_the_forms_of_a_word(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof same_stem / sizeof same_stem[0]; i++)
        CHECK(failures, same_stem[i].a, share_a_stem(&same_stem[i]));
    assert_int_equal(failures, 0);
}

static void keeps_words_apart(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof other_stem / sizeof other_stem[0]; i++)
        CHECK(failures, other_stem[i].a, !share_a_stem(&other_stem[i]));
    assert_int_equal(failures, 0);
}

static void short_words_and_figures_stay(void **state)
{
    (void)state;
    int failures = 0;
    static const char *const words[] = {"a",  "ee", "us",   "os",    "iv", "eux",
                                        "es", "s",  "2020", "2a004", "5g", "москва"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = 0;
        const char *stem = geo_stem(stemmer, words[i], strlen(words[i]), &len, NULL);
        CHECK(failures, words[i], stem && len > 0);
        if (i >= 8)
            CHECK(failures, words[i],
                  stem && len == strlen(words[i]) && memcmp(stem, words[i], len) == 0);
    }
    assert_int_equal(failures, 0);
}

static void long_words_are_cut_at_a_character(void **state)
{
    (void)state;
    int failures = 0;
    char word[GEO_STEM_MAX_BYTES + 8];
    for (size_t lead = 0; lead < 4; lead++) {
        size_t len = 0, stem_len = 0;
        memset(word, 'x', lead);
        for (len = lead; len + 3 <= sizeof word; len += 3)
            memcpy(word + len, "\xE5\x8C\x97", 3); /* 北 */
        const char *stem = geo_stem(stemmer, word, len, &stem_len, NULL);
        CHECK(failures, "fits", stem && stem_len <= GEO_STEM_MAX_BYTES);
        CHECK(failures, "long enough", stem_len > GEO_STEM_MAX_BYTES - 3);
        CHECK(failures, "whole characters", geo_utf8_valid(stem, stem_len));
    }
    assert_int_equal(failures, 0);
}

static void any_folded_word_has_a_stem(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    printf("seed %d\n", SEED);
    for (int round = 0; round < 50000; round++) {
        static const char letters[] = "aeiouyslmntrbcdqux";
        char word[12];
        size_t len = 1 + random_below(&seed, sizeof word - 1), stem_len = 0;
        for (size_t i = 0; i < len; i++)
            word[i] = letters[random_below(&seed, sizeof letters - 1)];
        const char *stem = geo_stem(stemmer, word, len, &stem_len, NULL);
        CHECK(failures, "not empty, not longer", stem && stem_len > 0 && stem_len <= len);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_the_forms_of_a_word),
        cmocka_unit_test(keeps_words_apart),
        cmocka_unit_test(short_words_and_figures_stay),
        cmocka_unit_test(long_words_are_cut_at_a_character),
        cmocka_unit_test(any_folded_word_has_a_stem),
    };
    stemmer = geo_stemmer_new(NULL);
    if (!stemmer)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    geo_stemmer_free(stemmer);
    geo_stemmer_free(NULL);
    return failed;
}
