/*
 * Real communes, all 35,357, as a mesh: every level against its union, and valid to GEOS. Skipped,
 * visibly, where the file is not there (tests/unit/real_contours.h).
 */
#include "geo/geos.h"
#include "geo/mesh.h"
#include "tests/unit/check.h"
#include "tests/unit/real_contours.h"

enum { SAMPLE_STEP = 7 };

static const uint8_t MAX_ZOOM = 14;

struct real {
    struct geo_rings shapes;
    struct geo_mesh *mesh;
    struct geo_geos *geos;
    bool *valid; /* by shape, as published */
};

static __int128 area2_of(const struct geo_rings *rings)
{
    __int128 area2 = 0;
    for (size_t ring = 0; ring < rings->rings.n; ring++)
        area2 += geo_rings_area2(rings, ring);
    return area2;
}

static void level_of(const struct real *real, uint8_t zoom, struct geo_rings *out_rings)
{
    geo_rings_empty(out_rings);
    for (size_t shape = 0; shape < geo_mesh_n_shapes(real->mesh); shape++)
        assert_true(
            geo_mesh_shape(real->mesh, shape, geo_mesh_importance_of_zoom(zoom), out_rings, NULL));
}

static bool is_valid(const struct real *real, const struct geo_rings *rings, size_t shape)
{
    bool valid = false;
    struct geo_flaw flaw;
    assert_true(geo_geos_check(real->geos, rings, shape, &valid, &flaw, NULL));
    return valid;
}

/* Each level covers what its outline holds, to the last unit: nothing twice, nothing left open. */
static void levels_add_up(void **state)
{
    const struct real *real = *state;
    if (!real->mesh)
        skip();
    int failures = 0;
    struct geo_rings rings = {0}, united = {0};
    uint32_t *one_group = calloc(real->shapes.shapes.n, sizeof *one_group);
    assert_non_null(one_group);
    for (uint8_t zoom = 0; zoom <= MAX_ZOOM; zoom++) {
        level_of(real, zoom, &rings);
        geo_rings_empty(&united);
        assert_true(geo_mesh_dissolve(real->mesh, one_group, 1, geo_mesh_importance_of_zoom(zoom),
                                      &united, NULL));
        CHECK(failures, "area", area2_of(&rings) == area2_of(&united));
        CHECK(failures, "rings", rings.rings.n == real->shapes.rings.n);
        for (size_t ring = 0; ring < rings.rings.n; ring++) {
            struct geo_run run = geo_ends_run(&rings.rings, ring);
            CHECK(failures, "three vertices", run.end - run.first >= 3);
        }
    }
    CHECK(failures, "full detail", rings.n_coords == real->shapes.n_coords);
    CHECK(failures, "area", area2_of(&rings) == area2_of(&real->shapes));
    free(one_group);
    geo_rings_clear(&rings);
    geo_rings_clear(&united);
    assert_int_equal(failures, 0);
}

static void levels_are_valid(void **state)
{
    const struct real *real = *state;
    if (!real->mesh)
        skip();
    size_t n = 0, n_broken = 0, n_invalid = 0;
    struct geo_rings rings = {0};
    for (size_t shape = 0; shape < real->shapes.shapes.n; shape++)
        n_invalid += !real->valid[shape];
    for (uint8_t zoom = 0; zoom < MAX_ZOOM; zoom++) {
        level_of(real, zoom, &rings);
        for (size_t shape = zoom % SAMPLE_STEP; shape < rings.shapes.n; shape += SAMPLE_STEP) {
            bool valid = is_valid(real, &rings, shape);
            n += real->valid[shape];
            n_broken += real->valid[shape] && !valid;
        }
    }
    printf("%zu of %zu shapes are not valid as published; of those that are, %zu of %zu levels "
           "are not\n",
           n_invalid, real->shapes.shapes.n, n_broken, n);
    geo_rings_clear(&rings);
    assert_int_equal(n_broken, 0);
}

static int set_up(void **state)
{
    static struct real real;
    *state = &real;
    if (!real_contours(&real.shapes))
        return 0;
    geo_rings_wind(&real.shapes);
    real.geos = geo_geos_new(NULL);
    real.mesh = geo_mesh_new(&real.shapes, NULL);
    real.valid = calloc(real.shapes.shapes.n, sizeof *real.valid);
    if (!real.geos || !real.mesh || !real.valid)
        return -1;
    for (size_t shape = 0; shape < real.shapes.shapes.n; shape++)
        real.valid[shape] = is_valid(&real, &real.shapes, shape);
    return 0;
}

static int tear_down(void **state)
{
    struct real *real = *state;
    geo_mesh_free(real->mesh);
    geo_geos_free(real->geos);
    free(real->valid);
    geo_rings_clear(&real->shapes);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_add_up),
        cmocka_unit_test(levels_are_valid),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
