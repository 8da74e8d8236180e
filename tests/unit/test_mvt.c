#include "geo/mvt.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/mvt_dump.h"

static void assert_dump(const struct aro_buffer *tile, const char *want)
{
    char *got = mvt_dump(tile->data, tile->len);
    assert_string_equal(got, want);
    free(got);
}

static void writes_points_and_properties(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer tile = {0};
    struct geo_mvt *mvt = geo_mvt_new(&err);
    geo_mvt_layer(mvt, "places");
    uint32_t nom = geo_mvt_key(mvt, "nom"), n = geo_mvt_key(mvt, "n");
    uint32_t is_new = geo_mvt_key(mvt, "new");
    geo_mvt_feature(mvt, 7);
    geo_mvt_tag(mvt, nom, geo_mvt_text(mvt, "Évry", 5));
    geo_mvt_tag(mvt, n, geo_mvt_uint(mvt, 300));
    geo_mvt_tag(mvt, is_new, geo_mvt_bool(mvt, true));
    geo_mvt_end_point(mvt, (struct geo_tile_point){-256, 4352});
    geo_mvt_feature(mvt, UINT64_C(1) << 53);
    geo_mvt_tag(mvt, nom, geo_mvt_text(mvt, "Évry", 5));
    geo_mvt_tag(mvt, n, geo_mvt_uint(mvt, 0));
    geo_mvt_tag(mvt, is_new, geo_mvt_bool(mvt, false));
    geo_mvt_end_points(mvt, (struct geo_tile_point[]){{5, 7}, {3, 2}, {3, 2}}, 3);
    geo_mvt_feature(mvt, 0);
    geo_mvt_tag(mvt, nom, geo_mvt_text(mvt, "", 0));
    geo_mvt_end_point(mvt, (struct geo_tile_point){0, 0});
    assert_int_equal(geo_mvt_count(mvt), 3);
    assert_true(geo_mvt_layer_end(mvt, &tile, &err));
    assert_dump(&tile, "places v2 extent 4096: 3 keys, 7 values\n"
                       " 7 point M -256,4352 nom=\"Évry\" n=300 new=true\n"
                       " 9007199254740992 point M 5,7 3,2 3,2 nom=\"Évry\" n=0 new=false\n"
                       " 0 point M 0,0 nom=\"\"\n");
    aro_buffer_clear(&tile);
    geo_mvt_free(mvt);
}

/* The example of the specification's section 4.3.5.6, "Example Multi Polygon": the bytes. */
static void writes_the_example_of_the_specification(void **state)
{
    (void)state;
    static const unsigned char commands[] = {
        9, 0,  0,  26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0,
        0, 18, 17, 0,  15, 9, 4, 13, 26, 0, 8,  8, 0,  0, 7,  15,
    };
    struct aro_error err = {0};
    struct aro_buffer tile = {0};
    struct geo_mvt *mvt = geo_mvt_new(&err);
    geo_mvt_layer(mvt, "l");
    geo_mvt_feature(mvt, 1);
    geo_mvt_ring(mvt, (struct geo_tile_point[]){{0, 0}, {10, 0}, {10, 10}, {0, 10}}, 4, false);
    geo_mvt_ring(mvt, (struct geo_tile_point[]){{11, 11}, {20, 11}, {20, 20}, {11, 20}}, 4, false);
    geo_mvt_ring(mvt, (struct geo_tile_point[]){{13, 13}, {13, 17}, {17, 17}, {17, 13}}, 4, true);
    geo_mvt_end_polygons(mvt);
    assert_true(geo_mvt_layer_end(mvt, &tile, &err));
    assert_non_null(memmem(tile.data, tile.len, commands, sizeof commands));
    aro_buffer_clear(&tile);
    geo_mvt_free(mvt);
}

static void turns_rings_the_way_of_the_format(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer tile = {0};
    struct geo_mvt *mvt = geo_mvt_new(&err);
    geo_mvt_layer(mvt, "l");
    geo_mvt_feature(mvt, 1);
    geo_mvt_ring(mvt, (struct geo_tile_point[]){{0, 0}, {0, 9}, {9, 9}, {9, 0}}, 4, false);
    geo_mvt_ring(mvt, (struct geo_tile_point[]){{2, 2}, {5, 2}, {5, 5}}, 3, true);
    geo_mvt_end_polygons(mvt);
    geo_mvt_feature(mvt, 2); /* nothing of it is in the tile */
    geo_mvt_end_polygons(mvt);
    assert_true(geo_mvt_layer_end(mvt, &tile, &err));
    assert_dump(&tile, "l v2 extent 4096: 0 keys, 0 values\n"
                       " 1 polygon M 0,0 L 9,0 9,9 0,9 Z M 2,2 L 5,5 5,2 Z\n");
    aro_buffer_clear(&tile);
    geo_mvt_free(mvt);
}

static void leaves_out_empty_layers(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer tile = {0};
    struct geo_mvt *mvt = geo_mvt_new(&err);
    geo_mvt_layer(mvt, "empty");
    geo_mvt_key(mvt, "nom");
    assert_true(geo_mvt_layer_end(mvt, &tile, &err));
    assert_int_equal(tile.len, 0);
    aro_buffer_clear(&tile);
    geo_mvt_free(mvt);
}

/* Each number once in a layer. */
static uint32_t small_number(struct geo_mvt *mvt, unsigned number)
{
    uint32_t value = 0;
    if (!geo_mvt_recall(mvt, number, &value)) {
        value = geo_mvt_uint(mvt, number);
        geo_mvt_remember(mvt, number, value);
    }
    return value;
}

/* Layers enough for the rooms to grow and to be used again. */
static bool write_tile(struct geo_mvt *mvt, struct aro_buffer *out, struct aro_error *err)
{
    char nom[16];
    for (int l = 0; l < 3; l++) {
        geo_mvt_layer(mvt, "layer");
        uint32_t key = geo_mvt_key(mvt, "nom"), number = geo_mvt_key(mvt, "number");
        for (unsigned i = 0; i < 1500; i++) {
            int len = snprintf(nom, sizeof nom, "nom %u", i % 900);
            geo_mvt_feature(mvt, i);
            geo_mvt_tag(mvt, key, geo_mvt_text(mvt, nom, (size_t)len));
            geo_mvt_tag(mvt, number, small_number(mvt, i % 40));
            geo_mvt_end_point(mvt, (struct geo_tile_point){(int32_t)i, -(int32_t)i});
        }
        if (!geo_mvt_layer_end(mvt, out, err))
            return false;
    }
    return true;
}

static void gives_the_same_bytes_from_used_room(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer first = {0}, second = {0};
    struct geo_mvt *mvt = geo_mvt_new(&err);
    assert_true(write_tile(mvt, &first, &err));
    aro_buffer_reserve(&second, first.len + 64);
    allow_allocations(0); /* there is room enough: none is asked for */
    bool ok = write_tile(mvt, &second, &err);
    allow_allocations(SIZE_MAX);
    assert_true(ok && first.len == second.len);
    assert_memory_equal(first.data, second.data, first.len);
    char *text = mvt_dump(first.data, first.len);
    assert_non_null(strstr(text, "layer v2 extent 4096: 2 keys, 1540 values\n"));
    assert_non_null(strstr(text, " 1499 point M 1499,-1499 nom=\"nom 599\" number=19\n"));
    free(text);
    aro_buffer_clear(&first);
    aro_buffer_clear(&second);
    geo_mvt_free(mvt);
}

static void says_when_memory_runs_out(void **state)
{
    (void)state;
    bool ok = false;
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        struct aro_buffer tile = {0};
        allow_allocations(allowed);
        struct geo_mvt *mvt = geo_mvt_new(&err);
        ok = mvt && write_tile(mvt, &tile, &err);
        allow_allocations(SIZE_MAX);
        assert_true(ok || err.status == ARO_NO_MEMORY);
        if (mvt && !ok) { /* it is as good as new afterwards */
            struct aro_buffer again = {0};
            struct aro_error none = {0};
            assert_true(write_tile(mvt, &again, &none));
            aro_buffer_clear(&again);
        }
        aro_buffer_clear(&tile);
        geo_mvt_free(mvt);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_points_and_properties),
        cmocka_unit_test(writes_the_example_of_the_specification),
        cmocka_unit_test(turns_rings_the_way_of_the_format),
        cmocka_unit_test(leaves_out_empty_layers),
        cmocka_unit_test(gives_the_same_bytes_from_used_room),
        cmocka_unit_test(says_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
