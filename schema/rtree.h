/*
 * The spatial index of a geometry column: SQLite's R*Tree as SpatiaLite names it
 * (idx_<table>_<column>), kept right by us because our connections run no triggers.
 */
#ifndef ARO_SCHEMA_RTREE_H
#define ARO_SCHEMA_RTREE_H

#include "geo/bbox.h"
#include "schema/db.h"

/** Prepared statements for one index. Owned by one thread. */
struct schema_rtree;

/** @param name  "idx_communes_centre"; a name of ours, never from outside */
bool schema_rtree_new(struct schema_db *db, const char *name, struct schema_rtree **out_rtree,
                      struct aro_error *err);
void schema_rtree_free(struct schema_rtree *rtree);

/**
 * Puts a row at a place, or takes it out.
 *
 * @param coord  NULL: the row has no place
 */
bool schema_rtree_set(struct schema_rtree *rtree, int64_t rowid, const struct geo_coord *coord,
                      struct aro_error *err);

/** Puts a row that is an area at its box. */
bool schema_rtree_set_box(struct schema_rtree *rtree, int64_t rowid, const struct geo_rect *box,
                          struct aro_error *err);

/* ---- In bulk ---- */

/** Rows of an index that is empty, gathered to be put in together. Start from {0}. */
struct schema_rtree_bulk {
    int64_t *ids;
    struct geo_coord *coords;
    size_t n, capacity;
};

void schema_rtree_bulk_clear(struct schema_rtree_bulk *bulk);
bool schema_rtree_bulk_add(struct schema_rtree_bulk *bulk, int64_t rowid, struct geo_coord coord,
                           struct aro_error *err);

/** Makes the index of all that was added, and of nothing else. */
bool schema_rtree_bulk_build(struct schema_rtree_bulk *bulk, struct schema_db *db, const char *name,
                             struct aro_error *err);

/* ---- As rows come ---- */

/** An index that is written while its rows come, in any amount of them. Owned by one thread. */
struct schema_rtree_pack;

/** Of an index that is made anew: what it held is gone. */
bool schema_rtree_pack_new(struct schema_db *db, const char *name,
                           struct schema_rtree_pack **out_pack, struct aro_error *err);
void schema_rtree_pack_free(struct schema_rtree_pack *pack);

/** Rows that are neighbours in this order share nodes: that of a Hilbert curve is a good one. */
bool schema_rtree_pack_add(struct schema_rtree_pack *pack, int64_t rowid, double x, double y,
                           struct aro_error *err);
/** Writes the rest. Nothing can be added then. */
bool schema_rtree_pack_finish(struct schema_rtree_pack *pack, struct aro_error *err);

#endif
