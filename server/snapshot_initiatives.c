#include "server/snapshot_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/instant.h"
#include "server/feature_text.h"
#include "server/snapshot_words.h"
#include "server/text_rows.h"

/* What is kept of the rows until they are sorted; arrays by row. */
struct initiative_rows {
    struct snapshot_draft *draft;
    size_t n, capacity;
    struct point_row *points;
    uint32_t *communes;
    uint64_t *usages;
    int32_t *days;
    struct text_rows compact, full, titres;
    struct words_feed words;
};

static void clear_rows(struct initiative_rows *rows)
{
    free(rows->points);
    free(rows->communes);
    free(rows->usages);
    free(rows->days);
    text_rows_clear(&rows->compact);
    text_rows_clear(&rows->full);
    text_rows_clear(&rows->titres);
}

/* About what sheets take, so that large pages are there from the first one on; longer ones make the
 * texts grow, and what is not written is not taken from the machine. */
static bool begin_texts(struct initiative_rows *rows, size_t n, struct aro_error *err)
{
    enum { FULL_BYTES = 1600, COMPACT_BYTES = 400, TITRE_BYTES = 60 };
    const struct snapshot_room *room = rows->draft->room;
    uint64_t likely_bytes = (uint64_t)n * (FULL_BYTES + COMPACT_BYTES + TITRE_BYTES);
    bool in_files = likely_bytes > room->memory_bytes;
    const char *folder = !in_files ? NULL : spool_folder(room->folder);
    return text_rows_begin(&rows->full, n, n * FULL_BYTES, folder, err) &&
           text_rows_begin(&rows->compact, n, n * COMPACT_BYTES, folder, err) &&
           text_rows_begin(&rows->titres, n, n * TITRE_BYTES, folder, err);
}

static bool allocate_rows(struct initiative_rows *rows, size_t n, struct aro_error *err)
{
    rows->capacity = n;
    rows->points = array_new(n, sizeof *rows->points, err);
    rows->communes = array_new(n, sizeof *rows->communes, err);
    rows->usages = array_new(n, sizeof *rows->usages, err);
    rows->days = array_new(n, sizeof *rows->days, err);
    return rows->points && rows->communes && rows->usages && rows->days &&
           begin_texts(rows, n, err);
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

static bool write_texts(struct initiative_rows *rows, const struct schema_initiative *row,
                        uint32_t commune, uint64_t usages, struct aro_error *err)
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
    struct aro_buffer *compact = text_rows_text(&rows->compact);
    size_t compact_start = compact->len;
    feature_initiative_compact(compact, &feature);
    if (!compact->failed) /* else nothing of this is kept */
        feature_initiative_full(text_rows_text(&rows->full), &feature,
                                compact->data + compact_start, compact->len - compact_start);
    aro_buffer_text(text_rows_text(&rows->titres), row->titre);
    return text_rows_end(&rows->compact, err) && text_rows_end(&rows->full, err) &&
           text_rows_end(&rows->titres, err);
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
    if (!write_texts(rows, row, commune, usages, err))
        return false;
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

static bool fill_texts(struct initiative_rows *rows, const uint32_t *order, struct aro_error *err)
{
    struct snapshot *snapshot = rows->draft->snapshot;
    return text_rows_place(&rows->full, order, &snapshot->initiatives.full, err) &&
           text_rows_place(&rows->compact, order, &snapshot->initiatives.compact, err) &&
           text_rows_place(&rows->titres, order, &snapshot->initiative.titres, err);
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
