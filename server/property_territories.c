#include <string.h>

#include "server/property.h"

static const struct snapshot_territory *at(const struct snapshot *snapshot,
                                           enum schema_territory_kind kind, uint32_t position)
{
    size_t n;
    return &snapshot_territories(snapshot, kind, &n)[snapshot->territories[kind].numbers[position]];
}

/* The three kinds have the same columns in arrays of their own: a reader of each for each. */
#define READER(function, kind, value)                                                              \
    static struct property_value function(const struct snapshot *snapshot, uint32_t position)      \
    {                                                                                              \
        const struct snapshot_territory *territory = at(snapshot, kind, position);                 \
        return value;                                                                              \
    }

_Static_assert(SCHEMA_POPULATION_UNKNOWN < 0, "null below 0");

#define TABLE(kind_name, kind, code_title, code_description)                                       \
    READER(kind_name##_code, kind, property_of_text(territory->code))                              \
    READER(kind_name##_nom, kind, property_of_text(territory->nom))                                \
    READER(kind_name##_population, kind, property_of_count(territory->population))                 \
    READER(kind_name##_communes, kind, property_of_count(territory->n_communes))                   \
    READER(kind_name##_initiatives, kind, property_of_count(territory->n_initiatives))             \
    READER(kind_name##_labelled, kind, property_of_count(territory->n_labelled))                   \
    static struct property_value kind_name##_geometry(const struct snapshot *snapshot,             \
                                                      uint32_t position)                           \
    {                                                                                              \
        return property_of_point(&snapshot->territories[kind].points, position);                   \
    }                                                                                              \
    static const struct property kind_name##_items[] = {                                           \
        {.name = "code",                                                                           \
         .type = PROPERTY_TEXT,                                                                    \
         .title = (code_title),                                                                    \
         .description = (code_description),                                                        \
         .read = kind_name##_code},                                                                \
        {.name = "nom",                                                                            \
         .type = PROPERTY_TEXT,                                                                    \
         .title = "Nom",                                                                           \
         .description = "Its name.",                                                               \
         .read = kind_name##_nom},                                                                 \
        {.name = "population",                                                                     \
         .type = PROPERTY_INTEGER,                                                                 \
         .title = "Population",                                                                    \
         .description = "Inhabitants of its communes; null where none is known.",                  \
         .read = kind_name##_population},                                                          \
        {.name = "communes",                                                                       \
         .type = PROPERTY_INTEGER,                                                                 \
         .title = "Communes",                                                                      \
         .description = "How many communes it has.",                                               \
         .read = kind_name##_communes},                                                            \
        {.name = "initiatives",                                                                    \
         .type = PROPERTY_INTEGER,                                                                 \
         .title = "Initiatives",                                                                   \
         .description = "How many initiatives its communes have.",                                 \
         .read = kind_name##_initiatives},                                                         \
        {.name = "communes_labellisees",                                                           \
         .type = PROPERTY_INTEGER,                                                                 \
         .title = "Communes labellisées",                                                          \
         .description = "How many of its communes have a label.",                                  \
         .read = kind_name##_labelled},                                                            \
    };                                                                                             \
    static const struct property kind_name##_place = {                                             \
        .name = "geometry",                                                                        \
        .type = PROPERTY_GEOMETRY,                                                                 \
        .title = "Centre",                                                                         \
        .description = "A point on its surface; null where no contour is known.",                  \
        .read = kind_name##_geometry,                                                              \
    };                                                                                             \
    const struct property_table properties_of_##kind_name = {                                      \
        .items = kind_name##_items,                                                                \
        .n = sizeof kind_name##_items / sizeof *kind_name##_items,                                 \
        .id = &kind_name##_items[0],                                                               \
        .geometry = &kind_name##_place,                                                            \
    };

TABLE(epcis, SCHEMA_EPCI, "Code SIREN", "SIREN code, and the feature's id.")
TABLE(departements, SCHEMA_DEPARTEMENT, "Code", "Code of the département, and the feature's id.")
TABLE(regions, SCHEMA_REGION, "Code INSEE", "INSEE code of the région, and the feature's id.")
