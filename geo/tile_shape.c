#include "geo/tile_shape.h"

enum outside { WEST = 1, EAST = 2, NORTH = 4, SOUTH = 8 };

struct geo_tile_frame geo_tile_frame(struct geo_tile tile, uint32_t buffer)
{
    return (struct geo_tile_frame){tile, (int32_t)buffer, geo_tile_box(tile, buffer)};
}

void geo_tile_shape_room_clear(struct geo_tile_shape_room *room)
{
    geo_clip_ring_clear(&room->ring);
    geo_clip_ring_clear(&room->spare);
}

/* On which sides of the box the place lies; 0 inside. */
static inline unsigned sides_of(const struct geo_mercator_box *box, struct geo_mercator place)
{
    return (place.x < box->low.x ? WEST : 0U) | (place.x > box->high.x ? EAST : 0U) |
           (place.y < box->low.y ? NORTH : 0U) | (place.y > box->high.y ? SOUTH : 0U);
}

/* The ring in the grid. Of vertices in a row that all lie on one side outside, the first and the
 * last say as much to the cut as all of them. Returns whether no vertex lies outside. */
static bool project_ring(const struct geo_mercator *places, size_t n,
                         const struct geo_tile_frame *frame, struct geo_clip_ring *out)
{
    unsigned row = 0; /* the sides that all vertices since the last one added share */
    bool skipped = false;
    unsigned all = 0;
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned sides = sides_of(&frame->box, places[i]);
        all |= sides;
        if (sides & row) {
            row &= sides;
            skipped = true;
            continue;
        }
        if (skipped)
            geo_clip_ring_add(out, geo_tile_project(frame->tile, places[i - 1]));
        geo_clip_ring_add(out, geo_tile_project(frame->tile, places[i]));
        row = sides;
        skipped = false;
    }
    if (skipped)
        geo_clip_ring_add(out, geo_tile_project(frame->tile, places[n - 1]));
    return all == 0;
}

/* A ring in the making. */
struct shape {
    const struct geo_level *level;
    const struct geo_tile_frame *frame;
    struct geo_tile_shape_room *room;
    struct geo_mvt *mvt;
    size_t n_rings;
    bool has_trace; /* what has no area in the grid has a place at least */
    struct geo_tile_point trace;
};

/* @param out_drawn  false where nothing of the ring is seen */
static bool draw_ring(struct shape *shape, size_t number, bool hole, bool *out_drawn,
                      struct aro_error *err)
{
    struct geo_clip_ring *ring = &shape->room->ring;
    struct geo_run run = geo_level_ring(shape->level, number);
    struct geo_clip_box clip = {-shape->frame->buffer, GEO_TILE_EXTENT + shape->frame->buffer};
    size_t n = run.end - run.first;
    *out_drawn = false;
    if (!geo_clip_ring_reserve(ring, n + 1, err))
        return false;
    bool whole = project_ring(shape->level->places + run.first, n, shape->frame, ring);
    struct geo_tile_point first = ring->points[0];
    if (!geo_clip(ring, &clip, &shape->room->spare, err))
        return false;
    if (ring->n == 0 && whole && !hole) {
        shape->has_trace = true;
        shape->trace = first;
    }
    if (ring->n > 0) {
        geo_mvt_ring(shape->mvt, ring->points, ring->n, hole);
        shape->n_rings++;
        *out_drawn = true;
    }
    return true;
}

static bool draw_polygon(struct shape *shape, struct geo_run rings, struct aro_error *err)
{
    bool drawn = false, ok = true;
    if (rings.first < rings.end)
        ok = draw_ring(shape, rings.first, false, &drawn, err);
    for (uint32_t hole = rings.first + 1; ok && drawn && hole < rings.end; hole++) {
        bool hole_drawn;
        ok = draw_ring(shape, hole, true, &hole_drawn, err);
    }
    return ok;
}

static void draw_trace(const struct shape *shape)
{
    struct geo_tile_point at = shape->trace;
    const struct geo_tile_point triangle[] = {at, {at.x + 1, at.y}, {at.x, at.y + 1}};
    geo_mvt_ring(shape->mvt, triangle, 3, false);
}

bool geo_tile_shape_draw(const struct geo_levels *levels, size_t number,
                         const struct geo_tile_frame *frame, struct geo_tile_shape_room *room,
                         struct geo_mvt *mvt, struct aro_error *err)
{
    struct shape shape = {
        .level = geo_levels_at(levels, frame->tile.zoom), .frame = frame, .room = room, .mvt = mvt};
    struct geo_run polygons = geo_ends_run(&levels->shapes, number);
    for (uint32_t i = polygons.first; i < polygons.end; i++)
        if (geo_mercator_boxes_touch(&levels->polygon_boxes[i], &frame->box) &&
            !draw_polygon(&shape, geo_ends_run(&levels->polygons, i), err))
            return false;
    if (shape.n_rings == 0 && shape.has_trace)
        draw_trace(&shape);
    return true;
}
