#include "schema/import_centres.h"

#include "schema/rtree.h"
#include "schema/spatial.h"

struct moved {
    struct schema_stmt *find, *update;
    struct schema_rtree *rtree;
};

static bool move_one(struct import_run *run, const struct moved *moved, struct aro_error *err)
{
    size_t len;
    struct geo_coord centre;
    unsigned char point[SCHEMA_POINT_BYTES];
    int64_t id = schema_stmt_integer(moved->find, 0);
    const void *blob = schema_stmt_blob(moved->find, 1, &len);
    bool has_centre = schema_point_decode(blob, len, &centre);
    if (has_centre)
        schema_point_encode(centre, point);
    schema_stmt_bind_integer(moved->update, 1, id);
    schema_stmt_bind_blob(moved->update, 2, has_centre ? point : NULL, sizeof point);
    schema_stmt_bind_integer(moved->update, 3, ++run->seq);
    return schema_stmt_run(moved->update, err) &&
           schema_rtree_set(moved->rtree, id, has_centre ? &centre : NULL, err);
}

bool import_centres_follow(struct import_run *run, struct aro_error *err)
{
    static const char find[] =
        "SELECT i.id, coalesce(c.centre, k.surface) FROM initiatives AS i "
        "JOIN communes AS c ON c.code = i.commune LEFT JOIN contours AS k ON k.code = c.code "
        "WHERE i.position_exacte = 0 AND i.position IS NOT coalesce(c.centre, k.surface)";
    static const char update[] = "UPDATE initiatives SET position = ?2, seq = ?3 WHERE id = ?1";
    struct moved moved = {0};
    enum schema_step step = SCHEMA_STEP_FAILED;
    if (schema_db_prepare(run->db, find, &moved.find, err) &&
        schema_db_prepare(run->db, update, &moved.update, err) &&
        schema_rtree_new(run->db, "idx_initiatives_position", &moved.rtree, err)) {
        while ((step = schema_stmt_step(moved.find, err)) == SCHEMA_STEP_ROW) {
            if (!move_one(run, &moved, err))
                break;
        }
    }
    schema_stmt_free(moved.find);
    schema_stmt_free(moved.update);
    schema_rtree_free(moved.rtree);
    return step == SCHEMA_STEP_DONE;
}
