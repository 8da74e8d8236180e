#include "schema/record.h"

#include <stdlib.h>

#include "schema/csv.h"
#include "schema/geojson.h"
#include "schema/layer.h"
#include "schema/sniff.h"

struct schema_source {
    struct schema_input *input;
    struct schema_csv *csv;         /* one of the three */
    struct schema_geojson *geojson; /* is not NULL */
    struct schema_layer *layer;
};

struct schema_source *schema_source_open(const char *path, struct aro_error *err)
{
    struct schema_source *source = calloc(1, sizeof *source);
    if (!source) {
        aro_error_no_memory(err);
        return NULL;
    }
    enum schema_format format = SCHEMA_FORMAT_CSV;
    source->input = schema_input_open(path, err);
    if (!source->input || !schema_sniff(source->input, path, &format, err))
        goto failed;
    if (format == SCHEMA_FORMAT_CSV)
        source->csv = schema_csv_open(source->input, err);
    else
        source->geojson = schema_geojson_open(source->input, err);
    if (source->csv || source->geojson)
        return source;
failed:
    schema_source_close(source);
    return NULL;
}

struct schema_source *schema_source_open_areas(const char *path, const char *layer,
                                               struct aro_error *err)
{
    if (!schema_layer_is_named(path))
        return schema_source_open(path, err);
    struct schema_source *source = calloc(1, sizeof *source);
    if (!source) {
        aro_error_no_memory(err);
        return NULL;
    }
    source->layer = schema_layer_open(path, layer, err);
    if (source->layer)
        return source;
    schema_source_close(source);
    return NULL;
}

void schema_source_close(struct schema_source *source)
{
    if (!source)
        return;
    schema_csv_close(source->csv);
    schema_geojson_close(source->geojson);
    schema_layer_close(source->layer);
    schema_input_close(source->input);
    free(source);
}

size_t schema_source_n_columns(const struct schema_source *source)
{
    return source->csv     ? schema_csv_n_columns(source->csv)
           : source->layer ? schema_layer_n_columns(source->layer)
                           : schema_geojson_n_columns(source->geojson);
}

const char *schema_source_column(const struct schema_source *source, size_t i)
{
    return source->csv     ? schema_csv_column(source->csv, i)
           : source->layer ? schema_layer_column(source->layer, i)
                           : schema_geojson_column(source->geojson, i);
}

bool schema_source_is_json(const struct schema_source *source)
{
    return source->geojson != NULL;
}

const char *schema_source_crs(const struct schema_source *source)
{
    return source->geojson ? schema_geojson_crs(source->geojson)
           : source->layer ? schema_layer_crs(source->layer)
                           : NULL;
}

const char *schema_source_note(const struct schema_source *source)
{
    return source->layer ? schema_layer_note(source->layer) : NULL;
}

enum schema_next schema_source_next(struct schema_source *source,
                                    const struct schema_record **out_record, struct aro_error *err)
{
    return source->csv     ? schema_csv_next(source->csv, out_record, err)
           : source->layer ? schema_layer_next(source->layer, out_record, err)
                           : schema_geojson_next(source->geojson, out_record, err);
}

double schema_source_progress(const struct schema_source *source)
{
    return source->layer ? schema_layer_progress(source->layer)
                         : schema_input_progress(source->input);
}
