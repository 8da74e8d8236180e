#include <stdlib.h>
#include <string.h>

#include "server/snapshot_build.h"
#include "server/snapshot_edit_internal.h"

/* The snapshot while its columns are made. */
struct splicing {
    struct snapshot *snapshot;
    const struct geo_splice *splice;
    const struct edited_row *rows;
    uint32_t n_placed; /* now */
    struct spliced_columns *columns;
    struct aro_error *err;
};

void spliced_columns_clear(struct spliced_columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        free(columns->arrays[i]);
    geo_index_free(columns->index);
    geo_cluster_areas_clear(&columns->region_areas);
    geo_cluster_areas_clear(&columns->departement_areas);
    *columns = (struct spliced_columns){0};
}

/* NULL, or room that is given back with the rest. */
static void *take(struct splicing *splicing, void *array)
{
    if (array)
        splicing->columns->arrays[splicing->columns->n++] = array;
    return array;
}

/* The same, not filled yet: large pages where there are, since it will be all at once. */
static void *take_room(struct splicing *splicing, size_t n, size_t item_bytes)
{
    void *array = take(splicing, malloc((n + 1) * item_bytes));
    if (array)
        aro_expect_large(array, n * item_bytes);
    else
        aro_error_no_memory(splicing->err);
    return array;
}

/* What the rows that have come have at `offset`, as an array of its own; it is freed by the caller.
 */
static void *column_of_rows(const struct splicing *splicing, size_t offset, size_t item_bytes)
{
    uint32_t n = splicing->splice->n_come;
    char *items = array_new(n, item_bytes, splicing->err);
    for (uint32_t i = 0; items && i < n; i++)
        memcpy(items + i * item_bytes, (const char *)&splicing->rows[i] + offset, item_bytes);
    return items;
}

/* @param n  of the first positions. @param room  items that there is room for */
static void *splice_column(struct splicing *splicing, const void *before, size_t offset,
                           size_t item_bytes, uint32_t n, size_t room)
{
    char *now = take_room(splicing, room, item_bytes);
    void *come = column_of_rows(splicing, offset, item_bytes);
    if (now && come) {
        geo_splice_fill(splicing->splice, before, come, item_bytes, n, now);
        memset(now + n * item_bytes, 0, (room + 1 - n) * item_bytes);
    }
    bool ok = now && come;
    free(come);
    return ok ? now : NULL;
}

#define SPLICE(splicing, column, member, n, room)                                                  \
    ((column) = splice_column((splicing), (column), offsetof(struct edited_row, member),           \
                              sizeof *(column), (n), (room)))

static bool splice_points(struct splicing *splicing)
{
    struct point_set *points = &splicing->snapshot->initiatives;
    uint32_t n = splicing->splice->n, n_placed = splicing->n_placed;
    return SPLICE(splicing, points->coords, coord, n_placed, n_placed) &&
           SPLICE(splicing, points->places, place, n_placed, n_placed) &&
           SPLICE(splicing, points->hilbert_keys, hilbert_key, n, n) &&
           SPLICE(splicing, points->ids, id, n, n);
}

static bool splice_facts(struct splicing *splicing)
{
    struct initiative_columns *columns = &splicing->snapshot->initiative;
    uint32_t n = splicing->splice->n;
    size_t room = 64 * geo_bits_words(n);
    return SPLICE(splicing, columns->communes, facts.commune, n, room) &&
           SPLICE(splicing, columns->usages, facts.usages, n, n) &&
           SPLICE(splicing, columns->axes, axes, n, n) &&
           SPLICE(splicing, columns->days, facts.day, n, room) &&
           SPLICE(splicing, columns->years, year, n, n);
}

static bool splice_theme_bits(struct splicing *splicing)
{
    struct snapshot *snapshot = splicing->snapshot;
    const struct geo_splice *splice = splicing->splice;
    size_t words_before = geo_bits_words(splice->n_before), words = geo_bits_words(splice->n);
    const uint64_t *before = snapshot->initiative.theme_bits;
    uint64_t *now = take_room(splicing, (snapshot->n_themes + 1) * words, sizeof *now);
    if (now)
        memset(now + snapshot->n_themes * words, 0, words * sizeof *now);
    for (size_t theme = 0; now && theme < snapshot->n_themes; theme++) {
        geo_splice_bits(splice, before + theme * words_before, now + theme * words);
        for (uint32_t i = 0; i < splice->n_come; i++)
            if (splicing->rows[i].facts.usages & snapshot->themes[theme].usages)
                geo_bits_add(now + theme * words, splice->come[i]);
    }
    snapshot->initiative.theme_bits = now;
    return now != NULL;
}

/* ---- In the order of id ---- */

static int compare_ids(const void *left, const void *right, void *context)
{
    const struct edited_row *rows = context;
    int64_t a = rows[*(const uint32_t *)left].id, b = rows[*(const uint32_t *)right].id;
    return (a > b) - (a < b);
}

static uint32_t *rows_by_id(const struct splicing *splicing)
{
    uint32_t n = splicing->splice->n_come;
    uint32_t *order = array_new(n, sizeof *order, splicing->err);
    for (uint32_t i = 0; order && i < n; i++)
        order[i] = i;
    if (order)
        qsort_r(order, n, sizeof *order, compare_ids, (void *)splicing->rows);
    return order;
}

/* By place before: the position now, or SNAPSHOT_NONE. */
static uint32_t *positions_now(const struct splicing *splicing)
{
    const struct geo_splice *splice = splicing->splice;
    uint32_t *now = malloc((splice->n_before + 1) * sizeof *now);
    if (!now) {
        aro_error_no_memory(splicing->err);
        return NULL;
    }
    for (uint32_t i = 0; i < splice->n_parts; i++) {
        const struct geo_splice_part *part = &splice->parts[i];
        for (uint32_t at = part->first; !part->has_come && at < part[1].first; at++)
            now[part->from + (at - part->first)] = at;
    }
    for (uint32_t i = 0; i < splice->n_gone; i++)
        now[splice->gone[i]] = SNAPSHOT_NONE;
    return now;
}

/* How many of those before have a lower id, from the first one on. */
static uint32_t count_lower(const struct splicing *splicing, const int64_t *ids, uint32_t first,
                            int64_t id)
{
    const uint32_t *by_id = splicing->snapshot->initiative.by_id;
    uint32_t low = first, high = splicing->splice->n_before;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ids[by_id[middle]] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* @param ids  of those before, by place */
static void merge_by_id(const struct splicing *splicing, const int64_t *ids,
                        const uint32_t *positions, const uint32_t *order, uint32_t *out)
{
    const struct geo_splice *splice = splicing->splice;
    const uint32_t *by_id = splicing->snapshot->initiative.by_id;
    uint32_t at = 0;
    for (uint32_t next = 0; next <= splice->n_come; next++) {
        uint32_t end = next < splice->n_come
                           ? count_lower(splicing, ids, at, splicing->rows[order[next]].id)
                           : splice->n_before;
        for (; at < end; at++)
            if (positions[by_id[at]] != SNAPSHOT_NONE)
                *out++ = positions[by_id[at]];
        if (next < splice->n_come)
            *out++ = splice->come[order[next]];
    }
}

static bool splice_by_id(struct splicing *splicing, const int64_t *ids)
{
    uint32_t *positions = positions_now(splicing), *order = rows_by_id(splicing);
    uint32_t *now = take_room(splicing, splicing->splice->n, sizeof *now);
    bool ok = positions && order && now;
    if (ok)
        merge_by_id(splicing, ids, positions, order, now);
    splicing->snapshot->initiative.by_id = now;
    free(positions);
    free(order);
    return ok;
}

/* ---- The whole ---- */

static uint32_t count_placed(const struct splicing *splicing)
{
    const struct geo_splice *splice = splicing->splice;
    uint32_t n_before = (uint32_t)splicing->snapshot->initiatives.n_placed, n = n_before;
    for (uint32_t i = 0; i < splice->n_gone; i++)
        n -= splice->gone[i] < n_before;
    for (uint32_t i = 0; i < splice->n_come; i++)
        n += splicing->rows[i].hilbert_key != UINT64_MAX;
    return n;
}

/* What is made of the columns. */
static bool build_upon(struct splicing *splicing)
{
    struct snapshot *snapshot = splicing->snapshot;
    struct initiative_columns *columns = &snapshot->initiative;
    struct point_set *points = &snapshot->initiatives;
    points->n = splicing->splice->n;
    points->n_placed = splicing->n_placed;
    points->index = splicing->columns->index =
        geo_index_new(points->coords, points->n_placed, splicing->err);
    columns->blocks = NULL;
    columns->block_regions = columns->block_departements = columns->block_epcis = NULL;
    bool ok = points->index && snapshot_group(snapshot, splicing->err);
    take(splicing, columns->blocks);
    take(splicing, columns->block_regions);
    take(splicing, columns->block_departements);
    take(splicing, columns->block_epcis);
    if (!ok)
        return false;
    ok = snapshot_build_areas(snapshot, splicing->err);
    splicing->columns->region_areas = snapshot->region_areas;
    splicing->columns->departement_areas = snapshot->departement_areas;
    return ok;
}

bool snapshot_splice(struct snapshot *snapshot, const struct geo_splice *splice,
                     const struct edited_row *rows, struct spliced_columns *out_columns,
                     struct aro_error *err)
{
    struct splicing splicing = {
        .snapshot = snapshot, .splice = splice, .rows = rows, .columns = out_columns, .err = err};
    const int64_t *ids = snapshot->initiatives.ids;
    splicing.n_placed = count_placed(&splicing);
    snapshot->region_areas = snapshot->departement_areas = (struct geo_cluster_areas){0};
    return splice_points(&splicing) && splice_facts(&splicing) && splice_theme_bits(&splicing) &&
           splice_by_id(&splicing, ids) && build_upon(&splicing);
}
