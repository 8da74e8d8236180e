#include "geo/cells.h"

#include <assert.h>
#include <stdlib.h>

#include "geo/array.h"
#include "geo/hilbert_internal.h"

void geo_cell_runs_clear(struct geo_cell_runs *cells)
{
    free(cells->items);
    *cells = (struct geo_cell_runs){0};
}

static bool add_cell(struct geo_cell_runs *cells, struct geo_cell_run cell, struct aro_error *err)
{
    struct geo_cell_run *items =
        aro_array_grow(cells->items, cells->n, &cells->capacity, sizeof *items, err);
    if (!items)
        return false;
    cells->items = items;
    cells->items[cells->n++] = cell;
    return true;
}

struct geo_cell_box geo_cells_around(const struct geo_mercator_box *box, uint8_t level,
                                     uint32_t margin)
{
    unsigned fine_bits = GEO_MERCATOR_BITS - (unsigned)level;
    uint64_t last = (UINT64_C(1) << level) - 1;
    uint64_t west = (uint64_t)box->low.x >> fine_bits, north = (uint64_t)box->low.y >> fine_bits;
    uint64_t east = ((uint64_t)box->high.x >> fine_bits) + margin;
    uint64_t south = ((uint64_t)box->high.y >> fine_bits) + margin;
    return (struct geo_cell_box){
        .west = (uint32_t)(west > margin ? west - margin : 0),
        .north = (uint32_t)(north > margin ? north - margin : 0),
        .east = (uint32_t)(east < last ? east : last),
        .south = (uint32_t)(south < last ? south : last),
    };
}

struct search {
    const uint64_t *keys;
    uint8_t level;
    const struct geo_cell_box *box;
    struct geo_cell_runs *cells;
    struct aro_error *err;
};

/* A square on the way down, with the positions in it. */
struct square {
    uint8_t level;
    unsigned way; /* in which the curve enters it */
    uint32_t x, y;
    struct geo_run run;
};

/* The cells of the level that a square holds. */
static struct geo_cell_box cells_of(const struct search *search, const struct square *square)
{
    unsigned below = search->level - (unsigned)square->level;
    uint32_t last = (uint32_t)((UINT64_C(1) << below) - 1);
    uint32_t west = (uint32_t)((uint64_t)square->x << below);
    uint32_t north = (uint32_t)((uint64_t)square->y << below);
    return (struct geo_cell_box){
        .west = west, .north = north, .east = west + last, .south = north + last};
}

static bool touches(const struct geo_cell_box *a, const struct geo_cell_box *b)
{
    return a->west <= b->east && a->east >= b->west && a->north <= b->south && a->south >= b->north;
}

static bool is_inside(const struct geo_cell_box *a, const struct geo_cell_box *b)
{
    return a->west >= b->west && a->east <= b->east && a->north >= b->north && a->south <= b->south;
}

/* The square that is the digit-th along the curve of the four in this one. */
static struct square quarter(const struct square *square, unsigned digit)
{
    unsigned quadrant = geo_hilbert_quadrants_along[square->way][digit];
    return (struct square){.level = (uint8_t)(square->level + 1),
                           .way = geo_hilbert_quadrants[square->way][quadrant].way,
                           .x = square->x << 1 | quadrant >> 1,
                           .y = square->y << 1 | (quadrant & 1),
                           .run = square->run};
}

/* The first position behind `at` whose key is at least `key`, which that of `at` is not; end when
 * none is before it. Likely near. */
static uint32_t first_behind(const uint64_t *keys, uint32_t at, uint32_t end, uint64_t key)
{
    uint32_t step = 1;
    while (end - at > step && keys[at + step] < key) {
        at += step;
        step *= 2;
    }
    return geo_hilbert_first_at_least(keys, at + 1, end - at > step ? at + step : end, key);
}

/* All cells of a larger square, one after the other along the curve. */
static bool add_all(const struct search *search, const struct square *square)
{
    const uint64_t *keys = search->keys;
    unsigned shift = 2 * (GEO_MERCATOR_BITS - (unsigned)search->level);
    for (uint32_t at = square->run.first, end = square->run.end; at < end;) {
        uint64_t behind = ((keys[at] >> shift) + 1) << shift; /* 0 behind the last of the map */
        struct square cell = *square;
        while (cell.level < search->level)
            cell = quarter(&cell, keys[at] >> 2 * (GEO_MERCATOR_BITS - 1 - cell.level) & 3);
        cell.run = (struct geo_run){at, behind ? first_behind(keys, at, end, behind) : end};
        at = cell.run.end;
        if (!add_cell(search->cells, (struct geo_cell_run){cell.x, cell.y, cell.run}, search->err))
            return false;
    }
    return true;
}

/* A square's points come before those of the next along the curve. */
static bool walk(const struct search *search, struct square square)
{
    struct geo_cell_box cells = cells_of(search, &square);
    if (!touches(&cells, search->box))
        return true;
    if (square.level == search->level)
        return add_cell(search->cells, (struct geo_cell_run){square.x, square.y, square.run},
                        search->err);
    if (is_inside(&cells, search->box))
        return add_all(search, &square);
    const uint64_t *keys = search->keys;
    unsigned shift = 2 * (GEO_MERCATOR_BITS - 1 - (unsigned)square.level);
    unsigned digit = keys[square.run.first] >> shift & 3;
    unsigned last = keys[square.run.end - 1] >> shift & 3;
    uint32_t at = square.run.first;
    for (; digit <= last; digit++) {
        struct square next = quarter(&square, digit);
        next.run = (struct geo_run){at, square.run.end};
        if (digit < last) {
            uint64_t key = keys[at] >> shift; /* of the quarter that `at` is in */
            key = ((key & ~UINT64_C(3)) | digit) + 1;
            next.run.end = geo_hilbert_first_at_least(keys, at, square.run.end, key << shift);
        }
        at = next.run.end;
        if (next.run.first < next.run.end && !walk(search, next))
            return false;
    }
    return true;
}

/* The smallest square with the whole box in it: most of the map is left out at once. */
static struct square enclosing(const uint64_t *keys, uint32_t n, uint8_t level,
                               const struct geo_cell_box *box)
{
    struct square square = {.run = {0, n}};
    uint32_t differing = (box->west ^ box->east) | (box->north ^ box->south);
    unsigned below = differing ? 32U - (unsigned)__builtin_clz(differing) : 0;
    for (unsigned bit = level; bit-- > below;) {
        unsigned quadrant = (box->west >> bit & 1) << 1 | (box->north >> bit & 1);
        square = quarter(&square, geo_hilbert_quadrants[square.way][quadrant].place);
    }
    square.run = geo_hilbert_cell_run(keys, n, (struct geo_cell){square.level, square.x, square.y});
    return square;
}

bool geo_cells_find(const uint64_t *keys, uint32_t n, uint8_t level, const struct geo_cell_box *box,
                    struct geo_cell_runs *out_cells, struct aro_error *err)
{
    assert(level <= GEO_MERCATOR_BITS && box->west <= box->east && box->north <= box->south);
    struct search search = {
        .keys = keys, .level = level, .box = box, .cells = out_cells, .err = err};
    out_cells->n = 0;
    struct square square = enclosing(keys, n, level, box);
    if (square.run.first == square.run.end || walk(&search, square))
        return true;
    out_cells->n = 0;
    return false;
}
