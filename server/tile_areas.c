/*
 * The layers of territories, each with one of points where their names can stand.
 */
#include <stdlib.h>
#include <string.h>

#include "server/tile_inside.h"

/* A name needs some room: an area has it from the zoom on at which its box is so wide. */
enum { LABEL_MIN_LINES = 256 };

struct keys {
    uint32_t code, nom, population, initiatives, niveau, communes, labelled;
};

/* What is said of an area; numbers that are not known, or that its kind has not, are -1. */
struct facts {
    const char *code, *nom;
    int64_t population, initiatives, niveau, communes, labelled;
};

/* A layer in the making. */
struct drawing {
    const struct tile_job *job;
    enum snapshot_layer_kind kind;
    const struct snapshot_layer *layer;
    struct geo_tile_frame frame;
    struct keys keys;
    const uint32_t *counts; /* initiatives that count, by area; NULL: as the snapshot has them */
};

static const struct {
    const char *areas, *labels;
} names[SNAPSHOT_LAYERS] = {
    [SNAPSHOT_LAYER_COMMUNES] = {"communes", "communes_labels"},
    [SNAPSHOT_LAYER_EPCIS] = {"epcis", "epcis_labels"},
    [SNAPSHOT_LAYER_DEPARTEMENTS] = {"departements", "departements_labels"},
    [SNAPSHOT_LAYER_REGIONS] = {"regions", "regions_labels"},
};

static const struct snapshot_territory *territories_of(const struct snapshot *snapshot,
                                                       enum snapshot_layer_kind kind)
{
    return kind == SNAPSHOT_LAYER_EPCIS          ? snapshot->epcis
           : kind == SNAPSHOT_LAYER_DEPARTEMENTS ? snapshot->departements
                                                 : snapshot->regions;
}

/* ---- Initiatives that count, by area ---- */

/* The area of the kind that an initiative is in; SNAPSHOT_NONE where in none. */
static uint32_t area_of(const struct snapshot *snapshot, enum snapshot_layer_kind kind,
                        uint32_t position)
{
    uint32_t commune = snapshot->initiative.communes[position];
    return kind == SNAPSHOT_LAYER_COMMUNES       ? commune
           : kind == SNAPSHOT_LAYER_EPCIS        ? snapshot->commune.epcis[commune]
           : kind == SNAPSHOT_LAYER_DEPARTEMENTS ? snapshot->commune.departements[commune]
                                                 : snapshot->commune.regions[commune];
}

static bool reserve_counts(struct tile_scratch *scratch, size_t n, struct aro_error *err)
{
    if (n > scratch->counts_capacity) {
        uint32_t *counts = realloc(scratch->counts, n * sizeof *counts);
        if (!counts)
            return aro_error_no_memory(err);
        scratch->counts = counts;
        scratch->counts_capacity = n;
    }
    if (n > 0)
        memset(scratch->counts, 0, n * sizeof *scratch->counts);
    return true;
}

static bool count(struct drawing *drawing, struct aro_error *err)
{
    const struct tile_job *job = drawing->job;
    struct query_set set = {0};
    if (!job->request->query || query_is_all(job->request->query))
        return true;
    if (!reserve_counts(job->scratch, drawing->layer->levels->shapes.n, err) ||
        !query_find(job->request->query, NULL, &set, err))
        return false;
    for (size_t r = 0; r < set.runs.n; r++) {
        for (uint32_t at = set.runs.items[r].first; at < set.runs.items[r].end; at++) {
            uint32_t area = area_of(job->snapshot, drawing->kind, at);
            if (area != SNAPSHOT_NONE && (!set.bits || set.bits[at / 64] >> at % 64 & 1))
                job->scratch->counts[area]++;
        }
    }
    query_set_clear(&set);
    drawing->counts = job->scratch->counts;
    return true;
}

/* ---- Properties ---- */

static struct facts facts_of(const struct drawing *drawing, uint32_t number)
{
    const struct snapshot *snapshot = drawing->job->snapshot;
    struct facts facts = {.niveau = -1, .communes = -1, .labelled = -1};
    if (drawing->kind == SNAPSHOT_LAYER_COMMUNES) {
        const struct commune_columns *columns = &snapshot->commune;
        facts.code = columns->codes[number];
        facts.nom = columns->noms[number];
        facts.population = columns->populations[number];
        facts.initiatives = columns->n_initiatives[number];
        facts.niveau = columns->niveaux[number] > 0 ? columns->niveaux[number] : -1;
    } else {
        const struct snapshot_territory *territory =
            &territories_of(snapshot, drawing->kind)[number];
        facts.code = territory->code;
        facts.nom = territory->nom;
        facts.population = territory->population;
        facts.initiatives = territory->n_initiatives;
        facts.communes = territory->n_communes;
        facts.labelled = territory->n_labelled;
    }
    if (drawing->counts)
        facts.initiatives = drawing->counts[number];
    return facts;
}

static void tag_number(const struct drawing *drawing, uint32_t key, int64_t number)
{
    struct geo_mvt *mvt = drawing->job->scratch->mvt;
    uint32_t value;
    if (number < 0) /* SCHEMA_POPULATION_UNKNOWN is too */
        return;
    if (!geo_mvt_recall(mvt, (uint64_t)number, &value)) {
        value = geo_mvt_uint(mvt, (uint64_t)number);
        geo_mvt_remember(mvt, (uint64_t)number, value);
    }
    geo_mvt_tag(mvt, key, value);
}

static void tag(const struct drawing *drawing, const struct facts *facts)
{
    struct geo_mvt *mvt = drawing->job->scratch->mvt;
    const struct keys *keys = &drawing->keys;
    geo_mvt_tag(mvt, keys->code, geo_mvt_text(mvt, facts->code, strlen(facts->code)));
    geo_mvt_tag(mvt, keys->nom, geo_mvt_text(mvt, facts->nom, strlen(facts->nom)));
    tag_number(drawing, keys->population, facts->population);
    tag_number(drawing, keys->initiatives, facts->initiatives);
    tag_number(drawing, keys->niveau, facts->niveau);
    tag_number(drawing, keys->communes, facts->communes);
    tag_number(drawing, keys->labelled, facts->labelled);
}

static void begin_layer(struct drawing *drawing, const char *name)
{
    struct geo_mvt *mvt = drawing->job->scratch->mvt;
    struct keys *keys = &drawing->keys;
    geo_mvt_layer(mvt, name);
    keys->code = geo_mvt_key(mvt, "code");
    keys->nom = geo_mvt_key(mvt, "nom");
    keys->population = geo_mvt_key(mvt, "population");
    keys->initiatives = geo_mvt_key(mvt, "initiatives");
    if (drawing->kind == SNAPSHOT_LAYER_COMMUNES) {
        keys->niveau = geo_mvt_key(mvt, "niveau");
    } else {
        keys->communes = geo_mvt_key(mvt, "communes");
        keys->labelled = geo_mvt_key(mvt, "communes_labellisees");
    }
}

/* The code read as a number of base 36: what JavaScript's parseInt(code, 36) gives, and below
 * 2^53 for the nine digits of an EPCI. */
static uint64_t area_id(const char *code)
{
    return strtoull(code, NULL, 36);
}

/* ---- Layers ---- */

static bool draw_shapes(struct drawing *drawing, struct aro_error *err)
{
    struct tile_scratch *scratch = drawing->job->scratch;
    begin_layer(drawing, names[drawing->kind].areas);
    for (size_t r = 0; r < scratch->runs.n; r++) {
        for (uint32_t i = scratch->runs.items[r].first; i < scratch->runs.items[r].end; i++) {
            struct facts facts = facts_of(drawing, i);
            geo_mvt_feature(scratch->mvt, area_id(facts.code));
            if (!geo_tile_shape_draw(drawing->layer->levels, i, &drawing->frame, &scratch->shape,
                                     scratch->mvt, err))
                return false;
            if (!geo_mvt_has_rings(scratch->mvt))
                continue;
            tag(drawing, &facts);
            geo_mvt_end_polygons(scratch->mvt);
        }
    }
    return geo_mvt_layer_end(scratch->mvt, drawing->job->out, err);
}

static bool has_room_for_label(const struct drawing *drawing, uint32_t shape)
{
    const struct geo_mercator_box *box = &drawing->layer->levels->shape_boxes[shape];
    uint64_t lines = (((uint64_t)box->high.x - box->low.x) << GEO_TILE_EXTENT_BITS) >>
                     (32 - drawing->frame.tile.zoom);
    return lines >= LABEL_MIN_LINES;
}

static bool draw_labels(struct drawing *drawing, struct aro_error *err)
{
    struct tile_scratch *scratch = drawing->job->scratch;
    begin_layer(drawing, names[drawing->kind].labels);
    for (size_t r = 0; r < scratch->runs.n; r++) {
        for (uint32_t i = scratch->runs.items[r].first; i < scratch->runs.items[r].end; i++) {
            struct geo_tile_point point =
                geo_tile_project(drawing->frame.tile, drawing->layer->labels[i]);
            if (!geo_tile_holds(point, TILE_BUFFER) || !has_room_for_label(drawing, i))
                continue;
            struct facts facts = facts_of(drawing, i);
            geo_mvt_feature(scratch->mvt, area_id(facts.code));
            tag(drawing, &facts);
            geo_mvt_end_point(scratch->mvt, point);
        }
    }
    return geo_mvt_layer_end(scratch->mvt, drawing->job->out, err);
}

bool tile_draw_areas(const struct tile_job *job, enum snapshot_layer_kind kind,
                     struct aro_error *err)
{
    struct drawing drawing = {
        .job = job,
        .kind = kind,
        .layer = &job->snapshot->layers->of_kind[kind],
        .frame = geo_tile_frame(job->request->tile, TILE_BUFFER),
    };
    return geo_levels_search(drawing.layer->levels, &drawing.frame.box, &job->scratch->runs, err) &&
           (job->scratch->runs.n == 0 ||
            (count(&drawing, err) && draw_shapes(&drawing, err) && draw_labels(&drawing, err)));
}
