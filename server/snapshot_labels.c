/*
 * The labels of communes as points with their texts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/feature_text.h"
#include "server/snapshot_build.h"

/* A label's row, in the order of ids. */
struct ordered_label {
    int64_t id;
    const struct label_row *row;
};

static int compare_ids(const void *a, const void *b)
{
    int64_t left = ((const struct ordered_label *)a)->id;
    int64_t right = ((const struct ordered_label *)b)->id;
    return (left > right) - (left < right);
}

static struct ordered_label *order_labels(const struct snapshot_draft *draft, struct aro_error *err)
{
    struct ordered_label *labels = array_new(draft->n_labels, sizeof *labels, err);
    for (size_t i = 0; labels && i < draft->n_labels; i++) {
        const struct label_row *row = &draft->labels[i];
        const char *code = draft->snapshot->commune.codes[row->commune];
        labels[i] = (struct ordered_label){snapshot_label_id(row->annee, code), row};
    }
    if (labels)
        qsort(labels, draft->n_labels, sizeof *labels, compare_ids);
    return labels;
}

static bool place(struct snapshot *snapshot, const struct ordered_label *labels, size_t n,
                  uint32_t **out_order, struct aro_error *err)
{
    const struct point_set *communes = &snapshot->communes;
    struct point_row *rows = array_new(n, sizeof *rows, err);
    for (size_t i = 0; rows && i < n; i++) {
        uint32_t commune = labels[i].row->commune;
        rows[i] =
            (struct point_row){.id = labels[i].id, .has_position = commune < communes->n_placed};
        if (rows[i].has_position)
            rows[i].position = communes->coords[commune];
    }
    bool ok = rows && points_build(&snapshot->labels, rows, n, out_order, err);
    free(rows);
    return ok;
}

static bool allocate_columns(struct label_columns *columns, size_t n, struct aro_error *err)
{
    columns->ids = array_new(n, sizeof *columns->ids, err);
    columns->communes = array_new(n, sizeof *columns->communes, err);
    columns->annees = array_new(n, sizeof *columns->annees, err);
    columns->niveaux = array_new(n, sizeof *columns->niveaux, err);
    columns->by_id = array_new(n, sizeof *columns->by_id, err);
    return columns->ids && columns->communes && columns->annees && columns->niveaux &&
           columns->by_id;
}

static void write_text(const struct snapshot *snapshot, uint32_t position,
                       const struct label_row *row, struct aro_buffer *out)
{
    const struct point_set *points = &snapshot->labels;
    bool has_centre = position < points->n_placed;
    const struct schema_label label = {.commune = snapshot->commune.codes[row->commune],
                                       .annee = row->annee,
                                       .niveau = row->niveau,
                                       .mentions = row->mentions};
    feature_label_alone(out, snapshot->label.ids[position], &label,
                        snapshot->commune.noms[row->commune], has_centre,
                        has_centre ? points->coords[position] : (struct geo_coord){0});
}

/* @param order  row by position */
static bool fill_columns(struct snapshot *snapshot, const struct ordered_label *labels,
                         const uint32_t *order, struct aro_error *err)
{
    struct label_columns *columns = &snapshot->label;
    struct text_block *block = &snapshot->labels.full;
    struct aro_buffer text = {0};
    size_t n = snapshot->labels.n;
    block->offsets = array_new(n + 1, sizeof *block->offsets, err);
    if (!block->offsets || !allocate_columns(columns, n, err))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct label_row *row = labels[order[i]].row;
        columns->communes[i] = row->commune;
        columns->annees[i] = (uint16_t)row->annee;
        columns->niveaux[i] = (uint8_t)row->niveau;
        columns->by_id[order[i]] = i;
        snprintf(columns->ids[i], sizeof columns->ids[i], "%04u-%s", (unsigned)columns->annees[i],
                 snapshot->commune.codes[row->commune]);
        write_text(snapshot, i, row, &text);
        block->offsets[i + 1] = text.len;
    }
    return text_block_take(block, &text, err);
}

bool draft_build_labels(struct snapshot_draft *draft, struct aro_error *err)
{
    struct ordered_label *labels = order_labels(draft, err);
    uint32_t *order = NULL;
    bool ok = labels && place(draft->snapshot, labels, draft->n_labels, &order, err) &&
              fill_columns(draft->snapshot, labels, order, err);
    free(labels);
    free(order);
    return ok;
}
