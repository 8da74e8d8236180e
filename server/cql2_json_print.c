#include "server/cql2_json.h"

#include "geo/json.h"

static void print(const struct geo_cql2_node *node, struct aro_buffer *out);

/* Positions from first up to end: "[[1,2],[3,4]]". */
static void print_positions(const struct geo_cql2_shape *shape, size_t first, size_t end,
                            struct aro_buffer *out)
{
    for (size_t i = first; i < end; i++) {
        aro_buffer_char(out, i == first ? '[' : ',');
        aro_buffer_char(out, '[');
        aro_json_exact(out, shape->xy[2 * i]);
        aro_buffer_char(out, ',');
        aro_json_exact(out, shape->xy[2 * i + 1]);
        aro_buffer_char(out, ']');
    }
    aro_buffer_char(out, ']');
}

static void print_parts(const struct geo_cql2_shape *shape, size_t first, size_t end,
                        struct aro_buffer *out)
{
    for (size_t part = first; part < end; part++) {
        aro_buffer_char(out, part == first ? '[' : ',');
        print_positions(shape, part > 0 ? shape->part_ends[part - 1] : 0, shape->part_ends[part],
                        out);
    }
    aro_buffer_char(out, ']');
}

static void print_shape(const struct geo_cql2_shape *shape, struct aro_buffer *out)
{
    aro_buffer_printf(out, "{\"type\":\"%s\",\"coordinates\":", geo_cql2_shape_name(shape->type));
    switch (shape->type) {
    case GEO_CQL2_POINT:
        aro_buffer_char(out, '[');
        aro_json_exact(out, shape->xy[0]);
        aro_buffer_char(out, ',');
        aro_json_exact(out, shape->xy[1]);
        aro_buffer_char(out, ']');
        break;
    case GEO_CQL2_LINESTRING:
    case GEO_CQL2_MULTIPOINT:
        print_positions(shape, 0, shape->n_vertices, out);
        break;
    case GEO_CQL2_POLYGON:
    case GEO_CQL2_MULTILINESTRING:
        print_parts(shape, 0, shape->n_parts, out);
        break;
    case GEO_CQL2_MULTIPOLYGON:
        for (size_t i = 0; i < shape->n_polygons; i++) {
            aro_buffer_char(out, i == 0 ? '[' : ',');
            print_parts(shape, i > 0 ? shape->polygon_ends[i - 1] : 0, shape->polygon_ends[i], out);
        }
        aro_buffer_char(out, ']');
        break;
    }
    aro_buffer_char(out, '}');
}

static void print_box(const struct geo_cql2_box *box, struct aro_buffer *out)
{
    const double numbers[] = {box->min_x, box->min_y, box->max_x, box->max_y};
    aro_buffer_text(out, "{\"bbox\":");
    for (int i = 0; i < 4; i++) {
        aro_buffer_char(out, i == 0 ? '[' : ',');
        aro_json_exact(out, numbers[i]);
    }
    aro_buffer_text(out, "]}");
}

/* What the quotes of a date or timestamp hold, with them. */
static void print_instant(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    char text[GEO_INSTANT_TEXT_BYTES];
    geo_cql2_instant_text(node, text);
    aro_json_text(out, text);
}

static void print_interval(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"interval\":");
    for (size_t i = 0; i < 2; i++) {
        const struct geo_cql2_node *end = node->args[i];
        aro_buffer_char(out, i == 0 ? '[' : ',');
        if (end->op == GEO_CQL2_OPEN)
            aro_buffer_text(out, "\"..\"");
        else if (end->op == GEO_CQL2_DATE || end->op == GEO_CQL2_TIMESTAMP)
            print_instant(end, out);
        else
            print(end, out);
    }
    aro_buffer_text(out, "]}");
}

/* The arguments from `first` on, as elements of an array. */
static void print_elements(const struct geo_cql2_node *node, size_t first, struct aro_buffer *out)
{
    aro_buffer_char(out, '[');
    for (size_t i = first; i < node->n_args; i++) {
        if (i > first)
            aro_buffer_char(out, ',');
        print(node->args[i], out);
    }
    aro_buffer_char(out, ']');
}

static void print_op(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"op\":");
    aro_json_text(out, node->op == GEO_CQL2_FUNCTION ? node->text : geo_cql2_op_name(node->op));
    aro_buffer_text(out, ",\"args\":");
    if (node->op == GEO_CQL2_IN) {
        aro_buffer_char(out, '[');
        print(node->args[0], out);
        aro_buffer_char(out, ',');
        print_elements(node, 1, out);
        aro_buffer_char(out, ']');
    } else {
        print_elements(node, 0, out);
    }
    aro_buffer_char(out, '}');
}

static void print_member(const char *name, const struct geo_cql2_node *node, struct aro_buffer *out)
{
    aro_buffer_printf(out, "{\"%s\":", name);
    if (node->op == GEO_CQL2_PROPERTY)
        aro_json_string(out, node->text, node->text_len);
    else
        print_instant(node, out);
    aro_buffer_char(out, '}');
}

static void print_collection(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"type\":\"GeometryCollection\",\"geometries\":");
    print_elements(node, 0, out);
    aro_buffer_char(out, '}');
}

static void print(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    switch (node->op) {
    case GEO_CQL2_TEXT:
        aro_json_string(out, node->text, node->text_len);
        break;
    case GEO_CQL2_INTEGER:
        aro_json_integer(out, node->integer);
        break;
    case GEO_CQL2_NUMBER:
        aro_json_real(out, node->number);
        break;
    case GEO_CQL2_BOOLEAN:
        aro_buffer_text(out, node->boolean ? "true" : "false");
        break;
    case GEO_CQL2_DATE:
        print_member("date", node, out);
        break;
    case GEO_CQL2_TIMESTAMP:
        print_member("timestamp", node, out);
        break;
    case GEO_CQL2_PROPERTY:
        print_member("property", node, out);
        break;
    case GEO_CQL2_SHAPE:
        print_shape(&node->shape, out);
        break;
    case GEO_CQL2_BBOX:
        print_box(&node->box, out);
        break;
    case GEO_CQL2_INTERVAL:
        print_interval(node, out);
        break;
    case GEO_CQL2_COLLECTION:
        print_collection(node, out);
        break;
    case GEO_CQL2_ARRAY:
        print_elements(node, 0, out);
        break;
    default:
        print_op(node, out);
        break;
    }
}

void cql2_json_print(const struct geo_cql2_tree *tree, struct aro_buffer *out)
{
    print(geo_cql2_root(tree), out);
}
