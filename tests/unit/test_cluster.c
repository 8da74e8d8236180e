#include "geo/cluster.h"
#include "geo/mercator.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 11784, MOST = 400, NEVER = GEO_CLUSTER_MAX_ZOOM + 1 };

static const int64_t FIRST_PLACE_ID = 6755399441055744; /* 2^52 + 2^51 */
static const int64_t LAST_ID = 9007199254740991;        /* 2^53 - 1 */

/* The points of a test, and the runs that say which of them count. */
struct points {
    struct geo_coord coords[MOST];
    uint8_t groups[MOST];
    size_t n;
    struct geo_run runs[MOST];
    size_t n_runs;
};

static struct geo_cluster_input input_of(const struct points *points)
{
    return (struct geo_cluster_input){points->coords, points->groups, points->runs, points->n_runs};
}

static void count_all(struct points *points)
{
    points->runs[0] = (struct geo_run){0, (uint32_t)points->n};
    points->n_runs = points->n > 0;
}

/* Places from a few crowded spots, so that stacks and shared cells are common. */
static struct geo_coord random_coord(uint64_t *seed)
{
    static const struct geo_coord spots[] = {
        {50557000, 434053000},     {554504000, -208789000},
        {-525800000, 50000000},    {1799999990, -178000000},
        {-1799999990, -178000000}, {0, 899999990},
        {-1765000000, -134000000}, {0, 0},
        {1234567890, -899999990},
    };
    static const int32_t spreads[] = {1, 3, 2000, 1000000, 30000000};
    int32_t spread = spreads[random_below(seed, 5)];
    struct geo_coord coord = spots[random_below(seed, 9)];
    int64_t lon = coord.lon_e7 + (int64_t)random_below(seed, (uint64_t)spread) - spread / 2;
    int64_t lat = coord.lat_e7 + (int64_t)random_below(seed, (uint64_t)spread) - spread / 2;
    coord.lon_e7 = (int32_t)(lon > 1800000000 ? 1800000000 : lon < -1800000000 ? -1800000000 : lon);
    coord.lat_e7 = (int32_t)(lat > 900000000 ? 900000000 : lat < -900000000 ? -900000000 : lat);
    return coord;
}

static void random_points(uint64_t *seed, size_t n, struct points *out)
{
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        out->coords[i] = random_coord(seed);
        out->groups[i] = (uint8_t)random_below(seed, 16);
    }
    out->n_runs = 0;
    for (uint32_t at = (uint32_t)random_below(seed, 4); at < n;
         at += 1 + (uint32_t)random_below(seed, 4)) {
        uint32_t first = at;
        at += 1 + (uint32_t)random_below(seed, 40);
        out->runs[out->n_runs++] = (struct geo_run){first, at < n ? at : (uint32_t)n};
    }
}

static bool same_place(struct geo_coord a, struct geo_coord b)
{
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

/* The twin's question: do two points share a cell of the level, or the place (level -1)? */
static bool together(struct geo_coord a, struct geo_coord b, int level)
{
    struct geo_mercator p = geo_mercator_from_coord(a), q = geo_mercator_from_coord(b);
    if (level <= 0)
        return level == 0 || same_place(a, b);
    return p.x >> (32 - level) == q.x >> (32 - level) && p.y >> (32 - level) == q.y >> (32 - level);
}

static int32_t twin_mean(__int128 sum, int64_t count)
{
    __int128 low = sum / count - 2;
    while (2 * (sum - low * count) >= count) /* from below: stop at the nearest, halves up */
        low++;
    return (int32_t)low;
}

/* One group by the book: everything that shares a cell with the point at `first`. */
static struct geo_cluster twin_cluster(const struct points *points, const uint32_t *members,
                                       size_t n, int level, int zoom)
{
    struct geo_cluster cluster = {.id = -1, .first = members[0], .count = (uint32_t)n};
    __int128 lon_sum = 0, lat_sum = 0;
    bool one_place = true;
    for (size_t i = 0; i < n; i++) {
        struct geo_coord coord = points->coords[members[i]];
        lon_sum += coord.lon_e7;
        lat_sum += coord.lat_e7;
        one_place = one_place && same_place(coord, points->coords[members[0]]);
        for (int g = 0; g < GEO_CLUSTER_GROUPS; g++)
            if (points->groups[members[i]] & 1 << g)
                cluster.group_counts[g]++;
    }
    __int128 lon = twin_mean(lon_sum, (int64_t)n), lat = twin_mean(lat_sum, (int64_t)n), best = -1;
    for (size_t i = 0; i < n; i++) {
        __int128 dx = points->coords[members[i]].lon_e7 - lon;
        __int128 dy = points->coords[members[i]].lat_e7 - lat;
        if (best < 0 || dx * dx + dy * dy < best) {
            best = dx * dx + dy * dy;
            cluster.position = points->coords[members[i]];
        }
    }
    cluster.stack = one_place && n > 1;
    cluster.expansion_zoom = NEVER;
    for (int z = GEO_CLUSTER_MAX_ZOOM; level >= 0 && z > zoom; z--)
        for (size_t i = 1; i < n; i++)
            if (!together(points->coords[members[0]], points->coords[members[i]], level + z - zoom))
                cluster.expansion_zoom = (uint8_t)z;
    struct geo_mercator place = geo_mercator_from_coord(cluster.position);
    if (!one_place && level >= 0)
        cluster.id = (int64_t)((((uint64_t)1 << 2 * level) - 1) / 3 +
                               (((uint64_t)place.y << level >> 32) << level) +
                               ((uint64_t)place.x << level >> 32));
    return cluster; /* id -1 where the place's is wanted */
}

static size_t twin_clusters(const struct points *points, int level, int zoom,
                            struct geo_cluster *out)
{
    uint32_t visits[MOST], members[MOST];
    bool done[MOST] = {false};
    size_t n_visits = 0, n_out = 0;
    for (size_t r = 0; r < points->n_runs; r++)
        for (uint32_t i = points->runs[r].first; i < points->runs[r].end; i++)
            visits[n_visits++] = i;
    for (size_t i = 0; i < n_visits; i++) {
        size_t n = 0;
        for (size_t j = i; j < n_visits && !done[i]; j++) {
            if (together(points->coords[visits[i]], points->coords[visits[j]], level)) {
                members[n++] = visits[j];
                done[j] = j > i || done[j];
            }
        }
        if (n > 0)
            out[n_out++] = twin_cluster(points, members, n, level, zoom);
    }
    return n_out;
}

/* The id of a place, as by_place gives it for that place alone. */
static int64_t id_of_place(struct geo_coord coord)
{
    struct geo_run run = {0, 1};
    struct geo_cluster_input input = {.coords = &coord, .runs = &run, .n_runs = 1};
    struct geo_clusters clusters = {0};
    assert_true(geo_clusters_by_place(&input, &clusters, NULL));
    int64_t id = clusters.items[0].id;
    geo_clusters_clear(&clusters);
    return id;
}

static bool same_cluster(const struct geo_cluster *got, const struct geo_cluster *want)
{
    int64_t id = want->id >= 0 ? want->id : id_of_place(want->position);
    return got->id == id && got->first == want->first && got->count == want->count &&
           memcmp(got->group_counts, want->group_counts, sizeof got->group_counts) == 0 &&
           same_place(got->position, want->position) &&
           got->expansion_zoom == want->expansion_zoom && got->stack == want->stack;
}

static int compare_with_twin(const char *name, const struct points *points,
                             const struct geo_clusters *got, int level, int zoom)
{
    static struct geo_cluster want[MOST];
    int failures = 0;
    size_t n = twin_clusters(points, level, zoom, want), sum = 0, n_points = 0;
    CHECK(failures, name, got->n == n);
    for (size_t i = 0; i < n && got->n == n; i++) {
        CHECK(failures, name, same_cluster(&got->items[i], &want[i]));
        sum += got->items[i].count;
    }
    for (size_t r = 0; r < points->n_runs; r++)
        n_points += points->runs[r].end - points->runs[r].first;
    CHECK(failures, name, sum == n_points);
    return failures;
}

static void agrees_with_the_twin(void **state)
{
    (void)state;
    static struct points points;
    uint64_t seed = SEED;
    int failures = 0;
    struct geo_clusters clusters = {0};
    printf("seed %d\n", SEED);
    for (int round = 0; round < 600; round++) {
        char name[64];
        unsigned bits = 4 + (unsigned)random_below(&seed, 5);
        uint8_t zoom = (uint8_t)random_below(&seed, GEO_CLUSTER_MAX_ZOOM + 1);
        random_points(&seed, random_below(&seed, round % 10 ? 60 : MOST), &points);
        struct geo_cluster_input input = input_of(&points);
        snprintf(name, sizeof name, "round %d, %zu points, zoom %u, %u px", round, points.n, zoom,
                 1u << bits);
        bool ok = geo_clusters_by_cell(&input, zoom, 1u << bits, &clusters, NULL);
        CHECK(failures, name, ok);
        failures += compare_with_twin(name, &points, &clusters, zoom + 8 - (int)bits, zoom);
        ok = geo_clusters_by_place(&input, &clusters, NULL);
        CHECK(failures, name, ok);
        failures += compare_with_twin(name, &points, &clusters, -1, 0);
    }
    geo_clusters_clear(&clusters);
    assert_int_equal(failures, 0);
}

static int compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Ids of every zoom together: the same id twice only for the same square or place. */
static void ids_are_unique_and_safe(void **state)
{
    (void)state;
    static struct points points;
    uint64_t seed = SEED;
    int failures = 0;
    struct geo_clusters clusters = {0};
    random_points(&seed, MOST, &points);
    struct geo_cluster_input input = input_of(&points);
    static int64_t ids[MOST * (GEO_CLUSTER_MAX_ZOOM + 1)];
    size_t n = 0;
    for (uint8_t zoom = 0; zoom <= GEO_CLUSTER_MAX_ZOOM; zoom++) {
        assert_true(geo_clusters_by_cell(&input, zoom, 16, &clusters, NULL));
        for (size_t i = 0; i < clusters.n; i++) {
            int64_t id = clusters.items[i].id;
            bool one_place = clusters.items[i].count == 1 || clusters.items[i].stack;
            CHECK(failures, "range", id >= 0 && id <= LAST_ID);
            CHECK(failures, "space", (id >= FIRST_PLACE_ID) == one_place);
            if (!one_place)
                ids[n++] = id;
        }
    }
    qsort(ids, n, sizeof *ids, compare_ids);
    for (size_t i = 1; i < n; i++)
        CHECK(failures, "cells of all zooms", ids[i] != ids[i - 1]);
    geo_clusters_clear(&clusters);
    assert_int_equal(failures, 0);
}

/* Places found by undoing the mixing: their 51 bits are equal, or next to each other. */
static void colliding_places_keep_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct geo_coord coords[5];
        int64_t want[5]; /* from FIRST_PLACE_ID */
    } cases[] = {
        {"three alike, then the next",
         {{-758725008, 334407809},
          {-396060905, 425523595},
          {-1131534589, 531316650},
          {1061302473, 268870858},
          {5, 5}},
         {20200613, 20200614, 20200615, 20200616, -1}},
        {"the next first",
         {{1061302473, 268870858},
          {-758725008, 334407809},
          {-396060905, 425523595},
          {5, 5},
          {6, 6}},
         {20200614, 20200613, 20200615, -1, -1}},
        {"around the end",
         {{-315505781, -451321487},
          {911739156, -241017316},
          {0, 0},
          {752582534, -769160267},
          {5, 5}},
         {((int64_t)1 << 51) - 1, 0, 1, 2, -1}},
    };
    int failures = 0;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct geo_run run = {0, 5};
        struct geo_cluster_input input = {.coords = cases[c].coords, .runs = &run, .n_runs = 1};
        struct geo_clusters clusters = {0};
        assert_true(geo_clusters_by_place(&input, &clusters, NULL));
        for (size_t i = 0; i < 5; i++)
            CHECK(failures, cases[c].name,
                  cases[c].want[i] < 0 ||
                      clusters.items[i].id == FIRST_PLACE_ID + cases[c].want[i]);
        geo_clusters_clear(&clusters);
    }
    assert_int_equal(failures, 0);
}

static void edges_of_the_map(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct geo_coord a, b;
        uint8_t zoom;
        size_t n;          /* groups */
        uint8_t expansion; /* of the first */
    } cases[] = {
        {"one place", {10, 10}, {10, 10}, 3, 1, NEVER},
        {"one step apart, deepest zoom", {10, -10}, {11, -10}, 22, 1, NEVER},
        {"the poles", {0, 900000000}, {0, -900000000}, 0, 1, 1},
        {"north of the edge, one longitude", {0, 900000000}, {0, 860000000}, 5, 1, NEVER},
        {"both sides of the antimeridian", {1800000000, 1}, {-1800000000, 1}, 0, 1, 1},
        {"both sides at zoom 1", {1800000000, 1}, {-1800000000, 1}, 1, 2, NEVER},
        {"both sides of Greenwich", {-1, 1}, {0, 1}, 0, 1, 1},
        {"both sides of the equator", {1, 0}, {1, 1}, 0, 1, 1},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct geo_coord coords[] = {cases[i].a, cases[i].b};
        struct geo_run run = {0, 2};
        struct geo_cluster_input input = {.coords = coords, .runs = &run, .n_runs = 1};
        struct geo_clusters clusters = {0};
        bool ok = geo_clusters_by_cell(&input, cases[i].zoom, 256, &clusters, NULL);
        CHECK(failures, cases[i].name, ok && clusters.n == cases[i].n);
        CHECK(failures, cases[i].name,
              ok && clusters.n && clusters.items[0].expansion_zoom == cases[i].expansion);
        geo_clusters_clear(&clusters);
    }
    assert_int_equal(failures, 0);
}

static void order_of_equal_points_does_not_matter(void **state)
{
    (void)state;
    static struct points points;
    uint64_t seed = SEED + 1;
    int failures = 0;
    for (int round = 0; round < 50; round++) {
        random_points(&seed, 100, &points);
        count_all(&points);
        for (size_t i = 1; i < points.n; i += 2) {
            points.coords[i] = points.coords[i - 1];
            points.groups[i] = (uint8_t)(15 - points.groups[i - 1]);
        }
        struct geo_cluster_input input = input_of(&points);
        struct geo_clusters before = {0}, after = {0};
        assert_true(geo_clusters_by_cell(&input, 9, 64, &before, NULL));
        for (size_t i = 1; i < points.n; i += 2) {
            uint8_t swapped = points.groups[i];
            points.groups[i] = points.groups[i - 1];
            points.groups[i - 1] = swapped;
        }
        assert_true(geo_clusters_by_cell(&input, 9, 64, &after, NULL));
        CHECK(failures, "swapped pairs", before.n == after.n);
        for (size_t i = 0; i < before.n && before.n == after.n; i++)
            CHECK(failures, "swapped pairs", same_cluster(&before.items[i], &after.items[i]));
        geo_clusters_clear(&before);
        geo_clusters_clear(&after);
    }
    assert_int_equal(failures, 0);
}

static void refuses_bad_zooms_and_cells(void **state)
{
    (void)state;
    static const struct {
        uint8_t zoom;
        uint32_t cell_px;
        const char *message;
    } cases[] = {
        {23, 64, "zoom is 23: clusters go from 0 to 22"},
        {255, 64, "zoom is 255: clusters go from 0 to 22"},
        {5, 0, "cell size is 0 pixels: it must be a power of two from 16 to 256"},
        {5, 8, "cell size is 8 pixels: it must be a power of two from 16 to 256"},
        {5, 48, "cell size is 48 pixels: it must be a power of two from 16 to 256"},
        {5, 512, "cell size is 512 pixels: it must be a power of two from 16 to 256"},
    };
    int failures = 0;
    struct geo_cluster_input input = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct geo_clusters clusters = {0};
        struct aro_error err = {0};
        bool ok = geo_clusters_by_cell(&input, cases[i].zoom, cases[i].cell_px, &clusters, &err);
        CHECK(failures, cases[i].message, !ok && err.status == ARO_BAD_INPUT);
        CHECK(failures, cases[i].message, strcmp(err.message, cases[i].message) == 0);
    }
    assert_int_equal(failures, 0);
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    struct geo_cluster_input input = {0};
    struct geo_clusters clusters = {.n = 0};
    assert_true(geo_clusters_by_cell(&input, 0, 256, &clusters, NULL));
    assert_int_equal(clusters.n, 0);
    assert_true(geo_clusters_by_place(&input, &clusters, NULL));
    assert_int_equal(clusters.n, 0);
    geo_clusters_clear(&clusters);
}

static void survives_without_memory(void **state)
{
    (void)state;
    static struct points points;
    uint64_t seed = SEED;
    int failures = 0;
    random_points(&seed, MOST, &points);
    struct geo_cluster_input input = input_of(&points);
    for (int by_place = 0; by_place < 2; by_place++) {
        bool ok = false;
        for (size_t allowed = 0; !ok; allowed++) {
            struct geo_clusters clusters = {0};
            struct aro_error err = {0};
            allow_allocations(allowed);
            ok = by_place ? geo_clusters_by_place(&input, &clusters, &err)
                          : geo_clusters_by_cell(&input, 20, 16, &clusters, &err);
            allow_allocations(SIZE_MAX);
            CHECK(failures, "status", ok || err.status == ARO_NO_MEMORY);
            CHECK(failures, "result", ok ? clusters.n > 0 : clusters.n == 0);
            geo_clusters_clear(&clusters);
        }
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_twin),
        cmocka_unit_test(ids_are_unique_and_safe),
        cmocka_unit_test(colliding_places_keep_apart),
        cmocka_unit_test(edges_of_the_map),
        cmocka_unit_test(order_of_equal_points_does_not_matter),
        cmocka_unit_test(refuses_bad_zooms_and_cells),
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
