#include "geo/mercator.h"

#include <math.h>

static const double GRID = 4294967296.0; /* 2^32 */
static const int64_t CIRCLE_E7 = 3600000000;
static const int32_t HALF_CIRCLE_E7 = 1800000000;

/* Past the edge of the map (85.05112878 degrees) and well before the pole's infinity. */
static const int32_t BEYOND_EDGE_E7 = 851000000;

static uint32_t x_of(int32_t lon_e7)
{
    uint64_t x = ((uint64_t)((int64_t)lon_e7 + HALF_CIRCLE_E7) << 32) / (uint64_t)CIRCLE_E7;
    return x > UINT32_MAX ? UINT32_MAX : (uint32_t)x;
}

static uint32_t y_of(int32_t lat_e7)
{
    if (lat_e7 > BEYOND_EDGE_E7)
        lat_e7 = BEYOND_EDGE_E7;
    if (lat_e7 < -BEYOND_EDGE_E7)
        lat_e7 = -BEYOND_EDGE_E7;
    double sine = sin(lat_e7 * (M_PI / HALF_CIRCLE_E7));
    double y = floor((0.5 - log((1 + sine) / (1 - sine)) / (4 * M_PI)) * GRID);
    if (y < 0)
        return 0;
    return y > GRID - 1 ? UINT32_MAX : (uint32_t)y;
}

struct geo_mercator geo_mercator_from_coord(struct geo_coord coord)
{
    return (struct geo_mercator){x_of(coord.lon_e7), y_of(coord.lat_e7)};
}

struct geo_point geo_mercator_point(double x, double y)
{
    return (struct geo_point){.lon_deg = (x - 0.5) * 360,
                              .lat_deg = atan(sinh((0.5 - y) * 2 * M_PI)) * (180 / M_PI)};
}

struct geo_coord geo_mercator_to_coord(struct geo_mercator place)
{
    struct geo_point point = geo_mercator_point((place.x + 0.5) / GRID, (place.y + 0.5) / GRID);
    return (struct geo_coord){.lon_e7 = (int32_t)lround(point.lon_deg * 1e7),
                              .lat_e7 = (int32_t)lround(point.lat_deg * 1e7)};
}
