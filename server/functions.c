/*
 * The functions that conditions may call, as the standard lists them.
 *
 * Source: OGC 21-065r2, schema functions.yml.
 */
#include "geo/cql2_function.h"
#include "geo/json.h"
#include "server/answer.h"
#include "server/program_handlers.h"

static const char *const type_names[GEO_CQL2_N_TYPES] = {
    [GEO_CQL2_IS_BOOLEAN] = "boolean",    [GEO_CQL2_IS_NUMBER] = "number",
    [GEO_CQL2_IS_TEXT] = "string",        [GEO_CQL2_IS_DATE] = "datetime",
    [GEO_CQL2_IS_TIMESTAMP] = "datetime", [GEO_CQL2_IS_GEOMETRY] = "geometry",
};

static void write_types(struct aro_buffer *out, unsigned types)
{
    const char *separator = "[";
    if (types & GEO_CQL2_TYPE_BIT(GEO_CQL2_IS_DATE)) /* two types of one name */
        types &= ~GEO_CQL2_TYPE_BIT(GEO_CQL2_IS_TIMESTAMP);
    for (int i = 0; i < GEO_CQL2_N_TYPES; i++) {
        if (!(types & GEO_CQL2_TYPE_BIT(i)))
            continue;
        aro_buffer_text(out, separator);
        aro_json_text(out, type_names[i]);
        separator = ",";
    }
    aro_buffer_char(out, ']');
}

static void write_function(struct aro_buffer *out, const struct geo_cql2_function *function)
{
    aro_buffer_text(out, "{\"name\":");
    aro_json_text(out, function->name);
    aro_buffer_text(out, ",\"description\":");
    aro_json_text(out, function->description);
    aro_buffer_text(out, ",\"args\":[");
    for (uint32_t i = 0; i < function->n_args; i++) {
        aro_buffer_text(out, i ? ",{\"title\":" : "{\"title\":");
        aro_json_text(out, function->args[i].title);
        aro_buffer_text(out, ",\"type\":");
        write_types(out, function->args[i].types);
        aro_buffer_char(out, '}');
    }
    aro_buffer_text(out, "],\"returns\":");
    write_types(out, GEO_CQL2_TYPE_BIT(function->returns));
    aro_buffer_char(out, '}');
}

bool handle_functions(const struct request *request, struct response *response,
                      struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"functions\":[");
    for (size_t i = 0; i < geo_cql2_n_functions; i++) {
        aro_buffer_text(out, i ? "," : "");
        write_function(out, &geo_cql2_functions[i]);
    }
    aro_buffer_text(out, "],");
    answer_self_link(request, ANSWER_TYPE_JSON, out);
    aro_buffer_text(out, "]}\n");
    return true;
}
