/*
 * Every setting of `arobase serve`, from one table (settings.c): flag, AROBASE_… variable, range,
 * default, help line. A flag wins over a variable, a variable over the default.
 */
#ifndef ARO_SERVER_SETTINGS_H
#define ARO_SERVER_SETTINGS_H

#include <stdint.h>

#include "geo/buffer.h"

/** Texts are owned by the settings. Immutable once the server runs. */
struct settings {
    char *store;          /* --store */
    char *snapshot_file;  /* --snapshot-file; NULL: beside the store; or "none" */
    char *listen;         /* --listen 127.0.0.1:8080 */
    char *metrics_listen; /* --metrics-listen 127.0.0.1:9464, or "none" */
    char *base_url;       /* --base-url; NULL: from trusted proxies, else the address listened on */
    char *trusted_proxies;   /* --trusted-proxies: comma-separated addresses or CIDR */
    char *site_name;         /* --site-name arobase */
    char *site_owner;        /* --site-owner; NULL: not told */
    char *site_contact;      /* --site-contact: address of mail or page; NULL: none */
    char *data_licence;      /* --data-licence: address of the licence of initiatives and labels;
                                NULL: not told */
    char *basemap_style;     /* --basemap-style: URL of a MapLibre style; NULL: the built-in one */
    char *embed_ancestors;   /* --embed-ancestors: sources of frame-ancestors */
    bool log_requests;       /* --log-requests */
    int64_t threads;         /* 0: one per core */
    int64_t items_default;   /* 1000 */
    int64_t items_max;       /* 10000 */
    int64_t map_budget;      /* 2000 */
    int64_t cluster_cell_px; /* 64 */
    int64_t tile_points_zoom, tile_budget, tile_cache_mb, packed_mb, tile_empty_status;
    int64_t max_connections, max_connections_per_address, timeout_s;
    int64_t max_url_bytes;
    int64_t max_upload_bytes, max_upload_rows;
    char *temp_folder; /* --temp-folder; NULL: TMPDIR's, or /tmp */
};

/**
 * Reads flags and environment.
 *
 * @param argv  n words after the command's name
 * @param err   ARO_BAD_INPUT: unknown flag, value missing or out of range (usage: exit code 2)
 */
bool settings_parse(int n, char *const *argv, struct settings *out_settings, struct aro_error *err);
void settings_clear(struct settings *settings);

/** Appends the help text of every setting. */
void settings_help(struct aro_buffer *out);

#endif
