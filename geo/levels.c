#include "geo/levels.h"

#include <stdlib.h>
#include <string.h>

#include "geo/mesh_internal.h"

enum { GROUP = 64, N_ZOOMS = GEO_LEVELS_MAX_ZOOM + 2 };

/* A level that leaves out less than a tenth of the next one is not worth its memory. */
static const double WORTH_A_LEVEL = 0.9;

/* A box that touches none but the whole map. */
static const struct geo_mercator_box NOTHING = {{UINT32_MAX, UINT32_MAX}, {0, 0}};

struct builder {
    const struct geo_mesh *mesh;
    const uint32_t *order;
    size_t n_shapes;
    struct geo_levels *levels;
    struct geo_mercator *places; /* of the mesh's vertices */
    uint8_t *zooms;              /* the first at which each shows; GEO_LEVELS_MAX_ZOOM + 1 for a
                                  * vertex of the last level only */
    uint32_t *rings;             /* which of the mesh's is ring i */
};

static void *array_new(size_t n, size_t size, struct aro_error *err)
{
    void *array = calloc(n + 1, size);
    if (!array)
        aro_error_no_memory(err);
    return array;
}

void geo_levels_free(struct geo_levels *levels)
{
    if (!levels)
        return;
    for (size_t i = 0; i < levels->n_levels; i++) {
        free(levels->levels[i].places);
        free(levels->levels[i].ring_ends);
    }
    free(levels->levels);
    free(levels->shapes.items);
    free(levels->polygons.items);
    free(levels->shape_boxes);
    free(levels->polygon_boxes);
    free(levels->group_boxes);
    free(levels);
}

void geo_levels_blocks(struct geo_levels *const *levels, struct geo_blocks *out_blocks)
{
    const struct geo_levels *listed = *levels;
    if (!listed)
        return;
    size_t n_shapes = listed->shapes.n, n_polygons = listed->polygons.n;
    size_t n_rings = n_polygons > 0 ? listed->polygons.items[n_polygons - 1] : 0;
    size_t n_groups = n_shapes / GROUP + 1;
    geo_blocks_own(out_blocks, levels, sizeof *listed);
    geo_blocks_own(out_blocks, &listed->levels, listed->n_levels * sizeof *listed->levels);
    for (size_t i = 0; i < listed->n_levels; i++) {
        const struct geo_level *level = &listed->levels[i];
        geo_blocks_own(out_blocks, &level->places, level->n_places * sizeof *level->places);
        geo_blocks_own(out_blocks, &level->ring_ends, n_rings * sizeof *level->ring_ends);
    }
    geo_blocks_own(out_blocks, &listed->shapes.items, n_shapes * sizeof *listed->shapes.items);
    geo_blocks_own(out_blocks, &listed->polygons.items,
                   n_polygons * sizeof *listed->polygons.items);
    geo_blocks_own(out_blocks, &listed->shape_boxes, n_shapes * sizeof *listed->shape_boxes);
    geo_blocks_own(out_blocks, &listed->polygon_boxes, n_polygons * sizeof *listed->polygon_boxes);
    geo_blocks_own(out_blocks, &listed->group_boxes, n_groups * sizeof *listed->group_boxes);
}

/* ------------------------------------------------------------------ vertices */

static bool place_vertices(struct builder *builder, struct aro_error *err)
{
    const struct geo_mesh *mesh = builder->mesh;
    double least[GEO_LEVELS_MAX_ZOOM + 1]; /* importance, by zoom */
    builder->places = array_new(mesh->n_vertices, sizeof *builder->places, err);
    builder->zooms = array_new(mesh->n_vertices, sizeof *builder->zooms, err);
    if (!builder->places || !builder->zooms)
        return false;
    for (int zoom = 0; zoom <= GEO_LEVELS_MAX_ZOOM; zoom++)
        least[zoom] = geo_mesh_importance_of_zoom((uint8_t)zoom);
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        uint8_t zoom = 0;
        while (zoom <= GEO_LEVELS_MAX_ZOOM && !(mesh->importances[i] >= least[zoom]))
            zoom++;
        builder->zooms[i] = zoom;
        builder->places[i] = geo_mercator_from_coord(mesh->coords[i]);
    }
    return true;
}

/* ------------------------------------------------------------------ shapes */

static uint32_t shape_at(const struct builder *builder, size_t i)
{
    return builder->order ? builder->order[i] : (uint32_t)i;
}

static void count_parts(const struct builder *builder, size_t *out_n_polygons, size_t *out_n_rings)
{
    size_t n_polygons = 0, n_rings = 0;
    for (size_t i = 0; i < builder->n_shapes; i++) {
        if (shape_at(builder, i) == UINT32_MAX)
            continue;
        struct geo_run polygons = geo_ends_run(&builder->mesh->shapes, shape_at(builder, i));
        n_polygons += polygons.end - polygons.first;
        for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
            struct geo_run rings = geo_ends_run(&builder->mesh->polygons, polygon);
            n_rings += rings.end - rings.first;
        }
    }
    *out_n_polygons = n_polygons;
    *out_n_rings = n_rings;
}

/* Appends a polygon of the mesh; returns how many rings there are now. */
static size_t add_polygon(struct builder *builder, uint32_t polygon, size_t n_rings)
{
    struct geo_run rings = geo_ends_run(&builder->mesh->polygons, polygon);
    for (uint32_t ring = rings.first; ring < rings.end; ring++)
        builder->rings[n_rings++] = ring;
    builder->levels->polygons.items[builder->levels->polygons.n++] = (uint32_t)n_rings;
    return n_rings;
}

static bool list_shapes(struct builder *builder, struct aro_error *err)
{
    struct geo_levels *levels = builder->levels;
    size_t n_polygons, n_rings;
    count_parts(builder, &n_polygons, &n_rings);
    levels->shapes.items = array_new(builder->n_shapes, sizeof *levels->shapes.items, err);
    levels->polygons.items = array_new(n_polygons, sizeof *levels->polygons.items, err);
    builder->rings = array_new(n_rings, sizeof *builder->rings, err);
    if (!levels->shapes.items || !levels->polygons.items || !builder->rings)
        return false;
    n_rings = 0;
    for (size_t i = 0; i < builder->n_shapes; i++) {
        uint32_t shape = shape_at(builder, i);
        struct geo_run polygons = {0, 0};
        if (shape != UINT32_MAX)
            polygons = geo_ends_run(&builder->mesh->shapes, shape);
        for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++)
            n_rings = add_polygon(builder, polygon, n_rings);
        levels->shapes.items[levels->shapes.n++] = (uint32_t)levels->polygons.n;
    }
    levels->shapes.capacity = levels->shapes.n;
    levels->polygons.capacity = levels->polygons.n;
    return true;
}

/* ------------------------------------------------------------------ levels */

static size_t n_rings_of(const struct geo_levels *levels)
{
    return levels->polygons.n > 0 ? levels->polygons.items[levels->polygons.n - 1] : 0;
}

/* Appends the vertices of an arc that show at a zoom, but for the node at its end. */
static size_t add_arc(const struct builder *builder, uint32_t ref, uint8_t zoom,
                      struct geo_mercator *places, size_t n)
{
    const struct mesh_arc *arc = &builder->mesh->arcs[ref >> 1];
    uint32_t count = arc->end - arc->first - (arc->nodes[0] != MESH_NONE);
    uint32_t vertex = ref & 1 ? arc->end - 1 : arc->first, step = ref & 1 ? UINT32_MAX : 1;
    for (uint32_t i = 0; i < count; i++, vertex += step)
        if (builder->zooms[vertex] <= zoom)
            places[n++] = builder->places[vertex];
    return n;
}

static bool fill_level(const struct builder *builder, uint8_t zoom, struct geo_level *level,
                       struct aro_error *err)
{
    const struct geo_mesh *mesh = builder->mesh;
    size_t n_rings = n_rings_of(builder->levels), n = 0;
    struct geo_mercator *places = array_new(level->n_places, sizeof *places, err);
    level->places = places;
    level->ring_ends = array_new(n_rings, sizeof *level->ring_ends, err);
    if (!places || !level->ring_ends)
        return false;
    for (size_t ring = 0; ring < n_rings; ring++) {
        struct geo_run refs = geo_ends_run(&mesh->rings, builder->rings[ring]);
        for (uint32_t i = refs.first; i < refs.end; i++)
            n = add_arc(builder, mesh->refs[i], zoom, places, n);
        level->ring_ends[ring] = (uint32_t)n;
    }
    return true;
}

/* How many vertices all rings have at each zoom. */
static void count_places(const struct builder *builder, size_t counts[N_ZOOMS])
{
    const struct geo_mesh *mesh = builder->mesh;
    size_t n_rings = n_rings_of(builder->levels);
    memset(counts, 0, N_ZOOMS * sizeof *counts);
    for (size_t ring = 0; ring < n_rings; ring++) {
        struct geo_run refs = geo_ends_run(&mesh->rings, builder->rings[ring]);
        for (uint32_t i = refs.first; i < refs.end; i++) {
            const struct mesh_arc *arc = &mesh->arcs[mesh->refs[i] >> 1];
            for (uint32_t vertex = arc->first; vertex < arc->end; vertex++)
                counts[builder->zooms[vertex]]++;
            counts[0] -= arc->nodes[0] != MESH_NONE; /* the node at its end is the next one's */
        }
    }
    for (int zoom = 1; zoom < N_ZOOMS; zoom++)
        counts[zoom] += counts[zoom - 1];
}

/* From the last zoom down: a zoom has a level of its own where it leaves out enough. */
static bool make_levels(struct builder *builder, struct aro_error *err)
{
    struct geo_levels *levels = builder->levels;
    size_t counts[N_ZOOMS];
    uint8_t zooms[N_ZOOMS] = {N_ZOOMS - 1}, of_zoom[N_ZOOMS];
    size_t n = 1;
    count_places(builder, counts);
    if (counts[N_ZOOMS - 1] > UINT32_MAX)
        return aro_error_set(err, ARO_TOO_LARGE, "more than %lu vertices",
                             (unsigned long)UINT32_MAX);
    for (int zoom = GEO_LEVELS_MAX_ZOOM; zoom >= 0; zoom--) {
        if ((double)counts[zoom] < WORTH_A_LEVEL * (double)counts[zooms[n - 1]])
            zooms[n++] = (uint8_t)zoom;
        of_zoom[zoom] = (uint8_t)(n - 1);
    }
    levels->levels = array_new(n, sizeof *levels->levels, err);
    if (!levels->levels)
        return false;
    levels->n_levels = n;
    for (int zoom = 0; zoom <= GEO_LEVELS_MAX_ZOOM; zoom++)
        levels->of_zoom[zoom] = (uint8_t)(n - 1 - of_zoom[zoom]);
    for (size_t i = 0; i < n; i++) {
        struct geo_level *level = &levels->levels[n - 1 - i];
        level->n_places = counts[zooms[i]];
        if (!fill_level(builder, zooms[i], level, err))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ boxes */

static void join(struct geo_mercator_box *box, const struct geo_mercator_box *other)
{
    box->low.x = other->low.x < box->low.x ? other->low.x : box->low.x;
    box->low.y = other->low.y < box->low.y ? other->low.y : box->low.y;
    box->high.x = other->high.x > box->high.x ? other->high.x : box->high.x;
    box->high.y = other->high.y > box->high.y ? other->high.y : box->high.y;
}

static struct geo_mercator_box box_of_polygon(const struct geo_levels *levels, size_t polygon)
{
    const struct geo_level *full = &levels->levels[levels->n_levels - 1];
    struct geo_mercator_box box = NOTHING;
    struct geo_run rings = geo_ends_run(&levels->polygons, polygon);
    for (uint32_t ring = rings.first; ring < rings.end; ring++) {
        struct geo_run run = geo_level_ring(full, ring);
        for (uint32_t i = run.first; i < run.end; i++)
            join(&box, &(struct geo_mercator_box){full->places[i], full->places[i]});
    }
    return box;
}

static bool make_boxes(struct geo_levels *levels, struct aro_error *err)
{
    size_t n_shapes = levels->shapes.n, n_polygons = levels->polygons.n;
    levels->shape_boxes = array_new(n_shapes, sizeof *levels->shape_boxes, err);
    levels->polygon_boxes = array_new(n_polygons, sizeof *levels->polygon_boxes, err);
    levels->group_boxes = array_new(n_shapes / GROUP + 1, sizeof *levels->group_boxes, err);
    if (!levels->shape_boxes || !levels->polygon_boxes || !levels->group_boxes)
        return false;
    for (size_t polygon = 0; polygon < n_polygons; polygon++)
        levels->polygon_boxes[polygon] = box_of_polygon(levels, polygon);
    for (size_t shape = 0; shape < n_shapes; shape++) {
        struct geo_run polygons = geo_ends_run(&levels->shapes, shape);
        levels->shape_boxes[shape] = NOTHING;
        if (shape % GROUP == 0)
            levels->group_boxes[shape / GROUP] = NOTHING;
        for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++)
            join(&levels->shape_boxes[shape], &levels->polygon_boxes[polygon]);
        join(&levels->group_boxes[shape / GROUP], &levels->shape_boxes[shape]);
    }
    return true;
}

struct geo_levels *geo_levels_new(const struct geo_mesh *mesh, const uint32_t *order, size_t n,
                                  struct aro_error *err)
{
    struct geo_levels *levels = array_new(1, sizeof *levels, err);
    struct builder builder = {.mesh = mesh, .order = order, .n_shapes = n, .levels = levels};
    bool ok = levels && place_vertices(&builder, err) && list_shapes(&builder, err) &&
              make_levels(&builder, err) && make_boxes(levels, err);
    free(builder.places);
    free(builder.zooms);
    free(builder.rings);
    if (ok)
        return levels;
    geo_levels_free(levels);
    return NULL;
}

/* ------------------------------------------------------------------ searching */

bool geo_levels_search(const struct geo_levels *levels, const struct geo_mercator_box *box,
                       struct geo_runs *out_runs, struct aro_error *err)
{
    size_t n = levels->shapes.n;
    out_runs->n = 0;
    for (size_t first = 0; first < n; first += GROUP) {
        if (!geo_mercator_boxes_touch(&levels->group_boxes[first / GROUP], box))
            continue;
        size_t end = first + GROUP < n ? first + GROUP : n;
        for (size_t shape = first; shape < end; shape++) {
            const struct geo_mercator_box *around = &levels->shape_boxes[shape];
            if (around->low.x <= around->high.x && geo_mercator_boxes_touch(around, box) &&
                !geo_runs_add(out_runs, (uint32_t)shape, (uint32_t)shape + 1, err)) {
                out_runs->n = 0;
                return false;
            }
        }
    }
    return true;
}
