/*
 * What the tests of imports share: a small country, and imports whose problems are kept as text.
 */
#ifndef ARO_TESTS_IMPORT_HELP_H
#define ARO_TESTS_IMPORT_HELP_H

#include <string.h>

#include "geo/buffer.h"
#include "schema/db.h"
#include "schema/import.h"
#include "tests/unit/temp_store.h"

/** One import and what came of it. Start from {0}; clear the problems. */
struct import_result {
    bool ok;
    struct aro_error err;
    struct schema_import_summary summary;
    struct aro_buffer problems; /* "line:column:value: [warning: ]reason\n" each */
    size_t n_problems;
    int stop_after; /* calls of stopped() after which it says so; 0: never */
    int n_looks;
};

static inline void keep_problem(void *context, const struct schema_problem *problem)
{
    struct import_result *result = context;
    result->n_problems++;
    aro_buffer_printf(&result->problems, "%llu:%s:%s: %s%s\n", (unsigned long long)problem->line,
                      problem->column, problem->value, problem->is_warning ? "warning: " : "",
                      problem->reason);
}

static inline bool stop_in_time(void *context)
{
    struct import_result *result = context;
    return ++result->n_looks == result->stop_after;
}

/** The problems as one text, valid until the next problem or aro_buffer_clear(). */
static inline const char *problems_of(struct import_result *result)
{
    aro_buffer_char(&result->problems, '\0');
    if (!result->problems.data || result->problems.failed)
        return "";
    result->problems.len--;
    return result->problems.data;
}

static inline void import_with(struct schema_store *store, const char *kind, const char *path,
                               struct schema_import_options options, struct import_result *result)
{
    options.context = result;
    options.on_problem = keep_problem;
    options.stopped = stop_in_time;
    result->ok = schema_import(store, kind, &path, 1, &options, &result->summary, &result->err);
}

/** Imports a text as a file of this name; prints what went wrong where nothing should. */
static inline bool import_text(const struct temp_folder *folder, struct schema_store *store,
                               const char *kind, const char *name, const char *text)
{
    struct import_result result = {0};
    import_with(store, kind, temp_file(folder, name, text, strlen(text)),
                (struct schema_import_options){0}, &result);
    if (!result.ok)
        fprintf(stderr, "%s: %s\n%s", kind, result.err.message, problems_of(&result));
    aro_buffer_clear(&result.problems);
    return result.ok;
}

static const char small_regions[] = "code,nom,chef_lieu,zone\n"
                                    "84,Auvergne-Rhône-Alpes,69123,metro\n"
                                    "94,Corse,2A004,metro\n"
                                    "987,Polynésie française,98735,com\n";
static const char small_departements[] = "code;nom;region;chef_lieu;zone\n"
                                         "01;Ain;84;01053;metro\n"
                                         "2A;Corse-du-Sud;94;2A004;metro\n"
                                         "987;Polynésie française;987;98735;com\n";
static const char small_epcis[] = "code,nom,type,population\n"
                                  "200069193,CC de la Dombes,CC,38000\n";
static const char small_communes[] =
    "code,type,nom,commune,departement,region,epci,siren,zone,population,codes_postaux,lon,lat\n"
    "01015,commune-deleguee,Arbignieu,01015,01,84,,,metro,490,01300|01301,,\n"
    "01001,commune-actuelle,L'Abergement-Clémenciat,,01,84,200069193,210100012,metro,860,01400,"
    "4.9261,46.1534\n"
    "01015,commune-actuelle,Arboys en Bugey,,01,84,,,metro,,01300|01301,,\n"
    "2A004,commune-actuelle,Ajaccio,,2A,94,,,metro,73822,20000|20090,8.7369,41.9267\n"
    "98735,commune-actuelle,Papeete,,987,987,,,com,26654,98714,-149.56843,-17.5347\n";
static const char small_anciennes[] = "code,nom,commune\n"
                                      "01002,Ancienne,01001\n"
                                      "01340,,01015\n";
static const char small_themes[] = "id,parent,niveau,libelle\n"
                                   "1,,1,Démocratie\n"
                                   "2,,1,Vivre ensemble\n"
                                   "1a,1,2,Efficacité\n"
                                   "2a,2,2,Cohésion\n"
                                   "1a2,1a,3,Formation\n"
                                   "1a1,1a,3,Accès\n"
                                   "2a1,2a,3,Habitants\n";

/** A new store with the small country in it; NULL (and said) when that fails. */
static inline struct schema_store *small_store(const struct temp_folder *folder)
{
    struct aro_error err = {0};
    struct schema_store *store = NULL;
    if (schema_store_init(folder->store, &err) &&
        schema_store_open(folder->store, SCHEMA_WRITE, &store, &err) &&
        import_text(folder, store, "regions", "r.csv", small_regions) &&
        import_text(folder, store, "departements", "d.csv", small_departements) &&
        import_text(folder, store, "epcis", "e.csv", small_epcis) &&
        import_text(folder, store, "communes", "c.csv", small_communes) &&
        import_text(folder, store, "communes-anciennes", "a.csv", small_anciennes) &&
        import_text(folder, store, "themes", "t.csv", small_themes))
        return store;
    fprintf(stderr, "small store: %s\n", err.message);
    schema_store_close(store);
    return NULL;
}

/** The answer of one query, rows by "\n" and columns by "|"; owned by the caller. */
static inline char *ask(const char *location, const char *sql)
{
    struct aro_buffer out = {0};
    struct aro_error err = {0};
    struct schema_db *db = NULL;
    struct schema_stmt *stmt = NULL;
    if (schema_db_open(location, SCHEMA_DB_WRITE, &db, &err) &&
        schema_db_load_spatialite(db, &err) && schema_db_prepare(db, sql, &stmt, &err)) {
        while (schema_stmt_step(stmt, &err) == SCHEMA_STEP_ROW) {
            for (int i = 0; i < schema_stmt_n_columns(stmt); i++) {
                const char *text = schema_stmt_text(stmt, i);
                aro_buffer_printf(&out, "%s%s", i ? "|" : "", text ? text : "-");
            }
            aro_buffer_char(&out, '\n');
        }
    }
    schema_stmt_free(stmt);
    schema_db_close(db);
    aro_buffer_text(&out, err.message);
    return aro_buffer_take_text(&out, NULL);
}

/** Whether a query answers this; says what it answers where it does not. */
static inline bool answers(const char *location, const char *sql, const char *want)
{
    char *got = ask(location, sql);
    bool same = got && strcmp(got, want) == 0;
    if (!same)
        fprintf(stderr, "%s\ngave\n%swanted\n%s", sql, got ? got : "(nothing)", want);
    free(got);
    return same;
}

#endif
