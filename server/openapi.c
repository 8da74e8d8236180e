#include <stdio.h>
#include <string.h>

#include "geo/json.h"
#include "server/collections.h"
#include "server/negotiate.h"
#include "server/program_handlers.h"
#include "server/route.h"

/* OpenAPI 3.0.3 (https://spec.openapis.org/oas/v3.0.3), made from the tables of routes and of
 * parameters: what is routed is described, and the other way round. */

/* "/assets/{path*}" is "/assets/{path}" here. */
static void write_path(struct aro_buffer *out, const char *pattern)
{
    struct aro_buffer path = {0};
    for (const char *c = pattern; *c; c++)
        if (*c != '*')
            aro_buffer_char(&path, *c);
    aro_json_string(out, path.data, path.len);
    out->failed |= path.failed;
    aro_buffer_clear(&path);
}

/* Of "/collections/{collection}/items": "get_collections_collection_items". */
static void write_operation_id(struct aro_buffer *out, const char *method,
                               const struct route *route)
{
    const char *pattern = route->pattern;
    if (route->operation) {
        aro_buffer_printf(out, "\"operationId\":\"%s\"", route->operation);
        return;
    }
    aro_buffer_printf(out, "\"operationId\":\"%s", method);
    if (strcmp(pattern, "/") == 0)
        aro_buffer_text(out, "_landing");
    for (const char *c = pattern; *c && pattern[1]; c++)
        if (*c == '/' || *c == '.' || *c == '-')
            aro_buffer_char(out, '_');
        else if (!strchr("{}*", *c))
            aro_buffer_char(out, *c);
    aro_buffer_char(out, '"');
}

/* What may stand in the place of a {…}. */
static const struct path_value {
    const char *name, *example;
    bool is_number;
    const char *below; /* where it differs: the beginning of the pattern */
} path_values[] = {
    {"collection", "initiatives", false, ""},
    {"tileset", "initiatives", false, ""},
    {"id", "1a1", false, "/themes/"},
    {"id", "17", false, ""},
    {"kind", "commune", false, ""},
    {"code", "13056", false, "/territoires/"},
    {"code", "13056", false, "/communes/"},
    {"code", "01015", false, "/communes_associees_deleguees/"},
    {"code", "200054807", false, "/epcis/"},
    {"code", "13", false, "/departements/"},
    {"code", "93", false, "/regions/"},
    {"z", "8", true, ""},
    {"x", "130", true, ""},
    {"y", "92", true, ""},
    {"row", "92", true, ""},
    {"col", "130", true, ""},
};

static const struct path_value *path_value_find(const char *pattern, const char *name,
                                                size_t name_len)
{
    for (size_t i = 0; i < sizeof path_values / sizeof *path_values; i++) {
        const struct path_value *value = &path_values[i];
        if (strlen(value->name) == name_len && memcmp(value->name, name, name_len) == 0 &&
            strncmp(pattern, value->below, strlen(value->below)) == 0)
            return value;
    }
    return NULL;
}

static void write_path_value(struct aro_buffer *out, const char *pattern, const char *name,
                             size_t name_len)
{
    const struct path_value *value = path_value_find(pattern, name, name_len);
    bool is_collection = value == &path_values[0];
    aro_buffer_text(out, "{\"name\":");
    aro_json_string(out, name, name_len);
    aro_buffer_printf(out, ",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"%s\"",
                      value && value->is_number ? "integer" : "string");
    for (size_t i = 0; is_collection && i < N_COLLECTIONS; i++) {
        aro_buffer_text(out, i ? "," : ",\"enum\":[");
        aro_json_text(out, collections[i].id);
    }
    aro_buffer_text(out, is_collection ? "]}" : "}");
    if (value)
        aro_buffer_printf(out, value->is_number ? ",\"example\":%s" : ",\"example\":\"%s\"",
                          value->example);
    aro_buffer_char(out, '}');
}

static void write_parameters(struct aro_buffer *out, const struct route *route)
{
    const char *separator = "";
    aro_buffer_text(out, "\"parameters\":[");
    for (const char *open = strchr(route->pattern, '{'); open; open = strchr(open + 1, '{')) {
        aro_buffer_text(out, separator);
        write_path_value(out, route->pattern, open + 1, strcspn(open + 1, "*}"));
        separator = ",";
    }
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) {
        if (!(route_params(route) & PARAM_BIT(i)))
            continue;
        aro_buffer_printf(out, "%s{\"$ref\":\"#/components/parameters/%s\"}", separator,
                          param_infos[i].name);
        separator = ",";
    }
    aro_buffer_char(out, ']');
}

/* The schema of a format's answers, by name; what has none of its own is any object. */
static const char *schema_of(const struct route *route, enum format format)
{
    if (format == FORMAT_HTML || format == FORMAT_TEXT)
        return "{\"type\":\"string\"}";
    if (format == FORMAT_CSV || format == FORMAT_GEOJSONSEQ || format == FORMAT_GEOJSONL ||
        format == FORMAT_ATOM)
        return "{\"type\":\"string\"}";
    if (format == FORMAT_MVT || format == FORMAT_FGB || format == FORMAT_GPKG)
        return "{\"type\":\"string\",\"format\":\"binary\"}";
    if (format != FORMAT_GEOJSON)
        return route->is_list ? "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"
                              : "{\"type\":\"object\"}";
    const char *last = strrchr(route->pattern, '/');
    bool one = strcmp(last, "/{id}") == 0 || strcmp(last, "/{code}") == 0;
    return one ? "{\"$ref\":\"#/components/schemas/feature\"}"
               : "{\"$ref\":\"#/components/schemas/featureCollection\"}";
}

static void write_responses(struct aro_buffer *out, const struct route *route)
{
    const char *separator = "";
    aro_buffer_text(out, "\"responses\":{\"200\":{\"description\":");
    aro_json_text(out, route->summary);
    aro_buffer_text(out, ",\"content\":{");
    for (unsigned bit = 1; bit <= route->formats; bit <<= 1) {
        if (!(route->formats & bit))
            continue;
        aro_buffer_text(out, separator);
        aro_json_text(out, format_content_type((enum format)bit));
        aro_buffer_printf(out, ":{\"schema\":%s}", schema_of(route, (enum format)bit));
        separator = ",";
    }
    aro_buffer_text(out, "}},");
    if (route->params)
        aro_buffer_text(out, "\"400\":{\"$ref\":\"#/components/responses/problem\"},");
    if (strchr(route->pattern, '{'))
        aro_buffer_text(out, "\"404\":{\"$ref\":\"#/components/responses/problem\"},");
    aro_buffer_text(out, "\"default\":{\"$ref\":\"#/components/responses/problem\"}}");
}

static void write_summary(struct aro_buffer *out, const struct route *route, const char *method,
                          const char *summary)
{
    aro_buffer_printf(out, "\"%s\":{\"summary\":", method);
    aro_json_text(out, summary);
    aro_buffer_text(out, ",\"tags\":[");
    aro_json_text(out, route->tag);
    aro_buffer_text(out, "],");
    write_operation_id(out, method, route);
    aro_buffer_char(out, ',');
}

/* The POST of a route that takes a body. */
static void write_upload(struct aro_buffer *out, const struct route *route)
{
    const struct upload_handler *upload = route->upload;
    aro_buffer_char(out, ',');
    write_summary(out, route, "post", upload->summary);
    aro_buffer_printf(out,
                      "\"requestBody\":{\"required\":true,\"content\":{\"%s\":{\"schema\":"
                      "{\"type\":\"string\"}}}},\"responses\":{\"200\":{\"description\":",
                      upload->type);
    aro_json_text(out, upload->summary);
    aro_buffer_printf(out,
                      ",\"content\":{\"%s\":{\"schema\":{\"type\":\"string\"}}}},\"default\":"
                      "{\"$ref\":\"#/components/responses/problem\"}}}",
                      upload->type);
}

static void write_routes(struct aro_buffer *out)
{
    const char *separator = "";
    aro_buffer_text(out, "\"paths\":{");
    for (size_t i = 0; i < n_routes; i++) {
        const struct route *route = &routes[i];
        if (!route->summary)
            continue;
        aro_buffer_text(out, separator);
        write_path(out, route->pattern);
        aro_buffer_text(out, ":{");
        write_summary(out, route, "get", route->summary);
        write_parameters(out, route);
        aro_buffer_char(out, ',');
        write_responses(out, route);
        aro_buffer_char(out, '}');
        if (route->upload)
            write_upload(out, route);
        aro_buffer_char(out, '}');
        separator = ",";
    }
    aro_buffer_char(out, '}');
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* As its schema has it: a list where a request has "a,b,c", and numbers as such. */
static void write_example(struct aro_buffer *out, const struct param_info *info)
{
    bool is_list = begins_with(info->schema, "{\"type\":\"array\"");
    const char *items = is_list ? strstr(info->schema, "\"items\":{") : NULL;
    const char *schema = items ? items + strlen("\"items\":") : info->schema;
    bool is_number = begins_with(schema, "{\"type\":\"integer\"") ||
                     begins_with(schema, "{\"type\":\"number\"") ||
                     begins_with(schema, "{\"oneOf\":[{\"type\":\"integer\"");
    const char *text = info->example;
    aro_buffer_text(out, is_list ? ",\"example\":[" : ",\"example\":");
    while (text) {
        size_t len = is_list ? strcspn(text, ",") : strlen(text);
        if (is_number)
            aro_buffer_append(out, text, len);
        else
            aro_json_string(out, text, len);
        text = text[len] ? text + len + 1 : NULL;
        if (text)
            aro_buffer_char(out, ',');
    }
    aro_buffer_text(out, is_list ? "]" : "");
}

/* The description has the example too, as a request does. */
static void write_parameter(struct aro_buffer *out, const struct param_info *info)
{
    bool list = begins_with(info->schema, "{\"type\":\"array\"");
    struct aro_buffer description = {0};
    aro_json_text(out, info->name);
    aro_buffer_text(out, ":{\"name\":");
    aro_json_text(out, info->name);
    aro_buffer_text(out, ",\"in\":\"query\",\"required\":false,\"description\":");
    aro_buffer_text(&description, info->description);
    if (info->example)
        aro_buffer_printf(&description, " Example: %s=%s", info->name, info->example);
    aro_json_string(out, description.data, description.len);
    out->failed |= description.failed;
    aro_buffer_clear(&description);
    aro_buffer_printf(out, ",\"schema\":%s,\"style\":\"form\",\"explode\":false%s", info->schema,
                      list ? "" : ",\"allowReserved\":false");
    if (info->example)
        write_example(out, info);
    aro_buffer_char(out, '}');
}

static const char schemas[] =
    "\"schemas\":{"
    "\"problem\":{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\"],"
    "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
    "\"parameter\":{\"type\":\"string\"}}},"
    "\"link\":{\"type\":\"object\",\"required\":[\"href\",\"rel\"],\"properties\":{"
    "\"href\":{\"type\":\"string\"},\"rel\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},"
    "\"title\":{\"type\":\"string\"}}},"
    "\"feature\":{\"type\":\"object\",\"required\":[\"type\",\"geometry\",\"properties\"],"
    "\"properties\":{\"type\":{\"type\":\"string\",\"enum\":[\"Feature\"]},"
    "\"id\":{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]},"
    "\"geometry\":{\"type\":\"object\",\"nullable\":true},"
    "\"properties\":{\"type\":\"object\",\"nullable\":true},"
    "\"links\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/link\"}}}},"
    "\"featureCollection\":{\"type\":\"object\",\"required\":[\"type\",\"features\"],"
    "\"properties\":{\"type\":{\"type\":\"string\",\"enum\":[\"FeatureCollection\"]},"
    "\"features\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/feature\"}},"
    "\"numberMatched\":{\"type\":\"integer\",\"minimum\":0},"
    "\"numberReturned\":{\"type\":\"integer\",\"minimum\":0},"
    "\"links\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/link\"}}}}}";

static void write_components(struct aro_buffer *out)
{
    const char *separator = "";
    param_set described = 0;
    for (size_t i = 0; i < n_routes; i++)
        described |= routes[i].summary ? route_params(&routes[i]) : 0;
    aro_buffer_text(out, "\"components\":{\"parameters\":{");
    for (int i = 0; i < PARAM_COUNT_OF_ALL; i++) {
        if (!(described & PARAM_BIT(i)))
            continue;
        aro_buffer_text(out, separator);
        write_parameter(out, &param_infos[i]);
        separator = ",";
    }
    aro_buffer_text(out, "},\"responses\":{\"problem\":{\"description\":\"What is wrong (RFC 9457)."
                         "\",\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":"
                         "\"#/components/schemas/problem\"}}}}},");
    aro_buffer_text(out, schemas);
    aro_buffer_char(out, '}');
}

bool handle_api(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"arobase\",\"description\":"
                         "\"Local initiatives of French communes: by viewport, radius, territory, "
                         "theme and words.\",\"version\":");
    aro_json_text(out, ARO_VERSION);
    aro_buffer_text(out,
                    ",\"license\":{\"name\":\"Apache-2.0\",\"url\":"
                    "\"https://www.apache.org/licenses/LICENSE-2.0\"}},\"servers\":[{\"url\":");
    aro_json_text(out, request->base_url);
    aro_buffer_text(out, "}],");
    write_routes(out);
    aro_buffer_char(out, ',');
    write_components(out);
    aro_buffer_text(out, "}\n");
    return true;
}
