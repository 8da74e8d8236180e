#include "schema/contours.h"

#include <stdlib.h>
#include <string.h>

#include "geo/array.h"
#include "schema/area.h"
#include "schema/spatial.h"
#include "schema/store_inside.h"

void schema_contours_clear(struct schema_contours *contours)
{
    free(contours->items);
    geo_rings_clear(&contours->rings);
    *contours = (struct schema_contours){0};
}

static bool copy_text(const char *text, char *out, size_t capacity, struct aro_error *err)
{
    size_t len = strlen(text);
    if (len >= capacity)
        return aro_error_set(err, ARO_IO, "'%.40s' is too long", text);
    memcpy(out, text, len + 1);
    return true;
}

static bool add_contour(struct schema_contours *contours, struct schema_stmt *stmt,
                        struct aro_error *err)
{
    struct schema_contour *items =
        aro_array_grow(contours->items, contours->n, &contours->capacity, sizeof *items, err);
    if (!items)
        return false;
    contours->items = items;
    struct schema_contour *item = &contours->items[contours->n];
    size_t len;
    const void *blob = schema_stmt_blob(stmt, 2, &len);
    if (!copy_text(schema_stmt_text(stmt, 0), item->code, sizeof item->code, err) ||
        !copy_text(schema_stmt_text(stmt, 1), item->millesime, sizeof item->millesime, err))
        return false;
    struct aro_error why = {0};
    if (!schema_area_decode(blob, len, SCHEMA_SRID_WGS84, NULL, &contours->rings, &why)) {
        enum aro_status status = why.status == ARO_BAD_INPUT ? ARO_IO : why.status;
        return aro_error_set(err, status, "contour of %s: %s", item->code, why.message);
    }
    contours->n++;
    return true;
}

bool schema_read_contours(struct schema_store *store, struct schema_contours *out_contours,
                          struct aro_error *err)
{
    static const char sql[] =
        "SELECT code, millesime, contour FROM contours WHERE contour IS NOT NULL ORDER BY code";
    struct schema_contours contours = {0};
    struct schema_stmt *stmt = NULL;
    enum schema_step step = SCHEMA_STEP_FAILED;
    if (schema_db_prepare(schema_store_db(store), sql, &stmt, err)) {
        while ((step = schema_stmt_step(stmt, err)) == SCHEMA_STEP_ROW) {
            if (!add_contour(&contours, stmt, err))
                break;
        }
    }
    schema_stmt_free(stmt);
    if (step != SCHEMA_STEP_DONE) {
        schema_contours_clear(&contours);
        return false;
    }
    geo_rings_wind(&contours.rings);
    *out_contours = contours;
    return true;
}
