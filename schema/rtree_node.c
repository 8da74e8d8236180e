#include "schema/rtree_node.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NODE_HEADER_BYTES = 4, CELL_BYTES = 24 };

static float at_most(double value)
{
    float nearest = (float)value;
    return (double)nearest > value ? nextafterf(nearest, -INFINITY) : nearest;
}

static float at_least(double value)
{
    float nearest = (float)value;
    return (double)nearest < value ? nextafterf(nearest, INFINITY) : nearest;
}

struct rtree_cell rtree_cell_of_place(int64_t id, double x, double y)
{
    return (struct rtree_cell){id, at_most(x), at_least(x), at_most(y), at_least(y)};
}

struct rtree_cell rtree_cell_of_node(int64_t node, const struct rtree_cell *cells, size_t n)
{
    struct rtree_cell all = cells[0];
    all.id = node;
    for (size_t i = 1; i < n; i++) {
        all.xmin = fminf(all.xmin, cells[i].xmin);
        all.xmax = fmaxf(all.xmax, cells[i].xmax);
        all.ymin = fminf(all.ymin, cells[i].ymin);
        all.ymax = fmaxf(all.ymax, cells[i].ymax);
    }
    return all;
}

static unsigned char *put_u16(unsigned char *at, size_t value)
{
    uint16_t big = htobe16((uint16_t)value);
    memcpy(at, &big, sizeof big);
    return at + sizeof big;
}

static unsigned char *put_float(unsigned char *at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htobe32(bits);
    memcpy(at, &bits, sizeof bits);
    return at + sizeof bits;
}

void rtree_write_node(struct rtree_nodes *nodes, size_t depth, const struct rtree_cell *cells,
                      size_t n)
{
    unsigned char *at = put_u16(put_u16(nodes->node, depth), n);
    for (size_t i = 0; i < n; i++) {
        uint64_t id = htobe64((uint64_t)cells[i].id);
        memcpy(at, &id, sizeof id);
        at = put_float(put_float(at + sizeof id, cells[i].xmin), cells[i].xmax);
        at = put_float(put_float(at, cells[i].ymin), cells[i].ymax);
    }
    memset(at, 0, nodes->node_bytes - (size_t)(at - nodes->node));
}

static bool put_node(struct rtree_nodes *nodes, struct schema_stmt *stmt, int64_t node,
                     struct aro_error *err)
{
    schema_stmt_bind_integer(stmt, 1, node);
    schema_stmt_bind_blob(stmt, 2, nodes->node, nodes->node_bytes);
    return schema_stmt_run(stmt, err);
}

bool rtree_put_node(struct rtree_nodes *nodes, int64_t node, struct aro_error *err)
{
    return put_node(nodes, nodes->put_node, node, err);
}

bool rtree_put_root(struct rtree_nodes *nodes, struct aro_error *err)
{
    return put_node(nodes, nodes->put_root, RTREE_ROOT, err);
}

bool rtree_put_link(struct schema_stmt *stmt, int64_t from, int64_t to, struct aro_error *err)
{
    schema_stmt_bind_integer(stmt, 1, from);
    schema_stmt_bind_integer(stmt, 2, to);
    return schema_stmt_run(stmt, err);
}

static bool prepare(struct schema_db *db, const char *pattern_head, const char *name,
                    const char *pattern_tail, struct schema_stmt **out_stmt, struct aro_error *err)
{
    char sql[200];
    snprintf(sql, sizeof sql, "%s%s%s", pattern_head, name, pattern_tail);
    return schema_db_prepare(db, sql, out_stmt, err);
}

static bool empty_tables(struct schema_db *db, const char *name, struct aro_error *err)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "DELETE FROM %s_node WHERE nodeno <> 1; DELETE FROM %s_parent; DELETE FROM %s_rowid",
             name, name, name);
    return schema_db_exec(db, sql, err);
}

bool rtree_nodes_begin(struct rtree_nodes *nodes, struct schema_db *db, const char *name,
                       struct aro_error *err)
{
    char sql[160];
    int64_t node_bytes;
    snprintf(sql, sizeof sql, "SELECT length(data) FROM %s_node WHERE nodeno = 1", name);
    if (!empty_tables(db, name, err) || !schema_db_integer(db, sql, &node_bytes, err))
        return false;
    if (node_bytes < NODE_HEADER_BYTES + 4 * CELL_BYTES || node_bytes > RTREE_MAX_NODE_BYTES)
        return aro_error_set(err, ARO_IO, "index %s: a root of %lld bytes", name,
                             (long long)node_bytes);
    nodes->node_bytes = (size_t)node_bytes;
    nodes->capacity = (nodes->node_bytes - NODE_HEADER_BYTES) / CELL_BYTES;
    nodes->last_node = RTREE_ROOT;
    return prepare(db, "INSERT INTO ", name, "_node (nodeno, data) VALUES (?1, ?2)",
                   &nodes->put_node, err) &&
           prepare(db, "UPDATE ", name, "_node SET data = ?2 WHERE nodeno = ?1", &nodes->put_root,
                   err) &&
           prepare(db, "INSERT INTO ", name, "_parent (nodeno, parentnode) VALUES (?1, ?2)",
                   &nodes->put_parent, err) &&
           prepare(db, "INSERT INTO ", name, "_rowid (rowid, nodeno) VALUES (?1, ?2)",
                   &nodes->put_rowid, err);
}

void rtree_nodes_end(struct rtree_nodes *nodes)
{
    schema_stmt_free(nodes->put_node);
    schema_stmt_free(nodes->put_root);
    schema_stmt_free(nodes->put_parent);
    schema_stmt_free(nodes->put_rowid);
}
