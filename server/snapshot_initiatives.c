#include "server/snapshot_build.h"

#include <stdlib.h>

#include "server/initiative_row.h"
#include "server/snapshot_words.h"
#include "server/text_rows.h"

enum { ROWS_BETWEEN_QUESTIONS = 256 };

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

/* ---- Reading ---- */

static bool write_texts(struct initiative_rows *rows, const struct schema_initiative *row,
                        const struct initiative_facts *facts, struct aro_error *err)
{
    initiative_write_texts(rows->draft->snapshot, row, facts, text_rows_text(&rows->compact),
                           text_rows_text(&rows->full));
    aro_buffer_text(text_rows_text(&rows->titres), row->titre);
    return text_rows_end(&rows->compact, err) && text_rows_end(&rows->full, err) &&
           text_rows_end(&rows->titres, err);
}

static bool is_unwanted(const struct snapshot_room *room)
{
    return room->is_unwanted && room->is_unwanted(room->context);
}

static bool read_initiative(void *context, const struct schema_initiative *row,
                            struct aro_error *err)
{
    struct initiative_rows *rows = context;
    struct snapshot *snapshot = rows->draft->snapshot;
    struct initiative_facts facts;
    if (rows->n % ROWS_BETWEEN_QUESTIONS == 0 && is_unwanted(rows->draft->room))
        return aro_error_set(err, ARO_STOPPED, "not wanted any more");
    if (rows->n >= rows->capacity || (rows->n > 0 && rows->points[rows->n - 1].id >= row->id))
        return broken_store(err, "an initiative too many or out of order:", row->titre);
    if (!initiative_read(snapshot, row, &facts, err))
        return false;
    rows->points[rows->n] = (struct point_row){
        .id = row->id, .position = row->position, .has_position = row->has_position};
    rows->communes[rows->n] = facts.commune;
    rows->usages[rows->n] = facts.usages;
    rows->days[rows->n] = facts.day;
    if (!write_texts(rows, row, &facts, err))
        return false;
    struct aro_buffer *words = words_feed_row(&rows->words, (uint32_t)rows->n, err);
    if (!words)
        return false;
    initiative_write_words(snapshot, row, &facts, words);
    initiative_note(snapshot, row);
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
    for (uint32_t i = 0; i < rows->n; i++) {
        columns->communes[i] = rows->communes[order[i]];
        columns->usages[i] = rows->usages[order[i]];
        columns->axes[i] = initiative_axes(snapshot, columns->usages[i]);
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
