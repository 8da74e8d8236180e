#include "server/collections.h"

#include <stdio.h>
#include <string.h>

#include "geo/json.h"
#include "server/crs.h"
#include "server/negotiate.h"
#include "server/tilesets.h"

void link_write(const struct request *request, struct aro_buffer *out, const char *path,
                const char *rel, const char *type, const char *title)
{
    struct aro_buffer href = {0};
    aro_buffer_text(&href, request->base_url);
    aro_buffer_text(&href, path);
    aro_buffer_text(out, "{\"href\":");
    aro_json_string(out, href.data, href.len);
    out->failed |= href.failed;
    aro_buffer_clear(&href);
    aro_buffer_text(out, ",\"rel\":");
    aro_json_text(out, rel);
    aro_buffer_text(out, ",\"type\":");
    aro_json_text(out, type);
    aro_buffer_text(out, ",\"title\":");
    aro_json_text(out, title);
    aro_buffer_char(out, '}');
}

static void write_names(const struct collection *collection, struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"id\":");
    aro_json_text(out, collection->id);
    aro_buffer_text(out, ",\"title\":");
    aro_json_text(out, collection->title);
    aro_buffer_text(out, ",\"description\":");
    aro_json_text(out, collection->description);
}

#define REL(name) "http://www.opengis.net/def/rel/ogc/1.0/" name

/* The features as files, in every format that there is, and as a feed. */
static void write_files(const struct request *request, const struct collection *collection,
                        struct aro_buffer *out)
{
    unsigned formats = FORMAT_FILES | (collection_has_feed(collection) ? FORMAT_ATOM : 0);
    for (unsigned bit = 1; bit <= formats; bit <<= 1) {
        enum format format = (enum format)bit;
        char path[96];
        if (!(formats & bit))
            continue;
        snprintf(path, sizeof path, "/collections/%s/items?f=%s", collection->id,
                 format_name(format));
        aro_buffer_char(out, ',');
        link_write(request, out, path, "items", format_content_type(format), collection->title);
    }
}

bool collection_is_official(const struct collection *collection)
{
    return collection != &collections[COLLECTION_INITIATIVES] &&
           collection != &collections[COLLECTION_LABELS];
}

const char *collection_licence(const struct collection *collection, const struct settings *settings)
{
    return collection_is_official(collection)
               ? "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
               : settings->data_licence;
}

static void write_licence(const struct request *request, const struct collection *collection,
                          struct aro_buffer *out)
{
    const char *licence = collection_licence(collection, request->settings);
    if (!licence)
        return;
    aro_buffer_text(out, ",{\"href\":");
    aro_json_text(out, licence);
    aro_buffer_text(out, ",\"rel\":\"license\",\"title\":\"The licence of this data\"}");
}

/* Links to what is below the collection's path, the first of all to itself. */
static void write_links(const struct request *request, const struct collection *collection,
                        struct aro_buffer *out)
{
    const struct {
        const char *below, *rel, *type, *title;
    } links[] = {
        {"", "self", "application/json", "This collection"},
        {"?f=html", "alternate", "text/html", "This collection as a page"},
        {"/items", "items", "application/geo+json", collection->title},
        {"/items?f=html", "items", "text/html", "Its features as pages"},
        {"/queryables", REL("queryables"), "application/schema+json", "What can be asked for by"},
        {"/sortables", REL("sortables"), "application/schema+json", "What can be sorted by"},
        {"/schema", REL("schema"), "application/schema+json", "What a feature has"},
        {"/tiles", REL("tilesets-vector"), "application/json", "Vector tiles of it"},
    };
    size_t n = sizeof links / sizeof *links;
    if (!tileset_find(collection->id, NULL))
        n--; /* the last */
    for (size_t i = 0; i < n; i++) {
        char path[96];
        snprintf(path, sizeof path, "/collections/%s%s", collection->id, links[i].below);
        aro_buffer_text(out, i ? "," : "");
        link_write(request, out, path, links[i].rel, links[i].type, links[i].title);
    }
    write_files(request, collection, out);
    write_licence(request, collection, out);
}

void collection_write(const struct request *request, const struct collection *collection,
                      struct aro_buffer *out)
{
    write_names(collection, out);
    collection_write_extent(collection, request->snapshot, out);
    aro_buffer_text(out, ",\"itemType\":\"feature\","
                         "\"crs\":");
    crs_write_list(out);
    aro_buffer_text(out, ",\"storageCrs\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\","
                         "\"links\":[");
    write_links(request, collection, out);
    aro_buffer_text(out, "]}");
}
