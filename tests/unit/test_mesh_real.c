/*
 * Real communes, all 35,357, as a mesh: every level against its union, and valid to GEOS; their
 * unions against the published départements and régions. Skipped, visibly, where the files are not
 * there (tests/unit/real_contours.h).
 */
#include "geo/geos.h"
#include "geo/mesh.h"
#include "tests/unit/check.h"
#include "tests/unit/real_contours.h"

enum { SAMPLE_STEP = 7, MAX_COMMUNES = 40000 };

static const uint8_t MAX_ZOOM = 14;

struct real {
    struct geo_rings shapes;
    struct geo_mesh *mesh;
    struct geo_geos *geos;
    char (*codes)[8]; /* by shape, as published: the INSEE code, and whether it is valid */
    bool *valid;
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

/* ------------------------------------------------------------------ larger territories */

enum { MAX_TERRITORIES = 128 };

/* The published ones are simplified by themselves: département 94 differs most, by 0.1206 %. */
static const double LARGEST_SHARE = 0.0015;

struct territories {
    struct geo_rings published;
    char codes[MAX_TERRITORIES][8];
};

static bool repaired(const struct real *real, const struct geo_rings *rings, size_t shape,
                     struct geo_rings *out_rings)
{
    double change;
    return geo_geos_repair(real->geos, rings, shape, out_rings, &change, NULL);
}

/* What one of two shapes covers and the other does not, as a share of the first. */
static double share_of_difference(const struct real *real, const struct geo_rings *published,
                                  const struct geo_rings *derived, size_t shape)
{
    struct geo_rings a = {0}, b = {0};
    double area = 0;
    assert_true(repaired(real, published, shape, &a) && repaired(real, derived, shape, &b));
    assert_true(geo_geos_difference(real->geos, &a, 0, &b, 0, &area, NULL));
    double share = area / ((double)area2_of(&a) / 2);
    geo_rings_clear(&a);
    geo_rings_clear(&b);
    return share;
}

/* Whose code is this? MAX_TERRITORIES: of none. */
static uint32_t territory_of(const struct territories *territories, const char *code)
{
    uint32_t i = 0;
    while (i < territories->published.shapes.n && strcmp(territories->codes[i], code) != 0)
        i++;
    return i < territories->published.shapes.n ? i : (uint32_t)GEO_MESH_NO_GROUP;
}

/* Dissolves the communes by the territory that each group names, and compares. */
static int compare_territories(const struct real *real, const char *name,
                               const struct territories *territories, const uint32_t *groups)
{
    int failures = 0;
    double worst = 0;
    size_t n = territories->published.shapes.n, worst_at = 0;
    struct geo_rings derived = {0};
    assert_true(geo_mesh_dissolve(real->mesh, groups, n, 0, &derived, NULL));
    for (size_t i = 0; i < n; i++) {
        CHECK(failures, territories->codes[i], is_valid(real, &derived, i));
        double share = share_of_difference(real, &territories->published, &derived, i);
        CHECK(failures, territories->codes[i], share < LARGEST_SHARE);
        if (share > worst) {
            worst = share;
            worst_at = i;
        }
    }
    printf("%zu %s: at most %.4f %% differ (%s)\n", n, name, worst * 100,
           territories->codes[worst_at]);
    geo_rings_clear(&derived);
    return failures;
}

static void departement_of(const char *commune, char out_code[8])
{
    snprintf(out_code, 8, "%.*s", strncmp(commune, "97", 2) == 0 ? 3 : 2, commune);
}

static void departements_are_the_published_ones(void **state)
{
    const struct real *real = *state;
    struct territories territories = {0};
    if (!real->mesh || !real_areas("departements-avec-outre-mer-2018.geojson.gz",
                                   &territories.published, territories.codes, MAX_TERRITORIES))
        skip();
    geo_rings_wind(&territories.published);
    uint32_t *groups = calloc(real->shapes.shapes.n, sizeof *groups);
    assert_non_null(groups);
    for (size_t i = 0; i < real->shapes.shapes.n; i++) {
        char code[8];
        departement_of(real->codes[i], code);
        groups[i] = territory_of(&territories, code);
    }
    int failures = compare_territories(real, "départements", &territories, groups);
    free(groups);
    geo_rings_clear(&territories.published);
    assert_int_equal(failures, 0);
}

struct departement {
    char code[8], region[8];
};

/* From the fixtures: code,nom,region,… */
static bool read_departements(struct departement departements[MAX_TERRITORIES])
{
    char path[4096], line[256];
    const char *source = getenv("AROBASE_SOURCE");
    snprintf(path, sizeof path, "%s/fixtures/departements.csv", source ? source : ".");
    FILE *file = fopen(path, "r");
    for (size_t n = 0; file && n < MAX_TERRITORIES && fgets(line, sizeof line, file); n++)
        if (sscanf(line, "%7[^,],%*[^,],%7[^,]", departements[n].code, departements[n].region) != 2)
            departements[n] = (struct departement){"", ""};
    return file && fclose(file) == 0;
}

static const char *region_of(const struct departement departements[MAX_TERRITORIES],
                             const char *commune)
{
    char code[8];
    departement_of(commune, code);
    for (size_t i = 0; i < MAX_TERRITORIES; i++)
        if (strcmp(departements[i].code, code) == 0)
            return departements[i].region;
    return "";
}

static void regions_are_the_published_ones(void **state)
{
    const struct real *real = *state;
    struct territories territories = {0};
    struct departement departements[MAX_TERRITORIES] = {0};
    if (!real->mesh || !read_departements(departements) ||
        !real_areas("regions-avec-outre-mer-2018.geojson.gz", &territories.published,
                    territories.codes, MAX_TERRITORIES))
        skip();
    geo_rings_wind(&territories.published);
    uint32_t *groups = calloc(real->shapes.shapes.n, sizeof *groups);
    assert_non_null(groups);
    for (size_t i = 0; i < real->shapes.shapes.n; i++)
        groups[i] = territory_of(&territories, region_of(departements, real->codes[i]));
    int failures = compare_territories(real, "régions", &territories, groups);
    free(groups);
    geo_rings_clear(&territories.published);
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ together */

static int set_up(void **state)
{
    static struct real real;
    *state = &real;
    real.codes = calloc(MAX_COMMUNES, sizeof *real.codes);
    if (!real.codes)
        return -1;
    if (!real_areas("communes-2018.geojsonl.gz", &real.shapes, real.codes, MAX_COMMUNES))
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
    free(real->codes);
    geo_rings_clear(&real->shapes);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_add_up),
        cmocka_unit_test(levels_are_valid),
        cmocka_unit_test(departements_are_the_published_ones),
        cmocka_unit_test(regions_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
