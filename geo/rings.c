#include "geo/rings.h"

#include <stdlib.h>
#include <string.h>

void geo_rings_clear(struct geo_rings *rings)
{
    free(rings->coords);
    free(rings->rings.items);
    free(rings->polygons.items);
    free(rings->shapes.items);
    *rings = (struct geo_rings){0};
}

static void list_ends(const struct geo_ends *ends, struct geo_blocks *out_blocks)
{
    geo_blocks_own(out_blocks, &ends->items, ends->n * sizeof *ends->items);
}

void geo_rings_blocks(const struct geo_rings *rings, struct geo_blocks *out_blocks)
{
    geo_blocks_own(out_blocks, &rings->coords, rings->n_coords * sizeof *rings->coords);
    list_ends(&rings->rings, out_blocks);
    list_ends(&rings->polygons, out_blocks);
    list_ends(&rings->shapes, out_blocks);
}

void geo_rings_empty(struct geo_rings *rings)
{
    rings->n_coords = rings->rings.n = rings->polygons.n = rings->shapes.n = 0;
}

/* ------------------------------------------------------------------ writing */

bool geo_rings_add(struct geo_rings *rings, struct geo_coord coord, struct aro_error *err)
{
    if (rings->n_coords == rings->coords_capacity) {
        size_t capacity = rings->coords_capacity ? 2 * rings->coords_capacity : 64;
        if (rings->n_coords >= UINT32_MAX - 1)
            return aro_error_set(err, ARO_TOO_LARGE, "more than %lu vertices",
                                 (unsigned long)UINT32_MAX - 1);
        struct geo_coord *coords = realloc(rings->coords, capacity * sizeof *coords);
        if (!coords)
            return aro_error_no_memory(err);
        rings->coords = coords;
        rings->coords_capacity = capacity;
    }
    rings->coords[rings->n_coords++] = coord;
    return true;
}

static bool end_item(struct geo_ends *ends, size_t end, struct aro_error *err)
{
    if (ends->n == ends->capacity) {
        size_t capacity = ends->capacity ? 2 * ends->capacity : 16;
        uint32_t *items = realloc(ends->items, capacity * sizeof *items);
        if (!items)
            return aro_error_no_memory(err);
        ends->items = items;
        ends->capacity = capacity;
    }
    ends->items[ends->n++] = (uint32_t)end;
    return true;
}

bool geo_rings_end_ring(struct geo_rings *rings, struct aro_error *err)
{
    return end_item(&rings->rings, rings->n_coords, err);
}

bool geo_rings_end_polygon(struct geo_rings *rings, struct aro_error *err)
{
    return end_item(&rings->polygons, rings->rings.n, err);
}

bool geo_rings_end_shape(struct geo_rings *rings, struct aro_error *err)
{
    return end_item(&rings->shapes, rings->polygons.n, err);
}

static bool add_ring(struct geo_rings *rings, const struct geo_rings *from, size_t ring,
                     struct aro_error *err)
{
    struct geo_run coords = geo_ends_run(&from->rings, ring);
    for (uint32_t i = coords.first; i < coords.end; i++)
        if (!geo_rings_add(rings, from->coords[i], err))
            return false;
    return geo_rings_end_ring(rings, err);
}

bool geo_rings_add_shape(struct geo_rings *rings, const struct geo_rings *from, size_t shape,
                         struct aro_error *err)
{
    struct geo_run polygons = geo_ends_run(&from->shapes, shape);
    for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
        struct geo_run of_polygon = geo_ends_run(&from->polygons, polygon);
        for (uint32_t ring = of_polygon.first; ring < of_polygon.end; ring++)
            if (!add_ring(rings, from, ring, err))
                return false;
        if (!geo_rings_end_polygon(rings, err))
            return false;
    }
    return geo_rings_end_shape(rings, err);
}

/* ------------------------------------------------------------------ asking */

/* From the first of the first item to the end of the last. */
static struct geo_run span(const struct geo_ends *ends, struct geo_run items)
{
    if (items.first == items.end)
        return (struct geo_run){0, 0};
    return (struct geo_run){geo_ends_run(ends, items.first).first, ends->items[items.end - 1]};
}

struct geo_run geo_rings_of_shape(const struct geo_rings *rings, size_t shape)
{
    return span(&rings->polygons, geo_ends_run(&rings->shapes, shape));
}

struct geo_run geo_rings_coords_of_shape(const struct geo_rings *rings, size_t shape)
{
    return span(&rings->rings, geo_rings_of_shape(rings, shape));
}

/* Source: the surveyor's formula, A. L. F. Meister, 1769. */
__int128 geo_rings_area2(const struct geo_rings *rings, size_t ring)
{
    struct geo_run run = geo_ends_run(&rings->rings, ring);
    __int128 area2 = 0;
    for (uint32_t i = run.first; i < run.end; i++) {
        struct geo_coord a = rings->coords[i];
        struct geo_coord b = rings->coords[i + 1 < run.end ? i + 1 : run.first];
        area2 += (__int128)a.lon_e7 * b.lat_e7 - (__int128)b.lon_e7 * a.lat_e7;
    }
    return area2;
}

static void turn(struct geo_coord *coords, size_t n)
{
    for (size_t i = 1, j = n - 1; i < j; i++, j--) {
        struct geo_coord was = coords[i];
        coords[i] = coords[j];
        coords[j] = was;
    }
}

void geo_rings_wind(struct geo_rings *rings)
{
    for (size_t polygon = 0; polygon < rings->polygons.n; polygon++) {
        struct geo_run of_polygon = geo_ends_run(&rings->polygons, polygon);
        for (uint32_t ring = of_polygon.first; ring < of_polygon.end; ring++) {
            struct geo_run run = geo_ends_run(&rings->rings, ring);
            bool is_hole = ring > of_polygon.first;
            __int128 area2 = geo_rings_area2(rings, ring);
            if (is_hole ? area2 > 0 : area2 < 0)
                turn(rings->coords + run.first, run.end - run.first);
        }
    }
}

bool geo_rings_bounds(const struct geo_rings *rings, size_t shape, struct geo_rect *out_rect)
{
    struct geo_run run = geo_rings_coords_of_shape(rings, shape);
    if (run.first == run.end)
        return false;
    struct geo_rect rect = GEO_RECT_NONE;
    for (uint32_t i = run.first; i < run.end; i++)
        geo_rect_add(&rect, rings->coords[i]);
    *out_rect = rect;
    return true;
}

static bool ends_equal(const struct geo_ends *a, const struct geo_ends *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->items, b->items, a->n * sizeof *a->items) == 0);
}

bool geo_rings_equal(const struct geo_rings *a, const struct geo_rings *b)
{
    return ends_equal(&a->shapes, &b->shapes) && ends_equal(&a->polygons, &b->polygons) &&
           ends_equal(&a->rings, &b->rings) && a->n_coords == b->n_coords &&
           (a->n_coords == 0 || memcmp(a->coords, b->coords, a->n_coords * sizeof *a->coords) == 0);
}
