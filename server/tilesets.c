#include "server/tilesets.h"

#include <string.h>

const struct tileset_info tileset_infos[] = {
    {"initiatives", "Initiatives: points, stacks and clusters", TILE_INITIATIVES, 0},
    {"communes", "Communes, and points for their names", TILE_COMMUNES, 8},
    {"epcis", "EPCIs, and points for their names", TILE_EPCIS, 6},
    {"departements", "Départements, and points for their names", TILE_DEPARTEMENTS, 0},
    {"regions", "Régions, and points for their names", TILE_REGIONS, 0},
};
const size_t n_tileset_infos = sizeof tileset_infos / sizeof *tileset_infos;

unsigned tileset_all(uint8_t zoom)
{
    unsigned sets = 0;
    for (size_t i = 0; i < n_tileset_infos; i++)
        if (zoom >= tileset_infos[i].together_zoom)
            sets |= tileset_infos[i].set;
    return sets;
}

const struct tileset_info *tileset_find(const char *name, struct aro_error *err)
{
    char names[128] = "";
    for (size_t i = 0; i < n_tileset_infos; i++) {
        if (strcmp(tileset_infos[i].name, name) == 0)
            return &tileset_infos[i];
        strcat(strcat(names, *names ? ", " : ""), tileset_infos[i].name);
    }
    aro_error_set(err, ARO_NOT_FOUND, "no tiles '%.64s': there are %s", name, names);
    return NULL;
}

/* What lies on both sides of the antimeridian is in a box around the world: readers of tiles know
 * no other. */
struct geo_bbox tileset_bounds(const struct snapshot *snapshot)
{
    const struct point_set *sets[] = {&snapshot->initiatives, &snapshot->communes};
    struct geo_bbox bounds = {180, 90, -180, -90};
    for (int i = 0; i < 2; i++) {
        struct geo_bbox box;
        if (!geo_bbox_around(sets[i]->coords, sets[i]->n_placed, &box))
            continue;
        bool across = box.west_deg > box.east_deg;
        bounds.west_deg = across                           ? -180
                          : box.west_deg < bounds.west_deg ? box.west_deg
                                                           : bounds.west_deg;
        bounds.east_deg = across                           ? 180
                          : box.east_deg > bounds.east_deg ? box.east_deg
                                                           : bounds.east_deg;
        bounds.south_deg = box.south_deg < bounds.south_deg ? box.south_deg : bounds.south_deg;
        bounds.north_deg = box.north_deg > bounds.north_deg ? box.north_deg : bounds.north_deg;
    }
    return bounds.west_deg > bounds.east_deg ? (struct geo_bbox){-180, -85, 180, 85} : bounds;
}
