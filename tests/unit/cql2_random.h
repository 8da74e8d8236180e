/*
 * Random filter expressions over the properties of tests/unit/cql2_table.h, as texts.
 */
#ifndef ARO_TESTS_CQL2_RANDOM_H
#define ARO_TESTS_CQL2_RANDOM_H

#include "geo/buffer.h"
#include "tests/unit/random.h"

static void random_condition(struct aro_buffer *out, uint64_t *seed, int depth);

static inline const char *random_of(uint64_t *seed, const char *const *texts, size_t n)
{
    return texts[random_below(seed, n)];
}
#define RANDOM_OF(seed, texts) random_of(seed, texts, sizeof(texts) / sizeof *(texts))

static inline void random_number(struct aro_buffer *out, uint64_t *seed, int depth)
{
    static const char *const leaves[] = {"niveau", "prix",      "0",         "1",  "2.5",
                                         "4",      "abs(prix)", "day(date)", "-1", "length(titre)"};
    static const char *const ops[] = {"+", "-", "*", "/", "%", "div", "^"};
    if (depth <= 0 || random_below(seed, 3)) {
        aro_buffer_text(out, RANDOM_OF(seed, leaves));
        return;
    }
    aro_buffer_char(out, '(');
    random_number(out, seed, depth - 1);
    aro_buffer_printf(out, " %s ", RANDOM_OF(seed, ops));
    random_number(out, seed, depth - 1);
    aro_buffer_char(out, ')');
}

static inline void random_text(struct aro_buffer *out, uint64_t *seed, int depth)
{
    static const char *const leaves[] = {"titre", "nom",   "titre",       "nom",
                                         "'eau'", "'Éau'", "'de l''eau'", "''"};
    bool changed = depth > 0 && random_below(seed, 3) == 0;
    if (!changed) {
        aro_buffer_text(out, RANDOM_OF(seed, leaves));
        return;
    }
    aro_buffer_text(out, random_below(seed, 2) ? "CASEI(" : "ACCENTI(");
    random_text(out, seed, depth - 1);
    aro_buffer_char(out, ')');
}

static inline void random_pattern(struct aro_buffer *out, uint64_t *seed, int depth)
{
    static const char *const leaves[] = {"'e%'",  "'%au'",   "'%a%'",  "'_au'", "'%'",
                                         "'%É%'", "'a\\_%'", "'%''%'", "''",    "'E_U'"};
    if (depth > 0 && random_below(seed, 4) == 0) {
        aro_buffer_text(out, random_below(seed, 2) ? "CASEI(" : "ACCENTI(");
        random_pattern(out, seed, depth - 1);
        aro_buffer_char(out, ')');
    } else {
        aro_buffer_text(out, RANDOM_OF(seed, leaves));
    }
}

static inline void random_instant(struct aro_buffer *out, uint64_t *seed)
{
    switch (random_below(seed, 4)) {
    case 0:
        aro_buffer_text(out, "date");
        return;
    case 1:
        aro_buffer_text(out, "vu");
        return;
    case 2:
        aro_buffer_printf(out, "DATE('2019-04-%d')", 14 + (int)random_below(seed, 8));
        return;
    default:
        aro_buffer_printf(out, "TIMESTAMP('2019-04-%dT%s')", 14 + (int)random_below(seed, 8),
                          random_below(seed, 2) ? "12:00:00Z" : "00:00:00.5Z");
    }
}

static inline void random_interval(struct aro_buffer *out, uint64_t *seed)
{
    int first = 14 + (int)random_below(seed, 8), last = first + (int)random_below(seed, 4);
    switch (random_below(seed, 6)) {
    case 0:
        aro_buffer_text(out, "INTERVAL(date, vu)");
        return;
    case 1:
        aro_buffer_printf(out, "INTERVAL('2019-04-%d', vu)", first);
        return;
    case 2:
        aro_buffer_printf(out, "INTERVAL('..', '2019-04-%d')", last);
        return;
    case 3:
        aro_buffer_printf(out, "INTERVAL('2019-04-%d', '..')", first);
        return;
    case 4:
        aro_buffer_printf(out, "INTERVAL('2019-04-%dT00:00:00Z', '2019-04-%dT12:00:00Z')", first,
                          last);
        return;
    default:
        aro_buffer_printf(out, "INTERVAL('2019-04-%d', '2019-04-%d')", first, last);
    }
}

static inline void random_array(struct aro_buffer *out, uint64_t *seed)
{
    static const char *const arrays[] = {"themes",       "themes",       "tags",
                                         "('1a')",       "('1a', '2a')", "('3c', titre)",
                                         "('zz', '1b')", "()",           "('1a', '1a', '1b')",
                                         "(nom, '1a')",  "('zz')",       "tags"};
    aro_buffer_text(out, RANDOM_OF(seed, arrays));
}

/* On the grid of the table's places, and between. */
static inline double random_ordinate(uint64_t *seed)
{
    return (double)random_below(seed, 17) / 4;
}

static inline void random_shape(struct aro_buffer *out, uint64_t *seed)
{
    double x = random_ordinate(seed), y = random_ordinate(seed);
    double w = (double)(1 + random_below(seed, 8)) / 4, h = (double)(1 + random_below(seed, 8)) / 4;
    switch (random_below(seed, 6)) {
    case 0:
        aro_buffer_printf(out, "POINT(%g %g)", x, y);
        return;
    case 1:
        aro_buffer_printf(out, "MULTIPOINT((%g %g), (%g %g))", x, y, x + w, y);
        return;
    case 2:
        aro_buffer_printf(out, "LINESTRING(%g %g, %g %g)", x, y, x + w, y + h);
        return;
    case 3:
        aro_buffer_printf(out, "BBOX(%g, %g, %g, %g)", x, y, x + w, y + h);
        return;
    case 4:
        aro_buffer_printf(out, "POLYGON((%g %g, %g %g, %g %g, %g %g))", x, y, x + w, y, x, y + h, x,
                          y);
        return;
    default:
        aro_buffer_printf(out, "POLYGON((%g %g, %g %g, %g %g, %g %g, %g %g))", x, y, x + w, y,
                          x + w, y + h, x, y + h, x, y);
    }
}

/* name(a, b), in either order. */
static inline void random_pair(struct aro_buffer *out, uint64_t *seed, const char *name,
                               const struct aro_buffer *a, const struct aro_buffer *b)
{
    bool flipped = random_below(seed, 2);
    const struct aro_buffer *first = flipped ? b : a, *second = flipped ? a : b;
    aro_buffer_printf(out, "%s(%.*s, %.*s)", name, (int)first->len, first->data, (int)second->len,
                      second->data);
}

static inline void random_predicate_of_two(struct aro_buffer *out, uint64_t *seed, int kind)
{
    static const char *const spatial[] = {"S_INTERSECTS", "S_EQUALS",   "S_DISJOINT", "S_TOUCHES",
                                          "S_WITHIN",     "S_OVERLAPS", "S_CROSSES",  "S_CONTAINS"};
    static const char *const temporal[] = {"T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS",
                                           "T_INTERSECTS"};
    static const char *const of_intervals[] = {
        "T_CONTAINS", "T_DURING",       "T_FINISHEDBY", "T_FINISHES",  "T_MEETS",
        "T_METBY",    "T_OVERLAPPEDBY", "T_OVERLAPS",   "T_STARTEDBY", "T_STARTS"};
    static const char *const arrays[] = {"A_EQUALS", "A_CONTAINS", "A_CONTAINEDBY", "A_OVERLAPS"};
    struct aro_buffer a = {0}, b = {0};
    const char *name = NULL;
    if (kind == 0) {
        name = RANDOM_OF(seed, spatial);
        aro_buffer_text(&a, "geometry");
        random_shape(&b, seed);
    } else if (kind == 1) {
        name = RANDOM_OF(seed, temporal);
        random_instant(&a, seed);
        if (random_below(seed, 2))
            random_instant(&b, seed);
        else
            random_interval(&b, seed);
    } else if (kind == 2) {
        name = RANDOM_OF(seed, of_intervals);
        random_interval(&a, seed);
        random_interval(&b, seed);
    } else {
        name = RANDOM_OF(seed, arrays);
        random_array(&a, seed);
        random_array(&b, seed);
    }
    random_pair(out, seed, name, &a, &b);
    aro_buffer_clear(&a);
    aro_buffer_clear(&b);
}

static inline void random_scalar(struct aro_buffer *out, uint64_t *seed, int kind, int depth)
{
    if (kind == 0)
        random_number(out, seed, depth);
    else if (kind == 1)
        random_text(out, seed, depth);
    else
        random_instant(out, seed);
}

static inline void random_comparison(struct aro_buffer *out, uint64_t *seed, int depth)
{
    static const char *const ops[] = {"=", "<>", "<", ">", "<=", ">="};
    int kind = (int)random_below(seed, 3);
    const char *not = random_below(seed, 4) ? "" : "NOT ";
    random_scalar(out, seed, kind, depth);
    switch (random_below(seed, 4)) {
    case 0:
        aro_buffer_printf(out, " %sBETWEEN ", not );
        random_scalar(out, seed, kind, depth);
        aro_buffer_text(out, " AND ");
        random_scalar(out, seed, kind, depth);
        return;
    case 1:
        aro_buffer_printf(out, " %sIN (", not );
        for (int i = 0, n = 1 + (int)random_below(seed, 3); i < n; i++) {
            aro_buffer_text(out, i ? ", " : "");
            random_scalar(out, seed, kind, depth - 1);
        }
        aro_buffer_char(out, ')');
        return;
    default:
        aro_buffer_printf(out, " %s ", RANDOM_OF(seed, ops));
        random_scalar(out, seed, kind, depth);
    }
}

static inline void random_leaf(struct aro_buffer *out, uint64_t *seed)
{
    static const char *const leaves[] = {"niveau IS NULL",
                                         "titre IS NOT NULL",
                                         "nom IS NULL",
                                         "geometry IS NULL",
                                         "tags IS NULL",
                                         "autre IS NULL",
                                         "ouvert = TRUE",
                                         "ouvert <> TRUE",
                                         "(prix / niveau) IS NULL",
                                         "TRUE",
                                         "FALSE",
                                         "ouvert = FALSE"};
    uint64_t kind = random_below(seed, 10);
    if (kind < 4) {
        random_predicate_of_two(out, seed, (int)kind);
    } else if (kind < 7) {
        random_comparison(out, seed, 2);
    } else if (kind < 9) {
        random_text(out, seed, 2);
        aro_buffer_text(out, random_below(seed, 4) ? " LIKE " : " NOT LIKE ");
        random_pattern(out, seed, 2);
    } else {
        aro_buffer_text(out, RANDOM_OF(seed, leaves));
    }
}

static void random_condition(struct aro_buffer *out, uint64_t *seed, int depth)
{
    uint64_t kind = depth > 0 ? random_below(seed, 4) : 3;
    if (kind == 3) {
        random_leaf(out, seed);
        return;
    }
    if (kind == 2) {
        aro_buffer_text(out, "NOT (");
        random_condition(out, seed, depth - 1);
        aro_buffer_char(out, ')');
        return;
    }
    for (int i = 0, n = 2 + (int)random_below(seed, 2); i < n; i++) {
        aro_buffer_text(out, i == 0 ? "(" : kind ? ") AND (" : ") OR (");
        random_condition(out, seed, depth - 1);
    }
    aro_buffer_char(out, ')');
}

#endif
