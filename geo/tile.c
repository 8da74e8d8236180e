#include "geo/tile.h"

#include <math.h>
#include <string.h>

static const double GRID = 4294967296.0; /* 2^32 */

/* Digits only; ARO_NOT_FOUND beyond `limit`. */
static bool parse_number(const char *name, const char *text, uint32_t limit, uint32_t *out_number,
                         struct aro_error *err)
{
    uint64_t number = 0;
    if (!*text || text[strspn(text, "0123456789")])
        return aro_error_set(err, ARO_BAD_INPUT,
                             "%s '%.40s' is not a whole number: an address is zoom/x/y", name,
                             text);
    for (const char *c = text; *c && number <= limit; c++)
        number = number * 10 + (uint64_t)(*c - '0');
    if (number > limit)
        return aro_error_set(err, ARO_NOT_FOUND, "%s '%.40s' is out of range: wanted 0 to %u", name,
                             text, (unsigned)limit);
    *out_number = (uint32_t)number;
    return true;
}

bool geo_tile_parse(const char *zoom, const char *x, const char *y, struct geo_tile *out_tile,
                    struct aro_error *err)
{
    uint32_t number = 0;
    struct geo_tile tile;
    if (!parse_number("zoom", zoom, GEO_TILE_MAX_ZOOM, &number, err))
        return false;
    uint32_t last = (UINT32_C(1) << number) - 1;
    tile.zoom = (uint8_t)number;
    if (!parse_number("x", x, last, &tile.x, err) || !parse_number("y", y, last, &tile.y, err))
        return false;
    *out_tile = tile;
    return true;
}

static uint32_t cut(int64_t place)
{
    return place < 0 ? 0 : place > UINT32_MAX ? UINT32_MAX : (uint32_t)place;
}

struct geo_mercator_box geo_tile_box(struct geo_tile tile, uint32_t buffer)
{
    int64_t width = INT64_C(1) << (32 - tile.zoom);
    /* Half a line more: what is rounded to the edge of the buffer is in it. */
    int64_t margin = (width * (2 * (int64_t)buffer + 1)) / (2 * GEO_TILE_EXTENT) + 1;
    int64_t left = tile.x * width, top = tile.y * width;
    return (struct geo_mercator_box){{cut(left - margin), cut(top - margin)},
                                     {cut(left + width + margin), cut(top + width + margin)}};
}

/* Some units wider on each side than the units' own edges, for the roundings of the projection. */
struct geo_bbox geo_mercator_bbox(const struct geo_mercator_box *box)
{
    enum { SLACK = 4 };
    struct geo_point north_west = geo_mercator_point(((double)box->low.x - SLACK) / GRID,
                                                     ((double)box->low.y - SLACK) / GRID);
    struct geo_point south_east = geo_mercator_point(((double)box->high.x + 1 + SLACK) / GRID,
                                                     ((double)box->high.y + 1 + SLACK) / GRID);
    bool to_pole = box->high.y == UINT32_MAX, from_pole = box->low.y == 0;
    return (struct geo_bbox){
        .west_deg = fmax(north_west.lon_deg, -180),
        .south_deg = to_pole ? -90 : south_east.lat_deg,
        .east_deg = fmin(south_east.lon_deg, 180),
        .north_deg = from_pole ? 90 : north_west.lat_deg,
    };
}
