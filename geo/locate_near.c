#include "geo/locate_internal.h"

#include <math.h>
#include <stdlib.h>

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

enum { MAX_BEST = 8 };

/*
 * A walk outward from a place. It ends when it has `limit` shapes and, where the border of one is
 * asked for, that too.
 */
struct near {
    const struct geo_locator *locator;
    struct geo_eye eye;
    struct geo_queue queue;
    size_t limit;
    double max_m;
    struct geo_hits *hits;
    uint32_t border_of; /* shape, or GEO_LOCATE_NONE */
    double border_m;    /* INFINITY until it is known */
    /* The least distance measured of each of the shapes at hand, the oldest overwritten. */
    struct geo_hit best[MAX_BEST];
    unsigned n_best;
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

/* Nothing more is to be known of the shape. */
static bool is_done(const struct near *near, uint32_t shape)
{
    if (shape == near->border_of)
        return near->border_m < INFINITY;
    return near->hits->n >= near->limit || is_hit(near, shape);
}

static double *best_of(struct near *near, uint32_t shape)
{
    unsigned n_known = near->n_best < MAX_BEST ? near->n_best : MAX_BEST;
    for (unsigned i = 0; i < n_known; i++)
        if (near->best[i].position == shape)
            return &near->best[i].distance_m;
    struct geo_hit *best = &near->best[near->n_best++ % MAX_BEST];
    *best = (struct geo_hit){shape, INFINITY};
    return &best->distance_m;
}

static bool push_ring(struct near *near, double key_m, uint32_t number)
{
    const struct locate_ring *ring = &near->locator->rings[number];
    uint32_t top = ring->n_levels - 1;
    return is_done(near, ring->shape) ||
           push(near, key_m, KIND_NODE + top, locate_level_first(ring, top));
}

/* Nodes of the tree over the rings; those of level 0 are the rings. */
static bool push_boxes(struct near *near, uint32_t level, struct geo_run run)
{
    double lower_m[GEO_BOUNDS_BATCH];
    const struct geo_locator *locator = near->locator;
    geo_eye_all_boxes_m(&near->eye, locator->boxes + locator->level_first[level] + run.first,
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
    geo_eye_all_boxes_m(&near->eye, near->locator->nodes + run.first, run.end - run.first, lower_m);
    bool ok = true;
    for (uint32_t i = run.first; ok && i < run.end; i++)
        ok = push(near, lower_m[i - run.first], KIND_NODE + level, i);
    return ok;
}

/* Beyond reach each edge gets a bound of its own. */
static void look_at_edges(struct near *near, uint32_t place, struct locate_edges *edges)
{
    const struct geo_locator *locator = near->locator;
    locate_edges_look(locator, &near->eye, &locator->rings[locator->node_rings[place]], place,
                      edges);
    double least_m = edges->lower_m[edges->least];
    if (least_m != GEO_EDGES_LONG_M && least_m < GEO_EDGES_REACH_M)
        return;
    geo_eye_far_path_m(&near->eye, edges->vertices, edges->n, edges->lower_m);
    for (uint32_t i = 0; i < edges->n; i++)
        edges->least = edges->lower_m[i] < edges->lower_m[edges->least] ? i : edges->least;
}

static double measure_edge(struct near *near, const struct locate_edges *edges, uint32_t i,
                           double best_m)
{
    return fmin(best_m,
                geo_eye_edge_m(&near->eye, edges->vertices[i], edges->vertices[i + 1], best_m));
}

/* Measures what may be nearer than the shape's nearest edge so far. */
static bool measure_edges(struct near *near, const struct locate_edges *edges)
{
    double *best_m = best_of(near, edges->ring->shape);
    double before_m = *best_m;
    *best_m = measure_edge(near, edges, edges->least, *best_m);
    for (uint32_t i = 0; i < edges->n; i++)
        if (i != edges->least && edges->lower_m[i] < *best_m)
            *best_m = measure_edge(near, edges, i, *best_m);
    return *best_m == before_m || push(near, *best_m, KIND_MEASURED, edges->ring->shape);
}

/* Measures edges, unless something else may be nearer: then they wait, with the bound that looking
 * at each has given. */
static bool open_edges(struct near *near, struct geo_entry entry)
{
    struct locate_edges edges;
    look_at_edges(near, entry.place, &edges);
    double key_m = fmax(entry.key_m, edges.lower_m[edges.least]);
    bool is_next = near->queue.n == 0 || key_m <= near->queue.items[0].key_m;
    return entry.kind == KIND_EDGES || is_next ? measure_edges(near, &edges)
                                               : push(near, key_m, KIND_EDGES, entry.place);
}

/* Replaces a node of a ring's tree by its children, its edges, or their distance. */
static bool open_node(struct near *near, struct geo_entry entry)
{
    const struct geo_locator *locator = near->locator;
    const struct locate_ring *ring = &locator->rings[locator->node_rings[entry.place]];
    if (is_done(near, ring->shape))
        return true;
    if (entry.key_m >= GEO_EDGES_REACH_M)
        geo_eye_drop_anchor(&near->eye, &locator->nodes[entry.place]);
    if (entry.kind == KIND_EDGES || entry.kind == KIND_NODE)
        return open_edges(near, entry);
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
    const struct geo_locator *locator = near->locator;
    uint32_t level = entry.kind - KIND_BOX;
    if (entry.key_m >= GEO_EDGES_REACH_M)
        geo_eye_drop_anchor(&near->eye, &locator->boxes[locator->level_first[level] + entry.place]);
    return push_boxes(near, level - 1,
                      locate_children(entry.place, locator->level_counts[level - 1]));
}

/* A distance that nothing left in the queue can be below. */
static bool settle(struct near *near, struct geo_entry measured)
{
    if (is_done(near, measured.place))
        return true;
    if (measured.place != near->border_of)
        return geo_hits_add(near->hits, (struct geo_hit){measured.place, measured.key_m},
                            near->err);
    near->border_m = measured.key_m;
    return true;
}

static bool look_at(struct near *near, struct geo_entry top)
{
    if (top.kind == KIND_MEASURED)
        return settle(near, top);
    return top.kind < KIND_NODE ? open_box(near, top) : open_node(near, top);
}

static bool is_answered(const struct near *near)
{
    return near->hits->n >= near->limit &&
           (near->border_of == GEO_LOCATE_NONE || near->border_m < INFINITY);
}

static bool walk_outward(struct near *near)
{
    bool ok = true;
    while (ok && near->queue.n > 0 && !is_answered(near))
        ok = look_at(near, geo_queue_pop(&near->queue));
    return ok;
}

/* ------------------------------------------------------------------ questions */

static struct near near_make(const struct geo_locator *locator, struct geo_coord coord,
                             struct aro_error *err)
{
    return (struct near){.locator = locator,
                         .eye = geo_eye_make(&locator->ellipsoid, coord),
                         .max_m = INFINITY,
                         .border_of = GEO_LOCATE_NONE,
                         .border_m = INFINITY,
                         .err = err};
}

/* ------------------------------------------------------------------ what it touches */

/* What the place is in or on: the first hits, and what geo_locator_find() makes of it. */
struct touched {
    struct near *near;
    uint32_t holding, bordering; /* the least ordinals */
    bool on_border_of_holding;
};

static bool note_touched(void *context, uint32_t shape, bool is_inside, bool is_on_border)
{
    struct touched *touched = context;
    struct near *near = touched->near;
    if (is_inside && shape < touched->holding) {
        touched->holding = shape;
        touched->on_border_of_holding = false;
    }
    touched->on_border_of_holding |= is_on_border && shape == touched->holding;
    if (is_on_border && shape < touched->bordering)
        touched->bordering = shape;
    return is_hit(near, shape) || geo_hits_add(near->hits, (struct geo_hit){shape, 0}, near->err);
}

/* Whether the place is on the border of a shape. */
static bool note_border(void *context, uint32_t shape, bool is_inside, bool is_on_border)
{
    (void)is_inside;
    struct near *near = context;
    if (is_on_border && shape == near->border_of)
        near->border_m = 0;
    return true;
}

/* Most answers lie within reach. */
static bool walk_close(struct near *near)
{
    struct locate_close close = {.locator = near->locator,
                                 .eye = &near->eye,
                                 .limit = near->limit,
                                 .max_m = near->max_m,
                                 .hits = near->hits,
                                 .border_of = near->border_of,
                                 .border_m = near->border_m};
    if (!locate_sides_walk(&close) && !locate_close_walk(&close))
        return false;
    near->border_m = close.border_m;
    return true;
}

static bool push_rings_of(struct near *near, uint32_t shape)
{
    double lower_m[GEO_BOUNDS_BATCH];
    struct locate_shape rings = near->locator->of_shapes[shape];
    bool ok = true;
    for (uint32_t ring = rings.first; ok && ring < rings.end; ring++) {
        geo_eye_all_boxes_m(&near->eye, &near->locator->boxes[ring], 1, lower_m);
        ok = push_ring(near, lower_m[0], ring);
    }
    return ok;
}

bool geo_locator_border(const struct geo_locator *locator, uint32_t shape, struct geo_coord coord,
                        double *out_border_m, struct aro_error *err)
{
    struct geo_hits none = {0};
    struct near near = near_make(locator, coord, err);
    near.hits = &none;
    near.border_of = shape;
    locate_touching(locator, coord, note_border, &near);
    bool ok = near.border_m == 0 || walk_close(&near) ||
              (push_rings_of(&near, shape) && walk_outward(&near));
    geo_queue_clear(&near.queue);
    if (ok)
        *out_border_m = near.border_m;
    return ok;
}

static int compare_ordinals(const void *a, const void *b)
{
    const struct geo_hit *left = a, *right = b;
    return (left->position > right->position) - (left->position < right->position);
}

static bool touch(struct near *near, bool with_border)
{
    struct touched touched = {near, GEO_LOCATE_NONE, GEO_LOCATE_NONE, false};
    struct geo_hits *hits = near->hits;
    if (!locate_touching(near->locator, near->eye.from, note_touched, &touched))
        return false;
    if (hits->n > 1)
        qsort(hits->items, hits->n, sizeof *hits->items, compare_ordinals);
    hits->n = hits->n < near->limit ? hits->n : near->limit;
    if (!with_border)
        return true;
    bool is_held = touched.holding != GEO_LOCATE_NONE;
    near->border_of = is_held ? touched.holding : touched.bordering;
    bool on_border = is_held ? touched.on_border_of_holding : near->border_of != GEO_LOCATE_NONE;
    if (on_border)
        near->border_m = 0;
    return true;
}

static bool find_nearest(struct near *near, bool with_border)
{
    const struct geo_locator *locator = near->locator;
    near->hits->n = 0;
    bool ok = touch(near, with_border), is_known = ok && walk_close(near);
    if (ok && !is_known && locator->n_levels > 0)
        ok = push_boxes(near, locator->n_levels - 1, (struct geo_run){0, 1}) && walk_outward(near);
    geo_queue_clear(&near->queue);
    if (!ok)
        near->hits->n = 0;
    return ok;
}

bool geo_locator_nearest(const struct geo_locator *locator, struct geo_coord coord, size_t limit,
                         double max_m, struct geo_hits *out_hits, struct aro_error *err)
{
    struct near near = near_make(locator, coord, err);
    near.hits = out_hits;
    near.limit = limit;
    near.max_m = max_m;
    return find_nearest(&near, false);
}

bool geo_locator_look(const struct geo_locator *locator, struct geo_coord coord, size_t limit,
                      uint32_t *out_holding, double *out_border_m, struct geo_hits *out_hits,
                      struct aro_error *err)
{
    struct near near = near_make(locator, coord, err);
    near.hits = out_hits;
    near.limit = limit;
    if (!find_nearest(&near, true))
        return false;
    *out_holding = near.border_of;
    *out_border_m = near.border_m;
    return true;
}
