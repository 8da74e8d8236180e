/*
 * /epcis, /departements, /regions, and what belongs to each.
 */
#include <math.h>
#include <string.h>

#include "server/geo_api.h"
#include "server/handlers.h"

/* What differs between the three kinds. */
struct family {
    enum api_kind kind;
    enum schema_territory_kind schema_kind;
    const char *what; /* for messages */
    enum api_field fields[5];
    size_t n_fields;
};

static const struct family epcis = {
    API_EPCI, SCHEMA_EPCI,
    "EPCI",   {API_NOM, API_CODE, API_CODES_DEPARTEMENTS, API_CODES_REGIONS, API_POPULATION},
    5,
};
static const struct family departements = {
    API_DEPARTEMENT, SCHEMA_DEPARTEMENT, "département", {API_NOM, API_CODE, API_CODE_REGION}, 3,
};
static const struct family regions = {
    API_REGION, SCHEMA_REGION, "région", {API_NOM, API_CODE}, 2,
};

/* ---- What is asked ---- */

struct filter {
    const struct snapshot *snapshot;
    const struct family *family;
    const struct snapshot_territory *territories;
    size_t n;
    unsigned zones;
    const char *nom, *code;
    bool has_departement, has_region;
    uint32_t departement, region; /* SNAPSHOT_NONE matches nothing */
};

/* Where members of an EPCI are; a département's own région. */
static bool has_member_in(const struct filter *filter, uint32_t epci, const uint32_t *of_commune,
                          uint32_t number)
{
    const struct snapshot_registry *registry = &filter->snapshot->registry;
    uint32_t end = registry->member_starts[epci + 1];
    for (uint32_t i = registry->member_starts[epci]; i < end; i++)
        if (of_commune[registry->members[i]] == number)
            return number != SNAPSHOT_NONE;
    return false;
}

static bool is_in(const struct filter *filter, uint32_t number)
{
    const struct commune_columns *columns = &filter->snapshot->commune;
    if (filter->family->kind == API_EPCI)
        return (!filter->has_departement ||
                has_member_in(filter, number, columns->departements, filter->departement)) &&
               (!filter->has_region ||
                has_member_in(filter, number, columns->regions, filter->region));
    return !filter->has_region || (filter->region != SNAPSHOT_NONE &&
                                   filter->territories[number].region == filter->region);
}

static bool offer(const struct filter *filter, uint32_t number, double score,
                  struct api_entries *entries, struct aro_error *err)
{
    const struct snapshot_territory *territory = &filter->territories[number];
    if (!(territory->zone & filter->zones) ||
        (filter->code && strcmp(territory->code, filter->code) != 0) || !is_in(filter, number))
        return true;
    return api_entries_add(entries, (struct api_entry){filter->family->kind, number, score}, err);
}

static bool find_by_name(const struct request *request, const struct filter *filter, size_t limit,
                         struct api_entries *entries, struct aro_error *err)
{
    struct api_search search = {0};
    const struct territory_points *points =
        &request->snapshot->territories[filter->family->schema_kind];
    bool ok = api_search_names(request, points->names, &search, err);
    for (size_t i = 0; ok && i < search.matches.n; i++) {
        struct geo_name_match match = search.matches.items[i];
        uint32_t number = points->numbers[match.item];
        double score = api_score(&search, match.rank, filter->territories[number].population);
        ok = offer(filter, number, score, entries, err);
    }
    geo_name_matches_clear(&search.matches);
    api_keep_best(request->snapshot, entries, limit);
    return ok;
}

static bool find(const struct request *request, const struct filter *filter, size_t limit,
                 struct api_entries *entries, struct aro_error *err)
{
    bool ok = true;
    if (filter->nom)
        return find_by_name(request, filter, limit, entries, err);
    for (uint32_t i = 0; ok && i < filter->n && entries->n < limit; i++)
        ok = offer(filter, i, NAN, entries, err);
    return ok;
}

/* The overseas collectivities are not among them unless asked for: so it is in API Géo. */
static bool read_filter(const struct request *request, const struct family *family,
                        struct filter *out_filter, struct aro_error *err)
{
    const char *departement = request_param(request, PARAM_CODE_DEPARTEMENT);
    const char *region = request_param(request, PARAM_CODE_REGION);
    *out_filter = (struct filter){
        .snapshot = request->snapshot,
        .family = family,
        .nom = request_param(request, PARAM_NOM),
        .code = request_param(request, PARAM_CODE),
        .has_departement = departement != NULL,
        .has_region = region != NULL,
    };
    out_filter->territories =
        snapshot_territories(request->snapshot, family->schema_kind, &out_filter->n);
    if (departement)
        out_filter->departement =
            snapshot_territory(request->snapshot, SCHEMA_DEPARTEMENT, departement);
    if (region)
        out_filter->region = snapshot_territory(request->snapshot, SCHEMA_REGION, region);
    return api_zones(request, SNAPSHOT_METRO | SNAPSHOT_DROM, &out_filter->zones, err);
}

/* ---- Answers ---- */

static bool answer(const struct request *request, const struct filter *filter,
                   struct response *response, struct aro_error *err)
{
    const struct family *family = filter->family;
    struct api_output output;
    struct api_entries entries = {0};
    size_t limit;
    bool ok = api_output_read(request, family->fields, family->n_fields, filter->nom != NULL,
                              &output, err) &&
              api_limit(request, &limit, err) && find(request, filter, limit, &entries, err) &&
              api_answer_list(&output, &entries, response, err);
    api_entries_clear(&entries);
    return ok;
}

static bool answer_all(const struct request *request, const struct family *family,
                       struct response *response, struct aro_error *err)
{
    struct filter filter;
    return read_filter(request, family, &filter, err) && answer(request, &filter, response, err);
}

/* The number of the code in the path. */
static bool find_in_path(const struct request *request, const struct family *family,
                         uint32_t *out_number, struct aro_error *err)
{
    const char *code = request->path_values[0];
    *out_number = snapshot_territory(request->snapshot, family->schema_kind, code);
    return *out_number != SNAPSHOT_NONE ||
           aro_error_set(err, ARO_NOT_FOUND, "no %s has the code '%.40s'", family->what, code);
}

static bool answer_one(const struct request *request, const struct family *family,
                       struct response *response, struct aro_error *err)
{
    struct api_output output;
    struct api_entry entry = {.kind = family->kind, .score = NAN};
    return find_in_path(request, family, &entry.number, err) &&
           api_output_read(request, family->fields, family->n_fields, false, &output, err) &&
           api_answer_one(&output, &entry, response, err);
}

static bool answer_communes(const struct request *request, const struct family *family,
                            struct response *response, struct aro_error *err)
{
    uint32_t number;
    return find_in_path(request, family, &number, err) &&
           api_answer_communes_of(request, family->kind, number, response, err);
}

bool handle_api_epcis(const struct request *request, struct response *response,
                      struct aro_error *err)
{
    return answer_all(request, &epcis, response, err);
}

bool handle_api_departements(const struct request *request, struct response *response,
                             struct aro_error *err)
{
    return answer_all(request, &departements, response, err);
}

bool handle_api_regions(const struct request *request, struct response *response,
                        struct aro_error *err)
{
    return answer_all(request, &regions, response, err);
}

bool handle_api_epci(const struct request *request, struct response *response,
                     struct aro_error *err)
{
    return answer_one(request, &epcis, response, err);
}

bool handle_api_departement(const struct request *request, struct response *response,
                            struct aro_error *err)
{
    return answer_one(request, &departements, response, err);
}

bool handle_api_region(const struct request *request, struct response *response,
                       struct aro_error *err)
{
    return answer_one(request, &regions, response, err);
}

bool handle_api_epci_communes(const struct request *request, struct response *response,
                              struct aro_error *err)
{
    return answer_communes(request, &epcis, response, err);
}

bool handle_api_departement_communes(const struct request *request, struct response *response,
                                     struct aro_error *err)
{
    return answer_communes(request, &departements, response, err);
}

bool handle_api_region_communes(const struct request *request, struct response *response,
                                struct aro_error *err)
{
    return answer_communes(request, &regions, response, err);
}

/* Those of a région of every zone. */
bool handle_api_region_departements(const struct request *request, struct response *response,
                                    struct aro_error *err)
{
    struct filter filter;
    uint32_t region;
    if (!find_in_path(request, &regions, &region, err) ||
        !read_filter(request, &departements, &filter, err))
        return false;
    filter.has_region = true;
    filter.region = region;
    filter.zones = SNAPSHOT_METRO | SNAPSHOT_DROM | SNAPSHOT_COM;
    return answer(request, &filter, response, err);
}
