#include "geo/tile_shape.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/mvt_dump.h"
#include "tests/unit/random.h"

enum { SEED = 4326, SIDE = 8, N_SHAPES = SIDE * SIDE + 1, BUFFER = 256, STEPS = 6 };

/* A mesh of SIDE by SIDE cells of half a degree with wavy borders, and an enclave in the first. */
struct fixture {
    struct geo_rings rings;
    struct geo_mesh *mesh;
    struct geo_levels *levels;
};

static const struct geo_coord west_south = {-20000000, 450000000};
enum { CELL_E7 = 5000000 };

/* Corner (i, j) of the cells, and places on the border between two of them: the same from both
 * sides. */
static struct geo_coord on_border(int i, int j, int di, int dj, int step)
{
    uint64_t seed = (uint64_t)(i * 1000 + j * 10 + di) * 64 + (uint64_t)step + SEED;
    bool outside = (dj && (i == 0 || i == SIDE)) || (di && (j == 0 || j == SIDE));
    int64_t wave = step % STEPS && !outside ? (int64_t)random_below(&seed, 400000) - 200000 : 0;
    int64_t along = (int64_t)CELL_E7 * step / STEPS;
    return (struct geo_coord){
        (int32_t)(west_south.lon_e7 + (int64_t)i * CELL_E7 + di * along + dj * wave),
        (int32_t)(west_south.lat_e7 + (int64_t)j * CELL_E7 + dj * along + di * wave)};
}

static void add_border(struct geo_rings *rings, int i, int j, int di, int dj, bool backwards)
{
    struct aro_error err = {0};
    for (int s = 0; s < STEPS; s++)
        assert_true(geo_rings_add(rings, on_border(i, j, di, dj, backwards ? STEPS - s : s), &err));
}

static void end_shape(struct geo_rings *rings)
{
    struct aro_error err = {0};
    assert_true(geo_rings_end_polygon(rings, &err) && geo_rings_end_shape(rings, &err));
}

static void add_enclave(struct geo_rings *rings, bool hole)
{
    static const int32_t at[4][2] = {
        {1500000, 1500000}, {2500000, 1600000}, {2400000, 2500000}, {1500000, 2400000}};
    struct aro_error err = {0};
    for (int i = 0; i < 4; i++) {
        const int32_t *corner = at[hole ? 3 - i : i];
        struct geo_coord coord = {west_south.lon_e7 + corner[0], west_south.lat_e7 + corner[1]};
        assert_true(geo_rings_add(rings, coord, &err));
    }
    assert_true(geo_rings_end_ring(rings, &err));
}

static int setup(void **state)
{
    static struct fixture fixture;
    struct aro_error err = {0};
    for (int cell = 0; cell < SIDE * SIDE; cell++) {
        int i = cell % SIDE, j = cell / SIDE;
        add_border(&fixture.rings, i, j, 1, 0, false);
        add_border(&fixture.rings, i + 1, j, 0, 1, false);
        add_border(&fixture.rings, i, j + 1, 1, 0, true);
        add_border(&fixture.rings, i, j, 0, 1, true);
        assert_true(geo_rings_end_ring(&fixture.rings, &err));
        if (cell == 0)
            add_enclave(&fixture.rings, true);
        end_shape(&fixture.rings);
    }
    add_enclave(&fixture.rings, false);
    end_shape(&fixture.rings);
    fixture.mesh = geo_mesh_new(&fixture.rings, &err);
    fixture.levels = fixture.mesh ? geo_levels_new(fixture.mesh, NULL, N_SHAPES, &err) : NULL;
    *state = &fixture;
    if (!fixture.levels)
        print_error("%s\n", err.message);
    return fixture.levels ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    geo_levels_free(fixture->levels);
    geo_mesh_free(fixture->mesh);
    geo_rings_clear(&fixture->rings);
    return 0;
}

/* ---- What was drawn, read back ---- */

enum { MAX_POINTS = 512, MAX_RINGS = 8 };

struct drawn {
    struct geo_tile_point points[MAX_POINTS];
    size_t n, ends[MAX_RINGS], n_rings;
};

/* Reads " M x,y L x,y … Z M …" of a feature's line. */
static void read_rings(const char *line, struct drawn *out)
{
    *out = (struct drawn){.n = 0};
    for (const char *at = line; *at && *at != '\n'; at++) {
        char *end;
        if (*at == 'Z')
            out->ends[out->n_rings++] = out->n;
        if (at[0] != ' ' || (at[1] != '-' && (at[1] < '0' || at[1] > '9')))
            continue;
        out->points[out->n].x = (int32_t)strtol(at, &end, 10);
        out->points[out->n++].y = (int32_t)strtol(end + 1, &end, 10);
        at = end - 1;
    }
}

static void draw(const struct fixture *fixture, size_t shape, struct geo_tile tile,
                 struct drawn *out)
{
    struct geo_tile_frame frame = geo_tile_frame(tile, BUFFER);
    struct geo_tile_shape_room room = {0};
    struct aro_error err = {0};
    struct aro_buffer bytes = {0};
    struct geo_mvt *mvt = geo_mvt_new(&err);
    geo_mvt_layer(mvt, "l");
    geo_mvt_feature(mvt, 1);
    assert_true(geo_tile_shape_draw(fixture->levels, shape, &frame, &room, mvt, &err));
    geo_mvt_end_polygons(mvt);
    assert_true(geo_mvt_layer_end(mvt, &bytes, &err));
    char *text = mvt_dump(bytes.data, bytes.len);
    const char *line = strstr(text, " polygon");
    read_rings(line ? line + strlen(" polygon") : "", out);
    free(text);
    aro_buffer_clear(&bytes);
    geo_mvt_free(mvt);
    geo_tile_shape_room_clear(&room);
}

static int64_t drawn_area2(const struct drawn *drawn)
{
    int64_t sum = 0;
    for (size_t r = 0, first = 0; r < drawn->n_rings; first = drawn->ends[r++])
        sum += geo_clip_area2(drawn->points + first, drawn->ends[r] - first);
    return sum;
}

static struct geo_tile tile_at(struct geo_coord coord, uint8_t zoom)
{
    struct geo_mercator place = geo_mercator_from_coord(coord);
    return (struct geo_tile){zoom, (uint32_t)((uint64_t)place.x >> (32 - zoom)),
                             (uint32_t)((uint64_t)place.y >> (32 - zoom))};
}

/* A place of the mesh, at least a cell away from its edge. */
static struct geo_coord random_place(uint64_t *seed)
{
    return (struct geo_coord){
        west_south.lon_e7 + (int32_t)(CELL_E7 + random_below(seed, (SIDE - 2) * CELL_E7)),
        west_south.lat_e7 + (int32_t)(CELL_E7 + random_below(seed, (SIDE - 2) * CELL_E7))};
}

/* Where the mesh covers the tile and its buffer, the areas of what is drawn add up to it: there is
 * neither gap nor overlap, at any zoom. */
static void covers_the_tile(void **state)
{
    const struct fixture *fixture = *state;
    uint64_t seed = SEED;
    int64_t side = GEO_TILE_EXTENT + 2 * BUFFER;
    printf("seed %d\n", SEED);
    for (int run = 0; run < 150; run++) {
        struct geo_tile tile =
            tile_at(random_place(&seed), (uint8_t)(10 + random_below(&seed, 13)));
        int64_t sum = 0;
        for (size_t i = 0; i < N_SHAPES; i++) {
            struct drawn drawn;
            draw(fixture, i, tile, &drawn);
            sum += drawn_area2(&drawn);
        }
        assert_int_equal(sum, 2 * side * side);
    }
}

/* The twin: every vertex projected, then the cut. */
static int64_t twin_area2(const struct fixture *fixture, size_t shape, struct geo_tile tile)
{
    const struct geo_levels *levels = fixture->levels;
    const struct geo_level *level = geo_levels_at(levels, tile.zoom);
    struct geo_clip_box box = {-BUFFER, GEO_TILE_EXTENT + BUFFER};
    struct geo_clip_ring ring = {0}, spare = {0};
    struct geo_run polygons = geo_ends_run(&levels->shapes, shape);
    int64_t sum = 0;
    for (uint32_t p = polygons.first; p < polygons.end; p++) {
        struct geo_run rings = geo_ends_run(&levels->polygons, p);
        for (uint32_t r = rings.first; r < rings.end; r++) {
            struct geo_run run = geo_level_ring(level, r);
            struct aro_error err = {0};
            assert_true(geo_clip_ring_reserve(&ring, run.end - run.first, &err));
            ring.n = 0;
            for (uint32_t i = run.first; i < run.end; i++)
                geo_clip_ring_add(&ring, geo_tile_project(tile, level->places[i]));
            assert_true(geo_clip(&ring, &box, &spare, &err));
            int64_t area2 = ring.n > 0 ? llabs(geo_clip_area2(ring.points, ring.n)) : 0;
            sum += r == rings.first ? area2 : -area2;
        }
    }
    geo_clip_ring_clear(&ring);
    geo_clip_ring_clear(&spare);
    return sum;
}

static void agrees_with_projecting_every_vertex(void **state)
{
    const struct fixture *fixture = *state;
    uint64_t seed = SEED + 1;
    int failures = 0;
    for (int run = 0; run < 1000; run++) {
        size_t shape = random_below(&seed, N_SHAPES);
        struct geo_tile tile = tile_at(random_place(&seed), (uint8_t)(8 + random_below(&seed, 15)));
        struct drawn drawn;
        char name[48];
        draw(fixture, shape, tile, &drawn);
        snprintf(name, sizeof name, "%zu in %u/%u/%u", shape, tile.zoom, tile.x, tile.y);
        CHECK(failures, name, drawn_area2(&drawn) == twin_area2(fixture, shape, tile));
        for (size_t i = 0; i < drawn.n; i++)
            CHECK(failures, name, geo_tile_holds(drawn.points[i], BUFFER));
    }
    assert_int_equal(failures, 0);
}

/* From the zoom at which a cell is a small part of a line of the grid: each is there still. */
static void nothing_vanishes(void **state)
{
    const struct fixture *fixture = *state;
    for (uint8_t zoom = 0; zoom <= 8; zoom++) {
        for (size_t i = 0; i < N_SHAPES; i++) {
            struct geo_coord corner =
                fixture->rings.coords[geo_rings_coords_of_shape(&fixture->rings, i).first];
            struct drawn drawn;
            draw(fixture, i, tile_at(corner, zoom), &drawn);
            assert_true(drawn.n_rings > 0 && drawn_area2(&drawn) > 0);
        }
    }
}

static void draws_nothing_outside(void **state)
{
    const struct fixture *fixture = *state;
    struct drawn drawn;
    draw(fixture, 0, (struct geo_tile){6, 3, 60}, &drawn);
    assert_int_equal(drawn.n_rings, 0);
    /* Beside the last cell of the first row, in the box of the whole mesh. */
    draw(fixture, 0, tile_at(on_border(SIDE - 1, SIDE - 1, 1, 0, 0), 12), &drawn);
    assert_int_equal(drawn.n_rings, 0);
}

static void says_when_memory_runs_out(void **state)
{
    const struct fixture *fixture = *state;
    struct geo_tile_frame frame = geo_tile_frame(tile_at(west_south, 11), BUFFER);
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct geo_tile_shape_room room = {0};
        struct aro_error err = {0};
        struct aro_buffer bytes = {0};
        struct geo_mvt *mvt = geo_mvt_new(&err);
        geo_mvt_layer(mvt, "l");
        geo_mvt_feature(mvt, 1);
        allow_allocations(allowed);
        ok = geo_tile_shape_draw(fixture->levels, 0, &frame, &room, mvt, &err);
        geo_mvt_end_polygons(mvt);
        ok = geo_mvt_layer_end(mvt, &bytes, &err) && ok;
        allow_allocations(SIZE_MAX);
        assert_true(ok || err.status == ARO_NO_MEMORY);
        aro_buffer_clear(&bytes);
        geo_mvt_free(mvt);
        geo_tile_shape_room_clear(&room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covers_the_tile),
        cmocka_unit_test(agrees_with_projecting_every_vertex),
        cmocka_unit_test(nothing_vanishes),
        cmocka_unit_test(draws_nothing_outside),
        cmocka_unit_test(says_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
