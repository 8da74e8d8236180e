#include "server/image_internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/temp_store.h"

static const char KEY[] = "program 1, store 2";

/* A list of names, and texts that nothing leads into but their own pointer: more than a chunk. */
enum { N_NAMES = 300000, TEXT_BYTES = IMAGE_CHUNK + 4321 };

struct root {
    char **names; /* every third NULL */
    size_t n;
    char *letters;
    char *end; /* of the letters */
    char *text;
    char *empty;
    struct root *self;
    uint64_t live, beside; /* the first a hole */
};

static char letters[26], text_bytes[TEXT_BYTES];
static char *names[N_NAMES];

static struct root make_root(void)
{
    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = (char)('a' + i);
    for (size_t i = 0; i < TEXT_BYTES; i++)
        text_bytes[i] = (char)(i * 7 + i / 1000);
    for (size_t i = 0; i < N_NAMES; i++)
        names[i] = i % 3 == 0 ? NULL : letters + i % sizeof letters;
    return (struct root){.names = names,
                         .n = N_NAMES,
                         .letters = letters,
                         .end = letters + sizeof letters,
                         .text = text_bytes,
                         .empty = names[1],
                         .live = UINT64_MAX,
                         .beside = UINT64_MAX};
}

static void list_blocks(const struct root *root, struct geo_blocks *out)
{
    geo_blocks_add(out, root, sizeof *root);
    geo_blocks_own_bulk(out, &root->text, TEXT_BYTES);
    geo_blocks_own(out, &root->names, root->n * sizeof *root->names);
    for (size_t i = 0; i < root->n; i++)
        geo_blocks_pointer(out, &root->names[i]);
    geo_blocks_own(out, &root->letters, sizeof letters);
    geo_blocks_pointer(out, &root->end);
    geo_blocks_pointer(out, &root->empty);
    geo_blocks_pointer(out, &root->self);
    geo_blocks_hole(out, &root->live, sizeof root->live);
    geo_blocks_hole(out, text_bytes + IMAGE_CHUNK - 3, 5); /* in two pieces */
}

static bool never(void *context)
{
    ++*(int *)context;
    return false;
}

static bool at_once(void *context)
{
    ++*(int *)context;
    return true;
}

static bool write_root(const char *path, const char *key, image_unwanted_fn *is_unwanted,
                       struct aro_error *err)
{
    int asked = 0;
    struct root root = make_root();
    struct geo_blocks blocks = {0};
    root.self = &root;
    list_blocks(&root, &blocks);
    bool ok = image_write(path, key, &blocks, is_unwanted, &asked, err);
    geo_blocks_clear(&blocks);
    return ok && (!is_unwanted || asked > 3);
}

static int setup(void **state)
{
    static struct temp_folder folder;
    temp_folder_make(&folder);
    *state = &folder;
    return write_root(folder.store, KEY, never, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
    temp_folder_remove(*state);
    return 0;
}

/* ---- Mapping ---- */

static void gives_back_what_was_written(void **state)
{
    int failures = 0, asked = 0;
    struct temp_folder *folder = *state;
    struct aro_error err = {0};
    struct stat status;
    struct image *image = image_map(folder->store, KEY, IMAGE_KEY_BYTES, &err);
    assert_non_null(image);
    const struct root *root = image_root(image);
    CHECK(failures, "self", root->self == root && root->n == N_NAMES);
    CHECK(failures, "letters", memcmp(root->letters, letters, sizeof letters) == 0);
    CHECK(failures, "inside", root->empty == root->letters + 1);
    CHECK(failures, "end", root->end == root->letters + sizeof letters);
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        bool in_hole = i >= IMAGE_CHUNK - 3 && i < IMAGE_CHUNK + 2;
        CHECK(failures, "text", root->text[i] == (in_hole ? 0 : text_bytes[i]));
    }
    CHECK(failures, "hole", root->live == 0 && root->beside == UINT64_MAX);
    for (size_t i = 0; i < N_NAMES; i++)
        CHECK(failures, "name",
              root->names[i] == (i % 3 == 0 ? NULL : root->letters + i % sizeof letters));
    CHECK(failures, "aligned", (uintptr_t)root % IMAGE_ALIGNMENT == 0);
    CHECK(failures, "bytes",
          stat(folder->store, &status) == 0 && image_bytes(image) == (uint64_t)status.st_size);
    CHECK(failures, "mode", (status.st_mode & 0777) == 0600);
    CHECK(failures, "bulk", image_check_bulk(image, never, &asked, &err) && asked > 1);
    CHECK(failures, "unwanted",
          !image_check_bulk(image, at_once, &asked, &err) && err.status == ARO_STOPPED);
    image_release(image);
    image_release(NULL);
    assert_int_equal(failures, 0);
}

static void lives_until_the_last_reference(void **state)
{
    struct temp_folder *folder = *state;
    struct image *image = image_map(folder->store, KEY, IMAGE_KEY_BYTES, NULL);
    assert_non_null(image);
    struct root *root = image_root(image);
    image_retain(image);
    image_release(image);
    root->n = 1; /* for this process alone */
    assert_int_equal(unlink(folder->store), 0);
    assert_int_equal(root->letters[25], 'z');
    image_release(image);
    assert_true(write_root(folder->store, KEY, NULL, NULL));
    image = image_map(folder->store, KEY, IMAGE_KEY_BYTES, NULL);
    assert_int_equal(((struct root *)image_root(image))->n, N_NAMES);
    image_release(image);
}

static void is_there_once_more(void **state)
{
    struct temp_folder *folder = *state;
    struct image *image = image_map(folder->store, KEY, IMAGE_KEY_BYTES, NULL);
    assert_non_null(image);
    struct root *root = image_root(image);
    root->letters[0] = 'A';
    root->names[1] = NULL;
    assert_int_equal(unlink(folder->store), 0); /* the file is still open */
    struct image *again = image_again(image, NULL);
    assert_non_null(again);
    struct root *other = image_root(again);
    assert_ptr_not_equal(other, root);
    assert_ptr_equal(other->self, other);
    assert_ptr_equal(other->names[1], other->letters + 1);
    assert_int_equal(other->letters[0], 'a');
    assert_ptr_equal(other->text, root->text);
    other->letters[1] = 'B';
    assert_int_equal(root->letters[1], 'b');
    image_release(image);
    assert_int_equal(other->text[TEXT_BYTES - 1], text_bytes[TEXT_BYTES - 1]);
    assert_int_equal(other->names[N_NAMES - 1] - other->letters, (N_NAMES - 1) % sizeof letters);
    image_release(again);
    assert_true(write_root(folder->store, KEY, NULL, NULL));
}

static void is_found_by_its_key(void **state)
{
    struct temp_folder *folder = *state;
    struct aro_error err = {0};
    assert_null(image_map(folder->store, "program 1, store 3", IMAGE_KEY_BYTES, &err));
    assert_int_equal(err.status, ARO_CONFLICT);
    struct image *image =
        image_map(folder->store, "program 1, store 3", strlen("program 1, "), NULL);
    assert_non_null(image);
    image_release(image);
    assert_null(image_map(folder->store, "program 2, store 2", strlen("program 2, "), &err));
    assert_int_equal(err.status, ARO_CONFLICT);
    err = (struct aro_error){0};
    assert_null(image_map("/tmp/there/is/none", KEY, IMAGE_KEY_BYTES, &err));
    assert_int_equal(err.status, ARO_NOT_FOUND);
}

/* ---- Damage ---- */

static void change_byte(const char *path, uint64_t at, char by)
{
    char byte;
    int fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    byte = (char)(byte ^ by);
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

static struct image_header header_of(const char *path)
{
    struct image_header header;
    int fd = open(path, O_RDONLY);
    assert_int_equal(pread(fd, &header, sizeof header, 0), sizeof header);
    close(fd);
    return header;
}

/* What is taken, or ARO_BAD_INPUT. */
static enum aro_status try(const char *path)
{
    struct aro_error err = {0};
    struct image *image = image_map(path, KEY, IMAGE_KEY_BYTES, &err);
    if (image)
        image_check_bulk(image, NULL, NULL, &err);
    image_release(image);
    return err.status;
}

static void finds_every_damage(void **state)
{
    int failures = 0;
    struct temp_folder *folder = *state;
    struct image_header header = header_of(folder->store);
    uint64_t places[] = {0,
                         sizeof header.magic + 3,
                         offsetof(struct image_header, n_bytes),
                         offsetof(struct image_header, sum),
                         IMAGE_PAGE,
                         IMAGE_PAGE + 12345,
                         header.pointers - 1,
                         header.pointers + 8,
                         header.bulk - 1,
                         header.bulk,
                         header.n_bytes - 70};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        change_byte(folder->store, places[i], 4);
        CHECK(failures, "changed", try(folder->store) == ARO_BAD_INPUT);
        change_byte(folder->store, places[i], 4);
        CHECK(failures, "as it was", try(folder->store) == ARO_OK);
    }
    assert_int_equal(failures, 0);
}

static void finds_what_is_cut(void **state)
{
    int failures = 0;
    struct temp_folder *folder = *state;
    off_t n_bytes = (off_t)header_of(folder->store).n_bytes;
    const off_t lengths[] = {n_bytes + 1, n_bytes - 1, IMAGE_PAGE, 100, 0};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        assert_int_equal(truncate(folder->store, lengths[i]), 0);
        CHECK(failures, "cut", try(folder->store) == ARO_BAD_INPUT);
    }
    assert_true(write_root(folder->store, KEY, NULL, NULL));
    assert_int_equal(failures, 0);
}

static void takes_no_file_that_others_may_write(void **state)
{
    struct temp_folder *folder = *state;
    assert_int_equal(chmod(folder->store, 0620), 0);
    assert_int_equal(try(folder->store), ARO_BAD_INPUT);
    assert_int_equal(chmod(folder->store, 0644), 0);
    assert_int_equal(try(folder->store), ARO_OK);
    assert_int_equal(try(folder->path), ARO_BAD_INPUT); /* a folder */
}

/* ---- Writing ---- */

static void leaves_what_stood_there(void **state)
{
    int failures = 0;
    struct temp_folder *folder = *state;
    struct aro_error err = {0};
    char beside[sizeof folder->store + 8];
    snprintf(beside, sizeof beside, "%s.part", folder->store);
    CHECK(failures, "given up", !write_root(folder->store, "other", at_once, &err));
    CHECK(failures, "given up", err.status == ARO_STOPPED && access(beside, F_OK) != 0);
    int other = open(beside, O_RDWR | O_CREAT, 0600); /* as another process would */
    assert_int_equal(flock(other, LOCK_EX), 0);
    err = (struct aro_error){0};
    CHECK(failures, "locked", !write_root(folder->store, "other", NULL, &err));
    CHECK(failures, "locked", err.status == ARO_BUSY && access(beside, F_OK) == 0);
    close(other);
    CHECK(failures, "still there", try(folder->store) == ARO_OK);
    assert_true(write_root(folder->store, KEY, NULL, NULL)); /* over what was left behind */
    CHECK(failures, "replaced", try(folder->store) == ARO_OK && access(beside, F_OK) != 0);
    err = (struct aro_error){0};
    CHECK(failures, "no folder", !write_root("/tmp/there/is/none", KEY, NULL, &err));
    CHECK(failures, "no folder", err.status == ARO_IO && strstr(err.message, "/tmp/there"));
    assert_int_equal(failures, 0);
}

static void refuses_a_pointer_that_leads_nowhere(void **state)
{
    struct temp_folder *folder = *state;
    struct aro_error err = {0};
    struct root root = make_root();
    struct geo_blocks blocks = {0};
    list_blocks(&root, &blocks);
    root.self = (struct root *)folder;
    assert_false(image_write(folder->store, "other", &blocks, NULL, NULL, &err));
    assert_int_equal(err.status, ARO_IO);
    assert_int_equal(try(folder->store), ARO_OK);
    geo_blocks_clear(&blocks);
}

static void survives_without_memory(void **state)
{
    int failures = 0;
    struct temp_folder *folder = *state;
    struct root root = make_root();
    struct geo_blocks blocks = {0};
    list_blocks(&root, &blocks);
    bool ok = false;
    for (size_t allowed = 0; !ok && allowed < 50; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        ok = image_write(folder->store, KEY, &blocks, NULL, NULL, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "writing", ok || err.status == ARO_NO_MEMORY);
        CHECK(failures, "what stood there", try(folder->store) == ARO_OK);
    }
    CHECK(failures, "written at last", ok);
    geo_blocks_clear(&blocks);
    struct image *image = NULL;
    for (size_t allowed = 0; !image && allowed < 50; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        image = image_map(folder->store, KEY, IMAGE_KEY_BYTES, &err);
        ok = image && image_check_bulk(image, NULL, NULL, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "reading", ok || err.status == ARO_NO_MEMORY);
    }
    struct aro_error err = {0};
    allow_allocations(0);
    CHECK(failures, "once more", !image_again(image, &err) && err.status == ARO_NO_MEMORY);
    allow_allocations(SIZE_MAX);
    image_release(image);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_written),
        cmocka_unit_test(lives_until_the_last_reference),
        cmocka_unit_test(is_there_once_more),
        cmocka_unit_test(is_found_by_its_key),
        cmocka_unit_test(finds_every_damage),
        cmocka_unit_test(finds_what_is_cut),
        cmocka_unit_test(takes_no_file_that_others_may_write),
        cmocka_unit_test(leaves_what_stood_there),
        cmocka_unit_test(refuses_a_pointer_that_leads_nowhere),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
