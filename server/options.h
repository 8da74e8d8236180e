/*
 * Command-line options from a table: parser, environment variables and help from the same lines.
 */
#ifndef ARO_SERVER_OPTIONS_H
#define ARO_SERVER_OPTIONS_H

#include <stdint.h>

#include "geo/buffer.h"

enum option_kind { OPTION_TEXT, OPTION_FLAG, OPTION_INTEGER };

/** One option; `offset` says where in the target struct its value stands. */
struct option_info {
    const char *name; /* "max-connections": the flag is --max-connections */
    enum option_kind kind;
    size_t offset;        /* of a char *, bool or int64_t */
    const char *metavar;  /* "N"; NULL for a flag */
    const char *fallback; /* text of the default; NULL: none (NULL, false) */
    int64_t min, max;     /* of an integer */
    const char *help;
};

struct option_table {
    const struct option_info *infos;
    size_t n;
    bool environment; /* AROBASE_MAX_CONNECTIONS stands for --max-connections */
};

/**
 * Fills the target: flag before variable before default. "--name value" and "--name=value"; "--"
 * ends the options.
 *
 * @param argv       n words
 * @param target     all zero; on failure options_clear() is the caller's still
 * @param out_words  the words that are no options, in order; room for n + 1, ended by NULL;
 *                   NULL where the command takes none
 * @param err        ARO_BAD_INPUT: unknown option (the nearest is suggested), given twice, value
 *                   missing, not a number or out of range; a word where none is wanted
 */
bool options_parse(const struct option_table *table, int n, char *const *argv, void *target,
                   const char **out_words, struct aro_error *err);

/** Frees the texts. */
void options_clear(const struct option_table *table, void *target);

/** Appends one paragraph an option. */
void options_help(const struct option_table *table, struct aro_buffer *out);

#endif
