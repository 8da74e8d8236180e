/*
 * OGC API - Tiles, Part 1 (OGC 20-057): sets of vector tiles of a collection and of all of them, in
 * the one tiling scheme WebMercatorQuad (OGC 17-083r4, annex D.1). Rows come before columns there.
 */
#include <stdio.h>
#include <string.h>

#include "geo/json.h"
#include "server/collections.h"
#include "server/handlers.h"
#include "server/tilesets.h"

#define MATRIX_SET     "WebMercatorQuad"
#define MATRIX_SET_URI "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
#define CRS_URI        "http://www.opengis.net/def/crs/EPSG/0/3857"
#define MVT_TYPE       "application/vnd.mapbox-vector-tile"
#define REL(name)      "http://www.opengis.net/def/rel/ogc/1.0/" name

/* What an address is about: the tiles of a collection, or of all. */
struct subject {
    char root[48]; /* "/collections/communes/tiles", "/tiles" */
    const char *title;
};

static bool find_subject(const struct request *request, struct subject *out_subject,
                         struct aro_error *err)
{
    const char *collection = request->path_values[0];
    *out_subject = (struct subject){"/tiles", "Everything that there are tiles of"};
    if (strncmp(request->path, "/collections/", 13) != 0)
        return true;
    const struct tileset_info *info = tileset_find(collection, err);
    if (!info || !collection_find(collection, NULL))
        return aro_error_set(err, ARO_NOT_FOUND, "no collection '%.64s' with tiles", collection);
    snprintf(out_subject->root, sizeof out_subject->root, "/collections/%s/tiles", info->name);
    out_subject->title = info->title;
    return true;
}

/* ---- The tiling scheme ---- */

/* Source: OGC 17-083r4, annex D.1: at scale denominator 559 082 264.028 717 8 the world is one
 * tile of 256 pixels of 0.28 mm; each level halves. */
static void write_matrices(struct aro_buffer *out)
{
    static const double scale = 559082264.0287178, cell_m = 156543.03392804097;
    aro_buffer_text(out, "\"tileMatrices\":[");
    for (unsigned zoom = 0; zoom <= GEO_TILE_MAX_ZOOM; zoom++) {
        double parts = (double)(UINT32_C(1) << zoom);
        aro_buffer_printf(out,
                          "%s{\"id\":\"%u\",\"scaleDenominator\":%.15g,\"cellSize\":%.15g,"
                          "\"cornerOfOrigin\":\"topLeft\","
                          "\"pointOfOrigin\":[-20037508.3427892,20037508.3427892],"
                          "\"tileWidth\":256,\"tileHeight\":256,"
                          "\"matrixWidth\":%.0f,\"matrixHeight\":%.0f}",
                          zoom ? "," : "", zoom, scale / parts, cell_m / parts, parts, parts);
    }
    aro_buffer_char(out, ']');
}

bool handle_tile_matrix_sets(const struct request *request, struct response *response,
                             struct aro_error *err)
{
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out,
                    "{\"tileMatrixSets\":[{\"id\":\"" MATRIX_SET "\",\"title\":"
                    "\"The web mercator map, cut in four at each zoom\",\"uri\":\"" MATRIX_SET_URI
                    "\",\"crs\":\"" CRS_URI "\",\"links\":[");
    link_write(request, out, "/tileMatrixSets/" MATRIX_SET, REL("tiling-scheme"),
               "application/json", "The definition");
    aro_buffer_char(out, ',');
    link_write(request, out, "/tileMatrixSets/" MATRIX_SET, "self", "application/json",
               "The definition");
    aro_buffer_text(out, "]}]}\n");
    return true;
}

bool handle_tile_matrix_set(const struct request *request, struct response *response,
                            struct aro_error *err)
{
    (void)request;
    (void)err;
    struct aro_buffer *out = response_buffer(response);
    aro_buffer_text(out, "{\"id\":\"" MATRIX_SET "\",\"title\":\"The web mercator map, cut in four "
                         "at each zoom\",\"uri\":\"" MATRIX_SET_URI "\",\"crs\":\"" CRS_URI
                         "\",\"orderedAxes\":[\"X\",\"Y\"],\"wellKnownScaleSet\":"
                         "\"http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible\",");
    write_matrices(out);
    aro_buffer_text(out, "}\n");
    return true;
}

/* ---- Tilesets ---- */

static void write_links(const struct request *request, const struct subject *subject,
                        struct aro_buffer *out)
{
    char path[128];
    aro_buffer_text(out, "\"links\":[");
    snprintf(path, sizeof path, "%s/" MATRIX_SET, subject->root);
    link_write(request, out, path, "self", "application/json", "This tileset");
    aro_buffer_char(out, ',');
    link_write(request, out, "/tileMatrixSets/" MATRIX_SET, REL("tiling-scheme"),
               "application/json", "Its tiling scheme");
    aro_buffer_text(out, ",{\"href\":");
    struct aro_buffer href = {0};
    aro_buffer_printf(&href, "%s%s/{tileMatrix}/{tileRow}/{tileCol}", request->base_url, path);
    aro_json_string(out, href.data ? href.data : "", href.len);
    out->failed |= href.failed;
    aro_buffer_clear(&href);
    aro_buffer_text(out, ",\"rel\":\"item\",\"type\":\"" MVT_TYPE
                         "\",\"templated\":true,\"title\":\"A tile\"}]");
}

static void write_tileset(const struct request *request, const struct subject *subject,
                          struct aro_buffer *out)
{
    aro_buffer_text(out, "{\"title\":");
    aro_json_text(out, subject->title);
    aro_buffer_text(out, ",\"dataType\":\"vector\",\"crs\":\"" CRS_URI
                         "\",\"tileMatrixSetURI\":\"" MATRIX_SET_URI "\",");
    write_links(request, subject, out);
}

static void write_corner(struct aro_buffer *out, const char *name, double lon_deg, double lat_deg)
{
    aro_buffer_printf(out, "\"%s\":[", name);
    aro_json_number(out, lon_deg, 7);
    aro_buffer_char(out, ',');
    aro_json_number(out, lat_deg, 7);
    aro_buffer_char(out, ']');
}

bool handle_tilesets(const struct request *request, struct response *response,
                     struct aro_error *err)
{
    struct subject subject;
    struct aro_buffer *out = response_buffer(response);
    if (!find_subject(request, &subject, err))
        return false;
    aro_buffer_text(out, "{\"links\":[");
    link_write(request, out, subject.root, "self", "application/json", "This document");
    aro_buffer_text(out, "],\"tilesets\":[");
    write_tileset(request, &subject, out);
    aro_buffer_text(out, "}]}\n");
    return true;
}

bool handle_tileset(const struct request *request, struct response *response, struct aro_error *err)
{
    struct subject subject;
    struct aro_buffer *out = response_buffer(response);
    if (!find_subject(request, &subject, err))
        return false;
    struct geo_bbox bounds = tileset_bounds(request->snapshot);
    write_tileset(request, &subject, out);
    aro_buffer_text(out, ",\"boundingBox\":{");
    write_corner(out, "lowerLeft", bounds.west_deg, bounds.south_deg);
    aro_buffer_char(out, ',');
    write_corner(out, "upperRight", bounds.east_deg, bounds.north_deg);
    aro_buffer_text(out, ",\"crs\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"}}\n");
    return true;
}
