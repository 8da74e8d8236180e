/*
 * The layers of the set `initiatives`. Positions are in Hilbert order, so that those of one place
 * are neighbours among the matches: points and stacks come out of one walk.
 */
#include <stdio.h>
#include <string.h>

#include "geo/instant.h"
#include "geo/json.h"
#include "server/tile_inside.h"

enum { STACK_IDS_LISTED = 10 };

/* The keys of the layer that is written. */
struct keys {
    uint32_t titre, date, commune, commune_nom, axes, niveau;
    uint32_t group, count, axe[SNAPSHOT_AXES], ids, place, expansion_zoom;
};

/* A tile's points in the making. */
struct drawing {
    const struct tile_job *job;
    const struct point_set *points;
    struct geo_mvt *mvt;
    const char *axe_ids[SNAPSHOT_AXES];
    struct keys keys;
    bool has_stack_keys;
};

/* Matches at one place; those beyond the first few are only counted. */
struct stack {
    uint32_t listed[STACK_IDS_LISTED];
    uint32_t count;
    uint32_t axe_counts[SNAPSHOT_AXES];
};

/* ---- Properties ---- */

/* What a number stands for among the values that a layer remembers by number. */
enum value_kind { OF_NUMBER, OF_TRUTH, OF_DAY, OF_CODE, OF_NOM, OF_AXES };

static uint64_t handle(enum value_kind kind, uint32_t number)
{
    return (uint64_t)kind << 32 | number;
}

static void tag_uint(struct drawing *drawing, uint32_t key, uint32_t number)
{
    uint32_t value;
    if (!geo_mvt_recall(drawing->mvt, handle(OF_NUMBER, number), &value)) {
        value = geo_mvt_uint(drawing->mvt, number);
        geo_mvt_remember(drawing->mvt, handle(OF_NUMBER, number), value);
    }
    geo_mvt_tag(drawing->mvt, key, value);
}

/* The ids of the axes that a sheet is of: "1,3". */
static void write_axes(const struct drawing *drawing, uint8_t axes, char *out_text)
{
    char *end = out_text;
    *end = '\0';
    for (int i = 0; i < SNAPSHOT_AXES; i++) {
        if (!(axes >> i & 1))
            continue;
        if (end > out_text)
            *end++ = ',';
        end = stpcpy(end, drawing->axe_ids[i]);
    }
}

/* A text that is made from a number, and only made when the layer does not know it yet. */
static void tag_made_text(struct drawing *drawing, uint32_t key, enum value_kind kind,
                          uint32_t number)
{
    const struct commune_columns *communes = &drawing->job->snapshot->commune;
    char made[SNAPSHOT_AXES * sizeof drawing->job->snapshot->themes->id];
    _Static_assert(sizeof made > GEO_DAY_TEXT_BYTES, "room for a day too");
    uint32_t value;
    if (!geo_mvt_recall(drawing->mvt, handle(kind, number), &value)) {
        const char *text = kind == OF_CODE  ? communes->codes[number]
                           : kind == OF_NOM ? communes->noms[number]
                                            : made;
        if (kind == OF_DAY)
            geo_day_text((int32_t)number, made);
        else if (kind == OF_AXES)
            write_axes(drawing, (uint8_t)number, made);
        value = geo_mvt_text(drawing->mvt, text, strlen(text));
        geo_mvt_remember(drawing->mvt, handle(kind, number), value);
    }
    geo_mvt_tag(drawing->mvt, key, value);
}

static void tag_true(struct drawing *drawing, uint32_t key)
{
    uint32_t value;
    if (!geo_mvt_recall(drawing->mvt, handle(OF_TRUTH, 0), &value)) {
        value = geo_mvt_bool(drawing->mvt, true);
        geo_mvt_remember(drawing->mvt, handle(OF_TRUTH, 0), value);
    }
    geo_mvt_tag(drawing->mvt, key, value);
}

static void name_count_keys(struct drawing *drawing)
{
    char name[16];
    drawing->keys.count = geo_mvt_key(drawing->mvt, "count");
    for (int i = 0; i < SNAPSHOT_AXES; i++) {
        snprintf(name, sizeof name, "axe_%d", i + 1);
        drawing->keys.axe[i] = geo_mvt_key(drawing->mvt, name);
    }
}

static void tag_counts(struct drawing *drawing, uint32_t count, const uint32_t *axe_counts)
{
    tag_true(drawing, drawing->keys.group);
    tag_uint(drawing, drawing->keys.count, count);
    for (int i = 0; i < SNAPSHOT_AXES; i++)
        tag_uint(drawing, drawing->keys.axe[i], axe_counts[i]);
}

/* ---- The layer of points and stacks ---- */

static void begin_points_layer(struct drawing *drawing)
{
    struct geo_mvt *mvt = drawing->mvt;
    drawing->job->scratch->text.failed = false;
    geo_mvt_layer(mvt, "initiatives");
    drawing->keys.titre = geo_mvt_key(mvt, "titre");
    drawing->keys.date = geo_mvt_key(mvt, "date");
    drawing->keys.commune = geo_mvt_key(mvt, "commune");
    drawing->keys.commune_nom = geo_mvt_key(mvt, "commune_nom");
    drawing->keys.axes = geo_mvt_key(mvt, "axes");
    drawing->keys.niveau = geo_mvt_key(mvt, "niveau");
    drawing->has_stack_keys = false;
}

static bool end_points_layer(const struct drawing *drawing, struct aro_error *err)
{
    return aro_buffer_ok(&drawing->job->scratch->text, err) &&
           geo_mvt_layer_end(drawing->mvt, drawing->job->out, err);
}

static void draw_point(struct drawing *drawing, uint32_t position, struct geo_tile_point point)
{
    const struct initiative_columns *columns = &drawing->job->snapshot->initiative;
    const struct keys *keys = &drawing->keys;
    struct text_slice titre = text_block_at(&columns->titres, position);
    uint32_t commune = columns->communes[position];
    uint8_t niveau = drawing->job->snapshot->commune.niveaux[commune];
    geo_mvt_feature(drawing->mvt, (uint64_t)drawing->points->ids[position]);
    geo_mvt_tag(drawing->mvt, keys->titre, geo_mvt_text(drawing->mvt, titre.text, titre.len));
    tag_made_text(drawing, keys->date, OF_DAY, (uint32_t)columns->days[position]);
    tag_made_text(drawing, keys->commune, OF_CODE, commune);
    tag_made_text(drawing, keys->commune_nom, OF_NOM, commune);
    if (columns->axes[position])
        tag_made_text(drawing, keys->axes, OF_AXES, columns->axes[position]);
    if (niveau > 0)
        tag_uint(drawing, keys->niveau, niveau);
    geo_mvt_end_point(drawing->mvt, point);
}

/* Only a layer that has a stack names its properties. */
static void need_stack_keys(struct drawing *drawing)
{
    if (drawing->has_stack_keys)
        return;
    drawing->has_stack_keys = true;
    drawing->keys.group = geo_mvt_key(drawing->mvt, "stack");
    name_count_keys(drawing);
    drawing->keys.ids = geo_mvt_key(drawing->mvt, "ids");
    drawing->keys.place = geo_mvt_key(drawing->mvt, "place");
}

/* The place's name: by the lowest id of all that are there, whatever the filter. */
static uint64_t stack_id(const struct point_set *points, uint32_t position)
{
    while (position > 0 && points->hilbert_keys[position - 1] == points->hilbert_keys[position])
        position--;
    return (UINT64_C(1) << 52) + (UINT64_C(1) << 51) + (uint64_t)points->ids[position];
}

static void tag_written(struct drawing *drawing, uint32_t key, const struct aro_buffer *written)
{
    geo_mvt_tag(drawing->mvt, key, geo_mvt_text(drawing->mvt, written->data, written->len));
}

static void tag_stack_list(struct drawing *drawing, const struct stack *stack)
{
    struct aro_buffer *text = &drawing->job->scratch->text;
    struct geo_coord place = drawing->points->coords[stack->listed[0]];
    text->len = 0;
    for (uint32_t i = 0; i < stack->count && i < STACK_IDS_LISTED; i++) {
        if (i > 0)
            aro_buffer_char(text, ',');
        aro_json_integer(text, drawing->points->ids[stack->listed[i]]);
    }
    tag_written(drawing, drawing->keys.ids, text);
    text->len = 0;
    geo_coord_write(text, place.lon_e7);
    aro_buffer_char(text, ',');
    geo_coord_write(text, place.lat_e7);
    tag_written(drawing, drawing->keys.place, text);
}

static void draw_stack(struct drawing *drawing, const struct stack *stack,
                       struct geo_tile_point point)
{
    need_stack_keys(drawing);
    geo_mvt_feature(drawing->mvt, stack_id(drawing->points, stack->listed[0]));
    tag_counts(drawing, stack->count, stack->axe_counts);
    tag_stack_list(drawing, stack);
    geo_mvt_end_point(drawing->mvt, point);
}

/* What the walk has gathered of one place, where it lies in the tile or its buffer. */
static void draw_place(struct drawing *drawing, const struct stack *stack)
{
    struct geo_tile_point point =
        geo_tile_project(drawing->job->request->tile, drawing->points->places[stack->listed[0]]);
    if (!geo_tile_holds(point, TILE_BUFFER))
        return;
    if (stack->count == 1)
        draw_point(drawing, stack->listed[0], point);
    else
        draw_stack(drawing, stack, point);
}

static void stack_add(struct stack *stack, uint32_t position, uint8_t axes)
{
    if (stack->count < STACK_IDS_LISTED)
        stack->listed[stack->count] = position;
    stack->count++;
    for (int i = 0; i < SNAPSHOT_AXES; i++)
        stack->axe_counts[i] += axes >> i & 1;
}

static void draw_places(struct drawing *drawing)
{
    const struct geo_runs *runs = &drawing->job->scratch->runs;
    const uint64_t *keys = drawing->points->hilbert_keys;
    const uint8_t *axes = drawing->job->snapshot->initiative.axes;
    struct stack stack = {0};
    for (size_t r = 0; r < runs->n; r++) {
        for (uint32_t at = runs->items[r].first; at < runs->items[r].end; at++) {
            if (stack.count > 0 && keys[stack.listed[0]] != keys[at]) {
                draw_place(drawing, &stack);
                stack = (struct stack){0};
            }
            stack_add(&stack, at, axes[at]);
        }
    }
    if (stack.count > 0)
        draw_place(drawing, &stack);
}

/* ---- Clusters ---- */

/* The run that holds the position. */
static size_t run_of(const struct geo_runs *runs, uint32_t position)
{
    size_t low = 0, high = runs->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (runs->items[middle].first <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The matches of the place from position `first` on. */
static void list_stack(const struct drawing *drawing, uint32_t first, struct stack *out_stack)
{
    const struct geo_runs *runs = &drawing->job->scratch->runs;
    const uint64_t *keys = drawing->points->hilbert_keys;
    size_t run = run_of(runs, first);
    *out_stack = (struct stack){0};
    for (uint32_t at = first; keys[at] == keys[first];) {
        stack_add(out_stack, at, drawing->job->snapshot->initiative.axes[at]);
        if (++at < runs->items[run].end)
            continue;
        if (++run == runs->n)
            break;
        at = runs->items[run].first;
    }
}

static void draw_cluster(struct drawing *drawing, const struct geo_cluster *cluster,
                         struct geo_tile_point point)
{
    const struct tile_job *job = drawing->job;
    uint8_t expansion = geo_cluster_expansion_level(cluster);
    geo_mvt_feature(drawing->mvt, (uint64_t)clusters_id(job->snapshot, cluster));
    tag_counts(drawing, cluster->count, cluster->group_counts);
    tag_uint(drawing, drawing->keys.expansion_zoom,
             (uint32_t)clusters_zoom(expansion, job->request->cell_px));
    geo_mvt_end_point(drawing->mvt, point);
}

/* The groups of more than one place, or those of one. Returns how many initiatives they are. */
static size_t draw_groups(struct drawing *drawing, bool of_one_place)
{
    const struct geo_clusters *clusters = &drawing->job->scratch->clusters;
    const struct geo_tile tile = drawing->job->request->tile;
    size_t n = 0;
    for (size_t i = 0; i < clusters->n; i++) {
        const struct geo_cluster *cluster = &clusters->items[i];
        struct geo_mercator place = drawing->points->places[cluster->position];
        struct geo_tile_point point = geo_tile_project(tile, place);
        struct stack stack;
        bool one_place = cluster->count == 1 || geo_cluster_is_stack(cluster);
        if (one_place != of_one_place || !geo_tile_holds(point, TILE_BUFFER))
            continue;
        n += geo_tile_owns(tile, place) ? cluster->count : 0;
        if (!one_place) {
            draw_cluster(drawing, cluster, point);
            continue;
        }
        list_stack(drawing, cluster->first, &stack);
        draw_place(drawing, &stack);
    }
    return n;
}

static void begin_clusters_layer(struct drawing *drawing)
{
    geo_mvt_layer(drawing->mvt, "clusters");
    drawing->keys.group = geo_mvt_key(drawing->mvt, "cluster");
    name_count_keys(drawing);
    drawing->keys.expansion_zoom = geo_mvt_key(drawing->mvt, "expansion_zoom");
}

/* How many initiatives the tile stands for, its buffer left aside: one feature in its middle. */
static bool draw_totals(struct drawing *drawing, size_t n, struct aro_error *err)
{
    struct geo_mvt *mvt = drawing->mvt;
    if (n == 0)
        return true;
    geo_mvt_layer(mvt, "_meta");
    uint32_t matched = geo_mvt_key(mvt, "initiatives");
    geo_mvt_feature(mvt, 0);
    geo_mvt_tag(mvt, matched, geo_mvt_uint(mvt, n));
    geo_mvt_end_point(mvt, (struct geo_tile_point){GEO_TILE_EXTENT / 2, GEO_TILE_EXTENT / 2});
    return geo_mvt_layer_end(mvt, drawing->job->out, err);
}

static bool draw_grouped(struct drawing *drawing, struct aro_error *err)
{
    struct aro_buffer *out = drawing->job->out;
    begin_points_layer(drawing);
    size_t n = draw_groups(drawing, true);
    if (!end_points_layer(drawing, err))
        return false;
    begin_clusters_layer(drawing);
    n += draw_groups(drawing, false);
    return geo_mvt_layer_end(drawing->mvt, out, err) && draw_totals(drawing, n, err);
}

/* ---- The whole ---- */

/* The matches in the tile and its buffer, and perhaps some just outside. */
static bool find(const struct drawing *drawing, struct aro_error *err)
{
    const struct tile_request *request = drawing->job->request;
    struct geo_mercator_box box = geo_tile_box(request->tile, TILE_BUFFER);
    struct geo_bbox bbox = geo_mercator_bbox(&box);
    struct geo_runs *runs = &drawing->job->scratch->runs;
    return request->query ? query_matches_in(request->query, &bbox, runs, err)
                          : geo_index_search(drawing->points->index, &bbox, runs, err);
}

/* The clusters that are drawn there; the tile is one of 512 pixels. */
static bool group(const struct drawing *drawing, struct aro_error *err)
{
    const struct tile_request *request = drawing->job->request;
    struct clusters_view view = {drawing->job->snapshot, request->query,
                                 geo_tile_box(request->tile, TILE_BUFFER)};
    uint8_t level = clusters_level(request->tile.zoom + 1, request->cell_px);
    return clusters_in_box(&view, level, &drawing->job->scratch->clusters, err);
}

static void list_axes(struct drawing *drawing)
{
    const struct snapshot *snapshot = drawing->job->snapshot;
    size_t n = 0;
    for (size_t i = 0; i < snapshot->n_themes && n < SNAPSHOT_AXES; i++)
        if (snapshot->themes[i].niveau == 1)
            drawing->axe_ids[n++] = snapshot->themes[i].id;
}

bool tile_draw_initiatives(const struct tile_job *job, struct aro_error *err)
{
    struct drawing drawing = {
        .job = job, .points = &job->snapshot->initiatives, .mvt = job->scratch->mvt};
    bool grouped = job->request->tile.zoom < job->request->points_zoom;
    list_axes(&drawing);
    if (!find(&drawing, err))
        return false;
    if (!grouped && geo_runs_count(&job->scratch->runs) <= job->request->budget) {
        begin_points_layer(&drawing);
        draw_places(&drawing);
        return end_points_layer(&drawing, err);
    }
    return group(&drawing, err) && draw_grouped(&drawing, err);
}
