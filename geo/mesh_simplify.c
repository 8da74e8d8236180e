/*
 * Which vertex goes when: all arcs are simplified together, the least triangle first.
 *
 * The queue is a row of lists by the triangle's area, 64 to each doubling, so that the order is
 * that of the areas to within 1.6 % and every step takes constant time. A vertex whose triangle
 * holds another waits in a list of that other, and comes back when that one goes or when its own
 * triangle changes. What stands in no list stays for good unless its triangle changes.
 */
#include "geo/mesh_live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bits of a float below the 8 of its exponent and the first 6 of its fraction. */
enum { BUCKET_SHIFT = 17, N_BUCKETS = 0x7F800000 >> BUCKET_SHIFT };

/* In links: not a vertex of the arc but a node, or in lists: not a vertex but a list. */
static const uint32_t FLAG = UINT32_C(1) << 31;

/* Steps of the table of what the mercator map enlarges, a tenth of a degree each. */
enum { LAT_STEP_E7 = 1000000, LAT_STEPS = 1801 };

/* What is known of a vertex, together, because the walk jumps from place to place in memory. */
struct site {
    struct geo_coord coord;
    uint32_t before, behind;           /* neighbours that are left; past the ends FLAG | node */
    uint32_t list_before, list_behind; /* neighbours in a list, MESH_NONE behind the last; before
                                        * the first FLAG | list, MESH_NONE outside of lists */
    uint32_t waiting;                  /* the first of those that wait for it, or MESH_NONE */
};

struct simplifier {
    struct geo_mesh *mesh;
    struct site *sites; /* by vertex */
    struct mesh_live live;
    uint32_t *buckets; /* the first of each, or MESH_NONE */
    float *scales;     /* of an area in units of 1e-7 degree on the map, by latitude */
    float importance;  /* reached so far */
};

/* ------------------------------------------------------------------ lists */

/* Lists below N_BUCKETS are buckets, the others those that wait for vertex list - N_BUCKETS. */
static uint32_t *list_first(const struct simplifier *simplifier, uint32_t list)
{
    return list < N_BUCKETS ? &simplifier->buckets[list]
                            : &simplifier->sites[list - N_BUCKETS].waiting;
}

static void list_remove(struct simplifier *simplifier, uint32_t vertex)
{
    struct site *site = &simplifier->sites[vertex];
    if (site->list_before == MESH_NONE)
        return;
    if (site->list_before & FLAG)
        *list_first(simplifier, site->list_before & ~FLAG) = site->list_behind;
    else
        simplifier->sites[site->list_before].list_behind = site->list_behind;
    if (site->list_behind != MESH_NONE)
        simplifier->sites[site->list_behind].list_before = site->list_before;
    site->list_before = MESH_NONE;
}

static void list_add(struct simplifier *simplifier, uint32_t list, uint32_t vertex)
{
    struct site *site = &simplifier->sites[vertex];
    uint32_t *first = list_first(simplifier, list);
    site->list_before = FLAG | list;
    site->list_behind = *first;
    if (*first != MESH_NONE)
        simplifier->sites[*first].list_before = vertex;
    *first = vertex;
}

/* ------------------------------------------------------------------ triangles */

static void corners_of(const struct simplifier *simplifier, uint32_t vertex,
                       struct geo_coord out_corners[3])
{
    const struct site *site = &simplifier->sites[vertex];
    out_corners[0] = simplifier->sites[site->before].coord;
    out_corners[1] = site->coord;
    out_corners[2] = simplifier->sites[site->behind].coord;
}

/* In squares of 2^-32 of the map's width. */
static float area_of(const struct simplifier *simplifier, uint32_t vertex)
{
    struct geo_coord corners[3];
    corners_of(simplifier, vertex, corners);
    float area2 = (float)coord_cross(corners[0], corners[1], corners[2]);
    int64_t step = ((int64_t)corners[1].lat_e7 + 900000000) / LAT_STEP_E7;
    return fabsf(area2) * simplifier->scales[step];
}

/* Puts it where its area, or what is reached already, says. */
static void enqueue(struct simplifier *simplifier, uint32_t vertex)
{
    float key = area_of(simplifier, vertex);
    uint32_t bits;
    if (!(key > simplifier->importance))
        key = simplifier->importance;
    memcpy(&bits, &key, sizeof bits);
    list_add(simplifier, bits >> BUCKET_SHIFT, vertex);
}

static bool is_end(const struct site *site)
{
    return (site->before | site->behind) & FLAG;
}

/* The same for the same place: the vertex itself, or the node that it is. */
static uint32_t place_of(const struct simplifier *simplifier, uint32_t vertex)
{
    const struct site *site = &simplifier->sites[vertex];
    if (site->before & FLAG)
        return site->before;
    return site->behind & FLAG ? site->behind : vertex;
}

/* Does an edge lead from one node to another? */
static bool nodes_are_joined(const struct simplifier *simplifier, uint32_t from_place,
                             uint32_t to_place)
{
    const struct geo_mesh *mesh = simplifier->mesh;
    uint32_t end = mesh->node_ends[from_place & ~FLAG];
    while (end != MESH_NONE) {
        const struct mesh_arc *arc = &mesh->arcs[end >> 1];
        uint32_t next =
            end & 1 ? simplifier->sites[arc->end - 1].before : simplifier->sites[arc->first].behind;
        if (place_of(simplifier, next) == to_place)
            return true;
        end = arc->next_ends[end & 1];
    }
    return false;
}

/* Is there an edge already between the neighbours of a vertex? */
static bool edge_exists(const struct simplifier *simplifier, uint32_t vertex)
{
    const struct site *sites = simplifier->sites;
    uint32_t from = sites[vertex].before, to = sites[vertex].behind;
    uint32_t from_place = place_of(simplifier, from), to_place = place_of(simplifier, to);
    if (!(from_place & FLAG))
        return place_of(simplifier, sites[from].before) == to_place;
    if (!(to_place & FLAG))
        return place_of(simplifier, sites[to].behind) == from_place;
    return from_place == to_place || nodes_are_joined(simplifier, from_place, to_place);
}

/* ------------------------------------------------------------------ the walk */

static void requeue(struct simplifier *simplifier, uint32_t vertex)
{
    list_remove(simplifier, vertex);
    if (!is_end(&simplifier->sites[vertex]))
        enqueue(simplifier, vertex);
}

static void remove_vertex(struct simplifier *simplifier, uint32_t vertex)
{
    struct site *site = &simplifier->sites[vertex];
    float area = area_of(simplifier, vertex);
    if (area > simplifier->importance)
        simplifier->importance = area;
    simplifier->mesh->importances[vertex] = simplifier->importance;
    simplifier->sites[site->before].behind = site->behind;
    simplifier->sites[site->behind].before = site->before;
    mesh_live_remove(&simplifier->live, vertex);
    while (site->waiting != MESH_NONE)
        requeue(simplifier, site->waiting);
    requeue(simplifier, site->before);
    requeue(simplifier, site->behind);
}

static void visit(struct simplifier *simplifier, uint32_t vertex)
{
    list_remove(simplifier, vertex);
    if (edge_exists(simplifier, vertex))
        return;
    struct geo_coord corners[3];
    corners_of(simplifier, vertex, corners);
    uint32_t inside = mesh_live_inside(&simplifier->live, corners, vertex);
    if (inside == MESH_NONE)
        remove_vertex(simplifier, vertex);
    else
        list_add(simplifier, N_BUCKETS + inside, vertex);
}

static void simplify(struct simplifier *simplifier)
{
    for (uint32_t bucket = 0; bucket < N_BUCKETS; bucket++)
        while (simplifier->buckets[bucket] != MESH_NONE) {
            uint32_t vertex = simplifier->buckets[bucket];
            uint32_t next = simplifier->sites[vertex].list_behind;
            if (next != MESH_NONE) /* where the time goes is waiting for memory */
                __builtin_prefetch(&simplifier->sites[next]);
            visit(simplifier, vertex);
        }
}

/* ------------------------------------------------------------------ before and after */

static void link_arc(struct simplifier *simplifier, const struct mesh_arc *arc)
{
    bool closed = arc->nodes[0] == MESH_NONE;
    for (uint32_t i = arc->first; i < arc->end; i++)
        simplifier->sites[i] = (struct site){
            .coord = simplifier->mesh->coords[i],
            .before = i - 1,
            .behind = i + 1,
            .list_before = MESH_NONE,
            .list_behind = MESH_NONE,
            .waiting = MESH_NONE,
        };
    simplifier->sites[arc->first].before = closed ? arc->end - 1 : FLAG | arc->nodes[0];
    simplifier->sites[arc->end - 1].behind = closed ? arc->first : FLAG | arc->nodes[1];
}

static void fill_scales(float scales[LAT_STEPS])
{
    static const double UNITS = 4294967296.0 / 3600000000.0, EDGE_DEG = 85;
    for (int step = 0; step < LAT_STEPS; step++) {
        double lat_deg = fmin(fabs((step + 0.5) / 10 - 90), EDGE_DEG);
        scales[step] = (float)(UNITS * UNITS / 2 / cos(lat_deg * (M_PI / 180)));
    }
}

/* Each inner vertex once, each node once by the number of one of its places. */
static void add_live(struct simplifier *simplifier)
{
    const struct geo_mesh *mesh = simplifier->mesh;
    for (uint32_t i = 0; i < mesh->n_vertices; i++)
        if (!is_end(&simplifier->sites[i]))
            mesh_live_add(&simplifier->live, mesh->coords[i], i);
    for (size_t node = 0; node < mesh->n_nodes; node++) {
        const struct mesh_arc *arc = &mesh->arcs[mesh->node_ends[node] >> 1];
        uint32_t i = mesh->node_ends[node] & 1 ? arc->end - 1 : arc->first;
        mesh_live_add(&simplifier->live, mesh->coords[i], i);
    }
    mesh_live_arrange(&simplifier->live);
}

static bool allocate(struct simplifier *simplifier, struct aro_error *err)
{
    size_t n = simplifier->mesh->n_vertices;
    simplifier->mesh->importances = malloc((n + 1) * sizeof *simplifier->mesh->importances);
    simplifier->sites = malloc((n + 1) * sizeof *simplifier->sites);
    simplifier->buckets = malloc(N_BUCKETS * sizeof *simplifier->buckets);
    simplifier->scales = malloc(LAT_STEPS * sizeof *simplifier->scales);
    if (!simplifier->mesh->importances || !simplifier->sites || !simplifier->buckets ||
        !simplifier->scales)
        return aro_error_no_memory(err);
    return mesh_live_init(&simplifier->live, n, err);
}

static void prepare(struct simplifier *simplifier)
{
    struct geo_mesh *mesh = simplifier->mesh;
    fill_scales(simplifier->scales);
    for (size_t i = 0; i < mesh->n_arcs; i++)
        link_arc(simplifier, &mesh->arcs[i]);
    for (size_t i = 0; i < N_BUCKETS; i++)
        simplifier->buckets[i] = MESH_NONE;
    add_live(simplifier);
    /* What comes last stands first in its list: vertices of one arc then go one after the other. */
    for (uint32_t i = (uint32_t)mesh->n_vertices; i-- > 0;) {
        mesh->importances[i] = INFINITY;
        if (!is_end(&simplifier->sites[i]))
            enqueue(simplifier, i);
    }
}

bool mesh_simplify(struct geo_mesh *mesh, struct aro_error *err)
{
    struct simplifier simplifier = {.mesh = mesh};
    bool ok = allocate(&simplifier, err);
    if (ok) {
        prepare(&simplifier);
        simplify(&simplifier);
    }
    mesh_live_clear(&simplifier.live);
    free(simplifier.sites);
    free(simplifier.buckets);
    free(simplifier.scales);
    return ok;
}
