#include "geo/mesh_live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 1 << 16, DIGITS = 4, DIGIT_VALUES = 256 };

/* With fewer and longer strips a triangle meets fewer of them, with more it meets less in each. */
static const double STRIPS_OF_ROOT = 0.25;

static size_t strip_length(size_t n)
{
    return (size_t)(sqrt((double)n) / STRIPS_OF_ROOT) + 1;
}

void mesh_live_clear(struct mesh_live *live)
{
    free(live->items);
    free(live->spare);
    free(live->places);
    free(live->bins);
    free(live->souths);
    free(live->firsts);
    free(live->is_gone);
    *live = (struct mesh_live){0};
}

bool mesh_live_init(struct mesh_live *live, size_t n, struct aro_error *err)
{
    size_t n_strips = n / strip_length(n) + 1;
    live->items = malloc((n + 1) * sizeof *live->items);
    live->spare = malloc((n + 1) * sizeof *live->spare);
    live->places = malloc((n + 1) * sizeof *live->places);
    live->bins = malloc(BINS * sizeof *live->bins);
    live->souths = malloc(n_strips * sizeof *live->souths);
    live->firsts = malloc((n_strips + 1) * sizeof *live->firsts);
    live->is_gone = calloc(n + 1, sizeof *live->is_gone);
    if (live->items && live->spare && live->places && live->is_gone && live->bins && live->souths &&
        live->firsts)
        return true;
    return aro_error_no_memory(err);
}

void mesh_live_add(struct mesh_live *live, struct geo_coord coord, uint32_t number)
{
    live->items[live->n_items++] = (struct live_vertex){coord, number};
}

/* ------------------------------------------------------------------ making strips */

static void swap_room(struct mesh_live *live)
{
    struct live_vertex *items = live->items;
    live->items = live->spare;
    live->spare = items;
}

static uint32_t digit_of(const struct live_vertex *item, int digit)
{
    uint32_t key = (uint32_t)item->coord.lon_e7 ^ 0x80000000; /* negative longitudes come first */
    return key >> (8 * digit) & 0xFF;
}

/* Radix sort, least digit first: stable. */
static void sort_by_lon(struct mesh_live *live)
{
    for (int digit = 0; digit < DIGITS; digit++) {
        uint32_t next[DIGIT_VALUES] = {0}, sum = 0;
        for (size_t i = 0; i < live->n_items; i++)
            next[digit_of(&live->items[i], digit)]++;
        for (int value = 0; value < DIGIT_VALUES; value++) {
            uint32_t count = next[value];
            next[value] = sum;
            sum += count;
        }
        for (size_t i = 0; i < live->n_items; i++)
            live->spare[next[digit_of(&live->items[i], digit)]++] = live->items[i];
        swap_room(live);
    }
}

/* How bins lie: latitude (1e-7 degree) of the southern edge of the first, and log2 of the height.
 */
struct bins {
    int32_t south_e7;
    int shift;
};

static size_t bin_of(const struct bins *bins, const struct live_vertex *item)
{
    return (size_t)((int64_t)item->coord.lat_e7 - bins->south_e7) >> bins->shift;
}

static struct bins count_bins(struct mesh_live *live)
{
    struct bins bins = {INT32_MAX, 0};
    int32_t north_e7 = INT32_MIN;
    for (size_t i = 0; i < live->n_items; i++) {
        int32_t lat_e7 = live->items[i].coord.lat_e7;
        bins.south_e7 = lat_e7 < bins.south_e7 ? lat_e7 : bins.south_e7;
        north_e7 = lat_e7 > north_e7 ? lat_e7 : north_e7;
    }
    while (live->n_items > 0 && ((int64_t)north_e7 - bins.south_e7) >> bins.shift >= BINS)
        bins.shift++;
    memset(live->bins, 0, BINS * sizeof *live->bins);
    for (size_t i = 0; i < live->n_items; i++)
        live->bins[bin_of(&bins, &live->items[i])]++;
    return bins;
}

/* A strip ends with the bin that fills it. */
static void divide_bins(struct mesh_live *live, const struct bins *bins)
{
    size_t wanted = strip_length(live->n_items), sum = 0;
    live->n_strips = 0;
    for (size_t bin = 0; bin < BINS && sum < live->n_items; bin++) {
        if (live->n_strips == 0 || sum - live->firsts[live->n_strips - 1] >= wanted) {
            live->souths[live->n_strips] =
                (int32_t)(bins->south_e7 + ((int64_t)bin << bins->shift));
            live->firsts[live->n_strips++] = (uint32_t)sum;
        }
        sum += live->bins[bin];
        live->bins[bin] = (uint32_t)(live->n_strips - 1);
    }
    live->firsts[live->n_strips] = (uint32_t)live->n_items;
}

/* Moves the items to their strips in the order they have. */
static void fill_strips(struct mesh_live *live, const struct bins *bins)
{
    for (size_t i = 0; i < live->n_items; i++) {
        uint32_t strip = live->bins[bin_of(bins, &live->items[i])];
        live->places[live->items[i].number] = live->firsts[strip];
        live->spare[live->firsts[strip]++] = live->items[i];
    }
    swap_room(live);
    memmove(live->firsts + 1, live->firsts, live->n_strips * sizeof *live->firsts);
    live->firsts[0] = 0;
}

void mesh_live_arrange(struct mesh_live *live)
{
    sort_by_lon(live);
    struct bins bins = count_bins(live);
    divide_bins(live, &bins);
    fill_strips(live, &bins);
    live->n_left = live->n_items;
}

void mesh_live_remove(struct mesh_live *live, uint32_t number)
{
    live->is_gone[number] = true;
    if (--live->n_left > live->n_items / 4)
        return;
    size_t n = 0;
    for (size_t i = 0; i < live->n_items; i++)
        if (!live->is_gone[live->items[i].number])
            live->items[n++] = live->items[i];
    live->n_items = n;
    mesh_live_arrange(live);
}

/* ------------------------------------------------------------------ asking */

struct triangle {
    struct geo_coord corners[3];
    struct geo_rect rect;
    bool clockwise;
};

static struct triangle triangle_of(const struct geo_coord corners[3])
{
    struct geo_coord a = corners[0];
    struct triangle triangle = {
        .corners = {a, corners[1], corners[2]},
        .rect = {a.lon_e7, a.lat_e7, a.lon_e7, a.lat_e7},
        .clockwise = coord_cross(a, corners[1], corners[2]) < 0,
    };
    struct geo_rect *rect = &triangle.rect;
    for (int i = 1; i < 3; i++) {
        rect->west_e7 = corners[i].lon_e7 < rect->west_e7 ? corners[i].lon_e7 : rect->west_e7;
        rect->south_e7 = corners[i].lat_e7 < rect->south_e7 ? corners[i].lat_e7 : rect->south_e7;
        rect->east_e7 = corners[i].lon_e7 > rect->east_e7 ? corners[i].lon_e7 : rect->east_e7;
        rect->north_e7 = corners[i].lat_e7 > rect->north_e7 ? corners[i].lat_e7 : rect->north_e7;
    }
    return triangle;
}

static bool holds(const struct triangle *triangle, struct geo_coord coord)
{
    for (int i = 0; i < 3; i++) {
        struct geo_coord from = triangle->corners[i], to = triangle->corners[(i + 1) % 3];
        if (coord_equal(from, coord))
            return false;
        __int128 side = coord_cross(from, to, coord);
        if (triangle->clockwise ? side > 0 : side < 0)
            return false;
    }
    return true;
}

/* The last strip that begins at or south of a latitude; the first where none does. */
static size_t first_strip(const struct mesh_live *live, int32_t south_e7)
{
    size_t low = 0, high = live->n_strips;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (live->souths[middle] <= south_e7)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The first item from first to end - 1 that lies at or east of a longitude. */
static size_t first_item(const struct live_vertex *items, size_t first, size_t end, int32_t west_e7)
{
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (items[middle].coord.lon_e7 < west_e7)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* The first item of a strip at or east of a longitude. Most triangles are small and in one strip:
 * from one of its corners it is a few steps. */
static size_t first_item_from(const struct mesh_live *live, size_t strip, uint32_t corner,
                              int32_t west_e7)
{
    size_t first = live->firsts[strip], end = live->firsts[strip + 1];
    size_t place = live->places[corner];
    if (place < first || place >= end)
        return first_item(live->items, first, end, west_e7);
    while (place > first && live->items[place - 1].coord.lon_e7 >= west_e7)
        place--;
    return place;
}

uint32_t mesh_live_inside(const struct mesh_live *live, const struct geo_coord corners[3],
                          uint32_t corner)
{
    struct triangle triangle = triangle_of(corners);
    const struct geo_rect *rect = &triangle.rect;
    size_t strip = first_strip(live, rect->south_e7);
    for (; strip < live->n_strips && live->souths[strip] <= rect->north_e7; strip++) {
        size_t end = live->firsts[strip + 1];
        size_t i = first_item_from(live, strip, corner, rect->west_e7);
        for (; i < end && live->items[i].coord.lon_e7 <= rect->east_e7; i++) {
            const struct live_vertex *item = &live->items[i];
            if (item->coord.lat_e7 >= rect->south_e7 && item->coord.lat_e7 <= rect->north_e7 &&
                holds(&triangle, item->coord) && !live->is_gone[item->number])
                return item->number;
        }
    }
    return MESH_NONE;
}
