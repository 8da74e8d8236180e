#include "server/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/instant.h"
#include "server/assets.h"

const char *const language_names[N_LANGUAGES] = {"fr", "en"};

/* What stands between three digits and three: U+202F NARROW NO-BREAK SPACE, and a comma. */
static const char *const group_marks[N_LANGUAGES] = {"\xe2\x80\xaf", ","};
static const char decimal_marks[N_LANGUAGES] = {',', '.'};

static bool load_one(struct words *words, enum language language, struct aro_error *err)
{
    char path[32];
    snprintf(path, sizeof path, "words/%s.json", language_names[language]);
    const struct asset *asset = asset_find(path);
    json_error_t why = {.text = "there is no such file"};
    words->language = language;
    words->sections =
        asset ? json_loadb((const char *)asset->plain, asset->plain_len, 0, &why) : NULL;
    return words->sections || aro_error_set(err, ARO_IO, "%s: %s", path, why.text);
}

bool words_load(struct words *out_words, struct aro_error *err)
{
    struct words words[N_LANGUAGES] = {0};
    bool ok = true;
    for (int i = 0; ok && i < N_LANGUAGES; i++)
        ok = load_one(&words[i], (enum language)i, err);
    for (int i = 0; i < N_LANGUAGES; i++) {
        if (ok)
            out_words[i] = words[i];
        else
            words_clear(&words[i]);
    }
    return ok;
}

void words_clear(struct words *words)
{
    json_decref(words->sections);
    words->sections = NULL;
}

const json_t *words_find(const struct words *words, const char *key, size_t len)
{
    const char *dot = memchr(key, '.', len);
    if (!dot)
        return NULL;
    size_t section = (size_t)(dot - key);
    const json_t *texts = json_object_getn(words->sections, key, section);
    return json_object_getn(texts, dot + 1, len - section - 1);
}

const char *words_form(enum language language, double number)
{
    double size = fabs(number);
    bool one = language == LANGUAGE_FR ? size < 2 : size == 1;
    return one ? "one" : "other";
}

static void write_grouped(struct aro_buffer *out, enum language language, const char *digits)
{
    for (size_t left = strlen(digits); left > 0; left--) {
        aro_buffer_char(out, *digits++);
        if (left > 1 && left % 3 == 1 && digits[-1] != '-')
            aro_buffer_text(out, group_marks[language]);
    }
}

void words_number(struct aro_buffer *out, enum language language, const json_t *number)
{
    double value = json_number_value(number);
    char text[48];
    if (json_is_integer(number))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(number));
    else if (fabs(value) < 1e15)
        snprintf(text, sizeof text, "%.1f", value);
    else
        snprintf(text, sizeof text, "%.15g", value);
    char *dot = json_is_integer(number) ? NULL : strchr(text, '.');
    if (dot)
        *dot = '\0';
    bool whole = !dot || strcmp(dot + 1, "0") == 0;
    write_grouped(out, language, text);
    if (!whole)
        aro_buffer_printf(out, "%c%s", decimal_marks[language], dot + 1);
}

/* "janvier février …": the word of a month, 1 to 12. */
static const char *month_of(const struct words *words, int month, int *out_len)
{
    const char *text = json_string_value(words_find(words, "date.months", strlen("date.months")));
    for (; text && month > 1; month--)
        text = strchr(text, ' ') ? strchr(text, ' ') + 1 : NULL;
    *out_len = text ? (int)strcspn(text, " ") : 0;
    return text;
}

bool words_date(struct aro_buffer *out, const struct words *words, const char *text)
{
    enum { DAY_BYTES = 10 }; /* "2020-03-14" */
    int32_t known;
    int month_len;
    if (strlen(text) < DAY_BYTES || !geo_day_parse(text, DAY_BYTES, &known))
        return false;
    long year = strtol(text, NULL, 10);
    int month = (int)strtol(text + 5, NULL, 10), day = (int)strtol(text + 8, NULL, 10);
    const char *name = month_of(words, month, &month_len);
    const char *first = words->language == LANGUAGE_FR && day == 1 ? "er" : "";
    if (!name)
        return false;
    aro_buffer_printf(out, "%d%s %.*s %ld", day, first, month_len, name, year);
    return true;
}
