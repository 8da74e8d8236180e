#include "server/snapshot.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int64_t snapshot_code_id(const char *code)
{
    uint64_t id = 0;
    for (size_t i = 0; i < sizeof id - 1; i++) {
        id = id << 8 | (unsigned char)*code;
        if (*code)
            code++;
    }
    return (int64_t)id; /* seven bytes: never negative */
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

uint32_t snapshot_territory(const struct snapshot *snapshot, enum schema_territory_kind kind,
                            const char *code)
{
    const size_t item_bytes = sizeof(struct snapshot_territory);
    switch (kind) {
    case SCHEMA_REGION:
        return find_code(code, snapshot->regions, snapshot->n_regions, item_bytes);
    case SCHEMA_DEPARTEMENT:
        return find_code(code, snapshot->departements, snapshot->n_departements, item_bytes);
    case SCHEMA_EPCI:
        return find_code(code, snapshot->epcis, snapshot->n_epcis, item_bytes);
    }
    return SNAPSHOT_NONE;
}

uint32_t snapshot_theme(const struct snapshot *snapshot, const char *id)
{
    for (size_t i = 0; i < snapshot->n_themes; i++)
        if (strcmp(snapshot->themes[i].id, id) == 0)
            return (uint32_t)i;
    return SNAPSHOT_NONE;
}
