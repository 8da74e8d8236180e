#include "server/problem.h"
#include "server/response.h"
#include "server/route.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char block[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static void assert_body(struct response *response, const char *want)
{
    struct body_piece body;
    assert_true(response_in_one_block(response, &body));
    assert_int_equal(response->body_bytes, strlen(want));
    assert_int_equal(body.len, strlen(want));
    assert_memory_equal(body.bytes, want, strlen(want));
}

static void keeps_the_order_of_pieces(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct response *response = response_new(NULL);
    response_add_copy(response, "[", 1);
    response_add_static(response, block, 3);
    response_add_static(response, block + 3, 2); /* touches the last: one piece */
    response_add_static(response, block, 0);
    aro_buffer_printf(response_buffer(response), "|%d|", 7);
    response_add_copy(response, "x", 1);
    response_add_static(response, block + 10, 2);
    aro_buffer_text(response_buffer(response), "]");
    assert_true(response_finish(response, &err));
    assert_int_equal(response->n_pieces, 5);
    assert_body(response, "[01234|7|xab]");
    assert_true(response_finish(response, &err)); /* again: nothing is listed twice */
    assert_int_equal(response->n_pieces, 5);
    response_free(response);
}

static void a_growing_buffer_moves_no_piece(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct aro_buffer want = {0};
    struct response *response = response_new(NULL);
    for (int i = 0; i < 5000; i++) {
        aro_buffer_printf(response_buffer(response), "<%d>", i);
        response_add_static(response, block + i % 36, 1);
        aro_buffer_printf(&want, "<%d>%c", i, block[i % 36]);
    }
    aro_buffer_char(&want, '\0');
    assert_true(response_finish(response, &err));
    assert_false(response_is_gatherable(response));
    assert_body(response, want.data);
    aro_buffer_clear(&want);
    response_free(response);
}

static void gathers_few_and_large_pieces_only(void **state)
{
    (void)state;
    static char large[RESPONSE_MAX_PIECES * 8192];
    struct aro_error err = {0};
    for (size_t n = 1; n <= RESPONSE_MAX_PIECES + 1; n += n == 1 ? RESPONSE_MAX_PIECES - 1 : 1) {
        struct response *response = response_new(NULL);
        for (size_t i = 0; i < n; i++) /* backwards: neighbours would become one */
            response_add_static(response, large + (n - i - 1) * 8000, 6000);
        assert_true(response_finish(response, &err));
        assert_int_equal(response->n_pieces, n);
        assert_int_equal(response_is_gatherable(response), n <= RESPONSE_MAX_PIECES);
        response_free(response);
    }
}

static void resets(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct response *response = response_new(NULL);
    response_set_status(response, 201);
    response_set_type(response, "text/plain");
    response_add_header(response, "Location", "/x");
    response_add_static(response, block, 10);
    aro_buffer_text(response_buffer(response), "half of an answ");
    response_reset(response);
    aro_buffer_text(response_buffer(response), "problem");
    assert_true(response_finish(response, &err));
    assert_int_equal(response->status, 200);
    assert_int_equal(response->n_headers, 0);
    assert_null(response->content_type);
    assert_body(response, "problem");
    response_free(response);
}

/* What was kept of one answer shows in no other. */
static void reuses_what_was_freed(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct response_pool *pool = response_pool_new(&err);
    assert_non_null(pool);
    struct response *first = response_new(pool);
    response_set_status(first, 201);
    response_set_type(first, "text/plain");
    response_set_tag(first, 7);
    response_set_gzipped(first);
    response_add_header(first, "Location", "/x");
    response_add_static(first, block, 10);
    aro_buffer_text(response_buffer(first), "an answer that is longer");
    assert_true(response_finish(first, &err));
    assert_body(first, "0123456789an answer that is longer");
    first->failed = first->buffer.failed = true;
    response_free(first);
    struct response *second = response_new(pool);
    assert_ptr_equal(second, first);
    struct response *other = response_new(pool); /* while that is in use */
    assert_ptr_not_equal(other, second);
    aro_buffer_text(response_buffer(second), "short");
    assert_true(response_finish(second, &err));
    assert_body(second, "short");
    assert_int_equal(second->status, 200);
    assert_int_equal(second->n_headers, 0);
    assert_null(second->content_type);
    assert_null(second->encoding);
    assert_false(second->has_tag);
    assert_null(second->holding);
    response_free(other);
    response_free(second);
    response_pool_free(pool);
}

/* A large body's memory goes back to the machine. */
static void keeps_little(void **state)
{
    (void)state;
    enum { MANY = 100 };
    struct aro_error err = {0};
    struct response *all[MANY];
    struct response_pool *pool = response_pool_new(&err);
    assert_non_null(pool);
    for (int i = 0; i < MANY; i++)
        assert_non_null(all[i] = response_new(pool));
    assert_true(aro_buffer_reserve(response_buffer(all[0]), 1 << 20));
    for (int i = 0; i < MANY; i++)
        response_free(all[i]);
    for (int i = 0; i < MANY; i++) {
        assert_non_null(all[i] = response_new(pool));
        assert_true(response_buffer(all[i])->capacity < 1 << 20);
    }
    for (int i = 0; i < MANY; i++)
        response_free(all[i]);
    response_pool_free(pool);
}

static void gzip_gives_back_what_went_in(void **state)
{
    (void)state;
    struct aro_error err = {0};
    struct gzip_pool *pool = gzip_pool_new(&err);
    assert_non_null(pool);
    for (size_t n = 1; n < 3000; n = n * 3 + 1) {
        struct response *response = response_new(NULL);
        for (size_t i = 0; i < n; i++) {
            response_add_static(response, block + i % 20, i % 15 + 1);
            aro_buffer_printf(response_buffer(response), ",%zu", i * 7919 % 1000);
        }
        assert_true(response_finish(response, &err));
        struct body_piece body;
        assert_true(response_in_one_block(response, &body));
        size_t want_len = body.len;
        char *want = malloc(want_len);
        assert_non_null(want);
        memcpy(want, body.bytes, want_len);
        assert_true(response_gzip(response, pool, &err));
        assert_int_equal(response->n_pieces, 1);
        assert_string_equal(response->encoding, "gzip");
        unsigned char *got = malloc(want_len + 1);
        z_stream stream = {0};
        assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
        stream.next_in = (Bytef *)response->buffer.data;
        stream.avail_in = (uInt)response->body_bytes;
        stream.next_out = got;
        stream.avail_out = (uInt)want_len + 1;
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, want_len);
        assert_int_equal(stream.avail_in, 0);
        assert_memory_equal(got, want, want_len);
        inflateEnd(&stream);
        free(got);
        free(want);
        response_free(response);
    }
    gzip_pool_free(pool);
}

static void problems(void **state)
{
    (void)state;
    static const struct {
        enum aro_status status;
        unsigned want;
    } statuses[] = {{ARO_BAD_INPUT, 400}, {ARO_NOT_FOUND, 404}, {ARO_CONFLICT, 409},
                    {ARO_TOO_LARGE, 413}, {ARO_BUSY, 503},      {ARO_NO_MEMORY, 503},
                    {ARO_IO, 500},        {ARO_OK, 500}};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        assert_int_equal(problem_http_status(statuses[i].status), statuses[i].want);
        assert_string_not_equal(problem_title(statuses[i].want), "Error");
    }
    struct aro_buffer out = {0};
    problem_write(&out, 400, "limit 'a\"<': a number", "limit");
    aro_buffer_char(&out, '\0');
    assert_string_equal(out.data, "{\"type\":\"about:blank\",\"title\":\"Bad Request\","
                                  "\"status\":400,\"detail\":\"limit 'a\\\"\\u003c': a number\","
                                  "\"parameter\":\"limit\"}\n");
    aro_buffer_clear(&out);
    problem_write(&out, 404, "no such thing", "");
    aro_buffer_char(&out, '\0');
    assert_null(strstr(out.data, "parameter"));
    aro_buffer_clear(&out);
}

static const struct route some_routes[] = {
    {.pattern = "/"},
    {.pattern = "/items/first"},
    {.pattern = "/items/{id}"},
    {.pattern = "/tiles/{z}/{x}.mvt"},
    {.pattern = "/files/{path*}"},
};

static const struct {
    const char *path;
    int route; /* -1: none */
    const char *values[2];
    const char *message;
} route_cases[] = {
    {"/", 0, {0}, NULL},
    {"/items/first", 1, {0}, NULL},
    {"/items/2", 2, {"2"}, NULL},
    {"/items/a%20b", 2, {"a b"}, NULL},
    {"/items/a+b", 2, {"a+b"}, NULL},
    {"/files/a/b.js", 4, {"a/b.js"}, NULL},
    {"/tiles/1/2.mvt", 3, {"1", "2"}, NULL},
    {"/tiles/1/a.b.mvt", 3, {"1", "a.b"}, NULL},
    {"/tiles/1/.mvt", -1, {0}, "no '/tiles/1/.mvt' here"},
    {"/tiles/1/2.png", -1, {0}, "no '/tiles/1/2.png' here"},
    {"/items", -1, {0}, "no '/items' here"},
    {"/items/", -1, {0}, "no '/items/' here"},
    {"/items/2/", -1, {0}, "did you mean '/items/2'?"},
    {"/items/a%2Fb", -1, {0}, "no "},
    {"/items/%zz", -1, {0}, "hexadecimal"},
    {"/items/%00", -1, {0}, "NUL"},
    {"", -1, {0}, "no ''"},
    {"*", -1, {0}, "no '*'"},
    {"//", -1, {0}, "did you mean '/'?"},
};

static void finds_routes(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof route_cases / sizeof *route_cases; i++) {
        struct route_match match = {0};
        struct aro_error err = {0};
        const char *path = route_cases[i].path;
        bool ok = route_find(some_routes, 5, path, strlen(path), &match, &err);
        CHECK(failures, path, ok == (route_cases[i].route >= 0));
        CHECK(failures, path, !ok || match.route == &some_routes[route_cases[i].route]);
        for (int v = 0; ok && v < 2 && route_cases[i].values[v]; v++)
            CHECK(failures, path,
                  match.values[v] && strcmp(match.values[v], route_cases[i].values[v]) == 0);
        CHECK(failures, path, ok || strstr(err.message, route_cases[i].message));
        route_match_clear(&match);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_of_pieces),
        cmocka_unit_test(a_growing_buffer_moves_no_piece),
        cmocka_unit_test(gathers_few_and_large_pieces_only),
        cmocka_unit_test(resets),
        cmocka_unit_test(reuses_what_was_freed),
        cmocka_unit_test(keeps_little),
        cmocka_unit_test(gzip_gives_back_what_went_in),
        cmocka_unit_test(problems),
        cmocka_unit_test(finds_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
