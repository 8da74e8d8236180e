#include "geo/cluster.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/points.h"

#include <stdio.h>

enum { SEED = 11784, N = 600 };

/* Points, and which of them count. */
struct scene {
    uint32_t n;
    struct geo_mercator places[N];
    uint64_t keys[N], groups[GEO_CLUSTER_GROUPS][N / 64 + 1], bits[N / 64 + 1];
    struct geo_cluster_block blocks[N / 64 + 1];
    struct geo_cluster_points points;
};

static bool has(const uint64_t *words, uint32_t at)
{
    return words[at / 64] >> at % 64 & 1;
}

static void index_scene(struct scene *scene)
{
    geo_cluster_blocks_fill(scene->places, scene->n, scene->blocks);
    scene->points = (struct geo_cluster_points){
        .n = scene->n, .keys = scene->keys, .places = scene->places, .blocks = scene->blocks};
    for (int g = 0; g < GEO_CLUSTER_GROUPS; g++)
        scene->points.group_bits[g] = scene->groups[g];
}

static void random_scene(uint64_t *seed, enum points_kind kind, uint32_t n, struct scene *scene)
{
    *scene = (struct scene){.n = n};
    struct geo_coord *coords = points_new(random_bits(seed), kind, n);
    uint64_t share = 1 + random_below(seed, 20);
    assert_non_null(coords);
    for (uint32_t i = 0; i < n; i++) {
        scene->places[i] = geo_mercator_from_coord(coords[i]);
        scene->keys[i] = geo_hilbert_mercator_key(scene->places[i]);
        for (int g = 0; g < GEO_CLUSTER_GROUPS; g++)
            scene->groups[g][i / 64] |= random_below(seed, 2) << i % 64;
        if (random_below(seed, share) == 0)
            scene->bits[i / 64] |= UINT64_C(1) << i % 64;
    }
    free(coords);
    index_scene(scene);
}

/* ------------------------------------------------------------------ the slow twin */

/* A cell with all it needs, found by looking at every point. */
struct twin_cell {
    uint32_t x, y, count, owner;
    uint64_t x_sum, y_sum;
    bool lesser;
};

struct twin {
    uint8_t level;
    struct twin_cell cells[N];
    uint32_t n, cell_of[N];
};

static uint64_t twin_hash(const struct twin_cell *cell)
{
    uint64_t bits = (uint64_t)cell->y << 32 | cell->x;
    bits ^= bits >> 30;
    bits *= 13787848793156543929u;
    bits ^= bits >> 27;
    bits *= 10723151780598845931u;
    return bits ^ bits >> 31;
}

static bool twin_heavier(const struct twin_cell *a, const struct twin_cell *b)
{
    return a->count != b->count ? a->count > b->count : twin_hash(a) > twin_hash(b);
}

static bool twin_close(const struct twin *twin, const struct twin_cell *a,
                       const struct twin_cell *b)
{
    int64_t dx = (int64_t)a->x - b->x, dy = (int64_t)a->y - b->y;
    if (dx < -1 || dx > 1 || dy < -1 || dy > 1 || a == b)
        return false;
    __int128 x = (__int128)(a->x_sum / a->count) - b->x_sum / b->count;
    __int128 y = (__int128)(a->y_sum / a->count) - b->y_sum / b->count;
    __int128 close = ((__int128)1 << (32 - twin->level)) / 8 * 7;
    return x * x + y * y <= close * close;
}

static uint32_t twin_cell_at(struct twin *twin, uint32_t x, uint32_t y)
{
    for (uint32_t i = 0; i < twin->n; i++)
        if (twin->cells[i].x == x && twin->cells[i].y == y)
            return i;
    twin->cells[twin->n] = (struct twin_cell){.x = x, .y = y, .owner = twin->n};
    return twin->n++;
}

static void make_twin(const struct scene *scene, uint8_t level, struct twin *twin)
{
    *twin = (struct twin){.level = level};
    for (uint32_t i = 0; i < scene->n; i++) {
        struct geo_mercator place = scene->places[i];
        uint32_t at = twin_cell_at(twin, (uint32_t)((uint64_t)place.x >> (32 - level)),
                                   (uint32_t)((uint64_t)place.y >> (32 - level)));
        twin->cell_of[i] = at;
        twin->cells[at].count++;
        twin->cells[at].x_sum += place.x;
        twin->cells[at].y_sum += place.y;
    }
    for (uint32_t i = 0; i < twin->n; i++)
        for (uint32_t j = 0; j < twin->n; j++)
            if (twin_close(twin, &twin->cells[i], &twin->cells[j]) &&
                twin_heavier(&twin->cells[j], &twin->cells[i]))
                twin->cells[i].lesser = true;
    for (uint32_t i = 0; i < twin->n; i++)
        for (uint32_t j = 0; twin->cells[i].lesser && j < twin->n; j++)
            if (!twin->cells[j].lesser && twin_close(twin, &twin->cells[i], &twin->cells[j]) &&
                (twin->cells[i].owner == i ||
                 twin_heavier(&twin->cells[j], &twin->cells[twin->cells[i].owner])))
                twin->cells[i].owner = j;
}

static double twin_distance(struct geo_mercator a, struct geo_mercator b)
{
    double x = (double)(a.x / 2) - (double)(b.x / 2), y = (double)(a.y / 2) - (double)(b.y / 2);
    return x * x + y * y;
}

/* The cluster of one owner by the book; false when nothing in it counts. */
static bool twin_cluster(const struct scene *scene, const struct twin *twin, uint32_t owner,
                         const uint64_t *bits, struct geo_cluster *out)
{
    struct geo_cluster cluster = {.cell = {twin->level, twin->cells[owner].x, twin->cells[owner].y},
                                  .box = {{UINT32_MAX, UINT32_MAX}, {0, 0}}};
    uint64_t x_sum = 0, y_sum = 0;
    double nearest = INFINITY;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < scene->n; i++) {
            struct geo_mercator place = scene->places[i];
            if (twin->cells[twin->cell_of[i]].owner != owner || (bits && !has(bits, i)))
                continue;
            if (pass == 1) {
                struct geo_mercator mean = {(uint32_t)(x_sum / cluster.count),
                                            (uint32_t)(y_sum / cluster.count)};
                if (twin_distance(place, mean) < nearest) {
                    nearest = twin_distance(place, mean);
                    cluster.position = i;
                }
                continue;
            }
            if (cluster.count++ == 0)
                cluster.first = i;
            x_sum += place.x;
            y_sum += place.y;
            for (int g = 0; g < GEO_CLUSTER_GROUPS; g++)
                cluster.group_counts[g] += has(scene->groups[g], i);
            cluster.box.low.x = place.x < cluster.box.low.x ? place.x : cluster.box.low.x;
            cluster.box.low.y = place.y < cluster.box.low.y ? place.y : cluster.box.low.y;
            cluster.box.high.x = place.x > cluster.box.high.x ? place.x : cluster.box.high.x;
            cluster.box.high.y = place.y > cluster.box.high.y ? place.y : cluster.box.high.y;
        }
    }
    *out = cluster;
    return cluster.count > 0;
}

static bool same_cluster(const struct geo_cluster *a, const struct geo_cluster *b)
{
    return a->cell.level == b->cell.level && a->cell.x == b->cell.x && a->cell.y == b->cell.y &&
           a->first == b->first && a->position == b->position && a->count == b->count &&
           memcmp(a->group_counts, b->group_counts, sizeof a->group_counts) == 0 &&
           memcmp(&a->box, &b->box, sizeof a->box) == 0;
}

static const struct geo_cluster *find_cluster(const struct geo_clusters *clusters,
                                              struct geo_cell cell)
{
    for (size_t i = 0; i < clusters->n; i++)
        if (clusters->items[i].cell.x == cell.x && clusters->items[i].cell.y == cell.y)
            return &clusters->items[i];
    return NULL;
}

static bool touches(const struct geo_mercator_box *a, const struct geo_mercator_box *b)
{
    return a->low.x <= b->high.x && a->high.x >= b->low.x && a->low.y <= b->high.y &&
           a->high.y >= b->low.y;
}

/* Each cluster found is the twin's, and each of the twin's that touches the box is found. */
static int check_box(const struct scene *scene, const struct twin *twin,
                     const struct geo_mercator_box *box, const uint64_t *bits)
{
    int failures = 0;
    struct geo_cluster_areas areas = {0};
    struct geo_clusters clusters = {0};
    CHECK(failures, "areas",
          geo_cluster_areas_find(&scene->points, twin->level, box, &areas, NULL));
    CHECK(failures, "measured",
          geo_clusters_measure(&scene->points, &areas, bits, &clusters, NULL));
    size_t n_known = 0;
    for (uint32_t owner = 0; owner < twin->n; owner++) {
        struct geo_cluster want;
        if (twin->cells[owner].owner != owner || !twin_cluster(scene, twin, owner, bits, &want))
            continue;
        const struct geo_cluster *found = find_cluster(&clusters, want.cell);
        n_known += found != NULL;
        CHECK(failures, "found", found || !touches(&want.box, box));
        CHECK(failures, "as the twin says", !found || same_cluster(found, &want));
    }
    CHECK(failures, "nothing else", n_known == clusters.n);
    if (failures)
        fprintf(stderr, "seed %d, %u points, level %u\n", SEED, scene->n, twin->level);
    geo_cluster_areas_clear(&areas);
    geo_clusters_clear(&clusters);
    return failures;
}

static struct geo_mercator_box random_box(uint64_t *seed, const struct scene *scene, uint8_t level)
{
    struct geo_mercator_box box = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    if (scene->n == 0 || random_below(seed, 4) == 0)
        return box;
    struct geo_mercator middle = scene->places[random_below(seed, scene->n)];
    uint64_t half = (random_below(seed, 3) << (32 - level)) + random_below(seed, 1000);
    box.low.x = middle.x > half ? middle.x - (uint32_t)half : 0;
    box.low.y = middle.y > half ? middle.y - (uint32_t)half : 0;
    box.high.x = middle.x < UINT32_MAX - half ? middle.x + (uint32_t)half : UINT32_MAX;
    box.high.y = middle.y < UINT32_MAX - half ? middle.y + (uint32_t)half : UINT32_MAX;
    return box;
}

static void agrees_with_the_twin(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 2, 63, 64, 65, N};
    static struct scene scene;
    static struct twin twin;
    uint64_t seed = SEED;
    int failures = 0;
    for (int kind = 0; kind < N_POINTS_KINDS; kind++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            random_scene(&seed, (enum points_kind)kind, sizes[s], &scene);
            for (unsigned level = 0; level <= GEO_CLUSTER_MAX_LEVEL && failures < 5; level++) {
                make_twin(&scene, (uint8_t)level, &twin);
                for (int box = 0; box < 5; box++) {
                    struct geo_mercator_box around = random_box(&seed, &scene, (uint8_t)level);
                    failures += check_box(&scene, &twin, &around, box % 2 ? scene.bits : NULL);
                }
            }
        }
    }
    assert_int_equal(failures, 0);
}

/* ------------------------------------------------------------------ properties */

/* Every counted point is in one cluster, whatever the filter. */
static void sums_are_exact(void **state)
{
    (void)state;
    static struct scene scene;
    uint64_t seed = SEED;
    int failures = 0;
    struct geo_mercator_box all = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    struct geo_cluster_areas areas = {0};
    struct geo_clusters clusters = {0};
    random_scene(&seed, POINTS_SPREAD, N, &scene);
    uint32_t counted = geo_bits_count(scene.bits, (struct geo_run){0, N});
    for (unsigned level = 0; level <= GEO_CLUSTER_MAX_LEVEL; level++) {
        uint32_t sum = 0;
        CHECK(failures, "areas",
              geo_cluster_areas_find(&scene.points, (uint8_t)level, &all, &areas, NULL) &&
                  geo_clusters_measure(&scene.points, &areas, scene.bits, &clusters, NULL));
        for (size_t i = 0; i < clusters.n; i++)
            sum += clusters.items[i].count;
        CHECK(failures, "sum (seed 11784)", sum == counted);
    }
    geo_cluster_areas_clear(&areas);
    geo_clusters_clear(&clusters);
    assert_int_equal(failures, 0);
}

/* By position: the place of its area among the areas. */
static void areas_of(const struct geo_cluster_areas *areas, size_t out_areas[N])
{
    for (size_t i = 0; i < areas->n; i++)
        for (size_t run = 0; run < areas->items[i].n_runs; run++) {
            struct geo_run members = areas->runs[areas->items[i].first_run + run];
            for (uint32_t at = members.first; at < members.end; at++)
                out_areas[at] = i;
        }
}

/* At its expansion level a cluster's points are in two clusters or more. */
static void parts_at_its_expansion_level(void **state)
{
    (void)state;
    static struct scene scene;
    static size_t area_of[GEO_CLUSTER_MAX_LEVEL + 1][N];
    uint64_t seed = SEED + 1;
    int failures = 0, parted = 0;
    struct geo_mercator_box all = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    struct geo_cluster_areas areas = {0};
    struct geo_clusters clusters = {0};
    random_scene(&seed, POINTS_FRANCE, N, &scene);
    for (unsigned level = GEO_CLUSTER_MAX_LEVEL + 1; level-- > 0;) {
        geo_cluster_areas_find(&scene.points, (uint8_t)level, &all, &areas, NULL);
        geo_clusters_measure(&scene.points, &areas, NULL, &clusters, NULL);
        areas_of(&areas, area_of[level]);
        for (size_t i = 0; i < clusters.n; i++) {
            uint32_t first = clusters.items[i].first;
            uint8_t expansion = geo_cluster_expansion_level(&clusters.items[i]);
            bool parts = false;
            CHECK(failures, "later", expansion > level);
            for (uint32_t at = 0; expansion <= GEO_CLUSTER_MAX_LEVEL && at < N; at++)
                parts |= area_of[level][at] == area_of[level][first] &&
                         area_of[expansion][at] != area_of[expansion][first];
            CHECK(failures, "parted (seed 11785)", parts || expansion > GEO_CLUSTER_MAX_LEVEL);
            parted += parts;
        }
    }
    CHECK(failures, "many do", parted > 500);
    geo_cluster_areas_clear(&areas);
    geo_clusters_clear(&clusters);
    assert_int_equal(failures, 0);
}

/* The areas without the point at `at`, in the positions of the whole scene. */
static bool same_area(const struct geo_cluster_areas *before, size_t i,
                      const struct geo_cluster_areas *after, uint32_t gone)
{
    const struct geo_cluster_area *area = &before->items[i];
    for (size_t j = 0; j < after->n; j++) {
        const struct geo_cluster_area *other = &after->items[j];
        if (other->cell.x != area->cell.x || other->cell.y != area->cell.y)
            continue;
        if (other->n_runs != area->n_runs)
            return false;
        for (size_t run = 0; run < area->n_runs; run++) {
            struct geo_run a = before->runs[area->first_run + run];
            struct geo_run b = after->runs[other->first_run + run];
            if (a.first - (a.first > gone) != b.first || a.end - (a.end > gone) != b.end)
                return false;
        }
        return true;
    }
    return false;
}

static bool within_reach(struct geo_cell cell, struct geo_mercator place)
{
    int64_t dx = (int64_t)cell.x - (int64_t)((uint64_t)place.x >> (32 - cell.level));
    int64_t dy = (int64_t)cell.y - (int64_t)((uint64_t)place.y >> (32 - cell.level));
    return dx >= -GEO_CLUSTER_REACH && dx <= GEO_CLUSTER_REACH && dy >= -GEO_CLUSTER_REACH &&
           dy <= GEO_CLUSTER_REACH;
}

/* Taking a point away changes only clusters within reach: the bound that the header gives. */
static void a_change_stays_near(void **state)
{
    (void)state;
    static struct scene scene, without;
    uint64_t seed = SEED + 2;
    int failures = 0, altered = 0;
    struct geo_mercator_box all = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    struct geo_cluster_areas before = {0}, after = {0};
    for (int round = 0; round < 1000 && failures < 5; round++) {
        random_scene(&seed, round % 2 ? POINTS_FRANCE : POINTS_UNIFORM, N, &scene);
        uint32_t gone = (uint32_t)random_below(&seed, N);
        uint8_t level = (uint8_t)random_below(&seed, 13);
        without = scene;
        without.n = N - 1;
        memmove(&without.places[gone], &scene.places[gone + 1],
                (N - 1 - gone) * sizeof *scene.places);
        memmove(&without.keys[gone], &scene.keys[gone + 1], (N - 1 - gone) * sizeof *scene.keys);
        index_scene(&without);
        geo_cluster_areas_find(&scene.points, level, &all, &before, NULL);
        geo_cluster_areas_find(&without.points, level, &all, &after, NULL);
        for (size_t i = 0; i < before.n; i++) {
            if (within_reach(before.items[i].cell, scene.places[gone]))
                altered += !same_area(&before, i, &after, gone);
            else
                CHECK(failures, "far away (seed 11786)", same_area(&before, i, &after, gone));
        }
    }
    CHECK(failures, "something changes", altered > 100);
    geo_cluster_areas_clear(&before);
    geo_cluster_areas_clear(&after);
    assert_int_equal(failures, 0);
}

static void places(void **state)
{
    (void)state;
    static struct scene scene;
    uint64_t seed = SEED + 3;
    int failures = 0;
    struct geo_clusters clusters = {0};
    for (int kind = 0; kind < N_POINTS_KINDS; kind++) {
        random_scene(&seed, (enum points_kind)kind, N, &scene);
        struct geo_run items[] = {{10, 200}, {250, N}};
        struct geo_runs runs = {items, 2, 2};
        CHECK(failures, "made",
              geo_clusters_by_place(&scene.points, &runs, scene.bits, &clusters, NULL));
        uint32_t sum = 0;
        for (size_t i = 0; i < clusters.n; i++) {
            const struct geo_cluster *place = &clusters.items[i];
            uint32_t count = 0, axe = 0;
            for (uint32_t at = 10; at < N; at++) {
                bool here = (at < 200 || at >= 250) && has(scene.bits, at) &&
                            scene.keys[at] == scene.keys[place->first];
                count += here;
                axe += here && has(scene.groups[2], at);
            }
            CHECK(failures, "count", place->count == count && place->group_counts[2] == axe);
            CHECK(failures, "stack", geo_cluster_is_stack(place) == (count > 1));
            CHECK(failures, "drawn there", place->position == place->first);
            sum += place->count;
        }
        CHECK(failures, "all of them",
              sum == geo_bits_count(scene.bits, items[0]) + geo_bits_count(scene.bits, items[1]));
    }
    geo_clusters_clear(&clusters);
    assert_int_equal(failures, 0);
}

static bool everything(const struct scene *scene, struct aro_error *err)
{
    struct geo_mercator_box all = {{0, 0}, {UINT32_MAX, UINT32_MAX}};
    struct geo_cluster_areas areas = {0};
    struct geo_clusters clusters = {0}, by_place = {0};
    struct geo_run item = {0, N};
    struct geo_runs runs = {&item, 1, 1};
    bool ok = geo_cluster_areas_find(&scene->points, 9, &all, &areas, err) &&
              geo_clusters_measure(&scene->points, &areas, NULL, &clusters, err) &&
              geo_clusters_by_place(&scene->points, &runs, NULL, &by_place, err);
    geo_cluster_areas_clear(&areas);
    geo_clusters_clear(&clusters);
    geo_clusters_clear(&by_place);
    return ok;
}

static void out_of_memory(void **state)
{
    (void)state;
    static struct scene scene;
    uint64_t seed = SEED;
    int failures = 0;
    bool ok = false;
    random_scene(&seed, POINTS_FRANCE, N, &scene);
    for (size_t allowed = 0; !ok; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        ok = everything(&scene, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "all steps", ok ? allowed > 10 : err.status == ARO_NO_MEMORY);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_twin),
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(parts_at_its_expansion_level),
        cmocka_unit_test(a_change_stays_near),
        cmocka_unit_test(places),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
