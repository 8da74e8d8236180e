/*
 * The readers of the store: rows in, model structs out. No SpatiaLite function is called.
 */
#include <string.h>

#include "schema/spatial.h"
#include "schema/store_inside.h"

/* Whom to call with each row. */
struct reader {
    void *context;
    int64_t since; /* ?1 of the statement, where it has one */
    union {
        schema_commune_fn *commune;
        schema_alias_fn *alias;
        schema_territory_fn *territory;
        schema_theme_fn *theme;
        schema_label_fn *label;
        schema_initiative_fn *initiative;
        schema_id_fn *id;
    } row;
};
typedef bool emit_fn(struct schema_stmt *stmt, const struct reader *reader, struct aro_error *err);

static bool read_rows(struct schema_store *store, const char *sql, emit_fn *emit,
                      const struct reader *reader, struct aro_error *err)
{
    struct schema_stmt *stmt = NULL;
    if (!schema_db_prepare(schema_store_db(store), sql, &stmt, err))
        return false;
    if (strstr(sql, "?1"))
        schema_stmt_bind_integer(stmt, 1, reader->since);
    enum schema_step step;
    while ((step = schema_stmt_step(stmt, err)) == SCHEMA_STEP_ROW) {
        if (!emit(stmt, reader, err))
            break;
    }
    schema_stmt_free(stmt);
    return step == SCHEMA_STEP_DONE;
}

/* A NULL geometry is no position; anything but a point is damage that must not go unseen. */
static bool point_of(struct schema_stmt *stmt, int column, bool *out_has, struct geo_coord *out,
                     struct aro_error *err)
{
    size_t len;
    const void *blob = schema_stmt_blob(stmt, column, &len);
    *out_has = blob != NULL;
    if (!blob || schema_point_decode(blob, len, out))
        return true;
    return aro_error_set(err, ARO_IO, "the geometry is not a WGS 84 point");
}

/* ---- Communes ---- */

enum {
    COMMUNE_CODE,
    COMMUNE_NOM,
    COMMUNE_POPULATION,
    COMMUNE_CODES_POSTAUX,
    COMMUNE_EPCI,
    COMMUNE_DEPARTEMENT,
    COMMUNE_REGION,
    COMMUNE_SIREN,
    COMMUNE_ZONE,
    COMMUNE_CENTRE,
};
static const char sql_communes[] =
    "SELECT c.code, c.nom, c.population, c.codes_postaux, c.epci, c.departement, c.region, "
    "c.siren, c.zone, coalesce(c.centre, CASE WHEN EXISTS (SELECT 1 FROM contours) THEN "
    "(SELECT k.surface FROM contours AS k WHERE k.code = c.code) END) "
    "FROM communes AS c ORDER BY c.code";

static bool emit_commune(struct schema_stmt *stmt, const struct reader *reader,
                         struct aro_error *err)
{
    struct schema_commune row = {
        .code = schema_stmt_text(stmt, COMMUNE_CODE),
        .nom = schema_stmt_text(stmt, COMMUNE_NOM),
        .population = schema_stmt_is_null(stmt, COMMUNE_POPULATION)
                          ? SCHEMA_POPULATION_UNKNOWN
                          : schema_stmt_integer(stmt, COMMUNE_POPULATION),
        .codes_postaux = schema_stmt_text(stmt, COMMUNE_CODES_POSTAUX),
        .epci = schema_stmt_text(stmt, COMMUNE_EPCI),
        .departement = schema_stmt_text(stmt, COMMUNE_DEPARTEMENT),
        .region = schema_stmt_text(stmt, COMMUNE_REGION),
        .siren = schema_stmt_text(stmt, COMMUNE_SIREN),
        .zone = schema_stmt_text(stmt, COMMUNE_ZONE),
    };
    if (!point_of(stmt, COMMUNE_CENTRE, &row.has_centre, &row.centre, err))
        return aro_error_context(err, "commune %s", row.code);
    return reader->row.commune(reader->context, &row, err);
}

bool schema_read_communes(struct schema_store *store, schema_commune_fn *row, void *context,
                          struct aro_error *err)
{
    struct reader reader = {.context = context, .row.commune = row};
    return read_rows(store, sql_communes, emit_commune, &reader, err);
}

/* ---- Aliases, territories, themes, labels ---- */

static bool emit_alias(struct schema_stmt *stmt, const struct reader *reader, struct aro_error *err)
{
    struct schema_alias row = {
        .code = schema_stmt_text(stmt, 0),
        .nom = schema_stmt_text(stmt, 1),
        .kind = schema_stmt_text(stmt, 2),
        .commune = schema_stmt_text(stmt, 3),
        .population =
            schema_stmt_is_null(stmt, 4) ? SCHEMA_POPULATION_UNKNOWN : schema_stmt_integer(stmt, 4),
        .codes_postaux = schema_stmt_text(stmt, 5),
    };
    return reader->row.alias(reader->context, &row, err);
}

bool schema_read_aliases(struct schema_store *store, schema_alias_fn *row, void *context,
                         struct aro_error *err)
{
    struct reader reader = {.context = context, .row.alias = row};
    return read_rows(store,
                     "SELECT code, nom, type, commune, population, codes_postaux FROM aliases "
                     "ORDER BY code, type",
                     emit_alias, &reader, err);
}

static bool emit_territory(struct schema_stmt *stmt, const struct reader *reader,
                           struct aro_error *err)
{
    struct schema_territory row = {
        .code = schema_stmt_text(stmt, 0),
        .nom = schema_stmt_text(stmt, 1),
        .region = schema_stmt_text(stmt, 2),
        .chef_lieu = schema_stmt_text(stmt, 3),
        .zone = schema_stmt_text(stmt, 4),
        .type = schema_stmt_text(stmt, 5),
    };
    return reader->row.territory(reader->context, &row, err);
}

bool schema_read_territories(struct schema_store *store, enum schema_territory_kind kind,
                             schema_territory_fn *row, void *context, struct aro_error *err)
{
    static const char *const sql[] = {
        [SCHEMA_REGION] =
            "SELECT code, nom, NULL, chef_lieu, zone, NULL FROM regions ORDER BY code",
        [SCHEMA_DEPARTEMENT] =
            "SELECT code, nom, region, chef_lieu, zone, NULL FROM departements ORDER BY code",
        [SCHEMA_EPCI] = "SELECT code, nom, NULL, NULL, NULL, type FROM epcis ORDER BY code",
    };
    struct reader reader = {.context = context, .row.territory = row};
    return read_rows(store, sql[kind], emit_territory, &reader, err);
}

static bool emit_theme(struct schema_stmt *stmt, const struct reader *reader, struct aro_error *err)
{
    struct schema_theme row = {
        .id = schema_stmt_text(stmt, 0),
        .parent = schema_stmt_text(stmt, 1),
        .libelle = schema_stmt_text(stmt, 2),
        .niveau = (int)schema_stmt_integer(stmt, 3),
    };
    return reader->row.theme(reader->context, &row, err);
}

bool schema_read_themes(struct schema_store *store, schema_theme_fn *row, void *context,
                        struct aro_error *err)
{
    /* Taxonomy order: the path of ranks from the axe down. */
    static const char sql[] =
        "WITH RECURSIVE tree (id, path) AS ("
        " SELECT id, printf('%08d', rang) FROM themes WHERE parent IS NULL"
        " UNION ALL"
        " SELECT child.id, tree.path || printf('%08d', child.rang)"
        " FROM themes AS child JOIN tree ON child.parent = tree.id) "
        "SELECT id, parent, libelle, niveau FROM tree JOIN themes USING (id) ORDER BY path";
    struct reader reader = {.context = context, .row.theme = row};
    return read_rows(store, sql, emit_theme, &reader, err);
}

static bool emit_label(struct schema_stmt *stmt, const struct reader *reader, struct aro_error *err)
{
    struct schema_label row = {
        .commune = schema_stmt_text(stmt, 0),
        .annee = (int)schema_stmt_integer(stmt, 1),
        .niveau = (int)schema_stmt_integer(stmt, 2),
        .mentions = schema_stmt_text(stmt, 3),
    };
    return reader->row.label(reader->context, &row, err);
}

bool schema_read_labels(struct schema_store *store, schema_label_fn *row, void *context,
                        struct aro_error *err)
{
    static const char sql[] =
        "SELECT commune, annee, niveau, mentions FROM labels ORDER BY commune, annee";
    struct reader reader = {.context = context, .row.label = row};
    return read_rows(store, sql, emit_label, &reader, err);
}

/* ---- Initiatives ---- */

enum {
    INITIATIVE_ID,
    INITIATIVE_SOURCE,
    INITIATIVE_SOURCE_ID,
    INITIATIVE_TITRE,
    INITIATIVE_SOUS_TITRE,
    INITIATIVE_DATE,
    INITIATIVE_ACTIONS,
    INITIATIVE_SYNTHESE,
    INITIATIVE_OUTILS,
    INITIATIVE_PRESTATAIRES,
    INITIATIVE_RECOMMANDATIONS,
    INITIATIVE_RESULTATS,
    INITIATIVE_LIENS,
    INITIATIVE_PHOTOS,
    INITIATIVE_VIDEOS,
    INITIATIVE_LIEU,
    INITIATIVE_COMMUNE,
    INITIATIVE_THEMES,
    INITIATIVE_POSITION_EXACTE,
    INITIATIVE_CREATED_AT,
    INITIATIVE_UPDATED_AT,
    INITIATIVE_VERSION,
    INITIATIVE_SEQ,
    INITIATIVE_POSITION,
};
#define SELECT_INITIATIVES                                                                         \
    "SELECT id, source, source_id, titre, sous_titre, date, actions, synthese, outils, "           \
    "prestataires, recommandations, resultats, liens, photos, videos, lieu, commune, themes, "     \
    "position_exacte, created_at, updated_at, version, seq, position FROM initiatives "
static const char sql_initiatives[] = SELECT_INITIATIVES "WHERE statut = 'published' ORDER BY id";
/* A plan by id would read all there is. */
static const char sql_initiatives_since[] =
    SELECT_INITIATIVES "INDEXED BY initiatives_seq "
                       "WHERE seq > ?1 AND statut = 'published' ORDER BY seq";

static bool emit_initiative(struct schema_stmt *stmt, const struct reader *reader,
                            struct aro_error *err)
{
    struct schema_initiative row = {
        .id = schema_stmt_integer(stmt, INITIATIVE_ID),
        .source = schema_stmt_text(stmt, INITIATIVE_SOURCE),
        .source_id = schema_stmt_text(stmt, INITIATIVE_SOURCE_ID),
        .titre = schema_stmt_text(stmt, INITIATIVE_TITRE),
        .sous_titre = schema_stmt_text(stmt, INITIATIVE_SOUS_TITRE),
        .date = schema_stmt_text(stmt, INITIATIVE_DATE),
        .actions = schema_stmt_text(stmt, INITIATIVE_ACTIONS),
        .synthese = schema_stmt_text(stmt, INITIATIVE_SYNTHESE),
        .outils = schema_stmt_text(stmt, INITIATIVE_OUTILS),
        .prestataires = schema_stmt_text(stmt, INITIATIVE_PRESTATAIRES),
        .recommandations = schema_stmt_text(stmt, INITIATIVE_RECOMMANDATIONS),
        .resultats = schema_stmt_text(stmt, INITIATIVE_RESULTATS),
        .liens = schema_stmt_text(stmt, INITIATIVE_LIENS),
        .photos = schema_stmt_text(stmt, INITIATIVE_PHOTOS),
        .videos = schema_stmt_text(stmt, INITIATIVE_VIDEOS),
        .lieu = schema_stmt_text(stmt, INITIATIVE_LIEU),
        .commune = schema_stmt_text(stmt, INITIATIVE_COMMUNE),
        .themes = schema_stmt_text(stmt, INITIATIVE_THEMES),
        .position_exacte = schema_stmt_integer(stmt, INITIATIVE_POSITION_EXACTE) != 0,
        .created_at = schema_stmt_text(stmt, INITIATIVE_CREATED_AT),
        .updated_at = schema_stmt_text(stmt, INITIATIVE_UPDATED_AT),
        .version = schema_stmt_integer(stmt, INITIATIVE_VERSION),
        .seq = schema_stmt_integer(stmt, INITIATIVE_SEQ),
    };
    if (!point_of(stmt, INITIATIVE_POSITION, &row.has_position, &row.position, err))
        return aro_error_context(err, "initiative %lld", (long long)row.id);
    return reader->row.initiative(reader->context, &row, err);
}

bool schema_read_initiatives(struct schema_store *store, schema_initiative_fn *row, void *context,
                             struct aro_error *err)
{
    struct reader reader = {.context = context, .row.initiative = row};
    return read_rows(store, sql_initiatives, emit_initiative, &reader, err);
}

/* ---- Changes ---- */

bool schema_read_initiatives_since(struct schema_store *store, int64_t since,
                                   schema_initiative_fn *row, void *context, struct aro_error *err)
{
    struct reader reader = {.context = context, .since = since, .row.initiative = row};
    return read_rows(store, sql_initiatives_since, emit_initiative, &reader, err);
}

static bool emit_id(struct schema_stmt *stmt, const struct reader *reader, struct aro_error *err)
{
    return reader->row.id(reader->context, schema_stmt_integer(stmt, 0), err);
}

bool schema_read_hidden_since(struct schema_store *store, int64_t since, schema_id_fn *row,
                              void *context, struct aro_error *err)
{
    static const char sql[] = "SELECT id FROM initiatives INDEXED BY initiatives_seq "
                              "WHERE seq > ?1 AND statut <> 'published' ORDER BY seq";
    struct reader reader = {.context = context, .since = since, .row.id = row};
    return read_rows(store, sql, emit_id, &reader, err);
}

static bool note_any(void *context, int64_t any, struct aro_error *err)
{
    (void)err;
    *(bool *)context = any != 0;
    return true;
}

bool schema_store_was(struct schema_store *store, const struct schema_state *state, bool *out_was,
                      struct aro_error *err)
{
    static const char sql[] = "SELECT count(*) FROM state, commits WHERE store_id = ?1 AND "
                              "commits.seq = ?2 AND token = ?3";
    struct schema_stmt *stmt = NULL;
    if (!schema_db_prepare(schema_store_db(store), sql, &stmt, err))
        return false;
    schema_stmt_bind_text(stmt, 1, state->store_id);
    schema_stmt_bind_integer(stmt, 2, state->seq);
    schema_stmt_bind_integer(stmt, 3, state->token);
    bool ok = schema_stmt_step(stmt, err) == SCHEMA_STEP_ROW;
    *out_was = ok && schema_stmt_integer(stmt, 0) > 0;
    schema_stmt_free(stmt);
    return ok;
}

bool schema_store_has_change_at(struct schema_store *store, const char *updated_at, bool *out_has,
                                struct aro_error *err)
{
    static const char sql[] = "SELECT 1 FROM initiatives WHERE statut = 'published' AND "
                              "updated_at = ?1 LIMIT 1";
    struct schema_stmt *stmt = NULL;
    if (!schema_db_prepare(schema_store_db(store), sql, &stmt, err))
        return false;
    schema_stmt_bind_text(stmt, 1, updated_at);
    enum schema_step step = schema_stmt_step(stmt, err);
    *out_has = step == SCHEMA_STEP_ROW;
    schema_stmt_free(stmt);
    return step == SCHEMA_STEP_ROW || step == SCHEMA_STEP_DONE;
}

bool schema_store_changed_beside(struct schema_store *store, int64_t since, bool *out_changed,
                                 struct aro_error *err)
{
    static const char sql[] =
        "SELECT EXISTS (SELECT 1 FROM regions WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM departements WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM epcis WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM communes INDEXED BY communes_seq WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM aliases WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM themes WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM labels WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM contours INDEXED BY contours_seq WHERE seq > ?1) OR"
        " EXISTS (SELECT 1 FROM tombstones WHERE seq > ?1)";
    struct reader reader = {.context = out_changed, .since = since, .row.id = note_any};
    return read_rows(store, sql, emit_id, &reader, err);
}
