/*
 * Unions from arcs. What a group's rings pass as often one way as the other lies inside it; the
 * rest is its outline. From the arcs of an outline, loops are traced with the inside at the left,
 * always taking the sharpest turn to the left, and a loop is cut off wherever the way comes back
 * to a node that it has passed: so parts that touch at a point stay parts, and a hole that touches
 * its outer ring at a point stays a hole.
 */
#include "geo/mesh_loops.h"

#include <stdlib.h>

struct dissolver {
    const struct geo_mesh *mesh;
    float min_importance;
    struct aro_error *err;
    uint32_t *refs;          /* of all groups in turn */
    uint32_t *group_ends;    /* by group, in refs */
    int32_t *balances;       /* by arc: how often forward, less how often backward; 0 at last */
    uint32_t *outgoing;      /* by node: place in refs of one that leaves it, or MESH_NONE */
    uint32_t *next_outgoing; /* by place in refs: of another that leaves the same node */
    uint32_t *depths;        /* by node: place on the path + 1, or 0 */
    uint32_t *path;          /* refs from a node on */
    uint32_t path_len;
    struct mesh_loops loops; /* of the group at work */
};

/* ------------------------------------------------------------------ what is outline */

/* The end of item i - 1, for a number of items that may be none. */
static uint32_t end_before(const struct geo_ends *ends, uint32_t i)
{
    return i > 0 ? ends->items[i - 1] : 0;
}

static struct geo_run refs_of_shape(const struct geo_mesh *mesh, size_t shape)
{
    struct geo_run polygons = geo_ends_run(&mesh->shapes, shape);
    uint32_t first_ring = end_before(&mesh->polygons, polygons.first);
    uint32_t end_ring = end_before(&mesh->polygons, polygons.end);
    return (struct geo_run){end_before(&mesh->rings, first_ring),
                            end_before(&mesh->rings, end_ring)};
}

/* Sorts the refs of the shapes by group. */
static void gather_refs(struct dissolver *dissolver, const uint32_t *groups, size_t n_groups)
{
    const struct geo_mesh *mesh = dissolver->mesh;
    uint32_t *ends = dissolver->group_ends, sum = 0;
    for (size_t shape = 0; shape < mesh->shapes.n; shape++) {
        struct geo_run run = refs_of_shape(mesh, shape);
        if (groups[shape] != GEO_MESH_NO_GROUP)
            ends[groups[shape]] += run.end - run.first;
    }
    for (size_t group = 0; group < n_groups; group++) {
        uint32_t count = ends[group];
        ends[group] = sum;
        sum += count;
    }
    for (size_t shape = 0; shape < mesh->shapes.n; shape++) {
        struct geo_run run = refs_of_shape(mesh, shape);
        for (uint32_t i = run.first; groups[shape] != GEO_MESH_NO_GROUP && i < run.end; i++)
            dissolver->refs[ends[groups[shape]]++] = mesh->refs[i];
    }
}

/* Moves the outline to the front of a group's refs. */
static struct geo_run keep_outline(struct dissolver *dissolver, struct geo_run run)
{
    int32_t *balances = dissolver->balances;
    struct geo_run kept = {run.first, run.first};
    for (uint32_t i = run.first; i < run.end; i++)
        balances[dissolver->refs[i] >> 1] += dissolver->refs[i] & 1 ? -1 : 1;
    for (uint32_t i = run.first; i < run.end; i++) {
        uint32_t ref = dissolver->refs[i];
        int32_t one = ref & 1 ? -1 : 1;
        if (balances[ref >> 1] * one <= 0)
            continue;
        balances[ref >> 1] -= one;
        dissolver->refs[kept.end++] = ref;
    }
    return kept;
}

/* ------------------------------------------------------------------ turning at a node */

/* The vertex beside the node at the start, or at the end, of a ref. */
static struct geo_coord beside_node(const struct geo_mesh *mesh, uint32_t ref, bool at_end)
{
    const struct mesh_arc *arc = &mesh->arcs[ref >> 1];
    return mesh->coords[(ref & 1) == at_end ? arc->first + 1 : arc->end - 2];
}

/* How far it is clockwise from one direction to another: 0 less than half a turn, 1 half a turn,
 * 2 more, 3 a whole one. */
static int turn_class(struct geo_coord node, struct geo_coord from, struct geo_coord to)
{
    __int128 cross = coord_cross(node, from, to);
    if (cross != 0)
        return cross < 0 ? 0 : 2;
    __int128 along = (__int128)((int64_t)from.lon_e7 - node.lon_e7) * (to.lon_e7 - node.lon_e7) +
                     (__int128)((int64_t)from.lat_e7 - node.lat_e7) * (to.lat_e7 - node.lat_e7);
    return along > 0 ? 3 : 1;
}

/* Is direction a met before b on the way clockwise from where one came? */
static bool is_sharper(struct geo_coord node, struct geo_coord from, struct geo_coord a,
                       struct geo_coord b)
{
    int class_a = turn_class(node, from, a), class_b = turn_class(node, from, b);
    return class_a != class_b ? class_a < class_b : coord_cross(node, a, b) < 0;
}

/* Takes, of the refs that leave the end of another, the one with the sharpest turn to the left. */
static uint32_t take_next(struct dissolver *dissolver, uint32_t ref)
{
    const struct geo_mesh *mesh = dissolver->mesh;
    const struct mesh_arc *arc = &mesh->arcs[ref >> 1];
    struct geo_coord node = mesh->coords[ref & 1 ? arc->first : arc->end - 1];
    struct geo_coord from = beside_node(mesh, ref, true);
    uint32_t *best = &dissolver->outgoing[mesh_ref_end(mesh, ref)];
    for (uint32_t *link = best; *link != MESH_NONE; link = &dissolver->next_outgoing[*link])
        if (link != best && is_sharper(node, from, beside_node(mesh, dissolver->refs[*link], false),
                                       beside_node(mesh, dissolver->refs[*best], false)))
            best = link;
    uint32_t place = *best;
    *best = dissolver->next_outgoing[place];
    return dissolver->refs[place];
}

/* ------------------------------------------------------------------ loops */

static bool add_arc(struct dissolver *dissolver, uint32_t ref)
{
    return mesh_add_arc(dissolver->mesh, ref, dissolver->min_importance, &dissolver->loops.rings,
                        dissolver->err);
}

/* Makes a loop of the path's refs from a depth on. */
static bool cut_off(struct dissolver *dissolver, uint32_t depth)
{
    for (uint32_t i = depth; i < dissolver->path_len; i++) {
        dissolver->depths[mesh_ref_start(dissolver->mesh, dissolver->path[i])] = 0;
        if (!add_arc(dissolver, dissolver->path[i]))
            return false;
    }
    dissolver->path_len = depth;
    return mesh_loops_end(&dissolver->loops, dissolver->err);
}

/* Follows the outline from a ref, already taken, until it is back where it began. As many refs
 * enter a node as leave it, so there is always one to go on with. */
static bool trace(struct dissolver *dissolver, uint32_t ref)
{
    for (;;) {
        uint32_t end = mesh_ref_end(dissolver->mesh, ref);
        dissolver->path[dissolver->path_len++] = ref;
        dissolver->depths[mesh_ref_start(dissolver->mesh, ref)] = dissolver->path_len;
        if (dissolver->depths[end] > 0 && !cut_off(dissolver, dissolver->depths[end] - 1))
            return false;
        if (dissolver->path_len == 0)
            return true;
        ref = take_next(dissolver, ref);
    }
}

static bool trace_outline(struct dissolver *dissolver, struct geo_run outline)
{
    for (uint32_t i = outline.end; i-- > outline.first;) {
        uint32_t node = mesh_ref_start(dissolver->mesh, dissolver->refs[i]);
        if (node == MESH_NONE)
            continue;
        dissolver->next_outgoing[i] = dissolver->outgoing[node];
        dissolver->outgoing[node] = i;
    }
    for (uint32_t i = outline.first; i < outline.end; i++) {
        uint32_t node = mesh_ref_start(dissolver->mesh, dissolver->refs[i]);
        if (node == MESH_NONE && (!add_arc(dissolver, dissolver->refs[i]) ||
                                  !mesh_loops_end(&dissolver->loops, dissolver->err)))
            return false;
        while (node != MESH_NONE && dissolver->outgoing[node] != MESH_NONE) {
            uint32_t place = dissolver->outgoing[node];
            dissolver->outgoing[node] = dissolver->next_outgoing[place];
            if (!trace(dissolver, dissolver->refs[place]))
                return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ together */

static bool allocate(struct dissolver *dissolver, size_t n_groups, struct aro_error *err)
{
    const struct geo_mesh *mesh = dissolver->mesh;
    dissolver->refs = calloc(mesh->n_refs + 1, sizeof *dissolver->refs);
    dissolver->group_ends = calloc(n_groups + 1, sizeof *dissolver->group_ends);
    dissolver->balances = calloc(mesh->n_arcs + 1, sizeof *dissolver->balances);
    dissolver->outgoing = calloc(mesh->n_nodes + 1, sizeof *dissolver->outgoing);
    dissolver->next_outgoing = calloc(mesh->n_refs + 1, sizeof *dissolver->next_outgoing);
    dissolver->depths = calloc(mesh->n_nodes + 1, sizeof *dissolver->depths);
    dissolver->path = calloc(mesh->n_refs + 1, sizeof *dissolver->path);
    if (!dissolver->refs || !dissolver->group_ends || !dissolver->balances ||
        !dissolver->outgoing || !dissolver->next_outgoing || !dissolver->depths || !dissolver->path)
        return aro_error_no_memory(err);
    for (size_t i = 0; i < mesh->n_nodes; i++)
        dissolver->outgoing[i] = MESH_NONE;
    return true;
}

static bool dissolve_group(struct dissolver *dissolver, size_t group, struct geo_rings *out_rings)
{
    struct geo_run run = {
        end_before(&(struct geo_ends){.items = dissolver->group_ends}, (uint32_t)group),
        dissolver->group_ends[group]};
    mesh_loops_empty(&dissolver->loops);
    return trace_outline(dissolver, keep_outline(dissolver, run)) &&
           mesh_loops_write(&dissolver->loops, out_rings, dissolver->err);
}

bool geo_mesh_dissolve(const struct geo_mesh *mesh, const uint32_t *groups, size_t n_groups,
                       double min_importance, struct geo_rings *out_rings, struct aro_error *err)
{
    struct dissolver dissolver = {
        .mesh = mesh, .min_importance = (float)min_importance, .err = err};
    bool ok = allocate(&dissolver, n_groups, err);
    if (ok)
        gather_refs(&dissolver, groups, n_groups);
    for (size_t group = 0; ok && group < n_groups; group++)
        ok = dissolve_group(&dissolver, group, out_rings);
    free(dissolver.refs);
    free(dissolver.group_ends);
    free(dissolver.balances);
    free(dissolver.outgoing);
    free(dissolver.next_outgoing);
    free(dissolver.depths);
    free(dissolver.path);
    mesh_loops_clear(&dissolver.loops);
    return ok;
}
