#include <stdlib.h>
#include <string.h>

#include "geo/json.h"
#include "server/answer.h"
#include "server/datetime.h"
#include "server/handlers.h"
#include "server/query.h"

/** What initiatives are counted by. Each has slots, one for each key that there may be. */
enum dimension {
    BY_REGION,
    BY_DEPARTEMENT,
    BY_EPCI,
    BY_COMMUNE,
    BY_AXE,
    BY_ENJEU,
    BY_USAGE,
    BY_ANNEE,
    BY_NIVEAU,
    N_DIMENSIONS
};

static const char *const names[N_DIMENSIONS] = {
    "region", "departement", "epci", "commune", "axe", "enjeu", "usage", "annee", "niveau",
};

enum { N_YEARS = 10000, N_NIVEAUX = 6 };

/** One answer in the making. */
struct counting {
    const struct snapshot *snapshot;
    enum dimension by;
    size_t n_slots;
    size_t *slots; /* owned; by slot, then one for those without a value */
    size_t n_matched;
};

/* The level of the taxonomy that is counted by; 0 where it is something else. */
static int theme_niveau(enum dimension by)
{
    return by == BY_AXE ? 1 : by == BY_ENJEU ? 2 : by == BY_USAGE ? 3 : 0;
}

static size_t count_slots(const struct snapshot *snapshot, enum dimension by)
{
    switch (by) {
    case BY_REGION:
        return snapshot->n_regions;
    case BY_DEPARTEMENT:
        return snapshot->n_departements;
    case BY_EPCI:
        return snapshot->n_epcis;
    case BY_COMMUNE:
        return snapshot->communes.n;
    case BY_ANNEE:
        return N_YEARS;
    case BY_NIVEAU:
        return N_NIVEAUX;
    default:
        return snapshot->n_themes;
    }
}

/* Where an initiative counts once; SNAPSHOT_NONE without a value. Not for themes. */
static uint32_t slot_of(const struct counting *counting, uint32_t position)
{
    const struct commune_columns *columns = &counting->snapshot->commune;
    uint32_t commune = counting->snapshot->initiative.communes[position];
    switch (counting->by) {
    case BY_REGION:
        return columns->regions[commune];
    case BY_DEPARTEMENT:
        return columns->departements[commune];
    case BY_EPCI:
        return columns->epcis[commune];
    case BY_COMMUNE:
        return commune;
    case BY_ANNEE:
        return (uint32_t)datetime_year(counting->snapshot->initiative.days[position]);
    default:
        return columns->niveaux[commune] > 0 ? columns->niveaux[commune] : SNAPSHOT_NONE;
    }
}

/* One for each theme of the level that some usage belongs to, however many of its usages. */
static void count_themes(struct counting *counting, uint32_t position)
{
    const struct snapshot *snapshot = counting->snapshot;
    uint64_t left = snapshot->initiative.usages[position];
    int niveau = theme_niveau(counting->by);
    if (left == 0)
        counting->slots[counting->n_slots]++;
    while (left != 0) {
        uint32_t theme = snapshot->usage_themes[__builtin_ctzll(left)];
        while (snapshot->themes[theme].niveau > niveau)
            theme = snapshot->themes[theme].parent;
        counting->slots[theme]++;
        left &= ~snapshot->themes[theme].usages;
    }
}

static void count_positions(struct counting *counting, const struct query_set *set)
{
    bool by_theme = theme_niveau(counting->by) > 0;
    for (size_t i = 0; i < set->runs.n; i++) {
        for (uint32_t at = set->runs.items[i].first; at < set->runs.items[i].end; at++) {
            if (set->bits && !(set->bits[at / 64] >> at % 64 & 1))
                continue;
            if (by_theme) {
                count_themes(counting, at);
                continue;
            }
            uint32_t slot = slot_of(counting, at);
            counting->slots[slot == SNAPSHOT_NONE ? counting->n_slots : slot]++;
        }
    }
}

/* ---- The answer ---- */

static void write_key(struct aro_buffer *out, const char *key, const char *label)
{
    aro_buffer_text(out, "{\"key\":");
    aro_json_text(out, key);
    aro_buffer_text(out, ",\"label\":");
    aro_json_text(out, label);
}

static void write_number_key(struct aro_buffer *out, size_t number, const char *unit)
{
    aro_buffer_printf(out, "{\"key\":\"%zu\",\"label\":\"%zu%s\"", number, number, unit);
}

static void name_slot(const struct counting *counting, size_t slot, struct aro_buffer *out)
{
    const struct snapshot *snapshot = counting->snapshot;
    switch (counting->by) {
    case BY_REGION:
        write_key(out, snapshot->regions[slot].code, snapshot->regions[slot].nom);
        break;
    case BY_DEPARTEMENT:
        write_key(out, snapshot->departements[slot].code, snapshot->departements[slot].nom);
        break;
    case BY_EPCI:
        write_key(out, snapshot->epcis[slot].code, snapshot->epcis[slot].nom);
        break;
    case BY_COMMUNE:
        write_key(out, snapshot->commune.codes[slot], snapshot->commune.noms[slot]);
        break;
    case BY_ANNEE:
        write_number_key(out, slot, "");
        break;
    case BY_NIVEAU:
        write_number_key(out, slot, slot > 1 ? " arobases" : " arobase");
        break;
    default:
        write_key(out, snapshot->themes[slot].id, snapshot->themes[slot].libelle);
    }
}

static void write_slots(const struct counting *counting, struct aro_buffer *out)
{
    const char *separator = "";
    for (size_t i = 0; i <= counting->n_slots; i++) {
        bool of_commune = counting->by == BY_COMMUNE && i < counting->n_slots;
        size_t slot = of_commune ? counting->snapshot->commune.by_code[i] : i;
        if (counting->slots[slot] == 0)
            continue;
        aro_buffer_text(out, separator);
        if (slot == counting->n_slots)
            write_key(out, NULL, NULL);
        else
            name_slot(counting, slot, out);
        aro_buffer_printf(out, ",\"count\":%zu}", counting->slots[slot]);
        separator = ",";
    }
}

static void write_answer(const struct request *request, const struct counting *counting,
                         struct aro_buffer *out)
{
    aro_buffer_printf(out, "{\"by\":\"%s\",\"total\":%zu,\"multiple\":%s,\"counts\":[",
                      names[counting->by], counting->n_matched,
                      theme_niveau(counting->by) > 0 ? "true" : "false");
    write_slots(counting, out);
    aro_buffer_text(out, "],");
    answer_self_link(request, ANSWER_TYPE_JSON, out);
    aro_buffer_text(out, "]}");
}

static bool read_dimension(const struct request *request, enum dimension *out_by,
                           struct aro_error *err)
{
    static const char *const wanted =
        "wanted one of region, departement, epci, commune, axe, enjeu, usage, annee, niveau";
    const char *text = request_param(request, PARAM_BY);
    for (int i = 0; text && i < N_DIMENSIONS; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out_by = (enum dimension)i;
            return true;
        }
    }
    if (!text)
        return aro_error_set_for(err, "by", ARO_BAD_INPUT, "by is missing: %s", wanted);
    return aro_error_set_for(err, "by", ARO_BAD_INPUT, "by '%.40s' is not known: %s", text, wanted);
}

bool handle_counts(const struct request *request, struct response *response, struct aro_error *err)
{
    struct counting counting = {.snapshot = request->snapshot};
    struct query_set matches = {0};
    if (!read_dimension(request, &counting.by, err))
        return false;
    counting.n_slots = count_slots(counting.snapshot, counting.by);
    counting.slots = array_new(counting.n_slots, sizeof *counting.slots, err);
    struct query *query =
        counting.slots ? query_new(request, &request->snapshot->initiatives, err) : NULL;
    bool ok = query && query_find(query, NULL, &matches, err);
    if (ok) {
        counting.n_matched = matches.count;
        count_positions(&counting, &matches);
        write_answer(request, &counting, response_buffer(response));
    }
    query_set_clear(&matches);
    query_free(query);
    free(counting.slots);
    return ok;
}
