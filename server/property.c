#include "server/property.h"

#include <string.h>

const struct property property_distance_m = {
    .name = "distance_m",
    .type = PROPERTY_NUMBER,
    .title = "Distance",
    .description = "Metres from the point of near=, along the ellipsoid.",
};

static bool is_named(const struct property *property, const char *name, size_t name_len)
{
    return strlen(property->name) == name_len && memcmp(property->name, name, name_len) == 0;
}

size_t property_index(const struct property_table *table, const char *name, size_t name_len)
{
    size_t i = 0;
    while (i < table->n && !is_named(&table->items[i], name, name_len))
        i++;
    return i;
}

const struct property *property_find(const struct property_table *table, const char *name,
                                     size_t name_len)
{
    size_t index = property_index(table, name, name_len);
    if (index < table->n)
        return &table->items[index];
    if (is_named(table->id, name, name_len))
        return table->id;
    return is_named(table->geometry, name, name_len) ? table->geometry : NULL;
}

bool property_is_readable(const struct property *property)
{
    return property->read || property->code;
}

bool property_is_queryable(const struct property *property)
{
    return property->type != PROPERTY_JSON;
}

bool property_is_sortable(const struct property *property)
{
    bool has_order = property->type == PROPERTY_INTEGER || property->type == PROPERTY_TEXT ||
                     property->type == PROPERTY_DATE;
    return has_order && property_is_readable(property);
}

struct property_value property_read(const struct property *property,
                                    const struct snapshot *snapshot, uint32_t position)
{
    if (property->read)
        return property->read(snapshot, position);
    uint32_t code = property->code(snapshot, position);
    if (code == SNAPSHOT_NONE)
        return (struct property_value){.is_null = true};
    return (struct property_value){.text = property->dictionary->text(snapshot, code)};
}

/* ---- For the tables ---- */

struct property_value property_of_point(const struct point_set *points, uint32_t position)
{
    if (position >= points->n_placed)
        return (struct property_value){.is_null = true};
    return (struct property_value){.coord = points->coords[position]};
}

struct property_value property_of_text(const char *text)
{
    if (!text)
        return (struct property_value){.is_null = true};
    return (struct property_value){.text = {text, strlen(text)}};
}

struct property_value property_of_count(int64_t count)
{
    return (struct property_value){.is_null = count < 0, .integer = count};
}

static uint32_t n_communes(const struct snapshot *snapshot)
{
    return (uint32_t)snapshot->communes.n;
}

static struct property_text commune_code(const struct snapshot *snapshot, uint32_t code)
{
    const char *text = snapshot->commune.codes[code];
    return (struct property_text){text, strlen(text)};
}

static struct property_text commune_nom(const struct snapshot *snapshot, uint32_t code)
{
    const char *text = snapshot->commune.noms[code];
    return (struct property_text){text, strlen(text)};
}

static struct property_text code_of(const struct snapshot_territory *territory)
{
    return (struct property_text){territory->code, strlen(territory->code)};
}

static uint32_t n_epcis(const struct snapshot *snapshot)
{
    return (uint32_t)snapshot->n_epcis;
}

static struct property_text epci(const struct snapshot *snapshot, uint32_t code)
{
    return code_of(&snapshot->epcis[code]);
}

static uint32_t n_departements(const struct snapshot *snapshot)
{
    return (uint32_t)snapshot->n_departements;
}

static struct property_text departement(const struct snapshot *snapshot, uint32_t code)
{
    return code_of(&snapshot->departements[code]);
}

static uint32_t n_regions(const struct snapshot *snapshot)
{
    return (uint32_t)snapshot->n_regions;
}

static struct property_text region(const struct snapshot *snapshot, uint32_t code)
{
    return code_of(&snapshot->regions[code]);
}

const struct property_dictionary property_communes = {n_communes, commune_code, false};
const struct property_dictionary property_noms = {n_communes, commune_nom, false};
const struct property_dictionary property_epcis = {n_epcis, epci, false};
const struct property_dictionary property_departements = {n_departements, departement, true};
const struct property_dictionary property_regions = {n_regions, region, true};
