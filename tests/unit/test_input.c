#include "geo/buffer.h"
#include "schema/input.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"
#include "tests/unit/temp_store.h"

#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

/* One gzip member of the text behind what is in `out`. */
static void append_gzip(struct aro_buffer *out, const char *text, size_t len, int level)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    size_t room = deflateBound(&stream, len);
    assert_true(aro_buffer_reserve(out, room));
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)len;
    stream.next_out = (Bytef *)out->data + out->len;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->len += stream.total_out;
    deflateEnd(&stream);
}

/* All that comes; each time up to `keep` bytes stay in the window when more is asked for. */
static bool read_all(struct schema_input *input, size_t keep, struct aro_buffer *out,
                     struct aro_error *err)
{
    const struct schema_window *window = schema_input_window(input);
    while (!window->at_end) {
        size_t len = window->len;
        if (!schema_input_more(input, err))
            return false;
        assert_true(window->len > len || window->at_end);
        for (size_t i = 0; i < SCHEMA_INPUT_PADDING; i++)
            assert_int_equal(window->data[window->len + i], 0);
        size_t n = window->len > keep ? window->len - keep : 0;
        aro_buffer_append(out, window->data, n);
        schema_input_consume(input, n);
    }
    aro_buffer_append(out, window->data, window->len);
    return schema_input_more(input, err) && window->at_end;
}

static bool reads_as(const struct aro_buffer *bytes, size_t piece, size_t keep, const char *want,
                     size_t want_len)
{
    struct aro_error err = {0};
    struct aro_buffer out = {0};
    struct schema_input *input = schema_input_from_memory(bytes->data, bytes->len, piece, &err);
    bool same = input && read_all(input, keep, &out, &err) && out.len == want_len &&
                (want_len == 0 || memcmp(out.data, want, want_len) == 0);
    if (!same)
        fprintf(stderr, "%zu of %zu bytes: %s\n", out.len, want_len, err.message);
    schema_input_close(input);
    aro_buffer_clear(&out);
    return same;
}

static void random_text(struct aro_buffer *out, uint64_t *seed, size_t len)
{
    while (out->len < len)
        aro_buffer_printf(out, "%llx\n", (unsigned long long)random_bits(seed));
    out->len = len;
}

static void plain_and_gzip(void **state)
{
    (void)state;
    int failures = 0;
    uint64_t seed = 20200213;
    printf("seed %llu\n", (unsigned long long)seed);
    static const size_t lens[] = {0, 1, 2, 3, 100, 65536, 262144, 262145, 1000000};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct aro_buffer text = {0}, packed = {0}, members = {0};
        random_text(&text, &seed, lens[i]);
        append_gzip(&packed, text.data, text.len, 6);
        append_gzip(&members, text.data, text.len / 3, 1);
        append_gzip(&members, "", 0, 6);
        append_gzip(&members, text.data + text.len / 3, text.len - text.len / 3, 0);
        aro_buffer_append(&members, "\0\0\0", 3); /* as padded to a block on tape */
        size_t piece = lens[i] < 1000 ? 1 + random_below(&seed, 5) : 10000 + random_below(&seed, 9);
        for (size_t keep = 0; keep <= 300000; keep = keep * 7 + 3) {
            CHECK(failures, "plain", reads_as(&text, 0, keep, text.data, text.len));
            CHECK(failures, "plain, pieces", reads_as(&text, piece, keep, text.data, text.len));
            CHECK(failures, "gzip", reads_as(&packed, 0, keep, text.data, text.len));
            CHECK(failures, "gzip, pieces", reads_as(&packed, piece, keep, text.data, text.len));
            CHECK(failures, "members", reads_as(&members, 0, keep, text.data, text.len));
        }
        aro_buffer_clear(&text);
        aro_buffer_clear(&packed);
        aro_buffer_clear(&members);
    }
    assert_int_equal(failures, 0);
}

/* Cut at every byte, and each byte changed in turn: an error that says so, or the same text. */
static void damaged_gzip(void **state)
{
    (void)state;
    int failures = 0;
    static const char text[] = "code,nom\n01001,L'Abergement-Clémenciat\n01002,L'Abergement\n";
    struct aro_buffer packed = {0};
    append_gzip(&packed, text, strlen(text), 6);
    for (size_t len = 3; len < packed.len; len++) {
        struct aro_error err = {0};
        struct aro_buffer out = {0};
        struct schema_input *input = schema_input_from_memory(packed.data, len, 0, &err);
        CHECK(failures, "cut", input && !read_all(input, 0, &out, &err));
        CHECK(failures, "cut", err.status == ARO_BAD_INPUT && strstr(err.message, "cut short"));
        schema_input_close(input);
        aro_buffer_clear(&out);
    }
    for (size_t at = 3; at < packed.len; at++) {
        struct aro_error err = {0};
        struct aro_buffer out = {0};
        packed.data[at] = (char)(packed.data[at] ^ 0x55);
        struct schema_input *input = schema_input_from_memory(packed.data, packed.len, 0, &err);
        bool ok = input && read_all(input, 0, &out, &err);
        CHECK(failures, "changed",
              ok ? out.len == strlen(text) && !memcmp(out.data, text, out.len)
                 : err.status == ARO_BAD_INPUT && *err.message);
        packed.data[at] = (char)(packed.data[at] ^ 0x55);
        schema_input_close(input);
        aro_buffer_clear(&out);
    }
    aro_buffer_clear(&packed);
    assert_int_equal(failures, 0);
}

static void bytes_behind_gzip(void **state)
{
    (void)state;
    struct aro_buffer packed = {0}, out = {0};
    struct aro_error err = {0};
    append_gzip(&packed, "a\n1\n", 4, 6);
    aro_buffer_text(&packed, "more");
    struct schema_input *input = schema_input_from_memory(packed.data, packed.len, 0, &err);
    assert_false(read_all(input, 0, &out, &err));
    assert_string_equal(err.message,
                        "there are bytes behind the end of the gzip data that are not gzip "
                        "(first: 0x6D): the file is damaged");
    schema_input_close(input);
    aro_buffer_clear(&packed);
    aro_buffer_clear(&out);
}

static void files(void **state)
{
    (void)state;
    struct temp_folder folder;
    temp_folder_make(&folder);
    struct aro_error err = {0};
    struct aro_buffer out = {0};
    struct schema_input *input =
        schema_input_open(temp_file(&folder, "a.csv", "code\n01001\n", 11), &err);
    assert_non_null(input);
    assert_true(read_all(input, 0, &out, &err));
    assert_int_equal(out.len, 11);
    assert_true(schema_input_progress(input) == 1);
    schema_input_close(input);
    aro_buffer_clear(&out);

    assert_null(schema_input_open(folder.path, &err));
    assert_int_equal(err.status, ARO_BAD_INPUT);
    assert_string_equal(err.message, "is a directory; a file was wanted");
    err = (struct aro_error){0};
    assert_null(schema_input_open(folder.store, &err));
    assert_int_equal(err.status, ARO_NOT_FOUND);
    assert_string_equal(err.message, "no such file");
    err = (struct aro_error){0};
    const char *locked = temp_file(&folder, "locked.csv", "a\n", 2);
    assert_int_equal(chmod(locked, 0), 0);
    if (geteuid() != 0) { /* nothing is locked for root */
        assert_null(schema_input_open(locked, &err));
        assert_int_equal(err.status, ARO_IO);
        assert_string_equal(err.message, "cannot be opened: Permission denied");
    }
    temp_folder_remove(&folder);
}

/* Progress counts bytes of the file, also where they are compressed; it never goes back. */
static void progress(void **state)
{
    (void)state;
    struct aro_buffer text = {0}, packed = {0};
    uint64_t seed = 1;
    random_text(&text, &seed, 3000000);
    append_gzip(&packed, text.data, text.len, 6);
    const struct aro_buffer *both[] = {&text, &packed};
    for (size_t i = 0; i < 2; i++) {
        struct aro_error err = {0};
        struct schema_input *input = schema_input_from_memory(both[i]->data, both[i]->len, 0, &err);
        const struct schema_window *window = schema_input_window(input);
        double last = schema_input_progress(input);
        assert_true(last < 0.001);
        while (!window->at_end) {
            assert_true(schema_input_more(input, &err));
            assert_true(schema_input_progress(input) >= last);
            assert_true(schema_input_progress(input) - last < 0.3);
            last = schema_input_progress(input);
            schema_input_consume(input, window->len);
        }
        assert_true(last == 1);
        schema_input_close(input);
    }
    aro_buffer_clear(&text);
    aro_buffer_clear(&packed);
}

static void pipes(void **state)
{
    (void)state;
    int ends[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a\n1\n", 4), 4);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    struct aro_error err = {0};
    struct aro_buffer out = {0};
    struct schema_input *input = schema_input_open("-", &err);
    assert_non_null(input);
    assert_true(read_all(input, 0, &out, &err));
    assert_int_equal(out.len, 4);
    assert_true(schema_input_progress(input) == -1);
    schema_input_close(input);
    aro_buffer_clear(&out);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    struct aro_buffer text = {0}, packed = {0};
    uint64_t seed = 2;
    random_text(&text, &seed, 2000000);
    append_gzip(&packed, text.data, text.len, 6);
    bool done = false;
    for (size_t allowed = 0; !done; allowed++) {
        struct aro_error err = {0};
        allow_allocations(allowed);
        struct schema_input *input = schema_input_from_memory(packed.data, packed.len, 0, &err);
        done = input != NULL;
        /* Nothing is consumed: the window must grow. */
        while (done && !schema_input_window(input)->at_end)
            done = schema_input_more(input, &err);
        allow_allocations(SIZE_MAX);
        CHECK(failures, "out of memory", done || err.status == ARO_NO_MEMORY);
        CHECK(failures, "all there", !done || schema_input_window(input)->len == text.len);
        schema_input_close(input);
    }
    aro_buffer_clear(&text);
    aro_buffer_clear(&packed);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_gzip),    cmocka_unit_test(damaged_gzip),
        cmocka_unit_test(bytes_behind_gzip), cmocka_unit_test(files),
        cmocka_unit_test(progress),          cmocka_unit_test(pipes),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
