/*
 * What an import does to a store that has something in it, and what is left of it when it is
 * stopped, refused, in another's way, or killed.
 */
#include "tests/unit/check.h"
#include "tests/unit/import_help.h"

#include <signal.h>
#include <sys/wait.h>

#define HEADER "source,source_id,titre,date,actions,commune,themes,personnes,lon,lat\n"
#define ROW_A  "s,a,Titre A,2020-01-01,Fait,01001,1a1,Ali;maire;ali@ville.example;oui,,\n"
#define ROW_B  "s,b,Titre B,2020-01-02,Fait,2A004,2a1,,8.75,41.95\n"
#define ROW_C  "s,c,Titre C,2020-01-03,Fait,01340,1a2|1a1,,,\n"

struct fixture {
    struct temp_folder folder;
    struct schema_store *store;
};

static void begin(struct fixture *fixture)
{
    temp_folder_make(&fixture->folder);
    fixture->store = small_store(&fixture->folder);
    assert_non_null(fixture->store);
}

static void end(struct fixture *fixture)
{
    schema_store_close(fixture->store);
    temp_folder_remove(&fixture->folder);
}

/* Imports a text of initiatives; the problems are dropped, their number stays. */
static struct import_result import_sheets(struct fixture *fixture, const char *text,
                                          struct schema_import_options options, int stop_after)
{
    struct import_result result = {.stop_after = stop_after};
    import_with(fixture->store, "initiatives",
                temp_file(&fixture->folder, "i.csv", text, strlen(text)), options, &result);
    aro_buffer_clear(&result.problems);
    return result;
}

static bool counted(const struct import_result *result, uint64_t read, uint64_t added,
                    uint64_t updated, uint64_t unchanged, uint64_t refused)
{
    const struct schema_import_summary *sum = &result->summary;
    bool same = result->ok && sum->read == read && sum->added == added && sum->updated == updated &&
                sum->unchanged == unchanged && sum->refused == refused;
    if (!same)
        fprintf(stderr, "%s; %llu read, %llu added, %llu updated, %llu unchanged, %llu refused\n",
                result->err.message, (unsigned long long)sum->read, (unsigned long long)sum->added,
                (unsigned long long)sum->updated, (unsigned long long)sum->unchanged,
                (unsigned long long)sum->refused);
    return same;
}

static const struct schema_import_options plain = {0}, skip = {.skip_errors = true};

static const char sound[] =
    "SELECT rtreecheck('idx_initiatives_position'), CheckSpatialIndex('initiatives', 'position')";

static void first_load(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    struct import_result result = import_sheets(&fixture, HEADER ROW_A ROW_B ROW_C, plain, 0);
    CHECK(failures, "added", counted(&result, 3, 3, 0, 0, 0));
    static const struct {
        const char *sql, *want;
    } cases[] = {
        {"SELECT id, source_id, version, seq, position_exacte FROM initiatives",
         "1|a|1|22|0\n2|b|1|23|1\n3|c|1|24|0\n"},
        {"SELECT count(*) FROM historique", "0\n"},
        {"SELECT max(seq), count(*) = count(DISTINCT token) FROM commits", "24|1\n"},
        {"SELECT seq FROM state", "24\n"},
        {"SELECT pkid FROM idx_initiatives_position ORDER BY pkid", "1\n2\n"}, /* 3: no centre */
        {sound, "ok|1\n"},
        {"SELECT initiative, nom, elu FROM personnes", "1|Ali|1\n"},
        {"PRAGMA foreign_key_check", ""},
        {"PRAGMA journal_mode", "wal\n"},
        {"SELECT count(*) FROM initiatives WHERE created_at = updated_at AND created_at LIKE "
         "'20__-__-__T__:__:__Z'",
         "3\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].sql, answers(fixture.folder.store, cases[i].sql, cases[i].want));
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* In a first load the store finds it when it is put in, later when it is looked for. */
static void a_sheet_given_twice(void **state)
{
    (void)state;
    static const char b_again[] = "s,b,Titre B3,2020-01-02,Fait,2A004,2a1,,8.77,41.95\n";
    static const char broken_a[] = "s,a,Titre A,2020-13-01,Fait,01001,1a1,,,\n";
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    for (int load = 0; load < 3; load++) { /* none there, all there, some there */
        struct import_result result = {0};
        char text[1000];
        snprintf(text, sizeof text, "%s%s%s%s%s%s", HEADER, broken_a, ROW_A, ROW_B,
                 load == 2 ? "s,new,Neuf,2020-01-01,Fait,01001,1a1,,,\n" : "", b_again);
        if (load == 2)
            strcat(text, "s,new,Neuf,2020-01-02,Fait,01001,1a1,,,\n");
        import_with(fixture.store, "initiatives",
                    temp_file(&fixture.folder, "i.csv", text, strlen(text)), skip, &result);
        CHECK(failures, "counted",
              counted(&result, load == 2 ? 6 : 4, load == 0 ? 2 : load == 2, 0, load == 0 ? 0 : 2,
                      load == 2 ? 3 : 2));
        CHECK(failures, "said",
              strstr(problems_of(&result), load == 2
                                               ? "6:source_id:b: given twice: first at line 4\n"
                                               : "5:source_id:b: given twice: first at line 4\n"));
        CHECK(failures, "said",
              load < 2 ||
                  strstr(problems_of(&result), "7:source_id:new: given twice: first at line 5\n"));
        aro_buffer_clear(&result.problems);
    }
    static const char sheets[] = "SELECT source_id, titre, version FROM initiatives ORDER BY id";
    CHECK(failures, "the first counts",
          answers(fixture.folder.store, sheets, "a|Titre A|1\nb|Titre B|1\nnew|Neuf|1\n"));
    CHECK(failures, "numbers",
          answers(fixture.folder.store,
                  "SELECT max(seq) = (SELECT seq FROM state) FROM "
                  "initiatives",
                  "1\n"));
    CHECK(failures, "index", answers(fixture.folder.store, sound, "ok|1\n"));
    end(&fixture);
    assert_int_equal(failures, 0);
}

static void second_load(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    struct import_result result = import_sheets(&fixture, HEADER ROW_A ROW_B, plain, 0);
    CHECK(failures, "first", counted(&result, 2, 2, 0, 0, 0));
    result = import_sheets(&fixture, HEADER ROW_B ROW_A, plain, 0);
    CHECK(failures, "the same again", counted(&result, 2, 0, 0, 2, 0));
    result = import_sheets(&fixture,
                           HEADER "s,b,Titre B2,2020-01-02,Fait,2A004,2a1,,8.76,41.95\n" ROW_C
                                  "autre,a,Titre,2020-01-01,Fait,01001,1a1,,,\n" ROW_A,
                           plain, 0);
    CHECK(failures, "one changed, two new", counted(&result, 4, 2, 1, 1, 0));
    /* Only the contact differs. */
    result = import_sheets(
        &fixture, HEADER "s,a,Titre A,2020-01-01,Fait,01001,1a1,Léa;;;non|Ali,,\n", plain, 0);
    CHECK(failures, "another contact", counted(&result, 1, 0, 1, 0, 0));
    static const struct {
        const char *sql, *want;
    } cases[] = {
        {"SELECT id, source, source_id, titre, version, seq FROM initiatives",
         "1|s|a|Titre A|2|27\n2|s|b|Titre B2|2|24\n3|s|c|Titre C|1|25\n4|autre|a|Titre|1|26\n"},
        {"SELECT initiative, version, seq, json_extract(etat, '$.titre'),"
         " json_extract(etat, '$.position') FROM historique ORDER BY seq",
         "2|1|24|Titre B|[8.75,41.95]\n1|1|27|Titre A|[4.9261,46.1534]\n"},
        {"SELECT etat LIKE '%Ali%' FROM historique", "0\n0\n"},
        {"SELECT max(seq), count(*) = count(DISTINCT token) FROM commits", "27|1\n"},
        {"SELECT initiative, rang, nom FROM personnes", "1|0|Léa\n1|1|Ali\n"},
        {"SELECT pkid FROM idx_initiatives_position WHERE xmin > 8.755", "2\n"},
        {sound, "ok|1\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(failures, cases[i].sql, answers(fixture.folder.store, cases[i].sql, cases[i].want));
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* Sheets without a place of their own follow the centre; the sheet itself did not change. */
static void moving_centre(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    import_sheets(&fixture, HEADER ROW_A ROW_B ROW_C, plain, 0);
    CHECK(failures, "communes",
          import_text(&fixture.folder, fixture.store, "communes", "c.csv",
                      "code,nom,departement,region,zone,lon,lat\n"
                      "01001,L'Abergement-Clémenciat,01,84,metro,,\n"
                      "01015,Arboys en Bugey,01,84,metro,5.6,45.75\n"));
    CHECK(failures, "moved",
          answers(fixture.folder.store,
                  "SELECT id, version, seq, AsText(position) FROM initiatives",
                  "1|1|27|-\n2|1|23|POINT(8.75 41.95)\n3|1|28|POINT(5.6 45.75)\n"));
    CHECK(failures, "index", answers(fixture.folder.store, sound, "ok|1\n"));
    CHECK(failures, "indexed",
          answers(fixture.folder.store, "SELECT pkid FROM idx_initiatives_position ORDER BY pkid",
                  "2\n3\n"));
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* What GIS programs see: the layers of the file, and of sheets what the public may see. */
static void layers(void **state)
{
    (void)state;
    int failures = 0;
    char command[200], line[200];
    size_t n_layers = 0, n_private = 0;
    struct fixture fixture;
    begin(&fixture);
    import_sheets(&fixture, HEADER ROW_A ROW_B, plain, 0);
    import_sheets(&fixture,
                  "source,source_id,titre,date,actions,commune,themes,statut\n"
                  "s,p,Titre P,2020-01-01,Fait,01001,1a1,proposed\n",
                  plain, 0);
    snprintf(command, sizeof command, "ogrinfo -ro -al -q '%s' communes initiatives_publiees 2>&1",
             fixture.folder.store);
    FILE *out = popen(command, "r");
    while (out && fgets(line, sizeof line, out)) {
        n_layers += strstr(line, "POINT (4.9261 46.1534)") != NULL; /* a commune, a sheet */
        n_layers += strstr(line, "POINT (8.75 41.95)") != NULL;
        n_private += strstr(line, "Ali") || strstr(line, "Titre P");
    }
    int status = out ? pclose(out) : -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        fprintf(stderr, "no ogrinfo (gdal-bin): not looked at\n");
    else
        CHECK(failures, "as layers", status == 0 && n_layers == 3 && n_private == 0);
    end(&fixture);
    assert_int_equal(failures, 0);
}

static const char as_before[] =
    "SELECT (SELECT count(*) FROM initiatives), (SELECT count(*) FROM personnes),"
    " (SELECT count(*) FROM idx_initiatives_position), seq FROM state";

static void all_or_nothing(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    static const char bad[] = HEADER ROW_A "s,x,,2020-01-01,Fait,01001,1a1,,,\n" ROW_B ROW_A;
    struct import_result result = import_sheets(&fixture, bad, plain, 0);
    CHECK(failures, "refused", !result.ok && result.n_problems == 2);
    CHECK(failures, result.err.message, strstr(result.err.message, "2 of 4 rows refused"));
    CHECK(failures, "nothing", answers(fixture.folder.store, as_before, "0|0|0|21\n"));
    result = import_sheets(&fixture, bad, skip, 0);
    CHECK(failures, "the good rows", counted(&result, 4, 2, 0, 0, 2));
    CHECK(failures, "stored", answers(fixture.folder.store, as_before, "2|1|2|23\n"));
    CHECK(failures, "index", answers(fixture.folder.store, sound, "ok|1\n"));
    /* A file that ends in the middle cannot be read on, whatever is skipped. */
    result = import_sheets(&fixture, HEADER ROW_C "s,d,\"Titre", skip, 0);
    CHECK(failures, result.err.message, !result.ok && result.err.status == ARO_BAD_INPUT);
    CHECK(failures, "stored", answers(fixture.folder.store, as_before, "2|1|2|23\n"));
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* Stopped at the first look, at the second, … until it gets through. */
static void stopped_anywhere(void **state)
{
    (void)state;
    int failures = 0, stops = 0;
    struct fixture fixture;
    begin(&fixture);
    for (int stop_after = 1;; stop_after++) {
        struct import_result result =
            import_sheets(&fixture, HEADER ROW_A ROW_B ROW_C, plain, stop_after);
        if (result.ok)
            break;
        stops++;
        CHECK(failures, result.err.message, result.err.status == ARO_STOPPED);
        CHECK(failures, "as it was", answers(fixture.folder.store, as_before, "0|0|0|21\n"));
    }
    CHECK(failures, "at several places", stops >= 3);
    CHECK(failures, "then all", answers(fixture.folder.store, as_before, "3|1|2|24\n"));
    end(&fixture);
    assert_int_equal(failures, 0);
}

static void another_writer(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    struct schema_db *other = NULL;
    struct aro_error err = {0};
    CHECK(failures, "opens", schema_db_open(fixture.folder.store, SCHEMA_DB_WRITE, &other, &err));
    CHECK(failures, "writes", schema_db_begin_write(other, &err));
    struct import_result result = import_sheets(&fixture, HEADER ROW_A, plain, 0);
    CHECK(failures, result.err.message, !result.ok && result.err.status == ARO_BUSY);
    CHECK(failures, result.err.message, strstr(result.err.message, "another program"));
    schema_db_rollback(other);
    result = import_sheets(&fixture, HEADER ROW_A, plain, 0);
    CHECK(failures, "then it goes", counted(&result, 1, 1, 0, 0, 0));
    schema_db_close(other);
    end(&fixture);
    assert_int_equal(failures, 0);
}

/* ---- kill -9 ---- */

/* Long enough together that SQLite's cache does not hold them: the file itself is half written. */
enum { MANY = 2500, PROSE_BYTES = 10000 };

static char *many_sheets(int version)
{
    struct aro_buffer text = {0};
    char prose[PROSE_BYTES + 1];
    memset(prose, 'x', PROSE_BYTES);
    prose[PROSE_BYTES] = '\0';
    aro_buffer_text(&text, HEADER);
    for (int i = 0; i < MANY; i++)
        aro_buffer_printf(&text, "s,%d,Titre %d.%d,2020-01-01,%s,01001,1a1,Ali,%d.5,46\n", i, i,
                          version, prose, i % 9);
    return aro_buffer_take_text(&text, NULL);
}

struct killer {
    int look; /* at this look the process is gone */
    int n;
};

static bool die_in_time(void *context)
{
    struct killer *killer = context;
    if (++killer->n == killer->look)
        kill(getpid(), SIGKILL);
    return false;
}

/* Imports in a child that kills itself in the middle; true when it was killed. */
static bool import_killed(const char *location, const char *path, int look)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct killer killer = {look, 0};
        struct schema_import_options options = {.context = &killer, .stopped = die_in_time};
        struct schema_import_summary summary;
        struct schema_store *store = NULL;
        struct aro_error err = {0};
        bool ok = schema_store_open(location, SCHEMA_WRITE, &store, &err) &&
                  schema_import(store, "initiatives", &path, 1, &options, &summary, &err);
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* A reader is the first to come after the death, and sees the store as it was. */
static bool reads_nothing_new(const char *location, int64_t want_seq, int64_t want_initiatives)
{
    struct schema_store *store = NULL;
    struct aro_error err = {0};
    struct schema_state stored = {.seq = -1};
    struct schema_counts counts = {.initiatives = -1};
    bool ok = schema_store_open(location, SCHEMA_READ, &store, &err) &&
              schema_store_begin_read(store, &err) && schema_store_state(store, &stored, &err) &&
              schema_store_counts(store, &counts, &err) && stored.seq == want_seq &&
              counts.initiatives == want_initiatives;
    if (!ok)
        fprintf(stderr, "%s: seq %lld, %lld initiatives\n", err.message, (long long)stored.seq,
                (long long)counts.initiatives);
    schema_store_close(store);
    return ok;
}

static void killed_in_the_middle(void **state)
{
    (void)state;
    int failures = 0;
    struct fixture fixture;
    begin(&fixture);
    schema_store_close(fixture.store); /* the child is alone with the file */
    fixture.store = NULL;
    const char *location = fixture.folder.store;
    /* 512 rows from look to look: in the rows, just before the index, just before the commit. */
    static const int looks[] = {1, 2, 5, 6, 7};
    for (int load = 0; load < 2; load++) {
        char *text = many_sheets(load);
        const char *path = temp_file(&fixture.folder, "many.csv", text, strlen(text));
        int64_t seq = load == 0 ? 21 : 21 + MANY, n = load == 0 ? 0 : MANY;
        for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
            char name[40];
            snprintf(name, sizeof name, "load %d killed at look %d", load, looks[i]);
            if (!import_killed(location, path, looks[i])) {
                /* There is no index to build the second time: a look less. */
                CHECK(failures, name, load == 1 && looks[i] == 7);
                continue;
            }
            CHECK(failures, name, reads_nothing_new(location, seq, n));
            CHECK(failures, name, answers(location, "PRAGMA quick_check", "ok\n"));
        }
        CHECK(failures, "alive, it goes through", !import_killed(location, path, 1000000));
        CHECK(failures, "all", reads_nothing_new(location, 21 + MANY * (load + 1), MANY));
        CHECK(failures, "index", answers(location, sound, "ok|1\n"));
        free(text);
    }
    CHECK(failures, "history of the second load only",
          answers(location, "SELECT count(*), min(version), max(version) FROM historique",
                  "2500|1|1\n"));
    end(&fixture);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_load),
        cmocka_unit_test(second_load),
        cmocka_unit_test(a_sheet_given_twice),
        cmocka_unit_test(moving_centre),
        cmocka_unit_test(layers),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(stopped_anywhere),
        cmocka_unit_test(another_writer),
        cmocka_unit_test(killed_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
