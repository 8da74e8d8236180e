#include "server/headers.h"

#include <stdio.h>
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

void headers_add_vary(struct response *response, const struct route *route)
{
    bool choice = (route->formats & (route->formats - 1)) != 0;
    response_add_header(response, "Vary", choice ? "Accept-Encoding, Accept" : "Accept-Encoding");
}

/* A background style of another server brings tiles, glyphs and sprites from servers that only it
 * names: with one, https is open to data and images (never to scripts). */
static void add_policy(struct response *response, const struct settings *settings)
{
    static const char policy[] =
        "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:%s; "
        "connect-src 'self'%s; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'";
    const char *style = settings->basemap_style;
    char more[300] = "";
    if (style && strncmp(style, "http://", 7) == 0 &&
        strspn(style + 7, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:") ==
            strcspn(style + 7, "/"))
        snprintf(more, sizeof more, " https: http://%.*s", (int)strcspn(style + 7, "/") & 255,
                 style + 7);
    else if (style)
        snprintf(more, sizeof more, " https:");
    char text[1024];
    snprintf(text, sizeof text, policy, more, more);
    response_add_header(response, "Content-Security-Policy", text);
}

void headers_add_page_security(struct response *response, const struct settings *settings)
{
    add_policy(response, settings);
    response_add_header(response, "Referrer-Policy", "strict-origin-when-cross-origin");
}
