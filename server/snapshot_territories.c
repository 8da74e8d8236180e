/*
 * EPCIs, départements and régions as points with their texts and names.
 */
#include <stdlib.h>
#include <string.h>

#include "server/feature_text.h"
#include "server/snapshot_build.h"

static enum snapshot_layer_kind layer_of(enum schema_territory_kind kind)
{
    return kind == SCHEMA_REGION        ? SNAPSHOT_LAYER_REGIONS
           : kind == SCHEMA_DEPARTEMENT ? SNAPSHOT_LAYER_DEPARTEMENTS
                                        : SNAPSHOT_LAYER_EPCIS;
}

/* A layer's label stands inside of the territory; where there is no shape, neither is a place. */
static struct point_row row_of(const struct snapshot_layer *layer,
                               const struct snapshot_territory *territory, size_t number)
{
    struct geo_mercator label = layer->labels[number];
    struct point_row row = {.id = snapshot_code_id(territory->code),
                            .has_position = label.x != 0 || label.y != 0};
    if (row.has_position)
        row.position = geo_mercator_to_coord(label);
    return row;
}

static void write_text(const struct snapshot_territory *territory, const struct point_set *points,
                       uint32_t position, struct aro_buffer *out)
{
    struct feature_territory feature = {
        .code = territory->code,
        .nom = territory->nom,
        .population = territory->population,
        .n_communes = territory->n_communes,
        .n_initiatives = territory->n_initiatives,
        .n_labelled = territory->n_labelled,
        .has_centre = position < points->n_placed,
    };
    if (feature.has_centre)
        feature.centre = points->coords[position];
    feature_territory(out, &feature);
}

static bool write_texts(const struct snapshot_territory *territories, struct territory_points *kind,
                        struct aro_error *err)
{
    struct point_set *points = &kind->points;
    struct aro_buffer text = {0};
    points->full.offsets = array_new(points->n + 1, sizeof *points->full.offsets, err);
    if (!points->full.offsets)
        return false;
    for (uint32_t i = 0; i < points->n; i++) {
        write_text(&territories[kind->numbers[i]], points, i, &text);
        points->full.offsets[i + 1] = text.len;
    }
    return text_block_take(&points->full, &text, err);
}

static bool build_names(const struct snapshot_territory *territories, struct territory_points *kind,
                        struct aro_error *err)
{
    const double above_any_population = 1e10; /* a code is one territory's alone */
    struct name_list list = {0};
    for (uint32_t i = 0; i < kind->points.n; i++) {
        const struct snapshot_territory *territory = &territories[kind->numbers[i]];
        name_list_add(&list, territory->nom, i,
                      territory->population > 0 ? (double)territory->population : 0);
        name_list_add(&list, territory->code, i, above_any_population);
    }
    kind->names = names_build(&list, err);
    return kind->names != NULL;
}

static bool place(const struct snapshot_territory *territories, size_t n,
                  const struct snapshot_layer *layer, struct territory_points *kind,
                  struct aro_error *err)
{
    struct point_row *rows = array_new(n, sizeof *rows, err);
    kind->positions = array_new(n, sizeof *kind->positions, err);
    for (size_t number = 0; rows && number < n; number++)
        rows[number] = row_of(layer, &territories[number], number);
    bool ok = rows && kind->positions && points_build(&kind->points, rows, n, &kind->numbers, err);
    for (uint32_t i = 0; ok && i < n; i++)
        kind->positions[kind->numbers[i]] = i;
    free(rows);
    return ok;
}

bool draft_build_territories(struct snapshot_draft *draft, struct aro_error *err)
{
    static const enum schema_territory_kind kinds[] = {SCHEMA_REGION, SCHEMA_DEPARTEMENT,
                                                       SCHEMA_EPCI};
    struct snapshot *snapshot = draft->snapshot;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct territory_points *kind = &snapshot->territories[kinds[i]];
        size_t n;
        const struct snapshot_territory *all = snapshot_territories(snapshot, kinds[i], &n);
        if (!place(all, n, &snapshot->layers->of_kind[layer_of(kinds[i])], kind, err) ||
            !write_texts(all, kind, err) || !build_names(all, kind, err))
            return false;
    }
    return true;
}
