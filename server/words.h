/*
 * The words of pages, and how a language writes numbers and days.
 *
 * server/web/words/fr.json and en.json hold every word: {"section": {"key": text}}. A text may be
 * {"zero": …, "one": …, "other": …}: the first {+n} in "other" says which ("zero" may be left
 * out). Templates fill the places of a text (template.h).
 */
#ifndef ARO_SERVER_WORDS_H
#define ARO_SERVER_WORDS_H

#include <jansson.h>

#include "geo/buffer.h"

enum language { LANGUAGE_FR, LANGUAGE_EN, N_LANGUAGES };

/** "fr", "en": what lang= and Accept-Language call them. */
extern const char *const language_names[N_LANGUAGES];

/** Of one language. Immutable after words_load(): any number of threads may read them. */
struct words {
    enum language language;
    json_t *sections; /* owned */
};

/**
 * Reads the words of every language.
 *
 * @param out_words  N_LANGUAGES of them; the caller releases each with words_clear()
 * @param err        ARO_IO: the program was built without them
 */
bool words_load(struct words *out_words, struct aro_error *err);
void words_clear(struct words *words);

/** The text or forms of "section.key" (len bytes); borrowed; NULL where there is none. */
const json_t *words_find(const struct words *words, const char *key, size_t len);

/** The form that a number takes: "one" up to below 2 in French, for 1 alone in English. */
const char *words_form(enum language language, double number);

/** Appends an integer in groups of three, or a real with at most one decimal: "12 345", "1,5". */
void words_number(struct aro_buffer *out, enum language language, const json_t *number);

/**
 * Appends the day of "2020-03-14" or "2020-03-14T12:00:00Z": "14 mars 2020".
 *
 * @return  false where the text does not begin with a day: nothing is appended
 */
bool words_date(struct aro_buffer *out, const struct words *words, const char *text);

#endif
