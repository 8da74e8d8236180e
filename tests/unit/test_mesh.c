#include "geo/mesh_internal.h"

#include <math.h>

#include "geo/geos.h"

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/mesh_checks.h"
#include "tests/unit/meshes.h"

static const uint64_t SEED = 20200615;

/* ------------------------------------------------------------------ random meshes */

static int compare_floats(const void *a, const void *b)
{
    float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

/* At thresholds that are importances of the mesh, some fifteen of them, and past all. */
static int check_levels(const struct geo_mesh *mesh, const struct geo_rings *full,
                        const uint32_t *groups, size_t n_groups)
{
    int failures = 0;
    float *sorted = malloc((mesh->n_vertices + 1) * sizeof *sorted);
    memcpy(sorted, mesh->importances, mesh->n_vertices * sizeof *sorted);
    qsort(sorted, mesh->n_vertices, sizeof *sorted, compare_floats);
    size_t step = mesh->n_vertices / 15 + 1;
    for (size_t i = 0; i < mesh->n_vertices; i += step)
        failures += check_level(mesh, full, groups, n_groups, (double)sorted[i]);
    failures += check_level(mesh, full, groups, n_groups, INFINITY);
    free(sorted);
    return failures;
}

struct polygon_facts {
    __int128 area2;
    size_t n_rings, n_coords;
};

static int compare_polygons(const void *a, const void *b)
{
    const struct polygon_facts *left = a, *right = b;
    if (left->area2 != right->area2)
        return left->area2 < right->area2 ? -1 : 1;
    return (left->n_rings > right->n_rings) - (left->n_rings < right->n_rings);
}

static struct polygon_facts *polygons_of(const struct geo_rings *rings)
{
    struct polygon_facts *facts = calloc(rings->polygons.n + 1, sizeof *facts);
    for (size_t polygon = 0; polygon < rings->polygons.n; polygon++) {
        struct geo_run run = geo_ends_run(&rings->polygons, polygon);
        facts[polygon] = (struct polygon_facts){area2_of(rings, run), run.end - run.first, 0};
        for (uint32_t ring = run.first; ring < run.end; ring++) {
            struct geo_run coords = geo_ends_run(&rings->rings, ring);
            facts[polygon].n_coords += coords.end - coords.first;
        }
    }
    qsort(facts, rings->polygons.n, sizeof *facts, compare_polygons);
    return facts;
}

/* The union has the polygons, each with its holes, of the same drawing with a letter a group. */
static bool same_as_drawn(const struct geo_mesh *mesh, const struct letters *letters,
                          const uint32_t *groups, size_t n_groups)
{
    struct letters merged = *letters;
    struct geo_rings want = {0}, got = {0};
    for (int row = 0; row < merged.height; row++)
        for (int column = 0; column < merged.width; column++) {
            char *cell = &merged.cells[row][column];
            bool none = *cell == '.' || groups[*cell - 'A'] == GEO_MESH_NO_GROUP;
            *cell = none ? '.' : (char)('A' + groups[*cell - 'A']);
        }
    letters_shapes(&merged, (int)n_groups, &want);
    assert_true(geo_mesh_dissolve(mesh, groups, n_groups, 0, &got, NULL));
    struct polygon_facts *wanted = polygons_of(&want), *given = polygons_of(&got);
    bool ok = want.polygons.n == got.polygons.n;
    for (size_t i = 0; ok && i < got.polygons.n; i++)
        ok =
            compare_polygons(&wanted[i], &given[i]) == 0 && wanted[i].n_coords == given[i].n_coords;
    for (size_t i = 0; ok && i < n_groups; i++)
        ok = geo_ends_run(&want.shapes, i).end == geo_ends_run(&got.shapes, i).end;
    free(wanted);
    free(given);
    geo_rings_clear(&want);
    geo_rings_clear(&got);
    return ok;
}

static int check_random_mesh(uint64_t *seed)
{
    int n_letters = 1 + (int)random_below(seed, 20), failures = 0;
    size_t n_groups = 1 + random_below(seed, 5);
    uint32_t groups[26];
    struct letters letters = letters_random(seed, 3 + (int)random_below(seed, 7), n_letters);
    struct geo_rings full = {0}, rings = {0};
    letters_shapes(&letters, n_letters, &full);
    for (int i = 0; i < n_letters; i++)
        groups[i] = random_below(seed, 6) ? (uint32_t)random_below(seed, n_groups)
                                          : (uint32_t)GEO_MESH_NO_GROUP;
    struct geo_mesh *mesh = geo_mesh_new(&full, NULL);
    assert_non_null(mesh);
    all_shapes(mesh, 0, &rings);
    CHECK(failures, "all vertices", rings.n_coords == full.n_coords);
    CHECK(failures, "all area", area2_of_all(&rings) == area2_of_all(&full));
    CHECK(failures, "union", same_as_drawn(mesh, &letters, groups, n_groups));
    failures += check_levels(mesh, &full, groups, n_groups);
    geo_mesh_free(mesh);
    geo_rings_clear(&full);
    geo_rings_clear(&rings);
    return failures;
}

static void random_meshes(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    int failures = 0;
    for (int round = 0; round < 60; round++) {
        uint64_t round_seed = seed;
        int round_failures = check_random_mesh(&seed);
        if (round_failures > 0)
            fprintf(stderr, "  round %d, seed %llu\n", round, (unsigned long long)round_seed);
        failures += round_failures;
    }
    assert_int_equal(failures, 0);
}

/* What no threshold removes has a vertex in its triangle, or the edge is there already. */
static bool must_stay(const struct geo_rings *left, const struct edges *edges,
                      const struct geo_coord corners[3])
{
    int way = sign_of(coord_cross(corners[0], corners[1], corners[2]));
    struct edge shortcut = {corners[0], corners[2]};
    if (has_edge(edges, shortcut) || has_edge(edges, turned(shortcut)))
        return true;
    for (size_t i = 0; i < left->n_coords; i++) {
        int n_left = 0, n_corner = 0;
        for (int side = 0; side < 3; side++) {
            struct geo_coord from = corners[side], to = corners[(side + 1) % 3];
            n_left += sign_of(coord_cross(from, to, left->coords[i])) * way >= 0;
            n_corner += coord_equal(from, left->coords[i]);
        }
        if (n_left == 3 && n_corner == 0)
            return true;
    }
    return false;
}

static int check_arc_left(const struct geo_mesh *mesh, uint32_t number,
                          const struct geo_rings *left, const struct edges *edges)
{
    int failures = 0;
    struct geo_rings arc = {0};
    bool closed = mesh->arcs[number].nodes[0] == MESH_NONE;
    assert_true(mesh_add_arc(mesh, number << 1, INFINITY, &arc, NULL));
    if (!closed)
        assert_true(geo_rings_add(&arc, mesh->coords[mesh->arcs[number].end - 1], NULL));
    size_t n = arc.n_coords;
    for (size_t i = !closed; i + !closed < n; i++) {
        struct geo_coord corners[] = {arc.coords[(i + n - 1) % n], arc.coords[i],
                                      arc.coords[(i + 1) % n]};
        CHECK(failures, "stays without cause", must_stay(left, edges, corners));
    }
    geo_rings_clear(&arc);
    return failures;
}

static void nothing_stays_without_cause(void **state)
{
    (void)state;
    uint64_t seed = SEED + 1;
    int failures = 0;
    for (int round = 0; round < 100; round++) {
        int n_letters = 1 + (int)random_below(&seed, 8);
        struct letters letters = letters_random(&seed, 3 + (int)random_below(&seed, 20), n_letters);
        struct geo_rings full = {0}, left = {0};
        letters_shapes(&letters, n_letters, &full);
        struct geo_mesh *mesh = geo_mesh_new(&full, NULL);
        all_shapes(mesh, INFINITY, &left);
        struct edges edges = edges_of(&left);
        qsort(edges.items, edges.n, sizeof *edges.items, compare_edges);
        for (uint32_t arc = 0; arc < mesh->n_arcs; arc++)
            failures += check_arc_left(mesh, arc, &left, &edges);
        free(edges.items);
        geo_mesh_free(mesh);
        geo_rings_clear(&full);
        geo_rings_clear(&left);
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ drawn meshes */

static const struct {
    const char *name, *rows;
    int n_letters;
    size_t n_arcs, n_nodes;                 /* of the mesh */
    size_t n_polygons, n_rings, n_vertices; /* of the union; each cell has four edges a side */
} drawn_cases[] = {
    {"lone square", "A", 1, 1, 0, 1, 1, 16},
    {"shared border", "AB", 2, 3, 2, 1, 1, 24},
    {"enclave", "AAA/ABA/AAA", 2, 2, 0, 1, 1, 48},
    {"enclave with an enclave", "AAAAA/ABBBA/ABCBA/ABBBA/AAAAA", 3, 3, 0, 1, 1, 80},
    {"islands of one shape", "A.A/.../A.A", 1, 4, 0, 4, 4, 64},
    {"four corners", "AB/CD", 4, 8, 5, 1, 1, 32},
    {"four corners of two", "AB/BA", 2, 8, 5, 1, 1, 32},
    {"two parts that touch at a point", "A./.A", 1, 2, 1, 2, 2, 32},
    {"hole", "AAA/A.A/AAA", 1, 2, 0, 1, 2, 64},
    {"hole that touches outside", ".AA/A.A/AAA", 1, 2, 1, 1, 2, 64},
    {"holes that touch", "AAAA/A.AA/AA.A/AAAA", 1, 3, 1, 1, 3, 96},
    {"island in a hole", "AAAAA/A...A/A.B.A/A...A/AAAAA", 2, 3, 0, 2, 3, 144},
    {"island in a hole that touches", "AAAA/A..A/A.BA/AAAA", 2, 4, 2, 1, 2, 96},
    {"ring of two arcs", "AACC/ABBC/AACC", 3, 6, 4, 1, 1, 56},
    {"hole between two", "AABB/A..B/AABB", 2, 6, 4, 1, 2, 80},
    {"exclave on both sides", "ABA/BBB", 2, 6, 4, 1, 1, 40},
    {"hole in an island in a hole", "AAAAAAA/A.....A/A.BBB.A/A.B.B.A/A.BBB.A/A.....A/AAAAAAA", 2, 4,
     0, 2, 4, 256},
    {"nothing there", "..", 2, 0, 0, 0, 0, 0},
};

static void drawn_meshes(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof drawn_cases / sizeof *drawn_cases; i++) {
        const char *name = drawn_cases[i].name;
        struct letters letters = letters_from(drawn_cases[i].rows);
        letters.steps = 4;
        letters.jitter_e7 = 900;
        letters.corner = (struct geo_coord){23000000, 486000000};
        struct geo_rings full = {0}, united = {0};
        letters_shapes(&letters, drawn_cases[i].n_letters, &full);
        struct geo_mesh *mesh = geo_mesh_new(&full, NULL);
        assert_non_null(mesh);
        uint32_t groups[26] = {0};
        assert_true(geo_mesh_dissolve(mesh, groups, 1, 0, &united, NULL));
        int before = failures;
        CHECK(failures, name, mesh->n_arcs == drawn_cases[i].n_arcs);
        CHECK(failures, name, mesh->n_nodes == drawn_cases[i].n_nodes);
        CHECK(failures, name, united.polygons.n == drawn_cases[i].n_polygons);
        CHECK(failures, name, united.rings.n == drawn_cases[i].n_rings);
        CHECK(failures, name, united.n_coords == drawn_cases[i].n_vertices);
        CHECK(failures, name, same_as_drawn(mesh, &letters, groups, 1));
        failures += check_levels(mesh, &full, groups, 1);
        if (failures > before)
            fprintf(stderr, "  %s: %zu arcs, %zu nodes, %zu polygons, %zu rings, %zu vertices\n",
                    name, mesh->n_arcs, mesh->n_nodes, united.polygons.n, united.rings.n,
                    united.n_coords);
        geo_mesh_free(mesh);
        geo_rings_clear(&full);
        geo_rings_clear(&united);
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ importance */

static void add_ring(struct geo_rings *rings, const struct geo_coord *coords, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_true(geo_rings_add(rings, coords[i], NULL));
    assert_true(geo_rings_end_ring(rings, NULL) && geo_rings_end_polygon(rings, NULL) &&
                geo_rings_end_shape(rings, NULL));
}

/* A square of a degree with a bump of 0.002 by 0.001 degree in the middle of its south side: the
 * tip goes first, the two at its foot, now in line, with it. */
static void importance_is_area_on_the_map(void **state)
{
    (void)state;
    int failures = 0;
    static const double UNITS_OF_DEGREE = 4294967296.0 / 360;
    for (int lat_deg = -80; lat_deg <= 80; lat_deg += 20) {
        int32_t s = lat_deg * 10000000, w = 20000000, e = w + 10000000, m = w + 5000000;
        struct geo_coord coords[] = {{w, s}, {m - 10000, s},    {m, s - 10000},   {m + 10000, s},
                                     {e, s}, {e, s + 10000000}, {w, s + 10000000}};
        struct geo_rings rings = {0};
        add_ring(&rings, coords, 7);
        struct geo_mesh *mesh = geo_mesh_new(&rings, NULL);
        double want = 0.002 * 0.001 / 2 * UNITS_OF_DEGREE * UNITS_OF_DEGREE /
                      cos((double)lat_deg * (M_PI / 180));
        double square = 0.5 * UNITS_OF_DEGREE * UNITS_OF_DEGREE / cos(lat_deg * (M_PI / 180));
        for (int i = 1; i <= 3; i++)
            CHECK(failures, "tip and feet", fabs(mesh->importances[i] / want - 1) < 0.006);
        int n_corners = 0;
        for (int i = 0; i < 7; i++)
            n_corners += mesh->importances[i] > 0.4 * square;
        CHECK(failures, "corners", n_corners == 4);
        CHECK(failures, "always",
              isinf(mesh->importances[0]) + isinf(mesh->importances[4]) +
                      isinf(mesh->importances[5]) + isinf(mesh->importances[6]) ==
                  3);
        geo_mesh_free(mesh);
        geo_rings_clear(&rings);
    }
    CHECK(failures, "zoom 0", geo_mesh_importance_of_zoom(0) == 0.25 * 8388608.0 * 8388608.0);
    for (uint8_t zoom = 0; zoom < 30; zoom++)
        CHECK(failures, "zooms",
              geo_mesh_importance_of_zoom(zoom) ==
                  4 * geo_mesh_importance_of_zoom((uint8_t)(zoom + 1)));
    assert_int_equal(failures, 0);
}

/* A dent that the tip of an island reaches into, less than the tip is tall: it waits for the tip,
 * and then goes at the tip's importance. */
static void what_waits_comes_back(void **state)
{
    (void)state;
    static const struct geo_coord dented[] = {
        {0, 0}, {10000, 100}, {20000, 0}, {20000, 20000}, {0, 20000}};
    static const struct geo_coord island[] = {
        {9000, -5000}, {10000, -20000}, {11000, -5000}, {10000, 50}};
    for (int swapped = 0; swapped < 2; swapped++) {
        struct geo_rings rings = {0};
        add_ring(&rings, swapped ? island : dented, swapped ? 4 : 5);
        add_ring(&rings, swapped ? dented : island, swapped ? 5 : 4);
        struct geo_mesh *mesh = geo_mesh_new(&rings, NULL);
        assert_non_null(mesh);
        float dent = mesh->importances[swapped ? 5 : 1], tip = mesh->importances[swapped ? 3 : 8];
        assert_true(isfinite(tip) && dent == tip);
        geo_mesh_free(mesh);
        geo_rings_clear(&rings);
    }
}

/* ------------------------------------------------------------------ what is not planar */

/* Both sides have the same line but not the same vertices: each keeps its own. */
static void unshared_vertices(void **state)
{
    (void)state;
    int failures = 0;
    static const struct geo_coord left[] = {{0, 0}, {100, 0}, {100, 100}, {0, 100}};
    static const struct geo_coord right[] = {{100, 0}, {200, 0}, {200, 100}, {100, 100}, {100, 50}};
    struct geo_rings full = {0}, rings = {0}, united = {0};
    add_ring(&full, left, 4);
    add_ring(&full, right, 5);
    struct geo_mesh *mesh = geo_mesh_new(&full, NULL);
    assert_non_null(mesh);
    CHECK(failures, "arcs", mesh->n_arcs == 4);
    for (int step = 0; step < 2; step++) {
        all_shapes(mesh, step ? INFINITY : 0, &rings);
        geo_rings_clear(&united);
        assert_true(
            geo_mesh_dissolve(mesh, (uint32_t[]){0, 0}, 1, step ? INFINITY : 0, &united, NULL));
        CHECK(failures, "no vertex lost", step || rings.n_coords == full.n_coords);
        CHECK(failures, "area of the union", area2_of_all(&rings) == area2_of_all(&united));
    }
    geo_rings_clear(&united);
    geo_mesh_free(mesh);
    geo_rings_clear(&full);
    geo_rings_clear(&rings);
    assert_int_equal(failures, 0);
}

/* The same shape twice, a spike, a ring crossing itself: no guarantee but to come back. */
static void broken_shapes(void **state)
{
    (void)state;
    static const struct geo_coord square[] = {{0, 0}, {100, 0}, {100, 100}, {0, 100}};
    static const struct geo_coord spike[] = {{0, 0}, {100, 0}, {200, 0}, {100, 0}, {100, 50}};
    static const struct geo_coord bow[] = {{0, 0}, {100, 100}, {100, 0}, {0, 100}};
    static const struct geo_coord flat[] = {{0, 0}, {50, 0}, {100, 0}, {70, 0}};
    static const struct geo_coord beside[] = {
        {-500, -50}, {-400, 0}, {-400, 100}, {-400, 0}, {-500, 50}};
    static const struct geo_coord passed[] = {{-400, 0}, {-400, 100}, {-400, 200}, {-450, 200}};
    struct geo_rings full = {0}, rings = {0};
    add_ring(&full, square, 4);
    add_ring(&full, square, 4);
    add_ring(&full, spike, 5);
    add_ring(&full, bow, 4);
    add_ring(&full, flat, 4);
    add_ring(&full, beside, 5);
    add_ring(&full, passed, 4);
    struct geo_mesh *mesh = geo_mesh_new(&full, NULL);
    assert_non_null(mesh);
    all_shapes(mesh, 0, &rings);
    assert_int_equal(rings.n_coords, full.n_coords);
    assert_true(geo_mesh_dissolve(mesh, (uint32_t[]){0, 0, 1, 1, 1, 1, 1}, 2, 0, &rings, NULL));
    assert_true(
        geo_mesh_dissolve(mesh, (uint32_t[]){0, 0, 1, 1, 1, 1, 1}, 2, INFINITY, &rings, NULL));
    assert_int_equal(rings.shapes.n, 7 + 2 + 2);
    geo_mesh_free(mesh);
    geo_rings_clear(&full);
    geo_rings_clear(&rings);
}

static void refused(void **state)
{
    (void)state;
    int failures = 0;
    static const struct {
        const char *name;
        struct geo_coord coords[5];
        size_t n;
        bool ok;
    } cases[] = {
        {"no vertex", {{0, 0}}, 0, false},
        {"two vertices", {{0, 0}, {5, 0}}, 2, false},
        {"two, one repeated", {{0, 0}, {5, 0}, {5, 0}, {0, 0}}, 4, false},
        {"three, two repeated", {{0, 0}, {5, 0}, {5, 0}, {0, 5}, {0, 0}}, 5, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_error err = {0};
        struct geo_rings rings = {0};
        add_ring(&rings, cases[i].coords, cases[i].n);
        struct geo_mesh *mesh = geo_mesh_new(&rings, &err);
        CHECK(failures, cases[i].name, (mesh != NULL) == cases[i].ok);
        CHECK(failures, cases[i].name, err.status == (cases[i].ok ? ARO_OK : ARO_BAD_INPUT));
        CHECK(failures, cases[i].name, !mesh || mesh->n_vertices == 3);
        geo_mesh_free(mesh);
        geo_rings_clear(&rings);
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ memory */

static void out_of_memory(void **state)
{
    (void)state;
    struct letters letters = letters_from("AAAAB/A.CAB/AACAB/DDDDD");
    struct geo_rings full = {0};
    struct geo_mesh *mesh = NULL;
    letters.steps = 4;
    letters.jitter_e7 = 900;
    letters_shapes(&letters, 4, &full);
    for (size_t allowed = 0; !mesh; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        mesh = geo_mesh_new(&full, &err);
        allow_allocations(SIZE_MAX);
        assert_true(mesh || err.status == ARO_NO_MEMORY);
        assert_true(!mesh || allowed > 10);
    }
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct geo_rings rings = {0};
        allow_allocations(allowed);
        ok = geo_mesh_shape(mesh, 0, 0, &rings, &err) &&
             geo_mesh_dissolve(mesh, (uint32_t[]){0, 1, 0, 1}, 2, 0, &rings, &err);
        allow_allocations(SIZE_MAX);
        assert_true(ok || err.status == ARO_NO_MEMORY);
        assert_true(!ok || allowed > 10);
        geo_rings_clear(&rings);
    }
    geo_mesh_free(mesh);
    geo_mesh_free(NULL);
    geo_rings_clear(&full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_meshes),
        cmocka_unit_test(random_meshes),
        cmocka_unit_test(nothing_stays_without_cause),
        cmocka_unit_test(importance_is_area_on_the_map),
        cmocka_unit_test(what_waits_comes_back),
        cmocka_unit_test(unshared_vertices),
        cmocka_unit_test(broken_shapes),
        cmocka_unit_test(refused),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
