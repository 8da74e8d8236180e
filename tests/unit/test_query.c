#include "server/query.h"

#include "server/collections.h"
#include "tests/unit/check.h"
#include "tests/unit/random_snapshot.h"

#include <math.h>

#include "geo/proj.h"

static const struct settings settings = {.items_default = 1000, .items_max = 10000};

/* A request as a route would hand it over. */
struct asked {
    const char *values[PARAM_COUNT_OF_ALL];
    struct request request;
};

static const struct request *ask(struct asked *asked, const struct fixture *fixture)
{
    asked->request = (struct request){
        .snapshot = fixture->snapshot, .settings = &settings, .params = asked->values};
    return &asked->request;
}

/* ---- What is refused ---- */

static const struct {
    const char *name;
    enum param param;
    const char *value;
    enum param also;
    const char *also_value;
    const char *parameter, *says;
} refused[] = {
    {"empty code", PARAM_COMMUNE, "", PARAM_F, NULL, "commune", "empty value"},
    {"comma behind", PARAM_REGION, "01,", PARAM_F, NULL, "region", "empty value"},
    {"unknown commune", PARAM_COMMUNE, "00000", PARAM_F, NULL, "commune", "'00000'"},
    {"unknown region", PARAM_REGION, "77", PARAM_F, NULL, "region", "'77'"},
    {"unknown departement", PARAM_DEPARTEMENT, "2C", PARAM_F, NULL, "departement", "'2C'"},
    {"unknown epci", PARAM_EPCI, "1", PARAM_F, NULL, "epci", "'1'"},
    {"long code", PARAM_EPCI,
     "1234567890123456789012345678901234567890123456789012345678901234567890", PARAM_F, NULL,
     "epci", "too long"},
    {"usage as axe", PARAM_AXE, "1a1", PARAM_F, NULL, "axe", "not an axe"},
    {"axe as enjeu", PARAM_ENJEU, "1", PARAM_F, NULL, "enjeu", "not an enjeu"},
    {"enjeu as usage", PARAM_USAGE, "1a", PARAM_F, NULL, "usage", "not a usage"},
    {"niveau 0", PARAM_NIVEAU, "0", PARAM_F, NULL, "niveau", "1 to 5"},
    {"niveau 6", PARAM_NIVEAU, "3,6", PARAM_F, NULL, "niveau", "'6'"},
    {"niveau 11", PARAM_NIVEAU, "11", PARAM_F, NULL, "niveau", "1 to 5"},
    {"no day", PARAM_DATETIME, "2020-02-30", PARAM_F, NULL, "datetime", "is not a day"},
    {"latitude first", PARAM_BBOX, "43,1,44,2", PARAM_F, NULL, "bbox", "latitude"},
    {"three numbers", PARAM_BBOX, "1,2,3", PARAM_F, NULL, "bbox", "bbox"},
    {"near one number", PARAM_NEAR, "1", PARAM_F, NULL, "near", "near"},
    {"near out of range", PARAM_NEAR, "1,91", PARAM_F, NULL, "near", "range"},
    {"radius alone", PARAM_RADIUS, "1000", PARAM_F, NULL, "radius", "near=lon,lat"},
    {"negative radius", PARAM_RADIUS, "-1", PARAM_NEAR, "1,2", "radius", "negative"},
    {"radius nan", PARAM_RADIUS, "nan", PARAM_NEAR, "1,2", "radius", "radius"},
    {"limit 0", PARAM_LIMIT, "0", PARAM_F, NULL, "limit", "1 to 10000"},
    {"limit negative", PARAM_LIMIT, "-5", PARAM_F, NULL, "limit", "'-5'"},
    {"limit in words", PARAM_LIMIT, "ten", PARAM_F, NULL, "limit", "'ten'"},
    {"limit 1e3", PARAM_LIMIT, "1e3", PARAM_F, NULL, "limit", "'1e3'"},
    {"empty limit", PARAM_LIMIT, "", PARAM_F, NULL, "limit", "''"},
    {"negative offset", PARAM_OFFSET, "-1", PARAM_F, NULL, "offset", "'-1'"},
    {"huge offset", PARAM_OFFSET, "99999999999999999999", PARAM_F, NULL, "offset", "0 to"},
    {"offset and cursor", PARAM_OFFSET, "1", PARAM_CURSOR, "AAAA", "offset", "give one"},
    {"no cursor of ours", PARAM_CURSOR, "AAAA", PARAM_F, NULL, "cursor", "without cursor"},
    {"empty cursor", PARAM_CURSOR, "", PARAM_F, NULL, "cursor", "without cursor"},
    {"empty q", PARAM_Q, " ", PARAM_F, NULL, "q", "empty"},
    {"q of no word", PARAM_Q, "l'", PARAM_F, NULL, "q", "q"},
};

static void refuses(void **state)
{
    int failures = 0;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct asked asked = {0};
        struct aro_error err = {0};
        asked.values[refused[i].param] = refused[i].value;
        if (refused[i].also_value)
            asked.values[refused[i].also] = refused[i].also_value;
        const struct request *request = ask(&asked, *state);
        struct query *query = query_new(request, &collections[COLLECTION_INITIATIVES], &err);
        CHECK(failures, refused[i].name, !query && err.status == ARO_BAD_INPUT);
        CHECK(failures, refused[i].name, strcmp(err.parameter, refused[i].parameter) == 0);
        CHECK(failures, err.message, strstr(err.message, refused[i].says));
        query_free(query);
    }
    assert_int_equal(failures, 0);
}

static void refuses_more_than_a_hundred_codes(void **state)
{
    struct asked asked = {0};
    struct aro_error err = {0};
    struct aro_buffer codes = {0};
    for (int i = 0; i < 101; i++)
        aro_buffer_text(&codes, i ? ",01" : "01");
    char *text = aro_buffer_take_text(&codes, &err);
    asked.values[PARAM_REGION] = text;
    const struct request *request = ask(&asked, *state);
    assert_null(query_new(request, &collections[COLLECTION_INITIATIVES], &err));
    assert_string_equal(err.parameter, "region");
    text[strlen(text) - 3] = '\0';
    struct query *query = query_new(request, &collections[COLLECTION_INITIATIVES], &err);
    assert_non_null(query);
    query_free(query);
    free(text);
}

static void refuses_themes_for_communes(void **state)
{
    int failures = 0;
    static const enum param params[] = {PARAM_AXE, PARAM_ENJEU, PARAM_USAGE, PARAM_DATETIME};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        struct asked asked = {0};
        struct aro_error err = {0};
        asked.values[params[i]] = "1";
        const struct request *request = ask(&asked, *state);
        CHECK(failures, "refused", !query_new(request, &collections[COLLECTION_COMMUNES], &err));
        CHECK(failures, err.message, strcmp(err.parameter, param_infos[params[i]].name) == 0);
    }
    assert_int_equal(failures, 0);
}

/* ---- The slow twin: a random question, and the rows that it means ---- */

struct question {
    char bbox[96], near[64], radius[32], commune[64], epci[64], departement[32], region[32];
    char axe[32], enjeu[32], usage[64], niveau[32], datetime[64], q[32];
    struct geo_bbox box;
    struct geo_point from;
    double radius_m;
    int communes[2], epcis[2], departement_number, region_number;
    int axes[2], enjeux[2][2], usages[2][3];
    int niveaux[2], word;
    char first_day[16], last_day[16];
};

static bool chance(uint64_t *state)
{
    return random_below(state, 4) == 0;
}

static struct geo_point random_place(uint64_t *state)
{
    return geo_coord_to_point(points_one(state, POINTS_SPREAD));
}

static void ask_place(struct question *asked, uint64_t *state)
{
    if (random_below(state, 2) == 0) {
        struct geo_point corner = random_place(state);
        double width = random_between(state, 0, 40), height = random_between(state, 0, 40);
        asked->box = (struct geo_bbox){corner.lon_deg, fmax(-90, corner.lat_deg - height),
                                       remainder(corner.lon_deg + width, 360), corner.lat_deg};
        bool swapped_France = asked->box.west_deg > 40 && asked->box.west_deg < 52;
        if (!swapped_France)
            snprintf(asked->bbox, sizeof asked->bbox, "%.9f,%.9f,%.9f,%.9f", asked->box.west_deg,
                     asked->box.south_deg, asked->box.east_deg, asked->box.north_deg);
    }
    if (random_below(state, 2) == 0) {
        asked->from = random_place(state);
        snprintf(asked->near, sizeof asked->near, "%.7f,%.7f", asked->from.lon_deg,
                 asked->from.lat_deg);
        asked->radius_m = INFINITY;
        if (random_below(state, 3) > 0) {
            asked->radius_m = floor(pow(10, random_between(state, 2, 7)));
            snprintf(asked->radius, sizeof asked->radius, "%.0f", asked->radius_m);
        }
    }
}

static void ask_territory(struct question *asked, const struct rows *rows, uint64_t *state)
{
    for (int i = 0; i < 2; i++) {
        asked->communes[i] = (int)random_below(state, ROWS_COMMUNES);
        asked->epcis[i] = (int)random_below(state, ROWS_EPCIS);
    }
    asked->departement_number = (int)random_below(state, ROWS_DEPARTEMENTS);
    asked->region_number = (int)random_below(state, ROWS_REGIONS);
    if (random_below(state, 12) == 0)
        snprintf(asked->commune, sizeof asked->commune, "%s,%s",
                 rows->communes[asked->communes[0]].code, rows->communes[asked->communes[1]].code);
    if (random_below(state, 8) == 0)
        snprintf(asked->epci, sizeof asked->epci, "20000%04d,20000%04d", asked->epcis[0],
                 asked->epcis[1]);
    if (chance(state))
        snprintf(asked->departement, sizeof asked->departement, "%02d", asked->departement_number);
    if (chance(state))
        snprintf(asked->region, sizeof asked->region, "%02d", asked->region_number);
    for (int i = 0; i < 2; i++)
        asked->niveaux[i] = 1 + (int)random_below(state, 5);
    if (chance(state))
        snprintf(asked->niveau, sizeof asked->niveau, "%d,%d", asked->niveaux[0],
                 asked->niveaux[1]);
}

static void ask_theme(struct question *asked, uint64_t *state)
{
    for (int i = 0; i < 2; i++) {
        asked->axes[i] = (int)random_below(state, ROWS_AXES);
        asked->enjeux[i][0] = (int)random_below(state, ROWS_AXES);
        asked->enjeux[i][1] = (int)random_below(state, ROWS_ENJEUX);
        asked->usages[i][0] = (int)random_below(state, ROWS_AXES);
        asked->usages[i][1] = (int)random_below(state, ROWS_ENJEUX);
        asked->usages[i][2] = (int)random_below(state, ROWS_USAGES);
    }
    if (chance(state))
        snprintf(asked->axe, sizeof asked->axe, "%d,%d", asked->axes[0] + 1, asked->axes[1] + 1);
    if (chance(state))
        snprintf(asked->enjeu, sizeof asked->enjeu, "%d%c,%d%c", asked->enjeux[0][0] + 1,
                 'a' + asked->enjeux[0][1], asked->enjeux[1][0] + 1, 'a' + asked->enjeux[1][1]);
    if (chance(state))
        snprintf(asked->usage, sizeof asked->usage, "%d%c%d,%d%c%d", asked->usages[0][0] + 1,
                 'a' + asked->usages[0][1], asked->usages[0][2] + 1, asked->usages[1][0] + 1,
                 'a' + asked->usages[1][1], asked->usages[1][2] + 1);
}

static void ask_day_and_word(struct question *asked, uint64_t *state)
{
    int year = 2010 + (int)random_below(state, 11), years = (int)random_below(state, 4);
    snprintf(asked->first_day, sizeof asked->first_day, "%04d-03-15", year);
    snprintf(asked->last_day, sizeof asked->last_day, "%04d-09-20", year + years);
    if (chance(state))
        snprintf(asked->datetime, sizeof asked->datetime, "%s/%s", asked->first_day,
                 asked->last_day);
    asked->word = (int)random_below(state, ROWS_WORDS);
    if (chance(state))
        snprintf(asked->q, sizeof asked->q, "%s", rows_words[asked->word]);
}

static bool means_commune(const struct question *asked, const struct rows *rows, int number)
{
    const struct row_commune *commune = &rows->communes[number];
    return (!asked->commune[0] || number == asked->communes[0] || number == asked->communes[1]) &&
           (!asked->epci[0] || commune->epci == asked->epcis[0] ||
            commune->epci == asked->epcis[1]) &&
           (!asked->departement[0] || commune->departement == asked->departement_number) &&
           (!asked->region[0] || commune->region == asked->region_number) &&
           (!asked->niveau[0] || commune->niveau == asked->niveaux[0] ||
            commune->niveau == asked->niveaux[1]);
}

static bool has_axe(const struct row_initiative *row, int axe)
{
    bool any = false;
    for (int enjeu = 0; enjeu < ROWS_ENJEUX; enjeu++)
        for (int usage = 0; usage < ROWS_USAGES; usage++)
            any |= row->usages[axe][enjeu][usage];
    return any;
}

static bool has_enjeu(const struct row_initiative *row, const int enjeu[2])
{
    bool any = false;
    for (int usage = 0; usage < ROWS_USAGES; usage++)
        any |= row->usages[enjeu[0]][enjeu[1]][usage];
    return any;
}

static bool has_usage(const struct row_initiative *row, const int usage[3])
{
    return row->usages[usage[0]][usage[1]][usage[2]];
}

static bool means_place(const struct question *asked, bool placed, struct geo_coord coord)
{
    return (!asked->bbox[0] || (placed && geo_bbox_contains(&asked->box, coord))) &&
           (!asked->near[0] ||
            (placed && geo_geodesic_m(asked->from, geo_coord_to_point(coord)) <= asked->radius_m));
}

static bool means(const struct question *asked, const struct rows *rows, int number)
{
    const struct row_initiative *row = &rows->initiatives[number];
    return means_place(asked, row->placed, row->position) &&
           means_commune(asked, rows, row->commune) &&
           (!asked->axe[0] || has_axe(row, asked->axes[0]) || has_axe(row, asked->axes[1])) &&
           (!asked->enjeu[0] || has_enjeu(row, asked->enjeux[0]) ||
            has_enjeu(row, asked->enjeux[1])) &&
           (!asked->usage[0] || has_usage(row, asked->usages[0]) ||
            has_usage(row, asked->usages[1])) &&
           (!asked->datetime[0] || (strcmp(row->date, asked->first_day) >= 0 &&
                                    strcmp(row->date, asked->last_day) <= 0)) &&
           (!asked->q[0] || row->words[asked->word]);
}

static void put(struct asked *asked, enum param param, const char *text)
{
    asked->values[param] = text[0] ? text : NULL;
}

static void put_places(struct asked *asked, const struct question *question)
{
    put(asked, PARAM_BBOX, question->bbox);
    put(asked, PARAM_NEAR, question->near);
    put(asked, PARAM_RADIUS, question->radius);
    put(asked, PARAM_COMMUNE, question->commune);
    put(asked, PARAM_EPCI, question->epci);
    put(asked, PARAM_DEPARTEMENT, question->departement);
    put(asked, PARAM_REGION, question->region);
    put(asked, PARAM_NIVEAU, question->niveau);
}

static void put_all(struct asked *asked, const struct question *question)
{
    put_places(asked, question);
    put(asked, PARAM_AXE, question->axe);
    put(asked, PARAM_ENJEU, question->enjeu);
    put(asked, PARAM_USAGE, question->usage);
    put(asked, PARAM_DATETIME, question->datetime);
    put(asked, PARAM_Q, question->q);
}

/* ---- The fast path beside it ---- */

/* Walks all pages; counts how often each position came. Returns failures. */
static int walk(const struct request *request, struct asked *asked,
                const struct collection *collection, const char *name, size_t n_wanted,
                unsigned char *out_seen)
{
    int failures = 0;
    char cursor[CURSOR_TEXT_BYTES] = "";
    double last_m = 0;
    for (size_t pages = 0; pages < 10000; pages++) {
        struct query_page page = {0};
        struct aro_error err = {0};
        asked->values[PARAM_CURSOR] = cursor[0] ? cursor : NULL;
        struct query *query = query_new(request, collection, &err);
        CHECK(failures, err.message, query && query_page(query, &page, &err));
        CHECK(failures, name, page.n_matched == n_wanted);
        struct query_walk walk = {.page = &page};
        uint32_t position;
        double distance_m;
        size_t n_walked = 0;
        for (; query_next(&walk, &position, &distance_m); n_walked++) {
            out_seen[position]++;
            CHECK(failures, name, isnan(distance_m) == !page.by_distance);
            CHECK(failures, name, !(distance_m < last_m));
            last_m = distance_m;
        }
        CHECK(failures, name, n_walked == page.n_returned);
        memcpy(cursor, page.next_cursor, sizeof cursor);
        query_page_clear(&page);
        query_free(query);
        if (!cursor[0] || failures > 5)
            break;
    }
    return failures;
}

static int check_offset(const struct request *request, struct asked *asked,
                        const struct collection *collection, const char *name, size_t n_wanted,
                        size_t offset, size_t limit)
{
    int failures = 0;
    char text[32];
    struct query_page page = {0};
    struct aro_error err = {0};
    snprintf(text, sizeof text, "%zu", offset);
    asked->values[PARAM_CURSOR] = NULL;
    asked->values[PARAM_OFFSET] = text;
    struct query *query = query_new(request, collection, &err);
    CHECK(failures, err.message, query && query_page(query, &page, &err));
    size_t rest = offset < n_wanted ? n_wanted - offset : 0;
    CHECK(failures, name, page.n_matched == n_wanted);
    CHECK(failures, name, page.n_returned == (rest < limit ? rest : limit));
    CHECK(failures, name, (page.next_cursor[0] != '\0') == (rest > limit));
    CHECK(failures, name,
          page.n_returned == (page.in_hits ? page.hits.n : geo_runs_count(&page.runs)));
    query_page_clear(&page);
    query_free(query);
    asked->values[PARAM_OFFSET] = NULL;
    return failures;
}

static int check_question(const struct fixture *fixture, const struct question *question,
                          bool of_communes, const char *name, uint64_t *state)
{
    int failures = 0;
    const struct snapshot *snapshot = fixture->snapshot;
    const struct collection *collection =
        &collections[of_communes ? COLLECTION_COMMUNES : COLLECTION_INITIATIVES];
    const struct point_set *points = collection_points(collection, snapshot);
    unsigned char *seen = calloc(points->n, 1);
    struct asked asked = {0};
    char limit[16];
    size_t n_wanted = 0, limit_n = 1 + random_below(state, 400);
    snprintf(limit, sizeof limit, "%zu", limit_n);
    if (of_communes)
        put_places(&asked, question);
    else
        put_all(&asked, question);
    asked.values[PARAM_LIMIT] = limit;
    const struct request *request = ask(&asked, fixture);
    unsigned char *wanted = calloc(points->n, 1);
    for (int i = 0; i < (int)points->n; i++) {
        const struct row_commune *commune = &fixture->rows->communes[i % ROWS_COMMUNES];
        bool in = of_communes ? means_place(question, commune->placed, commune->centre) &&
                                    means_commune(question, fixture->rows, i)
                              : means(question, fixture->rows, i);
        uint32_t at = of_communes ? snapshot_commune(snapshot, commune->code)
                                  : snapshot_initiative(snapshot, i + 1);
        wanted[at] = in;
        n_wanted += in;
    }
    failures += walk(request, &asked, collection, name, n_wanted, seen);
    CHECK(failures, name, memcmp(seen, wanted, points->n) == 0);
    failures += check_offset(request, &asked, collection, name, n_wanted,
                             random_below(state, points->n), limit_n);
    if (failures > 0)
        print_error("bbox=%s near=%s radius=%s commune=%s epci=%s departement=%s region=%s axe=%s "
                    "enjeu=%s usage=%s niveau=%s datetime=%s q=%s limit=%s\n",
                    question->bbox, question->near, question->radius, question->commune,
                    question->epci, question->departement, question->region, question->axe,
                    question->enjeu, question->usage, question->niveau, question->datetime,
                    question->q, limit);
    free(seen);
    free(wanted);
    return failures;
}

static void agrees_with_looking_at_every_row(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    uint64_t random = FIXTURE_SEED;
    for (int i = 0; i < 600 && failures < 5; i++) {
        struct question question = {0};
        ask_place(&question, &random);
        ask_territory(&question, fixture->rows, &random);
        ask_theme(&question, &random);
        ask_day_and_word(&question, &random);
        bool of_communes = i % 6 == 5;
        failures += check_question(fixture, &question, of_communes,
                                   of_communes ? "communes" : "initiatives", &random);
    }
    assert_int_equal(failures, 0);
}

static void answers_an_empty_page_behind_the_end(void **state)
{
    struct asked asked = {0};
    struct query_page page = {0};
    struct aro_error err = {0};
    asked.values[PARAM_OFFSET] = "100000000";
    const struct request *request = ask(&asked, *state);
    struct query *query = query_new(request, &collections[COLLECTION_INITIATIVES], &err);
    assert_non_null(query);
    assert_true(query_page(query, &page, &err));
    assert_int_equal(page.n_matched, ROWS_INITIATIVES);
    assert_int_equal(page.n_returned, 0);
    assert_string_equal(page.next_cursor, "");
    query_page_clear(&page);
    query_free(query);
}

static void finds_communes_by_name(void **state)
{
    struct asked asked = {0};
    struct query_page page = {0};
    struct aro_error err = {0};
    asked.values[PARAM_Q] = "COMMUNE 7";
    const struct request *request = ask(&asked, *state);
    struct query *query = query_new(request, &collections[COLLECTION_COMMUNES], &err);
    assert_non_null(query);
    assert_true(query_page(query, &page, &err));
    assert_int_equal(page.n_matched, 11); /* 7, 70 to 79 */
    query_page_clear(&page);
    query_free(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_more_than_a_hundred_codes),
        cmocka_unit_test(refuses_themes_for_communes),
        cmocka_unit_test(agrees_with_looking_at_every_row),
        cmocka_unit_test(answers_an_empty_page_behind_the_end),
        cmocka_unit_test(finds_communes_by_name),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
