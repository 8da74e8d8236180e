#include "server/geo_api_places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/communes_inside.h"

/* ---- Types ---- */

static const char *const type_names[PLACE_TYPES] = {
    [PLACE_COMMUNE] = "commune-actuelle",
    [PLACE_PARTS + SNAPSHOT_ARRONDISSEMENT] = "arrondissement-municipal",
    [PLACE_PARTS + SNAPSHOT_ASSOCIEE] = "commune-associee",
    [PLACE_PARTS + SNAPSHOT_DELEGUEE] = "commune-deleguee",
};

/* ---- What is asked ---- */

static int type_of(const struct snapshot *snapshot, uint32_t place)
{
    size_t n = snapshot->communes.n;
    return place < n ? PLACE_COMMUNE : PLACE_PARTS + (int)snapshot->registry.parts[place - n].kind;
}

static uint32_t commune_of(const struct snapshot *snapshot, uint32_t place)
{
    size_t n = snapshot->communes.n;
    return place < n ? place : snapshot->registry.parts[place - n].commune;
}

static int rank_of_type(const struct place_filter *filter, int type)
{
    for (int i = 0; i < filter->n_types; i++)
        if (filter->types[i] == type)
            return i;
    return -1;
}

static bool add_type(struct place_filter *filter, const char *name, size_t len,
                     struct aro_error *err)
{
    for (int type = 0; type < PLACE_TYPES; type++) {
        if (strlen(type_names[type]) != len || memcmp(type_names[type], name, len) != 0)
            continue;
        if (rank_of_type(filter, type) < 0)
            filter->types[filter->n_types++] = type;
        return true;
    }
    return aro_error_set_for(err, "type", ARO_BAD_INPUT,
                             "type '%.*s' is unknown: wanted commune-actuelle, "
                             "arrondissement-municipal, commune-associee or commune-deleguee",
                             (int)(len < 40 ? len : 40), name);
}

/* Only arrondissements have a parent: with codeParent= they are meant. */
static bool read_types(const struct request *request, const struct place_family *family,
                       struct place_filter *filter, struct aro_error *err)
{
    const char *cursor = request_param(request, PARAM_TYPE), *item;
    size_t len;
    if (!cursor) {
        if (request_param(request, PARAM_CODE_PARENT))
            family = &places_arrondissements;
        memcpy(filter->types, family->types, sizeof filter->types);
        filter->n_types = family->n_types;
        return true;
    }
    while (api_next_item(&cursor, &item, &len))
        if (!add_type(filter, item, len, err))
            return false;
    return true;
}

static void read_territory(const struct request *request, enum param param,
                           enum schema_territory_kind kind, bool *out_has, uint32_t *out_number)
{
    const char *code = request_param(request, param);
    *out_has = code != NULL;
    if (code)
        *out_number = snapshot_territory(request->snapshot, kind, code);
}

uint32_t place_of_today(const struct snapshot *snapshot, const char *code)
{
    uint32_t commune = snapshot_commune(snapshot, code);
    bool is_its_own =
        commune != SNAPSHOT_NONE && strcmp(snapshot->commune.codes[commune], code) == 0;
    return is_its_own ? commune : SNAPSHOT_NONE;
}

uint32_t place_of_former_code(const struct snapshot *snapshot, const char *code)
{
    return place_of_today(snapshot, code) == SNAPSHOT_NONE ? snapshot_commune(snapshot, code)
                                                           : SNAPSHOT_NONE;
}

uint32_t place_of_part(const struct snapshot *snapshot, const struct place_family *family,
                       const char *code)
{
    for (int i = 0; i < family->n_types; i++) {
        enum snapshot_part_kind kind = (enum snapshot_part_kind)(family->types[i] - PLACE_PARTS);
        uint32_t part = snapshot_part(&snapshot->registry, kind, code);
        if (part != SNAPSHOT_NONE)
            return (uint32_t)snapshot->communes.n + part;
    }
    return SNAPSHOT_NONE;
}

/* Which commune holds a place, only contours tell. */
static bool read_point(const struct request *request, struct place_filter *filter,
                       struct aro_error *err)
{
    const struct snapshot_contours *contours = &request->snapshot->contours;
    struct geo_point point;
    struct geo_coord coord;
    if (!request_param(request, PARAM_LON) && !request_param(request, PARAM_LAT))
        return true;
    if (!communes_read_point(request, &point, err) || !geo_coord_from_point(point, &coord, err))
        return false;
    if (contours->n == 0)
        return aro_error_set_for(err, "lon", ARO_NOT_FOUND,
                                 "which commune holds a point is not known, since no contours are "
                                 "loaded; /communes/nearest tells the nearest centres");
    if (rank_of_type(filter, PLACE_COMMUNE) < 0)
        return aro_error_set_for(err, "type", ARO_BAD_INPUT,
                                 "lon and lat find communes of today: there are no contours of "
                                 "their parts");
    uint32_t shape = geo_locator_find(contours->locator, coord);
    filter->has_commune = true;
    filter->commune = shape == GEO_LOCATE_NONE ? SNAPSHOT_NONE : contours->communes[shape];
    return true;
}

/* A former code is that of the commune of today, where these are asked for. */
static void find_code(struct place_filter *filter)
{
    const struct snapshot *snapshot = filter->snapshot;
    for (int i = 0; i < filter->n_types; i++) {
        int type = filter->types[i];
        uint32_t place =
            type == PLACE_COMMUNE
                ? place_of_today(snapshot, filter->code)
                : snapshot_part(&snapshot->registry, (enum snapshot_part_kind)(type - PLACE_PARTS),
                                filter->code);
        if (place != SNAPSHOT_NONE)
            filter->of_code[filter->n_of_code++] =
                type == PLACE_COMMUNE ? place : (uint32_t)snapshot->communes.n + place;
    }
    uint32_t former = place_of_former_code(snapshot, filter->code);
    if (filter->n_of_code == 0 && former != SNAPSHOT_NONE &&
        rank_of_type(filter, PLACE_COMMUNE) >= 0)
        filter->of_code[filter->n_of_code++] = former;
}

static void read_codes(const struct request *request, struct place_filter *filter)
{
    const struct snapshot *snapshot = request->snapshot;
    const char *parent = request_param(request, PARAM_CODE_PARENT);
    const char *ancien = request_param(request, PARAM_ANCIEN_CODE);
    parent = parent ? parent : request_param(request, PARAM_CHEF_LIEU);
    filter->has_parent = parent != NULL;
    filter->parent = parent ? snapshot_commune(snapshot, parent) : SNAPSHOT_NONE;
    filter->siren = request_param(request, PARAM_SIREN);
    filter->code = request_param(request, PARAM_CODE);
    if (filter->code)
        find_code(filter);
    filter->code_postal = request_param(request, PARAM_CODE_POSTAL);
    if (filter->code_postal)
        filter->of_postal =
            snapshot_postal_code(&snapshot->registry, filter->code_postal, &filter->n_of_postal);
    if (ancien) {
        uint32_t commune = place_of_former_code(snapshot, ancien);
        bool is_another = filter->has_commune && filter->commune != commune;
        filter->commune = is_another ? SNAPSHOT_NONE : commune;
        filter->has_commune = true;
    }
    read_territory(request, PARAM_CODE_EPCI, SCHEMA_EPCI, &filter->has_epci, &filter->epci);
    read_territory(request, PARAM_CODE_DEPARTEMENT, SCHEMA_DEPARTEMENT, &filter->has_departement,
                   &filter->departement);
    read_territory(request, PARAM_CODE_REGION, SCHEMA_REGION, &filter->has_region, &filter->region);
}

bool place_filter_read(const struct request *request, const struct place_family *family,
                       struct place_filter *filter, struct aro_error *err)
{
    const unsigned everywhere = SNAPSHOT_METRO | SNAPSHOT_DROM | SNAPSHOT_COM;
    *filter = (struct place_filter){.snapshot = request->snapshot,
                                    .nom = request_param(request, PARAM_NOM)};
    if (!read_types(request, family, filter, err) ||
        !api_zones(request, everywhere, &filter->zones, err) || !read_point(request, filter, err))
        return false;
    read_codes(request, filter);
    return true;
}

/* ---- What matches ---- */

static bool is_among_codes(const struct place_filter *filter, uint32_t place)
{
    bool found = false;
    for (size_t i = 0; i < filter->n_of_code; i++)
        found = found || filter->of_code[i] == place;
    return found;
}

static bool is_among_postal(const struct place_filter *filter, uint32_t place)
{
    bool found = false;
    for (size_t i = 0; i < filter->n_of_postal; i++)
        found = found || filter->of_postal[i].place == place;
    return found;
}

/* Of the types asked for. */
static bool matches(const struct place_filter *filter, uint32_t place)
{
    const struct snapshot *snapshot = filter->snapshot;
    const struct commune_columns *columns = &snapshot->commune;
    uint32_t commune = commune_of(snapshot, place);
    bool is_commune = place < snapshot->communes.n;
    bool has_epci = type_of(snapshot, place) != PLACE_PARTS + SNAPSHOT_ARRONDISSEMENT;
    if (!(columns->zones[commune] & filter->zones) ||
        (filter->has_departement && columns->departements[commune] != filter->departement) ||
        (filter->has_region && columns->regions[commune] != filter->region) ||
        (filter->has_epci && (!has_epci || columns->epcis[commune] != filter->epci)))
        return false;
    /* SNAPSHOT_NONE would be equal to "in none". */
    if ((filter->has_departement && filter->departement == SNAPSHOT_NONE) ||
        (filter->has_region && filter->region == SNAPSHOT_NONE) ||
        (filter->has_epci && filter->epci == SNAPSHOT_NONE))
        return false;
    if ((filter->has_commune && place != filter->commune) ||
        (filter->has_parent && (is_commune || commune != filter->parent)))
        return false;
    if (filter->siren && (!is_commune || !columns->sirens[commune] ||
                          strcmp(columns->sirens[commune], filter->siren) != 0))
        return false;
    return (!filter->code || is_among_codes(filter, place)) &&
           (!filter->code_postal || is_among_postal(filter, place));
}

static bool offer(const struct place_filter *filter, uint32_t place, double score,
                  struct api_entries *entries, struct aro_error *err)
{
    if (rank_of_type(filter, type_of(filter->snapshot, place)) < 0 || !matches(filter, place))
        return true;
    return api_entries_add(entries, (struct api_entry){API_PLACE, place, score}, err);
}

static bool find_by_name(const struct request *request, const struct place_filter *filter,
                         size_t limit, struct api_entries *entries, struct aro_error *err)
{
    const struct snapshot *snapshot = filter->snapshot;
    struct api_search search = {0};
    bool ok = api_search_names(request, snapshot->registry.names, &search, err);
    for (size_t i = 0; ok && i < search.matches.n; i++) {
        struct geo_name_match match = search.matches.items[i];
        struct api_entry entry = {.kind = API_PLACE, .number = match.item};
        double score = api_score(&search, match.rank, api_population(snapshot, &entry));
        ok = offer(filter, match.item, score, entries, err);
    }
    geo_name_matches_clear(&search.matches);
    api_keep_best(snapshot, entries, limit);
    return ok;
}

/* In the order of types and codes. */
static bool scan(const struct place_filter *filter, size_t limit, struct api_entries *entries,
                 struct aro_error *err)
{
    const struct snapshot *snapshot = filter->snapshot;
    const struct snapshot_registry *registry = &snapshot->registry;
    size_t n = snapshot->communes.n;
    bool ok = true;
    for (int i = 0; ok && i < filter->n_types; i++) {
        int type = filter->types[i];
        size_t first = type == PLACE_COMMUNE ? 0 : registry->part_starts[type - PLACE_PARTS];
        size_t end = type == PLACE_COMMUNE ? n : registry->part_starts[type - PLACE_PARTS + 1];
        for (size_t at = first; ok && at < end && entries->n < limit; at++) {
            uint32_t place =
                type == PLACE_COMMUNE ? snapshot->commune.by_code[at] : (uint32_t)(n + at);
            ok = offer(filter, place, NAN, entries, err);
        }
    }
    return ok;
}

static int compare_places(const void *left, const void *right, void *context)
{
    const struct api_entry *a = left, *b = right;
    const struct place_filter *filter = context;
    int a_rank = rank_of_type(filter, type_of(filter->snapshot, a->number));
    int b_rank = rank_of_type(filter, type_of(filter->snapshot, b->number));
    return a_rank != b_rank ? a_rank - b_rank
                            : strcmp(api_code(filter->snapshot, a), api_code(filter->snapshot, b));
}

/* What a code, a postal code or a point leads to is looked at alone. */
bool place_filter_find(const struct request *request, const struct place_filter *filter,
                       size_t limit, struct api_entries *entries, struct aro_error *err)
{
    bool ok = true;
    if (filter->nom)
        return find_by_name(request, filter, limit, entries, err);
    if (!filter->code && !filter->code_postal && !filter->has_commune)
        return scan(filter, limit, entries, err);
    if (filter->code) {
        for (size_t i = 0; ok && i < filter->n_of_code; i++)
            ok = offer(filter, filter->of_code[i], NAN, entries, err);
    } else if (filter->code_postal) {
        for (size_t i = 0; ok && i < filter->n_of_postal; i++)
            ok = offer(filter, filter->of_postal[i].place, NAN, entries, err);
    } else if (filter->commune != SNAPSHOT_NONE) {
        ok = offer(filter, filter->commune, NAN, entries, err);
    }
    if (entries->n > 1)
        qsort_r(entries->items, entries->n, sizeof *entries->items, compare_places,
                (void *)filter); /* only handed on */
    if (entries->n > limit)
        entries->n = limit;
    return ok;
}
