#include <stdlib.h>

#include "server/feature_text.h"
#include "server/snapshot_build.h"
#include "server/snapshot_edit_internal.h"

void text_splice_clear(struct text_splice *texts)
{
    geo_splice_clear(&texts->splice);
    text_edits_clear(&texts->texts);
}

void recounted_clear(struct recounted *recounted)
{
    text_splice_clear(&recounted->communes);
    for (int kind = 0; kind < SNAPSHOT_TERRITORY_KINDS; kind++)
        text_splice_clear(&recounted->territories[kind]);
    text_splice_clear(&recounted->counts);
}

/* ---- Places ---- */

/* Numbers that something is to be done with, each once. */
struct touched {
    uint32_t *items;
    uint32_t n;
};

int edited_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void sort_once(struct touched *touched)
{
    uint32_t n = 0;
    qsort(touched->items, touched->n, sizeof *touched->items, edited_compare);
    for (uint32_t i = 0; i < touched->n; i++)
        if (n == 0 || touched->items[i] != touched->items[n - 1])
            touched->items[n++] = touched->items[i];
    touched->n = n;
}

/* The communes of what has gone or come, whose numbers are changed. */
static bool count_communes(struct snapshot *snapshot, const struct geo_splice *splice,
                           const struct edited_row *rows, struct touched *out,
                           struct aro_error *err)
{
    const uint32_t *communes = snapshot->initiative.communes;
    uint32_t *n_initiatives = snapshot->commune.n_initiatives;
    out->items = array_new((size_t)splice->n_gone + splice->n_come, sizeof *out->items, err);
    if (!out->items)
        return false;
    for (uint32_t i = 0; i < splice->n_gone; i++) {
        uint32_t commune = out->items[out->n++] = communes[splice->gone[i]];
        n_initiatives[commune]--;
    }
    for (uint32_t i = 0; i < splice->n_come; i++) {
        uint32_t commune = out->items[out->n++] = rows[i].facts.commune;
        n_initiatives[commune]++;
    }
    return true;
}

static struct snapshot_territory *territories_of(struct snapshot *snapshot,
                                                 enum schema_territory_kind kind,
                                                 const uint32_t **out_column)
{
    const struct commune_columns *columns = &snapshot->commune;
    *out_column = kind == SCHEMA_REGION        ? columns->regions
                  : kind == SCHEMA_DEPARTEMENT ? columns->departements
                                               : columns->epcis;
    return kind == SCHEMA_REGION        ? snapshot->regions
           : kind == SCHEMA_DEPARTEMENT ? snapshot->departements
                                        : snapshot->epcis;
}

/* The territories of the communes in `communes`, of which the first n_gone have lost one and the
 * others have one more. @return  their positions among the territories' points */
static bool count_territories(struct snapshot *snapshot, enum schema_territory_kind kind,
                              const struct touched *communes, uint32_t n_gone, struct touched *out,
                              struct aro_error *err)
{
    const uint32_t *column;
    struct snapshot_territory *territories = territories_of(snapshot, kind, &column);
    out->items = array_new(communes->n, sizeof *out->items, err);
    for (uint32_t i = 0; out->items && i < communes->n; i++) {
        uint32_t number = column[communes->items[i]];
        if (number == SNAPSHOT_NONE)
            continue;
        if (i < n_gone)
            territories[number].n_initiatives--;
        else
            territories[number].n_initiatives++;
        out->items[out->n++] = snapshot->territories[kind].positions[number];
    }
    return out->items != NULL;
}

/* Communes stand behind the kinds of territories. */
enum { COMMUNES = SNAPSHOT_TERRITORY_KINDS };

static uint32_t n_initiatives_of(const struct snapshot *snapshot, int kind, uint32_t position)
{
    size_t n;
    if (kind == COMMUNES)
        return snapshot->commune.n_initiatives[position];
    uint32_t number = snapshot->territories[kind].numbers[position];
    return snapshot_territories(snapshot, (enum schema_territory_kind)kind, &n)[number]
        .n_initiatives;
}

/* Texts with other numbers in the place of those at the positions. */
static bool rewrite(struct snapshot *snapshot, int kind, struct touched *positions,
                    struct text_splice *out, struct aro_error *err)
{
    struct point_set *points =
        kind == COMMUNES ? &snapshot->communes : &snapshot->territories[kind].points;
    struct aro_buffer text = {0};
    sort_once(positions);
    uint32_t n = positions->n, *items = positions->items;
    out->texts.offsets = array_new(n + 1, sizeof *out->texts.offsets, err);
    if (!out->texts.offsets ||
        !geo_splice_make(&out->splice, (uint32_t)points->n, items, n, items, n, err))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        struct text_slice slice = text_block_at(&points->full, items[i]);
        feature_recounted(&text, slice.text, slice.len, n_initiatives_of(snapshot, kind, items[i]));
        out->texts.offsets[i + 1] = text.len;
    }
    out->texts.splice = &out->splice;
    out->texts.block = aro_buffer_take_text(&text, err);
    aro_buffer_clear(&text);
    points->full.edits = out->texts.block ? &out->texts : NULL;
    return out->texts.block != NULL;
}

static bool recount_territories(struct snapshot *snapshot, int kind, const struct touched *communes,
                                uint32_t n_gone, struct recounted *out, struct aro_error *err)
{
    struct touched positions = {0};
    bool ok = count_territories(snapshot, (enum schema_territory_kind)kind, communes, n_gone,
                                &positions, err) &&
              rewrite(snapshot, kind, &positions, &out->territories[kind], err);
    free(positions.items);
    return ok;
}

bool snapshot_recount_places(struct snapshot *snapshot, const struct geo_splice *splice,
                             const struct edited_row *rows, struct recounted *out,
                             struct aro_error *err)
{
    struct touched communes = {0};
    bool ok = count_communes(snapshot, splice, rows, &communes, err);
    for (int kind = 0; ok && kind < SNAPSHOT_TERRITORY_KINDS; kind++)
        ok = recount_territories(snapshot, kind, &communes, splice->n_gone, out, err);
    ok = ok && rewrite(snapshot, COMMUNES, &communes, &out->communes, err);
    free(communes.items);
    return ok;
}

/* ---- Counts of all ---- */

bool snapshot_recount(struct snapshot *snapshot, uint32_t kinds, struct recounted *out,
                      struct aro_error *err)
{
    struct aro_buffer text = {0};
    struct text_splice *counts = &out->counts;
    uint32_t which[N_TALLY_BY], n = 0;
    bool ok = true;
    for (uint32_t by = 0; by < N_TALLY_BY; by++)
        if (kinds >> by & 1)
            which[n++] = by;
    counts->texts.offsets = array_new(n + 1, sizeof *counts->texts.offsets, err);
    if (!counts->texts.offsets ||
        !geo_splice_make(&counts->splice, N_TALLY_BY, which, n, which, n, err))
        return false;
    for (uint32_t i = 0; ok && i < n; i++) {
        struct tally tally = {0};
        ok = tally_make(snapshot, (enum tally_by)which[i], NULL, &tally, err);
        if (ok)
            tally_write(snapshot, &tally, &text);
        counts->texts.offsets[i + 1] = text.len;
        tally_clear(&tally);
    }
    counts->texts.splice = &counts->splice;
    counts->texts.block = ok ? aro_buffer_take_text(&text, err) : NULL;
    aro_buffer_clear(&text);
    snapshot->counts.edits = counts->texts.block ? &counts->texts : NULL;
    return counts->texts.block != NULL;
}
