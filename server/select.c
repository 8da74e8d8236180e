#include "server/select.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "geo/json.h"
#include "server/collections.h"
#include "server/feature_value.h"

/* ---- Reading ---- */

static bool refuse_name(const char *name, size_t len, const struct property_table *table,
                        struct aro_error *err)
{
    char wanted[200] = "";
    size_t at = 0;
    for (size_t i = 0; i < table->n; i++) {
        size_t room = sizeof wanted - at;
        int n = snprintf(wanted + at, room, "%s%s", i ? ", " : "", table->items[i].name);
        if (n < 0 || (size_t)n >= room)
            break;
        at += (size_t)n;
    }
    return aro_error_set_for(err, "properties", ARO_BAD_INPUT,
                             "properties '%.*s' is not one of the collection's: %.180s",
                             (int)(len < 40 ? len : 40), name, wanted);
}

static bool choose(struct selection *selection, const char *name, size_t len, struct aro_error *err)
{
    const struct property_table *table = selection->table;
    size_t index = property_index(table, name, len);
    if (index == table->n)
        return refuse_name(name, len, table, err);
    selection->chosen |= UINT64_C(1) << index;
    return true;
}

static bool parse_properties(const struct request *request, const struct property_table *table,
                             struct selection *selection, struct aro_error *err)
{
    const char *text = request_param(request, PARAM_PROPERTIES);
    if (text && request_param(request, PARAM_PROFILE))
        return aro_error_set_for(err, "properties", ARO_BAD_INPUT,
                                 "properties and profile both choose what is sent: give one");
    if (text)
        selection->table = table;
    while (text) {
        size_t len = strcspn(text, ",");
        if (!choose(selection, text, len, err))
            return false;
        text = text[len] ? text + len + 1 : NULL;
    }
    return true;
}

static bool parse_geometry(const struct request *request, const struct collection *collection,
                           struct selection *selection, struct aro_error *err)
{
    static const char *const names[] = {"centre", "contour", "bbox", "none"};
    static const enum api_kind kinds[] = {[SCHEMA_EPCI] = API_EPCI,
                                          [SCHEMA_DEPARTEMENT] = API_DEPARTEMENT,
                                          [SCHEMA_REGION] = API_REGION};
    const char *text = request_param(request, PARAM_GEOMETRY);
    bool of_communes = collection == &collections[COLLECTION_COMMUNES];
    size_t i = 0, n = sizeof names / sizeof *names;
    if (!text)
        return true;
    if (!of_communes && !collection->of_territories)
        return aro_error_set_for(err, "geometry", ARO_BAD_INPUT,
                                 "geometry has nothing to choose from: %s are points",
                                 collection->id);
    while (i < n && strcmp(names[i], text) != 0)
        i++;
    if (i == n)
        return aro_error_set_for(
            err, "geometry", ARO_BAD_INPUT,
            "geometry '%.40s' is not one of: 'centre', 'contour', 'bbox', 'none'", text);
    selection->geometry = (enum selection_geometry)i;
    selection->snapshot = request->snapshot;
    selection->kind = of_communes ? API_PLACE : kinds[collection->territory];
    if (!of_communes)
        selection->numbers = request->snapshot->territories[collection->territory].numbers;
    return true;
}

void selection_clear(struct selection *selection)
{
    crs_view_close(&selection->crs);
    *selection = (struct selection){0};
}

bool selection_parse(const struct request *request, const struct collection *collection,
                     struct selection *out_selection, struct aro_error *err)
{
    struct selection selection = {0};
    if (!parse_properties(request, collection->properties, &selection, err) ||
        !parse_geometry(request, collection, &selection, err) ||
        !crs_view_of_request(request, &selection.crs, err))
        return false;
    selection.points = collection_points(collection, request->snapshot);
    *out_selection = selection;
    return true;
}

bool selection_names(const struct request *request, const char *property)
{
    const char *text = request_param(request, PARAM_PROPERTIES);
    size_t property_len = strlen(property);
    while (text) {
        size_t len = strcspn(text, ",");
        if (len == property_len && memcmp(text, property, len) == 0)
            return true;
        text = text[len] ? text + len + 1 : NULL;
    }
    return false;
}

/* ---- Writing ---- */

static bool is_chosen(const struct selection *selection, struct schema_json_slice key)
{
    for (size_t i = 0; i < selection->table->n; i++)
        if (selection->chosen >> i & 1 && schema_json_is(key, selection->table->items[i].name))
            return true;
    return false;
}

static void write_member(const struct selection *selection, struct schema_json_slice key,
                         struct schema_json_slice value, uint32_t position, struct aro_buffer *out)
{
    aro_json_string(out, key.text, key.len);
    aro_buffer_char(out, ':');
    if (selection->initiatives && schema_json_is(key, "initiatives"))
        aro_json_integer(out, selection->initiatives[position]);
    else
        aro_buffer_append(out, value.text, value.len);
}

void selection_place(const struct selection *selection, struct feature_row *rows, size_t n)
{
    enum { AT_ONCE = 256 };
    const struct point_set *points = selection->points;
    for (size_t done = 0; done < n; done += AT_ONCE) {
        struct geo_coord coords[AT_ONCE];
        struct geo_xy places[AT_ONCE];
        struct feature_row *part = rows + done;
        size_t n_part = n - done < AT_ONCE ? n - done : AT_ONCE;
        for (size_t i = 0; i < n_part; i++) {
            part[i].has_place = part[i].position < points->n_placed;
            coords[i] =
                part[i].has_place ? points->coords[part[i].position] : (struct geo_coord){0};
        }
        crs_view_positions(&selection->crs, coords, n_part, places);
        for (size_t i = 0; i < n_part; i++) {
            part[i].x = places[i].x;
            part[i].y = places[i].y;
            part[i].has_place = part[i].has_place && !isnan(places[i].x);
        }
    }
}

static void write_place(const struct selection *selection, const struct feature_row *row,
                        struct aro_buffer *out)
{
    struct geo_xy place = {NAN, NAN};
    if (row->has_place)
        place = (struct geo_xy){row->x, row->y};
    crs_write_geometry(selection->crs.crs, place, out);
}

static void write_geometry(const struct selection *selection, uint32_t position,
                           struct aro_buffer *out)
{
    size_t before = out->len;
    const struct api_entry entry = {
        .kind = selection->kind,
        .number = selection->numbers ? selection->numbers[position] : position,
    };
    bool is_written =
        (selection->geometry == GEOMETRY_CONTOUR &&
         api_write_contour(selection->snapshot, &entry, out)) ||
        (selection->geometry == GEOMETRY_BBOX && api_write_bbox(selection->snapshot, &entry, out));
    if (!is_written)
        aro_buffer_text(out, "null");
    else if (crs_is_other(selection->crs.crs))
        crs_view_rewrite(&selection->crs, before, out);
}

/* What stands before the members of `properties`, which begin at `start`. */
static void write_head(const struct selection *selection, const char *text, size_t start,
                       const struct feature_row *row, bool is_first, struct aro_buffer *out)
{
    static const char opening[] = ",\"geometry\":", properties[] = ",\"properties\":{";
    bool at_centre = selection->geometry == GEOMETRY_CENTRE;
    if (at_centre && !crs_is_other(selection->crs.crs)) {
        aro_buffer_append(out, text + is_first, start - is_first);
        return;
    }
    const char *geometry = memmem(text, start, opening, sizeof opening - 1);
    size_t end = (size_t)(geometry - text) + sizeof opening - 1;
    aro_buffer_append(out, text + is_first, end - is_first);
    if (at_centre)
        write_place(selection, row, out);
    else
        write_geometry(selection, row->position, out);
    aro_buffer_append(out, properties, sizeof properties - 1);
}

/* @param walk  at the brace of `properties`. @return  what goes before another member */
static const char *write_members(const struct selection *selection, struct schema_json_walk *walk,
                                 uint32_t position, struct aro_buffer *out)
{
    enum { CLOSING = 2 }; /* the braces of the properties and of the feature */
    struct schema_json_slice key, value;
    const char *separator = "";
    size_t first = walk->at + 1;
    if (!selection->table && !selection->initiatives) {
        size_t len = walk->len - CLOSING - first;
        aro_buffer_append(out, walk->text + first, len);
        return len > 0 ? "," : "";
    }
    while (schema_json_key(walk, &key) == SCHEMA_JSON_FOUND &&
           schema_json_value(walk, &value) == SCHEMA_JSON_FOUND) {
        if (selection->table && !is_chosen(selection, key))
            continue;
        aro_buffer_text(out, separator);
        write_member(selection, key, value, position, out);
        separator = ",";
    }
    return separator;
}

void selection_write(const struct selection *selection, const struct text_block *texts,
                     const struct feature_row *row, bool *is_first, struct aro_buffer *out)
{
    struct text_slice slice = text_block_at(texts, row->position);
    bool was_first = *is_first;
    *is_first = false;
    if (!selection_is_set(selection) && isnan(row->distance_m)) {
        aro_buffer_append(out, slice.text + was_first, slice.len - was_first);
        return;
    }
    struct schema_json_walk walk = feature_value_properties(slice.text, slice.len);
    write_head(selection, slice.text, walk.at + 1, row, was_first, out);
    const char *separator = write_members(selection, &walk, row->position, out);
    if (!isnan(row->distance_m)) {
        aro_buffer_text(out, separator);
        aro_buffer_text(out, "\"distance_m\":");
        aro_json_number(out, row->distance_m, 1);
    }
    aro_buffer_text(out, "}}");
}
