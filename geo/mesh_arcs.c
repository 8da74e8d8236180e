/*
 * From rings to arcs. Vertices are numbered by place; a number's neighbours, gathered from all
 * rings, tell the nodes; rings are then cut there. A vertex inside an arc belongs to no other, so
 * the arc that a second ring meets is found by its first inner vertex.
 */
#include "geo/mesh_internal.h"

#include <stdlib.h>
#include <string.h>

/* One place. */
struct vertex {
    struct geo_coord coord;
    uint32_t neighbours[2];
    uint32_t use; /* the number of the node, or the arc that it is inside of; MESH_NONE before */
    bool is_node;
};

struct builder {
    struct geo_mesh *mesh;
    const struct geo_rings *shapes;
    struct vertex *vertices;
    uint32_t n_vertices;
    uint32_t *table; /* open addressing: number of the vertex + 1, or 0 */
    uint32_t table_mask;
    uint32_t *numbers; /* of each ring's vertices in turn, none twice in a row */
    uint32_t *ends;    /* by ring: where it ends in numbers */
};

static void *array_new(size_t n, size_t size, struct aro_error *err)
{
    void *array = calloc(n + 1, size);
    if (!array)
        aro_error_no_memory(err);
    return array;
}

static struct geo_run ring_run(const struct builder *builder, size_t ring)
{
    return (struct geo_run){ring > 0 ? builder->ends[ring - 1] : 0, builder->ends[ring]};
}

/* ------------------------------------------------------------------ numbering */

/* Source: the finaliser of MurmurHash3, A. Appleby (public domain), first half. */
static uint32_t hash_coord(struct geo_coord coord)
{
    uint64_t key = (uint64_t)(uint32_t)coord.lon_e7 << 32 | (uint32_t)coord.lat_e7;
    key = (key ^ key >> 33) * 0xFF51AFD7ED558CCDu;
    return (uint32_t)(key >> 32);
}

static uint32_t number_of(struct builder *builder, struct geo_coord coord)
{
    uint32_t at = hash_coord(coord) & builder->table_mask;
    for (; builder->table[at] != 0; at = (at + 1) & builder->table_mask)
        if (coord_equal(builder->vertices[builder->table[at] - 1].coord, coord))
            return builder->table[at] - 1;
    builder->vertices[builder->n_vertices] =
        (struct vertex){coord, {MESH_NONE, MESH_NONE}, MESH_NONE, false};
    builder->table[at] = ++builder->n_vertices;
    return builder->n_vertices - 1;
}

/* Numbers the vertices of a ring behind those before; repeated ones in a row count once. */
static bool number_ring(struct builder *builder, size_t ring, struct aro_error *err)
{
    struct geo_run coords = geo_ends_run(&builder->shapes->rings, ring);
    uint32_t first = ring_run(builder, ring).first, n = 0;
    uint32_t *numbers = builder->numbers + first;
    for (uint32_t i = coords.first; i < coords.end; i++) {
        uint32_t number = number_of(builder, builder->shapes->coords[i]);
        if (n == 0 || numbers[n - 1] != number)
            numbers[n++] = number;
    }
    while (n > 1 && numbers[n - 1] == numbers[0])
        n--;
    builder->ends[ring] = first + n;
    if (n >= 3)
        return true;
    return aro_error_set(err, ARO_BAD_INPUT,
                         "ring %zu: %lu different vertices in a row, wanted at least 3", ring,
                         (unsigned long)n);
}

static bool number_vertices(struct builder *builder, struct aro_error *err)
{
    size_t n = builder->shapes->n_coords, table_size = 64;
    if (n > MESH_MAX_VERTICES)
        return aro_error_set(err, ARO_TOO_LARGE, "%zu vertices: a mesh holds at most %lu", n,
                             (unsigned long)MESH_MAX_VERTICES);
    /* Shared borders make half of them, or more, the same; the table is half full at worst. */
    while (table_size < 2 * n)
        table_size *= 2;
    builder->table_mask = (uint32_t)(table_size - 1);
    builder->table = array_new(table_size, sizeof *builder->table, err);
    builder->vertices = array_new(n, sizeof *builder->vertices, err);
    builder->numbers = array_new(n, sizeof *builder->numbers, err);
    builder->ends = array_new(builder->shapes->rings.n, sizeof *builder->ends, err);
    if (!builder->table || !builder->vertices || !builder->numbers || !builder->ends)
        return false;
    for (size_t ring = 0; ring < builder->shapes->rings.n; ring++)
        if (!number_ring(builder, ring, err))
            return false;
    return true;
}

/* ------------------------------------------------------------------ nodes */

static void note_neighbour(struct vertex *vertex, uint32_t neighbour)
{
    if (vertex->neighbours[0] == neighbour || vertex->neighbours[1] == neighbour)
        return;
    if (vertex->neighbours[0] == MESH_NONE)
        vertex->neighbours[0] = neighbour;
    else if (vertex->neighbours[1] == MESH_NONE)
        vertex->neighbours[1] = neighbour;
    else
        vertex->is_node = true;
}

static void note_neighbours(struct builder *builder)
{
    for (size_t ring = 0; ring < builder->shapes->rings.n; ring++) {
        struct geo_run run = ring_run(builder, ring);
        uint32_t before = builder->numbers[run.end - 1];
        for (uint32_t i = run.first; i < run.end; i++) {
            struct vertex *vertex = &builder->vertices[builder->numbers[i]];
            uint32_t behind = builder->numbers[i + 1 < run.end ? i + 1 : run.first];
            note_neighbour(vertex, before);
            note_neighbour(vertex, behind);
            vertex->is_node |= before == behind;
            before = builder->numbers[i];
        }
    }
}

static void number_nodes(struct builder *builder)
{
    for (uint32_t i = 0; i < builder->n_vertices; i++)
        if (builder->vertices[i].is_node)
            builder->vertices[i].use = (uint32_t)builder->mesh->n_nodes++;
}

/* One ref for each node that a ring passes, one for a ring that passes none. */
static size_t count_refs(const struct builder *builder)
{
    size_t n_refs = 0;
    for (size_t ring = 0; ring < builder->shapes->rings.n; ring++) {
        struct geo_run run = ring_run(builder, ring);
        size_t n = 0;
        for (uint32_t i = run.first; i < run.end; i++)
            n += builder->vertices[builder->numbers[i]].is_node;
        n_refs += n > 0 ? n : 1;
    }
    return n_refs;
}

/* ------------------------------------------------------------------ arcs */

static struct vertex *vertex_at(const struct builder *builder, uint32_t place)
{
    return &builder->vertices[builder->numbers[place]];
}

static struct mesh_arc *begin_arc(struct geo_mesh *mesh, uint32_t start_node, uint32_t end_node)
{
    struct mesh_arc *arc = &mesh->arcs[mesh->n_arcs++];
    *arc = (struct mesh_arc){
        .first = (uint32_t)mesh->n_vertices,
        .nodes = {start_node, end_node},
        .next_ends = {MESH_NONE, MESH_NONE},
    };
    return arc;
}

static void end_arc(struct geo_mesh *mesh, struct mesh_arc *arc)
{
    uint32_t number = (uint32_t)(mesh->n_arcs - 1);
    arc->end = (uint32_t)mesh->n_vertices;
    for (uint32_t side = 0; side < 2 && arc->nodes[side] != MESH_NONE; side++) {
        arc->next_ends[side] = mesh->node_ends[arc->nodes[side]];
        mesh->node_ends[arc->nodes[side]] = number << 1 | side;
    }
}

static void add_vertex(struct builder *builder, struct vertex *vertex)
{
    struct geo_mesh *mesh = builder->mesh;
    mesh->coords[mesh->n_vertices++] = vertex->coord;
    if (!vertex->is_node)
        vertex->use = (uint32_t)(mesh->n_arcs - 1);
}

/* The place behind a place of a ring. */
static uint32_t place_behind(struct geo_run ring, uint32_t place)
{
    return place + 1 < ring.end ? place + 1 : ring.first;
}

/* A ring without nodes: an island, or what fills a hole. */
static uint32_t ref_of_closed(struct builder *builder, struct geo_run ring)
{
    struct geo_mesh *mesh = builder->mesh;
    uint32_t arc_number = vertex_at(builder, ring.first)->use;
    if (arc_number == MESH_NONE) {
        struct mesh_arc *arc = begin_arc(mesh, MESH_NONE, MESH_NONE);
        for (uint32_t i = ring.first; i < ring.end; i++)
            add_vertex(builder, vertex_at(builder, i));
        end_arc(mesh, arc);
        return (uint32_t)(mesh->n_arcs - 1) << 1;
    }
    const struct geo_coord *coords = mesh->coords + mesh->arcs[arc_number].first;
    uint32_t place = ring.first;
    while (!coord_equal(vertex_at(builder, place)->coord, coords[0]))
        place++;
    place = place_behind(ring, place);
    return arc_number << 1 | !coord_equal(vertex_at(builder, place)->coord, coords[1]);
}

/* The arc of one edge between two nodes, or MESH_NONE. */
static uint32_t find_edge(const struct geo_mesh *mesh, uint32_t from, uint32_t to)
{
    uint32_t end = mesh->node_ends[from];
    while (end != MESH_NONE) {
        const struct mesh_arc *arc = &mesh->arcs[end >> 1];
        if (arc->end - arc->first == 2 && arc->nodes[~end & 1] == to)
            return end >> 1;
        end = arc->next_ends[end & 1];
    }
    return MESH_NONE;
}

/* The arc from the node at a place of a ring to the next node, which may be the same. */
static uint32_t ref_from(struct builder *builder, struct geo_run ring, uint32_t place,
                         uint32_t *out_next)
{
    struct geo_mesh *mesh = builder->mesh;
    struct vertex *start = vertex_at(builder, place);
    uint32_t second = place_behind(ring, place), last = second;
    while (!vertex_at(builder, last)->is_node)
        last = place_behind(ring, last);
    *out_next = last;
    struct vertex *inner = vertex_at(builder, second), *end = vertex_at(builder, last);
    uint32_t arc_number = last == second ? find_edge(mesh, start->use, end->use) : inner->use;
    if (arc_number != MESH_NONE) {
        const struct mesh_arc *arc = &mesh->arcs[arc_number];
        bool forward =
            arc->nodes[0] == start->use && coord_equal(mesh->coords[arc->first + 1], inner->coord);
        return arc_number << 1 | !forward;
    }
    struct mesh_arc *arc = begin_arc(mesh, start->use, end->use);
    do { /* a ring that passes one node only comes back to where it is */
        add_vertex(builder, vertex_at(builder, place));
        place = place_behind(ring, place);
    } while (place != last);
    add_vertex(builder, end);
    end_arc(mesh, arc);
    return (uint32_t)(mesh->n_arcs - 1) << 1;
}

static void cut_ring(struct builder *builder, size_t ring_number)
{
    struct geo_mesh *mesh = builder->mesh;
    struct geo_run ring = ring_run(builder, ring_number);
    uint32_t start = ring.first;
    while (start < ring.end && !vertex_at(builder, start)->is_node)
        start++;
    if (start == ring.end) {
        mesh->refs[mesh->n_refs++] = ref_of_closed(builder, ring);
    } else {
        uint32_t place = start;
        do
            mesh->refs[mesh->n_refs++] = ref_from(builder, ring, place, &place);
        while (place != start);
    }
    mesh->rings.items[ring_number] = (uint32_t)mesh->n_refs;
}

/* ------------------------------------------------------------------ together */

static bool copy_ends(struct geo_ends *ends, const struct geo_ends *from, struct aro_error *err)
{
    ends->items = array_new(from->n, sizeof *ends->items, err);
    if (!ends->items)
        return false;
    if (from->n > 0)
        memcpy(ends->items, from->items, from->n * sizeof *ends->items);
    ends->n = ends->capacity = from->n;
    return true;
}

static bool allocate_arcs(struct builder *builder, struct aro_error *err)
{
    struct geo_mesh *mesh = builder->mesh;
    size_t n_refs = count_refs(builder), n_rings = builder->shapes->rings.n;
    size_t n_numbers = n_rings > 0 ? builder->ends[n_rings - 1] : 0;
    mesh->refs = array_new(n_refs, sizeof *mesh->refs, err);
    mesh->arcs = array_new(n_refs, sizeof *mesh->arcs, err);
    mesh->coords = array_new(n_numbers + n_refs, sizeof *mesh->coords, err);
    mesh->node_ends = array_new(mesh->n_nodes, sizeof *mesh->node_ends, err);
    if (!mesh->refs || !mesh->arcs || !mesh->coords || !mesh->node_ends)
        return false;
    for (size_t i = 0; i < mesh->n_nodes; i++)
        mesh->node_ends[i] = MESH_NONE;
    return copy_ends(&mesh->rings, &builder->shapes->rings, err) &&
           copy_ends(&mesh->polygons, &builder->shapes->polygons, err) &&
           copy_ends(&mesh->shapes, &builder->shapes->shapes, err);
}

/* Gives back the room that shared borders did not need; where that fails, it stays. */
static void trim(struct geo_mesh *mesh)
{
    void *coords = realloc(mesh->coords, (mesh->n_vertices + 1) * sizeof *mesh->coords);
    mesh->coords = coords ? coords : mesh->coords;
    void *arcs = realloc(mesh->arcs, (mesh->n_arcs + 1) * sizeof *mesh->arcs);
    mesh->arcs = arcs ? arcs : mesh->arcs;
}

bool mesh_arcs_build(struct geo_mesh *mesh, const struct geo_rings *shapes, struct aro_error *err)
{
    struct builder builder = {.mesh = mesh, .shapes = shapes};
    bool ok = number_vertices(&builder, err);
    if (ok) {
        note_neighbours(&builder);
        number_nodes(&builder);
        ok = allocate_arcs(&builder, err);
    }
    for (size_t ring = 0; ok && ring < shapes->rings.n; ring++)
        cut_ring(&builder, ring);
    if (ok)
        trim(mesh);
    free(builder.vertices);
    free(builder.table);
    free(builder.numbers);
    free(builder.ends);
    return ok;
}
