/*
 * An R*Tree written while its rows come: each node goes to its table when it is full, and only the
 * nodes being filled are in memory, one a level.
 */
#include <stdlib.h>

#include "schema/rtree_node.h"

enum { MAX_LEVELS = 12, MAX_CELLS = RTREE_MAX_NODE_BYTES / 24 };

struct schema_rtree_pack {
    struct rtree_nodes nodes;
    size_t filled; /* cells that a node gets */
    struct {
        struct rtree_cell cells[MAX_CELLS];
        size_t n;
    } levels[MAX_LEVELS];
    size_t n_levels; /* that have ever had a cell */
};

bool schema_rtree_pack_new(struct schema_db *db, const char *name,
                           struct schema_rtree_pack **out_pack, struct aro_error *err)
{
    struct schema_rtree_pack *pack = calloc(1, sizeof *pack);
    if (!pack)
        return aro_error_no_memory(err);
    if (!rtree_nodes_begin(&pack->nodes, db, name, err)) {
        schema_rtree_pack_free(pack);
        return false;
    }
    /* Nine tenths: the next few inserts need no split. */
    pack->filled = pack->nodes.capacity - pack->nodes.capacity / 10;
    *out_pack = pack;
    return true;
}

void schema_rtree_pack_free(struct schema_rtree_pack *pack)
{
    if (!pack)
        return;
    rtree_nodes_end(&pack->nodes);
    free(pack);
}

/* Says of each cell of a level which node holds it. */
static bool put_links(struct schema_rtree_pack *pack, size_t level, int64_t node,
                      struct aro_error *err)
{
    struct schema_stmt *stmt = level == 0 ? pack->nodes.put_rowid : pack->nodes.put_parent;
    bool ok = true;
    for (size_t i = 0; ok && i < pack->levels[level].n; i++)
        ok = rtree_put_link(stmt, pack->levels[level].cells[i].id, node, err);
    return ok;
}

static bool put_level(struct schema_rtree_pack *pack, size_t level, struct aro_error *err);

static bool add_cell(struct schema_rtree_pack *pack, size_t level, struct rtree_cell cell,
                     struct aro_error *err)
{
    if (level == MAX_LEVELS)
        return aro_error_set(err, ARO_TOO_LARGE, "too many rows for a spatial index");
    pack->n_levels = level + 1 > pack->n_levels ? level + 1 : pack->n_levels;
    pack->levels[level].cells[pack->levels[level].n++] = cell;
    return pack->levels[level].n < pack->filled || put_level(pack, level, err);
}

/* The node being filled goes to its table, and its box to the level above. */
static bool put_level(struct schema_rtree_pack *pack, size_t level, struct aro_error *err)
{
    int64_t number = ++pack->nodes.last_node;
    const struct rtree_cell *cells = pack->levels[level].cells;
    size_t n = pack->levels[level].n;
    rtree_write_node(&pack->nodes, 0, cells, n);
    if (!rtree_put_node(&pack->nodes, number, err) || !put_links(pack, level, number, err))
        return false;
    pack->levels[level].n = 0;
    return add_cell(pack, level + 1, rtree_cell_of_node(number, cells, n), err);
}

bool schema_rtree_pack_add(struct schema_rtree_pack *pack, int64_t rowid, double x, double y,
                           struct aro_error *err)
{
    return add_cell(pack, 0, rtree_cell_of_place(rowid, x, y), err);
}

bool schema_rtree_pack_finish(struct schema_rtree_pack *pack, struct aro_error *err)
{
    size_t level = 0;
    for (; level + 1 < pack->n_levels; level++) /* which may grow */
        if (pack->levels[level].n > 0 && !put_level(pack, level, err))
            return false;
    rtree_write_node(&pack->nodes, level, pack->levels[level].cells, pack->levels[level].n);
    return rtree_put_root(&pack->nodes, err) && put_links(pack, level, RTREE_ROOT, err);
}
