/*
 * GET /territoires/{kind}/{code}: a commune, an EPCI, a département or a région: its label through
 * the years, its initiatives by theme, what lies in it and beside it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/fold.h"
#include "server/answer.h"
#include "server/cards.h"
#include "server/collections.h"
#include "server/embed.h"
#include "server/facets.h"
#include "server/handlers.h"

#define NEWEST "8"

enum { NEIGHBOURS = 8 };

/* What the path names. */
struct place {
    const struct snapshot *snapshot;
    bool is_commune;
    enum schema_territory_kind kind; /* where it is none */
    const char *kind_name;
    uint32_t number;
    const char *code, *nom;
    const char *params[PARAM_COUNT_OF_ALL]; /* the filter of its initiatives, and lang= */
};

static const struct {
    const char *name;
    enum param param;
    enum schema_territory_kind kind;
} kinds[] = {{"commune", PARAM_COMMUNE, SCHEMA_EPCI}, /* none of them: is_commune */
             {"epci", PARAM_EPCI, SCHEMA_EPCI},
             {"departement", PARAM_DEPARTEMENT, SCHEMA_DEPARTEMENT},
             {"region", PARAM_REGION, SCHEMA_REGION}};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static bool find_place(const struct request *request, struct place *place, struct aro_error *err)
{
    const char *kind = request->path_values[0], *code = request->path_values[1];
    const struct snapshot *snapshot = request->snapshot;
    size_t i = 0, n;
    while (i < N_KINDS && strcmp(kinds[i].name, kind) != 0)
        i++;
    if (i == N_KINDS)
        return aro_error_set(err, ARO_NOT_FOUND,
                             "'%.40s' is no kind of territory: wanted commune, epci, departement "
                             "or region",
                             kind);
    *place = (struct place){.snapshot = snapshot,
                            .is_commune = i == 0,
                            .kind = kinds[i].kind,
                            .kind_name = kinds[i].name};
    place->number = place->is_commune ? snapshot_commune(snapshot, code)
                                      : snapshot_territory(snapshot, place->kind, code);
    if (place->number == SNAPSHOT_NONE)
        return aro_error_set(err, ARO_NOT_FOUND, "there is no %s '%.40s'", kind, code);
    if (place->is_commune) {
        place->code = snapshot->commune.codes[place->number];
        place->nom = snapshot->commune.noms[place->number];
    } else {
        const struct snapshot_territory *all = snapshot_territories(snapshot, place->kind, &n);
        place->code = all[place->number].code;
        place->nom = all[place->number].nom;
    }
    place->params[kinds[i].param] = place->code;
    place->params[PARAM_LANG] = request_param(request, PARAM_LANG);
    return true;
}

/* A code of the past leads to the commune of today. */
static void lead_to(const struct request *request, const struct place *place,
                    struct response *response)
{
    struct aro_buffer location = {0};
    aro_buffer_printf(&location, "%s/territoires/commune/%s%s%s", request->base_url, place->code,
                      *request->query ? "?" : "", request->query);
    answer_lead_to(response, 308, &location);
}

/* ---- Figures ---- */

static json_t *figures(const struct place *place)
{
    const struct snapshot *snapshot = place->snapshot;
    json_t *data = json_object();
    int64_t population;
    uint32_t n_initiatives;
    size_t n;
    if (place->is_commune) {
        population = snapshot->commune.populations[place->number];
        n_initiatives = snapshot->commune.n_initiatives[place->number];
    } else {
        const struct snapshot_territory *territory =
            &snapshot_territories(snapshot, place->kind, &n)[place->number];
        population = territory->population;
        n_initiatives = territory->n_initiatives;
        json_object_set_new(data, "communes", json_integer(territory->n_communes));
        if (territory->n_labelled > 0)
            json_object_set_new(data, "labelled", json_integer(territory->n_labelled));
    }
    json_object_set_new(data, "initiatives", json_integer(n_initiatives));
    if (population > 0) {
        json_object_set_new(data, "population", json_integer(population));
        json_object_set_new(data, "per_10000", json_real(1e4 * n_initiatives / (double)population));
    }
    return data;
}

/* The label of each year, the newest first: [{annee, niveau, arobases}]. */
static json_t *labels_of(const struct place *place)
{
    const struct label_columns *labels = &place->snapshot->label;
    json_t *list = json_array();
    for (size_t i = place->snapshot->labels.n; place->is_commune && i-- > 0;) {
        uint32_t label = labels->by_id[i]; /* in the order of year */
        if (labels->communes[label] == place->number)
            json_array_append_new(list,
                                  json_pack("{s:i, s:i, s:o}", "annee", (int)labels->annees[label],
                                            "niveau", (int)labels->niveaux[label], "arobases",
                                            json_stringn("@@@@@", labels->niveaux[label])));
    }
    return list;
}

/* ---- Other territories ---- */

/* What it lies in, the largest first. */
static json_t *parents_of(const struct place *place)
{
    static const enum schema_territory_kind larger[] = {SCHEMA_REGION, SCHEMA_DEPARTEMENT,
                                                        SCHEMA_EPCI};
    const struct commune_columns *columns = &place->snapshot->commune;
    json_t *list = json_array();
    if (!place->is_commune) {
        uint32_t region = place->kind == SCHEMA_DEPARTEMENT
                              ? place->snapshot->departements[place->number].region
                              : SNAPSHOT_NONE;
        if (region != SNAPSHOT_NONE)
            json_array_append_new(list, card_territory(place->snapshot, SCHEMA_REGION, region));
        return list;
    }
    const uint32_t numbers[] = {columns->regions[place->number],
                                columns->departements[place->number],
                                columns->epcis[place->number]};
    for (size_t i = 0; i < 3; i++)
        if (numbers[i] != SNAPSHOT_NONE)
            json_array_append_new(list, card_territory(place->snapshot, larger[i], numbers[i]));
    return list;
}

struct named {
    json_t *item;
    struct aro_buffer folded; /* its name without case and accents */
};

static int compare_names(const void *a, const void *b)
{
    const struct named *one = a, *other = b;
    return strcmp(one->folded.data, other->folded.data);
}

/* In the order of their names. Takes the list. */
static json_t *by_name(json_t *list)
{
    size_t n = json_array_size(list), i;
    struct named *named = calloc(n + 1, sizeof *named);
    json_t *sorted = named ? json_array() : NULL, *item;
    bool failed = !sorted;
    for (i = 0; sorted && i < n; i++) {
        const char *nom;
        item = json_array_get(list, i);
        nom = json_string_value(json_object_get(item, "nom"));
        named[i].item = item;
        geo_fold(&named[i].folded, nom, strlen(nom));
        aro_buffer_char(&named[i].folded, '\0');
        failed |= named[i].folded.failed;
    }
    if (!failed)
        qsort(named, n, sizeof *named, compare_names);
    for (i = 0; sorted && i < n; i++) {
        json_array_append(sorted, named[i].item);
        aro_buffer_clear(&named[i].folded);
    }
    free(named);
    json_decref(list);
    return sorted;
}

/* The communes of it that have something to show, and all of an EPCI. */
static json_t *communes_in(const struct place *place)
{
    const struct commune_columns *columns = &place->snapshot->commune;
    const uint32_t *column = place->kind == SCHEMA_EPCI ? columns->epcis : columns->departements;
    json_t *list = json_array();
    for (uint32_t i = 0; i < place->snapshot->communes.n; i++)
        if (column[i] == place->number &&
            (place->kind == SCHEMA_EPCI || columns->n_initiatives[i] > 0 || columns->niveaux[i]))
            json_array_append_new(list, card_commune(place->snapshot, i));
    return by_name(list);
}

/* What lies in it; of a région its départements. */
static json_t *members_of(const struct place *place)
{
    const struct snapshot *snapshot = place->snapshot;
    json_t *list;
    if (place->is_commune)
        return json_array();
    if (place->kind != SCHEMA_REGION)
        return communes_in(place);
    list = json_array();
    for (uint32_t i = 0; i < snapshot->n_departements; i++)
        if (snapshot->departements[i].region == place->number)
            json_array_append_new(list, card_territory(snapshot, SCHEMA_DEPARTEMENT, i));
    return by_name(list);
}

/* Of a commune the nearest ones; of a département the others of its région. */
static json_t *neighbours_of(const struct request *request, const struct place *place,
                             struct aro_error *err)
{
    const struct snapshot *snapshot = place->snapshot;
    json_t *list = json_array();
    if (!place->is_commune && place->kind == SCHEMA_DEPARTEMENT) {
        uint32_t region = snapshot->departements[place->number].region;
        for (uint32_t i = 0; i < snapshot->n_departements; i++)
            if (i != place->number && region != SNAPSHOT_NONE &&
                snapshot->departements[i].region == region)
                json_array_append_new(list, card_territory(snapshot, SCHEMA_DEPARTEMENT, i));
    }
    if (!place->is_commune || place->number >= snapshot->communes.n_placed)
        return list;
    char near[64], limit[8];
    const char *params[PARAM_COUNT_OF_ALL] = {[PARAM_NEAR] = near, [PARAM_LIMIT] = limit};
    struct request asked = *request;
    struct query_page page = {0};
    snprintf(near, sizeof near, "%.7f,%.7f", snapshot->communes.coords[place->number].lon_e7 / 1e7,
             snapshot->communes.coords[place->number].lat_e7 / 1e7);
    snprintf(limit, sizeof limit, "%d", NEIGHBOURS + 1);
    asked.params = params;
    struct query *query = query_new(&asked, &collections[COLLECTION_COMMUNES], err);
    bool ok = query && query_page(query, &page, err);
    for (size_t i = 0; ok && i < page.hits.n; i++)
        if (page.hits.items[i].position != place->number)
            json_array_append_new(list, card_commune(snapshot, page.hits.items[i].position));
    query_page_clear(&page);
    query_free(query);
    if (!ok) {
        json_decref(list);
        list = NULL;
    }
    return list;
}

/* ---- The answer ---- */

/* As search engines read it: https://schema.org/AdministrativeArea. */
static json_t *linked_data(const struct request *request, const struct place *place)
{
    const struct point_set *points = &place->snapshot->communes;
    json_t *data = json_pack(
        "{s:s, s:s, s:s, s:s, s:o}", "@context", "https://schema.org", "@type",
        place->is_commune ? "City" : "AdministrativeArea", "name", place->nom, "identifier",
        place->code, "url",
        json_sprintf("%s/territoires/%s/%s", request->base_url, place->kind_name, place->code));
    if (place->is_commune && place->number < points->n_placed)
        json_object_set_new(data, "geo",
                            json_pack("{s:s, s:f, s:f}", "@type", "GeoCoordinates", "longitude",
                                      points->coords[place->number].lon_e7 / 1e7, "latitude",
                                      points->coords[place->number].lat_e7 / 1e7));
    return data;
}

/* What to copy into another page: the same that /integrer makes. */
static json_t *embed_code(const struct request *request, const struct place *place)
{
    return json_sprintf("<script src=\"%s/embed.js\" data-%s=\"%s\" async></script>",
                        request->base_url, place->kind_name, place->code);
}

static json_t *describe(const struct request *request, const struct place *place,
                        struct aro_error *err)
{
    struct query_set set = {0};
    json_t *newest = cards_newest(request, place->params, NEWEST, &set, err);
    if (!newest)
        return NULL;
    json_t *parents = parents_of(place), *labels = labels_of(place);
    json_t *answer = json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
        place->kind_name, "code", place->code, "nom", place->nom, "figures", figures(place),
        "labels", labels, "parents", parents, "members", members_of(place), "neighbours",
        neighbours_of(request, place, err), "themes",
        facets_tree(place->snapshot, place->params, &set, err), "newest", newest, "list",
        facets_link("liste", place->params, 0, PARAM_COUNT_OF_ALL, NULL), "map",
        facets_link("", place->params, 0, PARAM_COUNT_OF_ALL, NULL), "feed",
        facets_link("feed.atom", place->params, PARAM_BIT(PARAM_LANG), PARAM_COUNT_OF_ALL, NULL),
        "embed", facets_link("integrer", place->params, 0, PARAM_COUNT_OF_ALL, NULL), "embed_code",
        embed_code(request, place), "jsonld", linked_data(request, place));
    json_object_set_new(answer, "crumbs", cards_crumbs(parents, "nom"));
    if (json_array_size(labels) > 0)
        json_object_set(answer, "label", json_array_get(labels, 0));
    query_set_clear(&set);
    return answer;
}

bool handle_territoire(const struct request *request, struct response *response,
                       struct aro_error *err)
{
    struct place place;
    if (!find_place(request, &place, err))
        return false;
    if (strcmp(place.code, request->path_values[1]) != 0) {
        lead_to(request, &place, response);
        return true;
    }
    json_t *answer = describe(request, &place, err);
    return answer ? cards_answer(response, answer, err) : false;
}
