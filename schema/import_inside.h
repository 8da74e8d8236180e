/*
 * What the files that make up the import share, and no one else includes.
 *
 * The driver (import.c) reads records, sorts their fields into the columns of the kind
 * (import_columns.c), applies each column's own rule, and hands the row to the kind
 * (import_<kind>.c), which checks it against the other data and puts it in.
 */
#ifndef ARO_SCHEMA_IMPORT_INSIDE_H
#define ARO_SCHEMA_IMPORT_INSIDE_H

#include "schema/import.h"
#include "schema/keymap.h"
#include "schema/places.h"
#include "schema/record.h"
#include "schema/rules.h"
#include "schema/store_inside.h"
#include "schema/values.h"

enum { IMPORT_MAX_COLUMNS = 40 };

struct import_run;
struct import_row;

/** One column of a kind: its name, and the rule that its values follow on their own. */
struct import_column {
    const char *name;
    bool required; /* in every row, hence a column of every CSV file */
    bool (*check)(const char *text, size_t text_len, struct aro_error *err); /* NULL: any text */
};

/* Rules with the limits that columns share. */
bool import_name(const char *text, size_t text_len, struct aro_error *err);
bool import_line(const char *text, size_t text_len, struct aro_error *err);
bool import_titre(const char *text, size_t text_len, struct aro_error *err);
bool import_prose(const char *text, size_t text_len, struct aro_error *err);
bool import_commune_code(const char *text, size_t text_len, struct aro_error *err);
bool import_departement_code(const char *text, size_t text_len, struct aro_error *err);
bool import_region_code(const char *text, size_t text_len, struct aro_error *err);
bool import_siren(const char *text, size_t text_len, struct aro_error *err);
bool import_theme_id(const char *text, size_t text_len, struct aro_error *err);
bool import_postal_code(const char *text, size_t text_len, struct aro_error *err);
bool import_zone(const char *text, size_t text_len, struct aro_error *err);

struct import_mapping;

/** One kind of import. */
struct import_kind {
    const char *name;
    const struct import_column *columns; /* the kind numbers them by an enum of its own */
    size_t n_columns;
    const char *const *ignored; /* columns that our own exports add and that are counted from the
                                   others; ends with NULL */
    const char *bulk_table;     /* a load into it while it is empty may be large; or NULL */
    bool areas;                 /* geometries are polygons, and layers of GIS files are read too */
    /* Before the rows of a file: sets what depends on its reference system. NULL: that must be
     * WGS 84, or be named. */
    bool (*open)(struct import_run *run, const struct schema_source *source, struct aro_error *err);
    /* Sorts the source's columns from mapping->n on. NULL: by the names of `columns`. */
    bool (*map)(struct import_run *run, const struct schema_source *source,
                struct import_mapping *mapping, struct aro_error *err);
    /* Prepares run->state. */
    bool (*begin)(struct import_run *run, struct aro_error *err);
    /* Checks and puts in one row; a problem of the row is no failure. */
    bool (*row)(struct import_run *run, struct import_row *row, struct aro_error *err);
    /* After the last row, before the commit; may be NULL. */
    bool (*finish)(struct import_run *run, struct aro_error *err);
    void (*end)(struct import_run *run); /* releases run->state, half-built too */
};

extern const struct import_kind import_communes, import_communes_anciennes, import_epcis,
    import_contours, import_departements, import_regions, import_themes, import_labels,
    import_initiatives;

/** One import at work. */
struct import_run {
    struct schema_store *store;
    struct schema_db *db;
    const struct import_kind *kind;
    const struct schema_import_options *options;
    struct schema_import_summary summary;
    int64_t seq;               /* of the newest change, in the store when the import is done */
    const char *file;          /* being read */
    struct schema_keymap seen; /* keys of this import, to the number of their line */
    char now[24];              /* RFC 3339, UTC: one for the whole import */
    void *state;               /* the kind's */
};

/** A text of a row, trimmed; NULL where there is none. Not terminated. */
struct import_text {
    const char *text;
    size_t len;
    uint64_t line;
};

struct import_row {
    struct import_run *run;
    uint64_t line;
    bool json;                          /* lists are JSON */
    bool refused;                       /* a problem was reported */
    const struct schema_record *record; /* its geometry; NULL for what waited for the last row */
    struct import_text values[IMPORT_MAX_COLUMNS]; /* by column of the kind */
};

/** Reports a problem of a row at a column and refuses the row. */
void import_problem(struct import_row *row, size_t column, const char *reason);
/** Reports a problem of a row with a value that is not a whole column, such as a list's item. */
void import_problem_at(struct import_row *row, size_t column, const char *value, size_t value_len,
                       const char *reason);

/** Says what the user should know of a value that is imported all the same. */
void import_warning_at(struct import_row *row, size_t column, const char *value, size_t value_len,
                       const char *reason);
/** Says what the user should know of the file. */
void import_note(struct import_run *run, const char *sentence);
/** Reports what has no row. */
void import_report(struct import_run *run, const struct schema_problem *problem);

/** Refuses a row whose key came before in this import. False on ARO_NO_MEMORY. */
bool import_once(struct import_row *row, size_t column, const char *key, size_t key_len,
                 struct aro_error *err);

/** Puts the codes of the territories in the store into the map. */
bool import_known_territories(struct schema_store *store, enum schema_territory_kind kind,
                              struct schema_keymap *known, struct aro_error *err);
/** Reports the column's value, if there is one, unless the map has it. */
void import_check_known(struct import_row *row, size_t column, const struct schema_keymap *known,
                        const char *reason);

/** The commune of today that the column's code leads to; NULL (and reported) when there is none. */
const struct schema_place *import_place(struct import_row *row, size_t column,
                                        const struct schema_places *places);
/** The code as it was given, where it is not the one of today; else NULL. */
struct schema_value import_given_code(const struct import_row *row, size_t column,
                                      const struct schema_place *place);

struct schema_value import_value(const struct import_row *row, size_t column);

/** Puts the row in, with the next number if it is a change, and counts the outcome. */
bool import_put(struct import_run *run, struct schema_upsert *upsert,
                const struct schema_value *values, int64_t *out_rowid, struct aro_error *err);
void import_count(struct import_run *run, enum schema_outcome outcome);

/** The user asked to stop: ARO_STOPPED. True to go on. */
bool import_go_on(const struct import_run *run, struct aro_error *err);
void import_progress(const struct import_run *run, const char *stage, double done);

/* ---- Columns ---- */

enum { IMPORT_IGNORED = -1 };

/** Which column of the kind each column of the source is. */
struct import_mapping {
    int columns[SCHEMA_RECORD_MAX_FIELDS]; /* IMPORT_IGNORED, or the kind's number */
    size_t n;                              /* columns of the source mapped so far */
};

/**
 * Maps the columns of the source that are not mapped yet (GeoJSON grows some while reading).
 *
 * @param err  ARO_BAD_INPUT: a column that the kind does not know; says the nearest that it does
 */
bool import_map_columns(struct import_run *run, const struct schema_source *source,
                        struct import_mapping *mapping, struct aro_error *err);

/** ARO_BAD_INPUT when a required column is not in the file. */
bool import_check_required(const struct import_kind *kind, const struct import_mapping *mapping,
                           struct aro_error *err);

#endif
