#include "server/snapshot_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "geo/instant.h"
#include "server/initiative_row.h"
#include "server/snapshot_build.h"
#include "server/snapshot_file.h"
#include "server/tally.h"

/* What the texts of a sheet stand in. */
enum { COMPACT, FULL, TITRE, N_TEXTS };

/* Owned by the snapshot whose blocks of texts borrow from it. */
struct snapshot_edits {
    int64_t saved_seq;
    uint32_t n;
    uint32_t *positions; /* ascending */
    struct text_edits texts[N_TEXTS], counts;
    struct geo_words *words;
};

void snapshot_edits_free(struct snapshot_edits *edits)
{
    if (!edits)
        return;
    free(edits->positions);
    for (int i = 0; i < N_TEXTS; i++)
        text_edits_clear(&edits->texts[i]);
    text_edits_clear(&edits->counts);
    geo_words_free(edits->words);
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

/* A row, and where its texts end among those of all, in the order of reading. */
struct edited_row {
    uint32_t position;
    struct initiative_facts facts;
    size_t ends[N_TEXTS], words_end;
};

struct reading {
    struct snapshot *snapshot; /* the next one, as it was saved but for what rows say together */
    int64_t saved_seq;
    char last_change[32]; /* as it was saved */
    struct edited_row *rows;
    size_t n, capacity;
    struct aro_buffer texts[N_TEXTS], words;
};

static void clear_reading(struct reading *reading)
{
    free(reading->rows);
    for (int i = 0; i < N_TEXTS; i++)
        aro_buffer_clear(&reading->texts[i]);
    aro_buffer_clear(&reading->words);
}

static bool refuse(struct aro_error *err, const char *why)
{
    return aro_error_set(err, ARO_CONFLICT, "%s", why);
}

/* A sheet stays where it is among the others if its place and its commune do. */
static bool find_place(const struct reading *reading, const struct schema_initiative *row,
                       struct edited_row *out, struct aro_error *err)
{
    const struct snapshot *snapshot = reading->snapshot;
    const struct point_set *points = &snapshot->initiatives;
    uint32_t position = out->position = snapshot_initiative(snapshot, row->id);
    if (position == SNAPSHOT_NONE)
        return refuse(err, "a new sheet");
    if (snapshot->initiative.communes[position] != out->facts.commune ||
        (position < points->n_placed) != row->has_position ||
        (row->has_position && (points->coords[position].lon_e7 != row->position.lon_e7 ||
                               points->coords[position].lat_e7 != row->position.lat_e7)))
        return refuse(err, "a sheet has moved");
    /* The newest change of all may have been this sheet's. */
    return strcmp(row->updated_at, reading->last_change) >= 0 ||
           refuse(err, "a sheet has become older");
}

static bool read_row(void *context, const struct schema_initiative *row, struct aro_error *err)
{
    struct reading *reading = context;
    size_t n_all = reading->snapshot->initiatives.n;
    if (reading->n == SNAPSHOT_MAX_EDITS || reading->n > n_all / SNAPSHOT_MAX_EDITED_PART)
        return refuse(err, "many sheets have changed");
    struct edited_row *rows =
        aro_array_grow(reading->rows, reading->n, &reading->capacity, sizeof *rows, err);
    if (!rows)
        return false;
    reading->rows = rows;
    struct edited_row *kept = &rows[reading->n];
    if (!initiative_read(reading->snapshot, row, &kept->facts, err) ||
        !find_place(reading, row, kept, err))
        return false;
    initiative_write_texts(reading->snapshot, row, &kept->facts, &reading->texts[COMPACT],
                           &reading->texts[FULL]);
    aro_buffer_text(&reading->texts[TITRE], row->titre);
    initiative_write_words(reading->snapshot, row, &kept->facts, &reading->words);
    initiative_note(reading->snapshot, row);
    for (int i = 0; i < N_TEXTS; i++)
        kept->ends[i] = reading->texts[i].len;
    kept->words_end = reading->words.len;
    reading->n++;
    return true;
}

static bool read_hidden(void *context, int64_t id, struct aro_error *err)
{
    const struct reading *reading = context;
    return snapshot_initiative(reading->snapshot, id) == SNAPSHOT_NONE ||
           refuse(err, "a sheet is gone");
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
           schema_read_initiatives_since(store, since, read_row, reading, err);
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
    uint32_t a = rows[*(const uint32_t *)left].position;
    uint32_t b = rows[*(const uint32_t *)right].position;
    return (a > b) - (a < b);
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

static bool place_texts(const struct reading *reading, int which, const uint32_t *order,
                        struct text_edits *out, struct aro_error *err)
{
    const struct aro_buffer *texts = &reading->texts[which];
    uint32_t n = (uint32_t)reading->n;
    out->n = n;
    out->positions = array_new(n, sizeof *out->positions, err);
    out->offsets = array_new(n + 1, sizeof *out->offsets, err);
    out->block = array_new(texts->len + 1, 1, err);
    if (!out->positions || !out->offsets || !out->block)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct edited_row *row = &reading->rows[order[i]];
        size_t from = order[i] > 0 ? row[-1].ends[which] : 0, len = row->ends[which] - from;
        memcpy(out->block + out->offsets[i], texts->data + from, len);
        out->offsets[i + 1] = out->offsets[i] + len;
        out->positions[i] = row->position;
    }
    return true;
}

static struct geo_words *words_of(const struct reading *reading, const uint32_t *order,
                                  struct aro_error *err)
{
    struct geo_words_builder *builder = geo_words_builder_new(err);
    bool ok = builder != NULL;
    for (uint32_t i = 0; ok && i < reading->n; i++) {
        const struct edited_row *row = &reading->rows[order[i]];
        size_t from = order[i] > 0 ? row[-1].words_end : 0;
        ok = geo_words_add(builder, i, reading->words.data + from, row->words_end - from, err);
    }
    if (ok)
        return geo_words_build(builder, NULL, (uint32_t)reading->n, err);
    geo_words_builder_free(builder);
    return NULL;
}

/* ---- Writing over ---- */

/* What sheets are counted by that an edit can change. */
struct recount {
    bool themes, years;
};

static void edit_columns(struct snapshot *snapshot, const struct edited_row *row,
                         struct recount *recount)
{
    struct initiative_columns *columns = &snapshot->initiative;
    const struct initiative_facts *facts = &row->facts;
    uint32_t at = row->position;
    recount->themes |= columns->usages[at] != facts->usages;
    recount->years |= columns->days[at] != facts->day;
    columns->usages[at] = facts->usages;
    columns->axes[at] = initiative_axes(snapshot, facts->usages);
    columns->days[at] = facts->day;
    columns->years[at] = (uint16_t)geo_day_year(facts->day);
    for (size_t theme = 0; theme < snapshot->n_themes; theme++) {
        uint64_t *row_bits = columns->theme_bits + theme * geo_bits_words(snapshot->initiatives.n);
        bool is_of = (facts->usages & snapshot->themes[theme].usages) != 0;
        if (geo_bits_has(row_bits, at) != is_of) /* a page that is not written is shared */
            geo_bits_put(row_bits, at, is_of);
    }
}

static bool is_counted_again(const struct recount *recount, enum tally_by by)
{
    return tally_is_multiple(by) ? recount->themes : by == BY_ANNEE && recount->years;
}

/* Where sheets are has not changed: only what they say is counted, where it has. */
static bool count_again(const struct snapshot *snapshot, const struct recount *recount,
                        struct text_edits *out, struct aro_error *err)
{
    struct aro_buffer text = {0};
    bool ok = true;
    out->positions = array_new(N_TALLY_BY, sizeof *out->positions, err);
    out->offsets = array_new(N_TALLY_BY + 1, sizeof *out->offsets, err);
    if (!out->positions || !out->offsets)
        return false;
    for (uint32_t by = 0; ok && by < N_TALLY_BY; by++) {
        struct tally tally = {0};
        if (!is_counted_again(recount, (enum tally_by)by))
            continue;
        ok = tally_make(snapshot, (enum tally_by)by, NULL, &tally, err);
        if (ok)
            tally_write(snapshot, &tally, &text);
        out->positions[out->n++] = by;
        out->offsets[out->n] = text.len;
        tally_clear(&tally);
    }
    out->block = ok ? aro_buffer_take_text(&text, err) : NULL;
    aro_buffer_clear(&text);
    return out->block != NULL;
}

static bool apply(const struct reading *reading, const uint32_t *order, struct aro_error *err)
{
    struct snapshot *snapshot = reading->snapshot;
    struct text_block *const blocks[] = {[COMPACT] = &snapshot->initiatives.compact,
                                         [FULL] = &snapshot->initiatives.full,
                                         [TITRE] = &snapshot->initiative.titres};
    struct snapshot_edits *edits = snapshot->edits = calloc(1, sizeof *edits);
    struct recount recount = {false, false};
    if (!edits)
        return aro_error_no_memory(err);
    edits->saved_seq = reading->saved_seq;
    edits->n = (uint32_t)reading->n;
    edits->positions = array_new(edits->n, sizeof *edits->positions, err);
    edits->words = edits->positions ? words_of(reading, order, err) : NULL;
    for (int i = 0; edits->words && i < N_TEXTS; i++) {
        if (!place_texts(reading, i, order, &edits->texts[i], err))
            return false;
        blocks[i]->edits = &edits->texts[i];
    }
    if (!edits->words)
        return false;
    for (uint32_t i = 0; i < edits->n; i++) {
        edits->positions[i] = reading->rows[order[i]].position;
        edit_columns(snapshot, &reading->rows[order[i]], &recount);
    }
    geo_words_replace(snapshot->initiative.words, edits->positions, edits->n, edits->words);
    snapshot->counts.edits = &edits->counts;
    return count_again(snapshot, &recount, &edits->counts, err);
}

struct snapshot *snapshot_edit(const struct snapshot *base, struct schema_store *store,
                               struct aro_error *err)
{
    struct reading reading = {.snapshot = snapshot_file_again(base, err)};
    if (!reading.snapshot)
        return NULL;
    memcpy(reading.last_change, reading.snapshot->last_change, sizeof reading.last_change);
    bool ok = read_in_transaction(&reading, store, base, err);
    uint32_t *order = ok ? order_of(&reading, err) : NULL;
    ok = order && (reading.n == 0 || apply(&reading, order, err));
    snapshot_name_version(reading.snapshot);
    free(order);
    clear_reading(&reading);
    if (ok)
        return reading.snapshot;
    snapshot_release(reading.snapshot);
    return NULL;
}
