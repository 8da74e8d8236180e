/*
 * The people of a sheet: private, and kept apart from all the rest.
 */
#ifndef ARO_SCHEMA_IMPORT_PERSONNES_H
#define ARO_SCHEMA_IMPORT_PERSONNES_H

#include "schema/import_inside.h"

struct import_personne {
    struct import_text nom, fonction, courriel;
    bool elu;
};

/** Start from {0}; import_personnes_clear() releases. Texts borrowed from row and `json`. */
struct import_personnes {
    struct import_personne items[SCHEMA_LIST_MAX_ITEMS];
    size_t n;
    void *json; /* the parsed field that the texts point into, or NULL */
};

void import_personnes_clear(struct import_personnes *personnes);

/**
 * Reads the column: a JSON array of {"nom", "fonction", "courriel", "elu"}, or, in CSV, people
 * with "|" between them, each "nom;fonction;courriel;elu" of which only the nom is required and
 * the last is "oui", "non" or empty. What is wrong is reported and refuses the row.
 */
void import_personnes_read(struct import_row *row, size_t column,
                           struct import_personnes *out_personnes);

/** Statements on the table `personnes`. Owned by one thread. */
struct import_personnes_table;
bool import_personnes_table_new(struct schema_db *db, struct import_personnes_table **out_table,
                                struct aro_error *err);
void import_personnes_table_free(struct import_personnes_table *table);

bool import_personnes_same(struct import_personnes_table *table, int64_t initiative,
                           const struct import_personnes *personnes, bool *out_same,
                           struct aro_error *err);
bool import_personnes_insert(struct import_personnes_table *table, int64_t initiative,
                             const struct import_personnes *personnes, struct aro_error *err);
bool import_personnes_replace(struct import_personnes_table *table, int64_t initiative,
                              const struct import_personnes *personnes, struct aro_error *err);

#endif
