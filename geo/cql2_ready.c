/*
 * What is worked out once, before any position is looked at: literals, what is made of literals
 * alone, patterns.
 */
#include <stdlib.h>
#include <string.h>

#include "geo/cql2_eval_internal.h"
#include "geo/normalize.h"

/* ------------------------------------------------------------------ what stays */

/* A copy of what a value points to, which may stand where the next one is made. */
static bool keep_value(struct geo_cql2_eval *eval, struct geo_cql2_value *value,
                       struct aro_error *err)
{
    if (value->is_null)
        return true;
    if (value->type == GEO_CQL2_IS_TEXT) {
        char *bytes = geo_scratch_take(&eval->kept, value->text.len, err);
        if (bytes && value->text.len > 0)
            memcpy(bytes, value->text.bytes, value->text.len);
        value->text.bytes = bytes;
        return bytes != NULL;
    }
    if (value->type != GEO_CQL2_IS_ARRAY)
        return true;
    size_t bytes = value->array.n * sizeof *value->array.items;
    struct geo_cql2_value *items = geo_scratch_take(&eval->kept, bytes, err);
    for (size_t i = 0; items && i < value->array.n; i++) {
        items[i] = value->array.items[i];
        if (!keep_value(eval, &items[i], err))
            return false;
    }
    value->array.items = items;
    return items != NULL;
}

static bool compose(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                    struct geo_cql2_value *out, struct aro_error *err)
{
    eval->text.len = 0;
    geo_compose(&eval->text, node->text, node->text_len);
    out->text =
        (struct geo_cql2_text){geo_scratch_keep(&eval->kept, &eval->text, err), eval->text.len};
    return out->text.bytes != NULL;
}

static bool ready_geometry(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                           const struct geo_cql2_crs *crs, struct aro_error *err)
{
    struct geo_cql2_ready *ready = &eval->ready[node->id];
    ready->literal = geo_cql2_literal_new(eval->tree, node, crs, err);
    ready->value.place.literal = ready->literal;
    return ready->literal != NULL;
}

/* ------------------------------------------------------------------ nodes */

static bool ready_leaf(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                       struct aro_error *err)
{
    struct geo_cql2_value *value = &eval->ready[node->id].value;
    switch (node->op) {
    case GEO_CQL2_TEXT:
        return compose(eval, node, value, err);
    case GEO_CQL2_INTEGER:
        value->number = (double)node->integer;
        return true;
    case GEO_CQL2_NUMBER:
        value->number = node->number;
        return true;
    case GEO_CQL2_BOOLEAN:
        value->boolean = node->boolean;
        return true;
    case GEO_CQL2_DATE:
    case GEO_CQL2_TIMESTAMP:
        value->instant = node->instant;
        return true;
    default: /* GEO_CQL2_OPEN has no value */
        return true;
    }
}

static bool is_geometry(const struct geo_cql2_node *node)
{
    return node->op == GEO_CQL2_SHAPE || node->op == GEO_CQL2_BBOX ||
           node->op == GEO_CQL2_COLLECTION;
}

/* Of arguments that are all constant: works the node out as if at a position. */
static bool fold(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                 struct aro_error *err)
{
    struct geo_cql2_ready *ready = &eval->ready[node->id];
    struct geo_cql2_value value;
    geo_scratch_reset(&eval->scratch);
    if (!geo_cql2_value_at(eval, node, &value)) {
        aro_error_set(err, eval->error.status, "%s", eval->error.message);
        return false;
    }
    ready->is_constant = true;
    ready->value = value;
    return keep_value(eval, &ready->value, err);
}

static bool ready_like(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                       struct aro_error *err)
{
    const struct geo_cql2_text *pattern = &eval->ready[node->args[1]->id].value.text;
    struct aro_error why = {0};
    char place[GEO_CQL2_PLACE_BYTES];
    eval->ready[node->id].like = geo_like_new(pattern->bytes, pattern->len, &why);
    if (eval->ready[node->id].like)
        return true;
    geo_cql2_place(eval->tree, node, place);
    return aro_error_set(err, why.status, "%s, %s", place, why.message);
}

/* Arguments first; no deeper than GEO_CQL2_MAX_DEPTH. */
static bool ready_node(struct geo_cql2_eval *eval, const struct geo_cql2_node *node,
                       const struct geo_cql2_crs *crs, struct aro_error *err)
{
    struct geo_cql2_ready *ready = &eval->ready[node->id];
    bool all_constant = true;
    ready->value = (struct geo_cql2_value){.type = eval->facts[node->id].type};
    if (node->op == GEO_CQL2_PROPERTY)
        return true;
    if (is_geometry(node)) {
        ready->is_constant = true;
        return ready_geometry(eval, node, crs, err);
    }
    for (uint32_t i = 0; i < node->n_args; i++) {
        if (!ready_node(eval, node->args[i], crs, err))
            return false;
        all_constant &= eval->ready[node->args[i]->id].is_constant;
    }
    if (node->op == GEO_CQL2_LIKE && !ready_like(eval, node, err))
        return false;
    if (node->op > GEO_CQL2_BBOX)
        return !all_constant || fold(eval, node, err);
    ready->is_constant = true;
    return ready_leaf(eval, node, err);
}

bool geo_cql2_make_ready(struct geo_cql2_eval *eval, const struct geo_cql2_crs *crs,
                         struct aro_error *err)
{
    eval->ready = calloc(geo_cql2_n_nodes(eval->tree), sizeof *eval->ready);
    if (!eval->ready)
        return aro_error_no_memory(err);
    return ready_node(eval, geo_cql2_root(eval->tree), crs, err);
}
