/*
 * A collection's properties as JSON Schema (draft 2020-12): what can be asked for, what can be
 * sorted by, and what a feature has.
 *
 * Sources: OGC API - Features, Part 3 (OGC 19-079r2), section 6.2, queryables; Part 5 (OGC
 * 23-058r1), schemas and x-ogc-role; Part 8 (draft), sortables.
 */
#include <string.h>

#include "geo/json.h"
#include "server/collections.h"
#include "server/handlers.h"

/* Which properties a document has. */
typedef bool choose_fn(const struct property *property);

static bool choose_all(const struct property *property)
{
    (void)property;
    return true;
}

struct document {
    const char *name;  /* the last part of its address */
    const char *about; /* English; the title of the collection goes before */
    choose_fn *choose;
    bool closed; /* other names are refused */
};

static void write_enum(const struct property *property, const struct snapshot *snapshot,
                       struct aro_buffer *out)
{
    const struct property_dictionary *dictionary = property->dictionary;
    if (property->values) {
        for (size_t i = 0; property->values[i]; i++) {
            aro_buffer_text(out, i ? "," : ",\"enum\":[");
            aro_json_text(out, property->values[i]);
        }
        aro_buffer_char(out, ']');
    } else if (dictionary && dictionary->is_closed) {
        uint32_t n = dictionary->n(snapshot);
        for (uint32_t i = 0; i < n; i++) {
            struct property_text text = dictionary->text(snapshot, i);
            aro_buffer_text(out, i ? "," : ",\"enum\":[");
            aro_json_string(out, text.bytes, text.len);
        }
        aro_buffer_text(out, n > 0 ? "]" : "");
    }
}

static void write_type(const struct property *property, const struct snapshot *snapshot,
                       struct aro_buffer *out)
{
    switch (property->type) {
    case PROPERTY_INTEGER:
        aro_buffer_text(out, ",\"type\":\"integer\"");
        if (property->max > 0)
            aro_buffer_printf(out, ",\"minimum\":%d,\"maximum\":%d", property->min, property->max);
        break;
    case PROPERTY_NUMBER:
        aro_buffer_text(out, ",\"type\":\"number\"");
        break;
    case PROPERTY_TEXT:
        aro_buffer_text(out, ",\"type\":\"string\"");
        write_enum(property, snapshot, out);
        break;
    case PROPERTY_DATE:
        aro_buffer_text(out, ",\"type\":\"string\",\"format\":\"date\"");
        break;
    case PROPERTY_INSTANT:
        aro_buffer_text(out, ",\"type\":\"string\",\"format\":\"date-time\"");
        break;
    case PROPERTY_TEXTS:
        aro_buffer_text(out, ",\"type\":\"array\",\"items\":{\"type\":\"string\"");
        write_enum(property, snapshot, out);
        aro_buffer_char(out, '}');
        break;
    case PROPERTY_JSON:
        aro_buffer_printf(out, ",%s", property->schema);
        break;
    case PROPERTY_GEOMETRY:
        aro_buffer_text(out, ",\"format\":\"geometry-point\"");
        break;
    }
}

static void write_role(const struct property_table *table, const struct property *property,
                       struct aro_buffer *out)
{
    const char *role = property == table->id         ? "id"
                       : property == table->geometry ? "primary-geometry"
                       : property == table->instant  ? "primary-instant"
                                                     : NULL;
    if (role)
        aro_buffer_printf(out, ",\"x-ogc-role\":\"%s\"", role);
}

/* Its place in a table of features: id and geometry beside the others stand before them. */
static size_t seq_of(const struct property_table *table, const struct property *property)
{
    if (property == table->geometry)
        return 2;
    size_t index = property_index(table, property->name, strlen(property->name));
    return index == table->n ? 1 : index + 3;
}

/* Writes the property where the document has it. */
static void write_property(const struct request *request, const struct collection *collection,
                           const struct document *document, const struct property *property,
                           const char **separator, struct aro_buffer *out)
{
    if (!document->choose(property))
        return;
    aro_buffer_text(out, *separator);
    *separator = ",";
    aro_json_text(out, property->name);
    aro_buffer_text(out, ":{\"title\":");
    aro_json_text(out, property->title);
    aro_buffer_text(out, ",\"description\":");
    aro_json_text(out, property->description);
    write_type(property, request->snapshot, out);
    write_role(collection->properties, property, out);
    aro_buffer_printf(out, ",\"x-ogc-propertySeq\":%zu}", seq_of(collection->properties, property));
}

static bool answer_document(const struct request *request, const struct document *document,
                            struct response *response, struct aro_error *err)
{
    const struct collection *collection = collection_find(request->path_values[0], err);
    if (!collection)
        return false;
    const struct property_table *table = collection->properties;
    struct aro_buffer *out = response_buffer(response);
    const char *separator = "";
    aro_buffer_text(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":");
    struct aro_buffer id = {0};
    aro_buffer_printf(&id, "%s/collections/%s/%s", request->base_url, collection->id,
                      document->name);
    aro_json_string(out, id.data ? id.data : "", id.len);
    out->failed |= id.failed;
    aro_buffer_clear(&id);
    aro_buffer_text(out, ",\"type\":\"object\",\"title\":");
    aro_json_text(out, collection->title);
    aro_buffer_text(out, ",\"description\":");
    aro_json_text(out, document->about);
    aro_buffer_text(out, ",\"properties\":{");
    if (property_index(table, table->id->name, strlen(table->id->name)) == table->n)
        write_property(request, collection, document, table->id, &separator, out);
    write_property(request, collection, document, table->geometry, &separator, out);
    for (size_t i = 0; i < table->n; i++)
        write_property(request, collection, document, &table->items[i], &separator, out);
    aro_buffer_printf(out, "},\"additionalProperties\":%s}\n", document->closed ? "false" : "true");
    return true;
}

bool handle_queryables(const struct request *request, struct response *response,
                       struct aro_error *err)
{
    static const struct document document = {
        "queryables", "What features can be asked for by, in filter= and as parameters.",
        property_is_queryable, true};
    return answer_document(request, &document, response, err);
}

bool handle_sortables(const struct request *request, struct response *response,
                      struct aro_error *err)
{
    static const struct document document = {"sortables", "What sortby= can sort features by.",
                                             property_is_sortable, true};
    return answer_document(request, &document, response, err);
}

bool handle_schema(const struct request *request, struct response *response, struct aro_error *err)
{
    static const struct document document = {"schema", "What a feature has.", choose_all, false};
    return answer_document(request, &document, response, err);
}
