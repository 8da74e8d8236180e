#include "server/snapshot_layers.h"

#include <stdlib.h>
#include <string.h>

#include "geo/label.h"
#include "server/snapshot_build.h"

void snapshot_layers_release(struct snapshot_layers *layers)
{
    if (!layers || atomic_fetch_sub_explicit(&layers->references, 1, memory_order_acq_rel) > 1)
        return;
    if (layers->image) {
        image_release(layers->image);
        return;
    }
    for (int kind = 0; kind < SNAPSHOT_LAYERS; kind++) {
        geo_levels_free(layers->of_kind[kind].levels);
        free(layers->of_kind[kind].labels);
    }
    free(layers);
}

/* @param order  by shape of the layer: which of the rings it is, or SNAPSHOT_NONE; NULL: all */
static bool fill_labels(struct snapshot_layer *layer, const struct geo_rings *rings,
                        const uint32_t *order, size_t n, struct aro_error *err)
{
    struct geo_label_room room = {0};
    bool ok = true;
    layer->labels = array_new(n, sizeof *layer->labels, err);
    for (size_t i = 0; layer->labels && ok && i < n; i++) {
        uint32_t shape = order ? order[i] : (uint32_t)i;
        struct geo_run coords = {0, 0};
        struct geo_coord label;
        if (shape != SNAPSHOT_NONE)
            coords = geo_rings_coords_of_shape(rings, shape);
        if (coords.first == coords.end)
            continue;
        ok = geo_label_point(rings, shape, &room, &label, err);
        if (ok)
            layer->labels[i] = geo_mercator_from_coord(label);
    }
    geo_label_clear(&room);
    return layer->labels && ok;
}

static bool make_layer(struct snapshot_layer *layer, const struct geo_mesh *mesh,
                       const struct geo_rings *rings, const uint32_t *order, size_t n,
                       struct aro_error *err)
{
    layer->levels = geo_levels_new(mesh, order, n, err);
    return layer->levels && fill_labels(layer, rings, order, n, err);
}

/* ---- Communes together ---- */

/* By shape of the contours: the territory of its commune. */
static uint32_t *group_shapes(const struct snapshot *snapshot, const uint32_t *of_commune,
                              struct aro_error *err)
{
    const struct snapshot_contours *contours = &snapshot->contours;
    uint32_t *groups = array_new(contours->n, sizeof *groups, err);
    for (size_t shape = 0; groups && shape < contours->n; shape++) {
        uint32_t territory = of_commune[contours->communes[shape]];
        groups[shape] = territory == SNAPSHOT_NONE ? (uint32_t)GEO_MESH_NO_GROUP : territory;
    }
    return groups;
}

/* A mesh of their own: a border has no need of the corners of communes. */
static bool make_territories(const struct snapshot *snapshot, const struct geo_mesh *communes,
                             const uint32_t *of_commune, size_t n, struct snapshot_layer *layer,
                             struct aro_error *err)
{
    struct geo_rings rings = {0};
    struct geo_mesh *mesh = NULL;
    uint32_t *groups = group_shapes(snapshot, of_commune, err);
    if (groups && geo_mesh_dissolve(communes, groups, n, 0, &rings, err))
        mesh = geo_mesh_new(&rings, err);
    bool ok = mesh && make_layer(layer, mesh, &rings, NULL, n, err);
    free(groups);
    geo_mesh_free(mesh);
    geo_rings_clear(&rings);
    return ok;
}

/* ---- What was before ---- */

static bool same_numbers(const uint32_t *a, const uint32_t *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

/* All that layers are made of. */
static bool has_same_layers(const struct snapshot *a, const struct snapshot *b)
{
    const struct commune_columns *of_a = &a->commune, *of_b = &b->commune;
    size_t n = a->communes.n;
    return n == b->communes.n && a->n_epcis == b->n_epcis &&
           a->n_departements == b->n_departements && a->n_regions == b->n_regions &&
           same_numbers(a->contours.shapes, b->contours.shapes, n) &&
           same_numbers(of_a->epcis, of_b->epcis, n) &&
           same_numbers(of_a->departements, of_b->departements, n) &&
           same_numbers(of_a->regions, of_b->regions, n) &&
           geo_rings_equal(&a->contours.rings, &b->contours.rings);
}

static struct snapshot_layers *share(struct snapshot_layers *layers)
{
    atomic_fetch_add_explicit(&layers->references, 1, memory_order_relaxed);
    return layers;
}

/* ---- The whole ---- */

static bool make_layers(struct snapshot *snapshot, struct aro_error *err)
{
    struct snapshot_layer *layers = snapshot->layers->of_kind;
    const struct snapshot_contours *contours = &snapshot->contours;
    const struct commune_columns *columns = &snapshot->commune;
    struct geo_mesh *mesh = geo_mesh_new(&contours->rings, err);
    bool ok = mesh &&
              make_layer(&layers[SNAPSHOT_LAYER_COMMUNES], mesh, &contours->rings, contours->shapes,
                         snapshot->communes.n, err) &&
              make_territories(snapshot, mesh, columns->epcis, snapshot->n_epcis,
                               &layers[SNAPSHOT_LAYER_EPCIS], err) &&
              make_territories(snapshot, mesh, columns->departements, snapshot->n_departements,
                               &layers[SNAPSHOT_LAYER_DEPARTEMENTS], err) &&
              make_territories(snapshot, mesh, columns->regions, snapshot->n_regions,
                               &layers[SNAPSHOT_LAYER_REGIONS], err);
    geo_mesh_free(mesh);
    return ok || aro_error_context(err, "the contours of communes");
}

bool draft_build_layers(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot *snapshot = draft->snapshot;
    if (draft->before && has_same_layers(draft->before, snapshot)) {
        snapshot->layers = share(draft->before->layers);
        return true;
    }
    snapshot->layers = calloc(1, sizeof *snapshot->layers);
    if (!snapshot->layers)
        return aro_error_no_memory(err);
    atomic_init(&snapshot->layers->references, 1);
    return make_layers(snapshot, err);
}
