#include "geo/stem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <libstemmer.h>

struct geo_stemmer {
    struct sb_stemmer *french;
    char text[GEO_STEM_MAX_BYTES];
    size_t len;
};

struct geo_stemmer *geo_stemmer_new(struct aro_error *err)
{
    struct geo_stemmer *stemmer = calloc(1, sizeof *stemmer);
    if (stemmer)
        stemmer->french = sb_stemmer_new("french", "UTF_8");
    if (!stemmer || !stemmer->french) {
        geo_stemmer_free(stemmer);
        aro_error_no_memory(err);
        return NULL;
    }
    return stemmer;
}

void geo_stemmer_free(struct geo_stemmer *stemmer)
{
    if (!stemmer)
        return;
    if (stemmer->french)
        sb_stemmer_delete(stemmer->french);
    free(stemmer);
}

static void set_text(struct geo_stemmer *stemmer, const char *text, size_t len)
{
    if (len > GEO_STEM_MAX_BYTES) {
        len = GEO_STEM_MAX_BYTES;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(stemmer->text, text, len);
    stemmer->len = len;
}

static bool ends_with(const struct geo_stemmer *stemmer, const char *ending)
{
    size_t len = strlen(ending);
    return stemmer->len > len && memcmp(stemmer->text + stemmer->len - len, ending, len) == 0;
}

/* "form-ee", "ann-ees": the e that was é would hide the feminine e behind it. */
static void drop_feminine(struct geo_stemmer *stemmer)
{
    if (ends_with(stemmer, "ees"))
        stemmer->text[--stemmer->len - 1] = 's';
    else if (ends_with(stemmer, "ee"))
        stemmer->len--;
}

static bool is_vowel(char c)
{
    return c != '\0' && strchr("aeiouy", c) != NULL;
}

/* "elus", "videos", but not "plus", "tous" or "gros": Snowball keeps every s behind u and o. */
static void drop_plural(struct geo_stemmer *stemmer)
{
    bool us = ends_with(stemmer, "us") && !is_vowel(stemmer->text[stemmer->len - 3]);
    if (!us && !ends_with(stemmer, "os"))
        return;
    for (size_t i = 0; i + 2 < stemmer->len; i++) {
        if (is_vowel(stemmer->text[i])) {
            stemmer->len--;
            return;
        }
    }
}

/* Ends of stems that are forms of one word; the first that fits. */
static void join_endings(struct geo_stemmer *stemmer)
{
    static const struct {
        const char *ending, *joined;
    } endings[] = {
        {"eux", "eu"}, /* lieux, lieu; heureuse, which Snowball makes heureux */
        {"eaux", "eau"},
        {"iv", "if"},  /* sportive, sportif */
        {"iqu", "ic"}, /* publique, public */
    };
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (!ends_with(stemmer, endings[i].ending))
            continue;
        size_t joined_len = strlen(endings[i].joined);
        stemmer->len -= strlen(endings[i].ending);
        memcpy(stemmer->text + stemmer->len, endings[i].joined, joined_len);
        stemmer->len += joined_len;
        return;
    }
}

const char *geo_stem(struct geo_stemmer *stemmer, const char *word, size_t len, size_t *out_len,
                     struct aro_error *err)
{
    assert(len > 0);
    set_text(stemmer, word, len);
    drop_feminine(stemmer);
    drop_plural(stemmer);
    const sb_symbol *stem =
        sb_stemmer_stem(stemmer->french, (const sb_symbol *)stemmer->text, (int)stemmer->len);
    int stem_len = sb_stemmer_length(stemmer->french);
    if (!stem) {
        aro_error_no_memory(err);
        return NULL;
    }
    if (stem_len > 0) /* never empty, whatever Snowball takes away */
        set_text(stemmer, (const char *)stem, (size_t)stem_len);
    join_endings(stemmer);
    *out_len = stemmer->len;
    return stemmer->text;
}
