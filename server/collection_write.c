#include "server/collections.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "geo/bbox.h"
#include "geo/json.h"
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

static void write_spatial_extent(const struct point_set *points, struct aro_buffer *out)
{
    struct geo_bbox box = {-180, -90, 180, 90};
    geo_bbox_around(points->coords, points->n_placed, &box);
    const double sides[] = {box.west_deg, box.south_deg, box.east_deg, box.north_deg};
    aro_buffer_text(out, "\"spatial\":{\"bbox\":[[");
    for (int i = 0; i < 4; i++) {
        aro_buffer_text(out, i ? "," : "");
        aro_json_number(out, sides[i], 7);
    }
    aro_buffer_text(out, "]],\"crs\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"}");
}

static void write_day(struct aro_buffer *out, int32_t day, const char *time_of_day)
{
    time_t seconds = (time_t)day * 86400;
    struct tm date;
    char text[32];
    gmtime_r(&seconds, &date);
    strftime(text, sizeof text, "%Y-%m-%d", &date);
    aro_buffer_printf(out, "\"%s%s\"", text, time_of_day);
}

static void write_temporal_extent(const struct request *request, struct aro_buffer *out)
{
    const int32_t *days = request->snapshot->initiative.days;
    size_t n = request->snapshot->initiatives.n;
    if (n == 0)
        return;
    int32_t first = days[0], last = days[0];
    for (size_t i = 1; i < n; i++) {
        first = days[i] < first ? days[i] : first;
        last = days[i] > last ? days[i] : last;
    }
    aro_buffer_text(out, ",\"temporal\":{\"interval\":[[");
    write_day(out, first, "T00:00:00Z");
    aro_buffer_char(out, ',');
    write_day(out, last, "T23:59:59Z");
    aro_buffer_text(out, "]],\"trs\":\"http://www.opengis.net/def/uom/ISO-8601/0/Gregorian\"}");
}

void collection_write(const struct request *request, const struct collection *collection,
                      struct aro_buffer *out)
{
    char path[64], items[80];
    snprintf(path, sizeof path, "/collections/%s", collection->id);
    snprintf(items, sizeof items, "%s/items", path);
    aro_buffer_text(out, "{\"id\":");
    aro_json_text(out, collection->id);
    aro_buffer_text(out, ",\"title\":");
    aro_json_text(out, collection->title);
    aro_buffer_text(out, ",\"description\":");
    aro_json_text(out, collection->description);
    aro_buffer_text(out, ",\"extent\":{");
    write_spatial_extent(collection_points(collection, request->snapshot), out);
    if (collection->properties->instant)
        write_temporal_extent(request, out);
    aro_buffer_text(out, "},\"itemType\":\"feature\","
                         "\"crs\":[\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"],"
                         "\"storageCrs\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\","
                         "\"links\":[");
    link_write(request, out, path, "self", "application/json", "This collection");
    aro_buffer_char(out, ',');
    link_write(request, out, items, "items", "application/geo+json", collection->title);
    if (tileset_find(collection->id, NULL)) {
        snprintf(items, sizeof items, "%s/tiles", path);
        aro_buffer_char(out, ',');
        link_write(request, out, items, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                   "application/json", "Vector tiles of it");
    }
    aro_buffer_text(out, "]}");
}
