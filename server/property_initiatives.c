#include <string.h>

#include "server/property.h"

/* ---- Readers ---- */

static struct property_value read_id(const struct snapshot *snapshot, uint32_t position)
{
    return (struct property_value){.integer = snapshot->initiatives.ids[position]};
}

static struct property_value read_geometry(const struct snapshot *snapshot, uint32_t position)
{
    return property_of_point(&snapshot->initiatives, position);
}

static struct property_value read_titre(const struct snapshot *snapshot, uint32_t position)
{
    struct text_slice slice = text_block_at(&snapshot->initiative.titres, position);
    return (struct property_value){.text = {slice.text, slice.len}};
}

static struct property_value read_date(const struct snapshot *snapshot, uint32_t position)
{
    return (struct property_value){.day = snapshot->initiative.days[position]};
}

static uint32_t commune_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->initiative.communes[position];
}

static struct property_value read_niveau(const struct snapshot *snapshot, uint32_t position)
{
    int niveau = snapshot->commune.niveaux[commune_of(snapshot, position)];
    return (struct property_value){.is_null = niveau == 0, .integer = niveau};
}

static struct property_value read_axes(const struct snapshot *snapshot, uint32_t position)
{
    return (struct property_value){.set = snapshot->initiative.axes[position]};
}

static struct property_value read_themes(const struct snapshot *snapshot, uint32_t position)
{
    return (struct property_value){.set = snapshot->initiative.usages[position]};
}

static uint32_t epci_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->commune.epcis[commune_of(snapshot, position)];
}

static uint32_t departement_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->commune.departements[commune_of(snapshot, position)];
}

static uint32_t region_of(const struct snapshot *snapshot, uint32_t position)
{
    return snapshot->commune.regions[commune_of(snapshot, position)];
}

/* ---- Dictionaries ---- */

static uint32_t n_usages(const struct snapshot *snapshot)
{
    return (uint32_t)snapshot->n_usages;
}

static struct property_text theme_id(const struct snapshot *snapshot, uint32_t theme)
{
    const char *text = snapshot->themes[theme].id;
    return (struct property_text){text, strlen(text)};
}

static struct property_text usage(const struct snapshot *snapshot, uint32_t code)
{
    return theme_id(snapshot, snapshot->usage_themes[code]);
}

static uint32_t n_axes(const struct snapshot *snapshot)
{
    uint32_t n = 0;
    for (size_t i = 0; i < snapshot->n_themes; i++)
        n += snapshot->themes[i].niveau == 1;
    return n;
}

/* Axe bits count the axes in taxonomy order. */
static struct property_text axe(const struct snapshot *snapshot, uint32_t code)
{
    uint32_t theme = 0;
    for (uint32_t n = 0;; theme++)
        if (snapshot->themes[theme].niveau == 1 && n++ == code)
            return theme_id(snapshot, theme);
}

static const struct property_dictionary axes = {n_axes, axe, true};
static const struct property_dictionary usages = {n_usages, usage, true};

/* ---- The table ---- */

static const char *const positions[] = {"exacte", "commune", NULL};

static const struct property items[] = {
    {.name = "titre",
     .type = PROPERTY_TEXT,
     .title = "Titre",
     .description = "What the initiative is called.",
     .read = read_titre},
    {.name = "date",
     .type = PROPERTY_DATE,
     .title = "Date",
     .description = "The day that the sheet is of.",
     .read = read_date},
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
    {.name = "axes",
     .type = PROPERTY_TEXTS,
     .title = "Axes",
     .description = "Ids of the axes of the theme taxonomy that its themes belong to.",
     .read = read_axes,
     .dictionary = &axes},
    {.name = "themes",
     .type = PROPERTY_TEXTS,
     .title = "Thèmes",
     .description = "Ids of the usages of the theme taxonomy (see /themes).",
     .read = read_themes,
     .dictionary = &usages},
    {.name = "niveau",
     .type = PROPERTY_INTEGER,
     .title = "Niveau du label",
     .description = "Newest label of the commune, 1 to 5 arobases; null without one.",
     .read = read_niveau,
     .min = 1,
     .max = 5},
    {.name = "sous_titre",
     .type = PROPERTY_TEXT,
     .title = "Sous-titre",
     .description = "What stands below the title."},
    {.name = "actions", .type = PROPERTY_TEXT, .title = "Actions", .description = "What was done."},
    {.name = "synthese",
     .type = PROPERTY_TEXT,
     .title = "Synthèse",
     .description = "The initiative in short."},
    {.name = "outils",
     .type = PROPERTY_TEXT,
     .title = "Outils",
     .description = "The tools that are used."},
    {.name = "prestataires",
     .type = PROPERTY_TEXT,
     .title = "Prestataires",
     .description = "The providers that took part."},
    {.name = "recommandations",
     .type = PROPERTY_TEXT,
     .title = "Recommandations",
     .description = "What the town hall advises others."},
    {.name = "resultats",
     .type = PROPERTY_TEXT,
     .title = "Résultats",
     .description = "What came of it."},
    {.name = "liens",
     .type = PROPERTY_TEXTS,
     .title = "Liens",
     .description = "Addresses of pages about it."},
    {.name = "photos",
     .type = PROPERTY_TEXTS,
     .title = "Photos",
     .description = "Addresses of pictures."},
    {.name = "videos",
     .type = PROPERTY_TEXTS,
     .title = "Vidéos",
     .description = "Addresses of films."},
    {.name = "lieu",
     .type = PROPERTY_JSON,
     .title = "Lieu",
     .description = "The place as it was given: name, address.",
     .schema = "\"type\":\"object\""},
    {.name = "epci",
     .type = PROPERTY_TEXT,
     .title = "EPCI (code SIREN)",
     .description = "SIREN code of the commune's EPCI; null where it is in none.",
     .code = epci_of,
     .dictionary = &property_epcis},
    {.name = "departement",
     .type = PROPERTY_TEXT,
     .title = "Département (code)",
     .description = "Code of the commune's département; null where it is in none.",
     .code = departement_of,
     .dictionary = &property_departements},
    {.name = "region",
     .type = PROPERTY_TEXT,
     .title = "Région (code)",
     .description = "Code of the commune's région; null where it is in none.",
     .code = region_of,
     .dictionary = &property_regions},
    {.name = "position",
     .type = PROPERTY_TEXT,
     .title = "Position",
     .description = "Whether the point is the initiative's own or the commune's centre.",
     .values = positions},
    {.name = "source",
     .type = PROPERTY_TEXT,
     .title = "Source",
     .description = "Where the sheet came from."},
    {.name = "source_id",
     .type = PROPERTY_TEXT,
     .title = "Identifiant à la source",
     .description = "What the source calls it."},
    {.name = "created_at",
     .type = PROPERTY_INSTANT,
     .title = "Créée le",
     .description = "When the sheet was first stored."},
    {.name = "updated_at",
     .type = PROPERTY_INSTANT,
     .title = "Modifiée le",
     .description = "When the sheet last changed."},
    {.name = "version",
     .type = PROPERTY_INTEGER,
     .title = "Version",
     .description = "How many times the sheet was stored."},
};

static const struct property id = {
    .name = "id",
    .type = PROPERTY_INTEGER,
    .title = "Identifiant",
    .description = "The feature's id.",
    .read = read_id,
};

static const struct property geometry = {
    .name = "geometry",
    .type = PROPERTY_GEOMETRY,
    .title = "Position",
    .description = "A point: the initiative's own place, or the centre of its commune.",
    .read = read_geometry,
};

const struct property_table properties_of_initiatives = {
    .items = items,
    .n = sizeof items / sizeof *items,
    .n_compact = 7,
    .id = &id,
    .geometry = &geometry,
    .instant = &items[1],
};
