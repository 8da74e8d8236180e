#include "server/property.h"

/* ---- Readers ---- */

static struct property_value read_id(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_text(snapshot->label.ids[position]);
}

static struct property_value read_geometry(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_point(&snapshot->labels, position);
}

static uint32_t commune_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->label.communes[position];
}

static struct property_value read_annee(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_count(snapshot->label.annees[position]);
}

static struct property_value read_niveau(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_count(snapshot->label.niveaux[position]);
}

/* ---- The table ---- */

static const struct property items[] = {
    {.name = "commune",
     .type = PROPERTY_TEXT,
     .title = "Commune (code INSEE)",
     .description = "INSEE code of the commune, as it is today.",
     .code = commune_of,
     .dictionary = &property_communes},
    {.name = "commune_nom",
     .type = PROPERTY_TEXT,
     .title = "Commune",
     .description = "Name of the commune.",
     .code = commune_of,
     .dictionary = &property_noms},
    {.name = "annee",
     .type = PROPERTY_INTEGER,
     .title = "Année",
     .description = "The year that the label was given in.",
     .read = read_annee},
    {.name = "niveau",
     .type = PROPERTY_INTEGER,
     .title = "Niveau",
     .description = "1 to 5 arobases.",
     .read = read_niveau,
     .min = 1,
     .max = 5},
    {.name = "mentions",
     .type = PROPERTY_TEXTS,
     .title = "Mentions",
     .description = "What the jury set apart."},
};

static const struct property id = {
    .name = "id",
    .type = PROPERTY_TEXT,
    .title = "Identifiant",
    .description = "The feature's id: the year and the INSEE code.",
    .read = read_id,
};

static const struct property geometry = {
    .name = "geometry",
    .type = PROPERTY_GEOMETRY,
    .title = "Centre",
    .description = "A point: the centre of the commune; null where it is not known.",
    .read = read_geometry,
};

const struct property_table properties_of_labels = {
    .items = items,
    .n = sizeof items / sizeof *items,
    .id = &id,
    .geometry = &geometry,
};
