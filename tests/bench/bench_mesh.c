/*
 * How long it takes to share the borders of real contours and to simplify them, one core, in
 * processor time, the best of three rounds; one line a figure.
 */
#include <time.h>

#include "geo/mesh.h"
#include "tests/unit/real_contours.h"

enum { ROUNDS = 3 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct geo_mesh *time_build(const struct geo_rings *shapes)
{
    struct geo_mesh *mesh = NULL;
    double best_s = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        geo_mesh_free(mesh);
        double start_s = now_s();
        mesh = geo_mesh_new(shapes, NULL);
        best_s = fmin(best_s, now_s() - start_s);
    }
    printf("mesh of %zu shapes, %zu vertices: %.3f s\n", shapes->shapes.n, shapes->n_coords,
           best_s);
    return mesh;
}

static void time_level(const struct geo_mesh *mesh, uint8_t zoom)
{
    struct geo_rings rings = {0};
    double best_s = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start_s = now_s();
        geo_rings_empty(&rings);
        for (size_t shape = 0; shape < geo_mesh_n_shapes(mesh); shape++)
            geo_mesh_shape(mesh, shape, geo_mesh_importance_of_zoom(zoom), &rings, NULL);
        best_s = fmin(best_s, now_s() - start_s);
    }
    printf("  zoom %d: %zu vertices, %.3f s\n", zoom, rings.n_coords, best_s);
    geo_rings_clear(&rings);
}

static void time_union(const struct geo_mesh *mesh)
{
    struct geo_rings rings = {0};
    uint32_t *groups = calloc(geo_mesh_n_shapes(mesh), sizeof *groups);
    double start_s = now_s();
    if (groups && geo_mesh_dissolve(mesh, groups, 1, 0, &rings, NULL))
        printf("  union of all: %zu vertices, %.3f s\n", rings.n_coords, now_s() - start_s);
    free(groups);
    geo_rings_clear(&rings);
}

int main(void)
{
    struct geo_rings shapes = {0};
    struct geo_mesh *mesh = NULL;
    if (real_contours(&shapes)) {
        geo_rings_wind(&shapes);
        mesh = time_build(&shapes);
    }
    for (uint8_t zoom = 0; mesh && zoom <= 14; zoom += 2)
        time_level(mesh, zoom);
    if (mesh)
        time_union(mesh);
    geo_mesh_free(mesh);
    geo_rings_clear(&shapes);
    return 0;
}
