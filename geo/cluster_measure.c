#include "geo/cluster.h"

#include <math.h>
#include <stdlib.h>

#include "geo/array.h"

void geo_clusters_clear(struct geo_clusters *clusters)
{
    free(clusters->items);
    *clusters = (struct geo_clusters){0};
}

static void widen(struct geo_mercator_box *box, const struct geo_mercator_box *by)
{
    box->low.x = by->low.x < box->low.x ? by->low.x : box->low.x;
    box->low.y = by->low.y < box->low.y ? by->low.y : box->low.y;
    box->high.x = by->high.x > box->high.x ? by->high.x : box->high.x;
    box->high.y = by->high.y > box->high.y ? by->high.y : box->high.y;
}

static const struct geo_mercator_box NOTHING = {{UINT32_MAX, UINT32_MAX}, {0, 0}};

void geo_cluster_blocks_fill(const struct geo_mercator *places, uint32_t n,
                             struct geo_cluster_block *out_blocks)
{
    uint64_t x_sum = 0, y_sum = 0;
    for (size_t block = 0; block < geo_bits_words(n); block++) {
        struct geo_mercator_box box = NOTHING;
        out_blocks[block].x_sum = x_sum;
        out_blocks[block].y_sum = y_sum;
        for (size_t i = 64 * block; i < n && i < 64 * (block + 1); i++) {
            widen(&box, &(struct geo_mercator_box){places[i], places[i]});
            x_sum += places[i].x;
            y_sum += places[i].y;
        }
        out_blocks[block].box = box;
    }
}

static bool add_cluster(struct geo_clusters *clusters, const struct geo_cluster *cluster,
                        struct aro_error *err)
{
    struct geo_cluster *items =
        aro_array_grow(clusters->items, clusters->n, &clusters->capacity, sizeof *items, err);
    if (!items)
        return false;
    clusters->items = items;
    clusters->items[clusters->n++] = *cluster;
    return true;
}

/* ------------------------------------------------------------------ clusters of areas */

/* A cluster being counted. */
struct tally {
    const struct geo_cluster_points *points;
    const uint64_t *bits; /* NULL: all count */
    uint64_t x_sum, y_sum;
    struct geo_mercator mean;
    double nearest; /* squared distance of cluster.position from the mean */
    struct geo_cluster cluster;
};

static uint64_t counted(const struct tally *tally, struct geo_run run, uint32_t word)
{
    uint64_t mask = geo_bits_mask(run, word);
    return tally->bits ? tally->bits[word] & mask : mask;
}

static void add_one(struct tally *tally, uint32_t position)
{
    struct geo_mercator place = tally->points->places[position];
    widen(&tally->cluster.box, &(struct geo_mercator_box){place, place});
    tally->x_sum += place.x;
    tally->y_sum += place.y;
}

/* Where all 64 count, what is known of them together is enough. */
static void add_word(struct tally *tally, uint32_t word, uint64_t which)
{
    const struct geo_cluster_points *points = tally->points;
    struct geo_cluster *cluster = &tally->cluster;
    if (cluster->count == 0)
        cluster->first = 64 * word + (uint32_t)__builtin_ctzll(which);
    cluster->count += geo_bits_of_word(which);
    for (int g = 0; g < GEO_CLUSTER_GROUPS; g++)
        cluster->group_counts[g] += geo_bits_of_word(which & points->group_bits[g][word]);
    if (which == UINT64_MAX) {
        const struct geo_cluster_block *block = &points->blocks[word];
        widen(&cluster->box, &block->box);
        tally->x_sum += block[1].x_sum - block[0].x_sum;
        tally->y_sum += block[1].y_sum - block[0].y_sum;
        return;
    }
    for (uint64_t left = which; left; left &= left - 1)
        add_one(tally, 64 * word + (uint32_t)__builtin_ctzll(left));
}

/* Halves, so that differences fit in 32 bits with their sign. */
static double squared(uint32_t a, uint32_t b)
{
    double difference = (double)((int32_t)(a >> 1) - (int32_t)(b >> 1));
    return difference * difference;
}

/* No member of the block is nearer than this. */
static double least_distance(const struct geo_mercator_box *box, struct geo_mercator from)
{
    uint32_t x = from.x < box->low.x ? box->low.x : from.x > box->high.x ? box->high.x : from.x;
    uint32_t y = from.y < box->low.y ? box->low.y : from.y > box->high.y ? box->high.y : from.y;
    return squared(x, from.x) + squared(y, from.y);
}

static void look_for_nearest(struct tally *tally, uint32_t word, uint64_t which)
{
    const struct geo_cluster_points *points = tally->points;
    if (least_distance(&points->blocks[word].box, tally->mean) >= tally->nearest)
        return;
    for (uint64_t left = which; left; left &= left - 1) {
        uint32_t at = 64 * word + (uint32_t)__builtin_ctzll(left);
        struct geo_mercator place = points->places[at];
        double distance = squared(place.x, tally->mean.x) + squared(place.y, tally->mean.y);
        if (distance < tally->nearest) {
            tally->nearest = distance;
            tally->cluster.position = at;
        }
    }
}

typedef void word_fn(struct tally *tally, uint32_t word, uint64_t which);

static void for_words(struct tally *tally, const struct geo_run *runs, size_t n_runs,
                      word_fn *visit)
{
    for (size_t i = 0; i < n_runs; i++) {
        for (uint32_t word = runs[i].first / 64; word <= (runs[i].end - 1) / 64; word++) {
            uint64_t which = counted(tally, runs[i], word);
            if (which)
                visit(tally, word, which);
        }
    }
}

/* Of one point there is nothing to measure, which spares most of the time of a close view. */
static void measure(struct tally *tally, const struct geo_run *runs, size_t n_runs)
{
    struct geo_cluster *cluster = &tally->cluster;
    for_words(tally, runs, n_runs, add_word);
    cluster->position = cluster->first;
    if (cluster->count < 2 || geo_cluster_is_stack(cluster))
        return;
    tally->mean = (struct geo_mercator){(uint32_t)(tally->x_sum / cluster->count),
                                        (uint32_t)(tally->y_sum / cluster->count)};
    tally->nearest = INFINITY;
    for_words(tally, runs, n_runs, look_for_nearest);
}

bool geo_clusters_measure(const struct geo_cluster_points *points,
                          const struct geo_cluster_areas *areas, const uint64_t *bits,
                          struct geo_clusters *out_clusters, struct aro_error *err)
{
    out_clusters->n = 0;
    for (size_t i = 0; i < areas->n; i++) {
        const struct geo_cluster_area *area = &areas->items[i];
        struct tally tally = {.points = points, .bits = bits};
        tally.cluster.cell = area->cell;
        tally.cluster.box = NOTHING;
        measure(&tally, areas->runs + area->first_run, area->n_runs);
        if (tally.cluster.count > 0 && !add_cluster(out_clusters, &tally.cluster, err)) {
            out_clusters->n = 0;
            return false;
        }
    }
    return true;
}

uint8_t geo_cluster_expansion_level(const struct geo_cluster *cluster)
{
    struct geo_mercator low = cluster->box.low, high = cluster->box.high;
    for (unsigned level = cluster->cell.level + 1U; level <= GEO_CLUSTER_MAX_LEVEL; level++) {
        unsigned fine_bits = GEO_MERCATOR_BITS - level;
        /* A cluster is three cells wide and high at most. */
        if ((high.x >> fine_bits) - (low.x >> fine_bits) >= 3 ||
            (high.y >> fine_bits) - (low.y >> fine_bits) >= 3)
            return (uint8_t)level;
    }
    return GEO_CLUSTER_MAX_LEVEL + 1;
}

/* ------------------------------------------------------------------ places */

static struct geo_cluster start_place(const struct geo_cluster_points *points, uint32_t position)
{
    struct geo_mercator place = points->places[position];
    unsigned fine_bits = GEO_MERCATOR_BITS - GEO_CLUSTER_MAX_LEVEL;
    return (struct geo_cluster){
        .cell = {GEO_CLUSTER_MAX_LEVEL, place.x >> fine_bits, place.y >> fine_bits},
        .first = position,
        .position = position,
        .box = {place, place}};
}

/* Those of one place are neighbours in Hilbert order. */
static bool add_to_place(const struct geo_cluster_points *points, uint32_t position,
                         struct geo_clusters *clusters, struct aro_error *err)
{
    struct geo_cluster *last = clusters->n > 0 ? &clusters->items[clusters->n - 1] : NULL;
    if (!last || points->keys[last->first] != points->keys[position]) {
        struct geo_cluster place = start_place(points, position);
        if (!add_cluster(clusters, &place, err))
            return false;
        last = &clusters->items[clusters->n - 1];
    }
    last->count++;
    for (int g = 0; g < GEO_CLUSTER_GROUPS; g++)
        last->group_counts[g] +=
            (uint32_t)(points->group_bits[g][position / 64] >> position % 64 & 1);
    return true;
}

bool geo_clusters_by_place(const struct geo_cluster_points *points, const struct geo_runs *runs,
                           const uint64_t *bits, struct geo_clusters *out_clusters,
                           struct aro_error *err)
{
    struct tally tally = {.points = points, .bits = bits};
    out_clusters->n = 0;
    for (size_t i = 0; i < runs->n; i++) {
        struct geo_run run = runs->items[i];
        for (uint32_t word = run.first / 64; word <= (run.end - 1) / 64; word++) {
            for (uint64_t left = counted(&tally, run, word); left; left &= left - 1) {
                uint32_t at = 64 * word + (uint32_t)__builtin_ctzll(left);
                if (!add_to_place(points, at, out_clusters, err)) {
                    out_clusters->n = 0;
                    return false;
                }
            }
        }
    }
    return true;
}
