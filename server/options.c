#include "server/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/spelling.h"

enum { OPTIONS_MAX = 64, VARIABLE_MAX = 64 };

static void *place(const struct option_info *info, void *target)
{
    return (char *)target + info->offset;
}

static bool set_text(char **slot, const char *value, struct aro_error *err)
{
    char *copy = strdup(value);
    if (!copy)
        return aro_error_no_memory(err);
    free(*slot);
    *slot = copy;
    return true;
}

/* `from` is how the user wrote the option: "--threads" or "AROBASE_THREADS". */
static bool set_integer(const struct option_info *info, const char *from, const char *value,
                        int64_t *slot, struct aro_error *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    bool is_number = end != value && !*end && errno == 0 && !isspace((unsigned char)*value);
    if (!is_number || number < info->min || number > info->max)
        return aro_error_set(err, ARO_BAD_INPUT, "%s '%.64s': a whole number from %lld to %lld",
                             from, value, (long long)info->min, (long long)info->max);
    *slot = number;
    return true;
}

static bool set_flag(const char *from, const char *value, bool *slot, struct aro_error *err)
{
    bool yes = strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "yes") == 0;
    bool no = strcmp(value, "0") == 0 || strcmp(value, "false") == 0 || strcmp(value, "no") == 0;
    if (!yes && !no)
        return aro_error_set(err, ARO_BAD_INPUT, "%s '%.64s': true or false", from, value);
    *slot = yes;
    return true;
}

static bool set_value(const struct option_info *info, const char *from, const char *value,
                      void *target, struct aro_error *err)
{
    void *slot = place(info, target);
    switch (info->kind) {
    case OPTION_TEXT:
        return set_text(slot, value, err);
    case OPTION_INTEGER:
        return set_integer(info, from, value, slot, err);
    case OPTION_FLAG:
        return set_flag(from, value, slot, err);
    }
    return false;
}

static void variable_name(const struct option_info *info, char out[VARIABLE_MAX])
{
    snprintf(out, VARIABLE_MAX, "AROBASE_%s", info->name);
    for (char *c = out; *c; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

/* Defaults, then variables: a flag that comes later wins. */
static bool set_before_flags(const struct option_table *table, void *target, struct aro_error *err)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct option_info *info = &table->infos[i];
        char variable[VARIABLE_MAX];
        if (info->fallback && !set_value(info, info->name, info->fallback, target, err))
            return false;
        variable_name(info, variable);
        const char *value = table->environment ? getenv(variable) : NULL;
        if (value && !set_value(info, variable, value, target, err))
            return false;
    }
    return true;
}

static bool refuse_unknown(const struct option_table *table, const char *name,
                           struct aro_error *err)
{
    const char *names[OPTIONS_MAX];
    for (size_t i = 0; i < table->n; i++)
        names[i] = table->infos[i].name;
    const char *nearest = geo_spelling_nearest(name, names, table->n);
    if (nearest)
        return aro_error_set(err, ARO_BAD_INPUT, "unknown option '--%.64s': did you mean '--%s'?",
                             name, nearest);
    return aro_error_set(err, ARO_BAD_INPUT, "unknown option '--%.64s'", name);
}

/* What parsing remembers between words. */
struct reading {
    const struct option_table *table;
    void *target;
    int n, next;
    char *const *argv;
    bool seen[OPTIONS_MAX];
};

/* One "--name", "--name=value" or "--name value". */
static bool parse_option(struct reading *reading, const char *word, struct aro_error *err)
{
    char name[64], from[68];
    const char *equals = strchr(word, '=');
    snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - word - 2) : 63, word + 2);
    snprintf(from, sizeof from, "--%s", name);
    size_t i = 0;
    while (i < reading->table->n && strcmp(reading->table->infos[i].name, name) != 0)
        i++;
    if (i == reading->table->n)
        return refuse_unknown(reading->table, name, err);
    const struct option_info *info = &reading->table->infos[i];
    if (reading->seen[i])
        return aro_error_set(err, ARO_BAD_INPUT, "option '%s' is given twice", from);
    reading->seen[i] = true;
    const char *value = equals ? equals + 1 : info->kind == OPTION_FLAG ? "true" : NULL;
    if (!value && reading->next < reading->n)
        value = reading->argv[reading->next++];
    if (!value)
        return aro_error_set(err, ARO_BAD_INPUT, "option '%s' needs a value: %s %s", from, from,
                             info->metavar);
    return set_value(info, from, value, reading->target, err);
}

bool options_parse(const struct option_table *table, int n, char *const *argv, void *target,
                   const char **out_words, struct aro_error *err)
{
    struct reading reading = {.table = table, .target = target, .n = n, .argv = argv};
    size_t n_words = 0;
    bool only_words = false;
    if (!set_before_flags(table, target, err))
        return false;
    while (reading.next < n) {
        const char *word = argv[reading.next++];
        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
        } else if (!only_words && strncmp(word, "--", 2) == 0) {
            if (!parse_option(&reading, word, err))
                return false;
        } else if (!only_words && word[0] == '-' && word[1]) {
            return aro_error_set(err, ARO_BAD_INPUT, "unknown option '%.64s'", word);
        } else if (!out_words) {
            return aro_error_set(err, ARO_BAD_INPUT, "'%.64s' is one word too many", word);
        } else {
            out_words[n_words++] = word;
        }
    }
    if (out_words)
        out_words[n_words] = NULL;
    return true;
}

void options_clear(const struct option_table *table, void *target)
{
    for (size_t i = 0; i < table->n; i++) {
        if (table->infos[i].kind != OPTION_TEXT)
            continue;
        char **slot = place(&table->infos[i], target);
        free(*slot);
        *slot = NULL;
    }
}

void options_help(const struct option_table *table, struct aro_buffer *out)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct option_info *info = &table->infos[i];
        aro_buffer_printf(out, "  --%s%s%s\n      %s", info->name, info->metavar ? " " : "",
                          info->metavar ? info->metavar : "", info->help);
        if (info->kind == OPTION_INTEGER)
            aro_buffer_printf(out, " (%lld to %lld)", (long long)info->min, (long long)info->max);
        if (info->fallback && info->kind != OPTION_FLAG)
            aro_buffer_printf(out, " [%s]", info->fallback);
        char variable[VARIABLE_MAX];
        variable_name(info, variable);
        if (table->environment)
            aro_buffer_printf(out, "; %s", variable);
        aro_buffer_char(out, '\n');
    }
}
