/*
 * Imports of régions, départements and EPCI: a code, a name, and where they belong.
 */
#include "schema/import_inside.h"

#include <stdlib.h>

static const char *const ignored[] = {
    "id",         "population", "communes", "initiatives", "communes_labellisees",
    "distance_m", "lon",        "lat",      "wkt",         NULL};

/* What an import of territories holds. */
struct territories {
    struct schema_upsert *upsert;
    struct schema_keymap regions; /* codes known, to 0 */
};

static void end(struct import_run *run)
{
    struct territories *territories = run->state;
    if (!territories)
        return;
    schema_upsert_free(territories->upsert);
    schema_keymap_clear(&territories->regions);
    free(territories);
}

static bool begin(struct import_run *run, const struct schema_table *table, struct aro_error *err)
{
    struct territories *territories = calloc(1, sizeof *territories);
    if (!territories)
        return aro_error_no_memory(err);
    run->state = territories;
    return schema_upsert_new(run->db, table, &territories->upsert, err);
}

/* All columns of these kinds are columns of their table, in the same order; code is the first. */
static bool put(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct territories *territories = run->state;
    struct schema_value values[IMPORT_MAX_COLUMNS];
    int64_t rowid;
    if (row->values[0].text && !import_once(row, 0, row->values[0].text, row->values[0].len, err))
        return false;
    if (row->refused)
        return true;
    for (size_t i = 0; i < run->kind->n_columns; i++)
        values[i] = import_value(row, i);
    return import_put(run, territories->upsert, values, &rowid, err);
}

/* ---- Régions ---- */

static const struct import_column region_columns[] = {
    {"code", true, import_region_code},
    {"nom", true, import_name},
    {"chef_lieu", false, import_commune_code},
    {"zone", true, import_zone},
};
static const char *const region_names[] = {"code", "nom", "chef_lieu", "zone"};
static const struct schema_table region_table = {"regions", region_names, 4, 1};

static bool begin_regions(struct import_run *run, struct aro_error *err)
{
    return begin(run, &region_table, err);
}

const struct import_kind import_regions = {
    .name = "regions",
    .columns = region_columns,
    .n_columns = sizeof region_columns / sizeof *region_columns,
    .ignored = ignored,
    .begin = begin_regions,
    .row = put,
    .end = end,
};

/* ---- Départements ---- */

enum { DEPARTEMENT_REGION = 2 };
static const struct import_column departement_columns[] = {
    {"code", true, import_departement_code},
    {"nom", true, import_name},
    [DEPARTEMENT_REGION] = {"region", true, import_region_code},
    {"chef_lieu", false, import_commune_code},
    {"zone", true, import_zone},
};
static const char *const departement_names[] = {"code", "nom", "region", "chef_lieu", "zone"};
static const struct schema_table departement_table = {"departements", departement_names, 5, 1};

static bool begin_departements(struct import_run *run, struct aro_error *err)
{
    if (!begin(run, &departement_table, err))
        return false;
    struct territories *territories = run->state;
    return import_known_territories(run->store, SCHEMA_REGION, &territories->regions, err);
}

static bool row_departements(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct territories *territories = run->state;
    import_check_known(row, DEPARTEMENT_REGION, &territories->regions,
                       "no such région in the store; import regions first");
    return put(run, row, err);
}

const struct import_kind import_departements = {
    .name = "departements",
    .columns = departement_columns,
    .n_columns = sizeof departement_columns / sizeof *departement_columns,
    .ignored = ignored,
    .begin = begin_departements,
    .row = row_departements,
    .end = end,
};

/* ---- EPCI ---- */

static const struct import_column epci_columns[] = {
    {"code", true, import_siren},
    {"nom", true, import_name},
    {"type", false, import_name},
};
static const char *const epci_names[] = {"code", "nom", "type"};
static const struct schema_table epci_table = {"epcis", epci_names, 3, 1};

static bool begin_epcis(struct import_run *run, struct aro_error *err)
{
    return begin(run, &epci_table, err);
}

const struct import_kind import_epcis = {
    .name = "epcis",
    .columns = epci_columns,
    .n_columns = sizeof epci_columns / sizeof *epci_columns,
    .ignored = ignored,
    .begin = begin_epcis,
    .row = put,
    .end = end,
};
