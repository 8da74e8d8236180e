#include "schema/store.h"
#include "tests/unit/check.h"
#include "tests/unit/temp_store.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "schema/db.h"

static void init_makes_and_keeps(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    CHECK(failures, "made", schema_store_init(folder.store, &err));
    struct schema_state first = {0}, second = {0};
    struct schema_store *store = NULL;
    CHECK(failures, "opens", schema_store_open(folder.store, SCHEMA_READ, &store, &err));
    CHECK(failures, "state", schema_store_state(store, &first, &err));
    schema_store_close(store);
    CHECK(failures, "empty", first.seq == 0 && strcmp(first.millesime, "") == 0);
    CHECK(failures, "has an id", strlen(first.store_id) == 32);
    CHECK(failures, "again", schema_store_init(folder.store, &err));
    CHECK(failures, "opens for writing",
          schema_store_open(folder.store, SCHEMA_WRITE, &store, &err));
    CHECK(failures, "state", schema_store_state(store, &second, &err));
    CHECK(failures, "same store", strcmp(first.store_id, second.store_id) == 0);
    struct schema_counts counts = {.communes = 7};
    CHECK(failures, "counts", schema_store_counts(store, &counts, &err));
    CHECK(failures, "nothing in it",
          counts.communes + counts.aliases + counts.labels + counts.initiatives == 0);
    schema_store_close(store);
    CHECK(failures, err.message, err.status == ARO_OK);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* Whatever stands at the path that is no store of this program stays as it is. */
static void strangers(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    static const struct {
        const char *name, *sql;
    } cases[] = {
        {"another program's", "CREATE TABLE t (a)"},
        {"another application id", "PRAGMA application_id=1196444487"},
        {"newer", "PRAGMA application_id=1095913282; PRAGMA user_version=9999"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_error err = {0};
        struct schema_db *db = NULL;
        struct schema_store *store = NULL;
        unlink(folder.store);
        CHECK(failures, cases[i].name, schema_db_open(folder.store, SCHEMA_DB_CREATE, &db, &err));
        CHECK(failures, cases[i].name, schema_db_exec(db, cases[i].sql, &err));
        schema_db_close(db);
        CHECK(failures, cases[i].name, !schema_store_init(folder.store, &err));
        CHECK(failures, err.message, err.status == ARO_BAD_INPUT);
        err = (struct aro_error){0};
        CHECK(failures, cases[i].name,
              !schema_store_open(folder.store, SCHEMA_WRITE, &store, &err));
        CHECK(failures, err.message, err.status == ARO_BAD_INPUT && strstr(err.message, "arobase"));
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void wrong_files(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    static const char text[] = "code;nom\n01001;L'Abergement-Clémenciat, and more than enough of "
                               "it to be longer than the header of a database file is\n";
    char text_path[160];
    snprintf(text_path, sizeof text_path, "%s",
             temp_file(&folder, "communes.csv", text, sizeof text - 1));
    const struct {
        const char *name, *location;
        enum aro_status want;
        const char *says;
    } cases[] = {
        {"missing", folder.store, ARO_NOT_FOUND, "arobase init"},
        {"a folder", folder.path, ARO_BAD_INPUT, "not a file"},
        {"a text", text_path, ARO_BAD_INPUT, "not an arobase store"},
        {"empty name", "", ARO_BAD_INPUT, "wanted"},
        {"a URL", "postgresql://host/db", ARO_BAD_INPUT, "path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_error err = {0};
        struct schema_store *store = NULL;
        CHECK(failures, cases[i].name,
              !schema_store_open(cases[i].location, SCHEMA_READ, &store, &err));
        CHECK(failures, err.message, err.status == cases[i].want);
        CHECK(failures, err.message, strstr(err.message, cases[i].says));
    }
    struct aro_error err = {0};
    CHECK(failures, "init on a text", !schema_store_init(text_path, &err));
    struct stat status;
    CHECK(failures, "left alone",
          stat(text_path, &status) == 0 && status.st_size == (off_t)sizeof text - 1);
    err = (struct aro_error){0};
    CHECK(failures, "no such folder", !schema_store_init("/nonexistent/store.sqlite", &err));
    CHECK(failures, err.message, err.status == ARO_IO);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* In a child, because root may write everywhere: the rights of another user for the rest of it. */
static int read_as_nobody(const char *location)
{
    pid_t child = fork();
    if (child == 0) {
        struct aro_error err = {0};
        struct schema_store *store = NULL;
        struct schema_state state = {0};
        if (setegid(65534) != 0 || seteuid(65534) != 0)
            _exit(77);
        if (!schema_store_open(location, SCHEMA_READ, &store, &err) ||
            !schema_store_begin_read(store, &err) || !schema_store_state(store, &state, &err)) {
            fprintf(stderr, "%s\n", err.message);
            _exit(1);
        }
        schema_store_end_read(store);
        schema_store_close(store);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void read_only_folder(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    CHECK(failures, "made", schema_store_init(folder.store, &err));
    CHECK(failures, "read only", chmod(folder.path, 0555) == 0 && chmod(folder.store, 0444) == 0);
    if (geteuid() == 0) {
        CHECK(failures, "as another user", read_as_nobody(folder.store) == 0);
    } else {
        struct schema_store *store = NULL;
        CHECK(failures, "opens", schema_store_open(folder.store, SCHEMA_READ, &store, &err));
        schema_store_close(store);
        CHECK(failures, "cannot be written",
              schema_store_open(folder.store, SCHEMA_WRITE, &store, &err) == false);
    }
    chmod(folder.path, 0755);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void writers_wait_their_turn(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_db *one = NULL, *other = NULL;
    CHECK(failures, "made", schema_store_init(folder.store, &err));
    CHECK(failures, "first", schema_db_open(folder.store, SCHEMA_DB_WRITE, &one, &err));
    CHECK(failures, "second", schema_db_open(folder.store, SCHEMA_DB_WRITE, &other, &err));
    CHECK(failures, "short wait", schema_db_exec(other, "PRAGMA busy_timeout=20", &err));
    CHECK(failures, "first writes", schema_db_begin_write(one, &err));
    CHECK(failures, "second does not", !schema_db_begin_write(other, &err));
    CHECK(failures, err.message, err.status == ARO_BUSY && strstr(err.message, folder.store));
    err = (struct aro_error){0};
    schema_db_rollback(one);
    CHECK(failures, "then it may", schema_db_begin_write(other, &err));
    schema_db_close(one);
    schema_db_close(other);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_makes_and_keeps),
        cmocka_unit_test(strangers),
        cmocka_unit_test(wrong_files),
        cmocka_unit_test(read_only_folder),
        cmocka_unit_test(writers_wait_their_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
