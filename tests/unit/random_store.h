/*
 * A store of random rows, beside the same rows as plain arrays for a slow, obviously right twin.
 */
#ifndef ARO_TESTS_RANDOM_STORE_H
#define ARO_TESTS_RANDOM_STORE_H

#include <inttypes.h>

#include "schema/db.h"
#include "schema/store.h"
#include "tests/unit/points.h"
#include "tests/unit/temp_store.h"

enum {
    ROWS_COMMUNES = 150,
    ROWS_INITIATIVES = 3000,
    ROWS_REGIONS = 4,
    ROWS_DEPARTEMENTS = 9,
    ROWS_EPCIS = 20,
    ROWS_AXES = 4,
    ROWS_ENJEUX = 2, /* of an axe */
    ROWS_USAGES = 3, /* of an enjeu */
    ROWS_WORDS = 5,
};

static const char *const rows_words[ROWS_WORDS] = {"fibre", "vélo", "école", "musée", "wifi"};

struct row_commune {
    char code[8];
    int region, departement, epci; /* -1: none */
    int niveau;                    /* newest label */
    bool placed;
    struct geo_coord centre;
};

struct row_initiative {
    int commune;
    bool placed;
    struct geo_coord position;
    char date[16];
    bool usages[ROWS_AXES][ROWS_ENJEUX][ROWS_USAGES];
    bool words[ROWS_WORDS];
};

/** The id of an initiative is its place + 1. */
struct rows {
    struct row_commune communes[ROWS_COMMUNES];
    struct row_initiative initiatives[ROWS_INITIATIVES];
};

static inline void rows_territories(struct aro_buffer *sql)
{
    for (int i = 0; i < ROWS_REGIONS; i++)
        aro_buffer_printf(
            sql, "INSERT INTO regions VALUES ('%02d', 'Région %d', NULL, 'metro', 1);", i, i);
    for (int i = 0; i < ROWS_DEPARTEMENTS; i++)
        aro_buffer_printf(
            sql,
            "INSERT INTO departements VALUES ('%02d', 'Département %d', '%02d', NULL, 'metro', 1);",
            i, i, i % ROWS_REGIONS);
    for (int i = 0; i < ROWS_EPCIS; i++)
        aro_buffer_printf(sql, "INSERT INTO epcis VALUES ('20000%04d', 'EPCI %d', 'CC', 1);", i, i);
    for (int axe = 1; axe <= ROWS_AXES; axe++) {
        aro_buffer_printf(sql, "INSERT INTO themes VALUES ('%d', NULL, 1, 'Axe %d', %d, 1);", axe,
                          axe, axe);
        for (int enjeu = 0; enjeu < ROWS_ENJEUX; enjeu++) {
            aro_buffer_printf(sql, "INSERT INTO themes VALUES ('%d%c', '%d', 2, 'Enjeu', %d, 1);",
                              axe, 'a' + enjeu, axe, enjeu);
            for (int usage = 1; usage <= ROWS_USAGES; usage++)
                aro_buffer_printf(
                    sql, "INSERT INTO themes VALUES ('%d%c%d', '%d%c', 3, 'Usage', %d, 1);", axe,
                    'a' + enjeu, usage, axe, 'a' + enjeu, usage);
        }
    }
}

static inline void rows_point(struct aro_buffer *sql, bool placed, struct geo_coord coord)
{
    if (placed)
        aro_buffer_printf(sql, "MakePoint(%.7f, %.7f, 4326)", coord.lon_e7 / 1e7,
                          coord.lat_e7 / 1e7);
    else
        aro_buffer_text(sql, "NULL");
}

static inline void rows_commune(struct rows *rows, int i, uint64_t *seed, struct aro_buffer *sql)
{
    struct row_commune *commune = &rows->communes[i];
    commune->departement = (int)random_below(seed, ROWS_DEPARTEMENTS);
    commune->region = commune->departement % ROWS_REGIONS;
    commune->epci = (int)random_below(seed, ROWS_EPCIS + 2) - 2;
    if (commune->epci < 0)
        commune->epci = -1;
    commune->placed = random_below(seed, 10) > 0;
    commune->centre = points_one(seed, POINTS_SPREAD);
    snprintf(commune->code, sizeof commune->code, "%02d%03d", commune->departement, i);
    aro_buffer_printf(sql,
                      "INSERT INTO communes (code, nom, population, epci, departement, region,"
                      " zone, seq, centre) VALUES ('%s', 'Commune %d', ",
                      commune->code, i);
    if (random_below(seed, 10) == 0)
        aro_buffer_text(sql, "NULL");
    else
        aro_buffer_printf(sql, "%d", (int)random_below(seed, 100000));
    if (commune->epci < 0)
        aro_buffer_text(sql, ", NULL");
    else
        aro_buffer_printf(sql, ", '20000%04d'", commune->epci);
    aro_buffer_printf(sql, ", '%02d', '%02d', 'metro', 1, ", commune->departement, commune->region);
    rows_point(sql, commune->placed, commune->centre);
    aro_buffer_text(sql, ");");
    commune->niveau = (int)random_below(seed, 9);
    if (commune->niveau > 5)
        commune->niveau = 0;
    if (commune->niveau > 0)
        aro_buffer_printf(sql,
                          "INSERT INTO labels (commune, annee, niveau, mentions, seq) VALUES"
                          " ('%s', 2019, %d, '[]', 1), ('%s', 2020, %d, '[]', 1);",
                          commune->code, 1 + (int)random_below(seed, 5), commune->code,
                          commune->niveau);
}

static inline void rows_themes(struct row_initiative *initiative, uint64_t *seed,
                               struct aro_buffer *sql)
{
    const char *separator = "'[";
    int always = (int)random_below(seed, ROWS_AXES * ROWS_ENJEUX * ROWS_USAGES), number = 0;
    for (int axe = 0; axe < ROWS_AXES; axe++)
        for (int enjeu = 0; enjeu < ROWS_ENJEUX; enjeu++)
            for (int usage = 0; usage < ROWS_USAGES; usage++) {
                if (number++ != always && random_below(seed, 20) > 0)
                    continue;
                initiative->usages[axe][enjeu][usage] = true;
                aro_buffer_printf(sql, "%s\"%d%c%d\"", separator, axe + 1, 'a' + enjeu, usage + 1);
                separator = ",";
            }
    aro_buffer_text(sql, "]'");
}

static inline void rows_initiative(struct rows *rows, int i, uint64_t *seed, struct aro_buffer *sql)
{
    struct row_initiative *initiative = &rows->initiatives[i];
    initiative->commune = (int)random_below(seed, ROWS_COMMUNES);
    const struct row_commune *commune = &rows->communes[initiative->commune];
    bool exact = random_below(seed, 3) > 0;
    initiative->placed = exact || commune->placed;
    initiative->position = exact ? points_one(seed, POINTS_SPREAD) : commune->centre;
    snprintf(initiative->date, sizeof initiative->date, "%04d-%02d-%02d",
             2010 + (int)random_below(seed, 11), 1 + (int)random_below(seed, 12),
             1 + (int)random_below(seed, 28));
    aro_buffer_printf(sql,
                      "INSERT INTO initiatives (source, source_id, titre, date, actions, commune,"
                      " themes, statut, position_exacte, created_at, updated_at, version, seq,"
                      " position) VALUES ('t', '%d', 'Fiche \"%d\" </script>",
                      i, i);
    for (int word = 0; word < ROWS_WORDS; word++) {
        initiative->words[word] = random_below(seed, 4) == 0;
        if (initiative->words[word])
            aro_buffer_printf(sql, " %s", rows_words[word]);
    }
    aro_buffer_printf(sql, "', '%s', 'Fait.', '%s', ", initiative->date, commune->code);
    rows_themes(initiative, seed, sql);
    aro_buffer_printf(
        sql, ", 'published', %d, '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z', 1, 1, ", exact);
    rows_point(sql, initiative->placed, initiative->position);
    aro_buffer_text(sql, ");");
}

/** Makes the store, and the rows that it holds; owned by the caller, who calls free(). */
static inline struct rows *rows_make(const struct temp_folder *folder, uint64_t seed)
{
    struct rows *rows = calloc(1, sizeof *rows);
    struct aro_buffer sql = {0};
    struct aro_error err = {0};
    struct schema_db *db = NULL;
    aro_buffer_text(&sql, "BEGIN;");
    rows_territories(&sql);
    for (int i = 0; rows && i < ROWS_COMMUNES; i++)
        rows_commune(rows, i, &seed, &sql);
    for (int i = 0; rows && i < ROWS_INITIATIVES; i++)
        rows_initiative(rows, i, &seed, &sql);
    aro_buffer_printf(&sql,
                      "INSERT INTO aliases (code, type, nom, commune, seq) VALUES"
                      " ('99999', 'ancienne', 'Jadis', '%s', 1);"
                      "INSERT INTO personnes VALUES (1, 0, 'Secrète', 'maire',"
                      " 'secrete@example.org', 1);"
                      "UPDATE state SET seq = 1, millesime = '2026'; COMMIT;",
                      rows ? rows->communes[0].code : "");
    char *text = aro_buffer_take_text(&sql, &err);
    bool ok = rows && text && schema_store_init(folder->store, &err) &&
              schema_db_open(folder->store, SCHEMA_DB_WRITE, &db, &err) &&
              schema_db_load_spatialite(db, &err) && schema_db_exec(db, text, &err);
    schema_db_close(db);
    free(text);
    if (!ok) {
        fprintf(stderr, "random store: %s\n", err.message);
        abort();
    }
    return rows;
}

#endif
