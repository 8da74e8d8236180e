/*
 * GET /donnees: what may be taken away, in which form and under which licence; and the same as
 * schema.org tells it to those who search for data (https://schema.org/DataCatalog).
 */
#include <string.h>

#include "geo/json.h"
#include "server/collections.h"
#include "server/negotiate.h"
#include "server/program_handlers.h"

enum { MAX_MILLESIMES = 8 };

/* The formats of downloads: the one for spreadsheets first. */
static const enum format files[] = {FORMAT_CSV, FORMAT_GPKG, FORMAT_GEOJSONSEQ, FORMAT_FGB};
enum { N_FILES = sizeof files / sizeof *files };

static void write_name(struct aro_buffer *out, const char *name)
{
    aro_buffer_char(out, ',');
    aro_json_text(out, name);
    aro_buffer_char(out, ':');
}

static void write_href(const struct request *request, const char *before,
                       const struct collection *collection, const char *f, struct aro_buffer *out)
{
    struct aro_buffer href = {0};
    aro_buffer_printf(&href, "%s%scollections/%s", before ? request->base_url : "",
                      before ? before : "", collection->id);
    if (f)
        aro_buffer_printf(&href, "/items?f=%s&limit=all", f);
    aro_json_string(out, href.data, href.len);
    out->failed |= href.failed;
    aro_buffer_clear(&href);
}

/* ---- For readers ---- */

static void write_files(const struct request *request, const struct collection *collection,
                        struct aro_buffer *out)
{
    aro_buffer_char(out, '[');
    for (size_t i = 0; i < N_FILES; i++) {
        aro_buffer_text(out, i ? ",{\"format\":" : "{\"format\":");
        aro_json_text(out, format_name(files[i]));
        write_name(out, "href");
        write_href(request, NULL, collection, format_name(files[i]), out);
        aro_buffer_char(out, '}');
    }
    aro_buffer_char(out, ']');
}

static void write_collection(const struct request *request, const struct collection *collection,
                             struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"id\":");
    aro_json_text(out, collection->id);
    write_name(out, "features");
    aro_json_integer(out, (int64_t)collection_points(collection, request->snapshot)->n);
    write_name(out, "feed");
    aro_buffer_text(out, collection_has_feed(collection) ? "true" : "false");
    write_name(out, "official");
    aro_buffer_text(out, collection_is_official(collection) ? "true" : "false");
    write_name(out, "licence");
    aro_json_text(out, collection_licence(collection, request->settings));
    write_name(out, "files");
    write_files(request, collection, out);
    aro_buffer_char(out, '}');
}

/* The years that contours are of, each once, in the order in which they are met. */
static void write_millesimes(const struct snapshot_contours *contours, struct aro_buffer *out)
{
    const char *met[MAX_MILLESIMES];
    size_t n = 0;
    aro_buffer_char(out, '[');
    for (size_t i = 0; i < contours->n && n < MAX_MILLESIMES; i++) {
        const char *year = contours->millesimes[i];
        size_t k = 0;
        while (k < n && strcmp(met[k], year) != 0)
            k++;
        if (k < n || !*year)
            continue;
        met[n++] = year;
        aro_buffer_text(out, n > 1 ? "," : "");
        aro_json_text(out, year);
    }
    aro_buffer_char(out, ']');
}

/* ---- For those who search for data ---- */

static void write_distributions(const struct request *request, const struct collection *collection,
                                struct aro_buffer *out)
{
    aro_buffer_char(out, '[');
    for (size_t i = 0; i < N_FILES; i++) {
        aro_buffer_text(out, i ? "," : "");
        aro_buffer_text(out, "{\"@type\":\"DataDownload\",\"encodingFormat\":");
        aro_json_text(out, format_content_type(files[i]));
        write_name(out, "contentUrl");
        write_href(request, "/", collection, format_name(files[i]), out);
        aro_buffer_char(out, '}');
    }
    aro_buffer_char(out, ']');
}

static void write_dataset(const struct request *request, const struct collection *collection,
                          struct aro_buffer *out)
{
    const char *licence = collection_licence(collection, request->settings);
    aro_buffer_text(out, "{\"@type\":\"Dataset\",\"name\":");
    aro_json_text(out, collection->title);
    write_name(out, "description");
    aro_json_text(out, collection->description);
    write_name(out, "url");
    write_href(request, "/", collection, NULL, out);
    if (licence) {
        write_name(out, "license");
        aro_json_text(out, licence);
    }
    write_name(out, "distribution");
    write_distributions(request, collection, out);
    aro_buffer_char(out, '}');
}

static void write_catalog(const struct request *request, struct aro_buffer *out)
{
    const struct settings *settings = request->settings;
    aro_buffer_text(out,
                    "{\"@context\":\"https://schema.org\",\"@type\":\"DataCatalog\",\"name\":");
    aro_json_text(out, settings->site_name);
    write_name(out, "url");
    aro_json_text(out, request->base_url);
    if (settings->site_owner) {
        write_name(out, "publisher");
        aro_buffer_text(out, "{\"@type\":\"Organization\",\"name\":");
        aro_json_text(out, settings->site_owner);
        aro_buffer_char(out, '}');
    }
    write_name(out, "dataset");
    aro_buffer_char(out, '[');
    for (size_t i = 0; i < N_COLLECTIONS; i++) {
        aro_buffer_text(out, i ? "," : "");
        write_dataset(request, &collections[i], out);
    }
    aro_buffer_text(out, "]}");
}

bool handle_donnees(const struct request *request, struct response *response, struct aro_error *err)
{
    (void)err;
    const struct snapshot *snapshot = request->snapshot;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_printf(out, "{\"synthetic\":%s", snapshot->headline.synthetic ? "true" : "false");
    write_name(out, "millesime");
    aro_json_text(out, *snapshot->state.millesime ? snapshot->state.millesime : NULL);
    write_name(out, "contours");
    aro_json_integer(out, (int64_t)snapshot->contours.n);
    write_name(out, "contours_millesimes");
    write_millesimes(&snapshot->contours, out);
    write_name(out, "collections");
    aro_buffer_char(out, '[');
    for (size_t i = 0; i < N_COLLECTIONS; i++) {
        aro_buffer_text(out, i ? "," : "");
        write_collection(request, &collections[i], out);
    }
    aro_buffer_char(out, ']');
    write_name(out, "catalog");
    write_catalog(request, out);
    aro_buffer_text(out, "}\n");
    return true;
}
