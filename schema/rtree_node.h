/*
 * Nodes of an R*Tree written straight into the tables behind the virtual one: what rtree_bulk.c and
 * rtree_pack.c share.
 *
 * A node is a blob of fixed size: 2 bytes depth of the tree (in the root; else 0), 2 bytes number
 * of cells, then cells of an 8-byte id (row, or node below) and the box as four 4-byte floats
 * xmin, xmax, ymin, ymax; all big-endian. The root is node 1.
 * Source: SQLite, ext/rtree/rtree.c, "Database Format of R-Tree Tables".
 */
#ifndef ARO_SCHEMA_RTREE_NODE_H
#define ARO_SCHEMA_RTREE_NODE_H

#include "schema/rtree.h"

enum { RTREE_ROOT = 1, RTREE_MAX_NODE_BYTES = 4096 };

struct rtree_cell {
    int64_t id;
    float xmin, xmax, ymin, ymax;
};

/** A tree while it is written. Start from {0}; rtree_nodes_end() releases. */
struct rtree_nodes {
    struct schema_stmt *put_node, *put_root, *put_parent, *put_rowid;
    size_t node_bytes, capacity; /* bytes and cells of a node */
    int64_t last_node;           /* number given */
    unsigned char node[RTREE_MAX_NODE_BYTES];
};

/** Empties the tables of an index. @param name  "idx_communes_centre"; a name of ours */
bool rtree_nodes_begin(struct rtree_nodes *nodes, struct schema_db *db, const char *name,
                       struct aro_error *err);
void rtree_nodes_end(struct rtree_nodes *nodes);

/** The floats hold the place: they are rounded outwards. */
struct rtree_cell rtree_cell_of_place(int64_t id, double x, double y);
struct rtree_cell rtree_cell_of_node(int64_t node, const struct rtree_cell *cells, size_t n);

/** Writes nodes->node, to be put by one of the next two. */
void rtree_write_node(struct rtree_nodes *nodes, size_t depth, const struct rtree_cell *cells,
                      size_t n);
bool rtree_put_node(struct rtree_nodes *nodes, int64_t node, struct aro_error *err);
bool rtree_put_root(struct rtree_nodes *nodes, struct aro_error *err);

/** @param stmt  put_parent: node to the node above; put_rowid: row to its node */
bool rtree_put_link(struct schema_stmt *stmt, int64_t from, int64_t to, struct aro_error *err);

#endif
