#include "server/snapshot_build.h"

#include <stdlib.h>
#include <string.h>

#include "server/feature_text.h"

/* ---- Communes ---- */

static uint32_t number_of(const struct snapshot_draft *draft, enum schema_territory_kind kind,
                          const char *code)
{
    return code ? snapshot_territory(draft->snapshot, kind, code) : SNAPSHOT_NONE;
}

static bool keep_texts(struct snapshot_draft *draft, struct commune_row *kept,
                       const struct schema_commune *row, struct aro_error *err)
{
    kept->nom = text_pool_copy(&draft->snapshot->texts, row->nom, err);
    kept->codes_postaux = text_pool_copy(&draft->snapshot->texts, row->codes_postaux, err);
    kept->siren = text_pool_copy(&draft->snapshot->texts, row->siren, err);
    kept->zone = snapshot_zone_of(row->zone, strlen(row->zone));
    return kept->nom && kept->codes_postaux && (kept->siren || !row->siren);
}

static bool read_commune(void *context, const struct schema_commune *row, struct aro_error *err)
{
    struct snapshot_draft *draft = context;
    struct commune_row *kept = &draft->communes[draft->n_communes];
    size_t code_len = strlen(row->code);
    bool in_order = draft->n_communes == 0 ||
                    strcmp(draft->communes[draft->n_communes - 1].code, row->code) < 0;
    if (draft->n_communes >= (size_t)draft->counts.communes || code_len >= sizeof kept->code ||
        !in_order)
        return broken_store(err, "a commune too many, out of order or of a long code:", row->code);
    memcpy(kept->code, row->code, code_len + 1);
    kept->population = row->population;
    kept->epci = number_of(draft, SCHEMA_EPCI, row->epci);
    kept->departement = number_of(draft, SCHEMA_DEPARTEMENT, row->departement);
    kept->region = number_of(draft, SCHEMA_REGION, row->region);
    draft->commune_points[draft->n_communes++] = (struct point_row){
        .id = snapshot_code_id(row->code),
        .position = row->centre,
        .has_position = row->has_centre,
    };
    return keep_texts(draft, kept, row, err);
}

static bool allocate_columns(struct commune_columns *columns, size_t n, struct aro_error *err)
{
    columns->codes = array_new(n, sizeof *columns->codes, err);
    columns->noms = array_new(n, sizeof *columns->noms, err);
    columns->populations = array_new(n, sizeof *columns->populations, err);
    columns->epcis = array_new(n, sizeof *columns->epcis, err);
    columns->departements = array_new(n, sizeof *columns->departements, err);
    columns->regions = array_new(n, sizeof *columns->regions, err);
    columns->niveaux = array_new(n, sizeof *columns->niveaux, err);
    columns->n_initiatives = array_new(n, sizeof *columns->n_initiatives, err);
    columns->codes_postaux = array_new(n, sizeof *columns->codes_postaux, err);
    columns->sirens = array_new(n, sizeof *columns->sirens, err);
    columns->zones = array_new(n, sizeof *columns->zones, err);
    columns->by_code = array_new(n, sizeof *columns->by_code, err);
    return columns->codes && columns->noms && columns->populations && columns->epcis &&
           columns->departements && columns->regions && columns->niveaux &&
           columns->n_initiatives && columns->codes_postaux && columns->sirens && columns->zones &&
           columns->by_code;
}

static bool fill_columns(struct snapshot_draft *draft, struct aro_error *err)
{
    struct commune_columns *columns = &draft->snapshot->commune;
    if (!allocate_columns(columns, draft->n_communes, err))
        return false;
    for (uint32_t i = 0; i < draft->n_communes; i++) {
        const struct commune_row *row = &draft->communes[draft->commune_rows[i]];
        memcpy(columns->codes[i], row->code, sizeof row->code);
        columns->noms[i] = row->nom;
        columns->populations[i] = row->population;
        columns->epcis[i] = row->epci;
        columns->departements[i] = row->departement;
        columns->regions[i] = row->region;
        columns->codes_postaux[i] = row->codes_postaux;
        columns->sirens[i] = row->siren;
        columns->zones[i] = (uint8_t)row->zone;
        columns->by_code[draft->commune_rows[i]] = i; /* rows come in the order of code */
    }
    return true;
}

bool draft_read_communes(struct snapshot_draft *draft, struct aro_error *err)
{
    size_t n = (size_t)draft->counts.communes;
    draft->communes = array_new(n, sizeof *draft->communes, err);
    draft->commune_points = array_new(n, sizeof *draft->commune_points, err);
    return draft->communes && draft->commune_points &&
           schema_read_communes(draft->store, read_commune, draft, err) &&
           draft_read_contours(draft, err) &&
           points_build(&draft->snapshot->communes, draft->commune_points, draft->n_communes,
                        &draft->commune_rows, err) &&
           fill_columns(draft, err);
}

/* ---- Other names and codes ---- */

static bool read_alias(void *context, const struct schema_alias *row, struct aro_error *err)
{
    struct snapshot_draft *draft = context;
    if (draft->n_aliases >= (size_t)draft->counts.aliases)
        return broken_store(err, "an alias too many of", row->commune);
    struct alias_row *kept = &draft->aliases[draft->n_aliases++];
    kept->commune = snapshot_commune(draft->snapshot, row->commune);
    if (kept->commune == SNAPSHOT_NONE)
        return broken_store(err, "an alias of a commune that is not there:", row->commune);
    kept->code = text_pool_copy(&draft->scratch, row->code, err);
    kept->nom = text_pool_copy(&draft->scratch, row->nom, err);
    kept->kind = text_pool_copy(&draft->scratch, row->kind, err);
    kept->codes_postaux = text_pool_copy(&draft->scratch, row->codes_postaux, err);
    kept->population = row->population;
    return (kept->code || !row->code) && (kept->nom || !row->nom) && kept->kind &&
           kept->codes_postaux;
}

static int compare_former_codes(const void *a, const void *b)
{
    return strcmp(((const struct snapshot_former_code *)a)->code,
                  ((const struct snapshot_former_code *)b)->code);
}

/* Codes of aliases that are no commune's today; one each. */
static bool fill_former_codes(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot *snapshot = draft->snapshot;
    struct snapshot_former_code *codes = array_new(draft->n_aliases, sizeof *codes, err);
    if (!codes)
        return false;
    size_t n = 0, n_unique = 0;
    for (size_t i = 0; i < draft->n_aliases; i++) {
        const struct alias_row *alias = &draft->aliases[i];
        size_t len = alias->code ? strlen(alias->code) : 0;
        if (len == 0 || len >= sizeof codes->code ||
            snapshot_commune(snapshot, alias->code) != SNAPSHOT_NONE)
            continue;
        memcpy(codes[n].code, alias->code, len + 1);
        codes[n++].commune = alias->commune;
    }
    qsort(codes, n, sizeof *codes, compare_former_codes);
    for (size_t i = 0; i < n; i++)
        if (n_unique == 0 || compare_former_codes(&codes[n_unique - 1], &codes[i]) != 0)
            codes[n_unique++] = codes[i];
    snapshot->former_codes = codes;
    snapshot->n_former_codes = n_unique;
    return true;
}

bool draft_read_aliases(struct snapshot_draft *draft, struct aro_error *err)
{
    draft->aliases = array_new((size_t)draft->counts.aliases, sizeof *draft->aliases, err);
    return draft->aliases && schema_read_aliases(draft->store, read_alias, draft, err) &&
           fill_former_codes(draft, err) && draft_build_registry(draft, err);
}

/* ---- Labels ---- */

static bool read_label(void *context, const struct schema_label *row, struct aro_error *err)
{
    struct snapshot_draft *draft = context;
    uint32_t commune = snapshot_commune(draft->snapshot, row->commune);
    if (commune == SNAPSHOT_NONE || draft->n_labels >= (size_t)draft->counts.labels)
        return broken_store(err,
                            "a label too many, or of a commune that is not there:", row->commune);
    struct label_row *kept = &draft->labels[draft->n_labels++];
    *kept = (struct label_row){.commune = commune, .annee = row->annee, .niveau = row->niveau};
    kept->mentions = text_pool_copy(&draft->scratch, row->mentions, err);
    return kept->mentions || !row->mentions;
}

/* By commune position, newest first. */
static int compare_labels(const void *a, const void *b)
{
    const struct label_row *left = a, *right = b;
    if (left->commune != right->commune)
        return left->commune < right->commune ? -1 : 1;
    return (left->annee < right->annee) - (left->annee > right->annee);
}

static void count_headline(struct snapshot_draft *draft)
{
    struct snapshot_headline *headline = &draft->snapshot->headline;
    for (size_t i = 0; i < draft->n_labels; i++)
        if (draft->labels[i].annee > headline->annee)
            headline->annee = draft->labels[i].annee;
    for (size_t i = 0; i < draft->n_labels; i++) {
        if (draft->labels[i].annee != headline->annee)
            continue;
        int64_t population = draft->snapshot->commune.populations[draft->labels[i].commune];
        headline->labelled_communes++;
        headline->labelled_population += population > 0 ? population : 0;
    }
    for (size_t i = 0; i < draft->snapshot->communes.n; i++) {
        int64_t population = draft->snapshot->commune.populations[i];
        headline->population += population > 0 ? population : 0;
    }
}

bool draft_read_labels(struct snapshot_draft *draft, struct aro_error *err)
{
    draft->labels = array_new((size_t)draft->counts.labels, sizeof *draft->labels, err);
    if (!draft->labels || !schema_read_labels(draft->store, read_label, draft, err))
        return false;
    qsort(draft->labels, draft->n_labels, sizeof *draft->labels, compare_labels);
    for (size_t i = draft->n_labels; i-- > 0;) /* the first of a commune, its newest, stays */
        draft->snapshot->commune.niveaux[draft->labels[i].commune] =
            (uint8_t)draft->labels[i].niveau;
    count_headline(draft);
    return true;
}

/* ---- Texts, once labels and initiatives are counted ---- */

enum { LABELS_WRITTEN = 64 }; /* one a year */

static size_t collect_labels(const struct snapshot_draft *draft, uint32_t commune, size_t *next,
                             struct feature_label *out_labels)
{
    size_t n = 0;
    for (; *next < draft->n_labels && draft->labels[*next].commune == commune; ++*next) {
        const struct label_row *label = &draft->labels[*next];
        if (n < LABELS_WRITTEN)
            out_labels[n++] = (struct feature_label){label->annee, label->niveau};
    }
    return n;
}

static void write_commune(const struct snapshot_draft *draft, uint32_t position, size_t *next_label,
                          struct aro_buffer *out)
{
    const struct snapshot *snapshot = draft->snapshot;
    const struct commune_row *row = &draft->communes[draft->commune_rows[position]];
    struct feature_label labels[LABELS_WRITTEN];
    struct schema_commune texts = {
        .code = row->code,
        .nom = row->nom,
        .population = row->population,
        .codes_postaux = row->codes_postaux,
        .epci = territory_code(snapshot->epcis, row->epci),
        .departement = territory_code(snapshot->departements, row->departement),
        .region = territory_code(snapshot->regions, row->region),
        .siren = row->siren,
        .zone = snapshot_zone_name(row->zone),
        .has_centre = position < snapshot->communes.n_placed,
    };
    if (texts.has_centre)
        texts.centre = snapshot->communes.coords[position];
    feature_commune(out, &(struct feature_commune){
                             .row = &texts,
                             .niveau = snapshot->commune.niveaux[position],
                             .n_initiatives = snapshot->commune.n_initiatives[position],
                             .labels = labels,
                             .n_labels = collect_labels(draft, position, next_label, labels),
                         });
}

bool draft_write_communes(struct snapshot_draft *draft, struct aro_error *err)
{
    struct text_block *block = &draft->snapshot->communes.full;
    struct aro_buffer text = {0};
    enum { LIKELY_BYTES = 480 }; /* of one commune */
    size_t n = draft->n_communes, next_label = 0;
    block->offsets = array_new(n + 1, sizeof *block->offsets, err);
    aro_buffer_reserve(&text, n * LIKELY_BYTES);
    for (uint32_t i = 0; block->offsets && i < n; i++) {
        write_commune(draft, i, &next_label, &text);
        block->offsets[i + 1] = text.len;
    }
    if (block->offsets)
        return text_block_take(block, &text, err);
    aro_buffer_clear(&text);
    return false;
}
