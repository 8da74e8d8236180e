/*
 * The files of the web page, packed into the program by the build: plain, gzip and brotli.
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
    const char *hash; /* hex, of the plain bytes: its ETag */
};

/** @return  NULL when there is none of that path */
const struct asset *asset_find(const char *path);

#endif
