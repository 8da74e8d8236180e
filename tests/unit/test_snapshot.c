#include "server/snapshot.h"
#include "tests/unit/check.h"
#include "tests/unit/random_snapshot.h"

#include <jansson.h>
#include <pthread.h>

/* ---- Content ---- */

static void stands_in_hilbert_order(void **state)
{
    int failures = 0;
    struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    const struct point_set *sets[] = {&snapshot->initiatives, &snapshot->communes};
    assert_int_equal(snapshot->initiatives.n, ROWS_INITIATIVES);
    assert_int_equal(snapshot->communes.n, ROWS_COMMUNES);
    for (size_t set = 0; set < 2; set++) {
        const struct point_set *points = sets[set];
        for (size_t i = 0; i < points->n; i++) {
            bool placed = i < points->n_placed;
            CHECK(failures, "key",
                  points->hilbert_keys[i] ==
                      (placed ? geo_hilbert_key(points->coords[i]) : UINT64_MAX));
            CHECK(failures, "order",
                  i == 0 || points->hilbert_keys[i - 1] < points->hilbert_keys[i] ||
                      (points->hilbert_keys[i - 1] == points->hilbert_keys[i] &&
                       points->ids[i - 1] < points->ids[i]));
        }
    }
    assert_int_equal(failures, 0);
}

static void holds_what_the_rows_say(void **state)
{
    int failures = 0;
    struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    const struct rows *rows = fixture->rows;
    uint32_t n_initiatives[ROWS_COMMUNES] = {0};
    for (int i = 0; i < ROWS_INITIATIVES; i++) {
        const struct row_initiative *row = &rows->initiatives[i];
        uint32_t at = snapshot_initiative(snapshot, i + 1);
        uint32_t commune = snapshot_commune(snapshot, rows->communes[row->commune].code);
        assert_true(at != SNAPSHOT_NONE && commune != SNAPSHOT_NONE);
        CHECK(failures, "commune", snapshot->initiative.communes[at] == commune);
        CHECK(failures, "placed", row->placed == (at < snapshot->initiatives.n_placed));
        CHECK(failures, "place",
              !row->placed || memcmp(&snapshot->initiatives.coords[at], &row->position,
                                     sizeof row->position) == 0);
        n_initiatives[row->commune]++;
    }
    for (int i = 0; i < ROWS_COMMUNES; i++) {
        const struct row_commune *row = &rows->communes[i];
        uint32_t at = snapshot_commune(snapshot, row->code);
        CHECK(failures, "code", strcmp(snapshot->commune.codes[at], row->code) == 0);
        CHECK(failures, "niveau", snapshot->commune.niveaux[at] == row->niveau);
        CHECK(failures, "initiatives", snapshot->commune.n_initiatives[at] == n_initiatives[i]);
        CHECK(failures, "epci", (snapshot->commune.epcis[at] == SNAPSHOT_NONE) == (row->epci < 0));
    }
    CHECK(failures, "no such id", snapshot_initiative(snapshot, 0) == SNAPSHOT_NONE);
    CHECK(failures, "no such id", snapshot_initiative(snapshot, 1 << 30) == SNAPSHOT_NONE);
    CHECK(failures, "no such code", snapshot_commune(snapshot, "") == SNAPSHOT_NONE);
    CHECK(failures, "long code", snapshot_commune(snapshot, "01001000000") == SNAPSHOT_NONE);
    CHECK(failures, "former code",
          snapshot_commune(snapshot, "99999") ==
              snapshot_commune(snapshot, rows->communes[0].code));
    assert_int_equal(failures, 0);
}

static void counts_the_headline(void **state)
{
    struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    uint32_t labelled = 0;
    int64_t population = 0, labelled_population = 0;
    for (size_t i = 0; i < snapshot->communes.n; i++) {
        int64_t known = snapshot->commune.populations[i];
        known = known == SCHEMA_POPULATION_UNKNOWN ? 0 : known;
        population += known;
        labelled += snapshot->commune.niveaux[i] > 0;
        labelled_population += snapshot->commune.niveaux[i] > 0 ? known : 0;
    }
    assert_int_equal(snapshot->headline.population, population);
    assert_int_equal(snapshot->headline.annee, 2020);
    assert_int_equal(snapshot->headline.labelled_communes, labelled);
    assert_int_equal(snapshot->headline.labelled_population, labelled_population);
    assert_int_equal(snapshot->headline.initiatives, ROWS_INITIATIVES);
}

/* ---- Texts ---- */

static int check_texts(const struct text_block *texts, size_t n, const char *name,
                       const char *const *members)
{
    int failures = 0;
    for (size_t i = 0; i < n; i++) {
        const char *text = texts->block + texts->offsets[i];
        size_t len = texts->offsets[i + 1] - texts->offsets[i];
        CHECK(failures, name, text[0] == ',' && memcmp(text + len - 2, "}}", 2) == 0);
        json_t *feature = json_loadb(text + 1, len - 1, JSON_REJECT_DUPLICATES, NULL);
        json_t *properties = json_object_get(feature, "properties");
        CHECK(failures, name, feature && json_object_get(feature, "geometry"));
        for (size_t m = 0; members[m]; m++)
            CHECK(failures, members[m], json_object_get(properties, members[m]));
        CHECK(failures, name, !memmem(text, len, "ecr\xC3\xA8te", 6));
        CHECK(failures, name, !memmem(text, len, "secrete@", 8));
        json_decref(feature);
    }
    return failures;
}

static void writes_geojson(void **state)
{
    static const char *const compact[] = {"titre", "date",   "commune", "commune_nom",
                                          "axes",  "themes", "niveau",  NULL};
    static const char *const full[] = {"titre",       "niveau",     "actions",  "epci",
                                       "departement", "region",     "position", "source",
                                       "source_id",   "created_at", "version",  NULL};
    static const char *const commune[] = {"code",   "nom",    "population",  "codes_postaux",
                                          "epci",   "region", "siren",       "zone",
                                          "niveau", "labels", "initiatives", NULL};
    struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    int failures =
        check_texts(&snapshot->initiatives.compact, ROWS_INITIATIVES, "compact", compact) +
        check_texts(&snapshot->initiatives.full, ROWS_INITIATIVES, "full", full) +
        check_texts(&snapshot->communes.full, ROWS_COMMUNES, "commune", commune);
    assert_int_equal(failures, 0);
}

static bool same_block(const struct text_block *a, const struct text_block *b, size_t n)
{
    return memcmp(a->offsets, b->offsets, (n + 1) * sizeof *a->offsets) == 0 &&
           memcmp(a->block, b->block, a->offsets[n]) == 0;
}

static void builds_the_same_bytes_again(void **state)
{
    struct fixture *fixture = *state;
    const struct snapshot *first = fixture->snapshot;
    struct snapshot *second = fixture_build(&fixture->folder);
    assert_non_null(second);
    assert_string_equal(first->version, second->version);
    assert_true(
        same_block(&first->initiatives.compact, &second->initiatives.compact, ROWS_INITIATIVES));
    assert_true(same_block(&first->initiatives.full, &second->initiatives.full, ROWS_INITIATIVES));
    assert_true(same_block(&first->communes.full, &second->communes.full, ROWS_COMMUNES));
    assert_memory_equal(first->initiative.usages, second->initiative.usages,
                        ROWS_INITIATIVES * sizeof *first->initiative.usages);
    snapshot_release(second);
}

static void builds_from_an_empty_store(void **state)
{
    (void)state;
    struct temp_folder folder;
    struct aro_error err = {0};
    temp_folder_make(&folder);
    assert_true(schema_store_init(folder.store, &err));
    struct snapshot *snapshot = fixture_build(&folder);
    assert_non_null(snapshot);
    assert_int_equal(snapshot->initiatives.n, 0);
    assert_int_equal(snapshot_commune(snapshot, "13056"), SNAPSHOT_NONE);
    assert_int_equal(snapshot_initiative(snapshot, 1), SNAPSHOT_NONE);
    snapshot_release(snapshot);
    temp_folder_remove(&folder);
}

/* ---- Sharing ---- */

enum { READERS = 4, SNAPSHOTS_PUBLISHED = 3000 };

struct readers {
    struct snapshot_holder *holder;
    atomic_bool stop;
    atomic_size_t n_read, n_wrong;
};

/* A snapshot's members are those of one publication, whatever is published meanwhile. */
static void *read_until_stopped(void *context)
{
    struct readers *readers = context;
    while (!atomic_load(&readers->stop)) {
        const struct snapshot *snapshot = snapshot_acquire(readers->holder);
        if (!snapshot)
            continue;
        if (snapshot->bytes != (size_t)snapshot->state.seq)
            atomic_fetch_add(&readers->n_wrong, 1);
        atomic_fetch_add(&readers->n_read, 1);
        snapshot_release(snapshot);
    }
    return NULL;
}

static struct snapshot *empty_snapshot(int64_t seq)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    assert_non_null(snapshot);
    atomic_init(&snapshot->references, 1);
    snapshot->state.seq = seq;
    snapshot->bytes = (size_t)seq;
    return snapshot;
}

static void is_shared_by_threads(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct readers readers = {.holder = snapshot_holder_new(&err)};
    pthread_t threads[READERS];
    assert_non_null(readers.holder);
    assert_null(snapshot_acquire(readers.holder));
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_until_stopped, &readers), 0);
    for (int64_t seq = 1; seq <= SNAPSHOTS_PUBLISHED; seq++)
        snapshot_publish(readers.holder, empty_snapshot(seq));
    const struct snapshot *last = snapshot_acquire(readers.holder);
    assert_int_equal(last->state.seq, SNAPSHOTS_PUBLISHED);
    while (atomic_load(&readers.n_read) == 0)
        ;
    atomic_store(&readers.stop, true);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&readers.n_wrong), 0);
    snapshot_release(last);
    snapshot_holder_free(readers.holder);
}

/* More old snapshots than a reader needs to see, all held at once, then dropped in any order. */
static void old_ones_live_while_held(void **state)
{
    (void)state;
    enum { HELD = 40 };
    struct aro_error err = {0};
    struct snapshot_holder *holder = snapshot_holder_new(&err);
    const struct snapshot *held[HELD];
    for (int64_t i = 0; i < HELD; i++) {
        snapshot_publish(holder, empty_snapshot(i));
        held[i] = snapshot_acquire(holder);
    }
    for (int64_t i = 0; i < HELD; i++)
        assert_int_equal(held[i]->state.seq, i);
    for (size_t i = 0; i < HELD; i += 2)
        snapshot_release(held[i]);
    for (size_t i = 1; i < HELD; i += 2)
        snapshot_release(held[i]);
    snapshot_holder_free(holder);
    snapshot_holder_free(NULL);
    snapshot_release(NULL);
}

/* ---- Deflated ahead ---- */

/* Wanted until the first of the sets is there. */
static bool has_compact(void *context)
{
    const struct snapshot *snapshot = context;
    return text_block_packed(&snapshot->initiatives.compact) != NULL;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

/* As where a reload is asked for, and fails: what was done then stays as it is. */
static void goes_on_packing_where_it_was_stopped(void **state)
{
    struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    struct packed_order order = {
        .max_bytes = SIZE_MAX, .is_unwanted = has_compact, .context = (void *)snapshot};
    snapshot_pack(snapshot, &order);
    const struct packed *compact = text_block_packed(&snapshot->initiatives.compact);
    assert_non_null(compact);
    assert_null(text_block_packed(&snapshot->initiatives.full));
    assert_false(snapshot_is_packed(snapshot));
    size_t before = snapshot_packed_bytes(snapshot);
    order.is_unwanted = never;
    snapshot_pack(snapshot, &order);
    assert_true(snapshot_is_packed(snapshot));
    assert_ptr_equal(text_block_packed(&snapshot->initiatives.compact), compact);
    assert_non_null(text_block_packed(&snapshot->initiatives.full));
    assert_true(snapshot_packed_bytes(snapshot) > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_in_hilbert_order),
        cmocka_unit_test(holds_what_the_rows_say),
        cmocka_unit_test(counts_the_headline),
        cmocka_unit_test(writes_geojson),
        cmocka_unit_test(builds_the_same_bytes_again),
        cmocka_unit_test(builds_from_an_empty_store),
        cmocka_unit_test(goes_on_packing_where_it_was_stopped),
        cmocka_unit_test(is_shared_by_threads),
        cmocka_unit_test(old_ones_live_while_held),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
