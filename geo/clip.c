#include "geo/clip.h"

#include <stdlib.h>

void geo_clip_ring_clear(struct geo_clip_ring *ring)
{
    free(ring->points);
    *ring = (struct geo_clip_ring){0};
}

bool geo_clip_ring_reserve(struct geo_clip_ring *ring, size_t n, struct aro_error *err)
{
    enum { MIN_CAPACITY = 64 };
    size_t capacity = ring->capacity ? ring->capacity : MIN_CAPACITY;
    if (n <= ring->capacity)
        return true;
    while (capacity < n)
        capacity *= 2;
    struct geo_tile_point *points = realloc(ring->points, capacity * sizeof *points);
    if (!points)
        return aro_error_no_memory(err);
    ring->points = points;
    ring->capacity = capacity;
    return true;
}

int64_t geo_clip_area2(const struct geo_tile_point *points, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0, before = n - 1; i < n; before = i++)
        sum += (int64_t)points[before].x * points[i].y - (int64_t)points[i].x * points[before].y;
    return sum;
}

/* A side of the square: x or y, at most or at least its place. */
struct side {
    bool of_y, at_least;
    int32_t place;
};

static inline int32_t ordinate(const struct side *side, struct geo_tile_point point)
{
    return side->of_y ? point.y : point.x;
}

static inline bool is_within(const struct side *side, struct geo_tile_point point)
{
    int32_t at = ordinate(side, point);
    return side->at_least ? at >= side->place : at <= side->place;
}

/* numerator / denominator to the nearest, halves up; the denominator is positive. */
static int32_t rounded(__int128 numerator, int64_t denominator)
{
    __int128 twice = 2 * numerator + denominator, by = 2 * (__int128)denominator;
    return (int32_t)(twice >= 0 ? twice / by : -((-twice + by - 1) / by));
}

/* Where the edge crosses the side. From whichever end it is walked, the same place: neighbours
 * that share the edge stay without gap. */
static struct geo_tile_point crossing(const struct side *side, struct geo_tile_point a,
                                      struct geo_tile_point b)
{
    if (ordinate(side, a) > ordinate(side, b)) {
        struct geo_tile_point was = a;
        a = b;
        b = was;
    }
    int64_t along = (int64_t)side->place - ordinate(side, a);
    int64_t whole = (int64_t)ordinate(side, b) - ordinate(side, a);
    __int128 x = ((__int128)b.x - a.x) * along, y = ((__int128)b.y - a.y) * along;
    if (side->of_y)
        return (struct geo_tile_point){a.x + rounded(x, whole), side->place};
    return (struct geo_tile_point){side->place, a.y + rounded(y, whole)};
}

/* The last vertex may be equal to the first: neighbours, too. */
static void close_up(struct geo_clip_ring *ring)
{
    while (ring->n > 1 && ring->points[ring->n - 1].x == ring->points[0].x &&
           ring->points[ring->n - 1].y == ring->points[0].y)
        ring->n--;
}

/* One pass of the algorithm; `out` has room for twice the vertices. */
static void cut(const struct geo_clip_ring *ring, const struct side *side,
                struct geo_clip_ring *out)
{
    out->n = 0;
    struct geo_tile_point before = ring->points[ring->n - 1];
    bool before_within = is_within(side, before);
    for (size_t i = 0; i < ring->n; i++) {
        struct geo_tile_point point = ring->points[i];
        bool within = is_within(side, point);
        if (within != before_within)
            geo_clip_ring_add(out, crossing(side, before, point));
        if (within)
            geo_clip_ring_add(out, point);
        before = point;
        before_within = within;
    }
    close_up(out);
}

static void swap(struct geo_clip_ring *a, struct geo_clip_ring *b)
{
    struct geo_clip_ring was = *a;
    *a = *b;
    *b = was;
}

struct extremes {
    int32_t west, east, north, south;
};

static struct extremes extremes_of(const struct geo_clip_ring *ring)
{
    struct extremes at = {INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < ring->n; i++) {
        struct geo_tile_point point = ring->points[i];
        at.west = point.x < at.west ? point.x : at.west;
        at.east = point.x > at.east ? point.x : at.east;
        at.north = point.y < at.north ? point.y : at.north;
        at.south = point.y > at.south ? point.y : at.south;
    }
    return at;
}

bool geo_clip(struct geo_clip_ring *ring, const struct geo_clip_box *box,
              struct geo_clip_ring *spare, struct aro_error *err)
{
    close_up(ring);
    struct extremes at = extremes_of(ring);
    if (at.west > box->high || at.east < box->low || at.north > box->high || at.south < box->low)
        ring->n = 0;
    const struct side sides[] = {{false, true, box->low},
                                 {false, false, box->high},
                                 {true, true, box->low},
                                 {true, false, box->high}};
    const bool crossed[] = {at.west<box->low, at.east> box->high,
                            at.north<box->low, at.south> box->high};
    for (int i = 0; i < 4 && ring->n > 0; i++) {
        if (!crossed[i])
            continue;
        if (!geo_clip_ring_reserve(spare, 2 * ring->n, err))
            return false;
        cut(ring, &sides[i], spare);
        swap(ring, spare);
    }
    if (ring->n < 3 || geo_clip_area2(ring->points, ring->n) == 0)
        ring->n = 0;
    return true;
}
