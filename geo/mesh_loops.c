#include "geo/mesh_loops.h"

#include <stdlib.h>

#include "geo/array.h"

void mesh_loops_clear(struct mesh_loops *loops)
{
    geo_rings_clear(&loops->rings);
    free(loops->items);
    *loops = (struct mesh_loops){0};
}

void mesh_loops_empty(struct mesh_loops *loops)
{
    geo_rings_empty(&loops->rings);
}

static struct geo_rect rect_of(const struct geo_coord *coords, struct geo_run run)
{
    struct geo_rect rect = GEO_RECT_NONE;
    for (uint32_t i = run.first; i < run.end; i++)
        geo_rect_add(&rect, coords[i]);
    return rect;
}

bool mesh_loops_end(struct mesh_loops *loops, struct aro_error *err)
{
    size_t number = loops->rings.rings.n;
    struct mesh_loop *items =
        aro_array_grow(loops->items, number, &loops->capacity, sizeof *items, err);
    if (!items)
        return false;
    loops->items = items;
    if (!geo_rings_end_ring(&loops->rings, err))
        return false;
    loops->items[number] = (struct mesh_loop){
        .area = (double)geo_rings_area2(&loops->rings, number) / 2,
        .rect = rect_of(loops->rings.coords, geo_ends_run(&loops->rings.rings, number)),
        .first_hole = MESH_NONE,
        .next_hole = MESH_NONE,
    };
    return true;
}

/* ------------------------------------------------------------------ holes */

/* 1 inside the loop, 0 on it, -1 outside: exact. */
static int side_of_loop(const struct geo_rings *rings, size_t loop, struct geo_coord coord)
{
    struct geo_run run = geo_ends_run(&rings->rings, loop);
    bool inside = false;
    struct geo_coord from = rings->coords[run.end - 1];
    for (uint32_t i = run.first; i < run.end; i++) {
        struct geo_coord to = rings->coords[i];
        bool rises = to.lat_e7 > from.lat_e7;
        struct geo_coord low = rises ? from : to, high = rises ? to : from;
        if (coord_equal(to, coord))
            return 0;
        if (coord.lat_e7 >= low.lat_e7 && coord.lat_e7 <= high.lat_e7) {
            __int128 side = coord_cross(low, high, coord);
            bool between =
                from.lon_e7 < coord.lon_e7 ? coord.lon_e7 < to.lon_e7 : coord.lon_e7 > to.lon_e7;
            if (side == 0 && (low.lat_e7 < high.lat_e7 || between))
                return 0;
            /* Upper ends do not count, so that a vertex counts once for the line through it. */
            inside ^= coord.lat_e7 < high.lat_e7 && side > 0;
        }
        from = to;
    }
    return inside ? 1 : -1;
}

/* A hole meets the loop around it at one vertex at most. */
static bool holds_loop(const struct mesh_loops *loops, size_t outer, size_t hole)
{
    const struct geo_rect *around = &loops->items[outer].rect, *rect = &loops->items[hole].rect;
    struct geo_run run = geo_ends_run(&loops->rings.rings, hole);
    if (rect->west_e7 < around->west_e7 || rect->east_e7 > around->east_e7 ||
        rect->south_e7 < around->south_e7 || rect->north_e7 > around->north_e7)
        return false;
    int side = 0;
    for (uint32_t i = run.first; i < run.end && side == 0; i++)
        side = side_of_loop(&loops->rings, outer, loops->rings.coords[i]);
    return side > 0;
}

static void place_hole(struct mesh_loops *loops, uint32_t hole)
{
    uint32_t best = MESH_NONE;
    for (uint32_t outer = 0; outer < loops->rings.rings.n; outer++)
        if (loops->items[outer].area > 0 &&
            (best == MESH_NONE || loops->items[outer].area < loops->items[best].area) &&
            holds_loop(loops, outer, hole))
            best = outer;
    if (best == MESH_NONE)
        return; /* not in shapes that are planar */
    loops->items[hole].next_hole = loops->items[best].first_hole;
    loops->items[best].first_hole = hole;
}

static bool write_ring(const struct mesh_loops *loops, size_t loop, struct geo_rings *out_rings,
                       struct aro_error *err)
{
    struct geo_run run = geo_ends_run(&loops->rings.rings, loop);
    for (uint32_t i = run.first; i < run.end; i++)
        if (!geo_rings_add(out_rings, loops->rings.coords[i], err))
            return false;
    return geo_rings_end_ring(out_rings, err);
}

bool mesh_loops_write(struct mesh_loops *loops, struct geo_rings *out_rings, struct aro_error *err)
{
    size_t n = loops->rings.rings.n;
    for (size_t hole = n; hole-- > 0;)
        if (loops->items[hole].area < 0)
            place_hole(loops, (uint32_t)hole);
    for (size_t outer = 0; outer < n; outer++) {
        if (!(loops->items[outer].area > 0))
            continue;
        if (!write_ring(loops, outer, out_rings, err))
            return false;
        for (uint32_t hole = loops->items[outer].first_hole; hole != MESH_NONE;
             hole = loops->items[hole].next_hole)
            if (!write_ring(loops, hole, out_rings, err))
                return false;
        if (!geo_rings_end_polygon(out_rings, err))
            return false;
    }
    return geo_rings_end_shape(out_rings, err);
}
