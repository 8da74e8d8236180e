/*
 * Imports: files to rows, all or nothing, with a report of what was wrong and where.
 */
#ifndef ARO_SCHEMA_IMPORT_H
#define ARO_SCHEMA_IMPORT_H

#include <stdint.h>

#include "schema/store.h"

/** One thing that is wrong in a file. Texts borrowed for the call. */
struct schema_problem {
    const char *file;
    uint64_t line;      /* 0 where the file as a whole is meant */
    const char *column; /* "" where no column is meant */
    const char *value;  /* as found, cut to what a person reads */
    const char *reason;
    bool is_warning; /* what it is about is imported nonetheless, or needs no import */
};

struct schema_import_options {
    const char *crs;       /* of x and y columns and of geometries: "EPSG:2154"; NULL: WGS 84, or
                              with kind contours what the file says */
    const char *millesime; /* year of the official geographic code, kept with kind communes (NULL:
                              what the store has stays) and with each of kind contours */
    const char *code_property; /* of contours: the column that holds the code; NULL: is found */
    const char *layer;         /* of contours in a GeoPackage; NULL: the only one, or "commune" */
    bool skip_errors; /* import the good rows; otherwise one bad row and nothing is imported */
    void *context;    /* handed to the three functions */
    /* Called for every problem there is: what is shown of a million is the caller's to cap. */
    void (*on_problem)(void *context, const struct schema_problem *problem);
    void (*on_progress)(void *context, const char *stage, double done); /* 0 to 1; -1 unknown */
    bool (*stopped)(void *context); /* asked often; true ends with ARO_STOPPED */
};

struct schema_import_summary {
    uint64_t read, added, updated, unchanged, refused, warnings;
};

/** The kinds, for usage and help: {"communes", …, NULL}, in the order they depend on each other. */
const char *const *schema_import_kinds(void);

/**
 * Imports files of one kind in one transaction: the store holds all of it afterwards, or is as
 * it was. Rows are added, or updated where the store has them; nothing is ever removed: a commune
 * that a newer file no longer names stays, with what refers to it.
 *
 * @param kind   one of schema_import_kinds()
 * @param paths  n_paths (1 or more) files
 * @param err    ARO_BAD_INPUT: unknown kind, a row refused and not skip_errors (the problems were
 *               reported; the message counts them), unreadable file; ARO_BUSY: another writer;
 *               ARO_STOPPED; ARO_IO; the store is as it was in each case
 */
bool schema_import(struct schema_store *store, const char *kind, const char *const *paths,
                   size_t n_paths, const struct schema_import_options *options,
                   struct schema_import_summary *out_summary, struct aro_error *err);

#endif
