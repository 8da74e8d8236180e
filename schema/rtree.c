#include "schema/rtree.h"

#include <stdio.h>
#include <stdlib.h>

#include "geo/index.h"

struct schema_rtree {
    struct schema_stmt *put, *drop;
};

bool schema_rtree_new(struct schema_db *db, const char *name, struct schema_rtree **out_rtree,
                      struct aro_error *err)
{
    char put[160], drop[160];
    struct schema_rtree *rtree = calloc(1, sizeof *rtree);
    if (!rtree)
        return aro_error_no_memory(err);
    /* The R*Tree rounds the lower bounds down and the upper ones up to 32-bit floats itself. */
    snprintf(put, sizeof put,
             "INSERT OR REPLACE INTO %s (pkid, xmin, xmax, ymin, ymax) VALUES (?1, ?2, ?2, ?3, ?3)",
             name);
    snprintf(drop, sizeof drop, "DELETE FROM %s WHERE pkid = ?1", name);
    if (schema_db_prepare(db, put, &rtree->put, err) &&
        schema_db_prepare(db, drop, &rtree->drop, err)) {
        *out_rtree = rtree;
        return true;
    }
    schema_rtree_free(rtree);
    return false;
}

void schema_rtree_free(struct schema_rtree *rtree)
{
    if (!rtree)
        return;
    schema_stmt_free(rtree->put);
    schema_stmt_free(rtree->drop);
    free(rtree);
}

bool schema_rtree_set(struct schema_rtree *rtree, int64_t rowid, const struct geo_coord *coord,
                      struct aro_error *err)
{
    struct schema_stmt *stmt = coord ? rtree->put : rtree->drop;
    schema_stmt_bind_integer(stmt, 1, rowid);
    if (coord) {
        struct geo_point point = geo_coord_to_point(*coord);
        schema_stmt_bind_real(stmt, 2, point.lon_deg);
        schema_stmt_bind_real(stmt, 3, point.lat_deg);
    }
    return schema_stmt_run(stmt, err);
}

/* ---- In bulk ---- */

void schema_rtree_bulk_clear(struct schema_rtree_bulk *bulk)
{
    free(bulk->ids);
    free(bulk->coords);
    *bulk = (struct schema_rtree_bulk){0};
}

static bool grow(struct schema_rtree_bulk *bulk, struct aro_error *err)
{
    size_t capacity = bulk->capacity ? 2 * bulk->capacity : 4096;
    int64_t *ids = realloc(bulk->ids, capacity * sizeof *ids);
    if (!ids)
        return aro_error_no_memory(err);
    bulk->ids = ids;
    struct geo_coord *coords = realloc(bulk->coords, capacity * sizeof *coords);
    if (!coords)
        return aro_error_no_memory(err);
    bulk->coords = coords;
    bulk->capacity = capacity;
    return true;
}

bool schema_rtree_bulk_add(struct schema_rtree_bulk *bulk, int64_t rowid, struct geo_coord coord,
                           struct aro_error *err)
{
    if (bulk->n == bulk->capacity && !grow(bulk, err))
        return false;
    bulk->ids[bulk->n] = rowid;
    bulk->coords[bulk->n++] = coord;
    return true;
}

/* In Hilbert order neighbours go into one node after another. */
bool schema_rtree_bulk_build(struct schema_rtree_bulk *bulk, struct schema_db *db, const char *name,
                             struct aro_error *err)
{
    struct schema_rtree *rtree = NULL;
    uint32_t *order = malloc((bulk->n + 1) * sizeof *order);
    if (!order)
        return aro_error_no_memory(err);
    bool ok = geo_hilbert_order(bulk->coords, bulk->ids, bulk->n, order, err) &&
              schema_rtree_new(db, name, &rtree, err);
    for (size_t i = 0; ok && i < bulk->n; i++)
        ok = schema_rtree_set(rtree, bulk->ids[order[i]], &bulk->coords[order[i]], err);
    schema_rtree_free(rtree);
    free(order);
    return ok;
}
