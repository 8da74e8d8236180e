/*
 * The inside of edited snapshots: rows that have come (snapshot_edit.c), the columns of all with
 * them (snapshot_splice.c), what is counted again (snapshot_recount.c).
 */
#ifndef ARO_SERVER_SNAPSHOT_EDIT_INTERNAL_H
#define ARO_SERVER_SNAPSHOT_EDIT_INTERNAL_H

#include "server/initiative_row.h"
#include "server/snapshot_edit.h"
#include "server/tally.h"

/** What columns keep of a row. Plain value. */
struct edited_row {
    uint64_t hilbert_key; /* UINT64_MAX without a place */
    int64_t id;
    struct geo_coord coord;
    struct geo_mercator place;
    struct initiative_facts facts;
    uint8_t axes;
    uint16_t year;
};

/** Orders uint32_t, for qsort(). */
int edited_compare(const void *left, const void *right);

/** Texts of which some have come, with what says which. Start from {0}. */
struct text_splice {
    struct geo_splice splice;
    struct text_edits texts;
};
void text_splice_clear(struct text_splice *texts);

/** Columns that are not those of the file. Start from {0}. */
struct spliced_columns {
    void *arrays[32];
    size_t n;
    struct geo_index *index;
    struct geo_cluster_areas region_areas, departement_areas;
};
void spliced_columns_clear(struct spliced_columns *columns);

/**
 * Gives the snapshot the columns of the initiatives that are there now.
 *
 * @param rows         splice->n_come, in their order
 * @param out_columns  what they lie in, for spliced_columns_clear(), on failure too
 */
bool snapshot_splice(struct snapshot *snapshot, const struct geo_splice *splice,
                     const struct edited_row *rows, struct spliced_columns *out_columns,
                     struct aro_error *err);

/** How many initiatives communes and territories have, and what says so. Start from {0}. */
struct recounted {
    struct text_splice communes, territories[SNAPSHOT_TERRITORY_KINDS], counts;
};
void recounted_clear(struct recounted *recounted);

/**
 * Counts the initiatives of communes and territories. Before their columns are spliced.
 *
 * @param rows  splice->n_come
 */
bool snapshot_recount_places(struct snapshot *snapshot, const struct geo_splice *splice,
                             const struct edited_row *rows, struct recounted *out,
                             struct aro_error *err);

/** Writes the counts of all, of some kinds (bit `by` of `kinds`). Once columns are as they are now.
 */
bool snapshot_recount(struct snapshot *snapshot, uint32_t kinds, struct recounted *out,
                      struct aro_error *err);

#endif
