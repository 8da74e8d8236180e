#include "server/geo_api.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "server/answer.h"

/* Of contours in one answer: some 20 MB. All communes of a large région have fewer. */
enum { MAX_VERTICES = 1 << 20 };

void api_entries_clear(struct api_entries *entries)
{
    free(entries->items);
    *entries = (struct api_entries){0};
}

bool api_entries_add(struct api_entries *entries, struct api_entry entry, struct aro_error *err)
{
    struct api_entry *items =
        aro_array_grow(entries->items, entries->n, &entries->capacity, sizeof *items, err);
    if (!items)
        return false;
    entries->items = items;
    items[entries->n++] = entry;
    return true;
}

/* ---- Parameters ---- */

bool api_next_item(const char **cursor, const char **out_item, size_t *out_len)
{
    if (!*cursor)
        return false;
    const char *item = *cursor + strspn(*cursor, " ");
    size_t len = strcspn(item, ",");
    *cursor = item[len] ? item + len + 1 : NULL;
    while (len > 0 && item[len - 1] == ' ')
        len--;
    *out_item = item;
    *out_len = len;
    return true;
}

bool api_limit(const struct request *request, size_t *out_limit, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_LIMIT);
    *out_limit = SIZE_MAX;
    if (!text)
        return true;
    size_t len = strlen(text), digits = strspn(text, "0123456789");
    if (len == 0 || digits != len)
        return aro_error_set_for(err, "limit", ARO_BAD_INPUT,
                                 "limit '%.40s' is not a count: wanted 0 or more", text);
    *out_limit = len > 9 ? SIZE_MAX - 1 : (size_t)strtoul(text, NULL, 10);
    return true;
}

bool api_zones(const struct request *request, unsigned fallback, unsigned *out_zones,
               struct aro_error *err)
{
    const char *cursor = request_param(request, PARAM_ZONE), *item;
    size_t len;
    unsigned zones = 0;
    if (!cursor) {
        *out_zones = fallback;
        return true;
    }
    while (api_next_item(&cursor, &item, &len)) {
        enum snapshot_zone zone = snapshot_zone_of(item, len);
        if (!zone)
            return aro_error_set_for(err, "zone", ARO_BAD_INPUT,
                                     "zone '%.*s' is unknown: wanted metro, drom or com",
                                     (int)(len < 40 ? len : 40), item);
        zones |= zone;
    }
    *out_zones = zones;
    return true;
}

bool api_search_names(const struct request *request, const struct geo_names *names,
                      struct api_search *out_search, struct aro_error *err)
{
    const char *nom = request_param(request, PARAM_NOM);
    const char *boost = request_param(request, PARAM_BOOST);
    if (boost && strcmp(boost, "population") != 0)
        return aro_error_set_for(err, "boost", ARO_BAD_INPUT,
                                 "boost '%.40s' is unknown: wanted population", boost);
    out_search->boost = boost != NULL;
    return geo_names_match(names, nom, strlen(nom), SIZE_MAX, &out_search->matches, err);
}

/* ---- Order ---- */

/*
 * Without a boost, ranks come one after another, and within one those with more inhabitants first:
 * the score lies between the rank's base and that of the rank before, on a scale of the logarithm.
 * With it, as in API Géo, 100,000 inhabitants double a score: a later word of a large town's name
 * beats the beginning of a small one's. The whole name comes first in both.
 */
double api_score(const struct api_search *search, enum geo_name_rank rank, int64_t population)
{
    static const double bases[] = {1, 0.7, 0.4, 0.1}, boosted[] = {1, 0.5, 0.4, 0.3};
    const double room = 0.29, most = 0.99, doubles_at = 1e5, most_people = 1e7;
    double people = population > 0 ? (double)population : 0;
    if (rank == GEO_NAME_WHOLE)
        return 1;
    if (search->boost)
        return fmin(most, boosted[rank] * (1 + people / doubles_at));
    return bases[rank] + room * fmin(1, log1p(people) / log1p(most_people));
}

const char *api_code(const struct snapshot *snapshot, const struct api_entry *entry)
{
    size_t n = snapshot->communes.n;
    switch (entry->kind) {
    case API_EPCI:
        return snapshot->epcis[entry->number].code;
    case API_DEPARTEMENT:
        return snapshot->departements[entry->number].code;
    case API_REGION:
        return snapshot->regions[entry->number].code;
    case API_PLACE:
        break;
    }
    return entry->number < n ? snapshot->commune.codes[entry->number]
                             : snapshot->registry.parts[entry->number - n].code;
}

int64_t api_population(const struct snapshot *snapshot, const struct api_entry *entry)
{
    size_t n = snapshot->communes.n;
    switch (entry->kind) {
    case API_EPCI:
        return snapshot->epcis[entry->number].population;
    case API_DEPARTEMENT:
        return snapshot->departements[entry->number].population;
    case API_REGION:
        return snapshot->regions[entry->number].population;
    case API_PLACE:
        break;
    }
    return entry->number < n ? snapshot->commune.populations[entry->number]
                             : snapshot->registry.parts[entry->number - n].population;
}

/* Below 0 where a comes before b. */
static int compare_entries(const struct api_entry *a, const struct api_entry *b,
                           const struct snapshot *snapshot)
{
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    int64_t a_people = api_population(snapshot, a), b_people = api_population(snapshot, b);
    if (a_people != b_people)
        return a_people > b_people ? -1 : 1;
    int by_code = strcmp(api_code(snapshot, a), api_code(snapshot, b));
    return by_code != 0 ? by_code : (a->number > b->number) - (a->number < b->number);
}

static int compare_for_sort(const void *left, const void *right, void *snapshot)
{
    return compare_entries(left, right, snapshot);
}

/* The few best of many: each is put at its place among those kept. */
static void keep_few(const struct snapshot *snapshot, struct api_entries *entries, size_t limit)
{
    size_t n = 0;
    for (size_t i = 0; i < entries->n; i++) {
        struct api_entry entry = entries->items[i];
        size_t at = n;
        while (at > 0 && compare_entries(&entry, &entries->items[at - 1], snapshot) < 0)
            at--;
        if (at == limit)
            continue;
        n += n < limit;
        memmove(&entries->items[at + 1], &entries->items[at],
                (n - at - 1) * sizeof *entries->items);
        entries->items[at] = entry;
    }
}

void api_keep_best(const struct snapshot *snapshot, struct api_entries *entries, size_t limit)
{
    enum { FEW = 100 };
    if (limit <= FEW && limit < entries->n)
        keep_few(snapshot, entries, limit);
    else if (entries->n > 0)
        qsort_r(entries->items, entries->n, sizeof *entries->items, compare_for_sort,
                (void *)snapshot); /* only handed on */
    if (entries->n > limit)
        entries->n = limit;
}

/* ---- Answers ---- */

static bool writes_contours(const struct api_output *output)
{
    return output->geojson ? output->geometry == API_CONTOUR : api_output_has(output, API_CONTOUR);
}

static bool check_size(const struct api_output *output, const struct api_entry *entries, size_t n,
                       struct aro_error *err)
{
    size_t vertices = 0;
    if (!writes_contours(output))
        return true;
    for (size_t i = 0; i < n; i++)
        vertices += api_contour_vertices(output->snapshot, &entries[i]);
    if (vertices <= MAX_VERTICES)
        return true;
    return aro_error_set_for(err, output->geojson ? "geometry" : "fields", ARO_BAD_INPUT,
                             "the contours asked for have %zu vertices, %d are the most: ask for "
                             "fewer with codeDepartement, codeEpci or limit",
                             vertices, MAX_VERTICES);
}

static void begin(const struct api_output *output, struct response *response)
{
    response_set_type(response, output->geojson ? ANSWER_TYPE_GEOJSON : ANSWER_TYPE_JSON);
}

bool api_answer_list(const struct api_output *output, const struct api_entries *entries,
                     struct response *response, struct aro_error *err)
{
    struct aro_buffer *out = response_buffer(response);
    if (!check_size(output, entries->items, entries->n, err))
        return false;
    begin(output, response);
    aro_buffer_text(out, output->geojson ? "{\"type\":\"FeatureCollection\",\"features\":[" : "[");
    for (size_t i = 0; i < entries->n; i++) {
        if (i > 0)
            aro_buffer_char(out, ',');
        api_write_entry(output, &entries->items[i], out);
    }
    aro_buffer_text(out, output->geojson ? "]}" : "]");
    return true;
}

bool api_answer_one(const struct api_output *output, const struct api_entry *entry,
                    struct response *response, struct aro_error *err)
{
    if (!check_size(output, entry, 1, err))
        return false;
    begin(output, response);
    api_write_entry(output, entry, response_buffer(response));
    return true;
}
