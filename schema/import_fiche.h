/*
 * One row of an import of initiatives, checked against every rule and ready to be stored.
 */
#ifndef ARO_SCHEMA_IMPORT_FICHE_H
#define ARO_SCHEMA_IMPORT_FICHE_H

#include "schema/import_personnes.h"
#include "schema/import_position.h"
#include "schema/spatial.h"

/** The columns of the table `initiatives` that a sheet fills, in this order. */
enum import_fiche_column {
    FICHE_SOURCE,
    FICHE_SOURCE_ID,
    FICHE_TITRE,
    FICHE_SOUS_TITRE,
    FICHE_DATE,
    FICHE_ACTIONS,
    FICHE_SYNTHESE,
    FICHE_OUTILS,
    FICHE_PRESTATAIRES,
    FICHE_RECOMMANDATIONS,
    FICHE_RESULTATS,
    FICHE_LIENS,
    FICHE_PHOTOS,
    FICHE_VIDEOS,
    FICHE_LIEU,
    FICHE_COMMUNE,
    FICHE_COMMUNE_SAISIE,
    FICHE_THEMES,
    FICHE_STATUT,
    FICHE_POSITION_EXACTE,
    FICHE_POSITION,
    N_FICHE_COLUMNS,
};
extern const char *const import_fiche_names[N_FICHE_COLUMNS];

/** The columns of a file of initiatives, for the driver. */
enum { IMPORT_FICHE_N_COLUMNS = 29, IMPORT_FICHE_SOURCE_ID = 1 /* the column of this number */ };
extern const struct import_column import_fiche_columns[IMPORT_FICHE_N_COLUMNS];

/** A sheet. Its values are borrowed from the row and from the reader, until the next row. */
struct import_fiche {
    struct schema_value values[N_FICHE_COLUMNS];
    struct import_personnes personnes;
    bool has_position;
    struct geo_coord position;
};

/** What reading needs: the communes, the themes, buffers. Owned by one thread. */
struct import_fiche_reader;

bool import_fiche_reader_new(struct import_run *run, struct import_fiche_reader **out_reader,
                             struct aro_error *err);
void import_fiche_reader_free(struct import_fiche_reader *reader);

/**
 * Checks a row and reports what is wrong with it.
 *
 * @param out_fiche  whole only where the row is not refused
 * @param err        ARO_NO_MEMORY
 */
bool import_fiche_read(struct import_fiche_reader *reader, struct import_row *row,
                       struct import_fiche *out_fiche, struct aro_error *err);

#endif
