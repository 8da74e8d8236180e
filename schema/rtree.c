#include "schema/rtree.h"

#include <stdio.h>
#include <stdlib.h>

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
