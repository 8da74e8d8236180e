#include "schema/store.h"
#include "tests/unit/check.h"
#include "tests/unit/temp_store.h"

#include <string.h>

#include "geo/buffer.h"
#include "schema/db.h"

/* Rows put in by hand, out of order: a former code, a proposed sheet, contacts, a NULL centre. */
static const char rows_sql[] =
    "INSERT INTO regions VALUES ('84', 'Auvergne-Rhône-Alpes', '69123', 'metro', 1);"
    "INSERT INTO departements VALUES ('01', 'Ain', '84', '01053', 'metro', 2),"
    " ('2A', 'Corse-du-Sud', NULL, NULL, 'metro', 3);"
    "INSERT INTO epcis VALUES ('200069193', 'CC de la Dombes', 'CC', 4);"
    "INSERT INTO communes (code, nom, population, epci, departement, region, zone, seq, centre)"
    " VALUES ('2A004', 'Ajaccio', 73822, NULL, '2A', NULL, 'metro', 5, NULL),"
    " ('01001', 'L''Abergement-Clémenciat', NULL, '200069193', '01', '84', 'metro', 6,"
    "  MakePoint(4.9306, 46.1517, 4326));"
    "INSERT INTO aliases (code, type, nom, commune, seq, population, codes_postaux)"
    " VALUES ('01002', 'ancienne', 'Abergeot', '01001', 7, NULL, '[]'),"
    " ('01003', 'arrondissement-municipal', 'Haut', '01001', 8, 12, '[\"01400\"]');"
    "INSERT INTO themes VALUES ('2', NULL, 1, 'Vivre ensemble', 1, 9),"
    " ('1', NULL, 1, 'Démocratie', 0, 8), ('1b', '1', 2, 'Vitalité', 1, 10),"
    " ('1a', '1', 2, 'Efficacité', 0, 11), ('1a1', '1a', 3, 'Accès', 0, 12);"
    "INSERT INTO labels (commune, annee, niveau, mentions, seq)"
    " VALUES ('2A004', 2020, 5, '[\"Or\"]', 14), ('01001', 2020, 3, '[]', 13);"
    "INSERT INTO initiatives (source, source_id, titre, date, actions, commune, themes, statut,"
    " position_exacte, created_at, updated_at, version, seq, position) VALUES"
    " ('t', 'b', 'Publiée', '2020-02-29', 'Fait', '01001', '[\"1a1\"]', 'published', 1,"
    "  '2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z', 3, 15, MakePoint(-178.1234567, -14.25, "
    "4326)),"
    " ('t', 'a', 'Proposée', '2020-01-01', 'Fait', '01001', '[\"1a1\"]', 'proposed', 0,"
    "  '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z', 1, 16, NULL),"
    " ('t', 'c', 'Sans lieu', '2019-12-31', 'Fait', '2A004', '[\"1a1\"]', 'published', 0,"
    "  '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z', 1, 17, NULL);"
    "INSERT INTO personnes VALUES (1, 0, 'Secrète', 'maire', 'secrete@example.org', 1);"
    "UPDATE state SET seq = 17, millesime = '2026'";

static bool fill(const char *location, struct aro_error *err)
{
    struct schema_db *db = NULL;
    bool ok = schema_store_init(location, err) &&
              schema_db_open(location, SCHEMA_DB_WRITE, &db, err) &&
              schema_db_load_spatialite(db, err) && schema_db_exec(db, rows_sql, err);
    schema_db_close(db);
    return ok;
}

/* ---- Each row becomes a line of text, so that one comparison shows order and content ---- */

static const char *shown(const char *text)
{
    return text ? text : "-";
}

static bool show_commune(void *context, const struct schema_commune *row, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "%s %s %lld %s %s %s %s %s ", row->code, row->nom,
                      (long long)row->population, row->codes_postaux, shown(row->epci),
                      shown(row->departement), shown(row->region), row->zone);
    if (row->has_centre)
        aro_buffer_printf(context, "%d,%d", row->centre.lon_e7, row->centre.lat_e7);
    aro_buffer_char(context, '\n');
    return true;
}

static bool show_alias(void *context, const struct schema_alias *row, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "%s %s %s %s %lld %s\n", row->code, row->kind, shown(row->nom),
                      row->commune, (long long)row->population, row->codes_postaux);
    return true;
}

static bool show_territory(void *context, const struct schema_territory *row, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "%s %s %s %s %s %s\n", row->code, row->nom, shown(row->region),
                      shown(row->chef_lieu), shown(row->zone), shown(row->type));
    return true;
}

static bool show_theme(void *context, const struct schema_theme *row, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "%d %s %s %s\n", row->niveau, row->id, shown(row->parent),
                      row->libelle);
    return true;
}

static bool show_label(void *context, const struct schema_label *row, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "%s %d %d %s\n", row->commune, row->annee, row->niveau,
                      row->mentions);
    return true;
}

static bool show_initiative(void *context, const struct schema_initiative *row,
                            struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "%lld %s/%s %s %s %s %s v%lld s%lld %s ", (long long)row->id,
                      row->source, row->source_id, row->titre, row->date, row->commune, row->themes,
                      (long long)row->version, (long long)row->seq, row->updated_at);
    if (row->has_position)
        aro_buffer_printf(context, "%d,%d%s", row->position.lon_e7, row->position.lat_e7,
                          row->position_exacte ? " exacte" : "");
    aro_buffer_char(context, '\n');
    return true;
}

static const char want[] =
    "01001 L'Abergement-Clémenciat -1 [] 200069193 01 84 metro 49306000,461517000\n"
    "2A004 Ajaccio 73822 [] - 2A - metro \n"
    "01002 ancienne Abergeot 01001 -1 []\n"
    "01003 arrondissement-municipal Haut 01001 12 [\"01400\"]\n"
    "84 Auvergne-Rhône-Alpes - 69123 metro -\n"
    "01 Ain 84 01053 metro -\n"
    "2A Corse-du-Sud - - metro -\n"
    "200069193 CC de la Dombes - - - CC\n"
    "1 1 - Démocratie\n"
    "2 1a 1 Efficacité\n"
    "3 1a1 1a Accès\n"
    "2 1b 1 Vitalité\n"
    "1 2 - Vivre ensemble\n"
    "01001 2020 3 []\n"
    "2A004 2020 5 [\"Or\"]\n"
    "1 t/b Publiée 2020-02-29 01001 [\"1a1\"] v3 s15 2020-01-02T00:00:00Z "
    "-1781234567,-142500000 exacte\n"
    "3 t/c Sans lieu 2019-12-31 2A004 [\"1a1\"] v1 s17 2020-01-01T00:00:00Z \n";

static void reads_in_order(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_store *store = NULL;
    struct aro_buffer out = {0};
    CHECK(failures, "filled", fill(folder.store, &err));
    CHECK(failures, "opens", schema_store_open(folder.store, SCHEMA_READ, &store, &err));
    CHECK(failures, "begins", schema_store_begin_read(store, &err));
    bool ok = schema_read_communes(store, show_commune, &out, &err) &&
              schema_read_aliases(store, show_alias, &out, &err) &&
              schema_read_territories(store, SCHEMA_REGION, show_territory, &out, &err) &&
              schema_read_territories(store, SCHEMA_DEPARTEMENT, show_territory, &out, &err) &&
              schema_read_territories(store, SCHEMA_EPCI, show_territory, &out, &err) &&
              schema_read_themes(store, show_theme, &out, &err) &&
              schema_read_labels(store, show_label, &out, &err) &&
              schema_read_initiatives(store, show_initiative, &out, &err);
    CHECK(failures, err.message, ok);
    char *text = aro_buffer_take_text(&out, &err);
    CHECK(failures, text, text && strcmp(text, want) == 0);
    struct schema_counts counts = {0};
    CHECK(failures, "counts", schema_store_counts(store, &counts, &err));
    CHECK(failures, "of every status", counts.initiatives == 3 && counts.communes == 2);
    struct schema_state stored = {0};
    CHECK(failures, "state", schema_store_state(store, &stored, &err));
    CHECK(failures, "state", stored.seq == 17 && strcmp(stored.millesime, "2026") == 0);
    free(text);
    schema_store_end_read(store);
    schema_store_close(store);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* While one reads, another writes: the reader goes on seeing what it began with. */
static void one_state_for_all_reads(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_store *store = NULL;
    struct schema_db *writer = NULL;
    struct schema_state before = {0}, during = {0}, after = {0};
    CHECK(failures, "filled", fill(folder.store, &err));
    CHECK(failures, "opens", schema_store_open(folder.store, SCHEMA_READ, &store, &err));
    CHECK(failures, "begins", schema_store_begin_read(store, &err));
    CHECK(failures, "before", schema_store_state(store, &before, &err));
    CHECK(failures, "writer", schema_db_open(folder.store, SCHEMA_DB_WRITE, &writer, &err));
    CHECK(failures, "writes", schema_db_exec(writer, "UPDATE state SET seq = 99", &err));
    CHECK(failures, "during", schema_store_state(store, &during, &err));
    schema_store_end_read(store);
    CHECK(failures, "after", schema_store_state(store, &after, &err));
    CHECK(failures, "one state", before.seq == 17 && during.seq == 17 && after.seq == 99);
    schema_db_close(writer);
    schema_store_close(store);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* A state is known by the number and by the token that was committed with it. */
static void knows_what_it_was(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_store *store = NULL;
    struct schema_db *db = NULL;
    struct schema_state now = {0};
    bool was = true;
    CHECK(failures, "filled", fill(folder.store, &err));
    CHECK(failures, "opens", schema_store_open(folder.store, SCHEMA_READ, &store, &err));
    CHECK(failures, "by hand", schema_store_state(store, &now, &err) && now.token == 0);
    CHECK(failures, "no token", schema_store_was(store, &now, &was, &err) && !was);
    CHECK(failures, "committed",
          schema_db_open(folder.store, SCHEMA_DB_WRITE, &db, &err) &&
              schema_db_exec(db, "INSERT INTO commits VALUES (17, 1234)", &err));
    CHECK(failures, "token", schema_store_state(store, &now, &err) && now.token == 1234);
    CHECK(
        failures, "further",
        schema_db_exec(db, "UPDATE state SET seq = 18; INSERT INTO commits VALUES (18, 99)", &err));
    CHECK(failures, "was", schema_store_was(store, &now, &was, &err) && was);
    struct schema_state others[] = {now, now, now};
    others[0].seq = 16;
    others[1].token = 1235;
    memcpy(others[2].store_id, "other", sizeof "other");
    for (size_t i = 0; i < 3; i++)
        CHECK(failures, "was never", schema_store_was(store, &others[i], &was, &err) && !was);
    schema_db_close(db);
    schema_store_close(store);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static bool stop_at_once(void *context, const struct schema_commune *row, struct aro_error *err)
{
    ++*(int *)context;
    return aro_error_set(err, ARO_STOPPED, "enough at %s", row->code);
}

static void stops_when_told(void **state)
{
    (void)state;
    int failures = 0, calls = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_store *store = NULL;
    CHECK(failures, "filled", fill(folder.store, &err));
    CHECK(failures, "opens", schema_store_open(folder.store, SCHEMA_READ, &store, &err));
    CHECK(failures, "stops", !schema_read_communes(store, stop_at_once, &calls, &err));
    CHECK(failures, err.message, calls == 1 && err.status == ARO_STOPPED);
    schema_store_close(store);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static bool show_changed(void *context, const struct schema_initiative *row, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "%lld %lld %s;", (long long)row->seq, (long long)row->id,
                      row->titre);
    return true;
}

static bool show_hidden(void *context, int64_t id, struct aro_error *err)
{
    (void)err;
    aro_buffer_printf(context, "hidden %lld;", (long long)id);
    return true;
}

static void reads_what_has_changed(void **state)
{
    (void)state;
    static const struct {
        const char *sql; /* changes something */
        int64_t since;
        const char *want;
        bool beside;
    } cases[] = {
        {"", 17, "", false},
        {"", 16, "17 3 Sans lieu;", false},
        {"", 14, "15 1 Publiée;17 3 Sans lieu;hidden 2;", false},
        {"", 13, "15 1 Publiée;17 3 Sans lieu;hidden 2;", true},
        {"UPDATE initiatives SET seq = 18, titre = 'Autre' WHERE id = 1", 17, "18 1 Autre;", false},
        {"UPDATE initiatives SET seq = 19, statut = 'archived' WHERE id = 1", 17, "hidden 1;",
         false},
        {"UPDATE regions SET seq = 20", 19, "", true},
        {"UPDATE departements SET seq = 21 WHERE code = '2A'", 20, "", true},
        {"UPDATE epcis SET seq = 22", 21, "", true},
        {"UPDATE communes SET seq = 23 WHERE code = '01001'", 22, "", true},
        {"UPDATE aliases SET seq = 24 WHERE code = '01003'", 23, "", true},
        {"UPDATE themes SET seq = 25 WHERE id = '1a'", 24, "", true},
        {"UPDATE labels SET seq = 26 WHERE annee = 2020", 25, "", true},
        {"INSERT INTO contours (code, seq) VALUES ('01001', 27)", 26, "", true},
        {"INSERT INTO tombstones VALUES (28, 'initiatives', '9')", 27, "", true},
        {"", 28, "", false},
    };
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    CHECK(failures, "filled", fill(folder.store, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schema_db *db = NULL;
        struct schema_store *store = NULL;
        struct aro_buffer out = {0};
        bool beside = false;
        int64_t since = cases[i].since;
        CHECK(failures, err.message,
              schema_db_open(folder.store, SCHEMA_DB_WRITE, &db, &err) &&
                  schema_db_load_spatialite(db, &err) && schema_db_exec(db, cases[i].sql, &err));
        schema_db_close(db);
        CHECK(failures, err.message,
              schema_store_open(folder.store, SCHEMA_READ, &store, &err) &&
                  schema_read_initiatives_since(store, since, show_changed, &out, &err) &&
                  schema_read_hidden_since(store, since, show_hidden, &out, &err) &&
                  schema_store_changed_beside(store, since, &beside, &err));
        schema_store_close(store);
        char *text = aro_buffer_take_text(&out, &err);
        CHECK(failures, cases[i].sql, text && strcmp(text, cases[i].want) == 0);
        CHECK(failures, cases[i].sql, beside == cases[i].beside);
        free(text);
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_order),         cmocka_unit_test(one_state_for_all_reads),
        cmocka_unit_test(reads_what_has_changed), cmocka_unit_test(knows_what_it_was),
        cmocka_unit_test(stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
