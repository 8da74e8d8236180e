#include "server/tally.h"
#include "tests/unit/check.h"
#include "tests/unit/random_snapshot.h"

#include "geo/bits.h"
#include "geo/instant.h"
#include "geo/json.h"

/* The slots that one initiative is in, by looking it up. Returns how many. */
static size_t slots_of(const struct snapshot *snapshot, enum tally_by by, uint32_t at,
                       size_t n_slots, size_t out_slots[SNAPSHOT_MAX_USAGES])
{
    const struct commune_columns *columns = &snapshot->commune;
    uint32_t commune = snapshot->initiative.communes[at], number = SNAPSHOT_NONE;
    size_t n = 0;
    if (tally_is_multiple(by)) {
        int niveau = by == BY_AXE ? 1 : by == BY_ENJEU ? 2 : 3;
        for (size_t theme = 0; theme < snapshot->n_themes; theme++)
            if (snapshot->themes[theme].niveau == niveau &&
                (snapshot->themes[theme].usages & snapshot->initiative.usages[at]))
                out_slots[n++] = theme;
    } else {
        number = by == BY_REGION             ? columns->regions[commune]
                 : by == BY_DEPARTEMENT      ? columns->departements[commune]
                 : by == BY_EPCI             ? columns->epcis[commune]
                 : by == BY_COMMUNE          ? commune
                 : by == BY_ANNEE            ? (uint32_t)geo_day_year(snapshot->initiative.days[at])
                 : columns->niveaux[commune] ? columns->niveaux[commune]
                                             : SNAPSHOT_NONE;
        out_slots[n++] = number == SNAPSHOT_NONE ? n_slots : number;
    }
    if (n == 0)
        out_slots[n++] = n_slots;
    return n;
}

/* A set of some runs, with or without bits; in `in` whether each position is of it. */
static void random_set(uint64_t *seed, size_t n, struct query_set *out_set, unsigned char *in)
{
    bool with_bits = random_below(seed, 2);
    *out_set = (struct query_set){.n = n};
    memset(in, 0, n);
    for (uint32_t at = (uint32_t)random_below(seed, n); at < n;) {
        uint32_t end = at + 1 + (uint32_t)random_below(seed, random_below(seed, 2) ? 20 : n);
        end = end < n ? end : (uint32_t)n;
        memset(in + at, 1, end - at);
        assert_true(geo_runs_add(&out_set->runs, at, end, NULL));
        at = end + 1 + (uint32_t)random_below(seed, 100);
    }
    if (!with_bits)
        return;
    assert_true(query_set_fill(out_set, NULL));
    for (uint32_t at = 0; at < n; at++)
        if (in[at] && random_below(seed, 3) == 0) {
            in[at] = 0;
            out_set->bits[at / 64] &= ~(UINT64_C(1) << at % 64);
        }
}

static void agrees_with_looking_each_up(void **state)
{
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    size_t n = snapshot->initiatives.n;
    unsigned char *in = calloc(n, 1);
    uint64_t seed = FIXTURE_SEED;
    int failures = 0;
    for (int round = 0; round < 20 * N_TALLY_BY && failures < 5; round++) {
        struct query_set set;
        struct tally tally = {0};
        enum tally_by by = (enum tally_by)(round % N_TALLY_BY);
        bool all = round < N_TALLY_BY;
        random_set(&seed, n, &set, in);
        assert_true(tally_make(snapshot, by, all ? NULL : &set, &tally, NULL));
        uint32_t *want = calloc(tally.n_slots + 1, sizeof *want);
        for (uint32_t at = 0; at < n; at++) {
            size_t slots[SNAPSHOT_MAX_USAGES];
            size_t n_in = slots_of(snapshot, by, at, tally.n_slots, slots);
            for (size_t i = 0; (all || in[at]) && i < n_in; i++)
                want[slots[i]]++;
        }
        for (size_t slot = 0; slot <= tally.n_slots; slot++)
            CHECK(failures, tally_names[by], tally.slots[slot] == want[slot]);
        free(want);
        tally_clear(&tally);
        query_set_clear(&set);
    }
    if (failures)
        print_error("seed %llu\n", (unsigned long long)FIXTURE_SEED);
    free(in);
    assert_int_equal(failures, 0);
}

/* The counts of all, which the snapshot holds written. */
static void counts_of_all_are_written(void **state)
{
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    for (int by = 0; by < N_TALLY_BY; by++) {
        struct tally tally = {0};
        struct aro_buffer text = {0};
        uint64_t from = snapshot->counts.offsets[by], to = snapshot->counts.offsets[by + 1];
        assert_true(tally_make(snapshot, (enum tally_by)by, NULL, &tally, NULL));
        tally_write(snapshot, &tally, &text);
        assert_int_equal(text.len, to - from);
        assert_memory_equal(text.data, snapshot->counts.block + from, text.len);
        tally_clear(&tally);
        aro_buffer_clear(&text);
    }
}

/* Communes as any other key is written: one after another, each with its name quoted. */
static void communes_are_written_from_ready_texts(void **state)
{
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    uint64_t seed = FIXTURE_SEED;
    for (int round = 0; round < 20; round++) {
        struct tally tally = {.by = BY_COMMUNE, .n_slots = snapshot->communes.n};
        struct aro_buffer got = {0}, want = {0};
        tally.slots = calloc(tally.n_slots + 1, sizeof *tally.slots);
        for (size_t slot = 0; round > 0 && slot < tally.n_slots; slot++)
            tally.slots[slot] = random_below(&seed, 2) ? 0 : (uint32_t)random_below(&seed, 1000000);
        aro_buffer_char(&want, '[');
        for (size_t i = 0; i < tally.n_slots; i++) {
            uint32_t commune = snapshot->commune.by_code[i];
            if (tally.slots[commune] == 0)
                continue;
            aro_buffer_printf(&want, "%s{\"key\":\"%s\",\"label\":", want.len > 1 ? "," : "",
                              snapshot->commune.codes[commune]);
            aro_json_text(&want, snapshot->commune.noms[commune]);
            aro_buffer_printf(&want, ",\"count\":%u}", (unsigned)tally.slots[commune]);
        }
        aro_buffer_char(&want, ']');
        tally_write(snapshot, &tally, &got);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.data, want.data, want.len);
        tally_clear(&tally);
        aro_buffer_clear(&got);
        aro_buffer_clear(&want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_looking_each_up),
        cmocka_unit_test(counts_of_all_are_written),
        cmocka_unit_test(communes_are_written_from_ready_texts),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
