#include "server/property.h"

/* ---- Readers ---- */

static struct property_value read_code(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_text(snapshot->commune.codes[position]);
}

static struct property_value read_geometry(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_point(&snapshot->communes, position);
}

static struct property_value read_nom(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_text(snapshot->commune.noms[position]);
}

_Static_assert(SCHEMA_POPULATION_UNKNOWN < 0, "null below 0");

static struct property_value read_population(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_count(snapshot->commune.populations[position]);
}

static uint32_t epci_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->commune.epcis[position];
}

static uint32_t departement_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->commune.departements[position];
}

static uint32_t region_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->commune.regions[position];
}

static struct property_value read_niveau(const struct snapshot *snapshot, uint32_t position)
{
    int niveau = snapshot->commune.niveaux[position];
    return (struct property_value){.is_null = niveau == 0, .integer = niveau};
}

static struct property_value read_initiatives(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_count(snapshot->commune.n_initiatives[position]);
}

/* ---- The table ---- */

static const char *const zones[] = {"metro", "drom", "com", NULL};

static const struct property items[] = {
    {.name = "code",
     .type = PROPERTY_TEXT,
     .title = "Code INSEE",
     .description = "INSEE code, and the feature's id.",
     .read = read_code},
    {.name = "nom",
     .type = PROPERTY_TEXT,
     .title = "Nom",
     .description = "Name of the commune.",
     .read = read_nom},
    {.name = "population",
     .type = PROPERTY_INTEGER,
     .title = "Population",
     .description = "Inhabitants; null where not known.",
     .read = read_population},
    {.name = "codes_postaux",
     .type = PROPERTY_TEXTS,
     .title = "Codes postaux",
     .description = "Postal codes."},
    {.name = "epci",
     .type = PROPERTY_TEXT,
     .title = "EPCI (code SIREN)",
     .description = "SIREN code of its EPCI; null where it is in none.",
     .code = epci_of,
     .dictionary = &property_epcis},
    {.name = "departement",
     .type = PROPERTY_TEXT,
     .title = "Département (code)",
     .description = "Code of its département; null where it is in none.",
     .code = departement_of,
     .dictionary = &property_departements},
    {.name = "region",
     .type = PROPERTY_TEXT,
     .title = "Région (code)",
     .description = "Code of its région; null where it is in none.",
     .code = region_of,
     .dictionary = &property_regions},
    {.name = "siren",
     .type = PROPERTY_TEXT,
     .title = "SIREN",
     .description = "SIREN number of the commune."},
    {.name = "zone",
     .type = PROPERTY_TEXT,
     .title = "Zone",
     .description = "metro: mainland France and Corsica; drom, com: overseas.",
     .values = zones},
    {.name = "niveau",
     .type = PROPERTY_INTEGER,
     .title = "Niveau du label",
     .description = "Newest label, 1 to 5 arobases; null without one.",
     .read = read_niveau,
     .min = 1,
     .max = 5},
    {.name = "initiatives",
     .type = PROPERTY_INTEGER,
     .title = "Initiatives",
     .description = "How many initiatives it has.",
     .read = read_initiatives},
    {.name = "labels",
     .type = PROPERTY_JSON,
     .title = "Labels",
     .description = "All labels, newest first: annee and niveau.",
     .schema =
         "\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"annee\":{\"type\":"
         "\"integer\"},\"niveau\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5}}}"},
};

static const struct property geometry = {
    .name = "geometry",
    .type = PROPERTY_GEOMETRY,
    .title = "Centre",
    .description = "A point: the town hall, or one on the surface; null where neither is known.",
    .read = read_geometry,
};

const struct property_table properties_of_communes = {
    .items = items,
    .n = sizeof items / sizeof *items,
    .id = &items[0],
    .geometry = &geometry,
};
