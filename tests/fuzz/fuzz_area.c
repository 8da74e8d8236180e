/*
 * Any bytes as the geometry of an area: a blob of SpatiaLite, or GeoJSON where the first byte is a
 * brace. What is read is well-formed, in range, and the same after being written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schema/area.h"

static void check_in_range(const struct geo_rings *rings)
{
    for (size_t i = 0; i < rings->n_coords; i++) {
        struct geo_coord coord = rings->coords[i];
        if (abs(coord.lon_e7) > 1800000000 || abs(coord.lat_e7) > 900000000)
            abort();
    }
    struct geo_run coords = geo_rings_coords_of_shape(rings, 0);
    if (rings->shapes.n != 1 || coords.end - coords.first != rings->n_coords)
        abort();
}

static void check_comes_back(const struct geo_rings *rings)
{
    struct geo_rings back = {0};
    struct aro_buffer blob = {0};
    schema_area_encode(rings, 0, &blob);
    if (!schema_area_decode(blob.data, blob.len, 4326, NULL, &back, NULL) ||
        back.n_coords != rings->n_coords || back.rings.n != rings->rings.n ||
        back.polygons.n != rings->polygons.n)
        abort();
    if (rings->n_coords > 0 &&
        memcmp(back.coords, rings->coords, rings->n_coords * sizeof *back.coords) != 0)
        abort();
    aro_buffer_clear(&blob);
    geo_rings_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct geo_rings rings = {0};
    bool ok;
    if (size > 0 && data[0] == '{') {
        json_t *json = json_loadb((const char *)data, size, JSON_DECODE_INT_AS_REAL, NULL);
        ok = schema_area_from_json(json, NULL, &rings, NULL);
        json_decref(json);
    } else {
        ok = schema_area_decode(data, size, SCHEMA_SRID_ANY, NULL, &rings, NULL);
    }
    if (ok) {
        check_in_range(&rings);
        check_comes_back(&rings);
    }
    geo_rings_clear(&rings);
    return 0;
}
