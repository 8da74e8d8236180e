#include "server/snapshot.h"
#include "tests/unit/check.h"
#include "tests/unit/random_snapshot.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ALIASES = 400, N_POSTAL = 40, N_KINDS = 4 };
static const char *const kinds[N_KINDS] = {"arrondissement-municipal", "commune-associee",
                                           "commune-deleguee", "ancienne"};

/* The aliases as they were written, and what each commune has for postal codes. */
static struct {
    struct alias {
        char code[8];
        int kind, commune, population; /* -1: not known */
        int postal;                    /* -1: none */
    } aliases[MOST_ALIASES];
    size_t n;
    int postal[ROWS_COMMUNES][2]; /* -1: none */
} written;

static void postal_code(int number, char out[8])
{
    snprintf(out, 8, "%05u", (10000 + 10 * (unsigned)number) % 100000);
}

static void write_postal(struct aro_buffer *sql, const int *codes, int n)
{
    const char *separator = "";
    char code[8];
    aro_buffer_text(sql, "'[");
    for (int i = 0; i < n; i++) {
        if (codes[i] < 0)
            continue;
        postal_code(codes[i], code);
        aro_buffer_printf(sql, "%s\"%s\"", separator, code);
        separator = ",";
    }
    aro_buffer_text(sql, "]'");
}

/* Few communes have many, most have none; a part may share the code of its commune. */
static void make_alias(const struct fixture *fixture, uint64_t *seed, struct aro_buffer *sql)
{
    struct alias *alias = &written.aliases[written.n];
    alias->kind = (int)random_below(seed, N_KINDS);
    alias->commune =
        (int)(random_below(seed, 3) ? random_below(seed, 5) : random_below(seed, ROWS_COMMUNES));
    alias->population = random_below(seed, 4) ? (int)random_below(seed, 1000) : -1;
    alias->postal = random_below(seed, 3) ? (int)random_below(seed, N_POSTAL) : -1;
    snprintf(alias->code, sizeof alias->code, "%05d", (int)random_below(seed, 100000));
    if (random_below(seed, 10) == 0)
        memcpy(alias->code, fixture->rows->communes[alias->commune].code, sizeof alias->code);
    for (size_t i = 0; i < written.n; i++)
        if (strcmp(written.aliases[i].code, alias->code) == 0 &&
            written.aliases[i].kind == alias->kind)
            return;
    written.n++;
    aro_buffer_printf(sql,
                      "INSERT INTO aliases (code, type, nom, commune, seq, population,"
                      " codes_postaux) VALUES ('%s', '%s', 'Lieu %s', '%s', 1, ",
                      alias->code, kinds[alias->kind], alias->code,
                      fixture->rows->communes[alias->commune].code);
    if (alias->population < 0)
        aro_buffer_text(sql, "NULL, ");
    else
        aro_buffer_printf(sql, "%d, ", alias->population);
    write_postal(sql, &alias->postal, 1);
    aro_buffer_text(sql, ");");
}

static int set_up(void **state)
{
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *fixture = *state;
    struct schema_db *db = NULL;
    struct aro_buffer sql = {0};
    uint64_t seed = FIXTURE_SEED;
    aro_buffer_text(&sql, "DELETE FROM aliases;"); /* the rows have some of their own */
    for (int i = 0; i < ROWS_COMMUNES; i++) {
        for (int k = 0; k < 2; k++)
            written.postal[i][k] =
                random_below(&seed, 4) ? 2 * (int)random_below(&seed, 20) + k : -1;
        aro_buffer_text(&sql, "UPDATE communes SET codes_postaux = ");
        write_postal(&sql, written.postal[i], 2);
        aro_buffer_printf(&sql, " WHERE code = '%s';", fixture->rows->communes[i].code);
    }
    for (int i = 0; i < MOST_ALIASES; i++)
        make_alias(fixture, &seed, &sql);
    char *text = aro_buffer_take_text(&sql, NULL);
    bool ok = text && schema_db_open(fixture->folder.store, SCHEMA_DB_WRITE, &db, NULL) &&
              schema_db_load_spatialite(db, NULL) && schema_db_enable_triggers(db, true, NULL) &&
              schema_db_exec(db, text, NULL);
    schema_db_close(db);
    free(text);
    snapshot_release(fixture->snapshot);
    fixture->snapshot = ok ? fixture_build(&fixture->folder) : NULL;
    return fixture->snapshot ? 0 : -1;
}

static uint32_t position_of(const struct fixture *fixture, int commune)
{
    return snapshot_commune(fixture->snapshot, fixture->rows->communes[commune].code);
}

/* Every part is found by its kind and code, and nothing else is. */
static void parts_are_found(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    const struct snapshot_registry *reg = &fixture->snapshot->registry;
    size_t n_parts = 0;
    for (size_t i = 0; i < written.n; i++) {
        const struct alias *alias = &written.aliases[i];
        for (int kind = 0; kind < SNAPSHOT_PART_KINDS; kind++) {
            bool there = false;
            for (size_t k = 0; k < written.n; k++)
                there |= written.aliases[k].kind == kind &&
                         strcmp(written.aliases[k].code, alias->code) == 0;
            uint32_t part = snapshot_part(reg, (enum snapshot_part_kind)kind, alias->code);
            CHECK(failures, alias->code, there == (part != SNAPSHOT_NONE));
            if (part == SNAPSHOT_NONE || kind != alias->kind)
                continue;
            CHECK(failures, alias->code, part < reg->n_parts);
            CHECK(failures, alias->code, strcmp(reg->parts[part].code, alias->code) == 0);
            CHECK(failures, alias->code, (int)reg->parts[part].kind == kind);
            CHECK(failures, alias->code,
                  reg->parts[part].commune == position_of(fixture, alias->commune));
            CHECK(failures, alias->code,
                  reg->parts[part].population ==
                      (alias->population < 0 ? SCHEMA_POPULATION_UNKNOWN : alias->population));
        }
        n_parts += alias->kind < SNAPSHOT_PART_KINDS;
    }
    CHECK(failures, "none besides", n_parts == reg->n_parts && n_parts > 100);
    CHECK(failures, "no such code",
          snapshot_part(reg, SNAPSHOT_DELEGUEE, "") == SNAPSHOT_NONE &&
              snapshot_part(reg, SNAPSHOT_ARRONDISSEMENT, "zzzzz") == SNAPSHOT_NONE);
    assert_int_equal(failures, 0);
}

/* What a commune has, against a look at each alias: all of it, once, in order. */
static void communes_have_their_parts_and_codes(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    const struct snapshot_registry *reg = &fixture->snapshot->registry;
    for (int commune = 0; commune < ROWS_COMMUNES; commune++) {
        size_t n_parts, n_anciens, want_parts = 0, want_anciens = 0;
        uint32_t position = position_of(fixture, commune);
        const uint32_t *parts = snapshot_parts_of(reg, position, &n_parts);
        const struct snapshot_ancien *anciens = snapshot_anciens_of(reg, position, &n_anciens);
        for (size_t i = 0; i < written.n; i++) {
            bool of_it = written.aliases[i].commune == commune;
            want_parts += of_it && written.aliases[i].kind < SNAPSHOT_PART_KINDS;
            want_anciens += of_it && written.aliases[i].kind == SNAPSHOT_PART_KINDS;
        }
        CHECK(failures, "parts", n_parts == want_parts);
        CHECK(failures, "former codes", n_anciens == want_anciens);
        for (size_t i = 0; i < n_parts; i++) {
            CHECK(failures, "of it", reg->parts[parts[i]].commune == position);
            CHECK(failures, "by kind, then code", i == 0 || parts[i] > parts[i - 1]);
        }
        for (size_t i = 0; i < n_anciens; i++) {
            CHECK(failures, "of it", anciens[i].commune == position);
            CHECK(failures, "by code", i == 0 || strcmp(anciens[i - 1].code, anciens[i].code) < 0);
        }
    }
    for (uint32_t i = 1; i < reg->n_parts; i++)
        CHECK(failures, "parts by kind, then code",
              reg->parts[i - 1].kind < reg->parts[i].kind ||
                  (reg->parts[i - 1].kind == reg->parts[i].kind &&
                   strcmp(reg->parts[i - 1].code, reg->parts[i].code) < 0));
    assert_int_equal(failures, 0);
}

/* The places of a postal code: communes and arrondissements, by number, each once. */
static void postal_codes_have_their_places(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    const struct snapshot_registry *reg = &fixture->snapshot->registry;
    size_t n_seen = 0;
    for (int number = 0; number < N_POSTAL; number++) {
        char code[8];
        size_t n, want = 0;
        postal_code(number, code);
        const struct snapshot_postal_code *found = snapshot_postal_code(reg, code, &n);
        for (int i = 0; i < ROWS_COMMUNES; i++)
            want += written.postal[i][0] == number || written.postal[i][1] == number;
        for (size_t i = 0; i < written.n; i++)
            want += written.aliases[i].kind == SNAPSHOT_ARRONDISSEMENT &&
                    written.aliases[i].postal == number;
        CHECK(failures, code, n == want);
        for (size_t i = 0; i < n; i++) {
            CHECK(failures, code, strcmp(found[i].code, code) == 0);
            CHECK(failures, "by place, each once", i == 0 || found[i].place > found[i - 1].place);
            CHECK(failures, "a place",
                  found[i].place < ROWS_COMMUNES + reg->part_starts[SNAPSHOT_ARRONDISSEMENT + 1]);
        }
        n_seen += n;
    }
    CHECK(failures, "none besides", n_seen == reg->n_postal_codes && n_seen > 100);
    size_t n;
    snapshot_postal_code(reg, "99999", &n);
    CHECK(failures, "behind the last", n == 0);
    snapshot_postal_code(reg, "00000", &n);
    CHECK(failures, "before the first", n == 0);
    assert_int_equal(failures, 0);
}

static void epcis_have_their_members(void **state)
{
    int failures = 0;
    const struct fixture *fixture = *state;
    const struct snapshot *snapshot = fixture->snapshot;
    const struct snapshot_registry *reg = &snapshot->registry;
    size_t n_without = 0;
    for (size_t epci = 0; epci < snapshot->n_epcis; epci++) {
        size_t want = 0, n = reg->member_starts[epci + 1] - reg->member_starts[epci];
        const uint32_t *members = reg->members + reg->member_starts[epci];
        for (int i = 0; i < ROWS_COMMUNES; i++) {
            char code[24] = "";
            if (fixture->rows->communes[i].epci >= 0)
                snprintf(code, sizeof code, "20000%04d", fixture->rows->communes[i].epci);
            want += strcmp(code, snapshot->epcis[epci].code) == 0;
        }
        CHECK(failures, snapshot->epcis[epci].code, n == want);
        for (size_t i = 0; i < n; i++) {
            CHECK(failures, "in it", snapshot->commune.epcis[members[i]] == epci);
            CHECK(failures, "by code",
                  i == 0 || strcmp(snapshot->commune.codes[members[i - 1]],
                                   snapshot->commune.codes[members[i]]) < 0);
        }
    }
    for (int i = 0; i < ROWS_COMMUNES; i++)
        n_without += fixture->rows->communes[i].epci < 0;
    CHECK(failures, "all of them",
          reg->member_starts[snapshot->n_epcis] == ROWS_COMMUNES - n_without && n_without > 0);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_found),
        cmocka_unit_test(communes_have_their_parts_and_codes),
        cmocka_unit_test(postal_codes_have_their_places),
        cmocka_unit_test(epcis_have_their_members),
    };
    return cmocka_run_group_tests(tests, set_up, fixture_teardown);
}
