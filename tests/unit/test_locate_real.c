/*
 * The locator on the real communes, against GEOS: 100 000 places, two of five on a border. Skipped
 * where the file is not there (tests/unit/real_contours.h).
 */
#include "geo/geos.h"
#include "geo/locate.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/real_contours.h"

enum { N_PLACES = 100000, SEED = 20200580 };

/* What GEOS says of a place, over all shapes. */
struct verdict {
    uint32_t n_inside, n_bordering;
    uint32_t inside; /* the least ordinal */
    bool
        answer_holds_it; /* the locator's answer is among the shapes that hold it or border on it */
};

struct real {
    struct geo_rings shapes;
    struct geo_coord *places;
    uint32_t *answers;
    struct verdict *verdicts;
};

/* On a vertex, in the middle of an edge (a whole number: the file has 5 decimals), beside one. */
static struct geo_coord place_of_kind(uint64_t *seed, const struct geo_rings *shapes, size_t kind)
{
    size_t ring = random_below(seed, shapes->rings.n);
    struct geo_run run = geo_ends_run(&shapes->rings, ring);
    uint32_t i = run.first + (uint32_t)random_below(seed, run.end - run.first);
    struct geo_coord a = shapes->coords[i];
    struct geo_coord b = shapes->coords[i + 1 < run.end ? i + 1 : run.first];
    struct geo_coord beside = {(int32_t)(a.lon_e7 + random_between(seed, -3e5, 3e5)),
                               (int32_t)(a.lat_e7 + random_between(seed, -3e5, 3e5))};
    struct geo_coord middle = {a.lon_e7 + (b.lon_e7 - a.lon_e7) / 2,
                               a.lat_e7 + (b.lat_e7 - a.lat_e7) / 2};
    return kind == 0 ? a : kind == 1 ? middle : beside;
}

/* Asks GEOS about all places in the shape's box. */
static bool judge_shape(struct real *real, const struct geo_index *index, struct geo_geos *geos,
                        uint32_t shape, struct geo_runs *runs, enum geo_geos_where *where)
{
    struct geo_rect rect;
    if (!geo_rings_bounds(&real->shapes, shape, &rect))
        return true;
    struct geo_bbox bbox = {rect.west_e7 / 1e7, rect.south_e7 / 1e7, rect.east_e7 / 1e7,
                            rect.north_e7 / 1e7};
    bool ok = geo_index_search(index, &bbox, runs, NULL);
    for (size_t r = 0; ok && r < runs->n; r++) {
        struct geo_run run = runs->items[r];
        ok = geo_geos_locate(geos, &real->shapes, shape, real->places + run.first,
                             run.end - run.first, where, NULL);
        for (uint32_t i = run.first; ok && i < run.end; i++) {
            struct verdict *verdict = &real->verdicts[i];
            if (where[i - run.first] == GEO_GEOS_INSIDE && verdict->n_inside++ == 0)
                verdict->inside = shape;
            verdict->n_bordering += where[i - run.first] == GEO_GEOS_ON_BORDER;
            verdict->answer_holds_it |=
                where[i - run.first] != GEO_GEOS_OUTSIDE && real->answers[i] == shape;
        }
    }
    return ok;
}

static bool judge(struct real *real, const struct geo_index *index)
{
    struct geo_runs runs = {0};
    struct geo_geos *geos = geo_geos_new(NULL);
    enum geo_geos_where *where = calloc(N_PLACES, sizeof *where);
    bool ok = geos && where;
    for (uint32_t shape = 0; ok && shape < real->shapes.shapes.n; shape++)
        ok = judge_shape(real, index, geos, shape, &runs, where);
    free(where);
    geo_geos_free(geos);
    geo_runs_clear(&runs);
    return ok;
}

/* Inside of one: that one. On a border and inside of none: one of those. Else none. */
static int check_place(const struct real *real, size_t i)
{
    int failures = 0;
    const struct verdict *verdict = &real->verdicts[i];
    uint32_t answer = real->answers[i];
    if (verdict->n_inside + verdict->n_bordering == 0)
        CHECK(failures, "outside of all", answer == GEO_LOCATE_NONE);
    else
        CHECK(failures, "in or on the border of the answer", verdict->answer_holds_it);
    if (verdict->n_inside == 1 && verdict->n_bordering == 0)
        CHECK(failures, "inside of one", answer == verdict->inside);
    if (failures)
        fprintf(stderr, "  seed %d, at %d %d: answer %u, GEOS: inside %u, on border %u\n", SEED,
                real->places[i].lon_e7, real->places[i].lat_e7, answer, verdict->n_inside,
                verdict->n_bordering);
    return failures;
}

static bool order_places(struct real *real)
{
    uint64_t seed = SEED;
    struct geo_coord *unordered = calloc(N_PLACES, sizeof *unordered);
    int64_t *ids = calloc(N_PLACES, sizeof *ids);
    uint32_t *order = calloc(N_PLACES, sizeof *order);
    bool ok = unordered && ids && order;
    for (size_t i = 0; ok && i < N_PLACES; i++)
        unordered[i] = place_of_kind(&seed, &real->shapes, i % 5);
    ok = ok && geo_hilbert_order(unordered, ids, N_PLACES, order, NULL);
    for (size_t i = 0; ok && i < N_PLACES; i++)
        real->places[i] = unordered[order[i]];
    free(unordered);
    free(ids);
    free(order);
    return ok;
}

static void test_agrees_with_geos(void **state)
{
    struct real *real = *state;
    int failures = 0;
    size_t n_on_borders = 0;
    struct geo_locator *locator = NULL;
    assert_true(order_places(real));
    struct geo_index *index = geo_index_new(real->places, N_PLACES, NULL);
    assert_true(index && geo_locator_new(&real->shapes, &locator, NULL));
    for (size_t i = 0; i < N_PLACES; i++)
        real->answers[i] = geo_locator_find(locator, real->places[i]);
    assert_true(judge(real, index));
    for (size_t i = 0; i < N_PLACES; i++) {
        failures += check_place(real, i);
        n_on_borders += real->verdicts[i].n_bordering > 0;
    }
    CHECK(failures, "many on borders", n_on_borders > N_PLACES / 3);
    geo_locator_free(locator);
    geo_index_free(index);
    assert_int_equal(failures, 0);
}

int main(void)
{
    enum { SKIPPED = 77 };
    struct real real = {.places = calloc(N_PLACES, sizeof *real.places),
                        .answers = calloc(N_PLACES, sizeof *real.answers),
                        .verdicts = calloc(N_PLACES, sizeof *real.verdicts)};
    int result = SKIPPED;
    if (real.places && real.answers && real.verdicts && real_contours(&real.shapes)) {
        const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(test_agrees_with_geos, &real)};
        result = cmocka_run_group_tests(tests, NULL, NULL);
    }
    geo_rings_clear(&real.shapes);
    free(real.places);
    free(real.answers);
    free(real.verdicts);
    return result;
}
