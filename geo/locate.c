#include "geo/locate_internal.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ building */

static void rect_join(struct geo_rect *rect, const struct geo_rect *other)
{
    rect->west_e7 = other->west_e7 < rect->west_e7 ? other->west_e7 : rect->west_e7;
    rect->south_e7 = other->south_e7 < rect->south_e7 ? other->south_e7 : rect->south_e7;
    rect->east_e7 = other->east_e7 > rect->east_e7 ? other->east_e7 : rect->east_e7;
    rect->north_e7 = other->north_e7 > rect->north_e7 ? other->north_e7 : rect->north_e7;
}

static struct geo_rect rect_of_boxes(const struct geo_rect *boxes, struct geo_run run)
{
    struct geo_rect rect = boxes[run.first];
    for (uint32_t i = run.first + 1; i < run.end; i++)
        rect_join(&rect, &boxes[i]);
    return rect;
}

/* Around the vertices of a path of edges, its last one among them. */
static struct geo_rect rect_of_edges(const struct geo_locator *locator,
                                     const struct locate_ring *ring, struct geo_run edges)
{
    struct geo_rect rect = GEO_RECT_NONE;
    for (uint32_t i = edges.first; i <= edges.end; i++)
        geo_rect_add(&rect, locate_vertex(locator, ring, i));
    return rect;
}

static void fill_ring(struct geo_locator *locator, uint32_t number)
{
    const struct locate_ring *ring = &locator->rings[number];
    struct geo_rect *below = NULL, *boxes = locator->nodes + ring->nodes;
    uint32_t n_below = 0;
    for (uint32_t level = 0; level < ring->n_levels; level++) {
        uint32_t n = locate_level_count(ring->end - ring->first, level);
        for (uint32_t node = 0; node < n; node++) {
            locator->node_rings[boxes + node - locator->nodes] = number;
            boxes[node] = level == 0
                              ? rect_of_edges(locator, ring, locate_node_edges(ring, 0, node))
                              : rect_of_boxes(below, locate_children(node, n_below));
        }
        below = boxes;
        n_below = n;
        boxes += n;
    }
    locator->boxes[number] = below[0];
}

static void fill_tree(struct geo_locator *locator)
{
    for (uint32_t level = 1; level < locator->n_levels; level++) {
        const struct geo_rect *below = locator->boxes + locator->level_first[level - 1];
        struct geo_rect *boxes = locator->boxes + locator->level_first[level];
        for (uint32_t node = 0; node < locator->level_counts[level]; node++)
            boxes[node] =
                rect_of_boxes(below, locate_children(node, locator->level_counts[level - 1]));
    }
}

/* The shapes in the order in which their boxes' middles lie along the Hilbert curve. */
static bool order_shapes(const struct geo_rings *shapes, uint32_t *order, struct aro_error *err)
{
    size_t n = shapes->shapes.n;
    struct geo_coord *middles = calloc(n + 1, sizeof *middles);
    int64_t *ordinals = calloc(n + 1, sizeof *ordinals);
    bool ok = (middles && ordinals) || aro_error_no_memory(err);
    for (size_t i = 0; ok && i < n; i++) {
        struct geo_rect rect = {0};
        ordinals[i] = (int64_t)i;
        geo_rings_bounds(shapes, i, &rect);
        middles[i].lon_e7 = (int32_t)(((int64_t)rect.west_e7 + rect.east_e7) / 2);
        middles[i].lat_e7 = (int32_t)(((int64_t)rect.south_e7 + rect.north_e7) / 2);
    }
    ok = ok && geo_hilbert_order(middles, ordinals, n, order, err);
    free(middles);
    free(ordinals);
    return ok;
}

static void add_ring(struct geo_locator *locator, uint32_t shape, struct geo_run vertices)
{
    struct locate_ring *ring = &locator->rings[locator->n_rings];
    *ring = (struct locate_ring){
        .first = vertices.first, .end = vertices.end, .shape = shape, .nodes = locator->n_nodes};
    uint32_t n_edges = vertices.end - vertices.first, count = 2;
    for (; count > 1; ring->n_levels++) {
        count = locate_level_count(n_edges, ring->n_levels);
        locator->n_nodes += count;
    }
    locator->n_rings++;
}

static void list_rings(struct geo_locator *locator, const uint32_t *order)
{
    const struct geo_rings *shapes = locator->shapes;
    for (size_t i = 0; i < shapes->shapes.n; i++) {
        struct geo_run rings = geo_rings_of_shape(shapes, order[i]);
        locator->of_shapes[order[i]].first = locator->n_rings;
        for (uint32_t ring = rings.first; ring < rings.end; ring++) {
            struct geo_run vertices = geo_ends_run(&shapes->rings, ring);
            if (vertices.first < vertices.end)
                add_ring(locator, order[i], vertices);
        }
        locator->of_shapes[order[i]].end = locator->n_rings;
    }
}

static void plan_levels(struct geo_locator *locator)
{
    for (uint32_t count = locator->n_rings; count > 0;) {
        uint32_t level = locator->n_levels++;
        locator->level_first[level] = locator->n_boxes;
        locator->level_counts[level] = count;
        locator->n_boxes += count;
        count = count == 1
                    ? 0
                    : (uint32_t)(((uint64_t)count + GEO_INDEX_FANOUT - 1) >> GEO_INDEX_FANOUT_BITS);
    }
}

/* Everything but the order is known: makes room and fills it. */
static bool fill(struct geo_locator *locator, const uint32_t *order, struct aro_error *err)
{
    const struct geo_rings *shapes = locator->shapes;
    locator->of_shapes = calloc(shapes->shapes.n + 1, sizeof *locator->of_shapes);
    locator->rings = calloc(shapes->rings.n + 1, sizeof *locator->rings);
    if (!locator->of_shapes || !locator->rings)
        return aro_error_no_memory(err);
    list_rings(locator, order);
    plan_levels(locator);
    locator->nodes = calloc((size_t)locator->n_nodes + 1, sizeof *locator->nodes);
    locator->node_rings = calloc((size_t)locator->n_nodes + 1, sizeof *locator->node_rings);
    locator->boxes = calloc((size_t)locator->n_boxes + 1, sizeof *locator->boxes);
    if (!locator->nodes || !locator->node_rings || !locator->boxes)
        return aro_error_no_memory(err);
    for (uint32_t ring = 0; ring < locator->n_rings; ring++)
        fill_ring(locator, ring);
    fill_tree(locator);
    return locate_sides_fill(locator, err);
}

bool geo_locator_new(const struct geo_rings *shapes, struct geo_locator **out_locator,
                     struct aro_error *err)
{
    struct geo_locator *locator = calloc(1, sizeof *locator);
    uint32_t *order = calloc(shapes->shapes.n + 1, sizeof *order);
    bool ok = (locator && order) || aro_error_no_memory(err);
    if (ok) {
        locator->shapes = shapes;
        geo_ellipsoid_init(&locator->ellipsoid);
        ok = order_shapes(shapes, order, err) && fill(locator, order, err);
    }
    free(order);
    if (ok)
        *out_locator = locator;
    else
        geo_locator_free(locator);
    return ok;
}

void geo_locator_free(struct geo_locator *locator)
{
    if (!locator)
        return;
    free(locator->of_shapes);
    free(locator->rings);
    free(locator->nodes);
    free(locator->node_rings);
    free(locator->boxes);
    free(locator->sides);
    free(locator);
}

void geo_locator_blocks(struct geo_locator *const *locator, struct geo_blocks *out_blocks)
{
    const struct geo_locator *listed = *locator;
    if (!listed)
        return;
    size_t n_nodes = listed->n_nodes;
    geo_blocks_own(out_blocks, locator, sizeof *listed);
    geo_blocks_pointer(out_blocks, &listed->shapes);
    geo_blocks_own(out_blocks, &listed->of_shapes,
                   listed->shapes->shapes.n * sizeof *listed->of_shapes);
    geo_blocks_own(out_blocks, &listed->rings, listed->n_rings * sizeof *listed->rings);
    geo_blocks_own(out_blocks, &listed->nodes, n_nodes * sizeof *listed->nodes);
    geo_blocks_own(out_blocks, &listed->node_rings, n_nodes * sizeof *listed->node_rings);
    geo_blocks_own(out_blocks, &listed->sides, listed->n_sides * sizeof *listed->sides);
    geo_blocks_own(out_blocks, &listed->boxes, listed->n_boxes * sizeof *listed->boxes);
}

/* ------------------------------------------------------------------ one ring */

/* A walk around one ring: how the ray from `at` to the east crosses it. */
struct crossing {
    const struct geo_locator *locator;
    const struct locate_ring *ring;
    struct geo_coord at;
    bool odd, on_border;
};

/* A vertex on the ray's own latitude counts as below it. */
static inline bool is_above(struct geo_coord vertex, struct geo_coord at)
{
    return vertex.lat_e7 > at.lat_e7;
}

/*
 * An edge with one end above the ray crosses its line at a.lon + (b.lon - a.lon) (at.lat - a.lat) /
 * (b.lat - a.lat). Multiplied out both sides stay below 3.6e9 * 1.8e9 < 2^63, so that they compare
 * exactly.
 */
static inline void cross_edge(struct crossing *crossing, struct geo_coord a, struct geo_coord b)
{
    struct geo_coord at = crossing->at;
    int64_t rise = (int64_t)b.lat_e7 - a.lat_e7;
    int64_t meets = ((int64_t)b.lon_e7 - a.lon_e7) * ((int64_t)at.lat_e7 - a.lat_e7);
    int64_t here = ((int64_t)at.lon_e7 - a.lon_e7) * rise;
    crossing->odd ^= rise > 0 ? meets > here : meets < here;
    crossing->on_border |= meets == here;
}

/* An edge with no end above the ray, and its first one on the ray's latitude. */
static inline void touch_edge(struct crossing *crossing, struct geo_coord a, struct geo_coord b)
{
    struct geo_coord at = crossing->at;
    bool between = a.lon_e7 < b.lon_e7 ? a.lon_e7 <= at.lon_e7 && at.lon_e7 <= b.lon_e7
                                       : b.lon_e7 <= at.lon_e7 && at.lon_e7 <= a.lon_e7;
    crossing->on_border |= a.lon_e7 == at.lon_e7 || (b.lat_e7 == at.lat_e7 && between);
}

static void cross_edges(struct crossing *crossing, struct geo_run edges)
{
    struct geo_coord a = locate_vertex(crossing->locator, crossing->ring, edges.first);
    for (uint32_t i = edges.first; i < edges.end; i++) {
        struct geo_coord b = locate_vertex(crossing->locator, crossing->ring, i + 1);
        bool above = is_above(a, crossing->at);
        if (above != is_above(b, crossing->at))
            cross_edge(crossing, a, b);
        else if (a.lat_e7 == crossing->at.lat_e7)
            touch_edge(crossing, a, b);
        a = b;
    }
}

/*
 * A path wholly below or above the ray, or west of its start, does not cross it; one wholly east of
 * it crosses as often, but for an even number, as its ends say. What is left holds the place in its
 * box. As deep as the ring's tree is high: at most LOCATE_MAX_LEVELS calls.
 */
static void cross_nodes(struct crossing *crossing, uint32_t level, uint32_t level_first,
                        struct geo_run nodes)
{
    const struct locate_ring *ring = crossing->ring;
    struct geo_coord at = crossing->at;
    for (uint32_t node = nodes.first; node < nodes.end; node++) {
        const struct geo_rect *box = &crossing->locator->nodes[level_first + node];
        if (at.lat_e7 < box->south_e7 || at.lat_e7 > box->north_e7 || at.lon_e7 > box->east_e7)
            continue;
        struct geo_run edges = locate_node_edges(ring, level, node);
        if (at.lon_e7 < box->west_e7) {
            crossing->odd ^= is_above(locate_vertex(crossing->locator, ring, edges.first), at) ^
                             is_above(locate_vertex(crossing->locator, ring, edges.end), at);
        } else if (level == 0) {
            cross_edges(crossing, edges);
        } else {
            uint32_t below = locate_level_count(ring->end - ring->first, level - 1);
            cross_nodes(crossing, level - 1, level_first - below, locate_children(node, below));
        }
    }
}

static struct crossing cross_ring(const struct geo_locator *locator, uint32_t number,
                                  struct geo_coord at)
{
    const struct locate_ring *ring = &locator->rings[number];
    struct crossing crossing = {.locator = locator, .ring = ring, .at = at};
    uint32_t top = ring->n_levels - 1;
    cross_nodes(&crossing, top, locate_level_first(ring, top), (struct geo_run){0, 1});
    return crossing;
}

/* ------------------------------------------------------------------ all rings */

/* The walk over the rings whose box holds the place; those of one shape come in a row. */
struct touching {
    const struct geo_locator *locator;
    struct geo_coord at;
    locate_touch_fn *touch;
    void *context;
    uint32_t shape; /* the one whose rings are coming, or GEO_LOCATE_NONE */
    bool odd, on_border;
};

static bool end_shape(struct touching *touching)
{
    bool told = touching->odd || touching->on_border;
    return !told ||
           touching->touch(touching->context, touching->shape, touching->odd, touching->on_border);
}

static bool touch_ring(struct touching *touching, uint32_t number)
{
    uint32_t shape = touching->locator->rings[number].shape;
    if (shape != touching->shape) {
        if (!end_shape(touching))
            return false;
        touching->shape = shape;
        touching->odd = touching->on_border = false;
    }
    struct crossing crossing = cross_ring(touching->locator, number, touching->at);
    touching->odd ^= crossing.odd;
    touching->on_border |= crossing.on_border;
    return true;
}

/* Rings first + i for each bit i. */
static void fetch_rings(const struct geo_locator *locator, uint32_t first, uint32_t bits)
{
    for (uint32_t left = bits; left; left &= left - 1)
        __builtin_prefetch(&locator->rings[first + (uint32_t)__builtin_ctz(left)]);
    for (uint32_t left = bits; left; left &= left - 1)
        locate_fetch_ring(locator, &locator->rings[first + (uint32_t)__builtin_ctz(left)]);
}

/* As deep as the tree is high: at most GEO_INDEX_MAX_LEVELS + 1 calls. */
static bool touch_boxes(struct touching *touching, uint32_t level, struct geo_run run)
{
    const struct geo_locator *locator = touching->locator;
    const struct geo_rect *boxes = locator->boxes + locator->level_first[level];
    struct geo_coord at = touching->at;
    uint32_t held = 0;
    for (uint32_t i = run.first; i < run.end; i++)
        held |= (uint32_t)((boxes[i].west_e7 <= at.lon_e7) & (boxes[i].east_e7 >= at.lon_e7) &
                           (boxes[i].south_e7 <= at.lat_e7) & (boxes[i].north_e7 >= at.lat_e7))
                << (i - run.first);
    if (level == 0)
        fetch_rings(locator, run.first, held);
    bool ok = true;
    for (; held && ok; held &= held - 1) {
        uint32_t node = run.first + (uint32_t)__builtin_ctz(held);
        ok = level == 0 ? touch_ring(touching, node)
                        : touch_boxes(touching, level - 1,
                                      locate_children(node, locator->level_counts[level - 1]));
    }
    return ok;
}

static bool touch_at(const struct geo_locator *locator, struct geo_coord at, locate_touch_fn *touch,
                     void *context)
{
    struct touching touching = {
        .locator = locator, .at = at, .touch = touch, .context = context, .shape = GEO_LOCATE_NONE};
    if (locator->n_levels == 0)
        return true;
    return touch_boxes(&touching, locator->n_levels - 1, (struct geo_run){0, 1}) &&
           end_shape(&touching);
}

/* Nothing lies east of longitude 180: there only borders are met, and what holds the place does so
 * at -180. */
bool locate_touching(const struct geo_locator *locator, struct geo_coord coord,
                     locate_touch_fn *touch, void *context)
{
    struct geo_coord same = {-coord.lon_e7, coord.lat_e7};
    bool is_seam = coord.lon_e7 == 1800000000 || coord.lon_e7 == -1800000000;
    return touch_at(locator, coord, touch, context) &&
           (!is_seam || touch_at(locator, same, touch, context));
}

/* ------------------------------------------------------------------ finding */

struct found {
    uint32_t holding, bordering; /* the least ordinals */
};

static bool note_found(void *context, uint32_t shape, bool is_inside, bool is_on_border)
{
    struct found *found = context;
    if (is_inside && shape < found->holding)
        found->holding = shape;
    if (is_on_border && shape < found->bordering)
        found->bordering = shape;
    return true;
}

uint32_t geo_locator_find(const struct geo_locator *locator, struct geo_coord coord)
{
    struct found found = {GEO_LOCATE_NONE, GEO_LOCATE_NONE};
    locate_touching(locator, coord, note_found, &found);
    return found.holding != GEO_LOCATE_NONE ? found.holding : found.bordering;
}
