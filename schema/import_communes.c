/*
 * Import of communes, with the arrondissements and the communes déléguées and associées that
 * the official file lists beside them: those become aliases of a commune of today.
 */
#include "schema/import_aliases.h"
#include "schema/import_centres.h"
#include "schema/import_position.h"
#include "schema/lists.h"
#include "schema/rtree.h"
#include "schema/spatial.h"

#include <stdlib.h>
#include <string.h>

#include "geo/json.h"

enum column {
    CODE,
    TYPE,
    NOM,
    COMMUNE,
    DEPARTEMENT,
    REGION,
    EPCI,
    SIREN,
    ZONE,
    POPULATION,
    CODES_POSTAUX,
    LON,
    LAT,
    X,
    Y,
};

static const char *const types[] = {"commune-actuelle", "arrondissement-municipal",
                                    "commune-deleguee", "commune-associee", NULL};
static const int64_t population_max = 100000000;

static bool check_type(const char *text, size_t text_len, struct aro_error *err)
{
    const char *one;
    return schema_rule_word(text, text_len, types, &one, err);
}

static bool check_population(const char *text, size_t text_len, struct aro_error *err)
{
    int64_t value;
    return schema_rule_integer(text, text_len, 0, population_max, &value, err);
}

static const struct import_column columns[] = {
    [CODE] = {"code", true, import_commune_code},
    [TYPE] = {"type", false, check_type},
    [NOM] = {"nom", true, import_name},
    [COMMUNE] = {"commune", false, import_commune_code},
    [DEPARTEMENT] = {"departement", true, import_departement_code},
    [REGION] = {"region", true, import_region_code},
    [EPCI] = {"epci", false, import_siren},
    [SIREN] = {"siren", false, import_siren},
    [ZONE] = {"zone", true, import_zone},
    [POPULATION] = {"population", false, check_population},
    [CODES_POSTAUX] = {"codes_postaux", false, NULL},
    [LON] = {"lon", false, NULL},
    [LAT] = {"lat", false, NULL},
    [X] = {"x", false, NULL},
    [Y] = {"y", false, NULL},
};
static const char *const ignored[] = {"id",         "niveau", "initiatives", "labels",
                                      "distance_m", "wkt",    NULL};

/* The row of the table, in this order. */
enum stored {
    S_CODE,
    S_NOM,
    S_POPULATION,
    S_CODES_POSTAUX,
    S_EPCI,
    S_DEPARTEMENT,
    S_REGION,
    S_SIREN,
    S_ZONE,
    S_CENTRE,
    N_STORED,
};
static const char *const stored_names[N_STORED] = {
    "code",        "nom",    "population", "codes_postaux", "epci",
    "departement", "region", "siren",      "zone",          "centre"};
static const struct schema_table table = {"communes", stored_names, N_STORED, 1};

struct communes {
    struct schema_upsert *upsert;
    struct schema_rtree *rtree;
    struct import_aliases *aliases;
    struct import_position position;
    struct schema_keymap regions, departements, epcis;
    struct aro_buffer codes_postaux; /* JSON of the row at hand */
};

static void end(struct import_run *run)
{
    struct communes *communes = run->state;
    if (!communes)
        return;
    schema_upsert_free(communes->upsert);
    schema_rtree_free(communes->rtree);
    import_aliases_free(communes->aliases);
    import_position_end(&communes->position);
    schema_keymap_clear(&communes->regions);
    schema_keymap_clear(&communes->departements);
    schema_keymap_clear(&communes->epcis);
    aro_buffer_clear(&communes->codes_postaux);
    free(communes);
}

static bool begin(struct import_run *run, struct aro_error *err)
{
    struct communes *communes = calloc(1, sizeof *communes);
    if (!communes)
        return aro_error_no_memory(err);
    run->state = communes;
    communes->position = (struct import_position){LON, LAT, X, Y, NULL};
    return import_position_begin(&communes->position, run->options->crs, err) &&
           schema_upsert_new(run->db, &table, &communes->upsert, err) &&
           schema_rtree_new(run->db, "idx_communes_centre", &communes->rtree, err) &&
           import_aliases_new(run, &communes->aliases, err) &&
           import_known_territories(run->store, SCHEMA_REGION, &communes->regions, err) &&
           import_known_territories(run->store, SCHEMA_DEPARTEMENT, &communes->departements, err) &&
           import_known_territories(run->store, SCHEMA_EPCI, &communes->epcis, err);
}

/* ---- One commune ---- */

static bool add_postal_code(void *context, const char *text, size_t text_len, struct aro_error *err)
{
    struct aro_buffer *out = context;
    if (!import_postal_code(text, text_len, err))
        return false;
    aro_buffer_char(out, out->len ? ',' : '[');
    aro_json_string(out, text, text_len);
    return true;
}

static bool read_postal_codes(struct import_row *row, struct aro_buffer *out, struct aro_error *err)
{
    struct import_text value = row->values[CODES_POSTAUX];
    struct aro_error why = {0};
    out->len = 0;
    if (value.text && !schema_list_each(value.text, value.len, add_postal_code, out, &why))
        import_problem(row, CODES_POSTAUX, why.message);
    aro_buffer_text(out, out->len ? "]" : "[]");
    return aro_buffer_ok(out, err);
}

/* The column's rule was kept; NULL where nothing is known. */
static struct schema_value population_of(const struct import_row *row)
{
    struct import_text value = row->values[POPULATION];
    int64_t population;
    if (!value.text ||
        !schema_rule_integer(value.text, value.len, 0, population_max, &population, NULL))
        return (struct schema_value){0};
    return schema_value_integer(population);
}

static void check_territories(struct import_row *row, const struct communes *communes)
{
    import_check_known(row, REGION, &communes->regions,
                       "no such région in the store; import regions first");
    import_check_known(row, DEPARTEMENT, &communes->departements,
                       "no such département in the store; import departements first");
    import_check_known(row, EPCI, &communes->epcis,
                       "no such EPCI in the store; import epcis first");
}

static bool import_commune(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct communes *communes = run->state;
    const struct import_text *values = row->values;
    unsigned char point[SCHEMA_POINT_BYTES];
    struct geo_coord centre;
    int64_t rowid, seq_before = run->seq;
    bool metro = values[ZONE].text && values[ZONE].len == 5; /* the only one with five letters */
    if (values[COMMUNE].text && (values[COMMUNE].len != values[CODE].len ||
                                 memcmp(values[COMMUNE].text, values[CODE].text, 5) != 0))
        import_problem(row, COMMUNE, "a commune of today belongs to no other; empty was wanted");
    check_territories(row, communes);
    if (!read_postal_codes(row, &communes->codes_postaux, err))
        return false;
    bool has_centre = import_position_read(row, &communes->position, metro, &centre);
    if (row->refused)
        return true;
    if (has_centre)
        schema_point_encode(centre, point);
    const struct schema_value stored[N_STORED] = {
        [S_CODE] = import_value(row, CODE),
        [S_NOM] = import_value(row, NOM),
        [S_POPULATION] = population_of(row),
        [S_CODES_POSTAUX] =
            schema_value_text(communes->codes_postaux.data, communes->codes_postaux.len),
        [S_EPCI] = import_value(row, EPCI),
        [S_DEPARTEMENT] = import_value(row, DEPARTEMENT),
        [S_REGION] = import_value(row, REGION),
        [S_SIREN] = import_value(row, SIREN),
        [S_ZONE] = import_value(row, ZONE),
        [S_CENTRE] = schema_value_blob(has_centre ? point : NULL, sizeof point),
    };
    if (!import_put(run, communes->upsert, stored, &rowid, err) ||
        !import_aliases_know(communes->aliases, values[CODE].text, values[CODE].len, err))
        return false;
    return run->seq == seq_before ||
           schema_rtree_set(communes->rtree, rowid, has_centre ? &centre : NULL, err);
}

static bool is_of_today(const struct import_row *row)
{
    const struct import_text *type = &row->values[TYPE];
    return !type->text ||
           (type->len == strlen(types[0]) && memcmp(type->text, types[0], type->len) == 0);
}

static bool import_row(struct import_run *run, struct import_row *row, struct aro_error *err)
{
    struct communes *communes = run->state;
    struct import_text code = row->values[CODE];
    bool of_today = is_of_today(row);
    if (code.text) {
        /* 584 communes déléguées share the code of their commune: the key is code and type. */
        char key[64];
        struct import_text type = row->values[TYPE];
        size_t type_len = of_today ? 0 : type.len;
        memcpy(key, code.text, code.len);
        memcpy(key + code.len, type_len ? type.text : "", type_len);
        if (!import_once(row, CODE, key, code.len + type_len, err))
            return false;
    }
    if (of_today)
        return import_commune(run, row, err);
    if (!read_postal_codes(row, &communes->codes_postaux, err))
        return false;
    struct import_alias_columns alias = {
        .code = CODE,
        .nom = NOM,
        .commune = COMMUNE,
        .type = row->values[TYPE],
        .codes_postaux = {communes->codes_postaux.data, communes->codes_postaux.len, row->line},
        .population = population_of(row),
    };
    return import_aliases_add(communes->aliases, row, &alias, err);
}

/* ---- After the last row ---- */

static bool finish(struct import_run *run, struct aro_error *err)
{
    struct communes *communes = run->state;
    return import_aliases_finish(communes->aliases, err) && import_centres_follow(run, err);
}

const struct import_kind import_communes = {
    .name = "communes",
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .ignored = ignored,
    .begin = begin,
    .row = import_row,
    .finish = finish,
    .end = end,
};
