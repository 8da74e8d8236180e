/*
 * Tile addresses from outside: three texts separated by slashes. What is accepted is a tile of its
 * zoom whose box lies on the map; what is not has a status that says why.
 */
#include "geo/tile.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[128];
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    char *x = strchr(text, '/'), *y = x ? strchr(x + 1, '/') : NULL;
    if (!y)
        return 0;
    *x++ = *y++ = '\0';
    struct geo_tile tile;
    struct aro_error err = {0};
    if (!geo_tile_parse(text, x, y, &tile, &err)) {
        require(err.status == ARO_BAD_INPUT || err.status == ARO_NOT_FOUND);
        return 0;
    }
    require(tile.zoom <= GEO_TILE_MAX_ZOOM && tile.x >> tile.zoom == 0 && tile.y >> tile.zoom == 0);
    require(tile.x == strtoul(x, NULL, 10) && tile.y == strtoul(y, NULL, 10));
    struct geo_mercator_box box = geo_tile_box(tile, 64);
    require(box.low.x < box.high.x && box.low.y < box.high.y);
    require(geo_tile_holds(geo_tile_project(tile, box.low), 64 + 8));
    require(geo_tile_holds(geo_tile_project(tile, box.high), 64 + 8));
    return 0;
}
