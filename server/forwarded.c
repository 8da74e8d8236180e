#include "server/forwarded.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A part of a header. */
struct span {
    const char *text;
    size_t len;
};

static struct span trim(struct span span)
{
    while (span.len > 0 && (*span.text == ' ' || *span.text == '\t'))
        span = (struct span){span.text + 1, span.len - 1};
    while (span.len > 0 && (span.text[span.len - 1] == ' ' || span.text[span.len - 1] == '\t'))
        span.len--;
    return span;
}

/* Takes what stands before the first separator outside of quotes off the rest. */
static struct span cut(struct span *rest, char separator)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < rest->len && (quoted || rest->text[i] != separator); i++)
        quoted ^= rest->text[i] == '"';
    struct span head = {rest->text, i};
    size_t used = i + (i < rest->len);
    *rest = (struct span){rest->text + used, rest->len - used};
    return trim(head);
}

static struct span last_of(const char *list)
{
    struct span rest = {list, list ? strlen(list) : 0};
    struct span last = {0};
    while (rest.len > 0)
        last = cut(&rest, ',');
    return last;
}

/* Value of name= in one element of Forwarded, without quotes; len 0 when it has none. */
static struct span forwarded_value(struct span element, const char *name)
{
    while (element.len > 0) {
        struct span pair = cut(&element, ';');
        size_t name_len = strlen(name);
        if (pair.len <= name_len || pair.text[name_len] != '=' ||
            strncasecmp(pair.text, name, name_len) != 0)
            continue;
        struct span value = {pair.text + name_len + 1, pair.len - name_len - 1};
        if (value.len >= 2 && value.text[0] == '"' && value.text[value.len - 1] == '"')
            value = (struct span){value.text + 1, value.len - 2};
        return value;
    }
    return (struct span){0};
}

enum { FORWARDED_MAX = 16 };

/* The element that the outermost trusted proxy wrote. */
static struct span believed_element(const char *header, const struct address_set *trusted)
{
    struct span elements[FORWARDED_MAX];
    struct span rest = {header, strlen(header)};
    size_t n = 0;
    while (rest.len > 0) {
        if (n == FORWARDED_MAX) {
            memmove(elements, elements + 1, sizeof elements - sizeof *elements);
            n--;
        }
        elements[n++] = cut(&rest, ',');
    }
    if (n == 0)
        return (struct span){0};
    size_t i = n - 1;
    for (; i > 0; i--) {
        struct span from = forwarded_value(elements[i], "for");
        if (!address_set_contains_text(trusted, from.text, from.len))
            break;
    }
    return elements[i];
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t span_of(struct span span, const char *extra)
{
    size_t i = 0;
    while (i < span.len && span.text[i] &&
           (is_letter_or_digit(span.text[i]) || strchr(extra, span.text[i])))
        i++;
    return i;
}

/* host, host:port, [v6], [v6]:port */
static bool is_authority(struct span span)
{
    if (span.len == 0 || span.len > 255)
        return false;
    size_t host_len;
    if (span.text[0] == '[') {
        const char *end = memchr(span.text, ']', span.len);
        if (!end)
            return false;
        host_len = (size_t)(end - span.text) + 1;
        if (span_of((struct span){span.text + 1, host_len - 2}, ":.") != host_len - 2)
            return false;
    } else {
        host_len = span_of(span, "-.");
    }
    if (host_len == 0 || host_len == span.len)
        return host_len > 0;
    size_t digits = 0;
    for (size_t i = host_len + 1; i < span.len && span.text[i] >= '0' && span.text[i] <= '9'; i++)
        digits++;
    return span.text[host_len] == ':' && digits > 0 && digits <= 5 &&
           host_len + 1 + digits == span.len;
}

static bool is_scheme(struct span span)
{
    return (span.len == 4 && strncasecmp(span.text, "http", 4) == 0) ||
           (span.len == 5 && strncasecmp(span.text, "https", 5) == 0);
}

/* A path that begins with one slash; "//x" would be another host to some readers. */
static bool is_prefix(struct span span)
{
    bool rooted = span.len > 0 && span.len <= 255 && span.text[0] == '/' &&
                  !(span.len > 1 && span.text[1] == '/');
    return rooted && span_of(span, "/-._~") == span.len;
}

static struct span without_slash(struct span span)
{
    while (span.len > 0 && span.text[span.len - 1] == '/')
        span.len--;
    return span;
}

char *forwarded_base_url(const struct exchange *exchange, const struct address_set *trusted)
{
    if (!address_set_contains(trusted, exchange->peer))
        return NULL;
    const char *const *headers = exchange->headers;
    struct span scheme = last_of(headers[HTTP_X_FORWARDED_PROTO]);
    struct span host = last_of(headers[HTTP_X_FORWARDED_HOST]);
    struct span prefix = last_of(headers[HTTP_X_FORWARDED_PREFIX]);
    if (headers[HTTP_FORWARDED]) {
        struct span element = believed_element(headers[HTTP_FORWARDED], trusted);
        scheme = forwarded_value(element, "proto");
        host = forwarded_value(element, "host");
    }
    bool has_scheme = is_scheme(scheme), has_host = is_authority(host);
    bool has_prefix = is_prefix(prefix);
    if (!has_scheme && !has_host && !has_prefix)
        return NULL;
    const char *local_host = strstr(exchange->local_url, "://") + 3;
    bool https = has_scheme && scheme.len == 5;
    if (!has_host)
        host = (struct span){local_host, strlen(local_host)};
    prefix = has_prefix ? without_slash(prefix) : (struct span){"", 0};
    struct aro_buffer url = {0};
    aro_buffer_printf(&url, "%s://%.*s%.*s", https ? "https" : "http", (int)host.len, host.text,
                      (int)prefix.len, prefix.text);
    return aro_buffer_take_text(&url, NULL);
}

bool base_url_check(char *url, struct aro_error *err)
{
    struct span rest = {url, strlen(url)};
    size_t scheme_len = strncmp(url, "http://", 7) == 0    ? 7
                        : strncmp(url, "https://", 8) == 0 ? 8
                                                           : 0;
    rest = without_slash((struct span){rest.text + scheme_len, rest.len - scheme_len});
    size_t host_len = strcspn(rest.text, "/");
    host_len = host_len < rest.len ? host_len : rest.len;
    struct span prefix = {rest.text + host_len, rest.len - host_len};
    if (scheme_len == 0 || !is_authority((struct span){rest.text, host_len}) ||
        (prefix.len > 0 && !is_prefix(prefix)))
        return aro_error_set(err, ARO_BAD_INPUT,
                             "'%.100s' is not a base URL such as https://atlas.example.org/carte",
                             url);
    url[scheme_len + rest.len] = '\0';
    return true;
}
