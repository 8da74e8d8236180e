#include "server/filter.h"

#include <stdlib.h>
#include <string.h>

#include "server/collections.h"
#include "server/select.h"

/* ---- Sets ---- */

static bool set_add(struct number_set *set, uint32_t number, uint32_t capacity,
                    struct aro_error *err)
{
    if (!set->has)
        set->has = calloc((size_t)capacity + 1, 1);
    if (!set->has)
        return aro_error_no_memory(err);
    set->n = capacity;
    set->has[number] = 1;
    return true;
}

/* ---- Values separated by commas ---- */

/* What one value of a parameter means; the filter is where it goes. */
typedef bool value_fn(struct filter *filter, enum param param, const char *value,
                      struct aro_error *err);

static bool refuse_value(enum param param, const char *value, const char *wanted,
                         struct aro_error *err)
{
    const char *name = param_infos[param].name;
    return aro_error_set_for(err, name, ARO_BAD_INPUT, "%s '%.60s' %s", name, value, wanted);
}

static bool read_values(const struct request *request, enum param param, value_fn *add,
                        struct filter *filter, struct aro_error *err)
{
    const char *text = request_param(request, param), *name = param_infos[param].name;
    size_t n = 0;
    while (text) {
        char value[64];
        size_t len = strcspn(text, ",");
        if (len == 0)
            return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                     "%s has an empty value: wanted codes separated by commas",
                                     name);
        if (len >= sizeof value)
            return refuse_value(param, text, "is too long for a code", err);
        if (++n > FILTER_MAX_CODES)
            return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                     "%s has more than %d values: ask in several requests", name,
                                     FILTER_MAX_CODES);
        memcpy(value, text, len);
        value[len] = '\0';
        if (!add(filter, param, value, err))
            return false;
        text = text[len] ? text + len + 1 : NULL;
    }
    return true;
}

static bool add_commune(struct filter *filter, enum param param, const char *value,
                        struct aro_error *err)
{
    uint32_t number = snapshot_commune(filter->snapshot, value);
    if (number == SNAPSHOT_NONE)
        return refuse_value(param, value,
                            "is not the INSEE code of a commune: wanted one such as 13056 or 2A004",
                            err);
    return set_add(&filter->communes, number, (uint32_t)filter->snapshot->communes.n, err);
}

/* Where codes of one kind go. */
struct territory_target {
    enum schema_territory_kind kind;
    struct number_set *set;
    size_t n;
    const char *wanted;
};

static bool add_territory(const struct snapshot *snapshot, const struct territory_target *target,
                          enum param param, const char *value, struct aro_error *err)
{
    uint32_t number = snapshot_territory(snapshot, target->kind, value);
    if (number == SNAPSHOT_NONE)
        return refuse_value(param, value, target->wanted, err);
    return set_add(target->set, number, (uint32_t)target->n, err);
}

static bool add_epci(struct filter *filter, enum param param, const char *value,
                     struct aro_error *err)
{
    struct territory_target target = {
        SCHEMA_EPCI, &filter->epcis, filter->snapshot->n_epcis,
        "is not the SIREN code of an EPCI: wanted one such as 200054807"};
    return add_territory(filter->snapshot, &target, param, value, err);
}

static bool add_departement(struct filter *filter, enum param param, const char *value,
                            struct aro_error *err)
{
    struct territory_target target = {
        SCHEMA_DEPARTEMENT, &filter->departements, filter->snapshot->n_departements,
        "is not the code of a département: wanted one such as 01, 2A or 974"};
    return add_territory(filter->snapshot, &target, param, value, err);
}

static bool add_region(struct filter *filter, enum param param, const char *value,
                       struct aro_error *err)
{
    struct territory_target target = {SCHEMA_REGION, &filter->regions, filter->snapshot->n_regions,
                                      "is not the code of a région: wanted one such as 93 or 11"};
    return add_territory(filter->snapshot, &target, param, value, err);
}

static bool add_theme(struct filter *filter, enum param param, const char *value,
                      struct aro_error *err)
{
    int niveau = param == PARAM_AXE ? 1 : param == PARAM_ENJEU ? 2 : 3;
    uint32_t number = snapshot_theme(filter->snapshot, value);
    if (number == SNAPSHOT_NONE || filter->snapshot->themes[number].niveau != niveau)
        return refuse_value(param, value,
                            niveau == 1   ? "is not an axe: wanted an id such as 1"
                            : niveau == 2 ? "is not an enjeu: wanted an id such as 1a"
                                          : "is not a usage: wanted an id such as 1a1",
                            err);
    struct theme_choice *choice = &filter->themes[niveau - 1];
    choice->rows[choice->n++] = snapshot_theme_bits(filter->snapshot, number);
    choice->usages |= filter->snapshot->themes[number].usages;
    return true;
}

static bool add_niveau(struct filter *filter, enum param param, const char *value,
                       struct aro_error *err)
{
    if (value[0] < '1' || value[0] > '5' || value[1] != '\0')
        return refuse_value(param, value, "is not a label level: wanted 1 to 5", err);
    filter->niveaux |= (uint8_t)(1U << (value[0] - '0'));
    return true;
}

/* ---- The whole ---- */

/* What says which initiatives a collection's property `initiatives` counts. */
static bool is_of_counted(enum param param)
{
    return param == PARAM_AXE || param == PARAM_ENJEU || param == PARAM_USAGE;
}

static bool refuse_param(enum param param, const struct collection *collection,
                         struct aro_error *err)
{
    const char *name = param_infos[param].name;
    if (is_of_counted(param) && collection->counted_by != N_TALLY_BY)
        return aro_error_set_for(err, name, ARO_BAD_INPUT,
                                 "%s filters initiatives, not %s; with properties=initiatives "
                                 "it says which of a %s's are counted",
                                 name, collection->id, collection->item);
    return aro_error_set_for(err, name, ARO_BAD_INPUT, "%s does not filter %s", name,
                             collection->id);
}

static bool refuse_others(const struct request *request, const struct collection *collection,
                          struct aro_error *err)
{
    bool counts = collection->counted_by != N_TALLY_BY && selection_names(request, "initiatives");
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) {
        enum param param = (enum param)i;
        bool is_filter = QUERY_INITIATIVE_PARAMS & PARAM_BIT(i);
        if (is_filter && !(collection->filters & PARAM_BIT(i)) && request_param(request, param) &&
            !(counts && is_of_counted(param)))
            return refuse_param(param, collection, err);
    }
    return true;
}

static bool read_themes(const struct request *request, struct filter *filter, struct aro_error *err)
{
    return read_values(request, PARAM_AXE, add_theme, filter, err) &&
           read_values(request, PARAM_ENJEU, add_theme, filter, err) &&
           read_values(request, PARAM_USAGE, add_theme, filter, err);
}

/* What has no time is there at any (OGC 17-069r4, /req/core/fc-time-response, B). */
static bool read_time(const struct request *request, struct filter *filter, struct aro_error *err)
{
    const char *datetime = request_param(request, PARAM_DATETIME);
    struct day_range days;
    if (!datetime)
        return true;
    if (!datetime_parse(datetime, &days, err))
        return false;
    filter->on_days = filter->of_initiatives || filter->year_of;
    filter->days = days;
    filter->first_year = days.first == INT32_MIN ? INT32_MIN : geo_day_year(days.first);
    filter->last_year = days.last == INT32_MAX ? INT32_MAX : geo_day_year(days.last);
    return true;
}

/* The territories that have a commune which the filter accepts. */
static bool find_territories(const struct collection *collection, struct filter *filter,
                             struct aro_error *err)
{
    const struct snapshot *snapshot = filter->snapshot;
    const struct commune_columns *columns = &snapshot->commune;
    enum schema_territory_kind kind = collection->territory;
    const uint32_t *numbers = kind == SCHEMA_EPCI          ? columns->epcis
                              : kind == SCHEMA_DEPARTEMENT ? columns->departements
                                                           : columns->regions;
    const struct territory_points *territories = &snapshot->territories[kind];
    uint32_t n = (uint32_t)territories->points.n;
    filter->positions = (struct number_set){.has = array_new(n + 1, 1, err), .n = n};
    for (uint32_t i = 0; filter->positions.has && i < snapshot->communes.n; i++)
        if (numbers[i] != SNAPSHOT_NONE && filter_accepts_commune(filter, i))
            filter->positions.has[territories->positions[numbers[i]]] = 1;
    return filter->positions.has != NULL;
}

bool filter_parse(const struct request *request, const struct collection *collection,
                  struct filter *out_filter, struct aro_error *err)
{
    const struct snapshot *snapshot = request->snapshot;
    struct filter filter = {.snapshot = snapshot};
    filter.of_initiatives = collection == &collections[COLLECTION_INITIATIVES];
    if (filter.of_initiatives)
        filter.commune_of = snapshot->initiative.communes;
    if (collection == &collections[COLLECTION_LABELS]) {
        filter.commune_of = snapshot->label.communes;
        filter.niveau_of = snapshot->label.niveaux;
        filter.year_of = snapshot->label.annees;
    }
    bool ok = refuse_others(request, collection, err) &&
              read_values(request, PARAM_COMMUNE, add_commune, &filter, err) &&
              read_values(request, PARAM_EPCI, add_epci, &filter, err) &&
              read_values(request, PARAM_DEPARTEMENT, add_departement, &filter, err) &&
              read_values(request, PARAM_REGION, add_region, &filter, err) &&
              read_values(request, PARAM_NIVEAU, add_niveau, &filter, err) &&
              (!filter.of_initiatives || read_themes(request, &filter, err)) &&
              read_time(request, &filter, err);
    filter.on_commune = filter.communes.has || filter.epcis.has || filter.departements.has ||
                        filter.regions.has || filter.niveaux;
    if (ok && filter.on_commune && collection->of_territories)
        ok = find_territories(collection, &filter, err);
    if (!ok) {
        filter_clear(&filter);
        return false;
    }
    *out_filter = filter;
    return true;
}

void filter_clear(struct filter *filter)
{
    free(filter->communes.has);
    free(filter->epcis.has);
    free(filter->departements.has);
    free(filter->regions.has);
    free(filter->positions.has);
    *filter = (struct filter){0};
}
