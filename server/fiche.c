/*
 * GET /initiatives/{id}: all that is public of one initiative, what is near it, and who did the
 * same elsewhere.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/cards.h"
#include "server/collections.h"
#include "server/handlers.h"
#include "server/similar.h"
#include "server/text.h"

#define NEAR_RADIUS_M "20000"
#define NEAR_LIMIT    "7" /* one of them is the initiative itself */

enum { NEAR_SHOWN = 6, SIMILAR_SHOWN = 6 };

/* ---- Where ---- */

static json_t *territory(const struct snapshot *snapshot, enum schema_territory_kind kind,
                         uint32_t number)
{
    size_t n;
    if (number == SNAPSHOT_NONE)
        return json_null();
    const struct snapshot_territory *all = snapshot_territories(snapshot, kind, &n);
    return json_pack("{s:s, s:s}", "code", all[number].code, "nom", all[number].nom);
}

static json_t *commune_of(const struct snapshot *snapshot, uint32_t commune)
{
    const struct commune_columns *columns = &snapshot->commune;
    int64_t population = columns->populations[commune];
    return json_pack("{s:s, s:s, s:o, s:i, s:o, s:o, s:o}", "code", columns->codes[commune], "nom",
                     columns->noms[commune], "population",
                     population == SCHEMA_POPULATION_UNKNOWN ? json_null()
                                                             : json_integer(population),
                     "niveau", (int)columns->niveaux[commune], "epci",
                     territory(snapshot, SCHEMA_EPCI, columns->epcis[commune]), "departement",
                     territory(snapshot, SCHEMA_DEPARTEMENT, columns->departements[commune]),
                     "region", territory(snapshot, SCHEMA_REGION, columns->regions[commune]));
}

static void add_crumb(json_t *crumbs, const char *path, json_t *place)
{
    const char *code = json_string_value(json_object_get(place, "code"));
    if (code)
        json_array_append_new(crumbs, json_pack("{s:o, s:O}", "href",
                                                json_sprintf("territoires/%s/%s", path, code),
                                                "title", json_object_get(place, "nom")));
}

static json_t *crumbs_of(json_t *commune)
{
    json_t *crumbs = json_pack("[{s:s, s:s}]", "href", "liste", "title", "initiatives");
    add_crumb(crumbs, "region", json_object_get(commune, "region"));
    add_crumb(crumbs, "departement", json_object_get(commune, "departement"));
    add_crumb(crumbs, "commune", commune);
    return crumbs;
}

/* ---- Others ---- */

/* The nearest, without the initiative itself. */
static json_t *near_ones(const struct request *request, uint32_t position, struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    const struct point_set *points = &snapshot->initiatives;
    char place[64];
    const char *params[PARAM_COUNT_OF_ALL] = {
        [PARAM_NEAR] = place, [PARAM_RADIUS] = NEAR_RADIUS_M, [PARAM_LIMIT] = NEAR_LIMIT};
    struct request asked = *request;
    struct query_page page = {0};
    json_t *list = json_array();
    if (position >= points->n_placed)
        return list;
    snprintf(place, sizeof place, "%.7f,%.7f", points->coords[position].lon_e7 / 1e7,
             points->coords[position].lat_e7 / 1e7);
    asked.params = params;
    struct query *query = query_new(&asked, &collections[COLLECTION_INITIATIVES], err);
    bool ok = query && query_page(query, &page, err);
    for (size_t i = 0; ok && i < page.hits.n && json_array_size(list) < NEAR_SHOWN; i++)
        if (page.hits.items[i].position != position)
            json_array_append_new(list, card_new(snapshot, page.hits.items[i].position,
                                                 page.hits.items[i].distance_m));
    query_page_clear(&page);
    query_free(query);
    if (!ok) {
        json_decref(list);
        list = NULL;
    }
    return list;
}

/* What two initiatives have in common, in the order of the taxonomy. */
static json_t *shared_usages(const struct snapshot *snapshot, uint32_t one, uint32_t other)
{
    uint64_t shared = snapshot->initiative.usages[one] & snapshot->initiative.usages[other];
    json_t *list = json_array();
    for (; shared; shared &= shared - 1)
        json_array_append_new(
            list, card_theme(snapshot, snapshot->usage_themes[__builtin_ctzll(shared)]));
    return list;
}

static json_t *similar_ones(const struct snapshot *snapshot, uint32_t position,
                            struct aro_error *err)
{
    struct similar_hit hits[SIMILAR_MAX];
    size_t n = 0;
    if (!similar_find(snapshot, position, SIMILAR_SHOWN, hits, &n, err))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        uint32_t commune = snapshot->initiative.communes[hits[i].position];
        int64_t population = snapshot->commune.populations[commune];
        json_t *card = card_new(snapshot, hits[i].position, NAN);
        json_object_set_new(card, "shared", shared_usages(snapshot, position, hits[i].position));
        if (population != SCHEMA_POPULATION_UNKNOWN)
            json_object_set_new(card, "population", json_integer(population));
        json_array_append_new(list, card);
    }
    return list;
}

/* ---- The sheet ---- */

/* Only what leads to a page: an import refuses anything else, and so does this. */
static json_t *web_links(const json_t *urls)
{
    size_t i;
    json_t *url, *list = json_array();
    json_array_foreach(urls, i, url)
    {
        const char *text = json_string_value(url);
        if (text && (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0))
            json_array_append(list, url);
    }
    return list;
}

static void keep_web_links(json_t *properties)
{
    static const char *const names[] = {"liens", "photos", "videos"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(properties, names[i]))
            json_object_set_new(properties, names[i],
                                web_links(json_object_get(properties, names[i])));
}

/* As search engines read it: https://schema.org/CreativeWork. */
static json_t *linked_data(const struct request *request, const json_t *feature,
                           const json_t *commune, const json_t *usages)
{
    const json_t *properties = json_object_get(feature, "properties");
    const json_t *coordinates =
        json_object_get(json_object_get(feature, "geometry"), "coordinates");
    size_t i;
    json_t *usage, *about = json_array();
    json_array_foreach(usages, i, usage)
        json_array_append(about, json_object_get(usage, "libelle"));
    json_t *place =
        json_pack("{s:s, s:O, s:{s:s, s:O, s:s}}", "@type", "Place", "name",
                  json_object_get(commune, "nom"), "address", "@type", "PostalAddress",
                  "addressLocality", json_object_get(commune, "nom"), "addressCountry", "FR");
    if (json_array_size(coordinates) >= 2)
        json_object_set_new(place, "geo",
                            json_pack("{s:s, s:O, s:O}", "@type", "GeoCoordinates", "longitude",
                                      json_array_get(coordinates, 0), "latitude",
                                      json_array_get(coordinates, 1)));
    json_t *data = json_pack(
        "{s:s, s:s, s:O, s:O, s:o, s:O, s:O, s:O, s:s, s:b, s:o, s:o, s:{s:s, s:O}}", "@context",
        "https://schema.org", "@type", "CreativeWork", "name", json_object_get(properties, "titre"),
        "description", json_object_get(properties, "actions"), "url",
        json_sprintf("%s/initiatives/%lld", request->base_url,
                     (long long)json_integer_value(json_object_get(feature, "id"))),
        "identifier", json_object_get(feature, "id"), "dateCreated",
        json_object_get(properties, "date"), "dateModified",
        json_object_get(properties, "updated_at"), "inLanguage", "fr", "isAccessibleForFree", 1,
        "about", about, "contentLocation", place, "author", "@type", "GovernmentOrganization",
        "name", json_object_get(commune, "nom"));
    if (request->settings->data_licence)
        json_object_set_new(data, "license", json_string(request->settings->data_licence));
    return data;
}

static json_t *describe(const struct request *request, uint32_t position, struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    json_t *feature = card_feature(snapshot, position);
    json_t *properties = json_object_get(feature, "properties");
    json_t *commune = commune_of(snapshot, snapshot->initiative.communes[position]);
    json_t *usages = card_themes(snapshot, json_object_get(properties, "themes"));
    const char *source = json_string_value(json_object_get(properties, "source"));
    keep_web_links(properties);
    json_t *answer = json_pack(
        "{s:O, s:O, s:O, s:o, s:o, s:b, s:o, s:o, s:o}", "initiative", feature, "commune", commune,
        "usages", usages, "near", near_ones(request, position, err), "similar",
        similar_ones(snapshot, position, err), "synthetic",
        source && strcmp(source, "synthetique") == 0, "resume",
        card_beginning(json_string_value(json_object_get(properties, "synthese")
                                             ? json_object_get(properties, "synthese")
                                             : json_object_get(properties, "actions"))),
        "jsonld", linked_data(request, feature, commune, usages), "crumbs", crumbs_of(commune));
    const char *where = json_string_value(json_object_get(properties, "position"));
    if (where && strcmp(where, "commune") == 0)
        json_object_set_new(answer, "approximate", json_true());
    int niveau = (int)json_integer_value(json_object_get(commune, "niveau"));
    if (niveau > 0)
        json_object_set_new(answer, "label", json_stringn("@@@@@", (size_t)niveau));
    json_decref(feature);
    json_decref(commune);
    json_decref(usages);
    return answer;
}

bool handle_fiche(const struct request *request, struct response *response, struct aro_error *err)
{
    const char *id = request->path_values[0];
    int64_t number;
    uint32_t position =
        text_id_parse(id, &number) ? snapshot_initiative(request->snapshot, number) : SNAPSHOT_NONE;
    if (position == SNAPSHOT_NONE)
        return aro_error_set(err, ARO_NOT_FOUND, "there is no initiative '%.40s'", id);
    return cards_answer(response, describe(request, position, err), err);
}
