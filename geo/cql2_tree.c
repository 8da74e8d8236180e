#include "geo/cql2_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the arena */

enum { BLOCK_BYTES = 4096 };

/* What a tree consists of never moves: nodes, names and numbers point at one another. */
struct geo_cql2_block {
    struct geo_cql2_block *next;
    size_t used, size;
    max_align_t bytes[];
};

void *geo_cql2_take(struct geo_cql2_tree *tree, size_t bytes, struct aro_error *err)
{
    size_t rounded = (bytes + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
    struct geo_cql2_block *block = tree->blocks;
    if (!block || block->size - block->used < rounded) {
        size_t size = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;
        block = malloc(sizeof *block + size);
        if (!block) {
            aro_error_no_memory(err);
            return NULL;
        }
        *block = (struct geo_cql2_block){.next = tree->blocks, .size = size};
        tree->blocks = block;
    }
    void *taken = (char *)block->bytes + block->used;
    block->used += rounded;
    return taken;
}

const void *geo_cql2_keep(struct geo_cql2_tree *tree, const void *from, size_t bytes,
                          struct aro_error *err)
{
    void *kept = geo_cql2_take(tree, bytes > 0 ? bytes : 1, err);
    if (kept && bytes > 0)
        memcpy(kept, from, bytes);
    return kept;
}

const struct geo_cql2_node *geo_cql2_root(const struct geo_cql2_tree *tree)
{
    return tree->root;
}

size_t geo_cql2_n_nodes(const struct geo_cql2_tree *tree)
{
    return tree->n_nodes;
}

void geo_cql2_free(struct geo_cql2_tree *tree)
{
    if (!tree)
        return;
    for (struct geo_cql2_block *block = tree->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(tree);
}

/* ------------------------------------------------------------------ places */

/* A place is written as far as it fits. */
struct path {
    char *text;
    size_t len;
};

static void path_add(struct path *path, const char *step, size_t index)
{
    int n =
        snprintf(path->text + path->len, GEO_CQL2_PLACE_BYTES - path->len, "/%s%zu", step, index);
    path->len += (size_t)n;
    if (path->len >= GEO_CQL2_PLACE_BYTES)
        path->len = GEO_CQL2_PLACE_BYTES - 1;
}

/* How the JSON form holds the arguments of a node. */
static void path_add_arg(struct path *path, const struct geo_cql2_node *node, size_t i)
{
    bool in_list = node->op == GEO_CQL2_IN && i > 0;
    path_add(path,
             node->op == GEO_CQL2_ARRAY        ? ""
             : node->op == GEO_CQL2_INTERVAL   ? "interval/"
             : node->op == GEO_CQL2_COLLECTION ? "geometries/"
             : in_list                         ? "args/1/"
                                               : "args/",
             in_list ? i - 1 : i);
}

/* Appends the way from a node to the one wanted; appends nothing where it does not lead there. As
 * deep as the tree. */
static bool path_find(struct path *path, const struct geo_cql2_node *from,
                      const struct geo_cql2_node *wanted)
{
    size_t len = path->len;
    if (from == wanted)
        return true;
    for (size_t i = 0; i < from->n_args; i++) {
        path_add_arg(path, from, i);
        if (path_find(path, from->args[i], wanted))
            return true;
        path->len = len;
    }
    path->text[len] = '\0';
    return false;
}

void geo_cql2_place(const struct geo_cql2_tree *tree, const struct geo_cql2_node *node,
                    char out_place[GEO_CQL2_PLACE_BYTES])
{
    struct path path = {out_place, strlen("at ")};
    if (node->character > 0) {
        snprintf(out_place, GEO_CQL2_PLACE_BYTES, "at character %u", node->character);
    } else if (node == tree->root) {
        snprintf(out_place, GEO_CQL2_PLACE_BYTES, "at the top");
    } else {
        snprintf(out_place, GEO_CQL2_PLACE_BYTES, "at ");
        path_find(&path, tree->root, node);
    }
}
