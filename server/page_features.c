#include "server/page_features.h"

#include <string.h>

#include "server/collections.h"

/* Is there a feature with the property? */
static bool is_in_use(const json_t *features, const char *name)
{
    size_t i;
    json_t *feature;
    json_array_foreach(features, i, feature)
    {
        if (json_object_get(json_object_get(feature, "properties"), name))
            return true;
    }
    return false;
}

static void add_column(json_t *columns, const json_t *features, const struct property *property)
{
    if (is_in_use(features, property->name))
        json_array_append_new(
            columns, json_pack("{s:s, s:s}", "name", property->name, "title", property->title));
}

static json_t *columns_of(const struct property_table *table, const json_t *features)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < table->n; i++)
        add_column(columns, features, &table->items[i]);
    add_column(columns, features, &property_distance_m);
    return columns;
}

/* The value that a feature has in a column; NULL where it has none. Borrowed. */
static json_t *value_in(const json_t *feature, const json_t *column)
{
    const char *name = json_string_value(json_object_get(column, "name"));
    return json_object_get(json_object_get(feature, "properties"), name);
}

static json_t *rows_of(const json_t *features, const json_t *columns)
{
    size_t i, j;
    json_t *feature, *column, *rows = json_array();
    json_array_foreach(features, i, feature)
    {
        json_t *cells = json_array();
        json_array_foreach(columns, j, column)
        {
            json_t *value = value_in(feature, column);
            json_array_append_new(cells, value ? json_incref(value) : json_null());
        }
        json_array_append_new(
            rows, json_pack("{s:O, s:o}", "id", json_object_get(feature, "id"), "cells", cells));
    }
    return rows;
}

static json_t *facts_of(const json_t *feature, json_t *columns)
{
    size_t i;
    json_t *column;
    json_array_foreach(columns, i, column)
        json_object_set(column, "value", value_in(feature, column));
    return columns;
}

bool page_add_features(const struct request *request, const json_t *data, json_t *page)
{
    json_t *features = json_object_get(data, "features");
    bool is_one = json_object_get(data, "properties") && json_object_get(data, "geometry");
    const struct collection *collection =
        strncmp(request->path, "/collections/", strlen("/collections/")) == 0
            ? collection_find(request->path_values[0], &(struct aro_error){0})
            : NULL;
    if (!collection || !(features || is_one))
        return true;
    json_t *all = is_one ? json_pack("[O]", data) : json_incref(features);
    json_t *columns = columns_of(collection->properties, all);
    json_t *more = is_one
                       ? json_pack("{s:o}", "facts", facts_of(data, columns))
                       : json_pack("{s:o, s:o}", "rows", rows_of(all, columns), "columns", columns);
    bool ok = more && json_object_update(page, more) == 0;
    json_decref(more);
    json_decref(all);
    return ok;
}
