/*
 * The data routes: what stands in the table of routes for the questions of a map and of a GIS.
 *
 * Each answers from the request's snapshot and from nothing else.
 */
#ifndef ARO_SERVER_HANDLERS_H
#define ARO_SERVER_HANDLERS_H

#include "server/http.h"

/**
 * GET /collections/{collection}/items; path_values[0] is the collection. FORMAT_GEOJSON.
 * Params: QUERY_INITIATIVE_PARAMS | QUERY_PAGE_PARAMS | PARAM_PROFILE | PARAM_PROPERTIES | PARAM_F;
 * those that a collection does not have are refused here.
 */
handler_fn handle_items;

/**
 * GET /collections/{collection}/queryables, …/sortables, …/schema; path_values[0] is the
 * collection. FORMAT_SCHEMA. Params: PARAM_F.
 */
handler_fn handle_queryables, handle_sortables, handle_schema;

/** GET /collections/{collection}/items/{id}; path_values[0] and [1]. Params: PARAM_F. */
handler_fn handle_item;

/**
 * GET /clusters/{id}/items; path_values[0] is the id of a cluster or stack. FORMAT_GEOJSON.
 * Params: QUERY_INITIATIVE_PARAMS | QUERY_PAGE_PARAMS | PARAM_PROFILE | PARAM_PROPERTIES | PARAM_F.
 */
handler_fn handle_cluster_items;

/** GET /communes/nearest. Params: PARAM_LON, PARAM_LAT, PARAM_LIMIT, PARAM_F. FORMAT_GEOJSON. */
handler_fn handle_communes_nearest;

/** GET /communes/at. Params: PARAM_LON, PARAM_LAT, PARAM_F. FORMAT_JSON. */
handler_fn handle_communes_at;

/** POST /communes/at: CSV in, CSV out. */
extern const struct upload_handler upload_communes_at;

/*
 * The routes compatible with API Géo (server/geo_api.h): FORMAT_JSON or FORMAT_GEOJSON, lenient.
 * Where the path has a {code}, path_values[0] is it. Params: API_…_PARAMS of routes.c.
 */
handler_fn handle_api_communes, handle_api_commune, handle_api_parts, handle_api_part;
handler_fn handle_api_epcis, handle_api_epci, handle_api_epci_communes;
handler_fn handle_api_departements, handle_api_departement, handle_api_departement_communes;
handler_fn handle_api_regions, handle_api_region, handle_api_region_departements,
    handle_api_region_communes;

/** GET /map. Params: QUERY_INITIATIVE_PARAMS, PARAM_ZOOM, PARAM_CLUSTER, PARAM_F. FORMAT_GEOJSON.
 */
handler_fn handle_map;

/** GET /counts. Params: QUERY_INITIATIVE_PARAMS, PARAM_BY, PARAM_F. FORMAT_JSON. */
handler_fn handle_counts;

/** GET /territoires: frames and legal reference systems. Params: PARAM_F. FORMAT_JSON. */
handler_fn handle_territoires;

/** GET /search. Params: PARAM_Q, PARAM_LIMIT, PARAM_F. FORMAT_JSON. */
handler_fn handle_feed;
handler_fn handle_search;

/** GET /embed (embed.h): EMBED_PARAMS, FORMAT_GEOJSON; what its page needs beside the features. */
handler_fn handle_embed;

/** GET /embed.css. Params: PARAM_COULEUR. GET /embed.js. */
handler_fn handle_embed_css, handle_embed_js;

/** GET /integrer: the form and the code. Params: those of the frame, PARAM_LIEU, PARAM_HAUTEUR,
 * PARAM_CONSENTEMENT, PARAM_F. FORMAT_JSON. */
handler_fn handle_integrer;

/** GET /liste: a page of initiatives with its form, in words. Params: LISTE_PARAMS (liste.h),
 * PARAM_F. FORMAT_JSON. */
handler_fn handle_liste;

/** GET /initiatives/{id}: the sheet, and others like it. Params: PARAM_F. FORMAT_JSON. */
handler_fn handle_fiche;

/** GET /territoires/{kind}/{code} and /themes/{id}. Params: PARAM_F. FORMAT_JSON. */
handler_fn handle_territoire, handle_theme;

/** GET /oembed. Params: PARAM_URL, PARAM_MAXWIDTH, PARAM_MAXHEIGHT, PARAM_FORMAT. */
handler_fn handle_oembed;

/*
 * Tiles: FORMAT_MVT, tagged_by_handler; params QUERY_INITIATIVE_PARAMS, PARAM_CLUSTER, PARAM_F.
 * Path values in this order: the set where there is one, zoom, x and y, or, in OGC API Tiles, the
 * row before the column.
 */
handler_fn handle_tile, handle_tile_of_all, handle_ogc_tile, handle_ogc_tile_of_all;

/*
 * What describes them: FORMAT_JSON, PARAM_F. TileJSON and the style take the filters of the tiles
 * too, and hand them on. handle_tilesets and handle_tileset are those of a collection where the
 * path begins so.
 */
handler_fn handle_tilejson, handle_tilejson_of_all, handle_style;
handler_fn handle_tile_matrix_sets, handle_tile_matrix_set, handle_tilesets, handle_tileset;

#endif
