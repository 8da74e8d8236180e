/*
 * Word queries against a small index: whatever the bytes, the search answers within the texts or
 * says what was wrong; and a text made of those bytes is found by each of its own words.
 */
#include "geo/fold.h"
#include "geo/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static const char *const sheets[] = {"Écoles numériques : l’équipement des classes",
                                     "Participation citoyenne et budget participatif",
                                     "La ville de St-Étienne, 2.0", "Москва 北京"};
enum { N_SHEETS = sizeof sheets / sizeof sheets[0] };

static void require_found(const struct geo_words *words, const char *word, size_t len)
{
    uint64_t bits = 0;
    require(geo_words_search(words, word, len, &bits, NULL));
    require(bits >> N_SHEETS == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct geo_words_builder *builder = geo_words_builder_new(NULL);
    for (uint32_t i = 0; i < N_SHEETS; i++)
        require(geo_words_add(builder, i, sheets[i], strlen(sheets[i]), NULL));
    require(geo_words_add(builder, N_SHEETS, text, size, NULL));
    struct geo_words *words = geo_words_build(builder, NULL, N_SHEETS + 1, NULL);
    uint64_t bits = 0;
    struct aro_error err = {0};
    require(words != NULL);
    if (geo_words_search(words, text, size, &bits, &err))
        require(bits >> N_SHEETS == 1);
    else
        require(bits == 0 && (err.status == ARO_BAD_INPUT || err.status == ARO_TOO_LARGE));

    struct aro_buffer folded = {0};
    geo_fold(&folded, text, size);
    for (size_t at = 0; at < folded.len;) {
        const char *word = folded.data + at;
        const char *space = memchr(word, ' ', folded.len - at);
        size_t len = space ? (size_t)(space - word) : folded.len - at;
        if (len > 1)
            require_found(words, word, len);
        at += len + 1;
    }
    aro_buffer_clear(&folded);
    geo_words_free(words);
    return 0;
}
