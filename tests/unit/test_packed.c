#include "server/packed.h"
#include "tests/unit/allocations.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAX_TEXTS = 1000 };

/* Texts of a kind, all of them anew for each seed. */
struct texts {
    struct aro_buffer block;
    uint64_t offsets[MAX_TEXTS + 1];
    uint32_t n;
};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void like_features(struct texts *texts, uint32_t n, uint32_t seed)
{
    static const char *const words[] = {"jardin", "compost", "école", "vélo", "énergie", "café"};
    *texts = (struct texts){.n = n};
    for (uint32_t i = 0; i < n; i++) {
        texts->offsets[i] = texts->block.len;
        aro_buffer_printf(&texts->block,
                          ",{\"type\":\"Feature\",\"id\":%u,\"properties\":{\"titre\":\"", i);
        for (uint32_t word = next(&seed) % 40; word > 0; word--)
            aro_buffer_printf(&texts->block, "%s ", words[next(&seed) % 6]);
        aro_buffer_printf(&texts->block, "\",\"n\":%u}}", next(&seed) % 100000);
    }
    texts->offsets[n] = texts->block.len;
}

/* Any bytes, none at all, and some longer than matches reach. */
static void of_any_bytes(struct texts *texts, uint32_t n, uint32_t seed)
{
    *texts = (struct texts){.n = n};
    for (uint32_t i = 0; i < n; i++) {
        texts->offsets[i] = texts->block.len;
        uint32_t kind = next(&seed) % 8, len = kind == 0 ? 0 : kind == 1 ? 40000 : next(&seed) % 50;
        uint32_t range = kind == 2 ? 256 : 3;
        aro_buffer_char(&texts->block, ',');
        for (uint32_t byte = 0; byte < len; byte++)
            aro_buffer_char(&texts->block, (char)(next(&seed) % range));
    }
    texts->offsets[n] = texts->block.len;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool always(void *context)
{
    (void)context;
    return true;
}

static const struct packed_order any_size = {.max_bytes = SIZE_MAX, .is_unwanted = never};

static struct packed *pack(const struct texts *texts, const struct packed_order *order,
                           struct aro_error *err)
{
    return packed_new((struct packed_texts){texts->block.data, texts->offsets, texts->n}, order,
                      err);
}

static struct body_piece run_of(const struct texts *texts, const struct packed *packed,
                                uint32_t first, uint32_t end, uint32_t lacking)
{
    uint64_t from = texts->offsets[first] + lacking;
    return (struct body_piece){.bytes = texts->block.data + from,
                               .len = (size_t)(texts->offsets[end] - from),
                               .packed = packed,
                               .texts = {first, end}};
}

/* Piece by piece it is the same. */
static void assert_pulls(const struct packed *packed, const struct body_piece *pieces, size_t n,
                         const char *want, size_t want_len)
{
    struct aro_error err = {0};
    struct aro_buffer all = {0}, part = {0};
    struct packed_body *body = packed_body_new(packed, pieces, n, &err);
    assert_non_null(body);
    for (bool at_end = false; !at_end; part.len = 0) {
        assert_true(packed_body_pull(body, &part, &at_end, &err));
        assert_true(at_end || part.len > 0);
        aro_buffer_append(&all, part.data, part.len);
    }
    assert_int_equal(all.len, want_len);
    assert_memory_equal(all.data, want, want_len);
    packed_body_free(body);
    aro_buffer_clear(&part);
    aro_buffer_clear(&all);
}

/* zlib, asked for the checksum and the length as well, reads the pieces as they are. */
static void assert_reads(const struct packed *packed, const struct body_piece *pieces, size_t n)
{
    struct aro_error err = {0};
    struct aro_buffer want = {0}, out = {0};
    for (size_t i = 0; i < n; i++)
        aro_buffer_append(&want, pieces[i].bytes, pieces[i].len);
    enum { BEFORE = 6, GZIP_ONLY = 15 + 16 };
    aro_buffer_text(&out, "before");
    assert_true(packed_gzip(packed, pieces, n, &out, &err));
    assert_pulls(packed, pieces, n, out.data + BEFORE, out.len - BEFORE);
    char *read = malloc(want.len + 1);
    z_stream stream = {.next_in = (Bytef *)out.data + BEFORE,
                       .avail_in = (uInt)(out.len - BEFORE),
                       .next_out = (Bytef *)read,
                       .avail_out = (uInt)want.len + 1};
    assert_int_equal(inflateInit2(&stream, GZIP_ONLY), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    assert_int_equal(stream.total_out, want.len);
    assert_memory_equal(read, want.data ? want.data : "", want.len);
    inflateEnd(&stream);
    free(read);
    aro_buffer_clear(&want);
    aro_buffer_clear(&out);
}

/* A head, some runs of any length with other bytes between them, and an end. */
static void check_bodies(const struct texts *texts, uint32_t seed, int n_bodies)
{
    enum { MOST = 21 };
    struct aro_error err = {0};
    struct packed *packed = pack(texts, &any_size, &err);
    assert_non_null(packed);
    for (int body = 0; body < n_bodies; body++) {
        struct body_piece pieces[MOST];
        size_t n = 0;
        pieces[n++] = (struct body_piece){.bytes = "{\"features\":[", .len = 13};
        for (uint32_t at = next(&seed) % texts->n; n + 2 < MOST && at < texts->n;) {
            uint32_t most = texts->n - at, len = 1 + next(&seed) % (next(&seed) % 2 ? 4 : most);
            len = len < most ? len : most;
            pieces[n] = run_of(texts, packed, at, at + len, n == 1);
            n++;
            at += len + 1 + next(&seed) % 20;
            if (next(&seed) % 3 == 0)
                pieces[n++] = (struct body_piece){.bytes = "\xff\x00 ]", .len = next(&seed) % 5};
        }
        pieces[n++] = (struct body_piece){.bytes = "]}\n", .len = 3};
        assert_reads(packed, pieces, n);
    }
    packed_free(packed);
}

static void bodies_read_as_their_pieces(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 4; seed++) {
        struct texts texts;
        like_features(&texts, seed == 1 ? MAX_TEXTS : 70, seed);
        check_bodies(&texts, seed, 300);
        aro_buffer_clear(&texts.block);
    }
}

static void bytes_of_every_kind_are_read(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 4; seed++) {
        struct texts texts;
        of_any_bytes(&texts, 100, seed);
        check_bodies(&texts, seed, 100);
        aro_buffer_clear(&texts.block);
    }
}

static void every_run_of_few_texts_is_read(void **state)
{
    (void)state;
    struct aro_error err = {0};
    for (uint32_t n = 1; n <= 12; n++) {
        struct texts texts;
        like_features(&texts, n, n);
        struct packed *packed = pack(&texts, &any_size, &err);
        assert_non_null(packed);
        for (uint32_t first = 0; first < n; first++)
            for (uint32_t end = first + 1; end <= n; end++) {
                struct body_piece piece = run_of(&texts, packed, first, end, first % 2);
                assert_reads(packed, &piece, 1);
            }
        assert_reads(packed, NULL, 0);
        packed_free(packed);
        aro_buffer_clear(&texts.block);
    }
}

static void long_runs_are_as_small_as_zlib_makes_them(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct texts texts;
    struct aro_buffer out = {0};
    like_features(&texts, MAX_TEXTS, 5);
    struct packed *packed = pack(&texts, &any_size, &err);
    struct body_piece piece = run_of(&texts, packed, 0, MAX_TEXTS, 0);
    assert_true(packed_gzip(packed, &piece, 1, &out, &err));
    uLongf len = compressBound(texts.block.len);
    Bytef *best = malloc(len);
    assert_int_equal(compress2(best, &len, (Bytef *)texts.block.data, texts.block.len, 6), Z_OK);
    assert_true(out.len * 10 < len * 14);
    free(best);
    aro_buffer_clear(&out);
    packed_free(packed);
    aro_buffer_clear(&texts.block);
}

static void suits_what_is_mostly_runs(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct texts texts;
    like_features(&texts, 100, 1);
    struct packed *packed = pack(&texts, &any_size, &err);
    const struct packed *found = NULL;
    struct body_piece long_run = run_of(&texts, packed, 0, 100, 0);
    struct body_piece short_run = run_of(&texts, packed, 0, 2, 0), bare = long_run;
    bare.packed = NULL;
    assert_true(packed_suits(&long_run, 1, &found));
    assert_ptr_equal(found, packed);
    assert_false(packed_suits(&short_run, 1, &found));
    assert_false(packed_suits(&bare, 1, &found));
    assert_false(packed_suits((struct body_piece[]){bare, long_run}, 2, &found));
    assert_false(packed_suits(NULL, 0, &found));
    packed_free(packed);
    aro_buffer_clear(&texts.block);
}

static void is_refused_in_a_sentence(void **state)
{
    (void)state;
    struct texts texts;
    struct aro_error err = {0};
    like_features(&texts, 500, 1);
    struct packed *packed = pack(&texts, &any_size, &err);
    size_t bytes = packed_bytes(packed);
    assert_in_range(bytes, 500, texts.block.len);
    packed_free(packed);
    packed = pack(&texts, &(struct packed_order){.max_bytes = bytes, .is_unwanted = never}, &err);
    assert_non_null(packed);
    packed_free(packed);
    assert_null(
        pack(&texts, &(struct packed_order){.max_bytes = bytes - 1, .is_unwanted = never}, &err));
    assert_int_equal(err.status, ARO_TOO_LARGE);
    err = (struct aro_error){0};
    assert_null(
        pack(&texts, &(struct packed_order){.max_bytes = 5000, .is_unwanted = never}, &err));
    assert_int_equal(err.status, ARO_TOO_LARGE);
    assert_non_null(strstr(err.message, "500 texts take more than 5000 bytes"));
    err = (struct aro_error){0};
    assert_null(
        pack(&texts, &(struct packed_order){.max_bytes = SIZE_MAX, .is_unwanted = always}, &err));
    assert_int_equal(err.status, ARO_BUSY);
    aro_buffer_clear(&texts.block);
}

static void memory_that_runs_out_is_told(void **state)
{
    (void)state;
    struct texts texts;
    like_features(&texts, 100, 1);
    struct packed *packed = NULL;
    for (size_t n = 0; !packed; n++) {
        struct aro_error err = {0};
        assert_in_range(n, 0, 1000);
        allow_allocations(n);
        packed = pack(&texts, &any_size, &err);
        allow_allocations(SIZE_MAX);
        assert_true(packed || err.status == ARO_NO_MEMORY);
    }
    struct body_piece piece = run_of(&texts, packed, 0, 100, 0);
    struct aro_buffer out = {0};
    struct aro_error err = {0};
    allow_allocations(0);
    assert_false(packed_gzip(packed, &piece, 1, &out, &err));
    allow_allocations(SIZE_MAX);
    assert_int_equal(err.status, ARO_NO_MEMORY);
    aro_buffer_clear(&out);
    packed_free(packed);
    packed_free(NULL);
    aro_buffer_clear(&texts.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_read_as_their_pieces),
        cmocka_unit_test(bytes_of_every_kind_are_read),
        cmocka_unit_test(every_run_of_few_texts_is_read),
        cmocka_unit_test(long_runs_are_as_small_as_zlib_makes_them),
        cmocka_unit_test(suits_what_is_mostly_runs),
        cmocka_unit_test(is_refused_in_a_sentence),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
