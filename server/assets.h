/*
 * The files of the web page, packed into the program by the build: plain, gzip and brotli.
 *
 * Links between them carry the hash of what they name ("app.js?v=1f0c…"): an answer to the right
 * hash may be cached for ever. "index.html" is the page itself.
 */
#ifndef ARO_SERVER_ASSETS_H
#define ARO_SERVER_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

/** Immutable. */
struct asset {
    const char *path; /* below /assets/: "app.js", "vendor/maplibre-gl.js" */
    const char *content_type;
    const unsigned char *plain, *gzip, *brotli; /* gzip and brotli NULL where they gain nothing */
    size_t plain_len, gzip_len, brotli_len;
    const char *hash; /* hex, of the plain bytes: its ETag, and the ?v= of links to it */
};

/** What the build packed, in the order of path. */
extern const struct asset asset_table[];
extern const size_t n_assets;

/** @return  NULL when there is none of that path */
const struct asset *asset_find(const char *path);

#endif
