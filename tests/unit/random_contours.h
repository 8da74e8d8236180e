/*
 * A group fixture: the snapshot of a random store, of which the first communes have contours.
 */
#ifndef ARO_TESTS_RANDOM_CONTOURS_H
#define ARO_TESTS_RANDOM_CONTOURS_H

#include "schema/db.h"
#include "tests/unit/check.h"
#include "tests/unit/meshes.h"
#include "tests/unit/random_snapshot.h"

enum { N_LETTERS = 20, SIDE = 14 };

/* Contours for the first communes, as another program writes them. */
static inline void write_contours(const struct fixture *fixture, const struct geo_rings *rings)
{
    struct schema_db *db = NULL;
    struct aro_buffer sql = {0};
    for (size_t shape = 0; shape < rings->shapes.n; shape++) {
        struct geo_run polygons = geo_ends_run(&rings->shapes, shape);
        if (polygons.first == polygons.end)
            continue;
        aro_buffer_printf(&sql,
                          "INSERT INTO contours (code, millesime, contour) VALUES ('%s',"
                          " '2020', GeomFromText('MULTIPOLYGON",
                          fixture->rows->communes[shape].code);
        for (uint32_t polygon = polygons.first; polygon < polygons.end; polygon++) {
            struct geo_run of_polygon = geo_ends_run(&rings->polygons, polygon);
            for (uint32_t ring = of_polygon.first; ring < of_polygon.end; ring++) {
                struct geo_run run = geo_ends_run(&rings->rings, ring);
                aro_buffer_printf(&sql, "%s",
                                  ring > of_polygon.first    ? ",("
                                  : polygon > polygons.first ? ",(("
                                                             : "(((");
                for (uint32_t i = run.first; i <= run.end; i++) {
                    struct geo_coord coord = rings->coords[i < run.end ? i : run.first];
                    aro_buffer_printf(&sql, "%s%.7f %.7f", i > run.first ? "," : "",
                                      coord.lon_e7 * 1e-7, coord.lat_e7 * 1e-7);
                }
                aro_buffer_printf(&sql, ")");
            }
            aro_buffer_printf(&sql, ")");
        }
        aro_buffer_printf(&sql, ")', 4326));\n");
    }
    aro_buffer_printf(&sql, "%c", '\0');
    assert_true(aro_buffer_ok(&sql, NULL));
    assert_true(schema_db_open(fixture->folder.store, SCHEMA_DB_WRITE, &db, NULL));
    assert_true(schema_db_load_spatialite(db, NULL) && schema_db_enable_triggers(db, true, NULL));
    assert_true(schema_db_exec(db, sql.data, NULL));
    schema_db_close(db);
    aro_buffer_clear(&sql);
}

/** A drawing of communes; the snapshot is built anew with their contours. */
static inline int contours_setup(void **state)
{
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *fixture = *state;
    uint64_t seed = FIXTURE_SEED;
    struct geo_rings rings = {0};
    struct letters letters = letters_random(&seed, SIDE, N_LETTERS);
    letters.jitter_e7 = 900;
    letters.corner = (struct geo_coord){23000000, 486000000};
    letters_shapes(&letters, N_LETTERS, &rings);
    write_contours(fixture, &rings);
    geo_rings_clear(&rings);
    snapshot_release(fixture->snapshot);
    fixture->snapshot = fixture_build(&fixture->folder);
    return fixture->snapshot ? 0 : -1;
}

#endif
