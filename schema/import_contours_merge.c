/*
 * The contours of communes of today, from the rows of the files.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/area.h"
#include "schema/import_contours.h"
#include "schema/rtree.h"
#include "schema/spatial.h"

/* A list of what is missing from all of France can be read; of what is missing beside a
 * département, its beginning tells as much. */
enum { CONTOURS_PER_LOOK = 256, LIST_ALL_UP_TO = 150, LIST_BEGINNING = 20 };

/* The row of the table, in this order. */
enum stored { S_CODE, S_MILLESIME, S_SURFACE, S_CONTOUR, N_STORED };
static const char *const stored_names[N_STORED] = {"code", "millesime", "surface", "contour"};
static const struct schema_table table = {"contours", stored_names, N_STORED, 1};

/* What putting in works with. */
struct merge {
    struct import_run *run;
    struct import_contours *contours;
    struct schema_upsert *upsert;
    struct schema_rtree *rtree;
    struct geo_rings whole; /* the contour at hand */
    struct aro_buffer blob;
    size_t *shapes; /* room for all pieces */
    uint64_t n_former, n_merged;
};

static int by_code(const void *a, const void *b)
{
    const struct import_piece *left = a, *right = b;
    int order = strcmp(left->code, right->code);
    return order ? order : (left->shape > right->shape) - (left->shape < right->shape);
}

/* Of a commune as a whole, at the row of its first piece. */
static struct import_row row_of(const struct merge *merge, const struct import_piece *piece)
{
    merge->run->file = piece->file;
    return (struct import_row){.run = merge->run, .line = piece->line};
}

/* Without the part that has the commune's own code, there is more to it than the files hold. */
static void check_whole(struct merge *merge, const struct import_piece *pieces, size_t n)
{
    bool own = false;
    for (size_t i = 0; i < n; i++) {
        bool is_own = strcmp(pieces[i].code, pieces[i].given) == 0;
        own = own || is_own;
        merge->n_former += !is_own;
    }
    merge->n_merged += !own || n > 1;
    if (own)
        return;
    struct import_row row = row_of(merge, pieces);
    import_warning_at(&row, IMPORT_CONTOUR_CODE, pieces->code, strlen(pieces->code),
                      "its contour is made of former communes only: the files have none of its "
                      "own code");
}

/* One piece is the contour; several are united. */
static bool unite(struct merge *merge, const struct import_piece *pieces, size_t n,
                  struct aro_error *err)
{
    struct import_contours *contours = merge->contours;
    geo_rings_empty(&merge->whole);
    if (n == 1)
        return geo_rings_add_shape(&merge->whole, &contours->shapes, pieces->shape, err);
    for (size_t i = 0; i < n; i++)
        merge->shapes[i] = pieces[i].shape;
    return geo_geos_union(contours->geos, &contours->shapes, merge->shapes, n, &merge->whole, err);
}

static bool put_contour(struct merge *merge, const struct import_piece *pieces, size_t n,
                        struct aro_error *err)
{
    struct import_run *run = merge->run;
    struct aro_error why = {0};
    struct geo_coord surface;
    check_whole(merge, pieces, n);
    if (!unite(merge, pieces, n, &why) ||
        !geo_geos_point_on_surface(merge->contours->geos, &merge->whole, 0, &surface, &why)) {
        if (why.status != ARO_BAD_INPUT)
            return aro_error_set(err, why.status, "%s", why.message);
        struct import_row row = row_of(merge, pieces);
        import_problem_at(&row, IMPORT_CONTOUR_GEOMETRY, pieces->code, strlen(pieces->code),
                          why.message);
        run->summary.refused += n;
        return true;
    }
    unsigned char point[SCHEMA_POINT_BYTES];
    schema_point_encode(surface, point);
    merge->blob.len = 0;
    schema_area_encode(&merge->whole, 0, &merge->blob);
    const char *millesime = run->options->millesime ? run->options->millesime : "";
    int64_t rowid, seq_before = run->seq;
    const struct schema_value stored[N_STORED] = {
        [S_CODE] = schema_value_text(pieces->code, strlen(pieces->code)),
        [S_MILLESIME] = schema_value_text(millesime, strlen(millesime)),
        [S_SURFACE] = schema_value_blob(point, sizeof point),
        [S_CONTOUR] = schema_value_blob(merge->blob.data, merge->blob.len),
    };
    struct geo_rect box = {0};
    geo_rings_bounds(&merge->whole, 0, &box);
    return aro_buffer_ok(&merge->blob, err) &&
           import_put(run, merge->upsert, stored, &rowid, err) &&
           (run->seq == seq_before || schema_rtree_set_box(merge->rtree, rowid, &box, err));
}

static bool put_all(struct merge *merge, struct aro_error *err)
{
    struct import_piece *pieces = merge->contours->pieces;
    size_t n = merge->contours->n_pieces, n_put = 0;
    for (size_t first = 0, end; first < n; first = end, n_put++) {
        for (end = first + 1; end < n && strcmp(pieces[end].code, pieces[first].code) == 0; end++)
            ;
        if (n_put % CONTOURS_PER_LOOK == 0) {
            import_progress(merge->run, "merging", (double)first / (double)n);
            if (!import_go_on(merge->run, err))
                return false;
        }
        if (!put_contour(merge, pieces + first, end - first, err))
            return false;
    }
    return true;
}

static void note_merged(const struct merge *merge)
{
    char sentence[160];
    if (merge->n_former == 0)
        return;
    snprintf(sentence, sizeof sentence,
             "former codes: %" PRIu64 ", merged into the contours of communes of today: %" PRIu64,
             merge->n_former, merge->n_merged);
    import_note(merge->run, sentence);
}

bool import_contours_merge(struct import_run *run, struct import_contours *contours,
                           struct aro_error *err)
{
    bool ok = false;
    struct merge merge = {.run = run, .contours = contours};
    if (contours->n_pieces == 0)
        return true;
    merge.shapes = calloc(contours->n_pieces, sizeof *merge.shapes);
    if (!merge.shapes) {
        aro_error_no_memory(err);
        goto done;
    }
    if (!schema_upsert_new(run->db, &table, &merge.upsert, err) ||
        !schema_rtree_new(run->db, "idx_contours_contour", &merge.rtree, err))
        goto done;
    qsort(contours->pieces, contours->n_pieces, sizeof *contours->pieces, by_code);
    ok = put_all(&merge, err);
    if (ok)
        note_merged(&merge);
done:
    schema_upsert_free(merge.upsert);
    schema_rtree_free(merge.rtree);
    geo_rings_clear(&merge.whole);
    aro_buffer_clear(&merge.blob);
    free(merge.shapes);
    return ok;
}

/* ---- What is left without ---- */

#define WITHOUT "FROM communes WHERE code NOT IN (SELECT code FROM contours)"

/* All codes, or the first few of many. */
static bool report_missing(struct import_run *run, int64_t n, struct aro_error *err)
{
    static const char sql[] =
        "SELECT group_concat(code, ', ') FROM (SELECT code " WITHOUT " ORDER BY code LIMIT ?1)";
    struct schema_stmt *stmt = NULL;
    bool ok = false, all = n <= LIST_ALL_UP_TO;
    if (!schema_db_prepare(run->db, sql, &stmt, err))
        return false;
    schema_stmt_bind_integer(stmt, 1, all ? n : LIST_BEGINNING);
    if (schema_stmt_step(stmt, err) == SCHEMA_STEP_ROW) {
        struct aro_buffer sentence = {0};
        aro_buffer_printf(&sentence, "communes without a contour: %" PRId64 ": %s%s", n,
                          schema_stmt_text(stmt, 0), all ? "" : ", …");
        char *text = aro_buffer_take_text(&sentence, err);
        struct schema_problem note = {
            .file = "store", .column = "", .value = "", .reason = text, .is_warning = true};
        if (text)
            import_report(run, &note);
        ok = text != NULL;
        free(text);
    }
    schema_stmt_free(stmt);
    return ok;
}

bool import_contours_missing(struct import_run *run, struct aro_error *err)
{
    int64_t n = 0;
    return schema_db_integer(run->db, "SELECT count(*) " WITHOUT, &n, err) &&
           (n == 0 || report_missing(run, n, err));
}
