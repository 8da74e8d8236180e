#include "geo/locate_internal.h"

#include <math.h>
#include <stdlib.h>

#include "geo/edges_internal.h"
#include "geo/queue_internal.h"

/*
 * Kinds of what is in the queue, with what their place counts: nodes of the tree over the rings, by
 * level; nodes of the rings' own trees, by level; one of those of level 0 whose edges have been
 * looked at; a shape whose distance is known.
 */
enum {
    KIND_BOX = 0,
    KIND_NODE = KIND_BOX + GEO_INDEX_MAX_LEVELS + 1,
    KIND_EDGES = KIND_NODE + LOCATE_MAX_LEVELS,
    KIND_MEASURED,
};

struct near {
    const struct geo_locator *locator;
    struct geo_eye eye;
    struct geo_queue queue;
    size_t limit;
    double max_m;
    struct geo_hits *hits;
    struct aro_error *err;
};

static bool push(struct near *near, double key_m, uint32_t kind, uint32_t place)
{
    return key_m > near->max_m ||
           geo_queue_push(&near->queue, (struct geo_entry){key_m, kind, place}, near->err);
}

static bool is_hit(const struct near *near, uint32_t shape)
{
    for (size_t i = 0; i < near->hits->n; i++)
        if (near->hits->items[i].position == shape)
            return true;
    return false;
}

static bool push_ring(struct near *near, double key_m, uint32_t number)
{
    const struct locate_ring *ring = &near->locator->rings[number];
    uint32_t top = ring->n_levels - 1;
    return is_hit(near, ring->shape) ||
           push(near, key_m, KIND_NODE + top, locate_level_first(ring, top));
}

/* Nodes of the tree over the rings; those of level 0 are the rings. */
static bool push_boxes(struct near *near, uint32_t level, struct geo_run run)
{
    double lower_m[GEO_BOUNDS_BATCH];
    const struct geo_locator *locator = near->locator;
    geo_eye_boxes_m(&near->eye, locator->boxes + locator->level_first[level] + run.first,
                    run.end - run.first, lower_m);
    bool ok = true;
    for (uint32_t i = run.first; ok && i < run.end; i++)
        ok = level == 0 ? push_ring(near, lower_m[i - run.first], i)
                        : push(near, lower_m[i - run.first], KIND_BOX + level, i);
    return ok;
}

static bool push_nodes(struct near *near, uint32_t level, struct geo_run run)
{
    double lower_m[GEO_BOUNDS_BATCH];
    geo_eye_boxes_m(&near->eye, near->locator->nodes + run.first, run.end - run.first, lower_m);
    bool ok = true;
    for (uint32_t i = run.first; ok && i < run.end; i++)
        ok = push(near, lower_m[i - run.first], KIND_NODE + level, i);
    return ok;
}

/* The bounds of the edges under a node of level 0, and the place of the least. */
struct edges {
    const struct locate_ring *ring;
    struct geo_run run;
    double lower_m[1 << LOCATE_EDGES_BITS];
    uint32_t least;
};

static struct edges look_at_edges(const struct near *near, uint32_t place)
{
    const struct geo_locator *locator = near->locator;
    struct edges edges = {.ring = &locator->rings[locator->node_rings[place]]};
    edges.run = locate_node_edges(edges.ring, 0, place - edges.ring->nodes);
    struct geo_coord a = locate_vertex(locator, edges.ring, edges.run.first);
    for (uint32_t i = 0; i < edges.run.end - edges.run.first; i++) {
        struct geo_coord b = locate_vertex(locator, edges.ring, edges.run.first + i + 1);
        edges.lower_m[i] = geo_eye_edge_lower_m(&near->eye, a, b);
        if (edges.lower_m[i] < edges.lower_m[edges.least])
            edges.least = i;
        a = b;
    }
    return edges;
}

static double measure_edge(struct near *near, const struct edges *edges, uint32_t i, double best_m)
{
    uint32_t at = edges->run.first + i;
    double edge_m = geo_eye_edge_m(&near->eye, locate_vertex(near->locator, edges->ring, at),
                                   locate_vertex(near->locator, edges->ring, at + 1), best_m);
    return fmin(best_m, edge_m);
}

/* The distance to the nearest of the edges under a node of level 0. */
static double measure_edges(struct near *near, uint32_t place)
{
    struct edges edges = look_at_edges(near, place);
    double best_m = measure_edge(near, &edges, edges.least, INFINITY);
    for (uint32_t i = 0; i < edges.run.end - edges.run.first; i++)
        if (i != edges.least && edges.lower_m[i] < best_m)
            best_m = measure_edge(near, &edges, i, best_m);
    return best_m;
}

/* Replaces a node of a ring's tree by its children, its edges, or their distance. */
static bool open_node(struct near *near, struct geo_entry entry)
{
    const struct geo_locator *locator = near->locator;
    const struct locate_ring *ring = &locator->rings[locator->node_rings[entry.place]];
    if (is_hit(near, ring->shape))
        return true;
    if (entry.kind == KIND_EDGES)
        return push(near, measure_edges(near, entry.place), KIND_MEASURED, ring->shape);
    if (entry.kind == KIND_NODE) {
        struct edges edges = look_at_edges(near, entry.place);
        return push(near, fmax(entry.key_m, edges.lower_m[edges.least]), KIND_EDGES, entry.place);
    }
    uint32_t level = entry.kind - KIND_NODE, n_edges = ring->end - ring->first;
    uint32_t first = locate_level_first(ring, level);
    uint32_t below = locate_level_count(n_edges, level - 1);
    struct geo_run children = locate_children(entry.place - first, below);
    children.first += first - below;
    children.end += first - below;
    return push_nodes(near, level - 1, children);
}

static bool open_box(struct near *near, struct geo_entry entry)
{
    uint32_t below = entry.kind - KIND_BOX - 1;
    return push_boxes(near, below,
                      locate_children(entry.place, near->locator->level_counts[below]));
}

static bool walk_outward(struct near *near)
{
    bool ok = true;
    while (ok && near->queue.n > 0 && near->hits->n < near->limit) {
        struct geo_entry top = geo_queue_pop(&near->queue);
        if (top.kind < KIND_NODE)
            ok = open_box(near, top);
        else if (top.kind < KIND_MEASURED)
            ok = open_node(near, top);
        else if (!is_hit(near, top.place))
            ok = geo_hits_add(near->hits, (struct geo_hit){top.place, top.key_m}, near->err);
    }
    return ok;
}

static struct near near_make(const struct geo_locator *locator, struct geo_coord coord,
                             size_t limit, double max_m, struct geo_hits *hits,
                             struct aro_error *err)
{
    return (struct near){.locator = locator,
                         .eye = geo_eye_make(&locator->ellipsoid, coord),
                         .limit = limit,
                         .max_m = max_m,
                         .hits = hits,
                         .err = err};
}

/* ------------------------------------------------------------------ a border */

static bool measure_border(const struct geo_locator *locator, uint32_t shape,
                           struct geo_coord coord, struct geo_hits *hits, struct aro_error *err)
{
    double lower_m[GEO_BOUNDS_BATCH];
    struct near near = near_make(locator, coord, 1, INFINITY, hits, err);
    struct locate_shape rings = locator->of_shapes[shape];
    bool ok = true;
    for (uint32_t ring = rings.first; ok && ring < rings.end; ring++) {
        geo_eye_boxes_m(&near.eye, &locator->boxes[ring], 1, lower_m);
        ok = push_ring(&near, lower_m[0], ring);
    }
    ok = ok && walk_outward(&near);
    geo_queue_clear(&near.queue);
    return ok;
}

/* Whether the place is on the border of a shape. */
struct border {
    uint32_t shape;
    bool is_on;
};

static bool note_border(void *context, uint32_t shape, bool is_inside, bool is_on_border)
{
    (void)is_inside;
    struct border *border = context;
    border->is_on |= is_on_border && shape == border->shape;
    return true;
}

bool geo_locator_border(const struct geo_locator *locator, uint32_t shape, struct geo_coord coord,
                        double *out_border_m, struct aro_error *err)
{
    struct geo_hits hits = {0};
    struct border border = {.shape = shape};
    locate_touching(locator, coord, note_border, &border);
    bool ok = border.is_on || measure_border(locator, shape, coord, &hits, err);
    if (ok)
        *out_border_m = border.is_on ? 0 : hits.n > 0 ? hits.items[0].distance_m : INFINITY;
    geo_hits_clear(&hits);
    return ok;
}

/* ------------------------------------------------------------------ nearest */

static bool note_touched(void *context, uint32_t shape, bool is_inside, bool is_on_border)
{
    (void)is_inside;
    (void)is_on_border;
    struct near *near = context;
    return is_hit(near, shape) || geo_hits_add(near->hits, (struct geo_hit){shape, 0}, near->err);
}

static int compare_ordinals(const void *a, const void *b)
{
    const struct geo_hit *left = a, *right = b;
    return (left->position > right->position) - (left->position < right->position);
}

/* First what the place is in or on; then what lies around it. */
static bool find_nearest(struct near *near)
{
    const struct geo_locator *locator = near->locator;
    struct geo_hits *hits = near->hits;
    if (near->limit == 0 || locator->n_levels == 0)
        return true;
    if (!locate_touching(locator, near->eye.from, note_touched, near))
        return false;
    if (hits->n > 0)
        qsort(hits->items, hits->n, sizeof *hits->items, compare_ordinals);
    if (hits->n >= near->limit) {
        hits->n = near->limit;
        return true;
    }
    return push_boxes(near, locator->n_levels - 1, (struct geo_run){0, 1}) && walk_outward(near);
}

bool geo_locator_nearest(const struct geo_locator *locator, struct geo_coord coord, size_t limit,
                         double max_m, struct geo_hits *out_hits, struct aro_error *err)
{
    struct near near = near_make(locator, coord, limit, max_m, out_hits, err);
    out_hits->n = 0;
    bool ok = find_nearest(&near);
    geo_queue_clear(&near.queue);
    if (!ok)
        out_hits->n = 0;
    return ok;
}
