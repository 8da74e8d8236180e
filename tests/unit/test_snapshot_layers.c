#include <string.h>

#include "tests/unit/random_contours.h"

/* Twice the area of a shape at full detail, on the map, holes taken off. */
static __int128 area2_of(const struct snapshot_layer *layer, size_t shape)
{
    const struct geo_levels *levels = layer->levels;
    const struct geo_level *full = geo_levels_at(levels, GEO_LEVELS_MAX_ZOOM);
    struct geo_run polygons = geo_ends_run(&levels->shapes, shape);
    __int128 area2 = 0;
    for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
        struct geo_run rings = geo_ends_run(&levels->polygons, polygon);
        for (uint32_t ring = rings.first; ring < rings.end; ring++) {
            struct geo_run run = geo_level_ring(full, ring);
            for (uint32_t i = run.first; i < run.end; i++) {
                struct geo_mercator a = full->places[i];
                struct geo_mercator b = full->places[i + 1 < run.end ? i + 1 : run.first];
                area2 += (__int128)b.x * a.y - (__int128)a.x * b.y; /* y grows southward */
            }
        }
    }
    return area2;
}

static size_t n_of(const struct snapshot *snapshot, int kind)
{
    const size_t n[] = {snapshot->communes.n, snapshot->n_epcis, snapshot->n_departements,
                        snapshot->n_regions};
    return n[kind];
}

/* By commune: the shape of a layer that it is in. */
static const uint32_t *column_of(const struct snapshot *snapshot, int kind)
{
    const uint32_t *columns[] = {NULL, snapshot->commune.epcis, snapshot->commune.departements,
                                 snapshot->commune.regions};
    return columns[kind];
}

static void territories_are_their_communes(void **state)
{
    int failures = 0;
    const struct snapshot *snapshot = ((struct fixture *)*state)->snapshot;
    const struct snapshot_layer *communes = &snapshot->layers->of_kind[SNAPSHOT_LAYER_COMMUNES];
    CHECK(failures, "contours", snapshot->contours.n >= N_LETTERS / 2);
    for (int kind = 0; kind < SNAPSHOT_LAYERS; kind++) {
        const struct snapshot_layer *layer = &snapshot->layers->of_kind[kind];
        size_t n_empty = 0;
        assert_int_equal(layer->levels->shapes.n, n_of(snapshot, kind));
        for (size_t shape = 0; shape < layer->levels->shapes.n; shape++) {
            __int128 want = 0;
            for (uint32_t commune = 0; commune < snapshot->communes.n; commune++)
                if (kind == SNAPSHOT_LAYER_COMMUNES
                        ? commune == shape && snapshot->contours.shapes[commune] != SNAPSHOT_NONE
                        : column_of(snapshot, kind)[commune] == shape)
                    want += area2_of(communes, commune);
            CHECK(failures, "area", area2_of(layer, shape) == want && want >= 0);
            CHECK(failures, "empty",
                  (want == 0) == (layer->labels[shape].x == 0 && layer->labels[shape].y == 0));
            n_empty += want == 0;
        }
        CHECK(failures, "some", n_empty < layer->levels->shapes.n);
    }
    assert_int_equal(failures, 0);
}

/* The commune whose contour holds a place. */
static uint32_t commune_at(const struct snapshot *snapshot, struct geo_coord coord)
{
    uint32_t shape = geo_locator_find(snapshot->contours.locator, coord);
    return shape == GEO_LOCATE_NONE ? (uint32_t)SNAPSHOT_NONE : snapshot->contours.communes[shape];
}

static void labels_are_inside(void **state)
{
    int failures = 0;
    const struct snapshot *snapshot = ((struct fixture *)*state)->snapshot;
    for (int kind = 0; kind < SNAPSHOT_LAYERS; kind++) {
        const struct snapshot_layer *layer = &snapshot->layers->of_kind[kind];
        for (size_t shape = 0; shape < layer->levels->shapes.n; shape++) {
            if (layer->labels[shape].x == 0)
                continue;
            uint32_t commune = commune_at(snapshot, geo_mercator_to_coord(layer->labels[shape]));
            CHECK(failures, "in a commune", commune != SNAPSHOT_NONE);
            CHECK(failures, "in the territory",
                  commune == SNAPSHOT_NONE ||
                      (column_of(snapshot, kind) ? column_of(snapshot, kind)[commune] : commune) ==
                          shape);
        }
    }
    assert_int_equal(failures, 0);
}

/* With a contour, a commune that had no centre has one inside; others keep their own. */
static void communes_are_placed(void **state)
{
    int failures = 0;
    size_t n_placed_now = 0;
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    for (size_t i = 0; i < ROWS_COMMUNES; i++) {
        const struct row_commune *row = &fixture->rows->communes[i];
        uint32_t position = snapshot_commune(snapshot, row->code);
        bool has_contour = snapshot->contours.shapes[position] != SNAPSHOT_NONE;
        bool placed = position < snapshot->communes.n_placed;
        CHECK(failures, "placed", placed == (row->placed || has_contour));
        if (!placed)
            continue;
        struct geo_coord coord = snapshot->communes.coords[position];
        CHECK(failures, "where it was",
              !row->placed || memcmp(&coord, &row->centre, sizeof coord) == 0);
        CHECK(failures, "on its surface", row->placed || commune_at(snapshot, coord) == position);
        n_placed_now += !row->placed;
    }
    CHECK(failures, "some were without", n_placed_now > 0);
    assert_int_equal(failures, 0);
}

static void change(const struct fixture *fixture, const char *sql)
{
    struct schema_db *db = NULL;
    assert_true(schema_db_open(fixture->folder.store, SCHEMA_DB_WRITE, &db, NULL));
    assert_true(schema_db_load_spatialite(db, NULL) && schema_db_enable_triggers(db, true, NULL));
    assert_true(schema_db_exec(db, sql, NULL));
    schema_db_close(db);
}

static void assert_same_layers(const struct snapshot *a, const struct snapshot *b)
{
    for (int kind = 0; kind < SNAPSHOT_LAYERS; kind++) {
        const struct snapshot_layer *of_a = &a->layers->of_kind[kind];
        const struct snapshot_layer *of_b = &b->layers->of_kind[kind];
        size_t n = of_a->levels->shapes.n;
        assert_int_equal(n, of_b->levels->shapes.n);
        assert_memory_equal(of_a->labels, of_b->labels, n * sizeof *of_a->labels);
        for (size_t shape = 0; shape < n; shape++)
            assert_true(area2_of(of_a, shape) == area2_of(of_b, shape));
    }
}

/* The last test: it changes the store. What is shared is what a build without a snapshot before
 * makes, and outlives the snapshot that it was made for. */
static void layers_are_shared_while_their_contours_are_the_same(void **state)
{
    static const struct {
        const char *name, *sql;
        bool is_shared;
    } changes[] = {
        {"nothing", "SELECT 1;", true},
        {"an initiative",
         "UPDATE initiatives SET titre = 'Une autre' WHERE id = (SELECT min(id) FROM initiatives);",
         true},
        {"a vertex",
         "UPDATE contours SET contour = ShiftCoords(contour, 0.0000001, 0)"
         " WHERE code = (SELECT min(code) FROM contours);",
         false},
        {"nothing more", "SELECT 1;", true},
        {"an EPCI",
         "UPDATE communes SET epci = NULL WHERE code = (SELECT min(c.code) FROM communes c"
         " JOIN contours USING (code) WHERE c.epci IS NOT NULL);",
         false},
        {"no contour of one", "DELETE FROM contours WHERE code = (SELECT min(code) FROM contours);",
         false},
    };
    int failures = 0;
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        change(fixture, changes[i].sql);
        struct snapshot *next = fixture_build_after(&fixture->folder, fixture->snapshot);
        struct snapshot *fresh = fixture_build(&fixture->folder);
        assert_non_null(next);
        assert_non_null(fresh);
        CHECK(failures, changes[i].name,
              (next->layers == fixture->snapshot->layers) == changes[i].is_shared);
        snapshot_release(fixture->snapshot);
        fixture->snapshot = next;
        assert_ptr_not_equal(next->layers, fresh->layers);
        assert_same_layers(next, fresh);
        snapshot_release(fresh);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(territories_are_their_communes),
        cmocka_unit_test(labels_are_inside),
        cmocka_unit_test(communes_are_placed),
        cmocka_unit_test(layers_are_shared_while_their_contours_are_the_same),
    };
    return cmocka_run_group_tests(tests, contours_setup, fixture_teardown);
}
