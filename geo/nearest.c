#include "geo/nearest.h"

#include <math.h>
#include <stdlib.h>

#include "geo/arc_internal.h"
#include "geo/array.h"
#include "geo/bounds_internal.h"
#include "geo/index_internal.h"
#include "geo/proj.h"
#include "geo/queue_internal.h"

_Static_assert((int)GEO_BOUNDS_BATCH == (int)GEO_INDEX_FANOUT,
               "one batch of bounds for a node's children");

void geo_hits_clear(struct geo_hits *hits)
{
    free(hits->items);
    *hits = (struct geo_hits){0};
}

bool geo_hits_add(struct geo_hits *hits, struct geo_hit hit, struct aro_error *err)
{
    struct geo_hit *items =
        aro_array_grow(hits->items, hits->n, &hits->capacity, sizeof *items, err);
    if (!items)
        return false;
    hits->items = items;
    hits->items[hits->n++] = hit;
    return true;
}

/* What both questions share: where from, how far, and which points count. */
struct question {
    const struct geo_index *index;
    struct geo_view view;
    struct geo_arc_end end;         /* of the same place */
    struct geo_ellipsoid ellipsoid; /* once something beyond the reach of an arc is measured */
    bool has_ellipsoid;
    double radius_m;
    geo_accept_fn *accept; /* or NULL */
    const void *context;
    /* Stacks: the place measured last, since its neighbours in the index may share it. */
    struct geo_coord measured;
    double measured_m; /* NaN before the first */
};

static struct geo_arc_end end_of(struct geo_point from)
{
    return geo_arc_end_make(from.lon_deg * 1e7, from.lat_deg * 1e7);
}

static bool question_make(const struct geo_index *index, struct geo_point from, double radius_m,
                          geo_accept_fn *accept, const void *context, struct question *out,
                          struct aro_error *err)
{
    struct geo_coord coord;
    if (!geo_coord_from_point(from, &coord, err))
        return false;
    if (!(radius_m >= 0))
        return aro_error_set(err, ARO_BAD_INPUT, "radius %.9g is out of range: wanted 0 or more",
                             radius_m);
    *out = (struct question){.index = index,
                             .view = geo_view_make(from),
                             .end = end_of(from),
                             .radius_m = radius_m,
                             .accept = accept,
                             .context = context,
                             .measured_m = NAN};
    return true;
}

static bool accepts(const struct question *question, uint32_t position)
{
    return !question->accept || question->accept(question->context, position);
}

/* What is within the reach of an arc is measured as one. False where it is not. */
static bool measure_arc(struct geo_point from, const struct geo_arc_end *end, struct geo_coord to,
                        double *out_m)
{
    double arc_m = geo_arc_m(end, to.lon_e7, to.lat_e7);
    if (!(arc_m <= GEO_ARC_REACH_M) || fabs(from.lat_deg) > GEO_ARC_MAX_LAT_DEG)
        return false;
    *out_m = arc_m;
    return true;
}

double geo_nearest_m(struct geo_point from, struct geo_coord to)
{
    double distance_m;
    struct geo_arc_end end = end_of(from);
    return measure_arc(from, &end, to, &distance_m) ? distance_m
                                                    : geo_geodesic_m(from, geo_coord_to_point(to));
}

static double measure_far(struct question *question, struct geo_coord to)
{
    if (!question->has_ellipsoid)
        geo_ellipsoid_init(&question->ellipsoid);
    question->has_ellipsoid = true;
    return geo_ellipsoid_geodesic_m(&question->ellipsoid, question->view.from,
                                    geo_coord_to_point(to));
}

static double measure_m(struct question *question, uint32_t position)
{
    struct geo_coord coord = question->index->coords[position];
    bool again = coord.lon_e7 == question->measured.lon_e7 &&
                 coord.lat_e7 == question->measured.lat_e7 && !isnan(question->measured_m);
    if (!again) {
        question->measured = coord;
        if (!measure_arc(question->view.from, &question->end, coord, &question->measured_m))
            question->measured_m = measure_far(question, coord);
    }
    return question->measured_m;
}

/* ------------------------------------------------------------------ nearest */

/* A kind below GEO_INDEX_MAX_LEVELS is a node of that level; a place is the node's in its level, or
 * a position. */
enum { KIND_POINT = GEO_INDEX_MAX_LEVELS, KIND_MEASURED };

static bool push_points(const struct question *question, struct geo_run points,
                        struct geo_queue *queue, struct aro_error *err)
{
    double unit2[GEO_BOUNDS_BATCH], space2[GEO_BOUNDS_BATCH];
    uint32_t n = points.end - points.first;
    geo_bounds_points(&question->view, question->index->coords + points.first, n, unit2, space2);
    for (uint32_t i = 0; i < n; i++) {
        struct geo_entry entry = {geo_bounds_lower_m(unit2[i], space2[i]), KIND_POINT,
                                  points.first + i};
        if (entry.key_m <= question->radius_m && accepts(question, entry.place) &&
            !geo_queue_push(queue, entry, err))
            return false;
    }
    return true;
}

static bool push_nodes(const struct question *question, uint32_t level, struct geo_run nodes,
                       struct geo_queue *queue, struct aro_error *err)
{
    double unit2[GEO_BOUNDS_BATCH];
    uint32_t n = nodes.end - nodes.first;
    geo_bounds_nearest(&question->view, geo_index_boxes(question->index, level) + nodes.first, n,
                       unit2);
    for (uint32_t i = 0; i < n; i++) {
        struct geo_entry entry = {geo_bounds_unit_m(unit2[i]), level, nodes.first + i};
        if (entry.key_m <= question->radius_m && !geo_queue_push(queue, entry, err))
            return false;
    }
    return true;
}

/* Replaces a node by what it holds. */
static bool open_node(const struct question *question, struct geo_entry node,
                      struct geo_queue *queue, struct aro_error *err)
{
    struct geo_run children = geo_index_children(question->index, node.kind, node.place);
    return node.kind == 0 ? push_points(question, children, queue, err)
                          : push_nodes(question, node.kind - 1, children, queue, err);
}

/* A measured point is a hit when nothing else in the queue could come before it. */
static bool settle(struct question *question, struct geo_entry point, struct geo_queue *queue,
                   struct geo_hits *hits, struct aro_error *err)
{
    if (point.kind == KIND_POINT)
        point = (struct geo_entry){measure_m(question, point.place), KIND_MEASURED, point.place};
    if (point.key_m > question->radius_m)
        return true;
    if (queue->n > 0 && geo_entry_is_before(&queue->items[0], &point))
        return geo_queue_push(queue, point, err);
    return geo_hits_add(hits, (struct geo_hit){point.place, point.key_m}, err);
}

static bool walk_outward(struct question *question, size_t limit, struct geo_hits *hits,
                         struct aro_error *err)
{
    struct geo_queue queue = {0};
    struct geo_entry root = {0, question->index->n_levels - 1, 0};
    bool ok = geo_queue_push(&queue, root, err);
    while (ok && queue.n > 0 && hits->n < limit) {
        struct geo_entry top = geo_queue_pop(&queue);
        ok = top.kind < KIND_POINT ? open_node(question, top, &queue, err)
                                   : settle(question, top, &queue, hits, err);
    }
    geo_queue_clear(&queue);
    return ok;
}

bool geo_nearest(const struct geo_index *index, struct geo_point from, double radius_m,
                 size_t limit, geo_accept_fn *accept, const void *context,
                 struct geo_hits *out_hits, struct aro_error *err)
{
    struct question question;
    out_hits->n = 0;
    if (!question_make(index, from, radius_m, accept, context, &question, err))
        return false;
    if (index->n == 0 || limit == 0 || walk_outward(&question, limit, out_hits, err))
        return true;
    out_hits->n = 0;
    return false;
}

/* ------------------------------------------------------------------ within a radius */

struct within {
    struct question question;
    struct geo_ring ring;
    struct geo_runs *runs;
    struct aro_error *err;
};

static bool add_points(struct within *within, struct geo_run points)
{
    double unit2[GEO_BOUNDS_BATCH], space2[GEO_BOUNDS_BATCH];
    struct question *question = &within->question;
    const struct geo_ring *ring = &within->ring;
    geo_bounds_points(&question->view, question->index->coords + points.first,
                      points.end - points.first, unit2, space2);
    for (uint32_t i = points.first; i < points.end; i++) {
        double unit = unit2[i - points.first], space = space2[i - points.first];
        if (unit > ring->outside_unit2 || space > ring->outside_space2)
            continue;
        bool inside = unit <= ring->inside_unit2 || space <= ring->inside_space2;
        if ((inside || measure_m(question, i) <= question->radius_m) &&
            !geo_runs_add(within->runs, i, i + 1, within->err))
            return false;
    }
    return true;
}

/* In the order of positions; as deep as the tree is high: at most GEO_INDEX_MAX_LEVELS calls. */
static bool add_nodes(struct within *within, uint32_t level, struct geo_run nodes)
{
    double nearest2[GEO_BOUNDS_BATCH], farthest2[GEO_BOUNDS_BATCH];
    const struct geo_index *index = within->question.index;
    const struct geo_rect *boxes = geo_index_boxes(index, level) + nodes.first;
    geo_bounds_nearest(&within->question.view, boxes, nodes.end - nodes.first, nearest2);
    geo_bounds_farthest(&within->question.view, boxes, nodes.end - nodes.first, farthest2);
    bool ok = true;
    for (uint32_t node = nodes.first; ok && node < nodes.end; node++) {
        if (nearest2[node - nodes.first] > within->ring.outside_unit2)
            continue;
        struct geo_run children = geo_index_children(index, level, node);
        struct geo_run positions = geo_index_positions(index, level, node);
        if (farthest2[node - nodes.first] <= within->ring.inside_unit2)
            ok = geo_runs_add(within->runs, positions.first, positions.end, within->err);
        else
            ok = level == 0 ? add_points(within, children) : add_nodes(within, level - 1, children);
    }
    return ok;
}

bool geo_within(const struct geo_index *index, struct geo_point from, double radius_m,
                struct geo_runs *out_runs, struct aro_error *err)
{
    struct within within = {.runs = out_runs, .err = err};
    out_runs->n = 0;
    if (!question_make(index, from, radius_m, NULL, NULL, &within.question, err))
        return false;
    within.ring = geo_ring_make(radius_m);
    if (index->n == 0 || add_nodes(&within, index->n_levels - 1, (struct geo_run){0, 1}))
        return true;
    out_runs->n = 0;
    return false;
}
