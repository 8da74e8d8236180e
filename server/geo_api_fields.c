#include <math.h>
#include <string.h>

#include "geo/json.h"
#include "server/geo_api.h"

/* ---- What an entry says ---- */

/* An entry with what most fields need. Numbers are SNAPSHOT_NONE where there is none. */
struct subject {
    const struct snapshot *snapshot;
    const struct api_entry *entry;
    uint32_t commune;                           /* that it is, or is a part of */
    const struct snapshot_part *part;           /* NULL of what is no part */
    const struct snapshot_territory *territory; /* NULL of places */
    uint32_t epci, departement, region;
};

static struct subject subject_of(const struct snapshot *snapshot, const struct api_entry *entry)
{
    size_t n = snapshot->communes.n;
    struct subject subject = {
        .snapshot = snapshot,
        .entry = entry,
        .commune = SNAPSHOT_NONE,
        .epci = SNAPSHOT_NONE,
        .departement = SNAPSHOT_NONE,
        .region = SNAPSHOT_NONE,
    };
    switch (entry->kind) {
    case API_EPCI:
        subject.territory = &snapshot->epcis[entry->number];
        return subject;
    case API_DEPARTEMENT:
        subject.territory = &snapshot->departements[entry->number];
        subject.region = subject.territory->region;
        return subject;
    case API_REGION:
        subject.territory = &snapshot->regions[entry->number];
        return subject;
    case API_PLACE:
        break;
    }
    if (entry->number >= n)
        subject.part = &snapshot->registry.parts[entry->number - n];
    subject.commune = subject.part ? subject.part->commune : entry->number;
    subject.departement = snapshot->commune.departements[subject.commune];
    subject.region = snapshot->commune.regions[subject.commune];
    /* An arrondissement is in no EPCI of its own. */
    if (!subject.part || subject.part->kind != SNAPSHOT_ARRONDISSEMENT)
        subject.epci = snapshot->commune.epcis[subject.commune];
    return subject;
}

/* A writer appends the value; false and nothing where there is none. */
typedef bool write_fn(const struct subject *subject, struct aro_buffer *out);

static bool write_text(struct aro_buffer *out, const char *text)
{
    if (!text || !*text)
        return false;
    aro_json_text(out, text);
    return true;
}

static bool write_nom(const struct subject *subject, struct aro_buffer *out)
{
    return write_text(out, subject->territory ? subject->territory->nom
                           : subject->part    ? subject->part->nom
                                              : subject->snapshot->commune.noms[subject->commune]);
}

static bool write_code(const struct subject *subject, struct aro_buffer *out)
{
    return write_text(out, api_code(subject->snapshot, subject->entry));
}

static bool write_type(const struct subject *subject, struct aro_buffer *out)
{
    static const char *const parts[SNAPSHOT_PART_KINDS] = {
        [SNAPSHOT_ARRONDISSEMENT] = "arrondissement-municipal",
        [SNAPSHOT_ASSOCIEE] = "commune-associee",
        [SNAPSHOT_DELEGUEE] = "commune-deleguee",
    };
    if (subject->territory)
        return write_text(out, subject->territory->type);
    return write_text(out, subject->part ? parts[subject->part->kind] : "commune-actuelle");
}

/* Of a territory its seat; of a commune associée or déléguée the commune it is in. */
static bool write_chef_lieu(const struct subject *subject, struct aro_buffer *out)
{
    if (subject->territory)
        return write_text(out, subject->territory->chef_lieu);
    return subject->part && subject->part->kind != SNAPSHOT_ARRONDISSEMENT &&
           write_text(out, subject->snapshot->commune.codes[subject->commune]);
}

static bool write_code_parent(const struct subject *subject, struct aro_buffer *out)
{
    return subject->part && subject->part->kind == SNAPSHOT_ARRONDISSEMENT &&
           write_text(out, subject->snapshot->commune.codes[subject->commune]);
}

static bool write_code_of(struct aro_buffer *out, const struct snapshot_territory *territories,
                          uint32_t number)
{
    return number != SNAPSHOT_NONE && write_text(out, territories[number].code);
}

static bool write_code_departement(const struct subject *subject, struct aro_buffer *out)
{
    return write_code_of(out, subject->snapshot->departements, subject->departement);
}

static bool write_code_epci(const struct subject *subject, struct aro_buffer *out)
{
    return write_code_of(out, subject->snapshot->epcis, subject->epci);
}

static bool write_code_region(const struct subject *subject, struct aro_buffer *out)
{
    return write_code_of(out, subject->snapshot->regions, subject->region);
}

static bool write_object_of(struct aro_buffer *out, const struct snapshot_territory *territories,
                            uint32_t number)
{
    if (number == SNAPSHOT_NONE)
        return false;
    aro_buffer_text(out, "{\"code\":");
    aro_json_text(out, territories[number].code);
    aro_buffer_text(out, ",\"nom\":");
    aro_json_text(out, territories[number].nom);
    aro_buffer_char(out, '}');
    return true;
}

static bool write_departement(const struct subject *subject, struct aro_buffer *out)
{
    return write_object_of(out, subject->snapshot->departements, subject->departement);
}

static bool write_epci(const struct subject *subject, struct aro_buffer *out)
{
    return write_object_of(out, subject->snapshot->epcis, subject->epci);
}

static bool write_region(const struct subject *subject, struct aro_buffer *out)
{
    return write_object_of(out, subject->snapshot->regions, subject->region);
}

/* The territories that the members of an EPCI are in, each once, in the order of code. */
static bool write_codes_of_members(const struct subject *subject, const uint32_t *of_commune,
                                   const struct snapshot_territory *territories,
                                   struct aro_buffer *out)
{
    const struct snapshot_registry *registry = &subject->snapshot->registry;
    if (subject->entry->kind != API_EPCI)
        return false;
    uint32_t first = registry->member_starts[subject->entry->number];
    uint32_t end = registry->member_starts[subject->entry->number + 1];
    /* The next one above the last; EPCIs are in one to four. */
    uint32_t last = SNAPSHOT_NONE;
    aro_buffer_char(out, '[');
    for (;;) {
        uint32_t next = SNAPSHOT_NONE;
        for (uint32_t i = first; i < end; i++) {
            uint32_t number = of_commune[registry->members[i]];
            bool is_above = last == SNAPSHOT_NONE || number > last;
            if (number != SNAPSHOT_NONE && is_above && (next == SNAPSHOT_NONE || number < next))
                next = number;
        }
        if (next == SNAPSHOT_NONE)
            break;
        if (last != SNAPSHOT_NONE)
            aro_buffer_char(out, ',');
        aro_json_text(out, territories[next].code);
        last = next;
    }
    aro_buffer_char(out, ']');
    return true;
}

static bool write_codes_departements(const struct subject *subject, struct aro_buffer *out)
{
    const struct snapshot *snapshot = subject->snapshot;
    return write_codes_of_members(subject, snapshot->commune.departements, snapshot->departements,
                                  out);
}

static bool write_codes_regions(const struct subject *subject, struct aro_buffer *out)
{
    const struct snapshot *snapshot = subject->snapshot;
    return write_codes_of_members(subject, snapshot->commune.regions, snapshot->regions, out);
}

static bool write_siren(const struct subject *subject, struct aro_buffer *out)
{
    return !subject->territory && !subject->part &&
           write_text(out, subject->snapshot->commune.sirens[subject->commune]);
}

static bool write_codes_postaux(const struct subject *subject, struct aro_buffer *out)
{
    if (subject->territory)
        return false;
    aro_buffer_text(out, subject->part
                             ? subject->part->codes_postaux
                             : subject->snapshot->commune.codes_postaux[subject->commune]);
    return true;
}

static bool write_population(const struct subject *subject, struct aro_buffer *out)
{
    int64_t population = api_population(subject->snapshot, subject->entry);
    if (population == SCHEMA_POPULATION_UNKNOWN)
        return false;
    aro_json_integer(out, population);
    return true;
}

static bool write_zone(const struct subject *subject, struct aro_buffer *out)
{
    unsigned zone = subject->territory ? (unsigned)subject->territory->zone
                                       : subject->snapshot->commune.zones[subject->commune];
    return zone && write_text(out, snapshot_zone_name((enum snapshot_zone)zone));
}

static bool write_anciens_codes(const struct subject *subject, struct aro_buffer *out)
{
    size_t n = 0;
    const struct snapshot_ancien *anciens = NULL;
    if (!subject->territory && !subject->part)
        anciens = snapshot_anciens_of(&subject->snapshot->registry, subject->commune, &n);
    for (size_t i = 0; i < n; i++) {
        aro_buffer_char(out, i == 0 ? '[' : ',');
        aro_json_text(out, anciens[i].code);
    }
    if (n > 0)
        aro_buffer_char(out, ']');
    return n > 0;
}

/* null where there are none. */
static bool write_parts(const struct subject *subject, enum snapshot_part_kind kind,
                        struct aro_buffer *out)
{
    const struct snapshot_registry *registry = &subject->snapshot->registry;
    size_t n, n_written = 0;
    if (subject->territory || (subject->part && subject->part->kind != SNAPSHOT_ARRONDISSEMENT))
        return false;
    const uint32_t *parts = snapshot_parts_of(registry, subject->commune, &n);
    if (subject->part)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct snapshot_part *part = &registry->parts[parts[i]];
        if (part->kind != kind)
            continue;
        aro_buffer_text(out, n_written++ == 0 ? "[{\"code\":" : ",{\"code\":");
        aro_json_text(out, part->code);
        aro_buffer_text(out, ",\"nom\":");
        aro_json_text(out, part->nom);
        aro_buffer_char(out, '}');
    }
    aro_buffer_text(out, n_written > 0 ? "]" : "null");
    return true;
}

static bool write_associees(const struct subject *subject, struct aro_buffer *out)
{
    return write_parts(subject, SNAPSHOT_ASSOCIEE, out);
}

static bool write_deleguees(const struct subject *subject, struct aro_buffer *out)
{
    return write_parts(subject, SNAPSHOT_DELEGUEE, out);
}

static bool write_surface(const struct subject *subject, struct aro_buffer *out)
{
    return api_write_surface(subject->snapshot, subject->entry, out);
}

static bool write_centre(const struct subject *subject, struct aro_buffer *out)
{
    return api_write_centre(subject->snapshot, subject->entry, out);
}

static bool write_mairie(const struct subject *subject, struct aro_buffer *out)
{
    return !subject->territory && api_write_centre(subject->snapshot, subject->entry, out);
}

static bool write_contour(const struct subject *subject, struct aro_buffer *out)
{
    return api_write_contour(subject->snapshot, subject->entry, out);
}

static bool write_bbox(const struct subject *subject, struct aro_buffer *out)
{
    return api_write_bbox(subject->snapshot, subject->entry, out);
}

static bool write_score(const struct subject *subject, struct aro_buffer *out)
{
    if (isnan(subject->entry->score))
        return false;
    aro_json_number(out, subject->entry->score, 6);
    return true;
}

/* ---- The table of fields ---- */

static const struct {
    const char *name;
    write_fn *write;
} fields[API_FIELDS] = {
    [API_NOM] = {"nom", write_nom},
    [API_CODE] = {"code", write_code},
    [API_TYPE] = {"type", write_type},
    [API_CHEF_LIEU] = {"chefLieu", write_chef_lieu},
    [API_CODE_PARENT] = {"codeParent", write_code_parent},
    [API_CODE_DEPARTEMENT] = {"codeDepartement", write_code_departement},
    [API_CODES_DEPARTEMENTS] = {"codesDepartements", write_codes_departements},
    [API_SIREN] = {"siren", write_siren},
    [API_CODE_EPCI] = {"codeEpci", write_code_epci},
    [API_CODE_REGION] = {"codeRegion", write_code_region},
    [API_CODES_REGIONS] = {"codesRegions", write_codes_regions},
    [API_CODES_POSTAUX] = {"codesPostaux", write_codes_postaux},
    [API_POPULATION] = {"population", write_population},
    [API_ZONE] = {"zone", write_zone},
    [API_ANCIENS_CODES] = {"anciensCodes", write_anciens_codes},
    [API_ASSOCIEES] = {"associees", write_associees},
    [API_DELEGUEES] = {"deleguees", write_deleguees},
    [API_SURFACE] = {"surface", write_surface},
    [API_CENTRE] = {"centre", write_centre},
    [API_MAIRIE] = {"mairie", write_mairie},
    [API_CONTOUR] = {"contour", write_contour},
    [API_BBOX] = {"bbox", write_bbox},
    [API_SCORE] = {"_score", write_score},
    [API_DEPARTEMENT_OBJECT] = {"departement", write_departement},
    [API_REGION_OBJECT] = {"region", write_region},
    [API_EPCI_OBJECT] = {"epci", write_epci},
};

enum api_field api_field_find(const char *name, size_t len)
{
    for (int i = 0; i < API_FIELDS; i++)
        if (strlen(fields[i].name) == len && memcmp(fields[i].name, name, len) == 0)
            return (enum api_field)i;
    return API_FIELDS;
}

const char *api_field_name(enum api_field field)
{
    return fields[field].name;
}

bool api_write_value(const struct snapshot *snapshot, const struct api_entry *entry,
                     enum api_field field, struct aro_buffer *out)
{
    struct subject subject = subject_of(snapshot, entry);
    return fields[field].write(&subject, out);
}
