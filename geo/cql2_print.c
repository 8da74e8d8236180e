#include "geo/cql2_internal.h"

#include "geo/json.h"

/* How closely the operator of a node binds its arguments. */
enum level { ANY, LEVEL_OR = ANY, LEVEL_AND, LEVEL_NOT, COMPARED, SUM, PRODUCT, POWER, PRIMARY };

static void print(const struct geo_cql2_node *node, enum level wanted, struct aro_buffer *out);

/* ------------------------------------------------------------------ literals and names */

/* Between double quotes where it is no name without them. */
static void print_name(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    if (geo_cql2_identifier_len(node->text, node->text_len) == node->text_len &&
        !geo_cql2_is_keyword(node->text, node->text_len)) {
        aro_buffer_append(out, node->text, node->text_len);
        return;
    }
    aro_buffer_char(out, '"');
    for (size_t i = 0; i < node->text_len; i++) {
        if (node->text[i] == '"')
            aro_buffer_char(out, '"');
        aro_buffer_char(out, node->text[i]);
    }
    aro_buffer_char(out, '"');
}

static void print_text(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    static const char letters[] = "abtnvfr"; /* of the characters from 7 on */
    aro_buffer_char(out, '\'');
    for (size_t i = 0; i < node->text_len; i++) {
        char c = node->text[i];
        if (c >= '\a' && c <= '\r') {
            aro_buffer_char(out, '\\');
            c = letters[c - '\a'];
        } else if (c == '\'' || c == '\\') {
            aro_buffer_char(out, c);
        }
        aro_buffer_char(out, c);
    }
    aro_buffer_char(out, '\'');
}

void geo_cql2_instant_text(const struct geo_cql2_node *node, char out_text[GEO_INSTANT_TEXT_BYTES])
{
    if (node->op == GEO_CQL2_DATE)
        geo_day_text(geo_instant_day(node->instant), out_text);
    else
        geo_instant_text(node->instant, out_text);
}

static void print_instant(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    char text[GEO_INSTANT_TEXT_BYTES];
    geo_cql2_instant_text(node, text);
    aro_buffer_printf(out, "'%s'", text);
}

/* ------------------------------------------------------------------ geometries */

static void print_upper(const char *word, struct aro_buffer *out)
{
    for (; *word; word++)
        aro_buffer_char(out, (char)(*word >= 'a' && *word <= 'z' ? *word - ('a' - 'A') : *word));
}

/* The vertices of a part: "(1 2,3 4)". */
static void print_part(const struct geo_cql2_shape *shape, size_t part, struct aro_buffer *out)
{
    size_t first = part > 0 ? shape->part_ends[part - 1] : 0;
    for (size_t i = first; i < shape->part_ends[part]; i++) {
        aro_buffer_char(out, i == first ? '(' : ',');
        aro_json_exact(out, shape->xy[2 * i]);
        aro_buffer_char(out, ' ');
        aro_json_exact(out, shape->xy[2 * i + 1]);
    }
    aro_buffer_char(out, ')');
}

static void print_parts(const struct geo_cql2_shape *shape, size_t first, size_t end,
                        struct aro_buffer *out)
{
    for (size_t part = first; part < end; part++) {
        aro_buffer_char(out, part == first ? '(' : ',');
        print_part(shape, part, out);
    }
    aro_buffer_char(out, ')');
}

static void print_shape(const struct geo_cql2_shape *shape, struct aro_buffer *out)
{
    print_upper(geo_cql2_shape_name(shape->type), out);
    switch (shape->type) {
    case GEO_CQL2_POINT:
    case GEO_CQL2_LINESTRING:
        print_part(shape, 0, out);
        break;
    case GEO_CQL2_MULTIPOINT:
    case GEO_CQL2_MULTILINESTRING:
    case GEO_CQL2_POLYGON:
        print_parts(shape, 0, shape->n_parts, out);
        break;
    case GEO_CQL2_MULTIPOLYGON:
        for (size_t i = 0; i < shape->n_polygons; i++) {
            aro_buffer_char(out, i == 0 ? '(' : ',');
            print_parts(shape, i > 0 ? shape->polygon_ends[i - 1] : 0, shape->polygon_ends[i], out);
        }
        aro_buffer_char(out, ')');
        break;
    }
}

static void print_box(const struct geo_cql2_box *box, struct aro_buffer *out)
{
    const double numbers[] = {box->min_x, box->min_y, box->max_x, box->max_y};
    aro_buffer_text(out, "BBOX");
    for (int i = 0; i < 4; i++) {
        aro_buffer_text(out, i == 0 ? "(" : ",");
        aro_json_exact(out, numbers[i]);
    }
    aro_buffer_char(out, ')');
}

/* ------------------------------------------------------------------ operators */

/* The arguments from `first` on, between parentheses. */
static void print_list(const struct geo_cql2_node *node, size_t first, enum level wanted,
                       struct aro_buffer *out)
{
    aro_buffer_char(out, '(');
    for (size_t i = first; i < node->n_args; i++) {
        if (i > first)
            aro_buffer_text(out, ", ");
        print(node->args[i], wanted, out);
    }
    aro_buffer_char(out, ')');
}

/* Instants are texts there, without the words DATE and TIMESTAMP. */
static void print_interval(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    aro_buffer_text(out, "INTERVAL(");
    for (size_t i = 0; i < 2; i++) {
        const struct geo_cql2_node *end = node->args[i];
        if (i > 0)
            aro_buffer_text(out, ", ");
        if (end->op == GEO_CQL2_OPEN)
            aro_buffer_text(out, "'..'");
        else if (end->op == GEO_CQL2_DATE || end->op == GEO_CQL2_TIMESTAMP)
            print_instant(end, out);
        else
            print(end, ANY, out);
    }
    aro_buffer_char(out, ')');
}

/* LIKE, BETWEEN, IN and IS NULL; `negation` is "NOT " or "". */
static void print_word_operator(const struct geo_cql2_node *node, const char *negation,
                                struct aro_buffer *out)
{
    print(node->args[0], SUM, out);
    if (node->op == GEO_CQL2_IS_NULL) {
        aro_buffer_printf(out, " IS %sNULL", negation);
        return;
    }
    aro_buffer_printf(out, " %s", negation);
    print_upper(geo_cql2_op_name(node->op), out);
    aro_buffer_char(out, ' ');
    if (node->op == GEO_CQL2_IN) {
        print_list(node, 1, SUM, out);
        return;
    }
    print(node->args[1], SUM, out);
    if (node->op == GEO_CQL2_BETWEEN) {
        aro_buffer_text(out, " AND ");
        print(node->args[2], SUM, out);
    }
}

static bool is_word_operator(enum geo_cql2_op op)
{
    return op == GEO_CQL2_LIKE || op == GEO_CQL2_BETWEEN || op == GEO_CQL2_IN ||
           op == GEO_CQL2_IS_NULL;
}

static void print_not(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    if (is_word_operator(node->args[0]->op)) {
        print_word_operator(node->args[0], "NOT ", out);
        return;
    }
    aro_buffer_text(out, "NOT ");
    print(node->args[0], COMPARED, out);
}

/* Arguments with the operator between them: the first may bind as the operator does, where it is
 * read from left to right. */
static void print_infix(const struct geo_cql2_node *node, enum level first, enum level others,
                        struct aro_buffer *out)
{
    for (size_t i = 0; i < node->n_args; i++) {
        if (i > 0) {
            aro_buffer_char(out, ' ');
            print_upper(geo_cql2_op_name(node->op), out);
            aro_buffer_char(out, ' ');
        }
        print(node->args[i], i == 0 ? first : others, out);
    }
}

static enum level level_of(enum geo_cql2_op op)
{
    switch (op) {
    case GEO_CQL2_OR:
        return LEVEL_OR;
    case GEO_CQL2_AND:
        return LEVEL_AND;
    case GEO_CQL2_NOT:
        return LEVEL_NOT;
    case GEO_CQL2_ADD:
    case GEO_CQL2_SUBTRACT:
        return SUM;
    case GEO_CQL2_MULTIPLY:
    case GEO_CQL2_DIVIDE:
    case GEO_CQL2_MODULO:
    case GEO_CQL2_DIV:
        return PRODUCT;
    case GEO_CQL2_POWER:
        return POWER;
    default:
        return op >= GEO_CQL2_EQUAL && op <= GEO_CQL2_IS_NULL ? COMPARED : PRIMARY;
    }
}

static void print_call(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    if (node->op == GEO_CQL2_FUNCTION)
        aro_buffer_append(out, node->text, node->text_len);
    else
        print_upper(geo_cql2_op_name(node->op), out); /* nothing for an array */
    print_list(node, 0, ANY, out);
}

/* What needs no parentheses anywhere. */
static void print_primary(const struct geo_cql2_node *node, struct aro_buffer *out)
{
    switch (node->op) {
    case GEO_CQL2_TEXT:
        print_text(node, out);
        break;
    case GEO_CQL2_INTEGER:
        aro_buffer_printf(out, "%lld", (long long)node->integer);
        break;
    case GEO_CQL2_NUMBER:
        aro_json_real(out, node->number);
        break;
    case GEO_CQL2_BOOLEAN:
        aro_buffer_text(out, node->boolean ? "TRUE" : "FALSE");
        break;
    case GEO_CQL2_DATE:
    case GEO_CQL2_TIMESTAMP:
        aro_buffer_text(out, node->op == GEO_CQL2_DATE ? "DATE(" : "TIMESTAMP(");
        print_instant(node, out);
        aro_buffer_char(out, ')');
        break;
    case GEO_CQL2_PROPERTY:
        print_name(node, out);
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
        print_upper(GEO_CQL2_COLLECTION_NAME, out);
        print_list(node, 0, ANY, out);
        break;
    default:
        print_call(node, out);
        break;
    }
}

/* In parentheses where the operator binds less closely than wanted. */
static void print(const struct geo_cql2_node *node, enum level wanted, struct aro_buffer *out)
{
    enum level level = level_of(node->op);
    if (level < wanted)
        aro_buffer_char(out, '(');
    if (level == PRIMARY)
        print_primary(node, out);
    else if (level == LEVEL_NOT)
        print_not(node, out);
    else if (is_word_operator(node->op))
        print_word_operator(node, "", out);
    else if (level == SUM || level == PRODUCT)
        print_infix(node, level, level + 1, out);
    else /* one that takes many at once, or none of its own level on either side */
        print_infix(node, level + 1, level + 1, out);
    if (level < wanted)
        aro_buffer_char(out, ')');
}

void geo_cql2_print_text(const struct geo_cql2_tree *tree, struct aro_buffer *out)
{
    print(geo_cql2_root(tree), ANY, out);
}
