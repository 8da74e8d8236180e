#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "geo/instant.h"
#include "server/feature_value.h"
#include "server/snapshot_build.h"
#include "server/snapshot_edit_internal.h"
#include "server/snapshot_file.h"

/* What the texts of a sheet stand in. */
enum { COMPACT, FULL, TITRE, N_TEXTS };

/* Owned by the snapshot, whose blocks and columns borrow from it. */
struct snapshot_edits {
    int64_t saved_seq;
    uint32_t n; /* sheets */
    struct geo_splice splice;
    struct text_edits texts[N_TEXTS];
    struct geo_words *words;
    struct spliced_columns columns;
    struct recounted recounted;
};

void snapshot_edits_free(struct snapshot_edits *edits)
{
    if (!edits)
        return;
    for (int i = 0; i < N_TEXTS; i++)
        text_edits_clear(&edits->texts[i]);
    geo_words_free(edits->words);
    spliced_columns_clear(&edits->columns);
    recounted_clear(&edits->recounted);
    geo_splice_clear(&edits->splice);
    free(edits);
}

uint32_t snapshot_n_edits(const struct snapshot *snapshot)
{
    return snapshot->edits ? snapshot->edits->n : 0;
}

int64_t snapshot_saved_seq(const struct snapshot *snapshot)
{
    return snapshot->edits->saved_seq;
}

/* ---- Reading ---- */

/* Where the texts of a row end among those of all, in the order of reading. */
struct row_ends {
    size_t texts[N_TEXTS], words;
};

struct reading {
    struct snapshot *snapshot; /* the next one, as it was saved but for what rows say together */
    int64_t saved_seq;
    char last_change[32]; /* as it was saved */
    bool newest_is_gone;  /* a row of that time */
    struct edited_row *rows;
    struct row_ends *ends;
    size_t n, n_hidden, rows_capacity, ends_capacity;
    uint32_t *gone; /* places of rows that have changed or are not seen any more */
    size_t n_gone, gone_capacity;
    struct aro_buffer texts[N_TEXTS], words;
};

static void clear_reading(struct reading *reading)
{
    free(reading->rows);
    free(reading->ends);
    free(reading->gone);
    for (int i = 0; i < N_TEXTS; i++)
        aro_buffer_clear(&reading->texts[i]);
    aro_buffer_clear(&reading->words);
}

static bool refuse(struct aro_error *err, const char *why)
{
    return aro_error_set(err, ARO_CONFLICT, "%s", why);
}

/* Whether the sheet at the place may have been the newest of all. */
static bool is_newest(const struct reading *reading, uint32_t place)
{
    struct text_slice slice = text_block_at(&reading->snapshot->initiatives.full, place);
    struct schema_json_walk walk = feature_value_properties(slice.text, slice.len);
    struct schema_json_slice key, value;
    size_t len = strlen(reading->last_change);
    while (schema_json_key(&walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(&walk, &value) == SCHEMA_JSON_FOUND)
        if (schema_json_is(key, "updated_at"))
            return value.len == len + 2 && memcmp(value.text + 1, reading->last_change, len) == 0;
    return true;
}

static bool add_gone(struct reading *reading, uint32_t place, struct aro_error *err)
{
    size_t most = reading->snapshot->initiatives.n / SNAPSHOT_MAX_EDITED_PART;
    if (reading->n_gone >= SNAPSHOT_MAX_EDITS || reading->n_gone > most)
        return refuse(err, "many sheets have changed");
    uint32_t *gone =
        aro_array_grow(reading->gone, reading->n_gone, &reading->gone_capacity, sizeof *gone, err);
    if (!gone)
        return false;
    reading->gone = gone;
    gone[reading->n_gone++] = place;
    reading->newest_is_gone = reading->newest_is_gone || is_newest(reading, place);
    return true;
}

static bool add_row(struct reading *reading, const struct edited_row *row, struct aro_error *err)
{
    size_t most = reading->snapshot->initiatives.n / SNAPSHOT_MAX_EDITED_PART;
    if (reading->n >= SNAPSHOT_MAX_EDITS || reading->n > most)
        return refuse(err, "many sheets have changed");
    struct edited_row *rows =
        aro_array_grow(reading->rows, reading->n, &reading->rows_capacity, sizeof *rows, err);
    reading->rows = rows ? rows : reading->rows;
    struct row_ends *ends =
        aro_array_grow(reading->ends, reading->n, &reading->ends_capacity, sizeof *ends, err);
    reading->ends = ends ? ends : reading->ends;
    if (!rows || !ends)
        return false;
    rows[reading->n] = *row;
    for (int i = 0; i < N_TEXTS; i++)
        ends[reading->n].texts[i] = reading->texts[i].len;
    ends[reading->n++].words = reading->words.len;
    return true;
}

static bool read_row(void *context, const struct schema_initiative *row, struct aro_error *err)
{
    struct reading *reading = context;
    struct snapshot *snapshot = reading->snapshot;
    struct edited_row kept = {.id = row->id, .hilbert_key = UINT64_MAX};
    uint32_t place = snapshot_initiative(snapshot, row->id);
    if (!initiative_read(snapshot, row, &kept.facts, err))
        return false;
    if (place != SNAPSHOT_NONE && !add_gone(reading, place, err))
        return false;
    if (row->has_position) {
        kept.coord = row->position;
        kept.place = geo_mercator_from_coord(row->position);
        kept.hilbert_key = geo_hilbert_mercator_key(kept.place);
    }
    kept.axes = initiative_axes(snapshot, kept.facts.usages);
    kept.year = (uint16_t)geo_day_year(kept.facts.day);
    initiative_write_texts(snapshot, row, &kept.facts, &reading->texts[COMPACT],
                           &reading->texts[FULL]);
    aro_buffer_text(&reading->texts[TITRE], row->titre);
    initiative_write_words(snapshot, row, &kept.facts, &reading->words);
    initiative_note(snapshot, row);
    return add_row(reading, &kept, err);
}

static bool read_hidden(void *context, int64_t id, struct aro_error *err)
{
    struct reading *reading = context;
    uint32_t place = snapshot_initiative(reading->snapshot, id);
    if (place == SNAPSHOT_NONE)
        return true;
    reading->n_hidden++;
    return add_gone(reading, place, err);
}

/* The newest change of all is known, unless the last sheet of that time has gone or become older.
 */
static bool check_newest(const struct reading *reading, struct schema_store *store,
                         struct aro_error *err)
{
    bool has = true;
    if (reading->newest_is_gone &&
        strcmp(reading->snapshot->last_change, reading->last_change) == 0 &&
        !schema_store_has_change_at(store, reading->last_change, &has, err))
        return false;
    return has || refuse(err, "the newest sheet is gone");
}

static bool read_changes(struct reading *reading, struct schema_store *store,
                         const struct snapshot *base, struct aro_error *err)
{
    struct snapshot *snapshot = reading->snapshot;
    struct schema_state state;
    int64_t since = reading->saved_seq = snapshot->state.seq;
    bool was, beside;
    if (!schema_store_state(store, &state, err) ||
        !schema_store_was(store, &base->state, &was, err) ||
        !schema_store_changed_beside(store, since, &beside, err))
        return false;
    if (!was)
        return refuse(err, "another store");
    if (state.seq <= base->state.seq)
        return refuse(err, "a change without a number");
    if (beside || strcmp(state.millesime, snapshot->state.millesime) != 0)
        return refuse(err, "more than sheets has changed");
    snapshot->state = state;
    return schema_read_hidden_since(store, since, read_hidden, reading, err) &&
           schema_read_initiatives_since(store, since, read_row, reading, err) &&
           check_newest(reading, store, err);
}

static bool read_in_transaction(struct reading *reading, struct schema_store *store,
                                const struct snapshot *base, struct aro_error *err)
{
    if (!schema_store_begin_read(store, err))
        return false;
    bool ok = read_changes(reading, store, base, err);
    schema_store_end_read(store);
    for (int i = 0; i < N_TEXTS; i++)
        ok = ok && aro_buffer_ok(&reading->texts[i], err);
    return ok && aro_buffer_ok(&reading->words, err);
}

/* ---- In the order of positions ---- */

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct edited_row *rows = context;
    const struct edited_row *a = &rows[*(const uint32_t *)left];
    const struct edited_row *b = &rows[*(const uint32_t *)right];
    if (a->hilbert_key != b->hilbert_key)
        return a->hilbert_key > b->hilbert_key ? 1 : -1;
    return (a->id > b->id) - (a->id < b->id);
}

static uint32_t *order_of(const struct reading *reading, struct aro_error *err)
{
    uint32_t *order = array_new(reading->n, sizeof *order, err);
    for (uint32_t i = 0; order && i < reading->n; i++)
        order[i] = i;
    if (order)
        qsort_r(order, reading->n, sizeof *order, compare_rows, reading->rows);
    return order;
}

/* The first place of those before that is not in front of the row. */
static uint32_t place_behind(const struct point_set *points, const struct edited_row *row)
{
    uint32_t low = 0, high = (uint32_t)points->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint64_t key = points->hilbert_keys[middle];
        if (key < row->hilbert_key || (key == row->hilbert_key && points->ids[middle] < row->id))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_splice(struct reading *reading, const uint32_t *order, struct geo_splice *out,
                        struct aro_error *err)
{
    const struct point_set *points = &reading->snapshot->initiatives;
    uint32_t *before = array_new(reading->n, sizeof *before, err);
    if (!before)
        return false;
    for (size_t i = 0; i < reading->n; i++)
        before[i] = place_behind(points, &reading->rows[order[i]]);
    if (reading->n_gone > 0)
        qsort(reading->gone, reading->n_gone, sizeof *reading->gone, edited_compare);
    bool ok = geo_splice_make(out, (uint32_t)points->n, reading->gone, (uint32_t)reading->n_gone,
                              before, (uint32_t)reading->n, err);
    free(before);
    return ok;
}

static bool place_texts(const struct reading *reading, int which, const uint32_t *order,
                        struct text_edits *out, struct aro_error *err)
{
    const struct aro_buffer *texts = &reading->texts[which];
    out->offsets = array_new(reading->n + 1, sizeof *out->offsets, err);
    out->block = array_new(texts->len + 1, 1, err);
    if (!out->offsets || !out->block)
        return false;
    for (size_t i = 0; i < reading->n; i++) {
        const struct row_ends *ends = &reading->ends[order[i]];
        size_t from = order[i] > 0 ? ends[-1].texts[which] : 0, len = ends->texts[which] - from;
        memcpy(out->block + out->offsets[i], texts->data + from, len);
        out->offsets[i + 1] = out->offsets[i] + len;
    }
    return true;
}

static struct geo_words *words_of(const struct reading *reading, const uint32_t *order,
                                  struct aro_error *err)
{
    struct geo_words_builder *builder = geo_words_builder_new(err);
    bool ok = builder != NULL;
    for (uint32_t i = 0; ok && i < reading->n; i++) {
        const struct row_ends *ends = &reading->ends[order[i]];
        size_t from = order[i] > 0 ? ends[-1].words : 0;
        ok = geo_words_add(builder, i, reading->words.data + from, ends->words - from, err);
    }
    if (ok)
        return geo_words_build(builder, NULL, (uint32_t)reading->n, err);
    geo_words_builder_free(builder);
    return NULL;
}

/* The rows in the order of positions; owned by the caller. */
static struct edited_row *rows_in_order(const struct reading *reading, const uint32_t *order,
                                        struct aro_error *err)
{
    struct edited_row *rows = array_new(reading->n, sizeof *rows, err);
    for (size_t i = 0; rows && i < reading->n; i++)
        rows[i] = reading->rows[order[i]];
    return rows;
}

/* ---- Columns ---- */

/* Each row stands where it stood, of the same commune and at the same place. */
static bool is_in_place(const struct snapshot *snapshot, const struct geo_splice *splice,
                        const struct edited_row *rows)
{
    const struct point_set *points = &snapshot->initiatives;
    if (!geo_splice_is_in_place(splice))
        return false;
    for (uint32_t i = 0; i < splice->n_come; i++) {
        uint32_t at = splice->come[i];
        bool has_place = at < points->n_placed;
        if (points->ids[at] != rows[i].id ||
            snapshot->initiative.communes[at] != rows[i].facts.commune ||
            has_place != (rows[i].hilbert_key != UINT64_MAX) ||
            (has_place && (points->coords[at].lon_e7 != rows[i].coord.lon_e7 ||
                           points->coords[at].lat_e7 != rows[i].coord.lat_e7)))
            return false;
    }
    return true;
}

/* @return  what has to be counted again, as bits of enum tally_by */
static uint32_t write_over(struct snapshot *snapshot, uint32_t at, const struct edited_row *row)
{
    enum { THEMES = 1 << BY_AXE | 1 << BY_ENJEU | 1 << BY_USAGE };
    struct initiative_columns *columns = &snapshot->initiative;
    uint64_t usages = row->facts.usages;
    uint32_t kinds = (columns->usages[at] != usages ? THEMES : 0U) |
                     (columns->years[at] != row->year ? 1U << BY_ANNEE : 0);
    columns->usages[at] = usages;
    columns->axes[at] = row->axes;
    columns->days[at] = row->facts.day;
    columns->years[at] = row->year;
    for (size_t theme = 0; theme < snapshot->n_themes; theme++) {
        uint64_t *bits = columns->theme_bits + theme * geo_bits_words(snapshot->initiatives.n);
        bool is_of = (usages & snapshot->themes[theme].usages) != 0;
        if (geo_bits_has(bits, at) != is_of) /* a page that is not written is shared */
            geo_bits_put(bits, at, is_of);
    }
    return kinds;
}

static bool edit_columns(struct snapshot *snapshot, const struct edited_row *rows,
                         struct aro_error *err)
{
    struct snapshot_edits *edits = snapshot->edits;
    uint32_t kinds = 0;
    if (is_in_place(snapshot, &edits->splice, rows)) {
        for (uint32_t i = 0; i < edits->splice.n_come; i++)
            kinds |= write_over(snapshot, edits->splice.come[i], &rows[i]);
    } else {
        kinds = (1U << N_TALLY_BY) - 1;
        if (!snapshot_recount_places(snapshot, &edits->splice, rows, &edits->recounted, err) ||
            !snapshot_splice(snapshot, &edits->splice, rows, &edits->columns, err))
            return false;
        snapshot->headline.initiatives = edits->splice.n;
    }
    return snapshot_recount(snapshot, kinds, &edits->recounted, err);
}

/* ---- The whole ---- */

static bool edit_texts(const struct reading *reading, const uint32_t *order, struct aro_error *err)
{
    struct snapshot *snapshot = reading->snapshot;
    struct snapshot_edits *edits = snapshot->edits;
    struct text_block *const blocks[] = {[COMPACT] = &snapshot->initiatives.compact,
                                         [FULL] = &snapshot->initiatives.full,
                                         [TITRE] = &snapshot->initiative.titres};
    for (int i = 0; i < N_TEXTS; i++) {
        if (!place_texts(reading, i, order, &edits->texts[i], err))
            return false;
        edits->texts[i].splice = &edits->splice;
        blocks[i]->edits = &edits->texts[i];
    }
    edits->words = words_of(reading, order, err);
    if (edits->words)
        geo_words_splice(snapshot->initiative.words, &edits->splice, edits->words);
    return edits->words != NULL;
}

static bool apply(struct reading *reading, struct aro_error *err)
{
    struct snapshot *snapshot = reading->snapshot;
    uint32_t *order = order_of(reading, err);
    struct edited_row *rows = order ? rows_in_order(reading, order, err) : NULL;
    snapshot->edits = calloc(1, sizeof *snapshot->edits);
    bool ok = rows && (snapshot->edits || aro_error_no_memory(err));
    if (ok) {
        snapshot->edits->saved_seq = reading->saved_seq;
        snapshot->edits->n = (uint32_t)(reading->n + reading->n_hidden);
        ok = make_splice(reading, order, &snapshot->edits->splice, err) &&
             edit_columns(snapshot, rows, err) && edit_texts(reading, order, err);
    }
    free(order);
    free(rows);
    return ok;
}

struct snapshot *snapshot_edit(const struct snapshot *base, struct schema_store *store,
                               struct aro_error *err)
{
    struct reading reading = {.snapshot = snapshot_file_again(base, err)};
    if (!reading.snapshot)
        return NULL;
    memcpy(reading.last_change, reading.snapshot->last_change, sizeof reading.last_change);
    bool ok = read_in_transaction(&reading, store, base, err) &&
              (reading.n + reading.n_gone == 0 || apply(&reading, err));
    snapshot_name_version(reading.snapshot);
    clear_reading(&reading);
    if (ok)
        return reading.snapshot;
    snapshot_release(reading.snapshot);
    return NULL;
}
