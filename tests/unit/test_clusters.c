#include "server/clusters.h"
#include "server/collections.h"
#include "tests/unit/check.h"
#include "tests/unit/random_snapshot.h"

static const struct settings settings = {.items_default = 1000, .items_max = 10000};
static const struct geo_mercator_box whole_map = {{0, 0}, {UINT32_MAX, UINT32_MAX}};

/* Filters of every kind; the first is none. */
static const struct {
    const char *name;
    enum param param;
    const char *value;
    enum param also;
    const char *also_value;
} filters[] = {
    {"none", PARAM_F, NULL, PARAM_F, NULL},
    {"axe", PARAM_AXE, "1", PARAM_F, NULL},
    {"usage and niveau", PARAM_USAGE, "1a1,2b1", PARAM_NIVEAU, "1,3,5"},
    {"region", PARAM_REGION, "01", PARAM_F, NULL},
    {"days", PARAM_DATETIME, "2012-01-01/2015-06-30", PARAM_F, NULL},
    {"bbox", PARAM_BBOX, "-10,0,60,60", PARAM_F, NULL},
    {"radius", PARAM_NEAR, "2.3,48.8", PARAM_RADIUS, "400000"},
    {"word and departement", PARAM_Q, "velo", PARAM_DEPARTEMENT, "01,02,03"},
};
enum { N_FILTERS = sizeof filters / sizeof *filters };

/* NULL for the filter of none; else owned by the caller. */
static struct query *ask(const struct fixture *fixture, size_t filter)
{
    const char *values[PARAM_COUNT_OF_ALL] = {0};
    struct aro_error err = {0};
    struct request request = {
        .snapshot = fixture->snapshot, .settings = &settings, .params = values};
    if (!filters[filter].value)
        return NULL;
    values[filters[filter].param] = filters[filter].value;
    if (filters[filter].also_value)
        values[filters[filter].also] = filters[filter].also_value;
    struct query *query = query_new(&request, &collections[COLLECTION_INITIATIVES], &err);
    if (!query)
        fail_msg("%s", err.message);
    return query;
}

/* The positions that the query finds, one by one; all with a place without a query. */
static void matching(const struct fixture *fixture, const struct query *query,
                     unsigned char *out_matches)
{
    struct query_set set = {0};
    size_t n = fixture->snapshot->initiatives.n;
    memset(out_matches, 0, n);
    if (!query) {
        memset(out_matches, 1, fixture->snapshot->initiatives.n_placed);
        return;
    }
    assert_true(query_find(query, NULL, &set, NULL) && query_set_fill(&set, NULL));
    for (size_t i = 0; i < n; i++)
        out_matches[i] = set.bits[i / 64] >> i % 64 & 1;
    query_set_clear(&set);
}

/* What its name leads to is what it counts. */
static int check_members(const struct fixture *fixture, const struct geo_cluster *cluster,
                         const unsigned char *matches)
{
    int failures = 0;
    int64_t id = clusters_id(fixture->snapshot, cluster);
    const struct initiative_columns *columns = &fixture->snapshot->initiative;
    struct geo_runs runs = {0};
    struct aro_error err = {0};
    uint32_t count = 0, axes[GEO_CLUSTER_GROUPS] = {0};
    CHECK(failures, "below 2^53", id > 0 && id < (int64_t)1 << 53);
    if (cluster->count == 1) {
        CHECK(failures, "a point", snapshot_initiative(fixture->snapshot, id) == cluster->first);
        return failures;
    }
    CHECK(failures, err.message, clusters_members(fixture->snapshot, id, &runs, &err));
    for (size_t run = 0; run < runs.n; run++)
        for (uint32_t at = runs.items[run].first; at < runs.items[run].end; at++)
            if (matches[at]) {
                count++;
                for (int axe = 0; axe < GEO_CLUSTER_GROUPS; axe++)
                    axes[axe] += columns->axes[at] >> axe & 1;
            }
    CHECK(failures, "count", count == cluster->count);
    CHECK(failures, "axes", memcmp(axes, cluster->group_counts, sizeof axes) == 0);
    geo_runs_clear(&runs);
    return failures;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int check_names(const struct fixture *fixture, const struct geo_clusters *clusters)
{
    int failures = 0;
    int64_t *ids = calloc(clusters->n + 1, sizeof *ids);
    for (size_t i = 0; i < clusters->n; i++)
        ids[i] = clusters_id(fixture->snapshot, &clusters->items[i]);
    qsort(ids, clusters->n, sizeof *ids, compare_ids);
    for (size_t i = 1; i < clusters->n; i++)
        CHECK(failures, "no two of one name", ids[i - 1] != ids[i]);
    free(ids);
    return failures;
}

static void counts_are_exact(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    struct geo_clusters clusters = {0};
    unsigned char *matches = calloc(fixture->snapshot->initiatives.n + 1, 1);
    for (size_t filter = 0; filter < N_FILTERS; filter++) {
        struct query *query = ask(fixture, filter);
        struct clusters_view view = {fixture->snapshot, query, whole_map};
        matching(fixture, query, matches);
        size_t n_matching = 0;
        for (size_t i = 0; i < fixture->snapshot->initiatives.n_placed; i++)
            n_matching += matches[i];
        CHECK(failures, filters[filter].name, n_matching > 10);
        for (int level = -1; level <= GEO_CLUSTER_MAX_LEVEL; level++) {
            bool ok = level < 0 ? clusters_places_in_box(&view, &clusters, NULL)
                                : clusters_in_box(&view, (uint8_t)level, &clusters, NULL);
            size_t sum = 0;
            for (size_t i = 0; i < clusters.n; i++) {
                sum += clusters.items[i].count;
                failures += check_members(fixture, &clusters.items[i], matches);
            }
            failures += check_names(fixture, &clusters);
            CHECK(failures, filters[filter].name, ok && sum == n_matching);
        }
        query_free(query);
    }
    geo_clusters_clear(&clusters);
    free(matches);
    assert_int_equal(failures, 0);
}

static bool same_cell(struct geo_cell a, struct geo_cell b)
{
    return a.level == b.level && a.x == b.x && a.y == b.y;
}

/* The filter takes points out of clusters, and makes none. */
static void a_filter_keeps_names(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    struct geo_clusters all = {0}, some = {0};
    struct query *query = ask(fixture, 1);
    for (unsigned level = 0; level <= 14; level++) {
        struct clusters_view view = {fixture->snapshot, NULL, whole_map};
        assert_true(clusters_in_box(&view, (uint8_t)level, &all, NULL));
        view.query = query;
        assert_true(clusters_in_box(&view, (uint8_t)level, &some, NULL));
        size_t at = 0;
        for (size_t i = 0; i < some.n; i++) {
            while (at < all.n && !same_cell(all.items[at].cell, some.items[i].cell))
                at++;
            CHECK(failures, "of the whole", at < all.n);
            CHECK(failures, "fewer", at == all.n || some.items[i].count <= all.items[at].count);
        }
    }
    query_free(query);
    geo_clusters_clear(&all);
    geo_clusters_clear(&some);
    assert_int_equal(failures, 0);
}

static bool same(const struct geo_cluster *a, const struct geo_cluster *b)
{
    return same_cell(a->cell, b->cell) && a->first == b->first && a->position == b->position &&
           a->count == b->count &&
           memcmp(a->group_counts, b->group_counts, sizeof a->group_counts) == 0 &&
           memcmp(&a->box, &b->box, sizeof a->box) == 0;
}

/* Cut into tiles, the map shows each cluster in one of them, and as it is on the whole. */
static int check_tiles(const struct fixture *fixture, const struct query *query, unsigned zoom,
                       unsigned level)
{
    int failures = 0;
    struct geo_clusters whole = {0}, part = {0};
    struct clusters_view view = {fixture->snapshot, query, whole_map};
    unsigned bits = 32 - zoom;
    size_t n_parts = 0;
    assert_true(clusters_in_box(&view, (uint8_t)level, &whole, NULL));
    for (uint64_t tile = 0; tile < UINT64_C(1) << 2 * zoom; tile++) {
        uint64_t x = tile >> zoom, y = tile & ((UINT64_C(1) << zoom) - 1);
        view.box.low = (struct geo_mercator){(uint32_t)(x << bits), (uint32_t)(y << bits)};
        view.box.high = (struct geo_mercator){(uint32_t)(((x + 1) << bits) - 1),
                                              (uint32_t)(((y + 1) << bits) - 1)};
        assert_true(clusters_in_box(&view, (uint8_t)level, &part, NULL));
        n_parts += part.n;
        for (size_t i = 0; i < part.n; i++) {
            size_t at = 0;
            while (at < whole.n && !same(&whole.items[at], &part.items[i]))
                at++;
            CHECK(failures, "as on the whole", at < whole.n);
        }
    }
    CHECK(failures, "each in one tile", n_parts == whole.n);
    geo_clusters_clear(&whole);
    geo_clusters_clear(&part);
    return failures;
}

static void tiles_agree(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    for (size_t filter = 0; filter < N_FILTERS; filter++) {
        struct query *query = ask(fixture, filter);
        for (unsigned zoom = 0; zoom <= 4; zoom++)
            failures += check_tiles(fixture, query, zoom, zoom + 3);
        query_free(query);
    }
    assert_int_equal(failures, 0);
}

static void knows_what_is_no_cluster(void **state)
{
    const struct fixture *fixture = *state;
    const int64_t base = (int64_t)1 << 52, stacks = base + ((int64_t)1 << 51);
    const int64_t ids[] = {
        0,
        -1,
        1,
        base - 1,
        base + 4 /* a corner of level 1 */,
        stacks,
        stacks - 1,
        stacks + 999999,
        INT64_MAX,
        base + 3000000000000 /* an empty cell */,
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct geo_runs runs = {0};
        struct aro_error err = {0};
        bool found = clusters_members(fixture->snapshot, ids[i], &runs, &err);
        CHECK(failures, "found only with members", found == (runs.n > 0));
        CHECK(failures, err.message, found || err.status == ARO_NOT_FOUND);
        CHECK(failures, "none of these but perhaps the corner", !found || ids[i] == base + 4);
        geo_runs_clear(&runs);
    }
    assert_int_equal(failures, 0);
}

static void levels(void **state)
{
    (void)state;
    assert_int_equal(clusters_level(0, 64), 2);
    assert_int_equal(clusters_level(5.9, 64), 7);
    assert_int_equal(clusters_level(0, 256), 0);
    assert_int_equal(clusters_level(22, 16), GEO_CLUSTER_MAX_LEVEL);
    assert_int_equal(clusters_zoom(7, 64), 5);
    for (int zoom = 0; zoom <= 20; zoom++)
        for (uint32_t px = 16; px <= 256; px *= 2)
            assert_int_equal(clusters_zoom(clusters_level(zoom, px), px), zoom);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_exact), cmocka_unit_test(a_filter_keeps_names),
        cmocka_unit_test(tiles_agree),      cmocka_unit_test(knows_what_is_no_cluster),
        cmocka_unit_test(levels),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
