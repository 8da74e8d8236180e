#include "geo/cql2_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "geo/utf8.h"

/* ------------------------------------------------------------------ operators */

enum {
    VALUES = GEO_CQL2_IS_PROPERTY | GEO_CQL2_IS_FUNCTION,
    TEXTS = GEO_CQL2_IS_TEXT | VALUES,
    NUMBERS = GEO_CQL2_IS_NUMBER | VALUES,
    INSTANTS = GEO_CQL2_IS_INSTANT | VALUES,
    ORDERED = TEXTS | NUMBERS | INSTANTS,
    SCALARS = ORDERED | GEO_CQL2_IS_BOOLEAN,
    CONDITIONS = GEO_CQL2_IS_CONDITION | GEO_CQL2_IS_BOOLEAN | GEO_CQL2_IS_FUNCTION,
    TIMES = INSTANTS | GEO_CQL2_IS_INTERVAL,
    GEOMETRIES = GEO_CQL2_IS_SHAPE | GEO_CQL2_IS_GEOMETRY | VALUES,
    ARRAYS = GEO_CQL2_IS_ARRAY | VALUES,
    ANY_BUT_ARRAYS = SCALARS | CONDITIONS | TIMES | GEOMETRIES,
    ANYTHING = ANY_BUT_ARRAYS | GEO_CQL2_IS_ARRAY,
    ENDS = INSTANTS | GEO_CQL2_IS_OPEN,
    MANY = GEO_CQL2_MAX_NODES,
};

#define LITERAL(kind_of)                                                                           \
    {                                                                                              \
        .kind = GEO_CQL2_IS_##kind_of                                                              \
    }
#define ARITHMETIC(text)                                                                           \
    {                                                                                              \
        text, GEO_CQL2_IS_NUMBER, NUMBERS, "numbers", 2, 2                                         \
    }
#define COMPARISON(text)                                                                           \
    {                                                                                              \
        text, GEO_CQL2_IS_CONDITION, SCALARS, "texts, numbers, dates, timestamps or booleans", 2,  \
            2                                                                                      \
    }
#define SPATIAL(text)                                                                              \
    {                                                                                              \
        text, GEO_CQL2_IS_CONDITION, GEOMETRIES, "geometries", 2, 2                                \
    }
#define TEMPORAL(text)                                                                             \
    {                                                                                              \
        text, GEO_CQL2_IS_CONDITION, TIMES, "dates, timestamps or intervals", 2, 2                 \
    }
#define ON_ARRAYS(text)                                                                            \
    {                                                                                              \
        text, GEO_CQL2_IS_CONDITION, ARRAYS, "arrays", 2, 2                                        \
    }

const struct geo_cql2_rule geo_cql2_rules[GEO_CQL2_N_OPS] = {
    [GEO_CQL2_TEXT] = LITERAL(TEXT),
    [GEO_CQL2_INTEGER] = LITERAL(NUMBER),
    [GEO_CQL2_NUMBER] = LITERAL(NUMBER),
    [GEO_CQL2_BOOLEAN] = LITERAL(BOOLEAN),
    [GEO_CQL2_DATE] = LITERAL(INSTANT),
    [GEO_CQL2_TIMESTAMP] = LITERAL(INSTANT),
    [GEO_CQL2_OPEN] = LITERAL(OPEN),
    [GEO_CQL2_PROPERTY] = LITERAL(PROPERTY),
    [GEO_CQL2_SHAPE] = LITERAL(SHAPE),
    [GEO_CQL2_BBOX] = LITERAL(GEOMETRY),
    [GEO_CQL2_INTERVAL] = {NULL, GEO_CQL2_IS_INTERVAL, ENDS, "dates, timestamps or '..'", 2, 2},
    [GEO_CQL2_COLLECTION] = {NULL, GEO_CQL2_IS_GEOMETRY, GEO_CQL2_IS_SHAPE,
                             "geometries other than collections and boxes", 1, MANY},
    [GEO_CQL2_ARRAY] = {NULL, GEO_CQL2_IS_ARRAY, ANYTHING, "values", 0, MANY},
    [GEO_CQL2_FUNCTION] = {NULL, GEO_CQL2_IS_FUNCTION, ANYTHING, "values", 0, MANY},
    [GEO_CQL2_CASEI] = {"casei", GEO_CQL2_IS_TEXT, TEXTS, "a text", 1, 1},
    [GEO_CQL2_ACCENTI] = {"accenti", GEO_CQL2_IS_TEXT, TEXTS, "a text", 1, 1},
    [GEO_CQL2_ADD] = ARITHMETIC("+"),
    [GEO_CQL2_SUBTRACT] = ARITHMETIC("-"),
    [GEO_CQL2_MULTIPLY] = ARITHMETIC("*"),
    [GEO_CQL2_DIVIDE] = ARITHMETIC("/"),
    [GEO_CQL2_MODULO] = ARITHMETIC("%"),
    [GEO_CQL2_DIV] = ARITHMETIC("div"),
    [GEO_CQL2_POWER] = ARITHMETIC("^"),
    [GEO_CQL2_AND] = {"and", GEO_CQL2_IS_CONDITION, CONDITIONS, "conditions", 2, MANY},
    [GEO_CQL2_OR] = {"or", GEO_CQL2_IS_CONDITION, CONDITIONS, "conditions", 2, MANY},
    [GEO_CQL2_NOT] = {"not", GEO_CQL2_IS_CONDITION, CONDITIONS, "a condition", 1, 1},
    [GEO_CQL2_EQUAL] = COMPARISON("="),
    [GEO_CQL2_NOT_EQUAL] = COMPARISON("<>"),
    [GEO_CQL2_LESS] = COMPARISON("<"),
    [GEO_CQL2_GREATER] = COMPARISON(">"),
    [GEO_CQL2_LESS_OR_EQUAL] = COMPARISON("<="),
    [GEO_CQL2_GREATER_OR_EQUAL] = COMPARISON(">="),
    [GEO_CQL2_LIKE] = {"like", GEO_CQL2_IS_CONDITION, TEXTS, "texts", 2, 2},
    [GEO_CQL2_BETWEEN] = {"between", GEO_CQL2_IS_CONDITION, ORDERED,
                          "numbers, texts, dates or timestamps", 3, 3},
    [GEO_CQL2_IN] = {"in", GEO_CQL2_IS_CONDITION, SCALARS,
                     "texts, numbers, dates, timestamps or booleans", 2, MANY},
    [GEO_CQL2_IS_NULL] = {"isNull", GEO_CQL2_IS_CONDITION, ANY_BUT_ARRAYS,
                          "a value other than an array", 1, 1},
    [GEO_CQL2_S_INTERSECTS] = SPATIAL("s_intersects"),
    [GEO_CQL2_S_EQUALS] = SPATIAL("s_equals"),
    [GEO_CQL2_S_DISJOINT] = SPATIAL("s_disjoint"),
    [GEO_CQL2_S_TOUCHES] = SPATIAL("s_touches"),
    [GEO_CQL2_S_WITHIN] = SPATIAL("s_within"),
    [GEO_CQL2_S_OVERLAPS] = SPATIAL("s_overlaps"),
    [GEO_CQL2_S_CROSSES] = SPATIAL("s_crosses"),
    [GEO_CQL2_S_CONTAINS] = SPATIAL("s_contains"),
    [GEO_CQL2_T_AFTER] = TEMPORAL("t_after"),
    [GEO_CQL2_T_BEFORE] = TEMPORAL("t_before"),
    [GEO_CQL2_T_CONTAINS] = TEMPORAL("t_contains"),
    [GEO_CQL2_T_DISJOINT] = TEMPORAL("t_disjoint"),
    [GEO_CQL2_T_DURING] = TEMPORAL("t_during"),
    [GEO_CQL2_T_EQUALS] = TEMPORAL("t_equals"),
    [GEO_CQL2_T_FINISHED_BY] = TEMPORAL("t_finishedBy"),
    [GEO_CQL2_T_FINISHES] = TEMPORAL("t_finishes"),
    [GEO_CQL2_T_INTERSECTS] = TEMPORAL("t_intersects"),
    [GEO_CQL2_T_MEETS] = TEMPORAL("t_meets"),
    [GEO_CQL2_T_MET_BY] = TEMPORAL("t_metBy"),
    [GEO_CQL2_T_OVERLAPPED_BY] = TEMPORAL("t_overlappedBy"),
    [GEO_CQL2_T_OVERLAPS] = TEMPORAL("t_overlaps"),
    [GEO_CQL2_T_STARTED_BY] = TEMPORAL("t_startedBy"),
    [GEO_CQL2_T_STARTS] = TEMPORAL("t_starts"),
    [GEO_CQL2_A_EQUALS] = ON_ARRAYS("a_equals"),
    [GEO_CQL2_A_CONTAINS] = ON_ARRAYS("a_contains"),
    [GEO_CQL2_A_CONTAINED_BY] = ON_ARRAYS("a_containedBy"),
    [GEO_CQL2_A_OVERLAPS] = ON_ARRAYS("a_overlaps"),
};

const char *geo_cql2_op_name(enum geo_cql2_op op)
{
    return geo_cql2_rules[op].name ? geo_cql2_rules[op].name : "";
}

bool geo_cql2_op_find(const char *name, size_t len, enum geo_cql2_op *out_op)
{
    for (size_t op = 0; op < GEO_CQL2_N_OPS; op++) {
        const char *candidate = geo_cql2_rules[op].name;
        if (candidate && strlen(candidate) == len && memcmp(candidate, name, len) == 0) {
            *out_op = (enum geo_cql2_op)op;
            return true;
        }
    }
    return false;
}

const char *geo_cql2_kind_text(enum geo_cql2_op op)
{
    static const char *const texts[] = {
        "a text",      "a number",    "a date or timestamp", "a boolean",
        "a condition", "an interval", "a geometry",          "a box or collection",
        "an array",    "an open end", "a property",          "a function",
    };
    size_t bit = 0;
    for (unsigned kind = geo_cql2_rules[op].kind; kind > 1; kind >>= 1)
        bit++;
    return texts[bit];
}

/* ------------------------------------------------------------------ words */

const char *geo_cql2_shape_name(enum geo_cql2_shape_type type)
{
    static const char *const names[] = {
        [GEO_CQL2_POINT] = "Point",
        [GEO_CQL2_LINESTRING] = "LineString",
        [GEO_CQL2_POLYGON] = "Polygon",
        [GEO_CQL2_MULTIPOINT] = "MultiPoint",
        [GEO_CQL2_MULTILINESTRING] = "MultiLineString",
        [GEO_CQL2_MULTIPOLYGON] = "MultiPolygon",
    };
    return names[type];
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool geo_cql2_same_word(const char *text, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++)
        if (word[i] == '\0' || lower(text[i]) != lower(word[i]))
            return false;
    return word[len] == '\0';
}

/* The list of section "CQL2 Text" of the standard, with FALSE and INTERVAL, which it forgets. */
bool geo_cql2_is_keyword(const char *text, size_t len)
{
    static const char *const others[] = {"is",       "null", "true",
                                         "false",    "date", "timestamp",
                                         "interval", "bbox", GEO_CQL2_COLLECTION_NAME};
    for (size_t op = 0; op < GEO_CQL2_N_OPS; op++)
        if (geo_cql2_rules[op].name && geo_cql2_same_word(text, len, geo_cql2_rules[op].name))
            return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (geo_cql2_same_word(text, len, others[i]))
            return true;
    for (int type = GEO_CQL2_POINT; type <= GEO_CQL2_MULTIPOLYGON; type++)
        if (geo_cql2_same_word(text, len, geo_cql2_shape_name((enum geo_cql2_shape_type)type)))
            return true;
    return false;
}

/* ------------------------------------------------------------------ characters */

struct range {
    uint32_t first, last;
};

/* Rules identifierStart, identifierPart (what it adds) and whitespace of the BNF. */
static const struct range starts[] = {
    {':', ':'},       {'_', '_'},       {'A', 'Z'},       {'a', 'z'},
    {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
    {0x37F, 0x1FFE},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
    {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
};
static const struct range parts[] = {{'.', '.'}, {'0', '9'}, {0x300, 0x36F}, {0x203F, 0x2040}};
static const struct range spaces[] = {
    {0x09, 0x0D},     {' ', ' '},       {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
    {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
};

static bool in_ranges(const struct range *ranges, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* The code point of a character of len bytes that is valid. */
static uint32_t code_point(const char *text, size_t len)
{
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = (unsigned char)text[0] & lead_bits[len];
    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3F);
    return code;
}

size_t geo_cql2_space_len(const char *text, size_t len)
{
    size_t bytes = geo_utf8_len(text, len);
    bool space =
        bytes > 0 && in_ranges(spaces, sizeof spaces / sizeof *spaces, code_point(text, bytes));
    return space ? bytes : 0;
}

/* U+1680 and the like are in a range of letters too: they part words all the same. */
size_t geo_cql2_identifier_len(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len) {
        size_t bytes = geo_utf8_len(text + at, len - at);
        uint32_t code = bytes > 0 ? code_point(text + at, bytes) : 0;
        bool fits = in_ranges(starts, sizeof starts / sizeof *starts, code) ||
                    (at > 0 && in_ranges(parts, sizeof parts / sizeof *parts, code));
        if (!fits || geo_cql2_space_len(text + at, bytes) > 0)
            break;
        at += bytes;
    }
    return at;
}

/* ------------------------------------------------------------------ errors */

int geo_cql2_quote_len(const char *text, size_t len)
{
    enum { MAX_QUOTE = 40 };
    size_t n = len < MAX_QUOTE ? len : MAX_QUOTE;
    while (n < len && n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return (int)n;
}

bool geo_cql2_fail(struct aro_error *err, enum aro_status status, uint32_t character,
                   const char *format, ...)
{
    struct aro_error said = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(said.message, sizeof said.message, format, args);
    va_end(args);
    if (character > 0)
        return aro_error_set(err, status, "at character %u, %s", character, said.message);
    return aro_error_set(err, status, "%s", said.message);
}
