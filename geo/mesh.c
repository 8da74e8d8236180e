#include "geo/mesh_internal.h"

#include <math.h>
#include <stdlib.h>

struct geo_mesh *geo_mesh_new(const struct geo_rings *shapes, struct aro_error *err)
{
    struct geo_mesh *mesh = calloc(1, sizeof *mesh);
    if (!mesh) {
        aro_error_no_memory(err);
        return NULL;
    }
    if (mesh_arcs_build(mesh, shapes, err) && mesh_simplify(mesh, err))
        return mesh;
    geo_mesh_free(mesh);
    return NULL;
}

void geo_mesh_free(struct geo_mesh *mesh)
{
    if (!mesh)
        return;
    free(mesh->coords);
    free(mesh->importances);
    free(mesh->arcs);
    free(mesh->node_ends);
    free(mesh->refs);
    free(mesh->rings.items);
    free(mesh->polygons.items);
    free(mesh->shapes.items);
    free(mesh);
}

size_t geo_mesh_n_shapes(const struct geo_mesh *mesh)
{
    return mesh->shapes.n;
}

double geo_mesh_importance_of_zoom(uint8_t zoom)
{
    static const double GRID = 4294967296.0, TILE_PX = 512, AREA_PX2 = 0.25;
    double pixel = ldexp(GRID / TILE_PX, -zoom);
    return AREA_PX2 * pixel * pixel;
}

bool mesh_add_arc(const struct geo_mesh *mesh, uint32_t ref, float min_importance,
                  struct geo_rings *out_rings, struct aro_error *err)
{
    const struct mesh_arc *arc = &mesh->arcs[ref >> 1];
    uint32_t n = arc->end - arc->first - (arc->nodes[0] != MESH_NONE);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t vertex = ref & 1 ? arc->end - 1 - i : arc->first + i;
        if (mesh->importances[vertex] >= min_importance &&
            !geo_rings_add(out_rings, mesh->coords[vertex], err))
            return false;
    }
    return true;
}

static bool add_ring(const struct geo_mesh *mesh, size_t ring, float min_importance,
                     struct geo_rings *out_rings, struct aro_error *err)
{
    struct geo_run refs = geo_ends_run(&mesh->rings, ring);
    for (uint32_t i = refs.first; i < refs.end; i++)
        if (!mesh_add_arc(mesh, mesh->refs[i], min_importance, out_rings, err))
            return false;
    return geo_rings_end_ring(out_rings, err);
}

bool geo_mesh_shape(const struct geo_mesh *mesh, size_t shape, double min_importance,
                    struct geo_rings *out_rings, struct aro_error *err)
{
    struct geo_run polygons = geo_ends_run(&mesh->shapes, shape);
    for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
        struct geo_run rings = geo_ends_run(&mesh->polygons, polygon);
        for (uint32_t ring = rings.first; ring < rings.end; ring++)
            if (!add_ring(mesh, ring, (float)min_importance, out_rings, err))
                return false;
        if (!geo_rings_end_polygon(out_rings, err))
            return false;
    }
    return geo_rings_end_shape(out_rings, err);
}
