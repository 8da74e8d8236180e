#include <string.h>

#include "server/geo_api.h"

/* ---- Which fields ---- */

bool api_output_has(const struct api_output *output, enum api_field field)
{
    for (size_t i = 0; i < output->n_fields; i++)
        if (output->fields[i] == field)
            return true;
    return false;
}

void api_output_add(struct api_output *output, enum api_field field)
{
    if (!api_output_has(output, field))
        output->fields[output->n_fields++] = field;
}

/* The objects come last, whatever the order of their names. */
static bool is_object(enum api_field field)
{
    return field >= API_DEPARTEMENT_OBJECT;
}

static bool read_format(const struct request *request, struct api_output *output,
                        struct aro_error *err)
{
    const char *format = request_param(request, PARAM_FORMAT);
    const char *geometry = request_param(request, PARAM_GEOMETRY);
    output->geojson = format ? strcmp(format, "geojson") == 0 : request->format == FORMAT_GEOJSON;
    if (format && !output->geojson && strcmp(format, "json") != 0)
        return aro_error_set_for(err, "format", ARO_BAD_INPUT,
                                 "format '%.40s' is unknown: wanted json or geojson", format);
    output->geometry = geometry ? api_field_find(geometry, strlen(geometry)) : API_CENTRE;
    switch ((int)output->geometry) {
    case API_CENTRE:
    case API_MAIRIE:
    case API_CONTOUR:
    case API_BBOX:
        return true;
    default:
        return aro_error_set_for(err, "geometry", ARO_BAD_INPUT,
                                 "geometry '%.40s' is unknown: wanted centre, mairie, contour or "
                                 "bbox",
                                 geometry);
    }
}

/* What has a geometry of its own is not said among the properties too. */
static void drop_geometries(struct api_output *output)
{
    size_t n = 0;
    for (size_t i = 0; i < output->n_fields; i++)
        if (output->fields[i] < API_CENTRE || output->fields[i] > API_BBOX)
            output->fields[n++] = output->fields[i];
    output->n_fields = n;
}

bool api_output_read(const struct request *request, const enum api_field *defaults,
                     size_t n_defaults, bool has_score, struct api_output *out_output,
                     struct aro_error *err)
{
    struct api_output output = {.snapshot = request->snapshot};
    enum api_field objects[API_FIELDS];
    const char *cursor = request_param(request, PARAM_FIELDS), *name;
    size_t len, n_objects = 0;
    if (!read_format(request, &output, err))
        return false;
    if (!cursor || !*cursor)
        for (size_t i = 0; i < n_defaults; i++)
            api_output_add(&output, defaults[i]);
    for (int i = API_DEPARTEMENT_OBJECT; i < API_FIELDS; i++)
        objects[n_objects++] = API_FIELDS; /* none yet */
    while (cursor && *cursor && api_next_item(&cursor, &name, &len)) {
        enum api_field field = api_field_find(name, len);
        if (field != API_FIELDS && is_object(field))
            objects[field - API_DEPARTEMENT_OBJECT] = field;
        else if (field != API_FIELDS)
            api_output_add(&output, field);
    }
    api_output_add(&output, API_NOM);
    api_output_add(&output, API_CODE);
    if (has_score)
        api_output_add(&output, API_SCORE);
    for (size_t i = 0; i < n_objects; i++)
        if (objects[i] != API_FIELDS)
            api_output_add(&output, objects[i]);
    if (output.geojson)
        drop_geometries(&output);
    *out_output = output;
    return true;
}

/* ---- One entry ---- */

static void write_properties(const struct api_output *output, const struct api_entry *entry,
                             struct aro_buffer *out)
{
    bool is_first = true;
    aro_buffer_char(out, '{');
    for (size_t i = 0; i < output->n_fields; i++) {
        size_t before = out->len;
        aro_buffer_text(out, is_first ? "\"" : ",\"");
        aro_buffer_text(out, api_field_name(output->fields[i]));
        aro_buffer_text(out, "\":");
        if (api_write_value(output->snapshot, entry, output->fields[i], out))
            is_first = false;
        else if (!out->failed)
            out->len = before;
    }
    aro_buffer_char(out, '}');
}

void api_write_entry(const struct api_output *output, const struct api_entry *entry,
                     struct aro_buffer *out)
{
    if (!output->geojson) {
        write_properties(output, entry, out);
        return;
    }
    aro_buffer_text(out, "{\"type\":\"Feature\",\"properties\":");
    write_properties(output, entry, out);
    aro_buffer_text(out, ",\"geometry\":");
    if (!api_write_value(output->snapshot, entry, output->geometry, out))
        aro_buffer_text(out, "null");
    aro_buffer_char(out, '}');
}
