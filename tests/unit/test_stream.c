#include "server/stream.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/unit/allocations.h"
#include "tests/unit/check.h"

/* Gives n lines, some at each pull; and nothing every third time. */
struct lines {
    int n, next, fails_at, n_pulls;
    size_t most;
    int *n_freed;
};

static bool pull(void *state, struct aro_buffer *out, bool *out_end, struct aro_error *err)
{
    struct lines *lines = state;
    if (++lines->n_pulls % 3 == 0)
        return true;
    for (int i = 0; i < 100 && lines->next < lines->n; i++) {
        if (lines->next == lines->fails_at)
            return aro_error_set(err, ARO_IO, "line %d cannot be read", lines->next);
        aro_buffer_printf(out, "%07d\n", lines->next++);
    }
    lines->most = out->capacity > lines->most ? out->capacity : lines->most;
    *out_end = lines->next == lines->n;
    return true;
}

static void count_free(void *state)
{
    ++*((struct lines *)state)->n_freed;
}

static struct stream *make(struct lines *lines)
{
    const struct stream_source source = {lines, pull, count_free};
    struct aro_buffer begun = {0};
    return stream_new(&source, &begun);
}

/* All that the stream gives, `room` bytes at a time at most. */
static enum stream_step read_all(struct stream *stream, size_t room, struct aro_buffer *out,
                                 struct aro_error *err)
{
    char piece[4096];
    for (;;) {
        size_t len = 0;
        enum stream_step step = stream_read(stream, piece, room, &len, err);
        aro_buffer_append(out, piece, len);
        if (step == STREAM_END || step == STREAM_FAILED)
            return step;
    }
}

static void check_lines(int *failures, const char *bytes, size_t len, int n)
{
    CHECK(*failures, "length", len == (size_t)n * 8);
    for (int i = 0; *failures == 0 && i < n; i++)
        CHECK(*failures, "line", atoi(bytes + 8 * i) == i && bytes[8 * i + 7] == '\n');
}

static void reads_what_was_pulled(void **state)
{
    (void)state;
    static const size_t rooms[] = {1, 7, 800, 801, 4096};
    static const int sizes[] = {0, 1, 99, 100, 101, 5000};
    int failures = 0;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            int n_freed = 0;
            struct lines lines = {.n = sizes[j], .fails_at = -1, .n_freed = &n_freed};
            struct aro_buffer out = {0};
            struct stream *stream = make(&lines);
            assert_non_null(stream);
            CHECK(failures, "end", read_all(stream, rooms[i], &out, NULL) == STREAM_END);
            check_lines(&failures, out.data, out.len, sizes[j]);
            CHECK(failures, "bounded", lines.most <= 2048);
            stream_free(stream);
            CHECK(failures, "freed", n_freed == 1);
            aro_buffer_clear(&out);
        }
    assert_int_equal(failures, 0);
}

static void compresses(void **state)
{
    (void)state;
    enum { N = 20000 };
    static unsigned char got[N * 8 + 1];
    int failures = 0, n_freed = 0;
    struct aro_error err = {0};
    struct lines lines = {.n = N, .fails_at = -1, .n_freed = &n_freed};
    struct aro_buffer packed = {0};
    struct gzip_pool *pool = gzip_pool_new(&err);
    struct stream *stream = make(&lines);
    assert_true(stream_compress(stream, pool, &err));
    assert_int_equal(read_all(stream, 4096, &packed, &err), STREAM_END);
    stream_free(stream);
    assert_true(packed.len < N * 8 / 3);
    z_stream inflating = {.next_in = (Bytef *)packed.data,
                          .avail_in = (uInt)packed.len,
                          .next_out = got,
                          .avail_out = sizeof got};
    assert_int_equal(inflateInit2(&inflating, 15 + 16), Z_OK);
    assert_int_equal(inflate(&inflating, Z_FINISH), Z_STREAM_END);
    assert_int_equal(inflating.avail_in, 0);
    check_lines(&failures, (const char *)got, inflating.total_out, N);
    inflateEnd(&inflating);
    aro_buffer_clear(&packed);
    gzip_pool_free(pool);
    assert_int_equal(failures, 0);
}

static void fails_where_its_source_does(void **state)
{
    (void)state;
    int n_freed = 0;
    struct aro_error err = {0};
    struct lines lines = {.n = 5000, .fails_at = 2500, .n_freed = &n_freed};
    struct aro_buffer out = {0};
    struct stream *stream = make(&lines);
    assert_int_equal(read_all(stream, 4096, &out, &err), STREAM_FAILED);
    assert_int_equal(err.status, ARO_IO);
    assert_string_equal(err.message, "line 2500 cannot be read");
    assert_int_equal(out.len, 2500 * 8);
    stream_free(stream);
    assert_int_equal(n_freed, 1);
    aro_buffer_clear(&out);
}

/* Without memory it says so, and the source is freed all the same. */
static void out_of_memory(void **state)
{
    (void)state;
    int failures = 0;
    bool done = false;
    struct gzip_pool *pool = gzip_pool_new(NULL);
    for (size_t allowed = 0; !done; allowed++) {
        int n_freed = 0;
        size_t len;
        char piece[64];
        struct aro_error err = {0};
        struct lines lines = {.n = 300, .fails_at = -1, .n_freed = &n_freed};
        enum stream_step step = STREAM_FAILED;
        allow_allocations(allowed);
        struct stream *stream = make(&lines);
        bool compressed = stream && stream_compress(stream, pool, &err);
        do {
            step =
                compressed ? stream_read(stream, piece, sizeof piece, &len, &err) : STREAM_FAILED;
        } while (step == STREAM_SOME || step == STREAM_LATER);
        allow_allocations(SIZE_MAX);
        done = step == STREAM_END;
        CHECK(failures, "status", done || !stream || err.status == ARO_NO_MEMORY);
        stream_free(stream);
        CHECK(failures, "freed", n_freed == 1);
    }
    gzip_pool_free(pool);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was_pulled),
        cmocka_unit_test(compresses),
        cmocka_unit_test(fails_where_its_source_does),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
