#include "geo/cql2_parse.h"

/* The type of shape that a word names; one more than the last when none. */
static int shape_type(const struct geo_cql2_token *token)
{
    int type = GEO_CQL2_POINT;
    while (type <= GEO_CQL2_MULTIPOLYGON &&
           !geo_cql2_is_word(token, geo_cql2_shape_name((enum geo_cql2_shape_type)type)))
        type++;
    return type;
}

bool geo_cql2_begins_geometry(const struct geo_cql2_parser *parser)
{
    struct geo_cql2_token ahead;
    const struct geo_cql2_token *token = &parser->token;
    bool box = geo_cql2_is_word(token, "bbox");
    bool named = box || geo_cql2_is_word(token, GEO_CQL2_COLLECTION_NAME) ||
                 shape_type(token) <= GEO_CQL2_MULTIPOLYGON;
    return named && geo_cql2_look_ahead(parser, &ahead) &&
           (geo_cql2_is_sign(&ahead, "(") || (!box && geo_cql2_is_word(&ahead, "z")));
}

/* Takes a comma if it comes next. */
static bool accept_comma(struct geo_cql2_parser *parser, bool *out_there)
{
    *out_there = geo_cql2_is_sign(&parser->token, ",");
    return !*out_there || geo_cql2_next(parser);
}

/* "( one, one, … )" */
static bool parse_nested(struct geo_cql2_parser *parser,
                         bool (*parse_one)(struct geo_cql2_parser *))
{
    bool more = true;
    if (!geo_cql2_expect(parser, "(", "("))
        return false;
    while (more)
        if (!parse_one(parser) || !accept_comma(parser, &more))
            return false;
    return geo_cql2_expect(parser, ")", "a comma or )");
}

/* "2.35 48.85", with a height perhaps, which is dropped. */
static bool parse_position(struct geo_cql2_parser *parser)
{
    double x, y, height;
    if (!geo_cql2_read_number(parser, &x) || !geo_cql2_read_number(parser, &y))
        return false;
    bool end = geo_cql2_is_sign(&parser->token, ",") || geo_cql2_is_sign(&parser->token, ")");
    return (end || geo_cql2_read_number(parser, &height)) &&
           geo_cql2_vertex(parser->builder, x, y, parser->err);
}

static bool parse_line(struct geo_cql2_parser *parser)
{
    return parse_nested(parser, parse_position) && geo_cql2_end_part(parser->builder, parser->err);
}

static bool parse_polygon(struct geo_cql2_parser *parser)
{
    return parse_nested(parser, parse_line) && geo_cql2_end_polygon(parser->builder, parser->err);
}

/* A point of a multipoint: the parentheses around it are often left out. */
static bool parse_point(struct geo_cql2_parser *parser)
{
    if (geo_cql2_is_sign(&parser->token, "("))
        return parse_line(parser);
    return parse_position(parser) && geo_cql2_end_part(parser->builder, parser->err);
}

static bool parse_shape(struct geo_cql2_parser *parser, enum geo_cql2_shape_type type)
{
    switch (type) {
    case GEO_CQL2_POINT:
    case GEO_CQL2_LINESTRING:
        return parse_line(parser);
    case GEO_CQL2_POLYGON:
        return parse_polygon(parser);
    case GEO_CQL2_MULTIPOINT:
        return parse_nested(parser, parse_point);
    case GEO_CQL2_MULTILINESTRING:
        return parse_nested(parser, parse_line);
    default:
        return parse_nested(parser, parse_polygon);
    }
}

/* The word of a shape and the Z behind it. */
static bool take_name(struct geo_cql2_parser *parser)
{
    return geo_cql2_next(parser) &&
           (!geo_cql2_is_word(&parser->token, "z") || geo_cql2_next(parser));
}

static bool push_member(struct geo_cql2_parser *parser)
{
    uint32_t character = parser->token.character;
    int type = shape_type(&parser->token);
    if (type > GEO_CQL2_MULTIPOLYGON)
        return geo_cql2_unexpected(parser, "POINT, LINESTRING, POLYGON, MULTIPOINT, "
                                           "MULTILINESTRING or MULTIPOLYGON");
    if (!take_name(parser) || !parse_shape(parser, (enum geo_cql2_shape_type)type))
        return false;
    geo_cql2_arg shape =
        geo_cql2_add_shape(parser->builder, (enum geo_cql2_shape_type)type, character, parser->err);
    return shape && geo_cql2_push(parser, shape);
}

/* "BBOX(west, south, east, north)", or with the least height third and the greatest last. */
static geo_cql2_arg parse_box(struct geo_cql2_parser *parser)
{
    enum { MAX_NUMBERS = 6 };
    double numbers[MAX_NUMBERS];
    size_t n = 0;
    uint32_t character = parser->token.character;
    if (!geo_cql2_next(parser) || !geo_cql2_expect(parser, "(", "("))
        return NULL;
    for (bool more = true; more;)
        if (n == MAX_NUMBERS || !geo_cql2_read_number(parser, &numbers[n++]) ||
            !accept_comma(parser, &more))
            break;
    bool counted = n == 4 || n == MAX_NUMBERS;
    if (!geo_cql2_is_sign(&parser->token, ")") || !counted) {
        geo_cql2_unexpected(parser, "four numbers in BBOX, or six with heights third and sixth");
        return NULL;
    }
    size_t east = n / 2;
    const struct geo_cql2_box box = {numbers[0], numbers[1], numbers[east], numbers[east + 1]};
    return geo_cql2_next(parser) ? geo_cql2_add_box(parser->builder, character, &box, parser->err)
                                 : NULL;
}

geo_cql2_arg geo_cql2_parse_geometry(struct geo_cql2_parser *parser)
{
    uint32_t character = parser->token.character;
    size_t n = parser->n_args;
    if (geo_cql2_is_word(&parser->token, "bbox"))
        return parse_box(parser);
    if (!geo_cql2_is_word(&parser->token, GEO_CQL2_COLLECTION_NAME)) {
        if (!push_member(parser))
            return NULL;
        return parser->args[--parser->n_args];
    }
    if (!take_name(parser) || !parse_nested(parser, push_member))
        return NULL;
    return geo_cql2_pop(parser, GEO_CQL2_COLLECTION, character, n);
}
