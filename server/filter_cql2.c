#include "server/filter_cql2.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/cql2_eval.h"
#include "server/collections.h"
#include "server/cql2_json.h"
#include "server/crs.h"
#include "server/filter_equal.h"
#include "server/filter_value.h"

/* About, in nanoseconds: a value in a column, and one in the text of a feature. */
enum { COLUMN_NS = 10, TEXT_NS = 2000 };

struct filter_cql2 {
    const struct snapshot *snapshot;
    const struct point_set *points;
    size_t n; /* properties */
    /* Owned; by number of the property. */
    const struct property **properties;
    struct geo_cql2_property *names;
    struct geo_cql2_column *columns;
    struct geo_cql2_tree *tree;
    struct geo_cql2_fact *facts;
    struct geo_cql2_source source;
    struct geo_cql2_eval *eval;
};

void filter_cql2_free(struct filter_cql2 *filter)
{
    if (!filter)
        return;
    geo_cql2_eval_free(filter->eval);
    free(filter->facts);
    geo_cql2_free(filter->tree);
    free(filter->columns);
    free(filter->names);
    free(filter->properties);
    free(filter);
}

/* ---- Reading ---- */

static bool read_value(const void *context, uint32_t property, uint32_t position,
                       struct geo_scratch *scratch, struct geo_cql2_value *out,
                       struct aro_error *err)
{
    const struct filter_cql2 *filter = context;
    const struct property *asked = filter->properties[property];
    if (property_is_readable(asked))
        return filter_value_of_column(asked, filter->snapshot, position, scratch, out, err);
    struct text_slice slice = text_block_at(&filter->points->full, position);
    return filter_value_of_text(asked, slice.text, slice.len, scratch, out, err);
}

static void read_numbers(const void *context, uint32_t property, uint32_t first, uint32_t n,
                         double *out)
{
    const struct filter_cql2 *filter = context;
    const struct property *asked = filter->properties[property];
    bool of_days = asked->type == PROPERTY_DATE;
    for (uint32_t i = 0; i < n; i++) {
        struct property_value value = asked->read(filter->snapshot, first + i);
        out[i] = value.is_null ? NAN : of_days ? value.day : (double)value.integer;
    }
}

static void read_codes(const void *context, uint32_t property, uint32_t first, uint32_t n,
                       uint32_t *out)
{
    _Static_assert((uint32_t)SNAPSHOT_NONE == (uint32_t)GEO_CQL2_NO_CODE, "null is null");
    const struct filter_cql2 *filter = context;
    property_code_fn *code = filter->properties[property]->code;
    for (uint32_t i = 0; i < n; i++)
        out[i] = code(filter->snapshot, first + i);
}

static void read_sets(const void *context, uint32_t property, uint32_t first, uint32_t n,
                      uint64_t *out)
{
    const struct filter_cql2 *filter = context;
    property_read_fn *read = filter->properties[property]->read;
    for (uint32_t i = 0; i < n; i++)
        out[i] = read(filter->snapshot, first + i).set;
}

static struct geo_cql2_text read_text(const void *context, uint32_t property, uint32_t code)
{
    const struct filter_cql2 *filter = context;
    struct property_text text =
        filter->properties[property]->dictionary->text(filter->snapshot, code);
    return (struct geo_cql2_text){text.bytes, text.len};
}

/* ---- Properties ---- */

static struct geo_cql2_column column_of(const struct snapshot *snapshot,
                                        const struct property *property)
{
    struct geo_cql2_column column = {.access = GEO_CQL2_BY_VALUE, .cost = COLUMN_NS};
    if (property->type == PROPERTY_GEOMETRY)
        column.access = GEO_CQL2_BY_PLACE;
    else if (!property_is_readable(property))
        column.cost = TEXT_NS;
    else if (property->code)
        column.access = GEO_CQL2_BY_CODE;
    else if (property->type == PROPERTY_INTEGER || property->type == PROPERTY_DATE)
        column.access = GEO_CQL2_BY_NUMBER;
    else if (property->type == PROPERTY_TEXTS)
        column.access = GEO_CQL2_BY_SET;
    if (property->dictionary)
        column.n_texts = property->dictionary->n(snapshot);
    return column;
}

static void add_property(struct filter_cql2 *filter, const struct property *property)
{
    size_t i = filter->n++;
    filter->properties[i] = property;
    filter->names[i] = (struct geo_cql2_property){property->name, filter_value_type(property)};
    filter->columns[i] = column_of(filter->snapshot, property);
}

static bool list_properties(struct filter_cql2 *filter, const struct property_table *table,
                            struct aro_error *err)
{
    size_t most = table->n + 2; /* id and geometry may stand beside */
    filter->properties = array_new(most, sizeof *filter->properties, err);
    filter->names = array_new(most, sizeof *filter->names, err);
    filter->columns = array_new(most, sizeof *filter->columns, err);
    if (!filter->properties || !filter->names || !filter->columns)
        return false;
    for (size_t i = 0; i < table->n; i++)
        add_property(filter, &table->items[i]);
    if (property_index(table, table->id->name, strlen(table->id->name)) == table->n)
        add_property(filter, table->id);
    add_property(filter, table->geometry);
    filter->source = (struct geo_cql2_source){
        .context = filter,
        .n = filter->points->n,
        .n_placed = filter->points->n_placed,
        .coords = filter->points->coords,
        .columns = filter->columns,
        .value = read_value,
        .numbers = read_numbers,
        .codes = read_codes,
        .sets = read_sets,
        .text = read_text,
    };
    return true;
}

/* ---- Parameters ---- */

static bool blame(enum param param, const struct aro_error *why, struct aro_error *err)
{
    const char *name = param_infos[param].name;
    return aro_error_set_for(err, name, why->status, "%s: %s", name, why->message);
}

static bool read_lang(const struct request *request, bool *out_is_json, struct aro_error *err)
{
    const char *lang = request_param(request, PARAM_FILTER_LANG);
    *out_is_json = lang && strcmp(lang, "cql2-json") == 0;
    if (!lang || *out_is_json || strcmp(lang, "cql2-text") == 0)
        return true;
    return aro_error_set_for(err, "filter-lang", ARO_BAD_INPUT,
                             "filter-lang '%.40s' is not known: wanted cql2-text or cql2-json",
                             lang);
}

static bool to_wgs84(void *context, double x, double y, struct geo_point *out_point,
                     struct aro_error *err)
{
    const struct crs_view *view = context;
    struct geo_xy at = {x, y};
    geo_transform_positions(view->transform, GEO_TO_WGS84, &at, 1);
    if (isnan(at.x))
        return aro_error_set(err, ARO_BAD_INPUT, "%.12g %.12g is no place in %s:%s", x, y,
                             view->crs->authority, view->crs->code);
    *out_point = (struct geo_point){at.x, at.y};
    return true;
}

/* Literals are made ready in the system of filter-crs=, once and for all. */
static bool make_ready(const struct request *request, struct filter_cql2 *filter,
                       struct aro_error *err)
{
    const struct crs *asked;
    struct crs_view view;
    struct aro_error why = {0};
    if (!crs_param(request, PARAM_FILTER_CRS, &asked, err) ||
        !crs_view_open(request, asked, &view, err))
        return false;
    const struct geo_cql2_crs crs = {.is_latitude_first = asked->is_latitude_first,
                                     .to_wgs84 = view.transform ? to_wgs84 : NULL,
                                     .context = &view};
    filter->eval = geo_cql2_eval_new(filter->tree, filter->facts, &filter->source, &crs, &why);
    crs_view_close(&view);
    return filter->eval || blame(PARAM_FILTER, &why, err);
}

/* Joins what parameters named as properties say to what filter= does. */
static bool add_equal(const struct request *request, const struct collection *collection,
                      struct filter_cql2 *filter, struct aro_error *err)
{
    struct aro_error why = {0};
    if (!filter_equal_is_given(request))
        return true;
    free(filter->facts);
    filter->facts = NULL;
    filter->tree = filter_equal_join(request, collection, filter->tree, err);
    return filter->tree &&
           (geo_cql2_check(filter->tree, filter->names, filter->n, &filter->facts, &why) ||
            blame(PARAM_FILTER, &why, err));
}

/* What filter= says is read and checked by itself: messages name places of its own text. */
static bool read_filter(const struct request *request, const struct collection *collection,
                        struct filter_cql2 *filter, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_FILTER);
    bool is_json = false;
    struct aro_error why = {0};
    if (!read_lang(request, &is_json, err) || !list_properties(filter, collection->properties, err))
        return false;
    if (text)
        filter->tree = is_json ? cql2_json_parse(text, strlen(text), &why)
                               : geo_cql2_parse_text(text, strlen(text), &why);
    if (text && (!filter->tree ||
                 !geo_cql2_check(filter->tree, filter->names, filter->n, &filter->facts, &why)))
        return blame(PARAM_FILTER, &why, err);
    return add_equal(request, collection, filter, err) && make_ready(request, filter, err);
}

static bool refuse_alone(const struct request *request, enum param param, struct aro_error *err)
{
    const char *name = param_infos[param].name;
    return !request_param(request, param) ||
           aro_error_set_for(err, name, ARO_BAD_INPUT, "%s says nothing without filter=", name);
}

bool filter_cql2_parse(const struct request *request, const struct collection *collection,
                       struct filter_cql2 **out_filter, struct aro_error *err)
{
    *out_filter = NULL;
    if (!request_param(request, PARAM_FILTER) && (!refuse_alone(request, PARAM_FILTER_LANG, err) ||
                                                  !refuse_alone(request, PARAM_FILTER_CRS, err)))
        return false;
    if (!request_param(request, PARAM_FILTER) && !filter_equal_is_given(request))
        return true;
    struct filter_cql2 *filter = calloc(1, sizeof *filter);
    if (!filter)
        return aro_error_no_memory(err);
    filter->snapshot = request->snapshot;
    filter->points = collection_points(collection, request->snapshot);
    if (!read_filter(request, collection, filter, err)) {
        filter_cql2_free(filter);
        return false;
    }
    *out_filter = filter;
    return true;
}

/* ---- Matching ---- */

bool filter_cql2_box(const struct filter_cql2 *filter, struct geo_bbox *out_box)
{
    return geo_cql2_eval_box(filter->eval, out_box);
}

uint64_t filter_cql2_keep(struct filter_cql2 *filter, uint32_t word, uint64_t which)
{
    return geo_cql2_eval_word(filter->eval, word, which);
}

bool filter_cql2_ok(const struct filter_cql2 *filter, struct aro_error *err)
{
    return geo_cql2_eval_ok(filter->eval, err);
}
