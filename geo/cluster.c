#include "geo/cluster.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "geo/mercator.h"

enum { MIN_SLOTS = 64, CELL_MIN_PX = 16, CELL_MAX_PX = 256, PLACE_BITS = 51 };

static const int64_t FIRST_PLACE_ID = ((int64_t)1 << 52) + ((int64_t)1 << PLACE_BITS);

/* A group that is being gathered. */
struct group {
    uint64_t key; /* column and row of the cell, or the place */
    int64_t lon_sum, lat_sum;
    struct geo_coord low, high; /* the box of its members */
    struct geo_coord mean;
    uint64_t nearest; /* squared distance of cluster.position from the mean, in 1e-7 degrees */
    struct geo_cluster cluster;
};

struct grouping {
    const struct geo_cluster_input *input;
    bool by_place;
    uint8_t level; /* of the cells */
    uint8_t zoom;
    struct group *groups; /* in the order of their first position */
    size_t n, capacity;
    uint32_t *slots;    /* hash table: a group's place + 1, or 0; first by key, at last by id */
    size_t n_slots;     /* a power of two, at least twice n */
    uint32_t *group_of; /* by visit: the point's group */
};

void geo_clusters_clear(struct geo_clusters *clusters)
{
    free(clusters->items);
    *clusters = (struct geo_clusters){0};
}

/* Source: the finalizer of splitmix64, S. Vigna (public domain). One to one. */
static uint64_t mix(uint64_t bits)
{
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return bits ^ (bits >> 31);
}

static uint64_t place_key(struct geo_coord coord)
{
    return (uint64_t)(uint32_t)coord.lon_e7 << 32 | (uint32_t)coord.lat_e7;
}

static uint64_t key_of(const struct grouping *grouping, struct geo_coord coord)
{
    if (grouping->by_place)
        return place_key(coord);
    struct geo_mercator place = geo_mercator_from_coord(coord);
    unsigned fine_bits = 32u - grouping->level;
    return ((uint64_t)place.x >> fine_bits) << 32 | (uint64_t)place.y >> fine_bits;
}

static bool grow_slots(struct grouping *grouping, struct aro_error *err)
{
    size_t n_slots = grouping->n_slots ? 2 * grouping->n_slots : MIN_SLOTS;
    uint32_t *slots = calloc(n_slots, sizeof *slots);
    if (!slots) {
        aro_error_no_memory(err);
        return false;
    }
    for (size_t i = 0; i < grouping->n; i++) {
        size_t at = mix(grouping->groups[i].key) & (n_slots - 1);
        while (slots[at])
            at = (at + 1) & (n_slots - 1);
        slots[at] = (uint32_t)i + 1;
    }
    free(grouping->slots);
    grouping->slots = slots;
    grouping->n_slots = n_slots;
    return true;
}

static struct group *add_group(struct grouping *grouping, uint64_t key, struct geo_coord coord,
                               uint32_t position, struct aro_error *err)
{
    if (grouping->n == grouping->capacity) {
        size_t capacity = grouping->capacity ? 2 * grouping->capacity : MIN_SLOTS;
        struct group *groups = realloc(grouping->groups, capacity * sizeof *groups);
        if (!groups) {
            aro_error_no_memory(err);
            return NULL;
        }
        grouping->groups = groups;
        grouping->capacity = capacity;
    }
    struct group *group = &grouping->groups[grouping->n++];
    *group = (struct group){.key = key, .low = coord, .high = coord, .nearest = UINT64_MAX};
    group->cluster.first = position;
    return group;
}

/* The group that the point is of, made if it is the first; NULL on failure. */
static struct group *group_for(struct grouping *grouping, struct geo_coord coord, uint32_t position,
                               struct aro_error *err)
{
    bool full = !grouping->slots || 2 * (grouping->n + 1) > grouping->n_slots;
    if (full && !grow_slots(grouping, err))
        return NULL;
    uint64_t key = key_of(grouping, coord);
    size_t at = mix(key) & (grouping->n_slots - 1);
    for (; grouping->slots[at]; at = (at + 1) & (grouping->n_slots - 1)) {
        struct group *group = &grouping->groups[grouping->slots[at] - 1];
        if (group->key == key)
            return group;
    }
    struct group *group = add_group(grouping, key, coord, position, err);
    if (group)
        grouping->slots[at] = (uint32_t)grouping->n;
    return group;
}

/* Cells are boxes and places are points, so a point in the box of a group's members is of it. */
static bool in_box(const struct group *group, struct geo_coord coord)
{
    return coord.lon_e7 >= group->low.lon_e7 && coord.lon_e7 <= group->high.lon_e7 &&
           coord.lat_e7 >= group->low.lat_e7 && coord.lat_e7 <= group->high.lat_e7;
}

static void add_member(struct group *group, struct geo_coord coord, unsigned groups)
{
    group->lon_sum += coord.lon_e7;
    group->lat_sum += coord.lat_e7;
    if (coord.lon_e7 < group->low.lon_e7)
        group->low.lon_e7 = coord.lon_e7;
    if (coord.lat_e7 < group->low.lat_e7)
        group->low.lat_e7 = coord.lat_e7;
    if (coord.lon_e7 > group->high.lon_e7)
        group->high.lon_e7 = coord.lon_e7;
    if (coord.lat_e7 > group->high.lat_e7)
        group->high.lat_e7 = coord.lat_e7;
    group->cluster.count++;
    for (unsigned g = 0; g < GEO_CLUSTER_GROUPS; g++)
        group->cluster.group_counts[g] += groups >> g & 1;
}

static bool gather(struct grouping *grouping, struct aro_error *err)
{
    const struct geo_cluster_input *input = grouping->input;
    struct group *group = NULL; /* neighbours mostly share one: try the last first */
    size_t visit = 0;
    for (size_t r = 0; r < input->n_runs; r++) {
        for (uint32_t i = input->runs[r].first; i < input->runs[r].end; i++) {
            struct geo_coord coord = input->coords[i];
            if (!group || !in_box(group, coord))
                group = group_for(grouping, coord, i, err);
            if (!group)
                return false;
            add_member(group, coord, input->groups ? input->groups[i] : 0);
            grouping->group_of[visit++] = (uint32_t)(group - grouping->groups);
        }
    }
    return true;
}

/* Rounded to the nearest, halves up. */
static int32_t mean_of(int64_t sum, uint32_t count)
{
    int64_t whole = sum / count, rest = sum % count;
    if (rest < 0) {
        whole--;
        rest += count;
    }
    return (int32_t)(whole + (2 * rest >= count));
}

static uint64_t square(int64_t difference)
{
    uint64_t size = (uint64_t)(difference < 0 ? -difference : difference);
    return size * size;
}

/* At most 3.6e9 squared and 1.8e9 squared: 1.62e19 fits in 64 bits. */
static uint64_t squared_distance(struct geo_coord a, struct geo_coord b)
{
    return square((int64_t)a.lon_e7 - b.lon_e7) + square((int64_t)a.lat_e7 - b.lat_e7);
}

static void place_on_members(struct grouping *grouping)
{
    const struct geo_cluster_input *input = grouping->input;
    size_t visit = 0;
    for (size_t i = 0; i < grouping->n; i++) {
        struct group *group = &grouping->groups[i];
        group->mean.lon_e7 = mean_of(group->lon_sum, group->cluster.count);
        group->mean.lat_e7 = mean_of(group->lat_sum, group->cluster.count);
    }
    for (size_t r = 0; r < input->n_runs; r++) {
        for (uint32_t i = input->runs[r].first; i < input->runs[r].end; i++) {
            assert(grouping->groups); /* each visit has a group */
            struct group *group = &grouping->groups[grouping->group_of[visit++]];
            uint64_t distance = squared_distance(input->coords[i], group->mean);
            if (distance < group->nearest) {
                group->nearest = distance;
                group->cluster.position = input->coords[i];
            }
        }
    }
}

/* The cells of two corners of the members' box first differ where a bit of x or y does. */
static uint8_t expansion_zoom(const struct grouping *grouping, const struct group *group)
{
    struct geo_mercator low = geo_mercator_from_coord(group->low);
    struct geo_mercator high = geo_mercator_from_coord(group->high);
    uint32_t differing = (low.x ^ high.x) | (low.y ^ high.y);
    if (differing == 0)
        return GEO_CLUSTER_MAX_ZOOM + 1;
    int level = __builtin_clz(differing) + 1;
    int zoom = level - grouping->level + grouping->zoom;
    return (uint8_t)(zoom > GEO_CLUSTER_MAX_ZOOM ? GEO_CLUSTER_MAX_ZOOM + 1 : zoom);
}

static int64_t cell_id(uint8_t level, uint64_t key)
{
    uint64_t above = (((uint64_t)1 << 2 * level) - 1) / 3;
    return (int64_t)(above + ((key & UINT32_MAX) << level) + (key >> 32));
}

/* The place's id, or the next that no place before it has. */
static int64_t place_id(struct grouping *grouping, size_t index)
{
    uint64_t key = place_key(grouping->groups[index].low);
    int64_t id = FIRST_PLACE_ID + (int64_t)(mix(key) >> (64 - PLACE_BITS));
    size_t at = mix((uint64_t)id) & (grouping->n_slots - 1);
    while (grouping->slots[at]) {
        if (grouping->groups[grouping->slots[at] - 1].cluster.id == id) {
            id = id + 1 == FIRST_PLACE_ID + ((int64_t)1 << PLACE_BITS) ? FIRST_PLACE_ID : id + 1;
            at = mix((uint64_t)id) & (grouping->n_slots - 1);
        } else {
            at = (at + 1) & (grouping->n_slots - 1);
        }
    }
    grouping->slots[at] = (uint32_t)index + 1;
    return id;
}

static void name_groups(struct grouping *grouping)
{
    if (grouping->n_slots > 0)
        memset(grouping->slots, 0, grouping->n_slots * sizeof *grouping->slots);
    for (size_t i = 0; i < grouping->n; i++) {
        struct group *group = &grouping->groups[i];
        bool one_place = place_key(group->low) == place_key(group->high);
        group->cluster.stack = one_place && group->cluster.count > 1;
        group->cluster.expansion_zoom = expansion_zoom(grouping, group);
        group->cluster.id =
            one_place ? place_id(grouping, i) : cell_id(grouping->level, group->key);
    }
}

static bool hand_over(const struct grouping *grouping, struct geo_clusters *out,
                      struct aro_error *err)
{
    if (grouping->n > out->capacity) {
        struct geo_cluster *items = realloc(out->items, grouping->n * sizeof *items);
        if (!items)
            return aro_error_no_memory(err);
        out->items = items;
        out->capacity = grouping->n;
    }
    for (size_t i = 0; i < grouping->n; i++)
        out->items[i] = grouping->groups[i].cluster;
    out->n = grouping->n;
    return true;
}

static bool run_grouping(struct grouping *grouping, struct geo_clusters *out, struct aro_error *err)
{
    size_t n_points = 0;
    bool ok = false;
    out->n = 0;
    for (size_t r = 0; r < grouping->input->n_runs; r++)
        n_points += grouping->input->runs[r].end - grouping->input->runs[r].first;
    grouping->group_of = malloc((n_points + 1) * sizeof *grouping->group_of);
    if (!grouping->group_of) {
        aro_error_no_memory(err);
    } else if (gather(grouping, err)) {
        place_on_members(grouping);
        name_groups(grouping);
        ok = hand_over(grouping, out, err);
    }
    free(grouping->groups);
    free(grouping->slots);
    free(grouping->group_of);
    return ok;
}

bool geo_clusters_by_cell(const struct geo_cluster_input *input, uint8_t zoom, uint32_t cell_px,
                          struct geo_clusters *out_clusters, struct aro_error *err)
{
    out_clusters->n = 0;
    if (zoom > GEO_CLUSTER_MAX_ZOOM)
        return aro_error_set(err, ARO_BAD_INPUT, "zoom is %u: clusters go from 0 to %d", zoom,
                             GEO_CLUSTER_MAX_ZOOM);
    if (cell_px < CELL_MIN_PX || cell_px > CELL_MAX_PX || (cell_px & (cell_px - 1)) != 0)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "cell size is %u pixels: it must be a power of two from %d to %d",
                             cell_px, CELL_MIN_PX, CELL_MAX_PX);
    struct grouping grouping = {.input = input, .zoom = zoom};
    grouping.level = (uint8_t)(zoom + 8 - __builtin_ctz(cell_px));
    return run_grouping(&grouping, out_clusters, err);
}

bool geo_clusters_by_place(const struct geo_cluster_input *input, struct geo_clusters *out_clusters,
                           struct aro_error *err)
{
    struct grouping grouping = {.input = input, .by_place = true};
    return run_grouping(&grouping, out_clusters, err);
}
