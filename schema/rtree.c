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
             "INSERT OR REPLACE INTO %s (pkid, xmin, xmax, ymin, ymax) VALUES (?1, ?2, ?3, ?4, ?5)",
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

bool schema_rtree_set_box(struct schema_rtree *rtree, int64_t rowid, const struct geo_rect *box,
                          struct aro_error *err)
{
    struct geo_point low = geo_coord_to_point((struct geo_coord){box->west_e7, box->south_e7});
    struct geo_point high = geo_coord_to_point((struct geo_coord){box->east_e7, box->north_e7});
    schema_stmt_bind_integer(rtree->put, 1, rowid);
    schema_stmt_bind_real(rtree->put, 2, low.lon_deg);
    schema_stmt_bind_real(rtree->put, 3, high.lon_deg);
    schema_stmt_bind_real(rtree->put, 4, low.lat_deg);
    schema_stmt_bind_real(rtree->put, 5, high.lat_deg);
    return schema_stmt_run(rtree->put, err);
}

bool schema_rtree_set(struct schema_rtree *rtree, int64_t rowid, const struct geo_coord *coord,
                      struct aro_error *err)
{
    if (coord) {
        struct geo_rect box = {coord->lon_e7, coord->lat_e7, coord->lon_e7, coord->lat_e7};
        return schema_rtree_set_box(rtree, rowid, &box, err);
    }
    schema_stmt_bind_integer(rtree->drop, 1, rowid);
    return schema_stmt_run(rtree->drop, err);
}
