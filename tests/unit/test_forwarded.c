#include "server/forwarded.h"
#include "tests/unit/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage out = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        out.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
        out.ss_family = AF_INET6;
    return out;
}

static const struct {
    const char *name, *peer, *forwarded, *proto, *host, *prefix, *want;
} cases[] = {
    {.name = "no headers", .peer = "10.0.0.1"},
    {.name = "untrusted peer", .peer = "192.0.2.1", .host = "a.example", .proto = "https"},
    {.name = "host and scheme",
     .peer = "10.0.0.1",
     .host = "a.example",
     .proto = "https",
     .want = "https://a.example"},
    {.name = "trusted IPv6 peer", .peer = "::1", .host = "a.example", .want = "http://a.example"},
    {.name = "IPv4 in IPv6",
     .peer = "::ffff:10.0.0.1",
     .host = "a.example",
     .want = "http://a.example"},
    {.name = "port", .peer = "10.0.0.1", .host = "a.example:8443", .want = "http://a.example:8443"},
    {.name = "IPv6 host",
     .peer = "10.0.0.1",
     .host = "[2001:db8::1]:80",
     .want = "http://[2001:db8::1]:80"},
    {.name = "prefix",
     .peer = "10.0.0.1",
     .host = "a.example",
     .prefix = "/carte/",
     .want = "http://a.example/carte"},
    {.name = "scheme only", .peer = "10.0.0.1", .proto = "https", .want = "https://local:8080"},
    {.name = "prefix only", .peer = "10.0.0.1", .prefix = "/x", .want = "http://local:8080/x"},
    {.name = "the last host counts",
     .peer = "10.0.0.1",
     .host = "evil.example, a.example",
     .want = "http://a.example"},
    {.name = "host with a path", .peer = "10.0.0.1", .host = "a.example/evil"},
    {.name = "host with a user", .peer = "10.0.0.1", .host = "user@a.example"},
    {.name = "host with a quote", .peer = "10.0.0.1", .host = "a.example\"><script>"},
    {.name = "host with a line end", .peer = "10.0.0.1", .host = "a.example\r\nX: y"},
    {.name = "port that is none", .peer = "10.0.0.1", .host = "a.example:80a"},
    {.name = "scheme that is none", .peer = "10.0.0.1", .proto = "javascript"},
    {.name = "prefix of another host", .peer = "10.0.0.1", .prefix = "//evil.example"},
    {.name = "prefix with a query", .peer = "10.0.0.1", .prefix = "/a?b"},
    {.name = "Forwarded",
     .peer = "10.0.0.1",
     .forwarded = "for=192.0.2.1;host=a.example;proto=https",
     .want = "https://a.example"},
    {.name = "Forwarded wins",
     .peer = "10.0.0.1",
     .forwarded = "host=a.example",
     .host = "b.example",
     .want = "http://a.example"},
    {.name = "Forwarded, quoted",
     .peer = "10.0.0.1",
     .forwarded = "For=\"[2001:db8::1]:4711\" ; Host=\"a.example:81\"; PROTO=http",
     .want = "http://a.example:81"},
    {.name = "Forwarded by the client, then by the proxy",
     .peer = "10.0.0.1",
     .forwarded = "host=evil.example, for=192.0.2.1;host=a.example",
     .want = "http://a.example"},
    {.name = "Forwarded by two proxies",
     .peer = "10.0.0.1",
     .forwarded = "for=192.0.2.1;host=a.example;proto=https, for=10.0.0.2;host=inside.example",
     .want = "https://a.example"},
    {.name = "the client before two proxies",
     .peer = "10.0.0.1",
     .forwarded = "host=evil.example, for=192.0.2.1;host=a.example, for=\"10.0.0.2:80\";host=b",
     .want = "http://a.example"},
    {.name = "two elements, none of which says for whom",
     .peer = "10.0.0.1",
     .forwarded = "\xB3,host=a.example",
     .want = "http://a.example"},
    {.name = "comma in quotes",
     .peer = "10.0.0.1",
     .forwarded = "for=\"x,host=evil.example\";host=a.example",
     .want = "http://a.example"},
    {.name = "quote never closed", .peer = "10.0.0.1", .forwarded = "for=\"x,host=evil.example"},
};

static void base_urls(void **state)
{
    (void)state;
    int failures = 0;
    struct aro_error err = {0};
    struct address_set trusted = {0};
    assert_true(address_set_parse("10.0.0.0/8, ::1", &trusted, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sockaddr_storage peer = address(cases[i].peer);
        struct exchange exchange = {
            .headers = {[HTTP_FORWARDED] = cases[i].forwarded,
                        [HTTP_X_FORWARDED_HOST] = cases[i].host,
                        [HTTP_X_FORWARDED_PROTO] = cases[i].proto,
                        [HTTP_X_FORWARDED_PREFIX] = cases[i].prefix},
            .peer = (struct sockaddr *)&peer,
            .local_url = "http://local:8080",
        };
        char *url = forwarded_base_url(&exchange, &trusted);
        const char *want = cases[i].want;
        CHECK(failures, cases[i].name, want ? url && strcmp(url, want) == 0 : !url);
        free(url);
    }
    address_set_clear(&trusted);
    assert_int_equal(failures, 0);
}

static void checks_settings(void **state)
{
    (void)state;
    int failures = 0;
    static const struct {
        const char *url, *want;
    } urls[] = {
        {"http://a.example", "http://a.example"},
        {"https://a.example:8443/carte/", "https://a.example:8443/carte"},
        {"https://[::1]/", "https://[::1]"},
        {"a.example", NULL},
        {"ftp://a.example", NULL},
        {"https://", NULL},
        {"https:///x", NULL},
        {"https://a.example/a?b", NULL},
        {"https://a example", NULL},
        {"HTTPS://a.example", NULL},
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[64];
        struct aro_error err = {0};
        strcpy(url, urls[i].url);
        bool ok = base_url_check(url, &err);
        CHECK(failures, urls[i].url, ok == (urls[i].want != NULL));
        CHECK(failures, urls[i].url, !ok || !urls[i].want || strcmp(url, urls[i].want) == 0);
    }
    assert_int_equal(failures, 0);
}

static void networks(void **state)
{
    (void)state;
    int failures = 0;
    static const struct {
        const char *list, *address;
        bool in;
    } pairs[] = {
        {"", "127.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"127.0.0.1", "::ffff:127.0.0.1", true},
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"192.168.4.0/22", "192.168.7.255", true},
        {"192.168.4.0/22", "192.168.8.0", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::1 , 10.0.0.1", "10.0.0.1", true},
        {"::1 ::2 ::3 ::4", "::4", true},
    };
    static const char *const bad[] = {"10.0.0.0/33", "10.0.0",      "a.example",  "10.0.0.0/",
                                      "::/129",      "10.0.0.0/-1", "10.0.0.0/8x"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct address_set set = {0};
        struct aro_error err = {0};
        struct sockaddr_storage storage = address(pairs[i].address);
        CHECK(failures, pairs[i].list, address_set_parse(pairs[i].list, &set, &err));
        CHECK(failures, pairs[i].list,
              address_set_contains(&set, (struct sockaddr *)&storage) == pairs[i].in);
        address_set_clear(&set);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct address_set set = {0};
        struct aro_error err = {0};
        CHECK(failures, bad[i], !address_set_parse(bad[i], &set, &err));
        CHECK(failures, bad[i], strstr(err.message, bad[i]));
    }
    assert_int_equal(failures, 0);
}

static void logs_no_address_in_full(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"192.0.2.77", "192.0.2.0"},
        {"::ffff:192.0.2.77", "192.0.2.0"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
        {"no address", "-"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char out[ADDRESS_TEXT_MAX];
        struct sockaddr_storage storage = address(pairs[i][0]);
        address_truncated((struct sockaddr *)&storage, out);
        assert_string_equal(out, pairs[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_urls),
        cmocka_unit_test(checks_settings),
        cmocka_unit_test(networks),
        cmocka_unit_test(logs_no_address_in_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
