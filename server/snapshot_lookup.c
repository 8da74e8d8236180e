#include "server/snapshot.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Six bits a character, from the blank on; what is behind the end counts as one. */
enum { CODE_CHARACTERS = 10, CODE_BITS = 6 };

int64_t snapshot_code_id(const char *code)
{
    int64_t id = 0;
    for (int i = 0; i < CODE_CHARACTERS; i++) {
        id = id << CODE_BITS | ((*code ? *code - ' ' : 0) & ((1 << CODE_BITS) - 1));
        if (*code)
            code++;
    }
    return id;
}

int64_t snapshot_label_id(int annee, const char *code)
{
    enum { OF_COMMUNE = 7, LEFT_OUT = (CODE_CHARACTERS - OF_COMMUNE) * CODE_BITS };
    return (int64_t)annee << (OF_COMMUNE * CODE_BITS) | snapshot_code_id(code) >> LEFT_OUT;
}

static const struct {
    const char *name;
    enum snapshot_zone zone;
} zones[] = {{"metro", SNAPSHOT_METRO}, {"drom", SNAPSHOT_DROM}, {"com", SNAPSHOT_COM}};
enum { N_ZONES = sizeof zones / sizeof *zones };

const char *snapshot_zone_name(enum snapshot_zone zone)
{
    size_t i = 0;
    while (i + 1 < N_ZONES && zones[i].zone != zone)
        i++;
    return zones[i].name;
}

enum snapshot_zone snapshot_zone_of(const char *name, size_t len)
{
    for (size_t i = 0; i < N_ZONES; i++)
        if (strlen(zones[i].name) == len && memcmp(zones[i].name, name, len) == 0)
            return zones[i].zone;
    return 0;
}

/* Both kinds of items begin with their code. */
_Static_assert(offsetof(struct snapshot_territory, code) == 0, "code first");
_Static_assert(offsetof(struct snapshot_former_code, code) == 0, "code first");

static int compare_code(const void *code, const void *item)
{
    return strcmp(code, item);
}

static uint32_t find_code(const char *code, const void *items, size_t n, size_t item_bytes)
{
    const char *found = n == 0 ? NULL : bsearch(code, items, n, item_bytes, compare_code);
    return found ? (uint32_t)((size_t)(found - (const char *)items) / item_bytes) : SNAPSHOT_NONE;
}

/* The position of the id, by an array of positions in the order of id. */
static uint32_t find_id(const struct point_set *points, const uint32_t *order, int64_t wanted)
{
    size_t low = 0, high = points->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (points->ids[order[middle]] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < points->n && points->ids[order[low]] == wanted;
    return found ? order[low] : SNAPSHOT_NONE;
}

uint32_t snapshot_commune(const struct snapshot *snapshot, const char *code)
{
    if (strlen(code) >= sizeof *snapshot->commune.codes)
        return SNAPSHOT_NONE;
    uint32_t position =
        find_id(&snapshot->communes, snapshot->commune.by_code, snapshot_code_id(code));
    if (position != SNAPSHOT_NONE)
        return position;
    uint32_t former = find_code(code, snapshot->former_codes, snapshot->n_former_codes,
                                sizeof *snapshot->former_codes);
    return former == SNAPSHOT_NONE ? SNAPSHOT_NONE : snapshot->former_codes[former].commune;
}

uint32_t snapshot_initiative(const struct snapshot *snapshot, int64_t id)
{
    return find_id(&snapshot->initiatives, snapshot->initiative.by_id, id);
}

const struct snapshot_territory *snapshot_territories(const struct snapshot *snapshot,
                                                      enum schema_territory_kind kind,
                                                      size_t *out_n)
{
    switch (kind) {
    case SCHEMA_REGION:
        *out_n = snapshot->n_regions;
        return snapshot->regions;
    case SCHEMA_DEPARTEMENT:
        *out_n = snapshot->n_departements;
        return snapshot->departements;
    case SCHEMA_EPCI:
        break;
    }
    *out_n = snapshot->n_epcis;
    return snapshot->epcis;
}

uint32_t snapshot_territory(const struct snapshot *snapshot, enum schema_territory_kind kind,
                            const char *code)
{
    size_t n;
    const struct snapshot_territory *territories = snapshot_territories(snapshot, kind, &n);
    return find_code(code, territories, n, sizeof *territories);
}

uint32_t snapshot_label(const struct snapshot *snapshot, const char *id)
{
    enum { YEAR_DIGITS = 4 };
    int annee = 0;
    if (strspn(id, "0123456789") != YEAR_DIGITS || id[YEAR_DIGITS] != '-')
        return SNAPSHOT_NONE;
    for (int i = 0; i < YEAR_DIGITS; i++)
        annee = annee * 10 + (id[i] - '0');
    uint32_t commune = snapshot_commune(snapshot, id + YEAR_DIGITS + 1);
    if (commune == SNAPSHOT_NONE)
        return SNAPSHOT_NONE;
    return find_id(&snapshot->labels, snapshot->label.by_id,
                   snapshot_label_id(annee, snapshot->commune.codes[commune]));
}

uint32_t snapshot_theme(const struct snapshot *snapshot, const char *id)
{
    for (size_t i = 0; i < snapshot->n_themes; i++)
        if (strcmp(snapshot->themes[i].id, id) == 0)
            return (uint32_t)i;
    return SNAPSHOT_NONE;
}
