#include "geo/hilbert_internal.h"

#include <assert.h>
#include <stdlib.h>

#include "geo/radix.h"

uint64_t geo_hilbert_mercator_key(struct geo_mercator place)
{
    uint64_t key = 0;
    unsigned way = 0;
    for (int bit = 31; bit >= 0; bit--) {
        unsigned quadrant = (place.x >> bit & 1) << 1 | (place.y >> bit & 1);
        key = key << 2 | geo_hilbert_quadrants[way][quadrant].place;
        way = geo_hilbert_quadrants[way][quadrant].way;
    }
    return key;
}

uint64_t geo_hilbert_key(struct geo_coord coord)
{
    return geo_hilbert_mercator_key(geo_mercator_from_coord(coord));
}

/* ------------------------------------------------------------------ cells */

struct geo_run geo_hilbert_cell_run(const uint64_t *keys, uint32_t n, struct geo_cell cell)
{
    assert(cell.level <= GEO_MERCATOR_BITS);
    if (cell.level == 0)
        return (struct geo_run){0, n};
    unsigned fine_bits = GEO_MERCATOR_BITS - (unsigned)cell.level;
    struct geo_mercator corner = {cell.x << fine_bits, cell.y << fine_bits};
    uint64_t within = (UINT64_C(1) << 2 * fine_bits) - 1; /* the bits that differ in the cell */
    uint64_t last_key = geo_hilbert_mercator_key(corner) | within;
    struct geo_run run = {geo_hilbert_first_at_least(keys, 0, n, last_key & ~within), n};
    if (last_key < UINT64_MAX)
        run.end = geo_hilbert_first_at_least(keys, run.first, n, last_key + 1);
    return run;
}

/* ------------------------------------------------------------------ ordering */

static bool ascending(const int64_t *ids, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (ids[i] < ids[i - 1])
            return false;
    return true;
}

/* Sorts by id first unless that is their order already; sorting by key then keeps it in ties. */
static const struct geo_keyed *sort_points(const struct geo_coord *coords, const int64_t *ids,
                                           size_t n, struct geo_keyed *items)
{
    struct geo_keyed *spare = items + n;
    struct geo_keyed *sorted = items;
    if (!ascending(ids, n)) {
        for (size_t i = 0; i < n; i++)
            items[i].key = (uint64_t)ids[i] ^ (uint64_t)1 << 63; /* negative ids come first */
        sorted = geo_radix_sort(items, spare, n);
    }
    for (size_t i = 0; i < n; i++)
        sorted[i].key = geo_hilbert_key(coords[sorted[i].place]);
    return geo_radix_sort(sorted, sorted == items ? spare : items, n);
}

bool geo_hilbert_order(const struct geo_coord *coords, const int64_t *ids, size_t n,
                       uint32_t *out_order, struct aro_error *err)
{
    if (n == 0)
        return true;
    if (n >= UINT32_MAX)
        return aro_error_set(err, ARO_TOO_LARGE, "%zu points: wanted at most %lu", n,
                             (unsigned long)UINT32_MAX - 1);
    struct geo_keyed *items = malloc(2 * n * sizeof *items);
    if (!items)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < n; i++)
        items[i].place = (uint32_t)i;
    const struct geo_keyed *sorted = sort_points(coords, ids, n, items);
    for (size_t i = 0; i < n; i++)
        out_order[i] = sorted[i].place;
    free(items);
    return true;
}
