/*
 * What always holds of a mesh, however it is generalised: rings that are well made and cross
 * nothing, no shape lost, and groups dissolved to the outline of their shapes.
 */
#ifndef ARO_TESTS_MESH_CHECKS_H
#define ARO_TESTS_MESH_CHECKS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/geos.h"
#include "geo/mesh_internal.h"
#include "tests/unit/check.h"

struct edge {
    struct geo_coord from, to;
};

struct edges {
    struct edge *items;
    size_t n;
};

static inline struct edges edges_of(const struct geo_rings *rings)
{
    struct edges edges = {.items = calloc(rings->n_coords + 1, sizeof *edges.items)};
    for (size_t ring = 0; ring < rings->rings.n; ring++) {
        struct geo_run run = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = run.first; i < run.end; i++)
            edges.items[edges.n++] =
                (struct edge){rings->coords[i], rings->coords[i + 1 < run.end ? i + 1 : run.first]};
    }
    return edges;
}

static inline int compare_edges(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct edge));
}

static inline struct edge turned(struct edge edge)
{
    return (struct edge){edge.to, edge.from};
}

static inline bool has_edge(const struct edges *sorted, struct edge edge)
{
    return bsearch(&edge, sorted->items, sorted->n, sizeof edge, compare_edges);
}

static inline int sign_of(__int128 value)
{
    return (value > 0) - (value < 0);
}

static inline bool is_between(struct geo_coord low, struct geo_coord middle, struct geo_coord high)
{
    return (int64_t)(middle.lon_e7 - low.lon_e7) * (middle.lon_e7 - high.lon_e7) <= 0 &&
           (int64_t)(middle.lat_e7 - low.lat_e7) * (middle.lat_e7 - high.lat_e7) <= 0;
}

static inline bool is_on(struct geo_coord coord, struct edge edge)
{
    return coord_cross(edge.from, edge.to, coord) == 0 && is_between(edge.from, coord, edge.to);
}

/* Do two edges have more in common than an end of each, or all of both? */
static inline bool edges_clash(struct edge a, struct edge b)
{
    if (compare_edges(&a, &b) == 0 || (coord_equal(a.from, b.to) && coord_equal(a.to, b.from)))
        return false;
    const struct geo_coord ends_a[] = {a.from, a.to}, ends_b[] = {b.from, b.to};
    for (int i = 0; i < 2; i++) {
        bool shared_a = coord_equal(ends_a[i], b.from) || coord_equal(ends_a[i], b.to);
        bool shared_b = coord_equal(ends_b[i], a.from) || coord_equal(ends_b[i], a.to);
        if ((!shared_a && is_on(ends_a[i], b)) || (!shared_b && is_on(ends_b[i], a)))
            return true;
    }
    return sign_of(coord_cross(a.from, a.to, b.from)) * sign_of(coord_cross(a.from, a.to, b.to)) <
               0 &&
           sign_of(coord_cross(b.from, b.to, a.from)) * sign_of(coord_cross(b.from, b.to, a.to)) <
               0;
}

/* The slow twin: every edge against every other. */
static inline size_t count_clashes(const struct edges *edges)
{
    size_t n = 0;
    for (size_t i = 0; i < edges->n; i++)
        for (size_t j = i + 1; j < edges->n; j++)
            n += edges_clash(edges->items[i], edges->items[j]);
    return n;
}

static inline __int128 area2_of(const struct geo_rings *rings, struct geo_run run)
{
    __int128 area2 = 0;
    for (uint32_t ring = run.first; ring < run.end; ring++)
        area2 += geo_rings_area2(rings, ring);
    return area2;
}

static inline __int128 area2_of_all(const struct geo_rings *rings)
{
    return area2_of(rings, (struct geo_run){0, (uint32_t)rings->rings.n});
}

/* Outer rings first and counter-clockwise, holes clockwise and smaller, three vertices at least. */
static inline bool well_made(const struct geo_rings *rings)
{
    bool ok = true;
    for (size_t polygon = 0; polygon < rings->polygons.n; polygon++) {
        struct geo_run run = geo_ends_run(&rings->polygons, polygon);
        for (uint32_t ring = run.first; ring < run.end; ring++) {
            struct geo_run coords = geo_ends_run(&rings->rings, ring);
            ok &= coords.end - coords.first >= 3 &&
                  (ring > run.first) == (geo_rings_area2(rings, ring) < 0);
        }
        ok &= run.end > run.first && area2_of(rings, run) > 0;
    }
    return ok;
}

static inline bool visits_once(const struct geo_rings *rings)
{
    for (size_t ring = 0; ring < rings->rings.n; ring++) {
        struct geo_run run = geo_ends_run(&rings->rings, ring);
        for (uint32_t i = run.first; i < run.end; i++)
            for (uint32_t j = i + 1; j < run.end; j++)
                if (coord_equal(rings->coords[i], rings->coords[j]))
                    return false;
    }
    return true;
}

static inline bool valid_to_geos(const struct geo_rings *rings)
{
    struct geo_geos *geos = geo_geos_new(NULL);
    struct geo_flaw flaw;
    bool all = geos != NULL;
    for (size_t shape = 0; all && shape < rings->shapes.n; shape++) {
        bool valid = false;
        all = geo_geos_check(geos, rings, shape, &valid, &flaw, NULL) && valid;
    }
    geo_geos_free(geos);
    return all;
}

static inline void all_shapes(const struct geo_mesh *mesh, double importance,
                              struct geo_rings *rings)
{
    geo_rings_empty(rings);
    for (size_t shape = 0; shape < geo_mesh_n_shapes(mesh); shape++)
        assert_true(geo_mesh_shape(mesh, shape, importance, rings, NULL));
}

/* The dissolved outline has each edge that a group has one way only, and no other. */
static inline bool same_outline(const struct edges *of_shapes, const struct geo_rings *dissolved)
{
    struct edges outline = edges_of(dissolved);
    qsort(outline.items, outline.n, sizeof *outline.items, compare_edges);
    qsort(of_shapes->items, of_shapes->n, sizeof *of_shapes->items, compare_edges);
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < of_shapes->n; i++) {
        if (has_edge(of_shapes, turned(of_shapes->items[i])))
            continue;
        ok &= has_edge(&outline, of_shapes->items[i]);
        n++;
    }
    ok &= n == outline.n;
    free(outline.items);
    return ok;
}

/* Each group against the shapes that are in it. */
static inline int check_groups(const struct geo_mesh *mesh, const uint32_t *groups, size_t n_groups,
                               double importance)
{
    int failures = 0;
    struct geo_rings dissolved = {0}, shapes = {0}, group_rings = {0};
    assert_true(geo_mesh_dissolve(mesh, groups, n_groups, importance, &dissolved, NULL));
    CHECK(failures, "dissolve", dissolved.shapes.n == n_groups);
    CHECK(failures, "dissolve", well_made(&dissolved) && visits_once(&dissolved));
    CHECK(failures, "dissolve", valid_to_geos(&dissolved));
    for (size_t group = 0; group < n_groups; group++) {
        geo_rings_empty(&shapes);
        geo_rings_empty(&group_rings);
        for (size_t shape = 0; shape < geo_mesh_n_shapes(mesh); shape++)
            if (groups[shape] == group)
                assert_true(geo_mesh_shape(mesh, shape, importance, &shapes, NULL));
        assert_true(geo_rings_add_shape(&group_rings, &dissolved, group, NULL));
        struct edges edges = edges_of(&shapes);
        CHECK(failures, "area of a group", area2_of_all(&shapes) == area2_of_all(&group_rings));
        CHECK(failures, "outline of a group", same_outline(&edges, &group_rings));
        free(edges.items);
    }
    geo_rings_clear(&dissolved);
    geo_rings_clear(&shapes);
    geo_rings_clear(&group_rings);
    return failures;
}

static inline int check_level(const struct geo_mesh *mesh, const struct geo_rings *full,
                              const uint32_t *groups, size_t n_groups, double importance)
{
    int failures = 0;
    struct geo_rings rings = {0};
    all_shapes(mesh, importance, &rings);
    struct edges edges = edges_of(&rings);
    CHECK(failures, "well made", well_made(&rings) && visits_once(&rings));
    CHECK(failures, "no ring lost", rings.rings.n == full->rings.n);
    CHECK(failures, "no polygon lost", rings.polygons.n == full->polygons.n);
    CHECK(failures, "no shape lost", rings.shapes.n == full->shapes.n);
    CHECK(failures, "planar", count_clashes(&edges) == 0);
    CHECK(failures, "valid", valid_to_geos(&rings));
    failures += check_groups(mesh, groups, n_groups, importance);
    free(edges.items);
    geo_rings_clear(&rings);
    return failures;
}

#endif
