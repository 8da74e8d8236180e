#include "server/collections.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "geo/bits.h"
#include "server/text.h"

/* ---- One item ---- */

static uint32_t find_initiative(const struct snapshot *snapshot, const char *id)
{
    int64_t number;
    return text_id_parse(id, &number) ? snapshot_initiative(snapshot, number) : SNAPSHOT_NONE;
}

static uint32_t find_territory(const struct snapshot *snapshot, enum schema_territory_kind kind,
                               const char *code)
{
    uint32_t number = snapshot_territory(snapshot, kind, code);
    return number == SNAPSHOT_NONE ? SNAPSHOT_NONE : snapshot->territories[kind].positions[number];
}

static uint32_t find_epci(const struct snapshot *snapshot, const char *code)
{
    return find_territory(snapshot, SCHEMA_EPCI, code);
}

static uint32_t find_departement(const struct snapshot *snapshot, const char *code)
{
    return find_territory(snapshot, SCHEMA_DEPARTEMENT, code);
}

static uint32_t find_region(const struct snapshot *snapshot, const char *code)
{
    return find_territory(snapshot, SCHEMA_REGION, code);
}

/* ---- Words ---- */

static bool search_words(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                         struct aro_error *err)
{
    return geo_words_search(snapshot->initiative.words, q, strlen(q), out_bits, err);
}

/* @param n  items that there are */
static bool search_names(const struct geo_names *names, size_t n, const char *q, uint64_t *out_bits,
                         struct aro_error *err)
{
    size_t n_found = 0;
    uint32_t *items = array_new(n, sizeof *items, err);
    bool ok = items && geo_names_search(names, q, strlen(q), n, items, &n_found, err);
    for (size_t i = 0; ok && i < n_found; i++)
        geo_bits_add(out_bits, items[i]);
    free(items);
    return ok;
}

/* Communes are found by their names and codes, as the search field finds them. */
static bool search_communes(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                            struct aro_error *err)
{
    return search_names(snapshot->commune_names, snapshot->communes.n, q, out_bits, err);
}

/* A label is found as its commune is. */
static bool search_labels(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                          struct aro_error *err)
{
    uint64_t *communes = array_new(geo_bits_words(snapshot->communes.n), sizeof *communes, err);
    bool ok = communes && search_communes(snapshot, q, communes, err);
    for (uint32_t i = 0; ok && i < snapshot->labels.n; i++) {
        uint32_t commune = snapshot->label.communes[i];
        if (communes[commune / 64] >> commune % 64 & 1)
            geo_bits_add(out_bits, i);
    }
    free(communes);
    return ok;
}

static bool search_territories(const struct snapshot *snapshot, enum schema_territory_kind kind,
                               const char *q, uint64_t *out_bits, struct aro_error *err)
{
    const struct territory_points *territories = &snapshot->territories[kind];
    return search_names(territories->names, territories->points.n, q, out_bits, err);
}

static bool search_epcis(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                         struct aro_error *err)
{
    return search_territories(snapshot, SCHEMA_EPCI, q, out_bits, err);
}

static bool search_departements(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                                struct aro_error *err)
{
    return search_territories(snapshot, SCHEMA_DEPARTEMENT, q, out_bits, err);
}

static bool search_regions(const struct snapshot *snapshot, const char *q, uint64_t *out_bits,
                           struct aro_error *err)
{
    return search_territories(snapshot, SCHEMA_REGION, q, out_bits, err);
}

/* ---- The table ---- */

const struct collection collections[N_COLLECTIONS] = {
    [COLLECTION_INITIATIVES] =
        {.id = "initiatives",
         .title = "Initiatives",
         .description =
             "Sheets in which town halls describe their digital projects, each at a place.",
         .item = "initiative",
         .item_id = "a whole number",
         .properties = &properties_of_initiatives,
         .points = offsetof(struct snapshot, initiatives),
         .filters = QUERY_INITIATIVE_PARAMS,
         .find_item = find_initiative,
         .search = search_words,
         .counted_by = N_TALLY_BY},
    [COLLECTION_COMMUNES] =
        {.id = "communes",
         .title = "Communes",
         .description = "The communes of France with their newest label. Those whose centre is not "
                        "known have no geometry.",
         .item = "commune",
         .item_id = "an INSEE code such as 13056 or 2A004",
         .properties = &properties_of_communes,
         .points = offsetof(struct snapshot, communes),
         .filters = QUERY_COMMUNE_PARAMS,
         .find_item = snapshot_commune,
         .search = search_communes,
         .counted_by = BY_COMMUNE},
    [COLLECTION_EPCIS] =
        {.id = "epcis",
         .title = "EPCI",
         .description = "The groupings of communes (EPCI à fiscalité propre), at a point inside.",
         .item = "epci",
         .item_id = "a SIREN code such as 200054807",
         .properties = &properties_of_epcis,
         .points = offsetof(struct snapshot, territories[SCHEMA_EPCI].points),
         .filters = QUERY_TERRITORY_PARAMS,
         .find_item = find_epci,
         .search = search_epcis,
         .counted_by = BY_EPCI,
         .of_territories = true,
         .territory = SCHEMA_EPCI},
    [COLLECTION_DEPARTEMENTS] =
        {.id = "departements",
         .title = "Départements",
         .description = "The départements of France, and what stands for one overseas, at a point "
                        "inside.",
         .item = "departement",
         .item_id = "a code such as 01, 2A or 974",
         .properties = &properties_of_departements,
         .points = offsetof(struct snapshot, territories[SCHEMA_DEPARTEMENT].points),
         .filters = QUERY_TERRITORY_PARAMS,
         .find_item = find_departement,
         .search = search_departements,
         .counted_by = BY_DEPARTEMENT,
         .of_territories = true,
         .territory = SCHEMA_DEPARTEMENT},
    [COLLECTION_REGIONS] = {.id = "regions",
                            .title = "Régions",
                            .description = "The régions of France, at a point inside.",
                            .item = "region",
                            .item_id = "an INSEE code such as 93 or 11",
                            .properties = &properties_of_regions,
                            .points = offsetof(struct snapshot, territories[SCHEMA_REGION].points),
                            .filters = QUERY_TERRITORY_PARAMS,
                            .find_item = find_region,
                            .search = search_regions,
                            .counted_by = BY_REGION,
                            .of_territories = true,
                            .territory = SCHEMA_REGION},
    [COLLECTION_LABELS] = {.id = "labels",
                           .title = "Labels",
                           .description =
                               "The labels given to communes, one a year at most, at the commune's "
                               "centre.",
                           .item = "label",
                           .item_id = "a year and an INSEE code such as 2020-13056",
                           .properties = &properties_of_labels,
                           .points = offsetof(struct snapshot, labels),
                           .filters = QUERY_COMMUNE_PARAMS,
                           .find_item = snapshot_label,
                           .search = search_labels,
                           .counted_by = N_TALLY_BY},
};

const struct collection *collection_find(const char *id, struct aro_error *err)
{
    struct aro_buffer names = {0};
    for (size_t i = 0; i < N_COLLECTIONS; i++) {
        if (strcmp(collections[i].id, id) == 0) {
            aro_buffer_clear(&names);
            return &collections[i];
        }
        aro_buffer_printf(&names, "%s%s", i ? ", " : "", collections[i].id);
    }
    aro_error_set(err, ARO_NOT_FOUND, "there is no collection '%.60s': there are %.*s", id,
                  (int)names.len, names.data ? names.data : "");
    aro_buffer_clear(&names);
    return NULL;
}

const struct point_set *collection_points(const struct collection *collection,
                                          const struct snapshot *snapshot)
{
    return (const struct point_set *)((const char *)snapshot + collection->points);
}
