#include "geo/index_internal.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ building */

static void rect_join(struct geo_rect *rect, const struct geo_rect *other)
{
    rect->west_e7 = other->west_e7 < rect->west_e7 ? other->west_e7 : rect->west_e7;
    rect->south_e7 = other->south_e7 < rect->south_e7 ? other->south_e7 : rect->south_e7;
    rect->east_e7 = other->east_e7 > rect->east_e7 ? other->east_e7 : rect->east_e7;
    rect->north_e7 = other->north_e7 > rect->north_e7 ? other->north_e7 : rect->north_e7;
}

static struct geo_rect rect_of_points(const struct geo_index *index, struct geo_run points)
{
    struct geo_rect rect = GEO_RECT_NONE;
    for (uint32_t i = points.first; i < points.end; i++)
        geo_rect_add(&rect, index->coords[i]);
    return rect;
}

static struct geo_rect rect_of_boxes(const struct geo_rect *boxes, struct geo_run children)
{
    struct geo_rect rect = boxes[children.first];
    for (uint32_t i = children.first + 1; i < children.end; i++)
        rect_join(&rect, &boxes[i]);
    return rect;
}

static void fill_level(struct geo_index *index, uint32_t level)
{
    struct geo_rect *boxes = index->boxes + index->level_first[level];
    for (uint32_t node = 0; node < index->level_counts[level]; node++) {
        struct geo_run children = geo_index_children(index, level, node);
        boxes[node] = level == 0 ? rect_of_points(index, children)
                                 : rect_of_boxes(geo_index_boxes(index, level - 1), children);
    }
}

/* Lays out the levels; returns how many boxes they have together. */
static size_t plan_levels(struct geo_index *plan)
{
    size_t total = 0;
    uint64_t below = plan->n;
    while (below > (plan->n_levels > 0)) {
        uint64_t count = (below + GEO_INDEX_FANOUT - 1) >> GEO_INDEX_FANOUT_BITS;
        plan->level_first[plan->n_levels] = (uint32_t)total;
        plan->level_counts[plan->n_levels++] = (uint32_t)count;
        total += count;
        below = count;
    }
    return total;
}

struct geo_index *geo_index_new(const struct geo_coord *coords, size_t n, struct aro_error *err)
{
    if (n >= UINT32_MAX) {
        aro_error_set(err, ARO_TOO_LARGE, "%zu points: an index holds at most %lu", n,
                      (unsigned long)UINT32_MAX - 1);
        return NULL;
    }
    struct geo_index plan = {.coords = coords, .n = (uint32_t)n};
    size_t n_boxes = plan_levels(&plan);
    struct geo_index *index = malloc(sizeof *index + n_boxes * sizeof *index->boxes);
    if (!index) {
        aro_error_no_memory(err);
        return NULL;
    }
    *index = plan;
    for (uint32_t level = 0; level < index->n_levels; level++)
        fill_level(index, level);
    return index;
}

void geo_index_free(struct geo_index *index)
{
    free(index);
}

void geo_index_blocks(struct geo_index *const *index, struct geo_blocks *out_blocks)
{
    if (!*index)
        return;
    size_t n_boxes = 0;
    for (uint32_t level = 0; level < (*index)->n_levels; level++)
        n_boxes += (*index)->level_counts[level];
    geo_blocks_own(out_blocks, index, sizeof **index + n_boxes * sizeof *(*index)->boxes);
    geo_blocks_pointer(out_blocks, &(*index)->coords);
}

bool geo_index_extent(const struct geo_index *index, struct geo_rect *out_rect)
{
    if (index->n == 0)
        return false;
    *out_rect = *geo_index_boxes(index, index->n_levels - 1);
    return true;
}

/* ------------------------------------------------------------------ searching */

struct search {
    const struct geo_index *index;
    struct geo_rect rects[2];
    size_t n_rects;
    struct geo_runs *runs;
    struct aro_error *err;
};

/* Which of up to GEO_INDEX_FANOUT boxes a rectangle touches, and which lie wholly inside it. */
struct masks {
    uint32_t touched, inside;
};

/* Without branches: what a search costs is mispredictions, and these tests are coin tosses. */
static struct masks compare_boxes(const struct geo_rect *boxes, uint32_t n,
                                  const struct geo_rect *rect)
{
    struct masks masks = {0, 0};
    for (uint32_t i = 0; i < n; i++) {
        const struct geo_rect box = boxes[i];
        uint32_t touched = (box.west_e7 <= rect->east_e7) & (box.east_e7 >= rect->west_e7) &
                           (box.south_e7 <= rect->north_e7) & (box.north_e7 >= rect->south_e7);
        uint32_t inside = (box.west_e7 >= rect->west_e7) & (box.east_e7 <= rect->east_e7) &
                          (box.south_e7 >= rect->south_e7) & (box.north_e7 <= rect->north_e7);
        masks.touched |= touched << i;
        masks.inside |= inside << i;
    }
    return masks;
}

static uint32_t points_inside(const struct geo_coord *coords, uint32_t n,
                              const struct geo_rect *rect)
{
    uint32_t mask = 0;
    for (uint32_t i = 0; i < n; i++)
        mask |=
            (uint32_t)((coords[i].lon_e7 >= rect->west_e7) & (coords[i].lon_e7 <= rect->east_e7) &
                       (coords[i].lat_e7 >= rect->south_e7) & (coords[i].lat_e7 <= rect->north_e7))
            << i;
    return mask;
}

static bool add_points(const struct search *search, struct geo_run points)
{
    uint32_t mask = 0;
    for (size_t r = 0; r < search->n_rects; r++)
        mask |= points_inside(search->index->coords + points.first, points.end - points.first,
                              &search->rects[r]);
    while (mask) {
        uint32_t start = (uint32_t)__builtin_ctz(mask);
        uint32_t len = (uint32_t)__builtin_ctz(~(mask >> start));
        if (!geo_runs_add(search->runs, points.first + start, points.first + start + len,
                          search->err))
            return false;
        mask &= ~(((1u << len) - 1) << start);
    }
    return true;
}

/*
 * Walks over sibling nodes in order, so that positions come out ascending; with two rectangles
 * (across the antimeridian) both are looked at in one walk. As deep as the tree is high: at most
 * GEO_INDEX_MAX_LEVELS calls.
 */
static bool walk(const struct search *search, uint32_t level, struct geo_run nodes)
{
    const struct geo_rect *boxes = geo_index_boxes(search->index, level) + nodes.first;
    struct masks masks = {0, 0};
    for (size_t r = 0; r < search->n_rects; r++) {
        struct masks more = compare_boxes(boxes, nodes.end - nodes.first, &search->rects[r]);
        masks.touched |= more.touched;
        masks.inside |= more.inside;
    }
    bool ok = true;
    for (uint32_t left = masks.touched; left && ok; left &= left - 1) {
        uint32_t place = (uint32_t)__builtin_ctz(left);
        uint32_t node = nodes.first + place;
        if (masks.inside >> place & 1) {
            struct geo_run run = geo_index_positions(search->index, level, node);
            ok = geo_runs_add(search->runs, run.first, run.end, search->err);
        } else if (level == 0) {
            ok = add_points(search, geo_index_children(search->index, level, node));
        } else {
            ok = walk(search, level - 1, geo_index_children(search->index, level, node));
        }
    }
    return ok;
}

bool geo_index_search(const struct geo_index *index, const struct geo_bbox *bbox,
                      struct geo_runs *out_runs, struct aro_error *err)
{
    struct search search = {.index = index, .runs = out_runs, .err = err};
    out_runs->n = 0;
    search.n_rects = geo_bbox_rects(bbox, search.rects);
    if (index->n == 0 || search.n_rects == 0)
        return true;
    if (walk(&search, index->n_levels - 1, (struct geo_run){0, 1}))
        return true;
    out_runs->n = 0;
    return false;
}
