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

static int setup(void **state)
{
    static struct edited edited;
    static const struct packed_order all = {.max_bytes = SIZE_MAX, .is_unwanted = never};
    void *fixture = NULL;
    if (contours_setup(&fixture) != 0)
        return -1;
    edited = (struct edited){.fixture = fixture, .seq = 1};
    change(&edited, "INSERT INTO commits SELECT seq, 1 FROM state");
    snapshot_release(edited.fixture->snapshot);
    edited.fixture->snapshot = fixture_build(&edited.fixture->folder);
    snapshot_pack(edited.fixture->snapshot, &all);
    char *path = snapshot_file_path(edited.fixture->folder.store, NULL, NULL);
    struct snapshot_key key = snapshot_key_of(edited.fixture->folder.store);
    if (snapshot_file_write(path, &key, edited.fixture->snapshot, NULL, NULL, NULL))
        edited.base = snapshot_file_map(path, &key, NULL);
    free(path);
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

static void compare_columns(const struct snapshot *a, const struct snapshot *b, int *failures)
{
    const struct initiative_columns *of_a = &a->initiative, *of_b = &b->initiative;
    size_t n = a->initiatives.n, n_words = geo_bits_words(n);
#define SAME(column, count)                                                                        \
    CHECK(*failures, #column,                                                                      \
          memcmp(of_a->column, of_b->column, (count) * sizeof *of_a->column) == 0)
    SAME(communes, n);
    SAME(usages, n);
    SAME(axes, n);
    SAME(days, n);
    SAME(years, n);
    SAME(block_regions, n_words);
    SAME(theme_bits, (a->n_themes + 1) * n_words);
    SAME(by_id, n);
#undef SAME
    CHECK(*failures, "ids",
          memcmp(a->initiatives.ids, b->initiatives.ids, n * sizeof *a->initiatives.ids) == 0);
    for (uint32_t i = 0; i < n; i++) {
        CHECK(*failures, "compact", same_text(&a->initiatives.compact, &b->initiatives.compact, i));
        CHECK(*failures, "full", same_text(&a->initiatives.full, &b->initiatives.full, i));
        CHECK(*failures, "titre", same_text(&of_a->titres, &of_b->titres, i));
    }
    for (uint32_t by = 0; by < N_TALLY_BY; by++)
        CHECK(*failures, tally_names[by], same_text(&a->counts, &b->counts, by));
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
    compare_columns(edited, built, failures);
    compare_words(edited, built, seed, failures);
}

/* ---- Edits ---- */

/* Other words, another day, other themes; each sheet with a number of its own. */
static void append_edit(struct edited *edited, uint64_t *seed, struct aro_buffer *sql)
{
    edited->seq++;
    aro_buffer_printf(
        sql,
        "UPDATE initiatives SET titre = '%s %d', actions = '%s', date = '20%02d-05-17',"
        " themes = '[\"%d%c%d\"]', version = version + 1, seq = %" PRId64
        ", updated_at = '2021-01-01T00:%02d:00Z' WHERE id = %d;",
        random_below(seed, 2) ? "Nouveau vélo \"" : "Musée é", (int)random_below(seed, 30),
        random_below(seed, 2) ? "Fait." : "Un wifi jamais vu, des nouveaux écrans.",
        10 + (int)random_below(seed, 12), 1 + (int)random_below(seed, ROWS_AXES),
        'a' + (int)random_below(seed, ROWS_ENJEUX), 1 + (int)random_below(seed, ROWS_USAGES),
        edited->seq, (int)(edited->seq % 60), 1 + (int)random_below(seed, ROWS_INITIATIVES));
}

static void answers_as_one_that_is_built(void **state)
{
    static const int n_edits[] = {1, 1, 5, 200, 400, 1};
    struct edited *edited = *state;
    struct snapshot *current = edited->base;
    uint64_t seed = SEED;
    int failures = 0;
    for (size_t round = 0; round < sizeof n_edits / sizeof *n_edits; round++) {
        struct aro_buffer sql = {0};
        struct aro_error err = {0};
        aro_buffer_text(&sql, "BEGIN;");
        for (int i = 0; i < n_edits[round]; i++)
            append_edit(edited, &seed, &sql);
        aro_buffer_printf(&sql, "UPDATE state SET seq = %" PRId64 ";" COMMITTED "COMMIT;",
                          edited->seq);
        char *text = aro_buffer_take_text(&sql, NULL);
        change(edited, text);
        free(text);
        struct snapshot *next = edit(edited, current, &err);
        if (!next)
            fail_msg("%s", err.message);
        struct snapshot *built = fixture_build(&edited->fixture->folder);
        compare(next, built, &seed, &failures);
        CHECK(failures, "edits", snapshot_n_edits(next) >= (uint32_t)(n_edits[round] > 1));
        snapshot_release(built);
        if (current != edited->base)
            snapshot_release(current);
        current = next;
    }
    CHECK(failures, "untouched", snapshot_n_edits(edited->base) == 0);
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
        {"UPDATE initiatives SET statut = 'archived', seq = (SELECT seq + 1 FROM state)"
         " WHERE id = 3",
         "gone"},
        {"UPDATE initiatives SET position = MakePoint(2.5, 48.5, 4326),"
         " seq = (SELECT seq + 1 FROM state), updated_at = '2022' WHERE id = 4",
         "moved"},
        {"UPDATE initiatives SET position = NULL, seq = (SELECT seq + 1 FROM state),"
         " updated_at = '2022' WHERE id = (SELECT min(id) FROM initiatives"
         " WHERE position IS NOT NULL AND statut = 'published')",
         "moved"},
        {"UPDATE initiatives SET commune = (SELECT max(code) FROM communes"
         " WHERE code <> commune), seq = (SELECT seq + 1 FROM state), updated_at = '2022'"
         " WHERE id = 5",
         "moved"},
        {"UPDATE initiatives SET updated_at = '1999-01-01T00:00:00Z',"
         " seq = (SELECT seq + 1 FROM state) WHERE id = 6",
         "older"},
        {"INSERT INTO initiatives (source, source_id, titre, date, actions, commune, themes,"
         " statut, position_exacte, created_at, updated_at, version, seq) SELECT 'n', 'n', titre,"
         " date, actions, commune, themes, 'published', 0, created_at, '2022', 1,"
         " (SELECT seq + 1 FROM state) FROM initiatives WHERE id = 7",
         "new"},
        {"UPDATE initiatives SET seq = (SELECT seq + id FROM state), updated_at = '2022'",
         "have changed"},
        {"UPDATE state SET millesime = '2099'", "more than sheets"},
        {"UPDATE commits SET token = 2 WHERE seq = (SELECT seq FROM state)", "another store"},
        {"UPDATE state SET store_id = 'other'", "another store"},
    };
    int failures = 0;
    char command[400];
    const char *store = edited->fixture->folder.store;
    struct aro_error first_err = {0};
    struct snapshot *current = edit(edited, edited->base, &first_err);
    if (!current)
        fail_msg("%s", first_err.message);
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
