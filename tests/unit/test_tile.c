#include "geo/tile.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

enum { SEED = 4096, BUFFER = 256 };

static const struct parse_case {
    const char *name, *zoom, *x, *y;
    enum aro_status status;
    struct geo_tile want;
} parse_cases[] = {
    {"the world", "0", "0", "0", ARO_OK, {0, 0, 0}},
    {"last of zoom 1", "1", "1", "1", ARO_OK, {1, 1, 1}},
    {"last of the last zoom", "22", "4194303", "4194303", ARO_OK, {22, 4194303, 4194303}},
    {"leading zeros", "05", "007", "1", ARO_OK, {5, 7, 1}},
    {"zoom past the last", "23", "0", "0", ARO_NOT_FOUND, {0}},
    {"x past the last", "3", "8", "0", ARO_NOT_FOUND, {0}},
    {"y past the last", "3", "0", "8", ARO_NOT_FOUND, {0}},
    {"past 64 bits", "0", "18446744073709551616", "0", ARO_NOT_FOUND, {0}},
    {"zoom past 64 bits", "99999999999999999999999", "0", "0", ARO_NOT_FOUND, {0}},
    {"empty", "", "0", "0", ARO_BAD_INPUT, {0}},
    {"negative", "3", "-1", "0", ARO_BAD_INPUT, {0}},
    {"sign", "3", "+1", "0", ARO_BAD_INPUT, {0}},
    {"fraction", "3", "1.0", "0", ARO_BAD_INPUT, {0}},
    {"exponent", "3", "1e0", "0", ARO_BAD_INPUT, {0}},
    {"letters behind", "3", "1", "1.mvt", ARO_BAD_INPUT, {0}},
    {"blank before", "3", " 1", "1", ARO_BAD_INPUT, {0}},
};

static void parses_the_cases(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof parse_cases / sizeof parse_cases[0]; i++) {
        const struct parse_case *c = &parse_cases[i];
        struct aro_error err = {0};
        struct geo_tile got = {0};
        bool ok = geo_tile_parse(c->zoom, c->x, c->y, &got, &err);
        CHECK(failures, c->name, ok == (c->status == ARO_OK) && err.status == c->status);
        CHECK(failures, c->name,
              got.zoom == c->want.zoom && got.x == c->want.x && got.y == c->want.y);
    }
    assert_int_equal(failures, 0);
}

static const struct project_case {
    const char *name;
    struct geo_tile tile;
    struct geo_mercator place;
    int32_t x, y;
} project_cases[] = {
    {"corner of the world", {0, 0, 0}, {0, 0}, 0, 0},
    {"middle of the world", {0, 0, 0}, {1u << 31, 1u << 31}, 2048, 2048},
    {"last unit rounds to the edge", {0, 0, 0}, {UINT32_MAX, UINT32_MAX}, 4096, 4096},
    {"half a line rounds up", {0, 0, 0}, {1u << 19, (1u << 19) - 1}, 1, 0},
    {"west of the tile", {1, 1, 0}, {(1u << 31) - (1u << 19), 0}, -1, 0},
    {"half a line west of the tile", {1, 1, 0}, {(1u << 31) - (1u << 18), 0}, 0, 0},
    {"far away", {19, 262144, 0}, {1u << 30, 3u << 30}, -(1 << 29), 3 << 29},
    {"a line is a unit", {20, 1, 2}, {4096 + 5, 8192 + 4000}, 5, 4000},
    {"a unit is two lines", {21, 1, 2}, {2048 + 5, 4096 + 2047}, 10, 4094},
    {"a unit is four lines", {22, 1, 2}, {1024 + 5, 2048 - 1}, 20, -4},
};

/* The twin: an exact quotient, and half a line added to it. */
static int64_t twin_line(uint8_t zoom, uint32_t tile, uint32_t place)
{
    __int128 lines = (__int128)place * GEO_TILE_EXTENT << zoom;
    __int128 half = (__int128)1 << 31;
    return (int64_t)((lines + half) >> 32) - (int64_t)tile * GEO_TILE_EXTENT;
}

static void projects_the_cases(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof project_cases / sizeof project_cases[0]; i++) {
        const struct project_case *c = &project_cases[i];
        struct geo_tile_point got = geo_tile_project(c->tile, c->place);
        CHECK(failures, c->name, got.x == c->x && got.y == c->y);
    }
    assert_int_equal(failures, 0);
}

static struct geo_tile random_tile(uint64_t *seed)
{
    struct geo_tile tile = {.zoom = (uint8_t)random_below(seed, GEO_TILE_MAX_ZOOM + 1)};
    tile.x = (uint32_t)random_below(seed, UINT64_C(1) << tile.zoom);
    tile.y = (uint32_t)random_below(seed, UINT64_C(1) << tile.zoom);
    return tile;
}

/* A place within two widths of the tile, or on the map's edge. */
static uint32_t near(uint64_t *seed, const struct geo_tile *tile, uint32_t at)
{
    int64_t width = INT64_C(1) << (32 - tile->zoom);
    int64_t place = at * width + (int64_t)random_below(seed, (uint64_t)(4 * width)) - 2 * width;
    return place < 0 ? 0 : place > UINT32_MAX ? UINT32_MAX : (uint32_t)place;
}

static bool box_holds(const struct geo_mercator_box *box, struct geo_mercator place)
{
    return place.x >= box->low.x && place.x <= box->high.x && place.y >= box->low.y &&
           place.y <= box->high.y;
}

/* What lies in the tile's grid is in its box, and what is in the box is at most a line off; and
 * its coordinate is in the box in degrees. */
static void boxes_hold_what_is_drawn(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = SEED;
    printf("seed %d\n", SEED);
    for (int i = 0; i < 200000; i++) {
        struct geo_tile tile = random_tile(&seed);
        struct geo_mercator place = {near(&seed, &tile, tile.x), near(&seed, &tile, tile.y)};
        struct geo_tile_point point = geo_tile_project(tile, place);
        struct geo_mercator_box box = geo_tile_box(tile, BUFFER);
        struct geo_bbox bbox = geo_mercator_bbox(&box);
        char name[96];
        snprintf(name, sizeof name, "%u/%u/%u %u %u", tile.zoom, tile.x, tile.y, place.x, place.y);
        CHECK(failures, name,
              point.x == twin_line(tile.zoom, tile.x, place.x) &&
                  point.y == twin_line(tile.zoom, tile.y, place.y));
        bool within = box_holds(&box, place);
        CHECK(failures, name, within || !geo_tile_holds(point, BUFFER));
        /* Beyond zoom 20 a unit is up to four lines. */
        CHECK(failures, name, !within || geo_tile_holds(point, BUFFER + 8));
        CHECK(failures, name, !within || geo_bbox_contains(&bbox, geo_mercator_to_coord(place)));
    }
    assert_int_equal(failures, 0);
}

/* The same place has the same line of the zoom's grid in each tile. */
static void neighbours_agree(void **state)
{
    (void)state;
    uint64_t seed = SEED;
    for (int i = 0; i < 50000; i++) {
        struct geo_tile tile = random_tile(&seed), next = tile;
        next.x ^= tile.zoom > 0;
        next.y ^= tile.zoom > 0;
        struct geo_mercator place = {near(&seed, &tile, tile.x), near(&seed, &tile, tile.y)};
        struct geo_tile_point a = geo_tile_project(tile, place);
        struct geo_tile_point b = geo_tile_project(next, place);
        assert_int_equal((int64_t)tile.x * GEO_TILE_EXTENT + a.x,
                         (int64_t)next.x * GEO_TILE_EXTENT + b.x);
        assert_int_equal((int64_t)tile.y * GEO_TILE_EXTENT + a.y,
                         (int64_t)next.y * GEO_TILE_EXTENT + b.y);
    }
}

static void poles_belong_to_the_edge(void **state)
{
    (void)state;
    struct geo_mercator_box box = geo_tile_box((struct geo_tile){5, 0, 0}, 0);
    struct geo_bbox bbox = geo_mercator_bbox(&box);
    assert_true(geo_bbox_contains(&bbox, (struct geo_coord){-1800000000, 900000000}));
    box = geo_tile_box((struct geo_tile){5, 31, 31}, 0);
    bbox = geo_mercator_bbox(&box);
    assert_true(geo_bbox_contains(&bbox, (struct geo_coord){1800000000, -900000000}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_the_cases),         cmocka_unit_test(projects_the_cases),
        cmocka_unit_test(boxes_hold_what_is_drawn), cmocka_unit_test(neighbours_agree),
        cmocka_unit_test(poles_belong_to_the_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
