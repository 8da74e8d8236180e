/*
 * Any bytes as GeoJSON: no crash, what holds for every record holds, and the same is read however
 * the bytes are cut. The first byte says into what pieces.
 */
#include <stdint.h>
#include <stdlib.h>

#include "schema/geojson.h"
#include "tests/unit/dump_records.h"

static enum schema_next geojson_next(void *reader, const struct schema_record **out_record,
                                     struct aro_error *err)
{
    return schema_geojson_next(reader, out_record, err);
}

static size_t geojson_n_columns(const void *reader)
{
    return schema_geojson_n_columns(reader);
}

static const char *geojson_column(const void *reader, size_t i)
{
    return schema_geojson_column(reader, i);
}

static void dump(struct aro_buffer *out, const uint8_t *bytes, size_t len, size_t piece)
{
    struct aro_error err = {0};
    struct schema_input *input = schema_input_from_memory(bytes, len, piece, &err);
    struct schema_geojson *geojson = input ? schema_geojson_open(input, &err) : NULL;
    struct dump_reader reader = {geojson, geojson_next, geojson_n_columns, geojson_column, true};
    if (geojson)
        dump_records(out, &reader);
    else
        aro_buffer_text(out, err.message);
    aro_buffer_char(out, '\0');
    schema_geojson_close(geojson);
    schema_input_close(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    /* Of damaged gzip, larger pieces read less before they fail. */
    bool is_gzip = size > 2 && data[1] == 0x1f && data[2] == 0x8b;
    struct aro_buffer whole = {0}, cut = {0};
    dump(&whole, data + 1, size - 1, 0);
    dump(&cut, data + 1, size - 1, 1 + data[0] % 16);
    if (!is_gzip && strcmp(whole.data, cut.data) != 0)
        abort();
    aro_buffer_clear(&whole);
    aro_buffer_clear(&cut);
    return 0;
}
