#include "server/snapshot_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/instant.h"
#include "server/feature_text.h"
#include "server/snapshot_words.h"

/* What is kept of the rows until they are sorted; arrays by row. */
struct initiative_rows {
    struct snapshot_draft *draft;
    size_t n, capacity;
    struct point_row *points;
    uint32_t *communes;
    uint64_t *usages;
    int32_t *days;
    /* The texts, and where each row's begins (n + 1). */
    struct aro_buffer compact, full, titres;
    uint64_t *compact_starts, *full_starts, *titres_starts;
    struct words_feed words;
};

static void clear_rows(struct initiative_rows *rows)
{
    free(rows->points);
    free(rows->communes);
    free(rows->usages);
    free(rows->days);
    aro_buffer_clear(&rows->compact);
    aro_buffer_clear(&rows->full);
    aro_buffer_clear(&rows->titres);
    free(rows->compact_starts);
    free(rows->full_starts);
    free(rows->titres_starts);
}

/* About what sheets take, so that large pages are there from the first one on; longer ones make the
 * texts grow, and what is not written is not taken from the machine. */
static void reserve_texts(struct initiative_rows *rows, size_t n)
{
    enum { FULL_BYTES = 1600, COMPACT_BYTES = 400 };
    aro_buffer_reserve(&rows->full, n * FULL_BYTES);
    aro_buffer_reserve(&rows->compact, n * COMPACT_BYTES);
}

static bool allocate_rows(struct initiative_rows *rows, size_t n, struct aro_error *err)
{
    rows->capacity = n;
    rows->points = array_new(n, sizeof *rows->points, err);
    rows->communes = array_new(n, sizeof *rows->communes, err);
    rows->usages = array_new(n, sizeof *rows->usages, err);
    rows->days = array_new(n, sizeof *rows->days, err);
    rows->compact_starts = array_new(n + 1, sizeof *rows->compact_starts, err);
    rows->full_starts = array_new(n + 1, sizeof *rows->full_starts, err);
    rows->titres_starts = array_new(n + 1, sizeof *rows->titres_starts, err);
    reserve_texts(rows, n);
    return rows->points && rows->communes && rows->usages && rows->days && rows->compact_starts &&
           rows->full_starts && rows->titres_starts;
}

/* ---- Themes ---- */

/* The bit of a usage by its id; 0 when there is no such usage. */
static uint64_t usage_bit(const struct snapshot *snapshot, const char *id, size_t len)
{
    for (size_t i = 0; i < snapshot->n_usages; i++) {
        const char *known = snapshot->themes[snapshot->usage_themes[i]].id;
        if (strncmp(known, id, len) == 0 && known[len] == '\0')
            return UINT64_C(1) << i;
    }
    return 0;
}

static bool read_usages(const struct snapshot *snapshot, const struct schema_initiative *row,
                        uint64_t *out_usages, struct aro_error *err)
{
    uint64_t usages = 0;
    const char *cursor = row->themes ? row->themes : "[]", *id;
    size_t len;
    while (next_code(&cursor, &id, &len)) {
        uint64_t bit = usage_bit(snapshot, id, len);
        if (bit == 0)
            return broken_store(err, "an initiative of a theme that is not there:", row->themes);
        usages |= bit;
    }
    *out_usages = usages;
    return true;
}

/* The axes that the usages belong to: bit g for the g-th axe; and their ids. */
static uint8_t axes_of(const struct snapshot *snapshot, uint64_t usages, const char **out_ids,
                       size_t *out_n)
{
    uint8_t axes = 0;
    size_t axe = 0;
    *out_n = 0;
    for (size_t i = 0; i < snapshot->n_themes; i++) {
        const struct snapshot_theme *theme = &snapshot->themes[i];
        if (theme->niveau != 1)
            continue;
        if (theme->usages & usages) {
            axes |= (uint8_t)(1U << axe);
            out_ids[(*out_n)++] = theme->id;
        }
        axe++;
    }
    return axes;
}

/* ---- Reading ---- */

static void add_words(struct aro_buffer *words, const char *text)
{
    if (!text)
        return;
    aro_buffer_text(words, text);
    aro_buffer_char(words, '\n');
}

static void write_words(struct aro_buffer *words, const struct schema_initiative *row,
                        const char *commune_nom)
{
    add_words(words, row->titre);
    add_words(words, row->sous_titre);
    add_words(words, commune_nom);
    add_words(words, row->actions);
    add_words(words, row->synthese);
    add_words(words, row->outils);
    add_words(words, row->prestataires);
    add_words(words, row->recommandations);
    add_words(words, row->resultats);
}

static void write_texts(struct initiative_rows *rows, const struct schema_initiative *row,
                        uint32_t commune, uint64_t usages)
{
    const struct snapshot *snapshot = rows->draft->snapshot;
    const struct commune_columns *columns = &snapshot->commune;
    const char *axes[SNAPSHOT_AXES];
    struct feature_initiative feature = {
        .row = row,
        .commune_nom = columns->noms[commune],
        .niveau = columns->niveaux[commune],
        .axes = axes,
        .epci = territory_code(snapshot->epcis, columns->epcis[commune]),
        .departement = territory_code(snapshot->departements, columns->departements[commune]),
        .region = territory_code(snapshot->regions, columns->regions[commune]),
    };
    axes_of(snapshot, usages, axes, &feature.n_axes);
    size_t compact_start = rows->compact.len;
    feature_initiative_compact(&rows->compact, &feature);
    if (!rows->compact.failed) /* else nothing of this is kept */
        feature_initiative_full(&rows->full, &feature, rows->compact.data + compact_start,
                                rows->compact.len - compact_start);
    aro_buffer_text(&rows->titres, row->titre);
    rows->compact_starts[rows->n + 1] = rows->compact.len;
    rows->full_starts[rows->n + 1] = rows->full.len;
    rows->titres_starts[rows->n + 1] = rows->titres.len;
}

/* What the demo's generator (fixtures/) gives as source. */
static bool is_synthetic(const struct schema_initiative *row)
{
    return row->source && strcmp(row->source, "synthetique") == 0;
}

static void note_change(struct snapshot *snapshot, const struct schema_initiative *row)
{
    if (row->updated_at && strcmp(row->updated_at, snapshot->last_change) > 0)
        snprintf(snapshot->last_change, sizeof snapshot->last_change, "%s", row->updated_at);
}

static bool read_initiative(void *context, const struct schema_initiative *row,
                            struct aro_error *err)
{
    struct initiative_rows *rows = context;
    const struct snapshot *snapshot = rows->draft->snapshot;
    uint32_t commune = snapshot_commune(snapshot, row->commune);
    uint64_t usages = 0;
    if (rows->n >= rows->capacity || (rows->n > 0 && rows->points[rows->n - 1].id >= row->id))
        return broken_store(err, "an initiative too many or out of order:", row->titre);
    if (commune == SNAPSHOT_NONE)
        return broken_store(err, "an initiative of a commune that is not there:", row->commune);
    if (!geo_day_parse(row->date, strlen(row->date), &rows->days[rows->n]))
        return broken_store(err, "an initiative of a day that does not exist:", row->date);
    if (!read_usages(snapshot, row, &usages, err))
        return false;
    rows->points[rows->n] = (struct point_row){
        .id = row->id, .position = row->position, .has_position = row->has_position};
    rows->communes[rows->n] = commune;
    rows->usages[rows->n] = usages;
    write_texts(rows, row, commune, usages);
    struct aro_buffer *words = words_feed_row(&rows->words, (uint32_t)rows->n, err);
    if (!words)
        return false;
    write_words(words, row, snapshot->commune.noms[commune]);
    rows->draft->snapshot->headline.synthetic |= is_synthetic(row);
    note_change(rows->draft->snapshot, row);
    rows->n++;
    return true;
}

/* ---- From rows to positions ---- */

static bool fill_columns(const struct initiative_rows *rows, const uint32_t *order,
                         struct aro_error *err)
{
    struct snapshot *snapshot = rows->draft->snapshot;
    struct initiative_columns *columns = &snapshot->initiative;
    size_t room = 64 * geo_bits_words(rows->n);
    columns->communes = array_new(room, sizeof *columns->communes, err);
    columns->usages = array_new(rows->n, sizeof *columns->usages, err);
    columns->axes = array_new(rows->n, sizeof *columns->axes, err);
    columns->days = array_new(room, sizeof *columns->days, err);
    columns->by_id = array_new(rows->n, sizeof *columns->by_id, err);
    if (!columns->communes || !columns->usages || !columns->axes || !columns->days ||
        !columns->by_id)
        return false;
    const char *ids[SNAPSHOT_AXES];
    size_t n_ids;
    for (uint32_t i = 0; i < rows->n; i++) {
        columns->communes[i] = rows->communes[order[i]];
        columns->usages[i] = rows->usages[order[i]];
        columns->axes[i] = axes_of(snapshot, columns->usages[i], ids, &n_ids);
        columns->days[i] = rows->days[order[i]];
        columns->by_id[order[i]] = i; /* rows come in the order of id */
        snapshot->commune.n_initiatives[columns->communes[i]]++;
    }
    return true;
}

/* The texts of rows are released as soon as their block stands: they are most of the memory. */
static bool fill_texts(struct initiative_rows *rows, const uint32_t *order, struct aro_error *err)
{
    struct point_set *points = &rows->draft->snapshot->initiatives;
    if (!text_block_build(&points->full, &rows->full, rows->full_starts, order, rows->n, err))
        return false;
    aro_buffer_clear(&rows->full);
    return text_block_build(&points->compact, &rows->compact, rows->compact_starts, order, rows->n,
                            err) &&
           text_block_build(&rows->draft->snapshot->initiative.titres, &rows->titres,
                            rows->titres_starts, order, rows->n, err);
}

static bool read_and_sort(struct initiative_rows *rows, uint32_t **out_order, struct aro_error *err)
{
    return schema_read_initiatives(rows->draft->store, read_initiative, rows, err) &&
           points_build(&rows->draft->snapshot->initiatives, rows->points, rows->n, out_order,
                        err) &&
           fill_columns(rows, *out_order, err);
}

bool draft_read_initiatives(struct snapshot_draft *draft, struct aro_error *err)
{
    struct initiative_rows rows = {.draft = draft};
    uint32_t *order = NULL;
    bool ok = allocate_rows(&rows, (size_t)draft->counts.initiatives, err);
    words_feed_start(&rows.words);
    ok = ok && read_and_sort(&rows, &order, err);
    words_feed_end(&rows.words, ok ? order : NULL, (uint32_t)rows.n);
    /* The communes were waiting for the counts that fill_columns() made. */
    ok = ok && fill_texts(&rows, order, err) && draft_write_communes(draft, err);
    ok = words_feed_join(&rows.words, &draft->snapshot->initiative.words, err) && ok;
    draft->snapshot->headline.initiatives = (uint32_t)rows.n;
    free(order);
    clear_rows(&rows);
    return ok;
}
