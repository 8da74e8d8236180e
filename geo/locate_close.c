#include <math.h>
#include <string.h>

#include "geo/locate_internal.h"

/*
 * Depth first, the nearest child first, without a queue to keep, which is most of what a walk
 * outward costs. It goes twice. First in the plane of the bounds (edges_internal.h), where an edge
 * is at most so much farther than its bound: the hits, in their order at any time, then hold upper
 * bounds, once they are full nothing beyond the last is looked at, and the edges that may still
 * count are listed. Then those few are measured, and the hits filled anew.
 */

enum { MAX_LISTED = 128 };

struct listed {
    uint32_t shape;
    struct geo_coord a, b;
    double lower_m;
};

struct walk {
    struct locate_close *close;
    size_t n_touched; /* of the hits, the first: nothing is to be found of these shapes */
    size_t n_listed;
    bool by_sides;   /* edges are those of the shape beside the ring's own */
    double beside_m; /* nothing is known of what lies beyond an edge at least so far away */
    struct listed listed[MAX_LISTED];
};

/* Bounds that say no more than "beyond reach" are beyond this. */
static const double close_m = GEO_EDGES_REACH_M - 1;

/* ------------------------------------------------------------------ edges */

/* Where a ring closes, its first vertex does not stand behind its last. */
static void list_edges(const struct geo_locator *locator, const struct locate_ring *ring,
                       uint32_t node, struct locate_edges *edges)
{
    struct geo_run run = locate_node_edges(ring, 0, node - ring->nodes);
    edges->ring = ring;
    edges->n = run.end - run.first;
    edges->vertices = locator->shapes->coords + ring->first + run.first;
    if (ring->first + run.end < ring->end)
        return;
    memcpy(edges->copy, edges->vertices, edges->n * sizeof *edges->copy);
    edges->copy[edges->n] = locate_vertex(locator, ring, run.end);
    edges->vertices = edges->copy;
}

void locate_edges_look(const struct geo_locator *locator, const struct geo_eye *eye,
                       const struct locate_ring *ring, uint32_t node,
                       struct locate_edges *out_edges)
{
    list_edges(locator, ring, node, out_edges);
    geo_eye_path_m(eye, out_edges->vertices, out_edges->n, out_edges->lower_m);
    out_edges->least = 0;
    for (uint32_t i = 1; i < out_edges->n; i++)
        if (out_edges->lower_m[i] < out_edges->lower_m[out_edges->least])
            out_edges->least = i;
}

/* ------------------------------------------------------------------ what was found */

static size_t place_of(const struct geo_hits *hits, uint32_t shape)
{
    size_t i = 0;
    while (i < hits->n && hits->items[i].position != shape)
        i++;
    return i;
}

/* What is farther cannot be among the hits. */
static double cut_m(const struct walk *walk)
{
    const struct locate_close *close = walk->close;
    if (close->hits->n < close->limit)
        return fmin(close->max_m, close_m);
    return close->limit > 0 ? close->hits->items[close->limit - 1].distance_m : -1;
}

/* What is farther is nothing new of the shape. */
static double shape_cut_m(const struct walk *walk, uint32_t shape)
{
    const struct locate_close *close = walk->close;
    if (shape == close->border_of)
        return fmin(close->border_m, close_m);
    size_t at = place_of(close->hits, shape);
    if (at == close->hits->n)
        return cut_m(walk);
    return at < walk->n_touched ? -1 : close->hits->items[at].distance_m;
}

static bool is_before(const struct geo_hit *a, const struct geo_hit *b)
{
    return a->distance_m != b->distance_m ? a->distance_m < b->distance_m
                                          : a->position < b->position;
}

/* The shape is at most that far: it moves forward among the hits, or comes in. */
static bool offer(struct walk *walk, uint32_t shape, double distance_m)
{
    struct locate_close *close = walk->close;
    if (!(distance_m <= shape_cut_m(walk, shape)))
        return true;
    if (shape == close->border_of) {
        close->border_m = distance_m;
        return true;
    }
    struct geo_hits *hits = close->hits;
    struct geo_hit hit = {shape, distance_m};
    size_t at = place_of(hits, shape);
    bool is_new = at == hits->n, is_full = hits->n == close->limit;
    if (is_new && is_full && !is_before(&hit, &hits->items[--at]))
        return true;
    if (is_new && !is_full && !geo_hits_add(hits, hit, NULL))
        return false;
    for (; at > walk->n_touched && is_before(&hit, &hits->items[at - 1]); at--)
        hits->items[at] = hits->items[at - 1];
    hits->items[at] = hit;
    return true;
}

/* ------------------------------------------------------------------ the walk */

/* The children of a node that are not cut off, the nearest first. */
struct children {
    uint32_t n, order[GEO_INDEX_FANOUT];
    double lower_m[GEO_INDEX_FANOUT];
};

static void look_at_boxes(const struct locate_close *close, const struct geo_rect *boxes,
                          uint32_t n, double cut, struct children *children)
{
    double lower_m[GEO_BOUNDS_BATCH];
    geo_eye_boxes_m(close->eye, boxes, n, lower_m);
    children->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (lower_m[i] > cut)
            continue;
        uint32_t at = children->n++;
        for (; at > 0 && children->lower_m[at - 1] > lower_m[i]; at--) {
            children->lower_m[at] = children->lower_m[at - 1];
            children->order[at] = children->order[at - 1];
        }
        children->lower_m[at] = lower_m[i];
        children->order[at] = i;
    }
}

static bool list_edge(struct walk *walk, uint32_t shape, const struct locate_edges *edges,
                      uint32_t i)
{
    if (walk->n_listed == MAX_LISTED)
        return false;
    walk->listed[walk->n_listed++] =
        (struct listed){shape, edges->vertices[i], edges->vertices[i + 1], edges->lower_m[i]};
    return true;
}

static bool visit_edges(struct walk *walk, const struct locate_ring *ring, uint32_t node)
{
    struct locate_edges edges;
    const struct geo_eye *eye = walk->close->eye;
    locate_edges_look(walk->close->locator, eye, ring, node, &edges);
    uint32_t shape = ring->shape;
    double least_m = edges.lower_m[edges.least];
    if (least_m == GEO_EDGES_LONG_M || !offer(walk, shape, geo_eye_upper_m(eye, least_m)))
        return false;
    double cut = shape_cut_m(walk, shape);
    for (uint32_t i = 0; i < edges.n; i++)
        if (edges.lower_m[i] <= cut && !list_edge(walk, shape, &edges, i))
            return false;
    return true;
}

/* Edges first to end - 1 of those looked at have the same shape beside them. */
static bool visit_side(struct walk *walk, uint32_t shape, const struct locate_edges *edges,
                       uint32_t first, uint32_t end)
{
    double least_m = edges->lower_m[first];
    for (uint32_t i = first + 1; i < end; i++)
        least_m = fmin(least_m, edges->lower_m[i]);
    if (shape == GEO_LOCATE_NONE)
        walk->beside_m = fmin(walk->beside_m, least_m);
    if (least_m == GEO_EDGES_LONG_M)
        return false;
    if (shape == GEO_LOCATE_NONE || least_m > shape_cut_m(walk, shape))
        return true;
    if (!offer(walk, shape, geo_eye_upper_m(walk->close->eye, least_m)))
        return false;
    double cut = shape_cut_m(walk, shape);
    for (uint32_t i = first; i < end; i++)
        if (edges->lower_m[i] <= cut && !list_edge(walk, shape, edges, i))
            return false;
    return true;
}

static bool visit_sides(struct walk *walk, const struct locate_ring *ring, uint32_t node)
{
    const struct geo_locator *locator = walk->close->locator;
    const struct locate_side *side = locator->sides + ring->sides;
    struct locate_edges edges;
    list_edges(locator, ring, node, &edges);
    geo_eye_path_m(walk->close->eye, edges.vertices, edges.n, edges.lower_m);
    uint32_t before = locate_node_edges(ring, 0, node - ring->nodes).first;
    while (side->end <= before)
        side++;
    bool ok = true;
    for (uint32_t i = 0, end = 0; ok && i < edges.n; i = end, side++) {
        end = side->end - before < edges.n ? side->end - before : edges.n;
        ok = visit_side(walk, side->shape, &edges, i, end);
    }
    return ok;
}

static double ring_cut_m(const struct walk *walk, const struct locate_ring *ring)
{
    return walk->by_sides ? cut_m(walk) : shape_cut_m(walk, ring->shape);
}

/* Nodes of a level of a ring's tree, which begins at `first`. As deep as the tree is high. */
static bool visit_nodes(struct walk *walk, const struct locate_ring *ring, uint32_t level,
                        uint32_t first, struct geo_run run)
{
    struct children children;
    look_at_boxes(walk->close, walk->close->locator->nodes + first + run.first, run.end - run.first,
                  ring_cut_m(walk, ring), &children);
    uint32_t below = level > 0 ? locate_level_count(ring->end - ring->first, level - 1) : 0;
    bool ok = true;
    for (uint32_t i = 0; ok && i < children.n; i++) {
        if (children.lower_m[i] > ring_cut_m(walk, ring))
            break;
        uint32_t node = run.first + children.order[i];
        ok = level == 0
                 ? (walk->by_sides ? visit_sides : visit_edges)(walk, ring, first + node)
                 : visit_nodes(walk, ring, level - 1, first - below, locate_children(node, below));
    }
    return ok;
}

/* Its box is the one node of the last level: the children of that, if it has any, come first. */
static bool visit_ring(struct walk *walk, const struct locate_ring *ring)
{
    uint32_t level = ring->n_levels > 1 ? ring->n_levels - 2 : 0;
    return visit_nodes(walk, ring, level, locate_level_first(ring, level),
                       (struct geo_run){0, locate_level_count(ring->end - ring->first, level)});
}

/* Nodes of the tree over the rings; those of level 0 are the rings. As deep as it is high. */
static bool visit_boxes(struct walk *walk, uint32_t level, struct geo_run run)
{
    const struct geo_locator *locator = walk->close->locator;
    struct children children;
    look_at_boxes(walk->close, locator->boxes + locator->level_first[level] + run.first,
                  run.end - run.first, cut_m(walk), &children);
    bool ok = true;
    for (uint32_t i = 0; ok && i < children.n && children.lower_m[i] <= cut_m(walk); i++) {
        uint32_t node = run.first + children.order[i];
        if (level > 0)
            ok = visit_boxes(walk, level - 1,
                             locate_children(node, locator->level_counts[level - 1]));
        else if (locator->rings[node].shape != walk->close->border_of)
            ok = visit_ring(walk, &locator->rings[node]);
    }
    return ok;
}

static bool visit_shape(struct walk *walk, uint32_t shape)
{
    const struct geo_locator *locator = walk->close->locator;
    struct locate_shape rings = locator->of_shapes[shape];
    bool ok = true;
    for (uint32_t i = rings.first; ok && i < rings.end; i++)
        ok = visit_ring(walk, &locator->rings[i]);
    return ok;
}

/* Drops what is cut off by now, and sorts the rest, the nearest first. */
static size_t sort_listed(struct walk *walk)
{
    size_t n = 0;
    for (size_t i = 0; i < walk->n_listed; i++) {
        struct listed edge = walk->listed[i];
        if (edge.lower_m > shape_cut_m(walk, edge.shape))
            continue;
        size_t at = n++;
        for (; at > 0 && walk->listed[at - 1].lower_m > edge.lower_m; at--)
            walk->listed[at] = walk->listed[at - 1];
        walk->listed[at] = edge;
    }
    return n;
}

static bool measure(struct walk *walk)
{
    struct locate_close *close = walk->close;
    size_t n = sort_listed(walk);
    close->hits->n = walk->n_touched;
    if (close->border_m > 0)
        close->border_m = INFINITY;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        const struct listed *edge = &walk->listed[i];
        double cut = shape_cut_m(walk, edge->shape);
        if (edge->lower_m <= cut)
            ok = offer(walk, edge->shape, geo_eye_edge_m(close->eye, edge->a, edge->b, cut));
    }
    return ok;
}

bool locate_close_walk(struct locate_close *close)
{
    const struct geo_locator *locator = close->locator;
    struct walk walk; /* not set to zero: most of it is the list */
    walk.close = close;
    walk.n_touched = close->hits->n;
    walk.n_listed = 0;
    walk.by_sides = false;
    bool with_border = close->border_of != GEO_LOCATE_NONE;
    bool ok = !with_border || close->border_m == 0 || visit_shape(&walk, close->border_of);
    ok = ok && (!with_border || close->border_m <= close_m);
    if (ok && close->hits->n < close->limit && locator->n_levels > 0)
        ok = visit_boxes(&walk, locator->n_levels - 1, (struct geo_run){0, 1});
    ok = ok && (close->hits->n == close->limit || close->max_m <= close_m) && measure(&walk);
    if (!ok)
        close->hits->n = walk.n_touched;
    return ok;
}

/* ------------------------------------------------------------------ from one shape to the next */

/*
 * From a place inside of a shape the way to the nearest border of another leads only through
 * shapes that are nearer still: it is an edge of one of those. So the walk looks at the edges of
 * the shape that holds the place, then at those of the nearest one beside it, and so on. An edge
 * that has no other shape beyond it, or more than one at an end, ends it where it is so near that
 * it counts.
 */

enum { MAX_VISITED = 8 };

/* The nearest shape that was not visited, and through which a way to a hit might lead. */
static size_t next_to_visit(const struct walk *walk, const uint32_t *visited, size_t n_visited)
{
    const struct geo_hits *hits = walk->close->hits;
    for (size_t i = 0; i < hits->n; i++) {
        bool is_visited = false;
        for (size_t j = 0; j < n_visited; j++)
            is_visited |= visited[j] == hits->items[i].position;
        bool is_last = hits->n == walk->close->limit && i + 1 == hits->n;
        double before_m = i > 0 ? hits->items[i - 1].distance_m : 0;
        if (!is_visited &&
            !(is_last && hits->items[i].distance_m >= geo_eye_upper_m(walk->close->eye, before_m)))
            return i;
    }
    return hits->n;
}

static bool visit_from_within(struct walk *walk)
{
    const struct geo_hits *hits = walk->close->hits;
    uint32_t visited[MAX_VISITED];
    bool ok = true;
    for (size_t n = 0; ok; n++) {
        size_t next = next_to_visit(walk, visited, n);
        if (next == hits->n)
            break;
        if (n == MAX_VISITED)
            return false;
        visited[n] = hits->items[next].position;
        ok = !walk->close->locator->of_shapes[visited[n]].may_overlap &&
             visit_shape(walk, visited[n]) && walk->beside_m > cut_m(walk);
    }
    return ok && hits->n == walk->close->limit;
}

bool locate_sides_walk(struct locate_close *close)
{
    struct geo_hits *hits = close->hits;
    if (hits->n != 1 || close->limit < 2 || close->limit > MAX_VISITED || close->border_m == 0 ||
        close->max_m < INFINITY)
        return false;
    struct walk walk; /* not set to zero: most of it is the list */
    struct locate_close within = *close;
    within.border_of = GEO_LOCATE_NONE;
    walk.close = &within;
    walk.n_touched = hits->n;
    walk.n_listed = 0;
    walk.by_sides = true;
    walk.beside_m = INFINITY;
    bool ok = visit_from_within(&walk) && measure(&walk);
    if (!ok)
        hits->n = walk.n_touched;
    else if (close->border_of != GEO_LOCATE_NONE)
        close->border_m = hits->items[1].distance_m;
    return ok;
}
