#include "server/export_places.h"

#include <stdlib.h>

#include "geo/array.h"
#include "schema/pmtiles.h"

void export_places_clear(struct export_places *places)
{
    free(places->items);
    *places = (struct export_places){0};
}

bool export_places_add(struct export_places *places, uint64_t place, struct aro_error *err)
{
    uint64_t *items =
        aro_array_grow(places->items, places->n, &places->capacity, sizeof *items, err);
    if (!items)
        return false;
    places->items = items;
    places->items[places->n++] = place;
    return true;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void sort_each_once(struct export_places *places)
{
    size_t n = 0;
    if (places->n == 0)
        return;
    qsort(places->items, places->n, sizeof *places->items, compare);
    for (size_t i = 0; i < places->n; i++)
        if (n == 0 || places->items[i] != places->items[n - 1])
            places->items[n++] = places->items[i];
    places->n = n;
}

/* Columns and rows of tiles, ends included. */
struct block {
    uint32_t left, right, top, bottom;
};

/* The tiles around a place, to so many units of the map. */
static struct block tiles_around(struct geo_mercator at, uint64_t margin, uint8_t zoom)
{
    uint64_t east = at.x + margin, south = at.y + margin;
    return (struct block){
        .left = (uint32_t)((at.x > margin ? at.x - margin : 0) >> (32 - zoom)),
        .right = (uint32_t)((east > UINT32_MAX ? UINT32_MAX : east) >> (32 - zoom)),
        .top = (uint32_t)((at.y > margin ? at.y - margin : 0) >> (32 - zoom)),
        .bottom = (uint32_t)((south > UINT32_MAX ? UINT32_MAX : south) >> (32 - zoom)),
    };
}

static bool add_block(struct export_places *places, const struct block *block, uint8_t zoom,
                      struct aro_error *err)
{
    uint64_t first_id = schema_pmtiles_first_id(zoom);
    for (uint32_t x = block->left; x <= block->right; x++)
        for (uint32_t y = block->top; y <= block->bottom; y++)
            if (!export_places_add(
                    places, schema_pmtiles_id((struct geo_tile){zoom, x, y}) - first_id, err))
                return false;
    return true;
}

static bool same_block(const struct block *a, const struct block *b)
{
    return a->left == b->left && a->right == b->right && a->top == b->top && a->bottom == b->bottom;
}

bool export_places_of_points(const struct geo_coord *coords, const struct geo_runs *positions,
                             uint8_t zoom, uint32_t buffer, struct export_places *out_places,
                             struct aro_error *err)
{
    /* A line more than the buffer: places are rounded to lines. A tile too many is found empty. */
    uint64_t margin = (UINT64_C(1) << (32 - zoom)) * (buffer + 1) / GEO_TILE_EXTENT + 1;
    struct block before = {1, 0, 1, 0}; /* none */
    out_places->n = 0;
    for (size_t i = 0; i < positions->n; i++) {
        for (uint32_t at = positions->items[i].first; at < positions->items[i].end; at++) {
            struct block block = tiles_around(geo_mercator_from_coord(coords[at]), margin, zoom);
            /* Positions are in the order of a curve: the next is mostly in the same tile. */
            if (same_block(&block, &before))
                continue;
            if (!add_block(out_places, &block, zoom, err))
                return false;
            before = block;
        }
    }
    sort_each_once(out_places);
    return true;
}

bool export_places_add_within(const struct export_places *places, struct export_places *out_places,
                              struct aro_error *err)
{
    for (size_t i = 0; i < places->n; i++)
        for (uint64_t quarter = 0; quarter < 4; quarter++)
            if (!export_places_add(out_places, 4 * places->items[i] + quarter, err))
                return false;
    sort_each_once(out_places);
    return true;
}

void export_places_within(struct export_places *places, uint8_t zoom, const struct geo_bbox *bbox)
{
    struct geo_rect rects[2];
    struct block blocks[2];
    size_t n_rects = geo_bbox_rects(bbox, rects), n = 0;
    for (size_t i = 0; i < n_rects; i++) {
        struct geo_coord high = {rects[i].west_e7, rects[i].north_e7};
        struct geo_coord low = {rects[i].east_e7, rects[i].south_e7};
        struct block first = tiles_around(geo_mercator_from_coord(high), 0, zoom);
        struct block last = tiles_around(geo_mercator_from_coord(low), 0, zoom);
        blocks[i] = (struct block){first.left, last.right, first.top, last.bottom};
    }
    for (size_t i = 0; i < places->n; i++) {
        struct geo_tile tile = schema_pmtiles_tile(zoom, places->items[i]);
        bool meets = false;
        for (size_t j = 0; j < n_rects; j++)
            meets |= tile.x >= blocks[j].left && tile.x <= blocks[j].right &&
                     tile.y >= blocks[j].top && tile.y <= blocks[j].bottom;
        if (meets)
            places->items[n++] = places->items[i];
    }
    places->n = n;
}
