/*
 * What lies on the other side of each edge of a ring. Shapes that fill the plane side by side have
 * each border twice, once in each direction: an edge's mate is the same edge of another shape, the
 * other way.
 */
#include <stdlib.h>
#include <string.h>

#include "geo/hash.h"
#include "geo/locate_internal.h"

/* An edge is known by the vertex where it begins, among all of them. */
enum { NO_MATE = UINT32_MAX, CROWDED = UINT32_MAX - 1 };

struct sides_builder {
    struct geo_locator *locator;
    const struct geo_coord *coords;
    uint32_t *mates; /* by edge */
    uint32_t *rings; /* by edge: the number of its ring */
    uint32_t *table; /* open addressing: edge + 1, or 0 */
    uint32_t table_mask;
};

/* ------------------------------------------------------------------ around a ring */

static uint32_t next_edge(const struct sides_builder *builder, uint32_t edge)
{
    const struct locate_ring *ring = &builder->locator->rings[builder->rings[edge]];
    return edge + 1 == ring->end ? ring->first : edge + 1;
}

static uint32_t edge_before(const struct sides_builder *builder, uint32_t edge)
{
    const struct locate_ring *ring = &builder->locator->rings[builder->rings[edge]];
    return edge == ring->first ? ring->end - 1 : edge - 1;
}

static uint32_t shape_of(const struct sides_builder *builder, uint32_t edge)
{
    return builder->locator->rings[builder->rings[edge]].shape;
}

static bool has_mate(const struct sides_builder *builder, uint32_t edge)
{
    return builder->mates[edge] < CROWDED;
}

/* ------------------------------------------------------------------ mates */

static uint64_t key_of(struct geo_coord coord)
{
    return (uint64_t)(uint32_t)coord.lon_e7 << 32 | (uint32_t)coord.lat_e7;
}

/* The same for both directions. */
static uint32_t hash_edge(uint64_t a, uint64_t b)
{
    uint64_t ends[2] = {a < b ? a : b, a < b ? b : a};
    return (uint32_t)geo_hash(ends, sizeof ends);
}

static bool is_same_edge(const struct sides_builder *builder, uint32_t edge, uint64_t a, uint64_t b)
{
    uint64_t from = key_of(builder->coords[edge]);
    uint64_t to = key_of(builder->coords[next_edge(builder, edge)]);
    return (from == a && to == b) || (from == b && to == a);
}

/* The slot of the edge that was met first, or a free one. */
static uint32_t *slot_of(const struct sides_builder *builder, uint64_t a, uint64_t b)
{
    uint32_t at = hash_edge(a, b) & builder->table_mask;
    while (builder->table[at] != 0 && !is_same_edge(builder, builder->table[at] - 1, a, b))
        at = (at + 1) & builder->table_mask;
    return &builder->table[at];
}

static bool are_mates(const struct sides_builder *builder, uint32_t edge, uint32_t other)
{
    return builder->mates[other] == NO_MATE &&
           shape_of(builder, edge) != shape_of(builder, other) &&
           key_of(builder->coords[edge]) == key_of(builder->coords[next_edge(builder, other)]);
}

static void join(struct sides_builder *builder, uint32_t edge, uint32_t other)
{
    if (are_mates(builder, edge, other)) {
        builder->mates[edge] = other;
        builder->mates[other] = edge;
        return;
    }
    if (has_mate(builder, other))
        builder->mates[builder->mates[other]] = CROWDED;
    builder->mates[edge] = builder->mates[other] = CROWDED;
}

/* Along a border the mate of the next edge is most often the one before the last mate. */
static void join_ring(struct sides_builder *builder, const struct locate_ring *ring)
{
    uint32_t guess = NO_MATE;
    for (uint32_t edge = ring->first; edge < ring->end; edge++) {
        uint64_t a = key_of(builder->coords[edge]);
        uint64_t b = key_of(builder->coords[next_edge(builder, edge)]);
        if (guess < CROWDED && is_same_edge(builder, guess, a, b)) {
            join(builder, edge, guess);
        } else {
            uint32_t *slot = slot_of(builder, a, b);
            if (*slot != 0)
                join(builder, edge, *slot - 1);
            else
                *slot = edge + 1;
        }
        guess = has_mate(builder, edge) ? edge_before(builder, builder->mates[edge]) : NO_MATE;
    }
}

/* ------------------------------------------------------------------ ends */

/*
 * Whether the shapes around the vertex where an edge ends are its own two and at most one more:
 * from one to the next across the edges there, and back. Of four, one has no edge in common with
 * the first, and may be as near as those that have.
 */
static bool is_plain_end(const struct sides_builder *builder, uint32_t edge)
{
    enum { MOST_SHAPES = 3 };
    uint32_t at = edge;
    for (int i = 0; i < MOST_SHAPES; i++) {
        if (!has_mate(builder, at))
            return false;
        at = edge_before(builder, builder->mates[at]);
        if (at == edge)
            return true;
    }
    return false;
}

/* The shape on the other side, where all that an edge may be near to is that one and what follows
 * it at its ends; otherwise none. */
static uint32_t side_of(const struct sides_builder *builder, uint32_t edge)
{
    if (!has_mate(builder, edge) || !is_plain_end(builder, edge) ||
        !is_plain_end(builder, builder->mates[edge]))
        return GEO_LOCATE_NONE;
    return shape_of(builder, builder->mates[edge]);
}

/* ------------------------------------------------------------------ overlaps */

/* As deep as the tree is high. */
static void mark_boxes(struct geo_locator *locator, const struct geo_rect *rect, uint32_t shape,
                       uint32_t level, struct geo_run run)
{
    const struct geo_rect *boxes = locator->boxes + locator->level_first[level];
    for (uint32_t i = run.first; i < run.end; i++) {
        if (boxes[i].west_e7 > rect->east_e7 || boxes[i].east_e7 < rect->west_e7 ||
            boxes[i].south_e7 > rect->north_e7 || boxes[i].north_e7 < rect->south_e7)
            continue;
        if (level > 0)
            mark_boxes(locator, rect, shape, level - 1,
                       locate_children(i, locator->level_counts[level - 1]));
        else if (locator->rings[i].shape != shape)
            locator->of_shapes[locator->rings[i].shape].may_overlap = true;
    }
}

static void mark_beside(const struct sides_builder *builder, uint32_t edge)
{
    struct geo_locator *locator = builder->locator;
    struct geo_rect rect = GEO_RECT_NONE;
    geo_rect_add(&rect, builder->coords[edge]);
    geo_rect_add(&rect, builder->coords[next_edge(builder, edge)]);
    mark_boxes(locator, &rect, shape_of(builder, edge), locator->n_levels - 1,
               (struct geo_run){0, 1});
}

/*
 * Along a way that meets no edge without a mate as many shapes hold each place: across an edge one
 * takes the place of the other. So what begins in one shape only and keeps away from such edges
 * goes through one shape at a time. Those of the shapes on the way are seen when they are visited;
 * others lie inside of these, or on their border: in their boxes.
 */
static void mark_overlaps(const struct sides_builder *builder)
{
    for (uint32_t number = 0; number < builder->locator->n_rings; number++) {
        const struct locate_ring *ring = &builder->locator->rings[number];
        for (uint32_t edge = ring->first; edge < ring->end; edge++)
            if (!has_mate(builder, edge))
                mark_beside(builder, edge);
    }
}

/* ------------------------------------------------------------------ the whole */

static size_t list_sides(const struct sides_builder *builder, struct locate_side *out_sides)
{
    size_t n = 0;
    for (uint32_t number = 0; number < builder->locator->n_rings; number++) {
        struct locate_ring *ring = &builder->locator->rings[number];
        ring->sides = (uint32_t)n;
        for (uint32_t edge = ring->first; edge < ring->end; edge++) {
            uint32_t shape = side_of(builder, edge);
            bool is_new = n == ring->sides || out_sides[n - 1].shape != shape;
            n += is_new;
            out_sides[n - 1] = (struct locate_side){edge + 1 - ring->first, shape};
        }
    }
    return n;
}

static bool prepare(struct sides_builder *builder, struct aro_error *err)
{
    size_t n = builder->locator->shapes->n_coords, table_size = 64;
    while (table_size < 2 * n)
        table_size *= 2;
    builder->coords = builder->locator->shapes->coords;
    builder->table_mask = (uint32_t)(table_size - 1);
    builder->mates = malloc((n + 1) * sizeof *builder->mates);
    builder->rings = calloc(n + 1, sizeof *builder->rings);
    builder->table = calloc(table_size, sizeof *builder->table);
    if (!builder->mates || !builder->rings || !builder->table)
        return aro_error_no_memory(err);
    memset(builder->mates, 0xFF, n * sizeof *builder->mates);
    for (uint32_t number = 0; number < builder->locator->n_rings; number++) {
        const struct locate_ring *ring = &builder->locator->rings[number];
        for (uint32_t edge = ring->first; edge < ring->end; edge++)
            builder->rings[edge] = number;
    }
    return true;
}

/* A list with room for one side an edge, most of which it does not need. */
static void keep(struct geo_locator *locator, struct locate_side *sides, size_t n)
{
    struct locate_side *less = realloc(sides, (n + 1) * sizeof *sides);
    locator->sides = less ? less : sides;
    locator->n_sides = (uint32_t)n;
}

bool locate_sides_fill(struct geo_locator *locator, struct aro_error *err)
{
    struct sides_builder builder = {.locator = locator};
    struct locate_side *sides = malloc((locator->shapes->n_coords + 1) * sizeof *sides);
    bool ok = (sides || aro_error_no_memory(err)) && prepare(&builder, err);
    if (ok) {
        for (uint32_t number = 0; number < locator->n_rings; number++)
            join_ring(&builder, &locator->rings[number]);
        mark_overlaps(&builder);
        keep(locator, sides, list_sides(&builder, sides));
    } else {
        free(sides);
    }
    free(builder.mates);
    free(builder.rings);
    free(builder.table);
    return ok;
}
