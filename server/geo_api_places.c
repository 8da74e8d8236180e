/*
 * Communes and their parts: /communes, /communes/{code}, /communes_associees_deleguees and the
 * communes of a territory.
 */
#include <math.h>
#include <stdlib.h>

#include "server/geo_api_places.h"
#include "server/handlers.h"

const struct place_family places_communes = {
    .types = {PLACE_COMMUNE},
    .n_types = 1,
    .fields = {API_NOM, API_CODE, API_CODE_DEPARTEMENT, API_SIREN, API_CODE_EPCI, API_CODE_REGION,
               API_CODES_POSTAUX, API_POPULATION},
    .n_fields = 8,
};
const struct place_family places_parts = {
    .types = {PLACE_PARTS + SNAPSHOT_ASSOCIEE, PLACE_PARTS + SNAPSHOT_DELEGUEE},
    .n_types = 2,
    .fields = {API_NOM, API_CODE, API_TYPE, API_CHEF_LIEU, API_CODE_DEPARTEMENT, API_CODE_EPCI,
               API_CODE_REGION},
    .n_fields = 7,
};
const struct place_family places_arrondissements = {
    .types = {PLACE_PARTS + SNAPSHOT_ARRONDISSEMENT},
    .n_types = 1,
};

/* ---- Answers ---- */

static bool answer(const struct request *request, const struct place_family *family,
                   const struct place_filter *filter, struct response *response,
                   struct aro_error *err)
{
    struct api_output output;
    struct api_entries entries = {0};
    size_t limit;
    bool ok = api_output_read(request, family->fields, family->n_fields, filter->nom != NULL,
                              &output, err) &&
              api_limit(request, &limit, err) &&
              place_filter_find(request, filter, limit, &entries, err) &&
              api_answer_list(&output, &entries, response, err);
    api_entries_clear(&entries);
    return ok;
}

bool handle_api_communes(const struct request *request, struct response *response,
                         struct aro_error *err)
{
    struct place_filter filter;
    return place_filter_read(request, &places_communes, &filter, err) &&
           answer(request, &places_communes, &filter, response, err);
}

bool handle_api_parts(const struct request *request, struct response *response,
                      struct aro_error *err)
{
    struct place_filter filter;
    return place_filter_read(request, &places_parts, &filter, err) &&
           answer(request, &places_parts, &filter, response, err);
}

bool api_answer_communes_of(const struct request *request, enum api_kind kind, uint32_t number,
                            struct response *response, struct aro_error *err)
{
    struct place_filter filter;
    if (!place_filter_read(request, &places_communes, &filter, err))
        return false;
    filter.has_epci |= kind == API_EPCI;
    filter.has_departement |= kind == API_DEPARTEMENT;
    filter.has_region |= kind == API_REGION;
    if (kind == API_EPCI)
        filter.epci = number;
    else if (kind == API_DEPARTEMENT)
        filter.departement = number;
    else
        filter.region = number;
    return answer(request, &places_communes, &filter, response, err);
}

/* By a code of today, or of an arrondissement, or else by a former one: then the answer says so. */
bool handle_api_commune(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    const char *code = request->path_values[0];
    struct api_output output;
    struct api_entry entry = {API_PLACE, place_of_today(snapshot, code), NAN};
    if (!api_output_read(request, places_communes.fields, places_communes.n_fields, false, &output,
                         err))
        return false;
    if (entry.number == SNAPSHOT_NONE)
        entry.number = place_of_part(snapshot, &places_arrondissements, code);
    if (entry.number == SNAPSHOT_NONE) {
        struct aro_buffer path = {0};
        entry.number = place_of_former_code(snapshot, code);
        if (entry.number == SNAPSHOT_NONE)
            return aro_error_set(err, ARO_NOT_FOUND, "no commune has or had the code '%.40s'",
                                 code);
        api_output_add(&output, API_ANCIENS_CODES);
        aro_buffer_printf(&path, "/communes/%s", snapshot->commune.codes[entry.number]);
        char *location = aro_buffer_take_text(&path, err);
        if (!location)
            return false;
        response_add_header(response, "Content-Location", location);
        free(location);
    }
    return api_answer_one(&output, &entry, response, err);
}

bool handle_api_part(const struct request *request, struct response *response,
                     struct aro_error *err)
{
    struct api_output output;
    struct api_entry entry = {
        API_PLACE, place_of_part(request->snapshot, &places_parts, request->path_values[0]), NAN};
    if (entry.number == SNAPSHOT_NONE)
        return aro_error_set(err, ARO_NOT_FOUND,
                             "no commune associée or déléguée has the code '%.40s'",
                             request->path_values[0]);
    return api_output_read(request, places_parts.fields, places_parts.n_fields, false, &output,
                           err) &&
           api_answer_one(&output, &entry, response, err);
}
