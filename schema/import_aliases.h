/*
 * Codes and names that lead to a commune of today, wherever they are imported from.
 *
 * A file may name the commune after its aliases: they are kept until its end, then checked and
 * put in.
 */
#ifndef ARO_SCHEMA_IMPORT_ALIASES_H
#define ARO_SCHEMA_IMPORT_ALIASES_H

#include "schema/import_inside.h"

struct import_aliases;

/** Where an alias stands in a row, and what is read of it already. */
struct import_alias_columns {
    size_t code, nom, commune;
    struct import_text type;          /* "ancienne", "commune-deleguee", … */
    struct import_text codes_postaux; /* JSON */
    struct schema_value population;   /* an integer or NULL */
};

bool import_aliases_new(struct import_run *run, struct import_aliases **out_aliases,
                        struct aro_error *err);
void import_aliases_free(struct import_aliases *aliases);

/** Says that there is a commune with this code, beside those that the store had at the start. */
bool import_aliases_know(struct import_aliases *aliases, const char *code, size_t code_len,
                         struct aro_error *err);

/** Keeps an alias of the row for the end, unless the row is refused; the texts are copied. */
bool import_aliases_add(struct import_aliases *aliases, struct import_row *row,
                        const struct import_alias_columns *columns, struct aro_error *err);

/** Checks and puts in all that was added. */
bool import_aliases_finish(struct import_aliases *aliases, struct aro_error *err);

#endif
