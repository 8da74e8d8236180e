/*
 * An R*Tree written whole: nodes packed in Hilbert order. Some thirty times the speed of as many
 * inserts, and tighter boxes.
 */
#include <stdlib.h>
#include <string.h>

#include "geo/index.h"
#include "schema/rtree_node.h"

/* ---- Gathering ---- */

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

/* ---- Levels ---- */

static struct rtree_cell cell_of_point(int64_t id, struct geo_coord coord)
{
    struct geo_point point = geo_coord_to_point(coord);
    return rtree_cell_of_place(id, point.lon_deg, point.lat_deg);
}

/* Which node of a level holds cell i when n cells go evenly into n_nodes. */
static size_t first_of(size_t node, size_t n, size_t n_nodes)
{
    return node * n / n_nodes;
}

/* Nine tenths full: the next few inserts need no split. */
static size_t nodes_for(const struct rtree_nodes *nodes, size_t n)
{
    size_t filled = nodes->capacity - nodes->capacity / 10;
    return (n + filled - 1) / filled;
}

/*
 * Writes one level of nodes over the cells, which become those of the level above.
 *
 * @param holders  by cell: the node that it came into; NULL when not wanted
 */
static bool put_level(struct rtree_nodes *nodes, struct rtree_cell *cells, size_t *n,
                      int64_t *holders, bool leaves, struct aro_error *err)
{
    size_t n_nodes = nodes_for(nodes, *n);
    for (size_t node = 0; node < n_nodes; node++) {
        size_t first = first_of(node, *n, n_nodes), end = first_of(node + 1, *n, n_nodes);
        int64_t number = ++nodes->last_node;
        rtree_write_node(nodes, 0, cells + first, end - first);
        if (!rtree_put_node(nodes, number, err))
            return false;
        for (size_t i = first; i < end; i++) {
            if (leaves)
                holders[i] = number;
            else if (!rtree_put_link(nodes->put_parent, cells[i].id, number, err))
                return false;
        }
        /* At or before `first`: what it overwrites is written already. */
        cells[node] = rtree_cell_of_node(number, cells + first, end - first);
    }
    *n = n_nodes;
    return true;
}

static bool put_tree(struct rtree_nodes *nodes, struct rtree_cell *cells, size_t n,
                     int64_t *holders, struct aro_error *err)
{
    size_t depth = 0;
    for (size_t i = 0; i < n; i++)
        holders[i] = RTREE_ROOT;
    for (; n > nodes->capacity; depth++) {
        if (!put_level(nodes, cells, &n, holders, depth == 0, err))
            return false;
    }
    rtree_write_node(nodes, depth, cells, n);
    if (!rtree_put_root(nodes, err))
        return false;
    for (size_t i = 0; depth > 0 && i < n; i++) {
        if (!rtree_put_link(nodes->put_parent, cells[i].id, RTREE_ROOT, err))
            return false;
    }
    return true;
}

/* ---- The whole ---- */

/* Rows in the order they were added, which is that of their ids: each goes behind the last. */
static bool put_rowids(struct rtree_nodes *nodes, const struct schema_rtree_bulk *bulk,
                       const uint32_t *order, const int64_t *holders, int64_t *by_row,
                       struct aro_error *err)
{
    for (size_t i = 0; i < bulk->n; i++)
        by_row[order[i]] = holders[i];
    for (size_t i = 0; i < bulk->n; i++) {
        if (!rtree_put_link(nodes->put_rowid, bulk->ids[i], by_row[i], err))
            return false;
    }
    return true;
}

bool schema_rtree_bulk_build(struct schema_rtree_bulk *bulk, struct schema_db *db, const char *name,
                             struct aro_error *err)
{
    bool ok = false;
    size_t n = bulk->n;
    struct rtree_nodes nodes = {0};
    uint32_t *order = calloc(n + 1, sizeof *order);
    struct rtree_cell *cells = calloc(n + 1, sizeof *cells);
    int64_t *holders = calloc(n + 1, sizeof *holders), *by_row = calloc(n + 1, sizeof *by_row);
    if (!order || !cells || !holders || !by_row) {
        aro_error_no_memory(err);
        goto done;
    }
    if (!geo_hilbert_order(bulk->coords, bulk->ids, n, order, err))
        goto done;
    for (size_t i = 0; i < n; i++)
        cells[i] = cell_of_point(bulk->ids[order[i]], bulk->coords[order[i]]);
    ok = rtree_nodes_begin(&nodes, db, name, err) && put_tree(&nodes, cells, n, holders, err) &&
         put_rowids(&nodes, bulk, order, holders, by_row, err);
done:
    rtree_nodes_end(&nodes);
    free(order);
    free(cells);
    free(holders);
    free(by_row);
    return ok;
}
