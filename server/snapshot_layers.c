#include "server/snapshot_layers.h"

#include <stdlib.h>

#include "geo/label.h"
#include "server/snapshot_build.h"

void snapshot_layers_clear(struct snapshot_layer layers[SNAPSHOT_LAYERS])
{
    for (int kind = 0; kind < SNAPSHOT_LAYERS; kind++) {
        geo_levels_free(layers[kind].levels);
        free(layers[kind].labels);
    }
}

size_t snapshot_layers_bytes(const struct snapshot_layer layers[SNAPSHOT_LAYERS])
{
    size_t bytes = 0;
    for (int kind = 0; kind < SNAPSHOT_LAYERS; kind++) {
        const struct snapshot_layer *layer = &layers[kind];
        bytes += geo_levels_bytes(layer->levels);
        bytes += layer->levels->shapes.n * sizeof *layer->labels;
    }
    return bytes;
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

bool draft_build_layers(struct snapshot_draft *draft, struct aro_error *err)
{
    struct snapshot *snapshot = draft->snapshot;
    struct snapshot_layer *layers = snapshot->layers;
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
