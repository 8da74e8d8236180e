#include "geo/levels.h"

#include <math.h>

#include "tests/unit/allocations.h"
#include "tests/unit/blocks_bytes.h"
#include "tests/unit/check.h"
#include "tests/unit/meshes.h"

static const uint64_t SEED = 20200616;

struct made {
    struct geo_rings shapes;
    struct geo_mesh *mesh;
    struct geo_levels *levels;
    uint32_t order[26];
    size_t n;
};

/* A drawing of some letters, in another order, one of them missing. */
static void make(struct made *made, uint64_t *seed)
{
    size_t n_letters = 1 + random_below(seed, 20);
    struct letters letters = letters_random(seed, 3 + (int)random_below(seed, 20), (int)n_letters);
    *made = (struct made){.n = n_letters};
    letters_shapes(&letters, (int)n_letters, &made->shapes);
    made->mesh = geo_mesh_new(&made->shapes, NULL);
    for (size_t i = 0; i < n_letters; i++)
        made->order[i] = (uint32_t)(n_letters - 1 - i);
    if (n_letters > 2)
        made->order[random_below(seed, n_letters)] = UINT32_MAX;
    made->levels = geo_levels_new(made->mesh, made->order, made->n, NULL);
    assert_non_null(made->levels);
}

static void unmake(struct made *made)
{
    geo_levels_free(made->levels);
    geo_mesh_free(made->mesh);
    geo_rings_clear(&made->shapes);
}

/* The twin: what the mesh gives, in degrees, shape by shape. */
static void shapes_at(const struct made *made, double importance, struct geo_rings *out_rings)
{
    geo_rings_empty(out_rings);
    for (size_t i = 0; i < made->n; i++)
        if (made->order[i] == UINT32_MAX)
            assert_true(geo_rings_end_shape(out_rings, NULL));
        else
            assert_true(geo_mesh_shape(made->mesh, made->order[i], importance, out_rings, NULL));
}

static bool same_ends(const struct geo_ends *a, const uint32_t *items, size_t n)
{
    return a->n == n && (n == 0 || memcmp(a->items, items, n * sizeof *items) == 0);
}

static bool same_level(const struct made *made, const struct geo_level *level,
                       const struct geo_rings *rings)
{
    const struct geo_levels *levels = made->levels;
    bool same = level->n_places == rings->n_coords &&
                same_ends(&rings->rings, level->ring_ends, rings->rings.n) &&
                same_ends(&rings->polygons, levels->polygons.items, levels->polygons.n) &&
                same_ends(&rings->shapes, levels->shapes.items, levels->shapes.n);
    for (size_t i = 0; same && i < rings->n_coords; i++) {
        struct geo_mercator place = geo_mercator_from_coord(rings->coords[i]);
        same = place.x == level->places[i].x && place.y == level->places[i].y;
    }
    return same;
}

static void levels_are_the_mesh(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    int failures = 0;
    size_t most_levels = 0;
    for (int round = 0; round < 40; round++) {
        struct made made;
        struct geo_rings rings = {0};
        make(&made, &seed);
        const struct geo_levels *levels = made.levels;
        most_levels = levels->n_levels > most_levels ? levels->n_levels : most_levels;
        shapes_at(&made, 0, &rings);
        CHECK(failures, "full", same_level(&made, &levels->levels[levels->n_levels - 1], &rings));
        CHECK(failures, "past the last zoom",
              geo_levels_at(levels, 200) == geo_levels_at(levels, GEO_LEVELS_MAX_ZOOM));
        for (int i = 0; i <= GEO_LEVELS_MAX_ZOOM; i++) {
            uint8_t zoom = (uint8_t)i;
            const struct geo_level *level = geo_levels_at(levels, zoom);
            bool is_finest =
                zoom < GEO_LEVELS_MAX_ZOOM && geo_levels_at(levels, (uint8_t)(zoom + 1)) != level;
            shapes_at(&made, geo_mesh_importance_of_zoom(zoom), &rings);
            CHECK(failures, "own zoom", !is_finest || same_level(&made, level, &rings));
            CHECK(failures, "shared", (double)rings.n_coords >= 0.9 * (double)level->n_places);
            CHECK(failures, "nothing is missing", rings.n_coords <= level->n_places);
        }
        if (failures > 0)
            fprintf(stderr, "  round %d, seed %llu\n", round, (unsigned long long)SEED);
        geo_rings_clear(&rings);
        unmake(&made);
    }
    CHECK(failures, "several levels", most_levels >= 4);
    assert_int_equal(failures, 0);
}

static struct geo_mercator_box random_box(uint64_t *seed, const struct geo_levels *levels)
{
    const struct geo_level *full = &levels->levels[levels->n_levels - 1];
    struct geo_mercator middle = {(uint32_t)random_bits(seed), (uint32_t)random_bits(seed)};
    if (full->n_places > 0 && random_below(seed, 8))
        middle = full->places[random_below(seed, full->n_places)];
    uint32_t half = (uint32_t)random_below(seed, random_below(seed, 2) ? 300000 : 3000);
    half = random_below(seed, 16) ? half : UINT32_MAX;
    return (struct geo_mercator_box){
        {middle.x > half ? middle.x - half : 0, middle.y > half ? middle.y - half : 0},
        {middle.x < UINT32_MAX - half ? middle.x + half : UINT32_MAX,
         middle.y < UINT32_MAX - half ? middle.y + half : UINT32_MAX}};
}

/* The twin looks at every vertex. */
static bool box_touches_shape(const struct geo_levels *levels, size_t shape,
                              const struct geo_mercator_box *box)
{
    const struct geo_level *full = &levels->levels[levels->n_levels - 1];
    struct geo_run polygons = geo_ends_run(&levels->shapes, shape);
    struct geo_mercator_box around = {{UINT32_MAX, UINT32_MAX}, {0, 0}};
    for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
        struct geo_run rings = geo_ends_run(&levels->polygons, polygon);
        struct geo_run run = {geo_level_ring(full, rings.first).first,
                              geo_level_ring(full, rings.end - 1).end};
        for (uint32_t i = run.first; i < run.end; i++) {
            around.low.x = full->places[i].x < around.low.x ? full->places[i].x : around.low.x;
            around.low.y = full->places[i].y < around.low.y ? full->places[i].y : around.low.y;
            around.high.x = full->places[i].x > around.high.x ? full->places[i].x : around.high.x;
            around.high.y = full->places[i].y > around.high.y ? full->places[i].y : around.high.y;
        }
    }
    return polygons.end > polygons.first && geo_mercator_boxes_touch(&around, box);
}

static void search_agrees_with_a_scan(void **state)
{
    (void)state;
    uint64_t seed = SEED + 1;
    int failures = 0;
    struct geo_runs runs = {0}, want = {0};
    for (int round = 0; round < 30; round++) {
        struct made made;
        make(&made, &seed);
        for (int i = 0; i < 50; i++) {
            struct geo_mercator_box box = random_box(&seed, made.levels);
            want.n = 0;
            for (uint32_t shape = 0; shape < made.n; shape++)
                if (box_touches_shape(made.levels, shape, &box))
                    assert_true(geo_runs_add(&want, shape, shape + 1, NULL));
            assert_true(geo_levels_search(made.levels, &box, &runs, NULL));
            CHECK(failures, "search (seed 20200617)",
                  runs.n == want.n && (runs.n == 0 || memcmp(runs.items, want.items,
                                                             runs.n * sizeof *runs.items) == 0));
        }
        unmake(&made);
    }
    geo_runs_clear(&runs);
    geo_runs_clear(&want);
    assert_int_equal(failures, 0);
}

/* More shapes than a group of boxes holds: squares in a row. */
static void many_shapes(void **state)
{
    (void)state;
    enum { N = 1000 };
    int failures = 0;
    struct geo_rings rings = {0};
    struct geo_runs runs = {0};
    for (int32_t i = 0; i < N; i++) {
        struct geo_coord corners[] = {
            {i * 1000, 0}, {i * 1000 + 1000, 0}, {i * 1000 + 1000, 1000}, {i * 1000, 1000}};
        for (int corner = 0; corner < 4; corner++)
            assert_true(geo_rings_add(&rings, corners[corner], NULL));
        assert_true(geo_rings_end_ring(&rings, NULL) && geo_rings_end_polygon(&rings, NULL) &&
                    geo_rings_end_shape(&rings, NULL));
    }
    struct geo_mesh *mesh = geo_mesh_new(&rings, NULL);
    struct geo_levels *levels = geo_levels_new(mesh, NULL, N, NULL);
    assert_non_null(levels);
    for (uint32_t i = 0; i < N; i++) {
        struct geo_mercator middle =
            geo_mercator_from_coord((struct geo_coord){(int32_t)i * 1000 + 500, 500});
        struct geo_mercator_box box = {middle, middle};
        assert_true(geo_levels_search(levels, &box, &runs, NULL));
        CHECK(failures, "one",
              runs.n == 1 && runs.items[0].first == i && runs.items[0].end == i + 1);
    }
    struct geo_blocks blocks = {0};
    geo_levels_blocks(&levels, &blocks);
    CHECK(failures, "bytes", blocks_bytes(&blocks) > N * 4 * sizeof(struct geo_mercator));
    geo_levels_free(levels);
    geo_mesh_free(mesh);
    geo_rings_clear(&rings);
    geo_runs_clear(&runs);
    assert_int_equal(failures, 0);
}

static void no_shape(void **state)
{
    (void)state;
    struct geo_rings rings = {0};
    struct geo_runs runs = {0};
    struct geo_mesh *mesh = geo_mesh_new(&rings, NULL);
    struct geo_levels *levels = geo_levels_new(mesh, NULL, 0, NULL);
    struct geo_levels *empty = geo_levels_new(mesh, (uint32_t[]){UINT32_MAX}, 1, NULL);
    struct geo_mercator_box world = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    assert_true(levels && empty);
    assert_true(geo_levels_search(levels, &world, &runs, NULL) && runs.n == 0);
    assert_true(geo_levels_search(empty, &world, &runs, NULL) && runs.n == 0);
    assert_int_equal(geo_levels_at(empty, 7)->n_places, 0);
    geo_levels_free(levels);
    geo_levels_free(empty);
    geo_levels_free(NULL);
    geo_mesh_free(mesh);
}

static void out_of_memory(void **state)
{
    (void)state;
    uint64_t seed = SEED + 2;
    struct made made;
    make(&made, &seed);
    geo_levels_free(made.levels);
    made.levels = NULL;
    for (size_t allowed = 0; !made.levels; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        made.levels = geo_levels_new(made.mesh, made.order, made.n, &err);
        allow_allocations(SIZE_MAX);
        assert_true(made.levels || err.status == ARO_NO_MEMORY);
        assert_true(!made.levels || allowed > 8);
    }
    struct aro_error err = {0};
    struct geo_runs runs = {0};
    struct geo_mercator_box world = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    allow_allocations(0);
    bool ok = geo_levels_search(made.levels, &world, &runs, &err);
    allow_allocations(SIZE_MAX);
    assert_true(!ok && err.status == ARO_NO_MEMORY && runs.n == 0);
    geo_runs_clear(&runs);
    unmake(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_the_mesh), cmocka_unit_test(search_agrees_with_a_scan),
        cmocka_unit_test(many_shapes),         cmocka_unit_test(no_shape),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
