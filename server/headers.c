#include "server/headers.h"

#include <string.h>

void headers_add_cors(struct response *response)
{
    response_add_header(response, "Access-Control-Allow-Origin", "*");
    response_add_header(response, "Access-Control-Expose-Headers",
                        "ETag, Link, Content-Crs, Content-Disposition, OGC-NumberMatched, "
                        "OGC-NumberReturned, Retry-After, Server-Timing");
}

const char *headers_methods(const struct route *route)
{
    return route && route->upload ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

void headers_add_options(struct response *response, const struct route *route)
{
    response_add_header(response, "Allow", headers_methods(route));
    response_add_header(response, "Access-Control-Allow-Methods", headers_methods(route));
    response_add_header(response, "Access-Control-Allow-Headers",
                        "Accept, Content-Type, If-None-Match, X-Server-Timing");
    response_add_header(response, "Access-Control-Max-Age", "86400");
}

void headers_add_vary(struct response *response, const struct route *route, bool is_page)
{
    bool choice = (route->formats & (route->formats - 1)) != 0;
    response_add_header(response, "Vary",
                        is_page  ? "Accept-Encoding, Accept, Accept-Language"
                        : choice ? "Accept-Encoding, Accept"
                                 : "Accept-Encoding");
}

/* What a kind of page may do. %1 stands for where a background style brings its tiles from, %2 for
 * who may show the page in a frame. Nothing is inline, nothing comes from elsewhere; MapLibre makes
 * its worker of a blob. */
static const struct page_policy {
    const char *content;
    const char *referrer;
    const char *permissions;
} policies[] = {
    [false] = {"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
               "img-src 'self' data: blob:%1; connect-src 'self'%1; worker-src 'self' blob:; "
               "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
               "strict-origin-when-cross-origin",
               "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"},
    [true] = {"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
              "img-src 'self' data: blob:%1; connect-src 'self'%1; worker-src 'self' blob:; "
              "base-uri 'none'; form-action 'self'; frame-ancestors %2",
              "no-referrer", "geolocation=(), camera=(), microphone=(), payment=(), usb=()"},
};

/* A background style of another server brings tiles, glyphs and sprites from servers that only it
 * names: with one, https is open to data and images (never to scripts). */
static void write_sources(struct aro_buffer *out, const char *style)
{
    static const char host_bytes[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:";
    if (!style)
        return;
    aro_buffer_text(out, " https:");
    if (strncmp(style, "http://", 7) != 0)
        return;
    size_t host_len = strcspn(style + 7, "/");
    if (host_len > 0 && host_len < 256 && strspn(style + 7, host_bytes) == host_len)
        aro_buffer_printf(out, " http://%.*s", (int)host_len, style + 7);
}

static void add_policy(struct response *response, const char *policy,
                       const struct settings *settings)
{
    struct aro_buffer text = {0};
    for (const char *c = policy; *c; c++) {
        if (c[0] != '%')
            aro_buffer_char(&text, *c);
        else if (*++c == '1')
            write_sources(&text, settings->basemap_style);
        else
            aro_buffer_text(&text, settings->embed_ancestors);
    }
    aro_buffer_char(&text, '\0');
    if (text.failed)
        response->failed = true;
    else
        response_add_header(response, "Content-Security-Policy", text.data);
    aro_buffer_clear(&text);
}

void headers_add_page_security(struct response *response, const struct settings *settings,
                               const struct route *route)
{
    const struct page_policy *policy = &policies[route && route->embedded];
    add_policy(response, policy->content, settings);
    response_add_header(response, "Referrer-Policy", policy->referrer);
    response_add_header(response, "Permissions-Policy", policy->permissions);
}

void headers_add_sharing(struct response *response, const struct route *route)
{
    if (route->embedded)
        response_add_header(response, "Cross-Origin-Resource-Policy", "cross-origin");
}
