#include "server/export_about.h"

#include <stdlib.h>

#include "server/export_tiles.h"
#include "server/tile_layers.h"
#include "server/tilesets.h"

/* A country fills a screen. */
enum { CENTER_ZOOM = 5 };

void export_about_clear(struct export_about *about)
{
    geo_runs_clear(&about->positions);
    free(about->vector_layers);
    free(about->description);
    *about = (struct export_about){0};
}

static void extend(struct geo_bbox *box, struct geo_point point)
{
    box->west_deg = point.lon_deg < box->west_deg ? point.lon_deg : box->west_deg;
    box->east_deg = point.lon_deg > box->east_deg ? point.lon_deg : box->east_deg;
    box->south_deg = point.lat_deg < box->south_deg ? point.lat_deg : box->south_deg;
    box->north_deg = point.lat_deg > box->north_deg ? point.lat_deg : box->north_deg;
}

/* The box of the places, and their mean: with a few far away, still where most are. */
static void look_at_places(const struct point_set *points, const struct geo_runs *positions,
                           struct schema_tileset *out)
{
    struct geo_bbox box = {180, 90, -180, -90};
    double lon_sum_deg = 0, lat_sum_deg = 0;
    size_t n = geo_runs_count(positions);
    for (size_t i = 0; i < positions->n; i++) {
        for (uint32_t at = positions->items[i].first; at < positions->items[i].end; at++) {
            struct geo_point point = geo_coord_to_point(points->coords[at]);
            extend(&box, point);
            lon_sum_deg += point.lon_deg;
            lat_sum_deg += point.lat_deg;
        }
    }
    if (n == 0)
        return;
    out->bounds = box;
    out->center = (struct geo_point){lon_sum_deg / (double)n, lat_sum_deg / (double)n};
}

static void look_at_box(const struct geo_bbox *bbox, struct schema_tileset *out)
{
    out->bounds = *bbox;
    if (bbox->west_deg > bbox->east_deg) { /* formats know no box across the antimeridian */
        out->bounds.west_deg = -180;
        out->bounds.east_deg = 180;
    }
    out->center = (struct geo_point){(out->bounds.west_deg + out->bounds.east_deg) / 2,
                                     (out->bounds.south_deg + out->bounds.north_deg) / 2};
}

static uint8_t within(uint8_t zoom, uint8_t low, uint8_t high)
{
    return zoom < low ? low : zoom > high ? high : zoom;
}

/* No date: the same data give the same bytes. */
static bool write_texts(struct export_about *about, const struct snapshot *snapshot, unsigned sets,
                        struct aro_error *err)
{
    struct aro_buffer layers = {0}, text = {0};
    tile_layers_write(sets, &layers);
    aro_buffer_printf(&text, "Initiatives of French communes: %zu in state %lld of store %s",
                      geo_runs_count(&about->positions), (long long)snapshot->state.seq,
                      snapshot->state.store_id);
    about->vector_layers = aro_buffer_take_text(&layers, err);
    about->description = aro_buffer_take_text(&text, err);
    return about->vector_layers && about->description;
}

bool export_about_make(struct export_about *about, const struct export_about_request *request,
                       const struct snapshot *snapshot, const struct query *query,
                       struct aro_error *err)
{
    struct schema_tileset *tileset = &about->tileset;
    *tileset = (struct schema_tileset){
        .name = request->name,
        .attribution = request->attribution,
        .bounds = {-180, -85, 180, 85},
        .center_zoom = within(CENTER_ZOOM, request->min_zoom, request->max_zoom),
        .min_zoom = request->min_zoom,
        .max_zoom = request->max_zoom,
    };
    if (!export_positions(snapshot, query, &about->positions, err) ||
        !write_texts(about, snapshot, request->sets, err))
        return false;
    tileset->vector_layers = about->vector_layers;
    tileset->description = about->description;
    look_at_places(&snapshot->initiatives, &about->positions, tileset);
    if (request->bbox)
        look_at_box(request->bbox, tileset);
    else if (request->sets & ~(unsigned)TILE_INITIATIVES)
        tileset->bounds = tileset_bounds(snapshot);
    return true;
}
