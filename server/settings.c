#include "server/settings.h"

#include <stddef.h>
#include <string.h>

#include "server/address.h"
#include "server/forwarded.h"
#include "server/options.h"

#define TEXT(name, field, metavar, fallback, help)                                                 \
    {                                                                                              \
        name, OPTION_TEXT, offsetof(struct settings, field), metavar, fallback, 0, 0, help         \
    }
#define INTEGER(name, field, fallback, min, max, help)                                             \
    {                                                                                              \
        name, OPTION_INTEGER, offsetof(struct settings, field), "N", fallback, min, max, help      \
    }

static const struct option_info infos[] = {
    TEXT("store", store, "FILE", NULL, "the store to serve, made with 'arobase init'"),
    TEXT("snapshot-file", snapshot_file, "FILE", NULL,
         "where the data is kept ready for the next start: beside the store (FILE.snapshot) unless "
         "said otherwise, or none; it may take as much room as the store, and may be removed"),
    TEXT("listen", listen, "ADDR:PORT", "127.0.0.1:8080",
         "where to answer; port 0 takes a free one; [::]:8080 is every address"),
    TEXT("metrics-listen", metrics_listen, "ADDR:PORT", "127.0.0.1:9464",
         "where /metrics and /about.json are answered, or none"),
    TEXT("base-url", base_url, "URL", NULL,
         "what links begin with: the address that users see, such as https://atlas.example.org"),
    TEXT("trusted-proxies", trusted_proxies, "LIST", NULL,
         "addresses or networks whose Forwarded and X-Forwarded-* headers are believed, such as "
         "10.0.0.0/8,::1"),
    TEXT("site-name", site_name, "NAME", "arobase", "what pages call this site"),
    TEXT("site-owner", site_owner, "NAME", NULL,
         "who publishes this site, as the accessibility statement names them"),
    TEXT("site-contact", site_contact, "URL", NULL,
         "where users may write: mailto:contact@example.org, or the address of a form"),
    TEXT("data-licence", data_licence, "URL", NULL,
         "licence of the initiatives and labels, such as "
         "https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
    TEXT("basemap-style", basemap_style, "URL", NULL,
         "MapLibre style of the map's background; without, a built-in one"),
    TEXT("embed-ancestors", embed_ancestors, "LIST", "*",
         "which sites may show /embed in a frame: sources of frame-ancestors, such as "
         "\"https://*.example.org https://example.com\"; without, any"),
    {"log-requests", OPTION_FLAG, offsetof(struct settings, log_requests), NULL, NULL, 0, 0,
     "log each request"},
    INTEGER("threads", threads, "0", 0, 1024, "threads that answer; 0: one for each core"),
    INTEGER("items-default", items_default, "1000", 1, 1000000,
            "features in an answer without limit="),
    INTEGER("items-max", items_max, "10000", 1, 1000000, "features in one answer at most"),
    INTEGER("map-budget", map_budget, "2000", 10, 100000,
            "features in an answer of /map at most; above it, clusters"),
    INTEGER("cluster-cell-px", cluster_cell_px, "64", 16, 256,
            "width of a cluster's cell on the screen, in pixels, a power of two"),
    INTEGER("tile-points-zoom", tile_points_zoom, "12", 0, 22,
            "zoom from which tiles show each place for itself; below it, clusters"),
    INTEGER("tile-budget", tile_budget, "10000", 100, 1000000,
            "initiatives in a tile at most; above it, clusters"),
    INTEGER("tile-cache-mb", tile_cache_mb, "64", 0, 65536,
            "memory for finished tiles, in megabytes; 0 keeps none"),
    INTEGER("packed-mb", packed_mb, "256", 0, 1048576,
            "memory for features deflated ahead, in megabytes; what does not fit is deflated "
            "when it is asked for"),
    INTEGER("tile-empty-status", tile_empty_status, "204", 200, 204,
            "HTTP status of a tile without anything in it, 204 or 200"),
    INTEGER("max-connections", max_connections, "2000", 1, 100000, "connections at one time"),
    INTEGER("max-connections-per-address", max_connections_per_address, "1000", 1, 100000,
            "connections at one time from one address; a proxy in front is one address"),
    INTEGER("timeout", timeout_s, "60", 1, 3600,
            "seconds after which a connection is closed on which nothing moves"),
    INTEGER("max-url-bytes", max_url_bytes, "8192", 256, 16384, "longest address of a request"),
    INTEGER("max-upload-bytes", max_upload_bytes, "268435456", 1024, INT64_C(1) << 40,
            "longest file sent to be answered row by row"),
    INTEGER("max-upload-rows", max_upload_rows, "2000000", 1, INT64_C(1) << 40, "most rows of one"),
    TEXT("temp-folder", temp_folder, "FOLDER", NULL,
         "where such an answer is kept until it is sent; without, the folder that TMPDIR names, or "
         "/tmp"),
};
static const struct option_table table = {infos, sizeof infos / sizeof *infos, true};

/* What stands in a header as it is: sources (CSP 3, section 2.3.1), separated by blanks. */
static bool ancestors_check(const char *sources, struct aro_error *err)
{
    static const char source_bytes[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/*[]";
    bool any = false;
    for (const char *at = sources + strspn(sources, " "); *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        bool named = (len == 6 && strncmp(at, "'self'", 6) == 0) ||
                     (len == 6 && strncmp(at, "'none'", 6) == 0);
        if (!named && strspn(at, source_bytes) < len)
            return aro_error_set(err, ARO_BAD_INPUT,
                                 "--embed-ancestors '%.80s': '%.*s' is not a site such as "
                                 "https://*.example.org, 'self', 'none' or *",
                                 sources, (int)(len < 80 ? len : 80), at);
        any = true;
        at += len;
    }
    return any || aro_error_set(err, ARO_BAD_INPUT, "--embed-ancestors is empty: * is any site");
}

/* What becomes a link begins with one of these; no URL at all is fine. */
static bool link_check(const char *flag, const char *url, bool by_mail, struct aro_error *err)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:"};
    bool ok = !url;
    for (size_t i = 0; !ok && i < (by_mail ? 3 : 2); i++)
        ok = strncmp(url, schemes[i], strlen(schemes[i])) == 0;
    return ok ||
           aro_error_set(err, ARO_BAD_INPUT, "%s '%.80s': an address that begins with %s", flag,
                         url, by_mail ? "mailto:, https:// or http://" : "https:// or http://");
}

static bool check_together(struct settings *settings, struct aro_error *err)
{
    struct address_set proxies = {0};
    int64_t cell = settings->cluster_cell_px;
    if (settings->items_default > settings->items_max)
        return aro_error_set(err, ARO_BAD_INPUT, "--items-default %lld is above --items-max %lld",
                             (long long)settings->items_default, (long long)settings->items_max);
    if ((cell & (cell - 1)) != 0)
        return aro_error_set(err, ARO_BAD_INPUT,
                             "--cluster-cell-px '%lld': a power of two from 16 to 256",
                             (long long)cell);
    if (settings->tile_empty_status != 200 && settings->tile_empty_status != 204)
        return aro_error_set(err, ARO_BAD_INPUT, "--tile-empty-status '%lld': 204 or 200",
                             (long long)settings->tile_empty_status);
    if (!ancestors_check(settings->embed_ancestors, err) ||
        !link_check("--site-contact", settings->site_contact, true, err) ||
        !link_check("--data-licence", settings->data_licence, false, err))
        return false;
    if (settings->base_url && !base_url_check(settings->base_url, err))
        return aro_error_context(err, "--base-url");
    if (!address_set_parse(settings->trusted_proxies, &proxies, err))
        return aro_error_context(err, "--trusted-proxies");
    address_set_clear(&proxies);
    return true;
}

bool settings_parse(int n, char *const *argv, struct settings *out_settings, struct aro_error *err)
{
    struct settings settings = {0};
    if (!options_parse(&table, n, argv, &settings, NULL, err) || !check_together(&settings, err)) {
        settings_clear(&settings);
        return false;
    }
    *out_settings = settings;
    return true;
}

void settings_clear(struct settings *settings)
{
    options_clear(&table, settings);
}

void settings_help(struct aro_buffer *out)
{
    options_help(&table, out);
}
