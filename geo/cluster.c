#include "geo/cluster.h"

#include <assert.h>
#include <stdlib.h>

/* A cluster's cells are at most one from its own, and where each goes is known from two around. */
enum { MARGIN = 1 + GEO_CLUSTER_REACH, NO_CELL = UINT32_MAX, MIN_SLOTS = 64, MOST_CELLS = 9 };

void geo_cluster_areas_clear(struct geo_cluster_areas *areas)
{
    free(areas->items);
    free(areas->runs);
    *areas = (struct geo_cluster_areas){0};
}

void geo_cluster_areas_blocks(const struct geo_cluster_areas *areas, struct geo_blocks *out_blocks)
{
    geo_blocks_own(out_blocks, &areas->items, areas->n * sizeof *areas->items);
    geo_blocks_own(out_blocks, &areas->runs, areas->n_runs * sizeof *areas->runs);
}

/* The cells around the box, while it is decided which absorbs which. */
struct forming {
    const struct geo_cluster_points *points;
    uint8_t level;
    uint64_t close; /* how far apart the middles of close cells may be */
    struct geo_cell_runs cells;
    struct geo_mercator *middles; /* by cell, as the next two */
    bool *is_lesser;              /* some close cell is heavier */
    uint32_t *owners;             /* the cell that absorbs it, or itself */
    /* A cell's place in cells, or NO_CELL: by its place in the box where that has room for all in
     * it, else a hash table. */
    uint32_t *slots;
    size_t n_slots; /* of a hash table a power of two, at least twice the cells */
    struct geo_cell_box box;
    bool is_grid;
};

static void forming_clear(struct forming *forming)
{
    geo_cell_runs_clear(&forming->cells);
    free(forming->middles);
    free(forming->is_lesser);
    free(forming->owners);
    free(forming->slots);
}

/* ------------------------------------------------------------------ cells */

/* Source: the finalizer of splitmix64, S. Vigna (public domain). One to one. */
static uint64_t mix(uint64_t bits)
{
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return bits ^ (bits >> 31);
}

static uint64_t hash_of(uint32_t x, uint32_t y)
{
    return mix((uint64_t)y << 32 | x);
}

static struct geo_cluster_block sum_before(const struct geo_cluster_points *points, uint32_t end)
{
    struct geo_cluster_block sum = points->blocks[end / 64];
    for (uint32_t i = end / 64 * 64; i < end; i++) {
        sum.x_sum += points->places[i].x;
        sum.y_sum += points->places[i].y;
    }
    return sum;
}

static struct geo_mercator middle_of(const struct geo_cluster_points *points, struct geo_run run)
{
    uint64_t x_sum = 0, y_sum = 0;
    uint32_t count = run.end - run.first;
    if (count <= 128) {
        for (uint32_t i = run.first; i < run.end; i++) {
            x_sum += points->places[i].x;
            y_sum += points->places[i].y;
        }
    } else {
        struct geo_cluster_block low = sum_before(points, run.first);
        struct geo_cluster_block high = sum_before(points, run.end);
        x_sum = high.x_sum - low.x_sum;
        y_sum = high.y_sum - low.y_sum;
    }
    return (struct geo_mercator){(uint32_t)(x_sum / count), (uint32_t)(y_sum / count)};
}

static bool forming_allocate(struct forming *forming, struct aro_error *err)
{
    enum { GRID_SLOTS = 16 }; /* for a cell */
    const struct geo_cell_box *box = &forming->box;
    size_t n = forming->cells.n;
    uint64_t in_box = (box->east - box->west + UINT64_C(1)) * (box->south - box->north + 1);
    forming->n_slots = MIN_SLOTS;
    while (forming->n_slots < 2 * n)
        forming->n_slots *= 2;
    forming->is_grid = in_box <= GRID_SLOTS * (uint64_t)forming->n_slots;
    if (forming->is_grid)
        forming->n_slots = in_box;
    forming->middles = malloc((n + 1) * sizeof *forming->middles);
    forming->is_lesser = calloc(n + 1, sizeof *forming->is_lesser);
    forming->owners = malloc((n + 1) * sizeof *forming->owners);
    forming->slots = malloc(forming->n_slots * sizeof *forming->slots);
    if (!forming->middles || !forming->is_lesser || !forming->owners || !forming->slots)
        return aro_error_no_memory(err);
    return true;
}

/* The slot of a cell in the box, or the free one that it would have. */
static size_t slot_of(const struct forming *forming, uint32_t x, uint32_t y)
{
    const struct geo_cell_box *box = &forming->box;
    if (forming->is_grid)
        return (size_t)(y - box->north) * (box->east - box->west + 1) + (x - box->west);
    size_t at = hash_of(x, y) & (forming->n_slots - 1);
    for (; forming->slots[at] != NO_CELL; at = (at + 1) & (forming->n_slots - 1)) {
        const struct geo_cell_run *cell = &forming->cells.items[forming->slots[at]];
        if (cell->x == x && cell->y == y)
            break;
    }
    return at;
}

static void prepare_cells(struct forming *forming)
{
    for (size_t i = 0; i < forming->n_slots; i++)
        forming->slots[i] = NO_CELL;
    for (uint32_t i = 0; i < forming->cells.n; i++) {
        const struct geo_cell_run *cell = &forming->cells.items[i];
        forming->slots[slot_of(forming, cell->x, cell->y)] = i;
        forming->middles[i] = middle_of(forming->points, cell->run);
        forming->owners[i] = i;
    }
}

/* The cell beside one; NO_CELL where none with points is known. */
static uint32_t beside(const struct forming *forming, uint32_t cell, int dx, int dy)
{
    uint32_t x = forming->cells.items[cell].x + (uint32_t)dx; /* -1 beside 0 is in no box */
    uint32_t y = forming->cells.items[cell].y + (uint32_t)dy;
    return geo_cell_box_contains(&forming->box, x, y) ? forming->slots[slot_of(forming, x, y)]
                                                      : NO_CELL;
}

/* ------------------------------------------------------------------ absorbing */

static bool heavier(const struct forming *forming, uint32_t a, uint32_t b)
{
    const struct geo_cell_run *left = &forming->cells.items[a], *right = &forming->cells.items[b];
    uint32_t left_count = left->run.end - left->run.first;
    uint32_t right_count = right->run.end - right->run.first;
    if (left_count != right_count)
        return left_count > right_count;
    return hash_of(left->x, left->y) > hash_of(right->x, right->y);
}

static bool are_close(const struct forming *forming, uint32_t a, uint32_t b)
{
    struct geo_mercator left = forming->middles[a], right = forming->middles[b];
    uint64_t dx = left.x > right.x ? left.x - right.x : right.x - left.x;
    uint64_t dy = left.y > right.y ? left.y - right.y : right.y - left.y;
    uint64_t close = forming->close;
    return dx <= close && dy <= close && dx * dx + dy * dy <= close * close;
}

typedef void pair_fn(struct forming *forming, uint32_t heavy, uint32_t light);

static void for_close_pairs(struct forming *forming, pair_fn *visit)
{
    static const int ways[4][2] = {{1, -1}, {1, 0}, {1, 1}, {0, 1}};
    for (uint32_t i = 0; i < forming->cells.n; i++) {
        for (int way = 0; way < 4; way++) {
            uint32_t other = beside(forming, i, ways[way][0], ways[way][1]);
            if (other == NO_CELL || !are_close(forming, i, other))
                continue;
            bool first_heavier = heavier(forming, i, other);
            visit(forming, first_heavier ? i : other, first_heavier ? other : i);
        }
    }
}

static void mark_lesser(struct forming *forming, uint32_t heavy, uint32_t light)
{
    (void)heavy;
    forming->is_lesser[light] = true;
}

static void absorb(struct forming *forming, uint32_t heavy, uint32_t light)
{
    if (forming->is_lesser[heavy])
        return; /* not a centre */
    uint32_t owner = forming->owners[light];
    if (owner == light || heavier(forming, heavy, owner))
        forming->owners[light] = heavy;
}

/* ------------------------------------------------------------------ areas */

static void *grown(void *items, size_t wanted, size_t *capacity, size_t size, struct aro_error *err)
{
    if (wanted <= *capacity)
        return items;
    size_t more = *capacity ? 2 * *capacity : 64;
    more = more < wanted ? wanted : more;
    void *moved = realloc(items, more * size);
    if (!moved) {
        aro_error_no_memory(err);
        return NULL;
    }
    *capacity = more;
    return moved;
}

/* In the order of their positions, those that touch as one. Returns how many. */
static size_t sort_runs(struct geo_run *runs, size_t n)
{
    size_t kept = 0;
    for (size_t i = 1; i < n; i++) {
        struct geo_run run = runs[i];
        size_t at = i;
        for (; at > 0 && runs[at - 1].first > run.first; at--)
            runs[at] = runs[at - 1];
        runs[at] = run;
    }
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && runs[kept - 1].end == runs[i].first)
            runs[kept - 1].end = runs[i].end;
        else
            runs[kept++] = runs[i];
    }
    return kept;
}

static size_t runs_of(const struct forming *forming, uint32_t owner, struct geo_run *out_runs)
{
    size_t n = 0;
    for (int place = 0; place < MOST_CELLS; place++) {
        uint32_t cell = beside(forming, owner, place % 3 - 1, place / 3 - 1);
        if (cell != NO_CELL && forming->owners[cell] == owner)
            out_runs[n++] = forming->cells.items[cell].run;
    }
    return sort_runs(out_runs, n);
}

static bool add_area(const struct forming *forming, uint32_t owner, struct geo_cluster_areas *areas,
                     struct aro_error *err)
{
    const struct geo_cell_run *cell = &forming->cells.items[owner];
    struct geo_cluster_area *items =
        grown(areas->items, areas->n + 1, &areas->capacity, sizeof *items, err);
    if (!items)
        return false;
    areas->items = items;
    struct geo_run *runs =
        grown(areas->runs, areas->n_runs + MOST_CELLS, &areas->runs_capacity, sizeof *runs, err);
    if (!runs)
        return false;
    areas->runs = runs;
    struct geo_cluster_area *area = &items[areas->n++];
    *area = (struct geo_cluster_area){.cell = {forming->level, cell->x, cell->y},
                                      .first_run = areas->n_runs};
    area->n_runs = runs_of(forming, owner, runs + areas->n_runs);
    areas->n_runs += area->n_runs;
    return true;
}

static bool form(struct forming *forming, const struct geo_mercator_box *box,
                 struct geo_cluster_areas *areas, struct aro_error *err)
{
    const struct geo_cluster_points *points = forming->points;
    struct geo_cell_box wanted = geo_cells_around(box, forming->level, 1);
    forming->box = geo_cells_around(box, forming->level, MARGIN);
    if (!geo_cells_find(points->keys, points->n, forming->level, &forming->box, &forming->cells,
                        err) ||
        !forming_allocate(forming, err))
        return false;
    prepare_cells(forming);
    for_close_pairs(forming, mark_lesser);
    for_close_pairs(forming, absorb);
    for (uint32_t i = 0; i < forming->cells.n; i++) {
        const struct geo_cell_run *cell = &forming->cells.items[i];
        if (forming->owners[i] == i && geo_cell_box_contains(&wanted, cell->x, cell->y) &&
            !add_area(forming, i, areas, err))
            return false;
    }
    return true;
}

bool geo_cluster_areas_find(const struct geo_cluster_points *points, uint8_t level,
                            const struct geo_mercator_box *box, struct geo_cluster_areas *out_areas,
                            struct aro_error *err)
{
    assert(level <= GEO_CLUSTER_MAX_LEVEL);
    uint64_t width = UINT64_C(1) << (GEO_MERCATOR_BITS - level);
    struct forming forming = {.points = points, .level = level, .close = width / 8 * 7};
    out_areas->n = out_areas->n_runs = 0;
    bool ok = form(&forming, box, out_areas, err);
    if (!ok)
        out_areas->n = out_areas->n_runs = 0;
    forming_clear(&forming);
    return ok;
}
