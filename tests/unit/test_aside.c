#include "schema/aside.h"
#include "tests/unit/check.h"
#include "tests/unit/temp_store.h"

#include <string.h>
#include <sys/stat.h>

static bool fill(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    return file && fputs(text, file) >= 0 && fclose(file) == 0;
}

static bool holds(const char *path, const char *text)
{
    char bytes[16] = "";
    FILE *file = fopen(path, "r");
    bool same = file && fgets(bytes, sizeof bytes, file) && strcmp(bytes, text) == 0;
    if (file)
        fclose(file);
    return same;
}

static void made_and_moved(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    const char *target = folder.store;
    struct aro_error err = {0};
    struct schema_aside aside = {0}, other = {0};
    struct stat status;
    CHECK(failures, "begun", schema_aside_begin(&aside, target, false, &err));
    CHECK(failures, "beside", access(target, F_OK) != 0 && access(aside.path, W_OK) == 0);
    CHECK(failures, "beside", strncmp(aside.path, target, strlen(target)) == 0);
    CHECK(failures, "two at once", schema_aside_begin(&other, target, false, &err));
    CHECK(failures, "two at once", strcmp(aside.path, other.path) != 0);
    CHECK(failures, "filled", fill(aside.path, "one") && fill(other.path, "two"));
    CHECK(failures, "moved", schema_aside_finish(&aside, &err) && holds(target, "one"));
    mode_t mask = umask(0);
    umask(mask);
    CHECK(failures, "as any new file",
          stat(target, &status) == 0 && (status.st_mode & 0777) == (0666 & ~mask));
    CHECK(failures, "the second finds one", !schema_aside_finish(&other, &err));
    CHECK(failures, "the second finds one", err.status == ARO_CONFLICT && holds(target, "one"));
    schema_aside_clear(&aside);
    schema_aside_clear(&other);
    CHECK(failures, "cleared", !aside.path && holds(target, "one"));

    err = (struct aro_error){0};
    CHECK(failures, "replaced", schema_aside_begin(&aside, target, true, &err));
    CHECK(failures, "replaced", fill(aside.path, "three") && holds(target, "one"));
    CHECK(failures, "replaced", schema_aside_finish(&aside, &err) && holds(target, "three"));
    schema_aside_clear(&aside);
    temp_folder_remove(&folder);
    CHECK(failures, "nothing left", access(folder.path, F_OK) != 0);
    assert_int_equal(failures, 0);
}

static void refused(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    const char *existing = temp_file(&folder, "there", "x", 1);
    const struct {
        const char *name, *target;
        bool replace;
        enum aro_status want;
    } cases[] = {
        {"exists", existing, false, ARO_CONFLICT},
        {"a folder", folder.path, true, ARO_BAD_INPUT},
        {"a device", "/dev/null", true, ARO_BAD_INPUT},
        {"no such folder", "/nowhere/at/all", false, ARO_IO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aro_error err = {0};
        struct schema_aside aside = {0};
        bool ok = schema_aside_begin(&aside, cases[i].target, cases[i].replace, &err);
        CHECK(failures, cases[i].name, !ok && err.status == cases[i].want);
        CHECK(failures, cases[i].name, !aside.path && !aside.target);
    }
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

/* The folder is the working one, for which a name has no slash. */
static void a_bare_name(void **state)
{
    (void)state;
    int failures = 0;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct schema_aside aside = {0};
    assert_int_equal(chdir(folder.path), 0);
    CHECK(failures, "begun", schema_aside_begin(&aside, "bare", false, &err));
    CHECK(failures, "moved", schema_aside_finish(&aside, &err));
    CHECK(failures, "moved", access("bare", F_OK) == 0);
    schema_aside_clear(&aside);
    assert_int_equal(chdir("/"), 0);
    temp_folder_remove(&folder);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(made_and_moved), cmocka_unit_test(refused),
                                       cmocka_unit_test(a_bare_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
