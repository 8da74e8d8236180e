#include "geo/bits.h"
#include "geo/cql2_eval.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/cql2_random.h"
#include "tests/unit/cql2_twin.h"

static const uint64_t SEED = 20200409;
static const struct geo_cql2_crs degrees = {0};

/* An expression as it is asked. */
struct asked {
    struct geo_cql2_tree *tree;
    struct geo_cql2_fact *facts;
    struct geo_cql2_eval *eval;
};

static void asked_clear(struct asked *asked)
{
    geo_cql2_eval_free(asked->eval);
    free(asked->facts);
    geo_cql2_free(asked->tree);
}

static bool ask_in(struct asked *asked, const struct table *table, const char *text, size_t len,
                   const struct geo_cql2_crs *crs, struct aro_error *err)
{
    *asked = (struct asked){.tree = geo_cql2_parse_text(text, len, err)};
    if (asked->tree &&
        geo_cql2_check(asked->tree, table_properties, TABLE_PROPERTIES, &asked->facts, err))
        asked->eval = geo_cql2_eval_new(asked->tree, asked->facts, &table->source, crs, err);
    return asked->eval != NULL;
}

static bool ask(struct asked *asked, const struct table *table, const char *text,
                struct aro_error *err)
{
    return ask_in(asked, table, text, strlen(text), &degrees, err);
}

/* ---- One row, by hand ---- */

/* A row where everything is known, and one where everything is null. */
enum { KNOWN, NULLS };

static void fill_two_rows(struct table *table)
{
    uint64_t seed = SEED;
    table_fill(table, &seed);
    table->n = table->source.n = 2;
    table->n_placed = table->source.n_placed = 1;
    table->rows[KNOWN] = (struct table_row){
        .niveau = 3,
        .prix = 2.5,
        .day = 18000, /* 2019-04-14 */
        .nom = 4,     /* "Éau" */
        .titre = "de l'eau",
        .themes = 5, /* 1a, 2a */
        .n_tags = 2,
        .tags = {"1a", "1b"},
        .vu = {18000 * 86400 + 43200, 0},
        .has_vu = true,
        .ouvert = 1,
        .place = {20000000, 480000000},
    };
    table->rows[NULLS] = (struct table_row){
        .niveau = NAN, .prix = NAN, .day = -1, .nom = -1, .n_tags = -1, .ouvert = -1};
    table->coords[KNOWN] = table->rows[KNOWN].place;
}

static const struct {
    const char *text;
    int known, nulls; /* 1, 0 or -1 for unknown */
} cases[] = {
    /* Comparisons. */
    {"niveau = 3", 1, -1},
    {"niveau <> 3", 0, -1},
    {"niveau < 3", 0, -1},
    {"niveau <= 3", 1, -1},
    {"niveau > 2.999", 1, -1},
    {"niveau >= 3.001", 0, -1},
    {"3 > niveau", 0, -1},
    {"3 >= niveau", 1, -1},
    {"2 < niveau", 1, -1},
    {"prix = 2.5", 1, -1},
    {"niveau > prix", 1, -1},
    {"titre = 'de l''eau'", 1, -1},
    {"titre > 'de'", 1, -1},
    {"titre < 'de l''eau '", 1, -1},
    {"nom = 'Éau'", 1, -1},
    {"nom = 'E\xCC\x81"
     "au'",
     1, -1}, /* decomposed */
    {"nom <> titre", 1, -1},
    {"ouvert = TRUE", 1, -1},
    {"ouvert = FALSE", 0, -1},
    {"TRUE", 1, 1},
    {"FALSE", 0, 0},
    {"1 = 1", 1, 1},
    {"'a' = 'b'", 0, 0},
    /* Truth tables. */
    {"niveau = 3 AND prix = 2.5", 1, -1},
    {"niveau = 3 AND prix = 0", 0, -1},
    {"niveau = 3 AND FALSE", 0, 0},
    {"niveau = 3 OR TRUE", 1, 1},
    {"niveau = 0 OR prix = 0", 0, -1},
    {"NOT niveau = 3", 0, -1},
    {"NOT (niveau = 3 AND FALSE)", 1, 1},
    {"NOT (niveau = 3 OR niveau IS NULL)", 0, 0},
    /* BETWEEN, IN, LIKE, IS NULL. */
    {"niveau BETWEEN 3 AND 3", 1, -1},
    {"niveau BETWEEN 4 AND 2", 0, -1},
    {"niveau NOT BETWEEN 1 AND 2", 1, -1},
    {"prix BETWEEN 1 AND niveau", 1, -1},
    {"titre BETWEEN 'd' AND 'e'", 1, -1},
    {"date BETWEEN DATE('2019-04-01') AND DATE('2019-04-30')", 1, -1},
    {"niveau IN (1, 2, 3)", 1, -1},
    {"niveau NOT IN (1, 2)", 1, -1},
    {"titre IN ('a', nom)", 0, -1},
    {"3 IN (prix, niveau)", 1, -1},
    {"niveau IN (1, 1 / 0)", -1, -1},
    {"niveau IN (3, 1 / 0)", 1, -1},
    {"date IN (DATE('2019-04-14'))", 1, -1},
    {"titre LIKE 'de%'", 1, -1},
    {"titre LIKE '_e l''e__'", 1, -1},
    {"nom LIKE '_au'", 1, -1},
    {"titre NOT LIKE '%x%'", 1, -1},
    {"CASEI(nom) = CASEI('éAU')", 1, -1},
    {"ACCENTI(nom) = 'Eau'", 1, -1},
    {"CASEI(ACCENTI(nom)) LIKE CASEI(ACCENTI('ÉA%'))", 1, -1},
    {"CASEI(titre) LIKE CASEI('DE L%')", 1, -1},
    {"niveau IS NULL", 0, 1},
    {"titre IS NOT NULL", 1, 0},
    {"nom IS NULL", 0, 1},
    {"geometry IS NULL", 0, 1},
    {"tags IS NULL", 0, 1},
    {"themes IS NULL", 0, 0},
    {"(niveau + 1) IS NULL", 0, 1},
    {"(niveau / 0) IS NULL", 1, 1},
    {"(niveau = 3) IS NULL", 0, 1},
    /* Arithmetic. */
    {"niveau + prix = 5.5", 1, -1},
    {"niveau - prix = 0.5", 1, -1},
    {"niveau * prix = 7.5", 1, -1},
    {"prix / 2 = 1.25", 1, -1},
    {"niveau % 2 = 1", 1, -1},
    {"-niveau % 2 = -1", 1, -1},
    {"7 div niveau = 2", 1, -1},
    {"-7 div niveau = -2", 1, -1},
    {"niveau ^ 2 = 9", 1, -1},
    {"1 + 2 * 3 = 7", 1, 1},
    {"niveau / 0 = 1", -1, -1},
    {"niveau % 0 = 1", -1, -1},
    {"niveau div 0 = 1", -1, -1},
    {"(0 - niveau) ^ 0.5 = 1", -1, -1},
    {"1e300 * 1e300 > 0", -1, -1},
    /* Functions. */
    {"abs(0 - niveau) = 3", 1, -1},
    {"ceil(prix) = 3 AND floor(prix) = 2 AND round(prix) = 3", 1, -1},
    {"length(nom) = 3", 1, -1},
    {"upper(nom) = 'ÉAU' AND lower(nom) = 'éau'", 1, -1},
    {"year(date) = 2019 AND month(date) = 4 AND day(date) = 14", 1, -1},
    {"YEAR(vu) = 2019", 1, -1},
    {"distance(geometry, POINT(2 48)) = 0", 1, -1},
    {"distance(geometry, POINT(2 49)) BETWEEN 111200.036 AND 111200.038", 1, -1}, /* geod */
    /* Dates and timestamps. */
    {"date = DATE('2019-04-14')", 1, -1},
    {"date <> DATE('2019-04-14')", 0, -1},
    {"date < DATE('2019-04-15')", 1, -1},
    {"DATE('2019-04-15') <= date", 0, -1},
    {"date = TIMESTAMP('2019-04-14T23:59:59Z')", 1, -1},
    {"vu = DATE('2019-04-14')", 1, -1},
    {"vu > DATE('2019-04-14')", 0, -1},
    {"vu = TIMESTAMP('2019-04-14T12:00:00Z')", 1, -1},
    {"vu < TIMESTAMP('2019-04-14T12:00:00.001Z')", 1, -1},
    {"date = vu", 1, -1},
    {"T_AFTER(date, DATE('2019-04-13'))", 1, -1},
    {"T_AFTER(date, DATE('2019-04-14'))", 0, -1},
    {"T_BEFORE(date, INTERVAL('2019-04-15', '..'))", 1, -1},
    {"T_BEFORE(INTERVAL('2019-04-15', '..'), date)", 0, -1},
    {"T_AFTER(INTERVAL('2019-04-15', '..'), date)", 1, -1},
    {"T_EQUALS(date, DATE('2019-04-14'))", 1, -1},
    {"T_EQUALS(date, INTERVAL('2019-04-14', '2019-04-14'))", 1, -1},
    {"T_EQUALS(date, INTERVAL('2019-04-14', '2019-04-15'))", 0, -1},
    {"T_INTERSECTS(date, INTERVAL('2019-04-14T12:00:00Z', '2019-04-20T00:00:00Z'))", 1, -1},
    {"T_INTERSECTS(date, INTERVAL('..', '2019-04-13'))", 0, -1},
    {"T_DISJOINT(date, INTERVAL('2019-04-15', '2019-04-16'))", 1, -1},
    {"T_DISJOINT(date, INTERVAL('..', '..'))", 0, -1},
    {"T_AFTER(vu, TIMESTAMP('2019-04-14T11:59:59Z'))", 1, -1},
    {"T_CONTAINS(INTERVAL('2019-04-01', '2019-04-30'), INTERVAL(date, vu))", 1, -1},
    {"T_DURING(INTERVAL(date, vu), INTERVAL('2019-04-01', '..'))", 1, -1},
    {"T_FINISHEDBY(INTERVAL('2019-04-01', date), INTERVAL('2019-04-10', date))", 1, -1},
    {"T_FINISHES(INTERVAL('2019-04-10', date), INTERVAL('2019-04-01', date))", 1, -1},
    {"T_MEETS(INTERVAL('2019-04-01', date), INTERVAL(date, '..'))", 1, -1},
    {"T_METBY(INTERVAL(date, '..'), INTERVAL('..', date))", 1, -1},
    {"T_OVERLAPS(INTERVAL('2019-04-01', '2019-04-20'), INTERVAL(date, '..'))", 1, -1},
    {"T_OVERLAPPEDBY(INTERVAL(date, '..'), INTERVAL('2019-04-01', '2019-04-20'))", 1, -1},
    {"T_STARTEDBY(INTERVAL(date, '2019-04-30'), INTERVAL(date, '2019-04-20'))", 1, -1},
    {"T_STARTS(INTERVAL(date, '2019-04-20'), INTERVAL(date, '2019-04-30'))", 1, -1},
    {"T_EQUALS(INTERVAL('..', date), INTERVAL('..', '2019-04-14'))", 1, -1},
    {"T_INTERSECTS(INTERVAL('2019-05-01', date), DATE('2019-04-14'))", -1, -1}, /* backwards */
    /* Lists. */
    {"A_EQUALS(themes, ('2a', '1a', '2a'))", 1, 0},
    {"A_CONTAINS(themes, ('1a'))", 1, 0},
    {"A_CONTAINS(themes, ('1a', 'zz'))", 0, 0},
    {"A_CONTAINS(themes, ())", 1, 1},
    {"A_CONTAINEDBY(themes, ('1a', '2a', 'zz'))", 1, 1},
    {"A_CONTAINEDBY(('1a'), themes)", 1, 0},
    {"A_OVERLAPS(themes, ('3c', '2a'))", 1, 0},
    {"A_OVERLAPS(('zz'), themes)", 0, 0},
    {"A_OVERLAPS(themes, tags)", 1, -1},
    {"A_EQUALS(tags, ('1a', '1b'))", 1, -1},
    {"A_CONTAINS(tags, ('1a', titre))", 0, -1},
    {"A_EQUALS((1, 'a', (2, 3)), ((3, 2), 'a', 1, 1))", 1, 1},
    {"A_EQUALS((1), ('1'))", 0, 0},
    {"A_CONTAINS((niveau, prix), (3))", 1, -1},
    {"A_EQUALS((INTERVAL(date, '..')), (INTERVAL('2019-04-14', '..')))", 1, -1},
    /* Places: the row lies at 2 48. */
    {"S_INTERSECTS(geometry, POINT(2 48))", 1, -1},
    {"S_EQUALS(geometry, POINT(2 48))", 1, -1},
    {"S_EQUALS(geometry, MULTIPOINT((2 48), (2 48)))", 1, -1},
    {"S_EQUALS(geometry, MULTIPOINT((2 48), (2 49)))", 0, -1},
    {"S_CONTAINS(geometry, POINT(2 48))", 1, -1},
    {"S_WITHIN(geometry, MULTIPOINT((2 48), (2 49)))", 1, -1},
    {"S_TOUCHES(geometry, POINT(2 48))", 0, -1},
    {"S_INTERSECTS(geometry, BBOX(2, 48, 3, 49))", 1, -1},
    {"S_TOUCHES(geometry, BBOX(2, 48, 3, 49))", 1, -1},
    {"S_WITHIN(geometry, BBOX(2, 48, 3, 49))", 0, -1},
    {"S_WITHIN(geometry, BBOX(1, 47, 3, 49))", 1, -1},
    {"S_CONTAINS(BBOX(1, 47, 3, 49), geometry)", 1, -1},
    {"S_INTERSECTS(geometry, BBOX(170, 40, 3, 49))", 1, -1},
    {"S_INTERSECTS(geometry, BBOX(3, 40, 1, 49))", 0, -1},
    {"S_INTERSECTS(geometry, BBOX(2, 40, 2, 49))", 1, -1},
    {"S_INTERSECTS(geometry, BBOX(2, 48, 2, 48))", 1, -1},
    {"S_DISJOINT(geometry, POLYGON((1 47, 3 47, 3 49, 1 49, 1 47)))", 0, -1},
    {"S_WITHIN(geometry, POLYGON((1 47, 3 47, 3 49, 1 49, 1 47)))", 1, -1},
    {"S_WITHIN(geometry, POLYGON((1 47, 3 47, 3 49, 1 49, 1 47), "
     "(1.5 47.5, 2.5 47.5, 2.5 48.5, 1.5 48.5, 1.5 47.5)))",
     0, -1},
    {"S_TOUCHES(geometry, POLYGON((2 47, 3 47, 3 49, 2 49, 2 47)))", 1, -1},
    {"S_WITHIN(geometry, LINESTRING(1 47, 3 49))", 1, -1},
    {"S_TOUCHES(geometry, LINESTRING(2 48, 3 49))", 1, -1},
    {"S_CROSSES(geometry, LINESTRING(1 47, 3 49))", 0, -1},
    {"S_OVERLAPS(geometry, BBOX(1, 47, 3, 49))", 0, -1},
    {"S_INTERSECTS(geometry, MULTIPOLYGON(((4 4, 5 4, 5 5, 4 4)), ((1 47, 3 47, 2 49, 1 47))))", 1,
     -1},
    {"S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(9 9), LINESTRING(1 47, 3 49)))", 1, -1},
    {"S_WITHIN(geometry, GEOMETRYCOLLECTION(POLYGON((1 47, 2 47, 2 49, 1 49, 1 47)), "
     "POLYGON((2 47, 3 47, 3 49, 2 49, 2 47))))",
     1, -1}, /* on the border of each, inside of both together */
    {"S_INTERSECTS(geometry, geometry)", 1, -1},
    {"S_DISJOINT(geometry, geometry)", 0, -1},
    {"S_TOUCHES(geometry, geometry)", 0, -1},
    /* Two literals. */
    {"S_INTERSECTS(LINESTRING(0 0, 2 2), LINESTRING(0 2, 2 0))", 1, 1},
    {"S_CROSSES(LINESTRING(0 0, 2 2), LINESTRING(0 2, 2 0))", 1, 1},
    {"S_CROSSES(LINESTRING(0 0, 5 5), BBOX(1, 1, 2, 2))", 1, 1},
    {"S_OVERLAPS(BBOX(0, 0, 2, 2), BBOX(1, 1, 3, 3))", 1, 1},
    {"S_WITHIN(BBOX(1, 1, 2, 2), BBOX(0, 0, 3, 3))", 1, 1},
    {"S_CONTAINS(BBOX(0, 0, 3, 3), POINT(1 1))", 1, 1},
    {"S_EQUALS(BBOX(0, 0, 1, 1), POLYGON((0 0, 1 0, 1 1, 0 1, 0 0)))", 1, 1},
    {"S_TOUCHES(BBOX(0, 0, 1, 1), BBOX(1, 0, 2, 1))", 1, 1},
    {"S_DISJOINT(POINT(0 0), GEOMETRYCOLLECTION(POINT(1 1), POINT(2 2)))", 1, 1},
};

/* By the expression, by its negation, and by whether it is null. */
static int outcome_of(const struct table *table, const char *text, size_t row)
{
    static const char *const frames[][2] = {{"", ""}, {"NOT (", ")"}, {"(", ") IS NULL"}};
    int found[3] = {0};
    for (int i = 0; i < 3; i++) {
        char framed[512];
        struct asked asked;
        struct aro_error err = {0};
        snprintf(framed, sizeof framed, "%s%s%s", frames[i][0], text, frames[i][1]);
        if (!ask(&asked, table, framed, &err))
            fprintf(stderr, "  '%s': %s\n", framed, err.message);
        else
            found[i] = (int)(geo_cql2_eval_word(asked.eval, 0, 3) >> row & 1);
        asked_clear(&asked);
    }
    return found[0] + found[1] + found[2] != 1 ? 2 : found[0] ? 1 : found[1] ? 0 : -1;
}

static void cases_of_the_table(void **state)
{
    (void)state;
    static struct table table;
    int failures = 0;
    fill_two_rows(&table);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int known = outcome_of(&table, cases[i].text, KNOWN);
        int nulls = outcome_of(&table, cases[i].text, NULLS);
        CHECK(failures, cases[i].text, known == cases[i].known && nulls == cases[i].nulls);
        if (known != cases[i].known || nulls != cases[i].nulls)
            fprintf(stderr, "  got %d and %d, wanted %d and %d\n", known, nulls, cases[i].known,
                    cases[i].nulls);
    }
    assert_int_equal(failures, 0);
}

/* ---- Random expressions ---- */

static int check_words(const struct asked *asked, const struct table *table, uint64_t *seed,
                       const uint64_t *want)
{
    int failures = 0;
    for (uint32_t word = 0; word <= (table->n - 1) / 64; word++) {
        uint64_t all =
            table->n - 64 * word < 64 ? (UINT64_C(1) << (table->n - 64 * word)) - 1 : ~UINT64_C(0);
        uint64_t some = random_bits(seed) & all,
                 few = some & random_bits(seed) & 0x8421084210842108;
        const uint64_t whiches[] = {few, some, all, few};
        for (size_t i = 0; i < sizeof whiches / sizeof *whiches; i++) {
            uint64_t got = geo_cql2_eval_word(asked->eval, word, whiches[i]);
            CHECK(failures, "same matches as the twin (seed 20200409)",
                  got == (want[word] & whiches[i]));
        }
    }
    CHECK(failures, "no failure", geo_cql2_eval_ok(asked->eval, NULL));
    return failures;
}

/* Everything that matches is in the box. */
static int check_box(const struct asked *asked, const struct table *table, const uint64_t *want)
{
    int failures = 0;
    struct geo_bbox box;
    if (!geo_cql2_eval_box(asked->eval, &box))
        return 0;
    for (size_t row = 0; row < table->n; row++)
        if (want[row / 64] >> row % 64 & 1)
            CHECK(failures, "inside the box (seed 20200409)",
                  row < table->n_placed && geo_bbox_contains(&box, table->coords[row]));
    return failures;
}

static void agrees_with_a_twin(void **state)
{
    (void)state;
    enum { EXPRESSIONS = 6000 };
    static struct table table;
    uint64_t seed = SEED;
    int failures = 0, n_some = 0;
    table_fill(&table, &seed);
    for (int i = 0; i < EXPRESSIONS && failures < 10; i++) {
        struct aro_buffer text = {0};
        struct aro_error err = {0};
        struct asked asked;
        uint64_t want[TABLE_ROWS / 64 + 1] = {0};
        size_t n = 0;
        random_condition(&text, &seed, 3);
        CHECK(failures, "a good expression",
              ask_in(&asked, &table, text.data, text.len, &degrees, &err));
        for (size_t row = 0; asked.eval && row < table.n; row++) {
            if (twin_truth(geo_cql2_root(asked.tree), &table, row) != 1)
                continue;
            want[row / 64] |= UINT64_C(1) << row % 64;
            n++;
        }
        n_some += n > 0 && n < table.n;
        int before = failures;
        if (asked.eval)
            failures += check_words(&asked, &table, &seed, want) + check_box(&asked, &table, want);
        if (failures > before || !asked.eval)
            fprintf(stderr, "  %.*s\n  %s\n", (int)text.len, text.data, err.message);
        asked_clear(&asked);
        aro_buffer_clear(&text);
    }
    assert_true(n_some > EXPRESSIONS / 3);
    assert_int_equal(failures, 0);
}

/* ---- Literals ---- */

static const struct {
    const char *text, *message;
    enum aro_status status;
} bad_literals[] = {
    {"S_INTERSECTS(geometry, POINT(181 2))",
     "at character 24, longitude 181 is out of range: wanted -180 to 180", ARO_BAD_INPUT},
    {"S_INTERSECTS(geometry, POINT(2 91))",
     "at character 24, latitude 91 is out of range: wanted -90 to 90", ARO_BAD_INPUT},
    {"S_INTERSECTS(geometry, POINT(48.85 2.35))",
     "at character 24, the geometry looks latitude first: write longitude, then latitude (France "
     "lies at lon -5 to 10, lat 41 to 51)",
     ARO_BAD_INPUT},
    {"S_INTERSECTS(geometry, POLYGON((0 0, 2 2, 2 0, 0 2, 0 0)))",
     "at character 24, the geometry is not valid: Self-intersection at 1.0000000 1.0000000",
     ARO_BAD_INPUT},
    {"S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 1), POLYGON((0 0, 2 2, 2 0, 0 2, 0 0))))",
     "at character 24, the geometry is not valid: Self-intersection at 1.0000000 1.0000000",
     ARO_BAD_INPUT},
    {"S_INTERSECTS(geometry, BBOX(0, 3, 1, 2))",
     "at character 24, the south of the BBOX is above its north", ARO_BAD_INPUT},
    {"S_EQUALS(POINT(0 0), GEOMETRYCOLLECTION(POINT(0 0), POINT(1 1)))",
     "of a GEOMETRYCOLLECTION and another literal only S_INTERSECTS and S_DISJOINT can be told",
     ARO_BAD_INPUT},
};

static void bad_literals_are_refused(void **state)
{
    (void)state;
    static struct table table;
    int failures = 0;
    fill_two_rows(&table);
    for (size_t i = 0; i < sizeof bad_literals / sizeof *bad_literals; i++) {
        struct asked asked;
        struct aro_error err = {0};
        CHECK(failures, bad_literals[i].text, !ask(&asked, &table, bad_literals[i].text, &err));
        CHECK(failures, bad_literals[i].text, err.status == bad_literals[i].status);
        CHECK(failures, err.message, strcmp(err.message, bad_literals[i].message) == 0);
        asked_clear(&asked);
    }
    assert_int_equal(failures, 0);
}

static void a_long_pattern_is_refused(void **state)
{
    (void)state;
    static struct table table;
    struct asked asked;
    struct aro_buffer text = {0};
    struct aro_error err = {0};
    fill_two_rows(&table);
    aro_buffer_text(&text, "titre LIKE '");
    for (int i = 0; i < 1025; i++)
        aro_buffer_char(&text, 'a');
    aro_buffer_text(&text, "'");
    assert_false(ask_in(&asked, &table, text.data, text.len, &degrees, &err));
    assert_int_equal(err.status, ARO_TOO_LARGE);
    assert_string_equal(err.message, "at character 1, the pattern of LIKE has 1025 bytes: wanted "
                                     "1024 at most");
    asked_clear(&asked);
    aro_buffer_clear(&text);
}

static void what_takes_too_long_is_refused(void **state)
{
    (void)state;
    static struct table table;
    struct asked asked;
    struct aro_error err = {0};
    fill_two_rows(&table);
    table.source.n = 1000000000;
    assert_true(ask(&asked, &table, "niveau = 3 AND CASEI(nom) LIKE '%a%'", &err));
    asked_clear(&asked);
    assert_false(ask(&asked, &table, "niveau = 3 AND CASEI(titre) LIKE '%a%'", &err));
    assert_int_equal(err.status, ARO_TOO_LARGE);
    assert_non_null(strstr(err.message, "wanted 10 at most"));
    asked_clear(&asked);
}

/* Metres east and north of a point at 2 48, about. */
static bool from_metres(void *context, double x, double y, struct geo_point *out_point,
                        struct aro_error *err)
{
    (void)context;
    if (x > 1e6)
        return aro_error_set(err, ARO_BAD_INPUT, "outside of the plane");
    *out_point = (struct geo_point){2 + x / 74000, 48 + y / 111000};
    return true;
}

static void literals_have_their_system(void **state)
{
    (void)state;
    static const struct geo_cql2_crs latitude_first = {.is_latitude_first = true};
    static const struct geo_cql2_crs metres = {.to_wgs84 = from_metres};
    static const struct {
        const char *text;
        const struct geo_cql2_crs *crs;
        bool want;
    } tries[] = {
        {"S_EQUALS(geometry, POINT(48 2))", &latitude_first, true},
        {"S_WITHIN(geometry, BBOX(47, 1, 49, 3))", &latitude_first, true},
        {"S_WITHIN(geometry, BBOX(47, 3, 49, 1))", &latitude_first, false},
        {"S_WITHIN(geometry, POLYGON((47 1, 49 1, 48 3, 47 1)))", &latitude_first, true},
        {"S_WITHIN(geometry, BBOX(-10, -10, 10, 10))", &metres, true},
        {"S_WITHIN(geometry, BBOX(10, -10, 20, 10))", &metres, false},
    };
    static struct table table;
    struct asked asked;
    struct aro_error err = {0};
    int failures = 0;
    fill_two_rows(&table);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        bool ok = ask_in(&asked, &table, tries[i].text, strlen(tries[i].text), tries[i].crs, &err);
        CHECK(failures, tries[i].text, ok);
        if (ok)
            CHECK(failures, tries[i].text,
                  (geo_cql2_eval_word(asked.eval, 0, 1) == 1) == tries[i].want);
        asked_clear(&asked);
    }
    static const char outside[] = "S_WITHIN(geometry, POINT(2000000 0))";
    assert_false(ask_in(&asked, &table, outside, strlen(outside), &metres, &err));
    assert_string_equal(err.message, "at character 20, outside of the plane");
    asked_clear(&asked);
    assert_int_equal(failures, 0);
}

/* ---- Failures ---- */

static void memory_runs_out(void **state)
{
    (void)state;
    static const char text[] =
        "(CASEI(titre) LIKE CASEI('%EAU%') OR upper(nom) IN ('EAU', 'a')) AND "
        "A_OVERLAPS(tags, ('1a', titre)) AND S_WITHIN(geometry, "
        "GEOMETRYCOLLECTION(POLYGON((0 0, 3 0, 3 3, 0 0)), POINT(1 1)))";
    static struct table table;
    uint64_t seed = SEED;
    table_fill(&table, &seed);
    struct geo_cql2_tree *tree = geo_cql2_parse_text(text, sizeof text - 1, NULL);
    struct geo_cql2_fact *facts = NULL;
    assert_true(geo_cql2_check(tree, table_properties, TABLE_PROPERTIES, &facts, NULL));
    bool done = false;
    for (size_t allowed = 0; !done; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        struct geo_cql2_eval *eval = geo_cql2_eval_new(tree, facts, &table.source, &degrees, &err);
        for (uint32_t word = 0; eval && word < 3; word++)
            geo_cql2_eval_word(eval, word, ~UINT64_C(0));
        allow_allocations(SIZE_MAX);
        done = eval && geo_cql2_eval_ok(eval, &err);
        assert_true(done || err.status == ARO_NO_MEMORY);
        if (eval && !done) /* what failed stays failed */
            assert_int_equal(geo_cql2_eval_word(eval, 0, ~UINT64_C(0)), 0);
        geo_cql2_eval_free(eval);
        assert_true(allowed < 1000);
    }
    free(facts);
    geo_cql2_free(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_of_the_table),
        cmocka_unit_test(agrees_with_a_twin),
        cmocka_unit_test(bad_literals_are_refused),
        cmocka_unit_test(a_long_pattern_is_refused),
        cmocka_unit_test(what_takes_too_long_is_refused),
        cmocka_unit_test(literals_have_their_system),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
