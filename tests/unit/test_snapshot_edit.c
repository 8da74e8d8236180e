/*
 * A snapshot that was edited against one that is built of the same store.
 */
#include "server/snapshot_edit.h"

#include <string.h>

#include "server/similar.h"
#include "server/snapshot_file.h"
#include "server/tally.h"
#include "tests/unit/allocations.h"
#include "tests/unit/random_contours.h"

enum { SEED = 20261127, N_PROBES = 60 };

#define COMMITTED "INSERT INTO commits SELECT seq, random() FROM state;"

struct edited {
    struct fixture *fixture;
    struct snapshot *base; /* mapped */
    int64_t seq;
};

static bool never(void *context)
{
    (void)context;
    return false;
}

static void change(const struct edited *edited, const char *sql)
{
    struct schema_db *db = NULL;
    struct aro_error err = {0};
    bool ok = schema_db_open(edited->fixture->folder.store, SCHEMA_DB_WRITE, &db, &err) &&
              schema_db_load_spatialite(db, &err) && schema_db_exec(db, sql, &err);
    schema_db_close(db);
    if (!ok)
        fail_msg("%s", err.message);
}

/* Built of the store as it is, saved and mapped. */
static struct snapshot *saved(const struct temp_folder *folder)
{
    static const struct packed_order all = {.max_bytes = SIZE_MAX, .is_unwanted = never};
    struct snapshot *built = fixture_build(folder), *mapped = NULL;
    char *path = snapshot_file_path(folder->store, NULL, NULL);
    struct snapshot_key key = snapshot_key_of(folder->store);
    assert_true(built && path);
    snapshot_pack(built, &all);
    if (snapshot_file_write(path, &key, built, NULL, NULL, NULL))
        mapped = snapshot_file_map(path, &key, NULL);
    snapshot_release(built);
    free(path);
    return mapped;
}

static int setup(void **state)
{
    static struct edited edited;
    void *fixture = NULL;
    if (contours_setup(&fixture) != 0)
        return -1;
    edited = (struct edited){.fixture = fixture, .seq = 1};
    change(&edited, "INSERT INTO commits SELECT seq, 1 FROM state");
    edited.base = saved(&edited.fixture->folder);
    *state = &edited;
    return edited.base ? 0 : -1;
}

static int teardown(void **state)
{
    struct edited *edited = *state;
    void *fixture = edited->fixture;
    snapshot_release(edited->base);
    return fixture_teardown(&fixture);
}

static struct snapshot *edit(const struct edited *edited, const struct snapshot *base,
                             struct aro_error *err)
{
    struct schema_store *store = NULL;
    assert_true(schema_store_open(edited->fixture->folder.store, SCHEMA_READ, &store, err));
    struct snapshot *next = snapshot_edit(base, store, err);
    schema_store_close(store);
    return next;
}

/* ---- The same answers ---- */

static bool same_text(const struct text_block *a, const struct text_block *b, uint32_t i)
{
    struct text_slice of_a = text_block_at(a, i), of_b = text_block_at(b, i);
    return of_a.len == of_b.len && memcmp(of_a.text, of_b.text, of_a.len) == 0;
}

static void compare_texts(const struct text_block *a, const struct text_block *b, size_t n,
                          const char *name, int *failures)
{
    for (uint32_t i = 0; i < n; i++)
        CHECK(*failures, name, same_text(a, b, i));
}

#define SAME(a, b, column, count)                                                                  \
    CHECK(*failures, #column, memcmp((a)->column, (b)->column, (count) * sizeof *(a)->column) == 0)

static void compare_points(const struct snapshot *a, const struct snapshot *b, int *failures)
{
    const struct point_set *of_a = &a->initiatives, *of_b = &b->initiatives;
    CHECK(*failures, "placed", of_a->n_placed == of_b->n_placed);
    SAME(of_a, of_b, coords, of_a->n_placed);
    SAME(of_a, of_b, places, of_a->n_placed);
    SAME(of_a, of_b, hilbert_keys, of_a->n);
    SAME(of_a, of_b, ids, of_a->n);
    compare_texts(&of_a->compact, &of_b->compact, of_a->n, "compact", failures);
    compare_texts(&of_a->full, &of_b->full, of_a->n, "full", failures);
    struct geo_rect rect_a, rect_b;
    CHECK(*failures, "extent",
          geo_index_extent(of_a->index, &rect_a) && geo_index_extent(of_b->index, &rect_b) &&
              memcmp(&rect_a, &rect_b, sizeof rect_a) == 0);
}

static void compare_areas(const struct geo_cluster_areas *a, const struct geo_cluster_areas *b,
                          int *failures)
{
    CHECK(*failures, "areas", a->n == b->n && a->n_runs == b->n_runs);
    for (size_t i = 0; i < a->n; i++)
        CHECK(*failures, "area",
              a->items[i].first_run == b->items[i].first_run &&
                  a->items[i].n_runs == b->items[i].n_runs);
    SAME(a, b, runs, a->n_runs);
}

static void compare_columns(const struct snapshot *a, const struct snapshot *b, int *failures)
{
    const struct initiative_columns *of_a = &a->initiative, *of_b = &b->initiative;
    size_t n = a->initiatives.n, n_words = geo_bits_words(n);
    SAME(of_a, of_b, communes, n);
    SAME(of_a, of_b, usages, n);
    SAME(of_a, of_b, axes, n);
    SAME(of_a, of_b, days, n);
    SAME(of_a, of_b, years, n);
    SAME(of_a, of_b, block_regions, n_words);
    SAME(of_a, of_b, block_departements, n_words);
    SAME(of_a, of_b, block_epcis, n_words);
    SAME(of_a, of_b, theme_bits, (a->n_themes + 1) * n_words);
    SAME(of_a, of_b, blocks, geo_bits_words(a->initiatives.n_placed));
    SAME(of_a, of_b, by_id, n);
    CHECK(*failures, "clustering",
          of_a->clustering.n == of_b->clustering.n &&
              of_a->clustering.keys == a->initiatives.hilbert_keys &&
              of_a->clustering.places == a->initiatives.places &&
              of_a->clustering.group_bits[0] == snapshot_theme_bits(a, 0));
    compare_texts(&of_a->titres, &of_b->titres, n, "titre", failures);
    compare_texts(&a->counts, &b->counts, N_TALLY_BY, "counts", failures);
    compare_areas(&a->region_areas, &b->region_areas, failures);
    compare_areas(&a->departement_areas, &b->departement_areas, failures);
}

static void compare_places(const struct snapshot *a, const struct snapshot *b, int *failures)
{
    SAME(&a->commune, &b->commune, n_initiatives, a->communes.n);
    compare_texts(&a->communes.full, &b->communes.full, a->communes.n, "commune", failures);
    CHECK(*failures, "headline", a->headline.initiatives == b->headline.initiatives);
    for (int kind = 0; kind < SNAPSHOT_TERRITORY_KINDS; kind++) {
        size_t n;
        const struct snapshot_territory *of_a, *of_b;
        of_a = snapshot_territories(a, (enum schema_territory_kind)kind, &n);
        of_b = snapshot_territories(b, (enum schema_territory_kind)kind, &n);
        for (size_t i = 0; i < n; i++)
            CHECK(*failures, of_a[i].code, of_a[i].n_initiatives == of_b[i].n_initiatives);
        compare_texts(&a->territories[kind].points.full, &b->territories[kind].points.full, n,
                      "territory", failures);
    }
}

static void compare_words(const struct snapshot *a, const struct snapshot *b, uint64_t *seed,
                          int *failures)
{
    static const char *const queries[] = {"fibre", "vélo", "musée wifi", "nouveau", "nouveaux vélo",
                                          "fait",  "12",   "fiche 7",    "inconnu"};
    size_t n_words = geo_bits_words(a->initiatives.n);
    uint64_t *bits = calloc(2 * n_words, sizeof *bits);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        size_t len = strlen(queries[i]);
        assert_true(geo_words_search(a->initiative.words, queries[i], len, bits, NULL) &&
                    geo_words_search(b->initiative.words, queries[i], len, bits + n_words, NULL));
        CHECK(*failures, queries[i], memcmp(bits, bits + n_words, n_words * sizeof *bits) == 0);
    }
    free(bits);
    for (int i = 0; i < N_PROBES; i++) {
        struct similar_hit of_a[SIMILAR_MAX], of_b[SIMILAR_MAX];
        size_t n_a = 0, n_b = 0;
        uint32_t position = (uint32_t)random_below(seed, a->initiatives.n);
        assert_true(similar_find(a, position, SIMILAR_MAX, of_a, &n_a, NULL) &&
                    similar_find(b, position, SIMILAR_MAX, of_b, &n_b, NULL));
        CHECK(*failures, "similar", n_a == n_b);
        for (size_t hit = 0; hit < n_a && hit < n_b; hit++)
            CHECK(*failures, "similar",
                  of_a[hit].position == of_b[hit].position && of_a[hit].score == of_b[hit].score);
    }
}

static void compare(const struct snapshot *edited, const struct snapshot *built, uint64_t *seed,
                    int *failures)
{
    assert_int_equal(edited->initiatives.n, built->initiatives.n);
    CHECK(*failures, "version", strcmp(edited->version, built->version) == 0);
    CHECK(*failures, "last change", strcmp(edited->last_change, built->last_change) == 0);
    CHECK(*failures, "seq", edited->state.seq == built->state.seq);
    CHECK(*failures, "synthetic", edited->headline.synthetic == built->headline.synthetic);
    compare_points(edited, built, failures);
    compare_columns(edited, built, failures);
    compare_places(edited, built, failures);
    compare_words(edited, built, seed, failures);
}

/* ---- Edits ---- */

enum edit { SAYS, STAYS_OF_OTHER, MOVES, LOSES_PLACE, GOES, COMES, N_EDITS };

static int any_id(uint64_t *seed)
{
    return 1 + (int)random_below(seed, ROWS_INITIATIVES);
}

static void append_words(uint64_t *seed, struct aro_buffer *sql)
{
    aro_buffer_printf(
        sql,
        "titre = '%s %d', actions = '%s', date = '20%02d-05-17',"
        " themes = '[\"%d%c%d\"]'",
        random_below(seed, 2) ? "Nouveau vélo \"" : "Musée é", (int)random_below(seed, 30),
        random_below(seed, 2) ? "Fait." : "Un wifi jamais vu, des nouveaux écrans.",
        10 + (int)random_below(seed, 12), 1 + (int)random_below(seed, ROWS_AXES),
        'a' + (int)random_below(seed, ROWS_ENJEUX), 1 + (int)random_below(seed, ROWS_USAGES));
}

static void append_point(uint64_t *seed, struct aro_buffer *sql)
{
    struct geo_coord coord = points_one(seed, POINTS_SPREAD);
    aro_buffer_printf(sql, "MakePoint(%.7f, %.7f, 4326)", coord.lon_e7 / 1e7, coord.lat_e7 / 1e7);
}

static void append_commune(const struct edited *edited, uint64_t *seed, struct aro_buffer *sql)
{
    size_t commune = (size_t)random_below(seed, ROWS_COMMUNES);
    aro_buffer_printf(sql, "'%s'", edited->fixture->rows->communes[commune].code);
}

/* A new one is a copy with a place and a commune of its own, or without a place. */
static void append_new(const struct edited *edited, uint64_t *seed, struct aro_buffer *sql)
{
    aro_buffer_text(sql, "INSERT INTO initiatives (source, source_id, titre, date, actions, themes,"
                         " statut, position_exacte, created_at, version, updated_at, seq,"
                         " commune, position) SELECT source, source_id || '-' || (SELECT max(id)"
                         " FROM initiatives), titre || ' neuf', date, actions, themes,"
                         " 'published', 1, created_at, 1,");
    aro_buffer_printf(sql, " '2021-01-01T00:00:00Z', %" PRId64 ", ", edited->seq);
    append_commune(edited, seed, sql);
    aro_buffer_text(sql, ", ");
    if (random_below(seed, 4) == 0)
        aro_buffer_text(sql, "NULL");
    else
        append_point(seed, sql);
    aro_buffer_printf(sql, " FROM initiatives WHERE id = %d;", any_id(seed));
}

static void append_edit(struct edited *edited, enum edit what, uint64_t *seed,
                        struct aro_buffer *sql)
{
    edited->seq++; /* each sheet has a number of its own */
    if (what == COMES) {
        append_new(edited, seed, sql);
        return;
    }
    aro_buffer_printf(sql,
                      "UPDATE initiatives SET version = version + 1, seq = %" PRId64
                      ", updated_at = '2021-01-01T00:%02d:00Z', ",
                      edited->seq, (int)(edited->seq % 60));
    if (what == SAYS) {
        append_words(seed, sql);
    } else if (what == GOES) {
        aro_buffer_text(sql, "statut = 'archived'");
    } else if (what == STAYS_OF_OTHER) {
        aro_buffer_text(sql, "commune = ");
        append_commune(edited, seed, sql);
    } else if (what == LOSES_PLACE) {
        aro_buffer_text(sql, "position = NULL");
    } else {
        aro_buffer_text(sql, "position = ");
        append_point(seed, sql);
    }
    aro_buffer_printf(sql, " WHERE id = %d;", any_id(seed));
}

/* Edits the store, then the snapshot, and holds it against one that is built. */
static struct snapshot *go_on(struct edited *edited, const struct snapshot *current, int n,
                              enum edit what, uint64_t *seed, int *failures)
{
    struct aro_buffer sql = {0};
    struct aro_error err = {0};
    aro_buffer_text(&sql, "BEGIN;");
    for (int i = 0; i < n; i++)
        append_edit(edited, what < N_EDITS ? what : (enum edit)random_below(seed, N_EDITS), seed,
                    &sql);
    aro_buffer_printf(&sql, "UPDATE state SET seq = %" PRId64 ";" COMMITTED "COMMIT;", edited->seq);
    char *text = aro_buffer_take_text(&sql, NULL);
    change(edited, text);
    free(text);
    struct snapshot *next = edit(edited, current, &err);
    if (!next)
        fail_msg("%s", err.message);
    struct snapshot *built = fixture_build(&edited->fixture->folder);
    compare(next, built, seed, failures);
    snapshot_release(built);
    return next;
}

static void answers_as_one_that_is_built(void **state)
{
    static const struct {
        int n;
        enum edit what;
    } rounds[] = {{1, SAYS},  {1, SAYS},  {5, SAYS},    {200, SAYS},      {1, STAYS_OF_OTHER},
                  {1, MOVES}, {1, COMES}, {2, GOES},    {1, LOSES_PLACE}, {3, MOVES},
                  {9, COMES}, {1, SAYS},  {100, MOVES}, {200, N_EDITS},   {1, N_EDITS}};
    struct edited *edited = *state;
    struct snapshot *current = edited->base;
    uint64_t seed = SEED;
    int failures = 0;
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        struct snapshot *next =
            go_on(edited, current, rounds[i].n, rounds[i].what, &seed, &failures);
        CHECK(failures, "edits", snapshot_n_edits(next) >= snapshot_n_edits(current));
        if (current != edited->base)
            snapshot_release(current);
        current = next;
        if (failures > 0)
            fail_msg("round %zu", i);
    }
    CHECK(failures, "untouched", snapshot_n_edits(edited->base) == 0);
    compare_points(edited->base, edited->fixture->snapshot, &failures);
    compare_columns(edited->base, edited->fixture->snapshot, &failures);
    snapshot_release(current);
    assert_int_equal(failures, 0);
}

static void the_rest_has_to_be_built(void **state)
{
    struct edited *edited = *state;
    static const struct {
        const char *sql, *says;
    } cases[] = {
        {"UPDATE initiatives SET titre = 'Sans numéro' WHERE id = 3", "without a number"},
        {"UPDATE communes SET nom = 'Autre', seq = (SELECT seq + 1 FROM state) WHERE id = 3",
         "more than sheets"},
        {"UPDATE initiatives SET statut = 'archived', seq = (SELECT seq + id FROM state)"
         " WHERE updated_at = (SELECT max(updated_at) FROM initiatives"
         " WHERE statut = 'published')",
         "newest sheet is gone"},
        {"UPDATE initiatives SET updated_at = '1999-01-01T00:00:00Z',"
         " seq = (SELECT seq + id FROM state) WHERE updated_at = (SELECT max(updated_at)"
         " FROM initiatives WHERE statut = 'published')",
         "newest sheet is gone"},
        {"UPDATE initiatives SET seq = (SELECT seq + id FROM state), updated_at = '2022'",
         "have changed"},
        {"UPDATE state SET millesime = '2099'", "more than sheets"},
        {"UPDATE commits SET token = 2 WHERE seq = (SELECT seq FROM state)", "another store"},
        {"UPDATE state SET store_id = 'other'", "another store"},
    };
    int failures = 0;
    char command[400];
    const char *store = edited->fixture->folder.store;
    struct snapshot *current = saved(&edited->fixture->folder);
    assert_non_null(current);
    change(edited, "PRAGMA wal_checkpoint(TRUNCATE)");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) { /* each from the store as it was */
        struct aro_error err = {0};
        snprintf(command, sizeof command, "cp %s %s.kept", store, store);
        assert_int_equal(system(command), 0);
        change(edited, cases[i].sql);
        if (strstr(cases[i].sql, "state"))
            change(edited, "UPDATE state SET seq = seq + 5000;" COMMITTED);
        CHECK(failures, cases[i].sql, !edit(edited, current, &err));
        CHECK(failures, err.message,
              err.status == ARO_CONFLICT && strstr(err.message, cases[i].says));
        snprintf(command, sizeof command, "mv %s.kept %s && rm -f %s-wal %s-shm", store, store,
                 store, store);
        assert_int_equal(system(command), 0);
    }
    snapshot_release(current);
    assert_int_equal(failures, 0);
}

/* One that was hidden stays so. */
static void hidden_sheets_change_nothing(void **state)
{
    struct edited *edited = *state;
    struct aro_error err = {0};
    uint64_t seed = SEED;
    int failures = 0;
    edited->seq += 10;
    char sql[700];
    snprintf(sql, sizeof sql,
             "INSERT INTO initiatives (source, source_id, titre, date, actions, commune, themes,"
             " statut, position_exacte, created_at, updated_at, version, seq) SELECT 'h', 'h',"
             " titre, date, actions, commune, themes, 'proposed', 0, created_at, '2022', 1,"
             " %" PRId64 " FROM initiatives WHERE id = 7; UPDATE state SET seq = %" PRId64
             ";" COMMITTED,
             edited->seq, edited->seq);
    change(edited, sql);
    struct snapshot *next = edit(edited, edited->base, &err);
    if (!next)
        fail_msg("%s", err.message);
    struct snapshot *built = fixture_build(&edited->fixture->folder);
    compare(next, built, &seed, &failures);
    snapshot_release(built);
    snapshot_release(next);
    assert_int_equal(failures, 0);
}

static void survives_without_memory(void **state)
{
    struct edited *edited = *state;
    struct schema_store *store = NULL;
    struct snapshot *next = NULL;
    assert_true(schema_store_open(edited->fixture->folder.store, SCHEMA_READ, &store, NULL));
    for (size_t allowed = 0; !next; allowed += 1 + allowed / 20) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        next = snapshot_edit(edited->base, store, &err);
        allow_allocations(SIZE_MAX);
        assert_true(next || err.status == ARO_NO_MEMORY || err.status == ARO_IO);
    }
    schema_store_close(store);
    snapshot_release(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_one_that_is_built),
        cmocka_unit_test(the_rest_has_to_be_built),
        cmocka_unit_test(hidden_sheets_change_nothing),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
