#include "server/snapshot_build.h"

#include <stdlib.h>
#include <string.h>

bool broken_store(struct aro_error *err, const char *what, const char *code)
{
    return aro_error_set(
        err, ARO_IO, "the store is damaged: %s '%s'; check it with `arobase check`", what, code);
}

const char *territory_code(const struct snapshot_territory *territories, uint32_t number)
{
    return number == SNAPSHOT_NONE ? NULL : territories[number].code;
}

bool next_code(const char **cursor, const char **out_text, size_t *out_len)
{
    const char *start = strchr(*cursor, '"');
    const char *end = start ? strchr(start + 1, '"') : NULL;
    if (!end)
        return false;
    *out_text = start + 1;
    *out_len = (size_t)(end - start - 1);
    *cursor = end + 1;
    return true;
}

/* Rows with a place first, in Hilbert order; the others behind, as they came. */
static bool order_rows(const struct point_row *rows, size_t n, uint32_t *out_rows,
                       size_t *out_n_placed, struct aro_error *err)
{
    struct geo_coord *coords = array_new(n, sizeof *coords, err);
    int64_t *ids = array_new(n, sizeof *ids, err);
    uint32_t *placed = array_new(n, sizeof *placed, err);
    uint32_t *order = array_new(n, sizeof *order, err);
    size_t n_placed = 0, n_without = 0;
    bool ok = coords && ids && placed && order;
    for (size_t row = 0; ok && row < n; row++) {
        if (!rows[row].has_position)
            continue;
        coords[n_placed] = rows[row].position;
        ids[n_placed] = rows[row].id;
        placed[n_placed++] = (uint32_t)row;
    }
    ok = ok && geo_hilbert_order(coords, ids, n_placed, order, err);
    for (size_t i = 0; ok && i < n_placed; i++)
        out_rows[i] = placed[order[i]];
    for (size_t row = 0; ok && row < n; row++)
        if (!rows[row].has_position)
            out_rows[n_placed + n_without++] = (uint32_t)row;
    *out_n_placed = n_placed;
    free(coords);
    free(ids);
    free(placed);
    free(order);
    return ok;
}

static bool fill_points(struct point_set *points, const struct point_row *rows,
                        const uint32_t *order, struct aro_error *err)
{
    points->coords = array_new(points->n_placed, sizeof *points->coords, err);
    points->places = array_new(points->n_placed, sizeof *points->places, err);
    points->hilbert_keys = array_new(points->n, sizeof *points->hilbert_keys, err);
    points->ids = array_new(points->n, sizeof *points->ids, err);
    if (!points->coords || !points->places || !points->hilbert_keys || !points->ids)
        return false;
    for (size_t i = 0; i < points->n; i++) {
        const struct point_row *row = &rows[order[i]];
        points->ids[i] = row->id;
        points->hilbert_keys[i] = UINT64_MAX;
        if (i < points->n_placed) {
            points->coords[i] = row->position;
            points->places[i] = geo_mercator_from_coord(row->position);
            points->hilbert_keys[i] = geo_hilbert_mercator_key(points->places[i]);
        }
    }
    points->index = geo_index_new(points->coords, points->n_placed, err);
    return points->index != NULL;
}

bool points_build(struct point_set *points, const struct point_row *rows, size_t n,
                  uint32_t **out_rows, struct aro_error *err)
{
    if (n >= SNAPSHOT_NONE)
        return aro_error_set(err, ARO_TOO_LARGE, "%zu points are more than a snapshot can hold", n);
    uint32_t *order = array_new(n, sizeof *order, err);
    points->n = n;
    if (!order || !order_rows(rows, n, order, &points->n_placed, err) ||
        !fill_points(points, rows, order, err)) {
        free(order);
        return false;
    }
    *out_rows = order;
    return true;
}

bool text_block_take(struct text_block *block, struct aro_buffer *texts, struct aro_error *err)
{
    if (!aro_buffer_ok(texts, err)) {
        aro_buffer_clear(texts);
        return false;
    }
    char *exact = realloc(texts->data, texts->len + 1);
    block->block = exact ? exact : texts->data;
    *texts = (struct aro_buffer){0};
    return true;
}
