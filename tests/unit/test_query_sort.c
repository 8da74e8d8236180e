#include "server/collections.h"
#include "server/query.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random_snapshot.h"

#include <math.h>

#include "geo/fold.h"
#include "geo/proj.h"

enum { MOST_KEYS = 4, TEXT_BYTES = 255 };

static const struct settings settings = {.items_default = 1000, .items_max = 10000};

/* A request as a route would hand it over. */
struct asked {
    const char *values[PARAM_COUNT_OF_ALL];
    struct request request;
};

static struct query *ask(struct asked *asked, const struct fixture *fixture, int collection,
                         struct aro_error *err)
{
    asked->request = (struct request){
        .snapshot = fixture->snapshot, .settings = &settings, .params = asked->values};
    return query_new(&asked->request, &collections[collection], err);
}

/* ---- The slow twin: every feature with its values, sorted by looking at each ---- */

struct twin_value {
    bool is_null;
    int64_t number;
    char text[TEXT_BYTES + 1]; /* folded, as far as it counts; never an empty text before another */
};

struct twin_row {
    uint32_t position;
    struct twin_value values[MOST_KEYS];
};

/* "date,-titre" */
struct twin_keys {
    size_t n;
    const struct property *properties[MOST_KEYS];
    bool descending[MOST_KEYS];
};

static struct twin_keys read_keys(const char *sortby, int collection)
{
    struct twin_keys keys = {0};
    while (*sortby) {
        size_t sign = *sortby == '-' || *sortby == '+', len = strcspn(sortby + sign, ",");
        keys.descending[keys.n] = *sortby == '-';
        keys.properties[keys.n] =
            property_find(collections[collection].properties, sortby + sign, len);
        assert_non_null(keys.properties[keys.n]);
        keys.n++;
        sortby += sign + len + (sortby[sign + len] == ',');
    }
    return keys;
}

static struct twin_value value_of(const struct property *property, const struct snapshot *snapshot,
                                  uint32_t position)
{
    struct property_value read = property_read(property, snapshot, position);
    struct twin_value value = {.is_null = read.is_null};
    struct aro_buffer folded = {0};
    if (read.is_null)
        return value;
    if (property->type == PROPERTY_TEXT) {
        geo_fold(&folded, read.text.bytes, read.text.len);
        memcpy(value.text, folded.data ? folded.data : "",
               folded.len < TEXT_BYTES ? folded.len : TEXT_BYTES);
        aro_buffer_clear(&folded);
    } else {
        value.number = property->type == PROPERTY_DATE ? read.day : read.integer;
    }
    return value;
}

/* Null comes last, whatever the direction; of equal rows the one of the lower position first. */
static int compare_twins(const void *a, const void *b, void *context)
{
    const struct twin_row *left = a, *right = b;
    const struct twin_keys *keys = context;
    for (size_t i = 0; i < keys->n; i++) {
        const struct twin_value *l = &left->values[i], *r = &right->values[i];
        if (l->is_null != r->is_null)
            return l->is_null ? 1 : -1;
        int order = (l->number > r->number) - (l->number < r->number);
        order = order ? order : strcmp(l->text, r->text);
        if (order)
            return keys->descending[i] ? -order : order;
    }
    return (left->position > right->position) - (left->position < right->position);
}

/* The matching features in order; owned by the caller. */
static struct twin_row *twin_of(const struct query *query, const struct snapshot *snapshot,
                                struct twin_keys *keys, size_t *out_n)
{
    struct query_set set = {0};
    assert_true(query_find(query, NULL, &set, NULL));
    struct twin_row *rows = calloc(set.count + 1, sizeof *rows);
    size_t n = 0;
    assert_true(query_set_fill(&set, NULL));
    for (uint32_t at = 0; at < set.n; at++) {
        if (!(set.bits[at / 64] >> at % 64 & 1))
            continue;
        rows[n].position = at;
        for (size_t i = 0; i < keys->n; i++)
            rows[n].values[i] = value_of(keys->properties[i], snapshot, at);
        n++;
    }
    assert_int_equal(n, set.count);
    query_set_clear(&set);
    qsort_r(rows, n, sizeof *rows, compare_twins, keys);
    *out_n = n;
    return rows;
}

/* ---- Against it ---- */

static const struct {
    int collection;
    const char *sortby, *limit;
    enum param param; /* a filter */
    const char *value;
} walks[] = {
    {COLLECTION_INITIATIVES, "date", "700", PARAM_F, NULL},
    {COLLECTION_INITIATIVES, "-date", "1", PARAM_COMMUNE, "first"},
    {COLLECTION_INITIATIVES, "titre", "997", PARAM_F, NULL},
    {COLLECTION_INITIATIVES, "-titre,date", "450", PARAM_AXE, "1"},
    {COLLECTION_INITIATIVES, "commune_nom,-date,id", "10000", PARAM_F, NULL},
    {COLLECTION_INITIATIVES, "epci,-titre", "333", PARAM_Q, "fibre"},
    {COLLECTION_INITIATIVES, "-epci,commune,-date,titre", "500", PARAM_REGION, "01"},
    {COLLECTION_INITIATIVES, "-id", "1000", PARAM_NEAR, "2,47"},
    {COLLECTION_COMMUNES, "-population", "7", PARAM_F, NULL},
    {COLLECTION_COMMUNES, "population,nom", "40", PARAM_F, NULL},
    {COLLECTION_COMMUNES, "-niveau,-nom", "11", PARAM_F, NULL},
    {COLLECTION_COMMUNES, "initiatives", "1000", PARAM_NIVEAU, "1,2,3"},
};

static void walk(const struct fixture *fixture, size_t number)
{
    struct asked asked = {0};
    struct aro_error err = {0};
    char cursor[CURSOR_TEXT_BYTES];
    size_t n, seen = 0;
    struct twin_keys keys = read_keys(walks[number].sortby, walks[number].collection);
    struct twin_row *want = NULL;
    asked.values[PARAM_SORTBY] = walks[number].sortby;
    asked.values[PARAM_LIMIT] = walks[number].limit;
    asked.values[walks[number].param] = walks[number].value;
    if (walks[number].param == PARAM_COMMUNE)
        asked.values[PARAM_COMMUNE] = fixture->rows->communes[0].code;
    for (bool more = true; more;) {
        struct query_page page = {0};
        struct query *query = ask(&asked, fixture, walks[number].collection, &err);
        assert_non_null(query);
        if (!want)
            want = twin_of(query, fixture->snapshot, &keys, &n);
        assert_true(query_page(query, &page, &err));
        assert_int_equal(page.n_matched, n);
        struct query_walk steps = {.page = &page};
        uint32_t position;
        double distance_m;
        for (; query_next(&steps, &position, &distance_m); seen++) {
            assert_true(seen < n);
            assert_int_equal(position, want[seen].position);
            assert_int_equal(!isnan(distance_m), walks[number].param == PARAM_NEAR);
        }
        more = *page.next_cursor != '\0';
        memcpy(cursor, page.next_cursor, sizeof cursor);
        asked.values[PARAM_CURSOR] = cursor;
        query_page_clear(&page);
        query_free(query);
    }
    assert_int_equal(seen, n);
    assert_true(n > 3);
    free(want);
}

static void pages_are_those_of_the_twin(void **state)
{
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        print_message("sortby=%s\n", walks[i].sortby);
        walk(*state, i);
    }
}

/* The page from an offset on, which may be behind the end. */
static void offsets(void **state)
{
    static const char *const texts[] = {"0", "1", "2990", "2999", "3000", "5000"};
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct asked asked = {
            .values = {
                [PARAM_SORTBY] = "-date,titre", [PARAM_LIMIT] = "20", [PARAM_OFFSET] = texts[i]}};
        struct twin_keys keys = read_keys("-date,titre", COLLECTION_INITIATIVES);
        struct query_page page = {0};
        struct query *query = ask(&asked, fixture, COLLECTION_INITIATIVES, NULL);
        size_t n, offset = strtoul(texts[i], NULL, 10);
        assert_non_null(query);
        struct twin_row *want = twin_of(query, fixture->snapshot, &keys, &n);
        size_t rest = offset < n ? n - offset : 0;
        assert_true(query_page(query, &page, NULL));
        assert_int_equal(page.n_returned, rest < 20 ? rest : 20);
        assert_int_equal(*page.next_cursor != '\0', rest > 20);
        for (size_t k = 0; k < page.n_returned; k++)
            assert_int_equal(page.hits.items[k].position, want[offset + k].position);
        query_page_clear(&page);
        query_free(query);
        free(want);
    }
}

static void refuses(void **state)
{
    static const char *const texts[] = {"",        ",",        "titre,",
                                        "nothing", "--date",   "actions",
                                        "axes",    "geometry", "id,date,titre,commune,epci"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct asked asked = {.values = {[PARAM_SORTBY] = texts[i]}};
        struct aro_error err = {0};
        assert_null(ask(&asked, *state, COLLECTION_INITIATIVES, &err));
        assert_int_equal(err.status, ARO_BAD_INPUT);
        assert_string_equal(err.parameter, "sortby");
    }
}

static void out_of_memory(void **state)
{
    struct asked asked = {
        .values = {
            [PARAM_SORTBY] = "commune_nom,-date", [PARAM_NEAR] = "2,47", [PARAM_LIMIT] = "50"}};
    size_t allowed = 0;
    int failures = 0;
    for (bool done = false; !done; allowed++) {
        struct aro_error err = {0};
        struct query_page page = {0};
        allow_allocations(allowed);
        struct query *query = ask(&asked, *state, COLLECTION_INITIATIVES, &err);
        done = query && query_page(query, &page, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", done || err.status == ARO_NO_MEMORY);
        CHECK(failures, "a whole page or none", !done || page.n_returned == 50);
        query_page_clear(&page);
        query_free(query);
    }
    assert_true(allowed > 8); /* the query, positions, ends, keys, heap, hits … */
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_those_of_the_twin),
        cmocka_unit_test(offsets),
        cmocka_unit_test(refuses),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
